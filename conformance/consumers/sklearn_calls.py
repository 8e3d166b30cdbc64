"""Calls of scikit-learn on arrays: a name, the call, its inputs. Lists of numbers are what a gradient is asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn import config_context, metrics, preprocessing
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.gaussian_process import kernels
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge, RidgeCV
from sklearn.metrics import pairwise
from sklearn.mixture import GaussianMixture
from sklearn.naive_bayes import GaussianNB

M = [[0.5, 1.5, 0.2], [1.1, 0.3, 2.2], [0.8, 1.9, 1.3], [2.1, 0.6, 0.4], [1.4, 1.2, 0.7]]
N = [[1.2, 0.1, 0.9], [0.7, 1.4, 0.3], [1.8, 0.5, 1.1], [0.2, 2.0, 1.6], [0.6, 0.8, 1.9]]
W = [0.5, 1.0, 2.0, 0.7, 1.3]
Y = [0.3, 1.9, 0.8, 1.5, 1.1]
P = [0.2, 0.7, 0.4, 0.9, 0.6]
LABELS = np.asarray([0, 1, 0, 1, 1])
ROWS = [[0.2, 0.5, 0.3], [0.6, 0.3, 0.1], [0.1, 0.2, 0.7], [0.3, 0.3, 0.4], [0.25, 0.45, 0.3]]

Call = Callable[..., Any]
CALLS: list[tuple[str, Call, tuple[Any, ...]]] = []


def call(name: str, function: Call, *inputs: Any) -> None:
    def dispatched(*values: Any) -> Any:
        with config_context(array_api_dispatch=True):
            return function(*values)

    CALLS.append((name, dispatched, inputs))


def add(module: Any, prefix: str, names: str, *inputs: Any, **options: Any) -> None:
    """Several functions of one module on the same inputs."""
    for name in names.split():
        function = getattr(module, name)
        call(f"{prefix}.{name}", lambda *xs, function=function: function(*xs, **options), *inputs)


def as_beside(beside: Any, values: Any) -> Any:
    """`values` in the library of `beside`."""
    return values if isinstance(beside, np.ndarray) else beside.__array_namespace__().asarray(values)


def of_labels(score: Call) -> Call:
    """A score of the labels and what it is given, which may be anything that moves."""
    return lambda p: score(as_beside(p, LABELS), p)


# pairs of rows
PAIRS = (
    "linear_kernel polynomial_kernel rbf_kernel sigmoid_kernel cosine_similarity cosine_distances euclidean_distances "
    "additive_chi2_kernel chi2_kernel laplacian_kernel manhattan_distances paired_euclidean_distances "
    "paired_cosine_distances paired_manhattan_distances"
)
add(pairwise, "pairwise", PAIRS, M, N)
call("pairwise.euclidean_distances squared", lambda m, n: pairwise.euclidean_distances(m, n, squared=True), M, N)
call("pairwise.rbf_kernel gamma", lambda m: pairwise.rbf_kernel(m, m * 2.0, gamma=0.3), M)
call("pairwise.pairwise_distances", lambda m, n: pairwise.pairwise_distances(m, n, metric="cosine"), M, N)
call("pairwise.pairwise_distances euclidean", lambda m, n: pairwise.pairwise_distances(m, n), M, N)
call("pairwise.pairwise_kernels", lambda m, n: pairwise.pairwise_kernels(m, n, metric="rbf"), M, N)
call("pairwise.pairwise_distances cityblock", lambda m, n: pairwise.pairwise_distances(m, n, metric="cityblock"), M, N)
call("pairwise.paired_distances", lambda m, n: pairwise.paired_distances(m, n), M, N)

# scores of regressions, for each output and as one number
REGRESSION = (
    "mean_squared_error mean_absolute_error mean_absolute_percentage_error root_mean_squared_error r2_score "
    "mean_squared_log_error root_mean_squared_log_error explained_variance_score mean_pinball_loss "
    "median_absolute_error d2_pinball_score d2_absolute_error_score"
)
add(metrics, "metrics of each", REGRESSION, M, N, multioutput="raw_values")
add(metrics, "metrics", REGRESSION, Y, W)
call(
    "metrics.mean_squared_error weights",
    lambda m, n, w: metrics.mean_squared_error(m, n, sample_weight=w, multioutput="raw_values"),
    M,
    N,
    W,
)
call(
    "metrics.r2_score weights",
    lambda m, n, w: metrics.r2_score(m, n, sample_weight=w, multioutput="raw_values"),
    M,
    N,
    W,
)
DEVIANCES = "max_error mean_poisson_deviance mean_gamma_deviance mean_tweedie_deviance d2_tweedie_score"
add(metrics, "metrics", DEVIANCES, Y, W)
for _name in (
    "log_loss",
    "brier_score_loss",
    "roc_auc_score",
    "average_precision_score",
    "hinge_loss",
    "d2_log_loss_score",
):
    call(f"metrics.{_name}", of_labels(getattr(metrics, _name)), P)
call("metrics.d2_brier_score", of_labels(metrics.d2_brier_score), P)
call("metrics.roc_curve", of_labels(lambda y, p: metrics.roc_curve(y, p)[2][1:]), P)
call("metrics.det_curve", of_labels(lambda y, p: metrics.det_curve(y, p)[2]), P)
call("metrics.precision_recall_curve", of_labels(lambda y, p: metrics.precision_recall_curve(y, p)[2]), P)
call("metrics.accuracy_score", of_labels(lambda y, p: metrics.accuracy_score(y, y)), P)
call("metrics.ndcg_score", lambda m, n: metrics.ndcg_score(m, n), M, N)
call("metrics.dcg_score", lambda m, n: metrics.dcg_score(m, n), M, N)
call("metrics.silhouette_score", lambda m: metrics.silhouette_score(m, as_beside(m, LABELS)), M)
call("metrics.davies_bouldin_score", lambda m: metrics.davies_bouldin_score(m, as_beside(m, LABELS)), M)
call("metrics.calinski_harabasz_score", lambda m: metrics.calinski_harabasz_score(m, as_beside(m, LABELS)), M)


def refit(make: Call) -> Call:
    return lambda m: make().fit(m).transform(m)


# preprocessing
call("preprocessing.StandardScaler", refit(preprocessing.StandardScaler), M)
call("preprocessing.StandardScaler mean", lambda m: preprocessing.StandardScaler(with_std=False).fit_transform(m), M)
call("preprocessing.MinMaxScaler", refit(preprocessing.MinMaxScaler), M)
call("preprocessing.MaxAbsScaler", refit(preprocessing.MaxAbsScaler), M)
call("preprocessing.RobustScaler", refit(preprocessing.RobustScaler), M)
call("preprocessing.Normalizer", refit(preprocessing.Normalizer), M)
call("preprocessing.Normalizer l1", refit(lambda: preprocessing.Normalizer("l1")), M)
call("preprocessing.Normalizer max", refit(lambda: preprocessing.Normalizer("max")), M)
call("preprocessing.normalize", preprocessing.normalize, M)
call("preprocessing.scale", preprocessing.scale, M)
call("preprocessing.minmax_scale", preprocessing.minmax_scale, M)
call("preprocessing.maxabs_scale", preprocessing.maxabs_scale, M)
call("preprocessing.Binarizer", refit(preprocessing.Binarizer), M)
call("preprocessing.KernelCenterer", lambda m: preprocessing.KernelCenterer().fit_transform(m @ m.T), M)
call("preprocessing.PolynomialFeatures", refit(preprocessing.PolynomialFeatures), M)
call("preprocessing.PowerTransformer", refit(preprocessing.PowerTransformer), M)
call("preprocessing.QuantileTransformer", refit(lambda: preprocessing.QuantileTransformer(n_quantiles=3)), M)
call("preprocessing.FunctionTransformer", refit(preprocessing.FunctionTransformer), M)
call("preprocessing.StandardScaler inverse", lambda m: preprocessing.StandardScaler().fit(m).inverse_transform(m), M)
call("preprocessing.MinMaxScaler inverse", lambda m: preprocessing.MinMaxScaler().fit(m).inverse_transform(m), M)
call("preprocessing.MaxAbsScaler inverse", lambda m: preprocessing.MaxAbsScaler().fit(m).inverse_transform(m), M)

# estimators
call("PCA", lambda m: PCA(2, svd_solver="full").fit(m).transform(m) ** 2, M)
call("PCA variance", lambda m: PCA(2, svd_solver="full").fit(m).explained_variance_, M)
call("PCA covariance_eigh", lambda m: PCA(2, svd_solver="covariance_eigh").fit(m).explained_variance_, M)
call("PCA score", lambda m: PCA(2, svd_solver="full").fit(m).score_samples(m), M)
call("Ridge", lambda m, y: Ridge(solver="svd").fit(m, y).coef_, M, Y)
call("Ridge predict", lambda m, y: Ridge(solver="svd").fit(m, y).predict(m), M, Y)
call("RidgeCV", lambda m, y: RidgeCV(alphas=(0.1, 1.0)).fit(m, y).coef_, M, Y)
call("LinearRegression", lambda m, y: LinearRegression().fit(m, y).coef_, M, Y)
call("LogisticRegression", lambda m: LogisticRegression().fit(m, as_beside(m, LABELS)).coef_, M)
call(
    "LinearDiscriminantAnalysis",
    lambda m: LinearDiscriminantAnalysis().fit(m, as_beside(m, LABELS)).decision_function(m),
    M,
)
call("GaussianNB", lambda m: GaussianNB().fit(m, as_beside(m, LABELS)).theta_, M)
call("GaussianNB predict_proba", lambda m: GaussianNB().fit(m, as_beside(m, LABELS)).predict_proba(m), M)
call("GaussianMixture", lambda m: GaussianMixture(1, init_params="random", random_state=0).fit(m).means_, M)
call("gaussian_process.RBF", lambda m: kernels.RBF()(m), M)

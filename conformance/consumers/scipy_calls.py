"""Calls of SciPy on arrays: a name, the call, its inputs. Lists of numbers are what a gradient is asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import (
    cluster,
    differentiate,
    fft,
    integrate,
    interpolate,
    ndimage,
    optimize,
    signal,
    spatial,
    special,
    stats,
)
from scipy.optimize import elementwise
from scipy.spatial.transform import Rotation

X = [0.3, 1.7, 0.9, 2.6, 1.2, 0.55, 1.95]
Y = [1.13, 0.41, 2.37, 0.73, 1.61, 2.05, 0.26]
U = [0.31, 0.72, 0.18, 0.55, 0.87]
P = [0.1, 0.25, 0.3, 0.2, 0.15]
Q = [0.2, 0.15, 0.25, 0.3, 0.1]
M = [[0.5, 1.5, 0.2], [1.1, 0.3, 2.2], [0.8, 1.9, 1.3], [2.1, 0.6, 0.4]]
N = [[1.2, 0.1, 0.9], [0.7, 1.4, 0.3], [1.8, 0.5, 1.1], [0.2, 2.0, 1.6]]

Call = Callable[..., Any]
CALLS: list[tuple[str, Call, tuple[Any, ...]]] = []


def add(module: Any, prefix: str, names: str, *inputs: Any, **options: Any) -> None:
    """Several functions of one module on the same inputs."""
    for name in names.split():
        function = getattr(module, name)
        CALLS.append((f"{prefix}.{name}", lambda *xs, function=function: function(*xs, **options), inputs))


def call(name: str, function: Call, *inputs: Any) -> None:
    CALLS.append((name, function, inputs))


# special functions
add(special, "special", "logsumexp softmax log_softmax", X)
add(special, "special", "erf erfc erfcx expit log_expit entr gamma gammaln psi digamma rgamma exp2 exp10 cbrt", X)
add(special, "special", "log1p expm1", X)
add(special, "special", "cosm1 exprel i0 i0e i1 i1e k0 k0e k1 k1e j0 j1", X)
add(special, "special", "expi exp1 ndtr log_ndtr sinc gammasgn", X)
add(special, "special", "cosdg sindg cotdg tandg", X)
add(special, "special", "erfinv ndtri logit ellipk ellipkm1", U)
add(special, "special", "rel_entr kl_div xlogy xlog1py beta betaln gammainc gammaincc binom", X, Y)
add(special, "special", "huber pseudo_huber poch boxcox boxcox1p", X, Y)
add(special, "special", "inv_boxcox inv_boxcox1p hyp0f1 chdtr chdtrc pdtr zeta agm", X, Y)
call("special.betainc", special.betainc, X[:5], Y[:5], U)
call("special.stdtr", special.stdtr, X[:5], Y[:5])
call("special.stdtrit", special.stdtrit, X[:5], U)
call("special.logsumexp axis", lambda m: special.logsumexp(m, axis=0), M)
call("special.logsumexp weights", lambda m, n: special.logsumexp(m, b=n), M, N)
call("special.softmax axis", lambda m: special.softmax(m, axis=1), M)
call("special.multigammaln", lambda x: special.multigammaln(x + 2, 2), X)
call("special.polygamma", lambda x: special.polygamma(1, x), X)
call("special.softplus", special.softplus, X)

# integration
add(integrate, "integrate", "trapezoid simpson cumulative_trapezoid cumulative_simpson", X)
call("integrate.trapezoid x", lambda y, x: integrate.trapezoid(y, x=x), X, Y)
call("integrate.simpson x", lambda y: integrate.simpson(y, dx=0.5), X)
call("integrate.cumulative_trapezoid axis", lambda m: integrate.cumulative_trapezoid(m, axis=0, initial=0), M)
call("integrate.cumulative_simpson dx", lambda m: integrate.cumulative_simpson(m, dx=0.5, axis=0), M)
call("integrate.romb", integrate.romb, X[:5])
call("integrate.tanhsinh", lambda a: integrate.tanhsinh(lambda x, a: a * x**2, 0.0, 1.0, args=(a,)).integral, X[:2])
call("integrate.fixed_quad", lambda a: integrate.fixed_quad(lambda x: x**2 * a[0], 0.0, 1.0)[0], X[:2])
call("integrate.qmc_quad", lambda a: integrate.cubature(lambda x: x[:, 0] ** 2, a[:1], a[1:]).estimate, X[:2])
call("integrate.nsum", lambda a: integrate.nsum(lambda k, a: 1 / (k + a) ** 2, 1, 20, args=(a,)).sum, X[:2])

# differentiation and roots
call("differentiate.derivative", lambda x: differentiate.derivative(lambda t: t**3, x).df, X[:3])
call("differentiate.jacobian", lambda x: differentiate.jacobian(lambda t: t**2, x).df, X[:3])
call("differentiate.hessian", lambda x: differentiate.hessian(lambda t: t[0] ** 2 * t[1], x).ddf, X[:2])
call(
    "optimize.find_root",
    lambda a: elementwise.find_root(lambda x, a: x**2 - a, (a * 0, a + 1), args=(a,)).x,
    X[:3],
)
call(
    "optimize.find_minimum",
    lambda a: elementwise.find_minimum(lambda x, a: (x - a) ** 2, (a - 1, a, a + 1), args=(a,)).x,
    X[:3],
)
call("optimize.rosen", optimize.rosen, X)
call("optimize.rosen_der", optimize.rosen_der, X)
call("optimize.rosen_hess", optimize.rosen_hess, X)
call("optimize.rosen_hess_prod", lambda x, p: optimize.rosen_hess_prod(x, p), X, Y)

# Fourier transforms
add(fft, "fft", "fft ifft rfft ihfft fftshift ifftshift dct idct dst idst", X)
add(fft, "fft", "irfft hfft", X)
add(fft, "fft", "fft2 ifft2 rfft2 irfft2 fftn ifftn rfftn irfftn hfft2 ihfft2 dctn idctn dstn", M)
call("fft.fft norm", lambda x: fft.fft(x, norm="ortho", n=9), X)
call("fft.irfft of rfft", lambda x: fft.irfft(fft.rfft(x), n=7), X)
call("fft.fht", lambda x: fft.fht(x, 0.1, 0.5), X)

# signals
add(signal, "signal", "hilbert detrend", X)
add(signal, "signal", "convolve fftconvolve oaconvolve correlate", X, Y)
add(signal, "signal", "convolve2d correlate2d", M, N)
call("signal.hilbert2", signal.hilbert2, M)
call("signal.lfilter", lambda b, x: signal.lfilter(b, [1.0, 0.3], x), U[:2], X)
call("signal.filtfilt", lambda x: signal.filtfilt([0.5, 0.5], [1.0, 0.2], x, padlen=2), X)
call("signal.savgol_filter", lambda x: signal.savgol_filter(x, 5, 2), X)
call("signal.resample", lambda x: signal.resample(x, 5), X)
call("signal.resample_poly", lambda x: signal.resample_poly(x, 2, 3), X)
call("signal.medfilt", lambda x: signal.medfilt(x, 3), X)
call("signal.wiener", lambda x: signal.wiener(x, 3), X)
call("signal.periodogram", lambda x: signal.periodogram(x)[1], X)
call("signal.welch", lambda x: signal.welch(x, nperseg=4)[1], X)
call("signal.csd", lambda x, y: signal.csd(x, y, nperseg=4)[1], X, Y)
call("signal.coherence", lambda x, y: signal.coherence(x, y, nperseg=3)[1], X, Y)
call("signal.spectrogram", lambda x: signal.spectrogram(x, nperseg=4)[2], X)
call("signal.stft", lambda x: signal.stft(x, nperseg=4)[2], X)
call("signal.vectorstrength", lambda x: signal.vectorstrength(x, 2.0), X)
call("signal.envelope", lambda x: signal.envelope(x), X)
call("signal.czt", lambda x: signal.czt(x, 4), X)
call("signal.decimate", lambda x: signal.decimate(x, 2, n=1, zero_phase=False), X)
call("signal.upfirdn", lambda h, x: signal.upfirdn(h, x, 2), U[:2], X)
call("signal.sosfilt", lambda x: signal.sosfilt([[0.5, 0.2, 0.1, 1.0, 0.3, 0.1]], x), X)
call("signal.freqz", lambda b: signal.freqz(b, [1.0, 0.2], worN=4)[1], U[:3])
call(
    "signal.freqz_sos",
    lambda b: signal.freqz_sos(b * [[1, 1, 1, 0, 1, 1]] + [[0, 0, 0, 1, 0, 0]], worN=4)[1],
    [[0.5, 0.2, 0.1, 1.0, 0.3, 0.1]],
)
call("signal.tf2zpk", lambda b: signal.tf2zpk(b, [1.0, 0.2]), U[:2])
call("signal.zpk2tf", lambda z: signal.zpk2tf(z, [0.3], 2.0)[0], U[:2])
call("signal.bilinear", lambda b: signal.bilinear(b, [1.0, 0.5]), U[:2])
call("signal.normalize", lambda b: signal.normalize(b, [2.0, 1.0])[0], U[:2])
call("signal.lp2lp", lambda b: signal.lp2lp(b, [1.0, 0.5], 2.0)[0], U[:2])
call("signal.gauss_spline", lambda x: signal.gauss_spline(x, 3), X)
call("signal.cspline1d", lambda x: signal.cspline1d(x), X)
call("signal.sawtooth", lambda x: signal.sawtooth(x), X)
call("signal.square", lambda x: signal.square(x), X)
call("signal.gausspulse", lambda x: signal.gausspulse(x), X)
call("signal.chirp", lambda x: signal.chirp(x, 1.0, 2.0, 3.0), X)
call("signal.sweep_poly", lambda x: signal.sweep_poly(x, np.poly1d([0.1, 1.0])), X)

# clustering and distances
call("cluster.vq.whiten", cluster.vq.whiten, M)
call("cluster.vq.vq", lambda m, n: cluster.vq.vq(m, n[:2])[1], M, N)
call("cluster.vq.py_vq", lambda m, n: cluster.vq.py_vq(m, n[:2])[1], M, N)
call("cluster.vq.kmeans", lambda m: cluster.vq.kmeans(m, m[:2] * 1.0, iter=1)[0], M)
call("cluster.hierarchy.linkage", lambda m: cluster.hierarchy.linkage(m), M)
call("spatial.distance.cdist", spatial.distance.cdist, M, N)
call("spatial.distance.pdist", spatial.distance.pdist, M)
DISTANCES = "euclidean cosine cityblock sqeuclidean braycurtis canberra chebyshev correlation"
add(spatial.distance, "spatial.distance", DISTANCES, X, Y)
call("spatial.distance.minkowski", lambda x, y: spatial.distance.minkowski(x, y, 3), X, Y)
call("spatial.distance.jensenshannon", spatial.distance.jensenshannon, P, Q)
call("spatial.distance.mahalanobis", lambda x, y: spatial.distance.mahalanobis(x, y, np.eye(5)), P, Q)
call("spatial.distance.squareform", spatial.distance.squareform, X[:6])
call("spatial.geometric_slerp", lambda t: spatial.geometric_slerp([1.0, 0.0], [0.0, 1.0], t), U)
call("spatial.Rotation.from_rotvec", lambda v: Rotation.from_rotvec(v).as_matrix(), U[:3])
call("spatial.Rotation.from_quat", lambda v: Rotation.from_quat(v).as_rotvec(), U[:4])
call("spatial.Rotation.apply", lambda v, w: Rotation.from_rotvec(v).apply(w), U[:3], X[:3])
call("spatial.Rotation.from_euler", lambda v: Rotation.from_euler("xyz", v).as_quat(), U[:3])
call("spatial.Rotation.magnitude", lambda v: Rotation.from_rotvec(v).magnitude(), U[:3])
call("spatial.Rotation.inv", lambda v: Rotation.from_rotvec(v).inv().as_rotvec(), U[:3])
R = [[0.9, 0.1, 0.2], [-0.1, 1.0, 0.1], [0.1, -0.2, 0.8]]
call("spatial.Rotation.from_matrix", lambda v: Rotation.from_matrix(v).as_quat(), R)
call("spatial.Rotation.from_mrp", lambda v: Rotation.from_mrp(v).as_mrp(), U[:3])
call("spatial.Rotation.mul", lambda v, w: (Rotation.from_rotvec(v) * Rotation.from_rotvec(w)).as_rotvec(), U[:3], U[2:])

# interpolation and images
call("interpolate.interp1d", lambda y: interpolate.interp1d(np.arange(7.0), y)(np.asarray([1.5, 2.5])), X)
call("interpolate.CubicSpline", lambda y: interpolate.CubicSpline(np.arange(7.0), y)(np.asarray([1.5, 2.5])), X)
call("interpolate.PchipInterpolator", lambda y: interpolate.PchipInterpolator(np.arange(7.0), y)(np.asarray([1.5])), X)
call(
    "interpolate.BarycentricInterpolator",
    lambda y: interpolate.BarycentricInterpolator(np.arange(7.0), y)(np.asarray([1.5])),
    X,
)
call(
    "interpolate.make_interp_spline", lambda y: interpolate.make_interp_spline(np.arange(7.0), y)(np.asarray([1.5])), X
)
call("interpolate.AAA", lambda y: interpolate.AAA(np.arange(7.0), y)(np.asarray([1.5])), X)
call(
    "interpolate.RegularGridInterpolator",
    lambda m: interpolate.RegularGridInterpolator((np.arange(4.0), np.arange(3.0)), m)(np.asarray([[1.5, 0.5]])),
    M,
)
call("interpolate.pade", lambda x: interpolate.pade(x, 2)[0].coeffs, U)
call("interpolate.interp1d of tensors", lambda x: interpolate.BSpline(np.arange(8.0), x[:4], 3)(x[:1] + 3), X)
add(ndimage, "ndimage", "laplace sobel prewitt uniform_filter", M)
call("ndimage.gaussian_filter", lambda m: ndimage.gaussian_filter(m, 1.0), M)
call("ndimage.convolve", ndimage.convolve, M, N)
call("ndimage.zoom", lambda m: ndimage.zoom(m, 2.0), M)
call("ndimage.center_of_mass", ndimage.center_of_mass, M)
call("ndimage.sum_labels", lambda m: ndimage.sum_labels(m), M)

# statistics
DESCRIPTIONS = (
    "gmean hmean tmean tvar tstd tsem tmin tmax skew kurtosis sem zscore gzscore variation entropy iqr gstd describe "
    "median_abs_deviation circmean circvar circstd jarque_bera kstat kstatvar bayes_mvs mvsdist expectile lmoment mode "
    "differential_entropy sigmaclip obrientransform rankdata skewtest kurtosistest normaltest shapiro anderson boxcox "
    "yeojohnson boxcox_normmax"
)
add(stats, "stats", DESCRIPTIONS, X)
add(stats, "stats", "zmap pearsonr spearmanr kendalltau weightedtau ttest_ind ttest_rel", X, Y)
add(stats, "stats", "ks_2samp mannwhitneyu wilcoxon", X, Y)
add(stats, "stats", "bartlett levene fligner f_oneway kruskal ansari mood brunnermunzel epps_singleton_2samp", X, Y)
add(stats, "stats", "linregress theilslopes siegelslopes energy_distance wasserstein_distance", X, Y)
call("stats.entropy relative", lambda p, q: stats.entropy(p, q), P, Q)
call("stats.entropy axis", lambda m: stats.entropy(m, axis=1, base=2), M)
call("stats.moment", lambda x: stats.moment(x, 3), X)
call("stats.moment orders", lambda x: stats.moment(x, [1, 2, 3]), X)
call("stats.pmean", lambda x: stats.pmean(x, 3), X)
call("stats.pmean weights", lambda x, w: stats.pmean(x, 2, weights=w), X, Y)
call("stats.gmean weights", lambda x, w: stats.gmean(x, weights=w), X, Y)
call("stats.hmean weights", lambda x, w: stats.hmean(x, weights=w), X, Y)
call("stats.gmean axis", lambda m: stats.gmean(m, axis=1), M)
call("stats.zscore axis", lambda m: stats.zscore(m, axis=1, ddof=1), M)
call("stats.skew unbiased", lambda x: stats.skew(x, bias=False), X)
call("stats.kurtosis unbiased", lambda x: stats.kurtosis(x, bias=False, fisher=False), X)
call("stats.tmean limits", lambda x: stats.tmean(x, (0.4, 2.0)), X)
call("stats.tvar limits", lambda x: stats.tvar(x, (0.4, 2.0)), X)
call("stats.trim_mean", lambda x: stats.trim_mean(x, 0.2), X)
call("stats.ttest_1samp", lambda x: stats.ttest_1samp(x, 0.5), X)
call("stats.ttest_1samp statistic", lambda x: stats.ttest_1samp(x, 0.5).statistic, X)
call("stats.ttest_ind statistic", lambda x, y: stats.ttest_ind(x, y).statistic, X, Y)
call("stats.ttest_ind welch", lambda x, y: stats.ttest_ind(x, y, equal_var=False).statistic, X, Y)
call("stats.ttest_rel statistic", lambda x, y: stats.ttest_rel(x, y).statistic, X, Y)
call("stats.ttest_ind_from_stats", lambda x: stats.ttest_ind_from_stats(x[0], x[1], 5, x[2], x[3], 6).statistic, X)
call("stats.pearsonr statistic", lambda x, y: stats.pearsonr(x, y).statistic, X, Y)
call("stats.bartlett statistic", lambda x, y: stats.bartlett(x, y).statistic, X, Y)
call("stats.f_oneway statistic", lambda x, y: stats.f_oneway(x, y).statistic, X, Y)
call("stats.levene statistic", lambda x, y: stats.levene(x, y).statistic, X, Y)
call("stats.jarque_bera statistic", lambda x: stats.jarque_bera(x).statistic, X)
call("stats.chisquare", lambda p: stats.chisquare(p).statistic, X)
call("stats.chisquare expected", lambda p, q: stats.chisquare(p / p.sum(), q / q.sum()), X, Y)
call("stats.power_divergence", lambda p: stats.power_divergence(p, lambda_="log-likelihood").statistic, X)
call("stats.power_divergence lambda", lambda p: stats.power_divergence(p, lambda_=0.5).statistic, X)
call("stats.combine_pvalues fisher", lambda p: stats.combine_pvalues(p, method="fisher").statistic, U)
call("stats.combine_pvalues stouffer", lambda p: stats.combine_pvalues(p, method="stouffer"), U)
call("stats.combine_pvalues pearson", lambda p: stats.combine_pvalues(p, method="pearson"), U)
call("stats.combine_pvalues tippett", lambda p: stats.combine_pvalues(p, method="tippett"), U)
call("stats.combine_pvalues mudholkar", lambda p: stats.combine_pvalues(p, method="mudholkar_george").statistic, U)
call("stats.false_discovery_control", stats.false_discovery_control, U)
call("stats.directional_stats", stats.directional_stats, M)
call("stats.boxcox_llf", lambda x: stats.boxcox_llf(0.5, x), X)
call("stats.yeojohnson_llf", lambda x: stats.yeojohnson_llf(0.5, x), X)
call("stats.boxcox lambda", lambda x: stats.boxcox(x, 0.5), X)
call("stats.yeojohnson lambda", lambda x: stats.yeojohnson(x, 0.5), X)
call("stats.lmoment orders", lambda x: stats.lmoment(x, [1, 2]), X)
call("stats.quantile", lambda x: stats.quantile(x, 0.3), X)
call("stats.quantile of tensors", lambda x, p: stats.quantile(x, p), X, U)
call("stats.quantile median", lambda x: stats.quantile(x, 0.5, method="hazen"), X)
call("stats.iqr scale", lambda x: stats.iqr(x, scale="normal"), X)
call("stats.rankdata axis", lambda m: stats.rankdata(m, axis=1), M)
call("stats.chatterjeexi", lambda x, y: stats.chatterjeexi(x, y).statistic, X, Y)
call("stats.spearmanrho", lambda x, y: stats.spearmanrho(x, y).statistic, X, Y)
call("stats.alexandergovern", lambda x, y: stats.alexandergovern(x, y).statistic, X, Y)
call("stats.cramervonmises", lambda x: stats.cramervonmises(x, "norm").statistic, X)
call("stats.cramervonmises_2samp", lambda x, y: stats.cramervonmises_2samp(x, y).statistic, X, Y)
call("stats.gaussian_kde", lambda x: stats.gaussian_kde(x)(np.asarray([0.5])), X)
call("stats.norm.pdf", stats.norm.pdf, X)
call("stats.norm.logpdf", stats.norm.logpdf, X)
call("stats.norm.cdf", stats.norm.cdf, X)
call("stats.gamma.pdf", lambda x: stats.gamma.pdf(x, 2.0), X)
call("stats.Normal", lambda x: stats.Normal(mu=0.5, sigma=2.0).pdf(x), X)
call("stats.Normal mu", lambda x: stats.Normal(mu=x, sigma=2.0).logpdf(0.3), X)
call("stats.Uniform", lambda x: stats.Uniform(a=0.0, b=5.0).cdf(x), X)
call("stats.multivariate_normal", lambda m: stats.multivariate_normal.logpdf(m, np.zeros(3), np.eye(3)), M)
call("stats.linregress slope", lambda x, y: stats.linregress(x, y).slope, X, Y)
call(
    "stats.monte_carlo_test",
    lambda x: stats.monte_carlo_test(x, lambda size: np.ones(size), lambda v, axis: v.mean(axis)).statistic,
    X,
)
call(
    "stats.permutation_test",
    lambda x, y: (
        stats.permutation_test((x, y), lambda a, b, axis: a.mean(axis) - b.mean(axis), n_resamples=9).statistic
    ),
    X,
    Y,
)
call(
    "stats.bootstrap",
    lambda x: stats.bootstrap((x,), lambda v, axis: v.mean(axis), n_resamples=9, rng=0).standard_error,
    X,
)
call("stats.binned_statistic", lambda x, y: stats.binned_statistic(x, y, bins=2)[0], X, Y)
call("stats.cumfreq", lambda x: stats.cumfreq(x).cumcount, X)
call("stats.percentileofscore", lambda x: stats.percentileofscore(x, 1.0), X)
call("stats.siegelslopes of one", lambda y: stats.siegelslopes(y), Y)
call("stats.trimboth", lambda x: stats.trimboth(x, 0.2), X)
call("stats.trim1", lambda x: stats.trim1(x, 0.2), X)
call("stats.scoreatpercentile", lambda x: stats.scoreatpercentile(x, 30), X)
call("stats.tiecorrect", lambda x: stats.tiecorrect(x), X)
call("stats.kurtosis axis", lambda m: stats.kurtosis(m, axis=0), M)
call("stats.skew axis", lambda m: stats.skew(m, axis=1), M)
call("stats.sem axis", lambda m: stats.sem(m, axis=0), M)
call("stats.variation ddof", lambda m: stats.variation(m, axis=0, ddof=1), M)
call("stats.circmean high", lambda x: stats.circmean(x, high=3.0, low=-1.0), X)
call("stats.zmap axis", lambda m, n: stats.zmap(m, n, axis=0), M, N)
call("stats.gmean keepdims", lambda x, w: stats.gmean(x, weights=w, keepdims=True), X, Y)
call("stats.expectile alpha", lambda x: stats.expectile(x, 0.3), X)
call("stats.pearsonr axis", lambda m, n: stats.pearsonr(m, n, axis=0).statistic, M, N)
call("stats.linregress intercept", lambda y: stats.linregress(np.arange(7.0), y).intercept, Y)

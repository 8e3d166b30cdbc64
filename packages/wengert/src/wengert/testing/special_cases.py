"""The cases of the special functions: numbers from SciPy, to the last digit of double precision."""

from __future__ import annotations

from math import inf
from typing import Any

from wengert.testing.kernels import KernelCase


def _table(kernel: str, rows: dict[Any, Any], **keywords: Any) -> KernelCase:
    """A case of a function of one argument, or of several where the keys are tuples."""
    points: list[Any] = [row if isinstance(row, tuple) else (row,) for row in rows]
    columns: list[list[float]] = [list(column) for column in zip(*points, strict=True)]
    return KernelCase(
        kernel,
        lambda xp, bench: getattr(xp, kernel)(*[bench.floating(column) for column in columns], **keywords),
        list(rows.values()),
    )


SPECIAL: tuple[KernelCase, ...] = (
    _table(
        "erfcx",
        {
            -2.0: 108.94090438997797,
            -0.5: 1.952360489182557,
            0.25: 0.770346547730997,
            1.0: 0.427583576155807,
            3.0: 0.17900115118138998,
            30.0: 0.018795888861416754,
        },
    ),
    _table("ndtri", {0.0: -inf, 0.25: -0.6744897501960817, 0.5: 0.0, 0.875: 1.1503493803760079, 1.0: inf}),
    _table(
        "i0e",
        {
            -2.0: 0.308508322553671,
            0.0: 1.0,
            0.25: 0.7910171621397195,
            1.0: 0.46575960759364043,
            30.0: 0.0731459464822373,
        },
    ),
    _table(
        "i1e",
        {
            -2.0: -0.2152692892489377,
            0.0: 0.0,
            0.25: 0.0981126286973682,
            1.0: 0.2079104153497085,
            30.0: 0.07191633059864755,
        },
    ),
    _table(
        "bessel_j0",
        {
            -2.0: 0.22389077914123562,
            0.0: 1.0,
            1.0: 0.7651976865579665,
            30.0: -0.08636798358104031,
            70.0: 0.09490872648301352,
        },
    ),
    _table(
        "bessel_j1",
        {
            -2.0: -0.5767248077568734,
            0.0: 0.0,
            1.0: 0.44005058574493355,
            30.0: -0.11875106261662305,
            70.0: 0.009987788784837935,
        },
    ),
    _table(
        "bessel_y0",
        {
            0.0: -inf,
            1.0: 0.08825696421567697,
            30.0: -0.11729573168666398,
            70.0: 0.009309666458941232,
        },
    ),
    _table(
        "bessel_y1",
        {
            0.0: -inf,
            1.0: -0.7812128213002888,
            30.0: 0.08442557066174713,
            70.0: -0.09484465262571631,
        },
    ),
    _table(
        "bessel_k0e",
        {
            0.0: inf,
            1.0: 1.1444630798068947,
            3.0: 0.6977615980438517,
            30.0: 0.22788666561625373,
            70.0: 0.1495343101334361,
        },
    ),
    _table(
        "bessel_k1e",
        {0.0: inf, 1.0: 1.636153486263258, 3.0: 0.806563480128787, 30.0: 0.2316541293777118, 70.0: 0.15059865101137912},
    ),
    _table(
        "airy",
        {
            -20.0: -0.17640612707798434,
            -2.0: 0.22740742820168564,
            0.0: 0.3550280538878172,
            1.0: 0.13529241631288147,
            5.0: 0.00010834442813607433,
        },
    ),
    _table("zeta", {(2.0, 1.0): 1.6449340668482266, (3.0, 0.5): 8.414398322117158, (1.5, 4.0): 1.0663718683623398}),
    _table(
        "gammainc", {(0.5, 0.25): 0.5204998778130466, (2.0, 1.0): 0.2642411176571153, (3.0, 9.0): 0.9937678048936227}
    ),
    _table(
        "gammaincc",
        {(0.5, 0.25): 0.47950012218695337, (2.0, 1.0): 0.7357588823428847, (3.0, 9.0): 0.006232195106377317},
    ),
    _table(
        "betainc",
        {
            (0.5, 2.0, 0.25): 0.6875,
            (2.0, 3.0, 0.75): 0.94921875,
            (5.0, 0.5, 0.5): 0.010119559735433718,
            (1.0, 1.0, 0.0): 0.0,
            (4.0, 2.0, 1.0): 1.0,
        },
    ),
    _table(
        "orthogonal",
        {(0.5, -1.0): 0.0, (0.5, 0.0): 1.0, (0.25, 1.0): 0.25, (0.25, 4.0): 0.53125},
        family="chebyshev_polynomial_t",
    ),
    _table(
        "orthogonal",
        {(0.5, -1.0): 0.0, (0.5, 0.0): 1.0, (0.25, 1.0): 0.5, (0.25, 4.0): 0.3125},
        family="chebyshev_polynomial_u",
    ),
    _table(
        "orthogonal",
        {(0.5, -1.0): 0.0, (0.5, 0.0): 1.0, (0.25, 1.0): -0.5, (0.25, 4.0): 1.1875},
        family="chebyshev_polynomial_v",
    ),
    _table(
        "orthogonal",
        {(0.5, -1.0): 0.0, (0.5, 0.0): 1.0, (0.25, 1.0): 1.5, (0.25, 4.0): -0.5625},
        family="chebyshev_polynomial_w",
    ),
    _table(
        "orthogonal",
        {(0.5, -1.0): 0.0, (0.5, 0.0): 1.0, (0.25, 1.0): 0.5, (0.25, 4.0): 9.0625},
        family="hermite_polynomial_h",
    ),
    _table(
        "orthogonal",
        {(0.5, -1.0): 0.0, (0.5, 0.0): 1.0, (0.25, 1.0): 0.25, (0.25, 4.0): 2.62890625},
        family="hermite_polynomial_he",
    ),
    _table(
        "orthogonal",
        {(0.5, -1.0): 0.0, (0.5, 0.0): 1.0, (0.25, 1.0): 0.75, (0.25, 4.0): 0.17724609374999997},
        family="laguerre_polynomial_l",
    ),
    _table(
        "orthogonal",
        {(0.5, -1.0): 0.0, (0.5, 0.0): 1.0, (0.25, 1.0): 0.25, (0.25, 4.0): 0.15771484375},
        family="legendre_polynomial_p",
    ),
    _table(
        "orthogonal",
        {(0.5, -1.0): 0.0, (0.5, 0.0): 1.0, (0.25, 1.0): -0.5, (0.25, 4.0): -0.5},
        family="shifted_chebyshev_polynomial_t",
    ),
    KernelCase("frexp", lambda xp, b: xp.frexp(b.floating([0.0, 1.0, -0.75, 10.0]))[0], [0.0, 0.5, -0.75, 0.625]),
    KernelCase("frexp", lambda xp, b: xp.frexp(b.floating([0.0, 1.0, -0.75, 10.0]))[1], [0, 1, 0, 4], "int32"),
    KernelCase(
        "gcd", lambda xp, b: xp.gcd(b.integers([12, -7, 0, 0]), b.integers([18, 21, 5, 0])), [6, 7, 5, 0], "int64"
    ),
    KernelCase(
        "lcm", lambda xp, b: xp.lcm(b.integers([12, -7, 0, 0]), b.integers([18, 21, 5, 0])), [36, 21, 0, 0], "int64"
    ),
)

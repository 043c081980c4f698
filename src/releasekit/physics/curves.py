"""The usual empirical release curves and the numbers by which fits of them are compared.

Fits only. In this and the ``curves_`` modules, and nowhere else, the short names of the field stand
(``k``, ``n``, ``m``, ``a``, ``b``, ``k1``, ``k2``).
"""

from __future__ import annotations

from releasekit.physics.curves_goodness import (
    aic,
    aicc,
    f1,
    f2,
    msc,
)
from releasekit.physics.curves_power import (
    baker_lonsdale,
    higuchi,
    hixson_crowell,
    hopfenberg,
    korsmeyer_peppas,
    peppas_sahlin,
    zero_order,
)
from releasekit.physics.curves_sigmoid import (
    biexponential,
    first_order,
    gompertz,
    logistic,
    weibull,
    weibull_mean_time,
    weibull_scale_time,
)

__all__ = [
    "aic",
    "aicc",
    "baker_lonsdale",
    "biexponential",
    "f1",
    "f2",
    "first_order",
    "gompertz",
    "higuchi",
    "hixson_crowell",
    "hopfenberg",
    "korsmeyer_peppas",
    "logistic",
    "msc",
    "peppas_sahlin",
    "weibull",
    "weibull_mean_time",
    "weibull_scale_time",
    "zero_order",
]

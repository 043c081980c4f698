"""Checks of empirical release curves (EMP); times are in hours, as the cases give them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.optimize import brentq, curve_fit

from releasekit.physics import curves, series
from releasekit.physics.constants import FloatArray
from releasekit.verification import Check
from releasekit.verification.labels import number_after, unknown

Inputs = dict[str, Any]


def values(inputs: Inputs, t: float | None, label: str | None) -> float:
    label, i = label or "", inputs
    time = float(i["t_h"]) if t is None else t
    if label.startswith("zero order"):
        return float(curves.zero_order(time, i["k0"]))
    if label.startswith("first order"):
        return float(curves.first_order(time, i["k1"]))
    if label.startswith("Higuchi"):
        return float(curves.higuchi(time, i["kH"]))
    if label.startswith("Korsmeyer-Peppas"):
        return float(curves.korsmeyer_peppas(time, i["kKP"], i["n"]))
    if label.startswith("Peppas-Sahlin"):
        return float(curves.peppas_sahlin(time, i["k1PS"], i["k2PS"], i["m"]))
    if label.startswith("Weibull"):
        w = i["weibull"]
        return float(curves.weibull(time, w["a"], w["b"], w["Ti"]))
    if label.startswith("Hopfenberg"):
        return float(curves.hopfenberg(time, i["kHB"], number_after(label, "^")))
    if label.startswith("Hixson-Crowell"):
        return float(curves.hixson_crowell(time, i["kHC"]))
    if label.startswith("Gompertz"):
        return float(curves.gompertz(time, i["gompertz"]["a"], i["gompertz"]["b"]))
    if label.startswith("logistic"):
        return float(curves.logistic(time, i["logistic"]["a"], i["logistic"]["b"]))
    if label.startswith("biexponential"):
        w = i["biexp"]
        return float(curves.biexponential(time, w["A"], w["k1"], w["k2"]))
    if label.startswith("Baker-Lonsdale"):
        return float(curves.baker_lonsdale(time, i["kBL"]))
    raise unknown(label)


def similarity(inputs: Inputs, t: float | None, label: str | None) -> float:
    label = label or ""
    reference = inputs["reference"]
    test = reference if "identical" in label else inputs["test"]
    if label.startswith("f1"):
        return float(curves.f1(reference, test))
    if label.startswith("f2"):
        return float(curves.f2(reference, test))
    raise unknown(label)


_FITS: dict[str, tuple[Callable[..., FloatArray], tuple[float, ...]]] = {
    "first-order": (lambda t, k: curves.first_order(t, k), (0.03,)),
    "Higuchi": (lambda t, k: curves.higuchi(t, k), (0.1,)),
    "Korsmeyer-Peppas": (lambda t, k, n: curves.korsmeyer_peppas(t, k, n), (0.1, 0.5)),
    "Weibull": (lambda t, a, b: curves.weibull(t, a, b), (10.0, 0.7)),
}


def selection(inputs: Inputs, t: float | None, label: str | None) -> float:
    label = label or ""
    name = next((known for known in _FITS if label.startswith(known)), None)
    if name is None:
        raise unknown(label)
    law, start = _FITS[name]
    time, F = np.asarray(inputs["t_h"], dtype=float), np.asarray(inputs["F"], dtype=float)
    best, _ = curve_fit(law, time, F, p0=start, xtol=1e-14, ftol=1e-14, gtol=1e-14)
    if "param" in label:
        return float(best[int(number_after(label, "param"))])
    left, total = np.sum((F - law(time, *best)) ** 2), np.sum((F - F.mean()) ** 2)
    found = {
        "SS": left,
        "AIC": curves.aic(left, F.size, best.size),
        "AICc": curves.aicc(left, F.size, best.size),
        "MSC": curves.msc(total, left, F.size, best.size),
    }
    if label.split()[-1] not in found:
        raise unknown(label)
    return float(found[label.split()[-1]])


def fickian_exponent(inputs: Inputs, t: float | None, label: str | None) -> float:
    """Regress the exponent of t^n on the exact release over a window of F.

    A row named "published" is answered with the regression on the linear-sampled window, which is
    what the published exponent is to be compared with.
    """
    label = label or ""
    laws = {
        "slab": series.release_slab,
        "cylinder": series.release_cylinder,
        "sphere": series.release_sphere,
    }
    law = next((law for shape, law in laws.items() if label.startswith(shape)), None)
    if law is None:
        raise unknown(label)
    windows = inputs["windows"]
    wanted = "log" if "log-spaced" in label else "linear"
    low, high, spacing = next(window for window in windows if window[2] == wanted)
    if "<F<" in label:
        low, high = number_after(label, "("), number_after(label, "<F<")
    count = int(number_after(label, f"{high:g},")) if "<F<" in label else 60
    first, last = (
        float(brentq(lambda x, F=F: float(law(x)) - F, 1e-9, 5.0, xtol=1e-16, rtol=1e-14))
        for F in (low, high)
    )
    Fo = np.geomspace(first, last, count) if spacing == "log" else np.linspace(first, last, count)
    return float(np.polyfit(np.log(Fo), np.log(law(Fo)), 1)[0])


def weibull_times(inputs: Inputs, t: float | None, label: str | None) -> float:
    if label == "MDT":
        return float(curves.weibull_mean_time(inputs["a"], inputs["b"]))
    if label and label.startswith("t63"):
        return float(curves.weibull_scale_time(inputs["a"], inputs["b"]))
    raise unknown(label)


CHECKS: dict[str, Check] = {
    "EMP-01": values,
    "EMP-02": similarity,
    "EMP-03": selection,
    "EMP-04": fickian_exponent,
    "EMP-05": weibull_times,
}

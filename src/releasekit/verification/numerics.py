"""Checks of numerical method (NUM): time stepping, manufactured solutions, Laplace inversion."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy.integrate import quad

from releasekit.physics import laplace, series
from releasekit.verification import Check
from releasekit.verification.labels import number_after

Inputs = dict[str, Any]


def stability_tr_bdf2(step: float, stage: float) -> float:
    """Return the growth factor of TR-BDF2 for y' = λy, z = λ dt.

        R(z) = {[1 + (1-γ)²] z + 2 (2-γ)}/{z² (1-γ) γ + z (γ² - 2) + 2 (2-γ)}

    >>> stability_tr_bdf2(0.0, 0.57)
    1.0
    """
    z, gamma = step, stage
    above = (1.0 + (1.0 - gamma) ** 2) * z + 2.0 * (2.0 - gamma)
    below = z * z * (1.0 - gamma) * gamma + z * (gamma**2 - 2.0) + 2.0 * (2.0 - gamma)
    return above / below


def manufactured_solution(position: float, time: float) -> float:
    """Return u = e^-t (1 + cos πr)/2, flat in the middle and 0 at the surface."""
    return math.exp(-time) * (1.0 + math.cos(math.pi * position)) / 2.0


def manufactured_source(
    position: float, time: float, shape_exponent: float, loss_rate: float
) -> float:
    """Return the source that makes `manufactured_solution` solve diffusion with loss.

    S = u_t - r^-n (r^n D u_r)_r + k u, D = 1 + r² e^(-t/2)/2
    """
    r, t, n = position, time, shape_exponent
    u = manufactured_solution(r, t)
    slope = -math.exp(-t) * math.pi * math.sin(math.pi * r) / 2.0
    bend = -math.exp(-t) * math.pi**2 * math.cos(math.pi * r) / 2.0
    D, D_slope = 1.0 + 0.5 * r * r * math.exp(-t / 2.0), r * math.exp(-t / 2.0)
    return -u - (D * (bend + n * slope / r) + D_slope * slope) + loss_rate * u


def tr_bdf2(inputs: Inputs, t: float | None, quantity: str | None) -> float:
    label, gamma = quantity or "", float(inputs["gamma"])
    if label.startswith("R("):
        return stability_tr_bdf2(number_after(label, "R("), gamma)
    if label == "gamma/2":
        return gamma / 2.0
    if label == "(1-gamma)/(2-gamma)":
        return (1.0 - gamma) / (2.0 - gamma)
    raise ValueError(f"no law for {label!r}")


def manufactured(inputs: Inputs, t: float | None, quantity: str | None) -> float:
    label = quantity or ""
    n = number_after(label, "n=")
    if label.startswith("S("):
        r, time = (float(x) for x in label[2 : label.index(")")].split(","))
        return manufactured_source(r, time, n, float(inputs["k"]))
    if "int r^n u dr" in label and t is not None:
        inside, _ = quad(lambda r: r**n * manufactured_solution(r, t), 0.0, 1.0, epsabs=1e-13)
        return float((n + 1.0) * inside)
    raise ValueError(f"no law for {label!r}")


def _slab_by_inversion(time: float, term_count: int) -> float:
    return float(
        laplace.talbot(lambda s: laplace.surface_response_slab(np.sqrt(s)) / s, time, term_count)
    )


def inversion(inputs: Inputs, t: float | None, quantity: str | None) -> float:
    if t is None:
        raise ValueError("this row needs a time")
    return _slab_by_inversion(t, 24)


def inversion_terms(inputs: Inputs, t: float | None, quantity: str | None) -> float:
    label, Fo = quantity or "", float(inputs["Fo"])
    if label == "exact":
        return float(series.release_slab(Fo))
    return _slab_by_inversion(Fo, int(number_after(label, "M=")))


CHECKS: dict[str, Check] = {
    "NUM-01": tr_bdf2,
    "NUM-02": manufactured,
    "NUM-03": inversion,
    "NUM-04": inversion_terms,
}

"""Checks of exact release (REL), needles (MN) and numerical method (NUM)."""

from __future__ import annotations

import math
from typing import Any

from scipy.optimize import brentq

from releasekit.physics import laplace, needles, series
from releasekit.verification import Check, numerics
from releasekit.verification.labels import number_after, timed, unknown

Inputs = dict[str, Any]


def _input(inputs: Inputs, *keys: str) -> float:
    """Return the first input that is there: cases differ in what they call a length."""
    for key in keys:
        if key in inputs:
            return float(inputs[key])
    raise ValueError(f"input {keys[0]!r} is missing")


# exact release: t is the Fourier number where no diffusivity is given ----------------------------


def sink_slab(inputs: Inputs, t: float | None, label: str | None) -> float:
    return float(series.release_slab(timed(t)))


def sink_cylinder(inputs: Inputs, t: float | None, label: str | None) -> float:
    return float(series.release_cylinder(timed(t)))


def sink_sphere(inputs: Inputs, t: float | None, label: str | None) -> float:
    return float(series.release_sphere(timed(t)))


def sink_disc(inputs: Inputs, t: float | None, label: str | None) -> float:
    height = _input(inputs, "h", "H", "L", "thickness")
    return float(series.release_disc(timed(t), inputs["D"], _input(inputs, "R", "radius"), height))


def bath_slab(inputs: Inputs, t: float | None, label: str | None) -> float:
    alpha = float(inputs["alpha"])
    if label is None:
        share = series.bath_equilibrium_fraction(alpha)
        return float(series.release_bath_slab(timed(t), alpha) / share)
    if label.startswith("q_"):
        root = int(number_after(label, "q_"))
        return float(series.bath_roots_slab(alpha, root)[root - 1])
    if "M_inf" in label:
        return float(series.bath_equilibrium_fraction(alpha))
    raise unknown(label)


def bath_sphere(inputs: Inputs, t: float | None, label: str | None) -> float:
    alpha = float(inputs["alpha"])
    if label is None:
        share = series.bath_equilibrium_fraction(alpha)
        return float(series.release_bath_sphere(timed(t), alpha) / share)
    if label.startswith("q_"):
        root = int(number_after(label, "q_"))
        return float(series.bath_roots_sphere(alpha, root)[root - 1])
    if "M_inf" in label:
        return float(series.bath_equilibrium_fraction(alpha))
    raise unknown(label)


def film(inputs: Inputs, t: float | None, label: str | None) -> float:
    label = label or ""
    laws = {
        "slab": series.release_film_slab,
        "sheet": series.release_film_slab,
        "cylinder": series.release_film_cylinder,
        "sphere": series.release_film_sphere,
    }
    for shape, law in laws.items():
        if shape in label:
            return float(law(timed(t), number_after(label, "Bi=")))
    raise unknown(label)


def mean_time(inputs: Inputs, t: float | None, label: str | None) -> float:
    label = label or ""
    Bi = number_after(label, "Bi=") if "Bi=" in label else math.inf
    for exponent, shape in enumerate(("slab", "cylinder", "sphere")):
        if shape in label:
            return float(series.mean_release_time(1.0, 1.0, exponent, Bi))
    raise unknown(label)


def _square_root_excess(Fo: float) -> float:
    """Return how much the square-root law lies above the exact release, relative to it."""
    return float(series.short_time_slab(Fo) / series.release_slab(Fo)) - 1.0


def asymptote(inputs: Inputs, t: float | None, label: str | None) -> float:
    label = label or ""
    if "sqrt-law error" in label or label == "F there":
        excess = number_after(label, "error =") / 100.0 if "error =" in label else 0.01
        Fo = brentq(lambda x: _square_root_excess(x) - excess, 0.05, 2.0, xtol=1e-15, rtol=1e-14)
        return float(series.release_slab(Fo)) if label == "F there" else float(Fo)
    if "error of sqrt-law at F=" in label:
        F = number_after(label, "F=")
        Fo = brentq(lambda x: float(series.release_slab(x)) - F, 1e-6, 5.0, xtol=1e-15, rtol=1e-14)
        return _square_root_excess(Fo)
    if "slab long-time" in label:
        return float(series.long_time_slab(timed(t)))
    if "sphere long-time" in label:
        return float(series.long_time_sphere(timed(t)))
    if "slab" in label:
        return float(series.short_time_slab(timed(t)))
    if "cylinder" in label:  # the label says which terms are kept
        return float(series.short_time_cylinder(timed(t), 4 if "Fo^2" in label else 3))
    if "sphere" in label:
        return float(series.short_time_sphere(timed(t)))
    raise unknown(label)


def dispersed_solid(inputs: Inputs, t: float | None, label: str | None) -> float:
    label = label or ""
    load = number_after(label, "A/Cs=")
    if "Higuchi" in label:
        return float(series.amount_released_higuchi(1.0, 1.0, load, 1.0))
    if "exact" in label:
        return float(series.amount_released_paul_mcspadden(1.0, 1.0, load, 1.0))
    raise unknown(label)


def two_layer(inputs: Inputs, t: float | None, label: str | None) -> float:
    D1, L, D2 = inputs["D_gel"], inputs["L_gel"], inputs["D_tissue"]
    partition = 1.0 / float(inputs["K"])  # the case gives tissue over gel
    if label and "short-time" in label:
        return float(series.short_time_two_layer(timed(t), D1, L, D2, partition))
    depth = inputs.get("L_tissue")
    return float(
        laplace.release_two_layer(
            timed(t), D1, L, D2, partition, inputs["k_tissue"], math.inf if depth is None else depth
        )
    )


def sphere_centre(inputs: Inputs, t: float | None, label: str | None) -> float:
    Fo = float(inputs["Fo"]) if t is None else t
    return 1.0 - float(series.profile_sphere(inputs["r_star"], Fo))


def growing_diffusivity(inputs: Inputs, t: float | None, label: str | None) -> float:
    return float(
        series.release_growing_diffusivity(timed(t), inputs["D_0"], inputs["k"], inputs["L"])
    )


def swelling_slab(inputs: Inputs, t: float | None, label: str | None) -> float:
    L, g = _input(inputs, "L0", "L_0", "L"), _input(inputs, "g", "k")
    return float(series.release_swelling(timed(t), _input(inputs, "D", "D_0"), L, g))


def eroding_slab(inputs: Inputs, t: float | None, label: str | None) -> float:
    L, v = _input(inputs, "L0", "L_0", "L"), _input(inputs, "v", "v_front")
    return float(series.release_eroding(timed(t), _input(inputs, "D", "D_0"), L, v))


def swelling_sphere(inputs: Inputs, t: float | None, label: str | None) -> float:
    return float(series.swelling_tanaka_fillmore(timed(t), inputs["D_coop"], inputs["R_final"]))


# needles ----------------------------------------------------------------------------------------


def dissolving_cone(inputs: Inputs, t: float | None, label: str | None) -> float:
    H, R, v = inputs["H0"], inputs["R0"], inputs["v"]
    if label is None:
        return 1.0 - float(needles.cone_remaining_fraction(timed(t), H, R, v))
    if label == "theta":
        return float(needles.cone_half_angle(H, R))
    if label == "t_d":
        return float(needles.cone_dissolution_time(H, R, v))
    raise unknown(label)


def finite_fluid(inputs: Inputs, t: float | None, label: str | None) -> float:
    label = label or ""
    b = number_after(label, "b=")
    if "residual" in label:
        return float(needles.stalled_height_fraction(b))
    return float(needles.height_fraction_finite_fluid(timed(t), inputs["a"], b))


def cone_diffusion(inputs: Inputs, t: float | None, label: str | None) -> float:
    D, R = float(inputs.get("D", 1.0)), float(inputs.get("R0", 1.0))
    if label and "MRT" in label:
        return float(needles.mean_release_time_cone(D, R))
    return float(needles.release_cone_slender(D * timed(t) / R**2))


def needle_dose(inputs: Inputs, t: float | None, label: str | None) -> float:
    if label == "V_cone":
        return float(needles.cone_volume(inputs["h"], _input(inputs, "R", "R0")))
    volume = needles.pyramid_volume(inputs["h"], inputs["w"])
    if label == "V_pyramid":
        return float(volume)
    if label == "dose":
        return float(needles.array_dose(inputs["n"], volume, inputs["c_particles_per_m3"]))
    raise unknown(label)


def buckling(inputs: Inputs, t: float | None, label: str | None) -> float:
    label = label or ""
    m = number_after(label, "m=")
    # the label carries m rounded; where the inputs hold the same ratio in full, it is meant
    m = next((x for x in inputs.get("m", ()) if math.isclose(x, m, rel_tol=1e-5)), m)
    if label.startswith("P_cr/"):  # over E I_b/L², I_b = π/4 for a base of radius 1
        return float(needles.buckling_force(1.0, 1.0, 1.0, m)) * 4.0 / math.pi
    r_b = inputs["r_b"]
    return float(needles.buckling_force(inputs["E"], inputs["L"], r_b, m * r_b))


def bending(inputs: Inputs, t: float | None, label: str | None) -> float:
    F, H, r_b, r_t = inputs["F"], inputs["L"], inputs["r_b"], inputs["r_t"]
    if label and "sigma" in label:
        return float(needles.bending_stress(F, H, r_b, r_t))
    if label and "deflection" in label:
        return float(needles.tip_deflection(F, inputs["E"], H, r_b, r_t))
    raise unknown(label)


def insertion(inputs: Inputs, t: float | None, label: str | None) -> float:
    label, r_t = label or "", inputs["r_t"]
    failure = needles.yield_force(inputs["sigma_y"], r_t)
    entry = needles.insertion_force(inputs["stress_insert_s"], r_t)
    if "F_yield" in label:
        return float(failure)
    if "F_insert" in label:
        return float(entry)
    if "margin" in label:
        return float(needles.needle_safety_ratio(math.inf, failure, entry))
    raise unknown(label)


def coated_needle(inputs: Inputs, t: float | None, label: str | None) -> float:
    label = label or ""
    if label == "t_d":
        # what is released per time at the start is 1/t_d
        return 1.0 / float(needles.coating_released_fraction(1.0, inputs["delta0"], inputs["v"]))
    if label.startswith("C("):
        depth = number_after(label, "C(") * (1e-6 if "um" in label else 1.0)
        return float(needles.depot_concentration(timed(t), depth, inputs["M"], inputs["D"]))
    raise unknown(label)


CHECKS: dict[str, Check] = {
    "REL-01": sink_slab,
    "REL-02": sink_cylinder,
    "REL-03": sink_sphere,
    "REL-04": sink_disc,
    "REL-05": bath_slab,
    "REL-05a": bath_slab,
    "REL-05b": bath_slab,
    "REL-06": bath_sphere,
    "REL-06a": bath_sphere,
    "REL-06b": bath_sphere,
    "REL-07": film,
    "REL-08": mean_time,
    "REL-09": asymptote,
    "REL-10": dispersed_solid,
    "REL-11": two_layer,
    "REL-12": two_layer,
    "REL-13": sphere_centre,
    "REL-14": growing_diffusivity,
    "REL-15": swelling_slab,
    "REL-16": eroding_slab,
    "REL-17": swelling_sphere,
    "MN-01": dissolving_cone,
    "MN-02": finite_fluid,
    "MN-03": cone_diffusion,
    "MN-05": needle_dose,
    "MN-06": buckling,
    "MN-07": bending,
    "MN-08": insertion,
    "MN-09": coated_needle,
    **numerics.CHECKS,
}

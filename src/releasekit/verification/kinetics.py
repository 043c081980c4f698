"""Checks of degradation (DEG), binding (BIN) and the wound side (WND)."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np

from releasekit.physics import (
    activity,
    autocatalysis,
    binding,
    chain_growth,
    compartment,
    degradation,
    erosion,
    gelation,
    laplace,
    linkers,
    series,
    surface_erosion,
    wound,
)
from releasekit.units import to_si
from releasekit.verification import Check
from releasekit.verification.labels import number_after, timed, unknown

Inputs = dict[str, Any]

# WND-02 and WND-03 go on from the compartment of WND-01 and do not repeat its rates
_COMPARTMENT = {"k_release": 5e-6, "k_wash": 1.157e-5, "k_uptake": 1e-5, "k_inact": 5e-6}


def _number(label: str, mark: str, inputs: Inputs, key: str) -> float:
    """Return the number after the mark, or the input where the label does not carry it."""
    return number_after(label, mark) if mark in label else float(inputs[key])


# degradation -----------------------------------------------------------------------------------


def first_order(inputs: Inputs, t: float | None, label: str | None) -> float:
    if label and "half" in label:
        return float(degradation.half_life(inputs["k"]))
    return float(degradation.intact_first_order(inputs["k"], timed(t)))


def enzyme_bulk(inputs: Inputs, t: float | None, label: str | None) -> float:
    decay = inputs["k_d"] if label and "with enzyme decay" in label else 0.0
    return float(
        degradation.michaelis_menten(inputs["S0"], inputs["Km"], inputs["Vmax"], decay, timed(t))
    )


def eroding_surface(inputs: Inputs, t: float | None, label: str | None) -> float:
    label, t_e = label or "", inputs["t_e"]
    shape = number_after(label, "n=") - 1.0  # the published n is 1, 2, 3
    if "MRT" in label:
        return float(surface_erosion.mean_release_time_hopfenberg(t_e, shape) / t_e)
    return float(surface_erosion.release_hopfenberg(timed(t), t_e, shape))


def stefan_front(inputs: Inputs, t: float | None, label: str | None) -> float:
    label = label or ""
    ratio = number_after(label, "St=")
    if "depth" in label:
        D = _number(label, "D_E=", inputs, "D_E")
        return float(erosion.front_depth_stefan(timed(t), D, ratio))
    return float(erosion.stefan_root(ratio))


def shrinking_core(inputs: Inputs, t: float | None, label: str | None) -> float:
    return float(erosion.shrinking_core_time(1.0 - number_after(label or "", "X="), 1.0))


def enzyme_depth(inputs: Inputs, t: float | None, label: str | None) -> float:
    label = label or ""
    phi = erosion.thiele_ratio(inputs["L"], number_after(label, "k_E="), inputs["D_E"])
    return float(erosion.enzyme_effectiveness(phi) if "mean" in label else phi)


def reverse_gelation(inputs: Inputs, t: float | None, label: str | None) -> float:
    label = label or ""
    f = _number(label, "f=", {"f": 4} | inputs, "f")
    pair = re.search(r"A(\d+)\s*\+\s*B(\d+)", label)
    gel_point = (
        gelation.gel_point_fraction_two(float(pair[1]), float(pair[2]))
        if pair
        else gelation.gel_point_fraction(f)
    )
    if "t_rg" in label:
        k = 1e-6
        gel_time = gelation.gel_point_time(k, 1.0, gel_point)
        return float(gel_time / degradation.half_life(k) if "t_half" in label else gel_time * k)
    if "p_c" in label:
        return float(gel_point)
    laws = {
        "P_out": gelation.escape_probability,
        "sol fraction": gelation.sol_fraction,
        "phantom": gelation.modulus_ratio_phantom,
        "affine": gelation.modulus_ratio_affine,
        "xi/xi0": gelation.mesh_growth_modulus,
    }
    for mark, law in laws.items():
        if mark in label:
            return float(law(number_after(label, "p="), f))
    raise unknown(label)


def chain_network(inputs: Inputs, t: float | None, label: str | None) -> float:
    label = label or ""
    gel_point = chain_growth.gel_point_fraction_chain(inputs["N"])
    if "P_c" in label:
        return float(gel_point)
    if "t_c" in label:
        return float(gelation.gel_point_time(1.0, 1.0, gel_point))
    p = degradation.intact_first_order(1.0, timed(t))
    density = chain_growth.crosslink_density_ratio_chain(p)
    if "both ends" in label:
        return float(chain_growth.crosslinkers_freed_chain(p))
    if "density" in label:
        return float(density)
    if "mesh" in label:
        return float(gelation.mesh_growth_swelling(density))
    if "swelling" in label:
        return float(chain_growth.swelling_growth(density))
    raise unknown(label)


def autocatalytic_ester(inputs: Inputs, t: float | None, label: str | None) -> float:
    E0, A0, k = inputs["E0"], inputs["A0"], inputs["k"]
    if "n=1/2" in (label or ""):
        return float(autocatalysis.ester_autocatalytic_half_order(E0, A0, k, timed(t)))
    return float(autocatalysis.ester_autocatalytic(E0, A0, k, timed(t)))


def acid_in_sphere(inputs: Inputs, t: float | None, label: str | None) -> float:
    label = label or ""
    if "critical" in label:
        return autocatalysis.ACID_RUNAWAY_THIELE**2
    phi = math.sqrt(number_after(label, "phi^2="))
    return float(autocatalysis.acid_accumulation_sphere(timed(t), phi))


def beta_elimination(inputs: Inputs, t: float | None, label: str | None) -> float:
    label, k1, k2 = label or "", inputs["k1"], inputs["k2"]
    f = inputs.get("f", 4)
    if "solub" in label:
        return float(linkers.cargo_solubilised(k1, k2, f, timed(t)))
    if "freed" in label and t is None:
        return float(linkers.cargo_freed_at_gel_point(k1, k2, f))
    if "freed" in label:
        return float(linkers.cargo_freed(k1, timed(t)))
    if "t_rg" in label:
        return float(gelation.gel_point_time(k2, 1.0, gelation.gel_point_fraction(f)))
    raise unknown(label)


def hydrolysis(inputs: Inputs, t: float | None, label: str | None) -> float:
    rates = [inputs[key] for key in ("k_w", "k_H", "k_OH", "pKw")]
    return float(degradation.hydrolysis_rate_ph(number_after(label or "", "pH="), *rates))


def stimulus_calibration(inputs: Inputs, t: float | None, label: str | None) -> float:
    label = label or ""
    found = {
        float(match[1]): value
        for key, value in inputs.items()
        if (match := re.fullmatch(r"t_half_([\d.]+)mM_s", key))
    }
    # 1 mmol/L is 1 mol/m³, and half-life and rate are turned into each other by the same law
    if label.startswith("k("):
        return float(degradation.half_life(found[number_after(label, "k(")]))
    S, k = list(found), degradation.half_life(list(found.values()))
    if "order" in label:
        return float(linkers.stimulus_order_fitted(S, k))
    k0, k2 = linkers.stimulus_line_fitted(S, k)
    if "slope" in label:
        return float(k2)
    if "intercept" in label:
        return float(k0)
    raise unknown(label)


def reagent_batch(inputs: Inputs, t: float | None, label: str | None) -> float:
    A = inputs["A_crosslinks"]
    intact = linkers.intact_second_order(A, inputs["B_ROS"], inputs["k2"], timed(t))
    return float(A * (1.0 - intact))


def glucose(inputs: Inputs, t: float | None, label: str | None) -> float:
    return float(linkers.intact_glucose(number_after(label or "", "G="), inputs["K_g_m3_mol"]))


def arrhenius(inputs: Inputs, t: float | None, label: str | None) -> float:
    return float(degradation.arrhenius_factor(inputs["Ea"], inputs["T1"], inputs["T2"]))


# binding ---------------------------------------------------------------------------------------


def bound_equilibrium(inputs: Inputs, t: float | None, label: str | None) -> float:
    D = binding.diffusivity_bound_equilibrium(inputs["D"], inputs["K_b"])
    return float(series.release_slab(D * timed(t) / inputs["L"] ** 2))


def bound_finite_rate(inputs: Inputs, t: float | None, label: str | None) -> float:
    numbers = [inputs[key] for key in ("D", "L", "k_on_prime", "k_off")]
    return float(laplace.release_slab_binding(timed(t), *numbers))


def bound_mean_time(inputs: Inputs, t: float | None, label: str | None) -> float:
    numbers = [inputs[key] for key in ("L", "D", "K", "k_off")]
    return float(binding.mean_release_time_binding(*numbers))


def dissociation(inputs: Inputs, t: float | None, label: str | None) -> float:
    return float(binding.release_dissociation(timed(t), inputs["k_off"]))


def langmuir(inputs: Inputs, t: float | None, label: str | None) -> float:
    B, K = inputs["B_max"], inputs["K_d"]
    c = binding.free_concentration_langmuir(inputs["T_total"], B, K)
    return float(binding.retardation_langmuir(c, B, K) if "retardation" in (label or "") else c)


def langmuir_source(inputs: Inputs, t: float | None, label: str | None) -> float:
    """Source of the manufactured c = e^(-t) (1 + cos πx)/2, and the total it holds."""
    label, B, K = label or "", inputs["B"], inputs["K_d"]
    decay = math.exp(-timed(t))
    if "mass" in label:
        nodes, weights = np.polynomial.legendre.leggauss(60)
        c = 0.5 * decay * (1.0 + np.cos(0.5 * math.pi * (nodes + 1.0)))
        return float(0.5 * weights @ (c + B * binding.site_occupancy(c, K)))
    x = _number(label, "S(", inputs, "x")
    c = np.asarray(0.5 * decay * (1.0 + math.cos(math.pi * x)))
    curvature = -0.5 * math.pi**2 * decay * math.cos(math.pi * x)
    return float(-binding.retardation_langmuir(c, B, K) * c - inputs["D"] * curvature)


def ligand_excess(inputs: Inputs, t: float | None, label: str | None) -> float:
    K = binding.binding_ratio(inputs["L_ligand_mol_m3"], inputs["K_D_mol_m3"])
    return float(binding.free_fraction(K) if "free" in (label or "") else K)


# wound -----------------------------------------------------------------------------------------


def _rates(inputs: Inputs) -> tuple[float, float]:
    rates = _COMPARTMENT | inputs
    return rates["k_release"], rates["k_wash"] + rates["k_uptake"] + rates["k_inact"]


def fluid_compartment(inputs: Inputs, t: float | None, label: str | None) -> float:
    k_r, k_e = _rates(inputs)
    if label is None:
        return float(compartment.compartment_bateman(timed(t), k_r, k_e))
    exits = {"taken up": "k_uptake", "washed": "k_wash", "inactivated": "k_inact"}
    for mark, key in exits.items():
        if mark in label:
            return float(compartment.exit_fraction(inputs[key], k_r, k_e))
    laws = {
        "t_max": compartment.compartment_peak_time,
        "A_max": compartment.compartment_peak_amount,
        "AUC": compartment.compartment_auc,
        "MRT": compartment.residence_time,
    }
    for mark, law in laws.items():
        if mark in label:
            return float(law(k_r, k_e))
    raise unknown(label)


def time_above(inputs: Inputs, t: float | None, label: str | None) -> float:
    k_r, k_e = _rates(inputs)
    label, limit = label or "", inputs["A_star"]
    if "bolus" in label:
        return float(compartment.time_above_bolus(limit, k_e))
    on, off = compartment.crossing_times(limit, k_r, k_e)
    times = {"t_on": on, "t_off": off, "T_above": off - on}
    if label not in times:
        raise unknown(label)
    return float(times[label])


def dressing_changes(inputs: Inputs, t: float | None, label: str | None) -> float:
    k_r, k_e = _rates(inputs)
    label, T = label or "", inputs["T"]
    if "A(0+)" in label:
        return float(compartment.amount_after_change(k_r, k_e, T, inputs["omega"]))
    if "lost" in label:
        return float(activity.carrier_fraction(T, k_r))
    raise unknown(label)


def exudate_washout(inputs: Inputs, t: float | None, label: str | None) -> float:
    label = label or ""
    flux = to_si(number_after(label, "("), "g/cm^2/d", "kg/m^2/s") / inputs["rho"]
    if "velocity" in label:
        return float(flux)
    rate = wound.washout_rate(flux, inputs["h"])
    return float(degradation.half_life(rate) if "half-life" in label else rate)


def tissue_depth(inputs: Inputs, t: float | None, label: str | None) -> float:
    label, D, k = label or "", inputs["D"], inputs["k"]
    if "lambda" in label:
        return float(wound.penetration_depth(D, k))
    if "flux" in label:
        return float(k * wound.penetration_depth(D, k))
    x = to_si(number_after(label, "x="), "um", "m")
    return float(wound.penetration_profile(x, timed(t), D, k))


def active_at_exit(inputs: Inputs, t: float | None, label: str | None) -> float:
    label = (label or "").replace("phi^2", "phi2")
    phi2 = _number(label, "phi2=", inputs, "phi2")
    laws = {
        "slab": activity.active_fraction_slab,
        "cylinder": activity.active_fraction_cylinder,
        "sphere": activity.active_fraction_sphere,
    }
    for mark, law in laws.items():
        if mark in label:
            return float(law(phi2, 1.0, 1.0))
    raise unknown(label)


def active_auc(inputs: Inputs, t: float | None, label: str | None) -> float:
    label, k_r = label or "", inputs["k_release"]
    if "AUC" in label:
        return float(compartment.compartment_auc(k_r, inputs["k_e"], inputs["k_ig"]))
    if "burst" in label:
        hours = to_si(number_after(label, "F("), "h", "s")
        return 1.0 - float(activity.carrier_fraction(hours, k_r))
    if "carrier" in label:
        days = to_si(number_after(label, "carrier"), "d", "s")
        return float(activity.carrier_fraction(days, k_r))
    raise unknown(label)


def exudate_convection(inputs: Inputs, t: float | None, label: str | None) -> float:
    label = label or ""
    Pe = _number(label, "Pe=", inputs, "Pe")
    if "MRT" in label:
        return float(wound.mean_release_time_sealed_back(1.0, 1.0, Pe))
    return float(wound.delivered_fraction_open_back(Pe))


CHECKS: dict[str, Check] = {
    "DEG-01": first_order,
    "DEG-02": enzyme_bulk,
    "DEG-03": eroding_surface,
    "DEG-04": stefan_front,
    "DEG-05": shrinking_core,
    "DEG-06": enzyme_depth,
    "DEG-07": reverse_gelation,
    "DEG-08": reverse_gelation,
    "DEG-09": chain_network,
    "DEG-10": autocatalytic_ester,
    "DEG-11": acid_in_sphere,
    "DEG-12": beta_elimination,
    "DEG-13": hydrolysis,
    "DEG-14": stimulus_calibration,
    "DEG-15": reagent_batch,
    "DEG-16": glucose,
    "DEG-17": arrhenius,
    "DEG-18": reverse_gelation,
    "BIN-01": bound_equilibrium,
    "BIN-02a": bound_finite_rate,
    "BIN-02b": bound_finite_rate,
    "BIN-02c": bound_finite_rate,
    "BIN-03": bound_mean_time,
    "BIN-04": dissociation,
    "BIN-05": langmuir,
    "BIN-06": langmuir_source,
    "BIN-07": ligand_excess,
    "WND-01": fluid_compartment,
    "WND-02": time_above,
    "WND-03": dressing_changes,
    "WND-04": exudate_washout,
    "WND-05": tissue_depth,
    "WND-06": active_at_exit,
    "WND-07": active_auc,
    "WND-08": exudate_convection,
}

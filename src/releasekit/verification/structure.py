"""Checks of network structure (NET), hindered mobility (HIN) and porous bodies (SCA)."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from releasekit.physics import mobility, network, porous, sizes
from releasekit.physics.constants import BOLTZMANN, FloatArray
from releasekit.physics.series import release_slab
from releasekit.verification import Check
from releasekit.verification.labels import number_after, unknown

Inputs = dict[str, Any]
_QUARTER_PI = math.pi / 4
_REACH, _NODES = 9.0, 240  # normal scores covered and Gauss-Legendre nodes of an average over sizes


def _labelled(label: str | None, mark: str, default: Any, scale: float = 1.0) -> float:
    """Return the number after the mark in SI, or the default where the label does not carry it."""
    if label and mark in label:
        return number_after(label, mark) * scale
    if default is None or isinstance(default, list):
        raise unknown(label)
    return float(default)


def _nm(label: str | None, mark: str, default: Any = None) -> float:
    return _labelled(label, mark, default, 1e-9)


def _average(inputs: Inputs, function: Callable[[FloatArray], FloatArray],
             edges: list[float] | None = None) -> float:
    """Average a function of the diameter over a lognormal, or over its part between the edges."""
    median, spread = inputs["median"], math.log(inputs["GSD"])
    ends = [math.log(edge / median) / spread for edge in edges] if edges else [-_REACH, _REACH]
    x, w = np.polynomial.legendre.leggauss(_NODES)
    score = 0.5 * (ends[1] - ends[0]) * x + 0.5 * (ends[0] + ends[1])
    weight = w * np.exp(-0.5 * score**2)
    return float(weight @ function(median * np.exp(spread * score)) / weight.sum())


# structure -------------------------------------------------------------------------------------


def free_diffusivity(inputs: Inputs, t: float | None, label: str | None) -> float:
    diameter = _nm(label, "d=", inputs["d"])
    return float(mobility.stokes_einstein(diameter, inputs["T"], inputs["eta"]))


def mesh_canal_peppas(inputs: Inputs, t: float | None, label: str | None) -> float:
    return float(network.mesh_canal_peppas(
        inputs["phi_s"], inputs["bond_length_m"], inputs["C_n"],
        inputs["bonds_per_repeat_lambda"], inputs["Mc_g_mol"] * 1e-3, inputs["Mr_g_mol"] * 1e-3))


def strand_peppas_merrill(inputs: Inputs, t: float | None, label: str | None) -> float:
    kilograms = network.strand_molar_mass_peppas_merrill(
        inputs["Mn_g_mol"] * 1e-3, inputs["vbar_m3_per_g"] * 1e3, inputs["V1_m3_mol"],
        inputs["chi"], inputs["phi_r"], inputs["phi_s"])
    return float(kilograms) * 1e3


def network_richbourg(inputs: Inputs, t: float | None, label: str | None) -> float:
    f, N_j, rho, M_r = (inputs[key] for key in ("f", "Nj", "rho_d", "Mr_kg_mol"))
    phi = network.swollen_volume_fraction_richbourg(
        inputs["phi0"], f, inputs["gamma"], N_j, rho, M_r, inputs["V1"], inputs["chi"])
    if label == "phi_s":
        return float(phi)
    if label == "G":
        return float(network.modulus_richbourg(
            inputs["phi0"], phi, f, inputs["gamma"], N_j, rho, M_r, inputs["T"]))
    mesh = network.mesh_richbourg(
        phi, f, inputs["bond_length_m"], inputs["C_inf"], inputs["lam"], N_j)
    if label == "xi":
        return float(mesh)
    if label and label.startswith("r_m"):
        return float(network.mesh_radius_richbourg(mesh, _labelled(label, "f=", f)))
    raise unknown(label)


def correlation_length(inputs: Inputs, t: float | None, label: str | None) -> float:
    return float(network.correlation_length(_labelled(label, "G=", inputs["G"]), inputs["T"]))


def fibres(inputs: Inputs, t: float | None, label: str | None) -> float:
    phi, a = inputs["phi"], inputs["fibre_radius"]
    length_density = network.fibre_length_density(phi, a)
    match (label or "").split("(")[0]:
        case "rho_L":
            value = length_density
        case "sigma_Rayleigh":
            value = network.fibre_distance_scale(length_density)
        case "mean_distance_to_fibre_axis":
            value = network.fibre_mean_distance(length_density)
        case "mean_clearance_to_fibre_surface_in_void":
            value = network.fibre_mean_clearance(length_density, a)
        case "Ogston_K":
            value = network.accessible_volume_ogston(_nm(label, "r_s=", inputs["r_s"]), a, phi)
        case _:
            raise unknown(label)
    return float(value)


def elasticity(inputs: Inputs, t: float | None, label: str | None) -> float:
    G, T = inputs["G"], inputs["T"]
    affine = network.strand_concentration_affine(G, T)
    match (label or "").split("_(")[0]:
        case "nu_affine":
            value = affine
        case "nu_phantom":
            value = network.strand_concentration_phantom(G, T, inputs["f"])
        case "G_swollen":
            value = network.swollen_modulus(G, inputs["phi0"], inputs["phi_s"])
        case "mean_strand_spacing":
            value = network.strand_spacing(affine)
        case _:
            raise unknown(label)
    return float(value)


def water(inputs: Inputs, t: float | None, label: str | None) -> float:
    def diffusivity(temperature: float, diameter: float) -> float:
        viscosity = mobility.water_viscosity(temperature)
        return float(mobility.stokes_einstein(diameter, temperature, viscosity))

    if label and label.startswith("eta("):
        return float(mobility.water_viscosity(number_after(label, "eta(")))
    if label and "/D0(" in label:
        above, below = number_after(label, "D0("), number_after(label, "/D0(")
        return diffusivity(above, inputs["d"]) / diffusivity(below, inputs["d"])
    if label and "nm," in label:
        return diffusivity(number_after(label, "nm,"), _nm(label, "D0("))
    raise unknown(label)


# mobility --------------------------------------------------------------------------------------


def sieving(inputs: Inputs, t: float | None, label: str | None) -> float:
    return float(mobility.sieving_lustig_peppas(
        _nm(label, "r_s=", inputs["r_s"]), _nm(label, "xi=", inputs["xi"]), inputs["phi"],
        inputs["Y"]))


def obstruction(inputs: Inputs, t: float | None, label: str | None) -> float:
    return float(mobility.obstruction_amsden(
        _nm(label, "rs=", inputs.get("r_s")), _nm(label, "rf=", inputs.get("r_f")),
        _nm(label, "xi=", inputs.get("xi"))))


def fibres_ogston(inputs: Inputs, t: float | None, label: str | None) -> float:
    return float(mobility.fibres_ogston(
        _nm(label, "r_s=", inputs["r_s"]), _nm(label, "r_f=", inputs["r_f"]),
        _labelled(label, "phi=", inputs["phi"])))


def brinkman(inputs: Inputs, t: float | None, label: str | None) -> float:
    r_s, r_f, phi = _nm(label, "rs="), _nm(label, "rf="), _labelled(label, "phi=", None)
    kappa = mobility.permeability_jackson_james(r_f, phi)
    name = (label or "").split("(")[0]
    c = inputs["c_historical" if name.endswith("_1/3") else "c_translating_sphere"]
    if name == "kappa":
        return float(kappa)
    if name == "S":
        return float(mobility.steric_phillips(r_s, r_f, phi))
    if name.startswith("F_"):
        return float(mobility.drag_brinkman(r_s, kappa, c))
    if name.startswith("D/D0"):
        return float(mobility.brinkman_phillips(r_s, r_f, phi, kappa, c))
    raise unknown(label)


def agarose(inputs: Inputs, t: float | None, label: str | None) -> float:
    r_s, phi, r_f = _nm(label, "("), _labelled(label, "phi", None), inputs["r_f"]
    kappa = mobility.permeability_jackson_james(r_f, phi)
    return float(mobility.brinkman_phillips(r_s, r_f, phi, kappa))


def multiscale(inputs: Inputs, t: float | None, label: str | None) -> float:
    return float(mobility.multiscale_axpe(
        _nm(label, "rs=", inputs.get("r_s")), _nm(label, "rf=", inputs["r_f"]),
        _nm(label, "xi=", inputs.get("xi")), _labelled(label, "phi=", inputs.get("phi")),
        inputs["r_FV"], inputs["r_FVW"]))


def closure(inputs: Inputs, t: float | None, label: str | None) -> float:
    B = _QUARTER_PI if label and label.startswith("OS") else inputs["B"]
    return float(mobility.closure_unified(_labelled(label, "d/ax=", None), 1.0, B))


def size_average(inputs: Inputs, t: float | None, label: str | None) -> float:
    median, gsd = inputs["median"], inputs["GSD"]

    def obstructed(d: FloatArray) -> FloatArray:
        return mobility.closure_unified(d, inputs["xi"], _QUARTER_PI)

    match label:
        case "<D0>":
            return _average(
                inputs, lambda d: mobility.stokes_einstein(d, inputs["T"], inputs["eta"]))
        case "<OS>_untruncated":
            return _average(inputs, obstructed)
        case "mean_diameter":
            return float(sizes.mean_diameter(median, gsd))
        case "mode":
            return float(sizes.mode_diameter(median, gsd))
        case "volume_weighted_median":
            return float(sizes.volume_weighted_median(median, gsd))
    if label and label.startswith("<OS>_truncated"):
        return _average(inputs, obstructed, inputs["trunc"])
    if label and label.startswith("fraction"):
        low, high = inputs["trunc"]
        return float(sizes.fraction_between(low, high, median, gsd))
    if label and "D[" in label:
        k, q = number_after(label, "D["), number_after(label, ",")
        return float(sizes.moment_diameter(median, gsd, k, q))
    raise unknown(label)


def size_averaged_release(inputs: Inputs, t: float | None, label: str | None) -> float:
    if t is None:
        raise unknown(label)

    def released(d: FloatArray) -> FloatArray:
        D = (mobility.stokes_einstein(d, inputs["T"], inputs["eta"])
             * mobility.closure_unified(d, inputs["xi"], _QUARTER_PI))
        return release_slab(D * t / inputs["L"] ** 2)

    return _average(inputs, released, inputs.get("trunc"))


def squeezing(inputs: Inputs, t: float | None, label: str | None) -> float:
    ratio, kT = _labelled(label, "R/r_p=", None), BOLTZMANN * inputs["T"]
    if label and label.startswith("dE_bend"):
        kappa_c = inputs["kappa_c_over_kT"] * kT
        return float(mobility.squeezing_energy(kappa_c, ratio, 1.0) / kT)
    if label and label.startswith("reduced_volume"):
        return float(mobility.squeezed_volume_fraction(ratio, 1.0))
    raise unknown(label)


def pore(inputs: Inputs, t: float | None, label: str | None) -> float:
    ratio = _labelled(label, "(", None)
    if label and label.startswith("H_Renkin"):
        return float(mobility.pore_hindrance_renkin(ratio))
    if label and label.startswith("H_DD"):
        return float(mobility.pore_hindrance(ratio))
    raise unknown(label)


def mesh_spread(inputs: Inputs, t: float | None, label: str | None) -> float:
    d, median, gsd, B = (inputs[key] for key in ("d", "xi_median", "xi_GSD", "B"))
    spread = mobility.closure_spread(d, median, gsd, B)
    uniform = mobility.closure_unified(d, median, B)
    match label:
        case "<D>/D0":
            return float(spread)
        case "D/D0 at median mesh":
            return float(uniform)
        case "ratio":
            return float(spread / uniform)
        case "volume fraction of pores with xi > d":
            return float(mobility.open_mesh_fraction(d, median, gsd))
    raise unknown(label)


def two_phase(inputs: Inputs, t: float | None, label: str | None) -> float:
    given = inputs["D2"] / inputs["D1"] if "D2" in inputs else inputs.get("D2_over_D1")
    ratio = _labelled(label, "D2/D1=", given)
    first_fraction = _labelled(label, "f=", inputs.get("f"))
    return float(mobility.effective_medium(1.0, ratio, 1.0 - first_fraction))


def mobile_fraction(inputs: Inputs, t: float | None, label: str | None) -> float:
    order = 3.0 if label and "volume" in label else 0.0
    return float(mobility.mobile_fraction_cutoff(
        _nm(label, "d<"), 1.0, inputs["median"], inputs["GSD"], order))


def relaxation(inputs: Inputs, t: float | None, label: str | None) -> float:
    D = mobility.constraint_release(inputs["d"], _labelled(label, "tau_r=", inputs["tau_r"]))
    return float(D) if t is None else float(release_slab(D * t / inputs["L"] ** 2))


# porous bodies ---------------------------------------------------------------------------------

_POROUS = {
    "Maxwell": porous.porous_maxwell,
    "Bruggeman": porous.porous_bruggeman,
    "Mackie-Meares": porous.porous_mackie_meares,
    "Weissberg": porous.porous_weissberg,
    "Tomadakis-Sotirchos": porous.porous_tomadakis_sotirchos,
}


def porous_body(inputs: Inputs, t: float | None, label: str | None) -> float:
    law = _POROUS.get((label or "").split(" ")[0])
    if law is None:
        raise unknown(label)
    return float(law(_labelled(label, " e=", inputs["porosity"])))


def retardation(inputs: Inputs, t: float | None, label: str | None) -> float:
    eps, rho_b = inputs["eps"], inputs["rho_b"]
    if label and "Langmuir" in label:
        return float(porous.retardation_langmuir(
            eps, rho_b, inputs["q_m"], inputs["K_L"], inputs["c"]))
    return float(porous.retardation_linear(eps, rho_b, inputs["K_d"]))


def strut_erosion(inputs: Inputs, t: float | None, label: str | None) -> float:
    if t is None:
        raise unknown(label)
    a_0, v = inputs["a0"], inputs["v"]
    if label and label.startswith("F"):
        return float(porous.release_strut_eroding(t, a_0, v))
    return float(porous.strut_porosity_eroding(t, a_0, v, inputs["eps0"]))


def dual_reservoir(inputs: Inputs, t: float | None, label: str | None) -> float:
    if t is None:
        raise unknown(label)
    return float(porous.release_dual_reservoir(
        t, inputs["f_ads"], inputs["k_des"], inputs["t_e"]))


CHECKS: dict[str, Check] = {
    "NET-01": free_diffusivity, "NET-02": mesh_canal_peppas, "NET-03": strand_peppas_merrill,
    "NET-04": network_richbourg, "NET-05": correlation_length, "NET-06": fibres,
    "NET-07": elasticity, "NET-08": water,
    "HIN-01": sieving, "HIN-02": obstruction, "HIN-03": fibres_ogston, "HIN-04": brinkman,
    "HIN-05": agarose, "HIN-06": multiscale, "HIN-07": closure, "HIN-08": size_average,
    "HIN-09": size_averaged_release, "HIN-10": squeezing, "HIN-11": pore, "HIN-12": mesh_spread,
    "HIN-13": two_phase, "HIN-14": mobile_fraction, "HIN-15": relaxation,
    "SCA-01": porous_body, "SCA-02": retardation, "SCA-03": strut_erosion,
    "SCA-04": dual_reservoir,
}

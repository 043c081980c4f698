"""What happens to exosomes before they reach the wound: mixing, making, storing, injecting."""

from __future__ import annotations

import math

import numpy as np

from releasekit.physics.arrays import floats
from releasekit.physics.constants import ArrayLike, FloatArray
from releasekit.physics.degradation import arrhenius_factor


def process_recovery(active_recovery_fraction: ArrayLike, axis: int = -1) -> FloatArray:
    """Active share left after all process steps.

        Y = Π y_i

    Parameters
    ----------
    active_recovery_fraction : array_like, shape (..., steps) [1]
        Active exosomes after each step over before it.
    axis : int
        The axis of the steps.

    Returns
    -------
    ndarray, shape (...) [1]
        1 where there are no steps.

    Notes
    -----
    Validity: steps act independently on all exosomes alike.
    Source: textbook form.

    Examples
    --------
    >>> round(float(process_recovery([0.93, 0.71, 0.88])), 6)
    0.581064
    """
    (y,) = floats(active_recovery_fraction)
    return np.asarray(np.prod(y, axis=axis), dtype=float)


def storage_recovery(
    time: ArrayLike,
    inactivation_rate: ArrayLike,
    activation_energy: ArrayLike = 0.0,
    reference_temperature: ArrayLike = 298.15,
    temperature: ArrayLike = 298.15,
) -> FloatArray:
    """Active share left after storage, drying or a heat step at one temperature.

        y = exp(-k a t),   a = exp[ (E_a/R)(1/T_ref - 1/T) ]

    Parameters
    ----------
    time : array_like, shape (...) [s]
        Length of the exposure.
    inactivation_rate : array_like, shape (...) [1/s]
        First-order loss of activity at the reference temperature, k.
    activation_energy : array_like, shape (...) [J/mol]
        Arrhenius activation energy of the loss; 0 if the rate holds at the temperature of storage.
    reference_temperature : array_like, shape (...) [K]
        Temperature at which the rate was obtained.
    temperature : array_like, shape (...) [K]
        Temperature of the exposure.

    Returns
    -------
    ndarray, shape (...) [1]
        An `active_recovery_fraction`; a temperature programme is the product over its pieces.

    Notes
    -----
    Validity: one state of matter (not across freezing or drying), one mechanism.
    Source: textbook form.

    Examples
    --------
    >>> round(float(storage_recovery(30 * 86400, 3.1e-7, 61e3, 293.15, 277.15)), 6)
    0.827404
    """
    t, k = floats(time, inactivation_rate)
    return np.exp(-k * arrhenius_factor(activation_energy, reference_temperature, temperature) * t)


def dose_active(dose_per_area: ArrayLike, active_recovery_fraction: ArrayLike) -> FloatArray:
    """Exosomes per wound area that are active when applied.

        Γ_active = Y Γ

    Parameters
    ----------
    dose_per_area : array_like, shape (...) [1/m^2]
        Exosomes fed per wound area.
    active_recovery_fraction : array_like, shape (...) [1]
        Active share left after all steps (`process_recovery`).

    Returns
    -------
    ndarray, shape (...) [1/m^2]
        Active exosomes per wound area.

    Notes
    -----
    Validity: all exosomes fed were active.
    Source: textbook form.

    Examples
    --------
    >>> float(f"{dose_active(1.3e12, 0.58):.4g}")
    754000000000.0
    """
    dose, y = floats(dose_per_area, active_recovery_fraction)
    return dose * y


def concentration_mixed(
    stock_exosome_concentration: ArrayLike, stock_volume_fraction: ArrayLike
) -> FloatArray:
    """Exosome concentration of a precursor into which exosome stock is mixed.

        c_0 = x c_stock

    Parameters
    ----------
    stock_exosome_concentration : array_like, shape (...) [1/m^3]
        Exosomes per volume of the stock.
    stock_volume_fraction : array_like, shape (...) [1]
        Stock volume over volume of the mixture, x; polymer is diluted by 1 - x.

    Returns
    -------
    ndarray, shape (...) [1/m^3]
        `exosome_concentration` of the precursor.

    Notes
    -----
    Validity: volumes add up.
    Source: textbook form.

    Examples
    --------
    >>> float(f"{concentration_mixed(4.7e16, 0.13):.4g}")
    6110000000000000.0
    """
    c, x = floats(stock_exosome_concentration, stock_volume_fraction)
    return x * c


def stock_share(exosome_concentration: ArrayLike,
                stock_exosome_concentration: ArrayLike) -> FloatArray:
    """Volume share of exosome stock that a precursor needs for its exosome concentration.

        x = c_0 / c_stock

    Parameters
    ----------
    exosome_concentration : array_like, shape (...) [1/m^3]
        Exosomes per volume of the mixed precursor.
    stock_exosome_concentration : array_like, shape (...) [1/m^3]
        Exosomes per volume of the stock.

    Returns
    -------
    ndarray, shape (...) [1]
        A `stock_volume_fraction`; 1 or more where the stock is too thin for this precursor.

    Notes
    -----
    Validity: volumes add up.
    Source: textbook form.

    Examples
    --------
    >>> round(float(stock_share(6.11e15, 4.7e16)), 6)
    0.13
    """
    c, stock = floats(exosome_concentration, stock_exosome_concentration)
    return c / stock


def solution_before_mixing(polymer_concentration: ArrayLike,
                           stock_volume_fraction: ArrayLike) -> FloatArray:
    """Polymer concentration of the solution into which the exosome stock is mixed.

        c_sol = c_p / (1 - x)

    Parameters
    ----------
    polymer_concentration : array_like, shape (...) [kg/m^3]
        Polymer per volume of the mixed precursor.
    stock_volume_fraction : array_like, shape (...) [1]
        Volume share of the stock, x.

    Returns
    -------
    ndarray, shape (...) [kg/m^3]
        `solution_concentration`; infinite where the stock leaves no room for the polymer.

    Notes
    -----
    Validity: volumes add up.
    Source: textbook form.

    Examples
    --------
    >>> solution_before_mixing([75.0, 75.0], [0.13, 1.2]).round(4)
    array([86.2069,     inf])
    """
    c, x = floats(polymer_concentration, stock_volume_fraction)
    room = 1.0 - x
    return np.where(room > 0.0, c / np.where(room > 0.0, room, 1.0), np.inf)


def concentration_excess(
    polymer_concentration: ArrayLike,
    solution_concentration: ArrayLike,
    usable_concentration_low: ArrayLike,
    usable_concentration_high: ArrayLike,
) -> FloatArray:
    """How far a precursor lies outside the window of concentrations that can be made.

        e = max( c_lo/c_p - 1, c_sol/c_hi - 1, 0 )

    Parameters
    ----------
    polymer_concentration : array_like, shape (...) [kg/m^3]
        Polymer per volume of the mixed precursor: thin ones do not set.
    solution_concentration : array_like, shape (...) [kg/m^3]
        The same before exosome stock is mixed in: thick ones cannot be dissolved or worked.
    usable_concentration_low, usable_concentration_high : array_like, shape (...) [kg/m^3]
        The window.

    Returns
    -------
    ndarray, shape (...) [1]
        `concentration_excess_ratio`, 0 inside the window.

    Notes
    -----
    Validity: the window is that of one polymer in one solvent.
    Source: derived here.

    Examples
    --------
    >>> concentration_excess([31.0, 75.0, 75.0], [37.0, 86.2, 260.0], 40.0, 200.0).round(4)
    array([0.2903, 0.    , 0.3   ])
    """
    c, solution, low, high = floats(polymer_concentration, solution_concentration,
                                    usable_concentration_low, usable_concentration_high)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.maximum(np.maximum(low / c, solution / high) - 1.0, 0.0)


def injection_wall_stress(
    plunger_speed: ArrayLike,
    syringe_radius: ArrayLike,
    needle_bore_radius: ArrayLike,
    viscosity: ArrayLike,
    flow_exponent: ArrayLike = 1.0,
    reference_shear_rate: ArrayLike = 1.0,
) -> FloatArray:
    """Shear stress at the wall of an injection needle, of a power-law fluid.

        τ_w = η γ_ref (γ_w/γ_ref)^n,   γ_w = (3 + 1/n) Q/(π R_n³),   Q = π R_s² v_p

    Parameters
    ----------
    plunger_speed : array_like, shape (...) [m/s]
        Speed of the plunger, v_p.
    syringe_radius : array_like, shape (...) [m]
        Inner radius of the barrel, R_s.
    needle_bore_radius : array_like, shape (...) [m]
        Inner radius of the needle, R_n.
    viscosity : array_like, shape (...) [Pa s]
        Viscosity at the reference shear rate; at 1/s it is the number called consistency.
    flow_exponent : array_like, shape (...) [1]
        Power-law exponent n; 1 is Newtonian.
    reference_shear_rate : array_like, shape (...) [1/s]
        Shear rate at which the viscosity was obtained.

    Returns
    -------
    ndarray, shape (...) [Pa]
        Largest shear stress that an exosome meets in the needle.

    Notes
    -----
    Validity: laminar, fully developed, no slip, no yield stress.
    Source: textbook form (Hagen-Poiseuille, Weissenberg-Rabinowitsch for a power law).

    Examples
    --------
    >>> round(float(injection_wall_stress(1.3e-3, 4.1e-3, 1.7e-4, 0.61, 0.43, 3.0)), 4)
    86.7636
    """
    v, R_s, R_n, eta, n, ref = floats(
        plunger_speed, syringe_radius, needle_bore_radius, viscosity, flow_exponent,
        reference_shear_rate,
    )  # fmt: skip
    shear = (3.0 + 1.0 / n) * R_s**2 * v / R_n**3
    return eta * ref * (shear / ref) ** n


def injection_force(
    plunger_speed: ArrayLike,
    syringe_radius: ArrayLike,
    needle_bore_radius: ArrayLike,
    needle_length: ArrayLike,
    viscosity: ArrayLike,
    flow_exponent: ArrayLike = 1.0,
    reference_shear_rate: ArrayLike = 1.0,
) -> FloatArray:
    """Force on the plunger that pushes a power-law fluid through an injection needle.

        F = π R_s² Δp,   Δp = 2 l τ_w / R_n,   τ_w from `injection_wall_stress`

    Parameters
    ----------
    plunger_speed : array_like, shape (...) [m/s]
        Speed of the plunger.
    syringe_radius : array_like, shape (...) [m]
        Inner radius of the barrel, R_s.
    needle_bore_radius : array_like, shape (...) [m]
        Inner radius of the needle, R_n.
    needle_length : array_like, shape (...) [m]
        Length of the needle, l.
    viscosity : array_like, shape (...) [Pa s]
        Viscosity at the reference shear rate; at 1/s it is the number called consistency.
    flow_exponent : array_like, shape (...) [1]
        Power-law exponent; 1 is Newtonian.
    reference_shear_rate : array_like, shape (...) [1/s]
        Shear rate at which the viscosity was obtained.

    Returns
    -------
    ndarray, shape (...) [N]
        Viscous part; the friction of the plunger and the tissue pressure come on top.

    Notes
    -----
    Validity: as `injection_wall_stress`; entrance losses and the barrel neglected.
    Source: textbook form (Hagen-Poiseuille).

    Examples
    --------
    >>> args = (1.3e-3, 4.1e-3, 1.7e-4, 1.27e-2, 0.61, 0.43, 3.0)
    >>> round(float(injection_force(*args)), 4)
    0.6846
    """
    R_s, R_n, length = floats(syringe_radius, needle_bore_radius, needle_length)
    stress = injection_wall_stress(
        plunger_speed, R_s, R_n, viscosity, flow_exponent, reference_shear_rate
    )
    return math.pi * R_s**2 * 2.0 * length * stress / R_n

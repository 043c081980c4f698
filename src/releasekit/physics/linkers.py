"""Cleavable linkers: those that answer a stimulus, and those that let their cargo go."""

from __future__ import annotations

import numpy as np
from scipy.special import exprel

from releasekit.physics.arrays import floats
from releasekit.physics.constants import ArrayLike, FloatArray
from releasekit.physics.degradation import intact_first_order
from releasekit.physics.gelation import gel_point_fraction, sol_fraction


def stimulus_rate_power(
    stimulus_concentration: ArrayLike,
    reference_cleavage_rate: ArrayLike,
    reference_concentration: ArrayLike,
    stimulus_order: ArrayLike,
) -> FloatArray:
    """Cleavage rate that follows a power of the stimulus.

        k = k_ref (S/S_ref)^n

    Parameters
    ----------
    stimulus_concentration : array_like, shape (...) [mol/m^3]
        Trigger: glutathione, peroxide, glucose ...
    reference_cleavage_rate : array_like, shape (...) [1/s]
        Cleavage rate at the reference concentration.
    reference_concentration : array_like, shape (...) [mol/m^3]
        Stimulus concentration of the reference rate.
    stimulus_order : array_like, shape (...) [1]
        Apparent order, often below 1.

    Returns
    -------
    ndarray, shape (...) [1/s]
        First-order bond cleavage rate.

    Notes
    -----
    Validity: between the concentrations that fixed the order; stimulus in excess of the bonds.
    Source: textbook form; order 0.51 for glutathione from the half-lives of Kharkar et al.,
    Adv Healthc Mater 2017, doi 10.1002/adhm.201700713.

    Examples
    --------
    >>> float(f"{stimulus_rate_power(3.7, 2.4e-5, 10.0, 0.51):.4g}")
    1.445e-05
    """
    S, k_ref, S_ref, n = floats(
        stimulus_concentration, reference_cleavage_rate, reference_concentration, stimulus_order
    )
    return k_ref * (S / S_ref) ** n


def stimulus_rate_linear(
    stimulus_concentration: ArrayLike,
    unstimulated_cleavage_rate: ArrayLike,
    second_order_rate: ArrayLike,
) -> FloatArray:
    """Cleavage rate with a spontaneous part and one in proportion to the stimulus.

        k = k_0 + k_2 S

    Parameters
    ----------
    stimulus_concentration : array_like, shape (...) [mol/m^3]
        Trigger: glutathione, peroxide, glucose ...
    unstimulated_cleavage_rate : array_like, shape (...) [1/s]
        Cleavage rate without the stimulus, k_0.
    second_order_rate : array_like, shape (...) [m^3/mol/s]
        Rise of the rate per stimulus concentration, k_2.

    Returns
    -------
    ndarray, shape (...) [1/s]
        First-order bond cleavage rate.

    Notes
    -----
    Validity: stimulus in excess of the bonds; between the concentrations of the calibration.
    Source: textbook form.

    Examples
    --------
    >>> float(f"{stimulus_rate_linear(3.7, 5.6e-6, 1.9e-6):.4g}")
    1.263e-05
    """
    S, k0, k2 = floats(stimulus_concentration, unstimulated_cleavage_rate, second_order_rate)
    return k0 + k2 * S


def _fitted_line(x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return intercept and slope of the least-squares line along the last axis."""
    dx = x - x.mean(axis=-1, keepdims=True)
    slope = np.sum(dx * y, axis=-1) / np.sum(dx * dx, axis=-1)
    return y.mean(axis=-1) - slope * x.mean(axis=-1), slope


def stimulus_order_fitted(
    stimulus_concentration: ArrayLike, bond_cleavage_rate: ArrayLike
) -> FloatArray:
    """Apparent order in the stimulus from rates at two or more concentrations.

        n = slope of ln k against ln S  (two points: ln(k_b/k_a) / ln(S_b/S_a))

    Parameters
    ----------
    stimulus_concentration : array_like, shape (..., n) [mol/m^3]
        Stimulus concentrations along the last axis, not all alike.
    bond_cleavage_rate : array_like, shape (..., n) [1/s]
        Rates measured at them.

    Returns
    -------
    ndarray, shape (...) [1]
        Apparent order, for `stimulus_rate_power`.

    Notes
    -----
    Validity: relative errors of the rates are alike.
    Source: textbook form (least squares).

    Examples
    --------
    >>> round(float(stimulus_order_fitted([10.0, 1.0], [1 / 474, 1 / 1550])), 4)
    0.5146
    """
    S, k = np.broadcast_arrays(*floats(stimulus_concentration, bond_cleavage_rate))
    return _fitted_line(np.log(S), np.log(k))[1]


def stimulus_line_fitted(
    stimulus_concentration: ArrayLike, bond_cleavage_rate: ArrayLike
) -> tuple[FloatArray, FloatArray]:
    """Spontaneous rate and rise with the stimulus from rates at two or more concentrations.

        k = k_0 + k_2 S  by least squares

    Parameters
    ----------
    stimulus_concentration : array_like, shape (..., n) [mol/m^3]
        Stimulus concentrations along the last axis, not all alike.
    bond_cleavage_rate : array_like, shape (..., n) [1/s]
        Rates measured at them.

    Returns
    -------
    tuple of ndarray, shape (...) [1/s] and [m^3/mol/s]
        `unstimulated_cleavage_rate` and `second_order_rate`, for `stimulus_rate_linear`.

    Notes
    -----
    Validity: absolute errors of the rates are alike.
    Source: textbook form (least squares).

    Examples
    --------
    >>> k0, k2 = stimulus_line_fitted([10.0, 1.0], [2.437e-5, 7.453e-6])
    >>> float(f"{k0:.4g}"), float(f"{k2:.4g}")
    (5.573e-06, 1.88e-06)
    """
    S, k = np.broadcast_arrays(*floats(stimulus_concentration, bond_cleavage_rate))
    return _fitted_line(S, k)


def intact_second_order(
    substrate_concentration: ArrayLike,
    stimulus_concentration: ArrayLike,
    second_order_rate: ArrayLike,
    time: ArrayLike,
) -> FloatArray:
    """Share of bonds intact where each cleavage uses up one molecule of a reagent batch.

        dA/dt = dB/dt = -k_2 A B,
        A/A_0 = 1 / (1 + B_0 (1 - e^(-u)) / (A_0 - B_0)),   u = (A_0 - B_0) k_2 t

    Parameters
    ----------
    substrate_concentration : array_like, shape (...) [mol/m^3]
        Cleavable bonds per volume at the start, A_0.
    stimulus_concentration : array_like, shape (...) [mol/m^3]
        Reagent (peroxide ...) per volume at the start, B_0.
    second_order_rate : array_like, shape (...) [m^3/mol/s]
        Second-order rate.
    time : array_like, shape (...) [s]
        Time since application.

    Returns
    -------
    ndarray, shape (...) [1]
        Bonds left over bonds at the start; 1 - B_0/A_0 at the end where the reagent runs out.

    Notes
    -----
    Validity: one batch of reagent, well mixed with the bonds, one molecule per bond.
    Source: textbook form, written so that A_0 = B_0 is no special case.

    Examples
    --------
    >>> round(float(intact_second_order(1.3, 0.47, 1.1e-4, 2.3e4)), 6)
    0.66804
    """
    A, B, k, t = floats(substrate_concentration, stimulus_concentration, second_order_rate, time)
    return 1.0 / (1.0 + B * k * t * exprel((B - A) * k * t))


def intact_glucose(stimulus_concentration: ArrayLike, glucose_affinity: ArrayLike) -> FloatArray:
    """Share of boronate crosslinks intact in competition with glucose.

        p = 1 / (1 + K_g S)

    Parameters
    ----------
    stimulus_concentration : array_like, shape (...) [mol/m^3]
        Free glucose.
    glucose_affinity : array_like, shape (...) [m^3/mol]
        Affinity of the boronate for glucose.

    Returns
    -------
    ndarray, shape (...) [1]
        Crosslinks intact over those without glucose.

    Notes
    -----
    Validity: equilibrium, single site, glucose in excess of boronate.
    Source: textbook form.

    Examples
    --------
    >>> round(float(intact_glucose(11.3, 5.3e-3)), 6)
    0.943494
    """
    G, K = floats(stimulus_concentration, glucose_affinity)
    return 1.0 / (1.0 + K * G)


def cargo_freed(linker_cleavage_rate: ArrayLike, time: ArrayLike) -> FloatArray:
    """Share of tethered cargo whose own linker has been cleaved.

        freed = 1 - exp(-k_1 t)

    Parameters
    ----------
    linker_cleavage_rate : array_like, shape (...) [1/s]
        Cleavage of the linker that tethers the cargo.
    time : array_like, shape (...) [s]
        Time since application.

    Returns
    -------
    ndarray, shape (...) [1]
        Share of the cargo that is free of the network.

    Notes
    -----
    Validity: one linker per cargo, cleavage independent of the network.
    Source: Ashley et al., PNAS 2013;110:2318, doi 10.1073/pnas.1215498110 (problem); derived here.

    Examples
    --------
    >>> round(float(cargo_freed(4.3e-7, 1.9e6)), 6)
    0.558245
    """
    k1, t = floats(linker_cleavage_rate, time)
    return -np.expm1(-k1 * t)


def cargo_solubilised(
    linker_cleavage_rate: ArrayLike,
    bond_cleavage_rate: ArrayLike,
    junction_functionality: ArrayLike,
    time: ArrayLike,
) -> FloatArray:
    """Share of tethered cargo in solution: freed, or still tethered to a soluble fragment.

        solubilised = freed + (1 - freed) w_sol(e^(-k_2 t))

    Parameters
    ----------
    linker_cleavage_rate : array_like, shape (...) [1/s]
        Cleavage of the linker that tethers the cargo, k_1.
    bond_cleavage_rate : array_like, shape (...) [1/s]
        Cleavage of the crosslinks, k_2.
    junction_functionality : array_like, shape (...) [1]
        Arms of a junction, 4 for tetra-PEG.
    time : array_like, shape (...) [s]
        Time since application.

    Returns
    -------
    ndarray, shape (...) [1]
        Share of the cargo that is in solution.

    Notes
    -----
    Validity: ideal network at the start, cargo evenly on its junctions, mean field.
    Source: Ashley et al., PNAS 2013;110:2318, doi 10.1073/pnas.1215498110 (problem); derived here.

    Examples
    --------
    >>> round(float(cargo_solubilised(4.3e-7, 2.3e-7, 4, 3.1e6)), 6)
    0.779411
    """
    freed = cargo_freed(linker_cleavage_rate, time)
    sol = sol_fraction(intact_first_order(bond_cleavage_rate, time), junction_functionality)
    return freed + (1.0 - freed) * sol


def cargo_freed_at_gel_point(
    linker_cleavage_rate: ArrayLike,
    bond_cleavage_rate: ArrayLike,
    junction_functionality: ArrayLike,
) -> FloatArray:
    """Share of tethered cargo that is free when the network falls apart.

        freed = 1 - p_c^(k_1/k_2)

    Parameters
    ----------
    linker_cleavage_rate : array_like, shape (...) [1/s]
        Cleavage of the linker that tethers the cargo, k_1.
    bond_cleavage_rate : array_like, shape (...) [1/s]
        Cleavage of the crosslinks, k_2.
    junction_functionality : array_like, shape (...) [1]
        Arms of a junction.

    Returns
    -------
    ndarray, shape (...) [1]
        Share of the cargo that is free.

    Notes
    -----
    Validity: ideal network at the start, both cleavages first order.
    Source: derived here; checked numerically by `cargo_freed` at the gel point.

    Examples
    --------
    >>> round(float(cargo_freed_at_gel_point(4.6e-7, 2.3e-7, 4)), 4)
    0.8889
    """
    k1, k2 = floats(linker_cleavage_rate, bond_cleavage_rate)
    with np.errstate(divide="ignore"):
        return 1.0 - gel_point_fraction(junction_functionality) ** (k1 / k2)

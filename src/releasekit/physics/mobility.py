"""Mobility of vesicles: in water, in a mesh, in two phases.

The closures for meshes tighter than a vesicle stand in ``closures.py``, older laws for particles
between chains and in pores in ``hindrance.py``, laws for fibrous networks in ``fibres.py``; all
can be reached from here.
"""

from __future__ import annotations

import numpy as np

from releasekit.physics.arrays import floats
from releasekit.physics.closures import (
    closure_percolating,
    closure_spread,
    closure_unified,
    open_mesh_fraction,
)
from releasekit.physics.constants import BOLTZMANN, ArrayLike, FloatArray
from releasekit.physics.fibres import (
    brinkman_phillips,
    drag_brinkman,
    fibres_ogston,
    permeability_jackson_james,
    steric_phillips,
)
from releasekit.physics.hindrance import (
    multiscale_axpe,
    obstruction_amsden,
    pore_drag,
    pore_hindrance,
    pore_hindrance_renkin,
    sieving_lustig_peppas,
    squeezed_volume_fraction,
    squeezing_energy,
)
from releasekit.physics.sizes import fraction_below

__all__ = [
    "brinkman_phillips", "closure_percolating", "closure_spread", "closure_unified",
    "constraint_release", "drag_brinkman", "effective_medium", "fibres_ogston",
    "mobile_fraction_cutoff", "multiscale_axpe", "obstruction_amsden", "open_mesh_fraction",
    "permeability_jackson_james", "pore_drag", "pore_hindrance", "pore_hindrance_renkin",
    "sieving_lustig_peppas", "squeezed_volume_fraction", "squeezing_energy", "steric_phillips",
    "stokes_einstein", "water_viscosity",
]


def water_viscosity(temperature: ArrayLike) -> FloatArray:
    """Dynamic viscosity of water.

        η = 2.414e-5 · 10^(247.8/(T - 140))

    Parameters
    ----------
    temperature : array_like, shape (...) [K]
        Absolute temperature.

    Returns
    -------
    ndarray, shape (...) [Pa s]
        Viscosity.

    Notes
    -----
    Validity: 273-373 K.
    Source: textbook form (Vogel equation for water).

    Examples
    --------
    >>> round(float(water_viscosity(304.75)) * 1e3, 6)
    0.77061
    """
    (T,) = floats(temperature)
    return 2.414e-5 * 10.0 ** (247.8 / (T - 140.0))


def stokes_einstein(
    vesicle_diameter: ArrayLike, temperature: ArrayLike, viscosity: ArrayLike
) -> FloatArray:
    """Diffusivity of a sphere in a fluid.

        D_0 = k_B T / (3π η d)

    Parameters
    ----------
    vesicle_diameter : array_like, shape (...) [m]
        Hydrodynamic diameter.
    temperature : array_like, shape (...) [K]
        Absolute temperature.
    viscosity : array_like, shape (...) [Pa s]
        Dynamic viscosity of the fluid.

    Returns
    -------
    ndarray, shape (...) [m^2/s]
        Free diffusivity.

    Notes
    -----
    Validity: dilute, spheres much larger than a water molecule. The corona adds to the diameter.
    Source: textbook form (Stokes-Einstein).

    Examples
    --------
    >>> round(float(stokes_einstein(87e-9, 304.75, 7.7061e-4)) * 1e12, 6)
    6.658892
    """
    d, T, eta = floats(vesicle_diameter, temperature, viscosity)
    return BOLTZMANN * T / (3.0 * np.pi * eta * d)


def mobile_fraction_cutoff(
    mesh_size: ArrayLike,
    cutoff_ratio: ArrayLike,
    vesicle_diameter_median: ArrayLike,
    vesicle_diameter_gsd: ArrayLike,
    moment_order: ArrayLike = 0.0,
) -> FloatArray:
    """Share of the vesicles that can move if all above a multiple of the mesh are trapped.

        f = Φ((ln(β ξ/d_50) - k s²) / s),   s = ln σ_d

    Parameters
    ----------
    mesh_size : array_like, shape (...) [m]
        Mesh size, a diameter.
    cutoff_ratio : array_like, shape (...) [1]
        β: largest diameter that still moves over the mesh size.
    vesicle_diameter_median : array_like, shape (...) [m]
        Number median of the diameter.
    vesicle_diameter_gsd : array_like, shape (...) [1]
        Geometric standard deviation of the diameter.
    moment_order : array_like, shape (...) [1]
        0 for the share by number, 3 by volume.

    Returns
    -------
    ndarray, shape (...) [1]
        Mobile share: a quick estimate of the plateau of a release curve.

    Notes
    -----
    Validity: a surrogate; real mobility has no sharp cut-off.
    Source: derived here (lognormal distribution).

    Examples
    --------
    >>> round(float(mobile_fraction_cutoff(41e-9, 2.1, 93e-9, 1.52)), 6)
    0.426962
    """
    xi, beta = floats(mesh_size, cutoff_ratio)
    return fraction_below(beta * xi, vesicle_diameter_median, vesicle_diameter_gsd, moment_order)


def constraint_release(vesicle_diameter: ArrayLike, relaxation_time: ArrayLike) -> FloatArray:
    """Diffusivity that the relaxation of the network itself gives to a caged vesicle.

        D_cr = d² / (6 τ_r)

    Parameters
    ----------
    vesicle_diameter : array_like, shape (...) [m]
        Diameter, taken as the length of one step.
    relaxation_time : array_like, shape (...) [s]
        Stress-relaxation time of the network; infinite gives 0.

    Returns
    -------
    ndarray, shape (...) [m^2/s]
        Diffusivity to be added to that through openings.

    Notes
    -----
    Validity: one step of one diameter per relaxation; order of magnitude. It empties thin layers,
        not millimetres.
    Source: derived here; mechanism as in Lenzini et al. Nat Nanotechnol 2020;15:217,
        doi 10.1038/s41565-020-0636-2.

    Examples
    --------
    >>> round(float(constraint_release(87e-9, 41.0)) * 1e17, 6)
    3.076829
    """
    d, tau_r = floats(vesicle_diameter, relaxation_time)
    return d**2 / (6.0 * tau_r)


def effective_medium(
    major_diffusivity: ArrayLike, minor_diffusivity: ArrayLike, phase_fraction: ArrayLike
) -> FloatArray:
    """Diffusivity of a random mixture of two phases.

        D* = (b + (b² + 8 D_1 D_2)^(1/2)) / 4,   b = (2 - 3 f_2) D_1 + (3 f_2 - 1) D_2

    Parameters
    ----------
    major_diffusivity : array_like, shape (...) [m^2/s]
        D_1 of the first phase, e.g. macropores.
    minor_diffusivity : array_like, shape (...) [m^2/s]
        D_2 of the second phase, e.g. the gel between them; may be 0.
    phase_fraction : array_like, shape (...) [1]
        Volume share of the second phase; for macropores 1 - macropore_fraction.

    Returns
    -------
    ndarray, shape (...) [m^2/s]
        Diffusivity of the mixture; a phase carries alone above a share of 1/3.

    Notes
    -----
    Validity: both phases random and in equilibrium with each other without partitioning. Aligned
        or connected pores carry more.
    Source: Bruggeman 1935.

    Examples
    --------
    >>> effective_medium(5.8e-12, [0.0, 5.8e-15], 0.55).round(16)
    array([1.0150e-12, 1.0332e-12])
    """
    D_1, D_2, f_2 = floats(major_diffusivity, minor_diffusivity, phase_fraction)
    scale = np.maximum(np.maximum(D_1, D_2), 1e-300)
    first, second = D_1 / scale, D_2 / scale
    b = (2.0 - 3.0 * f_2) * first + (3.0 * f_2 - 1.0) * second
    root = np.sqrt(b**2 + 8.0 * first * second)
    # of the two forms of the root each is used where it does not cancel
    below = 2.0 * first * second / np.where(b < 0.0, root - b, 1.0)
    return scale * np.where(b < 0.0, below, 0.25 * (b + root))

"""Release from needles by diffusion and from their coating, and its spread in the tissue."""

from __future__ import annotations

import numpy as np

from releasekit.physics.arrays import floats
from releasekit.physics.constants import ArrayLike, FloatArray
from releasekit.physics.sink import release_cylinder

__all__ = [
    "coating_released_fraction",
    "depot_concentration",
    "mean_release_time_cone",
    "release_cone_slender",
]

# Gauss-Legendre points along the axis of a cone, denser towards its tip: 1e-10 at any time
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(40)


def release_cone_slender(fourier_number: ArrayLike) -> FloatArray:
    """Released fraction of a slender cone by diffusion through its side into a perfect sink.

        F = ∫_0^1 3 z² F_cylinder(Fo/z²) dz

    Parameters
    ----------
    fourier_number : array_like, shape (...) [1]
        D t/R², R the radius of the base.

    Returns
    -------
    ndarray, shape (...) [1]
        Released fraction.

    Notes
    -----
    Validity: diffusion across the axis only; 1.5 % low in F at Fo = 0.01 and 6 % long in the
    mean time at H/R = 4. Sealed base, uniform load.
    Source: derived here; checked numerically by adaptive quadrature and the mean release time.

    Examples
    --------
    >>> release_cone_slender([0.0137, 0.11, 0.83]).round(9)
    array([0.35326597, 0.77581041, 0.99878198])
    """
    (Fo,) = floats(fourier_number)
    x = 0.5 * (_NODES + 1.0)
    z = x * x
    slices = release_cylinder(Fo[..., np.newaxis] / z**2)
    return np.asarray(slices @ (3.0 * z**2 * x * _WEIGHTS), dtype=float)


def mean_release_time_cone(
    effective_diffusivity: ArrayLike, needle_base_radius: ArrayLike
) -> FloatArray:
    """Mean time an exosome stays in a slender cone in a perfect sink.

        ∫ (1 - F) dt = 3 R²/(40 D)

    Parameters
    ----------
    effective_diffusivity : array_like, shape (...) [m^2/s]
        Diffusivity D in the needle.
    needle_base_radius : array_like, shape (...) [m]
        Radius R of the base.

    Returns
    -------
    ndarray, shape (...) [s]
        Mean release time.

    Notes
    -----
    Validity: as `release_cone_slender`.
    Source: derived here; checked numerically by integrating the release.

    Examples
    --------
    >>> print(f"{float(mean_release_time_cone(2.3e-13, 1.7e-4)):.3f}")
    9423.913
    """
    D, R = floats(effective_diffusivity, needle_base_radius)
    return np.asarray(3.0 * R * R / (40.0 * D), dtype=float)


def coating_released_fraction(
    time: ArrayLike, film_thickness: ArrayLike, dissolution_speed: ArrayLike
) -> FloatArray:
    """Released fraction of a coating that dissolves from its outside.

        F = min(1, t/t_d), t_d = δ/v

    Parameters
    ----------
    time : array_like, shape (...) [s]
        Time in the tissue.
    film_thickness : array_like, shape (...) [m]
        Thickness δ of the coating.
    dissolution_speed : array_like, shape (...) [m/s]
        Speed v at which its face recedes.

    Returns
    -------
    ndarray, shape (...) [1]
        Released fraction.

    Notes
    -----
    Validity: coating thin against the needle radius, uniform load.
    Source: textbook form (surface erosion of a slab).

    Examples
    --------
    >>> coating_released_fraction([13.0, 170.0], 4.7e-6, 1.3e-7).round(9)
    array([0.35957447, 1.        ])
    """
    t, delta, v = floats(time, film_thickness, dissolution_speed)
    return np.asarray(np.clip(v * t / delta, 0.0, 1.0), dtype=float)


def depot_concentration(
    time: ArrayLike, position: ArrayLike, dose_per_area: ArrayLike, tissue_diffusivity: ArrayLike
) -> FloatArray:
    """Concentration in tissue after a dose is laid on its surface at once.

        C = M/(π D t)^(1/2) exp[-x²/(4 D t)]

    Parameters
    ----------
    time : array_like, shape (...) [s]
        Time since the dose, greater than 0.
    position : array_like, shape (...) [m]
        Depth x in the tissue.
    dose_per_area : array_like, shape (...) [1/m^2]
        Dose M per area, all of which goes to one side.
    tissue_diffusivity : array_like, shape (...) [m^2/s]
        Diffusivity D in the tissue.

    Returns
    -------
    ndarray, shape (...) [1/m^3]
        Exosomes per volume of tissue.

    Notes
    -----
    Validity: endless tissue, nothing taken up or lost.
    Source: Crank, The Mathematics of Diffusion, 1975; textbook form.

    Examples
    --------
    >>> depot_concentration(5400.0, [0.0, 1.3e-4], 7.1e11, 2.3e-12) / 1e15
    array([3.59436862, 2.55791178])
    """
    t, x, M, D = floats(time, position, dose_per_area, tissue_diffusivity)
    return np.asarray(M / np.sqrt(np.pi * D * t) * np.exp(-x * x / (4.0 * D * t)), dtype=float)

"""Chain-growth networks (GelMA, PEG diacrylate, HA methacrylate) that lose their crosslinks.

The intact fraction of these laws counts the labile blocks: a crosslinker has two.
"""

from __future__ import annotations

import numpy as np

from releasekit.physics.arrays import floats
from releasekit.physics.constants import ArrayLike, FloatArray


def gel_point_fraction_chain(crosslinks_per_chain: ArrayLike) -> FloatArray:
    """Gel point of a chain-growth network, per labile block.

        p_c = 1 / √(N - 1)

    Parameters
    ----------
    crosslinks_per_chain : array_like, shape (...) [1]
        Crosslinks per kinetic chain, N.

    Returns
    -------
    ndarray, shape (...) [1]
        Share of blocks intact at the gel point; 1 or more where there never is a gel (N <= 2).

    Notes
    -----
    Validity: crosslinkers with two labile blocks, no cycles, kinetic chains that do not degrade.
    Source: network of Metters, Bowman & Anseth, J Phys Chem B 2000;104:7043; limit derived here.

    Examples
    --------
    >>> round(float(gel_point_fraction_chain(23)), 6)
    0.213201
    """
    (N,) = floats(crosslinks_per_chain)
    with np.errstate(divide="ignore"):
        return 1.0 / np.sqrt(N - 1.0)


def crosslink_density_ratio_chain(intact_fraction: ArrayLike) -> FloatArray:
    """Crosslinks of a chain-growth network with both labile blocks intact.

        ρ_x = p²

    Parameters
    ----------
    intact_fraction : array_like, shape (...) [1]
        Share of blocks intact, p.

    Returns
    -------
    ndarray, shape (...) [1]
        Crosslink density over that at the start.

    Notes
    -----
    Validity: as `gel_point_fraction_chain`, the two blocks break independently.
    Source: network of Metters, Bowman & Anseth, J Phys Chem B 2000;104:7043; limit derived here.

    Examples
    --------
    >>> round(float(crosslink_density_ratio_chain(0.63)), 4)
    0.3969
    """
    (p,) = floats(intact_fraction)
    return p * p


def crosslinkers_freed_chain(intact_fraction: ArrayLike) -> FloatArray:
    """Crosslinkers of a chain-growth network cut at both labile blocks.

        freed = (1 - p)²

    Parameters
    ----------
    intact_fraction : array_like, shape (...) [1]
        Share of blocks intact, p.

    Returns
    -------
    ndarray, shape (...) [1]
        Share of the crosslinkers that can leave.

    Notes
    -----
    Validity: as `gel_point_fraction_chain`, the two blocks break independently.
    Source: network of Metters, Bowman & Anseth, J Phys Chem B 2000;104:7043; limit derived here.

    Examples
    --------
    >>> round(float(crosslinkers_freed_chain(0.63)), 4)
    0.1369
    """
    (p,) = floats(intact_fraction)
    return (1.0 - p) ** 2


def swelling_growth(crosslink_density_ratio: ArrayLike) -> FloatArray:
    """Growth of the swelling ratio as crosslinks are lost.

        Q/Q_0 = ρ_x^(-3/5)

    Parameters
    ----------
    crosslink_density_ratio : array_like, shape (...) [1]
        Crosslink density over that at the start.

    Returns
    -------
    ndarray, shape (...) [1]
        Swelling ratio over that at the start; infinite where no crosslink is left.

    Notes
    -----
    Validity: good solvent, high swelling, well above the gel point.
    Source: textbook form (Flory-Rehner at high swelling).

    Examples
    --------
    >>> round(float(swelling_growth(0.43)), 6)
    1.659277
    """
    (rho,) = floats(crosslink_density_ratio)
    with np.errstate(divide="ignore"):
        return rho**-0.6

"""Non-dominated sets: the front, its hypervolume, and the point nearest to the ideal."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


def front(objectives: FloatArray) -> NDArray[np.intp]:
    """Return the places of points that no other point beats in all objectives.

    Parameters
    ----------
    objectives : shape (point, objective)
        Less is better. Equal points are all kept.

    Examples
    --------
    >>> front(np.array([[1.3, 2.7], [2.1, 1.9], [2.2, 2.8]]))
    array([0, 1])
    """
    from pymoo.util.nds.non_dominated_sorting import NonDominatedSorting

    if not len(objectives):
        return np.zeros(0, dtype=np.intp)
    found = NonDominatedSorting().do(objectives, only_non_dominated_front=True)
    return np.sort(np.asarray(found, dtype=np.intp))


def normalised(objectives: FloatArray, ideal: FloatArray, worst: FloatArray) -> FloatArray:
    """Return objectives on a scale from 0 (ideal) to 1 (worst); 0 where both are the same."""
    span = np.where(worst > ideal, worst - ideal, 1.0)
    return np.asarray((objectives - ideal) / span)


def hypervolume(objectives: FloatArray, ideal: FloatArray, worst: FloatArray) -> float:
    """Return the share of the box from ideal to worst that the points dominate, exactly.

    Parameters
    ----------
    objectives : shape (point, objective)
        Less is better; points outside the box count for nothing.
    ideal, worst : shape (objective,)
        Corners of the box.

    Examples
    --------
    >>> points = np.array([[1.0, 3.0], [3.0, 1.0]])
    >>> hypervolume(points, np.array([0.0, 0.0]), np.array([4.0, 4.0]))
    0.3125
    """
    from pymoo.indicators.hv import HV

    scaled = np.maximum(normalised(objectives, ideal, worst), 0.0)
    inside = scaled[(scaled < 1.0).all(axis=1)]
    return float(HV(ref_point=np.ones(len(ideal)))(inside)) if len(inside) else 0.0


def distance(objectives: FloatArray, ideal: FloatArray, worst: FloatArray) -> FloatArray:
    """Return the distance of each point from the ideal, each objective scaled to its range."""
    return np.asarray(np.linalg.norm(normalised(objectives, ideal, worst), axis=1))


def balanced(objectives: FloatArray) -> int:
    """Return the place of the point nearest to the ideal, each objective scaled to its range.

    Examples
    --------
    >>> balanced(np.array([[0.0, 31.0], [2.3, 3.7], [9.1, 0.0]]))
    1
    """
    return int(np.argmin(distance(objectives, objectives.min(axis=0), objectives.max(axis=0))))

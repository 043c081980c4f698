"""Roots of many equations at once."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from releasekit.physics.arrays import floats
from releasekit.physics.constants import ArrayLike, FloatArray

_LEAST, _MOST = 1e-12, 1e12  # stand for 0 and infinity


def bisect(
    function: Callable[[FloatArray], FloatArray], low: ArrayLike, high: ArrayLike
) -> FloatArray:
    """Return the root of each row between `low` and `high` by bisection, to double precision.

    The function is called with all rows at once; it must change sign once between the ends.
    ``scipy.optimize`` has this only from 1.15 on.

    Examples
    --------
    >>> import numpy as np
    >>> bisect(lambda x: x**3 - np.array([2.7, 0.31]), [1.0, 0.0], [2.0, 1.0]).round(9)
    array([1.39247665, 0.67678995])
    """
    left, right = np.broadcast_arrays(*floats(low, high))
    right_sign = np.sign(function(right))
    for _ in range(60):
        middle = 0.5 * (left + right)
        beyond = function(middle) * right_sign > 0.0
        left, right = np.where(beyond, left, middle), np.where(beyond, middle, right)
    return np.asarray(0.5 * (left + right), dtype=float)


def finite_column(value: ArrayLike) -> FloatArray:
    """Give a positive number a new last axis for its roots, and keep it finite and above 0.

    >>> finite_column([0.0, 2.7, np.inf]).tolist()
    [[1e-12], [2.7], [1000000000000.0]]
    """
    return np.clip(floats(value)[0], _LEAST, _MOST)[..., np.newaxis]

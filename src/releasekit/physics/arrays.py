"""The one conversion that every law begins with."""

from __future__ import annotations

import numpy as np

from releasekit.physics.constants import ArrayLike, FloatArray


def floats(*values: ArrayLike) -> tuple[FloatArray, ...]:
    """Return the values as float arrays, not yet broadcast.

    >>> floats(3, [1, 2])
    (array(3.), array([1., 2.]))
    """
    return tuple(np.asarray(value, dtype=float) for value in values)

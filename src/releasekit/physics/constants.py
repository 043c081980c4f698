"""Physical constants (CODATA 2018, exact) and the array types that laws use."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["AVOGADRO", "BOLTZMANN", "GAS_CONSTANT", "ArrayLike", "FloatArray"]

FloatArray = NDArray[np.float64]

BOLTZMANN: Final = 1.380649e-23
"""Boltzmann constant [J/K]."""

AVOGADRO: Final = 6.02214076e23
"""Avogadro constant [1/mol]."""

GAS_CONSTANT: Final = 8.314462618
"""Molar gas constant [J/(mol K)]."""

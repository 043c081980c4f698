"""Release-kinetics design of exosome carriers for wounds.

>>> import releasekit as rk
>>> rk.__version__.count(".")
2
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_HOMES = {
    "Dataset": "dataset", "Designs": "formulation", "Formulation": "formulation",
    "Material": "facts", "Release": "release", "Study": "studies.study", "compare": "simulation",
    "load": "loading", "measure": "metrics", "optimise": "studies.search", "plot": "figures",
    "simulate": "simulation", "simulate_table": "batch", "verify": "verification",
}
"""Public names and the modules they live in; loaded on first use, so that import stays quick."""

__all__ = ["__version__", *_HOMES]

if TYPE_CHECKING:
    from releasekit.batch import simulate_table as simulate_table
    from releasekit.dataset import Dataset as Dataset
    from releasekit.facts import Material as Material
    from releasekit.figures import plot as plot
    from releasekit.formulation import Designs as Designs
    from releasekit.formulation import Formulation as Formulation
    from releasekit.loading import load as load
    from releasekit.metrics import measure as measure
    from releasekit.release import Release as Release
    from releasekit.simulation import compare as compare
    from releasekit.simulation import simulate as simulate
    from releasekit.studies.search import optimise as optimise
    from releasekit.studies.study import Study as Study


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'releasekit' has no attribute {name!r}")
    return getattr(importlib.import_module(f"releasekit.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)

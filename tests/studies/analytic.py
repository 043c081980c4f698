"""A study whose scores are a cheap function with a known front, in place of a simulation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from releasekit.formulation import Designs
from releasekit.studies.study import Objective, Study, Vary

Array = NDArray[np.float64]
Evaluated = tuple[dict[str, Array], dict[int, str]]
Columns = dict[str, Array]

UNIT = tuple(Vary(name, 0.0, 1.0) for name in (
    "functionalisation_fraction", "macropore_fraction", "irreversible_fraction",
    "surface_located_fraction"))
"""Four quantities that go from 0 to 1."""


def zitzler(columns: dict[str, Array]) -> dict[str, Array]:
    u = np.stack([columns[vary.name] for vary in UNIT])
    g = 1.0 + 9.0 * u[1:].mean(axis=0)
    return {"released_7d_fraction": u[0], "available_auc_d": -g * (1.0 - np.sqrt(u[0] / g)),
            "released_24h_fraction": u[1], "retained_auc_d": u[2]}


def zitzlers(study: Study) -> Study:
    """Return a study of one gel whose best is Zitzler's first front, 1 - sqrt(f)."""
    return replace(study, base=study.base[:1], vary=UNIT, constraints=(), budget=600,
                   population=20, objectives=(Objective("released_7d_fraction", "minimise"),
                                              Objective("available_auc_d", "maximise")))


def evaluator(function: Callable[[Columns], Columns],
              failed: Callable[[Columns], dict[int, str]] = lambda columns: {}
              ) -> Callable[..., Evaluated]:
    """Return what can take the place of ``evaluate``."""
    def evaluate(designs: Designs, names: Sequence[str], **_: Any) -> Evaluated:
        columns = dict(designs.columns)
        scores = function(columns)
        return {name: scores[name][:, None].copy() for name in names}, failed(columns)
    return evaluate

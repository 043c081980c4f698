"""What is not known and matters: assumed facts ranked by how far they move a metric."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from releasekit.assays import ASSAYS
from releasekit.catalogue import examine
from releasekit.errors import InputError, Problem, ReleasekitWarning
from releasekit.formulation import Designs, Formulation
from releasekit.library import list_examples
from releasekit.loading import load
from releasekit.metrics import columns_of, has_control, number_of
from releasekit.running import run

METRIC = "retained_7d_fraction"


@dataclass(frozen=True)
class Gap:
    """An assumed fact, and how much of what is not known about some formulations hangs on it.

    ``share`` is its share of the variance of all of them together, ``move`` the largest
    root-mean-square change of the metric in any of them, ``formulations`` those that it moves.
    """

    fact: str
    material: str
    share: float
    move: float
    formulations: tuple[str, ...]
    test: str
    days: float | None


def moves(formulation: Formulation, metric: str = METRIC) -> dict[str, float]:
    """Return how far each uncertain fact that is used moves a metric.

        m_k = √{[(y(z_k = 1) - y(0))² + (y(z_k = -1) - y(0))²] / 2}

    One fact at a time, one standard normal score up and down, all in one batch: the first-order
    part of the spread, which a fact that acts in one direction only has as well.

    Parameters
    ----------
    formulation
        What is to be examined; it must be possible to run it.
    metric
        Metric or quantity to watch.

    Returns
    -------
    dict
        ``material/fact`` -> root-mean-square change.

    Raises
    ------
    InputError
        The metric is not defined for this formulation.
    """
    facts = formulation.facts()
    keys = [key for key in examine(formulation).facts if facts[key].spread.kind != "none"]
    rows = 2 * len(keys) + 1  # the last one stays at the nominal facts
    scores = {key: np.zeros(rows) for key in keys}
    for place, key in enumerate(keys):
        scores[key][2 * place:2 * place + 2] = (1.0, -1.0)
    duration = np.full(rows, formulation.number("duration"))
    values = number_of(run(Designs(formulation, {"duration": duration}), scores, "screen",
                           columns=columns_of(metric), control=has_control(metric)), metric)
    if not np.isfinite(values[-1]):
        raise InputError(Problem(f"{metric} is not defined for {formulation.name!r}",
                                 file=formulation.path, suggestion="is its duration too short?"))
    squares = (values[:-1] - values[-1]).reshape(-1, 2) ** 2
    squares[np.isnan(squares)] = 0.0  # no number at this score: that says nothing about the fact
    return dict(zip(keys, np.sqrt(np.mean(squares, axis=1)).tolist(), strict=True))


def gaps(formulations: Mapping[str, Formulation], metric: str = METRIC,
         progress: Callable[[int, int], None] | None = None) -> list[Gap]:
    """Rank the assumed facts of formulations by their share of a metric's variance.

        s_k = Σ_i m_ik² / Σ_i Σ_k m_ik²

    over formulations i and all their uncertain facts k, with the moves m of :func:`moves`: a
    formulation that loses everything whatever the facts are has no say.

    Parameters
    ----------
    formulations
        Name -> formulation at a wound.
    metric
        Metric to watch.
    progress
        Called with (formulations done, formulations in all).

    Returns
    -------
    list of Gap
        The largest share first. Measured, computed and fitted facts have their part of the
        variance too and are left out, so the shares add up to less than 1.
    """
    found: dict[str, dict[str, float]] = {}
    assumed: set[str] = set()
    for done, (name, formulation) in enumerate(formulations.items(), 1):
        facts = formulation.facts()
        for key, move in moves(formulation, metric).items():
            if move > 0.0:
                found.setdefault(key, {})[name] = move
            if facts[key].basis == "assumed":
                assumed.add(key)
        if progress:
            progress(done, len(formulations))
    variance = {key: sum(move**2 for move in each.values()) for key, each in found.items()}
    whole = sum(variance.values())
    ranked = sorted(assumed & found.keys(), key=lambda key: (-variance[key], key))
    return [gap(key, variance[key] / whole, found[key]) for key in ranked]


def gap(key: str, share: float, moved: Mapping[str, float]) -> Gap:
    """Return a gap with the test that would close it; ``moved`` is the move of each formulation."""
    material, fact = key.split("/")
    days, test = ASSAYS.get(fact, (None, ""))
    return Gap(fact, material, share, max(moved.values()), tuple(moved), test, days)


def at_a_wound(files: Iterable[str] = ()) -> dict[str, Formulation]:
    """Return formulations at a wound by their file; of the shipped examples by default.

    Raises
    ------
    InputError
        A file that was named is no formulation, or not one at a wound.
    """
    named = tuple(files)
    found = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ReleasekitWarning)
        for file in named or list_examples():
            thing = load(file)
            if isinstance(thing, Formulation) and thing.word("boundary", "wound") == "wound":
                found[file] = thing
            elif named:
                kind = type(thing).__name__.lower()
                raise InputError(Problem(f"is a {kind}, not a formulation at a wound", file=file))
    return found

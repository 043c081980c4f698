"""A search: all feasible trials, the front among them, and the picks."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from releasekit.errors import InputError, Problem, nearest
from releasekit.figures.looks import FAMILY_COLOURS, add_legend, canvas, family_look, with_numbers
from releasekit.studies.candidates import Wanted
from releasekit.studies.candidates import objectives as wanted_in
from releasekit.wording import axis_of

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from releasekit.studies.search import SearchResult

FloatArray = NDArray[np.float64]

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
MOST_OBJECTIVES = 4
LINE_LENGTHS = {1: 50, 2: 36, 3: 24}
"""Letters of an axis text per line, by the number of panels side by side."""
UPRIGHT_LENGTH = 38


def plot_pareto(result: SearchResult, objectives: Sequence[str] | None = None) -> Figure:
    """Plot the feasible trials of a search, its front and the picks.

    Parameters
    ----------
    result
        What a search found. Trials are shown as they were screened, front and picks as they were
        computed again at default accuracy.
    objectives
        Two to four objectives of the study; all by default. The first is on the vertical axis,
        each other one on the horizontal axis of a panel of its own.

    Returns
    -------
    Figure
        The plotted table is its attribute ``numbers``.

    Raises
    ------
    InputError
        A name that is no objective of the study, a number of objectives that cannot be shown, or
        a search that found nothing feasible.
    """
    study = result.study
    shown = _wanted(wanted_in(study), objectives)
    if not len(result.pareto):
        raise InputError(result.unsatisfied or "nothing is feasible, so there is no front")
    columns = [wanted.label(study) for wanted in shown]
    log = {o.metric for o in study.objectives if o.scale == "log"}
    trials = result.trials[result.trials["status"] == "feasible"]
    front = result.pareto.sort_values(columns[0])
    up = columns[0]
    figure, axes = canvas(3.3, 1, len(columns) - 1)
    for axis, wanted, across in zip(axes, shown[1:], columns[1:], strict=True):
        axis.plot(trials[across], trials[up], ".", markersize=3, color="0.72", zorder=1)
        if len(study.objectives) == 2:  # of more, this view of the front is a cloud, not a line
            axis.plot(front[across], front[up], color="0.4", linewidth=0.8, zorder=2)
        for family, rows in front.groupby("carrier"):
            colour, marker = family_look(str(family))
            axis.plot(rows[across], rows[up], linestyle="", marker=marker, markersize=5.5,
                      color=colour, markeredgecolor="black", markeredgewidth=0.5, zorder=3)
        axis.margins(0.1)
        axis.set_xscale(_scale(trials[across], wanted.name in log))
        axis.set_yscale(_scale(trials[up], shown[0].name in log))
        for side in (axis.xaxis, axis.yaxis):  # an exponent beside the axis would lie on its text
            if side.get_scale() == "linear":
                side.set_major_formatter(lambda value, _: f"{value:.4g}".replace("e+", "e"))
        axis.set_xlabel(textwrap.fill(axis_of(across, wanted.low_is_bad), LINE_LENGTHS[len(axes)]))
    axes[0].set_ylabel(textwrap.fill(axis_of(up, shown[0].low_is_bad), UPRIGHT_LENGTH))
    add_legend(figure, _handles(result, len(trials)))
    figure.draw_without_rendering()  # settles where the points stand on the page
    for axis, across in zip(axes, columns[1:], strict=True):
        picks = np.array([[pick.objectives[name] for name in (across, up)]
                          for pick in result.best], dtype=float).reshape(-1, 2)
        _put_letters(axis, picks, front[[across, up]].to_numpy(dtype=float))
    return with_numbers(figure, _numbers(result, trials, columns))


def _wanted(known: Sequence[Wanted], names: Sequence[str] | None) -> list[Wanted]:
    """Return the objectives to show."""
    by_name = {wanted.name: wanted for wanted in known}
    names = list(by_name) if names is None else names
    strange = [Problem("is not an objective of the study", key=name,
                       suggestion=nearest(name, by_name) or f"one of {', '.join(by_name)}")
               for name in names if name not in by_name]
    if strange:
        raise InputError(strange)
    if not 2 <= len(names) <= MOST_OBJECTIVES:
        raise InputError(Problem(f"a front can be shown of 2 to {MOST_OBJECTIVES} objectives, not "
                                 f"of {len(names)}", suggestion="name those to be shown"))
    return [by_name[name] for name in names]


def _scale(values: pd.Series[float], log: bool) -> str:
    """Return the scale of an axis: a logarithmic one needs a decade or two to be read."""
    return "log" if log and 0 < 20 * values.min() < values.max() else "linear"


def _handles(result: SearchResult, feasible: int) -> list[Artist]:
    """Return the entries of the legend: trials, families of the front, picks."""
    from matplotlib.lines import Line2D

    def entry(label: str, colour: str, marker: str, **look: float | str) -> Line2D:
        return Line2D([], [], linestyle="", color=colour, marker=marker, label=label,
                      **look)  # type: ignore[arg-type]

    families = sorted(set(result.pareto["carrier"]),
                      key=[*FAMILY_COLOURS, *result.pareto["carrier"]].index)
    return [
        entry(f"feasible trial ({feasible} of {len(result.trials)})", "0.72", "."),
        *(entry(f"front: {family}", *family_look(family), markeredgecolor="black",
                markeredgewidth=0.5) for family in families),
        *(entry(pick.name, "black", f"$\\mathbf{{{letter}}}$", markeredgewidth=0, markersize=7)
          for letter, pick in zip(LETTERS, result.best, strict=False))]


def _put_letters(axis: Axes, picks: FloatArray, front: FloatArray) -> None:
    """Ring each pick and put its letter on the side where most room is left."""
    axis.plot(*picks.T, "o", markersize=10, markerfacecolor="none", markeredgecolor="black")
    to_points = 72.0 / axis.get_figure(root=True).dpi  # type: ignore[union-attr]
    corner, opposite = axis.bbox.get_points() * to_points
    taken = axis.transData.transform(front) * to_points
    angles = np.arange(0.0, 2 * np.pi, np.pi / 6)
    around = 15.0 * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    for letter, pick in zip(LETTERS, picks, strict=False):
        spots = axis.transData.transform(pick) * to_points + around
        room = np.linalg.norm(spots[:, None] - taken, axis=2).min(axis=1)
        inside = ((spots > corner + 7.0) & (spots < opposite - 7.0)).all(axis=1)
        best = int(np.where(inside, room, room - 1e3).argmax())
        axis.annotate(letter, pick, xytext=tuple(around[best]), textcoords="offset points",
                      ha="center", va="center", fontweight="bold", zorder=5)
        taken = np.vstack([taken, spots[best]])


def _numbers(result: SearchResult, trials: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """Return trials, front and picks as one table."""
    import pandas as pd

    names = ["trial", "carrier", "formulation", *columns]
    picks = {pick.trial: pick.name for pick in result.best}
    front = result.pareto[names].assign(shown="front", pick=result.pareto["trial"].map(picks))
    numbers = pd.concat([trials[names].assign(shown="trial"), front], ignore_index=True)
    numbers.insert(0, "shown", numbers.pop("shown"))
    return numbers

"""Many designs at once: each a line across what was chosen and what came of it."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import numpy as np

from releasekit.errors import InputError
from releasekit.figures.looks import (
    FAMILY_COLOURS,
    LINE_STYLES,
    add_legend,
    canvas,
    family_look,
    with_numbers,
)
from releasekit.studies.candidates import HELD

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.figure import Figure

    from releasekit.studies.search import SearchResult

MOST_AXES = 9
NOT_SHOWN = ("trial", HELD)
"""Numbers of a trial that are neither chosen nor asked for."""


def plot_parallel(result: SearchResult) -> Figure:
    """Plot the front of a search as parallel coordinates, from choices to objectives.

    Each axis runs from the lowest to the highest value on the front; a line breaks where a
    carrier does not have the quantity. Choices that only one family has are left out first where
    there are too many.

    Parameters
    ----------
    result
        What a search found.

    Raises
    ------
    InputError
        The search found nothing feasible.
    """
    from matplotlib.lines import Line2D

    front = result.pareto
    if not len(front):
        raise InputError(result.unsatisfied or "nothing is feasible, so there is no front")
    numbers = front.select_dtypes("number").drop(columns=list(NOT_SHOWN), errors="ignore")
    numbers = numbers.loc[:, numbers.nunique() > 1].rename(columns=str)
    wanted = [column for column in dict.fromkeys(
        name for pick in result.best for name in pick.objectives) if column in numbers]
    choices = sorted((column for column in numbers if column not in wanted and column not in {
        name for pick in result.best for name in pick.constraints}),
        key=lambda column: -numbers[column].notna().sum())
    names = [str(name) for name in (*choices[:MOST_AXES - len(wanted)], *wanted)]
    low, high = numbers[names].min(), numbers[names].max()
    place = ((numbers[names] - low) / (high - low)).to_numpy(dtype=float)
    figure, (axis,) = canvas(3.8, 1)
    families = front["carrier"].to_numpy()
    shown = [family for family in FAMILY_COLOURS if family in set(families)]
    handles: list[Artist] = []
    for family, style in zip(shown, LINE_STYLES, strict=False):
        colour, marker = family_look(family)
        for row in place[families == family]:
            axis.plot(row, color=colour, linestyle=style, linewidth=0.7, alpha=0.3,
                      marker=marker, markersize=2.5)
        handles.append(Line2D([], [], color=colour, linestyle=style, marker=marker, markersize=4,
                              label=f"{family} ({int((families == family).sum())})"))
    axis.plot(place[np.isin(front["trial"], [pick.trial for pick in result.best])].T,
              color="black", linewidth=1.6)
    handles.append(Line2D([], [], color="black", linewidth=1.6, label="picks"))
    for i, name in enumerate(names):
        axis.axvline(i, color="0.6", linewidth=0.7, zorder=0)
        for end, y in ((low[name], -0.04), (high[name], 1.04)):
            axis.text(i, y, f"{end:.3g}".replace("e+0", "e").replace("e+", "e"), ha="center",
                      va="top" if y < 0 else "bottom", fontsize=7)
    axis.set_xlim(-0.3, len(names) - 0.7)
    axis.set_ylim(-0.14, 1.14)
    axis.set_xticks(range(len(names)), [
        "\n".join(textwrap.wrap(name.replace("_", " "), 13)) for name in names], fontsize=7)
    axis.set_yticks([])
    axis.spines[["left", "bottom"]].set_visible(False)
    axis.tick_params(length=0)
    add_legend(figure, handles)
    return with_numbers(figure, front[["trial", "carrier", "formulation", *names]])

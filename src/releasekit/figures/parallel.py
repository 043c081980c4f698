"""Many designs at once: each a line across what was chosen and what came of it."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from releasekit.errors import InputError
from releasekit.figures.looks import FAMILY_COLOURS, add_legend, canvas, family_look, with_numbers
from releasekit.studies.candidates import HELD
from releasekit.wording import label_of

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from releasekit.studies.search import SearchResult

FloatArray = NDArray[np.float64]

MOST_AXES = 9
PICK_WIDTH = 1.6
NOT_SHOWN = ("trial", HELD)
"""Numbers of a trial that are neither chosen nor asked for."""


def plot_parallel(result: SearchResult) -> Figure:
    """Plot the front of a search as parallel coordinates, from choices to objectives.

    Each family has a panel with what varies in it, what it shares with others first. An axis runs
    from the lowest to the highest value on the whole front, the same in all panels; where some
    formulations of a family do not have a quantity, a thin dotted line passes by its axis.

    Parameters
    ----------
    result
        What a search found.

    Raises
    ------
    InputError
        The search found nothing feasible.
    """
    front = result.pareto
    if not len(front):
        raise InputError(result.unsatisfied or "nothing is feasible, so there is no front")
    numbers = front.select_dtypes("number").drop(columns=list(NOT_SHOWN), errors="ignore")
    numbers = numbers.loc[:, numbers.nunique() > 1].rename(columns=str)
    wanted = [str(column) for column in dict.fromkeys(
        name for pick in result.best for name in pick.objectives) if column in numbers]
    choices = sorted((str(column) for column in numbers if column not in wanted and column not in {
        name for pick in result.best for name in pick.constraints}),
        key=lambda column: -numbers[column].notna().sum())
    low, high = numbers.min(), numbers.max()
    place = (numbers - low) / (high - low)
    families = front["carrier"].to_numpy()
    shown = [family for family in FAMILY_COLOURS if family in set(families)]
    axes_of = {family: [name for name in choices if numbers[name][families == family].notna()
                        .any()][:MOST_AXES - len(wanted)] for family in shown}
    most = max(map(len, axes_of.values()))
    from matplotlib.lines import Line2D

    figure, axes = canvas(2.3 * len(shown), len(shown), share=False)
    picked = np.isin(front["trial"], [pick.trial for pick in result.best])
    handles: list[Artist] = []
    for axis, family in zip(axes, shown, strict=True):
        names = [*axes_of[family], *wanted]
        # objectives stand one below the other, choices have what room is left
        across = np.concatenate([np.linspace(0, max(most - 1, 0), len(axes_of[family])),
                                 most + np.arange(len(wanted))])
        own = families == family
        handles.append(_draw_lines(axis, across, place[names].to_numpy(dtype=float), family, own,
                                   picked))
        _draw_axes(axis, across, names, low, high)
        axis.set_ylabel(family)
        axis.set_xlim(-0.4, most + len(wanted) - 0.6)
    if picked.any():
        handles.append(Line2D([], [], color="black", linewidth=PICK_WIDTH, label="picks"))
    add_legend(figure, handles)
    names = [name for name in choices if any(name in own for own in axes_of.values())]
    return with_numbers(figure, front[["trial", "carrier", "formulation", *names, *wanted]])


def _draw_lines(axis: Axes, across: FloatArray, place: FloatArray, family: str,
                own: NDArray[np.bool_], picked: NDArray[np.bool_]) -> Artist:
    """Draw the formulations of a family, its picks on top."""
    from matplotlib.lines import Line2D

    colour, marker = family_look(family)
    for rows, ink, width, alpha in ((own & ~picked, colour, 0.8, 0.35),
                                    (own & picked, "black", PICK_WIDTH, 1.0)):
        for row in place[rows]:
            known = np.isfinite(row)
            if not known.all():
                axis.plot(across[known], row[known], color=ink, linestyle=":", linewidth=0.6,
                          alpha=alpha)
            axis.plot(across, row, color=ink, linewidth=width, alpha=alpha, marker=marker,
                      markersize=3.0, markerfacecolor=colour)
    return Line2D([], [], color=colour, marker=marker, markersize=4,
                  label=f"{family} ({int(own.sum())})")


def _draw_axes(axis: Axes, across: FloatArray, names: Sequence[str], low: pd.Series[float],
               high: pd.Series[float]) -> None:
    """Draw the axes of a panel with their ends and their words."""
    for x, name in zip(across, names, strict=True):
        axis.axvline(x, color="0.6", linewidth=0.7, zorder=0)
        for end, y in ((low[name], -0.05), (high[name], 1.05)):
            axis.text(x, y, f"{end:.3g}".replace("e+0", "e").replace("e+", "e"), ha="center",
                      va="top" if y < 0 else "bottom", fontsize=7)
    axis.set_ylim(-0.2, 1.2)
    axis.set_xticks(across, ["\n".join(textwrap.wrap(label_of(name), 15)) for name in names],
                    fontsize=7)
    axis.set_yticks([])
    axis.spines[["left", "bottom"]].set_visible(False)
    axis.tick_params(length=0)

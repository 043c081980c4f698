"""Where every exosome is: the ledger as stacked areas."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import numpy as np

from releasekit.figures.curves import design_label, series_of
from releasekit.figures.looks import canvas, with_numbers
from releasekit.release import DAY, LEDGER, Release
from releasekit.wording import SAID, TIME_LABEL, counted

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.figure import Figure

LEDGER_LOOKS = {
    "in_carrier_fraction": ("#0072B2", ""), "in_medium_fraction": ("#56B4E9", "//"),
    "in_wound_fluid_fraction": ("#56B4E9", "//"), "in_tissue_fraction": ("#009E73", ""),
    "taken_up_fraction": ("#F0E442", ".."), "scavenged_fraction": ("#E69F00", ""),
    "washed_out_fraction": ("#FFFFFF", "--"), "cleared_fraction": ("#CC79A7", "xx"),
    "discarded_fraction": ("#FFFFFF", "||"), "inactivated_fraction": ("#BDBDBD", "\\\\"),
}
"""Colour and hatching of each part of the ledger."""


def plot_ledger(release: Release, index: int = 0) -> Figure:
    """Plot where every exosome is: the nine ledger fractions, stacked, over time.

    Parameters
    ----------
    release
        A Release; with draws the mean over the draws is shown, because means still add up to 1.
    index
        Which of its designs.
    """
    import pandas as pd
    from matplotlib.patches import Patch

    s = series_of([release.row(index)])[0]
    names = [name for name in (LEDGER[0], "in_medium_fraction", *LEDGER[1:])
             if name in s.release.columns]
    time = s.release.time[0] / DAY
    parts = {name: np.nanmean(s.release[name], axis=0) for name in names}
    if not s.release.at_wound:  # in a medium most ways out do not exist
        parts = {name: part for name, part in parts.items() if part.any()}
    title = design_label(release, index) + (
        f", mean of {counted(release.draws, 'draw')}" if release.draws else "")
    figure, (axis,) = canvas(3.4, 1)
    handles: list[Artist] = []
    floor = np.zeros_like(time)
    kept = ("in_carrier_fraction", "in_wound_fluid_fraction", "in_tissue_fraction")
    for name, part in parts.items():
        colour, hatch = LEDGER_LOOKS[name]
        top = floor + part
        axis.fill_between(time, floor, top, facecolor=colour, hatch=hatch, edgecolor="0.2",
                          linewidth=0.4)
        handles.append(Patch(facecolor=colour, hatch=hatch, edgecolor="0.2", linewidth=0.4,
                             label=f"{SAID[name]}, {_percent(part[-1])}"))
        if name == kept[-1] and s.release.at_wound:
            handles += axis.plot(time, top, color="black", linewidth=2.0,
                                 label="below this line: retained")
        floor = top
    axis.set_xlim(0.0, time[-1])
    axis.set_ylim(0.0, 1.0)
    axis.set_xlabel(TIME_LABEL)
    axis.set_ylabel("where every exosome is\n[fraction of dose]")
    axis.set_title(textwrap.fill(title, 48), fontsize=9)
    for change in s.change_times():
        axis.axvline(change, linestyle=":", linewidth=1.2, color="black")
    figure.legend(handles=handles[::-1], loc="outside right upper", frameon=False, fontsize=8,
                  handleheight=1.5, title=f"share on day {time[-1]:.3g}, from the top",
                  title_fontsize=8, alignment="left")
    return with_numbers(figure, pd.DataFrame({"time_d": time, **parts}))


def _percent(share: float) -> str:
    """Return a share as text.

    >>> _percent(0.2137), _percent(0.0000397), _percent(0.0)
    ('21.4 %', '< 0.1 %', '0 %')
    """
    if share <= 0.0:
        return "0 %"
    return f"{100 * share:.1f} %" if share >= 5e-4 else "< 0.1 %"

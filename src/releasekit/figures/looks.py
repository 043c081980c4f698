"""How every figure looks: colours, line styles, canvas, legend, and how it is written."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from releasekit import files
from releasekit.errors import InputError, Problem

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FAMILY_COLOURS = {"hydrogel": "#0072B2", "microneedle": "#D55E00", "scaffold": "#009E73",
                  "ecm": "#CC79A7", "measured": "#E69F00", "free": "#4D4D4D"}
"""Colour of each carrier family, after Okabe and Ito: told apart by the colour blind."""
FAMILY_MARKERS = {"hydrogel": "o", "microneedle": "^", "scaffold": "s", "ecm": "D",
                  "measured": "P", "free": "v"}
LINE_STYLES: tuple[Any, ...] = ("-", (0, (5, 2)), (0, (1, 1.2)), (0, (7, 2, 1, 2)),
                                (0, (10, 3)), (0, (4, 1.5, 1, 1.5, 1, 1.5)))
LINE_MARKERS = ("", "x")
MOST_SERIES = len(LINE_STYLES) * len(LINE_MARKERS)
POINT_MARKERS = "osD^vP*Xhp<>"
WIDTH = 6.5
"""Width of every figure [inch]: a text page."""
SUFFIXES = (".png", ".svg", ".pdf")

PARTICLES = "available_particles_per_cm2"


def family_look(family: str) -> tuple[str, str]:
    """Return colour and marker of a carrier family."""
    return FAMILY_COLOURS.get(family, "#000000"), FAMILY_MARKERS.get(family, "*")


def series_colours(families: Sequence[str]) -> list[str]:
    """Return a colour for each of several curves.

    Families keep their colour where several are shown, lighter or darker within a family; within
    one family each curve has a colour of its own.

    >>> series_colours(["ecm", "free", "ecm"])
    ['#cc79a7', '#4d4d4d', '#70435c']
    """
    own = [FAMILY_COLOURS.get(family, "#000000") for family in families]
    if len(set(families)) > 1:
        return [shade(colour, families[:place].count(family))
                for place, (family, colour) in enumerate(zip(families, own, strict=True))]
    palette = list(dict.fromkeys([*own[:1], *FAMILY_COLOURS.values()]))
    return [palette[(place + place // len(LINE_STYLES)) % len(palette)]
            for place in range(len(families))]


def shade(colour: str, rank: int) -> str:
    """Return the family's colour, darker, lighter, and again."""
    from matplotlib.colors import to_hex, to_rgb

    towards, share = ((0.0, 0.0), (0.0, 0.45), (1.0, 0.4))[rank % 3]
    red, green, blue = ((1 - share) * part + share * towards for part in to_rgb(colour))
    return to_hex((red, green, blue))


def canvas(height: float, rows: int, columns: int = 1,
           share: bool = True) -> tuple[Figure, list[Axes]]:
    """Return a figure with its own canvas, apart from pyplot, and its axes.

    Axes below one another share what is across, those side by side what is upwards.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH, height), dpi=200, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots(rows, columns, sharex=share and columns == 1,
                           sharey=share and columns > 1, squeeze=False)
    for axis in axes.ravel():
        axis.tick_params(which="both", labelsize=8)
        axis.xaxis.label.set_size(9)
        axis.yaxis.label.set_size(9)
        axis.spines[["top", "right"]].set_visible(False)
    return figure, list(axes.ravel())


def add_legend(figure: Figure, handles: Sequence[Artist]) -> None:
    """Put the legend below the axes, where it covers nothing, and make room for it."""
    labels = [textwrap.fill(str(handle.get_label()), 90) for handle in handles]
    longest = max(len(line) for label in labels for line in label.split("\n"))
    columns = max(1, min(3, len(labels), 112 // (longest + 10)))
    lines = sum(label.count("\n") + 1 for label in labels)
    figure.set_figheight(figure.get_figheight() + 0.17 * -(-lines // columns) + 0.1)
    figure.legend(handles, labels, loc="outside lower center", ncols=columns, frameon=False,
                  fontsize=8, handlelength=4.0)


def with_numbers(figure: Figure, numbers: pd.DataFrame) -> Figure:
    """Hang the table of what is shown on a figure."""
    cast(Any, figure).numbers = numbers
    return figure


def save_figure(figure: Figure, path: files.FilePath) -> list[str]:
    """Write a figure as PNG, SVG or PDF, and the numbers it shows as ``<name>-numbers.csv``.

    The same figure always gives the same bytes: no dates, no random names in them.

    Returns
    -------
    list of str
        The files written.

    Raises
    ------
    InputError
        A name that does not end in .png, .svg or .pdf, or a folder that cannot be written.
    """
    import matplotlib

    target = Path(path)
    suffix = target.suffix.lower()
    if suffix not in SUFFIXES:
        raise InputError(Problem(f"{suffix or 'no suffix'} is not a kind of figure",
                                 file=str(path), suggestion=f"one of {', '.join(SUFFIXES)}"))
    undated = {".png": {}, ".svg": {"Date": None}, ".pdf": {"CreationDate": None}}[suffix]
    with matplotlib.rc_context({"svg.hashsalt": "releasekit"}), files.replacing(target) as file:
        figure.savefig(file, format=suffix[1:], metadata=undated)
    numbers: pd.DataFrame | None = getattr(figure, "numbers", None)
    if numbers is None:
        return [str(target)]
    table = target.with_name(f"{target.stem}-numbers.csv")
    files.write_table(table, numbers)
    return [str(target), str(table)]

"""Figures: one function, ``plot``, and the kinds it knows.

A figure is a matplotlib ``Figure`` that knows nothing of pyplot; the numbers it shows hang on it
as the table ``figure.numbers``. Every series differs by its line style, marker or hatching too,
so that a figure survives a greyscale printer. matplotlib is loaded by the first figure.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from releasekit.errors import InputError, Problem, nearest
from releasekit.figures.curves import plot_curves as plot_curves
from releasekit.figures.depth import plot_mesh as plot_mesh
from releasekit.figures.depth import plot_profiles as plot_profiles
from releasekit.figures.front import plot_pareto as plot_pareto
from releasekit.figures.ledger import plot_ledger as plot_ledger
from releasekit.figures.looks import save_figure as save_figure
from releasekit.figures.parallel import plot_parallel as plot_parallel
from releasekit.figures.residuals import plot_residuals as plot_residuals
from releasekit.figures.sketch import plot_sketch as plot_sketch

if TYPE_CHECKING:
    from matplotlib.figure import Figure

KINDS: dict[str, tuple[Callable[..., Figure], str]] = {
    "curves": (plot_curves, "releases"),
    "residuals": (plot_residuals, "releases"),
    "ledger": (plot_ledger, "release"),
    "profiles": (plot_profiles, "release"),
    "mesh": (plot_mesh, "release"),
    "sketch": (plot_sketch, "release"),
    "front": (plot_pareto, "search"),
    "parallel": (plot_parallel, "search"),
}
"""Kind of figure -> (how it is drawn, what it is drawn of)."""


def plot(what: Any, kind: str = "curves", **options: Any) -> Figure:
    """Plot releases or the result of a search.

    Parameters
    ----------
    what
        A Release, or several, or what ``optimise`` returns; ``KINDS`` says which a kind needs.
    kind
        What to show, a key of ``KINDS``.
    options
        Those of the kind, e.g. ``data``, ``column`` and ``log`` of ``curves``.

    Returns
    -------
    Figure
        The plotted table is its attribute ``numbers``.

    Raises
    ------
    InputError
        A kind that is not known, or that cannot be drawn of this.
    """
    check_kind(kind)
    draw, needs = KINDS[kind]
    if needs == "release" and isinstance(what, list | tuple):
        if len(what) != 1:
            raise InputError(Problem(f"shows one formulation, not {len(what)}", key=kind,
                                     suggestion="draw them one by one"))
        what = what[0]
    if (needs == "search") != hasattr(what, "pareto"):
        raise InputError(Problem("is drawn of what optimise finds" if needs == "search" else
                                 "is drawn of releases, not of a search", key=kind))
    return draw(what, **options)


def check_kind(kind: str) -> None:
    """Refuse a kind of figure that is not known."""
    if kind not in KINDS:
        raise InputError(Problem("is not a kind of figure", key=kind, suggestion=(
            nearest(kind, KINDS) or f"one of {', '.join(KINDS)}")))

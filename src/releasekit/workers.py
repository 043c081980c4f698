"""Who simulates the designs of a search: this process, others on this machine, or a cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from releasekit.errors import InputError
from releasekit.formulation import Designs

FloatArray = NDArray[np.float64]
Outcome = tuple[dict[str, FloatArray], dict[int, str]]
Each = Callable[[Callable[[Designs], Any], Sequence[Designs]], Iterable[Any]]
"""``map``, or what takes its place to work elsewhere; the order stays."""

PIECE_ROWS = 128
"""Designs times draws that are evaluated at once; fixed, so results do not depend on workers."""


def in_pieces(evaluate: Callable[..., Outcome], tables: Sequence[Designs], names: Sequence[str],
              each: Each = map, *, draws: int = 0, **options: Any) -> list[Outcome]:
    """Evaluate tables of designs piece by piece, wherever that may be.

    Parameters
    ----------
    evaluate
        Returns metrics [design, draw] and failed rows of a table (``simulation.evaluate``).
    tables
        Tables of designs.
    names
        Metrics.
    each
        Works on the pieces.
    draws, options
        For ``evaluate``.

    Returns
    -------
    list of (metrics, failed rows)
        One per table. Where a material lacks a fact all rows of a table have failed.
    """
    size = max(1, PIECE_ROWS // max(draws, 1))
    pieces = [[Designs(table.base, {name: column[first:first + size]
                                    for name, column in table.columns.items()})
               for first in range(0, len(table), size)] for table in tables]
    work = partial(_evaluated, evaluate, names, draws=draws, **options)
    found = iter(each(work, [piece for parts in pieces for piece in parts]))
    return [_joined([next(found) for _ in parts], size) for parts in pieces]


def _evaluated(evaluate: Callable[..., Outcome], names: Sequence[str], designs: Designs,
               **options: Any) -> Outcome:
    try:
        return evaluate(designs, names, **options)
    except InputError as error:  # a material lacks a fact: none of these can be run
        width = max(options["draws"], 1)
        return ({name: np.full((len(designs), width), np.nan) for name in names},
                dict.fromkeys(range(len(designs)), str(error)))


def _joined(parts: Sequence[Outcome], size: int) -> Outcome:
    return ({name: np.concatenate([metrics[name] for metrics, _ in parts])
             for name in parts[0][0]},
            {size * i + row: why for i, (_, failed) in enumerate(parts)
             for row, why in failed.items()})

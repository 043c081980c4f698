"""Release: where every exosome is over time, for one or many designs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from releasekit.formulation import Designs, Formulation
from releasekit.transport.problem import PARTS

if TYPE_CHECKING:
    import pandas as pd

FloatArray = NDArray[np.float64]

DAY = 86400.0
PER_CM2 = 1e-4

LEDGER = ("in_carrier_fraction", "in_wound_fluid_fraction", "in_tissue_fraction",
          "taken_up_fraction", "scavenged_fraction", "washed_out_fraction", "cleared_fraction",
          "discarded_fraction", "inactivated_fraction")
"""The nine that add up to 1: where the active exosomes applied so far are, or went."""

LEDGER_PARTS = ("in_carrier_free_fraction", "in_carrier_bound_fraction",
                "in_carrier_trapped_fraction", "inactivated_in_carrier_fraction",
                "inactivated_in_wound_fluid_fraction", "inactivated_in_tissue_fraction")
DERIVED = ("retained_fraction", "available_fraction", "released_fraction",
           "released_active_fraction")
ABSOLUTE = ("available_particles_per_cm2", "delivered_particles_per_cm2",
            "applied_particles_per_cm2")
"""Active particles per wound area; fractions are of those applied so far."""
QUANTILES = {"p05": 0.05, "p50": 0.50, "p95": 0.95}
PREDICTION_CLASSES = ("calibrated", "informed", "given", "assumption-driven")


@dataclass(frozen=True)
class Release:
    """The ledger of one or many designs over time, with what is needed to judge it.

    Parameters
    ----------
    designs
        Base formulation and columns, one row per design (and draw).
    time : shape (row, time) [s]
        Output times.
    columns
        Ledger and derived columns, shape (row, time) each.
    dose_per_area, recovery, discretisation_error : shape (row,)
        Active dose at application [1/m²], recovery through making, estimated numerical error.
    free_retained_auc : shape (row,) [s]
        Retained AUC of free exosomes of the same schedule; nan where there is no wound.
    properties
        Derived quantities by vocabulary name (SI), shape (row,).
    failed
        Row -> why it has no result; such rows are nan.
    draws
        Draws per design; 0 for nominal facts. Rows of a design follow one another.
    scores
        Standard normal scores of the facts in each row; empty for nominal facts.
    """

    designs: Designs
    time: FloatArray
    columns: Mapping[str, FloatArray]
    dose_per_area: FloatArray
    recovery: FloatArray
    discretisation_error: FloatArray
    free_retained_auc: FloatArray
    properties: Mapping[str, FloatArray] = field(default_factory=dict)
    failed: Mapping[int, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    facts_used: Mapping[str, int] = field(default_factory=dict)
    prediction_class: str = ""
    driven_by: Mapping[str, float] = field(default_factory=dict)
    draws: int = 0
    seed: int = 0
    scores: Mapping[str, ArrayLike] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.time)

    def __getitem__(self, column: str) -> FloatArray:
        return self.columns[column]

    @property
    def formulation(self) -> Formulation:
        """The base formulation."""
        return self.designs.base

    @property
    def name(self) -> str:
        """Name of the base formulation."""
        return self.designs.base.name

    @property
    def at_wound(self) -> bool:
        """Whether there is a wound behind the open face (else a release medium)."""
        return self.formulation.word("boundary", "wound") == "wound"

    @property
    def ledger_residual(self) -> float:
        """Largest distance of the nine ledger fractions from adding up to 1."""
        names = [name for name in LEDGER if name in self.columns]
        if not self.at_wound:
            names.append("in_medium_fraction")
        total = sum(self.columns[name] for name in names)
        good = ~np.isnan(np.asarray(total))
        return float(np.abs(np.asarray(total)[good] - 1.0).max()) if good.any() else 0.0

    def row(self, index: int) -> Release:
        """Return one design (with all its draws)."""
        width = max(self.draws, 1)
        rows = slice(index * width, (index + 1) * width)
        return self.rows(rows)

    def rows(self, rows: Any) -> Release:
        """Return some rows as a Release of their own."""
        columns = {name: column[rows] for name, column in self.designs.columns.items()}
        keep = np.arange(len(self))[rows]
        failed = {new: self.failed[int(old)] for new, old in enumerate(keep)
                  if int(old) in self.failed}
        return replace(
            self, designs=Designs(self.designs.base, columns), time=self.time[rows],
            columns=self.columns.rows(rows) if isinstance(self.columns, Ledger) else
            {name: column[rows] for name, column in self.columns.items()},
            dose_per_area=self.dose_per_area[rows], recovery=self.recovery[rows],
            discretisation_error=self.discretisation_error[rows],
            free_retained_auc=self.free_retained_auc[rows], failed=failed,
            properties={name: column[rows] for name, column in self.properties.items()},
            scores={key: np.asarray(z)[rows] for key, z in self.scores.items()})

    def table(self, index: int = 0) -> pd.DataFrame:
        """Return the columns of one design over time, ``time_d`` first.

        With draws every column becomes its 5, 50 and 95 % quantile over the draws.
        """
        import pandas as pd

        one = self.row(index)
        data: dict[str, FloatArray] = {"time_d": one.time[0] / DAY}
        for name, column in one.columns.items():
            if self.draws:
                # where draws are missing numpy goes time by time, at a hundred times the cost
                quantile = np.nanquantile if np.isnan(column).any() else np.quantile
                for label, values in zip(QUANTILES, quantile(
                        column, list(QUANTILES.values()), axis=0), strict=True):
                    data[f"{name}_{label}"] = values
            else:
                data[name] = column[0]
        return pd.DataFrame(data)


Sum = tuple[str, ...]
"""Names of parts that are added up."""
APPLIED: Sum = ("applied",)
INSIDE: Sum = ("free", "bound", "trapped", "inactivated_in_carrier", "discarded_with_carrier")
"""What has not left the carrier: still in it, lost in it, or taken away with it."""
LEFT: Sum = ("left_carrier",)
"""No part: all particles that have left the carrier, active or not."""
EVERY_SUM: tuple[Sum, ...] = (*((name,) for name in PARTS), LEFT)
"""From these, all columns can be had."""

_SUMS: dict[str, Sum] = {
    "in_carrier_fraction": ("free", "bound", "trapped"),
    "in_wound_fluid_fraction": ("wound_fluid",), "in_medium_fraction": ("wound_fluid",),
    "in_tissue_fraction": ("tissue",),
    "inactivated_fraction": ("inactivated_in_carrier", "inactivated_in_wound_fluid",
                             "inactivated_in_tissue"),
    "in_carrier_free_fraction": ("free",), "in_carrier_bound_fraction": ("bound",),
    "in_carrier_trapped_fraction": ("trapped",), "available_fraction": ("wound_fluid", "tissue"),
    "retained_fraction": ("free", "bound", "trapped", "wound_fluid", "tissue"),
    "released_fraction": LEFT, "released_active_fraction": INSIDE,
    **{f"{part}_fraction": (part,) for part in (
        "taken_up", "scavenged", "washed_out", "cleared", "discarded", "inactivated_in_carrier",
        "inactivated_in_wound_fluid", "inactivated_in_tissue")},
    **dict(zip(ABSOLUTE, (("wound_fluid", "tissue"), ("taken_up",), APPLIED), strict=True)),
}
"""Column -> the active exosomes that it tells of, by the parts they are the sum of."""
_WOUND_COLUMNS = (*DERIVED, *ABSOLUTE, *LEDGER, *LEDGER_PARTS)
_MEDIUM_COLUMNS = (*DERIVED[2:], "in_medium_fraction",
                   *(name for name in LEDGER if name != "in_wound_fluid_fraction"), *LEDGER_PARTS)


def sums_of(columns: Iterable[str]) -> tuple[Sum, ...]:
    """Return the sums of parts that must be known for some columns.

    >>> sums_of(["available_fraction", "available_particles_per_cm2"])
    (('applied',), ('wound_fluid', 'tissue'))
    """
    return tuple(dict.fromkeys((APPLIED, *(_SUMS[name] for name in columns))))


class Ledger(Mapping[str, FloatArray]):
    """Ledger and derived columns, [row, time] each, added up from the parts when asked for.

    Parameters
    ----------
    amounts
        Active exosomes in doses, [row, time] each: single parts, or the sums that are needed for
        some columns, and ``LEFT``. Columns that need others do not exist.
    dose_per_area : shape (row,) [1/m²]
        Active dose of one application.
    at_wound
        Whether a wound or a release medium lies behind the open face.
    """

    def __init__(self, amounts: Mapping[Sum, FloatArray], dose_per_area: FloatArray,
                 at_wound: bool) -> None:
        self._amounts, self._dose, self._at_wound = amounts, dose_per_area, at_wound
        self._names = tuple(
            name for name in (_WOUND_COLUMNS if at_wound else _MEDIUM_COLUMNS)
            if _SUMS[name] in amounts or all((part,) in amounts for part in _SUMS[name]))

    def __len__(self) -> int:
        return len(self._names)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __getitem__(self, name: str) -> FloatArray:
        if name not in self._names:
            raise KeyError(name)
        amount = self._amount(_SUMS[name])
        if name in ABSOLUTE:
            return np.asarray(amount * (self._dose[:, None] * PER_CM2))
        if name == "released_active_fraction":
            amount = left_carrier(self._amount(APPLIED), amount)
        return np.asarray(amount / self._amount(APPLIED))

    def _amount(self, names: Sum) -> FloatArray:
        if names in self._amounts:
            return self._amounts[names]
        first, *others = (self._amounts[part,] for part in names)
        return sum(others, first)

    def rows(self, rows: Any) -> Ledger:
        """Return some rows."""
        return Ledger({names: amount[rows] for names, amount in self._amounts.items()},
                      self._dose[rows], self._at_wound)


def left_carrier(applied: FloatArray, inside: FloatArray) -> FloatArray:
    """Return what has left the carrier, [row, time] in doses: neither in it nor lost in it.

    What diffuses back from the fluid has left all the same, so this never falls.
    """
    return np.asarray(np.maximum.accumulate(applied - inside, axis=1))

"""Release: where every exosome is over time, for one or many designs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

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
PREDICTION_CLASSES = ("calibrated", "informed", "assumption-driven")


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
        return "retained_fraction" in self.columns

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
            columns={name: column[rows] for name, column in self.columns.items()},
            dose_per_area=self.dose_per_area[rows], recovery=self.recovery[rows],
            discretisation_error=self.discretisation_error[rows],
            free_retained_auc=self.free_retained_auc[rows], failed=failed,
            properties={name: column[rows] for name, column in self.properties.items()})

    def table(self, index: int = 0) -> pd.DataFrame:
        """Return the columns of one design over time, ``time_d`` first.

        With draws every column becomes its 5, 50 and 95 % quantile over the draws.
        """
        import pandas as pd

        one = self.row(index)
        data: dict[str, FloatArray] = {"time_d": one.time[0] / DAY}
        for name, column in one.columns.items():
            if self.draws:
                for label, share in QUANTILES.items():
                    data[f"{name}_{label}"] = np.nanquantile(column, share, axis=0)
            else:
                data[name] = column[0]
        return pd.DataFrame(data)


def columns_from(parts: FloatArray, particles: FloatArray, dose_per_area: FloatArray,
                 at_wound: bool) -> dict[str, FloatArray]:
    """Turn solver amounts into ledger columns.

    Parameters
    ----------
    parts : shape (row, time, part)
        Active exosomes, in doses.
    particles : shape (row, time, part)
        All particles, active or not.
    dose_per_area : shape (row,) [1/m²]
        Active dose of one application.
    at_wound
        Whether a wound or a release medium lies behind the open face.
    """
    part = {name: parts[..., i] for i, name in enumerate(PARTS)}
    every = {name: particles[..., i] for i, name in enumerate(PARTS)}
    applied = part["applied"]
    amounts: dict[str, Any] = {
        "in_carrier_fraction": part["free"] + part["bound"] + part["trapped"],
        "in_wound_fluid_fraction": part["wound_fluid"],
        "in_tissue_fraction": part["tissue"],
        "taken_up_fraction": part["taken_up"],
        "scavenged_fraction": part["scavenged"],
        "washed_out_fraction": part["washed_out"],
        "cleared_fraction": part["cleared"],
        "discarded_fraction": part["discarded"],
        "inactivated_fraction": sum(part[f"inactivated_in_{place}"] for place in
                                    ("carrier", "wound_fluid", "tissue")),
        "in_carrier_free_fraction": part["free"],
        "in_carrier_bound_fraction": part["bound"],
        "in_carrier_trapped_fraction": part["trapped"],
        "inactivated_in_carrier_fraction": part["inactivated_in_carrier"],
        "inactivated_in_wound_fluid_fraction": part["inactivated_in_wound_fluid"],
        "inactivated_in_tissue_fraction": part["inactivated_in_tissue"],
    }
    columns = {name: np.asarray(amount / applied) for name, amount in amounts.items()}
    columns["released_fraction"] = _left(every) / applied
    columns["released_active_fraction"] = _left(part) / applied
    if at_wound:
        fluid, tissue = columns["in_wound_fluid_fraction"], columns["in_tissue_fraction"]
        columns["available_fraction"] = fluid + tissue
        columns["retained_fraction"] = columns["in_carrier_fraction"] + fluid + tissue
        doses = (applied * dose_per_area[:, None]) * PER_CM2
        columns["available_particles_per_cm2"] = columns["available_fraction"] * doses
        columns["delivered_particles_per_cm2"] = columns["taken_up_fraction"] * doses
        columns["applied_particles_per_cm2"] = doses
        order: Sequence[str] = (*DERIVED, *ABSOLUTE, *LEDGER, *LEDGER_PARTS)
    else:
        columns["in_medium_fraction"] = columns.pop("in_wound_fluid_fraction")
        order = (*DERIVED[2:], "in_medium_fraction", *LEDGER, *LEDGER_PARTS)
    return {name: columns[name] for name in order if name in columns}


def _left(part: Mapping[str, FloatArray]) -> FloatArray:
    """Return what has left the carrier, in doses: neither in it nor lost in it.

    What diffuses back from the fluid has left all the same, so this never falls.
    """
    inside = (part["free"] + part["bound"] + part["trapped"] + part["inactivated_in_carrier"]
              + part["discarded_with_carrier"])
    return np.asarray(np.maximum.accumulate(part["applied"] - inside, axis=1))

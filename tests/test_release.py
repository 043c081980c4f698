"""Release: columns from solver amounts, rows, tables and the ledger."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from releasekit.formulation import Designs
from releasekit.release import (
    INSIDE,
    LEDGER,
    LEDGER_PARTS,
    LEFT,
    Ledger,
    Release,
    left_carrier,
    sums_of,
)
from releasekit.transport.problem import PARTS

from .builders import DAY, gel, run, table

AMOUNTS = PARTS[:13]


def solver_output(rows: int = 3, times: int = 7, seed: int = 5) -> tuple[Any, Any]:
    """Return amounts of active exosomes and of all particles that add up to what was applied."""
    rng = np.random.default_rng(seed)
    applied = np.where(np.arange(times) < 4, 1.0, 2.0) * np.ones((rows, 1))
    share = rng.dirichlet(np.ones(13), size=(rows, times)) * applied[..., None]
    parts = np.zeros((rows, times, len(PARTS)))
    parts[..., :13] = share
    parts[..., PARTS.index("discarded_with_carrier")] = 0.6 * share[..., PARTS.index("discarded")]
    parts[..., PARTS.index("applied")] = applied
    lost = [PARTS.index(f"inactivated_in_{place}")
            for place in ("carrier", "wound_fluid", "tissue")]
    every = parts.copy()
    for index, home in zip(lost, (0, 3, 4), strict=True):  # what is lost is somewhere as a particle
        every[..., home] += every[..., index]
        every[..., index] = 0.0
    return parts, every


def ledger(parts: Any, every: Any, dose: Any, at_wound: bool = True) -> Ledger:
    """Return columns from amounts [row, time, part] of active exosomes and of all particles."""
    inside = sum(every[..., PARTS.index(name)] for name in INSIDE)
    amounts = {(name,): parts[..., i] for i, name in enumerate(PARTS)}
    left = left_carrier(every[..., PARTS.index("applied")], inside)
    return Ledger({**amounts, LEFT: left}, dose, at_wound)


def test_the_nine_add_up() -> None:
    """Mistake: a part in two columns or in none, or the doses not divided by those applied."""
    parts, every = solver_output()
    columns = ledger(parts, every, np.full(3, 2e12))
    assert sum(columns[name] for name in LEDGER) == pytest.approx(np.ones((3, 7)), abs=1e-14)
    carrier = sum(columns[f"in_carrier_{part}_fraction"] for part in ("free", "bound", "trapped"))
    assert carrier == pytest.approx(columns["in_carrier_fraction"])
    lost = sum(columns[name] for name in LEDGER_PARTS if name.startswith("inactivated"))
    assert lost == pytest.approx(columns["inactivated_fraction"])


def test_derived_columns() -> None:
    """Mistake: retained without the carrier, available with it, particles per m² shown per cm²."""
    parts, every = solver_output()
    columns = ledger(parts, every, np.array([2e12, 3e12, 5e12]))
    part = {name: parts[..., i] for i, name in enumerate(PARTS)}
    outside = (part["wound_fluid"] + part["tissue"]) / part["applied"]
    inside = (part["free"] + part["bound"] + part["trapped"]) / part["applied"]
    assert columns["available_fraction"] == pytest.approx(outside)
    assert columns["retained_fraction"] == pytest.approx(outside + inside)
    assert columns["applied_particles_per_cm2"][1, [0, -1]].tolist() == [3e8, 6e8]
    assert columns["available_particles_per_cm2"][2] == pytest.approx(
        outside[2] * part["applied"][2] * 5e8)
    assert columns["delivered_particles_per_cm2"][0] == pytest.approx(part["taken_up"][0] * 2e8)


def test_released_counts_what_has_left() -> None:
    """Mistake: what was thrown away with the carrier counts as released; what returns, does not."""
    parts = np.zeros((1, 5, len(PARTS)))
    put = {name: parts[0, :, i] for i, name in enumerate(PARTS)}
    put["applied"][:] = 1.0
    put["free"][:] = [1.0, 0.5, 0.6, 0.0, 0.0]  # at the third time a tenth has diffused back
    put["wound_fluid"][:] = [0.0, 0.4, 0.3, 0.3, 0.3]
    put["inactivated_in_carrier"][:] = [0.0, 0.1, 0.1, 0.1, 0.1]
    put["discarded"][:] = [0.0, 0.0, 0.0, 0.6, 0.6]
    put["discarded_with_carrier"][:] = [0.0, 0.0, 0.0, 0.6, 0.6]
    columns = ledger(parts, parts, np.ones(1))
    assert columns["released_active_fraction"][0] == pytest.approx([0.0, 0.4, 0.4, 0.4, 0.4])


def test_a_medium_has_no_wound_columns() -> None:
    """Mistake: an assay reports exosomes in wound fluid, or has no ledger."""
    parts, every = solver_output()
    columns = ledger(parts, every, np.ones(3), at_wound=False)
    assert "in_medium_fraction" in columns
    assert not {"in_wound_fluid_fraction", "retained_fraction", "available_fraction",
                "available_particles_per_cm2"} & set(columns)
    total = sum(columns[name] for name in (*LEDGER, "in_medium_fraction") if name in columns)
    assert total == pytest.approx(np.ones((3, 7)))


def test_a_few_sums_give_their_columns_and_no_others() -> None:
    """Mistake: a column is made from sums that were not asked for, or misses one of its parts."""
    parts, every = solver_output()
    whole = ledger(parts, every, np.array([2e12, 3e12, 5e12]))
    for name in whole:
        amounts = {names: sum(parts[..., PARTS.index(part)] for part in names)
                   for names in sums_of([name]) if names != LEFT}
        if name == "released_fraction":
            amounts[LEFT] = whole[name] * parts[..., PARTS.index("applied")]
        few = Ledger(amounts, np.array([2e12, 3e12, 5e12]), at_wound=True)
        assert few[name] == pytest.approx(whole[name], rel=1e-12)
        assert "scavenged_fraction" not in few or name == "scavenged_fraction"


def hand_made(columns: dict[str, Any], boundary: str = "wound") -> Release:
    count = len(next(iter(columns.values())))
    time = np.linspace(0.0, 2 * DAY, 3) * np.ones((count, 1))
    thickness = np.linspace(1e-3, 2e-3, count)
    return Release(Designs(gel(boundary=boundary), {"thickness": thickness}), time,
                   {name: np.asarray(values, dtype=float) for name, values in columns.items()},
                   np.full(count, 2e12), np.ones(count), np.zeros(count), np.full(count, DAY))


def test_ledger_residual_is_the_worst() -> None:
    """Mistake: errors of both signs cancel, or one failed row hides the others."""
    whole = {name: np.zeros((3, 3)) for name in LEDGER} | {"retained_fraction": np.zeros((3, 3))}
    whole["in_carrier_fraction"] = np.array([[1.0, 1.0, 1.0], [1.0, 1.02, 0.97],
                                             [np.nan, np.nan, np.nan]])
    assert hand_made(whole).ledger_residual == pytest.approx(0.03)
    medium = {name: 0.5 * values for name, values in whole.items() if name != "retained_fraction"}
    medium.pop("in_wound_fluid_fraction")
    medium["in_medium_fraction"] = np.full((3, 3), 0.5)
    assert hand_made(medium, "sink").ledger_residual == pytest.approx(0.015)


def test_rows_keep_their_failures_and_draws() -> None:
    """Mistake: rows are taken apart from their designs, failures or draws."""
    release = replace(hand_made({"released_fraction": np.arange(18.0).reshape(6, 3)}),
                      failed={1: "why", 4: "because"}, draws=2)
    one = release.row(2)
    assert one["released_fraction"].tolist() == [[12, 13, 14], [15, 16, 17]]
    assert one.designs.columns["thickness"].tolist() == pytest.approx([1.8e-3, 2e-3])
    assert one.failed == {0: "because"}
    assert release.rows([1, 5]).failed == {0: "why"}
    assert len(release.rows([1, 5])) == 2


def test_table_in_days() -> None:
    """Mistake: seconds shown as days, or the wrong design shown."""
    release = hand_made({"released_fraction": [[0.0, 0.2, 0.3], [0.0, 0.5, 0.7]]})
    frame = release.table(1)
    assert frame["time_d"].tolist() == [0.0, 1.0, 2.0]
    assert frame["released_fraction"].tolist() == [0.0, 0.5, 0.7]


def test_table_of_draws_has_quantiles() -> None:
    """Mistake: a band over designs, over time, or spoiled by a draw that failed."""
    curves = np.linspace(0.0, 1.0, 21)[:, None] * np.array([0.0, 0.5, 1.0])
    curves[3] = np.nan
    other = np.full((21, 3), 7.0)
    release = replace(hand_made({"released_fraction": np.concatenate([curves, other])}), draws=21)
    frame = release.table(0)
    good = np.delete(np.linspace(0.0, 1.0, 21), 3)
    assert frame["released_fraction_p50"].iloc[-1] == pytest.approx(np.quantile(good, 0.5))
    assert frame["released_fraction_p05"].iloc[1] == pytest.approx(0.5 * np.quantile(good, 0.05))
    assert frame["released_fraction_p95"].iloc[1] == pytest.approx(0.5 * np.quantile(good, 0.95))
    assert release.table(1)["released_fraction_p50"].tolist() == [7.0, 7.0, 7.0]


def test_a_run_says_what_it_is() -> None:
    """Mistake: name, place or properties of another design."""
    release = run(table(gel(name="mine"), thickness=[1e-3, 2e-3]))
    assert (release.name, release.at_wound, len(release)) == ("mine", True, 2)
    assert release.formulation.carrier == "hydrogel"
    assert release.properties["thickness"].tolist() == [1e-3, 2e-3]
    assert release.row(1).properties["thickness"].tolist() == [2e-3]
    assert release.facts_used["assumed"] > 5
    assert release.ledger_residual < 1e-9

"""Tables of designs and long series of draws: one row of metrics each, bad rows alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from releasekit import batch
from releasekit.batch import draw_rows, header, simulate_table, table_rows
from releasekit.errors import InputError
from releasekit.loading import load
from releasekit.metrics import measure
from releasekit.simulation import evaluate

from .builders import gel, run, table

EXAMPLES = Path(__file__).parents[1] / "examples"
METRIC = ["retained_7d_fraction"]


@pytest.fixture
def designs(tmp_path: Path) -> Path:
    """Return a table of good and bad rows beside a base formulation."""
    (tmp_path / "sheet.toml").write_text((EXAMPLES / "hydrogel-gelma.toml").read_text())
    (tmp_path / "print.toml").write_text((EXAMPLES / "scaffold-pcl-gelma.toml").read_text())
    file = tmp_path / "designs.csv"
    file.write_text(
        "formulation,thickness_mm,polymer_concentration [mg/mL],duration,polymer,mobility\n"
        "sheet.toml,1.7,,,,\n"
        "print,2.3,,,,\n"
        "sheet.toml,-3,,,,\n"
        "nowhere.toml,1.7,,,,\n"
        "sheet.toml,1.7,,9 kPa,,\n"
        "sheet.toml,1.7,,,gelam,\n"
        "sheet.toml,1.7,much,,,\n"
        "sheet,2.9,91,8 d,,percolating\n")
    return file


def test_each_row_is_its_own_formulation(designs: Path) -> None:
    """Mistake: numbers in the wrong unit or row, an empty cell read as zero, a word ignored."""
    found = simulate_table(designs, metrics=METRIC, accuracy="screen")
    sheet, printed = load(designs.parent / "sheet.toml"), load(designs.parent / "print.toml")
    for row, formulation in ((0, sheet.but(thickness="1.7 mm")),
                             (1, printed.but(thickness="2.3 mm")),
                             (7, sheet.but(thickness="2.9 mm", polymer_concentration="91 mg/mL",
                                           duration="8 d", mobility="percolating"))):
        alone = run(formulation, accuracy="screen")
        assert found["retained_7d_fraction"][row] == pytest.approx(measure(alone)[METRIC[0]])
        assert 0.0 < found["discretisation_error"][row] <= alone.discretisation_error[0]
        assert found["carrier"][row] == formulation.carrier


def test_a_bad_row_is_told_and_the_others_go_on(designs: Path) -> None:
    """Mistake: one bad row stops the table, or fails without a word."""
    found = simulate_table(designs, metrics=METRIC, accuracy="screen")
    assert found["status"].tolist() == ["ok", "ok", *["failed"] * 5, "ok"]
    for row, words in ((2, "thickness: -3 mm is outside the possible range"),
                       (3, "nowhere.toml: no such file"), (4, "duration: unit 'kPa'"),
                       (5, "did you mean gelma"), (6, "'much' is not a finite number")):
        assert words in found["reason"][row]
        assert np.isnan(found["retained_7d_fraction"][row])


def test_wrong_headers_are_told_at_once(tmp_path: Path) -> None:
    """Mistake: a misspelt column is ignored, or a unit of another kind is taken."""
    file = tmp_path / "designs.csv"
    file.write_text("formulation,thicknes_mm,area_kPa,radius,radius_mm\nsheet.toml,1,1,1 mm,1\n")
    with pytest.raises(InputError) as caught:
        simulate_table(file)
    told = [str(problem) for problem in caught.value.problems]
    assert len(told) == 3
    assert all(text.startswith(f"{file}:1: ") for text in told)
    assert "did you mean thickness" in told[0]
    assert "'kPa' cannot be read as a unit such as m^2" in told[1]
    assert "another column sets radius too" in told[2]


def test_a_table_needs_a_base(tmp_path: Path) -> None:
    """Mistake: rows without a base are dropped in silence, or a given base is not used."""
    rows = pd.DataFrame({"thickness [mm]": [1.3, 2.6]})
    with pytest.raises(InputError, match="no column formulation"):
        simulate_table(rows)
    found = simulate_table(rows, gel(), metrics=METRIC, accuracy="screen")
    expected, _ = evaluate(table(gel(), thickness=[1.3e-3, 2.6e-3]), METRIC)
    assert found["retained_7d_fraction"].tolist() == pytest.approx(expected[METRIC[0]][:, 0])


@pytest.mark.parametrize(("column", "name", "unit"), [
    ("thickness_mm", "thickness", "mm"), ("thickness (um)", "thickness", "um"),
    ("polymer_concentration_mg_per_mL", "polymer_concentration", "mg/mL"),
    ("bond_cleavage_rate_per_h", "bond_cleavage_rate", "1/h"),
    ("mesh_size_gsd", "mesh_size_gsd", ""), ("mobility", "mobility", "")])
def test_headers(column: str, name: str, unit: str) -> None:
    """Mistake: a name cut at the wrong place, or its unit read upside down."""
    found = header(column)
    assert (found.name, found.unit) == (name, unit)


def test_pieces_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    """Mistake: rows lost or repeated where one piece ends and the next begins."""
    rows = pd.DataFrame({"thickness_mm": np.linspace(0.7, 3.1, 7)})
    whole = simulate_table(rows, gel(), metrics=METRIC, accuracy="screen", draws=3)
    monkeypatch.setattr(batch, "ROWS_WRITTEN", 9)
    seen: list[tuple[int, int]] = []
    pieces = list(table_rows(rows, gel(), metrics=METRIC, accuracy="screen", draws=3,
                             progress=lambda done, count: seen.append((done, count))))
    assert seen == [(3, 7), (6, 7), (7, 7)]
    assert pd.concat(pieces)["retained_7d_fraction_p95"].tolist() == pytest.approx(
        whole["retained_7d_fraction_p95"].tolist(), rel=1e-12)


def test_draws_are_those_of_evaluate(monkeypatch: pytest.MonkeyPatch) -> None:
    """Mistake: the draws of a later piece are those of the first, or lose their number."""
    monkeypatch.setattr(batch, "ROWS_WRITTEN", batch.ROWS_AT_ONCE)
    found = pd.concat(list(draw_rows(gel(), 1100, metrics=METRIC, seed=3, accuracy="screen")))
    expected, _ = evaluate(table(gel(), thickness=[2.1e-3]), METRIC, draws=1100, seed=3)
    assert found["draw"].tolist() == list(range(1100))
    assert np.array_equal(found["retained_7d_fraction"], expected[METRIC[0]][0])
    assert set(found["reason"]) == {""}

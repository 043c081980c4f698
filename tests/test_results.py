"""Result folders: complete, exact, and never over somebody's work."""

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from releasekit.errors import InputError
from releasekit.facts import Spread
from releasekit.formulation import Formulation, Given
from releasekit.loading import load
from releasekit.metrics import measure
from releasekit.release import Release
from releasekit.results import (
    RUN_FILES,
    is_run,
    labels,
    load_run,
    may_write,
    particles,
    release_table,
    save_run,
    summary,
)
from releasekit.simulation import simulate

from .builders import slab

EXAMPLES = Path(__file__).parents[1] / "examples"
FILES = ("hydrogel-gelma", "hydrogel-peg", "measured-curve")


@pytest.fixture(scope="module")
def formulations() -> list[Formulation]:
    found = [load(EXAMPLES / f"{name}.toml").but(duration="1.9 d") for name in FILES]
    return [*found, found[0].but(boundary="bath", bath_volume_per_area="0.5 mL/cm^2")]


@pytest.fixture(scope="module")
def releases(formulations: list[Formulation]) -> list[Release]:
    return simulate(formulations, accuracy="screen", explain=False)


@pytest.fixture
def folder(releases: list[Release], tmp_path: Path) -> Path:
    save_run(releases, tmp_path / "run", "screen", {"duration": "1.9 d"})
    return tmp_path / "run"


def test_formulations_come_back_exactly(folder: Path, formulations: list[Formulation]) -> None:
    """Mistake: a digit, a spread, a series, a step or a source gets lost on the way."""
    run = load_run(folder / "run.json")
    assert list(run.formulations) == formulations
    assert (run.draws, run.seed, run.accuracy) == (0, 0, "screen")
    again = simulate(list(run.formulations), accuracy="screen", explain=False)
    save_run(again, folder.with_name("again"), "screen")
    for name in RUN_FILES[1:]:
        assert (folder / name).read_bytes() == (folder.with_name("again") / name).read_bytes()


@pytest.mark.filterwarnings("ignore::releasekit.errors.RangeWarning")
def test_all_examples_come_back_exactly(tmp_path: Path) -> None:
    """Mistake: what only some families have, such as layers or a filling, is not written."""
    loaded = [load(path) for path in sorted(EXAMPLES.glob("*.toml"))]
    examples = [one for one in loaded if isinstance(one, Formulation)]
    assert any(one.layers for one in examples)
    brief = [one.but(duration="0.3 d", boundary="sink") for one in examples]
    releases = simulate(brief, accuracy="screen", explain=False)
    save_run(releases, tmp_path / "run")
    assert list(load_run(tmp_path / "run").formulations) == brief


def test_a_perturbed_fact_is_noticed(folder: Path) -> None:
    """Mistake: facts are read again from the material files instead of from the run."""
    path = folder / "run.json"
    record = json.loads(path.read_text())
    rate = record["materials"]["exosome/adipose-msc"]["facts"]["carrier_inactivation_rate"]
    rate["value"] *= 1.02
    path.write_text(json.dumps(record))
    again = simulate(list(load_run(path).formulations), accuracy="screen", explain=False)
    old = pd.read_csv(folder / "release.csv")["inactivated_fraction"]
    assert np.abs(release_table(again)["inactivated_fraction"] - old).max() > 1e-4


def test_every_number_says_where_it_comes_from(folder: Path) -> None:
    """Mistake: a run whose numbers cannot be traced to file, fact and source."""
    record = json.loads((folder / "run.json").read_text())
    sheet = record["formulations"][0]
    assert sheet["choices"]["thickness"] == {"value": 0.002, "unit": "m",
                                             "from": str(EXAMPLES / "hydrogel-gelma.toml")}
    assert sheet["use"]["duration"]["from"] == "command line"
    assert sheet["use"]["duration"]["value"] == pytest.approx(1.9 * 86400.0, rel=1e-12)
    assert "gelma/plateau_modulus" in sheet["facts_used"]
    fact = record["materials"][sheet["made_of"]["polymer"]]["facts"]
    assert fact["plateau_modulus"]["source"] == "pmc9594995"
    assert fact["plateau_modulus"]["unit"] == "Pa"
    assert fact["plateau_modulus"]["from"].endswith("gelma.toml")
    assert fact["mesh_size_gsd"]["from"].endswith("generic-hydrogel.toml")
    for path, digest in record["checksums"].items():
        assert hashlib.sha256(Path(path).read_bytes()).hexdigest() == digest
    assert any(path.endswith("generic-wound.toml") for path in record["checksums"])
    assert set(record["versions"]) == {"releasekit", "python", "numpy", "scipy", "numba"}
    assert record["results"][1]["name"] == "PEG sheet"
    curve = record["formulations"][2]["given"]["released_fraction"]
    assert (curve["times"][1], curve["source"]) == (3456.0, "invented")


def test_given_spreads_are_kept(tmp_path: Path) -> None:
    """Mistake: a run that is repeated from its record draws less than it did."""
    wide = slab(2.3e-13).but(effective_diffusivity=Given(
        "", 2.3e-13, spread=Spread("lognormal", 1.9)))
    save_run([simulate(wide, accuracy="screen")], tmp_path)
    assert load_run(tmp_path).formulations[0].given == wide.given


def test_tables_name_their_rows_and_units(folder: Path, releases: list[Release]) -> None:
    """Mistake: stacked releases that cannot be told apart, or columns without a unit."""
    table = pd.read_csv(folder / "release.csv")
    names = ["GelMA sheet", "PEG sheet", "Gel from the bench", "GelMA sheet (2)"]
    assert list(table["name"].unique()) == names == labels(releases)
    assert table.columns[:2].tolist() == ["name", "time_d"]
    ends = ("_fraction", "_d", "_per_cm2")
    assert all(column.endswith(ends) for column in table.columns[1:])
    bath = table[table["name"] == "GelMA sheet (2)"]
    assert bath["retained_fraction"].isna().all()
    assert bath["in_medium_fraction"].notna().all()
    metrics = pd.read_csv(folder / "metrics.csv").set_index("name")
    assert metrics.loc["PEG sheet", "released_24h_fraction"] == \
        measure(releases[1])["released_24h_fraction"]


def test_particles_are_fractions_times_the_dose(releases: list[Release]) -> None:
    """Mistake: particles per cm² of the fed dose instead of the active one, or per m²."""
    found = particles(releases[0])
    assert found["available_7d_per_cm2"] is None
    share = releases[0]["taken_up_fraction"][0, -1]
    assert found["delivered_per_cm2"] == pytest.approx(0.85 * 1e10 * share, rel=1e-12)
    assert set(particles(releases[3]).values()) == {None}


def test_bands_of_particles() -> None:
    """Mistake: the band of a run with draws is lost or out of order."""
    sheet = load(EXAMPLES / "hydrogel-gelma.toml").but(duration="8 d")
    band = simulate(sheet, draws=6, seed=2, accuracy="screen", explain=False)
    found = {name: value or 0.0 for name, value in particles(band).items()}
    for name in ("available_7d_per_cm2", "delivered_per_cm2"):
        assert 0.0 < found[f"{name}_p05"] < found[name] < found[f"{name}_p95"]
    assert summary(band)["metrics"]["retained_7d_fraction_p05"] is not None


def test_other_work_is_not_overwritten(folder: Path, releases: list[Release],
                                       tmp_path: Path) -> None:
    """Mistake: results are written among other files, or an earlier run cannot be replaced."""
    (folder / "notes.txt").write_text("mine")
    save_run(releases[:1], folder)
    assert (folder / "notes.txt").read_text() == "mine"
    assert pd.read_csv(folder / "release.csv")["name"].nunique() == 1
    (tmp_path / "other").mkdir()
    may_write(tmp_path / "other")
    (tmp_path / "other" / "thesis.txt").write_text("mine")
    with pytest.raises(InputError, match=r"no earlier run\.json"):
        save_run(releases, tmp_path / "other")
    assert [path.name for path in (tmp_path / "other").iterdir()] == ["thesis.txt"]
    with pytest.raises(InputError, match="not a folder"):
        may_write(folder / "notes.txt")


def _edit(path: Path, *keys: Any, value: Any) -> None:
    record = json.loads(path.read_text())
    place = record
    for key in keys[:-1]:
        place = place[key]
    if value is None:
        del place[keys[-1]]
    else:
        place[keys[-1]] = value
    path.write_text(json.dumps(record))


@pytest.mark.parametrize(("keys", "value", "message"), [
    (("kind",), "study", "is not a run"),
    (("schema",), 7, "schema 7 is not known"),
    (("formulations", 0, "choices", "thickness", "value"), -0.002, "outside the possible range"),
    (("formulations", 0, "made_of", "polymer"), "polymer/none", "not a complete run"),
    (("materials", "polymer/gelma", "facts", "density", "spread"), None, "not a complete run"),
    (("materials",), None, "not a complete run"),
    (("formulations", 0, "use", "duration", "value"), -5.0, "outside the possible range"),
    (("options", "accuracy"), "fien", "'fien' is not known"),
    (("options", "draws"), -2, "must not be negative"),
])
def test_a_spoilt_run_is_refused(folder: Path, keys: tuple[Any, ...], value: Any,
                                 message: str) -> None:
    """Mistake: a run.json edited by hand ends in a traceback, or runs with impossible numbers."""
    _edit(folder / "run.json", *keys, value=value)
    with pytest.raises(InputError, match=message):
        load_run(folder / "run.json")


def test_what_is_a_run(folder: Path) -> None:
    """Mistake: a formulation is taken for a run, or the folder of a run is not recognised."""
    assert is_run(folder)
    assert is_run(folder / "run.json")
    assert not is_run(EXAMPLES / "hydrogel-gelma.toml")
    assert not is_run(EXAMPLES)
    (folder / "run.json").write_text("[1, 2")
    with pytest.raises(InputError, match="not valid JSON"):
        load_run(folder)

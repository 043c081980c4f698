"""Every mistake a user can make is told with its place, and ends with exit code 2."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

Run = Callable[..., Result]

GELMA = Path(__file__).parents[2] / "materials" / "polymers" / "gelma.toml"
MISTAKES = {
    "misspelt key": ('thickness = "1.3 mm"', 'thicknes = "1.3 mm"',
                     "carrier_choices.thicknes: unknown key (did you mean thickness?)"),
    "wrong unit": ('area = "3.7 cm^2"', 'area = "3.7 kPa"',
                   "carrier_choices.area: unit 'kPa' cannot be read as a unit such as m^2"),
    "no unit": ('area = "3.7 cm^2"', "area = 3.7", "carrier_choices.area: 3.7 has no unit"),
    "negative": ('thickness = "1.3 mm"', 'thickness = "-1.3 mm"',
                 "carrier_choices.thickness: -1.3 mm is outside the possible range"),
    "out of possible range": ('duration = "2 d"', 'duration = "0.1 s"',
                              "use.duration: 1.15741e-06 d is outside the possible range"),
    "unknown material": ('polymer = "gelma"', 'polymer = "gelam"',
                         "made_of.polymer: no polymer material called 'gelam' (did you mean gel"),
    "broken TOML": ('name = "Thin sheet"', 'name = "Thin sheet', "not valid TOML"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
@pytest.mark.parametrize("command", ["simulate", "check", "compare"])
def test_a_mistake_is_told_with_its_place(run: Run, sheet: Path, mistake: str,
                                          command: str) -> None:
    """Mistake: a traceback, a message without a line, or exit code 0."""
    right, wrong, message = MISTAKES[mistake]
    text = sheet.read_text()
    assert right in text
    sheet.write_text(text.replace(right, wrong))
    result = run(command, sheet, code=2)
    line = text[:text.index(right)].count("\n") + 1
    assert f"error: {sheet}:{line}: {message}" in result.stderr
    assert result.stdout == ""


def test_all_mistakes_of_all_files_at_once(run: Run, sheet: Path, tmp_path: Path) -> None:
    """Mistake: only the first problem, or only the first file, is told."""
    other = tmp_path / "other.toml"
    text = sheet.read_text()
    other.write_text(text.replace("keep", "kep").replace('"wound"', '"wond"')
                     .replace('area = "3.7 cm^2"', 'area = "3.7 s"'))
    sheet.write_text(text.replace("schema = 1\n", "").replace("thickness", "thiknes"))
    told = run("simulate", sheet, other, code=2).stderr
    for message in ("schema: is missing", "thiknes: unknown key", "area: unit 's'",
                    "boundary: 'wond' is not known"):
        assert message in told
    assert told.count("error: ") == 4


@pytest.mark.parametrize("command", ["simulate", "check"])
def test_missing_fact_of_the_chosen_law(run: Run, sheet: Path, command: str) -> None:
    """Mistake: a law runs with facts that nobody gave, or the missing ones come one by one."""
    sheet.write_text(sheet.read_text().replace('"enzyme"', '"stimulus"'))
    told = run(command, sheet, code=2).stderr
    for fact in ("reference_cleavage_rate", "reference_concentration", "stimulus_concentration",
                 "stimulus_order"):
        assert f"error: {sheet}: {fact}: needed, but neither chosen, given nor a fact of" in told
    assert told.count("error: ") == 4


def test_unknown_law(run: Run, sheet: Path) -> None:
    """Mistake: a misspelt law falls back to a default in silence."""
    sheet.write_text(sheet.read_text().replace('"unified"', '"unifeid"'))
    assert "models.mobility: 'unifeid' is not known (did you mean unified?)" in run(
        "check", sheet, code=2).stderr


def test_unusual_value_warns_and_runs(run: Run, sheet: Path, read_json: Any) -> None:
    """Mistake: an unusual but possible value is refused, or taken without a word."""
    sheet.write_text(sheet.read_text().replace('"1.3 mm"', '"12 mm"'))
    result = run("simulate", sheet, "--accuracy", "screen", "--json")
    assert "warning: " in result.stderr
    assert "thickness: 12 mm is outside the usual range" in result.stderr
    assert read_json(result.stdout)["name"] == "Thin sheet"


def test_files_of_the_wrong_kind(run: Run, tmp_path: Path, sheet: Path) -> None:
    """Mistake: a file that is missing or holds something else ends in a traceback."""
    assert "no such file (did you mean" in run(
        "simulate", tmp_path / "shet.toml", code=2).stderr
    assert "cannot be read" in run("check", tmp_path, code=2).stderr
    assert "is a material, not a formulation" in run(
        "simulate", GELMA, code=2).stderr
    assert "is a formulation, not a study" in run("optimise", sheet, code=2).stderr
    assert "no material called 'gellma' (did you mean gelma?)" in run(
        "show", "gellma", code=2).stderr
    bench = tmp_path / "bench.csv"
    bench.write_text("time_d,released_pct\n0,0\n1,20\n")
    assert "is a dataset, neither" in run("show", bench, code=2).stderr


@pytest.mark.parametrize(("option", "message"), [
    ("thicknes=3 mm", "--set: thicknes: is not known (did you mean thickness?)"),
    ("thickness=3 kPa", "--set: thickness: unit 'kPa' cannot be read"),
    ("thickness=-3 mm", "--set: thickness: -3 mm is outside the possible range"),
    ("thickness", "--set: 'thickness' is not NAME=VALUE"),
    ("=3 mm", "--set: '=3 mm' is not NAME=VALUE"),
    ("self=3", "--set: self: is not known"),
    ("models=unified", "--set: models: is not known"),
    ("boundary=sinc", "--set: boundary: 'sinc' is not known (did you mean sink?)"),
    ("mobility=unifed", "models.mobility: 'unifed' is not known (did you mean unified?)"),
])
def test_wrong_set(run: Run, sheet: Path, option: str, message: str) -> None:
    """Mistake: a wrong --set is ignored, or tells of a file that is not to blame."""
    assert message in run("simulate", sheet, "--set", option, code=2).stderr


def test_wrong_for(run: Run, sheet: Path) -> None:
    """Mistake: a time without a unit is taken as days."""
    assert "--for: duration: '14' has no unit" in run(
        "simulate", sheet, "--for", "14", code=2).stderr


@pytest.mark.parametrize("arguments", [
    ("--draws", "-1"), ("--draws", "many"), ("--accuracy", "fien"), ("--sed", "1"),
    ("--seed", "-3")])
def test_wrong_options(run: Run, sheet: Path, arguments: tuple[str, str]) -> None:
    """Mistake: an option out of range reaches the solver."""
    run("simulate", sheet, *arguments, code=2)


def test_nothing_is_computed_that_cannot_be_written(
        run: Run, sheet: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Mistake: a folder with other work is overwritten, or refused only after the run."""
    def never(*_: object, **__: object) -> None:
        raise AssertionError("it ran")

    monkeypatch.setattr("releasekit.simulation.simulate", never)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("chapter 1")
    assert "holds other things" in run("simulate", sheet, "--out", tmp_path / "mine",
                                       code=2).stderr
    assert "is a file, not a folder" in run("simulate", sheet, "--out", sheet, code=2).stderr
    assert "is not a kind of figure" in run("simulate", sheet, "--plot", "a.docx", code=2).stderr


def test_stopped_by_the_user(run: Run, sheet: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Mistake: Ctrl-C ends in a traceback or in exit code 1."""
    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("releasekit.simulation.simulate", stop)
    assert "stopped" in run("simulate", sheet, code=130).stderr


def test_check_tells_valid_and_invalid_files_apart(run: Run, sheet: Path, tmp_path: Path,
                                                   read_json: Any) -> None:
    """Mistake: one bad file hides the good ones, or the exit code forgets it."""
    bad = tmp_path / "bad.toml"
    bad.write_text(sheet.read_text().replace("thickness", "thiknes"))
    result = run("check", sheet, bad, "--json", code=2)
    good_told, bad_told = read_json(result.stdout)
    assert good_told.pop("standing")["own"].keys() == {"assumed", "computed", "measured"}
    assert good_told == {"file": str(sheet), "kind": "formulation", "valid": True, "problems": []}
    assert not bad_told["valid"]
    problem = bad_told["problems"][0]
    assert (problem["key"], problem["line"]) == ("carrier_choices.thiknes", 20)
    assert problem["suggestion"] == "did you mean thickness?"
    assert f"{sheet}: valid formulation" in run("check", sheet).stdout


def test_cases_that_cannot_be_read(run: Run, tmp_path: Path) -> None:
    """Mistake: a broken file of cases counts as a failed verification, or as a pass."""
    cases = tmp_path / "cases.json"
    cases.write_text("[{")
    run("verify", cases, code=2)
    run("verify", tmp_path / "none.json", code=2)
    cases.write_text(json.dumps([{"id": "REL-01"}]))
    run("verify", cases, code=2)


def test_options_that_would_change_nothing(run: Run, sheet: Path, tmp_path: Path) -> None:
    """Mistake: a report or figure is asked for, none is written, and nobody says so."""
    designs = tmp_path / "designs.csv"
    designs.write_text("thickness_mm\n1.7\n")
    told = run("simulate", sheet, "--table", designs, "--plot", "a.svg", "--figure", "ledger",
               "--report", "a.html", code=2)
    for option in ("--plot", "--figure", "--report"):
        assert f"error: {option}: has no use here: --table keeps no curves to draw" in told.stderr
    assert told.stdout == ""
    assert "--report: has no use here: --metrics-only" in run(
        "simulate", sheet, "--metrics-only", "--draws", "3", "--report", "a.html", code=2).stderr
    assert "--metrics: has no use here" in run(
        "simulate", sheet, "--metrics", "retained_7d_fraction", code=2).stderr
    for command in ("simulate", "compare", "optimise"):
        assert "--figure: needs a file to draw to (--plot FILE)" in run(
            command, sheet, "--figure", "curves", code=2).stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["designs.csv", "sheet.toml"]


def test_a_name_that_is_near_to_none(run: Run) -> None:
    """Mistake: who does not know the names of materials is not told where they stand."""
    assert "(did you mean gelma?)" in run("show", "gelam", code=2).stderr
    assert "(releasekit list materials shows them all)" in run("show", "nonsense", code=2).stderr

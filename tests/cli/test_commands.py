"""What the commands print and write, and that it is the same run in every form."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from typer.testing import Result

from releasekit.release import LEDGER

Run = Callable[..., Result]
ReadJson = Callable[[str], Any]
SCREEN = ("--accuracy", "screen")
KEYS = {"name", "carrier", "table", "metrics", "ledger_residual", "discretisation_error",
        "prediction_class", "driven_by", "facts_used", "warnings"}


def test_json_is_all_there_is_and_the_ledger_adds_up(run: Run, sheet: Path,
                                                     read_json: ReadJson) -> None:
    """Mistake: words among the JSON, a key missing, NaN for null, exosomes lost or made."""
    told = read_json(run("simulate", sheet, *SCREEN, "--json").stdout)
    assert set(told) == KEYS
    table = told["table"]
    assert table["time_d"][0] == 0.0
    assert table["time_d"][-1] == pytest.approx(2.0, rel=1e-12)
    for row in zip(*(table[name] for name in LEDGER), strict=True):
        assert sum(row) == pytest.approx(1.0, abs=1e-9)
    assert told["ledger_residual"] < 1e-9
    assert told["metrics"]["retained_7d_fraction"] is None  # 2 days only
    assert 0.0 < told["metrics"]["released_24h_fraction"] < 1.0
    assert told["prediction_class"] in ("informed", "assumption-driven")
    assert sum(told["driven_by"].values()) <= 1.0 + 1e-9


def test_several_formulations_give_a_list(run: Run, sheet: Path, read_json: ReadJson) -> None:
    """Mistake: only one of several is printed, or their order is lost."""
    other = sheet.with_name("other.toml")
    other.write_text(sheet.read_text().replace("Thin sheet", "Other").replace("1.3 mm", "2.9 mm"))
    told = read_json(run("simulate", sheet, other, *SCREEN, "--json").stdout)
    assert [one["name"] for one in told] == ["Thin sheet", "Other"]
    thin, thick = (one["metrics"]["released_24h_fraction"] for one in told)
    assert thin > thick


def test_set_is_the_same_as_the_file(run: Run, sheet: Path, read_json: ReadJson) -> None:
    """Mistake: --set changes another quantity, another unit, or nothing."""
    changed = read_json(run(
        "simulate", sheet, *SCREEN, "--json", "--for", "1.5 d", "--set", "thickness=0.9 mm",
        "--set", "mobility=percolating", "--set", "polymer=hyaluronic-methacrylated").stdout)
    text = sheet.read_text()
    for old, new in (('"1.3 mm"', '"0.9 mm"'), ('"2 d"', '"1.5 d"'),
                     ('"unified"', '"percolating"'), ('"gelma"', '"hyaluronic-methacrylated"')):
        assert old in text
        text = text.replace(old, new)
    sheet.write_text(text)
    assert read_json(run("simulate", sheet, *SCREEN, "--json").stdout) == changed
    plain = read_json(run("simulate", sheet, *SCREEN, "--json", "--set",
                          "thickness=1.3 mm").stdout)
    assert plain["table"] != changed["table"]


def test_draws_give_bands_that_follow_the_seed(run: Run, sheet: Path,
                                               read_json: ReadJson) -> None:
    """Mistake: bands without width or out of order, or a seed that does nothing."""
    one, other = (read_json(run("simulate", sheet, *SCREEN, "--json", "--draws", "5", "--seed",
                                seed).stdout)["table"] for seed in (3, 4))
    assert one != other
    low, middle, high = (one[f"retained_fraction_{q}"][-1] for q in ("p05", "p50", "p95"))
    assert low < middle < high
    shown = run("simulate", sheet, *SCREEN, "--draws", "5", "--seed", "3").stdout
    assert f"{middle:.3f} ({low:.3f} to {high:.3f})" in shown


def test_words_say_what_json_says(run: Run, sheet: Path, read_json: ReadJson) -> None:
    """Mistake: the table rounds another number, counts other facts or hides the class."""
    told = read_json(run("simulate", sheet, *SCREEN, "--json").stdout)
    shown = run("simulate", sheet, *SCREEN).stdout
    used = told["facts_used"]
    assert f"{sum(used.values())} facts used: {used['measured']} measured" in shown
    assert f"prediction class: {told['prediction_class']}" in shown
    first, share = next(iter(told["driven_by"].items()))
    assert f"driven by: {first} {share:.0%}" in shown
    assert f"{told['metrics']['retained_auc_d']:.4g}" in shown
    assert f"discretisation error {told['discretisation_error']:.4g}" in shown
    rows = [line.split() for line in shown.splitlines()]
    last = next(row for row in rows if row and row[0] == "2")
    assert float(last[1]) == pytest.approx(told["table"]["retained_fraction"][-1], abs=6e-4)


def test_condition_warnings_are_told_and_kept(run: Run, sheet: Path, read_json: ReadJson) -> None:
    """Mistake: a fact is used outside its conditions without a word."""
    result = run("simulate", sheet, *SCREEN, "--json", "--set", "polymer_concentration=31 mg/mL")
    told = read_json(result.stdout)["warnings"]
    assert any("plateau_modulus is known for polymer_concentration 40 to 150" in w for w in told)
    for warning in told:
        assert f"warning: {warning}" in result.stderr


def test_a_run_can_be_run_again(run: Run, sheet: Path, tmp_path: Path) -> None:
    """Mistake: run.json depends on files that change, loses digits, or forgets draws and seed."""
    material = tmp_path / "my-gel.toml"
    run("new", "material", tmp_path / "my-gel")
    sheet.write_text(sheet.read_text().replace('"gelma"', '"my-gel"')
                     .replace('"enzyme"', '"hydrolysis"'))
    run("simulate", sheet, *SCREEN, "--draws", "3", "--seed", "11", "--set", "thickness=1.7 mm",
        "--out", tmp_path / "first")
    material.unlink()
    sheet.unlink()
    result = run("simulate", tmp_path / "first" / "run.json", "--out", tmp_path / "second")
    assert "wrote " in result.stderr
    for name in ("release.csv", "metrics.csv"):
        first, second = (tmp_path / folder / name for folder in ("first", "second"))
        assert first.read_bytes() == second.read_bytes()
        assert len(first.read_bytes()) > 300


def test_figure(run: Run, sheet: Path, tmp_path: Path) -> None:
    """Mistake: --plot writes nothing, or breaks the JSON on stdout."""
    result = run("simulate", sheet, *SCREEN, "--plot", tmp_path / "sheet.svg", "--json")
    assert json.loads(result.stdout)["name"] == "Thin sheet"
    assert "<svg" in (tmp_path / "sheet.svg").read_text()


def test_other_kinds_of_figure(run: Run, sheet: Path, tmp_path: Path) -> None:
    """For a kind that is ignored, or refused only after a long run."""
    run("simulate", sheet, "--plot", tmp_path / "a.svg", "--figure", "ledger", "--quiet")
    assert "washed out" in (tmp_path / "a-numbers.csv").read_text().replace("_", " ")
    wrong = run("simulate", sheet, "--plot", tmp_path / "b.svg", "--figure", "leger", code=2)
    assert "ledger" in wrong.stderr


def test_compare_with_measured_curves(run: Run, sheet: Path, tmp_path: Path,
                                      read_json: ReadJson) -> None:
    """For residuals of the wrong sign, --set forgotten, or a bench file that is no bench file."""
    bench = tmp_path / "bench.csv"
    bench.write_text("time_d,released_pct,sd_pct\n0.2,11,2\n1.7,23,3\n")
    told = read_json(run("compare", sheet, "--data", bench, "--set", "boundary=sink", "--json",
                         "--plot", tmp_path / "bench.png").stdout)
    model = read_json(run("simulate", sheet, "--set", "boundary=sink", "--json").stdout)["table"]
    last = told["residuals"][-1]
    expected = np.interp(np.sqrt(1.7), np.sqrt(model["time_d"]), model["released_fraction"])
    assert last["residual"] == pytest.approx(0.23 - expected, rel=1e-9)
    (summed,) = told["goodness"]
    left = np.array([row["residual"] for row in told["residuals"]])
    assert summed["rmse"] == pytest.approx(np.sqrt(np.mean(left**2)))
    assert (tmp_path / "bench-numbers.csv").is_file()
    words = run("compare", sheet, "--data", bench).stdout
    assert "goodness of fit" in words
    assert "not a dataset" in run("compare", sheet, "--data", sheet, code=2).stderr


def test_compare_shouts_at_unequal_doses(run: Run, sheet: Path, read_json: ReadJson) -> None:
    """Mistake: fractions of different doses are set side by side without a word."""
    other = sheet.with_name("other.toml")
    other.write_text(sheet.read_text().replace("Thin sheet", "Other").replace("1.3 mm", "2.9 mm"))
    equal = run("compare", sheet, other)
    assert "UNEQUAL" not in equal.stderr
    assert "cm²" in equal.stdout
    other.write_text(other.read_text().replace("2.3e9", "4.6e9"))
    result = run("compare", sheet, other, "--json")
    assert "UNEQUAL DOSES" in result.stderr
    told = read_json(result.stdout)
    assert "2.3e+09 to 4.6e+09" in told["warnings"][0]
    thin = told["formulations"][0]
    single = read_json(run("simulate", sheet, "--json").stdout)
    assert thin["metrics"] == single["metrics"]
    assert thin["particles"]["delivered_per_cm2"] == pytest.approx(
        2.3e9 * single["metrics"]["local_delivery_fraction"], rel=1e-9)
    assert thin["particles"]["available_7d_per_cm2"] is None  # 2 days only


@pytest.fixture
def study(run: Run, tmp_path: Path) -> Path:
    run("new", "study", tmp_path / "study")
    sheet = tmp_path / "study-sheet.toml"
    sheet.write_text(sheet.read_text().replace('"14 d"', '"2 d"'))
    path = tmp_path / "study.toml"
    path.write_text(path.read_text().replace("retained_7d", "retained_1d"))
    return path


def test_optimise_in_json_and_in_words(run: Run, study: Path, tmp_path: Path,
                                       read_json: ReadJson) -> None:
    """Mistake: picks without their scores, or with other numbers in words than in JSON."""
    arguments = ("optimise", study, "--budget", "12", "--seed", "5")
    result = run(*arguments, "--json", "--out", tmp_path / "found")
    told = read_json(result.stdout)
    assert set(told) == {"best", "ranking", "evaluations", "seconds", "hypervolume", "unsatisfied",
                         "warnings"}
    assert told["evaluations"] == 12
    best = told["best"][0]
    assert set(best) == {"name", "carrier", "choices", "objectives", "constraints",
                         "prediction_class", "label", "held", "limited_by", "effects", "relaxed",
                         "sterility", "trial"}
    assert {one["choice"] for one in best["effects"]} == set(best["choices"]) - {"formulation"}
    assert set(best["objectives"]) == {"retained_1d_fraction", "available_auc_d"}
    assert best["constraints"]["released_24h_fraction"] <= 0.3
    assert (tmp_path / "found" / "trials.csv").is_file()
    assert (tmp_path / "found" / "run.json").is_file()
    shown = run(*arguments, "--plot", tmp_path / "front.png").stdout
    assert f"{best['objectives']['retained_1d_fraction']:.4g}" in shown
    assert f"{best['choices']['thickness_mm']:.4g}" in shown
    assert (tmp_path / "front.png").read_bytes().startswith(b"\x89PNG")


def test_a_search_is_resumed_not_repeated(run: Run, study: Path, tmp_path: Path,
                                          read_json: ReadJson) -> None:
    """Mistake: the same command again throws hours of trials away, or mixes two studies."""
    arguments = ("optimise", study, "--budget", "12", "--out", tmp_path / "found")
    first = read_json(run(*arguments, "--resume", "--json").stdout)  # an empty folder: it starts
    table = (tmp_path / "found" / "trials.csv").read_bytes()
    again = run(*arguments, code=2)
    assert "trials.sqlite: holds the trials of an earlier search (continue it with --resume" \
        in again.stderr
    finished = read_json(run(*arguments, "--resume", "--json").stdout)
    assert finished["best"] == first["best"]
    assert (tmp_path / "found" / "trials.csv").read_bytes() == table
    other = run(*arguments, "--resume", "--seed", "6", code=2)
    assert "-study.seed = 1\n+study.seed = 6" in other.stderr
    assert "result folder" in run("optimise", study, "--resume", code=2).stderr
    assert "cannot be written" in run(*arguments[:-1], "/proc/nowhere", code=2).stderr


def test_search_that_finds_nothing_fails(run: Run, study: Path, read_json: ReadJson) -> None:
    """Mistake: an infeasible study ends well, or is called a mistake of the file."""
    study.write_text(study.read_text().replace("at_most = 0.3", "at_most = 0.001"))
    result = run("optimise", study, "--budget", "8", "--json", code=1)
    assert read_json(result.stdout)["best"] == []
    assert "no candidate keeps all constraints" in result.stderr


def test_verify(run: Run, tmp_path: Path, read_json: ReadJson) -> None:
    """Mistake: a law that is 2 % off, or an id without a law, passes."""
    case = {"id": "REL-01", "model": "slab", "inputs": {}, "tolerance": 1e-8,
            "expected": [{"t": 0.125, "value": 0.39892798988}]}
    cases = tmp_path / "cases.json"
    cases.write_text(json.dumps([case]))
    assert "1 of 1 row of 1 case pass" in run("verify", cases).stdout
    case["expected"] = [{"t": 0.125, "value": 0.39892798988 * 1.02}]
    cases.write_text(json.dumps([case]))
    assert "fail" in run("verify", cases, code=1).stdout
    case["id"] = "REL-00"
    cases.write_text(json.dumps([case]))
    assert read_json(run("verify", cases, "--json", code=1).stdout)[0]["status"] == "no law"


def test_small_mobilities_are_shown(run: Run, sheet: Path) -> None:
    """Mistake: 1e-14 m²/s taken for round-off and shown as 0."""
    told = run("simulate", sheet).stdout
    assert "effective_diffusivity" in told
    assert "effective_diffusivity 0 " not in told


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_draws_are_streamed_to_a_file(run: Run, sheet: Path, tmp_path: Path, ending: str) -> None:
    """Mistake: rows lost between pieces, a header in the middle, the wrong kind of file."""
    out = tmp_path / f"draws.{ending}"
    run("simulate", sheet, "--draws", 40, "--metrics-only", "--metrics",
        "retained_1d_fraction,mesh_size_median", "--accuracy", "screen", "--out", out)
    read = pd.read_csv if ending == "csv" else pd.read_parquet
    found = read(out)
    assert list(found.columns) == ["draw", "retained_1d_fraction", "mesh_size_median",
                                   "discretisation_error", "reason"]
    assert found["draw"].tolist() == list(range(40))
    assert found["retained_1d_fraction"].between(0, 1).all()
    assert found["mesh_size_median"].nunique() > 30


def test_a_table_of_designs(run: Run, sheet: Path, tmp_path: Path,
                            read_json: Callable[[str], Any]) -> None:
    """Mistake: a bad row ends the work, or is not counted; words among the JSON."""
    table = tmp_path / "designs.csv"
    table.write_text("name,thickness_mm\nthin,0.7\nnone,-1\n")
    result = run("simulate", sheet, "--table", table, "--metrics", "retained_1d_fraction",
                 "--accuracy", "screen", "--json")
    rows = read_json(result.stdout)
    assert [row["status"] for row in rows] == ["ok", "failed"]
    assert rows[0]["retained_1d_fraction"] > 0
    assert rows[1]["retained_1d_fraction"] is None
    assert "1 of 2 rows failed" in result.stderr
    shown = run("simulate", sheet, "--table", table, "--metrics", "retained_1d_fraction",
                "--accuracy", "screen").stdout
    assert shown.splitlines()[0].startswith("name,thickness_mm,carrier,status,reason,")
    table.write_text("name,thickness_mm\nnone,-1\n")
    run("simulate", sheet, "--table", table, code=1)


def test_mistakes_of_long_runs(run: Run, sheet: Path, tmp_path: Path) -> None:
    """Mistake: a traceback, or hours of work before the mistake is noticed."""
    for arguments, message in (
            (("--draws", 30_000), "at most 20000 draws are kept"),
            (("--metrics-only",), "--metrics-only: needs --draws"),
            (("--draws", 3, "--metrics-only", "--metrics", "retained_auc"),
             "did you mean retained_auc_d"),
            (("--draws", 3, "--metrics-only", "--out", tmp_path / "a.xls"), "neither a .csv nor")):
        assert message in run("simulate", sheet, *arguments, code=2).stderr
    assert "no formulation is named" in run("simulate", code=2).stderr

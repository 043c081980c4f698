"""The report: one file, complete, escaped, of bearable size."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from releasekit.errors import InputError
from releasekit.files import write_json
from releasekit.report import findings_of, read_findings, write_report
from releasekit.report.contents import columnar, contents
from releasekit.report.findings import Findings, Search
from releasekit.results import save_run
from releasekit.simulation import simulate

from .builders import gel

NAME = "</script><script>alert(1)</script>"
CURVE = {"time_d": np.linspace(0.0, 13.7, 201), "retained_fraction": np.linspace(1, 0.13, 201),
         "available_fraction": np.linspace(0.1, 0.013, 201),
         "released_fraction": np.linspace(0.09, 0.71, 201)}


@pytest.fixture(scope="module")
def findings() -> Findings:
    gels = [gel(name=NAME, duration="3.1 d", dose_per_area="1.7e9 /cm^2"),
            gel("alginate-ionic", duration="3.1 d", dose_per_area="1.7e9 /cm^2")]
    return findings_of([*simulate(gels[:1]), *simulate(gels[1:], draws=7, seed=3)])


def search(trials: int, front: int) -> Search:
    """Make the outcome of a search by hand, with as many numbers as a study of four families."""
    rng = np.random.default_rng(2)
    table = pd.DataFrame({
        "trial": np.arange(trials), "status": rng.choice(["feasible", "infeasible"], trials),
        "reason": "released_24h_fraction at most 0.3: is 0.41; thickness at most 3: is 3.3",
        "carrier": rng.choice(["hydrogel", "ecm"], trials), "formulation": "GelMA sheet",
        **{f"choice_{i}_mm": np.where(rng.random(trials) < 0.5, np.nan, rng.random(trials))
           for i in range(12)},
        **{f"metric_{i}_d": 1e9 * rng.random(trials) for i in range(8)}})
    places = np.arange(front)
    curves = pd.concat([pd.DataFrame(CURVE).assign(trial=place) for place in (*places, -1)])
    summary = {"name": "a study", "objectives": [{"column": "metric_0_d", "goal": "maximise"},
                                                 {"column": "metric_1_d", "goal": "minimise"}],
               "best": [], "unsatisfied": "", "method": "sobol", "seed": 1, "draws": 0,
               "percentile": 10, "evaluations": trials, "seconds": 3.1, "hypervolume": 0.4}
    return Search(summary, table, table.iloc[places], curves)


def page(findings: Findings, folder: Path) -> str:
    write_report(findings, folder / "report.html")
    return (folder / "report.html").read_text("utf-8")


def test_nothing_is_fetched_and_names_are_escaped(findings: Findings, tmp_path: Path) -> None:
    """For a script of the network, or a name that ends the data and starts a script."""
    text = page(findings, tmp_path)
    assert len(re.findall(r"<script[ >]", text.replace(json.dumps(NAME), ""))) >= 3
    head, _, rest = text.partition('<script type="application/json" id="data">')
    data, _, _ = rest.partition("</script>")
    assert NAME not in text
    assert json.loads(data)["formulations"][0]["name"] == NAME
    assert "<script" not in head.split("<body>")[1]
    assert not re.findall(r'(?:src|href)="(?!#|data:)', head)


def test_a_folder_gives_the_same_report(findings: Findings, tmp_path: Path) -> None:
    """For a report DIR that leaves out or changes what --report shows."""
    gels = [gel(name="a", duration="3.1 d"), gel("alginate-ionic", name="b", duration="3.1 d")]
    releases = simulate(gels, draws=7, seed=3)
    save_run(releases, tmp_path / "run")
    kept = contents(read_findings(tmp_path / "run"))
    made = contents(findings_of(releases))
    assert kept.pop("title") == "run"
    assert made.pop("title") == "a, b"
    assert json.loads(json.dumps(kept)) == json.loads(json.dumps(made))


def test_it_says_what_decides_and_how_far_to_trust(findings: Findings) -> None:
    """For facts without their basis, sources without a link, bands or warnings forgotten."""
    told = contents(findings)
    first, second = told["formulations"]
    assert first["prediction_class"] in ("calibrated", "informed", "assumption-driven")
    assert first["driven_by"]
    assert 0 < first["discretisation_error"] < 1e-2
    assert set(second["curves"]["retained_fraction"]) == {"p05", "p50", "p95"}
    facts = {(row[0], row[1]): row for row in told["facts"]}
    assert {row[4] for row in facts.values()} <= {"measured", "computed", "fitted", "assumed",
                                                  "given"}
    links = [row[7] for row in facts.values() if row[4] == "measured"]
    assert links
    assert all(link.startswith("https://") for link in links)
    used = sum(first["facts_used"].values())
    assert used == sum(NAME in row[-1].split(", ") for row in told["facts"])
    assert ["option", "accuracy", "default"] in told["manifest"]
    assert any(row[0] == "SHA-256" and len(row[2]) == 64 for row in told["manifest"])


def test_twenty_thousand_trials_stay_below_8_mb(findings: Findings, tmp_path: Path) -> None:
    """For curves or reasons of every trial."""
    text = page(replace(findings, search=search(20_000, 150)), tmp_path)
    assert len(text.encode()) < 8e6
    data = re.search(r'id="data">(.*?)</script>', text, re.S)
    assert data is not None
    found: dict[str, Any] = json.loads(data[1])["search"]
    assert len(found["trials"]["metric_7_d"].split(" ")) == 20_000
    assert len(found["curves"]) == 150
    assert found["curves"][0]["retained_fraction"][-1] == pytest.approx(0.13)


def test_columns_keep_their_rows() -> None:
    """For words of a column that move to another row, or gaps that become a word."""
    told = columnar(pd.DataFrame({"status": ["failed", "infeasible", "failed"],
                                  "reason": ["no fact", "too much", "no fact"],
                                  "linker": ["a", None, "b"], "x": [1.23456789, np.nan, 3.0]}))
    words = {name: [told[name]["levels"][code] for code in told[name]["codes"]]
             for name in ("reason", "linker")}
    assert words == {"reason": ["no fact", "", "no fact"], "linker": ["a", "", "b"]}
    assert told["x"] == "1.235  3"
    assert columnar(pd.DataFrame({"trial": [7, 123456789]}))["trial"] == "7 123456789"
    told = columnar(pd.DataFrame({"retained_7d_fraction_p25": [-1.7e-12, 0.31],
                                  "gelation_margin_K": [-1.7, 0.31]}))
    assert told == {"retained_7d_fraction_p25": "0 0.31", "gelation_margin_K": "-1.7 0.31"}
    assert columnar(pd.DataFrame({"x": [4.1234567e9, -3.2e-7]}))["x"] == "4.123e9 -3.2e-07"


def test_a_search_that_found_nothing_is_reported(tmp_path: Path) -> None:
    """For a report that needs picks."""
    none = search(30, 0)
    text = page(findings_of([]), tmp_path)
    assert "How this was made" in text
    summary = {**none.summary, "unsatisfied": "none of 30 candidates keeps all constraints"}
    nothing = replace(findings_of([]), search=replace(none, summary=summary))
    assert "none of 30 candidates" in page(nothing, tmp_path)


def test_folders_without_a_report(tmp_path: Path) -> None:
    """For a traceback about a file that is missing."""
    with pytest.raises(InputError, match="not a result folder"):
        read_findings(tmp_path)
    write_json(tmp_path / "run.json", {"kind": "run"})
    with pytest.raises(InputError, match="schema"):
        read_findings(tmp_path)

"""The table of trials: nothing is lost by a kill, and two studies are never mixed."""

import os
import resource
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pandas as pd
import pytest

from releasekit.errors import InputError, WorkError
from releasekit.facts import load_material
from releasekit.files import write_table
from releasekit.loading import load
from releasekit.results import TRIALS_FILE
from releasekit.studies import candidates, search
from releasekit.studies.search import explore, optimise
from releasekit.studies.study import Study, Vary
from releasekit.studies.trials import Trials, open_trials, resolved

from .analytic import evaluator, zitzler, zitzlers

HERE = Path(__file__).parents[1]
STUDY = HERE / "files" / "valid" / "study-two.toml"


@pytest.fixture(scope="module")
def two() -> Study:
    loaded = load(STUDY)
    assert isinstance(loaded, Study)
    return loaded


@pytest.fixture
def known(two: Study, monkeypatch: pytest.MonkeyPatch) -> Study:
    """Four words more, and a constraint and failures, so that every kind of column is there."""
    def sick(columns: Mapping[str, Any]) -> dict[int, str]:
        return {int(i): "the gel is too dense" for i in np.flatnonzero(
            columns["functionalisation_fraction"] > 0.83)}

    monkeypatch.setattr(candidates, "evaluate", evaluator(zitzler, sick))
    return replace(zitzlers(two), budget=150, vary=(
        *zitzlers(two).vary, Vary("mobility", among=("unified", "percolating"))))


class Stopped(BaseException):
    """Stops a search as a kill does: nothing of the program runs any more."""


def run(study: Study, folder: Path, stop_at: int | None = None) -> pd.DataFrame:
    """Search with trials in a folder; stop once so many trials have been reported."""
    def progress(done: int, total: int, info: Mapping[str, Any]) -> None:
        if stop_at is not None and done >= stop_at:
            raise Stopped

    with open_trials(study, folder, resume=True) as trials:
        return explore(study, trials, progress).table()


# resuming ----------------------------------------------------------------------------------------

def test_a_stopped_search_ends_as_if_it_had_not_been(
        known: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Mistake: numbers come back rounded, or the random state is lost: the search goes astray."""
    whole = explore(known).table()
    assert set(whole["status"]) == {"feasible", "failed"}
    seen = []
    real = candidates.evaluate
    monkeypatch.setattr(candidates, "evaluate", lambda designs, *names, **options: (
        seen.append(len(designs)), real(designs, *names, **options))[1])
    for stop_at in (1, 70, 71):
        with pytest.raises(Stopped):
            run(known, tmp_path, stop_at)
    pd.testing.assert_frame_equal(run(known, tmp_path), whole, check_exact=True)
    assert sum(seen) == 150  # nothing was simulated twice
    pd.testing.assert_frame_equal(run(known, tmp_path), whole, check_exact=True)
    assert sum(seen) == 150


def test_a_finished_search_checks_its_front_once(
        known: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Mistake: each resumption of a finished search simulates its front again; or a stage after
    the search shows nothing of how far it has come."""
    real, levels = candidates.evaluate, list[str]()
    monkeypatch.setattr(candidates, "evaluate", lambda designs, *names, **options: (
        levels.append(options["accuracy"]), real(designs, *names, **options))[1])
    stages: list[tuple[str, int, int]] = []
    first, again = (optimise(known, out=tmp_path, resume=True, progress=lambda done, total, info: (
        stages.append((info.get("stage", "searching"), done, total)))) for _ in range(2))
    assert levels.count("default") > 0
    half = len(stages) // 2
    assert list(dict.fromkeys(name for name, *_ in stages[:half])) == [
        "searching", "checking the front", "running the picks", "moving their choices",
        "drawing the front"]
    assert stages[:half] == stages[half:]
    for name in ("checking the front", "running the picks", "drawing the front"):
        done = [(each, total) for stage, each, total in stages[:half] if stage == name]
        assert done == sorted(done)
        assert done[-1] == (done[-1][1],) * 2
    pd.testing.assert_frame_equal(first.pareto, again.pareto, check_exact=True)
    levels.clear()
    optimise(known, out=tmp_path, resume=True)
    assert "default" not in levels


def test_a_longer_sequence_goes_on_where_a_shorter_one_ended(known: Study,
                                                             tmp_path: Path) -> None:
    """Mistake: a larger budget is refused though the first candidates are the same, half a lot
    that is kept is lost or simulated twice, or a search that plans for its budget goes astray."""
    points = replace(known, method="sobol", budget=70)
    short = run(points, tmp_path / "sobol")
    longer = run(replace(points, budget=150), tmp_path / "sobol")
    pd.testing.assert_frame_equal(longer[:70], short, check_exact=True)
    whole = explore(replace(points, budget=150)).table()
    pd.testing.assert_frame_equal(longer, whole, check_exact=True)
    pd.testing.assert_frame_equal(run(points, tmp_path / "sobol"), short, check_exact=True)
    with pytest.raises(Stopped):
        run(known, tmp_path / "evolution", 1)
    with pytest.raises(InputError, match="evolution plans for its budget: start anew"):
        run(replace(known, budget=300), tmp_path / "evolution")


def test_trials_can_be_read_while_they_are_made(known: Study, tmp_path: Path) -> None:
    """Mistake: a table that only this program can read, or in other units than trials.csv."""
    with pytest.raises(Stopped):
        run(known, tmp_path, 100)
    with sqlite3.connect(tmp_path / TRIALS_FILE) as database:
        kept = pd.read_sql_query("SELECT * FROM trial ORDER BY trial", database)
    database.close()
    table = explore(known).table()
    assert list(kept)[:-2] == list(table)
    assert len(kept) >= 100
    pd.testing.assert_frame_equal(kept[list(table)], table[:len(kept)], check_dtype=False,
                                  check_exact=True)
    assert set(kept.loc[kept["status"] == "failed", "reason"]) == {"the gel is too dense"}


def test_a_trial_that_was_tampered_with_is_noticed(known: Study, tmp_path: Path) -> None:
    """Mistake: the search of another version is continued, and the table is a mixture of two."""
    with pytest.raises(Stopped):
        run(known, tmp_path, 70)
    with sqlite3.connect(tmp_path / TRIALS_FILE) as database:
        database.execute("UPDATE trial SET point = replace(point, '0.1', '0.2')")
    database.close()
    with pytest.raises(InputError, match="proposes other candidates from trial 0 on"):
        run(known, tmp_path)


# other studies -----------------------------------------------------------------------------------

def test_earlier_trials_are_not_overwritten(known: Study, tmp_path: Path) -> None:
    """Mistake: hours of trials are lost because the same command is given again."""
    with pytest.raises(Stopped):
        run(known, tmp_path, 1)
    with pytest.raises(InputError, match=r"holds the trials .*--resume"), \
            open_trials(known, tmp_path):
        pass
    with pytest.raises(InputError, match="only a search with a result folder"):
        optimise(known, resume=True)


def test_a_changed_study_is_refused_with_a_diff(known: Study, tmp_path: Path) -> None:
    """Mistake: trials of two studies end up in one table."""
    with pytest.raises(Stopped):
        run(known, tmp_path, 1)
    changed = replace(known, percentile=17.0, vary=(replace(known.vary[0], high=0.97),
                                                    *known.vary[1:]))
    with pytest.raises(InputError) as refused:
        run(changed, tmp_path)
    said = str(refused.value).splitlines()
    assert "was made by another study" in said[0]
    assert said[1:] == [
        "--- then", "+++ now", "-study.percentile = 12.0", "+study.percentile = 17.0",
        "-study.vary[functionalisation_fraction].high = 1.0",
        "+study.vary[functionalisation_fraction].high = 0.97"]
    assert len(run(known, tmp_path)) == 150  # a refusal changes nothing


def test_a_changed_material_is_refused_and_named(tmp_path: Path, two: Study) -> None:
    """Mistake: only the study file is compared, not the facts that it stands on."""
    shipped = Path(load_material("gelma", "polymer").path)
    own = tmp_path / "gelma.toml"
    own.write_text(shipped.read_text())
    for name in ("study-gelma.toml", "study-alginate.toml", "study-two.toml"):
        (tmp_path / name).write_text((STUDY.parent / name).read_text())
    study = load(tmp_path / "study-two.toml")
    with open_trials(study, tmp_path / "found"):
        pass
    own.write_text(own.read_text().replace('description = "', 'description = "Reworded. '))
    with open_trials(load(tmp_path / "study-two.toml"), tmp_path / "found", resume=True):
        pass  # prose moves no number
    fact = load_material("gelma", "polymer").facts["plateau_modulus"]
    x, y = (float(each) for each in fact.points[0])
    text = own.read_text()
    assert "[facts.plateau_modulus]" in text
    head, tail = text.split("[facts.plateau_modulus]")
    own.write_text(f"{head}[facts.plateau_modulus]{tail.replace('gsd = ', 'gsd = 1', 1)}")
    with pytest.raises(InputError) as refused, \
            open_trials(load(tmp_path / "study-two.toml"), tmp_path / "found", resume=True):
        pass
    said = str(refused.value)
    assert f"changed since: {own}" in said
    assert "+study.base[Gelatin sheet].materials.polymer.facts.plateau_modulus.spread" in said
    assert (x, y) == fact.points[0]


def test_other_versions_are_refused(known: Study, tmp_path: Path) -> None:
    """Mistake: numbers of two versions of a library stand in one table without a word."""
    with pytest.raises(Stopped):
        run(known, tmp_path, 1)
    with sqlite3.connect(tmp_path / TRIALS_FILE) as database:
        database.execute("UPDATE about SET versions = replace(versions, 'pymoo\": \"', "
                         "'pymoo\": \"0')")
    database.close()
    with pytest.raises(InputError, match="was made with pymoo 0"):
        run(known, tmp_path)
    with sqlite3.connect(tmp_path / TRIALS_FILE) as database:
        database.execute("PRAGMA user_version = 99")
    database.close()
    with pytest.raises(InputError, match="format 99 is not known"):
        run(known, tmp_path)


def test_all_that_moves_a_number_is_compared(two: Study) -> None:
    """Mistake: a range, a fact, a law or a word is left out of the comparison; or a path is in."""
    lines = resolved(two)
    assert len(lines) > 1000
    assert not [line for line in lines if ".toml" in line or "citation" in line]
    for start in ("study.budget = 48", "study.vary[thickness].low = 0.0007",
                  "study.base[Alginate sheet].models.degradation = 'ionic'",
                  "study.base[Gelatin sheet].materials.wound.facts.exudate_flux.value = ",
                  "study.objectives[0].metric = 'retained_7d_fraction'"):
        assert [line for line in lines if line.startswith(start)], start
    stiffer = replace(two, base=(two.base[0].but(thickness="2.31 mm"), two.base[1]))
    assert len(set(resolved(stiffer)) - set(lines)) == 1


# places that cannot be written -------------------------------------------------------------------

def test_a_full_disk_loses_nothing(known: Study, tmp_path: Path) -> None:
    """Mistake: a traceback, or a file that is spoilt by half a lot."""
    def crowded(trials: Trials) -> None:
        pages, = trials._database.execute("PRAGMA page_count").fetchone()
        trials._database.execute(f"PRAGMA max_page_count = {pages + 4}")

    with open_trials(known, tmp_path) as trials:
        crowded(trials)
        with pytest.raises(WorkError, match=r"full; the trials up to here are kept.*--resume"):
            explore(known, trials)
        kept = trials.count()
    assert 0 < kept < 150
    with open_trials(known, tmp_path, resume=True) as trials:
        assert trials.count() == kept
    pd.testing.assert_frame_equal(run(known, tmp_path), explore(known).table(), check_exact=True)


def test_two_searches_in_one_folder(known: Study, tmp_path: Path) -> None:
    """Mistake: both write, and the table holds each trial twice."""
    with open_trials(known, tmp_path) as one, open_trials(known, tmp_path, resume=True) as other:
        scored = explore(replace(known, budget=5))
        one.write(np.arange(5), scored)
        with pytest.raises(WorkError, match="another search writes"):
            other.write(np.arange(5), scored)
        assert other.count() == 5


def test_a_folder_that_cannot_be_written(known: Study, tmp_path: Path) -> None:
    """Mistake: the search runs for hours and then cannot say what it found."""
    (tmp_path / "file").write_text("mine")
    for place in (tmp_path / "file" / "below", Path("/proc/nowhere")):
        with pytest.raises(InputError, match="cannot be written"), open_trials(known, place):
            pass
    (tmp_path / TRIALS_FILE).write_text("not a database, but longer than its header " * 9)
    with pytest.raises(InputError, match="not a database"):
        run(known, tmp_path)


# kills -------------------------------------------------------------------------------------------

def child(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run this file as a program of its own."""
    root = HERE.parent
    where = os.pathsep.join([str(root), str(root / "src"), os.environ.get("PYTHONPATH", "")])
    module = ["-m", "tests.studies.test_trials"]
    return subprocess.run([sys.executable, *module, str(folder), *options],
                          env={**os.environ, "PYTHONPATH": where}, cwd=root, text=True,
                          capture_output=True, check=False)


def kill_and_resume(folder: Path, kills: int, longest: float, *options: str) -> None:
    """Kill a search at random moments, resume it each time, compare with one in peace."""
    moments = Random(7)
    died, counts = 0, [0]
    for _ in range(kills):
        done = child(folder / "killed", str(moments.uniform(0.0, longest)), *options)
        died += done.returncode == -9
        assert done.returncode in (0, -9), done.stderr
        reported = int((done.stdout.split() or ["0"])[-1])
        with sqlite3.connect(folder / "killed" / TRIALS_FILE) as database:
            there = database.execute(
                "SELECT 1 FROM sqlite_master WHERE name = 'trial'").fetchone()
            count = database.execute("SELECT count(*) FROM trial").fetchone()[0] if there else 0
        database.close()
        assert count >= max(reported, counts[-1]), "a trial that was reported is lost"
        counts.append(count)
    assert died
    assert len(set(counts)) > 2  # there was something to lose, more than once
    resume_in_peace(folder, *options)


def resume_in_peace(folder: Path, *options: str) -> None:
    """Finish a search that was stopped, and compare with one that was not."""
    for each in ("killed", "peace"):
        main(str(folder / each), "inf", *options)
    for name in ("trials.csv", *(["pareto.csv"] if options else [])):
        ours, theirs = (folder / each / name for each in ("killed", "peace"))
        assert ours.read_bytes() == theirs.read_bytes()
        assert len(ours.read_bytes()) > 1000


def test_two_kills(tmp_path: Path) -> None:
    """Mistake: a lot that was being written when the kill came is half there."""
    kill_and_resume(tmp_path, 2, 0.8)


@pytest.mark.slow
def test_twenty_kills(tmp_path: Path) -> None:
    """Mistake: as above, seldom."""
    kill_and_resume(tmp_path, 20, 0.8)


@pytest.mark.slow
def test_twenty_kills_of_gels(tmp_path: Path) -> None:
    """Mistake: what is simulated after a kill is not what would have been."""
    kill_and_resume(tmp_path, 20, 5.0, "gels")


def test_a_full_disk_in_a_real_file_system(tmp_path: Path) -> None:
    """Mistake: the limit is told by another error than SQLite's own."""
    full = child(tmp_path / "killed", "inf", "full")
    assert full.returncode == 1
    assert "WorkError" in full.stderr
    assert "are kept" in full.stderr
    resume_in_peace(tmp_path)


def main(folder: str, seconds: str, *options: str) -> None:
    """Search, and kill this process a while after the first lot; what is kept is printed."""
    timer = threading.Timer(float(seconds), os.kill, (os.getpid(), 9))
    timer.daemon = True

    def report(done: int, total: int, info: Mapping[str, Any]) -> None:
        print(done, flush=True)
        if seconds != "inf" and not timer.is_alive():
            timer.start()

    study = load(STUDY)
    if "gels" in options:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(search, "LOT", 8)
            optimise(replace(study, budget=1200, draws=9), out=folder, resume=True, progress=report)
        return
    quick = replace(zitzlers(study), budget=240)
    with pytest.MonkeyPatch.context() as patch, \
            open_trials(quick, folder, resume=True) as trials:
        patch.setattr(search, "LOT", 3)  # so that most of the time is spent in writing
        patch.setattr(candidates, "evaluate", evaluator(zitzler))
        if "full" in options:
            most = Path(trials.path).stat().st_size + 40_000
            resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
        write_table(Path(folder) / "trials.csv", explore(quick, trials, report).table())


if __name__ == "__main__":
    main(*sys.argv[1:])

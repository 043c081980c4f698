"""Workers: whoever simulates, and whatever becomes of them, the table of trials is the same."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from releasekit.errors import InputError, WorkError
from releasekit.formulation import Designs
from releasekit.loading import load
from releasekit.studies import workers
from releasekit.studies.search import explore, optimise
from releasekit.studies.study import Study
from releasekit.studies.workers import crew, in_pieces, usual_workers

from ..builders import gel, table

HERE = Path(__file__).parents[1]
STUDY = HERE / "files" / "valid" / "study-two.toml"


@pytest.fixture(scope="module")
def two() -> Study:
    loaded = load(STUDY)
    assert isinstance(loaded, Study)
    return replace(loaded, budget=40, population=8, draws=3)


@pytest.fixture(scope="module")
def alone(two: Study) -> pd.DataFrame:
    return explore(two).table()


# pieces ------------------------------------------------------------------------------------------

def counted(designs: Designs, names: Sequence[str], draws: int = 0,
            **_: Any) -> tuple[dict[str, Any], dict[int, str]]:
    """Stands for a simulation: its number is the thickness, row 2 of each piece fails."""
    if designs.base.materials["polymer"].key == "fibrin":
        raise InputError("needed, but not a fact of fibrin")
    thickness = np.repeat(designs.columns["thickness"][:, None], max(draws, 1), axis=1)
    return dict.fromkeys(names, thickness), ({2: "no"} if len(designs) > 2 else {})


def test_pieces_come_back_in_their_order() -> None:
    """Mistake: rows of one piece are taken for those of another, or a failed row for a good one."""
    thick = np.linspace(1.1e-3, 2.3e-3, 300)
    tables = [table(gel(), thickness=thick), table(gel("fibrin"), thickness=thick[:7]),
              table(gel(), thickness=thick[:2])]
    sizes: list[int] = []

    def backwards(function: Any, pieces: Sequence[Designs]) -> list[Any]:
        sizes.extend(len(piece) for piece in pieces)
        return [function(piece) for piece in reversed(pieces)][::-1]

    (first, sick), (_, lacking), (last, none) = in_pieces(counted, tables, ["a"], backwards)
    assert sizes == [128, 128, 44, 7, 2]
    assert np.array_equal(first["a"][:, 0], thick)
    assert sick == {2: "no", 130: "no", 258: "no"}
    assert lacking == dict.fromkeys(range(7), "needed, but not a fact of fibrin")
    assert np.array_equal(last["a"][:, 0], thick[:2])
    assert not none
    sizes.clear()
    (first, _), *_ = in_pieces(counted, tables[:1], ["a"], backwards, draws=64)
    assert set(sizes) == {2}
    assert first["a"].shape == (300, 64)


# processes ---------------------------------------------------------------------------------------

def test_two_processes_give_the_same_trials(two: Study, alone: pd.DataFrame) -> None:
    """Mistake: pieces depend on who works, so that the search goes another way."""
    with crew(2) as hands:
        together = explore(two, hands=hands).table()
    pd.testing.assert_frame_equal(together, alone, check_exact=True)
    with crew(1) as hands:
        single = explore(two, hands=hands).table()
    pd.testing.assert_frame_equal(single, alone, check_exact=True)
    assert {"feasible", "infeasible"} <= set(alone["status"])


def test_a_worker_that_dies_ends_the_search_with_words() -> None:
    """Mistake: a traceback, or a search that waits for ever for what will not come."""
    with pytest.raises(WorkError, match="a worker process died"), crew(2) as hands:
        list(hands.each(signal.raise_signal, [signal.SIGKILL]))


ORPHANS = """
import os, sys, time
from releasekit.studies.workers import crew

def main():
    with crew(2) as hands:
        print(*hands.each(pid, [None, None, None, None]), flush=True)
        time.sleep(600)

def pid(_):
    time.sleep(0.2)
    return os.getpid()

if __name__ == "__main__":
    main()
"""


def test_orphans_leave(tmp_path: Path) -> None:
    """Mistake: workers of a search that was killed go on for ever."""
    script = tmp_path / "orphans.py"
    script.write_text(ORPHANS)
    parent = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    found = {int(word) for word in parent.stdout.readline().split()}
    parent.kill()
    parent.wait()
    parent.stdout.close()
    assert found
    wait_until(lambda: not any(alive(pid) for pid in found))


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat")
    return not state.exists() or state.read_text().rpartition(")")[2].split()[0] != "Z"


def wait_until(reached: Any, seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_how_many() -> None:
    """Mistake: a search of seconds waits for processes to start, or a long one uses one core."""
    assert usual_workers(100) is None
    assert usual_workers(64_000) == os.cpu_count()
    with pytest.raises(InputError, match="1 worker or more"), crew(0):
        pass
    with pytest.raises(InputError, match="either workers or a cluster"), crew(2, "tcp://a:1"):
        pass


# a cluster ---------------------------------------------------------------------------------------

def test_no_cluster(monkeypatch: pytest.MonkeyPatch) -> None:
    """Mistake: a traceback where the extra is missing or the address is wrong."""
    monkeypatch.setattr(workers, "PATIENCE", "0.3s")
    for address in ("tcp://127.0.0.1:9", "nonsense://x"):
        with pytest.raises(InputError, match=f"{address}: no Dask scheduler answers"), \
                crew(cluster=address):
            pass
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(InputError, match=r"pip install 'releasekit\[cluster\]'"), \
            crew(cluster="tcp://127.0.0.1:9"):
        pass


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A scheduler and two worker processes on this machine."""
    told = tmp_path / "scheduler.json"
    started = [dask("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard",
                    "--scheduler-file", str(told))]
    try:
        wait_until(told.exists)
        started += [dask("worker", "--scheduler-file", str(told), "--nthreads", "1", "--no-nanny",
                         "--no-dashboard", "--local-directory", str(tmp_path / str(i)))
                    for i in range(2)]
        from distributed import Client

        with Client(scheduler_file=str(told), set_as_default=False) as client:
            client.wait_for_workers(2, timeout=120)
            address = client.scheduler.address
        yield address, started[1:]
    finally:
        for process in started:
            process.kill()
            process.wait()


def dask(what: str, *options: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "dask", what, *options],
                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@pytest.mark.slow
@pytest.mark.filterwarnings("default")  # of distributed itself
def test_a_cluster_that_loses_a_worker(
        two: Study, alone: pd.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
        cluster: tuple[str, list[subprocess.Popen[bytes]]]) -> None:
    """Mistake: the work of a lost machine is lost, done twice, or changes the search."""
    address, members = cluster

    def progress(done: int, total: int, info: Mapping[str, Any]) -> None:
        if members[0].poll() is None:
            members[0].kill()

    result = optimise(two, cluster=address, out=tmp_path / "found", progress=progress)
    pd.testing.assert_frame_equal(result.trials, alone, check_exact=True)
    assert members[0].poll() is not None
    assert members[1].poll() is None
    members[1].kill()
    members[1].wait()
    monkeypatch.setattr(workers, "PATIENCE", "1s")
    with pytest.raises(InputError, match="the scheduler has no workers"), \
            crew(cluster=address):
        pass

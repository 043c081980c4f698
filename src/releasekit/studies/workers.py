"""Who simulates the designs of a search: this process, others on this machine, or a cluster."""

from __future__ import annotations

import concurrent.futures
import contextlib
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from releasekit.errors import InputError, Problem, WorkError
from releasekit.formulation import Designs
from releasekit.results import versions

FloatArray = NDArray[np.float64]
Outcome = tuple[dict[str, FloatArray], dict[int, str]]
Each = Callable[[Callable[[Designs], Any], Sequence[Designs]], Iterable[Any]]
"""``map``, or what takes its place to work elsewhere; the order stays."""

PIECE_ROWS = 128
"""Designs times draws that are evaluated at once; fixed, so results do not depend on workers."""

WORTH_ROWS = 10_000
"""Designs times draws from which on processes pay: some take seconds to start."""
PATIENCE = "10s"
"""How long a scheduler may take to answer, and to show a worker."""


class Crew(NamedTuple):
    """Who works: what takes the place of ``map``, and the threads that each may use."""

    each: Each = map
    threads: int | None = None


HERE = Crew()
"""This process alone, with a thread per core."""


def usual_workers(rows: int) -> int | None:
    """Return a process per core, or none where they would take longer to start than to work.

    Parameters
    ----------
    rows
        Designs times draws to be simulated.
    """
    return os.cpu_count() if rows >= WORTH_ROWS else None


@contextlib.contextmanager
def crew(workers: int | None = None, cluster: str | None = None) -> Iterator[Crew]:
    """Give who works, and send them home at the end.

    Parameters
    ----------
    workers
        Processes on this machine; without, this process alone with a thread per core.
    cluster
        Address of a Dask scheduler, in place of processes on this machine.

    Raises
    ------
    InputError
        There is no such cluster, or it cannot do the work.
    WorkError
        Workers died.
    """
    if workers is not None and cluster is not None:
        raise InputError("name either workers or a cluster")
    if cluster is not None:
        with _cluster(cluster) as executor:
            yield Crew(executor.map, 1)
    elif workers is None or workers == 1:
        yield Crew(threads=workers)
    elif workers < 1:
        raise InputError("a search needs 1 worker or more")
    else:
        with _processes(workers) as executor:
            yield Crew(executor.map, 1)


@contextlib.contextmanager
def _processes(count: int) -> Iterator[concurrent.futures.Executor]:
    pool = concurrent.futures.ProcessPoolExecutor(
        count, multiprocessing.get_context("spawn"), _start_work)
    try:
        yield pool
    except BrokenProcessPool:
        raise WorkError("a worker process died: for want of memory, or because the script that "
                        'asked for workers does so outside of if __name__ == "__main__"') from None
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _start_work() -> None:
    """Leave Ctrl-C to the parent, and do not outlive it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    assert parent is not None

    def leave() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=leave, daemon=True).start()


@contextlib.contextmanager
def _cluster(address: str) -> Iterator[concurrent.futures.Executor]:
    try:
        from distributed import Client, KilledWorker
    except ImportError:
        raise InputError(Problem("a cluster needs dask and distributed", file=address,
                                 suggestion="pip install 'releasekit[cluster]'")) from None
    try:
        client = Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:
        raise InputError(Problem(f"no Dask scheduler answers: {error}", file=address,
                                 suggestion="e.g. tcp://10.0.0.7:8786")) from None
    with client:
        _check_versions(client, address)
        try:
            yield client.get_executor(pure=False)
        except (KilledWorker, concurrent.futures.CancelledError) as error:
            raise WorkError(f"{address}: the cluster gave up: {error}") from None


def _check_versions(client: Any, address: str) -> None:
    """Refuse a cluster whose numbers would not be those of this machine."""
    own = versions()
    try:
        client.wait_for_workers(1, timeout=PATIENCE)
        found = client.run(versions)
    except TimeoutError:
        raise InputError(Problem("the scheduler has no workers", file=address)) from None
    except ImportError as error:
        raise InputError(Problem(f"a worker cannot work: {error}", file=address,
                                 suggestion="install releasekit where the workers run")) from None
    for worker, theirs in found.items():
        others = [f"{name} {theirs.get(name)}, here {own[name]}" for name in own
                  if theirs.get(name) != own[name]]
        if others:
            raise InputError(Problem(f"worker {worker} has {'; '.join(others)}", file=address))


def in_pieces(evaluate: Callable[..., Outcome], tables: Sequence[Designs], names: Sequence[str],
              each: Each = map, *, draws: int = 0, **options: Any) -> list[Outcome]:
    """Evaluate tables of designs piece by piece, wherever that may be.

    Parameters
    ----------
    evaluate
        Returns metrics [design, draw] and failed rows of a table (``simulation.evaluate``).
    tables
        Tables of designs.
    names
        Metrics.
    each
        Works on the pieces.
    draws, options
        For ``evaluate``.

    Returns
    -------
    list of (metrics, failed rows)
        One per table. Where a material lacks a fact all rows of a table have failed.
    """
    size = max(1, PIECE_ROWS // max(draws, 1))
    pieces = [[Designs(table.base, {name: column[first:first + size]
                                    for name, column in table.columns.items()})
               for first in range(0, len(table), size)] for table in tables]
    work = partial(_evaluated, evaluate, names, draws=draws, **options)
    found = iter(each(work, [piece for parts in pieces for piece in parts]))
    return [_joined([next(found) for _ in parts], size) for parts in pieces]


def _evaluated(evaluate: Callable[..., Outcome], names: Sequence[str], designs: Designs,
               **options: Any) -> Outcome:
    try:
        return evaluate(designs, names, **options)
    except InputError as error:  # a material lacks a fact: none of these can be run
        width = max(options["draws"], 1)
        return ({name: np.full((len(designs), width), np.nan) for name in names},
                dict.fromkeys(range(len(designs)), str(error)))


def _joined(parts: Sequence[Outcome], size: int) -> Outcome:
    return ({name: np.concatenate([metrics[name] for metrics, _ in parts])
             for name in parts[0][0]},
            {size * i + row: why for i, (_, failed) in enumerate(parts)
             for row, why in failed.items()})

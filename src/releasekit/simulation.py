"""simulate(): formulations in, releases out; evaluate(): only numbers; compare()."""

from __future__ import annotations

import os
import warnings
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, overload

import numpy as np
from numpy.typing import NDArray

from releasekit.carriers.families import check
from releasekit.draws import of_facts
from releasekit.errors import ComparisonWarning, ConditionWarning, InputError
from releasekit.formulation import Designs, Formulation
from releasekit.metrics import METRICS, columns_of, has_control, measure, number_of
from releasekit.release import PREDICTION_CLASSES, Release
from releasekit.running import ROWS_AT_ONCE, Progress, run

if TYPE_CHECKING:
    import pandas as pd

FloatArray = NDArray[np.float64]


@overload
def simulate(what: Formulation | Designs, *, draws: int = ..., seed: int = ...,
             accuracy: str = ..., explain: bool = ..., threads: int | None = ...,
             progress: Progress | None = ...) -> Release: ...
@overload
def simulate(what: Sequence[Formulation], *, draws: int = ..., seed: int = ...,
             accuracy: str = ..., explain: bool = ..., threads: int | None = ...,
             progress: Progress | None = ...) -> list[Release]: ...
def simulate(
    what: Formulation | Designs | Sequence[Formulation], *, draws: int = 0, seed: int = 0,
    accuracy: str = "default", explain: bool = True, threads: int | None = None,
    progress: Progress | None = None,
) -> Release | list[Release]:
    """Simulate one formulation, a list of them, or a table of designs.

    Parameters
    ----------
    what
        A formulation gives a Release of one row; a table of designs one of many rows, bad rows
        failing alone with their reason; a list gives a list.
    draws
        Draws of the uncertain facts per design, for bands; 0 uses nominal facts.
    seed
        Seed of the draws; the same for all designs, so that they share their luck.
    accuracy
        ``screen`` (8 sizes), ``default`` (16 sizes, 1e-3) or ``fine``.
    explain
        Also find which facts drive the result (single formulations only).
    threads
        Cores to use; all by default. Results do not depend on it.
    progress
        Called with (designs done, designs in all).

    Raises
    ------
    InputError
        A formulation cannot be run: every problem at once.
    """
    if isinstance(what, Designs):
        return _simulate(what, draws, seed, accuracy, threads, progress)
    if isinstance(what, Formulation):
        release = _simulate(Designs(what), draws, seed, accuracy, threads, progress)
        release = _with_failures_told(release)
        for text in release.warnings:
            warnings.warn(text, ConditionWarning, stacklevel=2)
        return _explained(release, threads) if explain else release
    results: dict[int, Release] = {}
    width = max(draws, 1)
    for indices, designs in Designs.stack(what):
        told = progress and partial(_told, progress, len(results) * width, len(what) * width)
        together = _simulate(designs, draws, seed, accuracy, threads, told)
        for place, index in enumerate(indices):
            one = _with_failures_told(together.row(place))
            base = Designs(what[index], one.designs.columns)
            one = Release(**{**one.__dict__, "designs": base})
            results[index] = _explained(one, threads) if explain else one
    return [results[index] for index in range(len(what))]


def _told(progress: Progress, before: int, total: int, done: int, _: int) -> None:
    """Tell the progress of one group of several."""
    progress(before + done, total)


# many rows, few numbers ---------------------------------------------------------------------------

@dataclass(frozen=True)
class Chunk:
    """Numbers of some rows of a table: ``numbers`` by name and ``error`` [row], rows that failed.

    Rows are counted through the whole table from ``first``, draw after draw, design after design.
    """

    first: int
    numbers: Mapping[str, FloatArray]
    error: FloatArray
    failed: Mapping[int, str]
    warnings: tuple[str, ...]

    @property
    def rows(self) -> slice:
        """Place of the chunk in the table."""
        return slice(self.first, self.first + len(self.error))


def stream(designs: Designs, names: Sequence[str], *, draws: int = 0, seed: int = 0,
           accuracy: str = "screen", threads: int | None = None) -> Iterator[Chunk]:
    """Yield metrics of a table of designs chunk by chunk, in order and in bounded memory.

    Chunks begin at fixed rows, so that no number depends on how many threads there are.

    Parameters
    ----------
    designs
        The table; a formulation alone is a table of one row.
    names
        Metrics, or quantities of the vocabulary (SI): derived ones such as ``plateau_modulus``,
        else choices and facts.
    draws, seed, accuracy, threads
        As for :func:`simulate`; the draws of a design are rows that follow one another.

    Raises
    ------
    InputError
        The base formulation cannot be run.
    """
    problems = check(designs.base)
    if problems:
        raise InputError(problems)
    scores = of_facts(designs.base.facts().values(), draws, seed)
    total = len(designs) * max(draws, 1)
    count = threads or os.cpu_count() or 1
    alone = total <= ROWS_AT_ONCE

    def work(first: int) -> Chunk:
        index = np.arange(first, min(first + ROWS_AT_ONCE, total))
        rows, luck = _rows(designs, scores, draws, index)
        release = run(rows, luck, accuracy, threads=count if alone else 1,
                      columns=[column for name in names for column in columns_of(name)],
                      control=any(map(has_control, names)))
        return Chunk(first, {name: number_of(release, name) for name in names},
                     release.discretisation_error,
                     {first + row: why for row, why in release.failed.items()}, release.warnings)

    yield from _in_order(work, range(0, total, ROWS_AT_ONCE), 1 if alone else count)


def _in_order(work: Callable[[int], Chunk], starts: Iterable[int], count: int) -> Iterator[Chunk]:
    """Yield results in the order of the starts, from several threads that run a little ahead."""
    if count == 1:
        yield from map(work, starts)
        return
    waiting: deque[Future[Chunk]] = deque()
    with ThreadPoolExecutor(count) as pool:
        for start in starts:
            waiting.append(pool.submit(work, start))
            if len(waiting) > 2 * count:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def evaluate(designs: Designs, names: Sequence[str], *, draws: int = 0, seed: int = 0,
             accuracy: str = "screen", threads: int | None = None,
             progress: Progress | None = None) -> tuple[dict[str, FloatArray], dict[int, str]]:
    """Return metrics [design, draw] of a table of designs, and why designs failed.

    Parameters
    ----------
    designs, names, draws, seed, accuracy, threads
        See :func:`stream`.
    progress
        Called with (designs done, designs in all).
    """
    width = max(draws, 1)
    found = {name: np.full(len(designs) * width, np.nan) for name in names}
    failed: dict[int, str] = {}
    for chunk in stream(designs, names, draws=draws, seed=seed, accuracy=accuracy,
                        threads=threads):
        for name, numbers in chunk.numbers.items():
            found[name][chunk.rows] = numbers
        failed.update({row // width: why for row, why in chunk.failed.items()})
        if progress:
            progress(chunk.rows.stop // width, len(designs))
    return {name: numbers.reshape(-1, width) for name, numbers in found.items()}, failed


def _rows(designs: Designs, scores: Mapping[str, FloatArray], draws: int,
          index: NDArray[np.intp]) -> tuple[Designs, dict[str, FloatArray]]:
    """Return some rows of a table with draws: every design has all draws, one after the other."""
    design, draw = np.divmod(index, max(draws, 1))
    columns = {name: column[design] for name, column in designs.columns.items()}
    rows = Designs(designs.base, columns or {
        "duration": np.full(len(index), designs.base.number("duration") or np.nan)})
    return rows, {key: z[draw] for key, z in scores.items()}


# side by side -------------------------------------------------------------------------------------

def compare(formulations: Sequence[Formulation], *, draws: int = 0, seed: int = 0,
            metrics: Sequence[str] = tuple(METRICS), threads: int | None = None) -> pd.DataFrame:
    """Return one table: a row per formulation, a column per metric.

    Warns if the formulations do not carry the same dose per wound area.
    """
    import pandas as pd

    releases = simulate(formulations, draws=draws, seed=seed, threads=threads)
    unequal = unequal_doses(releases)
    if unequal:
        warnings.warn(unequal, ComparisonWarning, stacklevel=2)
    return pd.DataFrame([{"name": r.name, "carrier": r.formulation.carrier,
                          **measure(r, metrics), "prediction_class": r.prediction_class}
                         for r in releases])


def unequal_doses(releases: Sequence[Release]) -> str:
    """Return a warning if releases do not carry the same dose per wound area, else nothing."""
    fed = [float(np.median(r.dose_per_area / r.recovery)) for r in releases if r.at_wound]
    if not fed or max(fed) <= min(fed) * 1.001:
        return ""
    return ("the designs do not carry the same dose per wound area "
            f"({min(fed) * 1e-4:.3g} to {max(fed) * 1e-4:.3g} per cm²): "
            "compare particles per cm², not fractions")


# one table of designs ----------------------------------------------------------------------------

def _with_failures_told(release: Release) -> Release:
    """Return one formulation with a warning if some of its draws failed; raise if all did."""
    reasons = Counter(release.failed.values())
    if not reasons:
        return release
    if len(release.failed) == len(release):
        raise InputError("; ".join(reasons))
    told = "; ".join(f"{why} ({times})" for why, times in reasons.most_common())
    return replace(release, warnings=(*release.warnings, (
        f"{len(release.failed)} of {len(release)} draws have no result, bands and metrics are "
        f"those of the others: {told}")))


def _simulate(designs: Designs, draws: int, seed: int, accuracy: str, threads: int | None,
              progress: Progress | None) -> Release:
    problems = check(designs.base)
    if problems:
        raise InputError(problems)
    scores: dict[str, FloatArray] = {}
    if draws:
        designs, scores = _rows(designs, of_facts(designs.base.facts().values(), draws, seed),
                                draws, np.arange(len(designs) * draws))
    release = run(designs, scores, accuracy, threads=threads, progress=progress)
    return replace(release, draws=draws, seed=seed)


# what decides ------------------------------------------------------------------------------------

def _explained(release: Release, threads: int | None) -> Release:
    """Add which facts drive the curve, and the prediction class."""
    base = release.formulation
    facts = {key: fact for key, fact in base.facts().items() if fact.spread.kind != "none"}
    shares: dict[str, float] = {}
    keys = sorted(facts)
    if keys:
        rows = 2 * len(keys)
        scores = {key: np.zeros(rows) for key in keys}
        for i, key in enumerate(keys):
            scores[key][2 * i:2 * i + 2] = (1.0, -1.0)
        column = {"duration": np.full(rows, base.number("duration"))}
        shown = "retained_fraction" if release.at_wound else "released_fraction"
        curve = run(Designs(base, column), scores, "screen", threads=threads, columns=(shown,),
                    control=False)[shown]
        swing = np.nanmean((curve[0::2] - curve[1::2]) ** 2, axis=1)
        if swing.sum() > 0:
            order = np.argsort(-swing)
            shares = {keys[i]: float(swing[i] / swing.sum()) for i in order
                      if swing[i] > 0.005 * swing.sum()}
    names: dict[str, float] = {}
    for key, share in shares.items():
        name = key.split("/")[1]
        names[name] = names.get(name, 0.0) + share
    fields = {**release.__dict__, "driven_by": names,
              "prediction_class": _prediction_class(base, shares)}
    return Release(**fields)


def _prediction_class(base: Formulation, shares: Mapping[str, float]) -> str:
    """Judge by what drives: fitted to this carrier, measured or computed, or assumed.

    What is given without a spread drives nothing, however wrong it may be: the result then rests
    on what is given, unless assumptions drive it all the same.
    """
    basis = {key: fact.basis for key, fact in base.facts().items()}
    weight = Counter[str]()
    for key, share in shares.items():
        weight[basis[key]] += share  # type: ignore[assignment]
    calibrated, informed, given, assumed = PREDICTION_CLASSES
    if "released_fraction" in base.given:
        return calibrated
    if sum(weight[one] for one in ("measured", "computed", "fitted", "given")) < 0.5:
        return assumed
    if base.taken_as_exact():
        return given
    return calibrated if weight["fitted"] >= 0.5 else informed

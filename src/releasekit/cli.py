"""The command line: ``releasekit COMMAND ...``. Heavy libraries load inside the commands."""

from __future__ import annotations

import sys
from collections.abc import Hashable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from releasekit import lookups as lookups
from releasekit import pages, terminal
from releasekit.commands import Json, Quiet, app, print_json, say_if_compiling
from releasekit.commands import main as main
from releasekit.errors import InputError, Problem
from releasekit.wording import counted

if TYPE_CHECKING:
    import pandas as pd

    from releasekit.dataset import Dataset
    from releasekit.release import Release


class Accuracy(StrEnum):
    """How finely a run is computed."""

    screen = "screen"
    default = "default"
    fine = "fine"


MOST_DRAWS = 20_000
"""Draws whose curves are kept; of more only the metrics are."""

Formulations = Annotated[list[str], typer.Argument(
    metavar="FORMULATION...", help="Formulation files, or the run.json of an earlier run.")]
Draws = Annotated[int | None, typer.Option(
    min=0, help="Draws of the uncertain facts, for bands from 5 to 95 %.")]
Seed = Annotated[int | None, typer.Option(min=0, help="Seed of the draws.")]
Out = Annotated[str | None, typer.Option(metavar="DIR", help="Write a result folder.")]
Plot = Annotated[str | None, typer.Option(metavar="FILE", help="Write a figure: svg, png, pdf.")]
Figure = Annotated[str, typer.Option(
    metavar="KIND", help="What --plot shows: curves, residuals, ledger, profiles, mesh, sketch.")]
Report = Annotated[str | None, typer.Option(
    "--report", metavar="FILE.html", help="Write a report: one HTML file that works offline.")]
Data = Annotated[str | None, typer.Option(
    "--data", metavar="FILE", help="Measured release curves, to be shown with the model.")]
Changes = Annotated[list[str] | None, typer.Option(
    "--set", metavar="NAME=VALUE", help="Change a quantity, word, law or material; "
    'may be repeated: --set thickness="3 mm" --set mobility=percolating.')]


@app.command()
def simulate(
    formulations: Annotated[list[str] | None, typer.Argument(
        metavar="FORMULATION...",
        help="Formulation files, or the run.json of an earlier run.")] = None,
    duration: Annotated[str | None, typer.Option(
        "--for", metavar="TIME", help='Time to simulate, e.g. "14 d".')] = None,
    changes: Changes = None, draws: Draws = None, seed: Seed = None,
    accuracy: Annotated[Accuracy | None, typer.Option(help="How finely to compute.")] = None,
    table: Annotated[str | None, typer.Option(
        "--table", metavar="DESIGNS.csv", help="Simulate every row of a table of designs; "
        "FORMULATION is the base of rows that name none.")] = None,
    metrics_only: Annotated[bool, typer.Option(
        "--metrics-only", help="Only the metrics of every draw, in bounded memory.")] = False,
    metrics: Annotated[str | None, typer.Option(
        "--metrics", metavar="NAME,...", help="Metrics of --table and --metrics-only; all by "
        "default.")] = None,
    out: Annotated[str | None, typer.Option(
        metavar="DIR|FILE", help="Write a result folder; with --table or --metrics-only a .csv or "
        ".parquet file.")] = None,
    plot: Plot = None, figure: Figure = "", report: Report = None,
    json: Json = False, quiet: Quiet = False,
) -> None:
    """Simulate formulations: where the exosomes are over time."""
    from releasekit.launching import assignment

    wanted = dict(assignment(text) for text in changes or ())
    if table or metrics_only:
        _refuse("--table" if table else "--metrics-only", "keeps no curves to draw",
                {"--plot": plot, "--figure": figure, "--report": report})
        if duration is not None:
            wanted["duration"] = duration
        names = {"metrics": [name.strip() for name in metrics.split(",")]} if metrics else {}
        _write_rows(_rows(formulations or (), table, wanted, draws or 0, quiet, seed=seed or 0,
                          accuracy=accuracy or Accuracy.default, **names), out, json, quiet)
        return
    _refuse("a run", "measures all metrics", {"--metrics": metrics})
    if not formulations:
        raise InputError(Problem("no formulation is named", suggestion="name a file, or --table"))
    _may_write(plot, figure, report)
    releases, level = _run(formulations, wanted, draws, seed, accuracy, out, quiet, duration)
    if duration is not None:
        wanted["duration"] = duration
    _write(releases, out, plot, figure or "curves", report, level, wanted, quiet)
    if json:
        from releasekit.results import summary

        told = [summary(release) for release in releases]
        print_json(told if len(told) > 1 else told[0])
    else:
        for release in releases:
            terminal.print_release(release)


def _rows(files: Sequence[str], table: str | None, changes: Mapping[str, str], draws: int,
          quiet: bool, **options: Any) -> Iterator[pd.DataFrame]:
    """Yield the metrics of a table of designs, or of the draws of one formulation."""
    from releasekit import batch, launching

    chosen = [launching.changed(one, changes) for one in launching.read(files)[0]]
    if len(chosen) > 1 or not (chosen or table):
        raise InputError(Problem("takes one formulation", key="simulate", suggestion=(
            "the base of a table, or the one that is drawn")))
    if changes and not chosen:
        raise InputError(Problem("a table is changed in its columns", file=launching.OPTION,
                                 suggestion="or name a base for its rows"))
    say_if_compiling(quiet)
    with terminal.progress("simulating", quiet) as progress:
        if table:
            base = chosen[0] if chosen else None
            yield from batch.table_rows(table, base, draws=draws, progress=progress, **options)
        elif not draws:
            raise InputError(Problem("needs --draws", key="--metrics-only"))
        else:
            launching.check_all(chosen)
            yield from batch.draw_rows(chosen[0], draws, progress=progress, **options)


def _write_rows(pieces: Iterator[pd.DataFrame], out: str | None, json: bool, quiet: bool) -> None:
    """Write rows as they come, to a file or to stdout as CSV or JSON; say how many failed."""
    from releasekit.files import csv_text, table_writer

    count = failed = 0
    told: list[dict[Hashable, Any]] = []
    with table_writer(out) if out else nullcontext(None) as append:
        for piece in pieces:
            if append:
                append(piece)
            elif not json:
                sys.stdout.write(csv_text(piece, header=not count))
            if json:
                told += piece.to_dict(orient="records")
            count, failed = count + len(piece), failed + int((piece["reason"] != "").sum())
    if json:
        print_json(told)
    if out and not quiet:
        terminal.say(f"wrote {out}")
    if failed:
        terminal.warn(f"{failed} of {counted(count, 'row')} failed: see the column reason")
    if failed and failed == count:
        raise typer.Exit(1)


@app.command()
def compare(formulations: Formulations, data: Data = None, changes: Changes = None,
            draws: Draws = None, seed: Seed = None, out: Out = None, plot: Plot = None,
            figure: Figure = "", report: Report = None, json: Json = False,
            quiet: Quiet = False) -> None:
    """Compare formulations side by side, also with measured curves.

    Warns if their doses per wound area differ.
    """
    from releasekit.agreement import goodness, residuals
    from releasekit.launching import assignment, dataset
    from releasekit.results import particles, summary
    from releasekit.simulation import unequal_doses

    wanted = dict(assignment(text) for text in changes or ())
    _may_write(plot, figure, report)
    measured = dataset(data) if data else None
    releases, level = _run(formulations, wanted, draws, seed, None, out, quiet)
    _write(releases, out, plot, figure or ("residuals" if measured else "curves"), report, level,
           wanted, quiet, measured)
    unequal = unequal_doses(releases)
    between = residuals(releases, measured) if measured else None
    if json:
        told = [summary(release) for release in releases]
        print_json({"formulations": [
            {key: value for key, value in one.items() if key != "table"} | {
                "particles": particles(release)}
            for one, release in zip(told, releases, strict=True)],
            **({} if between is None else {
                "goodness": goodness(between).to_dict(orient="records"),
                "residuals": between.to_dict(orient="records")}),
            "warnings": [unequal] if unequal else []})
    else:
        terminal.print_comparison(releases)
        if between is not None:
            pages.print_agreement(between)
    if unequal:
        terminal.warn(f"UNEQUAL DOSES: {unequal}")


def _run(files: Sequence[str], changes: Mapping[str, str], draws: int | None, seed: int | None,
         accuracy: Accuracy | None, out: str | None, quiet: bool,
         duration: str | None = None) -> tuple[list[Release], str]:
    """Read, change, check and simulate; what can be refused is refused before anything runs."""
    from releasekit import launching
    from releasekit.results import may_write
    from releasekit.simulation import simulate as run

    if out:
        may_write(out)
    if draws and draws > MOST_DRAWS:
        raise InputError(Problem(f"curves of at most {MOST_DRAWS} draws are kept", key="--draws",
                                 suggestion="releasekit simulate --metrics-only"))
    chosen, options = launching.read(files)
    options.update({key: value for key, value in (
        ("draws", draws), ("seed", seed), ("accuracy", accuracy and accuracy.value))
        if value is not None})
    chosen = [launching.changed(one, changes) for one in chosen]
    if duration is not None:
        chosen = [launching.changed(one, {"duration": duration}, "--for") for one in chosen]
    launching.check_all(chosen)
    say_if_compiling(quiet)
    with terminal.progress("simulating", quiet) as progress:
        releases = run(chosen, **options, progress=progress)
    for release in releases:
        for warning in release.warnings:
            terminal.warn(f"{release.name}: {warning}" if len(releases) > 1 else warning)
    return releases, str(options.get("accuracy", "default"))


def _refuse(of: str, why: str, given: Mapping[str, str | None]) -> None:
    """Refuse options that would change nothing."""
    problems = [Problem(f"has no use here: {of} {why}", key=option)
                for option, value in given.items() if value]
    if problems:
        raise InputError(problems)


def _may_write(plot: str | None, figure: str, report: str | None) -> None:
    """Refuse a figure or report that could not be written, before anything runs."""
    from releasekit.figures import check_kind
    from releasekit.figures.looks import SUFFIXES

    if figure:
        check_kind(figure)
    if figure and not plot:
        raise InputError(Problem("needs a file to draw to", key="--figure",
                                 suggestion="--plot FILE"))
    if plot and Path(plot).suffix.lower() not in SUFFIXES:
        raise InputError(Problem("is not a kind of figure", file=plot,
                                 suggestion=f"one of {', '.join(SUFFIXES)}"))
    if report and Path(report).suffix.lower() not in (".html", ".htm"):
        raise InputError(Problem("is not a name for a report", file=report,
                                 suggestion="a name that ends in .html"))


def _write(releases: Sequence[Release], out: str | None, plot: str | None, figure: str,
           report: str | None, accuracy: str, changes: Mapping[str, str], quiet: bool,
           data: Dataset | None = None) -> None:
    from releasekit.results import RUN_FILES, save_run

    written = []
    if out:
        save_run(releases, out, accuracy, changes)
        written += [str(Path(out) / name) for name in RUN_FILES]
    if plot:
        from releasekit.figures import plot as draw
        from releasekit.figures import save_figure

        measured = {"data": data} if data else {}
        written += save_figure(draw(releases, figure, **measured), plot)
    if report:
        from releasekit.report import findings_of, write_report

        write_report(findings_of(releases, accuracy, changes, data=data), report)
        written.append(report)
    if written and not quiet:
        terminal.say(f"wrote {', '.join(written)}")


@app.command(name="report")
def report_(folder: Annotated[str, typer.Argument(
        metavar="DIR", help="A result folder of simulate, compare or optimise.")],
            out: Annotated[str | None, typer.Option(
                metavar="FILE.html", help="The report; DIR/report.html by default.")] = None,
            quiet: Quiet = False) -> None:
    """Write a report of a result folder: one HTML file that works offline."""
    from releasekit.report import read_findings, write_report

    target = out or str(Path(folder) / "report.html")
    _may_write(None, "", target)
    write_report(read_findings(folder), target)
    if not quiet:
        terminal.say(f"wrote {target}")


@app.command()
def optimise(
    study: Annotated[str, typer.Argument(metavar="STUDY", help="A study file.")],
    budget: Annotated[int | None, typer.Option(
        min=1, help="Candidates to try, in place of the study's.")] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Seed of the search.")] = None,
    out: Out = None,
    workers: Annotated[int | None, typer.Option(
        min=1, help="Processes; by default one per core, if there is work for them.")] = None,
    cluster: Annotated[str | None, typer.Option(
        metavar="ADDRESS", help="A Dask scheduler, e.g. tcp://10.0.0.7:8786.")] = None,
    resume: Annotated[bool, typer.Option(
        "--resume", help="Go on with the trials that lie in the result folder, if any.")] = False,
    plot: Plot = None, figure: Annotated[str, typer.Option(
        metavar="KIND", help="What --plot shows: front, parallel, curves.")] = "",
    report: Report = None, json: Json = False, quiet: Quiet = False,
) -> None:
    """Search the formulations of a study for the best ones."""
    from releasekit.loading import load
    from releasekit.studies.search import optimise as search
    from releasekit.studies.study import Study
    from releasekit.studies.workers import usual_workers
    from releasekit.transport import march, modes

    _may_write(plot, figure, report)
    wanted = load(study)
    if not isinstance(wanted, Study):
        raise InputError(Problem(f"is a {type(wanted).__name__.lower()}, not a study", file=study))
    if workers is None and cluster is None:
        workers = usual_workers((budget or wanted.budget) * max(wanted.draws, 1))
    say_if_compiling(quiet)
    march.announce(modes.march)  # the search may be done by others, who cannot say it
    try:
        with terminal.progress("searching", quiet) as progress:
            result = search(wanted, budget=budget, seed=seed, out=out, resume=resume,
                            workers=workers, cluster=cluster, progress=progress)
    except KeyboardInterrupt:
        if out:
            terminal.say(f"the trials so far are kept in {out}: --resume goes on from there")
        raise
    if out and not quiet:
        terminal.say(f"wrote {out}")
    report = report or (str(Path(out) / "report.html") if out else None)
    if report:
        from releasekit.report import findings_of, write_report

        write_report(findings_of([pick.release for pick in result.best], result=result), report)
    if plot and result.best:
        from releasekit.figures import KINDS, save_figure
        from releasekit.figures import plot as draw

        kind = figure or ("front" if 2 <= len(wanted.objectives) <= 4 else "curves")
        of = result if KINDS[kind][1] == "search" else [pick.release for pick in result.best]
        save_figure(draw(of, kind), plot)
    if json:
        told = result.summary()
        print_json({key: told[key] for key in (
            "best", "ranking", "evaluations", "seconds", "hypervolume", "unsatisfied", "warnings")})
    else:
        pages.print_picks(result)
    if not result.best:
        terminal.say(f"error: no candidate keeps all constraints: {result.unsatisfied}")
        raise typer.Exit(1)

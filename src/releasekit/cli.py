"""The command line: ``releasekit COMMAND ...``. Heavy libraries load inside the commands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from releasekit import lookups as lookups
from releasekit import pages, terminal
from releasekit.commands import Json, Quiet, app, print_json
from releasekit.commands import main as main
from releasekit.errors import InputError, Problem

if TYPE_CHECKING:
    from releasekit.dataset import Dataset
    from releasekit.release import Release


class Accuracy(StrEnum):
    """How finely a run is computed."""

    screen = "screen"
    default = "default"
    fine = "fine"


MOST_DRAWS = 20_000

Formulations = Annotated[list[str], typer.Argument(
    metavar="FORMULATION...", help="Formulation files, or the run.json of an earlier run.")]
Draws = Annotated[int | None, typer.Option(
    min=0, max=MOST_DRAWS, help="Draws of the uncertain facts, for bands from 5 to 95 %.")]
Seed = Annotated[int | None, typer.Option(min=0, help="Seed of the draws.")]
Out = Annotated[str | None, typer.Option(metavar="DIR", help="Write a result folder.")]
Plot = Annotated[str | None, typer.Option(metavar="FILE", help="Write a figure: svg, png, pdf.")]
Figure = Annotated[str, typer.Option(
    metavar="KIND", help="What --plot shows: curves, residuals, ledger, front.")]
Data = Annotated[str | None, typer.Option(
    "--data", metavar="FILE", help="Measured release curves, to be shown with the model.")]
Changes = Annotated[list[str] | None, typer.Option(
    "--set", metavar="NAME=VALUE", help="Change a quantity, word, law or material; "
    'may be repeated: --set thickness="3 mm" --set mobility=percolating.')]


@app.command()
def simulate(
    formulations: Formulations,
    duration: Annotated[str | None, typer.Option(
        "--for", metavar="TIME", help='Time to simulate, e.g. "14 d".')] = None,
    changes: Changes = None, draws: Draws = None, seed: Seed = None,
    accuracy: Annotated[Accuracy | None, typer.Option(help="How finely to compute.")] = None,
    out: Out = None, plot: Plot = None, figure: Figure = "curves", json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Simulate formulations: where the exosomes are over time."""
    from releasekit.launching import assignment

    wanted = dict(assignment(text) for text in changes or ())
    _may_plot(plot, figure)
    releases, level = _run(formulations, wanted, draws, seed, accuracy, out, quiet, duration)
    if duration is not None:
        wanted["duration"] = duration
    _write(releases, out, plot, figure, level, wanted, quiet)
    if json:
        from releasekit.results import summary

        told = [summary(release) for release in releases]
        print_json(told if len(told) > 1 else told[0])
    else:
        for release in releases:
            terminal.print_release(release)


@app.command()
def compare(formulations: Formulations, data: Data = None, changes: Changes = None,
            draws: Draws = None, seed: Seed = None, out: Out = None, plot: Plot = None,
            figure: Figure = "", json: Json = False, quiet: Quiet = False) -> None:
    """Compare formulations side by side, also with measured curves.

    Warns if their doses per wound area differ.
    """
    from releasekit.agreement import goodness, residuals
    from releasekit.launching import assignment, dataset
    from releasekit.results import particles, summary
    from releasekit.simulation import unequal_doses

    wanted = dict(assignment(text) for text in changes or ())
    figure = figure or ("residuals" if data else "curves")
    _may_plot(plot, figure)
    measured = dataset(data) if data else None
    releases, level = _run(formulations, wanted, draws, seed, None, out, quiet)
    _write(releases, out, plot, figure, level, wanted, quiet, measured)
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
    chosen, options = launching.read(files)
    options.update({key: value for key, value in (
        ("draws", draws), ("seed", seed), ("accuracy", accuracy and accuracy.value))
        if value is not None})
    chosen = [launching.changed(one, changes) for one in chosen]
    if duration is not None:
        chosen = [launching.changed(one, {"duration": duration}, "--for") for one in chosen]
    launching.check_all(chosen)
    _say_if_compiling(quiet)
    with terminal.progress("simulating", quiet) as progress:
        releases = run(chosen, **options, progress=progress)
    for release in releases:
        for warning in release.warnings:
            terminal.warn(f"{release.name}: {warning}" if len(releases) > 1 else warning)
    return releases, str(options.get("accuracy", "default"))


def _say_if_compiling(quiet: bool) -> None:
    from releasekit.launching import is_compiled

    if not quiet and not is_compiled():
        terminal.say("compiling the solver, once per machine (about 15 s) ...")


def _may_plot(plot: str | None, figure: str) -> None:
    """Refuse a figure that could not be written, before anything runs."""
    from releasekit.figures import check_kind
    from releasekit.figures.looks import SUFFIXES

    check_kind(figure)
    if plot and Path(plot).suffix.lower() not in SUFFIXES:
        raise InputError(Problem("is not a kind of figure", file=plot,
                                 suggestion=f"one of {', '.join(SUFFIXES)}"))


def _write(releases: Sequence[Release], out: str | None, plot: str | None, figure: str,
           accuracy: str, changes: Mapping[str, str], quiet: bool,
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
    if written and not quiet:
        terminal.say(f"wrote {', '.join(written)}")


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
    plot: Plot = None, json: Json = False, quiet: Quiet = False,
) -> None:
    """Search the formulations of a study for the best ones."""
    from releasekit.loading import load
    from releasekit.search import optimise as search
    from releasekit.study import Study
    from releasekit.workers import usual_workers

    _may_plot(plot, "curves")
    wanted = load(study)
    if not isinstance(wanted, Study):
        raise InputError(Problem(f"is a {type(wanted).__name__.lower()}, not a study", file=study))
    if workers is None and cluster is None:
        workers = usual_workers((budget or wanted.budget) * max(wanted.draws, 1))
    _say_if_compiling(quiet)
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
    if plot and result.best:
        from releasekit.figures import plot as draw
        from releasekit.figures import plot_pareto, save_figure

        several = 2 <= len(wanted.objectives) <= 4
        save_figure(plot_pareto(result) if several else draw([p.release for p in result.best]),
                    plot)
    if json:
        told = result.summary()
        pick_keys = ("name", "carrier", "choices", "objectives", "constraints", "prediction_class")
        print_json({"best": [{key: pick[key] for key in pick_keys} for pick in told["best"]],
                     **{key: told[key] for key in ("evaluations", "seconds", "hypervolume")}})
    else:
        pages.print_picks(result)
    if not result.best:
        terminal.say(f"error: no candidate keeps all constraints: {result.unsatisfied}")
        raise typer.Exit(1)

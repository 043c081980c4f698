"""The command line: ``releasekit COMMAND ...``. Heavy libraries load inside the commands."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from enum import StrEnum
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from releasekit import __version__, pages, terminal
from releasekit.errors import InputError, Problem

if TYPE_CHECKING:
    from releasekit.release import Release


class Kind(StrEnum):
    """What ``new`` writes a template of."""

    material = "material"
    exosome = "exosome"
    wound = "wound"
    hydrogel = "hydrogel"
    measured = "measured"
    study = "study"


class Listed(StrEnum):
    """What ``list`` lists."""

    materials = "materials"
    exosomes = "exosomes"
    wounds = "wounds"
    models = "models"
    metrics = "metrics"


class Accuracy(StrEnum):
    """How finely a run is computed."""

    screen = "screen"
    default = "default"
    fine = "fine"


MOST_DRAWS = 20_000
FILES = (".toml", ".csv", ".tsv", ".txt", ".xlsx", ".xlsm")
SHOWN_ROLES = {"materials": ("polymer", "matrix"), "exosomes": ("exosome",), "wounds": ("wound",)}


class Commands(TyperGroup):
    """Turns a user's mistake into a message and an exit code, never a traceback."""

    def invoke(self, ctx: Any) -> Any:
        with terminal.warnings_told():
            try:
                return super().invoke(ctx)
            except InputError as error:
                terminal.complain(error)
                raise typer.Exit(2) from None
            except KeyboardInterrupt:
                terminal.say("stopped")
                raise typer.Exit(130) from None


app = typer.Typer(cls=Commands, no_args_is_help=True, add_completion=False, rich_markup_mode=None,
                  pretty_exceptions_enable=False,
                  help="Release-kinetics design of exosome carriers for wounds.")

Formulations = Annotated[list[str], typer.Argument(
    metavar="FORMULATION...", help="Formulation files, or the run.json of an earlier run.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON on stdout, and nothing else.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No notes and no progress.")]
Draws = Annotated[int | None, typer.Option(
    min=0, max=MOST_DRAWS, help="Draws of the uncertain facts, for bands from 5 to 95 %.")]
Seed = Annotated[int | None, typer.Option(min=0, help="Seed of the draws.")]
Out = Annotated[str | None, typer.Option(metavar="DIR", help="Write a result folder.")]
Plot = Annotated[str | None, typer.Option(metavar="FILE", help="Write a figure: svg, png, pdf.")]


def main() -> None:
    """Run the command line."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # not every terminal can write what we say
            stream.reconfigure(errors="replace")
    app()


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"releasekit {__version__}")
        raise typer.Exit


@app.callback()
def _common(version: Annotated[bool, typer.Option(
        "--version", is_eager=True, callback=_show_version, help="Print the version.")] = False,
            ) -> None:
    pass


# files --------------------------------------------------------------------------------------------

@app.command()
def new(kind: Kind, name: Annotated[str, typer.Argument(help="The file becomes NAME.toml.")],
        ) -> None:
    """Write a commented template to NAME.toml."""
    from releasekit.files import write_text
    from releasekit.launching import templates

    content = templates(kind.value, name)
    there = [Problem("is there already", file=str(path), suggestion="choose another name")
             for path in content if path.exists()]
    if there:
        raise InputError(there)
    for path, words in content.items():
        write_text(path, words)
        terminal.text(f"wrote {path}")


@app.command()
def check(files: Annotated[list[str], typer.Argument(metavar="FILES...")], json: Json = False,
          quiet: Quiet = False) -> None:
    """Check files: each is valid, or all its problems are told."""
    from dataclasses import asdict

    from releasekit.launching import checked

    told = []
    for file in files:
        kind, problems = checked(file)
        told.append({"file": file, "kind": kind, "valid": not problems,
                     "problems": [asdict(problem) for problem in problems]})
        if problems:
            terminal.complain(InputError(problems))
        elif not (json or quiet):
            terminal.text(f"{file}: valid {kind}")
    if json:
        _print_json(told)
    if not all(entry["valid"] for entry in told):
        raise typer.Exit(2)


@app.command(name="list")
def list_(what: Listed, json: Json = False) -> None:
    """List what there is: materials, exosomes, wounds, models, metrics."""
    from releasekit import catalogue
    from releasekit.carriers.families import FAMILIES
    from releasekit.metrics import METRICS

    if what.value in SHOWN_ROLES:
        found = catalogue.materials(SHOWN_ROLES[what.value])
        if json:
            _print_json([{"name": m.key, "title": m.name, "role": m.role, "path": m.path,
                          "description": m.description, "facts": catalogue.bases(m)}
                         for m in found])
        else:
            pages.print_materials(found)
    elif what is Listed.metrics:
        if json:
            _print_json([{"name": name, "meaning": said} for name, (_, said) in METRICS.items()])
        else:
            terminal.table(("metric", "meaning"), [
                *((name, said) for name, (_, said) in METRICS.items()),
                ("released_<N>h_fraction", "at any time; also retained_, available_, <N>d")])
    elif json:
        _print_json([vars(law) for carrier in FAMILIES for law in catalogue.laws(carrier)])
    else:
        for carrier, family in FAMILIES.items():
            pages.print_laws(carrier, catalogue.always_needed(carrier), family.roles,
                                family.choices, catalogue.laws(carrier))


@app.command()
def show(name: Annotated[str, typer.Argument(metavar="NAME|FILE")], json: Json = False,
         notes: Annotated[bool, typer.Option(help="Also the notes of the facts.")] = False,
         ) -> None:
    """Show a material with all facts and sources, or a formulation with its choices."""
    from releasekit.catalogue import described
    from releasekit.facts import Material, load_material
    from releasekit.formulation import Formulation
    from releasekit.loading import load

    is_file = Path(name).suffix.lower() in FILES
    thing = load(name) if is_file else load_material(name)
    if not isinstance(thing, Material | Formulation):
        raise InputError(Problem(f"is a {type(thing).__name__.lower()}, neither a material nor a "
                                 "formulation", file=name, suggestion="try releasekit check"))
    if json:
        _print_json(described(thing))
    elif isinstance(thing, Material):
        pages.print_material(thing, notes)
    else:
        pages.print_formulation(thing)


# runs ---------------------------------------------------------------------------------------------

@app.command()
def simulate(
    formulations: Formulations,
    duration: Annotated[str | None, typer.Option(
        "--for", metavar="TIME", help='Time to simulate, e.g. "14 d".')] = None,
    changes: Annotated[list[str] | None, typer.Option(
        "--set", metavar="NAME=VALUE", help="Change a quantity, word, law or material; "
        'may be repeated: --set thickness="3 mm" --set mobility=percolating.')] = None,
    draws: Draws = None, seed: Seed = None,
    accuracy: Annotated[Accuracy | None, typer.Option(help="How finely to compute.")] = None,
    out: Out = None, plot: Plot = None, json: Json = False, quiet: Quiet = False,
) -> None:
    """Simulate formulations: where the exosomes are over time."""
    from releasekit.launching import assignment

    wanted = dict(assignment(text) for text in changes or ())
    releases, level = _run(formulations, wanted, draws, seed, accuracy, out, plot, quiet, duration)
    if duration is not None:
        wanted["duration"] = duration
    _write(releases, out, plot, level, wanted, quiet)
    if json:
        from releasekit.results import summary

        told = [summary(release) for release in releases]
        _print_json(told if len(told) > 1 else told[0])
    else:
        for release in releases:
            terminal.print_release(release)


@app.command()
def compare(formulations: Formulations, draws: Draws = None, seed: Seed = None, out: Out = None,
            plot: Plot = None, json: Json = False, quiet: Quiet = False) -> None:
    """Compare formulations side by side; warns if their doses per wound area differ."""
    from releasekit.results import particles, summary
    from releasekit.simulation import unequal_doses

    releases, level = _run(formulations, {}, draws, seed, None, out, plot, quiet)
    _write(releases, out, plot, level, {}, quiet)
    unequal = unequal_doses(releases)
    if json:
        told = [summary(release) for release in releases]
        _print_json({"formulations": [
            {key: value for key, value in one.items() if key != "table"} | {
                "particles": particles(release)}
            for one, release in zip(told, releases, strict=True)],
            "warnings": [unequal] if unequal else []})
    else:
        terminal.print_comparison(releases)
    if unequal:
        terminal.warn(f"UNEQUAL DOSES: {unequal}")


def _run(files: Sequence[str], changes: Mapping[str, str], draws: int | None, seed: int | None,
         accuracy: Accuracy | None, out: str | None, plot: str | None, quiet: bool,
         duration: str | None = None) -> tuple[list[Release], str]:
    """Read, change, check and simulate; what can be refused is refused before anything runs."""
    from releasekit import launching
    from releasekit.results import may_write
    from releasekit.simulation import simulate as run

    _may_plot(plot)
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


def _may_plot(plot: str | None) -> None:
    from releasekit.figures.looks import SUFFIXES

    if plot and Path(plot).suffix.lower() not in SUFFIXES:
        raise InputError(Problem("is not a kind of figure", file=plot,
                                 suggestion=f"one of {', '.join(SUFFIXES)}"))


def _write(releases: Sequence[Release], out: str | None, plot: str | None, accuracy: str,
           changes: Mapping[str, str], quiet: bool) -> None:
    from releasekit.results import RUN_FILES, save_run

    written = []
    if out:
        save_run(releases, out, accuracy, changes)
        written += [str(Path(out) / name) for name in RUN_FILES]
    if plot:
        from releasekit.figures import plot as draw
        from releasekit.figures import save_figure

        written += save_figure(draw(releases), plot)
    if written and not quiet:
        terminal.say(f"wrote {', '.join(written)}")


@app.command()
def optimise(
    study: Annotated[str, typer.Argument(metavar="STUDY", help="A study file.")],
    budget: Annotated[int | None, typer.Option(
        min=1, help="Candidates to try, in place of the study's.")] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Seed of the search.")] = None,
    out: Out = None, plot: Plot = None, json: Json = False, quiet: Quiet = False,
) -> None:
    """Search the formulations of a study for the best ones."""
    from releasekit.loading import load
    from releasekit.results import may_write, save_run
    from releasekit.search import optimise as search
    from releasekit.study import Study

    _may_plot(plot)
    if out:
        may_write(out)
    wanted = load(study)
    if not isinstance(wanted, Study):
        raise InputError(Problem(f"is a {type(wanted).__name__.lower()}, not a study", file=study))
    _say_if_compiling(quiet)
    with terminal.progress("searching", quiet) as progress:
        result = search(wanted, budget=budget, seed=seed, progress=progress)
    if out:
        result.save(out)
        if result.best:
            save_run([pick.release for pick in result.best], out)
        if not quiet:
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
        _print_json({"best": [{key: pick[key] for key in pick_keys} for pick in told["best"]],
                     **{key: told[key] for key in ("evaluations", "seconds", "hypervolume")}})
    else:
        pages.print_picks(result)
    if not result.best:
        terminal.say(f"error: no candidate keeps all constraints: {result.unsatisfied}")
        raise typer.Exit(1)


@app.command()
def verify(cases: Annotated[str | None, typer.Argument(
        metavar="[CASES.json]", help="Reference cases; the packaged ones by default.")] = None,
           json: Json = False) -> None:
    """Evaluate reference cases and print a qualification table; exit 1 if any does not pass."""
    from dataclasses import asdict

    from releasekit import verification

    outcomes = verification.verify(verification.load_cases(cases))
    if json:
        _print_json([asdict(outcome) for outcome in outcomes])
    else:
        pages.print_outcomes(outcomes)
    if any(outcome.status != "pass" for outcome in outcomes):
        raise typer.Exit(1)


def _print_json(value: Any) -> None:
    from releasekit.files import json_text

    sys.stdout.write(json_text(value) + "\n")

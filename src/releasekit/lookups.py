"""The commands that look things up: new, check, list, show and verify."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from releasekit import pages, terminal
from releasekit.commands import Json, Quiet, app, print_json, say_if_compiling
from releasekit.errors import InputError, Problem


class Kind(StrEnum):
    """What ``new`` writes a template of."""

    material = "material"
    matrix = "matrix"
    exosome = "exosome"
    wound = "wound"
    process = "process"
    formulation = "formulation"
    hydrogel = "hydrogel"
    needle = "needle"
    scaffold = "scaffold"
    ecm = "ecm"
    measured = "measured"
    study = "study"


class Listed(StrEnum):
    """What ``list`` lists."""

    materials = "materials"
    exosomes = "exosomes"
    wounds = "wounds"
    processes = "processes"
    models = "models"
    metrics = "metrics"
    gaps = "gaps"


FILES = (".toml", ".csv", ".tsv", ".txt", ".xlsx", ".xlsm")
SHOWN_ROLES = {"materials": ("polymer", "matrix"), "exosomes": ("exosome",), "wounds": ("wound",),
               "processes": ("process",)}


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
    """Check files: each is valid, or all its problems are told.

    Of a material also for which carriers and laws it is complete; of a material or a formulation
    which assumed facts and defaults matter most, and the cheapest test that would measure one.
    """
    from dataclasses import asdict

    from releasekit.launching import checked, standing_of

    told = []
    for file in files:
        kind, problems = checked(file)
        entry = {"file": file, "kind": kind, "valid": not problems,
                 "problems": [asdict(problem) for problem in problems]}
        told.append(entry)
        if problems:
            terminal.complain(InputError(problems))
            continue
        if not quiet:
            say_if_compiling(quiet)
            standing = standing_of(file)
            entry["standing"] = standing and asdict(standing)
        if not (json or quiet):
            terminal.text(f"{file}: valid {kind}")
            if standing:
                pages.print_standing(standing)
    if json:
        print_json(told)
    if not all(entry["valid"] for entry in told):
        raise typer.Exit(2)


@app.command(name="list")
def list_(what: Listed, formulations: Annotated[list[str] | None, typer.Argument(
        metavar="[FORMULATION...]", help="For gaps: your formulations, in place of the examples.")
        ] = None, json: Json = False, quiet: Quiet = False) -> None:
    """List materials, exosomes, wounds, processes, models, metrics, or gaps.

    Gaps are the assumed facts ranked by how far they move retained_7d_fraction, with the test
    that would measure each.
    """
    from releasekit import catalogue
    from releasekit.carriers.families import FAMILIES
    from releasekit.metrics import METRICS

    if what.value in SHOWN_ROLES:
        found = catalogue.materials(SHOWN_ROLES[what.value])
        if json:
            print_json([{"name": m.key, "title": m.name, "role": m.role, "path": m.path,
                          "description": m.description, "facts": catalogue.bases(m)}
                         for m in found])
        else:
            pages.print_materials(found)
    elif what is Listed.metrics:
        if json:
            print_json([{"name": name, "meaning": said} for name, (_, said) in METRICS.items()])
        else:
            terminal.table(("metric", "meaning"), [
                *((name, said) for name, (_, said) in METRICS.items()),
                ("released_<N>h_fraction", "at any time; also retained_, available_, <N>d")])
    elif what is Listed.gaps:
        _list_gaps(formulations or (), json, quiet)
    elif json:
        print_json([vars(law) for carrier in FAMILIES for law in catalogue.laws(carrier)])
    else:
        for carrier, family in FAMILIES.items():
            pages.print_laws(carrier, catalogue.always_needed(carrier), family.roles,
                             family.choices, catalogue.laws(carrier))


def _list_gaps(files: Sequence[str], json: bool, quiet: bool) -> None:
    from releasekit.gaps import at_a_wound, gaps

    chosen = at_a_wound(files)
    say_if_compiling(quiet)
    with terminal.progress("moving every fact", quiet) as progress:
        found = gaps(chosen, progress=progress)
    if json:
        print_json([vars(gap) for gap in found])
    else:
        pages.print_gaps(found, list(chosen))


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
        print_json(described(thing))
    elif isinstance(thing, Material):
        pages.print_material(thing, notes)
    else:
        pages.print_formulation(thing)


@app.command()
def verify(cases: Annotated[str | None, typer.Argument(
        metavar="[CASES.json]", help="Reference cases; the packaged ones by default.")] = None,
           json: Json = False) -> None:
    """Evaluate reference cases and print a qualification table; exit 1 if any does not pass."""
    from dataclasses import asdict

    from releasekit import verification

    outcomes = verification.verify(verification.load_cases(cases))
    if json:
        print_json([asdict(outcome) for outcome in outcomes])
    else:
        pages.print_outcomes(outcomes)
    if any(outcome.status != "pass" for outcome in outcomes):
        raise typer.Exit(1)

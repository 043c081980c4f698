"""The layers: who may import whom, who opens paths, who prints, and how long a module may be."""

from __future__ import annotations

import ast
import graphlib
import sys
from collections.abc import Iterator

import pytest

from .tree import dotted, sources

LAYERS = {
    "words": "releasekit errors units vocabulary",
    "laws": "physics.*",
    "things": """toml_lines files library checks fact facts draws given choices making formulation
        dataset""",
    "transport": """transport transport.problem transport.rows transport.grid transport.steps
        transport.basis transport.course transport.cells transport.wound transport.chain
        transport.modes transport.receding transport.march transport.reading transport.solve""",
    "carriers": """carriers carriers.inputs carriers.lowered carriers.downstream carriers.black_box
        carriers.gel_laws carriers.phases carriers.manufacture carriers.hydrogel
        carriers.needle_patch carriers.needle_kinds carriers.microneedle carriers.scaffold
        carriers.ecm carriers.measured carriers.free carriers.families""",
    "the run": "release metrics running simulation agreement inside",
    "questions": """assays catalogue coverage reference results studies studies.study
        studies.reading studies.recipes studies.workers studies.candidates studies.trials
        studies.pareto studies.proposals studies.alternatives studies.ranking studies.picks
        studies.search loading batch gaps standing verification verification.labels
        verification.numerics verification.structure verification.kinetics verification.release
        verification.curves""",
    "faces": """wording figures.looks figures.curves figures.residuals figures.ledger figures.depth
        figures.sketch figures.front figures.parallel figures report.findings
        report.contents report launching terminal pages commands lookups cli""",
}
"""Every module once; a module imports only from what stands before it. The laws may import each
other as long as they do not go in circles."""

ORDER = [name for layer in LAYERS.values() for name in layer.split()]
PLACES = {name if name == "releasekit" else f"releasekit.{name}": place
          for place, name in enumerate(ORDER)}
LAWS = "releasekit.physics"

FOREIGN = {LAWS: {"numpy", "scipy"}, "releasekit.transport": {"numpy", "numba"}}
"""Packages other than Python's own that a whole folder may use."""
CALLERS_OF_LAWS = ("releasekit.physics", "releasekit.carriers", "releasekit.verification",
                   "releasekit.fitting")
DOORS = ("releasekit.files", "releasekit.studies.trials")
FACES = ("releasekit.cli", "releasekit.commands", "releasekit.lookups", "releasekit.pages",
         "releasekit.terminal")
LOADS_BY_NAME = ("releasekit", "releasekit.verification")
"""Modules that look others up by name: public names on first use, and checks by their group."""

LONGEST = 400

OPENERS = {"open", "read_text", "read_bytes", "write_text", "write_bytes", "to_csv", "to_excel",
           "to_parquet", "to_json", "to_pickle", "to_feather"}
READERS = {"numpy": {"load", "save", "savez", "loadtxt", "savetxt", "genfromtxt", "fromfile"},
           "json": {"load", "dump"}, "tomllib": {"load"}}
DOOR_MODULES = {"importlib.resources", "tempfile", "shutil", "sqlite3", "pickle", "zipfile", "gzip"}
TERMINAL_MODULES = {"rich", "typer", "click"}

SOURCES = sources()


def folder_of(module: str, folders: object) -> str:
    """Return the first of some folders in which a module lies."""
    return next((folder for folder in folders  # type: ignore[attr-defined]
                 if module == folder or module.startswith(f"{folder}.")), "")


def place_of(module: str) -> int | None:
    return PLACES.get(f"{LAWS}.*" if folder_of(module, [LAWS]) else module)


def imports(module: str, tree: ast.Module, known: set[str]) -> Iterator[tuple[int, str, str]]:
    """Yield (line, module, name) of everything imported, wherever in the module it stands."""
    skipped: set[ast.AST] = set()
    if module == "releasekit":  # the public names, for type checkers only
        skipped = {inner for node in ast.walk(tree) if isinstance(node, ast.If)
                   and dotted(node.test) == "TYPE_CHECKING" for inner in ast.walk(node)}
    for node in ast.walk(tree):
        if node in skipped:
            continue
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name, ""
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                package = module if any(name.startswith(f"{module}.") for name in known) \
                    else module.rpartition(".")[0]
                up = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*up, base]).rstrip(".")
            for alias in node.names:
                inner = f"{base}.{alias.name}"
                yield (node.lineno, inner, "") if inner in known or inner in DOOR_MODULES \
                    else (node.lineno, base, alias.name)


def against_layers(module: str, text: str) -> list[str]:
    """Return what a module imports against the layers."""
    tree, found = ast.parse(text), []
    known = set(SOURCES)
    own = place_of(module)
    for line, target, name in imports(module, tree, known):
        top = target.partition(".")[0]
        place = f"{module}:{line}: "
        if top == "releasekit":
            other = place_of(target)
            if target == "releasekit" and name != "__version__":
                found.append(f"{place}imports the public name {name!r}; import from its module")
            elif other is None or own is None:
                found.append(f"{target if other is None else module} has no place in the layers")
            elif other > own or (other == own and not folder_of(module, [LAWS])):
                found.append(f"{place}{target} stands below {module}")
            if folder_of(target, [LAWS]) and not folder_of(module, CALLERS_OF_LAWS):
                found.append(f"{place}laws are called by carriers, verification and fits only")
            if folder_of(module, ["releasekit.transport"]) and not folder_of(
                    target, ["releasekit.transport"]):
                found.append(f"{place}transport knows arrays only, not {target}")
            if folder_of(module, [LAWS]) and not folder_of(target, [LAWS]):
                found.append(f"{place}laws know nothing of {target}")
        elif top not in sys.stdlib_module_names:
            folder = folder_of(module, FOREIGN)
            if folder and top not in FOREIGN[folder]:
                found.append(f"{place}{folder} does not use {top}")
    found += [f"{module}:{node.lineno}: loads a module by its name" for node in ast.walk(tree)
              if isinstance(node, ast.Call) and module not in LOADS_BY_NAME
              and dotted(node.func).rpartition(".")[2] in ("import_module", "__import__")]
    return list(dict.fromkeys(found))


def against_doors(module: str, text: str) -> list[str]:
    """Return where a module opens a path or prints although that is not its business."""
    tree, found = ast.parse(text), []
    aliases: dict[str, str] = {}
    for line, target, _ in imports(module, tree, set(SOURCES)):
        if target in DOOR_MODULES and module not in DOORS:
            found.append(f"{module}:{line}: uses {target}; only {' and '.join(DOORS)} open paths")
        if target.partition(".")[0] in TERMINAL_MODULES and module not in FACES:
            found.append(f"{module}:{line}: uses {target}; only {' and '.join(FACES)} do")
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            aliases.update({alias.asname or alias.name: alias.name for alias in node.names})
        elif isinstance(node, ast.ImportFrom):
            aliases.update({alias.asname or alias.name: f"{node.module}.{alias.name}"
                            for alias in node.names})
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and dotted(node) in (
                "sys.stdout", "sys.stderr", "sys.stdin") and module not in FACES:
            found.append(f"{module}:{node.lineno}: {dotted(node)}")
        if not isinstance(node, ast.Call):
            continue
        owner, _, name = dotted(node.func).rpartition(".")
        library, _, name = aliases.get(name, name).rpartition(".") if not owner \
            else (aliases.get(owner, owner), "", name)
        if not owner and name in ("print", "input") and module not in FACES:
            found.append(f"{module}:{node.lineno}: {name}()")
        reads = ((name in OPENERS and (owner or name == "open"))
                 or name in READERS.get(library, ())
                 or (library == "pandas" and name.startswith("read_")))
        if reads and module not in DOORS and library not in DOORS:
            found.append(f"{module}:{node.lineno}: {dotted(node.func)}() opens a path")
    return found


def test_every_module_has_one_place() -> None:
    """For a new module that nobody put into the layers, and for a name that no module has."""
    assert len(ORDER) == len(set(ORDER))
    unplaced = [module for module in SOURCES if place_of(module) is None]
    assert not unplaced, f"put these into LAYERS of {__file__}: {unplaced}"
    stale = [name for name in PLACES if not name.endswith("*") and name not in SOURCES]
    assert not stale, f"there are no such modules any more: {stale}"


@pytest.mark.parametrize("module", SOURCES)
def test_imports_only_from_above(module: str) -> None:
    """For an import against the layers, also inside a function or for type checkers only."""
    found = against_layers(module, SOURCES[module])
    assert not found, "\n".join(found)


def test_laws_do_not_go_in_circles() -> None:
    """For two modules of laws that import each other."""
    graph = {module: {target for _, target, _ in imports(module, ast.parse(text), set(SOURCES))
                      if folder_of(target, [LAWS])}
             for module, text in SOURCES.items() if folder_of(module, [LAWS])}
    assert len(list(graphlib.TopologicalSorter(graph).static_order())) >= len(graph) > 20


@pytest.mark.parametrize("module", SOURCES)
def test_paths_and_printing_have_their_doors(module: str) -> None:
    """For a file opened, or a line printed, somewhere in the middle of the program."""
    found = against_doors(module, SOURCES[module])
    assert not found, "\n".join(found)


@pytest.mark.parametrize("module", SOURCES)
def test_modules_stay_short(module: str) -> None:
    """For a module that nobody can read at one sitting."""
    lines = SOURCES[module].count("\n")
    assert lines < LONGEST, f"{module} has {lines} lines; below {LONGEST} is allowed"


@pytest.mark.parametrize(("module", "text", "said"), [
    ("releasekit.units", "from releasekit.facts import Fact", "stands below"),
    ("releasekit.units", "def f():\n    import releasekit.cli", "stands below"),
    ("releasekit.facts", "from releasekit import simulation", "stands below"),
    ("releasekit.facts", "from .formulation import Formulation", "stands below"),
    ("releasekit.carriers.free", "if TYPE_CHECKING:\n    from .families import FAMILIES",
     "stands below"),
    ("releasekit.cli", "from releasekit import simulate", "public name"),
    ("releasekit.cli", "from releasekit.physics import wound", "carriers, verification"),
    ("releasekit.transport.grid", "from releasekit.errors import Problem", "arrays only"),
    ("releasekit.transport.grid", "import pandas as pd", "does not use pandas"),
    ("releasekit.physics.wound", "from releasekit.vocabulary import QUANTITIES", "know nothing"),
    ("releasekit.physics.wound", "import numba", "does not use numba"),
    ("releasekit.facts", "import importlib\nimportlib.import_module('releasekit.cli')",
     "by its name"),
    ("releasekit.new_module", "from releasekit.errors import Problem", "no place"),
])
def test_a_wrong_import_is_found(module: str, text: str, said: str) -> None:
    """For a check of the layers that lets everything pass."""
    found = against_layers(module, text)
    assert len(found) == 1
    assert said in found[0]


@pytest.mark.parametrize("text", [
    "open('a.toml')", "import io\nio.open('a')", "from pathlib import Path\nPath('a').read_text()",
    "import pandas as pd\npd.read_csv('a.csv')", "from pandas import read_csv\nread_csv('a.csv')",
    "frame.to_csv('a.csv')",
    "import numpy as np\nnp.loadtxt('a')", "import json\njson.load(handle)",
    "from importlib import resources", "import importlib.resources", "import sqlite3",
    "print('hello')", "import sys\nsys.stderr.write('hello')", "from rich.table import Table",
    "import typer",
])
def test_a_wrong_door_is_found(text: str) -> None:
    """For a check of the doors that lets everything pass."""
    assert len(against_doors("releasekit.metrics", text)) == 1


def test_what_is_allowed_is_not_found() -> None:
    """For a check that cries wolf, so that it gets switched off."""
    allowed = ("import json\nfrom releasekit import __version__, files\n"
               "from releasekit.files import read_json, write_text\n"
               "read_json('a')\nwrite_text('a', 'b')\nfiles.write_text('a', json.dumps({}))\n")
    assert not against_doors("releasekit.results", allowed)
    assert not against_layers("releasekit.results", allowed)
    assert not against_doors("releasekit.files", "open('a')")
    assert not against_doors("releasekit.terminal", "print('a')")

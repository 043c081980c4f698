"""What the project says of itself agrees: version, dependencies, citation."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from typing import Any

import releasekit

from .tree import ROOT, sources

PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def names(requirements: list[str]) -> set[str]:
    return {re.split(r"[<>=!~\[; ]", text)[0] for text in requirements}


def imported() -> set[str]:
    """Return the packages that the program imports, apart from Python's own and itself."""
    found = set()
    for text in sources().values():
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                found.add(str(node.module).partition(".")[0])
    return found - set(sys.stdlib_module_names) - {"releasekit"}


def test_version_is_the_same_everywhere() -> None:
    """For a release whose citation or change log speaks of another version."""
    citation = (ROOT / "CITATION.cff").read_text("utf-8")
    changes = (ROOT / "CHANGELOG.md").read_text("utf-8")
    said = re.search(r"^version: (\S+)$", citation, re.M)
    newest = re.search(r"^## (\S+) \((\d{4}-\d\d-\d\d)\)$", changes, re.M)
    assert said
    assert newest
    assert PROJECT["version"] == releasekit.__version__ == said[1] == newest[1]
    assert f"date-released: {newest[2]}" in citation
    assert re.search(r"^cff-version: 1\.2\.0$", citation, re.M)
    for key in ("message", "title", "authors"):
        assert re.search(rf"^{key}:", citation, re.M), key
    assert PROJECT["license"] in citation


def test_dependencies_are_those_imported() -> None:
    """For a package that is used but not installed with the program, or installed for nothing."""
    extras = {name for extra, needed in PROJECT["optional-dependencies"].items()
              if extra != "dev" for name in names(needed)}
    assert imported() - extras == names(PROJECT["dependencies"])


def test_every_dependency_has_its_reason() -> None:
    """For a dependency that nobody wrote a line about."""
    text = (ROOT / "docs" / "decisions" / "0003-dependencies.md").read_text("utf-8")
    extras = PROJECT["optional-dependencies"]
    wanted = names([*PROJECT["dependencies"], *(name for extra in extras.values()
                                                for name in extra)])
    assert not {name for name in wanted if not re.search(rf"\b{re.escape(name)}\b", text)}

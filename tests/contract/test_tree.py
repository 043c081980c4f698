"""What must not stand in any file: the paths of one machine and the hosts of its registries."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from .tree import ROOT

MADE = {".git", "__pycache__", "build", "dist", "results", "node_modules"}
"""Folders that are made by tools, besides those whose names begin with a dot."""
KEPT = {".ci", ".gitignore"}

PATHS = re.compile(r"/(work|farm|tmp)" + "/")
HOSTS = re.compile(r"https?://[^\s\"')]*(/simple|\.whl|\.tar\.gz)\b|//(registry|proxy|mirror)\."
                   r"|(?<![\w-])--?(extra-)?index-url\b|(?<![\w-])--trusted-host\b", re.I)
"""What points to where packages are fetched from."""


def files(folder: Path) -> Iterator[Path]:
    """Yield the files of a folder that are not made by tools."""
    for path in sorted(folder.iterdir()):
        made = path.name in MADE or path.suffix == ".egg-info" or (
            path.name.startswith(".") and path.name not in KEPT)
        if made:
            continue
        if path.is_dir():
            yield from files(path)
        else:
            yield path


def hits(text: str) -> list[str]:
    """Return the paths and hosts found in a text."""
    return [match[0] for rule in (PATHS, HOSTS) for match in rule.finditer(text)]


def test_no_file_names_a_machine() -> None:
    """For a path that exists on one machine only, or a registry that only one network can reach."""
    found, seen = [], 0
    for path in files(ROOT):
        if path == Path(__file__).resolve():
            continue
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue
        seen += 1
        found += [f"{path.relative_to(ROOT)}: {hit}" for hit in hits(text)]
    assert not found
    assert seen > 100


def test_a_machine_is_found() -> None:
    """For rules that let everything pass, or that cry wolf."""
    for text in (f"cd /{'work'}/main", f"see /{'tmp'}/x", f"/{'farm'}/y",
                 "https://packages.example/simple", "//mirror.example/debian",
                 "pip install --index-url x", "pip install --extra-index-url x"):
        assert len(hits(text)) == 1, text
    for text in ("at work/home", "tmp_path / 'a'", "the pypi index", "network/tmp"):
        assert not hits(text), text

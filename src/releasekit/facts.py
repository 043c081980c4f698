"""Facts with their sources: of a polymer, a matrix, an exosome, a wound or a step of making."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from releasekit.checks import Checks
from releasekit.checks import Source as Source
from releasekit.errors import InputError
from releasekit.fact import BASES as BASES
from releasekit.fact import Fact as Fact
from releasekit.fact import Spread as Spread
from releasekit.fact import fact_table, read_fact
from releasekit.files import Document, FilePath, read_toml, write_toml
from releasekit.library import find_material
from releasekit.vocabulary import LOADING_STEPS

ROLES = ("polymer", "matrix", "exosome", "wound", "process")
LOADED = ("polymer", "matrix")
"""Roles of the materials that exosomes are brought into."""


@dataclass(frozen=True)
class Material:
    """Everything known of one polymer, matrix, exosome, wound or step of making.

    ``loading`` are the steps that can bring exosomes into a polymer or matrix; empty: not known.
    """

    key: str
    name: str
    role: str
    description: str
    facts: Mapping[str, Fact]
    sources: Mapping[str, Source]
    path: str = field(default="", compare=False)
    checksum: str = ""
    bases: tuple[str, ...] = field(default=(), compare=False)
    """Paths of the files that this one extends, the nearest first."""
    loading: tuple[str, ...] = ()

    def save(self, path: FilePath) -> None:
        """Write a file that loads to the same facts; those taken over from others are written out.

        Parameters
        ----------
        path
            File to write, ``*.toml``; its stem is the name by which formulations know it.
        """
        cited = {fact.source for fact in self.facts.values()}
        write_toml(path, {
            "kind": "material", "schema": 1, "name": self.name, "description": self.description,
            "role": self.role, **({"loading": list(self.loading)} if self.loading else {}),
            "facts": {name: fact_table(fact, self.sources.get(fact.source))
                      for name, fact in self.facts.items()},
            "sources": {key: {name: text for name, text in vars(source).items()
                              if text and name != "key"}
                        for key, source in self.sources.items() if key in cited}})


def material_from(document: Document, chain: tuple[str, ...] = ()) -> Material:
    """Build a material from its file; every problem is reported at once.

    Parameters
    ----------
    document
        The file.
    chain
        Files that extend this one (to notice a circle).
    """
    checks = Checks(document)
    data, key = document.data, Path(document.path).stem
    loaded = ("loading",) if data.get("role") in LOADED else ()
    name = checks.header("material", ("role", "extends", *loaded, "facts", "sources"))
    role = checks.text(data, "role", required=True, words=ROLES)
    parent = _parent(checks, checks.text(data, "extends"), (*chain, _resolved(document.path)))
    own = checks.sources()
    sources = {**parent.sources, **own} if parent else own
    if parent:
        if role and parent.role != role:
            checks.say(f"{parent.key} has the role {parent.role}, not {role}", "extends")
        for shared in own.keys() & parent.sources.keys():
            if own[shared] != parent.sources[shared]:
                checks.say(f"{parent.key} has another source of this key", "sources", shared,
                           suggestion="choose another key")
    facts = dict(parent.facts) if parent else {}
    for fact_name, table in checks.table("facts").items():
        fact = read_fact(checks, fact_name, table, sources, key)
        if fact is not None:
            facts[fact_name] = fact
    loading = checks.words("loading", LOADING_STEPS) or (parent.loading if parent else ())
    checks.finish()
    bases = (parent.path, *parent.bases) if parent else ()
    return Material(key, name, role, checks.text(data, "description"), facts, sources,
                    document.path, document.checksum, bases, loading)


def _resolved(path: FilePath) -> str:
    return str(Path(path).resolve())


def _parent(checks: Checks, extends: str, chain: tuple[str, ...]) -> Material | None:
    if not extends:
        return None
    try:
        path = find_material(extends, near=checks.document.path)
        if _resolved(path) in chain:
            checks.say(f"{extends!r} extends this file in a circle", "extends")
            return None
        return material_from(read_toml(path), chain)
    except InputError as error:
        checks.adopt(error, "extends")
        return None


_cache: dict[str, tuple[tuple[int, ...], Material]] = {}


def load_material(name: str, role: str | None = None, near: FilePath | None = None) -> Material:
    """Return a material by name or path; read again only if one of its files has changed.

    Parameters
    ----------
    name, role, near
        See :func:`releasekit.library.find_material`.
    """
    path = find_material(name, role, near)
    if path in _cache:
        stamps, material = _cache[path]
        if stamps == _stamps(material):
            return material
    material = material_from(read_toml(path))
    _cache[path] = (_stamps(material), material)
    return material


def _stamps(material: Material) -> tuple[int, ...]:
    files = [file for file in (material.path, *material.bases) if os.path.exists(file)]
    return tuple(os.stat(file).st_mtime_ns for file in files)

"""Every shipped number has unit, spread, conditions and source, and changes only knowingly."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from releasekit import coverage
from releasekit.facts import Fact, Material, Source, Spread, load_material
from releasekit.files import read_json, read_toml
from releasekit.loading import load
from releasekit.vocabulary import QUANTITIES

from .refresh import COMMAND, checksums
from .tree import ROOT

FOLDER = ROOT / "materials"
FILES = sorted(FOLDER.rglob("*.toml"))
ROLE_OF_FOLDER = {"polymers": "polymer", "matrices": "matrix", "exosomes": "exosome",
                  "wounds": "wound", "processes": "process"}

DOI = re.compile(r"10\.\d{4,9}/\S+")
PMC = re.compile(r"PMC\d+")
PMID = re.compile(r"\d{4,9}")
URL = re.compile(r"https?://\S+\.\S+")
JOURNAL = re.compile(r"\b(1[89]|20)\d\d\b.*\d+\s*[:(]")
"""A year, then volume and page: enough to find a paper."""

IDS = [path.relative_to(FOLDER).as_posix() for path in FILES]


def shipped(path: Path) -> Material:
    material = load(path)  # a warning is an error: shipped numbers lie in the usual range
    assert isinstance(material, Material)
    return material


def lacks(fact: Fact, material: Material) -> list[str]:
    """Return what a shipped fact lacks."""
    found = []
    if fact.value is None and not fact.points:
        found.append("no value")
    if not fact.unit:
        found.append("no unit")
    if fact.spread.kind == "none":
        found.append("no spread")
    if not fact.conditions and not fact.over and not fact.note:
        found.append("neither conditions nor a note")
    if fact.basis == "assumed":
        if not fact.note:
            found.append("assumed without a note")
    elif fact.source not in material.sources:
        found.append(f"{fact.basis} without a source")
    return found


def wrong_sources(material: Material) -> list[str]:
    """Return the sources that lead nowhere, and the identifiers of a wrong form."""
    found = []
    for key, source in material.sources.items():
        forms = {"doi": DOI, "pmc": PMC, "pmid": PMID, "url": URL}
        given = {name: getattr(source, name) for name in forms if getattr(source, name)}
        found += [f"{key}: {name} {text!r}" for name, text in given.items()
                  if not forms[name].fullmatch(text)]
        if not source.citation:
            found.append(f"{key}: no citation")
        elif not given and not JOURNAL.search(source.citation):
            found.append(f"{key}: neither doi, pmc, pmid, url nor journal with volume and page")
    return found


@pytest.mark.parametrize("path", FILES, ids=IDS)
def test_every_fact_says_where_it_comes_from(path: Path) -> None:
    """For a number that nobody can check: without unit, spread, conditions, basis or source."""
    material = shipped(path)
    assert material.facts
    wrong = {name: found for name, fact in material.facts.items()
             if (found := lacks(fact, material))}
    assert not wrong
    assert not wrong_sources(material)


@pytest.mark.parametrize("path", FILES, ids=IDS)
def test_file_stands_in_the_folder_of_its_role(path: Path,
                                               monkeypatch: pytest.MonkeyPatch) -> None:
    """For a file that is found under another name or role than where a person would look."""
    monkeypatch.chdir(ROOT)
    material = shipped(path)
    assert material.role == ROLE_OF_FOLDER[path.parent.name]
    assert material.description
    assert path.samefile(load_material(path.stem, material.role).path)


@pytest.mark.parametrize("path", FILES, ids=IDS)
def test_every_source_is_used(path: Path) -> None:
    """For a source left behind by a fact that was removed, and for a basis that hides one."""
    data = read_toml(path).data
    used = {fact.get("source") for fact in data["facts"].values()}
    assert set(data.get("sources", {})) <= used


def test_spreads_stay_within_the_possible_range() -> None:
    """For a spread that reaches beyond what is possible, so that draws pile up at the edge."""
    beyond = []
    for path in FILES:
        for fact in shipped(path).facts.values():
            low, high = QUANTITIES[fact.name].possible
            if fact.spread.kind.endswith("uniform") and not (
                    low <= fact.spread.a <= fact.spread.b <= high):
                beyond.append(fact.key)
    assert not beyond


def test_numbers_change_only_knowingly() -> None:
    """For a number that was changed by accident, or without a word in the CHANGELOG."""
    pinned = read_json(FOLDER / "checksums.json")
    assert FILES
    now = dict(re.findall(r'"(\S+)": "(\w+)"', checksums()))
    changed = sorted(name for name in {*pinned, *now} if pinned.get(name) != now.get(name))
    assert not changed, (f"materials changed: {', '.join(changed)}; if this is meant, write it "
                         f"under Physics in CHANGELOG.md and run: {COMMAND}")


def test_coverage_is_up_to_date(monkeypatch: pytest.MonkeyPatch) -> None:
    """For a page that tells another library than the one that is shipped."""
    monkeypatch.chdir(ROOT)
    text = (ROOT / "docs" / "materials.md").read_text("utf-8")
    assert text == coverage.page(), f"run: {COMMAND}"
    assert all(f"`{path.stem}`" in text for path in FILES)
    row = next(line for line in text.splitlines() if line.startswith("wound_temperature"))
    assert set(row.split()[1]) <= set("MCFAmcfa")  # every wound has a temperature


def test_a_bad_fact_is_found() -> None:
    """For checks of facts and sources that let everything pass."""
    bare = Fact("density", None, basis="measured", source="nobody")
    assumed = Fact("density", 1300.0, "kg/m^3", Spread("normal", 30.0), conditions={
        "temperature": (290.0, 300.0)})
    sources = {
        "form": Source("form", "Someone, 2020", doi="doi:10.1000/x"),
        "nowhere": Source("nowhere", "Someone, a book"),
        "paper": Source("paper", "Someone, J Some Things 1998;31:8382"),
        "number": Source("number", "Someone", pmc="9594995"),
    }
    material = Material("m", "m", "polymer", "", {}, sources)
    assert lacks(bare, material) == ["no value", "no unit", "no spread",
                                     "neither conditions nor a note", "measured without a source"]
    assert lacks(assumed, material) == ["assumed without a note"]
    assert [text.partition(":")[0] for text in wrong_sources(material)] == [
        "form", "nowhere", "number"]

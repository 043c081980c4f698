"""Model cards and the reference of the Python interface as pages, from the docstrings."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from releasekit.carriers.families import FAMILIES
from releasekit.catalogue import always_needed, laws

GENERATED = ("Generated from the docstrings by `python tests/contract/refresh.py`; do not edit "
             "by hand.\n")
_HEADING = re.compile(r"^(\w+)\n-+\n", re.M)


def models_page() -> str:
    """Return the model cards as Markdown (``docs/models.md``)."""
    lines = ["# Model cards", "", GENERATED, (
        "Which law can be chosen for which part of a carrier, what it asks for, and below for each "
        "law its equation, arguments, validity and source. A formulation chooses in `[models]`; "
        "`releasekit list models` prints the same. *fact?* may be given and has a default."), ""]
    cards: dict[str, Callable[..., Any]] = {}
    for carrier, family in FAMILIES.items():
        lines += [f"## {carrier}", "", f"Needs in any case: {_names(always_needed(carrier))}.", ""]
        found = laws(carrier)
        if found:
            lines += ["| part | choice | needs besides | laws |", "|---|---|---|---|"]
        for law in found:
            functions = dict(zip((name for name, *_ in law.calls),
                                 family.models[law.part][law.name], strict=True))
            cards |= functions
            needs = _names((*law.needs, *(f"{name}?" for name in law.may_use)))
            links = ", ".join(f"[{name}](#{_anchor(name)})" for name in functions)
            lines.append(f"| {law.part} | `{law.name}` | {needs} | {links} |")
        lines.append("")
    lines += ["## Laws", ""]
    for name, function in sorted(cards.items()):
        lines += _card(name, function)
    return "\n".join(lines)


def api_page(public: Mapping[str, Any]) -> str:
    """Return the reference of the Python interface as Markdown (``docs/api.md``).

    Parameters
    ----------
    public
        What ``import releasekit as rk`` offers, by name.
    """
    lines = ["# Python interface", "", GENERATED, "```python", "import releasekit as rk", "```", ""]
    for name, thing in public.items():
        lines += [f"## rk.{name}", "", *_described(thing, f"rk.{name}")]
        for method, function in _methods(thing):
            lines += [f"### {name}.{method}", "", *_described(function, method)]
    return "\n".join(lines)


def _methods(thing: Any) -> Iterator[tuple[str, Any]]:
    """Yield the documented methods and properties of a class in their order."""
    if inspect.isclass(thing):
        for name, member in vars(thing).items():
            if not name.startswith("_") and inspect.getdoc(member) and (
                    isinstance(member, property | classmethod) or inspect.isfunction(member)):
                yield name, member.__func__ if isinstance(member, classmethod) else member


def _described(thing: Any, name: str) -> list[str]:
    words, sections = _sections(thing)
    signature = [] if isinstance(thing, property) else [
        "```python", f"{name}({_parameters(thing)})", "```", ""]
    lines = [*signature, words, ""]
    for title in ("Parameters", "Returns", "Raises"):
        if title in sections:
            lines += [f"**{title}**", "", *_items(sections[title]), ""]
    return lines


def _parameters(thing: Any) -> str:
    """Return the parameters as one would type them; defaults that are long are cut."""
    shown, keyword = [], False
    for name, parameter in inspect.signature(thing).parameters.items():
        if name in ("self", "cls"):
            continue
        if parameter.kind is parameter.KEYWORD_ONLY and not keyword:
            keyword = True
            shown.append("*")
        stars = "**" if parameter.kind is parameter.VAR_KEYWORD else ""
        default = "" if parameter.default is parameter.empty else f"={parameter.default!r}"
        shown.append(f"{stars}{name}{default if len(default) < 30 else '=...'}")
    return ", ".join(shown)


def _card(name: str, function: Callable[..., Any]) -> list[str]:
    words, sections = _sections(function)
    lines = [f"### {name}", "", words, "", *_items(sections.get("Parameters", "")), ""]
    for found in re.finditer(r"^(Validity|Source): (.*?)(?=^\w+:|\Z)",
                             sections.get("Notes", ""), re.M | re.S):
        lines += [f"*{found[1]}*: {' '.join(found[2].split())}", ""]
    return lines


def _sections(thing: Any) -> tuple[str, dict[str, str]]:
    """Return the words before the first section, indented lines as code, and the sections."""
    first, *rest = _HEADING.split(inspect.getdoc(thing) or "")
    text = re.sub(r"((?:^    .*\n?)+)", lambda found: "```text\n" + "\n".join(
        line[4:] for line in found[1].rstrip().splitlines()) + "\n```\n", first, flags=re.M)
    return _markdown(text.partition("\n>>>")[0]), dict(zip(rest[::2], rest[1::2], strict=True))


def _items(section: str) -> list[str]:
    """Return a section's entries as a list: name and type, then what it is."""
    lines: list[str] = []
    for line in section.strip().splitlines():
        if line.startswith("    "):
            lines[-1] += f" {_markdown(line.strip())}"
        elif line:
            name, _, kind = line.partition(" : ")
            kind = kind.removeprefix("array_like, ")
            lines.append(f"- `{name}`{f', {kind}' if kind else ''}:")
    return [line.removesuffix(":") for line in lines]


def _markdown(text: str) -> str:
    """Return text of a docstring with its code in Markdown's marks."""
    text = re.sub(r":\w+:`([^`]+)`", r"`\1`", text)
    return re.sub(r"``([^`\n]+)``", r"`\1`", text).strip()


def _names(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names) or "nothing"


def _anchor(heading: str) -> str:
    """Return the anchor of a heading, as both GitHub and MkDocs make it."""
    return re.sub(r"[^\w-]", "", heading.lower())

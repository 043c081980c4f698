"""Which facts of which materials are measured, computed, fitted, assumed or missing, as a page."""

from __future__ import annotations

from collections.abc import Sequence

from releasekit.catalogue import bases, materials
from releasekit.facts import LOADED, ROLES, Fact, Material

TITLES = {"polymer": "Polymers", "matrix": "Decellularised matrices", "exosome": "Exosomes",
          "wound": "Wounds", "process": "Steps of making and storing"}
_HEAD = """\
# Materials

Generated from the files in `materials/` by `python tests/contract/refresh.py`; do not edit by hand.

A formulation names a material by the name of its file. It is looked for beside the formulation,
then in the folder one works in, then in its `./materials`, then among the shipped ones; a path
ending in `.toml` is taken as it is. `releasekit show NAME` prints every fact with its origin,
`releasekit list gaps` what is worth measuring, `releasekit new material NAME` writes a template.
A file with `extends = "gelma"` keeps all that it does not say itself.

*Loaded by* are the steps that can bring exosomes into a material (`loading = [...]` in its file):
a formulation of it with another of these steps is refused. Steps that follow, such as drying,
freezing or storage, are open to all.

In the tables of facts each column is a material, by its number:
**M** measured, **C** computed, **F** fitted, **A** assumed; small letters: taken over from the file
that it extends; a dot: not known, which is no fault unless a chosen law asks for it.
"""


def page() -> str:
    """Return the coverage of the library as Markdown (``docs/materials.md``)."""
    return "\n".join([_HEAD, *(_section(role, materials([role])) for role in ROLES)])


def _section(role: str, found: Sequence[Material]) -> str:
    loaded = ["loaded by"] if role in LOADED else []
    head = ["#", "material", "facts", *loaded, "what it is"]
    lines = [f"## {TITLES[role]}", "", f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    for number, material in enumerate(found, 1):
        count = ", ".join(f"{n} {basis}" for basis, n in bases(material).items())
        steps = [", ".join(material.loading) or "not said"] if loaded else []
        row = [str(number), f"`{material.key}`", count, *steps, material.name]
        lines.append(f"| {' | '.join(row)} |")
    names = sorted({name for material in found for name in material.facts})
    width = max(map(len, names))
    numbers = range(1, len(found) + 1)
    tens = "".join(str(n // 10 or " ") for n in numbers)
    units = "".join(str(n % 10) for n in numbers)
    lines += ["", "```text", f"{'':{width}} {tens}".rstrip(), f"{'':{width}} {units}"]
    lines += [f"{name:{width}} {''.join(_mark(m, m.facts.get(name)) for m in found)}"
              for name in names]
    return "\n".join([*lines, "```", ""])


def _mark(material: Material, fact: Fact | None) -> str:
    if fact is None:
        return "."
    letter = fact.basis[0]
    return letter.upper() if fact.material == material.key else letter

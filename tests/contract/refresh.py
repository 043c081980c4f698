"""Rewrites the files that are generated: ``python tests/contract/refresh.py``.

The tests compare these files with what they should be, so that a changed number of a material or
a changed name of a quantity is seen in the review and never slips in.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import releasekit
from releasekit import coverage, reference
from releasekit.vocabulary import nomenclature

ROOT = Path(__file__).resolve().parents[2]
COMMAND = "python tests/contract/refresh.py"
PUBLIC = ("load", "simulate", "simulate_table", "measure", "compare", "optimise", "plot", "verify",
          "Formulation", "Designs", "Material", "Dataset", "Study", "Release")
"""Public names in the order in which one meets them."""


def checksums() -> str:
    """Return the SHA-256 of every shipped material as JSON."""
    folder = ROOT / "materials"
    sums = {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(folder.rglob("*.toml"))}
    return json.dumps(sums, indent=2) + "\n"


def api() -> str:
    """Return the reference of the Python interface."""
    return reference.api_page({name: getattr(releasekit, name) for name in PUBLIC})


GENERATED = {
    ROOT / "docs" / "nomenclature.md": nomenclature,
    ROOT / "docs" / "materials.md": coverage.page,
    ROOT / "docs" / "models.md": reference.models_page,
    ROOT / "docs" / "api.md": api,
    ROOT / "materials" / "checksums.json": checksums,
}


def main() -> None:
    """Write what is not up to date and say so."""
    for path, content in GENERATED.items():
        text = content()
        if not path.is_file() or path.read_text("utf-8") != text:
            path.write_text(text, encoding="utf-8")
            print(f"wrote {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()

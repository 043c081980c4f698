"""What the contract tests share: where things are, and the sources as syntax trees."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "releasekit"


def module_name(path: Path) -> str:
    """Return the dotted name of a source file below ``src``."""
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def sources() -> dict[str, str]:
    """Return the text of every module of the package, by its dotted name."""
    return {module_name(path): path.read_text("utf-8")
            for path in sorted(PACKAGE.rglob("*.py"))}


def dotted(node: ast.expr) -> str:
    """Return ``a.b.c`` of an attribute chain; calls and the like in it become ``?``."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else "?"

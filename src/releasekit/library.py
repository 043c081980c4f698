"""Where materials and examples are: beside a file, in the user's folder, among the shipped ones."""

from __future__ import annotations

import contextlib
import os
import re
from pathlib import Path

from releasekit.errors import InputError, Problem, nearest
from releasekit.files import FilePath, packaged, read_text, similar


def _shipped(folder: str) -> Path:
    """Return a shipped folder: inside the package, or in the checkout it runs from."""
    inside = Path(packaged(folder))
    return inside if inside.is_dir() else Path(__file__).resolve().parents[2] / folder


def list_examples() -> list[str]:
    """Return the paths of the formulations and studies that are shipped as examples."""
    return [str(path) for path in sorted(_shipped("examples").glob("*.toml"))]


def _material_folders() -> list[Path]:
    """Folders of material files: the user's own first, then the shipped ones."""
    return [folder for folder in (Path("materials"), _shipped("materials")) if folder.is_dir()]


def _role_of(file: Path) -> str:
    """Return the role that a material file states, without reading all of it as TOML."""
    with contextlib.suppress(InputError):
        text, _ = read_text(file)
        role = re.search(r'^\s*role\s*=\s*["\'](\w+)["\']', text, re.M)
        if re.search(r'^\s*kind\s*=\s*["\']material["\']', text, re.M):
            return role[1] if role else "unknown"
    return ""


def list_materials(role: str | None = None) -> list[str]:
    """Return the paths of all known material files; a user's own file hides a shipped one."""
    found: dict[tuple[str, str], str] = {}
    for folder in _material_folders():
        for file in sorted(folder.rglob("*.toml")):
            stated = _role_of(file)
            if stated and role in (None, stated):
                found.setdefault((stated, file.stem), str(file))
    return list(found.values())


def find_material(name: str, role: str | None = None, near: FilePath | None = None) -> str:
    """Return the path of a material.

    Parameters
    ----------
    name
        A path (it ends in ``.toml`` or has a slash; relative to the citing file, else to the
        working folder), or the name of a material, which is looked for beside the citing file,
        in the working folder, in ``./materials`` and among the shipped ones.
    role
        polymer, matrix, exosome, wound or process: decides between files of one name.
    near
        The citing file.

    Raises
    ------
    InputError
        Nothing of that name; the nearest known name is suggested.
    """
    folder = Path(near).parent if near else Path()
    if name.endswith(".toml") or "/" in name or os.sep in name:
        file = folder / Path(name).expanduser()
        if not file.is_file() and (bare := Path(name)).is_file():
            file = bare
        if not file.is_file():
            raise InputError(Problem(f"no such file: {file}", suggestion=similar(file)))
        return os.path.normpath(file)
    for place in (folder, Path()):
        if (file := place / f"{name}.toml").is_file() and _role_of(file) and not (
                near and file.name == Path(near).name):
            return str(file)
    named = sorted((file for shelf in _material_folders() for file in sorted(shelf.rglob("*.toml"))
                    if file.stem == name and _role_of(file)),
                   key=lambda file: _role_of(file) != role)
    if named:
        return str(named[0])
    near_by = [path for path in (*sorted(folder.glob("*.toml")), *sorted(Path().glob("*.toml")),
                                 *map(Path, list_materials()))
               if _role_of(path) and role in (None, _role_of(path))]
    kind = f"{role} " if role else ""
    raise InputError(Problem(f"no {kind}material called {name!r}",
                             suggestion=nearest(name, [path.stem for path in near_by])
                             or "releasekit list materials shows them all"))

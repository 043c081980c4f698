"""The library: whose file is found under a name, and that the shipped ones are found anywhere."""

import os
from pathlib import Path

import pytest

from releasekit import library
from releasekit.errors import InputError


def _write(path: Path, text: str = "") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    role = "matrix" if path.parent.name == "matrices" else "polymer"
    path.write_text(text or f'kind = "material"\nrole = "{role}"\n')


def test_search_order_of_materials(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Mistake: a shipped file wins over the user's, a formulation or the citing file is taken
    for a material, the role does not decide between two files of one name, or a material that
    ``new`` has written where one works is not found for a formulation that lies elsewhere."""
    monkeypatch.chdir(tmp_path)
    shipped = tmp_path / "shipped"
    monkeypatch.setattr(library, "_material_folders", lambda: [Path("materials"), shipped])
    _write(shipped / "polymers" / "zeta-gel.toml")
    _write(shipped / "polymers" / "collagen.toml")
    _write(shipped / "matrices" / "collagen.toml")
    assert Path(library.find_material("zeta-gel")) == shipped / "polymers" / "zeta-gel.toml"
    _write(tmp_path / "materials" / "polymers" / "zeta-gel.toml")
    own = os.path.join("materials", "polymers", "zeta-gel.toml")
    assert library.find_material("zeta-gel") == own
    assert Path(library.find_material("collagen", "matrix")).parent.name == "matrices"
    assert Path(library.find_material("collagen", "polymer")).parent.name == "polymers"
    citing = tmp_path / "work" / "zeta-gel.toml"
    _write(citing, 'kind = "formulation"\n')
    _write(citing.parent / "collagen.toml", 'kind = "study"\n')
    assert Path(library.find_material("zeta-gel", near=citing)).parent.name == "polymers"
    assert Path(library.find_material("collagen", near=citing)).parent != citing.parent
    _write(citing.parent / "collagen.toml")
    assert Path(library.find_material("collagen", near=citing)).parent == citing.parent
    assert Path(library.find_material("./collagen.toml", near=citing)).parent == citing.parent
    _write(tmp_path / "here.toml")
    assert library.find_material("here", near=citing) == "here.toml"
    _write(citing.parent / "here.toml")
    assert Path(library.find_material("here", near=citing)).parent == citing.parent
    assert len(library.list_materials()) == 3
    assert len(library.list_materials("polymer")) == 2
    with pytest.raises(InputError, match=r"no material called 'zeta-gell' \(did you mean zeta-gel"):
        library.find_material("zeta-gell")
    with pytest.raises(InputError, match="no such file"):
        library.find_material("sub/zeta-gel")


def test_shipped_materials_are_found_anywhere(tmp_path: Path,
                                              monkeypatch: pytest.MonkeyPatch) -> None:
    """Mistake: the shipped folder depends on the directory one works in."""
    monkeypatch.chdir(tmp_path)
    folders = library._material_folders()
    assert [folder.name for folder in folders] == ["materials"]
    assert folders[0].is_absolute()
    examples = library.list_examples()
    assert "hydrogel-gelma" in {Path(path).stem for path in examples}

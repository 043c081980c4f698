"""Files: what is wrong is named with its line, what is written comes back exactly."""

import hashlib
import math
import pickle
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from releasekit import files
from releasekit.errors import InputError, Problem
from releasekit.files import Document
from releasekit.loading import load
from releasekit.toml_lines import key_lines

FOLDER = Path(__file__).parent / "files"
INVALID = sorted((FOLDER / "invalid").glob("*.toml"))
VALID = sorted((FOLDER / "valid").glob("*.toml"))


@pytest.mark.parametrize("path", INVALID, ids=lambda path: path.stem)
def test_invalid_file_gives_its_message(path: Path) -> None:
    """Mistake: a problem is lost, vague, at the wrong line, or a traceback of another class."""
    with pytest.raises(InputError) as caught:
        load(path)
    message = str(caught.value)
    fragments = path.with_suffix(".txt").read_text("utf-8").splitlines()
    assert fragments
    for fragment in fragments:
        assert fragment in message, message


@pytest.mark.parametrize("path", VALID, ids=lambda path: path.stem)
def test_valid_file_loads(path: Path) -> None:
    """Mistake: a check refuses (or warns of) a file that is right."""
    assert load(path).name


def test_each_invalid_file_has_its_message() -> None:
    """Mistake: a new invalid file is added and never tested."""
    assert {p.stem for p in INVALID} == {p.stem for p in (FOLDER / "invalid").glob("*.txt")}
    assert len(INVALID) > 20


AWKWARD = '''# a comment with key = 1
top = "a = [ # not a key"
"quoted key" = 1
[a.b]  # trailing
c = { d = 1, e = [1, 2], "f g" = { h = 3 } }
text = """
fake = 1
[fake]
"""
raw = \'\'\'
other = 2 \'\'\'
list = [
  [1, 2],
  # comment ]
  { x = 1 },
]
n.o.p = -1.5e-3
[[rows]]
k = 1
[[rows]]
k = 2
[rows.sub]
m = 1979-05-27T07:32:00Z
'''


@pytest.mark.parametrize(("keys", "line"), [
    (("top",), 2), (("quoted key",), 3), (("a",), 4), (("a", "b"), 4), (("a", "b", "c"), 5),
    (("a", "b", "c", "e", 1), 5), (("a", "b", "c", "f g", "h"), 5), (("a", "b", "raw"), 10),
    (("a", "b", "list", 1, "x"), 15), (("a", "b", "n", "o", "p"), 17), (("rows", 0, "k"), 19),
    (("rows", 1, "k"), 21), (("rows", 1, "sub", "m"), 23), (("fake",), 0), (("other",), 0),
    (("a", "b", "fake"), 0),
])
def test_lines_of_keys(keys: tuple[str | int, ...], line: int) -> None:
    """Mistake: text, comments or brackets over several lines shift the line that is named."""
    assert key_lines(AWKWARD).get(keys, 0) == line


def test_lines_with_windows_line_ends(tmp_path: Path) -> None:
    """Mistake: a file from Windows (CRLF, byte-order mark) is refused or shifts the lines."""
    path = tmp_path / "windows.toml"
    path.write_bytes(b"\xef\xbb\xbfkind = 'x'\r\n\r\n[a]\r\nb = 7\r\n")
    document = files.read_toml(path)
    assert document.data == {"kind": "x", "a": {"b": 7}}
    assert document.line("a", "b") == 4
    assert document.checksum == files.checksum(path)


def test_missing_key_is_placed_at_its_table() -> None:
    """Mistake: a missing key has no line, so the user must search for the table."""
    document = Document("x.toml", {}, "kind = 1\n[facts.density]\nvalue = 2\n")
    assert document.line("facts", "density", "unit") == 0
    assert document.problem("unit is missing", "facts", "density", "unit").line == 2


def test_missing_file_suggests_a_neighbour() -> None:
    """Mistake: a misspelt file name gives a bare error."""
    with pytest.raises(InputError, match=r"no such file \(did you mean .*sheet\.toml\?\)"):
        files.read_toml(FOLDER / "valid" / "sheets.toml")
    with pytest.raises(InputError, match="there is no folder"):
        files.read_toml(FOLDER / "nowhere" / "sheet.toml")
    with pytest.raises(InputError, match="cannot be read"):
        files.read_toml(FOLDER)


def test_not_text(tmp_path: Path) -> None:
    """Mistake: a spreadsheet named .toml gives a UnicodeDecodeError."""
    path = tmp_path / "bad.toml"
    path.write_bytes(b"\xff\xfe\x00k")
    with pytest.raises(InputError, match="not UTF-8"):
        files.read_toml(path)


FLOATS = st.floats(allow_nan=False, allow_infinity=False)


@settings(deadline=None)
@given(numbers=st.lists(FLOATS, min_size=1), text=st.text(st.characters(exclude_categories=["C"])))
def test_toml_and_json_round_trip_exactly(
        numbers: list[float], text: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Mistake: floats lose digits, or text is not escaped, on the way through a file."""
    folder = tmp_path_factory.getbasetemp()
    content = {"name": text, "numbers": numbers, "table": {"inner": {"x": numbers[0]}, "y": text},
               "rows": [{"a": numbers[0], "deep": {"b": text}, "c": 1}, {"a": -numbers[0]}]}
    files.write_toml(folder / "t.toml", content)
    assert files.read_toml(folder / "t.toml").data == content
    files.write_json(folder / "t.json", content)
    assert files.read_json(folder / "t.json") == content


def test_toml_keeps_scalars_out_of_tables(tmp_path: Path) -> None:
    """Mistake: a key written after a table ends up inside that table."""
    content = {"a": {"conditions": {"t": "1 s"}, "basis": "measured"}, "b": np.float64(0.1),
               "c": {"p": {"q": 1}, "r": {"s": 2}}, "d": np.array([1.5, 2.5])}
    files.write_toml(tmp_path / "t.toml", content)
    assert files.read_toml(tmp_path / "t.toml").data == {**content, "b": 0.1, "d": [1.5, 2.5]}


def test_json_has_null_for_what_is_not_a_number(tmp_path: Path) -> None:
    """Mistake: NaN in JSON, which other programs cannot read."""
    files.write_json(tmp_path / "a.json", {"x": [math.nan, 1.5], "y": np.array([np.inf]), "z": ()})
    assert files.read_json(tmp_path / "a.json") == {"x": [None, 1.5], "y": [None], "z": []}
    (tmp_path / "b.json").write_text("{\n1")
    with pytest.raises(InputError, match=r"b\.json:2: not valid JSON"):
        files.read_json(tmp_path / "b.json")


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    """Mistake: a crash while writing destroys the result that was there, or leaves litter."""
    path = tmp_path / "a.json"
    files.write_json(path, {"x": 1})
    with pytest.raises(TypeError):
        files.write_json(path, {"x": object()})
    with pytest.raises(TypeError):
        files.write_text(path, 7)  # type: ignore[arg-type]
    assert files.read_json(path) == {"x": 1}
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.json"]
    with pytest.raises(InputError, match="cannot be written"):
        files.write_json(path / "below-a-file.json", 1)


@settings(deadline=None)
@given(values=st.lists(FLOATS, min_size=1))
def test_table_round_trip_is_exact(values: list[float],
                                   tmp_path_factory: pytest.TempPathFactory) -> None:
    """Mistake: CSV loses the last digits (pandas' quick parser does)."""
    path = tmp_path_factory.getbasetemp() / "t.csv"
    files.write_table(path, pd.DataFrame({"a_nm": values}))
    assert list(files.read_table(path)["a_nm"]) == values


def test_tables_as_benches_write_them(tmp_path: Path) -> None:
    """Mistake: semicolons with decimal commas, blanks after commas or Excel are misread."""
    (tmp_path / "eu.csv").write_text("t_h;q\n0,5;1,25\n", encoding="utf-8")
    (tmp_path / "blank.csv").write_text(" t_h , q\n0.5, 1.25\n")
    pd.DataFrame({"t_h": [0.5], "q": [1.25]}).to_excel(tmp_path / "x.xlsx", index=False)
    (tmp_path / "gaps.csv").write_text("t_h,q\n\n0.5,1.25\n,\n")
    assert files.read_table(tmp_path / "gaps.csv").index.tolist() == [1]
    for name in ("eu.csv", "blank.csv", "x.xlsx", "gaps.csv"):
        assert files.read_table(tmp_path / name).to_dict("list") == {"t_h": [0.5], "q": [1.25]}


def test_broken_tables_are_input_errors(tmp_path: Path) -> None:
    """Mistake: pandas' own exceptions reach the user."""
    (tmp_path / "empty.csv").write_text("")
    (tmp_path / "ragged.csv").write_text("a,b\n1,2\n1,2,3,4\n")
    (tmp_path / "fake.xlsx").write_text("a,b")
    with pytest.raises(InputError, match="not a readable table"):
        files.read_table(tmp_path / "empty.csv")
    with pytest.raises(InputError, match=r"ragged\.csv:3: not a readable table"):
        files.read_table(tmp_path / "ragged.csv")
    with pytest.raises(InputError, match="not a readable Excel file"):
        files.read_table(tmp_path / "fake.xlsx")


def test_excel_without_openpyxl_says_what_to_do(tmp_path: Path,
                                                monkeypatch: pytest.MonkeyPatch) -> None:
    """Mistake: an ImportError where an extra is not installed."""
    (tmp_path / "a.xlsx").write_text("")
    monkeypatch.setattr(files, "_installed", lambda module: False)
    with pytest.raises(InputError, match="reading Excel needs openpyxl"):
        files.read_table(tmp_path / "a.xlsx")
    with pytest.raises(InputError, match="writing Parquet needs pyarrow"):
        files.write_table(tmp_path / "a.parquet", pd.DataFrame({"a": [1]}))


def test_checksum(tmp_path: Path) -> None:
    """Mistake: a checksum of decoded text differs from that of the file."""
    (tmp_path / "a").write_bytes(b"x\r\ny")
    assert files.checksum(tmp_path / "a") == hashlib.sha256(b"x\r\ny").hexdigest()


def test_errors_cross_process_borders() -> None:
    """Mistake: an error of several problems cannot be unpickled in the parent process."""
    error = InputError([Problem("a", key="b"), Problem("c", file="d", line=3)])
    again = pickle.loads(pickle.dumps(error))
    assert again.problems == error.problems
    assert str(again) == "b: a\nd:3: c"

"""The vocabulary: every row is whole, and kinds fix units."""

import pytest

from releasekit import vocabulary
from releasekit.checks import Checks, outside, shown, span_message
from releasekit.choices import CHOICES, USE
from releasekit.errors import nearest
from releasekit.files import Document
from releasekit.units import from_si, to_si
from releasekit.vocabulary import OPTIONS, QUANTITIES, Quantity

ROWS = list(QUANTITIES.values())
KINDS = {
    "_radius": "m", "_diameter": "m", "_thickness": "m", "_height": "m", "_size": "m",
    "_length": "m", "_pitch": "m", "_time": "s",
    "_speed": "m/s", "_diffusivity": "m^2/s", "_modulus": "Pa", "_strength": "Pa", "_force": "N",
    "_fraction": "1", "_ratio": "1", "_activity": "U/m^3", "_potential": "V", "_count": "1",
    "_temperature": "K", "_gsd": "1",
}


def test_no_name_twice() -> None:
    """Mistake: a second row of one name silently replaces the first."""
    names = [row[0] for row in vocabulary._ROWS]
    assert sorted(names) == sorted(QUANTITIES)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_row_is_whole(row: Quantity) -> None:
    """Mistake: shown and SI unit of different kinds, ranges swapped, or a column without unit."""
    assert row.meaning
    assert row.symbol
    assert from_si(to_si(3.7, row.shown, row.unit), row.unit, row.shown) == pytest.approx(3.7)
    assert row.possible[0] <= row.usual[0] <= row.usual[1] <= row.possible[1]
    assert row.possible[0] < row.possible[1]
    assert row.column == row.name if row.shown == "1" else row.column[len(row.name) + 1:]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_the_kind_fixes_the_unit(row: Quantity) -> None:
    """Mistake: a name such as x_radius that is not a length."""
    for ending, unit in KINDS.items():
        if row.name.endswith(ending):
            assert row.unit == unit


def test_allowed_names_are_in_the_vocabulary() -> None:
    """Mistake: a choice that no check and no unit is known for."""
    assert set(CHOICES) | set(USE) <= set(QUANTITIES) | set(OPTIONS)
    assert not set(CHOICES) & set(USE)


def test_outside_the_range() -> None:
    """Mistake: nan, or a value just beyond an end, passes."""
    assert outside("macropore_fraction", [-1e-9, 0.0, 0.31, 1.0, 1.01, float("nan")]).tolist() == [
        True, False, False, False, True, True]
    assert outside("macropore_fraction", 0.97, "usual")


def test_unusual_warns_and_impossible_is_a_problem() -> None:
    """Mistake: both ranges are treated alike."""
    checks = Checks(Document("", {}, ""))
    with pytest.warns(UserWarning, match="macropore_fraction: 0.97 is outside the usual range"):
        assert checks.quantity("macropore_fraction", "0.97", "macropore_fraction") == 0.97
    assert not checks.problems
    checks.quantity("macropore_fraction", "1.2", "macropore_fraction")
    assert [str(p) for p in checks.problems] == [
        "macropore_fraction: 1.2 is outside the possible range 0 to 1"]


def test_shown_text() -> None:
    """Mistake: messages in SI powers of ten, or in the wrong unit."""
    assert shown("thickness", 0.0021) == "2.1 mm"
    assert shown("clearance_rate", float("inf")) == "inf 1/d"
    assert "-2 mm" in span_message("thickness", -0.002)


def test_nomenclature_has_every_row() -> None:
    """Mistake: the generated page misses a quantity or prints inf."""
    page = vocabulary.nomenclature()
    assert all(f"| `{name}` |" in page for name in (*QUANTITIES, *OPTIONS))
    assert " inf" not in page


def test_nearest() -> None:
    """Mistake: nonsense suggestions for words that are like nothing known."""
    assert nearest("thicknes", QUANTITIES) == "did you mean thickness?"
    assert nearest("qqqq", QUANTITIES) == ""

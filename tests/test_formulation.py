"""Formulations: choices in SI, changes, files that load to the same thing, tables of designs."""

import pickle
import tomllib
from dataclasses import FrozenInstanceError
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from releasekit.checks import outside
from releasekit.errors import InputError
from releasekit.facts import Spread, load_material
from releasekit.files import Document
from releasekit.formulation import (
    CHOICES,
    USE,
    Designs,
    Formulation,
    Given,
    ProcessStep,
    check_rows,
    formulation_from,
)
from releasekit.loading import load
from releasekit.units import registry
from releasekit.vocabulary import OPTIONS, QUANTITIES

VALID = Path(__file__).parent / "files" / "valid"
pytestmark = pytest.mark.filterwarnings("ignore::releasekit.errors.RangeWarning")


@pytest.fixture(scope="module")
def sheet() -> Formulation:
    loaded = load(VALID / "sheet.toml")
    assert isinstance(loaded, Formulation)
    return loaded


def same(first: Formulation, second: Formulation) -> bool:
    """Say whether two formulations give the same run."""
    parts = ("name", "description", "carrier", "materials", "models", "choices", "use", "process",
             "given", "sources")
    return all(getattr(first, part) == getattr(second, part) for part in parts)


def test_choices_in_si(sheet: Formulation) -> None:
    """Mistake: a choice is left in the unit of the file or lands in the wrong table."""
    assert sheet.carrier == "hydrogel"
    assert sheet.choices == {"shape": "sheet", "polymer_concentration": 75.0, "thickness": 0.0021,
                             "area": 4.3e-4, "dose_per_area": 1.3e13}
    assert sheet.use == {"duration": 1209600.0, "dressing_change_time": 302400.0,
                         "carrier_at_change": "keep", "boundary": "wound",
                         "target_available_particles_per_cm2": 3e11}
    assert sheet.models == {"structure": "modulus", "mobility": "unified"}
    assert sheet.process == (ProcessStep("uv", 0.87), ProcessStep("wash", 0.93))
    assert {role: material.key for role, material in sheet.materials.items()} == {
        "polymer": "soft-gel", "exosome": "vesicle", "wound": "ulcer"}
    assert sheet.sources["own"].citation == "Own bench."


def test_given_constant_and_series(sheet: Formulation) -> None:
    """Mistake: hours of a series taken for seconds, or its unit ignored."""
    assert sheet.given["effective_diffusivity"] == Given(
        "effective_diffusivity", 1.3e-12, source="own")
    series = sheet.given["swelling_ratio"]
    assert series.times is not None
    assert series.values is not None
    assert series.value is None
    assert series.times.tolist() == [0.0, 21600.0, 86400.0, 259200.0]
    assert series.values.tolist() == [1.0, 1.31, 1.57, 1.92]
    modulus = sheet.given["plateau_modulus"]
    assert modulus.values is not None
    assert modulus.values.tolist() == [2600.0, 2100.0, 1700.0, 900.0]
    assert modulus.note == "same gel"


def test_given_spreads_come_back(sheet: Formulation, tmp_path: Path) -> None:
    """Mistake: a standard deviation in degC taken for a temperature, or a spread that is lost
    where a formulation or a run is written."""
    text = Path(sheet.path).read_text().replace(
        "[given]\n", '[given]\nrelaxation_time = { value = "3.1 s", gsd = 1.7 }\n'
        'wound_temperature = { value = "33.1 degC", sd = "1.3 degC" }\n'
        'pore_diameter = { value = "12 um", sd = "900 nm" }\n')
    one = formulation_from(Document(sheet.path, tomllib.loads(text), text))
    assert one.given["relaxation_time"].spread == Spread("lognormal", 1.7)
    assert one.given["wound_temperature"].spread == Spread("normal", 1.3)
    assert one.given["pore_diameter"].spread == Spread("normal", 9e-7)
    assert {"given/relaxation_time", "given/pore_diameter"} <= one.facts().keys()
    assert "given/effective_diffusivity" not in one.facts()
    assert one.taken_as_exact() == list(sheet.given)
    one.save(tmp_path / "saved.toml")
    again = load(tmp_path / "saved.toml")
    assert isinstance(again, Formulation)
    assert again.given == one.given


def test_number_and_word(sheet: Formulation) -> None:
    """Mistake: a series or a word is handed out as a number."""
    assert sheet.number("thickness") == 0.0021
    assert sheet.number("duration") == 1209600.0
    assert sheet.number("effective_diffusivity") == 1.3e-12
    assert sheet.number("swelling_ratio") is None
    assert sheet.number("boundary") is None
    assert sheet.number("radius") is None
    assert sheet.word("boundary") == "wound"
    assert sheet.word("tissue", "mixed") == "mixed"


def test_frozen(sheet: Formulation) -> None:
    """Mistake: a change to one design changes another."""
    before = dict(sheet.choices)
    thick = sheet.but(thickness="3.3 mm")
    assert thick.choices["thickness"] == 0.0033
    assert sheet.choices == before
    with pytest.raises(FrozenInstanceError):
        sheet.name = "other"  # type: ignore[misc]


def test_but_puts_each_name_where_it_belongs(sheet: Formulation) -> None:
    """Mistake: a schedule entry among the choices, or a material's fact not as given."""
    other = sheet.but(
        name="Other", duration="9.5 d", thickness=registry().Quantity(3.3, "mm"), boundary="sink",
        shape="rod", mesh_size_gsd=1.7, plateau_modulus="3.7 kPa", polymer="soft-gel-lot-7",
        models={"mobility": "percolating"}, structure="fibres", carrier="measured")
    assert (other.name, other.carrier) == ("Other", "measured")
    assert other.use["duration"] == 820800.0
    assert other.use["boundary"] == "sink"
    assert other.choices["shape"] == "rod"
    assert other.choices["thickness"] == pytest.approx(0.0033)
    assert other.given["mesh_size_gsd"] == Given("mesh_size_gsd", 1.7)
    assert other.given["plateau_modulus"] == Given("plateau_modulus", 3700.0)
    assert other.materials["polymer"].key == "soft-gel-lot-7"
    assert other.models == {"structure": "fibres", "mobility": "percolating"}
    assert other.checksum == ""
    series = Given("x", None, np.array([0.0, 7.0]), np.array([1.0, 1.3]))
    assert sheet.but(swelling_ratio=series).given["swelling_ratio"].name == "swelling_ratio"
    assert sheet.but(exosome=load_material("vesicle", near=sheet.path)).materials == sheet.materials


def test_but_reports_every_mistake(sheet: Formulation) -> None:
    """Mistake: only the first wrong change is named, or a typing error is taken silently."""
    with pytest.raises(InputError) as caught:
        sheet.but(thicknes="3 mm", area=4, duration="-1 d", boundary="sinc", polymer="sofft-gel",
                  wound="vesicle", mobility=3, models={"mobilty": "x"}, name="", radius="3 kPa")
    message = str(caught.value)
    for fragment in (
            "thicknes: is not known (did you mean thickness?)", "area: 4 has no unit",
            "duration: -1 d is outside the possible range", "boundary: 'sinc' is not known",
            "polymer: no polymer material called 'sofft-gel'", "mobility: must be text",
            "wound: 'vesicle' has the role exosome, not wound", "name: is empty",
            "models.mobilty: unknown key (did you mean mobility?)",
            "radius: unit 'kPa' cannot be read as a unit such as m"):
        assert fragment in message, message
    assert len(caught.value.problems) == 10


def test_a_formulation_has_one_dose(sheet: Formulation) -> None:
    """Mistake: after a change two contradicting doses stand side by side."""
    other = sheet.but(exosome_concentration="6.1e9 /mL")
    assert other.number("dose_per_area") is None
    assert other.number("exosome_concentration") == 6.1e15
    assert other.but(dose_per_area="1e9 /cm^2").number("exosome_concentration") is None
    with pytest.raises(InputError, match="give one of"):
        sheet.but(dose_per_area="1e9 /cm^2", exosome_concentration="6.1e9 /mL")


def test_saved_file_loads_to_the_same(sheet: Formulation, tmp_path: Path) -> None:
    """Mistake: materials, series, sources or digits are lost on the way to another folder."""
    path = tmp_path / "deep" / "saved.toml"
    sheet.save(path)
    again = load(path)
    assert same(again, sheet)
    assert tomllib.loads(path.read_text())["carrier_choices"]["thickness"] == "2.1 mm"
    again.save(tmp_path / "second.toml")
    assert same(load(tmp_path / "second.toml"), sheet)


def test_saved_beside_its_materials_names_them(sheet: Formulation, tmp_path: Path) -> None:
    """Mistake: a saved file is full of paths where the name of the material would do."""
    for name in ("soft-gel.toml", "vesicle.toml", "ulcer.toml", "sheet.toml", "swelling.csv"):
        (tmp_path / name).write_bytes((VALID / name).read_bytes())
    load(tmp_path / "sheet.toml").save(tmp_path / "copy.toml")
    assert tomllib.loads((tmp_path / "copy.toml").read_text())["made_of"] == {
        "polymer": "soft-gel", "exosome": "vesicle", "wound": "ulcer"}


NUMERIC = [name for name in (*CHOICES, *USE, "mesh_size_gsd", "density", "wound_temperature")
           if name in QUANTITIES and name != "exosome_concentration"]


@st.composite
def changes(draw: st.DrawFn) -> dict[str, Any]:
    """Draw any possible change of quantities and words, as a program would make it."""
    found: dict[str, Any] = {}
    for name in draw(st.lists(st.sampled_from(NUMERIC), unique=True, max_size=5)):
        low, high = QUANTITIES[name].possible
        span = st.floats(low, min(high, 1e30), allow_nan=False)
        number = draw(span.filter(lambda x, name=name: not outside(name, x)))
        found[name] = f"{number!r} {QUANTITIES[name].unit}" if QUANTITIES[name].unit != "1" \
            else number
    for name in draw(st.lists(st.sampled_from(["boundary", "shape", "tissue"]), unique=True)):
        found[name] = draw(st.sampled_from(OPTIONS[name]))
    found["name"] = draw(st.text(st.characters(exclude_categories=["C"]), min_size=1))
    return found


@settings(deadline=None, max_examples=60)
@given(change=changes())
def test_change_save_load(change: dict[str, Any],
                          tmp_path_factory: pytest.TempPathFactory) -> None:
    """Mistake: a rerun from a saved file differs from the run in the last digits."""
    changed = load(VALID / "sheet.toml").but(**change)
    path = tmp_path_factory.getbasetemp() / "changed.toml"
    changed.save(path)
    again = load(path)
    assert same(again, changed)
    assert same(pickle.loads(pickle.dumps(changed)), changed)


def test_missing_parts_are_allowed_here() -> None:
    """Mistake: what a carrier needs is demanded twice, in two places, with two messages."""
    text = 'kind = "formulation"\nschema = 1\nname = "Bare"\ncarrier = "hydrogel"\n'
    bare = formulation_from(Document("bare.toml", tomllib.loads(text), text))
    assert bare.choices == {} == bare.materials


def test_designs_rows(sheet: Formulation) -> None:
    """Mistake: columns of unequal length, a row that forgets the base, or a wrong place."""
    designs = Designs(sheet, {"thickness": np.array([0.0013, 0.0031]),
                              "mesh_size_gsd": np.array([1.3, 2.1])})
    assert len(designs) == 2
    row = designs.row(1)
    assert row.choices["thickness"] == 0.0031
    assert row.given["mesh_size_gsd"] == Given("mesh_size_gsd", 2.1)
    assert row.use == sheet.use
    area = designs.get("area")
    assert area is not None
    assert area.tolist() == [4.3e-4, 4.3e-4]
    assert designs.get("radius") is None
    assert len(Designs(sheet)) == 1
    assert same(Designs(sheet).row(0), sheet)
    with pytest.raises(IndexError):
        designs.row(2)
    with pytest.raises(ValueError, match="equal length"):
        Designs(sheet, {"thickness": np.array([1e-3]), "area": np.array([1e-4, 2e-4])})
    with pytest.raises(InputError, match="did you mean thickness"):
        Designs(sheet, {"thicknes": np.array([1e-3])})


def test_a_column_of_one_dose_hides_the_other(sheet: Formulation) -> None:
    """Mistake: a swept concentration meets the dose per area of the base."""
    designs = Designs(sheet, {"exosome_concentration": np.array([1e15, 3e15])})
    assert designs.get("dose_per_area") is None
    assert designs.row(1).number("dose_per_area") is None


def test_stack_groups_what_differs_in_numbers_only(sheet: Formulation) -> None:
    """Mistake: rows lose their order, or designs of different laws share a table."""
    rows = [sheet, sheet.but(boundary="sink"), sheet.but(thickness="3.3 mm", duration="9 d"),
            sheet.but(polymer="soft-gel-lot-7"),
            sheet.but(effective_diffusivity=Given("", 2e-12, source="own")),
            sheet.but(models={"mobility": "percolating"}), sheet.but(boundary="sink", name="x"),
            sheet.but(mesh_size_gsd=1.7),
            sheet.but(swelling_ratio=Given("", None, np.array([0.0, 5.0]), np.array([1.0, 2.0])))]
    stacked = Designs.stack(rows)
    assert [indices for indices, _ in stacked] == [[0, 2, 4], [1, 6], [3], [5], [7], [8]]
    indices, designs = stacked[0]
    assert set(designs.columns) == {"thickness", "duration", "effective_diffusivity"}
    assert designs.columns["thickness"].tolist() == [0.0021, 0.0033, 0.0021]
    for row, index in enumerate(indices):
        again = designs.row(row)
        assert (again.choices, again.use) == (rows[index].choices, rows[index].use)
        assert again.number("effective_diffusivity") == rows[index].number("effective_diffusivity")
    assert len(stacked[1][1]) == 2


def test_stack_without_any_number() -> None:
    """Mistake: equal rows that have no number are counted as one."""
    bare = Formulation("a", "hydrogel")
    assert [len(designs) for _, designs in Designs.stack([bare, bare])] == [1, 1]


def test_impossible_rows_do_not_stop_the_rest(sheet: Formulation) -> None:
    """Mistake: one bad candidate raises and takes the whole generation with it."""
    columns = {"thickness": np.array([1e-3, -1e-3, 2e-3, np.nan]),
               "mesh_size_gsd": np.array([1.5, 0.3, 1.7, 1.7])}
    reasons = Designs(sheet, columns).check_rows()
    assert sorted(reasons) == [1, 3]
    assert "thickness: -1 mm is outside" in reasons[1]
    assert "mesh_size_gsd: 0.3 is outside" in reasons[1]
    assert "nan" in reasons[3]
    assert check_rows({}) == {}
    with pytest.raises(InputError, match="thickness: -1 mm"):
        Designs(sheet, columns).row(1)

"""Facts: SI values, spreads, tables over a condition, and material files."""

import os
import shutil
import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from releasekit.errors import InputError, RangeWarning
from releasekit.facts import Fact, Material, Source, Spread, load_material, material_from
from releasekit.files import Document, read_toml
from releasekit.library import list_materials

VALID = Path(__file__).parent / "files" / "valid"


@pytest.fixture
def gel() -> Material:
    return load_material(str(VALID / "soft-gel.toml"))


def build(body: str, role: str = "polymer") -> Material:
    """Build a material from the text of its facts."""
    import tomllib

    text = f'kind = "material"\nschema = 1\nname = "X"\nrole = "{role}"\n{body}'
    return material_from(Document("x.toml", tomllib.loads(text), text))


def one(name: str, body: str) -> Fact:
    return build(f'[facts.{name}]\nbasis = "assumed"\nnote = "test"\n{body}').facts[name]


def test_material_in_si(gel: Material) -> None:
    """Mistake: a value, condition, table or source is left in the unit of the file."""
    assert (gel.key, gel.name, gel.role) == ("soft-gel", "Soft gel", "polymer")
    density = gel.facts["density"]
    assert density == Fact(
        "density", 1350.0, "g/mL", Spread("normal", 50.0), "measured", "nobody-1999", "invented",
        {"temperature": (298.15, 298.15)}, material="soft-gel")
    assert density.key == "soft-gel/density"
    modulus = gel.facts["plateau_modulus"]
    assert modulus.points == ((50.0, 1100.0), (75.0, 2600.0), (100.0, 5200.0))
    assert (modulus.value, modulus.over, modulus.interpolation) == (
        None, "polymer_concentration", "log-log")
    assert gel.facts["relaxation_time"].conditions == {
        "temperature": (295.15, 311.15), "ph": (7.3, 7.3)}
    assert gel.sources["nobody-1999"] == Source(
        "nobody-1999", "Nobody N. An invented source. 1999.", url="https://example.org/nobody")
    assert gel.checksum
    assert gel.path.endswith("soft-gel.toml")


@pytest.mark.parametrize(("spread", "quantile"), [
    (Spread("normal", 50.0), stats.norm(1350.0, 50.0).ppf),
    (Spread("lognormal", 1.37), stats.lognorm(np.log(1.37), scale=1350.0).ppf),
    (Spread("uniform", 1100.0, 1900.0), stats.uniform(1100.0, 800.0).ppf),
    (Spread("log-uniform", 1100.0, 1900.0), stats.loguniform(1100.0, 1900.0).ppf),
    (Spread(), lambda p: np.full(np.shape(p), 1350.0)),
])
def test_scores_give_the_quantiles(spread: Spread, quantile: object) -> None:
    """Mistake: sd taken for a variance, gsd for a sigma of ln, uniform in the wrong space."""
    scores = np.array([-2.1, -0.7, 0.3, 1.9])
    drawn = Fact("density", 1350.0, spread=spread).at(scores)
    np.testing.assert_allclose(drawn, quantile(stats.norm.cdf(scores)), rtol=1e-13)  # type: ignore[operator]
    assert Fact("density", 1350.0, spread=spread).at() == 1350.0
    assert Fact("density", 1350.0, spread=spread).at([0.0, 1.0])[0] == 1350.0


def test_value_in_the_middle_where_only_ends_are_given(gel: Material) -> None:
    """Mistake: the arithmetic middle of a logarithmic range, or a nominal value off the range."""
    assert gel.facts["mesh_size_gsd"].at() == pytest.approx(np.sqrt(1.3 * 2.5), rel=1e-14)
    assert one("density", 'low = 1.1\nhigh = 1.5\nunit = "g/mL"').at() == 1300.0
    assert gel.facts["relaxation_time"].at() == 310.0


def test_draws_stay_possible() -> None:
    """Mistake: a wide normal distribution gives a negative rate or a fraction above 1."""
    fraction = Fact("macropore_fraction", 0.9, spread=Spread("normal", 0.4))
    np.testing.assert_array_equal(fraction.at([-9.0, 9.0]), [0.0, 1.0])


def test_spread_of_a_temperature_has_no_offset() -> None:
    """Mistake: sd = 0.7 degC read as 273.85 K."""
    ulcer = load_material(str(VALID / "ulcer.toml")).facts["wound_temperature"]
    assert ulcer.value == 304.75
    assert ulcer.spread == Spread("normal", 0.7)
    band = one("wound_temperature", 'low = 30.2\nhigh = 33.0\nunit = "degC"')
    assert band.spread == Spread("uniform", 303.35, 306.15)


def test_gsd_implies_lognormal() -> None:
    """Mistake: gsd without a distribution is ignored."""
    for extra in ("", 'distribution = "lognormal"\n'):
        fact = one("density", f'value = 1.3\nunit = "g/mL"\ngsd = 1.2\n{extra}')
        assert fact.spread == Spread("lognormal", 1.2)


POINTS = ((50.0, 1100.0), (75.0, 2600.0), (100.0, 5200.0))


@pytest.mark.parametrize(("interpolation", "exact"), [
    ("linear", lambda x: 3.1 * x + 7.0), ("log-log", lambda x: 0.9 * x**2.25),
    ("log-linear", lambda x: 40.0 * np.exp(0.031 * x)),
])
def test_interpolation_is_exact_for_its_own_curve(interpolation: str, exact: object) -> None:
    """Mistake: an axis that is not logarithmic, a wrong segment, or a flat end."""
    x = np.array([50.0, 75.0, 100.0])
    table = Fact("plateau_modulus", None, over="polymer_concentration",
                 points=tuple(zip(x, exact(x), strict=True)), interpolation=interpolation)  # type: ignore[operator]
    where = np.array([31.0, 50.0, 61.7, 75.0, 93.3, 100.0, 143.0])
    np.testing.assert_allclose(table.at(over=where), exact(where), rtol=1e-12)  # type: ignore[operator]


def test_table_goes_through_its_points_and_moves_as_a_whole() -> None:
    """Mistake: each point of a table gets its own score, so that a drawn table is jagged."""
    table = Fact("plateau_modulus", None, spread=Spread("lognormal", 1.3),
                 over="polymer_concentration", points=POINTS)
    where = np.array([[50.0, 75.0, 100.0]])
    np.testing.assert_array_equal(table.at(over=where), [[1100.0, 2600.0, 5200.0]])
    scores = np.array([[-1.2], [0.0], [0.8]])
    drawn = table.at(scores, where)
    assert drawn.shape == (3, 3)
    np.testing.assert_allclose(drawn / table.at(over=where),
                               np.broadcast_to(1.3**scores, (3, 3)), rtol=1e-14)
    with pytest.raises(ValueError, match="is a table over polymer_concentration"):
        table.at()


def test_extrapolation_stays_finite_and_possible() -> None:
    """Mistake: reading a logarithmic table at zero or far away gives nan or inf."""
    steep = Fact("plateau_modulus", None, over="polymer_concentration", points=POINTS,
                 interpolation="log-log")
    assert np.isfinite(steep.at(over=[0.0, 1e-300, 1e9])).all()
    line = Fact("macropore_fraction", None, over="polymer_concentration",
                points=((10.0, 0.8), (20.0, 0.3)))
    np.testing.assert_array_equal(line.at(over=[0.0, 90.0]), [1.0, 0.0])


def test_outside_its_table_or_conditions(gel: Material) -> None:
    """Mistake: extrapolation, or use at another temperature, goes unnoticed; or the ends warn."""
    table = gel.facts["plateau_modulus"]
    assert table.outside([49.0, 50.0, 100.0, 101.0]).tolist() == [True, False, False, True]
    time = gel.facts["relaxation_time"]
    assert time.outside([295.0, 295.15, 311.15, 312.0], "temperature").tolist() == [
        True, False, False, True]
    assert time.outside(7.4, "ph")
    assert not time.outside(7.4)
    assert not time.outside(1.0, "ionic")


@settings(deadline=None)
@given(value=st.integers(1001, 1999), spread=st.integers(1, 90))
def test_unit_of_a_fact_is_irrelevant(value: int, spread: int) -> None:
    """Mistake: the same fact in another unit gives another run."""
    facts = [one("density", f'value = {value * factor!r}\nsd = {spread * factor!r}\nunit = "{u}"')
             for u, factor in (("kg/m^3", 1), ("mg/mL", 1), ("mg/L", 1000), ("ug/mL", 1000))]
    assert len({(fact.value, fact.spread) for fact in facts}) == 1


def test_unusual_value_warns_with_its_line(tmp_path: Path) -> None:
    """Mistake: an odd but possible value is refused, or passes silently."""
    path = tmp_path / "odd.toml"
    shutil.copy(VALID / "soft-gel.toml", path)
    path.write_text(path.read_text().replace("value = 1.35", "value = 2.35"))
    with pytest.warns(RangeWarning, match=r"odd\.toml:8: facts\.density\.value: 2\.35 g/mL is ou"):
        material = material_from(read_toml(path))
    assert material.facts["density"].value == 2350.0


def test_extends_takes_over_and_replaces() -> None:
    """Mistake: facts of the base are lost, win over the own ones, or forget where they are from
    (two lots of one polymer must share the scores of what they share)."""
    lot = load_material("soft-gel-lot-7", near=str(VALID / "sheet.toml"))
    base = load_material("soft-gel", near=str(VALID / "sheet.toml"))
    assert lot.facts["density"].value == 1290.0
    assert lot.facts["density"].key == "soft-gel-lot-7/density"
    assert lot.facts["relaxation_time"] == base.facts["relaxation_time"]
    assert lot.facts["relaxation_time"].key == "soft-gel/relaxation_time"
    assert set(lot.sources) == {"nobody-1999", "own-pycnometer"}
    assert [Path(path).name for path in lot.bases] == ["soft-gel.toml"]
    assert lot.key == "soft-gel-lot-7"


def test_cache_notices_changes(tmp_path: Path) -> None:
    """Mistake: an edited file (or the file it extends) is not read again."""
    for name in ("soft-gel.toml", "soft-gel-lot-7.toml"):
        shutil.copy(VALID / name, tmp_path / name)
    path = str(tmp_path / "soft-gel-lot-7.toml")
    first = load_material(path)
    assert load_material(path) is first
    base = tmp_path / "soft-gel.toml"
    base.write_text(base.read_text().replace("value = 310", "value = 320"))
    os.utime(base, ns=(1, 1))
    assert load_material(path).facts["relaxation_time"].value == 320.0


def test_three_numbers_of_ones_own_batch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Mistake: one's own file has to repeat the library's, or the library's number wins."""
    (tmp_path / "materials").mkdir()
    (tmp_path / "materials" / "batch-12.toml").write_text("""\
kind = "material"
schema = 1
name = "GelMA, batch 12"
role = "polymer"
extends = "gelma"

[facts.plateau_modulus]
value = 3.7
unit = "kPa"
sd = 0.4
basis = "measured"
source = "own"

[facts.relaxation_time]
value = 310
unit = "s"
gsd = 1.3
basis = "measured"
source = "own"

[facts.mesh_size_gsd]
value = 1.45
unit = "1"
sd = 0.1
basis = "measured"
source = "own"

[sources.own]
citation = "Own rheometer, notebook 12, page 34."
""", "utf-8")
    monkeypatch.chdir(tmp_path)
    batch, library = load_material("batch-12", "polymer"), load_material("gelma", "polymer")
    assert batch.facts["plateau_modulus"].value == 3700.0
    assert batch.facts["relaxation_time"].value == 310.0
    assert batch.facts["mesh_size_gsd"].value == 1.45
    own = {"plateau_modulus", "relaxation_time", "mesh_size_gsd"}
    assert {name for name, fact in batch.facts.items() if fact.material == "batch-12"} == own
    assert {name: fact for name, fact in batch.facts.items() if name not in own} == {
        name: fact for name, fact in library.facts.items() if name not in own}


@pytest.mark.parametrize("path", [*list_materials(), VALID / "soft-gel-lot-7.toml"],
                         ids=lambda path: Path(path).stem)
def test_saved_material_is_the_same(path: str, tmp_path: Path) -> None:
    """Mistake: a number, spread, table, condition or source is lost or rounded on saving."""
    material = load_material(str(path))
    material.save(tmp_path / "again.toml")
    again = load_material(str(tmp_path / "again.toml"))

    def plain(found: Material) -> dict[str, Fact]:
        return {name: replace(fact, material="", unit="") for name, fact in found.facts.items()}

    assert plain(again) == plain(material)
    assert (again.name, again.role, again.description) == (
        material.name, material.role, material.description)
    cited = {fact.source for fact in material.facts.values()} - {""}
    assert again.sources == {key: material.sources[key] for key in material.sources
                             if key in cited}


def test_problems_of_all_facts_come_at_once() -> None:
    """Mistake: the user mends one problem per run."""
    with pytest.raises(InputError) as caught:
        build('[facts.density]\nvalue = 1\n[facts.mesh_size]\nvalue = 3\nunit = "s"\n'
              'basis = "assumed"\nnote = "x"\n[facts.nonsense]\nvalue = 1\n')
    assert [problem.key for problem in caught.value.problems] == [
        "facts.density.basis", "facts.density.unit", "facts.mesh_size.unit", "facts.nonsense"]


def test_shipped_materials_have_no_problem() -> None:
    """Mistake: a shipped fact has no unit, basis or source, or an impossible value."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RangeWarning)
        for path in list_materials():
            assert load_material(path).facts

"""Templates, lists and what is shown of a material, a law or a formulation."""

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from releasekit import catalogue
from releasekit.carriers.families import FAMILIES
from releasekit.facts import load_material
from releasekit.loading import load
from releasekit.metrics import measure
from releasekit.simulation import simulate

Run = Callable[..., Result]
ReadJson = Callable[[str], Any]
FOLDER = Path(__file__).parents[2] / "examples"
EXAMPLES = ("hydrogel-gelma", "hydrogel-alginate", "hydrogel-peg", "hydrogel-chitosan",
            "measured-curve")


@pytest.mark.parametrize("kind", [
    "material", "matrix", "exosome", "wound", "process", "formulation", "hydrogel", "needle",
    "scaffold", "ecm", "measured", "study"])
def test_template_is_valid_as_written(run: Run, tmp_path: Path, kind: str) -> None:
    """Mistake: a template has a key that the program does not know."""
    run("new", kind, tmp_path / f"my-{kind}")
    path = tmp_path / f"my-{kind}.toml"
    assert f"name = \"my-{kind}\"" in path.read_text()
    assert "NAME" not in path.read_text()
    result = run("check", *tmp_path.iterdir())
    assert str(path) in result.stdout
    assert result.stderr == ""


def test_check_says_for_what_a_file_is_complete(run: Run, tmp_path: Path,
                                                read_json: ReadJson) -> None:
    """Mistake: a valid file is taken for a complete one, or defaults are not told."""
    gel = tmp_path / "my-gel.toml"
    run("new", "material", gel)
    said = " ".join(run("check", gel).stdout.split())
    for words in ("6 facts: 6 assumed; ", "from generic-hydrogel", "microneedle: lacks ",
                  "hydrogel: complete for structure modulus", "lacks facts for structure network",
                  "matter most", "cheapest test among them: "):
        assert words in said
    (told,) = read_json(run("check", gel, "--json").stdout)
    assert told["valid"]
    assert "chain_molar_mass" in told["standing"]["uses"][0]["others"]["structure"]["network"]
    assert run("check", gel, "--quiet").stdout == ""


def test_gaps_are_an_agenda(run: Run, sheet: Path, read_json: ReadJson) -> None:
    """Mistake: a gap is listed without the test that would close it, or not by its share."""
    assert "retained_7d_fraction is not defined" in run("list", "gaps", sheet, code=2).stderr
    sheet.write_text(sheet.read_text().replace('"2 d"', '"8 d"'))
    found = read_json(run("list", "gaps", sheet, "--json").stdout)
    assert found[0]["fact"] == "carrier_inactivation_rate"
    assert found[0]["formulations"] == [str(sheet)]
    shown = run("list", "gaps", sheet).stdout
    assert "activity of what is taken" in shown
    assert "share: of the variance of retained_7d_fraction in 1 formulation," in shown
    assert "is a material, not" in run("list", "gaps", "materials/wounds/acute-wound.toml",
                                       code=2).stderr


def test_new_overwrites_nothing(run: Run, tmp_path: Path) -> None:
    """Mistake: a file with work in it is replaced by a template, or half of a pair is written."""
    curve = tmp_path / "gel.csv"
    curve.write_text("time_d,released_pct\n0,0\n1,17\n")
    assert "is there already" in run("new", "measured", tmp_path / "gel", code=2).stderr
    assert "17" in curve.read_text()
    assert not (tmp_path / "gel.toml").exists()
    for name in ('a"b', "", "../"):
        assert "is not a name for a file" in run("new", "hydrogel", name, code=2).stderr


@pytest.mark.parametrize(("what", "name"), [
    ("materials", "gelma"), ("exosomes", "adipose-msc"), ("wounds", "diabetic-foot-ulcer"),
    ("processes", "photocrosslinking"),
    ("models", "hydrolysis-ph"), ("metrics", "retained_7d_fraction")])
def test_lists(run: Run, read_json: ReadJson, what: str, name: str) -> None:
    """Mistake: a list is empty, or its JSON and its words differ."""
    assert name in run("list", what).stdout
    assert name in [entry["name"] for entry in read_json(run("list", what, "--json").stdout)]


def test_laws_with_their_needs_and_origin(run: Run) -> None:
    """Mistake: computed quantities are listed as facts to look up, or a source is lost."""
    laws = {(law.part, law.name): law for law in catalogue.laws("hydrogel")}
    enzyme = laws["degradation", "enzyme"]
    assert {"enzyme_activity", "activity_cleavage_rate"} <= set(enzyme.needs)
    assert laws["structure", "modulus"].needs == ("plateau_modulus",)
    assert "chain_molar_mass" in laws["structure", "network"].needs
    assert laws["connectivity", "chain-growth"].needs == ("crosslinks_per_chain",)
    assert "deformable_fraction" in laws["mobility", "unified"].may_use
    computed = {"mesh_size_median", "mesh_size", "polymer_volume_fraction", "vesicle_diameter",
                "intact_fraction", "time", "temperature"}
    for law in laws.values():
        assert not computed & set(law.needs) or law.name == "given"
        assert all(validity and source for _, validity, source in law.calls), law
    assert "binding_ratio" not in catalogue.always_needed("hydrogel")  # binding may be none
    assert "carrier_inactivation_rate" in catalogue.always_needed("measured")
    shown = run("list", "models").stdout
    assert "network.correlation_length: " in shown
    assert "Source: " in shown


def test_needs_are_what_a_run_misses() -> None:
    """Mistake: the list of needs is written by hand and differs from what a run asks for."""
    known = set(load_material("gelma").facts)
    sheet = load(FOLDER / "hydrogel-gelma.toml")
    for law in catalogue.laws("hydrogel"):
        if law.part == "degradation" and law.name == "none":
            continue
        problems = catalogue.examine(sheet.but(**{law.part: law.name})).problems
        others = {*load_material("adipose-msc").facts, *load_material("diabetic-foot-ulcer").facts}
        missing = {problem.key for problem in problems}
        assert missing - {"junction_functionality"} == \
            set(law.needs) - known - others - {"junction_functionality"}, law.name


def test_every_chosen_law_is_listed() -> None:
    """Mistake: a law can be chosen but is not listed."""
    for carrier, family in FAMILIES.items():
        listed = {(law.part, law.name): len(law.calls) for law in catalogue.laws(carrier)}
        assert listed == {(part, name): len(functions) for part, laws in family.models.items()
                          for name, functions in laws.items()}
        assert all(inspect.isfunction(function) for laws in family.models.values()
                   for functions in laws.values() for function in functions)


def test_show_material(run: Run, read_json: ReadJson) -> None:
    """Mistake: a number is shown in SI beside the shown unit, or its source is left out."""
    shown = run("show", "gelma").stdout
    modulus = next(line for line in shown.splitlines() if "plateau_modulus" in line)
    for words in ("0.54, 0.89, 2.22,", "times or over 1.8", "computed", "pmc9594995"):
        assert words in modulus
    assert "sd 15 kJ/mol" in shown
    assert catalogue.conditions_of(load_material("gelma").facts["activity_cleavage_rate"]) == \
        "polymer_concentration 75 mg/mL, temperature 37 degC"
    assert "[pmc9594995] PMC9594995, Biofabrication" in shown
    assert "half-life is months" not in shown
    assert "half-life is months" in run("show", "gelma", "--notes").stdout
    facts = read_json(run("show", "gelma", "--json").stdout)["facts"]
    assert facts["plateau_modulus"]["points"][2] == [75.0, 2220.0]


def test_show_formulation(run: Run, sheet: Path, read_json: ReadJson) -> None:
    """Mistake: a choice, a law or a material of a formulation is not shown."""
    shown = run("show", sheet).stdout
    for words in ("gelma", "unified", "1.3 mm", "2.3e+09 1/cm^2", "68 mg/mL", "2 d"):
        assert words in shown
    told = read_json(run("show", sheet, "--json").stdout)
    assert told["choices"]["thickness"] == 0.0013
    assert told["materials"]["polymer"] == "gelma"
    layered = run("show", FOLDER / "hydrogel-bilayer.toml").stdout
    assert layered.index("reservoir") < layered.index("1.5 mm") < layered.index("starter")
    told = read_json(run("show", FOLDER / "hydrogel-bilayer.toml", "--json").stdout)
    assert [layer["materials"]["polymer"] for layer in told["layers"]] == [
        "gelma", "alginate-printed"]
    curve = read_json(run("show", FOLDER / "measured-curve.toml", "--json").stdout)
    assert len(curve["given"]["released_fraction"]["times"]) == 14


def test_examples_are_valid_and_comparable(run: Run) -> None:
    """Mistake: an example does not run, or carries another dose per wound area."""
    files = [FOLDER / f"{name}.toml" for name in EXAMPLES]
    assert run("check", *files).stdout.count("valid formulation") == len(files)
    formulations = [load(file) for file in files]
    assert {one.number("dose_per_area") for one in formulations} == {1e14}
    releases = simulate(formulations, accuracy="screen", explain=False)
    for release in releases:
        found = measure(release)
        assert release.ledger_residual < 1e-9
        for name in ("steady_days_d", "time_above_target_d", "gain_over_free"):
            assert found[name] is not None
    gelma, alginate = (measure(release) for release in releases[:2])
    assert gelma["available_auc_d"] > alginate["available_auc_d"]  # type: ignore[operator]

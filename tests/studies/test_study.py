"""Studies: what a file says becomes ranges in SI, and a doubtful study says why it is doubtful."""

import warnings
from dataclasses import FrozenInstanceError, replace
from pathlib import Path

import numpy as np
import pytest

from releasekit.errors import ComparisonWarning, ConditionWarning, InputError, ReleasekitWarning
from releasekit.loading import load
from releasekit.studies.candidates import limits, objectives, score
from releasekit.studies.recipes import tables
from releasekit.studies.study import Constraint, Mixture, Objective, Study, Vary

VALID = Path(__file__).parents[1] / "files" / "valid"
EXAMPLE = Path(__file__).parents[2] / "examples" / "diabetic-foot-ulcer.toml"


@pytest.fixture(scope="module")
def two() -> Study:
    loaded = load(VALID / "study-two.toml")
    assert isinstance(loaded, Study)
    return loaded


def said(study: Study) -> list[str]:
    return [str(concern) for concern in study.concerns()]


def test_ranges_are_si_and_go_to_their_formulation(two: Study) -> None:
    """Mistake: a range stays in its unit, or a range of one polymer is used for another."""
    gelatin, alginate = two.base
    assert two.vary[0] == Vary("polymer_concentration", 41.0, 143.0, applies_to=("Gelatin sheet",))
    assert two.vary[1].applies(alginate)
    assert not two.vary[1].applies(gelatin)
    assert two.vary[2] == Vary("thickness", 7e-4, 4.3e-3, "log")
    assert two.vary[2].applies(gelatin)
    assert two.vary[3] == Vary("dressing_change_time", 172800.0, 432000.0, "integer")
    assert (two.vary[4].name, two.vary[4].among) == ("mobility", ("unified", "percolating"))


def test_wishes_limits_and_search(two: Study) -> None:
    """Mistake: a limit in kPa compared with pascals, or a setting of the search that is ignored."""
    assert two.objectives == (Objective("retained_7d_fraction", "maximise"),
                              Objective("available_auc_d", "maximise", 0.9))
    assert two.constraints == (Constraint("released_24h_fraction", at_most=0.37),
                               Constraint("plateau_modulus", 600.0, 21000.0))
    assert (two.method, two.budget, two.population, two.seed) == ("evolution", 48, 16, 3)
    assert (two.draws, two.percentile) == (0, 12)
    assert two.path.endswith("study-two.toml")
    assert len(two.checksum) == 64


def test_a_choice_among_one_is_made(two: Study) -> None:
    """Mistake: a choice among one word takes a coordinate of the search, or is not made at all."""
    assert [one.materials["exosome"].key for one in two.base] == ["umbilical-msc"] * 2
    assert "exosome" not in [vary.name for vary in two.vary]


def test_frozen(two: Study) -> None:
    """Mistake: a running search changes the study it was given."""
    with pytest.raises(FrozenInstanceError):
        two.budget = 7  # type: ignore[misc]


def test_a_sound_study_has_no_concerns(two: Study) -> None:
    """Mistake: warnings for everything, so that nobody reads them."""
    assert said(two) == []
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert load(EXAMPLE).concerns() == []


def test_retention_alone_is_doubted(two: Study) -> None:
    """Mistake: a gel that never lets go is called the best."""
    held = (Objective("retained_7d_fraction", "maximise"),)
    assert "never lets go" in said(replace(two, objectives=held))[0]
    burst = (Constraint("released_24h_fraction", at_most=0.4),)  # a lid on release is no delivery
    assert "never lets go" in said(replace(two, objectives=held, constraints=burst))[0]
    for limit in (Constraint("steady_days_d", at_least=3.0),
                  Constraint("unreleased_at_end_fraction", at_most=0.2)):
        assert said(replace(two, objectives=held, constraints=(limit,))) == []


def test_unequal_doses_are_doubted(two: Study) -> None:
    """Mistake: carriers compared at different doses, one varied and one not."""
    gelatin, alginate = two.base
    more = replace(two, base=(gelatin, alginate.but(dose_per_area="2e10 /cm^2")))
    assert isinstance(more.concerns()[0], ComparisonWarning)
    dose = Vary("dose_per_area", 1e13, 1e15, "log")
    assert said(replace(more, vary=(*two.vary, dose))) == []
    one = replace(dose, applies_to=(gelatin.name,))
    assert "same dose" in said(replace(two, vary=(*two.vary, one)))[0]
    by_volume = alginate.but(exosome_concentration="5.652173913043478e10 /mL")  # 1.3e10/cm2, 2.3 mm
    assert said(replace(two, base=(gelatin, by_volume))) == []


def test_unequal_exosomes_are_doubted(two: Study) -> None:
    """Mistake: a polymer wins because its example names other cells."""
    gelatin, alginate = two.base
    other = replace(two, base=(gelatin, alginate.but(exosome="adipose-msc")))
    assert "differ in their exosome" in said(other)[0]
    free = Vary("exosome", among=("adipose-msc", "umbilical-msc"))
    assert said(replace(other, vary=(*two.vary, free))) == []


def test_a_range_beyond_a_table_is_doubted(two: Study) -> None:
    """Mistake: a modulus is extrapolated without a word, also of a polymer that is a choice."""
    wide = Vary("polymer_concentration", 41.0, 260.0, applies_to=("Gelatin sheet",))
    found = replace(two, vary=(wide, *two.vary[1:])).concerns()
    assert isinstance(found[0], ConditionWarning)
    assert str(found[0]) == ("gelma: plateau_modulus is known for polymer_concentration 40 mg/mL "
                             "to 150 mg/mL, the study goes from 41 mg/mL to 260 mg/mL")
    chosen = Vary("polymer", among=("gelma", "alginate-ionic"), applies_to=("Gelatin sheet",))
    assert any(text.startswith("alginate-ionic: ")
               for text in said(replace(two, vary=(*two.vary, chosen))))


def test_a_limit_that_does_nothing_is_doubted(two: Study) -> None:
    """Mistake: a limit on something that nobody knows holds for all, and nobody is told."""
    gelatin, alginate = two.base
    known = gelatin.materials["polymer"]
    facts = {name: fact for name, fact in known.facts.items() if name != "usable_concentration_low"}
    unknown = gelatin.but(polymer=replace(known, facts=facts))
    limited = replace(two, constraints=(Constraint("concentration_excess_ratio", at_most=0.1),))
    assert said(limited) == []
    assert said(replace(limited, base=(unknown, alginate))) == [
        f"{two.name}: the limit on concentration_excess_ratio does nothing for {gelatin.name} "
        "(no usable_concentration_low): add the fact to the material, or below [given]"]
    # of materials that are chosen among each is asked
    chosen = Vary("polymer", among=("alginate-ionic", "gelma"), applies_to=(gelatin.name,))
    forced = Constraint("injection_force", at_most=30.0)
    told = said(replace(two, vary=(*two.vary, chosen), constraints=(forced,)))
    assert [text for text in told
            if f"{gelatin.name} with alginate-ionic (no needle_bore_radius, " in text]
    # ions set alginate: a temperature at which it sets is not missing
    margin = Constraint("gelation_margin", at_least=-3.0)
    assert said(replace(two, constraints=(margin,))) == []
    warm = replace(alginate.materials["polymer"], loading=("thermal-gelation",))
    told = said(replace(two, base=(gelatin, alginate.but(polymer=warm)), constraints=(margin,)))
    assert [text for text in told if "no gelation_temperature" in text]


def test_concerns_are_shown_on_loading(tmp_path: Path) -> None:
    """Mistake: concerns are kept, but the user of the file never sees them."""
    text = (VALID / "study-two.toml").read_text("utf-8").replace('"study-', f'"{VALID}/study-')
    file = tmp_path / "study.toml"
    file.write_text(text.replace('"available_auc_d"', '"mean_residence_d"').replace(
        f'formulation = "{VALID}/study-gelma"', 'formulation = "study-gelma"'), "utf-8")
    with pytest.warns(ReleasekitWarning, match="never lets go"):
        load(file)


def test_mixtures_targets_and_probabilities() -> None:
    """Mistake: an unequal share, a probability or a target that is read and then forgotten."""
    study = load(VALID / "study-composite.toml")
    names = ("matrix_concentration", "polymer_concentration")
    assert study.mixtures == (Mixture(names, 60.0, (4.0, 23.0)),)
    assert study.varied(study.base[0]) == ["thickness", *names]
    assert study.objectives[1] == Objective("t50_release_d", "reach", 6.5, "log")
    assert study.constraints[0] == Constraint("released_24h_fraction", at_most=0.35,
                                              probability=0.75)
    assert (study.draws, study.percentile, study.probability) == (16, 20.0, 0.85)
    assert [limit.wanted.label(study) for limit in limits(study)] == [
        "released_24h_fraction_p75", "retained_7d_fraction_p15"]
    assert [wanted.label(study) for wanted in objectives(study)] == [
        "release_unevenness_ratio_p80", "t50_release_d_distance_p80"]


def test_steps_of_making_may_vary() -> None:
    """Mistake: the exosomes go through the steps of the file, whatever was chosen; or steps that
    cannot be done with the material are taken for done."""
    base = load(EXAMPLE.with_name("scaffold-pcl-print.toml"))
    routes = ("soaking + drying", "soaking + heating", "melt-extrusion")  # the last into its melt
    study = Study("routes", "", (base,), (Vary("process", among=routes),),
                  (Objective("process_recovery_fraction", "maximise"),),
                  (Constraint("process_recovery_fraction", at_least=0.6),))
    scored = score(study, np.array([[0.2], [0.5], [0.8]]))
    assert scored.choices()["process"] == list(routes)
    soaked, heated, molten = -scored.minimised()[:, 0]
    facts = {key.split("/")[0]: fact.value for key, fact in base.facts().items()
             if key.endswith("/active_recovery_fraction") and key[:4] in ("soak", "dryi")}
    assert soaked == pytest.approx(np.prod(list(facts.values())))
    assert heated < 0.6 < soaked
    assert np.isnan(molten)
    assert scored.feasible().tolist() == [True, False, False]
    assert "'melt-extrusion' does not bring exosomes into pcl (possible: soaking)" \
        in scored.failed[2]
    with pytest.raises(InputError, match="is storage: its time is not part of a choice"):
        base.but(process="soaking + storage-frozen")
    with pytest.raises(InputError, match="did you mean photocrosslinking"):
        base.but(process="photocroslinking")


def test_a_filling_may_vary() -> None:
    """Mistake: only the solid of a scaffold can be a choice, not the gel in its pores."""
    base = load(EXAMPLE.with_name("scaffold-pcl-gelma.toml"))
    vary = Vary("filling", among=("gelma", "collagen-gel"))
    study = Study("fillings", "", (base,), (vary,), (Objective("available_auc_d", "maximise"),))
    filled = [designs.base.materials["filling"].key
              for _, designs in tables(study, np.array([[0.2], [0.8]]))]
    assert filled == ["gelma", "collagen-gel"]

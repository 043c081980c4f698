"""What a search says of its picks: on functions whose numbers are known beforehand."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from releasekit.formulation import Designs
from releasekit.loading import load
from releasekit.studies import candidates
from releasekit.studies.alternatives import effects, relaxations
from releasekit.studies.candidates import HELD, limits, score
from releasekit.studies.picks import sterility
from releasekit.studies.ranking import ranking
from releasekit.studies.search import SearchResult, optimise
from releasekit.studies.study import Constraint, Objective, Study, Vary

from ..builders import gel, run

VALID = Path(__file__).parents[1] / "files" / "valid"
Array = NDArray[np.float64]
WANTED = (Objective("available_auc_d", "maximise"),
          Objective("loaded_dose_per_cm2", "minimise", scale="log"))
WOBBLE = np.linspace(-1.0, 1.0, 21)


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> Study:
    """A study of two gels with known numbers, that wobble from draw to draw where there are any."""
    two = load(VALID / "study-two.toml")

    def evaluate(designs: Designs, names: Sequence[str], *, draws: int = 0,
                 **_: Any) -> tuple[dict[str, Array], dict[int, str]]:
        thick = designs.columns["thickness"] * 1e3
        dose = designs.columns["dose_per_area"] * 1e-4
        better = 2.0 if designs.base.materials["polymer"].key == "alginate-ionic" else 1.0
        law = 0.3 if designs.base.models["mobility"] == "percolating" else 0.0
        numbers = {"available_auc_d": better * thick + law, "loaded_dose_per_cm2": dose,
                   "released_24h_fraction": 0.1 * thick, "retained_7d_fraction": 1.0 - 0.2 * thick}
        wobble = 0.05 * WOBBLE if draws else np.zeros(1)
        return {name: numbers[name][:, None] + wobble for name in names}, {}

    monkeypatch.setattr(candidates, "evaluate", evaluate)
    vary = (Vary("thickness", 1e-3, 3e-3), Vary("dose_per_area", 1e13, 1e15, "log"),
            Vary("mobility", among=("unified", "percolating")))
    return replace(two, vary=vary, objectives=WANTED, constraints=(), draws=0)


def test_effects_are_differences_of_one_choice(known: Study) -> None:
    """Mistake: two choices moved at once, a step that is not the one told, or its sign turned."""
    gelatin, alginate = effects(known, np.array([[0.1, 0.4, 0.5, 0.1], [0.9, 1.0, 0.02, 0.9]]))
    steps = {one.choice: one for one in gelatin}
    assert set(steps) == {"thickness_mm", "dose_per_area_per_cm2", "mobility"}
    assert (steps["thickness_mm"].start, steps["thickness_mm"].end) == pytest.approx((1.7, 1.9))
    assert steps["thickness_mm"].changes == pytest.approx(
        {"available_auc_d": 0.2, "loaded_dose_per_cm2": 0.0}, abs=1e-9)
    dose = steps["dose_per_area_per_cm2"]
    assert dose.changes["loaded_dose_per_cm2"] == pytest.approx(
        1e10 * (10**0.1 - 10**-0.1), rel=5e-3)
    assert (steps["mobility"].start, steps["mobility"].end) == ("unified", "percolating")
    assert steps["mobility"].changes["available_auc_d"] == pytest.approx(0.3)
    ends = {one.choice: one for one in alginate}  # at the end of its range: one step only
    assert (ends["thickness_mm"].start, ends["thickness_mm"].end) == pytest.approx((2.9, 3.0))
    assert ends["thickness_mm"].changes["available_auc_d"] == pytest.approx(0.2)
    assert ends["mobility"].changes["available_auc_d"] == pytest.approx(-0.3)


def test_a_relaxed_limit_shows_what_lies_behind_it(known: Study) -> None:
    """Mistake: an alternative that breaks a second limit, or needs more than a quarter more."""
    limited = replace(known, constraints=(Constraint("released_24h_fraction", at_most=0.2),
                                          Constraint("retained_7d_fraction", at_least=0.53)))
    points = np.random.default_rng(3).random((300, 4))
    scored = score(limited, points)
    own = scored.minimised()[scored.feasible()]
    best = own[[np.argmin(own[:, 0])]]
    (found,) = relaxations(scored, [(lambda values: values[:, 0], best)])
    (only,) = found  # beyond 0.25 the other limit breaks too
    assert only.limit == "released_24h_fraction at most 0.2"
    assert 0.2 < float(only.relaxed_to) <= 0.235
    assert only.objectives["available_auc_d"] > -best[0, 0]
    excess = scored.excess()
    rows = (excess[:, 0] > 0) & (excess[:, 0] <= 0.25) & (excess[:, 1] <= 0)
    assert only.objectives["available_auc_d"] == pytest.approx(-scored.minimised()[rows, 0].min())
    assert only.trial == np.flatnonzero(rows)[np.argmin(scored.minimised()[rows, 0])]


def test_share_of_draws_in_which_all_limits_hold(known: Study) -> None:
    """Mistake: the shares of all limits multiplied, or the worst of them, in place of the draws
    that keep all."""
    drawn = replace(known, draws=21, constraints=(
        Constraint("released_24h_fraction", at_most=0.2, probability=0.75),
        Constraint("retained_7d_fraction", at_least=0.62)))
    points = np.random.default_rng(4).random((50, 4))
    scored = score(drawn, points)
    thick = np.array(scored.choices()["thickness_mm"], dtype=float)[:, None]
    burst = 0.1 * thick + 0.05 * WOBBLE <= 0.2 + 1e-12
    keeps = burst & (1.0 - 0.2 * thick + 0.05 * WOBBLE >= 0.62 - 1e-12)
    assert scored.values[HELD] == pytest.approx(keeps.mean(axis=1))
    assert len(np.unique(scored.values[HELD])) > 5
    one = replace(drawn, constraints=drawn.constraints[:1])
    assert (score(one, points).feasible() == (burst.mean(axis=1) >= 0.75)).all()
    assert [limit.wanted.label(drawn) for limit in limits(drawn)] == [
        "released_24h_fraction_p75", "retained_7d_fraction_p12"]


def test_formulations_are_ranked_by_what_they_reach(known: Study) -> None:
    """Mistake: the order of the file, or that of the worst; ranks in a family that do not start
    anew."""
    scored = score(known, np.random.default_rng(5).random((200, 4)))
    first, second = ranking(scored)
    assert (first.formulation, second.formulation) == ("Alginate sheet", "Gelatin sheet")
    assert (first.rank, second.rank, second.rank_in_family) == (1, 2, 2)
    assert first.hypervolume > 1.5 * second.hypervolume > 0.0
    own = score(known, scored.points[[first.trial]])
    assert first.objectives["available_auc_d"] == -own.minimised()[0, 0]


def test_an_impossible_study_says_how_far_it_is(known: Study) -> None:
    """Mistake: an empty answer, or the limit named that is the easier one."""
    hard = replace(known, budget=40, constraints=(
        Constraint("released_24h_fraction", at_most=0.08), Constraint("retained_7d_fraction", 0.7)))
    result = optimise(hard)
    assert result.best == ()
    first, worst, *rest = result.unsatisfied.splitlines()
    assert first == "none of 40 candidates keeps all constraints"
    assert worst.startswith("released_24h_fraction at most 0.08: broken by 40 of 40, at best 0.1")
    assert worst.endswith("% off")
    assert rest[-1].endswith("in released_24h_fraction")


# on gels -----------------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def drawn() -> SearchResult:
    two = load(VALID / "study-two.toml")
    return optimise(replace(two, draws=6, budget=24, population=8, constraints=(
        Constraint("released_24h_fraction", at_most=0.7, probability=0.5),)))


@pytest.mark.filterwarnings("ignore::releasekit.errors.ConditionWarning")
def test_every_pick_is_explained(drawn: SearchResult) -> None:
    """Mistake: a pick without its limits' odds, its effects, or without a word on sterility."""
    assert "most robust" in ", ".join(pick.label for pick in drawn.best)
    for pick in drawn.best:
        assert pick.held.keys() == {"released_24h_fraction at most 0.7"}
        assert pick.held["released_24h_fraction at most 0.7"] >= 0.5
        assert {one.choice for one in pick.effects} == set(pick.choices) - {"formulation"}
        assert pick.sterility
    robust = next(pick for pick in drawn.best if "most robust" in pick.label)
    held = drawn.pareto.set_index("trial")[HELD]
    assert held[robust.trial] == held.max()
    told = drawn.summary()
    assert [one["formulation"] for one in told["ranking"]] == [
        one.formulation for one in drawn.ranking]
    assert told["best"][0]["effects"][0]["changes"].keys() == drawn.best[0].objectives.keys()


def test_sterile_or_aseptic() -> None:
    """Mistake: a thick paste or a broad vesicle that would be filtered all the same."""
    thin = gel(precursor_viscosity="0.02 Pa s")
    assert sterility(run(thin)) == "sterile filtration"
    assert sterility(run(thin.but(precursor_viscosity="3 Pa s"))).startswith("aseptic only: a prec")
    broad = thin.but(vesicle_diameter_median="180 nm", vesicle_diameter_gsd=1.6)
    assert "hold back 33% of the vesicles" in sterility(run(broad))
    gelma = thin.materials["polymer"]
    facts = {name: fact for name, fact in gelma.facts.items() if name != "precursor_viscosity"}
    unknown = gel().but(polymer=replace(gelma, facts=facts))
    assert "not known" in sterility(run(unknown))

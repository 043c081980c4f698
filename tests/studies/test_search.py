"""The search: on functions whose best is known, and on gels, from file to file."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from releasekit.errors import InputError
from releasekit.formulation import Designs
from releasekit.loading import load
from releasekit.metrics import measure, metric
from releasekit.simulation import simulate
from releasekit.studies import candidates, proposals
from releasekit.studies.candidates import Wanted, score
from releasekit.studies.pareto import hypervolume
from releasekit.studies.proposals import grid
from releasekit.studies.recipes import coordinates, settle, tables
from releasekit.studies.search import SearchResult, explore, optimise
from releasekit.studies.study import Constraint, Mixture, Objective, Study, Vary

from .analytic import UNIT, Array, Evaluated, evaluator, zitzler, zitzlers

VALID = Path(__file__).parents[1] / "files" / "valid"

CORNER = np.array([1.1, 1.1])


@pytest.fixture(scope="module")
def two() -> Study:
    loaded = load(VALID / "study-two.toml")
    assert isinstance(loaded, Study)
    return loaded


@pytest.fixture(scope="module")
def found(two: Study) -> SearchResult:
    return optimise(two)


@pytest.fixture
def known(two: Study, monkeypatch: pytest.MonkeyPatch) -> Study:
    """A study of one gel whose scores are Zitzler's first function: the front is 1 - sqrt(f)."""
    evaluate_by(monkeypatch, zitzler)
    return zitzlers(two)


def evaluate_by(monkeypatch: pytest.MonkeyPatch,
                function: Callable[[dict[str, Array]], dict[str, Array]],
                failed: Callable[[dict[str, Array]], dict[int, str]] = lambda columns: {}) -> None:
    """Let a cheap function take the place of the simulation."""
    monkeypatch.setattr(candidates, "evaluate", evaluator(function, failed))


def volume(study: Study) -> float:
    return hypervolume(explore(study).minimised(), np.zeros(2), CORNER)


# the search itself -------------------------------------------------------------------------------

def test_finds_a_known_front(known: Study) -> None:
    """Mistake: a sign, a scale or a stuck population: the front is missed. Exact: 1.21 - 1/3."""
    exact = (1.21 - 1.0 / 3.0) / 1.21
    for seed in (1, 2):
        evolved = volume(replace(known, budget=1200, seed=seed))
        assert 0.97 * exact < evolved <= exact
        assert volume(replace(known, budget=1200, seed=seed, method="sobol")) < 0.5 * evolved


def test_budget_is_kept_to_the_candidate(known: Study) -> None:
    """Mistake: the last generation runs over the budget, or a small budget breaks the start."""
    for budget in (1, 7, 61):
        for method in ("evolution", "sobol"):
            seen: list[int] = []
            scored = explore(replace(known, budget=budget, method=method),
                             progress=lambda done, total, info: seen.append(done))  # noqa: B023
            assert len(scored) == budget == seen[-1]
            assert np.all(np.diff(seen) > 0)
    with pytest.raises(InputError, match="1 candidate or more"):
        optimise(known, budget=0)


@pytest.mark.parametrize("count", [1, 3, 4])
def test_any_number_of_objectives(known: Study, count: int) -> None:
    """Mistake: an algorithm that cannot do with one objective, or with four."""
    wanted = (Objective("available_auc_d", "maximise"),
              Objective("released_7d_fraction", "minimise"),
              Objective("released_24h_fraction", "minimise"),
              Objective("retained_auc_d", "minimise"))[:count]
    scored = explore(replace(known, objectives=wanted, budget=200))
    assert len(scored) == 200
    assert scored.minimised().shape == (200, count)
    start = scored.minimised()[:50, 0].min()  # the Sobol points
    assert scored.minimised()[50:, 0].min() < 0.9 * start


def first_two(columns: dict[str, Array]) -> dict[str, Array]:
    """Scores that ask for no more than the first quantities."""
    return {"released_7d_fraction": columns[UNIT[0].name] ** 2 + 0.1,
            "retained_auc_d": columns[UNIT[0].name]}


def test_a_grid_has_every_combination(known: Study, two: Study,
                                      monkeypatch: pytest.MonkeyPatch) -> None:
    """Mistake: corners or words are left out, or one formulation takes the budget of another."""
    evaluate_by(monkeypatch, first_two)
    words = (Vary("mobility", among=("unified", "percolating", "multiscale")), *UNIT[:2])
    scored = explore(replace(known, method="grid", vary=words, budget=50,
                             objectives=(Objective("retained_auc_d", "maximise"),)))
    table = scored.table()
    assert len(table) == 3 * 4 * 4  # four levels are the most that 50 allows
    assert len(table[[*scored.choices()]].drop_duplicates()) == len(table)
    assert set(table[UNIT[0].name]) == {0.0, 0.333, 0.667, 1.0}
    both = grid(replace(two, vary=two.vary[:2], budget=20))
    assert np.array_equal(next(both), [[0.25, u] for u in np.linspace(0, 1, 10)]
                          + [[0.75, u] for u in np.linspace(0, 1, 10)])


def test_a_search_that_stands_still_ends(known: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    """Mistake: the budget is burnt where nothing is left to gain, or a search stops too early."""
    evaluate_by(monkeypatch, first_two)
    easy = replace(known, vary=UNIT[:1], budget=3000, objectives=(
        Objective("released_7d_fraction", "minimise"),))
    for seed in (1, 2):
        scored = explore(replace(easy, seed=seed))
        assert 300 < len(scored) < 2500
        assert scored.minimised().min() < 0.1001
    hopeless = replace(easy, budget=300, constraints=(Constraint("retained_auc_d", 2.0),))
    assert len(explore(hopeless)) == 300  # never stands still: nothing feasible is known


def test_restarts_leave_a_trap(known: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    """Mistake: a population that sits in one family never sees the better one again."""
    def trap(columns: dict[str, Array]) -> dict[str, Array]:
        u = columns[UNIT[0].name]
        return {"released_7d_fraction": np.where(np.abs(u - 0.903) < 0.004, 0.0, 0.2 + 0.1 * u)}

    evaluate_by(monkeypatch, trap)
    narrow = replace(known, vary=UNIT[:1], budget=2500, objectives=(
        Objective("released_7d_fraction", "minimise"),))
    for seed in (1, 2, 3):
        assert explore(replace(narrow, seed=seed)).minimised().min() == 0.0


def test_polish_is_better_than_going_on(known: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    """Mistake: the last share of the budget is wasted on points that are no better."""
    polished = [volume(replace(known, seed=seed)) for seed in range(6)]
    monkeypatch.setattr(proposals, "POLISH_SHARE", 10**9)
    plain = [volume(replace(known, seed=seed)) for seed in range(6)]
    assert np.mean(polished) > np.mean(plain)


def test_constraints_are_kept(known: Study) -> None:
    """Mistake: a limit with its sign turned, or one that the search ignores."""
    limited = replace(known, budget=300, constraints=(
        Constraint("released_24h_fraction", at_least=0.62, at_most=0.8),
        Constraint("retained_auc_d", at_most=0.3)))
    scored = explore(limited)
    u = scored.points[scored.feasible()]
    assert len(u) > 100
    assert np.all((u[:, 1] > 0.61) & (u[:, 1] < 0.81) & (u[:, 2] < 0.31))


def test_same_seed_same_search(known: Study) -> None:
    """Mistake: a global random state decides, so that no result can be repeated."""
    first, again, other = (explore(replace(known, budget=150, seed=seed)) for seed in (5, 5, 6))
    pd.testing.assert_frame_equal(first.table(), again.table(), check_exact=True)
    assert not np.array_equal(first.points, other.points)


def test_target_and_scale_of_an_objective(known: Study) -> None:
    """Mistake: more than enough still counts, or decades are weighed like numbers."""
    points = np.random.default_rng(1).random((40, 4))
    capped = replace(known, objectives=(Objective("retained_auc_d", "maximise", target=0.4),
                                        Objective("released_7d_fraction", "minimise", 0.3),
                                        Objective("released_24h_fraction", "minimise",
                                                  scale="log")))
    scored = score(capped, points)
    u = {name: scored.values[name] for name in scored.values}
    expected = np.stack([-np.minimum(u["retained_auc_d"], 0.4),
                         np.maximum(u["released_7d_fraction"], 0.3),
                         np.log10(u["released_24h_fraction"])], axis=1)
    assert scored.minimised() == pytest.approx(expected)


# what fails --------------------------------------------------------------------------------------

def test_reaching_a_target(known: Study) -> None:
    """Mistake: a target that is taken for a cap, so that all beyond it looks alike."""
    aim = replace(known, budget=200, objectives=(
        Objective("released_24h_fraction", "reach", 0.41),))
    scored = explore(aim)
    best = scored.points[np.argmin(scored.minimised()[:, 0])]
    assert best[1] == pytest.approx(0.41, abs=0.011)
    assert scored.minimised().min() >= 0.0


def test_mixtures_add_up(known: Study) -> None:
    """Mistake: parts that do not add up to the total, or all mixtures near one corner."""
    names = ("polymer_concentration", "matrix_concentration", "bulk_density")
    mixed = replace(known, mixtures=(Mixture(names, 61.0, (4.0, 23.5, 0.0)),))
    assert coordinates(mixed)[-2:] == names[:2]
    points = np.random.default_rng(8).random((4000, 6))
    _, designs = next(tables(mixed, points))
    parts = np.stack([designs.columns[name] for name in names])
    assert parts.sum(axis=0) == pytest.approx(61.0, rel=1e-12)
    assert parts.min(axis=1) == pytest.approx([4.0, 23.5, 0.0], abs=0.3)
    assert (parts.min(axis=1) >= [4.0, 23.5, 0.0]).all()
    assert len(np.unique(parts[0])) < 400  # steps that can be weighed
    share = (parts - [[4.0], [23.5], [0.0]]) / 33.5  # uniform: means 1/3, variances 1/18
    assert share.mean(axis=1) == pytest.approx(1.0 / 3.0, abs=0.02)
    assert share.var(axis=1) == pytest.approx(1.0 / 18.0, rel=0.1)
    table = score(mixed, points[:5]).table()
    assert table[[f"{name}_mg_per_mL" for name in names]].sum(axis=1).to_numpy() == pytest.approx(
        61.0)


def test_a_failed_candidate_stays_with_its_reason(
        known: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    """Mistake: one bad candidate stops the search, vanishes, or is taken for a good one."""
    def sick(columns: dict[str, Array]) -> dict[int, str]:
        return {int(i): "the gel is too dense" for i in np.flatnonzero(columns[UNIT[0].name] > 0.7)}

    def scores(columns: dict[str, Array]) -> dict[str, Array]:
        found = zitzler(columns)
        found["available_auc_d"] = np.where(columns[UNIT[1].name] > 0.9, np.nan,
                                            found["available_auc_d"])
        return found

    evaluate_by(monkeypatch, scores, sick)
    scored = explore(replace(known, budget=200))
    table = scored.table()
    failed = table[table["status"] == "failed"]
    dense = table[UNIT[0].name] > 0.7
    blank = (table[UNIT[1].name] > 0.9) & ~dense
    assert dense.any()
    assert blank.any()
    assert list(failed.index) == list(table.index[dense | blank])
    assert set(failed["reason"]) == {"the gel is too dense",
                                     "available_auc_d has no value for this design"}
    assert failed["available_auc_d"].isna().all()
    assert len(table) == 200
    assert (table.loc[~(dense | blank), "status"] == "feasible").all()


def test_a_material_that_cannot_be_run_fails_alone(
        known: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    """Mistake: a law that lacks a fact of one material ends the search of all others."""
    def evaluate(designs: Designs, names: Sequence[str], **_: Any) -> Evaluated:
        if designs.base.materials["polymer"].key == "fibrin":
            raise InputError("needed, but not a fact of fibrin")
        return {name: zitzler(dict(designs.columns))[name][:, None] for name in names}, {}

    monkeypatch.setattr(candidates, "evaluate", evaluate)
    choice = Vary("polymer", among=("gelma", "fibrin"))
    table = explore(replace(known, vary=(choice, *UNIT), budget=60)).table()
    assert set(table["polymer"]) == {"gelma", "fibrin"}
    assert (table["status"] == np.where(table["polymer"] == "fibrin", "failed", "feasible")).all()
    assert set(table.loc[table["polymer"] == "fibrin", "reason"]) == {
        "needed, but not a fact of fibrin"}


def test_nothing_feasible_explains_itself(known: Study) -> None:
    """Mistake: an exception or an empty table, where the user needs to know what to loosen."""
    hopeless = replace(known, budget=120, constraints=(
        Constraint("available_auc_d", at_least=3.0), Constraint("retained_auc_d", at_most=0.5)))
    result = optimise(hopeless)
    assert result.best == ()
    assert len(result.pareto) == 0
    assert result.hypervolume == 0.0
    lines = result.unsatisfied.splitlines()
    assert lines[0] == "none of 120 candidates keeps all constraints"
    best = result.trials["available_auc_d"].max()
    assert lines[1] == (f"available_auc_d at least 3: broken by 120 of 120, at best {best:.4g}, "
                        f"{1 - best / 3:.1%} off")
    assert lines[2].startswith("retained_auc_d at most 0.5: broken by ")
    nearest = result.trials["available_auc_d"][int(lines[3].split("trial ")[1].split(",")[0])]
    assert nearest == pytest.approx(best, abs=0.2)
    assert set(result.trials["status"]) == {"infeasible"}
    assert (result.trials["reason"].str.contains("available_auc_d at least 3: is -")).all()


def test_what_does_not_apply_does_not_hide_the_best(
        known: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    """Mistake: a limit that one carrier does not have is broken "at best nan" by all others."""
    def evaluate(designs: Designs, names: Sequence[str], **_: Any) -> Evaluated:
        scores = zitzler(dict(designs.columns))
        scores["needle_safety_ratio"] = scores["retained_auc_d"]
        if designs.base.models["mobility"] == "percolating":
            scores["needle_safety_ratio"] = np.full_like(scores["retained_auc_d"], np.nan)
        return {name: scores[name][:, None] for name in names}, {}

    monkeypatch.setattr(candidates, "evaluate", evaluate)
    words = Vary("mobility", among=("unified", "percolating"))
    said = optimise(replace(known, vary=(words, *UNIT), budget=60, constraints=(
        Constraint("available_auc_d", at_least=3.0),
        Constraint("needle_safety_ratio", at_least=2.0)))).unsatisfied
    assert "needle_safety_ratio at least 2: broken by " in said
    assert "at best 0." in said
    assert "nan" not in said


def test_whether_a_limit_applies_is_a_matter_of_the_candidate(
        known: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    """Mistake: a metric without a value is a limit that does not apply if all candidates of the
    lot happen to have none; a quantity that some do not have fails these."""
    def evaluate(designs: Designs, names: Sequence[str], **_: Any) -> Evaluated:
        scores = zitzler(dict(designs.columns))
        low = scores["released_7d_fraction"] < 0.5
        scores["needle_safety_ratio"] = np.where(low, np.nan, 3.7)
        scores["t50_release_d"] = np.where(scores["released_24h_fraction"] < 0.5, np.nan, 1.3)
        return {name: scores[name][:, None] for name in names}, {}

    monkeypatch.setattr(candidates, "evaluate", evaluate)
    limited = replace(known, constraints=(Constraint("needle_safety_ratio", at_least=2.1),
                                          Constraint("t50_release_d", at_least=1.1)))
    points = np.random.default_rng(3).random((40, len(limited.vary)))
    together = score(limited, points).table()
    assert set(together["status"]) == {"feasible", "failed"}
    assert set(together.loc[together["status"] == "failed", "reason"]) == {
        "t50_release_d has no value for this design"}
    assert together["needle_safety_ratio"].isna().any()
    alone = pd.concat([score(limited, points[[i]]).table() for i in range(len(points))])
    pd.testing.assert_frame_equal(alone.drop(columns="trial").reset_index(drop=True),
                                  together.drop(columns="trial"))


def test_all_failed_explains_itself(known: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    """Mistake: the minimum of nothing raises when not one candidate could be run."""
    evaluate_by(monkeypatch, zitzler,
                lambda columns: dict.fromkeys(range(len(columns[UNIT[0].name])), "no such law"))
    result = optimise(replace(known, budget=50))
    assert result.best == ()
    assert "failed, 50 times: no such law" in result.unsatisfied


def test_limits_are_checked_again_at_default_accuracy(
        known: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    """Mistake: a pick that keeps its limit only because it was screened coarsely."""
    def evaluate(designs: Designs, names: Sequence[str], **how: Any) -> Evaluated:
        scores = zitzler(dict(designs.columns))
        scores["released_7d_fraction"] = scores["released_7d_fraction"] + (
            0.05 if how["accuracy"] == "default" else 0.0)
        return {name: scores[name][:, None] for name in names}, {}

    monkeypatch.setattr(candidates, "evaluate", evaluate)
    tight = replace(known, budget=200,
                    constraints=(Constraint("released_7d_fraction", at_most=0.5),))
    result = optimise(tight)
    kept = result.trials.loc[result.trials["status"] == "feasible", "released_7d_fraction"]
    assert kept.max() > 0.46
    assert result.pareto["released_7d_fraction"].max() <= 0.5
    assert len(result.pareto) > 2


# draws -------------------------------------------------------------------------------------------

def test_percentiles_are_pessimistic(two: Study) -> None:
    """Mistake: the good side of the draws is taken, or a draw without a value is left out."""
    drawn = replace(two, draws=101, percentile=12.0)
    draws = np.random.default_rng(2).permutation(np.arange(101.0))[None]
    maximise = Wanted("available_auc_d", True, 0.88)
    minimise = Wanted("plateau_modulus", False, 0.88)
    assert maximise.pessimistic(draws) == [12.0]
    assert minimise.pessimistic(draws) == [88.0]
    assert maximise.label(drawn) == "available_auc_d_p12"
    assert minimise.label(drawn) == "plateau_modulus_kPa_p88"
    assert maximise.label(two) == "available_auc_d"
    some = np.where(draws > 95.0, np.nan, draws)  # the five best have no value: they are the worst
    assert maximise.pessimistic(some) == [7.0]
    many = np.where(draws > 80.0, np.nan, draws)
    assert maximise.pessimistic(many) == [-np.inf]
    assert maximise.pessimistic(np.array([[0.37]])) == [0.37]


def test_a_target_is_missed_on_both_sides(two: Study) -> None:
    """Mistake: the percentile of the metric in place of that of the distance: draws on both sides
    of the target would cancel."""
    draws = np.linspace(-3.0, 3.0, 101)[None] + 6.5
    near = Wanted("t50_release_d", False, 0.9, reach=6.5)
    assert near.pessimistic(draws) == pytest.approx([2.7])
    assert near.label(replace(two, draws=101)) == "t50_release_d_distance_p90"
    decades = Wanted("t50_release_d", False, 0.9, reach=6.5, log=True)
    assert decades.pessimistic(np.array([[0.65, 650.0, 6.5]])) == [2.0]
    assert decades.pessimistic(np.array([[0.0]])) == [np.inf]


def test_draws_reach_the_picks(two: Study) -> None:
    """Mistake: the search is pessimistic, but nominal numbers are reported."""
    drawn = replace(two, base=two.base[:1], draws=7, budget=8,
                    constraints=(Constraint("plateau_modulus", 1.0, 1e6),),
                    vary=(Vary("thickness", 7e-4, 4e-3, "log"),))
    result = optimise(drawn)
    pick = result.best[0]
    again = simulate(pick.formulation, draws=7, seed=drawn.seed, explain=False)
    low = np.quantile(metric(again, "retained_7d_fraction"), 0.12, method="lower")
    assert pick.objectives["retained_7d_fraction_p12"] == pytest.approx(low, rel=1e-9)
    assert low < np.median(metric(again, "retained_7d_fraction"))
    modulus = again.properties["plateau_modulus"]
    assert pick.constraints == pytest.approx({
        "plateau_modulus_kPa_p12": np.quantile(modulus, 0.12, method="lower") / 1e3,
        "plateau_modulus_kPa_p88": np.quantile(modulus, 0.88, method="higher") / 1e3}, rel=1e-9)


# points and designs ------------------------------------------------------------------------------

def test_points_become_designs(two: Study) -> None:
    """Mistake: ends of a range out of reach, half days, or one polymer's range for the other."""
    names = coordinates(two)
    assert names == ("formulation", "polymer_concentration", "thickness", "dressing_change_time",
                     "mobility")
    points = np.array([[0.0, 0.0, 0.0, 0.0, 0.0], [1.0, 1.0, 1.0, 1.0, 1.0],
                       [0.2, 0.5, 0.5, 0.5, 0.3], [0.7, 0.5, 0.5, 0.26, 0.8]])
    seen = {int(row): (designs, place) for rows, designs in tables(two, points)
            for place, row in enumerate(rows)}
    assert len(seen) == 4
    expected = [("Gelatin sheet", "unified", 41.0, 7e-4, 2.0),
                ("Alginate sheet", "percolating", 37.0, 4.3e-3, 5.0),
                ("Gelatin sheet", "unified", 92.0, 1.73e-3, 4.0),
                ("Alginate sheet", "percolating", 24.0, 1.73e-3, 3.0)]
    for row, (base, mobility, concentration, thickness, days) in enumerate(expected):
        designs, place = seen[row]
        one = designs.row(place)
        assert (one.name, one.models["mobility"]) == (base, mobility)
        assert one.number("polymer_concentration") == concentration
        assert one.number("thickness") == pytest.approx(thickness, rel=1e-12)
        assert one.number("dressing_change_time") == days * 86400.0


def test_idle_coordinates_do_not_matter(two: Study) -> None:
    """Mistake: a variable of one formulation spreads candidates of another that are the same."""
    only = replace(two, vary=(replace(two.vary[0]), *two.vary[2:]))
    points = np.random.default_rng(4).random((30, len(coordinates(only))))
    settled = settle(only, points)
    alginate = points[:, 0] >= 0.5
    assert np.all(settled[alginate, 1] == 0.5)
    assert np.array_equal(settled[~alginate], points[~alginate])
    table = score_table(only, points)
    assert table.loc[alginate, "polymer_concentration_mg_per_mL"].isna().all()
    assert table.loc[~alginate, "polymer_concentration_mg_per_mL"].notna().all()


def score_table(study: Study, points: Array) -> pd.DataFrame:
    return candidates.Scored(study, points, {one.label(study): np.zeros(len(points)) for one in (
        *candidates.objectives(study), *(x.wanted for x in candidates.limits(study)))}, {}).table()


# gels --------------------------------------------------------------------------------------------

def test_trials_say_everything(two: Study, found: SearchResult) -> None:
    """Mistake: a column in SI under the name of another unit, or one that is missing."""
    trials = found.trials
    assert list(trials) == [
        "trial", "status", "reason", "carrier", "formulation", "polymer_concentration_mg_per_mL",
        "thickness_mm", "dressing_change_time_d", "mobility", "retained_7d_fraction",
        "available_auc_d", "released_24h_fraction", "plateau_modulus_kPa"]
    assert len(trials) == found.evaluations == 48
    assert trials["thickness_mm"].between(0.7, 4.3).all()
    assert set(trials["dressing_change_time_d"]) <= {2.0, 3.0, 4.0, 5.0}
    assert set(trials["formulation"]) == {"Gelatin sheet", "Alginate sheet"}
    broken = ~(trials["plateau_modulus_kPa"].between(0.6, 21.0)
               & (trials["released_24h_fraction"] <= 0.37))
    assert broken.any()
    assert ((trials["status"] == "infeasible") == broken).all()
    assert trials.loc[broken, "reason"].str.contains("plateau_modulus at most 21 kPa: is 2").any()


def test_picks_are_the_ends_and_the_middle(found: SearchResult) -> None:
    """Mistake: the best of a column is not picked, or a pick is dominated."""
    labels = ", ".join(pick.label for pick in found.best)
    assert labels.startswith("balanced")
    for name in ("retained_7d_fraction", "available_auc_d"):
        assert f"highest {name}" in labels
        pick = next(pick for pick in found.best if name in pick.label)
        assert pick.objectives[name] == pytest.approx(found.pareto[name].max(), rel=1e-9)
        assert pick.trial in set(found.pareto["trial"])
        assert pick.objectives[name] == pytest.approx(found.trials[name][pick.trial], abs=0.02)
    assert len({pick.name for pick in found.best}) == len(found.best)
    assert 0.0 < found.hypervolume < 1.0
    assert found.unsatisfied == ""


@pytest.mark.filterwarnings("ignore::releasekit.errors.ConditionWarning")
def test_saved_picks_give_the_same_numbers(found: SearchResult, tmp_path: Path) -> None:
    """Mistake: what is reported is not what the file gives, or is mixed with an earlier search."""
    found.save(tmp_path)
    old = [tmp_path / "best" / name for name in ("9-lowest-old.toml", "9-lowest-old-swelling.csv")]
    for file in old:
        file.write_text("a pick of an earlier search")
    found.save(tmp_path)
    assert not any(file.exists() for file in old)
    files = sorted((tmp_path / "best").glob("*.toml"))
    assert len(files) == len(found.best) > 1
    for file, pick in zip(files, found.best, strict=True):
        one = load(file)
        assert one.name == pick.name
        release = simulate(one, explain=False)
        for name, value in measure(release, list(pick.objectives)).items():
            assert pick.objectives[name] == pytest.approx(value, rel=1e-9)
        assert pick.constraints["plateau_modulus_kPa"] * 1e3 == pytest.approx(
            release.properties["plateau_modulus"][0], rel=1e-9)
        assert pick.constraints["released_24h_fraction"] <= 0.37
        thickness = one.number("thickness")
        assert thickness is not None
        assert pick.choices["formulation"] in pick.name
        assert pick.choices["thickness_mm"] == pytest.approx(1e3 * thickness, rel=1e-12)
    kept = pd.read_csv(tmp_path / "trials.csv")
    assert list(kept) == list(found.trials)
    assert kept["retained_7d_fraction"].tolist() == found.trials["retained_7d_fraction"].tolist()


def test_limits_are_named(two: Study) -> None:
    """Mistake: the engineer is not told that only the range she chose keeps a pick from better."""
    thin = replace(two, base=two.base[:1], budget=64, vary=(Vary("thickness", 9e-4, 1.1e-3),),
                   objectives=(Objective("retained_7d_fraction", "maximise"),),
                   constraints=(Constraint("plateau_modulus", at_most=3e3),))
    pick = optimise(thin).best[0]
    assert pick.label == "best retention (highest retained_7d_fraction), most robust"
    assert pick.limited_by == ("thickness near the highest allowed, 1.1 mm",)
    close = replace(thin, constraints=(Constraint("plateau_modulus", at_most=2.4e3),))
    assert optimise(close).best[0].limited_by == (
        "plateau_modulus at most 2.4 kPa (is 2.355 kPa)", *pick.limited_by)

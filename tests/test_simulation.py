"""simulate(), evaluate(), compare(): tables, draws, what drives, and rows that fail alone."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from releasekit import running, simulation
from releasekit.carriers.families import FAMILIES
from releasekit.errors import ComparisonWarning, ConditionWarning, InputError
from releasekit.facts import Spread
from releasekit.formulation import Designs, Formulation
from releasekit.given import Given
from releasekit.metrics import measure, metric
from releasekit.running import output_times
from releasekit.simulation import compare, evaluate, simulate, unequal_doses

from .builders import DAY, bench, black_box, gel, measured, run, slab, table

COLUMNS = ("released_fraction", "retained_fraction", "taken_up_fraction", "washed_out_fraction")


def with_spreads(formulation: Formulation, spreads: Mapping[str, tuple[Spread, str]],
                 others: Spread | None = None) -> Formulation:
    """Return a formulation whose facts have these spreads and bases; ``others`` for the rest."""
    materials = {}
    for role, material in formulation.materials.items():
        facts = {}
        for name, fact in material.facts.items():
            spread, basis = spreads.get(name, (others or Spread(), fact.basis))
            facts[name] = replace(fact, spread=spread, basis=basis)
        materials[role] = replace(material, facts=facts)
    return replace(formulation, materials=materials)


# draws that fail --------------------------------------------------------------------------------

@pytest.fixture
def third_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every third row of a hydrogel be impossible to make."""
    family = FAMILIES["hydrogel"]

    def lower(inputs: Any, sizes: int) -> Any:
        lowered = family.lower(inputs, sizes)
        bad = range(2, inputs.rows, 3)
        (body,) = lowered.bodies
        extent = body.lanes.extent.reshape(-1, inputs.rows, sizes).copy()
        extent[:, list(bad)] = np.nan
        lanes = replace(body.lanes, extent=extent.reshape(body.lanes.extent.shape))
        return replace(lowered, bodies=(replace(body, lanes=lanes),),
                       failed=dict.fromkeys(bad, "the mould is too small"))
    monkeypatch.setitem(FAMILIES, "hydrogel", replace(family, lower=lower))


@pytest.mark.usefixtures("third_fails")
def test_draws_that_fail_are_counted_and_told() -> None:
    """Mistake: one draw without a number refuses the whole run, or is dropped without a word."""
    with pytest.warns(ConditionWarning, match=r"2 of 7 draws have no result.*too small \(2\)"):
        release = simulate(gel(), draws=7, seed=3, explain=False)
    assert list(release.failed) == [2, 5]
    told = measure(release, ["retained_7d_fraction", "t50_release_d"])
    assert told["retained_7d_fraction_undefined_fraction"] == pytest.approx(2 / 7)
    values = metric(release, "retained_7d_fraction")
    assert told["retained_7d_fraction"] == np.median(values[[0, 1, 3, 4, 6]])
    (one,) = simulate([gel()], draws=7, seed=3, explain=False)
    assert one.warnings == release.warnings
    assert simulate(gel(), draws=2, seed=3, explain=False).warnings == release.warnings[:-1]


def test_no_draw_left_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Mistake: a table of nan is returned for a design of which no draw can be run."""
    family = FAMILIES["hydrogel"]
    none = replace(family, lower=lambda inputs, sizes: replace(
        family.lower(inputs, sizes), failed=dict.fromkeys(range(inputs.rows), "no such mould")))
    monkeypatch.setitem(FAMILIES, "hydrogel", none)
    with pytest.raises(InputError, match="no such mould"):
        simulate(gel(), draws=3, explain=False)


# one, many, in any order --------------------------------------------------------------------------

def test_a_bad_row_fails_alone() -> None:
    """Mistake: one impossible candidate stops the table, or shifts the rows after it."""
    base = gel(models={"degradation": "enzyme"})
    thickness = np.array([0.9e-3, -0.3e-3, 2.7e-3, np.nan, 0.3e-3])
    release = run(table(base, thickness=thickness))
    assert sorted(release.failed) == [1, 3]
    assert "thickness: -0.3 mm is outside the possible range" in release.failed[1]
    assert np.isnan(release["released_fraction"][[1, 3]]).all()
    for row in (0, 2, 4):
        single = run(base.but(thickness=f"{float(thickness[row])!r} m"))
        for name in COLUMNS:
            assert release[name][row] == pytest.approx(single[name][0], abs=1e-12)
    assert release.ledger_residual < 1e-9


def test_all_rows_bad() -> None:
    """Mistake: a table without a single good row is an exception."""
    release = run(table(gel(), thickness=[-1e-3, -2e-3]))
    assert sorted(release.failed) == [0, 1]
    assert np.isnan(metric(release, "released_7d_fraction")).all()


def test_a_formulation_that_cannot_run_raises() -> None:
    """Mistake: a single bad formulation is silently nan."""
    with pytest.raises(InputError) as caught:
        run(gel(models={"mobility": "magic", "structure": "modulos"}))
    assert "models.mobility" in str(caught.value)
    assert "modulus" in str(caught.value)


def test_order_and_company_of_rows_do_not_matter() -> None:
    """Mistake: a row depends on its neighbours, or on the block it is solved in."""
    rng = np.random.default_rng(7)
    base = gel(models={"degradation": "enzyme"})
    columns = {"thickness": rng.uniform(3e-4, 4e-3, 12),
               "enzyme_activity": 10 ** rng.uniform(2, 6, 12),
               "dressing_change_time": rng.choice([4.0, 30.0], 12) * DAY}
    order = rng.permutation(12)
    first = run(table(base, **columns))
    mixed = run(table(base, **{name: column[order] for name, column in columns.items()}))
    few = run(table(base, **{name: column[order[:3]] for name, column in columns.items()}))
    for name in COLUMNS:
        assert mixed[name] == pytest.approx(first[name][order], abs=1e-12)
        assert few[name] == pytest.approx(first[name][order[:3]], abs=1e-12)


def test_cores_do_not_matter() -> None:
    """Mistake: results change with the number of threads."""
    designs = table(gel(models={"degradation": "enzyme"}), thickness=np.linspace(3e-4, 4e-3, 20))
    alone, many = run(designs, threads=1), run(designs, threads=3)
    for name in COLUMNS:
        assert np.array_equal(alone[name], many[name])


def test_chunks_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    """Mistake: the last rows of a long table are lost or repeated."""
    designs = table(gel(), thickness=np.linspace(3e-4, 4e-3, 11))
    whole = run(designs)
    monkeypatch.setattr(running, "ROWS_AT_ONCE", 4)
    seen: list[tuple[int, int]] = []
    parts = run(designs, progress=lambda done, rows: seen.append((done, rows)))
    assert parts["released_fraction"] == pytest.approx(whole["released_fraction"], abs=1e-12)
    assert seen == [(4, 11), (8, 11), (11, 11)]


def test_a_list_of_formulations() -> None:
    """Mistake: formulations stacked to a table come back in another order or material."""
    sheets = [gel(), bench(), gel(thickness="0.7 mm"), black_box(), gel("alginate-ionic",
              polymer_concentration="20 mg/mL"), gel(thickness="3.3 mm")]
    together = simulate(sheets, explain=False)
    for sheet, release in zip(sheets, together, strict=True):
        assert release.formulation is sheet
        single = run(sheet)
        assert release["released_fraction"] == pytest.approx(single["released_fraction"], abs=1e-12)
        assert release.at_wound == single.at_wound


def test_two_runs_are_the_same() -> None:
    """Mistake: hidden state, such as a mesh or a node table that is changed in place."""
    sheet = gel(models={"degradation": "enzyme"})
    first, _, second = run(sheet), run(gel("alginate-ionic", polymer_concentration="20 mg/mL")), \
        run(sheet)
    for name in COLUMNS:
        assert np.array_equal(first[name], second[name])


def test_output_times() -> None:
    """Mistake: the burst falls between two output times, or the end is not among them."""
    times = output_times(np.array([14 * DAY, 2 * DAY]))
    assert times[:, 0].tolist() == [0.0, 0.0]
    assert times[:, -1] == pytest.approx([14 * DAY, 2 * DAY])
    assert times[0, 1] < 120.0
    assert np.all(np.diff(times, axis=1) > 0)


@pytest.mark.parametrize(("level", "allowed"), [("screen", 0.012), ("default", 2e-3)])
def test_accuracy_levels(level: str, allowed: float) -> None:
    """Mistake: a level no better than the one below, or an error that is not owned up to."""
    rng = np.random.default_rng(4)
    designs = table(gel(models={"degradation": "enzyme"}), thickness=rng.uniform(3e-4, 4e-3, 10),
                    enzyme_activity=10 ** rng.uniform(2, 6, 10),
                    macropore_fraction=rng.uniform(0, 0.9, 10))
    fine, coarse = run(designs, accuracy="fine"), run(designs, accuracy=level)
    for name in ("released_fraction", "in_carrier_fraction", "taken_up_fraction"):
        assert np.abs(coarse[name] - fine[name]).max() < allowed


# many numbers, few kept ---------------------------------------------------------------------------

def test_evaluate_is_simulate_and_measure(monkeypatch: pytest.MonkeyPatch) -> None:
    """Mistake: metrics of another row, draw or chunk; a failed row is lost or renumbered."""
    designs = table(gel(), thickness=[4e-4, -1.0, 1e-3, 2e-3, 5e-3])
    names = ["retained_7d_fraction", "plateau_modulus", "thickness", "irreversible_fraction"]
    monkeypatch.setattr(simulation, "ROWS_AT_ONCE", 8)
    seen: list[tuple[int, int]] = []
    found, failed = evaluate(designs, names, draws=3, seed=2, accuracy="default",
                             progress=lambda done, rows: seen.append((done, rows)))
    assert list(failed) == [1]
    assert seen == [(2, 5), (5, 5)]
    release = run(designs, draws=3, seed=2)
    good = [0, 2, 3, 4]
    assert found["retained_7d_fraction"].shape == (5, 3)
    assert found["retained_7d_fraction"][good] == pytest.approx(
        metric(release, "retained_7d_fraction").reshape(5, 3)[good], abs=1e-12)
    assert np.isnan(found["retained_7d_fraction"][1]).all()
    assert found["thickness"][3].tolist() == [2e-3] * 3
    assert np.ptp(found["plateau_modulus"][3]) > 0
    assert np.ptp(found["irreversible_fraction"][0]) > 0
    assert found["irreversible_fraction"][0].tolist() == found["irreversible_fraction"][3].tolist()


def test_numbers_of_a_table_do_not_depend_on_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Mistake: chunks are mixed up, or their borders move with the number of threads."""
    designs = table(gel(), thickness=np.linspace(3e-4, 3e-3, 5))
    names = ["available_auc_d", "released_24h_fraction", "plateau_modulus"]
    monkeypatch.setattr(simulation, "ROWS_AT_ONCE", 7)
    one, two = (evaluate(designs, names, draws=5, seed=4, threads=threads)[0]
                for threads in (1, 2))
    monkeypatch.setattr(simulation, "ROWS_AT_ONCE", 512)
    whole, _ = evaluate(designs, names, draws=5, seed=4)
    for name in names:
        assert np.array_equal(one[name], two[name])
        assert one[name] == pytest.approx(whole[name], rel=1e-12)


def test_unequal_doses_are_said() -> None:
    """Mistake: unequal doses compared without a word, or equal ones complained about."""
    small, large = gel(name="small"), gel(name="large", dose_per_area="9e9 /cm^2")
    with pytest.warns(ComparisonWarning, match="same dose per wound area"):
        frame = compare([small, large], metrics=["retained_7d_fraction", "loaded_dose_per_cm2"])
    assert frame["name"].tolist() == ["small", "large"]
    assert frame["loaded_dose_per_cm2"].tolist() == pytest.approx([1.3e10, 9e9])
    assert unequal_doses([run(small), run(small.but(thickness="3 mm"))]) == ""
    assert unequal_doses([run(bench()), run(bench(dose_per_area="9e9 /cm^2"))]) == ""


def test_a_gel_fed_by_concentration_has_a_control() -> None:
    """Mistake: free exosomes ask for a dose per area that the gel does not have."""
    sheet = gel(exosome_concentration="6e10 /mL", thickness="2 mm")
    other = gel(dose_per_area="1.2e10 /cm^2", thickness="2 mm")
    assert metric(run(sheet), "gain_over_free") == pytest.approx(
        metric(run(other), "gain_over_free"))


# draws --------------------------------------------------------------------------------------------

def test_bands_are_ordered_and_repeatable() -> None:
    """Mistake: quantiles swapped, or draws that change from run to run."""
    sheet = gel(models={"degradation": "enzyme"})
    first, again, other = (run(sheet, draws=40, seed=seed, accuracy="screen") for seed in (3, 3, 4))
    frame = first.table()
    for name in ("released_fraction", "retained_fraction", "available_fraction"):
        low, middle, high = (frame[f"{name}_{label}"] for label in ("p05", "p50", "p95"))
        assert np.all(low <= middle)
        assert np.all(middle <= high)
        assert float((high - low).max()) > 0.05
        assert np.array_equal(first[name], again[name])
        assert not np.array_equal(first[name], other[name])


def test_designs_share_their_luck() -> None:
    """Mistake: every design of a table sees other draws, so that noise decides which is best."""
    both = run(table(gel(), thickness=[1e-3, 2e-3]), draws=12, seed=9, accuracy="screen")
    alone = run(gel(thickness="2 mm"), draws=12, seed=9, accuracy="screen")
    assert len(both) == 24
    assert both.row(1)["retained_fraction"] == pytest.approx(alone["retained_fraction"], abs=1e-12)


def test_tiny_spreads_give_the_nominal_curve() -> None:
    """Mistake: the median of a fact is not its value (a mean, an end, 10^x for e^x)."""
    sheet = with_spreads(gel(models={"degradation": "enzyme"}), {}, Spread("lognormal", 1.0001))
    sheet = replace(sheet, materials={role: replace(material, facts={
        name: fact if (fact.value or 1.0) > 0 else replace(fact, spread=Spread())
        for name, fact in material.facts.items()}) for role, material in sheet.materials.items()})
    band, nominal = run(sheet, draws=31, seed=1), run(sheet)
    for name in COLUMNS:
        assert np.median(band[name], axis=0) == pytest.approx(nominal[name][0], abs=1e-4)
        assert np.ptp(band[name], axis=0).max() < 5e-3
    assert np.ptp(band["released_fraction"][:, -1]) > 0.0


def test_a_fact_that_is_given_is_certain() -> None:
    """Mistake: one's own measurement is drawn from the prior of the literature."""
    sheet = slab(2.3e-12)
    spread = run(sheet.but(vesicle_diameter_median="100 nm"), draws=15, accuracy="screen")
    warm = run(sheet.but(vesicle_diameter_median="100 nm", wound_temperature="37 degC"), draws=15,
               accuracy="screen")
    assert np.ptp(warm["released_fraction"], axis=0).max() < 1e-12
    assert np.ptp(spread["released_fraction"], axis=0).max() < 1e-3  # D is all


# what drives --------------------------------------------------------------------------------------

def planted(basis: str) -> Formulation:
    """Return a gel in which one fact of this basis is uncertain, and another hardly."""
    return with_spreads(gel(), {
        "surface_located_fraction": (Spread("uniform", 0.0, 0.6), basis),
        "deformable_fraction": (Spread("uniform", 0.095, 0.105), "assumed")})


@pytest.mark.parametrize(("basis", "judged"), [
    ("fitted", "calibrated"), ("measured", "informed"), ("computed", "informed"),
    ("assumed", "assumption-driven")])
def test_the_driver_is_named_and_judged(basis: str, judged: str) -> None:
    """Mistake: the class follows the number of facts, not what moves the curve."""
    release = simulate(planted(basis))
    name, share = next(iter(release.driven_by.items()))
    assert name == "surface_located_fraction"
    assert share > 0.9
    assert sum(release.driven_by.values()) <= 1.0 + 1e-12
    assert release.prediction_class == judged


def test_shares_of_the_drivers() -> None:
    """Mistake: shares that exceed the whole, are not sorted, or name facts that are given."""
    release = simulate(gel(models={"degradation": "enzyme"}, carrier_inactivation_rate="1e-6 1/s"))
    shares = list(release.driven_by.values())
    assert shares == sorted(shares, reverse=True)
    assert 0.9 < sum(shares) <= 1.0 + 1e-12
    assert "carrier_inactivation_rate" not in release.driven_by
    assert "enzyme_activity" in release.driven_by


def test_what_is_given_without_a_spread_is_not_informed() -> None:
    """Mistake: a number out of the air drives nothing, so that little else does: "informed"."""
    known = planted("measured").but(wound_temperature="37 degC")
    assert simulate(known).prediction_class == "given"
    assert simulate(planted("assumed").but(wound_temperature="37 degC")
                    ).prediction_class == "assumption-driven"
    exact = known.but(wound_temperature=Given("", 310.15, spread=Spread("lognormal", 1.0)))
    assert simulate(exact).prediction_class == "informed"


def test_a_given_spread_is_drawn_and_drives() -> None:
    """Mistake: the spread of what is given is read and forgotten, or drawn about another value."""
    wide = slab(2.3e-13).but(effective_diffusivity=Given(
        "", 2.3e-13, spread=Spread("lognormal", 1.9)))
    release = simulate(wide, draws=60, seed=3)
    assert next(iter(release.driven_by)) == "effective_diffusivity"
    assert "effective_diffusivity" not in wide.taken_as_exact()
    middle = np.median(release["released_fraction"][:, 100])
    assert middle == pytest.approx(simulate(slab(2.3e-13))["released_fraction"][0, 100], rel=0.05)
    # before a third has left, release goes with the root of the diffusivity
    early = release["released_fraction"][:, 20]
    assert np.log(early).std() == pytest.approx(np.log(1.9) / 2, rel=0.1)


def test_a_measured_curve_is_calibrated() -> None:
    """Mistake: the wound's assumptions make an assumption of a measured curve."""
    release = simulate(measured([0.0, 3.0, 9.0], [0.0, 0.4, 0.8]))
    assert release.prediction_class == "calibrated"
    assert release.facts_used["given"] == 1


# conditions ---------------------------------------------------------------------------------------

def test_facts_far_from_their_conditions_are_said() -> None:
    """Mistake: a fact is used anywhere without a word, or only printed and not kept."""
    far = gel(polymer_concentration="190 mg/mL")
    with pytest.warns(ConditionWarning, match="plateau_modulus is known for polymer_conc"):
        release = run(far)
    assert any("190 mg/mL" in text for text in release.warnings)
    together = run(table(far, thickness=[1e-3, 2e-3]))  # a table keeps them and does not warn
    assert together.warnings == release.warnings


def test_near_their_conditions_nothing_is_said() -> None:
    """Mistake: a warning at 31.6 degC for every fact of 37 degC, until nobody reads them."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        release = run(gel(models={"degradation": "enzyme"}, polymer_concentration="80 mg/mL"))
    assert release.warnings == ()


def test_rows_of_draws_stay_together() -> None:
    """Mistake: draw-major instead of design-major order, so that bands mix designs."""
    release = run(table(gel(), thickness=[4e-4, 4e-3]), draws=5, accuracy="screen")
    assert release.designs.columns["thickness"].tolist() == [4e-4] * 5 + [4e-3] * 5
    ends = release["released_fraction"][:, -1].reshape(2, 5)
    assert np.all(ends[0] > ends[1])
    assert isinstance(release.designs, Designs)


def test_no_draws_without_a_duration() -> None:
    """Mistake: a formulation without an end is a traceback."""
    endless = replace(gel(), use={"boundary": "wound"})
    with pytest.raises(InputError, match="duration"):
        simulate(endless, draws=3)


def test_unknown_accuracy_is_no_default() -> None:
    """Mistake: a misspelt level runs at another."""
    options: dict[str, Any] = {"accuracy": "finest"}
    with pytest.raises((InputError, KeyError)):
        run(gel(), **options)

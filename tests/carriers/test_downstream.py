"""Behind the open face: film, tissue, exudate and dressing changes against exact balances."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from releasekit.carriers.downstream import downstream
from releasekit.carriers.inputs import Inputs
from releasekit.carriers.lowered import vesicles
from releasekit.formulation import Designs
from releasekit.physics import boundaries, wound
from releasekit.release import LEDGER, Release

from ..builders import BARE, DAY, at, black_box, gel, measured, run, slab, table

QUIET: dict[str, Any] = {  # a wound in which nothing happens unless it is asked for
    "exudate_flux": "0 m/s", "fluid_uptake_rate": "0 1/s", "tissue_uptake_rate": "0 1/s",
    "scavenging_rate": "0 1/s", "clearance_rate": "0 1/s", "wound_inactivation_rate": "0 1/s",
    "carrier_inactivation_rate": "0 1/s", "vesicle_diameter_gsd": 1.0}
NO_TISSUE: dict[str, Any] = {"tissue_diffusivity": "1e-15 m^2/s",
                             "tissue_accessible_fraction": 0.02}
EXUDATE = 0.145e-2 / DAY  # m/s
OPEN: dict[str, Any] = {**BARE, "effective_diffusivity": "2.3e-12 m^2/s",
                        "models": {"binding": "none"}}


def last(release: Release, *columns: str) -> float:
    return float(sum(release[f"{column}_fraction"][0, -1] for column in columns))


# media --------------------------------------------------------------------------------------------

def test_stagnant_film() -> None:
    """Mistake: the resistance of the film left out, or taken with the mobility in the gel."""
    release = run(slab(2.3e-12, boundary="film", external_film_thickness="0.29 mm",
                       partition_coefficient=1.7), accuracy="fine")
    D_free = release.properties["free_diffusivity"][0]
    biot = D_free / 0.29e-3 * 2.1e-3 / 2.3e-12 / 1.7
    exact = boundaries.release_film_slab(2.3e-12 * release.time[0] / 2.1e-3**2, biot)
    assert release["released_fraction"][0] == pytest.approx(exact, abs=5e-4)


def test_stirred_bath() -> None:
    """Mistake: a bath that never fills up, or partition turned upside down."""
    release = run(slab(3.3e-12, boundary="bath", bath_volume_per_area="0.41 mL/cm^2",
                       partition_coefficient=1.6, thickness="1.3 mm"), accuracy="fine")
    exact = boundaries.release_bath_slab(3.3e-12 * release.time[0] / 1.3e-3**2,
                                         0.41e-2 / (1.6 * 1.3e-3))
    assert release["released_fraction"][0] == pytest.approx(exact, abs=5e-4)
    assert release["in_medium_fraction"][0] == pytest.approx(release["released_fraction"][0])


def test_nothing_happens_in_a_medium_unless_said() -> None:
    """Mistake: rates of wound fluid act in the buffer of a bench (or cannot be given for it)."""
    plain = run(slab(2.3e-12))
    assert last(plain, "inactivated", "taken_up") == 0.0
    decaying = run(slab(2.3e-12, wound_inactivation_rate="3.7e-6 1/s"))
    assert last(decaying, "inactivated") > 0.3
    assert decaying["released_fraction"][0] == pytest.approx(plain["released_fraction"][0],
                                                             abs=1e-3)


# exudate ------------------------------------------------------------------------------------------

@pytest.mark.parametrize("absorbed", [0.0, 0.37, 1.0])
def test_exudate_is_counted_once(absorbed: float) -> None:
    """Mistake: absorbed exudate drains along the film as well."""
    inputs = Inputs(Designs(gel(absorbed_exudate_fraction=absorbed)))
    sizes = vesicles(inputs, 3)
    hindrance = np.array([[0.9, 0.5, 0.01]])
    fields = downstream(inputs, sizes, hindrance)
    film = inputs["fluid_film_thickness"][0]
    through = (1.0 - fields["washout"] * film / EXUDATE)
    assert through == pytest.approx(absorbed, abs=1e-12)
    assert fields["velocity"][0] == pytest.approx(absorbed * EXUDATE * hindrance[0], abs=1e-15)


@pytest.mark.parametrize("absorbed", [0.0, 0.3, 0.6, 1.0])
def test_no_exudate_washes_nothing_out(absorbed: float) -> None:
    """Mistake: wash-out from nowhere."""
    release = run(gel(**{**OPEN, "exudate_flux": "0 m/s"}, absorbed_exudate_fraction=absorbed))
    assert last(release, "washed_out") == 0.0
    assert release.ledger_residual < 1e-12


def test_absorbed_exudate_moves_the_balance() -> None:
    """Mistake: doubling the absorbed share makes wash-out that the flux cannot carry.

    What drains takes the film's content, what is absorbed takes what the gel holds at its back;
    whatever the split, the ledger is closed and every share lost more is one delivered less.
    """
    rows = np.array([0.0, 0.25, 0.5, 1.0])
    release = run(table(gel(**OPEN, thickness="1.1 mm"), absorbed_exudate_fraction=rows))
    assert release.ledger_residual < 1e-12
    ends = {name: release[name][:, -1] for name in LEDGER}
    others = sum(ends[name] for name in LEDGER if name != "washed_out_fraction")
    assert ends["washed_out_fraction"] + others == pytest.approx(1.0, abs=1e-12)
    assert np.all(np.diff(ends["taken_up_fraction"]) < 0.0)  # drawn away from the bed
    # the film alone: what drained of it is k_w ∫ film dt with k_w = (1 - f) q / h
    film = np.trapezoid(release["in_wound_fluid_fraction"], release.time, axis=1)
    drained = (1.0 - rows) * EXUDATE / 0.5e-3 * film
    assert ends["washed_out_fraction"][0] == pytest.approx(drained[0], rel=0.01)
    assert np.all(ends["washed_out_fraction"] > drained - 0.01)
    # the back gives c(0) v, and no more than the whole flux could carry of a full gel
    back = ends["washed_out_fraction"] - drained
    assert np.all(back <= rows * EXUDATE * 14 * DAY / 1.1e-3 + 0.01)
    assert back[2] > 0.05


@pytest.mark.parametrize("thickness", [0.3e-3, 0.9e-3])
def test_convection_splits_as_in_theory(thickness: float) -> None:
    """Mistake: the wind blows the wrong way, carries exosomes as fast as water, or twice.

    Over all times the steady equations hold: with Pe = v L/D in the gel and p = v R in half of
    the film, (1 - e^-Pe)/Pe · e^-p / (1 + v/(k h)) of the load is taken up in the film.
    """
    release = run(gel(**{**OPEN, **QUIET, **NO_TISSUE, "exudate_flux": "0.3 mL/cm^2/d",
                         "fluid_uptake_rate": "9e-4 1/s"}, thickness=f"{thickness} m",
                      absorbed_exudate_fraction=1.0, duration="60 d"), accuracy="fine")
    free = release.properties["free_diffusivity"][0]
    v = 0.3e-2 / DAY * 2.3e-12 / free  # hindered like diffusion
    peclet = wound.peclet_number(v, thickness, 2.3e-12)
    film = np.exp(-v * 0.25e-3 / free) / (1.0 + v / (9e-4 * 0.5e-3))
    assert last(release, "in_carrier") < 1e-6
    assert last(release, "taken_up") == pytest.approx(-np.expm1(-peclet) / peclet * film, rel=5e-4)


def test_full_dressing_lets_everything_drain() -> None:
    """Mistake: a dressing that has taken up all it can goes on drawing (or stops the exudate)."""
    base = gel(**OPEN, dressing_change_time="7 d", absorbed_exudate_fraction=0.8)
    inputs = Inputs(Designs(base.but(absorption_capacity="0.2 mL/cm^2")))
    fields = downstream(inputs, vesicles(inputs, 1), np.array([[0.4]]))
    days = fields["segment_start"][:, 0] / DAY
    fills = 0.2 / (0.8 * 0.145)
    assert days == pytest.approx([0.0, fills, 7.0, 7.0 + fills])
    assert fields["velocity"][:, 0] == pytest.approx(
        np.array([1, 0, 1, 0]) * 0.8 * EXUDATE * 0.4)
    film = inputs["fluid_film_thickness"][0]
    assert fields["washout"][:, 0] * film == pytest.approx(
        np.array([0.2, 1.0, 0.2, 1.0]) * EXUDATE)
    # a dressing without capacity is one that does not absorb
    tiny = run(base.but(absorption_capacity="1e-6 mL/cm^2"))
    none = run(base.but(absorbed_exudate_fraction=0.0))
    assert tiny["washed_out_fraction"][0] == pytest.approx(none["washed_out_fraction"][0], abs=2e-3)


def test_free_exosomes_go_with_absorbed_exudate() -> None:
    """Mistake: without a gel to hold them, exosomes stay while the dressing drinks the film."""
    free = [run(black_box(absorbed_exudate_fraction=share))["washed_out_fraction"][0]
            for share in (0.0, 0.8)]
    assert free[0][-1] > 0.1
    assert free[1] == pytest.approx(free[0])


# dressing changes ---------------------------------------------------------------------------------

def changes(**choices: Any) -> Release:
    curve = measured([0.0, 1.0, 5.0, 14.0], [0.0, 0.2, 0.6, 0.9], **{**QUIET, **choices})
    return run(curve.but(dressing_change_time="3 d"))


def applied(release: Release) -> Any:
    return release["applied_particles_per_cm2"][0] / 1.3e10


def test_keep_leaves_the_carrier() -> None:
    """Mistake: a change of the dressing takes the carrier away, or adds a dose."""
    release = changes(carrier_at_change="keep")
    assert applied(release) == pytest.approx(np.ones(release.time.shape[1]))
    assert last(release, "discarded") == 0.0
    assert at(release, "released_fraction", 14) == pytest.approx(0.9, abs=1e-3)


def test_wiping_takes_its_share_of_the_film() -> None:
    """Mistake: the share wiped off is taken of the dose, or the tissue is wiped too."""
    release = changes(carrier_at_change="keep", fluid_removed_fraction=0.4, **NO_TISSUE)
    untouched = changes(carrier_at_change="keep", **NO_TISSUE)
    gone = 0.0
    for change in range(1, 5):
        gone += 0.4 * (at(untouched, "released_fraction", 3.0 * change) - gone)
    assert last(release, "discarded") == pytest.approx(gone, abs=2e-3)
    assert last(release, "in_wound_fluid", "in_tissue") == pytest.approx(0.9 - gone, abs=2e-3)
    assert last(release, "released") == pytest.approx(0.9, abs=1e-3)


def test_discard_takes_what_is_in_the_carrier() -> None:
    """Mistake: release goes on after the carrier has gone, or what it held is lost uncounted."""
    release = changes(carrier_at_change="discard")
    days = release.time[0] / DAY
    out = at(changes(carrier_at_change="keep"), "released_fraction", 3.0)
    assert 0.3 < out < 0.5
    assert release["released_fraction"][0][days > 3.01] == pytest.approx(out, abs=2e-3)
    assert release["in_carrier_fraction"][0][days > 3.01] == pytest.approx(0.0, abs=1e-12)
    assert last(release, "discarded") == pytest.approx(1.0 - out, abs=2e-3)


def test_replace_applies_doses() -> None:
    """Mistake: fractions of several doses exceed one, or the doses of a course are not counted."""
    release = changes(carrier_at_change="replace")
    days = release.time[0] / DAY
    assert applied(release)[-1] == pytest.approx(5.0)
    assert applied(release)[(days > 6.1) & (days < 8.9)] == pytest.approx(3.0)
    assert release.ledger_residual < 1e-12
    out = release["released_fraction"][0] * applied(release)
    assert np.all(np.diff(out) > -1e-9)
    each = at(changes(carrier_at_change="keep"), "released_fraction", 3.0)
    assert np.interp(12.0, days, out) == pytest.approx(4 * each, abs=0.01)
    assert last(release, "discarded") * 5 == pytest.approx(4 * (1 - each), abs=0.01)


def test_dose_count_ends_the_course() -> None:
    """Mistake: more doses than ordered, or all rows of a table share the largest count."""
    base = measured([0.0, 1.0, 5.0, 14.0], [0.0, 0.2, 0.6, 0.9], **QUIET,
                    dressing_change_time="3 d", carrier_at_change="replace")
    release = run(table(base, dose_count=[1.0, 3.0, 50.0]))
    doses = release["applied_particles_per_cm2"][:, -1] / 1.3e10
    assert doses == pytest.approx([1.0, 3.0, 5.0])
    single = run(base.but(carrier_at_change="discard"))
    assert release["discarded_fraction"][0] == pytest.approx(single["discarded_fraction"][0])
    assert release["in_carrier_fraction"][1, -1] == pytest.approx(0.0, abs=1e-12)


def test_rows_with_other_schedules_do_not_mix() -> None:
    """Mistake: rows of a table change their dressings together."""
    every = np.array([3.0, 7.0, 20.0, 3.0]) * DAY
    base = measured([0.0, 1.0, 5.0, 14.0], [0.0, 0.2, 0.6, 0.9], **QUIET,
                    carrier_at_change="discard")
    release = run(table(base, dressing_change_time=every))
    for row, seconds in enumerate(every):
        single = run(base.but(dressing_change_time=f"{seconds} s"))
        assert release["discarded_fraction"][row] == pytest.approx(single["discarded_fraction"][0],
                                                                   abs=1e-12)
    ends = release["discarded_fraction"][:, -1]
    assert ends[0] > ends[1] > ends[2] == 0.0


def test_too_many_changes_fail_alone() -> None:
    """Mistake: a change every hour fills the memory of the machine."""
    base = measured([0.0, 14.0], [0.0, 0.9], **QUIET)
    release = run(table(base, dressing_change_time=[7 * DAY, 1800.0]))
    assert list(release.failed) == [1]
    assert "dressing changes" in release.failed[1]
    assert np.isfinite(release["released_fraction"][0]).all()


# tissue -------------------------------------------------------------------------------------------

def test_resolved_and_mixed_tissue_agree_where_diffusion_is_fast() -> None:
    """Mistake: the two descriptions differ in depth, open share or which way they exchange."""
    choices: dict[str, Any] = {**OPEN, "fluid_uptake_rate": "0 1/s", "scavenging_rate": "2e-6 1/s",
                               "fluid_film_thickness": "0.11 mm", "tissue_depth": "0.41 mm",
                               "tissue_accessible_fraction": 0.37}

    def apart(diffusivity: str) -> float:
        mixed, resolved = (run(gel(**choices, tissue=kind, tissue_diffusivity=diffusivity))
                           for kind in ("mixed", "resolved"))
        return max(float(np.abs(resolved[name] - mixed[name]).max()) for name in LEDGER)

    assert apart("9e-11 m^2/s") < 4e-3
    assert apart("7e-13 m^2/s") > 3e-2


@pytest.mark.parametrize("diffusivity", [1.9e-12, 1.7e-11])
def test_depth_reached_in_tissue(diffusivity: float) -> None:
    """Mistake: the accessible share counted twice (or not at all) in flux and volume.

    Over all times the film gives the tissue K/h of its content, where the tissue takes up
    K = 1/(R + 1/(ε √(D k) tanh(δ/λ))), λ = √(D/k), and draining takes the rest: exact for any
    film that empties, since time integrals obey the steady equations.
    """
    k, share, depth, film, drain = 6.1e-5, 0.23, 0.7e-3, 0.41e-3, 2.7e-8
    drop = black_box(**{**QUIET, "exudate_flux": f"{drain} m/s", "tissue_uptake_rate": f"{k} 1/s"},
                     tissue="resolved", fluid_film_thickness=f"{film} m",
                     tissue_depth=f"{depth} m", tissue_accessible_fraction=share, duration="30 d",
                     tissue_diffusivity=f"{diffusivity} m^2/s")
    release = run(drop, accuracy="fine")
    inputs = Inputs(Designs(drop))
    resistance = 0.5 * film / vesicles(inputs, 1).free_diffusivity[0, 0]
    reach = wound.penetration_depth(diffusivity, k)
    taken = 1.0 / (resistance + 1.0 / (share * k * reach * np.tanh(depth / reach)))
    exact = taken / (taken + drain)
    assert last(release, "in_wound_fluid", "in_tissue") < 1e-6
    assert last(release, "taken_up") == pytest.approx(exact, rel=0.01)
    # well-mixed tissue instead: half its depth in the way, then all of it at work
    mixed = run(drop.but(tissue="mixed"), accuracy="fine")
    inner = 0.5 * depth / (share * diffusivity) + 1.0 / (share * k * depth)
    assert last(mixed, "taken_up") == pytest.approx(
        1.0 / (1.0 + drain * (resistance + inner)), rel=0.005)


def test_film_of_free_exosomes_empties_exponentially() -> None:
    """Mistake: rates of the film added twice, or the exits not in the ratio of their rates."""
    rates = {"fluid_uptake_rate": 3.1e-5, "scavenging_rate": 1.3e-5,
             "wound_inactivation_rate": 0.7e-5}
    drop = black_box(**{**QUIET, **{name: f"{rate} 1/s" for name, rate in rates.items()},
                        **NO_TISSUE, "exudate_flux": f"{EXUDATE} m/s"})
    release = run(drop, accuracy="fine")
    washed = EXUDATE / 0.5e-3
    total = washed + sum(rates.values())
    film = np.exp(-total * release.time[0])
    assert release["in_wound_fluid_fraction"][0] == pytest.approx(film, abs=1e-3)
    for column, rate in (("taken_up", 3.1e-5), ("scavenged", 1.3e-5), ("inactivated", 0.7e-5),
                         ("washed_out", washed)):
        assert last(release, column) == pytest.approx(rate / total, abs=1e-3)

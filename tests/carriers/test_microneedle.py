"""Needle patches: what each kind does with its load, where it goes, and whether it gets in."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy.integrate import quad, solve_bvp
from scipy.linalg import eigh

from releasekit.carriers.needle_patch import Part, slices
from releasekit.errors import InputError
from releasekit.facts import load_material
from releasekit.formulation import Formulation
from releasekit.metrics import measure, metric
from releasekit.physics import needle_array, needles, polyester
from releasekit.release import LEDGER, Release

from ..builders import DAY, HOUR, at, run, table

pytestmark = pytest.mark.filterwarnings("ignore::releasekit.errors.ReleasekitWarning")

H, R, TIP, PITCH = 7.3e-4, 1.3e-4, 9e-6, 5.3e-4
MATERIAL = {"dissolving": "hyaluronic-trehalose-needle", "coated": "generic-needle",
            "swellable": "gelma-needle", "biodegradable": "plga-needle",
            "core-shell": "pgladma-core"}
LAW = {"biodegradable": "autocatalytic", "core-shell": "autocatalytic"}
STILL: dict[str, Any] = {  # nothing acts on what has left
    "carrier_inactivation_rate": "0 1/s", "wound_inactivation_rate": "0 1/s",
    "scavenging_rate": "0 1/s", "clearance_rate": "0 1/s", "fluid_uptake_rate": "0 1/s",
    "tissue_uptake_rate": "0 1/s", "exudate_flux": "0 m/s"}
OPEN: dict[str, Any] = {  # a wet cylinder of one diffusivity in place of a swelling network
    "surface_located_fraction": 0.0, "irreversible_fraction": 0.0, "vesicle_diameter_gsd": 1.0,
    "swelling_ratio": 1.0, "cooperative_diffusivity": "1e-5 m^2/s",
    "carrier_inactivation_rate": "0 1/s", "models": {"binding": "none"}}


def needle(kind: str = "dissolving", wound: str = "diabetic-foot-ulcer",
           models: dict[str, str] | None = None, **changes: Any) -> Formulation:
    """Return a patch on a wound for 3 days; ``changes`` go to ``Formulation.but``."""
    names = {"polymer": MATERIAL[kind], "exosome": "adipose-msc", "wound": wound}
    laws = {**({"degradation": LAW[kind]} if kind in LAW else {}), **(models or {})}
    base = Formulation(
        "needles", "microneedle", models=laws,
        materials={role: load_material(name, role) for role, name in names.items()},
        choices={"needle_kind": kind, "needle_height": H, "needle_base_radius": R,
                 "needle_tip_radius": TIP, "needle_pitch": PITCH, "area": 4e-4,
                 "dose_per_area": 1.3e13, "polymer_concentration": 1000.0,
                 "film_thickness": 11e-6},
        use={"duration": 3 * DAY, "boundary": "wound"})
    return base.but(**changes) if changes else base


def bench(kind: str, **changes: Any) -> Release:
    return run(needle(kind, wound="in-vitro-assay", **{"boundary": "sink", **changes}))


def off(release: Release, curve: Any) -> float:
    return float(np.abs(release["released_fraction"][0] - curve).max())


# needles that dissolve ---------------------------------------------------------------------------

def test_dissolving_needle_is_its_volume_history() -> None:
    """Mistake: a blunt tip or an axial speed; a front that is 2 % too fast must be seen."""
    speed = 1.7e-8
    release = bench("dissolving", dissolution_speed=f"{speed} m/s", duration="3 h")
    m = TIP / R
    s = release.time[0] / needles.cone_dissolution_time(H / (1.0 - m), R, speed)

    def left(gone: float) -> float:  # the radius left, over that of the base, at each height z
        return quad(lambda z: max(z - gone, 0.0) ** 2, m, 1.0, points=[max(m, min(gone, 1.0))])[0]

    exact = 1.0 - np.array([left(gone) for gone in s]) / left(0.0)
    assert off(release, exact) < 1.5e-3
    twin = bench("dissolving", dissolution_speed=f"{1.02 * speed} m/s", duration="3 h")
    assert off(twin, exact) > 6e-3
    law = 1.0 - needles.cone_remaining_fraction(release.time[0], H / (1 - m), R, speed)
    assert 1e-4 < off(release, law) < 3e-3  # the sharp cone that is completed at its tip


def test_little_fluid_slows_needles_down_until_they_stall() -> None:
    """Mistake: saturation ignored, or a stalled needle that goes on."""
    changes = {"dissolution_speed": "0.11 um/s", "duration": "20 h", "needle_tip_radius": "0.1 um"}
    free = bench("dissolving", **changes)
    slow = bench("dissolving", fluid_saturation_ratio=1.0, **changes)
    stalled = bench("dissolving", fluid_saturation_ratio=1.7, **changes)
    a = 1.0 / float(needles.cone_dissolution_time(H, R, 1.1e-7))
    assert off(slow, 1.0 - (1.0 + 2.0 * a * slow.time[0]) ** -1.5) < 2e-3
    assert stalled["released_fraction"][0, -1] == pytest.approx(1.0 / 1.7, abs=1e-4)
    middle = free.time.shape[1] // 8
    assert free["released_fraction"][0, middle] > slow["released_fraction"][0, middle]
    # a table with fluid in excess beside it
    both = run(table(needle("dissolving", wound="in-vitro-assay", boundary="sink", **changes),
                     fluid_saturation_ratio=[0.0, 1.7]))
    assert_allclose(both["released_fraction"][0], free["released_fraction"][0], atol=1e-3)
    assert_allclose(both["released_fraction"][1], stalled["released_fraction"][0], atol=1e-9)


def test_coating_sheds_all_in_its_time() -> None:
    """Mistake: the load of a coating shared out by volume, or released as one sheet of needle."""
    release = bench("coated", dissolution_speed="7 nm/s", duration="1 h")
    t_d = 11e-6 / 7e-9
    assert release.properties["dissolution_time"][0] == pytest.approx(t_d)
    assert off(release, np.minimum(release.time[0] / t_d, 1.0)) < 2e-3
    held = release.dose_per_area[0] / release.recovery[0] / release.properties[
        "exosome_concentration"][0]
    side = quad(lambda x: 2 * np.pi * (TIP + (R - TIP) * x / H), 0.0, H)[0] * np.hypot(
        1.0, (R - TIP) / H)
    assert held == pytest.approx(side * 11e-6 / PITCH**2)


# needles that hold their load in a matrix --------------------------------------------------------

def sector(fourier: Any, half_angle: float, n: int = 20, k: int = 16) -> Any:
    """Release of a spherical sector with an open side and a sealed cap at D t/(H tan θ)².

    Finite volumes in r and θ, so with diffusion along the axis, and exact in time.
    """
    r = np.linspace(0.0, 1.0, n + 1)
    theta = half_angle * (1.0 - (1.0 - np.linspace(0.0, 1.0, k + 1)) ** 2)
    shell, wedge = np.diff(r**3) / 3.0, -np.diff(np.cos(theta))
    along = np.zeros((n, n))
    for i, g in enumerate(r[1:-1] ** 2 / np.diff(0.5 * (r[1:] + r[:-1]))):
        along[i:i + 2, i:i + 2] += g * np.array([[1.0, -1.0], [-1.0, 1.0]])
    across = np.zeros((k, k))
    middle = 0.5 * (theta[1:] + theta[:-1])
    for j, g in enumerate(np.sin(theta[1:-1]) / np.diff(middle)):
        across[j:j + 2, j:j + 2] += g * np.array([[1.0, -1.0], [-1.0, 1.0]])
    across[-1, -1] += np.sin(theta[-1]) / (theta[-1] - middle[-1])
    # side faces have the area r dr sin θ and lie r dθ apart
    stiff = np.kron(along, np.diag(wedge)) + np.kron(np.diag(np.diff(r)), across)
    root = np.sqrt(np.outer(shell, wedge).ravel())
    rates, shapes = eigh(stiff / np.outer(root, root))
    share = (root @ shapes) ** 2 / (root @ root)
    return 1.0 - np.exp(-np.outer(np.asarray(fourier) * np.tan(half_angle) ** 2, rates)) @ share


def test_slices_against_a_cone_in_two_dimensions() -> None:
    """Mistake: slices weighed by height, or the radius for its square.

    In a cone four times as high as the radius of its base the neglected diffusion along the axis
    costs 1.5 % at first; it is worst for such short needles.
    """
    D, height = 3.1e-13, 5.2e-4
    fourier = np.array([0.01, 0.03, 0.1, 0.3, 0.5])
    exact = sector(fourier, np.arctan(0.25))
    assert exact[2] == pytest.approx(0.764763072, abs=2e-3)  # the eigenfunction series of a sector
    times = fourier * (height / 4.0) ** 2 / D
    cone = {"needle_height": f"{height} m", "needle_base_radius": f"{height / 4.0} m",
            "needle_tip_radius": "10 nm", "duration": f"{times[-1]} s"}

    def sliced(diffusivity: float) -> Any:
        release = bench("swellable", **OPEN, **cone, effective_diffusivity=f"{diffusivity} m^2/s")
        return np.interp(np.sqrt(times), np.sqrt(release.time[0]), release["released_fraction"][0])

    assert_allclose(sliced(D), exact, rtol=0.02)
    assert np.max(np.abs(sliced(1.3 * D) / exact - 1.0)) > 0.03


def test_slices_are_the_slender_cone() -> None:
    """Mistake: too few slices, or a size that is the diameter; 2 % of diffusivity must be seen."""
    D = 2.7e-13
    changes = {**OPEN, "needle_tip_radius": "0.1 um", "duration": "9 h"}
    release = bench("swellable", effective_diffusivity=f"{D} m^2/s", **changes)
    exact = needles.release_cone_slender(D * release.time[0] / R**2)
    assert off(release, exact) < 1.5e-3
    twin = bench("swellable", effective_diffusivity=f"{1.02 * D} m^2/s", **changes)
    assert off(twin, exact) > 3e-3
    quick = run(needle("swellable", wound="in-vitro-assay", boundary="sink",
                       effective_diffusivity=f"{D} m^2/s", **changes), accuracy="screen")
    assert off(quick, needles.release_cone_slender(D * quick.time[0] / R**2)) < 4e-3


@pytest.mark.parametrize(("low", "high"), [(0.03, 0.6), (0.6, 1.0)])
def test_slices_share_a_part_by_volume(low: float, high: float) -> None:
    """Mistake: weights that do not add up to one, or heights outside the part."""
    part = Part(np.array([low]), np.array([high]), np.ones(1), False)
    z, weight = slices(part, 6)
    assert weight.sum() == pytest.approx(1.0)
    assert np.all((z > low) & (z < high))
    mean = quad(lambda x: x**5, low, high)[0] / quad(lambda x: x**2, low, high)[0]
    assert weight @ z[0] ** 3 == pytest.approx(mean)


def test_swelling_delays_and_widens() -> None:
    """Mistake: the dry needle releases at once, or a needle that swells keeps its dry radius."""
    D = 2.7e-13
    changes = {**OPEN, "effective_diffusivity": f"{D} m^2/s", "duration": "9 h",
               "needle_tip_radius": "0.1 um"}
    slow = bench("swellable", **{**changes, "cooperative_diffusivity": "1e-13 m^2/s"})
    fast = bench("swellable", **changes)
    assert at(slow, "released_fraction", 0.2 / 24) < 0.5 * at(fast, "released_fraction", 0.2 / 24)
    wide = bench("swellable", **{**changes, "swelling_ratio": 3.0})
    exact = needles.release_cone_slender(D * wide.time[0] / (R * 3.0 ** (1 / 3)) ** 2)
    assert off(wide, exact) < 2e-3


def test_polyester_frees_what_its_mass_held_once_pores_connect() -> None:
    """Mistake: a dense polymer that leaks, release ahead of the mass, or pores that never open."""
    hot = {"wound_temperature": "37 degC", "duration": "100 d", "surface_located_fraction": 0.0,
           "macropore_fraction": 0.04, "pore_diameter": "9 um", "vesicle_diameter_gsd": 1.0}
    release = bench("biodegradable", **hot)
    E0, A0, k, n = 2e4, 39.0, 4.6e-11, 10.0
    gone = np.exp(k * (E0 + A0) * release.time[0])
    ester = (E0 + A0) * E0 / (E0 + A0 * gone)  # logistic
    mass = polyester.mass_remaining_polyester(ester, E0 + A0 - ester, n)
    mass = mass / mass[0]
    released = release["released_fraction"][0]
    connected = 1.0 - 0.96 * mass > 0.45
    assert np.all(released[1.0 - 0.96 * mass < 0.30] < 0.01)
    # through open pores a needle empties within hours, so what has been freed is out
    freed = 0.04 + 0.96 * (1.0 - mass)
    assert_allclose(released[connected], freed[connected], atol=0.02)
    assert at(release, "released_fraction", 100) > 0.99
    late = bench("biodegradable", **hot, second_order_rate="4.4e-11 m^3/mol/s")
    assert np.max(released - late["released_fraction"][0]) > 0.05


def test_half_order_degrades_more_evenly() -> None:
    """Mistake: the choice of the rate law does nothing."""
    hot = {"wound_temperature": "37 degC", "duration": "100 d", "macropore_fraction": 0.04}
    sharp, even = (bench("biodegradable", models={"degradation": law}, **hot)
                   for law in ("autocatalytic", "autocatalytic-half"))
    width = [np.diff(np.interp([0.4, 0.9], r["released_fraction"][0], r.time[0]))[0]
             for r in (sharp, even)]
    assert width[1] > 1.3 * width[0]


def test_shell_has_to_go_first() -> None:
    """Mistake: no lag, a lag for the load outside the core, or the core as wide as the needle."""
    open_core = {**OPEN, "effective_diffusivity": "2.7e-13 m^2/s", "duration": "12 h",
                 "needle_tip_radius": "0.1 um", "polymer": load_material("gelma-needle")}
    laws = {"degradation": "none", "binding": "none"}
    release = bench("core-shell", **{**open_core, "models": laws},
                    dissolution_speed="1.7 nm/s")
    lag = 11e-6 / 1.7e-9
    assert release.properties["dissolution_time"][0] == pytest.approx(lag)
    after = release.time[0] - lag
    core = needles.release_cone_slender(2.7e-13 * np.maximum(after, 0.0) / (R - 11e-6) ** 2)
    assert np.all(release["released_fraction"][0][after < -0.25 * lag] < 1e-3)
    late = after > 0.5 * lag
    assert_allclose(release["released_fraction"][0][late], core[late], atol=0.01)


# where the load goes -----------------------------------------------------------------------------

@pytest.mark.parametrize("kind", MATERIAL)
def test_limits_of_insertion(kind: str) -> None:
    """Mistake: tissue and fluid change places, or a part without volume makes a nan."""
    changes = {**STILL, "tissue_diffusivity": "1e-15 m^2/s", "duration": "30 d",
               "macropore_fraction": 0.45}
    inside = run(needle(kind, insertion_depth_fraction=1.0, **changes))
    outside = run(needle(kind, insertion_depth_fraction=0.0, **changes))
    assert inside["in_wound_fluid_fraction"].max() < 1e-9
    assert_allclose(inside["in_tissue_fraction"], inside["released_fraction"], atol=1.5e-3)
    assert outside["in_wound_fluid_fraction"].max() > 0.02
    assert outside["in_tissue_fraction"].max() < 0.3 * outside["in_wound_fluid_fraction"].max()
    table_of_both = run(table(needle(kind, **changes), insertion_depth_fraction=[0.0, 1.0]))
    for row, one in enumerate((outside, inside)):
        assert_allclose(table_of_both["released_fraction"][row], one["released_fraction"][0],
                        atol=3e-3)


def test_shares_of_a_needle() -> None:
    """Mistake: depth for volume: a sharp needle inserted to f has f³ of its volume inside."""
    sharp = {**STILL, "needle_tip_radius": "10 nm", "dissolution_speed": "9 um/s",
             "tissue_diffusivity": "1e-15 m^2/s", "tissue_accessible_fraction": 0.02}
    release = run(needle(insertion_depth_fraction=0.6, **sharp))
    assert at(release, "in_tissue_fraction", 0.02) == pytest.approx(0.6**3, abs=1e-3)
    tips = run(needle(insertion_depth_fraction=0.6, loaded_height_fraction=0.75, **sharp))
    assert at(tips, "in_tissue_fraction", 0.02) == pytest.approx((0.6 / 0.75) ** 3, abs=1e-3)
    held = tips.dose_per_area[0] / tips.properties["exosome_concentration"][0]
    assert held == pytest.approx(np.pi * R**2 * H / 3.0 * 0.75**3 / PITCH**2, rel=1e-3)
    coat = run(needle("coated", insertion_depth_fraction=0.6, **sharp))
    assert at(coat, "in_tissue_fraction", 0.02) == pytest.approx(0.6**2, abs=1e-3)


def test_backing_stays_until_it_is_taken_away() -> None:
    """Mistake: the backing releases, is lost from the ledger, or takes no part of the dose."""
    release = run(needle(backing_dose_fraction=0.32, wear_time="30 min",
                         dissolution_speed="9 um/s", **STILL))
    assert at(release, "released_fraction", 0.01) == pytest.approx(0.68, abs=2e-4)
    assert release["in_carrier_fraction"][0, -1] == pytest.approx(0.0, abs=1e-9)
    assert release["discarded_fraction"][0, -1] == pytest.approx(0.32, abs=2e-4)
    assert release["released_fraction"][0, -1] == pytest.approx(0.68, abs=2e-4)
    all_of_it = run(needle(backing_dose_fraction=1.0, **STILL))
    assert all_of_it["released_fraction"].max() == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize("tips", ["attached", "separable"])
def test_taking_the_patch_away(tips: str) -> None:
    """Mistake: what is left goes on releasing, or separable tips go with the patch."""
    release = run(needle(dissolution_speed="1 nm/s", wear_time="7 h", tips=tips,
                         insertion_depth_fraction=0.7, **STILL))
    before, after = (at(release, "in_carrier_fraction", hour / 24) for hour in (6.8, 7.4))
    gone = release["discarded_fraction"][0, -1]
    if tips == "attached":
        assert after == pytest.approx(0.0, abs=1e-9)
        assert gone == pytest.approx(before, abs=0.02)
        assert np.ptp(release["released_fraction"][0][release.time[0] > 7.1 * HOUR]) < 1e-9
    else:
        assert 0.0 < gone < before - 0.1
        later = at(release, "released_fraction", 2.5) - at(release, "released_fraction", 0.4)
        assert later > 0.05
    assert release.ledger_residual < 1e-9


def test_patches_that_are_replaced() -> None:
    """Mistake: wear time counted from the first patch only, or rows that mix up their segments."""
    base = needle(dissolution_speed="1 nm/s", carrier_at_change="replace",
                  dressing_change_time="1 d", wear_time="7 h", **STILL)
    release = run(base)
    for day in range(3):
        assert at(release, "in_carrier_fraction", day + 0.25) > 0.05
        assert at(release, "in_carrier_fraction", day + 0.4) == pytest.approx(0.0, abs=1e-9)
    assert release["applied_particles_per_cm2"][0, -1] == pytest.approx(3 * 1.3e9)
    rows = table(base, wear_time=np.array([7.0, 60.0, 30.0, 7.0]) * HOUR)
    several = run(rows)
    assert_allclose(several["discarded_fraction"][0], release["discarded_fraction"][0], atol=1e-12)
    assert_allclose(several["retained_fraction"][3], release["retained_fraction"][0], atol=1e-12)
    assert_allclose(several["retained_fraction"][1], several["retained_fraction"][2], atol=1e-12)
    kept = run(needle(dissolution_speed="0.2 nm/s", dressing_change_time="1 d", wear_time="60 h",
                      **STILL))
    assert at(kept, "in_carrier_fraction", 2.4) > 0.05
    assert at(kept, "in_carrier_fraction", 2.6) == pytest.approx(0.0, abs=1e-9)


def test_wearing_behind_an_absorbing_dressing() -> None:
    """Mistake: a dressing that fills up before or after the patch goes shifts the two events."""
    base = needle(dissolution_speed="1 nm/s", absorbed_exudate_fraction=0.6,
                  absorption_capacity="0.05 mL/cm^2", dressing_change_time="1 d")
    release = run(table(base, wear_time=np.array([5.0, 20.0]) * HOUR))
    assert release.ledger_residual < 1e-9
    for row, hour in enumerate((5.0, 20.0)):
        assert at(release, "in_carrier_fraction", (hour - 0.5) / 24, row) > 0.05
        assert at(release, "in_carrier_fraction", (hour + 2.0) / 24, row) < 1e-9
    assert np.all(np.diff(release["washed_out_fraction"]) > -1e-6)


def test_tissue_holds_large_vesicles_back() -> None:
    """Mistake: needles in tissue release into a perfect sink, whatever the tissue lets through."""
    quick, slow = (run(needle("swellable", **OPEN, **{
        name: value for name, value in STILL.items() if name != "carrier_inactivation_rate"},
        effective_diffusivity="2.7e-12 m^2/s", insertion_depth_fraction=1.0,
        tissue_diffusivity=f"{tissue} m^2/s")) for tissue in (3e-12, 3e-15))
    assert at(slow, "released_fraction", 0.5) < 0.3 * at(quick, "released_fraction", 0.5)


# whether it gets in ------------------------------------------------------------------------------

def test_weak_needle_is_a_number_below_one() -> None:
    """Mistake: an exception, a nan, or the wet modulus in place of the dry one."""
    weak = run(needle(needle_strength="4 MPa", needle_site="skin"))
    ratio = metric(weak, "needle_safety_ratio")
    assert ratio == pytest.approx(4.0 / 25.0)
    assert measure(weak)["needle_safety_ratio"] == pytest.approx(0.16)
    thin = run(needle(needle_modulus="1 MPa", needle_site="skin"))
    force = needles.buckling_force(1e6, H, R, TIP) / needles.insertion_force(25e6, TIP)
    assert metric(thin, "needle_safety_ratio") == pytest.approx(float(force))
    bed = run(needle(needle_strength="4 MPa", needle_site="wound-bed"))
    assert metric(bed, "needle_safety_ratio") > 5.0 * ratio
    assert bed.properties["array_insertion_force"][0] == pytest.approx(
        bed.properties["insertion_force"][0] / PITCH**2 * 4e-4)


def test_crowded_needles_need_more_force() -> None:
    """Mistake: a bed of nails that helps, or starts at the pitch in place of the gap."""
    rows = run(table(needle(), needle_pitch=[9e-4, 2 * R + 151e-6, 2 * R + 30e-6]))
    force = rows.properties["insertion_force"]
    assert force[0] == pytest.approx(force[1])
    assert force[2] / force[0] == pytest.approx(5.0**0.04)


def test_needles_that_cannot_be_made_fail_alone() -> None:
    """Mistake: one bad design stops a table, or runs as if it were another needle."""
    rows = run(table(needle(), needle_tip_radius=[TIP, 2e-4, TIP],
                     needle_pitch=[PITCH, PITCH, 2e-4]))
    assert set(rows.failed) == {1, 2}
    assert "needle_tip_radius" in rows.failed[1]
    assert "overlap" in rows.failed[2]
    assert np.isfinite(rows["released_fraction"][0]).all()
    assert np.isnan(rows["released_fraction"][1:]).all()
    with pytest.raises(InputError, match="no core is left"):
        run(needle("core-shell", film_thickness="0.2 mm"))
    with pytest.raises(InputError, match="more needles than fit"):
        run(needle(needle_count=5000.0))


def test_count_on_an_area_is_a_pitch() -> None:
    """Mistake: the count per array taken per wound, or the load of a patch lost on the way."""
    by_pitch = run(needle())
    by_count = run(needle(needle_count=4e-4 / PITCH**2))
    assert_allclose(by_count["retained_fraction"], by_pitch["retained_fraction"], atol=1e-9)
    sparse = run(needle(needle_count=200.0))
    assert sparse.properties["exosome_concentration"][0] == pytest.approx(
        1.3e13 * 4e-4 / 200.0 / sparse.properties["needle_volume"][0])
    given = run(needle(exosome_concentration="2e11 /mL", backing_dose_fraction=0.2,
                       boundary="sink"))
    volume = given.properties["needle_volume"][0]
    assert given.dose_per_area[0] * 0.8 == pytest.approx(2e17 * volume / PITCH**2)


def test_dose_beyond_the_capacity_is_told() -> None:
    """Mistake: a microlitre of needles takes any dose."""
    assert not run(needle(dose_per_area="1e9 /cm^2")).warnings
    full = run(needle(dose_per_area="1e12 /cm^2"))
    assert any("loading_capacity" in text for text in full.warnings)


@pytest.mark.parametrize(("kind", "law"), [("swellable", "autocatalytic"),
                                           ("biodegradable", "enzyme")])
def test_kind_and_law_that_do_not_fit(kind: str, law: str) -> None:
    """Mistake: a polyester treated as a gel, or the other way round, without a word."""
    with pytest.raises(InputError, match="degradation"):
        run(needle(kind, models={"degradation": law}))


# laws --------------------------------------------------------------------------------------------

def test_resistance_of_a_cell_of_tissue() -> None:
    """For a radius of the cell that is half the pitch, or a mean taken along the radius."""
    r, D, eps = 6.3e-5, 1.7e-13, 0.13
    cell = PITCH / np.sqrt(np.pi)

    def slope(x: Any, y: Any) -> Any:  # steady filling: the divergence of the flux is even
        return np.stack([y[1], -y[1] / x - 2.0 * r / (cell**2 - r**2) / (eps * D)])

    x = np.linspace(r, cell, 300)
    found = solve_bvp(slope, lambda a, b: np.array([a[0], b[1]]), x, np.zeros((2, 300)), tol=1e-8)
    mean = np.trapezoid(found.sol(x)[0] * 2.0 * x, x) / (cell**2 - r**2)
    assert abs(mean) == pytest.approx(
        float(needle_array.tissue_resistance(r, PITCH, D, eps)), rel=1e-4)
    thin = needle_array.tissue_resistance(0.97 * cell, PITCH, D, eps)
    assert thin == pytest.approx(0.03 * cell / 3.0 / (eps * D), rel=0.05)


def test_mass_of_a_polyester() -> None:
    """For a number share in place of a mass share: against chains cut one by one."""
    p, n = 0.871, 7
    i = np.arange(1, 5000)
    mass = i * p ** (i - 1.0) * (1.0 - p) ** 2
    assert polyester.mass_remaining_polyester(p, 1.0 - p, n) == pytest.approx(mass[n:].sum())
    rng = np.random.default_rng(3)
    chains = np.diff(np.flatnonzero(rng.random(400_000) > p))
    share = chains[chains > n].sum() / chains.sum()
    assert polyester.mass_remaining_polyester(p, 1.0 - p, n) == pytest.approx(share, abs=5e-3)
    assert polyester.molar_mass_polyester(p, 1.0 - p, 0.065) == pytest.approx(
        0.065 * chains.mean(), rel=0.02)


# whatever the needle -----------------------------------------------------------------------------

@settings(max_examples=8, deadline=None)
@given(kind=st.sampled_from(sorted(MATERIAL)), seed=st.integers(0, 2**31),
       tips=st.sampled_from(["attached", "separable"]),
       change=st.sampled_from(["keep", "discard", "replace"]))
def test_random_needles(kind: str, seed: int, tips: str, change: str) -> None:
    """Mistake: a nan, a share outside 0..1, or exosomes that are nowhere."""
    rng = np.random.default_rng(seed)
    rows = 6
    low_high = {
        "needle_height": (1.5e-4, 1.5e-3), "needle_base_radius": (3e-5, 2.5e-4),
        "dissolution_speed": (1e-10, 1e-5), "film_thickness": (1e-7, 2e-5),
        "swelling_ratio": (0.9, 6.0), "cooperative_diffusivity": (1e-13, 1e-10),
        "second_order_rate": (1e-12, 1e-9), "tissue_diffusivity": (1e-15, 1e-11),
        "wear_time": (100.0, 3e6), "fluid_saturation_ratio": (1e-3, 5.0)}
    columns = {name: low * (high / low) ** rng.random(rows)
               for name, (low, high) in low_high.items()}
    columns["needle_tip_radius"] = columns["needle_base_radius"] * rng.uniform(0.01, 0.9, rows)
    columns["needle_pitch"] = columns["needle_base_radius"] * rng.uniform(2.0, 12.0, rows)
    for name in ("insertion_depth_fraction", "backing_dose_fraction", "loaded_height_fraction",
                 "macropore_fraction"):
        columns[name] = np.clip(rng.uniform(-0.2, 1.2, rows), 0.01 if "loaded" in name else 0.0,
                                1.0)
    columns["dressing_change_time"] = rng.uniform(1.0, 20.0, rows) * DAY
    base = needle(kind, tips=tips, carrier_at_change=change, duration="14 d",
                  dressing_change_time="7 d", fluid_removed_fraction=0.4)
    release = run(table(base, **columns), accuracy="screen")
    assert not release.failed
    assert release.ledger_residual < 1e-9
    slack = 3.0 * release.discretisation_error.max() + 5e-4
    for name in (*LEDGER, "released_fraction", "retained_fraction"):
        values = release[name]
        assert np.isfinite(values).all()
        assert values.min() > -slack
        assert values.max() < 1.0 + slack
    assert np.isfinite(release.properties["needle_safety_ratio"]).all()


@pytest.mark.parametrize("kind", MATERIAL)
def test_draws_give_bands(kind: str) -> None:
    """Mistake: facts of needles that cannot be drawn, or all draws alike."""
    release = run(needle(kind, duration="10 d"), draws=8, seed=5, accuracy="screen")
    assert not release.failed
    assert release.ledger_residual < 1e-9
    ends = release["retained_fraction"][:, -1]
    assert np.isfinite(ends).all()
    assert np.unique(release.properties["needle_safety_ratio"]).size == 8
    assert {"retained_fraction_p05", "released_fraction_p95"} <= set(release.table().columns)

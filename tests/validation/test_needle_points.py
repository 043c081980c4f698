"""Published points of needles, and how close shipped materials come without any calibration.

What is printed is little: one release point of exosomes from needles (30 % in three weeks) and
times of dissolution. Geometry is mostly not printed; needles of usual size stand in for it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from releasekit.facts import load_material
from releasekit.formulation import Formulation
from releasekit.physics import needles
from releasekit.release import Release

from ..builders import DAY, at, run

pytestmark = pytest.mark.filterwarnings("ignore::releasekit.errors.ReleasekitWarning")

USUAL: dict[str, float] = {  # of needles for vesicles: 150-1500 um high, 50-250 um wide
    "needle_height": 6e-4, "needle_base_radius": 1.25e-4, "needle_tip_radius": 1e-5,
    "needle_pitch": 5e-4}


def needle(polymer: str, kind: str, duration: float, wound: str = "generic-wound",
           models: dict[str, str] | None = None, **changes: Any) -> Formulation:
    names = {"polymer": polymer, "exosome": "bone-marrow-msc", "wound": wound}
    base = Formulation(
        polymer, "microneedle", models=models or {},
        materials={role: load_material(name, role) for role, name in names.items()},
        choices={**USUAL, "needle_kind": kind, "area": 1e-4, "dose_per_area": 1e13},
        use={"duration": duration, "boundary": "wound"})
    return base.but(**changes) if changes else base


def dissolution(release: Release) -> Any:
    return release.properties["dissolution_time"]


def test_hyaluronic_trehalose_tips_melt_in_a_minute() -> None:
    """JoVE 67109: tips of hyaluronic acid and trehalose with exosomes gone within 60 s in pig skin.

    Without calibration the median is five minutes, five times too slow; the minute lies at the
    fast end of the band (about its 5 % quantile). A speed of 2 um/s gives it.
    """
    tips = needle("hyaluronic-trehalose-needle", "dissolving", 3600.0, "acute-wound")
    nominal = dissolution(run(tips))[0]
    assert 60.0 < nominal < 6 * 60.0
    band = dissolution(run(tips, draws=200, seed=2, accuracy="screen"))
    assert np.quantile(band, 0.02) < 60.0 < np.quantile(band, 0.5)
    fitted = run(tips.but(dissolution_speed="2.1 um/s"))
    assert at(fitted, "released_fraction", 60.0 / DAY) > 0.97


def test_cellulose_needles_dissolve_within_minutes() -> None:
    """PMC2293299: needles of carboxymethyl cellulose and amylopectin dissolve within minutes.

    The generic needle material, made without this source, takes ten minutes. What that source
    says of a loaded backing, delivery over hours to days, the model does not give: it keeps the
    backing shut until the patch is taken away.
    """
    patch = needle("generic-needle", "dissolving", DAY, backing_dose_fraction=0.3)
    release = run(patch)
    assert 60.0 < dissolution(release)[0] < 30 * 60.0
    assert at(release, "released_fraction", 0.05) == pytest.approx(0.7, abs=2e-3)
    assert release["released_fraction"][0, -1] == pytest.approx(0.7, abs=2e-3)


def test_polyvinyl_alcohol_needles_take_an_hour() -> None:
    """PMC6681049: 900 um high, 300 um wide at the base, dissolved in 60 min; 500 um deep.

    The speed of the shipped material was computed from this point, so that this is a round trip
    through material file, geometry and solver, not a prediction.
    """
    release = run(needle("pva-needle", "dissolving", 6 * 3600.0, needle_height="900 um",
                         needle_base_radius="150 um", needle_tip_radius="0.1 um"))
    assert dissolution(release)[0] == pytest.approx(3600.0, rel=0.02)
    assert at(release, "released_fraction", 3500.0 / DAY) > 0.99
    assert at(release, "released_fraction", 900.0 / DAY) == pytest.approx(1 - 0.75**3, abs=0.02)
    deep = release.formulation.materials["polymer"].facts["insertion_depth_fraction"].value
    assert deep is not None
    assert 900.0 * deep == pytest.approx(500.0, abs=10.0)


def test_hydrophobic_core_holds_for_weeks() -> None:
    """10.1039/D3MH01910A: 30 % of the exosomes left a PGLADMA core in three weeks.

    Without calibration the median is 0.3 % and the 5-95 % band reaches from 0.1 % to 44 %:
    the point lies within, but where in the band decides one assumed number, whether the pores
    that the water of the vesicles leaves connect (above a third of the volume). The gradual
    release that the paper reports is not explained: the model gives nearly all or nothing.
    """
    core = needle("pgladma-core", "core-shell", 21 * DAY, "in-vitro-assay",
                  {"degradation": "autocatalytic"}, boundary="sink", film_thickness="20 um")
    band = run(core, draws=120, seed=4, accuracy="screen")["released_fraction"][:, -1]
    low, middle, high = np.quantile(band, [0.05, 0.5, 0.95])
    assert middle < 0.01
    assert low < 0.3 < high < 0.5
    porous = run(core.but(macropore_fraction=0.34))
    assert at(porous, "released_fraction", 21) == pytest.approx(0.34, abs=0.03)


def test_minutes_days_weeks() -> None:
    """Trend: dissolving needles empty within minutes, swelling ones hold for days (PMC8934449 says
    slowly releasing, without a number), a hydrophobic core for weeks."""
    left = {}
    for polymer, kind, law in (("hyaluronic-trehalose-needle", "dissolving", ""),
                               ("gelma-needle", "swellable", "enzyme + hydrolysis"),
                               ("pgladma-core", "core-shell", "autocatalytic")):
        models = {"degradation": law, "connectivity": "chain-growth"} if law else {}
        release = run(needle(polymer, kind, 21 * DAY, "diabetic-foot-ulcer", models,
                             polymer_concentration="1000 mg/mL", film_thickness="20 um"))
        left[kind] = [1.0 - at(release, "released_fraction", day) for day in (0.02, 3, 20)]
    assert left["dissolving"][0] < 0.01
    assert left["swellable"][1] > 0.7
    assert left["swellable"][2] < 0.9
    assert left["core-shell"][2] > left["swellable"][2]


def test_insertion_forces_per_needle() -> None:
    """10.1002/jps.23439: 0.021-0.030 N per needle of an array; 10.1016/j.jmbbm.2014.09.015:
    20-167 mN for single needles with tips of 5-37 um diameter, linear in the diameter.

    One stress times the area of the tip (Davis 2004) meets the first for tips of about 17 um
    radius, the size not being printed, and is 6 times too low for the blunt and 40 times for the
    sharpest single needle. The safety ratio of sharp needles on skin is therefore too good by
    such factors: judge blunt ones, or fit ``skin_strength`` for the tip at hand.
    """
    stress = load_material("generic-wound", "wound").facts["skin_strength"].value
    assert stress is not None
    forces = needles.insertion_force(stress, np.array([2.5e-6, 17e-6, 18.5e-6]))
    assert 0.021 < forces[1] < 0.030
    assert 4.0 < 0.167 / forces[2] < 8.0
    assert 20.0 < 0.020 / forces[0] < 60.0
    strong = run(needle("hyaluronic-trehalose-needle", "dissolving", 3600.0))
    assert strong.properties["needle_safety_ratio"][0] > 2.0


def test_tips_withstand_two_newton() -> None:
    """JoVE 67109: tips withstood 2 N. If that is an array of 100, a needle bears 20 mN at least;
    the shipped strength gives 19 mN for a tip of 10 um radius. Array and tip are assumptions."""
    release = run(needle("hyaluronic-trehalose-needle", "dissolving", 3600.0))
    bears = min(release.properties["yield_force"][0], release.properties["buckling_force"][0])
    assert bears == pytest.approx(0.02, rel=0.5)

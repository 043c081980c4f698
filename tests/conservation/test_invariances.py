"""What must not matter: the size of an experiment at equal Fourier number, the units written."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from releasekit.formulation import Designs
from releasekit.units import registry

from ..builders import BARE, DAY, bench, gel, run, slab, table

STILL: dict[str, Any] = {"surface_located_fraction": 0.13, "irreversible_fraction": 0.0,
                         "carrier_inactivation_rate": "0 1/s", "vesicle_diameter_gsd": 1.5}


@settings(max_examples=8, deadline=None, derandomize=True)
@given(factor=st.floats(0.3, 2.9), law=st.sampled_from(["unified", "percolating", "obstruction"]),
       shape=st.sampled_from(["sheet", "rod", "bead"]))
def test_twice_as_thick_takes_four_times_as_long(factor: float, law: str, shape: str) -> None:
    """Mistake: a length or a time that is built in (a film, a first step, a node).

    Two runs are extrapolated to a step of zero, which may overshoot 1 by the order of rounding.
    """
    base = bench(models={"mobility": law, "binding": "none"}, **STILL, shape=shape,
                 packing_fraction=0.5, macropore_fraction=0.4)
    size = np.array([0.61e-3, 0.61e-3 * factor])
    columns = {"thickness": size, "radius": 0.4 * size, "duration": 9 * DAY * (size / size[0]) ** 2}
    release = run(table(base, **columns))
    assert release["released_fraction"][1] == pytest.approx(release["released_fraction"][0],
                                                            abs=1e-9)
    assert 0.14 < release["released_fraction"][0, -1] < 1.0 + 1e-9


@settings(max_examples=6, deadline=None, derandomize=True)
@given(factor=st.floats(0.2, 6.0))
def test_all_rates_and_speeds_twice_as_fast(factor: float) -> None:
    """Mistake: a rate that is left out of one of the balances, or a time in days inside."""
    rates = {"effective_diffusivity": 1.9e-12, "tissue_diffusivity": 2.3e-13,
             "binding_off_rate": 2.1e-5, "carrier_inactivation_rate": 1.3e-6,
             "wound_inactivation_rate": 4.7e-6, "bond_cleavage_rate": 1.7e-6,
             "fluid_uptake_rate": 3.3e-5, "tissue_uptake_rate": 2.7e-5, "scavenging_rate": 1.1e-5,
             "clearance_rate": 2.9e-6, "exudate_flux": 1.3e-8}
    base = gel(models={"degradation": "hydrolysis"}, **{**BARE, "irreversible_fraction": 0.21,
                                                        "surface_located_fraction": 0.09},
               activation_energy="40 kJ/mol", tissue="resolved",
               absorbed_exudate_fraction=0.4, fluid_removed_fraction=0.3)
    columns = {name: np.array([rate, rate * factor]) for name, rate in rates.items()}
    # free diffusion in film and sol quickens with the size of the vesicles
    columns["vesicle_diameter_median"] = np.array([1e-7, 1e-7 / factor])
    columns["duration"] = np.array([11.0, 11.0 / factor]) * DAY
    columns["dressing_change_time"] = columns["duration"] / 3.0
    release = run(table(base, **columns))
    for name in release.columns:
        scale = max(1.0, float(np.abs(release[name][0]).max()))
        assert release[name][1] / scale == pytest.approx(release[name][0] / scale, abs=1e-9), name


def test_units_as_written_do_not_matter() -> None:
    """Mistake: a number taken before its unit."""
    one = gel(thickness="2.1 mm", dose_per_area="1.3e10 /cm^2", duration="14 d",
              polymer_concentration="75 mg/mL", dressing_change_time="7 d",
              wound_temperature="31.6 degC", vesicle_diameter_median="93 nm",
              exudate_flux="0.145 mL/cm^2/d", plateau_modulus="2.3 kPa",
              carrier_inactivation_rate="0.108 1/d")
    pint = registry()
    other = gel(thickness="2100 um", dose_per_area="1.3e14 /m^2", duration="336 h",
                polymer_concentration="7.5 % w/v", dressing_change_time=pint.Quantity(604800, "s"),
                wound_temperature="304.75 K", vesicle_diameter_median=pint.Quantity(0.093, "um"),
                exudate_flux="1.45 mm/d", plateau_modulus="2300 Pa",
                carrier_inactivation_rate="1.25e-6 1/s")
    first, second = run(one), run(other)
    for name in first.columns:
        scale = max(1.0, float(np.abs(first[name]).max()))
        assert second[name] / scale == pytest.approx(first[name] / scale, abs=1e-12), name


def test_a_dose_twice_as_large_is_twice_as_many() -> None:
    """Mistake: fractions that depend on the dose, or particles that do not."""
    release = run(table(gel(), dose_per_area=[1e13, 2e13]))
    for name, column in release.columns.items():
        factor = 2.0 if name.endswith("per_cm2") else 1.0
        assert column[1] == pytest.approx(factor * column[0], rel=1e-12, abs=1e-15), name


def test_the_area_of_the_wound_does_not_matter_per_area() -> None:
    """Mistake: a carrier that covers more of the wound releases more per square centimetre."""
    release = run(table(gel(), area=[1e-4, 9e-4]))
    for column in release.columns.values():
        assert np.array_equal(column[0], column[1])


def test_inactivation_does_not_move_particles() -> None:
    """Mistake: activity lost in the carrier taken out of the count of particles."""
    rates = table(slab(2.3e-12, irreversible_fraction=0.2),
                  carrier_inactivation_rate=[0.0, 3e-6, 2e-5])
    release = run(rates)
    for row in (1, 2):
        assert release["released_fraction"][row] == pytest.approx(release["released_fraction"][0],
                                                                  abs=1e-12)
    assert np.all(np.diff(release["released_active_fraction"][:, -1]) < 0)


def test_one_row_as_a_table_or_alone() -> None:
    """Mistake: a second path for one formulation."""
    sheet = gel(models={"degradation": "enzyme"})
    alone, tabled = run(sheet), run(Designs(sheet, {"thickness": np.array([2.1e-3])}))
    for name in alone.columns:
        assert np.array_equal(alone[name], tabled[name])

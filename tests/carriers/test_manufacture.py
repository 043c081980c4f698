"""What can be made: each number against its own arithmetic, draw by draw, layer by layer."""

from typing import Any

import numpy as np
import pytest
from scipy.stats import norm

from releasekit.carriers.manufacture import MAKING, NO_ROOM
from releasekit.formulation import Designs, Formulation
from releasekit.loading import load
from releasekit.metrics import number_of
from releasekit.physics import processing
from releasekit.simulation import simulate

from ..builders import gel, run, table
from ..contract.tree import ROOT

SYRINGE: dict[str, Any] = {"plunger_speed": "1.3 mm/s", "syringe_radius": "4.1 mm",
                           "needle_bore_radius": "170 um", "needle_length": "12.7 mm"}
WINDOW: dict[str, Any] = {"usable_concentration_low": "40 mg/mL",
                          "usable_concentration_high": "160 mg/mL"}


def number(formulation: Formulation, name: str) -> float:
    return float(number_of(run(formulation), name)[0])


def test_a_warm_gel_on_a_cool_wound() -> None:
    """Mistake: the sign of the margin, or body temperature in place of that of the wound bed."""
    sheet = gel("chitosan-thermosensitive", polymer_concentration="20 mg/mL")
    wound = sheet.materials["wound"].facts["wound_temperature"].value
    assert wound is not None
    assert number(sheet, "gelation_margin") == pytest.approx(wound - 308.15)
    assert number(sheet, "gelation_margin") < 0.0
    assert number(sheet.but(gelation_temperature="28.3 degC"), "gelation_margin") > 0.0
    by_light = gel("peg-hydrolysable", polymer_concentration="150 mg/mL")
    assert np.isnan(number(by_light, "gelation_margin"))


def test_injection_through_a_needle() -> None:
    """Mistake: a needle twice as wide needs 2^4 times less force; no needle, no force."""
    paste = gel(precursor_viscosity="0.61 Pa s", **SYRINGE)
    force = number(paste, "injection_force")
    assert force == pytest.approx(processing.injection_force(1.3e-3, 4.1e-3, 1.7e-4, 1.27e-2, 0.61))
    wide = paste.but(needle_bore_radius="340 um")
    assert number(wide, "injection_force") == pytest.approx(force / 16.0)
    thinning = paste.but(flow_exponent=0.43, reference_shear_rate="3 1/s")
    assert number(thinning, "injection_force") < 0.1 * force
    assert np.isnan(number(gel(), "injection_force"))


def test_exosome_stock_dilutes_the_polymer() -> None:
    """Mistake: the stock takes no room, so that any dose can be mixed into any gel."""
    sheet = gel(**WINDOW, stock_exosome_concentration="1e12 /mL", polymer_concentration="75 mg/mL",
                exosome_concentration="2.9e11 /mL")
    assert number(sheet, "stock_volume_fraction") == pytest.approx(0.29)
    assert number(sheet, "solution_concentration") == pytest.approx(75.0 / 0.71)
    assert number(sheet, "concentration_excess_ratio") == 0.0
    dense = sheet.but(exosome_concentration="6.1e11 /mL")
    assert number(dense, "concentration_excess_ratio") == pytest.approx(75.0 / 0.39 / 160.0 - 1.0)
    drowned = sheet.but(exosome_concentration="2e12 /mL")
    assert number(drowned, "concentration_excess_ratio") == NO_ROOM
    thin = sheet.but(usable_concentration_low="83 mg/mL")
    assert number(thin, "concentration_excess_ratio") == pytest.approx(83.0 / 75.0 - 1.0)
    crowded = sheet.but(loading_capacity="1.3e11 /mL")
    assert number(crowded, "loading_ratio") == pytest.approx(2.9 / 1.3)


def test_the_tail_of_the_vesicles_stays_on_the_filter() -> None:
    """Mistake: the share that passes, or a share of the volume."""
    sheet = gel(vesicle_diameter_median="127 nm", vesicle_diameter_gsd=1.47)
    tail = norm.sf(np.log(220.0 / 127.0) / np.log(1.47))
    assert number(sheet, "filtered_out_fraction") == pytest.approx(tail, rel=1e-9)
    coarse = sheet.but(filter_pore_diameter="450 nm")
    assert number(coarse, "filtered_out_fraction") < 0.1 * tail


def test_a_dressing_is_full_after_a_while() -> None:
    """Mistake: the whole exudate goes into the dressing, also what drains."""
    sheet = gel(exudate_flux="0.31 mL/cm^2/d", absorbed_exudate_fraction=0.37,
                absorption_capacity="0.53 mL/cm^2")
    days = number(sheet, "absorption_time") / 86400.0
    assert days == pytest.approx(0.53 / (0.37 * 0.31))


def test_numbers_are_drawn_and_designs_share_their_draws() -> None:
    """Mistake: limits are judged by nominal facts, although draws are asked for."""
    sheets = table(gel("chitosan-thermosensitive"), thickness=[1.1e-3, 2.3e-3])
    release = simulate(sheets, draws=33, seed=4, accuracy="screen")
    margin = number_of(release, "gelation_margin").reshape(2, 33)
    assert np.ptp(margin[0]) > 3.0
    assert np.array_equal(margin[0], margin[1])
    temperature = number_of(release, "gelation_temperature")[:33]
    bed = number_of(release, "wound_temperature")[:33]
    assert margin[0] == pytest.approx(bed - temperature)


@pytest.mark.parametrize(("example", "material"), [
    ("hydrogel-gelma", "gelma"), ("scaffold-pcl-gelma", "gelma"),
    ("ecm-cardiac-peg", "cardiac-decm"),
    ("scaffold-chitosan-sponge", ""), ("free-exosomes", ""), ("measured-curve", "")])
def test_what_is_liquid_in_each_family(example: str, material: str) -> None:
    """Mistake: the solid of a scaffold, or the polymer between fibres, is asked how it sets."""
    formulation = load(ROOT / "examples" / f"{example}.toml")
    facts = {fact.key: fact.value for fact in formulation.facts().values()}
    release = simulate(Designs(formulation), accuracy="screen")
    assert all(number_of(release, name).shape == (1,) for name in MAKING)
    assert number_of(release, "gelation_temperature") == pytest.approx(
        [facts.get(f"{material}/gelation_temperature", np.nan)], nan_ok=True)


def test_the_worst_layer_counts() -> None:
    """Mistake: of a layered sheet only what its layers share is asked."""
    sheet = load(ROOT / "examples" / "hydrogel-bilayer.toml")
    times = [layer.materials["polymer"].facts["gelation_time"].value for layer in sheet.layers]
    assert number_of(simulate(Designs(sheet), accuracy="screen"), "gelation_time") == [max(times)]

"""Who says what: given values, columns, choices and facts, and facts outside their conditions."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from releasekit.carriers.inputs import Inputs
from releasekit.facts import Fact, Spread
from releasekit.formulation import Designs, Formulation
from releasekit.physics import network

from ..builders import gel, series, table


def inputs(formulation: Formulation, **columns: list[float]) -> Inputs:
    return Inputs(table(formulation, **columns) if columns else Designs(formulation))


def with_fact(formulation: Formulation, role: str, fact: Fact) -> Formulation:
    material = formulation.materials[role]
    return replace(formulation, materials={
        **formulation.materials,
        role: replace(material, facts={**material.facts, fact.name: fact})})


def test_order_of_precedence() -> None:
    """Mistake: a fact of the literature beats one's own measurement."""
    base = gel()
    assert inputs(base)["surface_located_fraction"][0] == 0.1  # a fact
    own = base.but(surface_located_fraction=0.03)
    assert inputs(own)["surface_located_fraction"][0] == 0.03  # given
    assert inputs(own, surface_located_fraction=[0.07, 0.2])["surface_located_fraction"].tolist() \
        == [0.07, 0.2]  # varied
    assert inputs(base)["thickness"][0] == 2.1e-3  # chosen
    assert inputs(base, thickness=[1e-3])["thickness"][0] == 1e-3


def test_polymer_before_exosome_before_wound() -> None:
    """Mistake: the density of the exosome used for the polymer."""
    assert inputs(gel())["density"][0] == 1350.0
    assert inputs(gel().but(area="2 cm^2"))["area"][0] == pytest.approx(2e-4)  # not the wound's


def test_what_was_used_is_remembered() -> None:
    """Mistake: facts that were replaced are counted among those used."""
    seen = inputs(gel(surface_located_fraction=0.03))
    assert seen["surface_located_fraction"][0] == 0.03
    assert seen["irreversible_fraction"][0] == 0.15
    assert set(seen.used) == {"generic-hydrogel/irreversible_fraction"}
    assert seen.given_used == {"surface_located_fraction"}


def test_young_moduli_stand_in_for_the_shear_modulus() -> None:
    """Mistake: E used as G, or a fact beats the compressive modulus that was measured."""
    assert inputs(gel())["plateau_modulus"][0] == pytest.approx(2220.0)
    assert inputs(gel(compressive_modulus="15 kPa"))["plateau_modulus"][0] == 5000.0
    assert inputs(gel(tensile_modulus="9 kPa"))["plateau_modulus"][0] == 3000.0
    assert inputs(gel(tensile_modulus="9 kPa", plateau_modulus="1 kPa"))["plateau_modulus"][0] \
        == 1000.0
    bare = gel("generic-hydrogel")
    young = with_fact(bare, "polymer", Fact("compressive_modulus", 6e3, "Pa", material="own"))
    assert "plateau_modulus" not in bare.materials["polymer"].facts
    assert inputs(young)["plateau_modulus"][0] == 2000.0


def test_a_series_starts_where_it_starts() -> None:
    """Mistake: a modulus given over time is called missing, or the fact is its start."""
    soft = series("plateau_modulus", [0.0, 3.0], [1700.0, 300.0])
    assert inputs(gel(plateau_modulus=soft))["plateau_modulus"][0] == 1700.0
    found = inputs(gel("generic-hydrogel", plateau_modulus=soft))
    assert found["plateau_modulus"][0] == 1700.0
    assert "plateau_modulus" in found
    assert not found.missing
    times, values = found.series("plateau_modulus") or (np.empty(0), np.empty(0))
    assert times.tolist() == [0.0, 259200.0]
    assert values.tolist() == [1700.0, 300.0]
    assert found.series("swelling_ratio") is None


def test_missing_is_remembered_and_named() -> None:
    """Mistake: a missing number is zero, or stops the collection of the others."""
    found = inputs(gel())
    assert found["catalytic_rate"].tolist() == [1.0]
    assert found["needle_height"].tolist() == [1.0]
    assert set(found.missing) == {"catalytic_rate", "needle_height"}
    assert "gelma" in found.missing["catalytic_rate"].message
    assert found.get("catalytic_rate") is None
    assert "catalytic_rate" not in found


def test_laws_are_called_by_their_argument_names() -> None:
    """Mistake: arguments in the wrong order; defaults that hide a fact that is known."""
    found = inputs(gel(swelling_ratio=1.2), polymer_concentration=[50.0, 100.0])
    fraction = found.call(network.volume_fraction)
    assert fraction == pytest.approx(np.array([50.0, 100.0]) / (1350.0 * 1.2))

    def law(thickness: float, density: float = 7.0, hydraulic_permeability: float = 3.0) -> float:
        return thickness * density * hydraulic_permeability

    assert found.call(law) == pytest.approx(np.full(2, 2.1e-3 * 1350.0 * 3.0))
    assert found.call(law, density=2.0) == pytest.approx(np.full(2, 2.1e-3 * 2.0 * 3.0))
    assert found.call(law, 3).shape == (2, 1, 1)


def test_scores_move_facts_only() -> None:
    """Mistake: a draw moves what is chosen or given, or the wrong material's fact."""
    designs = table(gel(irreversible_fraction=0.2), thickness=[1e-3, 1e-3])
    moved = Inputs(designs, {"gelma/binding_ratio": np.array([-1.0, 1.0]),
                             "generic-hydrogel/irreversible_fraction": np.array([-1.0, 1.0]),
                             "other/mesh_size_gsd": np.array([-1.0, 1.0])})
    low, high = moved["binding_ratio"]
    assert low < 1.0 < high
    assert moved["irreversible_fraction"].tolist() == [0.2, 0.2]
    assert np.ptp(moved["mesh_size_gsd"]) == 0.0


# conditions ---------------------------------------------------------------------------------------

WARM = Fact("binding_ratio", 1.3, "1", Spread(), "measured", "own",
            conditions={"temperature": (310.15, 310.15)}, material="gelma")


@pytest.mark.parametrize(("celsius", "said"), [(37.0, False), (29.5, False), (28.5, True)])
def test_temperature_has_some_slack(celsius: float, said: bool) -> None:
    """Mistake: every fact of 37 degC is a warning at a wound of 31.6 degC, or none ever is."""
    found = inputs(with_fact(gel(wound_temperature=f"{celsius} degC"), "polymer", WARM))
    assert found["binding_ratio"][0] == 1.3
    assert bool(found.outside) is said


@pytest.mark.parametrize(("concentration", "said"), [("75 mg/mL", False), ("63 mg/mL", False),
                                                     ("93 mg/mL", False), ("61 mg/mL", True),
                                                     ("95 mg/mL", True)])
def test_other_conditions_have_a_fifth(concentration: str, said: bool) -> None:
    """Mistake: the slack is of the condition in other units, or on one side only."""
    fact = replace(WARM, conditions={"polymer_concentration": (75.0, 75.0)})
    found = inputs(with_fact(gel(polymer_concentration=concentration), "polymer", fact))
    assert found["binding_ratio"][0] == 1.3
    assert bool(found.outside) is said


def test_a_table_has_no_slack() -> None:
    """Mistake: a modulus continued far beyond its table without a word."""
    inside = inputs(gel(polymer_concentration="149 mg/mL"))
    assert inside["plateau_modulus"][0] > 1e4
    assert not inside.outside
    beyond = inputs(gel(polymer_concentration="190 mg/mL"))
    assert beyond["plateau_modulus"][0] > 1.5e4
    (text,) = beyond.outside.values()
    assert "gelma: plateau_modulus is known for polymer_concentration 40 to 150 mg/mL" in text
    assert "190 mg/mL" in text


def test_a_fact_that_is_replaced_is_not_complained_about() -> None:
    """Mistake: warnings about facts that nobody used."""
    beyond = inputs(gel(polymer_concentration="190 mg/mL", plateau_modulus="20 kPa"))
    assert beyond["plateau_modulus"][0] == 2e4
    assert not beyond.outside


def test_a_bound_is_not_counted_as_used() -> None:
    """Mistake: a fact that only raises a note is counted among those that make the numbers."""
    seen = inputs(gel(), thickness=[1e-3, 2e-3])
    held = seen.limit("loading_capacity")
    assert held is not None
    assert held.tolist() == [1e18, 1e18]
    assert seen.limit("thickness") is not None
    assert seen.limit("catalytic_rate") is None
    assert seen.limit("plateau_modulus") == pytest.approx(np.full(2, 2220.0))  # a table
    assert not seen.used
    assert not seen.missing


def test_a_table_over_temperature_is_read_at_the_wound() -> None:
    """Mistake: a fact over temperature or pH asks for a choice of that name, or is not read."""
    chi = Fact("interaction_coefficient", None, "1", over="temperature",
               points=((298.15, 0.43), (328.15, 0.13)), material="own")
    found = inputs(with_fact(gel(wound_temperature="31.6 degC"), "polymer", chi))
    assert found["interaction_coefficient"][0] == pytest.approx(0.43 - 0.3 * 6.6 / 30.0)
    assert not found.missing
    assert not found.outside


def test_a_table_over_functionalisation_follows_the_choice() -> None:
    """Mistake: stiffness over methacrylation read at the middle whatever is chosen."""
    low, high = (inputs(gel("hyaluronic-glycidyl", functionalisation_fraction=share))
                 for share in (0.2, 0.8))
    ratio = high["plateau_modulus"][0] / low["plateau_modulus"][0]
    assert ratio == pytest.approx(4.0 ** (np.log(65 / 22) / np.log(0.90 / 0.14)))

"""Gaps: what is not known and matters; and how complete a file is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from releasekit.assays import ASSAYS
from releasekit.catalogue import examine
from releasekit.facts import Fact, Material, load_material
from releasekit.formulation import Formulation
from releasekit.gaps import at_a_wound, gaps, moves
from releasekit.library import list_examples
from releasekit.standing import of_formulation, of_material
from releasekit.vocabulary import QUANTITIES

from .builders import gel, measured

CURVE = measured([0.0, 2.3, 9.1], [0.0, 0.0, 0.0])
"""A carrier that lets nothing go: what it retains is what stays active in it."""


def with_fact(formulation: Formulation, role: str, fact: Fact) -> Formulation:
    material = formulation.materials[role]
    changed = replace(material, facts={**material.facts, fact.name: fact}, path="")
    return replace(formulation, materials={**formulation.materials, role: changed})


def test_moves_are_those_of_the_exact_decay() -> None:
    """Mistake: scores given to the wrong fact, or a move that is not its root mean square."""
    rate = CURVE.materials["exosome"].facts["carrier_inactivation_rate"]
    low, middle, high = (float(np.exp(-7 * 86400.0 * rate.at(z))) for z in (1.0, 0.0, -1.0))
    expected = np.sqrt(((low - middle) ** 2 + (high - middle) ** 2) / 2)
    found = moves(CURVE)
    assert found[rate.key] == pytest.approx(expected, rel=2e-3)
    assert found[rate.key] != pytest.approx(1.02 * expected, rel=2e-3)
    assert found["generic-wound/clearance_rate"] == pytest.approx(0.0, abs=1e-9)


def test_only_assumed_facts_are_gaps_and_the_ranking_is_by_variance() -> None:
    """Mistake: a measured fact is put on the agenda, or shares are of the assumed ones alone."""
    sheet = gel()
    found = gaps({"sheet": sheet, "curve": CURVE})
    assert [gap.share for gap in found] == sorted((gap.share for gap in found), reverse=True)
    assert found[0].fact == "carrier_inactivation_rate"
    assert found[0].formulations == ("sheet", "curve")
    basis = {key: fact.basis for one in (sheet, CURVE) for key, fact in one.facts().items()}
    assert {basis[f"{gap.material}/{gap.fact}"] for gap in found} == {"assumed"}
    assert 0.5 < sum(gap.share for gap in found) < 1.0
    known = replace(sheet.materials["exosome"].facts["carrier_inactivation_rate"],
                    basis="measured", source="own")
    less = gaps({"sheet": with_fact(sheet, "exosome", known)})
    assert "carrier_inactivation_rate" not in {gap.fact for gap in less}
    assert sum(gap.share for gap in less) < 0.3  # its part of the variance is still there


def test_progress_and_examples() -> None:
    """Mistake: an example is left out, or the bar never reaches its end."""
    steps: list[tuple[int, int]] = []
    gaps({"curve": CURVE}, progress=lambda done, total: steps.append((done, total)))
    assert steps == [(1, 1)]
    found = at_a_wound()
    assert {Path(path).stem for path in found} >= {"hydrogel-gelma", "free-exosomes",
                                                   "microneedle-swelling", "ecm-adipose"}
    assert set(found) <= set(list_examples())


def test_every_assumed_fact_of_the_examples_has_a_test_that_would_measure_it() -> None:
    """Mistake: the agenda names a gap and not what to do about it."""
    unknown = {key for formulation in at_a_wound().values()
               for key in examine(formulation).facts
               if (fact := formulation.facts()[key]).basis == "assumed"
               and fact.spread.kind != "none" and fact.name not in ASSAYS}
    assert not unknown


def test_assays_measure_quantities() -> None:
    """Mistake: a fact of the list of tests is misspelt, or named twice."""
    assert set(ASSAYS) <= set(QUANTITIES)
    assert all(days > 0.0 and test for days, test in ASSAYS.values())


def test_standing_of_a_gel() -> None:
    """Mistake: a law is called complete whose facts are missing, or defaults are not counted."""
    found = of_material(load_material("gelma", "polymer"))
    assert sum(found.taken_over.values()) + sum(found.own.values()) == len(
        load_material("gelma").facts)
    use = {use.carrier: use for use in found.uses}
    assert use["hydrogel"].lacks == ()
    assert "modulus" in use["hydrogel"].laws["structure"]
    assert "chain_molar_mass" in use["hydrogel"].others["structure"]["network"]
    assert "needle_strength" in use["microneedle"].lacks
    assert found.tried_in == "hydrogel"
    assert 0 < len(found.matter) <= 3
    assert "ecm" not in use


def test_standing_of_others() -> None:
    """Mistake: a matrix is tried as a gel, a wound judged by laws, a step asked for laws."""
    matrix = of_material(load_material("adipose-decm", "matrix"))
    assert [use.carrier for use in matrix.uses] == ["ecm"]
    assert matrix.uses[0].lacks == ()
    wound = of_material(load_material("diabetic-foot-ulcer", "wound"))
    assert all(not use.lacks and not use.laws for use in wound.uses)
    assert of_material(load_material("drying", "process")).uses == ()
    bare = Material("bare", "bare", "polymer", "", {}, {})
    assert all(use.lacks for use in of_material(bare).uses)
    assert of_material(bare).matter == ()


def test_standing_of_a_formulation_names_what_matters() -> None:
    """Mistake: facts of a formulation that are measured are said to be worth measuring."""
    found = of_formulation(gel())
    assert found.matter[0].fact == "carrier_inactivation_rate"
    facts = gel().facts()
    assert all(facts[f"{gap.material}/{gap.fact}"].basis == "assumed" for gap in found.matter)

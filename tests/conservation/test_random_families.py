"""The quick property tests of needles, scaffolds and matrices again, over many more formulations.

Hydrogels have a slow test of their own (``test_random_hydrogels``).
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

from tests.carriers import test_ecm, test_microneedle, test_scaffold

SEED = 20261121


def inner(test: Any) -> Callable[..., None]:
    """Return the body of a hypothesis test."""
    body: Callable[..., None] = test.hypothesis.inner_test
    return body


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::releasekit.errors.ReleasekitWarning")
@pytest.mark.parametrize("times", range(60))
def test_many_matrices_and_scaffolds(times: int) -> None:
    """Mistake: as in the quick tests, but rarer: 1,440 formulations in all."""
    rng = random.Random(SEED + times)
    inner(test_scaffold.test_any_scaffold_is_sound)(
        seed=rng.randrange(10**6), law=rng.choice(sorted(test_scaffold.POROUS)),
        adsorption=rng.choice(sorted(test_scaffold.ADSORPTIONS)),
        loss=rng.choice(["none", "surface-erosion", "hydrolysis + surface-erosion"]))
    inner(test_ecm.test_any_matrix_is_sound)(
        seed=rng.randrange(10**6), law=rng.choice(sorted(test_ecm.FIBRE_MOBILITIES)),
        binding=rng.choice(["none", "linear"]), polymer=rng.choice(["", "gelma"]),
        loss=rng.choice(["none", "enzyme", "enzyme + hydrolysis", "michaelis-menten"]))


@pytest.mark.slow
@pytest.mark.parametrize("times", range(100))
def test_many_needles(times: int) -> None:
    """Mistake: as in the quick test, but rarer: 600 arrays in all."""
    rng = random.Random(SEED + times)
    inner(test_microneedle.test_random_needles)(
        kind=rng.choice(sorted(test_microneedle.MATERIAL)), seed=rng.randrange(2**31),
        tips=rng.choice(["attached", "separable"]),
        change=rng.choice(["keep", "discard", "replace"]))

"""Draws: stratified, reproducible, and independent of what else is drawn."""

import numpy as np
import pytest
from scipy import stats

from releasekit.draws import scores

PINNED = [-0.39972886006670233, 0.49886883040917834, -1.40953449541771]
NAMES = ["gelma/density", "gelma/mesh_size", "ulcer/exudate_flux"]


def test_a_column_does_not_depend_on_the_others() -> None:
    """Mistake: adding a fact (or another order) changes all other draws, so that two candidates
    are compared under different luck."""
    few, many = scores(NAMES[:1], 61, 7), scores([*NAMES[::-1], "a/b"], 61, 7)
    np.testing.assert_array_equal(few[NAMES[0]], many[NAMES[0]])
    assert list(many) == [*NAMES[::-1], "a/b"]


def test_seed_and_name_matter() -> None:
    """Mistake: one column for all facts, or a seed that is ignored."""
    first, second = scores(NAMES, 61, 7), scores(NAMES, 61, 8)
    assert not np.array_equal(first[NAMES[0]], second[NAMES[0]])
    assert not np.array_equal(first[NAMES[0]], first[NAMES[1]])


def test_same_numbers_on_every_machine() -> None:
    """Mistake: a seed from hash(), which changes from one Python process to the next."""
    assert scores(["gelma/density"], 3, 7)["gelma/density"] == pytest.approx(PINNED, rel=1e-12)


def test_one_draw_per_stratum() -> None:
    """Mistake: plain random numbers, or strata that are used twice."""
    for column in scores(NAMES, 137, 3).values():
        strata = np.floor(stats.norm.cdf(column) * 137).astype(int)
        assert sorted(strata) == list(range(137))


def test_columns_are_normal_and_independent() -> None:
    """Mistake: uniform scores, or columns permuted alike."""
    table = np.array(list(scores(NAMES, 2001, 11).values()))
    assert np.abs(table.mean(axis=1)).max() < 2e-3
    assert np.abs(table.std(axis=1) - 1.0).max() < 5e-3
    assert np.abs(np.corrcoef(table) - np.eye(3)).max() < 0.08
    assert stats.kstest(table[0], "norm").statistic < 1e-3


def test_small_counts() -> None:
    """Mistake: no draws, or one draw, fails or gives infinity."""
    assert scores(NAMES, 0, 1)[NAMES[0]].shape == (0,)
    assert np.isfinite(scores(NAMES, 1, 1)[NAMES[0]]).all()
    assert scores([], 5, 1) == {}

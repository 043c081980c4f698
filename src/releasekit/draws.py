"""Draws of uncertain facts: standard normal scores that candidates share."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from releasekit.facts import Fact


def scores(names: Sequence[str], count: int, seed: int) -> dict[str, NDArray[np.float64]]:
    """Return a Latin hypercube of standard normal scores, one column per fact.

        z_i = Φ⁻¹((π_i + u_i) / N)

    A column depends on its name, the seed and the count only: another fact in the list leaves
    the other columns as they are, and all candidates of a search see the same draws.

    Parameters
    ----------
    names
        Keys of the facts, ``material/fact``.
    count
        Number of draws N.
    seed
        Seed of the run.

    Returns
    -------
    dict of ndarray, shape (count,) [1]
        π is a random permutation of the strata, u uniform within a stratum.

    Notes
    -----
    Validity: columns are independent; correlated facts need one common name.
    Source: textbook form (Latin hypercube sampling).

    Examples
    --------
    >>> z = scores(["gelma/plateau_modulus"], 7, seed=3)["gelma/plateau_modulus"]
    >>> z.shape, bool(abs(z.mean()) < 0.2)
    ((7,), True)
    """
    columns = {}
    for name in names:
        entropy = np.random.SeedSequence([seed, zlib.crc32(name.encode())])
        generator = np.random.default_rng(entropy)
        place = (generator.permutation(count) + generator.random(count)) / max(count, 1)
        # the open interval: a uniform number of exactly 0 would be minus infinity
        columns[name] = np.asarray(ndtri(np.clip(place, 1e-12, 1.0 - 1e-12)), dtype=float)
    return columns


def of_facts(facts: Iterable[Fact], count: int, seed: int) -> dict[str, NDArray[np.float64]]:
    """Return the scores of all uncertain facts, by ``material/fact``.

    Parameters
    ----------
    facts
        Facts; those without a spread have no score.
    count
        Number of draws; with 0 there are no scores, and all facts are nominal.
    seed
        Seed of the run.

    Returns
    -------
    dict of ndarray, shape (count,) [1]
    """
    keys = sorted(fact.key for fact in facts if fact.spread.kind != "none")
    return scores(keys, count, seed) if count else {}

"""Reduced modes against the chain, exact solutions and a plain NumPy twin."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from releasekit.physics import laplace, series
from releasekit.transport.basis import Modes, reduced_modes, separable
from releasekit.transport.march import march
from releasekit.transport.problem import PARTS, Action, Lanes, join
from releasekit.transport.solve import ACCURACIES, Accuracy
from releasekit.transport.steps import time_steps

from .conftest import DAY, at_wound, plain, solved
from .test_chain import CHAIN, EXACT, NAMES, OUT, D, L, _oracle
from .test_layers import layered

DEFAULT = ACCURACIES["default"]


def run(lanes: Lanes, times: np.ndarray, accuracy: Accuracy = DEFAULT, sizes: int = 1,
        threads: int = 1) -> tuple[np.ndarray, np.ndarray]:
    count = len(lanes) // sizes
    weights = np.arange(1.0, sizes + 1.0)
    return solved(lanes, weights / weights.sum(), np.full(count, times[-1]),
                 np.repeat(times[:, None], count, 1), accuracy, threads=threads)


def random_lanes(count: int, seed: int, sizes: int = 1, **structure: Any) -> Lanes:
    """Return lanes with everything at work: opening and vanishing matrix, swelling, losses."""
    rng = np.random.default_rng(seed)
    designs = count // sizes

    def per(low: float, high: float) -> np.ndarray:
        """Return numbers spread evenly over the decades, one per design."""
        return np.repeat(np.exp(rng.uniform(np.log(low), np.log(high), designs)), sizes)

    time = np.linspace(0.0, 1.0, 16)[:, None] ** 1.3 * per(9 * DAY, 40 * DAY)
    shape = structure.get("shape_exponent", 0)
    extent, relative = per(0.3e-3, 3e-3), np.tile(np.linspace(0.6, 1.8, sizes), designs)
    opening = np.log(per(1.0, 50.0)) * (time / time[-1])
    stretch = 1.0 + (per(1.0, 1.4) - 1.0) * np.sin(1.4 * time / time[-1])
    held, stuck = per(0.01, 0.3), per(0.05, 0.9)
    segments = len(structure.get("actions", (0,)))
    start = np.arange(segments)[:, None] * 14 * DAY / segments * np.ones(count)
    lanes = at_wound(
        count, extent=extent, volume_per_area=extent / (shape + 1) * per(0.5, 1.5), node_time=time,
        log_mobility=np.log(per(1e-14, 1e-11) / relative / extent**2) + opening
        - 2.0 * np.log(stretch),
        matrix=np.exp(-time / per(3 * DAY, 300 * DAY)), stretch=stretch,
        on_rate=per(1e-6, 1e-3), off_rate=per(1e-6, 1e-3), trapped_share=held,
        bound_share=stuck * (0.9 - held), free_share=(1 - stuck) * (0.9 - held),
        surface_share=np.full(count, 0.1), partition=per(0.4, 2.0),
        carrier_inactivation=per(1e-8, 3e-6), film_resistance=per(1e6, 3e8),
        film_depth=per(1e-4, 2e-3), film_uptake=per(1e-6, 1e-4), tissue_uptake=per(1e-6, 1e-4),
        tissue_mobility=per(1e-14, 1e-12), washout=per(1e-6, 1e-4) * np.ones((segments, 1)),
        film_removed=np.where(start > 0, 0.6, 0.0), velocity=np.zeros((segments, count)),
        segment_start=start)
    return replace(lanes, **structure)


STRUCTURES: list[dict[str, Any]] = [
    {}, {"shape_exponent": 1}, {"shape_exponent": 2}, {"trapped_to_film": True},
    {"tissue_cells": 16}, {"actions": (Action.KEEP, Action.REPLACE, Action.KEEP, Action.DISCARD)},
]


def far_from_chain(count: int, structure: dict[str, Any], seed: int) -> None:
    lanes = random_lanes(count, seed, 4, **structure)
    times = np.concatenate([[0.0, 600.0, 7200.0], np.linspace(0.25, 14.0, 56) * DAY])
    modal, estimate = run(lanes, times, sizes=4)
    chain, other = run(lanes, times, replace(CHAIN, cells=64), sizes=4)
    gap = np.abs(modal - chain).max(axis=(1, 2))
    assert np.all(gap <= 2 * (estimate + other) + 3e-4)
    assert np.quantile(gap, 0.95) < 6e-4
    assert np.abs(modal[:, :, :13].sum(axis=2) - modal[:, :, 14]).max() < 1e-12
    # extrapolation may undershoot, by less than the error that is stated
    assert np.all(modal.min(axis=(1, 2)) > -2 * estimate - 1e-5)


@pytest.mark.parametrize("structure", STRUCTURES, ids=str)
def test_like_the_chain(structure: dict[str, Any]) -> None:
    """Anything that the modes forget: against the finite volumes, over random designs."""
    far_from_chain(48, structure, 20261122)


@pytest.mark.slow
@pytest.mark.parametrize("structure", STRUCTURES, ids=str)
def test_like_the_chain_often(structure: dict[str, Any]) -> None:
    """Rare combinations that a few designs do not hit."""
    far_from_chain(1600, structure, 7)


@pytest.mark.parametrize("name", [
    "extent", "on_rate", "off_rate", "trapped_share", "film_resistance", "film_depth", "washout",
    "film_uptake", "tissue_uptake", "tissue_mobility", "partition", "carrier_inactivation",
    "volume_per_area", "stretch", "film_removed"])
def test_two_percent_off_is_far_from_the_chain(name: str) -> None:
    """The twin: 2 % more of anything in the modes alone must be seen beside the chain."""
    lanes = random_lanes(8, 3, actions=STRUCTURES[-1]["actions"])
    times = np.linspace(0.0, 14 * DAY, 30)
    right = run(lanes, times, replace(CHAIN, steps=192, cells=128))[0]
    sharp = replace(DEFAULT, modes=14, steps=192)
    wrong = run(replace(lanes, **{name: 1.02 * getattr(lanes, name)}), times, sharp)[0]
    near = np.abs(run(lanes, times, sharp)[0] - right).max()
    assert np.abs(wrong - right).max() > 1.5 * near
    assert near < 2e-4


@pytest.mark.parametrize("n", [0, 1, 2], ids=NAMES.get)
def test_release_into_a_sink(n: int, times: np.ndarray) -> None:
    """A basis that misses the first minutes or the last days; 2 % off in mobility is seen."""
    exact = EXACT[n](D * times / L**2)
    assert np.abs(run(plain(n), times)[0][0, :, OUT] - exact).max() < 3e-4 * (n + 1) + 1e-4
    twin = run(plain(n, diffusivity=1.02 * D), times)[0][0, :, OUT]
    assert np.abs(twin - exact).max() > 2e-3


def test_reversible_binding(times: np.ndarray) -> None:
    """Binding eliminated wrongly mode by mode: against the Laplace solution."""
    on, off = 7.3e-6, 2.1e-6
    share = off / (on + off)
    fields = {"off_rate": off, "free_share": share, "bound_share": 1 - share}
    exact = laplace.release_slab_binding(times[1:], D, L, on, off)
    got = run(plain(on_rate=on, **fields), times)[0][0, 1:, OUT]
    assert np.abs(got - exact).max() < 4e-4
    twin = run(plain(on_rate=1.02 * on, **fields), times)[0][0, 1:, OUT]
    assert np.abs(twin - exact).max() > 8e-4


def test_mobility_that_grows(times: np.ndarray) -> None:
    """Mobility taken at the wrong time: D(t) = D0 exp(kt) is exact in stretched time."""
    k, nodes = 2.3e-6, np.array([[0.0], [14 * DAY]])
    lanes = plain(node_time=nodes, log_mobility=np.log(0.19 * D / L**2) + k * nodes)
    tau = 0.19 * D / L**2 * np.expm1(k * times) / k
    assert np.abs(run(lanes, times)[0][0, :, OUT] - series.release_slab(tau)).max() < 5e-4


def test_whole_wound_against_solve_ivp() -> None:
    """Anything miswired between carrier, film and tissue: an independent integrator and mesh."""
    times = np.concatenate([[0.0, 600.0, 3600.0], np.linspace(0.25, 10.5, 30) * DAY])
    names = ("free", "bound", "wound_fluid", "tissue", "taken_up")
    index = [PARTS.index(name) for name in names]
    assert separable(at_wound(), 1).all()
    expected = _oracle(at_wound(), times, 160)
    assert np.abs(run(at_wound(), times)[0][0][:, index] - expected).max() < 1e-3
    twin = at_wound(film_uptake=1.1 * 0.9e-5, log_mobility=at_wound().log_mobility[0] + 0.02)
    assert np.abs(run(twin, times)[0][0][:, index] - expected).max() > 1e-3


@pytest.mark.parametrize(("n", "count", "off"), [
    (0, 7, 1.3e-3), (1, 7, 1.3e-3), (2, 7, 1.3e-3), (0, 9, 2e-4), (1, 9, 2e-4), (2, 9, 2e-4),
    (0, 12, 1e-4), (1, 12, 1e-4), (2, 12, 1e-4)])
def test_basis_alone(n: int, count: int, off: float) -> None:
    """Too few modes, or modes for the wrong times: exact in time, a sink, the worst boundary."""
    modes = reduced_modes(n, count)
    tau = np.geomspace(1e-7, 3.0, 200)

    def left(scale: float) -> np.ndarray:
        """Return what has left, from the eigenvalues of modes coupled at the face."""
        face = (n + 1) / modes.surface_distance * np.outer(modes.surface, modes.surface)
        rates, mix = np.linalg.eigh(np.diag(modes.decay) + face)
        return 1.0 - np.exp(-scale * np.outer(tau, rates)) @ mix[0] ** 2

    assert np.abs(left(1.0) - EXACT[n](tau)).max() < off
    assert np.abs(left(1.02) - EXACT[n](tau)).max() > 2e-3
    assert modes.decay[0] == 0.0
    assert modes.surface[0] == 1.0


def test_where_modes_are_valid() -> None:
    """Modes chosen where they do not hold, or not where they do."""
    one = at_wound(4)
    assert separable(one, 2).tolist() == [True, True]
    assert not separable(layered(), 1).any()
    assert separable(replace(one, tissue_cells=16), 2).all()
    wind = one.velocity.copy()
    wind[0, 1] = 1e-9
    assert separable(replace(one, velocity=wind), 2).tolist() == [False, True]


@pytest.mark.parametrize("name", ["node_time", "matrix"])
def test_sizes_of_a_design_share_clock_and_matrix(name: str, times: np.ndarray) -> None:
    """Sizes that differ in what is read off the first of them only."""
    one = at_wound(4)
    other = np.array(getattr(one, name))
    other[..., 1, 3] += 0.1
    with pytest.raises(ValueError, match=f"{name}: the sizes"):
        run(replace(one, **{name: other}), times, sizes=2)


def test_a_design_with_wind_goes_down_the_chain(times: np.ndarray) -> None:
    """A batch in which one windy design drags others along, or is itself taken for still."""
    lanes = random_lanes(3, 12)
    windy = replace(lanes, velocity=np.array([[0.0, 3e-9, 0.0]]))
    mixed, _ = run(windy, times)
    alone, _ = run(windy.take([1]), times, CHAIN)
    still, _ = run(lanes, times)
    assert np.array_equal(mixed[1:2], alone)
    assert np.array_equal(mixed[[0, 2]], still[[0, 2]])
    assert np.abs(mixed[1] - still[1]).max() > 1e-2


def test_order_batches_and_cores_do_not_matter(times: np.ndarray) -> None:
    """Neighbours that leak into a design: other order, other batch, two threads."""
    lanes = random_lanes(3 * 70, 5, 3)
    one, estimate = run(lanes, times, sizes=3)
    two, _ = run(lanes, times, sizes=3, threads=2)
    assert np.array_equal(one, two)
    shuffle = np.random.default_rng(1).permutation(70)
    index = (shuffle[:, None] * 3 + np.arange(3)).ravel()
    other, same = run(lanes.take(index), times, sizes=3)
    assert np.abs(other - one[shuffle]).max() < 1e-12
    assert same == pytest.approx(estimate[shuffle], rel=1e-9)
    few, _ = run(lanes.take(slice(0, 9)), times, sizes=3)
    assert np.abs(few - one[:3]).max() < 1e-12


# the same in NumPy -------------------------------------------------------------------------------

def twin(p: dict[str, float], modes: Modes, n: int, steps: np.ndarray, rate: Any,
         m: Any) -> np.ndarray:
    """Return free, bound, film, tissue and trapped of one lane: dense matrices, no elimination.

    The unknowns are the modes of free and bound density, film and tissue; ``rate`` and ``m`` are
    D/R² and the matrix left as functions of time.
    """
    gamma, k = 1.0 - np.sqrt(0.5), len(modes.decay)
    held, ki = p["trapped_share"], p["carrier_inactivation"]
    lost = p["film_uptake"] + p["film_scavenging"] + p["film_inactivation"] + p["washout"]
    deep = (p["tissue_uptake"] + p["tissue_scavenging"] + p["tissue_clearance"]
            + p["tissue_inactivation"])
    across = 1.0 / (p["tissue_resistance"] + 0.5 * p["tissue_depth"] / p["tissue_mobility"])
    y = np.zeros(2 * k + 2)
    y[[0, k, 2 * k]] = p["free_share"], p["bound_share"], p["surface_share"]
    found = [[y[0], y[k], y[-2], y[-1], held]]
    for t0, t1 in pairwise(steps):
        h, share = t1 - t0, m(t1) / m(t0)
        linear = 1.0 - 2.0 * gamma + 2.0 * share * gamma
        off = p["off_rate"] + 2.0 * (1.0 - share) / h / (
            linear + np.sqrt(linear**2 + 4.0 * share * gamma**2 * (1.0 - share)))
        active = np.exp(-ki * np.array([t0, t1]))
        seep = np.zeros_like(y)
        seep[0] = 0.5 * held * active.sum() * (m(t0) - m(t1)) / h
        slopes: list[np.ndarray] = []
        for t in (t0 + gamma * h, t1):
            on = p["on_rate"] * m(t)
            A, i = np.zeros((2 * k + 2, 2 * k + 2)), np.arange(k)
            A[i, i], A[i, k + i] = -rate(t) * modes.decay - on - ki, off
            A[k + i, i], A[k + i, k + i] = on, -off - ki
            face = (n + 1) / (modes.surface_distance / rate(t)
                              + p["partition"] * p["film_resistance"] * p["extent"])
            back = p["partition"] * p["volume_per_area"] / p["film_depth"]
            leave = np.concatenate([face * modes.surface, np.zeros(k), [-face * back, 0.0]])
            A -= np.outer(np.concatenate([modes.surface, np.zeros(k), [-1.0, 0.0]]), leave)
            A[-2, -2] -= lost + across / p["film_depth"]
            A[-2:, -1] += across / p["tissue_depth"] * np.array([1.0, -1.0])
            A[-1, -2] += across / p["film_depth"]
            A[-1, -1] -= deep
            start = y + (1.0 - gamma) * h * slopes[0] if slopes else y
            slopes.append(np.linalg.solve(np.eye(len(y)) - gamma * h * A, A @ start + seep))
        y = y + h * ((1.0 - gamma) * slopes[0] + gamma * slopes[1])
        found.append([y[0], y[k], y[-2], y[-1], held * m(t1) * active[1]])
    return np.array(found)


def test_kernel_against_its_twin() -> None:
    """A slip in the elimination by hand: dense solves of the same stages give the same digits."""
    lanes, count = at_wound(shape_exponent=2), 5
    p = {name: float(a.ravel()[0]) for name, a in lanes.arrays().items()}
    steps = time_steps(lanes, 1, np.array([10 * DAY]), 12)
    got = march(lanes, np.ones(1), [steps], [0], count)[0][0, 0]
    expected = twin(p, reduced_modes(2, count), 2, steps[0, :, 0],
                    lambda t: D / L**2, lambda t: 1.0 - t / (11 * DAY))
    names = ("free", "bound", "wound_fluid", "tissue", "trapped")
    assert np.abs(got[:, [PARTS.index(name) for name in names]] - expected).max() < 1e-12
    p["off_rate"] *= 1.02
    other = twin(p, reduced_modes(2, count), 2, steps[0, :, 0],
                 lambda t: D / L**2, lambda t: 1.0 - t / (11 * DAY))
    assert np.abs(other - expected).max() > 1e-5


def test_joined_lanes_are_solved_as_they_were() -> None:
    """Tables put together of others: every design keeps its numbers."""
    times = np.linspace(0.0, 9 * DAY, 12)
    parts = [random_lanes(2, seed) for seed in (1, 2)]
    together, _ = run(join(parts), times)
    assert np.abs(together - np.concatenate([run(part, times)[0] for part in parts])).max() < 1e-12

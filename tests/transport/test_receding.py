"""A receding face against exact solutions, an independent integrator and wrong twins."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from releasekit.physics import fronts, series, surface_erosion
from releasekit.transport.grid import mesh
from releasekit.transport.problem import PARTS, Action, Lanes
from releasekit.transport.solve import ACCURACIES

from .conftest import DAY, at_wound, plain, solved

D, L = 3.7e-12, 1.3e-3
EXACT = {0: series.release_slab, 1: series.release_cylinder, 2: series.release_sphere}
OUT = PARTS.index("wound_fluid")
DEFAULT = ACCURACIES["default"]


def eroding(lanes: Lanes, gone: float, until: float = 0.0) -> Lanes:
    """Let the face recede evenly to a share of the extent, which it reaches at a time."""
    count = len(lanes)
    one = np.ones((3, count))
    return replace(lanes, node_time=np.array([[0.0], [gone], [1e9]]) * one,
                   log_mobility=np.repeat(lanes.log_mobility[:, :1], 3, axis=1),
                   matrix=one, stretch=one, front=np.array([[1.0], [until], [until]]) * one)


def run(lanes: Lanes, times: np.ndarray, accuracy: Any = DEFAULT) -> tuple[np.ndarray, np.ndarray]:
    count = len(lanes)
    return solved(lanes, np.ones(1), np.full(count, times[-1]),
                 np.repeat(times[:, None], count, 1), accuracy, threads=1)


@pytest.mark.parametrize("n", [0, 1, 2])
def test_a_face_that_stays(n: int, times: np.ndarray) -> None:
    """A wrong metric, or drift where there is none."""
    got = run(eroding(plain(n), 5 * DAY, until=1.0), times)[0][0, :, OUT]
    assert np.abs(got - EXACT[n](D * times / L**2)).max() < 3e-4 * (n + 1)


@pytest.mark.parametrize("gone", [3.1 * DAY, 6.3 * DAY])
def test_diffusion_and_erosion_into_a_sink(gone: float, times: np.ndarray) -> None:
    """Drift of the wrong sign or weight beside diffusion; the twin has 2 % more speed."""
    exact = fronts.release_eroding(times, D, L, L / gone)
    got = run(eroding(plain(0), gone), times)[0][0, :, OUT]
    assert np.abs(got - exact).max() < 8e-4
    twin = run(eroding(plain(0), gone / 1.02), times)[0][0, :, OUT]
    assert np.abs(twin - exact).max() > 1.5e-3


@pytest.mark.parametrize("n", [0, 1, 2])
def test_what_cannot_move_leaves_with_the_face(n: int, times: np.ndarray) -> None:
    """Volumes that shrink with the wrong power, a body that outlives its end; a 2 % twin."""
    gone = 6.3 * DAY
    lanes = eroding(plain(n, free_share=0.0, bound_share=1.0, off_rate=0.0), gone)
    exact = surface_erosion.release_hopfenberg(times, gone, n)
    assert np.abs(run(lanes, times)[0][0, :, OUT] - exact).max() < 1e-4
    twin = eroding(plain(n, free_share=0.0, bound_share=1.0, off_rate=0.0), 1.02 * gone)
    assert np.abs(run(twin, times)[0][0, :, OUT] - exact).max() > 5e-3


def test_trapped_exosomes_leave_with_the_face(times: np.ndarray) -> None:
    """Trapped exosomes that stay behind when the body around them has gone."""
    gone = 9.1 * DAY
    lanes = eroding(plain(1, free_share=0.0, trapped_share=1.0), gone)
    got = run(lanes, times)[0][0, :, OUT]
    assert np.abs(got - surface_erosion.release_hopfenberg(times, gone, 1)).max() < 1e-3


def _oracle(lanes: Lanes, times: np.ndarray, cells: int, drift: float = 1.0) -> np.ndarray:
    """Integrate body, film and tissue with LSODA on a finer mesh of the Landau frame."""
    p = {name: float(a.ravel()[0]) for name, a in lanes.arrays().items()}
    n = lanes.shape_exponent
    power = n + 1
    grid = mesh(n, cells)
    x_power = np.cumsum(grid.volume)[:-1]
    gone, until = float(lanes.node_time[1, 0]), float(lanes.front[1, 0])  # type: ignore[index]
    cross = 1.0 / (p["tissue_resistance"] + 0.5 * p["tissue_depth"] / p["tissue_mobility"])
    ki = p["carrier_inactivation"]

    def slope(t: float, y: np.ndarray) -> np.ndarray:
        c, b, film, deep = y[:cells], y[cells:2 * cells], y[2 * cells], y[2 * cells + 1]
        share = 1.0 - (1.0 - until) * t / gone
        speed = drift * (1.0 - until) / gone / share  # v/R
        rate, extent = np.exp(p["log_mobility"]) / share**2, p["extent"] * share
        volume = p["volume_per_area"] * share**power
        inner = power * speed * x_power
        c_flux = grid.conductance * rate * (c[:-1] - c[1:]) + inner * 0.5 * (c[:-1] + c[1:])
        b_flux = inner * 0.5 * (b[:-1] + b[1:])
        # at the face, in densities per volume: A c_N - (A - v) c_s = v c_s + (c_s/K - C_f)/R_f
        half, v = rate * extent / grid.surface_distance, speed * extent
        A = half * (v / half) / -np.expm1(-v / half)
        K, C_f = p["partition"], film / p["film_depth"]
        b_film = 1.0 / (K * p["film_resistance"])
        c_s = (A * c[-1] / volume + b_film * K * C_f) / (A + b_film)
        leaving = power * volume / extent * (A * c[-1] / volume - (A - v) * c_s)
        c_flux = np.concatenate([[0.0], c_flux, [leaving]])
        b_flux = np.concatenate([[0.0], b_flux, [power * speed * b[-1]]])
        bind = p["on_rate"] * c - p["off_rate"] * b
        active = p["trapped_share"] * np.exp(-ki * t)
        shed = active * power * speed * share**power
        over = cross * (film / p["film_depth"] - deep / p["tissue_depth"])
        out = p["washout"] + p["film_uptake"] + p["film_scavenging"] + p["film_inactivation"]
        lost = (p["tissue_uptake"] + p["tissue_scavenging"] + p["tissue_clearance"]
                + p["tissue_inactivation"])
        return np.concatenate([
            (c_flux[:-1] - c_flux[1:]) / grid.volume - bind - ki * c,
            (b_flux[:-1] - b_flux[1:]) / grid.volume + bind - ki * b,
            [leaving + b_flux[-1] + shed - over - out * film, over - lost * deep,
             p["film_uptake"] * film + p["tissue_uptake"] * deep]])

    start = np.concatenate([np.full(cells, p["free_share"]), np.full(cells, p["bound_share"]),
                            [p["surface_share"], 0.0, 0.0]])
    found = solve_ivp(slope, (0, times[-1]), start, method="LSODA", t_eval=times, rtol=1e-8,
                      atol=1e-10, lband=cells, uband=cells)
    return np.stack([found.y[:cells].T @ grid.volume, found.y[cells:2 * cells].T @ grid.volume,
                     found.y[-3], found.y[-2], found.y[-1]], axis=1)


@pytest.mark.parametrize("n", [0, 2])
def test_body_film_and_tissue_against_lsoda(n: int) -> None:
    """Anything miswired between the two fields, the face, film and tissue; a 2 % twin."""
    times = np.concatenate([[0.0, 600.0, 3600.0], np.linspace(0.25, 10.5, 30) * DAY])
    lanes = eroding(at_wound(), 11.0 * DAY, until=0.12)
    lanes = replace(lanes, shape_exponent=n, log_mobility=lanes.log_mobility - 3.0)
    names = ("free", "bound", "wound_fluid", "tissue", "taken_up")
    got = run(lanes, times)[0][0][:, [PARTS.index(name) for name in names]]
    expected = _oracle(lanes, times, 120)
    assert np.abs(got - expected).max() < 1e-4
    assert np.abs(got - _oracle(lanes, times, 120, drift=1.02)).max() > 1e-3


def test_ledger_through_erosion_and_new_carriers() -> None:
    """Amounts that get lost when a body ends, is taken away, or a new one is applied."""
    lanes = replace(
        eroding(at_wound(3), 4.3 * DAY), actions=(Action.KEEP, Action.REPLACE, Action.DISCARD),
        segment_start=np.array([[0.0], [5.0], [7.0]]) * DAY * np.ones(3),
        velocity=np.zeros((3, 3)), washout=np.full((3, 3), 1.7e-5),
        film_removed=np.array([[0.0], [0.6], [1.0]]) * np.ones(3))
    parts, _ = run(lanes, np.linspace(0.0, 12 * DAY, 60))
    assert np.abs(parts[..., :13].sum(axis=2) - parts[..., PARTS.index("applied")]).max() < 1e-13
    assert parts.min() > -1e-6
    carried = parts[0, :, :3].sum(axis=1)
    assert carried[24] < 2e-5 < 0.5 < carried[26]  # gone on day 4.9, renewed on day 5


def test_estimate_is_honest_and_lanes_do_not_meet() -> None:
    """An estimate that flatters, over random bodies; results that depend on their neighbours."""
    rng = np.random.default_rng(20261122)
    count = 40
    base = eroding(at_wound(count), 6.0 * DAY)
    gone, until = DAY * np.exp(rng.uniform(0.0, 3.5, count)), np.zeros(count)
    lanes = replace(base, node_time=np.stack([np.zeros(count), gone, np.full(count, 1e9)]),
                    front=np.stack([np.ones(count), until, until]),
                    log_mobility=base.log_mobility + rng.normal(0.0, 2.0, count),
                    on_rate=base.on_rate * np.exp(rng.normal(0.0, 1.5, count)))
    times = np.linspace(0.0, 14 * DAY, 40)
    best, estimate = run(lanes, times)
    finest, _ = run(lanes, times, replace(DEFAULT, cells=160, steps=320, tolerance=1.0, modes=0))
    error = np.abs(best - finest).max(axis=(1, 2))
    assert np.all(error <= 2 * estimate + 3e-4)
    assert np.quantile(error, 0.95) < 1e-3
    order = rng.permutation(count)
    again, _ = run(lanes.take(order), times)
    assert np.abs(again - best[order]).max() < 1e-12


def test_not_for_layers_or_wind() -> None:
    """An eroding body of two layers, or with fluid drawn through it, solved as if without."""
    with pytest.raises(ValueError, match="one layer"):
        replace(eroding(plain(), 5 * DAY), velocity=np.full((1, 1), 1e-9))

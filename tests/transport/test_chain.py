"""The finite volumes against exact solutions: values, orders of accuracy, and wrong twins."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from releasekit.physics import boundaries, laplace, series
from releasekit.transport.march import march
from releasekit.transport.problem import PARTS, Lanes
from releasekit.transport.reading import interpolate
from releasekit.transport.solve import ACCURACIES, Accuracy
from releasekit.transport.steps import time_steps

from .conftest import DAY, at_wound, plain, solved

D, L = 3.7e-12, 1.3e-3
EXACT = {0: series.release_slab, 1: series.release_cylinder, 2: series.release_sphere}
NAMES = {0: "slab", 1: "cylinder", 2: "sphere"}
OUT = PARTS.index("wound_fluid")
CHAIN = replace(ACCURACIES["default"], modes=0)


def run(lanes: Lanes, times: np.ndarray, accuracy: Accuracy = CHAIN) -> np.ndarray:
    count = len(lanes)
    ends = np.full(count, times[-1])
    return solved(lanes, np.ones(1), ends, np.repeat(times[:, None], count, 1), accuracy,
                 threads=1)[0]


def raw(lanes: Lanes, times: np.ndarray, cells: int, steps: int) -> np.ndarray:
    """March once, without the extrapolation in time."""
    count = len(lanes)
    ends = time_steps(lanes, 1, np.full(count, times[-1]), steps)
    (found,) = march(lanes, np.ones(1), [ends], [cells])
    curved = np.zeros((count, 1, steps), dtype=bool)
    return np.moveaxis(interpolate(ends, found, curved, np.repeat(times[:, None], count, 1)), 0, -1)


@pytest.mark.parametrize("n", [0, 1, 2], ids=NAMES.get)
def test_release_into_a_sink(n: int, times: np.ndarray) -> None:
    """A wrong metric, face area or half cell at the surface, in the first minutes too."""
    got = run(plain(n), times)[0, :, OUT]
    assert np.abs(got - EXACT[n](D * times / L**2)).max() < 3e-4 * (n + 1)


@pytest.mark.parametrize("n", [0, 1, 2], ids=NAMES.get)
@pytest.mark.parametrize("wrong", [{"diffusivity": 1.02 * D}, {"extent": 1.02 * L}], ids=str)
def test_two_percent_off_is_seen(n: int, wrong: dict[str, float], times: np.ndarray) -> None:
    """The twin of the test above: it must notice 2 % in mobility or size."""
    got = run(plain(n, **wrong), times)[0, :, OUT]
    assert np.abs(got - EXACT[n](D * times / L**2)).max() > 2e-3


def _order(errors: list[float]) -> float:
    return float(np.log2(errors[0] / errors[1]))


@pytest.mark.parametrize("n", [0, 1, 2], ids=NAMES.get)
def test_order_in_space(n: int) -> None:
    """A first-order face value or a misplaced cell centre."""
    times = np.linspace(0.4 * DAY, 9 * DAY, 12)
    exact = EXACT[n](D * times / L**2)
    # whole-domain accuracy: errors in L2 over time, time steps far finer than needed
    errors = [float(np.sqrt(np.mean((run(plain(n), times, Accuracy(cells, 768, 1.0))[0, :, OUT]
                                     - exact) ** 2))) for cells in (12, 24)]
    assert _order(errors) >= 1.9


@pytest.mark.parametrize("n", [0, 1, 2], ids=NAMES.get)
def test_order_in_time(n: int) -> None:
    """A stage that is not second order: backward Euler would show order 1."""
    times = np.linspace(0.4 * DAY, 9 * DAY, 12)
    best = raw(plain(n), times, 24, 4096)[0, :, OUT]
    errors = [float(np.abs(raw(plain(n), times, 24, steps)[0, :, OUT] - best).max())
              for steps in (48, 96)]
    assert _order(errors) >= 1.9


@pytest.mark.parametrize("n", [0, 1, 2], ids=NAMES.get)
def test_stirred_bath(n: int, times: np.ndarray) -> None:
    """A bath whose concentration does not act back, or a wrong volume ratio."""
    ratio = 1.7
    lanes = plain(n, film_depth=ratio * L / (n + 1), volume_per_area=L / (n + 1))
    got = run(lanes, times)[0, :, OUT]
    law = {0: boundaries.release_bath_slab, 2: boundaries.release_bath_sphere}.get(n)
    if law is None:  # cylinder: compare the plateau with the mass balance
        assert got[-1] == pytest.approx(ratio / (1 + ratio), abs=4e-3)
        return
    exact = law(D * times / L**2, ratio)
    assert np.abs(got - exact).max() < 6e-4


@pytest.mark.parametrize("n", [0, 1, 2], ids=NAMES.get)
def test_surface_resistance(n: int, times: np.ndarray) -> None:
    """A film resistance that is lost or counted per wrong area."""
    biot = 2.3
    law = {0: boundaries.release_film_slab, 1: boundaries.release_film_cylinder,
           2: boundaries.release_film_sphere}[n]
    got = run(plain(n, film_resistance=L / (D * biot)), times)[0, :, OUT]
    exact = law(D * times / L**2, biot)
    assert np.abs(got - exact).max() < 4e-4
    worse = run(plain(n, film_resistance=1.02 * L / (D * biot)), times)[0, :, OUT]
    assert np.abs(worse - exact).max() > 8e-4


def test_reversible_binding(times: np.ndarray) -> None:
    """A binding step eliminated wrongly: against the Laplace solution."""
    on, off = 7.3e-6, 2.1e-6
    share = off / (on + off)
    lanes = plain(on_rate=on, off_rate=off, free_share=share, bound_share=1 - share)
    exact = laplace.release_slab_binding(times[1:], D, L, on, off)
    assert np.abs(run(lanes, times)[0, 1:, OUT] - exact).max() < 4e-4
    twin = plain(on_rate=1.02 * on, off_rate=off, free_share=share, bound_share=1 - share)
    assert np.abs(run(twin, times)[0, 1:, OUT] - exact).max() > 8e-4


def test_mobility_that_grows(times: np.ndarray) -> None:
    """Mobility taken at the wrong time: D(t) = D0 exp(kt) is exact in stretched time."""
    k = 2.3e-6
    start = np.log(0.19 * D / L**2)
    nodes = np.array([[0.0], [14 * DAY]])
    lanes = plain(node_time=nodes, log_mobility=start + k * nodes)
    tau = 0.19 * D / L**2 * np.expm1(k * times) / k
    assert np.abs(run(lanes, times)[0, :, OUT] - series.release_slab(tau)).max() < 5e-4


def test_late_abrupt_opening(times: np.ndarray) -> None:
    """A time grid that is coarse where the mesh opens on day 9."""
    nodes = np.array([[0.0], [9 * DAY], [9.2 * DAY], [14 * DAY]])
    low, high = np.log(1e-4 * D / L**2), np.log(D / L**2)
    lanes = plain(node_time=nodes, log_mobility=np.array([[low], [low], [high], [high]]),
                  matrix=np.ones((4, 1)), stretch=np.ones((4, 1)))
    fine = np.linspace(0.0, 14 * DAY, 400001)
    rate = np.exp(np.interp(fine, nodes[:, 0], [low, low, high, high]))
    tau = np.concatenate([[0.0], np.cumsum(0.5 * (rate[1:] + rate[:-1]) * np.diff(fine))])
    exact = series.release_slab(np.interp(times, fine, tau))
    assert np.abs(run(lanes, times)[0, :, OUT] - exact).max() < 1e-3


def test_swelling_carrier(times: np.ndarray) -> None:
    """Swelling enters as D/L(t)² in the material coordinate, nothing else."""
    g = 0.8e-6
    nodes = np.linspace(0.0, 14 * DAY, 200)[:, None]
    lanes = plain(node_time=nodes, log_mobility=np.log(D / (L * np.exp(g * nodes)) ** 2),
                  matrix=np.ones_like(nodes), stretch=np.exp(g * nodes))
    tau = D / L**2 * -np.expm1(-2 * g * times) / (2 * g)
    assert np.abs(run(lanes, times)[0, :, OUT] - series.release_slab(tau)).max() < 5e-4


def test_inactivation_leaves_the_active_share(times: np.ndarray) -> None:
    """Active release of a sink is s F~(s): tanh(phi)/phi for a slab, when all has gone."""
    k = 2.9e-6
    phi = L * np.sqrt(k / D)
    long = np.linspace(0.0, 120 * DAY, 40)
    got = run(plain(carrier_inactivation=k), long)[0, -1, OUT]
    assert got == pytest.approx(np.tanh(phi) / phi, rel=5e-4)
    assert got != pytest.approx(np.tanh(1.01 * phi) / (1.01 * phi), rel=5e-4)


def test_exudate_through_the_carrier(times: np.ndarray) -> None:
    """Convection with the wrong sign or weight: against a fine explicit-free reference."""
    from scipy.linalg import solve_banded

    v = 2.1e-8  # towards the back
    pe = v * L / D
    assert pe > 5
    N, M = 1600, 6000
    dx = L / N
    up, down = D / dx**2 + v / (2 * dx), D / dx**2 - v / (2 * dx)
    # c_t = D c_xx + v c_x (drift to x = 0), flux out at x = 0 is v c, c = 0 at x = L
    main = np.full(N, -2 * D / dx**2)
    main[0] = -D / dx**2 - v / (2 * dx)
    main[-1] = -D / dx**2 - 2 * D / dx**2 - v / (2 * dx) * 1
    h = 3 * DAY / M
    band = np.zeros((3, N))
    band[0, 1:], band[1], band[2, :-1] = -h / 2 * up, 1 - h / 2 * main, -h / 2 * down
    c = np.ones(N)
    for _ in range(M):
        right = c + h / 2 * main * c
        right[:-1] += h / 2 * up * c[1:]
        right[1:] += h / 2 * down * c[:-1]
        c = solve_banded((1, 1), band, right)
    times = np.linspace(0.0, 3 * DAY, 10)
    parts = run(plain(velocity=np.full((1, 1), v)), times)[0]
    assert parts[-1, PARTS.index("free")] == pytest.approx(c.mean(), abs=3e-3)
    still = run(plain(), times)[0, -1, PARTS.index("free")]
    assert abs(still - c.mean()) > 0.05


def _oracle(lanes: Lanes, times: np.ndarray, cells: int) -> np.ndarray:
    """Integrate the same carrier and wound with solve_ivp on a uniform fine mesh: no SDIRK2."""
    from scipy.integrate import solve_ivp

    p = {name: float(a.ravel()[0]) for name, a in lanes.arrays().items()}
    x = 1.0 - (1.0 - np.arange(cells + 1) / cells) ** 2
    v = np.diff(x)
    mid = 0.5 * (x[1:] + x[:-1])
    rate = np.exp(p["log_mobility"])
    g = rate / np.diff(mid)
    face = 1.0 / ((1 - mid[-1]) / (rate * p["extent"]) + p["film_resistance"])
    cross = 1.0 / (p["tissue_resistance"] + 0.5 * p["tissue_depth"] / p["tissue_mobility"])
    t_end = float(lanes.node_time[-1, 0])

    def slope(t: float, y: np.ndarray) -> np.ndarray:
        c, b, film, deep = y[:cells], y[cells:2 * cells], y[2 * cells], y[2 * cells + 1]
        m = max(1.0 - t / t_end, 1e-12)
        gone = (1.0 / t_end / m) if t < t_end else 0.0
        flux = np.concatenate([[0.0], g * (c[:-1] - c[1:]), [face * (
            c[-1] / p["extent"] - film / p["film_depth"])]])
        bind = p["on_rate"] * m * c - (p["off_rate"] + gone) * b
        seep = p["trapped_share"] / t_end * np.exp(-p["carrier_inactivation"] * t) * (t < t_end)
        ki = p["carrier_inactivation"]
        dc = (flux[:-1] - flux[1:]) / v - bind - ki * c + seep
        over = cross * (film / p["film_depth"] - deep / p["tissue_depth"])
        out = p["washout"] + p["film_uptake"] + p["film_scavenging"] + p["film_inactivation"]
        lost = (p["tissue_uptake"] + p["tissue_scavenging"] + p["tissue_clearance"]
                + p["tissue_inactivation"])
        return np.concatenate([dc, bind - ki * b, [flux[-1] - over - out * film],
                               [over - lost * deep],
                               [p["film_uptake"] * film + p["tissue_uptake"] * deep]])

    start = np.concatenate([np.full(cells, p["free_share"]), np.full(cells, p["bound_share"]),
                            [p["surface_share"], 0.0, 0.0]])
    found = solve_ivp(slope, (0, times[-1]), start, method="LSODA", t_eval=times, rtol=1e-8,
                      atol=1e-10, lband=cells, uband=cells, max_step=0.25 * DAY)
    return np.stack([found.y[:cells].T @ v, found.y[cells:2 * cells].T @ v, found.y[-3],
                     found.y[-2], found.y[-1]], axis=1)


def test_whole_chain_against_solve_ivp() -> None:
    """Anything miswired between carrier, film and tissue: an independent integrator and mesh."""
    times = np.concatenate([[0.0, 600.0, 3600.0], np.linspace(0.25, 10.5, 30) * DAY])
    lanes = at_wound()
    names = ("free", "bound", "wound_fluid", "tissue", "taken_up")
    got = run(lanes, times)[0][:, [PARTS.index(name) for name in names]]
    expected = _oracle(lanes, times, 160)
    assert np.abs(got - expected).max() < 1e-3
    for name in ("on_rate", "film_uptake", "tissue_uptake", "washout"):
        twin = replace(lanes, **{name: 1.02 * getattr(lanes, name)})
        change = run(twin, times)[0][:, [PARTS.index(n) for n in names]]
        assert np.abs(change - got).max() > 2e-5, name


def test_error_estimate_is_honest() -> None:
    """An estimate that flatters: against a far finer run over random lanes."""
    rng = np.random.default_rng(20261121)
    count = 48
    spread: Any = {name: np.exp(rng.normal(0, 1.5, count)) for name in
                   ("on_rate", "off_rate", "film_uptake", "tissue_uptake")}
    base = at_wound(count)
    lanes = replace(base, log_mobility=base.log_mobility + rng.normal(0, 2.5, count),
                    **{name: getattr(base, name) * factor for name, factor in spread.items()})
    times = np.linspace(0.0, 14 * DAY, 40)
    grid = np.repeat(times[:, None], count, 1)
    ends = np.full(count, times[-1])
    best, estimate = solved(lanes, np.ones(1), ends, grid, CHAIN, threads=1)
    finest, _ = solved(lanes, np.ones(1), ends, grid, Accuracy(160, 400, 1.0), threads=1)
    error = np.abs(best - finest).max(axis=(1, 2))
    assert np.all(error <= 2 * estimate + 3e-4)
    assert np.quantile(error, 0.95) < 1e-3


def test_cores_and_order_do_not_matter() -> None:
    """Results that depend on the batch: other neighbours, another order, two threads."""
    rng = np.random.default_rng(5)
    count = 150
    base = at_wound(count)
    lanes = replace(base, log_mobility=base.log_mobility + rng.normal(0, 2.0, count))
    times = np.repeat(np.linspace(0.0, 14 * DAY, 15)[:, None], count, 1)
    ends = np.full(count, 14 * DAY)
    level = CHAIN
    one, _ = solved(lanes, np.ones(1), ends, times, level, threads=1)
    two, _ = solved(lanes, np.ones(1), ends, times, level, threads=2)
    assert np.array_equal(one, two)
    shuffle = rng.permutation(count)
    other, _ = solved(lanes.take(shuffle), np.ones(1), ends, times, level, threads=1)
    assert np.abs(other - one[shuffle]).max() < 1e-12

"""Two layers of a sheet: limits, and an independent matrix exponential."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.linalg import expm

from releasekit.transport.problem import PARTS, Lanes

from .conftest import DAY, plain
from .test_chain import OUT, run

D1, D2, L1, L2 = 2.9e-12, 0.7e-12, 0.8e-3, 0.45e-3
NODES = np.array([[0.0], [1e9]])


def layered(d1: float = D1, d2: float = D2, inner_share: float = 0.8, partition: float = 1.0,
            l1: float = L1, l2: float = L2) -> Lanes:
    one = np.ones((2, 2, 1))
    return plain(
        extent=np.array([[l1], [l2]]), volume_per_area=np.array([l2]),
        log_mobility=np.log(np.array([d1 / l1**2, d2 / l2**2]))[:, None, None] * one,
        matrix=one, stretch=one, on_rate=np.zeros((2, 1)), off_rate=np.ones((2, 1)),
        free_share=np.array([[inner_share], [1 - inner_share]]), bound_share=np.zeros((2, 1)),
        trapped_share=np.zeros((2, 1)), layer_partition=np.array([partition]))


def test_two_equal_layers_are_one(times: np.ndarray) -> None:
    """An interface that resists or leaks: equal layers, loaded in proportion, are one sheet."""
    split = layered(d1=D1, d2=D1, inner_share=L1 / (L1 + L2))
    whole = plain(diffusivity=D1, extent=L1 + L2)
    gap = run(split, times)[0, :, OUT] - run(whole, times)[0, :, OUT]
    assert np.abs(gap).max() < 4e-4


def _exact(inner_share: float, partition: float, times: np.ndarray, cells: int = 400,
           d1: float = D1) -> np.ndarray:
    """Return release of the same two layers from a matrix exponential on a uniform mesh."""
    n1 = round(cells * L1 / (L1 + L2))
    dx1, dx2 = L1 / n1, L2 / (cells - n1)
    n = cells
    A = np.zeros((n, n))
    dx = np.r_[np.full(n1, dx1), np.full(n - n1, dx2)]
    D = np.r_[np.full(n1, d1), np.full(n - n1, D2)]
    for i in range(n - 1):  # amounts u, concentration u/dx, jump K at the interface
        K = partition if i == n1 - 1 else 1.0
        g = 1.0 / (K * 0.5 * dx[i] / D[i] + 0.5 * dx[i + 1] / D[i + 1])
        A[i, i] -= g * K / dx[i]
        A[i, i + 1] += g / dx[i + 1]
        A[i + 1, i] += g * K / dx[i]
        A[i + 1, i + 1] -= g / dx[i + 1]
    A[-1, -1] -= D2 / (0.5 * dx2) / dx2
    u = np.r_[np.full(n1, inner_share / n1), np.full(n - n1, (1 - inner_share) / (n - n1))]
    step = expm(A * (times[1] - times[0]))
    out = []
    for _ in times:
        out.append(1.0 - u.sum())
        u = step @ u
    return np.array(out)


@pytest.mark.parametrize(("share", "partition"), [(0.8, 1.0), (1.0, 0.37), (0.3, 2.6)])
def test_against_matrix_exponential(share: float, partition: float) -> None:
    """A partition the wrong way round, a layer scaled by the other's thickness."""
    times = np.linspace(0.0, 10 * DAY, 21)
    exact = _exact(share, partition, times)
    got = run(layered(inner_share=share, partition=partition), times)[0, :, OUT]
    assert np.abs(got - exact)[1:].max() < 8e-4
    twin = run(layered(d2=1.02 * D2, inner_share=share, partition=partition), times)[0, :, OUT]
    assert np.abs(twin - exact)[1:].max() > 1e-3


def test_ledger_of_layers() -> None:
    """Exosomes lost or made at the interface."""
    times = np.linspace(0.0, 10 * DAY, 11)
    parts = run(layered(partition=1.9), times)[0]
    assert np.abs(parts[:, :13].sum(axis=1) - 1.0).max() < 1e-12
    assert parts[-1, PARTS.index("free")] < parts[0, PARTS.index("free")]

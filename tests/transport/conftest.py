"""Lanes for solver tests: awkward numbers, everything else switched off."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from releasekit.transport.problem import Action, Lanes
from releasekit.transport.solve import Accuracy, solve

DAY = 86400.0


def plain(shape_exponent: int = 0, diffusivity: float = 3.7e-12, extent: float = 1.3e-3,
          count: int = 1, **changes: Any) -> Lanes:
    """Return lanes of a body in a perfect sink; keyword arguments replace fields."""
    one, zero, nodes = np.ones(count), np.zeros(count), np.ones((2, count))
    rate = np.log(diffusivity / extent**2)
    fields: dict[str, Any] = {
        "shape_exponent": shape_exponent, "actions": (Action.KEEP,), "trapped_to_film": False,
        "tissue_cells": 1, "extent": extent * one, "volume_per_area": extent * one,
        "node_time": np.array([[0.0], [1e9]]) * one, "log_mobility": rate * nodes,
        "matrix": nodes, "stretch": nodes, "on_rate": zero, "off_rate": 1e-4 * one,
        "free_share": one, "bound_share": zero, "trapped_share": zero, "surface_share": zero,
        "partition": one, "carrier_inactivation": zero, "film_resistance": zero,
        "film_depth": np.inf * one, "film_uptake": zero, "film_scavenging": zero,
        "film_inactivation": zero, "tissue_resistance": np.inf * one, "tissue_depth": one,
        "tissue_mobility": one, "tissue_uptake": zero, "tissue_scavenging": zero,
        "tissue_clearance": zero, "tissue_inactivation": zero,
        "segment_start": np.zeros((1, count)), "velocity": np.zeros((1, count)),
        "washout": np.zeros((1, count)), "film_removed": np.zeros((1, count)),
    }
    for name, value in changes.items():
        fields[name] = value * one if np.ndim(value) == 0 and name not in (
            "actions", "trapped_to_film", "tissue_cells") else value
    return Lanes(**fields)


def at_wound(count: int = 1, **changes: Any) -> Lanes:
    """Return a binding, inactivating sheet on a draining, living wound."""
    fields: dict[str, Any] = {
        "on_rate": 4.3e-5, "off_rate": 1.9e-5, "free_share": 0.21, "bound_share": 0.47,
        "trapped_share": 0.19, "surface_share": 0.13, "carrier_inactivation": 1.1e-6,
        "film_resistance": 4.1e7, "film_depth": 0.7e-3, "film_uptake": 0.9e-5,
        "film_scavenging": 0.4e-5, "film_inactivation": 0.6e-5, "tissue_resistance": 4.1e7,
        "tissue_depth": 0.31e-3, "tissue_mobility": 0.8e-13, "tissue_uptake": 2.1e-5,
        "tissue_scavenging": 0.7e-5, "tissue_clearance": 0.3e-5, "tissue_inactivation": 0.6e-5,
        "washout": np.full((1, count), 1.7e-5), "velocity": np.zeros((1, count)),
        "matrix": np.array([[1.0], [0.0]]) * np.ones(count),
        "node_time": np.array([[0.0], [11 * DAY]]) * np.ones(count),
    }
    return plain(count=count, **{**fields, **changes})


def solved(lanes: Lanes, weights: np.ndarray, end: np.ndarray, times: np.ndarray,
           accuracy: Accuracy, threads: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Return all parts [design, time, part], and the error."""
    curves, error = solve(lanes, weights, end, times, accuracy, threads=threads)
    return np.moveaxis(curves, 0, -1), error


@pytest.fixture
def times() -> np.ndarray:
    """Output times over two weeks, the first minutes included."""
    early = [0.0, 30.0, 60.0, 300.0, 900.0, 3600.0]
    return np.concatenate([early, np.linspace(7200.0, 14 * DAY, 60)])

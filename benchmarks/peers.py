"""A plain slab in a perfect sink by the package, by SciPy and by other packages for such equations.

Run from the root of the project: ``python benchmarks/peers.py``; packages that are not installed
are named and left out. Each is used as its manual advises for this equation: what can be built once
for many slabs (mesh, discretisation, compiled code) is built outside the clock, and meshes and
tolerances are as coarse as an error near 1e-4 allows. Errors are against Crank's series.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from typing import Any

import numpy as np
from measuring import FloatArray, Work, compare, errors, in_rounds
from scipy.integrate import odeint, solve_ivp
from scipy.interpolate import CubicSpline
from sheets import END, TIMES, population

from releasekit.physics import series
from releasekit.transport.problem import Lanes
from releasekit.transport.solve import ACCURACIES, Accuracy, solve

DIFFUSIVITY, EXTENT = 3.7e-13, 1.3e-3
RATE = DIFFUSIVITY / EXTENT**2
MANY = 512
SOME = 32

Released = Callable[[], FloatArray]
"""Solves some equal slabs; returns the released fraction [slab, time]."""


def exact() -> FloatArray:
    """Return the released fraction by Crank's series."""
    return np.asarray(series.release_slab(RATE * TIMES))


def faces(cells: int, grading: float) -> FloatArray:
    """Return the faces of cells of the unit slab, graded towards the open side."""
    return np.asarray(1.0 - (1.0 - np.arange(cells + 1) / cells) ** grading)


# the package --------------------------------------------------------------------------------------

def slabs(count: int) -> Lanes:
    """Return equal slabs in a perfect sink, one lane each."""
    zero, one = np.zeros(count), np.ones(count)
    return replace(
        population(count, count=1), extent=EXTENT * one[None], volume_per_area=EXTENT * one,
        log_mobility=np.log(RATE) * np.ones((1, 16, count)), on_rate=zero[None],
        free_share=one[None], bound_share=zero[None], carrier_inactivation=zero,
        film_resistance=zero, film_depth=np.inf * one, film_uptake=zero, washout=zero[None])


def package(accuracy: Accuracy) -> Released:
    """Solve slabs in one batch."""
    lanes = slabs(MANY)

    def released() -> FloatArray:
        curves, _ = solve(lanes, np.ones(1), np.full(MANY, END),
                          np.repeat(TIMES[:, None], MANY, axis=1), accuracy, (("wound_fluid",),), 1)
        return curves[0]

    return released


# SciPy --------------------------------------------------------------------------------------------

def lsoda(cells: int, grading: float, fortran_loop: bool) -> Released:
    """Solve a slab by LSODA, banded: called from Python step by step, or by odeint in one go."""
    centres = 1.0 - (1.0 - (np.arange(cells) + 0.5) / cells) ** grading
    volume = np.diff(faces(cells, grading))
    conductance, share = RATE / np.diff(np.r_[centres, 1.0]), 1.0 / volume
    flux, start = np.zeros(cells + 1), np.ones(cells)

    def slope(t: float, y: FloatArray) -> FloatArray:
        flux[1:-1] = conductance[:-1] * (y[:-1] - y[1:])
        flux[-1] = conductance[-1] * y[-1]
        return np.asarray((flux[:-1] - flux[1:]) * share)

    def by_odeint() -> FloatArray:
        y = odeint(slope, start, TIMES, tfirst=True, rtol=1e-4, atol=1e-6, ml=1, mu=1)
        return np.asarray(1.0 - y @ volume)[None]

    def by_solve_ivp() -> FloatArray:
        y = solve_ivp(slope, (0.0, END), start, method="LSODA", t_eval=TIMES, rtol=1e-4, atol=1e-6,
                      lband=1, uband=1).y
        return np.asarray(1.0 - volume @ y)[None]

    return by_odeint if fortran_loop else by_solve_ivp


# others: each gets its module and returns what solves slabs ---------------------------------------

def by_pybamm(pybamm: Any) -> Released:
    """Solve slabs with IDA (sparse, compiled), many sets of inputs at once."""
    model = pybamm.BaseModel()
    c = pybamm.Variable("c", domain="slab")
    x = pybamm.SpatialVariable("x", domain=["slab"], coord_sys="cartesian")
    model.rhs = {c: pybamm.div(pybamm.InputParameter("rate") * pybamm.grad(c))}
    model.boundary_conditions = {c: {"left": (pybamm.Scalar(0), "Neumann"),
                                     "right": (pybamm.Scalar(0), "Dirichlet")}}
    model.initial_conditions = {c: pybamm.Scalar(1)}
    model.variables = {"held": pybamm.Integral(c, x)}
    cells = 100
    grid = pybamm.Mesh({"slab": {x: {"min": pybamm.Scalar(0), "max": pybamm.Scalar(1)}}},
                       {"slab": pybamm.Uniform1DSubMesh}, {x: cells})
    pybamm.Discretisation(grid, {"slab": pybamm.FiniteVolume()}).process_model(model)
    solver = pybamm.IDAKLUSolver(rtol=1e-3, atol=1e-5, output_variables=["held"])
    inputs = [{"rate": RATE}] * SOME

    def released() -> FloatArray:
        found = solver.solve(model, [0.0, END], t_interp=TIMES, inputs=inputs)
        return 1.0 - np.stack([each["held"].data for each in found])

    return released


def by_pypde(pde: Any) -> Released:
    """Solve a slab by compiled explicit steps near their limit of stability.

    Implicit steps of this package iterate to a fixed point, which needs steps as short, and its
    meshes are even.
    """
    cells, steps_per_output = 70, 40
    grid = pde.CartesianGrid([(0.0, 1.0)], cells)
    equation = pde.DiffusionPDE(RATE, bc={"x-": {"derivative": 0}, "x+": {"value": 0}})
    solver = pde.EulerSolver(equation, backend="numba")
    step = solver.make_stepper(pde.ScalarField(grid, 1.0), TIMES[1] / steps_per_output)

    def released() -> FloatArray:
        state = pde.ScalarField(grid, 1.0)
        held = np.ones(len(TIMES))
        for i in range(1, len(TIMES)):
            step(state, TIMES[i - 1], TIMES[i])
            held[i] = state.data.mean()
        return 1.0 - held[None]

    return released


def by_fipy(fipy: Any) -> Released:
    """Solve a slab by Crank-Nicolson after four implicit steps; cells and steps are graded."""
    width = np.diff(faces(60, 1.6))
    c = fipy.CellVariable(mesh=fipy.Grid1D(dx=width), value=1.0)
    c.constrain(0.0, c.mesh.facesRight)
    implicit = fipy.TransientTerm() == fipy.DiffusionTerm(coeff=RATE)
    half = fipy.TransientTerm() == (fipy.DiffusionTerm(coeff=0.5 * RATE)
                                    + fipy.ExplicitDiffusionTerm(coeff=0.5 * RATE))
    solver = fipy.LinearLUSolver()
    ends = END * np.linspace(0.0, 1.0, 37) ** 3

    def released() -> FloatArray:
        c.setValue(1.0)
        held = np.ones(len(ends))
        for i, step in enumerate(np.diff(ends)):
            (half if i >= 4 else implicit).solve(var=c, dt=step, solver=solver)
            held[i + 1] = c.value @ width
        return 1.0 - CubicSpline(np.sqrt(ends), held)(np.sqrt(TIMES))[None]

    return released


PEERS: dict[str, tuple[str, Callable[[Any], Released]]] = {
    "pybamm": ("pybamm", by_pybamm), "py-pde": ("pde", by_pypde), "fipy": ("fipy", by_fipy)}


def plain_slab(rounds: int) -> None:
    """Compare all ways to solve the plain slab."""
    os.environ["PYBAMM_DISABLE_TELEMETRY"] = "true"
    default, screen = ACCURACIES["default"], ACCURACIES["screen"]
    ways = {"modes (chosen), default": package(default), "modes (chosen), screen": package(screen),
            "chain, default": package(replace(default, modes=0)),
            "chain, fine": package(replace(ACCURACIES["fine"], modes=0)),
            "LSODA": lsoda(100, 1.0, fortran_loop=False),
            "LSODA, 64 graded cells": lsoda(64, 1.6, fortran_loop=False),
            "odeint, 64 graded cells": lsoda(64, 1.6, fortran_loop=True)}
    absent = []
    for name, (module, build) in PEERS.items():
        if find_spec(module):
            ways[f"{name} {version(name)}"] = build(import_module(module))
        else:
            absent.append(name)
    print(f"plain slab in a perfect sink, {len(TIMES)} outputs"
          + (f"; not installed, left out: {', '.join(absent)}" if absent else ""))
    truth = exact()
    wrong = {name: errors(way(), truth) for name, way in ways.items()}  # also compiles

    def work(name: str) -> Work:
        return lambda turn: len(ways[name]())

    compare(in_rounds({name: work(name) for name in ways}, rounds), wrong, "LSODA", {"max": 1.0})


def main() -> int:
    """Print the comparison."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    plain_slab(parser.parse_args().rounds)
    return 0


if __name__ == "__main__":
    sys.exit(main())

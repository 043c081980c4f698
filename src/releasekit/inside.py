"""What goes on inside one carrier: exosomes over depth and time, and how its mesh opens.

``simulate`` keeps amounts only. Profiles come from a second, plain march of the same transport
problem, one design at a time, by backward Euler on the solver's own cells.
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from releasekit.carriers.ecm import fibre_fraction, fibre_spacing
from releasekit.carriers.families import FAMILIES
from releasekit.carriers.hydrogel import (
    at_nodes,
    gel_diffusivity,
    network_decay,
    with_measured_series,
)
from releasekit.carriers.inputs import Inputs
from releasekit.carriers.lowered import Body, vesicles
from releasekit.carriers.phases import Part, filling
from releasekit.errors import InputError, Problem
from releasekit.formulation import Designs
from releasekit.release import DAY, Release
from releasekit.transport.grid import Mesh, layered_mesh, mesh
from releasekit.transport.problem import Action, Lanes

FloatArray = NDArray[np.float64]

SIZES = 8
REPORT_SIZES = 16
"""As many as ``simulate`` has, so that the exosome of median size is the same."""
CELLS = 32
STEPS = 300
"""Steps between two dressing changes; the march is of first order."""
LEAST = 1e-12
"""A share of the matrix below which it is gone."""


class Profiles(NamedTuple):
    """Active exosomes inside a carrier.

    ``time`` [time] [s], ``distance`` [time, cell] from the open face [m], ``concentration``
    [time, cell] [1/m3], ``amount`` [time] the share of a dose that is in this part of the carrier.
    The first ``inner`` cells are those of the layer at the back, if there are two.
    """

    time: FloatArray
    distance: FloatArray
    concentration: FloatArray
    amount: FloatArray
    inner: int


class Opening(NamedTuple):
    """What exosomes have to pass, and the exosomes that want through, over ``time`` [time] [s].

    ``way`` says what it is: a mesh, gaps between fibres, pores. ``mesh_size`` [time] [m] is the
    median of its width, ``relative_mobility`` [time] that of the exosome of median size over its
    mobility in fluid.
    """

    way: str
    time: FloatArray
    mesh_size: FloatArray
    mesh_size_gsd: float
    vesicle_diameter: float
    vesicle_diameter_gsd: float
    relative_mobility: FloatArray


def _inputs(release: Release) -> Inputs:
    """Return the inputs of the first row, with facts at their nominal values."""
    columns = {name: column[:1] for name, column in release.designs.columns.items()}
    return Inputs(Designs(release.formulation, columns))


# mesh over time -----------------------------------------------------------------------------------

def opening(release: Release) -> Opening:
    """Return how wide the mesh, the gaps between fibres or the pores are, facts nominal.

    Raises
    ------
    InputError
        Nothing has to be passed, or the mobility in a gel is given rather than computed.
    """
    carrier = release.formulation.carrier
    if carrier in ("scaffold", "ecm"):
        return _solid_opening(_inputs(release))
    if carrier not in ("hydrogel", "microneedle") or (
            release.formulation.word("needle_kind") not in ("", "swellable")):
        raise InputError(Problem(f"{release.name} has neither a mesh, fibres nor pores through "
                                 "which exosomes leave", key="mesh"))
    part = _inputs(release).layers()[-1]
    decay, _ = with_measured_series(part, network_decay(part))
    ves = vesicles(part, REPORT_SIZES)
    made, diffusivity = gel_diffusivity(part, ves, decay)
    if made is None:
        raise InputError(Problem(f"the mobility in {release.name} is given, so there is no mesh",
                                 key="mesh"))
    time = np.linspace(0.0, float(part["duration"][0]), 201)[None]
    size = np.log(made.mesh_size_median[:, None] * np.minimum(decay.mesh_growth, 1e6))
    middle = int(np.argmin(np.abs(ves.diameter[0] - part["vesicle_diameter_median"][0])))
    relative = diffusivity[:, middle] / ves.free_diffusivity[:, middle, None]
    return Opening(
        "mesh", time[0], np.exp(at_nodes(time, decay.time, size)[0]),
        float(part["mesh_size_gsd"][0]),
        float(part["vesicle_diameter_median"][0]), float(part["vesicle_diameter_gsd"][0]),
        np.exp(at_nodes(time, decay.time, np.log(relative))[0]))


def _solid_opening(inputs: Inputs) -> Opening:
    """Return the same of a scaffold or of a matrix of fibres: of a gel in its pores if it has one.

    Gel in pores is lost place by place, so that its mesh stays as it is.
    """
    formulation = inputs.formulation
    body, = FAMILIES[formulation.carrier].lower(inputs, REPORT_SIZES).bodies
    ves, lanes = vesicles(inputs, REPORT_SIZES), body.lanes
    middle = int(np.argmin(np.abs(ves.diameter[0] - inputs["vesicle_diameter_median"][0])))
    nodes, clock = lanes.node_time[:, middle], np.linspace(0.0, float(inputs["duration"][0]), 201)
    mobility = np.exp(lanes.log_mobility[0, :, middle]) * lanes.extent[0, middle] ** 2
    ecm = formulation.carrier == "ecm"
    gel = filling(inputs, "polymer" if ecm else "filling")
    gsd, steady = 1.0, np.ones((1, len(nodes)))
    if gel:
        way, wide = "mesh of the gel in the pores", gel.made.mesh_size_median[:, None] * steady
        gsd = float(gel.part["mesh_size_gsd"][0])
    elif ecm:
        fibre = Part(inputs, "matrix", "exosome", "wound")
        left = np.maximum(lanes.matrix[0, :, middle], LEAST)
        way, wide = "gaps between fibres", fibre_spacing(fibre, fibre_fraction(fibre)[:, None]
                                                         * left)
    else:
        way, wide = "pores", inputs["pore_diameter"][:, None] * steady
    return Opening(
        way, clock, np.exp(np.interp(clock, nodes, np.log(wide[0]))), gsd,
        float(inputs["vesicle_diameter_median"][0]), float(inputs["vesicle_diameter_gsd"][0]),
        np.interp(clock, nodes, mobility) / ves.free_diffusivity[0, middle])


# profiles -----------------------------------------------------------------------------------------

def profiles(release: Release, days: FloatArray) -> Profiles:
    """Return the concentration of active exosomes inside a carrier, facts nominal.

    Of needles it is the part with most of the dose, at the mean radius of its slices.

    Parameters
    ----------
    release
        One design.
    days : shape (time,) [d]
        When, within the simulated time.

    Raises
    ------
    InputError
        Nothing diffuses in the carrier: its exosomes go with what dissolves, or there is none.
    """
    inputs = _inputs(release)
    lowered = FAMILIES[release.formulation.carrier].lower(inputs, SIZES)
    bodies = [body for body in lowered.bodies if np.any(body.lanes.free_share > 0.0)]
    if not bodies:
        raise InputError(Problem(f"nothing diffuses inside {release.name}", key="profiles"))
    body = max(bodies, key=lambda each: float(each.share[0]))
    time = np.sort(np.asarray(days, dtype=float)) * DAY
    density = np.einsum("tlc,l->tc", _march(body.lanes, time, release.time[0, -1]), body.weights)
    grid = _grid(body.lanes)
    volume, extent = _volumes(body, grid, time)
    dose = float(lowered.dose_per_area[0] * body.share[0])
    return Profiles(time, _distance(grid, extent), dose * density / volume,
                    float(body.share[0]) * density @ grid.volume, grid.inner)


def _grid(lanes: Lanes) -> Mesh:
    return mesh(lanes.shape_exponent, CELLS) if lanes.layers == 1 else layered_mesh(CELLS)


def _layer(grid: Mesh) -> NDArray[np.intp]:
    """Return the layer of each cell."""
    return (np.arange(len(grid.volume)) >= (grid.inner or len(grid.volume))).astype(np.intp)


def _volumes(body: Body, grid: Mesh, time: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return volume per wound area [time, cell] and extent [time, layer] as they have swollen."""
    lanes, weights = body.lanes, body.weights
    grown = np.stack([_at(lanes, lanes.stretch, t) for t in time]) @ weights
    extent = grown * (lanes.extent @ weights)
    if lanes.layers == 2:
        return extent[:, _layer(grid)], extent
    whole = float(lanes.volume_per_area @ weights) * grown ** (lanes.shape_exponent + 1)
    return np.repeat(whole, len(grid.volume), axis=1), extent


def _distance(grid: Mesh, extent: FloatArray) -> FloatArray:
    """Return the distance of each cell from the open face, [time, cell]."""
    def below(spacing: FloatArray, last: float) -> FloatArray:
        return last + np.concatenate([np.cumsum(spacing[::-1])[::-1], [0.0]])

    outer = extent[:, -1:] * below(grid.spacing[grid.inner:], grid.surface_distance)
    if not grid.inner:
        return outer
    inner = extent[:, :1] * below(grid.spacing[:grid.inner - 1], grid.inner_distance)
    return np.concatenate([extent[:, -1:] + inner, outer], axis=1)


def _at(lanes: Lanes, field: FloatArray, clock: float) -> FloatArray:
    """Return a function of time since application, [layer, lane]."""
    nodes, lane = lanes.node_time, np.arange(len(lanes))
    j = np.clip((clock > nodes[1:]).sum(axis=0), 0, len(nodes) - 2)
    share = np.clip((clock - nodes[j, lane]) / (nodes[j + 1, lane] - nodes[j, lane]), 0.0, 1.0)
    return np.asarray((1.0 - share) * field[:, j, lane] + share * field[:, j + 1, lane])


def _bernoulli(p: FloatArray) -> FloatArray:
    """Return p/(exp(p) - 1), the weight of diffusion against convection."""
    small = np.abs(p) < 1e-8
    return np.where(small, 1.0 - 0.5 * p, p / np.expm1(np.where(small, 1.0, np.minimum(p, 600.0))))


def _march(lanes: Lanes, at: FloatArray, end: float) -> FloatArray:
    """Return what each cell holds per normalised volume, free, bound and trapped.

    The chain is carrier cells, film and mixed tissue; see ``Lanes`` for its equations.

    Returns
    -------
    ndarray, shape (time, lane, cell)
    """
    grid = _grid(lanes)
    cells, layer = len(grid.volume), _layer(grid)
    state = np.zeros((len(lanes), cells + 2))
    bound, held = np.zeros((len(lanes), cells)), np.zeros((lanes.layers, len(lanes)))
    out = np.zeros((len(at), len(lanes), cells))
    here, born = True, 0.0
    starts = [*lanes.segment_start[:, 0], end]
    for s, action in enumerate(lanes.actions):
        state[:, cells] *= 1.0 - lanes.film_removed[s]
        if s and action != Action.KEEP:
            state[:, :cells], bound[:], held[:], here = 0.0, 0.0, 0.0, False
        if s == 0 or action == Action.REPLACE:
            here, born = True, starts[s]
            state[:, :cells] = lanes.free_share[layer].T
            bound, held = lanes.bound_share[layer].T.copy(), lanes.trapped_share.copy()
            state[:, cells] += lanes.surface_share
        span = starts[s + 1] - starts[s]
        within = at[(at > starts[s]) & (at <= starts[s + 1])]
        steps = np.unique(np.concatenate(
            [starts[s] + span * np.linspace(0.0, 1.0, STEPS + 1) ** 3, within]))
        for t, new in pairwise(steps):
            out[at == t] = state[:, :cells] + bound + held[layer].T
            state, bound, held = _step(lanes, grid, state, bound, held, t - born, new - born, here,
                                       lanes.velocity[s], lanes.washout[s])
        out[at == steps[-1]] = state[:, :cells] + bound + held[layer].T
    return out


def _step(lanes: Lanes, grid: Mesh, state: FloatArray, bound: FloatArray, held: FloatArray,
          old: float, new: float, here: bool, velocity: FloatArray, washout: FloatArray
          ) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Take one step of backward Euler from clock ``old`` to ``new``."""
    from scipy.linalg import solve_banded

    h, cells, layer = new - old, len(grid.volume), _layer(grid)
    before, after = (_at(lanes, lanes.matrix, clock) for clock in (old, new))
    kept = np.where(before > LEAST, after / np.maximum(before, LEAST), 0.0)
    decay = np.exp(-lanes.carrier_inactivation * h)
    freed = held * (1.0 - kept) * (1.0 + decay) / 2.0
    letting_go = (lanes.off_rate + (1.0 / np.maximum(kept, LEAST) - 1.0) / h)[layer].T
    on = (lanes.on_rate * after)[layer].T
    lost = lanes.carrier_inactivation[:, None]
    keep = 1.0 / (1.0 + h * (letting_go + lost))
    into, back = _exchange(lanes, grid, new, here, velocity)
    own = np.ones_like(state)
    own[:, :cells] = 1.0 + h * (lost + on * (1.0 - h * letting_go * keep))
    own[:, cells] += h * (washout + lanes.film_uptake + lanes.film_scavenging
                          + lanes.film_inactivation)
    own[:, cells + 1] += h * (lanes.tissue_uptake + lanes.tissue_scavenging
                              + lanes.tissue_clearance + lanes.tissue_inactivation)
    right = state.copy()
    right[:, :cells] += h * letting_go * keep * bound
    if lanes.trapped_to_film:
        right[:, cells] += freed[0]
    else:
        right[:, :cells] += freed[layer].T
    volume = np.concatenate([grid.volume, [1.0, 1.0]])
    diagonal = volume * own
    diagonal[:, :-1] += h * into
    diagonal[:, 1:] += h * back
    diagonal[:, 0] += h * velocity * here / (lanes.extent[0] * _at(lanes, lanes.stretch, new)[0])
    gap = np.zeros((len(lanes), 1))  # lanes stand one after another and do not touch
    band = np.stack([np.concatenate([gap, -h * back], axis=1).ravel(), diagonal.ravel(),
                     np.concatenate([-h * into, gap], axis=1).ravel()])
    state = solve_banded((1, 1), band, (volume * right).ravel()).reshape(state.shape)
    bound = (bound + h * on * state[:, :cells]) * keep
    return state, bound, held * kept * decay


def _exchange(lanes: Lanes, grid: Mesh, clock: float, here: bool,
              velocity: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the transfer rates to the next cell and from it, [lane, face]."""
    cells, layer = len(grid.volume), _layer(grid)
    rate = np.exp(_at(lanes, lanes.log_mobility, clock))
    extent = lanes.extent * _at(lanes, lanes.stretch, clock)
    wind = velocity[:, None]
    into, back = np.zeros((2, len(lanes), cells + 1))
    rates = rate[layer[:-1]].T
    p = wind * grid.spacing / (extent[layer[:-1]].T * rates)
    into[:, :cells - 1] = grid.conductance * rates * _bernoulli(p)
    back[:, :cells - 1] = grid.conductance * rates * (_bernoulli(p) + p)
    if grid.inner:
        ratio = lanes.layer_partition if lanes.layer_partition is not None else 1.0
        resistance = (ratio * grid.inner_distance / (rate[0] * extent[0])
                      + grid.outer_distance / (rate[1] * extent[1]))
        p = velocity * resistance
        into[:, grid.inner - 1] = ratio * _bernoulli(p) / (resistance * extent[0])
        back[:, grid.inner - 1] = (_bernoulli(p) + p) / (resistance * extent[1])
    resistance = (grid.surface_distance / (rate[-1] * extent[-1])
                  + lanes.partition * lanes.film_resistance)
    p = velocity * resistance
    open_share = here * (lanes.shape_exponent + 1.0) / extent[-1]
    grown = (extent[-1] / lanes.extent[-1]) ** (lanes.shape_exponent + 1)
    into[:, cells - 1] = open_share / resistance * _bernoulli(p)
    back[:, cells - 1] = (open_share * lanes.volume_per_area * grown / resistance
                          * (_bernoulli(p) + p) * lanes.partition / lanes.film_depth)
    resistance = 0.5 * lanes.tissue_depth / lanes.tissue_mobility + lanes.tissue_resistance
    into[:, cells] = 1.0 / (resistance * lanes.film_depth)
    back[:, cells] = 1.0 / (resistance * lanes.tissue_depth)
    return into, back

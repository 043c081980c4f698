"""Hydrogels: sheet, rods or beads of a network that hinders, binds, degrades and liquefies.

structure -> mesh size -> mobility of each vesicle size; bonds are lost -> the mesh opens -> past
the gel point regions turn to a viscous sol. Each step is a law of ``releasekit.physics`` chosen
by name; what is *given* replaces what would have been computed.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from releasekit.carriers.downstream import downstream
from releasekit.carriers.gel_laws import (
    CONNECTIVITIES,
    MOBILITIES,
    STRUCTURES,
    Network,
    bound_ratio,
    cleavage_rate,
    with_macropores,
)
from releasekit.carriers.inputs import Inputs
from releasekit.carriers.lowered import Body, Lowered, Vesicles, dose, vesicles, volume_per_area
from releasekit.errors import InputError
from releasekit.physics import binding, degradation, gelation, mobility, surface_erosion
from releasekit.transport.problem import Lanes

FloatArray = NDArray[np.float64]

SHAPES = {"sheet": 0, "rod": 1, "bead": 2}
WIDEST_MESH = 1e-4
"""A mesh beyond 0.1 mm no longer hinders a vesicle; keeps logarithms finite at the gel point."""


class Decay(NamedTuple):
    """The network over time: node times, mesh growth and sol share, [row, node] each."""

    time: FloatArray
    mesh_growth: FloatArray
    sol_share: FloatArray
    gel_point_time: FloatArray


# degradation in time -----------------------------------------------------------------------------

def network_decay(inputs: Inputs, time: FloatArray | None = None) -> Decay:
    """Return mesh growth and sol share over time, by the chosen loss of bonds.

    Parameters
    ----------
    inputs
        The table of designs.
    time : shape (row, node) [s]
        Where to evaluate; without it, at nodes that suit the gel point.
    """
    duration = inputs["duration"][:, None]
    if inputs.model("degradation", "none") == "none":
        if time is None:
            time = duration * np.array([0.0, 1.0])
        return Decay(time, np.ones_like(time), np.zeros_like(time),
                     np.full(inputs.rows, np.inf))
    connectivity = CONNECTIVITIES[inputs.model("connectivity", "step-growth")][0]
    rate, start = cleavage_rate(inputs), inputs["initial_intact_fraction"]
    critical, _ = connectivity(inputs, np.broadcast_to(start[:, None], (inputs.rows, 1)))
    gel_point = gelation.gel_point_time(rate, start, critical)
    spread = inputs["gel_point_spread"]
    if time is None:
        time = _nodes(gel_point, spread, duration[:, 0])
    intact = start[:, None] * degradation.intact_first_order(rate[:, None], time)
    growth = connectivity(inputs, intact)[1]
    sol = gelation.sol_share(time, gel_point[:, None], spread[:, None])
    return Decay(time, growth, sol, gel_point)


def _nodes(gel_point: FloatArray, spread: FloatArray, duration: FloatArray) -> FloatArray:
    """Return 16 times per row: on the way to the gel point, across it, and to the end."""
    towards = np.array([0.2, 0.4, 0.6, 0.75, 0.88])
    across = np.array([-1.5, -0.75, 0.0, 0.75, 1.5, 2.5])
    later = np.array([0.25, 0.5, 0.75, 1.0])
    gel = np.minimum(gel_point, duration)[:, None]
    parts = [np.zeros((len(duration), 1)), gel * towards, gel * np.exp(spread[:, None] * across),
             duration[:, None] * later]
    time = np.sort(np.concatenate(parts, axis=1), axis=1)
    return time + duration[:, None] * 1e-9 * np.arange(time.shape[1])


# the whole ---------------------------------------------------------------------------------------

def lower(inputs: Inputs, sizes: int) -> Lowered:
    """Return the transport problem of a table of hydrogels, of one layer or of two.

    Layers meet at one interface; only the layer on the wound has exosomes on its surface.

    Parameters
    ----------
    inputs
        The table of designs.
    sizes
        Vesicle sizes per design.
    """
    ves = vesicles(inputs, sizes)
    parts = inputs.layers()
    histories = _histories(parts)
    gone = _erosion_time(inputs)
    if gone is not None:
        histories = [_with_node(*histories[0], gone)]
    layers = [_layer(part, ves, *history) for part, history in zip(parts, histories, strict=True)]
    outer, wound_side = layers[-1], parts[-1]
    shares = [np.ones(inputs.rows)] if len(parts) == 1 else [
        np.full(inputs.rows, layer.layer_dose_fraction) for layer in inputs.formulation.layers]

    def each(name: str) -> FloatArray:
        """Stack a field over layers, rows repeated for every size: [layer, (node,) lane]."""
        fields = [getattr(layer, name) for layer in layers]
        return np.stack([np.repeat(field, sizes, axis=0).T for field in fields])

    def load(name: str) -> FloatArray:
        return np.stack([np.repeat(share * getattr(layer, name), sizes)
                         for share, layer in zip(shares, layers, strict=True)])

    surface = shares[-1] * wound_side["surface_located_fraction"]
    slip = np.minimum(outer.diffusivity[..., 0] / ves.free_diffusivity, 1.0)
    lanes = Lanes(
        shape_exponent=SHAPES[inputs.word("shape", "sheet")], trapped_to_film=False,
        extent=each("extent"), volume_per_area=np.repeat(volume_per_area(wound_side), sizes),
        node_time=np.repeat(outer.decay.time, sizes, axis=0).T,
        log_mobility=np.stack([layer.log_mobility.reshape(inputs.rows * sizes, -1).T
                               for layer in layers]),
        matrix=each("matrix"), stretch=each("stretch"), on_rate=each("on_rate"),
        off_rate=each("off_rate"), free_share=load("free"), bound_share=load("bound"),
        trapped_share=load("held"), surface_share=np.repeat(surface, sizes),
        carrier_inactivation=np.repeat(inputs["carrier_inactivation_rate"], sizes),
        layer_partition=np.repeat(inputs.get_or("layer_partition_coefficient", 1.0), sizes),
        **_beyond(wound_side, ves, slip, gone), front=None if gone is None else np.repeat(
            surface_erosion.extent_left_fraction(outer.decay.time, gone[:, None]), sizes, axis=0).T)
    active, recovery = dose(inputs)
    rows = np.arange(inputs.rows)
    middle = np.argmin(np.abs(ves.diameter - inputs["vesicle_diameter_median"][:, None]), axis=1)
    volumes = [volume_per_area(part) for part in parts]
    properties = {
        "effective_diffusivity": outer.diffusivity[rows, middle, 0],
        "free_diffusivity": ves.free_diffusivity[rows, middle],
        "gel_point_time": outer.decay.gel_point_time,
        "thickness": sum((part["thickness"] for part in parts), np.zeros(inputs.rows)),
        "exosome_concentration": np.max([active / recovery * share / volume for share, volume in
                                         zip(shares, volumes, strict=True)], axis=0),
    }
    if outer.made is not None:
        properties.update(outer.made._asdict())
    return Lowered((Body(lanes, ves.weight, np.ones(inputs.rows)),), active, recovery, properties)


# a face that wears off ------------------------------------------------------------------------

def _erosion_time(inputs: Inputs) -> FloatArray | None:
    """Return when a gel that wears off from its open face is gone, [row]."""
    if inputs.model("erosion", "none") == "none":
        return None
    sheet = inputs.word("shape", "sheet") == "sheet"
    return inputs.call(surface_erosion.erosion_time,
                       thickness=inputs["thickness" if sheet else "radius"])


def _with_node(decay: Decay, stretch: FloatArray,
               gone: FloatArray) -> tuple[Decay, FloatArray]:
    """Add the time at which the gel is gone to the nodes."""
    there = np.minimum(gone, 2.0 * decay.time[:, -1])[:, None]
    time = np.sort(np.concatenate([decay.time, there], axis=1), axis=1)
    time = time + decay.time[:, -1:] * 1e-9 * np.arange(time.shape[1])
    return Decay(time, at_nodes(time, decay.time, decay.mesh_growth),
                 at_nodes(time, decay.time, decay.sol_share),
                 decay.gel_point_time), at_nodes(time, decay.time, stretch)


def _beyond(inputs: Inputs, ves: Vesicles, slip: FloatArray,
            gone: FloatArray | None) -> dict[str, Any]:
    """Return film, tissue and schedule; a gel that wears off lets no exudate through itself."""
    fields = downstream(inputs, ves, slip)
    if gone is not None and np.any(fields["velocity"]):
        raise InputError("exudate drawn through a gel that erodes is not modelled: leave "
                         "absorption_capacity out, or erosion")
    return fields


class GelLayer(NamedTuple):
    """One layer of gel: [row], over time [row, node], mobility [row, size, node]."""

    extent: FloatArray
    log_mobility: FloatArray
    diffusivity: FloatArray
    matrix: FloatArray
    stretch: FloatArray
    on_rate: FloatArray
    off_rate: FloatArray
    free: FloatArray
    bound: FloatArray
    held: FloatArray
    decay: Decay
    made: Network | None


def _layer(inputs: Inputs, ves: Vesicles, decay: Decay, stretch: FloatArray) -> GelLayer:
    made, diffusivity = gel_diffusivity(inputs, ves, decay)
    sheet = inputs.word("shape", "sheet") == "sheet"
    extent = inputs["thickness"] if sheet else inputs["radius"]
    grown = extent[:, None, None] * stretch[:, None, :]
    ratio, off = bound_ratio(inputs)
    # exosomes on the face between two layers are inside the carrier
    inside = 1.0 - inputs["surface_located_fraction"] * inputs.open_face
    held = inside * inputs["irreversible_fraction"]
    free = (inside - held) * binding.free_fraction(ratio)
    return GelLayer(extent, np.log(np.maximum(diffusivity / grown**2, 1e-100)), diffusivity,
                    matrix_left(inputs, decay), stretch, ratio * off, off, free,
                    inside - held - free, held, decay, made)


def _histories(parts: list[Inputs]) -> list[tuple[Decay, FloatArray]]:
    """Return decay and stretch of each layer, at nodes that all layers share."""
    if len(parts) == 1:
        return [with_measured_series(parts[0], network_decay(parts[0]))]
    nodes = np.concatenate([network_decay(part).time[:, 1:] for part in parts], axis=1)
    gap = 1e-9 * nodes[:, -1:] * np.arange(1, nodes.shape[1] + 1)
    time = np.concatenate([np.zeros((len(nodes), 1)), np.sort(nodes, axis=1) + gap], axis=1)
    return [(network_decay(part, time), np.ones_like(time)) for part in parts]


def gel_diffusivity(inputs: Inputs, ves: Vesicles,
                    decay: Decay) -> tuple[Network | None, FloatArray]:
    """Return the network as made and the mobility [row, size, node]."""
    free = ves.free_diffusivity[:, :, None]
    d = ves.diameter[:, :, None]
    made = None
    degrading = inputs.model("degradation", "none") != "none"
    sol = free / inputs.column("sol_viscosity_ratio", 3) if degrading else free
    median = inputs["vesicle_diameter_median"][:, None, None]
    series = inputs.series("effective_diffusivity")
    if series is not None:
        gel = np.interp(decay.time, *series)[:, None, :] * median / d
    elif inputs.get("effective_diffusivity") is not None:
        # as measured for the median size; other sizes follow Stokes-Einstein
        gel = inputs.column("effective_diffusivity", 3) * median / d
    else:
        made = STRUCTURES[inputs.model("structure", "modulus")][0](inputs)
        mesh = np.minimum(made.mesh_size_median[:, None] * decay.mesh_growth, WIDEST_MESH)
        law = MOBILITIES[inputs.model("mobility", "unified")][0]
        in_mesh = free * np.minimum(law(inputs, d, mesh[:, None, :], free), 1.0)
        # a mesh that opens because it loses bonds ends as the sol, which is thicker than water
        in_mesh = np.minimum(in_mesh, np.maximum(in_mesh[:, :, :1], sol))
        gel = with_macropores(inputs, in_mesh, d, free)
    gel = np.broadcast_to(gel, (*d.shape[:2], decay.time.shape[1]))
    if not degrading:
        return made, np.minimum(gel, free)
    mixed = mobility.effective_medium(gel, np.maximum(sol, gel), decay.sol_share[:, None, :])
    return made, np.minimum(mixed, free)


def matrix_left(inputs: Inputs, decay: Decay) -> FloatArray:
    """Return the share of matrix and binding sites left, [row, node]; it never grows."""
    series = inputs.series("mass_remaining_fraction")
    left = 1.0 - decay.sol_share
    if series is not None:
        left = np.interp(decay.time, *series) / series[1][0]
    return np.minimum.accumulate(np.clip(left, 0.0, 1.0), axis=1)


def with_measured_series(inputs: Inputs, decay: Decay) -> tuple[Decay, FloatArray]:
    """Let measured series of modulus and swelling replace what was computed.

    The mesh follows a measured modulus as G^(-1/3) and a measured swelling as Q^(1/3); swelling
    widens the carrier alike in all directions.
    """
    names = ("plateau_modulus", "swelling_ratio", "mass_remaining_fraction",
             "effective_diffusivity")
    series = {name: found for name in names if (found := inputs.series(name)) is not None}
    if not series:
        return decay, np.ones_like(decay.time)
    ends = [times[-1] for times, _ in series.values()]
    last = np.minimum(max(ends), inputs["duration"])[:, None]
    extra = last * np.linspace(0.0, 1.0, 13) ** 1.5
    time = np.concatenate([extra, inputs["duration"][:, None] * (1 + 1e-9) * np.ones((1, 1))], 1)
    if np.any(np.isfinite(decay.gel_point_time)):
        time = np.sort(np.concatenate([time[:, 1:], decay.time], axis=1), axis=1)
    time = time + inputs["duration"][:, None] * 1e-9 * np.arange(time.shape[1])
    growth = at_nodes(time, decay.time, decay.mesh_growth)
    sol = at_nodes(time, decay.time, decay.sol_share)
    if "plateau_modulus" in series:
        modulus = np.interp(time, *series["plateau_modulus"])
        growth = (modulus / inputs["plateau_modulus"][:, None]) ** (-1.0 / 3.0)
    stretch = np.ones_like(time)
    if "swelling_ratio" in series:
        swollen = np.interp(time, *series["swelling_ratio"])
        stretch = np.cbrt(swollen / swollen[:, :1])
        growth = growth * stretch
    return Decay(time, growth, sol, decay.gel_point_time), stretch


def at_nodes(time: FloatArray, known: FloatArray, values: FloatArray) -> FloatArray:
    """Interpolate each row on its own nodes."""
    index = np.clip((time[:, :, None] > known[:, None, 1:]).sum(axis=2), 0, known.shape[1] - 2)
    rows = np.arange(len(time))[:, None]
    t0, t1 = known[rows, index], known[rows, index + 1]
    share = np.clip((time - t0) / (t1 - t0), 0.0, 1.0)
    v0, v1 = (np.minimum(values[rows, index + i], 1e9) for i in (0, 1))
    return np.asarray((1.0 - share) * v0 + share * v1)

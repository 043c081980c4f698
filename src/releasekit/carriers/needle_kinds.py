"""What needles do with their load: dissolve, shed a coating, swell, degrade, open a shell."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from releasekit.carriers.gel_laws import Laws, Network, bound_ratio
from releasekit.carriers.hydrogel import (
    Decay,
    at_nodes,
    gel_diffusivity,
    matrix_left,
    network_decay,
    with_measured_series,
)
from releasekit.carriers.inputs import Inputs
from releasekit.carriers.lowered import Vesicles
from releasekit.carriers.phases import given_diffusivity, loss_nodes
from releasekit.physics import (
    autocatalysis,
    binding,
    degradation,
    hindrance,
    mobility,
    needles,
    polyester,
    porous,
    series,
)

FloatArray = NDArray[np.float64]

NODES = 64
"""Between nodes the share of a needle that is left runs straight: off by 2e-4 at most."""
SHELL_SPREAD = 0.2
"""A shell is uneven: it opens over this share of its time before and after."""
SHUT = 1e-9
"""Mobility in a dry or shut needle, or in a dense polymer, over that in the open."""


# needles that go from outside ---------------------------------------------------------------------

class Receding(NamedTuple):
    """Height left of a dissolving needle or its coating, [node, row], and when all has gone."""

    time: FloatArray
    height_fraction: FloatArray
    dissolution_time: FloatArray


def dissolving(inputs: Inputs, tip_ratio: FloatArray) -> Receding:
    """Return the height left of needles whose side recedes, in fresh or in little fluid.

    ``fluid_saturation_ratio`` above 0 slows them down; above 1 they stall.
    """
    whole = inputs["needle_height"] / (1.0 - tip_ratio)  # of the completed cone
    alone = inputs.call(needles.cone_dissolution_time, needle_height=whole)
    shares = np.linspace(0.0, 1.0, NODES)[:, None]
    ratio = inputs.get("fluid_saturation_ratio")
    if ratio is None or not np.any(ratio > 0.0):
        return Receding(alone * shares, np.broadcast_to(1.0 - shares, (NODES, inputs.rows)), alone)
    # nodes at equal steps of the height: look closely first, then choose
    last = np.maximum(inputs["duration"] / alone, 2.0)
    grid = np.concatenate([np.zeros((1, inputs.rows)),
                           1e-3 * (1e3 * last) ** np.linspace(0.0, 1.0, 4 * NODES)[:, None]])
    height = needles.height_fraction_finite_fluid(alone * grid, 1.0 / alone, ratio)
    gone = np.maximum.accumulate(1.0 - height, axis=0) + 1e-6 * np.arange(len(grid))[:, None]
    time = at_nodes((gone[:1] + (gone[-1:] - gone[:1]) * shares).T, gone.T, (alone * grid).T).T
    return Receding(time, needles.height_fraction_finite_fluid(time, 1.0 / alone, ratio), alone)


def coating(inputs: Inputs) -> Receding:
    """Return the share left of a coating; it thins evenly everywhere."""
    alone = inputs["film_thickness"] / inputs["dissolution_speed"]
    time = alone * np.array([[0.0], [1.0]])
    return Receding(time, 1.0 - inputs.call(needles.coating_released_fraction, time=time), alone)


# needles that hold their load in a matrix ---------------------------------------------------------

class Matrix(NamedTuple):
    """The inside of needles over time.

    ``time``, ``left`` [row, node], ``diffusivity`` [row, size, node], ``opened`` and ``stretch``
    [row, slice, node]; where the exosomes start and how bound ones exchange [row].
    """

    time: FloatArray
    left: FloatArray
    diffusivity: FloatArray
    opened: FloatArray
    stretch: FloatArray
    free: FloatArray
    bound: FloatArray
    trapped: FloatArray
    surface: FloatArray
    on_rate: FloatArray
    off_rate: FloatArray
    properties: dict[str, FloatArray]


def gel(inputs: Inputs, ves: Vesicles, radius: FloatArray, lag: FloatArray) -> Matrix:
    """Return needles of a network that swells, then hinders, binds and degrades as a gel does.

    The dry needle lets nothing pass; the swollen share of its way to the final radius counts.

    Parameters
    ----------
    inputs, ves
        The table of designs and its vesicle sizes.
    radius : shape (row, slice) [m]
        Dry radii of the slices.
    lag : shape (row,) [s]
        Time until a shell has opened; 0 without a shell.
    """
    decay, stretch = with_measured_series(inputs, network_decay(inputs))
    growth = np.cbrt(inputs["swelling_ratio"])[:, None, None]
    wet = radius[:, :, None] * growth
    swelling = np.max(wet[:, :, 0], axis=1) ** 2 / inputs["cooperative_diffusivity"] / np.pi**2
    start = (1.0 - SHELL_SPREAD) * lag
    time = _with_nodes(inputs, decay.time, lag, start[:, None] + swelling[:, None] * np.array(
        [0.02, 0.1, 0.3, 0.7, 1.5, 3.0, 6.0]))
    measured = inputs.series("swelling_ratio") is not None
    decay, stretch = Decay(
        time, at_nodes(time, decay.time, decay.mesh_growth),
        at_nodes(time, decay.time, decay.sol_share), decay.gel_point_time), at_nodes(
            time, decay.time, stretch)
    wetting = np.maximum(time - start[:, None], 0.0)[:, None, :]
    done = 1.0 - inputs.call(series.swelling_tanaka_fillmore, 3, radius=wet, time=wetting)
    made, diffusivity = gel_diffusivity(inputs, ves, decay)
    ratio, off = bound_ratio(inputs)
    surface = _surface(inputs, lag)
    held = inputs["irreversible_fraction"]
    free = (1.0 - surface) * (1.0 - held) * binding.free_fraction(ratio)
    properties = {"gel_point_time": decay.gel_point_time,
                  **(made._asdict() if isinstance(made, Network) else {})}
    return Matrix(
        time, matrix_left(inputs, decay), diffusivity, done * _shell_open(time, lag),
        stretch[:, None, :] * (1.0 if measured else 1.0 + (growth - 1.0) * done), free,
        (1.0 - surface) * (1.0 - held) - free, (1.0 - surface) * held, surface, ratio * off, off,
        properties)


ESTER_LAWS: dict[str, Laws] = {
    "autocatalytic": (autocatalysis.ester_autocatalytic, degradation.arrhenius_factor,
                      polyester.mass_remaining_polyester),
    "autocatalytic-half": (autocatalysis.ester_autocatalytic_half_order,
                           degradation.arrhenius_factor, polyester.mass_remaining_polyester),
}
"""How a polyester loses its esters: name -> the laws that are called."""


def degrading_polyester(inputs: Inputs, ves: Vesicles, radius: FloatArray,
                        lag: FloatArray) -> Matrix:
    """Return needles of a dense polyester that its own acid degrades.

    Chains are cut until fragments dissolve. What lay in the dense polymer is freed with its mass
    and leaves through the pores this opens, once they connect (effective medium). The needle
    keeps its outer shape; acid that leaves it is not taken into account.
    """
    name = inputs.model("degradation", "autocatalytic")
    law = ESTER_LAWS.get(name, ESTER_LAWS["autocatalytic"])[0]
    factor = inputs.call(degradation.arrhenius_factor, temperature=inputs["wound_temperature"])
    kind = "half_order_rate" if name == "autocatalytic-half" else "second_order_rate"
    rate = {kind: (inputs[kind] * factor)[:, None]}
    total = inputs.column("ester_concentration", 2) + inputs.column("acid_concentration", 2)
    known = inputs.series("mass_remaining_fraction")

    def mass(time: FloatArray) -> FloatArray:
        ester = inputs.call(law, 2, time=time, **rate)
        return inputs.call(polyester.mass_remaining_polyester, 2, ester_concentration=ester,
                           acid_concentration=total - ester)

    def left(time: FloatArray) -> FloatArray:
        if known is not None:
            return np.asarray(np.interp(time, known[0], known[1] / known[1][0]))
        return mass(time) / mass(np.zeros((inputs.rows, 1)))

    time = _with_nodes(inputs, loss_nodes(inputs, left), lag)
    matrix = np.minimum.accumulate(np.clip(left(time), 0.0, 1.0), axis=1)
    pores = inputs["macropore_fraction"]
    free = ves.free_diffusivity[:, :, None]
    size_ratio = ves.diameter[:, :, None] / inputs.column("pore_diameter", 3)
    porosity = 1.0 - (1.0 - pores[:, None]) * matrix
    diffusivity = given_diffusivity(inputs, ves, time)
    if diffusivity is None:
        open_now = porosity[:, None, :]
        superficial = mobility.effective_medium(
            SHUT * free, free * hindrance.pore_drag(size_ratio), open_now)
        diffusivity = porous.pore_diffusivity(superficial, np.maximum(open_now, 1e-3))
    surface, none = _surface(inputs, lag), np.zeros(inputs.rows)
    at_end = left(inputs["duration"][:, None])[:, 0]
    shape = (*radius.shape, time.shape[1])
    return Matrix(
        time, matrix, diffusivity, np.broadcast_to(_shell_open(time, lag), shape),
        np.ones(shape), (1.0 - surface) * pores, none, (1.0 - surface) * (1.0 - pores), surface,
        none, np.ones(inputs.rows), {"mass_remaining_fraction": at_end})


def _surface(inputs: Inputs, lag: FloatArray) -> FloatArray:
    """Return the share that sits on the surface: nothing below a shell."""
    return np.where(lag > 0.0, 0.0, inputs["surface_located_fraction"])


def _shell_open(time: FloatArray, lag: FloatArray) -> FloatArray:
    """Return how far the shell has opened, [row, 1, node]."""
    share = (time / np.maximum(lag, 1e-30)[:, None] - 1.0 + SHELL_SPREAD) / (2.0 * SHELL_SPREAD)
    return np.where(lag[:, None] > 0.0, np.clip(share, 0.0, 1.0), 1.0)[:, None, :]


def _with_nodes(inputs: Inputs, time: FloatArray, lag: FloatArray, *more: Any) -> FloatArray:
    """Add the times at which a shell opens, and more, to nodes [row, node]; they keep rising."""
    if np.any(lag > 0.0):
        # mobility runs straight in its logarithm: nodes are dense where it rises from nothing
        ramp = np.array([-1.0, -0.96, -0.8, -0.5, 0.0, 0.5, 1.0])
        more = (*more, lag[:, None] * (1.0 + SHELL_SPREAD * ramp))
    merged = np.sort(np.concatenate([time, *more], axis=1), axis=1)
    return merged + inputs["duration"][:, None] * 1e-9 * np.arange(merged.shape[1])

"""Carriers of several phases: facts of one part, a solid that goes over time, a gel in its pores.

Scaffolds and decellularised matrices share this: a solid whose share left m(t) decides how much
it holds and how open it is, and pores filled with fluid, with a gel, or with some of both.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from releasekit.carriers.gel_laws import DEGRADATIONS, MOBILITIES, STRUCTURES, Laws, Network
from releasekit.carriers.inputs import Inputs
from releasekit.carriers.lowered import Vesicles
from releasekit.facts import Fact
from releasekit.physics import autocatalysis, degradation, mobility, porous

FloatArray = NDArray[np.float64]
Left = Callable[[FloatArray], FloatArray]
"""Share of a solid that is left, [row, node], at times [row, node] [s]."""

INTERVALS = 32
"""Between nodes m(t) runs straight: an exponential is off by 8e-4 at most."""
SAMPLES = 600
"""Times, dense at the start, at which it is looked where m(t) bends."""
FAINT = 1e-6
"""A share of a solid that no longer matters, even to strong binding."""


class Part(Inputs):
    """The same table of designs, but facts come from some of its materials only.

    Parameters
    ----------
    whole
        The table of designs.
    places
        Names in ``[made_of]``, in the order in which they are asked.
    """

    def __init__(self, whole: Inputs, *places: str) -> None:
        super().__init__(whole.designs, whole.scores)
        self.places = places
        # what was used and what is missing is told of the whole
        self.used, self.given_used = whole.used, whole.given_used
        self.missing, self.outside = whole.missing, whole.outside

    def _fact(self, name: str) -> Fact | None:
        for place in self.places:
            material = self.formulation.materials.get(place)
            if material is not None and name in material.facts:
                return material.facts[name]
        return None


# a solid that goes -------------------------------------------------------------------------------

def _first_order(name: str) -> Callable[[Inputs], Left]:
    def law(inputs: Inputs) -> Left:
        rate = DEGRADATIONS[name][0](inputs)[:, None]
        return lambda time: degradation.intact_first_order(rate, time)
    return law


def _saturating(inputs: Inputs) -> Left:
    if "substrate_concentration" in inputs or "matrix_concentration" not in inputs:
        substrate = inputs["substrate_concentration"]
    else:
        substrate = inputs["matrix_concentration"] / inputs["chain_molar_mass"]
    flux = inputs["catalytic_rate"] * inputs["enzyme_concentration"]
    decay = inputs.get_or("enzyme_decay_rate", 0.0)
    S, K, V, k_d = (each[:, None] for each in (substrate, inputs["michaelis_concentration"], flux,
                                               decay))
    return lambda time: degradation.michaelis_menten(S, K, V, k_d, time) / S


def _autocatalytic(inputs: Inputs) -> Left:
    ester, acid = inputs["ester_concentration"], inputs["acid_concentration"]
    rate = inputs["second_order_rate"] * inputs.call(
        degradation.arrhenius_factor, temperature=inputs["wound_temperature"])
    E, A, k = (each[:, None] for each in (ester, acid, rate))
    return lambda time: autocatalysis.ester_autocatalytic(E, A, k, time) / E


def _surface_erosion(inputs: Inputs) -> Left:
    radius, speed = inputs["strut_radius"][:, None], inputs["erosion_speed"][:, None]
    return lambda time: 1.0 - porous.release_strut_eroding(time, radius, speed)


LOSSES: dict[str, tuple[Callable[[Inputs], Left], Laws]] = {
    **{name: (_first_order(name), (degradation.intact_first_order, *laws))
       for name, (_, laws) in DEGRADATIONS.items() if name not in ("ionic", "michaelis-menten")},
    "michaelis-menten": (_saturating, (degradation.michaelis_menten,)),
    "surface-erosion": (_surface_erosion, (porous.release_strut_eroding,)),
    "autocatalytic": (_autocatalytic, (autocatalysis.ester_autocatalytic,
                                       degradation.arrhenius_factor)),
}
"""How a solid goes: name -> its share left over time, and the laws it calls. Names may be added
up: each then acts on what the others leave. Mass is taken to go as bonds do."""


def solid_left(inputs: Inputs) -> Left:
    """Return the share of the solid left over time; a measured series replaces the laws."""
    series = inputs.series("mass_remaining_fraction")
    if series is not None:
        times, values = series[0], np.minimum.accumulate(series[1]) / series[1][0]
        return lambda time: np.interp(time, times, values)
    return _product([LOSSES[name][0](inputs) for name in _names(inputs, "degradation")])


def gel_left(inputs: Inputs) -> Left:
    """Return the share of the gel in the pores left over time: it goes place by place."""
    return _product([_first_order(name)(inputs) for name in _names(inputs, "gel_degradation")])


def _names(inputs: Inputs, kind: str) -> list[str]:
    names = inputs.model(kind, "none").replace(" ", "").split("+")
    return [name for name in names if name != "none"]


def _product(parts: list[Left]) -> Left:
    def left(time: FloatArray) -> FloatArray:
        share = np.ones_like(time)
        for part in parts:
            share = share * part(time)
        return share
    return left


def loss_nodes(inputs: Inputs, *parts: Left) -> FloatArray:
    """Return times [row, node] between which the parts' m(t) runs nearly straight.

    The nodes share out the integral of √Σ|m''|, the best choice for straight lines, with some for
    the last traces of the sites, and resolve a measured series of the diffusivity if there is one.
    """
    rows, end = inputs.rows, inputs["duration"][:, None]
    grid = np.linspace(0.0, 1.0, SAMPLES + 1) ** 4
    step = np.diff(grid)
    bend = np.zeros((rows, SAMPLES))
    fade = np.zeros((rows, SAMPLES))
    for part in parts:
        left = part(end * grid)
        bend[:, 1:] += np.abs(np.diff(np.diff(left, axis=1) / step, axis=1)) * step[1:]
        fade += np.abs(np.diff(np.log(np.maximum(left, FAINT)), axis=1))
    series = inputs.series("effective_diffusivity")
    if not fade.any() and series is None:
        return np.asarray(end * np.array([0.0, 1.0]))
    work = np.zeros((rows, SAMPLES + 1))
    np.cumsum(np.sqrt(bend) + 0.05 * fade + 1e-6 / SAMPLES, axis=1, out=work[:, 1:])
    work /= work[:, -1:]
    # the last sample at or before each share of the work: samples are counted between the shares
    between = np.ceil(np.nan_to_num(work) * INTERVALS).astype(int)
    own = (INTERVALS + 1) * np.arange(rows)[:, None]
    counts = np.bincount((between + own).ravel(), minlength=rows * (INTERVALS + 1))
    place = np.minimum(counts.reshape(rows, -1).cumsum(axis=1) - 1, SAMPLES - 1)
    w0, w1 = (np.take_along_axis(work, place + i, axis=1) for i in (0, 1))
    goal = np.arange(INTERVALS + 1) / INTERVALS
    nodes = end * (grid[place] + (grid[place + 1] - grid[place]) * (goal - w0) / (w1 - w0))
    if series is not None:
        within = np.minimum(series[0][-1], end) * np.linspace(0.0, 1.0, INTERVALS)[1:] ** 1.5
        nodes = np.sort(np.concatenate([nodes, within], axis=1), axis=1)
    return np.asarray(nodes + end * 1e-9 * np.arange(nodes.shape[1]))


def given_diffusivity(inputs: Inputs, ves: Vesicles, time: FloatArray) -> FloatArray | None:
    """Return a given diffusivity [row, size, node], if any: a constant or a measured series.

    It is that of the median size; other sizes follow Stokes-Einstein.
    """
    series = inputs.series("effective_diffusivity")
    if series is not None:
        known = np.interp(time, *series)
    elif "effective_diffusivity" in inputs:
        known = np.repeat(inputs["effective_diffusivity"][:, None], time.shape[1], axis=1)
    else:
        return None
    relative = inputs["vesicle_diameter_median"][:, None] / ves.diameter
    return np.asarray(known[:, None, :] * relative[:, :, None])


# a gel in the pores -------------------------------------------------------------------------------

class Filling(NamedTuple):
    """The gel in the pores: its network as made, the share left over time, the share it fills."""

    part: Inputs
    made: Network
    left: Left
    share: FloatArray


def filling(inputs: Inputs, place: str) -> Filling | None:
    """Return the gel in the pores, made of the material in one place of ``[made_of]``, if any."""
    named = place in inputs.formulation.materials
    if inputs.model("gel", "unified" if named else "none") == "none":
        return None
    part = Part(inputs, place, "exosome", "wound")
    made = STRUCTURES[part.model("structure", "modulus")][0](part)
    return Filling(part, made, gel_left(part), inputs["filling_fraction"])


def pore_medium(gel: Filling | None, ves: Vesicles, time: FloatArray) -> FloatArray:
    """Return the mobility in the pore space over that in fluid, [row, size, node].

    Gel that is lost leaves a viscous sol; gel and sol, and where they fill a share of the pores
    only, these and fluid, are mixed at random (effective medium).
    """
    free = ves.free_diffusivity[:, :, None]
    if gel is None:
        return np.ones((*ves.diameter.shape, time.shape[1]))
    law = MOBILITIES[gel.part.model("gel", "unified")][0]
    filled = np.minimum(law(gel.part, ves.diameter[:, :, None],
                            gel.made.mesh_size_median[:, None, None], free), 1.0)
    if _names(gel.part, "gel_degradation"):
        sol = np.maximum(1.0 / gel.part.column("sol_viscosity_ratio", 3), filled)
        filled = mobility.effective_medium(sol, filled, gel.left(time)[:, None, :])
    medium = np.minimum(mobility.effective_medium(np.ones(()), filled,
                                                  gel.share[:, None, None]), 1.0)
    return np.broadcast_to(medium, (*ves.diameter.shape, time.shape[1]))


# what a user should be told -----------------------------------------------------------------------

def warn_if(rows: NDArray[np.bool_], text: str) -> tuple[str, ...]:
    """Return a note if something holds for most rows (single draws may be far out)."""
    return (text,) if np.mean(rows) > 0.5 else ()


def loading_notes(inputs: Inputs, exosome_concentration: FloatArray) -> tuple[str, ...]:
    """Return a note if the carrier cannot hold the dose."""
    most = inputs.limit("loading_capacity")
    if most is None:
        return ()
    return warn_if(exosome_concentration > most,
                   "exosome_concentration is above loading_capacity: the carrier cannot hold this "
                   "dose; make it thicker or lower the dose")

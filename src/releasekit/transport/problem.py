"""The canonical transport problem: one lane is one vesicle size of one design."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

PARTS = ("free", "bound", "trapped", "wound_fluid", "tissue", "taken_up", "scavenged", "washed_out",
         "cleared", "discarded", "inactivated_in_carrier", "inactivated_in_wound_fluid",
         "inactivated_in_tissue", "discarded_with_carrier", "applied")
"""What is recorded of a lane. The first thirteen add up to ``applied``; ``discarded_with_carrier``
is the share of ``discarded`` that was still inside the carrier."""


_SWAPPED = {"wound_fluid": "tissue", "washed_out": "cleared",
            "inactivated_in_wound_fluid": "inactivated_in_tissue"}
IN_TISSUE = tuple(PARTS.index({**_SWAPPED, **{b: a for a, b in _SWAPPED.items()}}.get(name, name))
                  for name in PARTS)
"""Order of the parts of a lane whose film is the tissue itself: fluid and tissue change places."""


OVER_TIME = ("log_mobility", "matrix", "stretch")
LAYERED = (*OVER_TIME, "extent", "on_rate", "off_rate", "free_share", "bound_share",
           "trapped_share")
"""Fields with a layer axis."""


class Action(IntEnum):
    """What happens to the carrier at the start of a segment."""

    KEEP = 0
    DISCARD = 1
    REPLACE = 2


@dataclass(frozen=True)
class Lanes:
    """Lanes that share their structure; only numbers vary.

    The vesicle sizes of a design follow one another; they share clock, matrix and front.
    Amounts are fractions of one applied dose. Shapes: ``[lane]``; ``[layer, lane]`` for what each
    layer has of its own, from the back to the open face; ``[layer, node, lane]`` for functions of
    the time since the carrier was applied (linear between nodes, mobility in its logarithm);
    ``[segment, lane]`` for what changes at a dressing change. A carrier of one layer may leave
    the layer axis out.

    A layer occupies 0 < r < R with its back (or centre) sealed or on the next layer. With c the
    amount of free and b of bound exosomes per unit of its normalised volume (r/R)^(n+1)::

        c_t = (D/R²) x^-n (x^n c_x)_x - k_on m c + (k_off + λ) b - k_i c + s
        b_t = k_on m c - (k_off + λ) b - k_i b,     λ = -d ln m/dt

    where m(t) is the share of the matrix (and of its binding sites) still there and s what the
    vanishing matrix frees of the trapped exosomes. At the open face the flux into the fluid film
    is (c/ℓ - K C_f) over the resistance of half a cell and the film; the film passes exosomes on
    to tissue cells and loses them by wash-out, uptake, scavenging and inactivation. Two layers
    (sheets only) meet with C_outer = K_l C_inner.
    """

    # structure, common to all lanes
    shape_exponent: int
    actions: tuple[Action, ...]
    trapped_to_film: bool
    tissue_cells: int
    # carrier
    extent: FloatArray
    volume_per_area: FloatArray
    node_time: FloatArray
    log_mobility: FloatArray
    matrix: FloatArray
    stretch: FloatArray
    on_rate: FloatArray
    off_rate: FloatArray
    free_share: FloatArray
    bound_share: FloatArray
    trapped_share: FloatArray
    surface_share: FloatArray
    partition: FloatArray
    carrier_inactivation: FloatArray
    # fluid film
    film_resistance: FloatArray
    film_depth: FloatArray
    film_uptake: FloatArray
    film_scavenging: FloatArray
    film_inactivation: FloatArray
    # tissue
    tissue_resistance: FloatArray
    tissue_depth: FloatArray
    tissue_mobility: FloatArray
    tissue_uptake: FloatArray
    tissue_scavenging: FloatArray
    tissue_clearance: FloatArray
    tissue_inactivation: FloatArray
    # schedule
    segment_start: FloatArray
    velocity: FloatArray
    washout: FloatArray
    film_removed: FloatArray
    # between two layers
    layer_partition: FloatArray | None = None
    # of a body that erodes: the share of its extent that is left, [node, lane]
    front: FloatArray | None = None

    def __post_init__(self) -> None:
        for name in LAYERED:
            values = getattr(self, name)
            if values.ndim == (2 if name in OVER_TIME else 1):
                object.__setattr__(self, name, values[None])
        if self.layer_partition is None:
            object.__setattr__(self, "layer_partition", np.ones(len(self)))
        if self.layers > 2 or (self.layers == 2 and self.shape_exponent):
            raise ValueError("one layer, or two layers of a sheet")
        if self.front is not None and (self.layers == 2 or np.any(self.velocity)):
            raise ValueError("an eroding body has one layer and no fluid drawn through it")

    def __len__(self) -> int:
        return int(self.node_time.shape[-1])

    @property
    def layers(self) -> int:
        """Number of layers."""
        return len(self.extent)

    def volume_left(self) -> FloatArray:
        """Return the share of the volume that has not eroded, [node, lane]."""
        if self.front is None:
            return np.ones(self.node_time.shape)
        return np.asarray(self.front ** (self.shape_exponent + 1))

    def structure(self) -> tuple[Any, ...]:
        """Return what must be equal for lanes to be solved in one batch."""
        return (self.shape_exponent, self.actions, self.trapped_to_film, self.tissue_cells,
                self.layers, len(self.node_time), self.front is None)

    def arrays(self) -> dict[str, FloatArray]:
        """Return the arrays by name, lanes last."""
        return {f.name: getattr(self, f.name) for f in fields(self)
                if isinstance(getattr(self, f.name), np.ndarray)}

    def take(self, lanes: Any) -> Lanes:
        """Return a subset of the lanes (index array or slice)."""
        chosen: dict[str, Any] = {name: a[..., lanes] for name, a in self.arrays().items()}
        return replace(self, **chosen)

    def finite(self) -> NDArray[np.bool_]:
        """Return which lanes have a number everywhere (film and resistance may be infinite)."""
        well = np.ones(len(self), dtype=bool)
        for name, values in self.arrays().items():
            bad = np.isnan(values) if name in ("film_depth", "tissue_resistance") \
                else ~np.isfinite(values)
            well &= ~bad.reshape(-1, len(self)).any(axis=0)
        return well

    def inactivates(self) -> bool:
        """Say whether activity is lost anywhere."""
        return bool(np.any(self.carrier_inactivation) or np.any(self.film_inactivation)
                    or np.any(self.tissue_inactivation))

    def without_inactivation(self) -> Lanes:
        """Return the same lanes for all particles, active or not."""
        zero = np.zeros(len(self))
        return replace(self, carrier_inactivation=zero, film_inactivation=zero,
                       tissue_inactivation=zero)


def check_sizes(lanes: Lanes, sizes: int) -> None:
    """Raise if the sizes of a design do not go through the same: clock, matrix, front."""
    for name in ("node_time", "matrix", "front"):
        values = getattr(lanes, name)
        if values is not None:
            split = values.reshape(*values.shape[:-1], -1, sizes)
            if not np.array_equal(split, np.broadcast_to(split[..., :1], split.shape)):
                raise ValueError(f"{name}: the sizes of a design differ")


def join(parts: list[Lanes]) -> Lanes:
    """Concatenate lanes of equal structure."""
    first = parts[0]
    if any(p.structure() != first.structure() for p in parts):
        raise ValueError("lanes of different structure cannot be joined")
    if len(parts) == 1:
        return first
    arrays: dict[str, Any] = {name: np.concatenate([p.arrays()[name] for p in parts], axis=-1)
                              for name in first.arrays()}
    return replace(first, **arrays)

"""The general path: a chain of finite volumes from the back of the carrier into the tissue.

Carrier cells, fluid film and tissue cells exchange exosomes with their neighbours only, so each
stage of a time step is one scalar tridiagonal system; bound exosomes are eliminated cell by cell.
Time is marched with SDIRK2 (γ = 1 - 1/√2: L-stable, stiffly accurate, second order). What leaves
a compartment is integrated with the weights of the stages, so amounts add up to round-off at any
step size. Lanes are the innermost axis of every array.

Within one stage of length a = γ h the unknowns y (density in carrier cells, amount in film and
tissue) obey, with ``into`` the transfer to the next compartment and ``back`` from it::

    (own_i + into_i + back_{i-1}) y_i - into_{i-1} y_{i-1} - back_i y_{i+1} = right_i
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from releasekit.transport.grid import Mesh
from releasekit.transport.problem import FloatArray
from releasekit.transport.state import (
    APPLIED,
    BOUND,
    CLEARED,
    DISCARDED,
    DISCARDED_CARRIER,
    FLUID,
    FREE,
    LOST_CARRIER,
    LOST_FLUID,
    LOST_TISSUE,
    SCAVENGED,
    TAKEN_UP,
    TISSUE,
    TRAPPED,
    WASHED,
    LaneArrays,
    Stage,
    State,
)

GAMMA = 1.0 - 1.0 / np.sqrt(2.0)
CARRY = (1.0 - GAMMA) / GAMMA

GONE = 1e-9
"""A matrix with less than this share left is gone; what is bound then leaves in one step."""

def _jit(function: Any) -> Any:
    return njit(cache=True, nogil=True, error_model="numpy")(function)


@_jit
def _bernoulli(x: float) -> float:
    """Return x/(exp(x) - 1): the exponentially fitted weight of convection against diffusion."""
    if abs(x) < 1e-8:
        return 1.0 - 0.5 * x
    return x / np.expm1(min(x, 600.0))  # type: ignore[no-any-return]


@_jit
def _letting_go(share: float) -> float:
    """Return the rate times step after which the two stages leave this share, and never less.

    Solves R(z) = (1 - (1 - 2γ) z)/(1 + γ z)² = share; z = -ln(share) would leave less than nothing
    where a step takes most of the matrix.
    """
    linear = 1.0 - 2.0 * GAMMA + 2.0 * share * GAMMA
    root = np.sqrt(linear**2 + 4.0 * share * GAMMA**2 * (1.0 - share))
    return 2.0 * (1.0 - share) / (linear + root)  # type: ignore[no-any-return]


@_jit
def _node(node_time: FloatArray, k: int, clock: float) -> tuple[int, float]:
    """Return the interval of nodes around a time and the place in it, 0 to 1."""
    j = 0
    while j < node_time.shape[0] - 2 and clock > node_time[j + 1, k]:
        j += 1
    z = (clock - node_time[j, k]) / (node_time[j + 1, k] - node_time[j, k])
    return j, min(max(z, 0.0), 1.0)


@_jit
def march(shape_exponent: int, actions: Any, trapped_to_film: bool, mesh: Mesh, tissue: Mesh,
          lane: LaneArrays, steps: FloatArray, record: FloatArray) -> None:
    """March a block of lanes and fill ``record`` [segment, step + 1, part, lane].

    ``steps`` [segment, step + 1, lane] are the step ends, ``actions`` [segment] what happens to
    the carrier at the start of each segment.
    """
    layers, lanes = lane.extent.shape
    N, T = mesh.volume.shape[0], tissue.volume.shape[0]
    each = (layers, lanes)
    state = State(np.zeros((N, lanes)), np.zeros((N, lanes)), np.zeros((1 + T, lanes)),
                  np.zeros(each), np.zeros((15, lanes)))
    stage = Stage(np.zeros(lanes), np.zeros(each), np.zeros(each), np.zeros(each),
                  np.zeros(each), np.zeros(each), np.zeros(lanes), np.zeros(lanes))
    rc, rb, router = np.zeros((N, lanes)), np.zeros((N, lanes)), np.zeros((1 + T, lanes))
    y, up = np.zeros((N + 1 + T, lanes)), np.zeros((N + 1 + T, lanes))
    born, present = np.zeros(lanes), np.zeros(lanes)
    windy = np.any(lane.velocity > 0.0)

    for s in range(steps.shape[0]):
        if s > 0:
            _wipe(state, lane.film_removed[s])
        if actions[s] > 0:
            _take_away(state, mesh.volume)
            present[:] = 0.0
        if s == 0 or actions[s] == 2:
            _apply(state, lane, mesh.inner)
            born[:] = steps[s, 0]
            present[:] = 1.0
        _note(record[s, 0], state, mesh.volume)
        for m in range(steps.shape[1] - 1):
            t, h = steps[s, m], steps[s, m + 1] - steps[s, m]
            _free_trapped(state, stage, lane, t, h, born, present)
            for second in range(2):
                _set_stage(stage, lane, shape_exponent, t, h, GAMMA if second == 0 else 1.0, born,
                           present)
                _set_right(state, rc, rb, router, y, second)
                _sweep(stage, lane, mesh, tissue, trapped_to_film, lane.velocity[s],
                       lane.washout[s], windy, rc, rb, router, y, up)
                _tally(state, stage, lane, mesh.volume, lane.velocity[s], lane.washout[s], rb, y,
                       (1.0 - GAMMA if second == 0 else GAMMA) / GAMMA)
            for i in range(N):
                for k in range(lanes):
                    state.c[i, k] = y[i, k]
                    state.b[i, k] = rb[i, k]
            for i in range(1 + T):
                for k in range(lanes):
                    state.outer[i, k] = y[N + i, k]
            _note(record[s, m + 1], state, mesh.volume)


@_jit
def _apply(state: State, lane: LaneArrays, inner: int) -> None:
    """Put a fresh carrier on the wound; its surface-located exosomes are in the fluid at once."""
    for k in range(lane.extent.shape[1]):
        for i in range(state.c.shape[0]):
            q = 1 if 0 < inner <= i else 0
            state.c[i, k] = lane.free_share[q, k]
            state.b[i, k] = lane.bound_share[q, k]
        for q in range(state.held.shape[0]):
            state.held[q, k] = lane.trapped_share[q, k]
        state.outer[0, k] += lane.surface_share[k]
        state.sums[APPLIED, k] += 1.0


@_jit
def _wipe(state: State, removed: FloatArray) -> None:
    """Wipe off a share of the wound fluid."""
    for k in range(removed.shape[0]):
        state.sums[DISCARDED, k] += removed[k] * state.outer[0, k]
        state.outer[0, k] *= 1.0 - removed[k]


@_jit
def _take_away(state: State, volume: FloatArray) -> None:
    """Take the carrier away with all that is still in it."""
    for k in range(state.held.shape[1]):
        gone = 0.0
        for q in range(state.held.shape[0]):
            gone += state.held[q, k]
            state.held[q, k] = 0.0
        for i in range(volume.shape[0]):
            gone += volume[i] * (state.c[i, k] + state.b[i, k])
            state.c[i, k] = 0.0
            state.b[i, k] = 0.0
        state.sums[DISCARDED, k] += gone
        state.sums[DISCARDED_CARRIER, k] += gone


@_jit
def _free_trapped(state: State, stage: Stage, lane: LaneArrays, t: FloatArray, h: FloatArray,
                  born: FloatArray, present: FloatArray) -> None:
    """Free what the vanishing matrix m(t) held, exactly for the product m(t) exp(-k_i t)."""
    for k in range(t.shape[0]):
        start, end = t[k] - born[k], t[k] + h[k] - born[k]
        i, x = _node(lane.node_time, k, start)
        j, z = _node(lane.node_time, k, end)
        active_old = np.exp(-lane.carrier_inactivation[k] * start)
        active_new = np.exp(-lane.carrier_inactivation[k] * end)
        for q in range(state.held.shape[0]):
            m = lane.matrix[q]
            old = m[i, k] + x * (m[i + 1, k] - m[i, k])
            new = m[j, k] + z * (m[j + 1, k] - m[j, k])
            share = 0.5 * lane.trapped_share[q, k] * present[k]
            freed = share * (active_old + active_new) * (old - new)
            lost = share * (old + new) * (active_old - active_new)
            state.held[q, k] -= freed + lost
            state.sums[LOST_CARRIER, k] += lost
            stage.seep[q, k] = freed / h[k] if h[k] > 0.0 else 0.0
            stage.off[q, k] = lane.off_rate[q, k]
            # sites that go let go of what they held
            if h[k] > 0.0 and new <= GONE:
                stage.off[q, k] = _letting_go(0.0) / h[k]
            elif h[k] > 0.0 and new < old:
                stage.off[q, k] += _letting_go(new / old) / h[k]


@_jit
def _set_stage(stage: Stage, lane: LaneArrays, shape_exponent: int, t: FloatArray, h: FloatArray,
               theta: float, born: FloatArray, present: FloatArray) -> None:
    """Evaluate what changes in time at t + θ h."""
    layers = lane.extent.shape[0]
    for k in range(t.shape[0]):
        stage.a[k] = GAMMA * h[k]
        j, z = _node(lane.node_time, k, t[k] + theta * h[k] - born[k])
        for q in range(layers):
            d, m, w = lane.log_mobility[q], lane.matrix[q], lane.stretch[q]
            stage.rate[q, k] = np.exp(d[j, k] + z * (d[j + 1, k] - d[j, k]))
            stage.on[q, k] = lane.on_rate[q, k] * (m[j, k] + z * (m[j + 1, k] - m[j, k]))
            grown = w[j, k] + z * (w[j + 1, k] - w[j, k])
            stage.extent[q, k] = lane.extent[q, k] * grown
        # here `grown` is that of the layer at the open face
        stage.volume_per_area[k] = lane.volume_per_area[k] * grown ** (shape_exponent + 1)
        stage.open_area[k] = (present[k] * (shape_exponent + 1.0) * stage.volume_per_area[k]
                              / stage.extent[layers - 1, k])


@_jit
def _set_right(state: State, rc: FloatArray, rb: FloatArray, router: FloatArray, y: FloatArray,
               second: int) -> None:
    """Set right-hand sides: the state, plus what the first stage adds to the second.

    On entry to the second stage ``y`` and ``rb`` hold the solution of the first.
    """
    N, lanes = rc.shape
    for i in range(N):
        for k in range(lanes):
            rc[i, k] = state.c[i, k] + second * CARRY * (y[i, k] - state.c[i, k])
            rb[i, k] = state.b[i, k] + second * CARRY * (rb[i, k] - state.b[i, k])
    for i in range(router.shape[0]):
        for k in range(lanes):
            was = state.outer[i, k]
            router[i, k] = was + second * CARRY * (y[N + i, k] - was)


@_jit
def _sweep(stage: Stage, lane: LaneArrays, mesh: Mesh, tissue: Mesh, trapped_to_film: bool,
           velocity: FloatArray, washout: FloatArray, windy: bool, rc: FloatArray, rb: FloatArray,
           router: FloatArray, y: FloatArray, up: FloatArray) -> None:
    """Solve the chain: eliminate from the back of the carrier to the tissue, then substitute."""
    N, lanes = rc.shape
    T = tissue.volume.shape[0]
    each = stage.rate.shape
    own, unbound, bind, keep = np.empty(each), np.empty(each), np.empty(each), np.empty(each)
    mobile, seep = np.empty(each), np.empty(each)
    into, back, carry = np.empty(lanes), np.empty(lanes), np.empty(lanes)
    diagonal, right = np.empty(lanes), np.empty(lanes)
    for q in range(each[0]):
        for k in range(lanes):
            a, ki = stage.a[k], lane.carrier_inactivation[k]
            keep[q, k] = 1.0 / (1.0 + a * (stage.off[q, k] + ki))
            own[q, k] = (1.0 + a * ki) * (1.0 + a * stage.on[q, k] * keep[q, k])
            unbound[q, k] = a * stage.off[q, k] * keep[q, k]
            bind[q, k] = a * stage.on[q, k]
            mobile[q, k] = a * stage.rate[q, k]
            seep[q, k] = 0.0 if trapped_to_film else a * stage.seep[q, k]
    for k in range(lanes):
        into[k] = 0.0
        carry[k] = stage.a[k] * velocity[k] / stage.extent[0, k]  # convected out through the back
    for i in range(N):
        q = 1 if 0 < mesh.inner <= i else 0
        V, last = mesh.volume[i], max(i - 1, 0)
        for k in range(lanes):
            diagonal[k] = V * own[q, k] + carry[k]
            right[k] = (V * (rc[i, k] + unbound[q, k] * rb[i, k] + seep[q, k])
                        + into[k] * y[last, k])
        if i == N - 1:
            _open_face(stage, lane, mesh.surface_distance, velocity, into, back)
        elif i == mesh.inner - 1:
            _interface(stage, lane, mesh, velocity, into, back)
        else:
            g = mesh.conductance[i]
            for k in range(lanes):
                into[k] = g * mobile[q, k]
                back[k] = g * mobile[q, k]
            if windy:
                for k in range(lanes):
                    p = velocity[k] * mesh.spacing[i] / (stage.extent[q, k] * stage.rate[q, k])
                    b = _bernoulli(p)
                    into[k] *= b
                    back[k] *= b + p  # B(-p) = B(p) + p
        for k in range(lanes):
            pivot = 1.0 / (diagonal[k] + into[k])
            up[i, k] = back[k] * pivot
            # back - into·up as a product: the difference would lose the digits of the ledger
            carry[k] = diagonal[k] * up[i, k]
            y[i, k] = right[k] * pivot
    for j in range(1 + T):
        for k in range(lanes):
            a = stage.a[k]
            if j == 0:
                loss = (washout[k] + lane.film_uptake[k] + lane.film_scavenging[k]
                        + lane.film_inactivation[k])
                depth = lane.film_depth[k]
            else:
                loss = (lane.tissue_uptake[k] + lane.tissue_scavenging[k]
                        + lane.tissue_clearance[k] + lane.tissue_inactivation[k])
                depth = lane.tissue_depth[k] * tissue.volume[j - 1]
            diagonal[k] = 1.0 + a * loss + carry[k]
            right[k] = router[j, k] + into[k] * y[N + j - 1, k]
            if j == 0 and trapped_to_film:
                right[k] += a * stage.seep[0, k]
            into[k] = 0.0
            back[k] = 0.0
            if j < T:
                gap = tissue.surface_distance if j == 0 else tissue.spacing[j - 1]
                resistance = gap * lane.tissue_depth[k] / lane.tissue_mobility[k]
                if j == 0:
                    resistance += lane.tissue_resistance[k]
                into[k] = a / (resistance * depth)
                back[k] = a / (resistance * lane.tissue_depth[k] * tissue.volume[j])
            pivot = 1.0 / (diagonal[k] + into[k])
            up[N + j, k] = back[k] * pivot
            carry[k] = diagonal[k] * up[N + j, k]
            y[N + j, k] = right[k] * pivot
    for i in range(N + T - 1, -1, -1):
        for k in range(lanes):
            y[i, k] += up[i, k] * y[i + 1, k]
    for i in range(N):
        q = 1 if 0 < mesh.inner <= i else 0
        for k in range(lanes):
            rb[i, k] = (rb[i, k] + bind[q, k] * y[i, k]) * keep[q, k]


@_jit
def _open_face(stage: Stage, lane: LaneArrays, surface_distance: float, velocity: FloatArray,
               into: FloatArray, back: FloatArray) -> None:
    """Set the exchange between the last cell and the film: half a cell and the film in series."""
    outer = stage.rate.shape[0] - 1
    for k in range(velocity.shape[0]):
        resistance = (surface_distance / (stage.rate[outer, k] * stage.extent[outer, k])
                      + lane.partition[k] * lane.film_resistance[k])
        p = velocity[k] * resistance
        face = stage.a[k] * stage.open_area[k] / resistance
        b = _bernoulli(p)
        into[k] = face * b / stage.volume_per_area[k]
        back[k] = face * (b + p) * lane.partition[k] / lane.film_depth[k]


@_jit
def _interface(stage: Stage, lane: LaneArrays, mesh: Mesh, velocity: FloatArray,
               into: FloatArray, back: FloatArray) -> None:
    """Set the exchange between two layers: half a cell of each in series, with partition."""
    for k in range(velocity.shape[0]):
        K = lane.layer_partition[k]
        resistance = (K * mesh.inner_distance / (stage.rate[0, k] * stage.extent[0, k])
                      + mesh.outer_distance / (stage.rate[1, k] * stage.extent[1, k]))
        p = velocity[k] * resistance
        b = _bernoulli(p)
        into[k] = stage.a[k] * K * b / (resistance * stage.extent[0, k])
        back[k] = stage.a[k] * (b + p) / (resistance * stage.extent[1, k])


@_jit
def _tally(state: State, stage: Stage, lane: LaneArrays, volume: FloatArray,
           velocity: FloatArray, washout: FloatArray, rb: FloatArray, y: FloatArray,
           weight: float) -> None:
    """Add what this stage moved out of carrier, film and tissue."""
    N, lanes = rb.shape
    content = np.zeros(lanes)
    for i in range(N):
        for k in range(lanes):
            content[k] += volume[i] * (y[i, k] + rb[i, k])
    for k in range(lanes):
        w, film, deep = weight * stage.a[k], y[N, k], 0.0
        for j in range(N + 1, y.shape[0]):
            deep += y[j, k]
        state.sums[LOST_CARRIER, k] += w * lane.carrier_inactivation[k] * content[k]
        state.sums[TAKEN_UP, k] += w * (lane.film_uptake[k] * film + lane.tissue_uptake[k] * deep)
        state.sums[SCAVENGED, k] += w * (lane.film_scavenging[k] * film
                                         + lane.tissue_scavenging[k] * deep)
        state.sums[WASHED, k] += w * (washout[k] * film
                                      + velocity[k] * y[0, k] / stage.extent[0, k])
        state.sums[CLEARED, k] += w * lane.tissue_clearance[k] * deep
        state.sums[LOST_FLUID, k] += w * lane.film_inactivation[k] * film
        state.sums[LOST_TISSUE, k] += w * lane.tissue_inactivation[k] * deep


@_jit
def _note(record: FloatArray, state: State, volume: FloatArray) -> None:
    """Write the state of all lanes, [part, lane]."""
    for k in range(state.held.shape[1]):
        for q in range(15):
            record[q, k] = state.sums[q, k]
        for q in range(state.held.shape[0]):
            record[TRAPPED, k] += state.held[q, k]
        record[FLUID, k] = state.outer[0, k]
        for j in range(1, state.outer.shape[0]):
            record[TISSUE, k] += state.outer[j, k]
    for i in range(volume.shape[0]):
        for k in range(state.held.shape[1]):
            record[FREE, k] += volume[i] * state.c[i, k]
            record[BOUND, k] += volume[i] * state.b[i, k]

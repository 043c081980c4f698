"""Where the solver looks in time: steps dense where things happen, made for each design."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from releasekit.transport.problem import Action, FloatArray, Lanes
from releasekit.transport.rows import jit

SAMPLES = 64
"""Places, even in the fourth root of time, at which the monitor of the time steps is evaluated."""


def time_steps(lanes: Lanes, sizes: int, end: FloatArray, count: int) -> FloatArray:
    """Return step ends [segment, step + 1, design], dense at each start and where a mesh opens.

    The steps share out evenly the monitor
    1.25 (t/T)^(1/4) + t/T + 0.7 (1 - exp(-κ/3)) + [(τ/(1 + τ))^(1/3) + (1 - m) + ln(1/m)/7]
    of each segment, with τ(t) = ∫ D/R² dt and m(t) the matrix left (not below 1e-3), the mean over
    layers of what is in brackets, and κ(t) the turnovers of the fluid film: a late opening of the
    mesh, the end of the matrix and the film get steps of their own. Where a receding face stops,
    the film turns over once more, and a step ends. All of it for the vesicle of middle size.

    Parameters
    ----------
    lanes
        Design after design, each with all its sizes.
    sizes
        Lanes of a design.
    end : shape (design,) [s]
        End of the last segment.
    count
        Steps of a segment.
    """
    lane = lanes.take(slice(sizes // 2, None, sizes))
    born = np.array(lane.segment_start)
    for s in range(1, len(lane.actions)):
        if lane.actions[s] != Action.REPLACE:
            born[s] = born[s - 1]
    turnover = (lane.washout + lane.film_uptake + lane.film_scavenging + lane.film_inactivation
                + 1.0 / (lane.tissue_resistance * lane.film_depth))
    stop = np.full(born.shape, np.inf)
    if lane.front is not None:
        stop = born + np.where(lane.front <= lane.front[-1], lane.node_time, np.inf).min(axis=0)
    matrix = lane.matrix * lane.volume_left()
    ends = [*lane.segment_start[1:], end]
    steps = np.stack([_share_out(lane, matrix, start, last, born[s], turnover[s], stop[s], count)
                      for s, (start, last) in enumerate(zip(lane.segment_start, ends,
                                                            strict=True))])
    return _meeting(steps, stop)


def _share_out(lane: Lanes, matrix: FloatArray, start: FloatArray, end: FloatArray,
               born: FloatArray, turnover: FloatArray, stop: FloatArray,
               count: int) -> FloatArray:
    """Return the step ends of one segment, [step + 1, design]."""
    span = np.maximum(end - start, 0.0)
    x = np.linspace(0.0, 1.0, SAMPLES + 1)[:, None]
    t = span * x**4
    node, share = _places(np.ascontiguousarray(lane.node_time), start - born + t)

    def sampled(values: FloatArray) -> FloatArray:
        low = values.take(node)
        return np.asarray(low + share * (values.take(node + len(end)) - low))

    monitor = 1.25 * x + x**4 + 0.7 * -np.expm1(turnover * t / -3.0)
    for q in range(lane.layers):
        mobility, left = np.exp(sampled(lane.log_mobility[q])), np.maximum(sampled(matrix[q]), 1e-3)
        tau = np.zeros_like(t)
        np.cumsum(0.5 * (mobility[1:] + mobility[:-1]) * np.diff(t, axis=0), axis=0, out=tau[1:])
        monitor += (np.cbrt(tau / (1.0 + tau)) + (1.0 - left) - np.log(left) / 7.0) / lane.layers
    if np.isfinite(stop).any():
        monitor += 0.7 * -np.expm1(np.minimum(turnover * (stop - start - t), 0.0) / 3.0)
    monitor -= monitor[0]
    place, share = _places(monitor, monitor[-1] * (np.arange(count + 1.0) / count)[:, None])
    # between samples time runs as the fourth power, so invert there too
    steps: FloatArray = start + span * ((place // len(end) + share) / SAMPLES) ** 4
    steps[0], steps[-1] = start, end
    return steps


@jit
def _places(rising: FloatArray, values: FloatArray) -> tuple[NDArray[np.intp], FloatArray]:
    """Return between which entries of ``rising`` [entry, column] ``values`` [.., column] lie.

    That is the place of the entry before in the flat array, and the share of the way to the next
    one, in 0..1. Both arrays rise along columns.
    """
    columns = rising.shape[1]
    entry, share = np.empty(values.shape, np.intp), np.empty(values.shape)
    for column in range(columns):
        j = 0
        for i in range(len(values)):
            while j < len(rising) - 2 and values[i, column] > rising[j + 1, column]:
                j += 1
            gap = rising[j + 1, column] - rising[j, column]
            part = (values[i, column] - rising[j, column]) / gap if gap > 0.0 else 0.0
            entry[i, column], share[i, column] = j * columns + column, min(max(part, 0.0), 1.0)
    return entry, share


def _meeting(steps: FloatArray, stop: FloatArray) -> FloatArray:
    """Stretch steps [segment, step + 1, design] so that one of them ends where a face stops.

    It is one of those that also end there when two run together.
    """
    first, last = steps[:, :1], steps[:, -1:]
    there = np.where((stop > first[:, 0]) & (stop < last[:, 0]), stop, np.nan)[:, None]
    if np.isnan(there).all():
        return steps
    distance = np.abs(np.nan_to_num(steps[:, 2:-2:2] - there))
    turn = np.take_along_axis(steps, 2 + 2 * distance.argmin(axis=1, keepdims=True), axis=1)
    before = first + (steps - first) * ((there - first) / (turn - first))
    after = last - (last - steps) * ((last - there) / (last - turn))
    return np.where(np.isnan(there), steps, np.where(steps <= turn, before, after))

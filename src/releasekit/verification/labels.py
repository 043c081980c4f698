"""Labels and times of the rows of verification cases."""

from __future__ import annotations

import re

_NUMBER = r"([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)"


def number_after(label: str, mark: str) -> float:
    """Return the number that follows ``mark`` in a label.

    >>> number_after("D0(d=30 nm)", "d=")
    30.0
    >>> number_after("slab Bi=0.5", "Bi=")
    0.5
    """
    match = re.search(re.escape(mark) + r"\s*" + _NUMBER, label)
    if match is None:
        raise ValueError(f"no number after {mark!r} in {label!r}")
    return float(match.group(1))


def unknown(label: str | None) -> ValueError:
    """Return the error of a label that no law answers to."""
    return ValueError(f"no law for {label!r}")


def timed(t: float | None) -> float:
    """Return the time of a row that cannot do without one."""
    if t is None:
        raise ValueError("this row needs a time")
    return t

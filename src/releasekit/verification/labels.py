"""Numbers that stand inside the labels of verification cases."""

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

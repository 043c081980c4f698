"""Runs reference cases against the laws and says which agree; prints nothing.

A case is a mapping with an ``id``, ``inputs``, a list ``expected`` of rows (time ``t``, label
``quantity``, ``value``, ``unit``) and a ``tolerance``; the packaged ones are in ``cases.json``.
"""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Literal

from releasekit.errors import InputError, Problem
from releasekit.files import packaged, read_json

__all__ = ["Check", "Outcome", "checks", "load_cases", "verify"]

Check = Callable[[dict[str, Any], float | None, str | None], float]
"""Evaluates one expected row: (inputs of the case, time, quantity label) -> number."""

_MODULES = ("structure", "kinetics", "release", "curves")
_FLOOR = 1e-14  # relative; no tolerance is tighter. Never absolute: many values are that small
_DEFAULT_TOLERANCE = 1e-6
_NUMBER = r"\d+\.?\d*(?:[eE][-+]?\d+)?"


Status = Literal["pass", "fail", "no law"]


@dataclass(frozen=True)
class Outcome:
    """One expected row and what the law made of it.

    ``error`` is relative, or absolute where 0 is expected or the tolerance is an absolute one;
    it is None where the law gave no number. ``note`` says why a row failed without a number.
    """

    id: str
    quantity: str
    t: float | None
    unit: str
    expected: float
    got: float | None
    error: float | None
    tolerance: float | str
    status: Status
    model: str
    note: str = ""


def load_cases(path: str | Path | None = None) -> list[dict[str, Any]]:
    """Return the packaged reference cases, or those of a file of the same form.

    Parameters
    ----------
    path
        A JSON file; without it, the packaged cases.

    Raises
    ------
    InputError
        The file cannot be read or is not a list of cases, with every problem found.

    >>> load_cases()[0]["id"]
    'NET-01'
    """
    name = packaged("verification", "cases.json") if path is None else str(path)
    cases = read_json(name)
    if not isinstance(cases, list):
        raise InputError(Problem("must be a list of cases", file=name))
    problems = [
        Problem(message, key=key, file=name)
        for number, case in enumerate(cases, start=1)
        for key, message in _problems(case, number)
    ]
    if problems:
        raise InputError(problems)
    return cases


def _problems(case: Any, number: int) -> list[tuple[str, str]]:
    """Return (key, message) for everything that keeps a case from being run."""
    place = f"case {number}"
    if not isinstance(case, dict):
        return [(place, "must be a mapping with id, inputs and expected")]
    if not isinstance(case.get("id"), str) or not case["id"]:
        return [(place, "has no id")]
    place = case["id"]
    found = []
    if not isinstance(case.get("inputs", {}), dict):
        found.append((place, "inputs must be a mapping"))
    tolerance = case.get("tolerance", _DEFAULT_TOLERANCE)
    if not _is_number(tolerance) and not _is_tolerance_text(tolerance):
        found.append((place, f"tolerance {tolerance!r} is neither a number nor 'factor <number>'"))
    rows = case.get("expected")
    if not isinstance(rows, list) or not rows:
        return [*found, (place, "has no expected rows")]
    for count, row in enumerate(rows, start=1):
        if not isinstance(row, dict) or not _is_number(row.get("value")):
            found.append((place, f"expected row {count} has no numeric value"))
        elif row.get("t") is not None and not _is_number(row["t"]):
            found.append((place, f"expected row {count}: t is not a number"))
    return found


def _is_number(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return abs(value) <= sys.float_info.max  # false for NaN, infinity and endless integers


def _is_tolerance_text(value: Any) -> bool:
    return isinstance(value, str) and re.search(_NUMBER, value) is not None


def checks() -> dict[str, Check]:
    """Return the check of every case id that has a law."""
    found: dict[str, Check] = {}
    for name in _MODULES:
        found.update(import_module(f"{__name__}.{name}").CHECKS)
    return found


def verify(cases: list[dict[str, Any]]) -> list[Outcome]:
    """Evaluate every expected row of the cases.

    Parameters
    ----------
    cases
        As `load_cases` returns them.

    Returns
    -------
    list of Outcome
        One per row, in the order of the cases. An id without a law is "no law", never a pass; a
        row for which the law raises is a "fail".

    >>> case = {"id": "REL-01", "inputs": {}, "tolerance": 1e-8,
    ...         "expected": [{"t": 0.125, "value": 0.39892798988}]}
    >>> verify([case])[0].status
    'pass'
    """
    known = checks()
    return [
        _outcome(case, row, known.get(case["id"])) for case in cases for row in case["expected"]
    ]


def _outcome(case: dict[str, Any], row: dict[str, Any], check: Check | None) -> Outcome:
    quantity, t, expected = row.get("quantity"), row.get("t"), float(row["value"])
    tolerance = case.get("tolerance", _DEFAULT_TOLERANCE)
    got: float | None = None
    error: float | None = None
    note = ""
    status: Status = "no law" if check is None else "fail"
    if check is not None:
        try:
            got = float(check(case.get("inputs", {}), t, quantity))
        except Exception as problem:  # one wrong label or input must not stop the other rows
            note = f"{type(problem).__name__}: {problem}"
        if got is not None and not math.isfinite(got):
            note = "the law gave no finite number"
        elif got is not None:
            passed, error = _judge(got, expected, tolerance, quantity or "")
            status = "pass" if passed else "fail"
    return Outcome(
        id=case["id"],
        quantity=quantity or "",
        t=t,
        unit=row.get("unit") or "",
        expected=expected,
        got=got,
        error=error,
        tolerance=tolerance,
        status=status,
        model=str(case.get("model", "")),
        note=note,
    )


def _judge(
    got: float, expected: float, tolerance: float | str, quantity: str
) -> tuple[bool, float]:
    """Return whether a number is within the tolerance, and its error."""
    kind, limit = _limit(tolerance, quantity)
    difference = abs(got - expected)
    relative = difference / abs(expected) if expected != 0.0 else difference
    if kind == "factor":
        return expected != 0.0 and 1.0 / limit <= got / expected <= limit, relative
    error = difference if kind == "absolute" else relative
    return error <= max(limit, _FLOOR), error


def _limit(tolerance: float | str, quantity: str) -> tuple[str, float]:
    """Read a tolerance: a relative number, or words such as "factor 2.5".

    Words may also give parts for rows of different labels: "1e-4 on regressions; published within
    0.012 of ..." is 1e-4 relative where the label says regression, 0.012 absolute where it says
    published.

    >>> _limit("factor 2.5", "D/D0")
    ('factor', 2.5)
    >>> _limit("1e-4 on regressions; published within 0.012", "slab published")
    ('absolute', 0.012)
    """
    if not isinstance(tolerance, str):
        return "relative", float(tolerance)
    factor = re.search(rf"factor\s+(?:of\s+)?({_NUMBER})", tolerance)
    if factor:
        return "factor", float(factor.group(1))
    for word, number in re.findall(rf"(\w+) within ({_NUMBER})", tolerance):
        if word in quantity:
            return "absolute", float(number)
    return "relative", float(re.findall(_NUMBER, tolerance)[0])

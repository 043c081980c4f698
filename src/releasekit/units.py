"""Text or pint quantity in, SI float out, and back: the only place that knows units."""

from __future__ import annotations

import functools
import math
import re
import threading
from typing import TYPE_CHECKING, Any

from releasekit.errors import InputError, Problem

if TYPE_CHECKING:
    import pint

_NUMBER = re.compile(r"\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*(.*)$", re.S)


_building = threading.Lock()


def registry() -> pint.UnitRegistry[Any]:
    """Return the one pint registry, loaded on first use because it is slow to build."""
    with _building:  # two threads must not build one each
        return _registry()


@functools.cache
def _registry() -> pint.UnitRegistry[Any]:
    import pint

    units: pint.UnitRegistry[Any] = pint.UnitRegistry(autoconvert_offset_to_baseunit=True)
    units.define("enzyme_unit = 1.6666666666666667e-8 mol / s = U")  # 1 umol/min
    units.define("particle = 1 = particles")
    units.define("percent_wv = 10 kg / m^3")
    return units


def _tidy(unit: str) -> str:
    """Rewrite the ways engineers write a unit into pint's; a dalton is meant per mole."""
    text = unit.strip().replace("µ", "u").replace("μ", "u")
    text = f"1 {text}" if text.startswith("/") else text
    text = re.sub(r"\bk?Da\b", lambda m: "(kg/mol)" if m.group() == "kDa" else "(g/mol)", text)
    text = text.replace("°C", "degC").replace("% w/v", "percent_wv").replace("%w/v", "percent_wv")
    return re.sub(r"(?<=[A-Za-z])(-?\d)", r"^\1", text) if re.search(r"[A-Za-z]\d", text) else text


@functools.lru_cache(maxsize=4096)
def _line(unit: str, target: str) -> tuple[float, float]:
    """Return slope and offset of the affine map from one unit to another."""
    units = registry()
    text = _tidy(unit)
    try:
        source, goal = units.parse_units(text), units.parse_units(_tidy(target))
        zero = units.Quantity(0.0, source).to(goal).magnitude
        one = units.Quantity(1.0, source).to(goal).magnitude
    except Exception as error:  # pint raises a dozen unrelated classes for malformed text
        wanted = "a pure number (unit 1)" if target == "1" else f"a unit such as {target}"
        raise InputError(f"unit {unit!r} cannot be read as {wanted}") from error
    if zero:  # far from the offset the difference keeps all digits
        return (units.Quantity(1e6, source).to(goal).magnitude - zero) / 1e6, zero
    return one, zero


def to_si(value: float, unit: str, target: str) -> float:
    """Convert a number with a unit to the SI unit ``target``.

    >>> to_si(12, "nm", "m")
    1.2e-08
    >>> to_si(31.6, "degC", "K")
    304.75
    """
    slope, offset = _line(unit.strip() or "1", target)
    if slope == 1.0 and offset == 0.0:
        return float(value)
    # scale by the reciprocal where that is the exact number: 12/1e9, not 12*1.0000000000000001e-9
    back = 1.0 / slope
    scaled = value / round(back) if back > 1 and math.isclose(back, round(back), rel_tol=1e-12) \
        else value * slope
    return float(f"{scaled + offset:.15g}")


def from_si(value: float, target: str, unit: str) -> float:
    """Convert an SI number of unit ``target`` to the shown ``unit``.

    >>> from_si(304.75, "K", "degC")
    31.6
    """
    slope, offset = _line(unit, target)
    return float(f"{(value - offset) / slope:.12g}")


def scale(target: str, unit: str) -> float:
    """Return the factor that turns SI numbers of unit ``target`` into ``unit`` (no offset).

    >>> scale("m", "nm")
    1000000000.0
    """
    return float(f"{1.0 / _line(unit, target)[0]:.15g}")


def parse(text: Any, target: str) -> float:
    """Read ``"12 nm"`` or a pint quantity as an SI float of unit ``target``.

    Parameters
    ----------
    text
        A number followed by its unit, a pint quantity, or a bare number where the
        target is dimensionless.
    target
        The SI unit of the vocabulary; ``"1"`` if dimensionless.

    Raises
    ------
    InputError
        No number, no unit where one is needed, or a unit of another kind.

    >>> parse("75 mg/mL", "kg/m^3")
    75.0
    >>> parse("7.5 % w/v", "kg/m^3")
    75.0
    >>> parse("1e8 /cm^2", "1/m^2")
    1000000000000.0
    """
    if hasattr(text, "to") and hasattr(text, "magnitude"):
        try:
            return _finite(float(text.to(_tidy(target)).magnitude), str(text))
        except Exception as error:  # pint's DimensionalityError and its relatives
            raise InputError(f"{text} cannot be converted to {target}") from error
    if isinstance(text, bool) or text is None:
        raise InputError(f"{text!r} is not a number with a unit")
    if isinstance(text, int | float):
        if target == "1":
            return _finite(float(text), text)
        raise InputError(Problem(f"{text!r} has no unit", suggestion=f"expected e.g. {target}"))
    match = _NUMBER.match(str(text))
    if not match:
        raise InputError(Problem(f"{text!r} is not a number with a unit",
                                 suggestion=f"expected e.g. '1 {target}'"))
    number, unit = match.groups()
    unit = unit.strip()
    if not unit and target != "1":
        raise InputError(Problem(f"{text!r} has no unit", suggestion=f"expected e.g. {target}"))
    return _finite(to_si(float(number), unit or "1", target), text)


def parse_difference(text: Any, target: str) -> float:
    """Read the size of a difference, as a standard deviation is: 1.5 degC is 1.5 K.

    >>> parse_difference("1.5 degC", "K"), parse_difference("3e-13 m^2/s", "m^2/s")
    (1.5, 3e-13)
    """
    value = parse(text, target)
    unit = _NUMBER.match(str(text))
    return value if unit is None or isinstance(text, int | float) else float(
        f"{value - to_si(0.0, unit[2].strip() or '1', target):.12g}")


def _finite(value: float, text: Any) -> float:
    """Let pass what is a number; ``nan`` and what overflows are not."""
    if not math.isfinite(value):
        raise InputError(f"{text!r} is not a finite number")
    return value

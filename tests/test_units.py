"""Units: text in, SI out, whatever the unit."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from releasekit.checks import written
from releasekit.errors import InputError
from releasekit.units import from_si, parse, registry, scale, to_si
from releasekit.vocabulary import QUANTITIES


@pytest.mark.parametrize(("text", "target", "si"), [
    ("12 nm", "m", 1.2e-8), ("12nm", "m", 1.2e-8), ("0.31 µm", "m", 3.1e-7),
    ("75 mg/mL", "kg/m^3", 75.0), ("7.5 % w/v", "kg/m^3", 75.0), ("7.5 %w/v", "kg/m^3", 75.0),
    ("1.3e8 /cm^2", "1/m^2", 1.3e12), ("1.3e8 cm^-2", "1/m^2", 1.3e12),
    ("6e9 particles/mL", "1/m^3", 6e15), ("31.6 degC", "K", 304.75), ("31.6 °C", "K", 304.75),
    ("88.88 degF", "K", 304.75), ("14 d", "s", 1209600.0), ("0.1 mL/cm^2/d", "m/s", 0.001 / 86400),
    ("13 %", "1", 0.13), ("0.13", "1", 0.13), (0.13, "1", 0.13), (7, "1", 7.0),
    ("3.1 cm2", "m^2", 3.1e-4), ("22 kDa", "kg/mol", 22.0), ("376 U/mL", "U/m^3", 3.76e8),
    ("2.3 dyn/cm^2", "Pa", 0.23), ("-16 mV", "V", -0.016), ("0.11 1/d", "1/s", 0.11 / 86400),
    ("65 kJ/mol", "J/mol", 65000.0), ("1.7 mmol/L", "mol/m^3", 1.7), ("2 U", "mol/s", 2e-6 / 60),
])
def test_parse(text: object, target: str, si: float) -> None:
    """Mistake: a way of writing a unit is misread or refused."""
    assert parse(text, target) == pytest.approx(si, rel=1e-14)


@pytest.mark.parametrize(("text", "target", "message"), [
    ("12", "m", "has no unit"), (12, "m", "has no unit"), ("nm", "m", "is not a number"),
    ("12 kPa", "m", "cannot be read as a unit such as m"), ("3 nm", "1", "a pure number"),
    ("1,5 mm", "m", "cannot be read"), (True, "1", "is not a number"), (None, "m", "is not a num"),
    ("nan", "1", "is not a number"), ("1e400 m", "m", "is not a finite number"),
    (math.nan, "1", "is not a finite number"), ("3 furlongz", "m", "cannot be read"),
    ("3 m; import os", "m", "cannot be read"), ("", "m", "is not a number"),
])
def test_refused(text: object, target: str, message: str) -> None:
    """Mistake: a missing or wrong unit is taken for SI, or another exception escapes."""
    with pytest.raises(InputError, match=message):
        parse(text, target)


def test_pint_quantities() -> None:
    """Mistake: a pint quantity is read by its magnitude."""
    quantity = registry().Quantity
    assert parse(quantity(2.1, "mm"), "m") == pytest.approx(0.0021)
    assert parse(quantity(31.6, "degC"), "K") == pytest.approx(304.75)
    with pytest.raises(InputError, match="cannot be converted"):
        parse(quantity(2.1, "mm"), "s")


LENGTHS = {"nm": -9, "um": -6, "mm": -3, "cm": -2, "m": 0}


@settings(deadline=None)
@given(digits=st.integers(1, 10**10), power=st.integers(-8, 4),
       units=st.tuples(*[st.sampled_from(sorted(LENGTHS))] * 2))
def test_same_si_whatever_the_unit(digits: int, power: int, units: tuple[str, str]) -> None:
    """Mistake: the same length typed in another unit gives another float, hence another run."""
    texts = [f"{digits}e{power - LENGTHS[unit]} {unit}" for unit in units]
    assert parse(texts[0], "m") == parse(texts[1], "m") == float(f"{digits}e{power}")


@settings(deadline=None)
@given(degrees=st.integers(-400, 900))
def test_temperature_scales_agree(degrees: int) -> None:
    """Mistake: digits are lost in the difference of two large offsets (Fahrenheit)."""
    celsius = degrees / 10
    fahrenheit = round(celsius * 1.8 + 32, 2)
    kelvin = round(celsius + 273.15, 2)
    assert parse(f"{celsius} degC", "K") == parse(f"{kelvin} K", "K") == kelvin
    assert parse(f"{fahrenheit} degF", "K") == pytest.approx(kelvin, rel=1e-14)


@settings(deadline=None)
@given(value=st.floats(1e-12, 1e12))
def test_si_text_keeps_every_digit(value: float) -> None:
    """Mistake: a value that is saved in SI comes back rounded."""
    assert parse(f"{value!r} m", "m") == value
    assert to_si(value, "", "1") == value


@settings(deadline=None)
@given(value=st.floats(1e-30, 1e30), name=st.sampled_from(sorted(QUANTITIES)))
def test_written_text_is_read_back_exactly(value: float, name: str) -> None:
    """Mistake: a saved formulation runs with slightly other numbers."""
    assert parse(written(name, value), QUANTITIES[name].unit) == value


def test_written_is_readable() -> None:
    """Mistake: files show 0.0021 m, or 2.1000000000000001 mm, where 2.1 mm would do."""
    assert written("thickness", parse("2.1 mm", "m")) == "2.1 mm"
    assert written("duration", parse("14 d", "s")) == "14.0 d"
    assert written("wound_temperature", parse("31.6 degC", "K")) == "31.6 degC"
    assert written("active_recovery_fraction", 0.87) == "0.87"


def test_factor_has_no_offset() -> None:
    """Mistake: a spread of 0.7 degC becomes 273.85 K."""
    assert scale("K", "degC") == 1.0
    assert scale("m", "nm") == 1e9
    assert from_si(273.85, "K", "degC") == pytest.approx(0.7)

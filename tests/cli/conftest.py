"""Runs the command line in this process, and a sheet that is quick to simulate."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from releasekit.cli import app

Run = Callable[..., Result]

SHEET = """\
kind = "formulation"
schema = 1
name = "Thin sheet"
description = "A sheet for tests of the command line."
carrier = "hydrogel"

[made_of]
polymer = "gelma"
exosome = "adipose-msc"
wound = "diabetic-foot-ulcer"

[models]
structure = "modulus"
mobility = "unified"
degradation = "enzyme"
connectivity = "chain-growth"

[carrier_choices]
polymer_concentration = "68 mg/mL"
thickness = "1.3 mm"
area = "3.7 cm^2"
dose_per_area = "2.3e9 /cm^2"

[use]
duration = "2 d"
boundary = "wound"
"""


@pytest.fixture
def run() -> Run:
    """Return a function that runs ``releasekit`` and checks that no traceback gets out."""
    runner = CliRunner()

    def call(*arguments: object, code: int = 0) -> Result:
        result = runner.invoke(app, [str(argument) for argument in arguments])
        assert result.exception is None or isinstance(result.exception, SystemExit), \
            result.exception
        assert "Traceback" not in result.stderr
        assert result.exit_code == code, result.stderr
        return result

    return call


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    path = tmp_path / "sheet.toml"
    path.write_text(SHEET, encoding="utf-8")
    return path


def strict_json(text: str) -> Any:
    """Read JSON that may not hold NaN or Infinity."""
    def refuse(word: str) -> None:
        raise AssertionError(f"{word} is not JSON")

    return json.loads(text, parse_constant=refuse)


@pytest.fixture
def read_json() -> Callable[[str], Any]:
    return strict_json

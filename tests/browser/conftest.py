"""A headless Chromium, installed where it is missing and can be, and a report to look at."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from releasekit.cli import app

FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync")
NAME = "<script>alert('name')</script> & <b>sheet</b>"
"""A name that becomes part of the page if it is not escaped."""


def _chromium() -> str:
    """Return the path of Chromium; install the Debian package where that is possible."""
    found = shutil.which("chromium")
    if not found and shutil.which("apt-get") and os.geteuid() == 0:
        for command in (["update"], ["install", "-y", "--no-install-recommends", "chromium"]):
            subprocess.run(["apt-get", "-q", *command], check=False, capture_output=True,
                           env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"})
        found = shutil.which("chromium")
    if not found:
        pytest.skip("there is no chromium, and it could not be installed (needs root and apt)")
    return found


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    driver = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    path = _chromium()
    with driver.sync_playwright() as play:
        opened = play.chromium.launch(executable_path=path, args=list(FLAGS))
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the report of a small search whose names try to get into the page."""
    folder = tmp_path_factory.mktemp("report")
    runner = CliRunner()
    assert runner.invoke(app, ["new", "study", str(folder / "study")]).exit_code == 0
    sheet, study = folder / "study-sheet.toml", folder / "study.toml"
    sheet.write_text(sheet.read_text().replace('"14 d"', '"2 d"').replace(
        'name = "study-sheet"', f'name = "{NAME}"'))
    study.write_text(study.read_text().replace("retained_7d", "retained_1d"))
    assert NAME in sheet.read_text()
    done = runner.invoke(app, ["optimise", str(study), "--budget", "48", "--out",
                               str(folder / "found"), "--quiet"])
    assert done.exit_code == 0, done.output
    return folder / "found" / "report.html"

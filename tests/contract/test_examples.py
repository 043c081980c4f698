"""Every example that is shipped can be run, and loses no exosome."""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest

from releasekit.dataset import Dataset
from releasekit.errors import ReleasekitWarning
from releasekit.formulation import Formulation
from releasekit.loading import load
from releasekit.simulation import simulate
from releasekit.studies.study import Study

from .tree import ROOT

FILES = sorted((ROOT / "examples").rglob("*.toml"))


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_example_runs(path: Path) -> None:
    """For an example that the program has outgrown, or whose exosomes do not add up.

    What is left in a carrier is interpolated and extrapolated from two step counts; where it is
    nearly empty the value may lie below nothing, and the released fraction above one, by a share of
    the error that the run states. At the start nothing but rounding can be wrong.
    """
    with warnings.catch_warnings():
        # an example may use a fact outside its conditions as long as it says so
        warnings.simplefilter("ignore", ReleasekitWarning)
        thing = load(path)
        assert isinstance(thing, Formulation | Study | Dataset)
        assert thing.description
        if not isinstance(thing, Formulation):
            return
        release = simulate(thing, accuracy="screen", explain=False)
    assert not release.failed
    assert release.ledger_residual < 1e-9
    released = release["released_fraction"][0]
    assert released[0] >= -1e-12
    assert released[-1] > 0.0
    assert released.max() <= 1.0 + release.discretisation_error[0]


def test_there_are_examples_of_every_kind() -> None:
    """For a search of examples that finds nothing."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ReleasekitWarning)
        kinds = {type(load(path)) for path in FILES}
    assert kinds >= {Formulation, Study}

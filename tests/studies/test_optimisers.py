"""The search on studies with a known answer, as in ``benchmarks/optimisers.py``."""

import importlib.util
from dataclasses import replace
from types import ModuleType

import numpy as np
import pytest

from releasekit.physics.series import release_slab
from releasekit.studies.search import optimise

from ..contract.tree import ROOT

pytestmark = pytest.mark.filterwarnings("ignore::releasekit.errors.ReleasekitWarning")


@pytest.fixture(scope="module")
def bench() -> ModuleType:
    spec = importlib.util.spec_from_file_location("optimisers", ROOT / "benchmarks/optimisers.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_front_of_a_slab_is_cranks_series(bench: ModuleType) -> None:
    """Mistake: a part of the front is never reached, or reported points that do not exist."""
    study, truth = bench.slab()
    study = replace(study, budget=bench.BUDGET, seed=4)
    front = bench.reported(optimise(study))
    assert bench.reached(front, truth) >= 0.99
    fourier = np.geomspace(1e-4, 10.0, 4000)
    week = np.interp(front[:, 0], release_slab(fourier), release_slab(7.0 * fourier))
    inside = front[:, 0] < 0.99
    assert (-front[inside, 1] < week[inside] + 2e-3).all()
    wrong = np.interp(front[:, 0], release_slab(fourier), release_slab(6.86 * fourier))  # 2 % less
    assert (-front[inside, 1] > wrong[inside] + 2e-3).any()
    plain = bench.sobol(study)
    assert bench.reached(plain.minimised(), truth) < bench.reached(front, truth) - 0.005


@pytest.mark.slow
@pytest.mark.parametrize("name", ["slab", "sheet"])
def test_not_worse_than_others(bench: ModuleType, name: str) -> None:
    """Mistake: an elaborate search that random points or another optimiser would beat."""
    study, truth = getattr(bench, name)()
    study = replace(study, budget=bench.BUDGET, seed=2)
    shares = {}
    for label, method in bench.METHODS.items():
        run = method(study)
        assert len(run) <= bench.BUDGET
        shares[label] = bench.reached(run.minimised()[run.feasible()], truth)
    assert shares["releasekit"] > 0.99
    assert shares["releasekit"] > max(shares.values()) - 2e-3

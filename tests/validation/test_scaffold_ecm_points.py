"""Published points of scaffolds and decellularised matrices against the uncalibrated model.

``python -m tests.validation.test_scaffold_ecm_points`` prints the rows of ``docs/validation.md``.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from releasekit.facts import load_material
from releasekit.formulation import Formulation
from releasekit.release import Release

from ..builders import DAY, black_box, gel, run

pytestmark = pytest.mark.filterwarnings("ignore::releasekit.errors.ReleasekitWarning")

PAGE = Path(__file__).resolve().parents[2] / "docs" / "validation.md"
DRAWS, SEED = 200, 1


def carrier(family: str, wound: str = "in-vitro-assay", boundary: str = "sink",
            duration: float = 14 * DAY, models: dict[str, str] | None = None,
            filling: str = "", polymer: str = "", matrix: str = "", **changes: Any) -> Formulation:
    names = {"polymer": polymer, "matrix": matrix, "filling": filling, "exosome": "generic-msc",
             "wound": wound}
    base = Formulation(
        family, family, models=models or {}, materials={
            place: load_material(name, "polymer" if place == "filling" else place)
            for place, name in names.items() if name},
        choices={"thickness": 2e-3, "dose_per_area": 1e14},
        use={"duration": duration, "boundary": boundary})
    return base.but(**changes) if changes else base


def print_of_pcl(**changes: Any) -> Formulation:
    return carrier("scaffold", polymer="pcl", duration=DAY, **{
        "scaffold_kind": "print", "models": {"adsorption": "desorption-limited"}, **changes})


def sponge_of_silk(**changes: Any) -> Formulation:
    return carrier("scaffold", polymer="silk-sponge", duration=90 * DAY, **{
        "scaffold_kind": "sponge", "models": {"adsorption": "desorption-limited",
                                              "degradation": "hydrolysis"}, **changes})


def cardiac(**changes: Any) -> Formulation:
    return carrier("ecm", wound="generic-wound", boundary="wound", duration=7 * DAY,
                   matrix="cardiac-decm", polymer="peg-hydrolysable", **{
                       "polymer_concentration": "100 mg/mL", "filling_fraction": 0.6,
                       "models": {"binding": "linear", "degradation": "enzyme + hydrolysis",
                                  "gel_degradation": "hydrolysis"}, **changes})


def at(release: Release, column: str, days: float) -> NDArray[np.float64]:
    return np.array([np.interp(days * DAY, t, y)
                     for t, y in zip(release.time, release[column], strict=True)])


def released(days: float) -> Callable[[Release], NDArray[np.float64]]:
    return lambda release: at(release, "released_fraction", days)


def kept(days: float) -> Callable[[Release], NDArray[np.float64]]:
    return lambda release: 1.0 - at(release, "released_fraction", days)


def against_free(release: Release) -> NDArray[np.float64]:
    auc = np.trapezoid(release["retained_fraction"], release.time, axis=1)
    return np.asarray(auc / release.free_retained_auc)


class Point(NamedTuple):
    """A published point: how it is represented, what is read off the run, what was published."""

    system: str
    carrier: Callable[[], Formulation]
    read: Callable[[Release], NDArray[np.float64]]
    published: str
    low: float
    high: float
    unit: str = ""


HALF_HOUR = 1.0 / 48.0
POINTS = (
    Point("PCL print with adsorbed secretome, 2 mm", print_of_pcl, released(HALF_HOUR),
          "0.75 out in 30 min", 0.75, 0.75),
    Point("the same, nothing loose", lambda: print_of_pcl(
        surface_located_fraction=0.0, adsorbed_fraction=0.9), released(HALF_HOUR),
        "0.75 out in 30 min", 0.75, 0.75),
    Point("silk cryo-sponge, 2 mm", sponge_of_silk, kept(60.0),
          "exosomes remain in the sponge at 2 months", 0.02, 1.0),
    Point("cardiac matrix with PEG against free vesicles", cardiac, against_free,
          "fourfold retention", 4.0, 4.0, " times (area, 7 d)"),
)


@functools.cache
def band(point: Point) -> tuple[float, ...]:
    values = point.read(run(point.carrier(), draws=DRAWS, seed=SEED, accuracy="screen"))
    return tuple(float(q) for q in np.quantile(values, [0.05, 0.5, 0.95]))


def is_hit(point: Point) -> bool:
    low, _, high = band(point)
    return low <= point.high and point.low <= high


def row(point: Point) -> str:
    span = " – ".join(f"{q:.2f}" for q in band(point)) + point.unit
    return f"| {point.system} | {point.published} | {span} | {'hit' if is_hit(point) else 'miss'} |"


def median(formulation: Formulation, read: Callable[[Release], NDArray[np.float64]]) -> float:
    return float(np.median(read(run(formulation, draws=DRAWS, seed=SEED, accuracy="screen"))))


# the points ---------------------------------------------------------------------------------------

def named(system: str) -> Point:
    return next(point for point in POINTS if point.system == system)


def test_adsorbed_secretome_bursts_because_it_is_loose() -> None:
    """Mistake: the burst of a printed scaffold claimed as a prediction of diffusion.

    The band of the shipped file covers 75 % in 30 min, at its edge, because the share that lies
    loose was chosen with this point in view. Diffusion alone gives 6 % through 2 mm in half an
    hour even without any adsorption, and a shared desorption rate adds little.
    """
    assert is_hit(named("PCL print with adsorbed secretome, 2 mm"))
    assert not is_hit(named("the same, nothing loose"))
    bare = median(print_of_pcl(surface_located_fraction=0.0, adsorbed_fraction=0.0),
                  released(HALF_HOUR))
    assert 0.04 < bare < 0.08


def test_gel_between_the_struts_slows_the_burst() -> None:
    """Mistake: printing with an alginate gel that holds the vesicles changes nothing.

    Same source (doi 10.3390/pharmaceutics13040515): coprinted with alginate the release was slow.
    """
    coprinted = carrier("scaffold", polymer="pcl", filling="alginate-printed", duration=DAY,
                        models={"adsorption": "none"}, polymer_concentration="60 mg/mL",
                        surface_located_fraction=0.1)
    assert median(coprinted, released(HALF_HOUR)) < 0.3 * median(print_of_pcl(),
                                                                 released(HALF_HOUR))


def test_silk_holds_longer_than_fibrin() -> None:
    """Mistake: vesicles in the walls of a slow sponge leave like those in a gel that goes.

    Bioact Mater 2022;8:505: vesicles were still in the sponge after two months, longer than in
    fibrin glue, and release followed the enzymatic degradation.
    """
    assert is_hit(named("silk cryo-sponge, 2 mm"))
    fibrin = gel("fibrin", "generic-msc", "in-vitro-assay", boundary="sink", thickness="2 mm",
                 polymer_concentration="10 mg/mL", duration="90 d",
                 models={"degradation": "hydrolysis"})
    assert band(named("silk cryo-sponge, 2 mm"))[1] > 3.0 * max(median(fibrin, kept(60.0)), 0.01)
    slower, faster = (median(sponge_of_silk(bond_cleavage_rate=f"{k} 1/s"), kept(60.0))
                      for k in (1.5e-7, 6e-7))
    assert slower > 5.0 * faster


def test_fourfold_retention_is_reached_within_hours() -> None:
    """Mistake: a miss hidden by choosing when to look.

    PMC8431142 says fourfold retention of vesicles in cardiac matrix with poly(ethylene glycol)
    over vesicles alone, in hearts, at a time that its abstract does not give. At a wound the ratio
    grows without end as free vesicles vanish: the median passes four after some 2 to 3 hours,
    and the areas over a week differ by tens. Read as an area it is a miss.
    """
    assert not is_hit(named("cardiac matrix with PEG against free vesicles"))
    kept_in, alone = (run(what, draws=DRAWS, seed=SEED, accuracy="screen") for what in (
        cardiac(), black_box("free", "generic-msc", "generic-wound", duration="7 d")))
    ratio = {hours: float(np.median(at(kept_in, "retained_fraction", hours / 24.0)
                                    / at(alone, "retained_fraction", hours / 24.0)))
             for hours in (1, 4)}
    assert ratio[1] < 4.0 < ratio[4]


def test_binding_not_fibres_decides_in_matrix_gels() -> None:
    """Mistake: an open network of fibres holds vesicles by its mesh.

    In collagen I surface proteins immobilise vesicles, not the mesh (trend of the literature).
    """
    def out(**changes: Any) -> float:
        return median(carrier("ecm", matrix="adipose-decm", models={"binding": "linear"},
                              **changes), released(4.0))

    mesh = abs(out(matrix_concentration="6 mg/mL") - out(matrix_concentration="18 mg/mL"))
    sites = abs(out(binding_ratio=0.5) - out(binding_ratio=8.0))
    assert sites > 3.0 * mesh


@pytest.mark.parametrize("point", POINTS, ids=lambda p: p.system)
def test_the_page_says_what_the_model_says(point: Point) -> None:
    """Mistake: the page keeps the numbers of an older model, or leaves a miss out."""
    lines = [line for line in PAGE.read_text(encoding="utf-8").splitlines()
             if line.startswith(f"| {point.system} |")]
    assert len(lines) == 1
    _, _, published, span, verdict, *_ = (cell.strip() for cell in lines[0].split("|"))
    assert published == point.published
    printed = [float(text) for text in re.findall(r"\d+\.\d+", span)]
    assert printed == pytest.approx(band(point), rel=0.05, abs=0.015), row(point)
    assert verdict == ("hit" if is_hit(point) else "miss")


if __name__ == "__main__":
    import warnings

    warnings.simplefilter("ignore")
    print("\n".join(row(point) for point in POINTS))

"""Inside one carrier: profiles add up to the ledger, the mesh opens, sketches are to scale."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.patches import Polygon, Rectangle

import releasekit as rk
from releasekit.errors import InputError
from releasekit.figures import plot
from releasekit.inside import opening, profiles

from .builders import gel

EXAMPLES = Path(__file__).parents[1] / "examples"
pytestmark = pytest.mark.filterwarnings("ignore::releasekit.errors.ReleasekitWarning")


def released(name: str, **changes: Any) -> rk.Release:
    one = rk.load(EXAMPLES / f"{name}.toml")
    return rk.simulate(one.but(**changes) if changes else one, explain=False)


@pytest.mark.parametrize("name", ["hydrogel-gelma", "hydrogel-bilayer", "microneedle-core-shell",
                                  "scaffold-pcl-gelma", "ecm-adipose"])
def test_profiles_add_up_to_the_ledger(name: str) -> None:
    """For a profile of other physics: this march shares no line with the kernels.

    Both parts of these needles, in the tissue and in the fluid, release alike.
    """
    release = released(name)
    days = np.array([0.0, 0.31, 2.3, 6.9, 13.7])
    found = profiles(release, days)
    ledger = np.interp(np.sqrt(found.time), np.sqrt(release.time[0]),
                       release["in_carrier_fraction"][0])
    np.testing.assert_allclose(found.amount / found.amount[0], ledger / ledger[0], atol=3e-3)


def test_wrong_physics_is_seen() -> None:
    """For a check of the sum that passes whatever the mobility is."""
    bare = {"surface_located_fraction": 0.0, "binding_ratio": 0.0, "duration": "7 d",
            "boundary": "sink"}
    right, wrong = (gel(effective_diffusivity=f"{value} m^2/s", **bare)
                    for value in ("1.3e-12", "1.33e-12"))
    days = np.array([3.3])
    one, other = (float(profiles(rk.simulate(each, explain=False), days).amount[0])
                  for each in (right, wrong))
    exact = rk.simulate(right, explain=False)
    ledger = np.interp(np.sqrt(3.3 * 86400), np.sqrt(exact.time[0]),
                       exact["in_carrier_fraction"][0])
    assert abs(one - ledger) < 1e-3
    assert abs(other - ledger) > 1e-3


def test_profile_is_a_concentration() -> None:
    """For particles per dose, per m3 or at the wrong end of the axis."""
    release = released("hydrogel-gelma")
    figure = plot(release, "profiles")
    numbers = figure.numbers  # type: ignore[attr-defined]
    start = numbers[numbers["time_d"] == 0.0]
    free = release["in_carrier_fraction"][0, 0]
    per_ml = float(release.dose_per_area[0] * free / 2e-3) * 1e-6
    np.testing.assert_allclose(start["active_exosomes_per_ml"], per_ml, rtol=1e-6)
    end = numbers[numbers["time_d"] == 14.0].sort_values("distance_mm")
    assert end["active_exosomes_per_ml"].is_monotonic_increasing
    assert 1.9 < end["distance_mm"].max() < 2.0
    with pytest.raises(InputError, match="nothing diffuses"):
        plot(released("free-exosomes"), "profiles")


def test_the_door_opens_where_mesh_and_exosome_meet() -> None:
    """For a mesh that stands still, or the mark at another time."""
    release = released("hydrogel-gelma")
    found = opening(release)
    assert found.mesh_size[0] == pytest.approx(release.properties["mesh_size_median"][0])
    assert np.all(np.diff(found.mesh_size) > 0)
    assert np.all(found.relative_mobility <= 1.0)
    assert found.relative_mobility[0] == pytest.approx(
        release.properties["effective_diffusivity"][0] / release.properties["free_diffusivity"][0],
        rel=1e-6)
    first = found.time[found.mesh_size >= found.vesicle_diameter][0] / 86400
    figure = plot(release, "mesh")
    (legend,) = figure.legends
    assert any(f"day {first:.3g}" in text.get_text() for text in legend.get_texts())
    with pytest.raises(InputError, match="neither a mesh, fibres nor pores"):
        plot(released("free-exosomes"), "mesh")


@pytest.mark.parametrize(("name", "way"), [
    ("ecm-adipose", "gaps between fibres"), ("scaffold-pcl-print", "pores"),
    ("scaffold-pcl-gelma", "mesh of the gel in the pores")])
def test_fibres_and_pores_have_a_door_too(name: str, way: str) -> None:
    """For a scaffold or matrix without the figure, or pores in place of the gel in them."""
    release = released(name)
    found = opening(release)
    assert found.way == way
    here = release.properties.get("mesh_size_median", np.array([np.nan]))[0]
    assert found.mesh_size[0] == pytest.approx(
        900e-6 if way == "pores" else here, rel=1e-6)
    hindered = release.properties["effective_diffusivity"] / release.properties[
        "free_diffusivity"] / release.properties.get("pore_volume_fraction", 1.0)
    assert found.relative_mobility[0] == pytest.approx(float(hindered[0]), rel=1e-6)
    assert np.all(np.diff(found.mesh_size) >= 0.0)
    (legend,) = plot(release, "mesh").legends
    assert f"width of the {way}, median" in [text.get_text() for text in legend.get_texts()]


def test_sketches_are_to_scale() -> None:
    """For a carrier as thick as it looks good, two layers as one, needles of another shape."""
    sheet = plot(released("hydrogel-gelma", thickness="1.7 mm"), "sketch")
    whole = sheet.axes[0]
    heights = [patch.get_height() for patch in whole.patches if isinstance(patch, Rectangle)]
    assert heights[-1] == pytest.approx(1.7e-3)
    layers = plot(released("hydrogel-bilayer"), "sketch")  # that on the wound comes first
    heights = [patch.get_height() for patch in layers.axes[0].patches
               if isinstance(patch, Rectangle)]
    assert heights[-2:] == pytest.approx([0.5e-3, 1.5e-3])
    assert [text.get_text() for text in layers.legends[0].get_texts()][2:4] == [
        "hydrogel, starter, 500 µm", "hydrogel, reservoir, 1.5 mm"]
    assert whole.get_aspect() == 1.0
    release = released("microneedle-swelling")
    needles = [patch.get_xy() for patch in plot(release, "sketch").axes[0].patches
               if isinstance(patch, Polygon)]
    number = release.formulation.number
    assert np.ptp(needles[0][:, 1]) == pytest.approx(number("needle_height"))
    assert np.ptp(needles[0][:, 0]) == pytest.approx(2 * (number("needle_base_radius") or 0))
    pitch = needles[1][:, 0].mean() - needles[0][:, 0].mean()
    assert pitch == pytest.approx(release.properties["needle_pitch"][0])


@pytest.mark.parametrize("name", ["scaffold-pcl-print", "ecm-adipose", "free-exosomes",
                                  "measured-curve"])
def test_every_family_can_be_drawn(name: str) -> None:
    """For a sketch that knows gels only."""
    figure = plot(released(name), "sketch")
    figure.draw_without_rendering()
    said = [text.get_text() for text in figure.legends[0].get_texts()]
    assert any("exosomes, median" in text for text in said)

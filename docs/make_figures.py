"""Render docs/figures from the examples: python docs/make_figures.py (from the project folder)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import releasekit as rk
from releasekit.figures import save_figure

FOLDER = "docs/figures"
SHEETS = ("hydrogel-gelma", "hydrogel-alginate", "hydrogel-chitosan", "hydrogel-peg",
          "measured-curve")
SKETCHED = ("hydrogel-gelma", "microneedle-swelling", "scaffold-pcl-print", "ecm-adipose")


def main() -> None:
    """Render every kind of figure."""
    sheets = [rk.load(f"examples/{name}.toml") for name in SHEETS]
    gelma, peg = sheets[0], sheets[3]
    draw(rk.simulate(sheets), "compare")
    bands = rk.simulate([gelma, peg], draws=200, seed=1)
    draw(bands, "bands")
    draw(bands[0], "ledger", "ledger")
    assay = gelma.but(boundary="sink", carrier_at_change="keep", name="GelMA sheet, in buffer")
    points = rk.load("examples/datasets/bench-gel.csv")
    points = replace(points, curves=tuple(
        replace(curve, name="example, invented numbers") for curve in points.curves))
    draw(rk.simulate(assay), "bench", data=points)
    draw(rk.simulate(assay), "residuals", "residuals", data=points)
    layers = rk.simulate(rk.load("examples/hydrogel-bilayer.toml"))
    draw(rk.simulate(gelma), "profiles", "profiles")
    draw(layers, "profiles-layers", "profiles")
    draw(rk.simulate(gelma), "mesh", "mesh")
    for family in SKETCHED:
        draw(rk.simulate(rk.load(f"examples/{family}.toml")), f"sketch-{family}", "sketch")
    study = rk.load("examples/diabetic-foot-ulcer.toml")
    found = rk.optimise(study, budget=200)
    draw(found, "front", "front")
    draw(found, "parallel", "parallel")


def draw(what: Any, name: str, kind: str = "curves", **options: Any) -> None:
    """Save one figure and its numbers."""
    save_figure(rk.plot(what, kind, **options), f"{FOLDER}/{name}.png")


if __name__ == "__main__":
    main()

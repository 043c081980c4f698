"""Render docs/figures from the examples: python docs/make_figures.py (from the project folder)."""

from __future__ import annotations

from dataclasses import replace

import releasekit as rk
from releasekit.figures import plot, plot_ledger, plot_pareto, save_figure

FOLDER = "docs/figures"
SHEETS = ("hydrogel-gelma", "hydrogel-alginate", "hydrogel-chitosan", "hydrogel-peg",
          "measured-curve")


def main() -> None:
    """Render every kind of figure."""
    sheets = [rk.load(f"examples/{name}.toml") for name in SHEETS]
    gelma, peg = sheets[0], sheets[3]
    save_figure(plot(rk.simulate(sheets)), f"{FOLDER}/compare.png")
    bands = rk.simulate([gelma, peg], draws=200, seed=1)
    save_figure(plot(bands), f"{FOLDER}/bands.png")
    save_figure(plot_ledger(bands[0]), f"{FOLDER}/ledger.png")
    assay = gelma.but(boundary="sink", carrier_at_change="keep", name="GelMA sheet, in buffer")
    points = rk.load("examples/datasets/bench-gel.csv")
    points = replace(points, curves=tuple(
        replace(curve, name="example, invented numbers") for curve in points.curves))
    save_figure(plot(rk.simulate(assay), data=points), f"{FOLDER}/bench.png")
    study = rk.load("examples/diabetic-foot-ulcer.toml")
    save_figure(plot_pareto(rk.optimise(study, budget=500)), f"{FOLDER}/front.png")


if __name__ == "__main__":
    main()

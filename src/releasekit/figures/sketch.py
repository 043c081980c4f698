"""A carrier on the wound, drawn to scale: as a whole, and so near that exosomes are seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from releasekit.carriers.inputs import Inputs
from releasekit.figures.looks import FAMILY_COLOURS, add_legend, canvas, shade, with_numbers
from releasekit.formulation import Designs
from releasekit.release import Release

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FloatArray = NDArray[np.float64]

FLUID, TISSUE, VESICLE, BACKING = "#BFE3F5", "#F3D7CF", "#F0E442", "#D9D9D9"
WIDEST = 10e-3
"""At most so much of the wound is drawn [m]."""
NEEDLES = 7
VESICLES = 9


class Part(NamedTuple):
    """A layer of the cross-section: what it is, its thickness [m], its colour."""

    label: str
    thickness: float
    colour: str


def plot_sketch(release: Release) -> Figure:
    """Draw the carrier on the wound to scale, and beside it its inside with exosomes to scale.

    Networks and fibres are drawn at random, with the sizes that the model uses.

    Parameters
    ----------
    release
        One design; facts are at their nominal values.
    """
    import pandas as pd

    inputs = Inputs(Designs(release.formulation, {
        name: column[:1] for name, column in release.designs.columns.items()}))
    figure, (whole, near) = canvas(3.3, 1, 2, share=False)
    sizes: dict[str, float] = {}
    handles = _whole(whole, release, inputs, sizes)
    handles += _near(near, release, inputs, sizes)
    for axis in (whole, near):
        axis.set_aspect("equal", adjustable="box")
        axis.set_xticks([])
        axis.set_yticks([])
        axis.spines[["left", "bottom"]].set_visible(False)
    figure.suptitle(release.name, fontsize=9)
    add_legend(figure, handles)
    return with_numbers(figure, pd.DataFrame({
        "quantity": list(sizes), "size_m": list(sizes.values())}))


def _length(metres: float) -> str:
    """Return a length for reading.

    >>> _length(0.00213), _length(1.3e-7)
    ('2.13 mm', '130 nm')
    """
    for scale, unit in ((1e-3, "mm"), (1e-6, "µm")):
        if metres >= 0.999 * scale:
            return f"{metres / scale:.3g} {unit}"
    return f"{metres * 1e9:.3g} nm"


def _bar(axis: Axes, width: float) -> None:
    """Draw a scale bar of a round length below a drawing, about a quarter of its width."""
    power = 10.0 ** np.floor(np.log10(width / 4.0))
    length = power * max(n for n in (1, 2, 5) if n * power <= width / 4.0)
    low, high = axis.get_ylim()
    y = low - 0.06 * (high - low)
    axis.plot([0.0, length], [y, y], color="black", linewidth=2.5, solid_capstyle="butt",
              clip_on=False)
    axis.text(length / 2, y - 0.02 * (high - low), _length(length), ha="center", va="top",
              fontsize=8)
    axis.set_ylim(y - 0.12 * (high - low), high)


# the whole ----------------------------------------------------------------------------------------

def _whole(axis: Axes, release: Release, inputs: Inputs, sizes: dict[str, float]) -> list[Artist]:
    family = release.formulation.carrier
    colour = FAMILY_COLOURS.get(family, "#000000")
    if family == "microneedle":
        return _needles(axis, release, inputs, sizes, colour)
    carrier = _layers(release, inputs, colour)
    thickness = sum(part.thickness for part in carrier)
    width = min(WIDEST, max(float(np.sqrt(inputs.get_or("area", 1e-4)[0])), 2.0 * thickness))
    return _stack(axis, [*_beyond(release, inputs), *carrier], width, sizes)


def _layers(release: Release, inputs: Inputs, colour: str) -> list[Part]:
    """Return the layers of the carrier, that on the wound first; none of free exosomes."""
    formulation = release.formulation
    if formulation.layers:
        parts = [Part(f"{formulation.carrier}, {layer.name}", float(each["thickness"][0]),
                      shade(colour, rank))
                 for rank, (layer, each) in enumerate(
                     zip(formulation.layers, inputs.layers(), strict=True))]
        return parts[::-1]
    thickness = float(release.properties.get("thickness", inputs.get_or("thickness", 0.0))[0])
    return [Part(formulation.carrier, thickness, colour)] if thickness > 0.0 else []


def _beyond(release: Release, inputs: Inputs) -> list[Part]:
    """Return what lies behind the open face, the deepest first."""
    if not release.at_wound:
        return [Part("release medium (not to scale)", 1e-3, FLUID)]
    return [Part("tissue", float(inputs["tissue_depth"][0]), TISSUE),
            Part("wound fluid", float(inputs["fluid_film_thickness"][0]), FLUID)]


def _stack(axis: Axes, stack: list[Part], width: float, sizes: dict[str, float]) -> list[Artist]:
    from matplotlib.patches import Patch, Rectangle

    handles: list[Artist] = []
    floor = 0.0
    for part in stack:
        axis.add_patch(Rectangle((0.0, floor), width, part.thickness, facecolor=part.colour,
                                 edgecolor="0.3", linewidth=0.6))
        handles.append(Patch(facecolor=part.colour, edgecolor="0.3", linewidth=0.6,
                             label=f"{part.label}, {_length(part.thickness)}"))
        sizes[part.label.replace(",", "").replace(" ", "_")] = part.thickness
        floor += part.thickness
    axis.set_xlim(-0.02 * width, 1.02 * width)
    axis.set_ylim(0.0, floor)
    _bar(axis, width)
    return handles


def _needles(axis: Axes, release: Release, inputs: Inputs, sizes: dict[str, float],
             colour: str) -> list[Artist]:
    from matplotlib.patches import Patch, Polygon, Rectangle

    height, base, tip = (float(inputs[name][0]) for name in (
        "needle_height", "needle_base_radius", "needle_tip_radius"))
    pitch = float(release.properties["needle_pitch"][0])
    width, inside = NEEDLES * pitch, 0.0
    handles: list[Artist] = []
    if release.at_wound:
        inside = height * float(inputs["insertion_depth_fraction"][0])
        depth = max(float(inputs["tissue_depth"][0]), 1.2 * inside)
        for label, low, high, look in (("tissue", -depth, 0.0, TISSUE),
                                       ("wound fluid", 0.0, height - inside, FLUID)):
            axis.add_patch(Rectangle((0.0, low), width, high - low, facecolor=look,
                                     edgecolor="0.3", linewidth=0.6))
            handles.append(Patch(facecolor=look, edgecolor="0.3", linewidth=0.6, label=label))
    else:
        depth = 1.2 * height
    top = height - inside
    for i in range(NEEDLES):
        x = (i + 0.5) * pitch
        axis.add_patch(Polygon([(x - base, top), (x + base, top), (x + tip, top - height),
                                (x - tip, top - height)], facecolor=colour, edgecolor="0.2",
                               linewidth=0.6))
    axis.add_patch(Rectangle((0.0, top), width, 0.25 * height, facecolor=BACKING,
                             edgecolor="0.3", linewidth=0.6))
    handles += [Patch(facecolor=colour, edgecolor="0.2", linewidth=0.6, label=(
        f"needle, {_length(height)} high, {_length(2 * base)} wide, every {_length(pitch)}")),
        Patch(facecolor=BACKING, edgecolor="0.3", linewidth=0.6,
              label="backing (thickness not to scale)")]
    sizes |= {"needle_height": height, "needle_base_radius": base, "needle_tip_radius": tip,
              "needle_pitch": pitch, "inserted_depth": inside}
    axis.set_xlim(-0.02 * width, 1.02 * width)
    axis.set_ylim(-depth, top + 0.25 * height)
    _bar(axis, width)
    return handles


# from near ----------------------------------------------------------------------------------------

def _near(axis: Axes, release: Release, inputs: Inputs, sizes: dict[str, float]) -> list[Artist]:
    """Draw the inside: pores of a scaffold, else a mesh or fibres, with exosomes."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Rectangle

    rng = np.random.default_rng(1)
    diameter = float(inputs["vesicle_diameter_median"][0])
    family = release.formulation.carrier
    colour = FAMILY_COLOURS.get(family, "#000000")
    mesh = release.properties.get("mesh_size_median")
    handles: list[Artist] = []
    width = 8.0 * diameter
    thick = 0.0
    if family == "scaffold":
        pore = float(inputs.get_or("pore_diameter", np.nan)[0])
        strut = float(inputs.get_or("strut_radius", np.nan)[0])
        cell, said, key = (pore, "pores", "pore_diameter") if np.isfinite(pore) else (
            4.0 * strut, "struts", "strut_radius")
        width, thick = 5.0 * cell, 2.0 * strut if np.isfinite(strut) else 0.15 * cell
        sizes[key] = pore if np.isfinite(pore) else strut
        label = f"{said}, {_length(sizes[key])}"
    elif mesh is not None and np.isfinite(mesh).any():
        cell = float(np.nanmedian(mesh))
        width = max(width, 6.0 * cell)
        layers = release.formulation.layers  # the mesh is that of the layer on the wound
        where = f" of {layers[-1].name}" if layers else ""
        label = f"{'fibres' if family == 'ecm' else 'network'}{where}, mesh {_length(cell)}"
        sizes["mesh_size_median"] = cell
        if family == "ecm":
            thick = 2.0 * float(inputs.get_or("fibre_radius", 0.0)[0])
    else:
        cell, label = np.inf, ""
    if np.isfinite(cell):
        _network(axis, rng, cell, width, thick, colour)
        handles.append(Line2D([], [], color=colour, label=label))
    axis.set_xlim(0.0, width)
    axis.set_ylim(0.0, width)
    handles.append(_exosomes(axis, inputs, width, sizes))
    axis.add_patch(Rectangle((0.0, 0.0), width, width, facecolor="none", edgecolor="0.3",
                             linewidth=0.8))
    _bar(axis, width)
    return handles


def _network(axis: Axes, rng: np.random.Generator, cell: float, width: float, thick: float,
             colour: str) -> None:
    """Draw cells of a mean size: the edges of a Voronoi diagram of points on a shaken grid."""
    from matplotlib.collections import LineCollection
    from matplotlib.patches import Rectangle
    from scipy.spatial import Voronoi

    count = int(np.ceil(width / cell)) + 2
    x, y = np.meshgrid(np.arange(-1, count), np.arange(-1, count))
    points = np.stack([x.ravel(), y.ravel()], axis=1) + rng.uniform(-0.4, 0.4, (x.size, 2))
    diagram = Voronoi(points * cell)
    edges = [diagram.vertices[pair] for pair in diagram.ridge_vertices if min(pair) >= 0]
    points_wide = 200.0 * thick / width  # the panel is about 200 points wide
    lines = LineCollection(edges, colors=colour, linewidths=max(points_wide, 0.5))
    axis.add_collection(lines)
    lines.set_clip_path(Rectangle((0.0, 0.0), width, width, transform=axis.transData))


def _exosomes(axis: Axes, inputs: Inputs, width: float, sizes: dict[str, float]) -> Artist:
    """Draw exosomes of the sizes there are, evenly over their probability."""
    from matplotlib.collections import EllipseCollection
    from matplotlib.lines import Line2D
    from scipy.special import ndtri

    median, gsd = (float(inputs[f"vesicle_diameter_{end}"][0]) for end in ("median", "gsd"))
    drawn = median * gsd ** ndtri((np.arange(VESICLES) + 0.5) / VESICLES)
    side = int(np.sqrt(VESICLES))
    order = np.argsort(np.sin(7.0 * np.arange(VESICLES)))
    spots = np.stack(np.meshgrid(np.arange(side), np.arange(side)), axis=-1).reshape(-1, 2)
    places = (spots + 0.5) * width / side
    axis.add_collection(EllipseCollection(
        drawn[order], drawn[order], np.zeros(VESICLES), units="xy", offsets=places,
        offset_transform=axis.transData, facecolor=VESICLE, edgecolor="black", linewidth=0.5,
        zorder=3))
    sizes["vesicle_diameter_median"] = median
    small = " (smaller than a dot here)" if median < 0.005 * width else ""
    return Line2D([], [], linestyle="", marker="o", color=VESICLE, markeredgecolor="black",
                  label=f"exosomes, median {_length(median)}{small}")

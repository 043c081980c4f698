"""Figures: what is drawn is what the table says, and can be read, also in grey."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import PolyCollection
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from releasekit.agreement import goodness
from releasekit.dataset import Curve, Dataset
from releasekit.errors import InputError
from releasekit.figures import plot, plot_ledger, plot_pareto, save_figure
from releasekit.figures.curves import series_of
from releasekit.figures.looks import FAMILY_COLOURS, MOST_SERIES
from releasekit.formulation import Designs, Formulation
from releasekit.release import DAY, LEDGER, Release
from releasekit.studies.study import Objective, Study
from releasekit.wording import label_of

TIMES = 13.7 * DAY * np.linspace(0.0, 1.0, 23) ** 2
TWO = {"thickness": np.array([0.0021, 0.0013])}
LONG = "a gel of two polymers, printed, crosslinked twice and dried, on a foot ulcer"


def made(name: str = "GelMA sheet", carrier: str = "hydrogel", rate: float = 0.17, draws: int = 0,
         at_wound: bool = True, columns: dict[str, Any] | None = None, **use: float) -> Release:
    """Make a release by hand: first-order loss from a carrier to a short-lived fluid."""
    base = Formulation(name, carrier, use={"duration": float(TIMES[-1]),
                                           "boundary": "wound" if at_wound else "sink", **use})
    rows = max(draws, 1) * (len(next(iter(columns.values()))) if columns else 1)
    given = {key: np.repeat(value, max(draws, 1)) for key, value in (columns or {}).items()}
    designs = Designs(base, given or {"duration": np.full(rows, float(TIMES[-1]))})
    k = rate * np.exp(0.4 * np.linspace(-1.3, 1.1, rows))[:, None] / DAY
    inside = np.exp(-k * TIMES)
    fluid = 0.13 * (inside - np.exp(-7.3 * k * TIMES))
    gone = 1.0 - inside - fluid
    shares = dict(zip(LEDGER[3:], (0.32, 0.11, 0.23, 0.02, 0.0, 0.32), strict=True))
    found = {name: share * gone for name, share in shares.items()}
    found["in_carrier_fraction"], found["in_tissue_fraction"] = inside, np.zeros_like(inside)
    found["in_wound_fluid_fraction" if at_wound else "in_medium_fraction"] = fluid
    found["released_fraction"] = 1.0 - 0.8 * inside
    found["released_active_fraction"] = 0.9 - 0.8 * inside
    if at_wound:
        found["retained_fraction"] = inside + fluid
        found["available_particles_per_cm2"] = 3.7e9 * fluid
    one = np.ones(rows)
    return Release(designs, np.tile(TIMES, (rows, 1)), found, 3.7e13 * one, 0.9 * one, 1e-4 * one,
                   4e4 * one, draws=draws)


def curves(figure: Figure, panel: int = 0) -> list[Any]:
    return [line for line in figure.axes[panel].lines if line.get_linewidth() == 1.7]


def xy(line: Any) -> list[list[float]]:
    return [[float(x), float(y)] for x, y in line.get_xydata()]


def legend_texts(figure: Figure) -> list[str]:
    return [text.get_text() for legend in figure.legends for text in legend.get_texts()]


def bench(**measured: list[float]) -> Dataset:
    times = np.array([0.0, 0.4, 1.7, 3.9]) * DAY
    return Dataset("Bench", tuple(Curve(name, times[:len(values)], np.array(values))
                                  for name, values in measured.items()), "particles")


def test_matplotlib_is_loaded_by_the_first_figure_only() -> None:
    """Mistake: an import at the top makes every command line slow."""
    code = "import sys, releasekit.figures; print('matplotlib' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_pyplot_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Mistake: pyplot keeps every figure alive and opens windows in a notebook."""
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    plot(made())
    plot_ledger(made())


def test_axes_say_quantity_and_unit() -> None:
    """Mistake: an axis without unit, or days labelled as hours."""
    upper, lower = plot(made()).axes
    assert upper.get_ylabel() == "retained, active\n[fraction of dose]"
    assert lower.get_ylabel() == "available particles\n[1/cm²]"
    assert lower.get_xlabel() == "time since application [d]"
    assert lower.get_xlim() == pytest.approx((0.0, 13.7))
    assert lower.get_yscale() == "log"
    assert plot(made(), log=False).axes[1].get_yscale() == "linear"


def test_one_line_per_design_with_its_numbers() -> None:
    """Mistake: the first row is drawn for all, or time stays in seconds."""
    sheet, table = made(), made("PEG", columns=TWO)
    figure = plot([sheet, table])
    assert legend_texts(figure) == ["GelMA sheet", "PEG, thickness 2.1 mm", "PEG, thickness 1.3 mm"]
    np.testing.assert_array_equal([line.get_ydata() for line in curves(figure)], [
        sheet["retained_fraction"][0], *table["retained_fraction"]])
    np.testing.assert_allclose(curves(figure)[2].get_xdata(), TIMES / DAY)
    np.testing.assert_array_equal(curves(figure, 1)[2].get_ydata(),
                                  table["available_particles_per_cm2"][1])


def test_draws_give_a_band_from_5_to_95_percent() -> None:
    """Mistake: a band of the wrong quantiles, of one draw, or where there are no draws."""
    release = made(draws=41)
    figure = plot(release)
    bands = [c for c in figure.axes[0].collections if isinstance(c, PolyCollection)]
    corners = np.asarray(bands[0].get_paths()[0].vertices)
    low, high = np.quantile(release["retained_fraction"], [0.05, 0.95], axis=0)
    at_end = corners[np.isclose(corners[:, 0], 13.7)][:, 1]
    assert (at_end.min(), at_end.max()) == pytest.approx((low[-1], high[-1]))
    np.testing.assert_allclose(curves(figure)[0].get_ydata(),
                               np.median(release["retained_fraction"], axis=0))
    assert legend_texts(figure) == ["GelMA sheet, median of 41 draws", "5 to 95 % of the draws"]
    assert not plot(made()).axes[0].collections


def test_a_release_assay_shows_what_is_released() -> None:
    """Mistake: retention at a wound that is not there."""
    figure = plot([made(), made("in buffer", at_wound=False)])
    assert figure.axes[0].get_ylabel() == "released, active or not\n[fraction of dose]"
    assert (len(curves(figure)), len(curves(figure, 1))) == (2, 1)
    assert len(plot(made(at_wound=False)).axes) == 1


def test_any_column_can_be_shown() -> None:
    """Mistake: the choice of a column is ignored, or a small fraction lies on the axis."""
    figure = plot(made(), column="in_wound_fluid_fraction")
    top = float(made()["in_wound_fluid_fraction"].max())
    assert figure.axes[0].get_ylabel() == "in the wound fluid\n[fraction of dose]"
    assert top < figure.axes[0].get_ylim()[1] < 1.2 * top
    assert len(plot(made(), column="available_particles_per_cm2").axes) == 1
    with pytest.raises(InputError, match="did you mean retained_fraction"):
        plot(made(), column="retaind_fraction")
    with pytest.raises(InputError, match="no wound behind this carrier"):
        plot(made(at_wound=False), column="scavenged_by_particles_per_cm2")


def test_measured_points() -> None:
    """Mistake: percent or seconds on the axes, forecast rows drawn, points above 1 cut off."""
    data = bench(lot_7=[0.02, 0.31, 1.09], other=[0.01, 0.12, 0.23, np.nan])
    figure = plot(made("lot_7", at_wound=False), data=data)
    lot, other = [line for line in figure.axes[0].lines if line.get_linestyle() == "None"]
    assert xy(lot) == [[0.0, 0.02], [0.4, 0.31], [1.7, 1.09]]
    assert len(xy(other)) == 3
    assert figure.axes[0].get_ylim()[1] > 1.09
    assert lot.get_markeredgecolor() == curves(figure)[0].get_color()
    assert lot.get_marker() != other.get_marker()
    assert legend_texts(figure) == ["lot_7", "measured: lot_7 (particles)",
                                    "measured: other (particles)"]
    late = Dataset("late", (Curve("late", np.array([20.3 * DAY]), np.array([0.4])),))
    assert plot(made(), data=late).axes[-1].get_xlim()[1] == pytest.approx(20.3)


def test_points_go_with_the_column_that_was_observed() -> None:
    """Mistake: released particles beside a curve of what is retained, or activity beside all."""
    assay = Dataset("Bench", bench(a=[0.1]).curves, "activity")
    assert plot(made(), data=assay).axes[0].get_ylabel() == "released, active\n[fraction of dose]"
    with pytest.raises(InputError, match="released_fraction"):
        plot(made(), data=bench(a=[0.1]), column="retained_fraction")
    with pytest.raises(InputError, match="13 measured curves"):
        plot(made(), data=bench(**{f"lot{i}": [0.1] for i in range(13)}))


def test_dressing_changes() -> None:
    """Mistake: no line at a change, one at the very end, or one schedule shown for another."""
    every, twice = made(dressing_change_time=4.1 * DAY), made("b", dressing_change_time=6.85 * DAY)
    figure = plot(every)
    dotted = [line for line in figure.axes[1].lines if line.get_linestyle() == ":"]
    assert [xy(line)[0][0] for line in dotted] == pytest.approx([4.1, 8.2, 12.3])
    assert legend_texts(figure) == ["GelMA sheet", "dressing change"]
    figure = plot([every, twice])
    dotted = [line for line in figure.axes[0].lines if line.get_linestyle() == ":"]
    assert [line.get_color() for line in dotted] == (
        [curves(figure)[0].get_color()] * 3 + [curves(figure)[1].get_color()])
    beaker = made(at_wound=False, dressing_change_time=4.1 * DAY)
    assert legend_texts(plot(beaker)) == ["GelMA sheet"]


def test_the_target_is_marked() -> None:
    """Mistake: a target per m² on an axis per cm²."""
    figure = plot(made(target_available_particles_per_cm2=2.3e11))
    line = next(line for line in figure.axes[1].lines if line.get_linewidth() == 0.8)
    assert [y for _, y in xy(line)] == pytest.approx([2.3e7] * 2)
    assert "target, 2.3e7 per cm²" in legend_texts(figure)


def luminance(colour: Any) -> float:
    return round(float(np.dot([0.299, 0.587, 0.114], to_rgb(colour))), 2)


@pytest.mark.parametrize("families", [["hydrogel"] * MOST_SERIES, [*FAMILY_COLOURS] * 2])
def test_series_differ_in_grey(families: list[str]) -> None:
    """Mistake: curves that only colour tells apart."""
    found = series_of([made(f"{i}", family) for i, family in enumerate(families)])
    assert len({(str(s.line_style), s.marker) for s in found}) == len(families) == MOST_SERIES
    assert len({(str(s.line_style), luminance(s.colour)) for s in found}) == MOST_SERIES
    assert max(luminance(s.colour) for s in found) < 0.75  # else it fades on paper


def test_families_keep_their_colour() -> None:
    """Mistake: a family changes its colour with the order of the releases."""
    found = series_of([made("a", "scaffold"), made("b", "free"), made("c", "scaffold")])
    assert found[0].colour.upper() == FAMILY_COLOURS["scaffold"]
    assert found[2].colour != found[0].colour
    assert series_of([made("b", "free"), made("a", "scaffold")])[1].colour == found[0].colour


def test_names_and_numbers_of_curves() -> None:
    """Mistake: two curves of one label, a crowd nobody can read, an empty picture."""
    assert [s.label for s in series_of([made(), made(), made(draws=3)])] == [
        "GelMA sheet", "GelMA sheet (2)", "GelMA sheet, median of 3 draws"]
    with pytest.raises(InputError, match="13 curves"):
        plot([made(str(i)) for i in range(MOST_SERIES + 1)])
    with pytest.raises(InputError, match="no release"):
        plot([])


def test_a_failed_design_is_named() -> None:
    """Mistake: an empty line, or a warning from an all-nan quantile."""
    good = made(columns=TWO)
    columns = {name: column.copy() for name, column in good.columns.items()}
    for column in columns.values():
        column[1] = np.nan
    sick = Release(**{**good.__dict__, "columns": columns, "failed": {1: "the gel never sets"}})
    with pytest.raises(InputError, match=r"thickness 1.3 mm: .*the gel never sets"):
        plot(sick)


@pytest.mark.parametrize("name", ["a", LONG])
def test_legend_covers_nothing(name: str) -> None:
    """Mistake: a long legend over the curves, or beyond the edge of the page."""
    many = [made(f"{name} {i}", family, dressing_change_time=3.3 * DAY)
            for i, family in enumerate(FAMILY_COLOURS)]
    for figure in (plot(many), plot(many[:1]), plot_ledger(many[0]), plot_pareto(search(name))):
        figure.draw_without_rendering()
        page = figure.bbox
        legend = figure.legends[0].get_window_extent()
        assert page.x0 <= legend.x0 < legend.x1 <= page.x1
        assert page.y0 <= legend.y0 < legend.y1 <= page.y1
        for axis in figure.axes:
            box = axis.get_tightbbox()
            assert box is not None
            assert not box.overlaps(legend)
            assert box.x0 >= page.x0
            assert page.y0 <= box.y0 < box.y1 <= page.y1
        assert figure.get_figwidth() == 6.5


def test_ledger_adds_up_and_names_every_part() -> None:
    """Mistake: a part is left out, or stacked from the wrong floor."""
    figure = plot_ledger(made())
    areas = figure.axes[0].collections
    corners = np.asarray(areas[-1].get_paths()[0].vertices)
    assert corners[:, 1].max() == pytest.approx(1.0, abs=1e-12)
    texts = legend_texts(figure)
    assert len(areas) == len(LEDGER) == len(texts) - 1
    inside = float(made()["in_carrier_fraction"][0, -1])
    assert texts[-1] == f"in the carrier, {100 * inside:.1f} %"
    assert "discarded with a dressing, 0 %" in texts
    retained = [y for _, y in xy(figure.axes[0].lines[0])]
    np.testing.assert_allclose(retained, made()["retained_fraction"][0])
    looks = {(luminance(tuple(np.asarray(area.get_facecolor())[0])), area.get_hatch())
             for area in areas}
    assert len(looks) == len(LEDGER)


def test_ledger_of_draws_is_their_mean() -> None:
    """Mistake: medians, which do not add up to 1."""
    numbers = plot_ledger(made(draws=17)).numbers  # type: ignore[attr-defined]
    np.testing.assert_allclose(numbers[list(LEDGER)].sum(axis=1), 1.0, atol=1e-12)
    assert "mean of 17 draws" in plot_ledger(made(draws=17)).axes[0].get_title()


def test_ledger_of_an_assay_has_a_medium() -> None:
    """Mistake: a wound fluid where there is a beaker."""
    figure = plot_ledger(made(at_wound=False))
    assert any(text.startswith("in the medium") for text in legend_texts(figure))
    assert not any("wound" in text or "tissue" in text for text in legend_texts(figure))


def test_ledger_of_one_design_of_many() -> None:
    """Mistake: the first row whatever row is asked for."""
    table = made(columns=TWO)
    figure = plot_ledger(table, 1)
    assert figure.axes[0].get_title() == "GelMA sheet, thickness 1.3 mm"
    np.testing.assert_array_equal(figure.numbers["in_carrier_fraction"],  # type: ignore[attr-defined]
                                  table["in_carrier_fraction"][1])


GOALS = (Objective("retained_auc_d", "maximise"), Objective("released_24h_fraction", "minimise"),
         Objective("cost_per_dose", "minimise", scale="log"))


def search(name: str = "GelMA sheet", count: int = 2, draws: int = 0) -> Any:
    """Make the result of a search by hand: a front of seven trials, all with their reasons."""
    study = Study("demo", "", (), (), GOALS[:count], draws=draws)
    x = np.linspace(0.07, 0.93, 7)
    up, down, price = (f"{goal.metric}{end if draws else ''}" for goal, end in
                       zip(GOALS, ("_p10", "_p90", "_p90"), strict=True))
    front = pd.DataFrame({"trial": np.arange(7), "status": "feasible", "formulation": name,
                          "carrier": ["hydrogel"] * 4 + ["microneedle"] * 3,
                          up: 9.3 * np.sqrt(x), down: x, price: 37.0 * np.exp(5.1 * (1 - x))})
    worse = front.assign(trial=np.arange(7, 14), **{up: 0.7 * front[up]})
    broken = front.assign(trial=np.arange(14, 21), status="infeasible")
    picks = tuple(SimpleNamespace(name=f"{name}: {word}", trial=i,
                                  objectives=front.loc[i].to_dict()) for word, i in (
                      ("balanced", 3), ("highest retained_auc_d", 6)))
    return SimpleNamespace(study=study, pareto=front, best=picks, unsatisfied="",
                           trials=pd.concat([front, worse, broken], ignore_index=True))


def test_front_picks_and_feasible_trials() -> None:
    """Mistake: infeasible trials shown, axes swapped, a pick's letter at another point."""
    figure = plot_pareto(search())
    (axis,) = figure.axes
    assert " ".join(axis.get_ylabel().split()).endswith("[d], more is better")
    assert " ".join(axis.get_xlabel().split()).endswith("[fraction of dose], less is better")
    assert len(xy(axis.lines[0])) == 14
    letters = {text.get_text(): text.xy for text in axis.texts}  # type: ignore[attr-defined]
    assert letters["A"] == pytest.approx((0.5, 9.3 * np.sqrt(0.5)))
    assert letters["B"] == pytest.approx((0.93, 9.3 * np.sqrt(0.93)))
    assert legend_texts(figure) == [
        "feasible trial (14 of 21)", "front: hydrogel", "front: microneedle",
        "GelMA sheet: balanced", "GelMA sheet: highest retained_auc_d"]
    numbers = figure.numbers  # type: ignore[attr-defined]
    assert numbers["shown"].tolist() == ["trial"] * 14 + ["front"] * 7
    assert numbers.loc[numbers["pick"].notna(), "trial"].tolist() == [3, 6]


def test_more_objectives_and_draws() -> None:
    """Mistake: the third objective is lost, the percentile is not said, a log axis is linear."""
    figure = plot_pareto(search(count=3, draws=40))
    assert [axis.get_xscale() for axis in figure.axes] == ["linear", "log"]
    assert "p90 of" in figure.axes[0].get_xlabel().replace("\n", " ")
    assert len(plot_pareto(search(count=3), ["cost_per_dose", "retained_auc_d"]).axes) == 1


def test_what_has_no_front() -> None:
    """Mistake: an empty picture where a reason is wanted."""
    nothing = search()
    nothing.pareto, nothing.unsatisfied = nothing.pareto.iloc[:0], "thickness at most 3 mm"
    with pytest.raises(InputError, match="at most 3 mm"):
        plot_pareto(nothing)
    with pytest.raises(InputError, match="did you mean retained_auc_d"):
        plot_pareto(search(), ["retained_auc", "released_24h_fraction"])
    with pytest.raises(InputError, match="2 to 4"):
        plot_pareto(search(), ["retained_auc_d"])


def test_numbers_beside_the_figure_are_those_of_the_release(tmp_path: Path) -> None:
    """Mistake: rounded numbers, another column, or bands that are not in the table."""
    plain, band = made(), made("band", draws=13)
    written = save_figure(plot([plain, band]), tmp_path / "sheet.png")
    assert [Path(name).name for name in written] == ["sheet.png", "sheet-numbers.csv"]
    numbers = pd.read_csv(written[1])
    assert list(numbers.columns[:3]) == ["series", "time_d", "retained_fraction"]
    first = numbers[numbers["series"] == "GelMA sheet"]
    np.testing.assert_allclose(first["retained_fraction"], plain.table()["retained_fraction"],
                               rtol=1e-14)
    second = numbers[numbers["series"] != "GelMA sheet"].reset_index(drop=True)
    for column in ("retained_fraction_p05", "available_particles_per_cm2_p95"):
        np.testing.assert_allclose(second[column], band.table()[column], rtol=1e-14)
    assay = plot(made(at_wound=False), data=bench(a=[0.1, 0.2]))
    points = assay.numbers  # type: ignore[attr-defined]
    assert points["measured_released_fraction"].dropna().tolist() == [0.1, 0.2]


def test_the_bench_file_of_that_name_survives(tmp_path: Path) -> None:
    """Mistake: saving bench.png overwrites bench.csv."""
    (tmp_path / "bench.csv").write_text("mine")
    save_figure(plot(made()), tmp_path / "bench.png")
    assert (tmp_path / "bench.csv").read_text() == "mine"


@pytest.mark.parametrize("name", ["sheet.bmp", "sheet", "sheet.png.txt"])
def test_unknown_kinds_of_figure(tmp_path: Path, name: str) -> None:
    """Mistake: matplotlib's own traceback, or a table left behind."""
    with pytest.raises(InputError, match=r"one of \.png, \.svg, \.pdf"):
        save_figure(plot(made()), tmp_path / name)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("suffix", [".png", ".SVG", ".pdf"])
def test_the_same_figure_is_the_same_file(tmp_path: Path, suffix: str) -> None:
    """Mistake: dates or random names make every run differ."""
    first, second = (Path(save_figure(plot([made(), made("b", draws=5)]), tmp_path / name)[0])
                     .read_bytes() for name in (f"1{suffix}", f"2{suffix}"))
    assert first == second
    assert b"<dc:date>" not in first
    assert first[:4] in (b"\x89PNG", b"<?xm", b"%PDF")


def test_errors_of_points_are_drawn() -> None:
    """Mistake: a column of errors is read and forgotten, or drawn in percent."""
    curve = Curve("gel", np.array([0.4, 1.7]) * DAY, np.array([0.21, 0.43]), np.array([0.03, 0.05]))
    axis = plot(made(at_wound=False), data=Dataset("Bench", (curve,))).axes[0]
    (bars,) = axis.containers[0].lines[2]
    assert [segment[:, 1].tolist() for segment in bars.get_segments()] == [
        pytest.approx([0.18, 0.24]), pytest.approx([0.38, 0.48])]


def test_residuals_are_measured_minus_modelled() -> None:
    """Mistake: the sign turned round, a point compared at another time, or beyond the run."""
    release = made(at_wound=False)
    days = np.array([0.37, 2.9, 31.0])
    model = np.interp(np.sqrt(days[:2] * DAY), np.sqrt(TIMES), release["released_fraction"][0])
    points = np.append(model + np.array([0.04, -0.01]), 0.9)
    data = Dataset("Bench", (Curve("lot", days * DAY, points),))
    figure = plot(release, "residuals", data=data)
    found = figure.numbers  # type: ignore[attr-defined]
    np.testing.assert_allclose(found["residual"], [0.04, -0.01, np.nan])
    (line,) = (line for line in figure.axes[1].lines if len(line.get_xdata()) == 3)
    np.testing.assert_allclose(line.get_ydata()[:2], [0.04, -0.01])
    assert [text.get_text() for text in figure.axes[1].texts] == ["0.029"]
    summed = goodness(found)
    assert summed["points"].tolist() == [2]
    assert summed["bias"][0] == pytest.approx(0.015)
    with pytest.raises(InputError, match="no measured point"):
        plot(release, "residuals", data=Dataset("late", (
            Curve("late", np.array([31.0 * DAY]), np.array([0.4])),)))


def test_kinds_of_figure() -> None:
    """Mistake: a mistyped kind draws something else, or one drawing of several carriers."""
    with pytest.raises(InputError, match="mean ledger"):
        plot(made(), "leger")
    with pytest.raises(InputError, match="one formulation, not 2"):
        plot([made(), made("b")], "ledger")
    assert plot([made()], "ledger").axes[0].get_title() == "GelMA sheet"


def test_parallel_coordinates_run_from_choices_to_objectives() -> None:
    """Mistake: an axis scaled by another column or by one family alone, another family's colour,
    or points without a line because an axis between them belongs to another family."""
    result = search()
    result.pareto["thickness_mm"] = [1.0, 2.0, 3.0, np.nan, 1.5, 2.5, 2.0]
    result.pareto["needle_height_um"] = [np.nan] * 4 + [510.0, 730.0, 910.0]
    for pick in result.best:
        pick.objectives = {goal.metric: 0.0 for goal in GOALS[:2]}
        pick.constraints = {GOALS[2].metric: 0.0}
    figure = plot(result, "parallel")
    wanted = [label_of(goal.metric) for goal in GOALS[:2]]
    assert [[" ".join(text.get_text().split()) for text in axis.get_xticklabels()]
            for axis in figure.axes] == [
        [" ".join(name.split()) for name in ("thickness [mm]", *wanted)],
        [" ".join(name.split()) for name in ("thickness [mm]", "needle height [µm]", *wanted)]]
    sheets, needles = ([line for line in axis.lines if line.get_marker() != "None"]
                       for axis in figure.axes)
    assert [line.get_ydata()[0] for line in sheets[:3]] == [0.0, 0.5, 1.0]
    assert [line.get_ydata()[0] for line in needles] == [0.25, 0.75, 0.5]  # of the whole front
    assert {line.get_color() for line in sheets[:3]} == {FAMILY_COLOURS["hydrogel"]}
    assert all(np.isfinite(line.get_ydata()).all() for line in needles)
    (bridge,) = (line for line in figure.axes[0].lines if line.get_linestyle() == ":")
    assert np.isfinite(bridge.get_ydata()).all()  # of the one without a thickness
    assert len(bridge.get_xdata()) == 2
    assert legend_texts(figure) == ["hydrogel (4)", "microneedle (3)", "picks"]
    with pytest.raises(InputError, match="what optimise finds"):
        plot(made(), "parallel")

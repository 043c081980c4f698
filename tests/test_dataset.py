"""Datasets: curves in seconds and fractions, from whatever headers a bench writes."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from releasekit.dataset import Dataset, dataset_from_csv
from releasekit.errors import InputError, RangeWarning
from releasekit.loading import load

VALID = Path(__file__).parent / "files" / "valid"


def read(folder: Path, text: str) -> Dataset:
    (folder / "own.csv").write_text(text, encoding="utf-8")
    return dataset_from_csv(folder / "own.csv")


@pytest.mark.parametrize(("header", "time", "fraction"), [
    ("time_d,released_pct", 1.5 * 86400, 0.217), ("t_h,fraction", 5400.0, 21.7),
    ("time_min,released_fraction", 90.0, 21.7), ("t_s,release", 1.5, 21.7),
    ("Time (h),Released (%)", 5400.0, 0.217), ("time_d,release_fraction", 129600.0, 21.7),
    ("time_h,cumulative_release_pct", 5400.0, 0.217), ("lot,time_days,released", 129600.0, 21.7),
    ("time_hours,cum_released_percent", 5400.0, 0.217),
])
def test_headers(tmp_path: Path, header: str, time: float, fraction: float) -> None:
    """Mistake: hours read as days, or percent as fractions."""
    row = f"{'x,' * header.count('lot,')}1.5,{21.7 if fraction < 1 else 0.217}"
    curve = read(tmp_path, f"{header}\n{row}\n").curves[0]
    assert curve.time.tolist() == [time]
    assert curve.released_fraction.tolist() == pytest.approx([0.217])
    assert curve.name == "own"


def test_curves_and_forecasts() -> None:
    """Mistake: rows of two curves are mixed, curves are re-ordered, empty values are dropped."""
    bench = load(VALID / "bench.toml")
    assert (bench.name, bench.observable, bench.source) == ("Bench", "particles", "own")
    soft, stiff = bench.curves
    assert (soft.name, stiff.name) == ("soft", "stiff")
    np.testing.assert_allclose(soft.time, np.array([0.0, 1.5, 3.0, 14.0]) * 86400)
    np.testing.assert_allclose(soft.released_fraction, [0.0, 0.217, 0.341, np.nan])
    assert soft.measured.tolist() == [True, True, True, False]
    np.testing.assert_allclose(stiff.released_fraction, [0.083, 0.159])


def test_rows_are_put_in_order_of_time(tmp_path: Path) -> None:
    """Mistake: values stay behind when times are sorted."""
    curve = read(tmp_path, "t_h,fraction\n3,0.31\n\n1,0.12\n2,0.2\n").curves[0]
    assert curve.time.tolist() == [3600.0, 7200.0, 10800.0]
    assert curve.released_fraction.tolist() == [0.12, 0.2, 0.31]


def test_excel(tmp_path: Path) -> None:
    """Mistake: only CSV is known."""
    frame = pd.DataFrame({"time_d": [1, 2], "released_pct": [10.5, None], "curve": ["a", "b"]})
    frame.to_excel(tmp_path / "own.xlsx", index=False)
    dataset = load(tmp_path / "own.xlsx")
    assert [curve.name for curve in dataset.curves] == ["a", "b"]
    assert dataset.curves[0].released_fraction.tolist() == pytest.approx([0.105])


@pytest.mark.parametrize(("text", "message"), [
    ("day,released_pct\n1,2\n", r"own\.csv:1: no column of times among day, released_pct"),
    ("time_d,mass\n1,2\n", r"own\.csv:1: no column of released fractions"),
    ("time_d,released_pct\n1,2\n2,n.d.\n", r"own\.csv:3: released_pct: 'n\.d\.' is not a number"),
    ("time_d,released_pct\n\n1,2\n2,?\n", r"own\.csv:4: released_pct: '\?' is not a number"),
    ("time_d,released_pct\n1,2\n,3\n", r"own\.csv:3: time_d: the time is missing"),
    ("time_d,released_pct\n1,2\n-2,3\n", r"own\.csv:3: time_d: the time is negative"),
    ("time_d,fraction\n0,0\n1,31\n2,45\n", "most values are above 1"),
    ("time_d,released_pct\n", "has no rows"),
])
def test_refused(tmp_path: Path, text: str, message: str) -> None:
    """Mistake: a bad sheet gives a wrong curve or an error of pandas."""
    with pytest.raises(InputError, match=message):
        read(tmp_path, text)


def test_odd_values_warn_but_stay(tmp_path: Path) -> None:
    """Mistake: one curve with a slip keeps all the others from being fitted."""
    with pytest.warns(RangeWarning, match="some released fractions lie outside"):
        dataset = read(tmp_path, "time_d,released_pct\n1,40\n2,131\n")
    assert dataset.curves[0].released_fraction.tolist() == pytest.approx([0.4, 1.31])


def test_errors_beside_values(tmp_path: Path) -> None:
    """For errors that stay percent, or a column sd taken for the values."""
    file = tmp_path / "bench.csv"
    file.write_text("time_d,released_pct,sd_pct\n0.3,12,1.5\n2.1,31,\n")
    (curve,) = dataset_from_csv(file).curves
    assert curve.released_fraction.tolist() == [0.12, 0.31]
    assert curve.released_error is not None
    np.testing.assert_array_equal(curve.released_error, [0.015, np.nan])
    file.write_text("time_d,released_pct\n0.3,12\n")
    assert dataset_from_csv(file).curves[0].released_error is None

"""The report in a real browser: it renders, asks no network, and answers to clicks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .conftest import NAME

POINTS = "#front .scatterlayer .trace:last-child path.point"


class Tab:
    """An open report, with everything that went wrong in it."""

    def __init__(self, browser: Any, report: Path, width: int) -> None:
        self.page = browser.new_page(viewport={"width": width, "height": 900},
                                     accept_downloads=True)
        self.wrong: list[str] = []
        self.asked: list[str] = []
        self.page.on("console", lambda message: self.wrong.append(message.text))
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("dialog", lambda dialog: (self.wrong.append(dialog.message),
                                               dialog.dismiss()))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.goto(report.as_uri())
        self.page.wait_for_selector(POINTS, state="attached")

    def all(self, selector: str) -> list[Any]:
        return list(self.page.query_selector_all(selector))


@pytest.fixture(scope="module", params=[1280, 800], ids=["1280px", "800px"])
def tab(request: pytest.FixtureRequest, browser: Any, report: Path) -> Iterator[Tab]:
    opened = Tab(browser, report, request.param)
    yield opened
    assert not opened.wrong
    assert [url for url in opened.asked if not url.startswith(("file:", "data:", "blob:"))] == []
    opened.page.close()


def test_it_renders_and_fits(tab: Tab) -> None:
    """For a page that stays empty, speaks to the network, or must be scrolled sideways."""
    for chart in ("#front", "#curves", "#ledger-chart"):
        assert tab.all(f"{chart} .scatterlayer .trace"), chart
        box = tab.page.query_selector(chart).bounding_box()
        assert box["x"] >= 0
        assert tab.page.evaluate("getComputedStyle(document.querySelector("
                                 f"'{chart}'), '::before').content") == "none"
        assert box["x"] + box["width"] <= tab.page.viewport_size["width"]
    assert tab.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_a_chart_that_is_not_there_yet_says_so(tab: Tab) -> None:
    """For a slow machine that shows an empty frame as if there were nothing to draw."""
    assert "drawing" in tab.page.evaluate("""() => {
        const chart = document.body.appendChild(document.createElement('div'));
        chart.className = 'chart';
        const said = getComputedStyle(chart, '::before').content;
        chart.remove();
        return said;
    }""")


def test_large_numbers_can_be_read(tab: Tab) -> None:
    """For doses whose zeros have to be counted."""
    assert tab.page.evaluate("[37930000000, 0.095804, 60, 1e10].map(shown)") == [
        "3.793e+10", "0.0958", "60", "1e+10"]


def test_objectives_stand_beside_the_name(tab: Tab) -> None:
    """For tables of trials that begin with a dozen empty choices and hide what was asked for."""
    for table in ("#front-table", "#trials-table"):
        heads = [head.inner_text() for head in tab.all(f"{table} th")]
        assert heads[:4] == ["trial", "status", "carrier", "formulation"]
        asked = tab.page.evaluate("data.search.objectives.map(one => label(one.column))")
        assert all(head.endswith("]") for head in asked)
        assert heads[4:4 + len(asked)] == asked
        assert len(set(heads)) == len(heads)


def test_names_are_text(tab: Tab) -> None:
    """For a name from a file that runs as a script or becomes bold."""
    assert NAME in tab.page.inner_text("#formulations")
    assert not tab.all("#formulations b, #opened b, .chart b")
    assert NAME in "".join(text.text_content() for text in tab.all("#curves .legendtext"))


def test_a_point_of_the_front_opens_its_formulation(tab: Tab) -> None:
    """For a click that does nothing, or opens another formulation than the one of the row."""
    assert not tab.page.is_visible("#opened")
    tab.page.query_selector("#front").scroll_into_view_if_needed()
    tab.all(POINTS)[0].click(force=True)
    tab.page.wait_for_selector("#opened-curve .scatterlayer .trace path.js-line",
                               state="attached")
    assert tab.page.is_visible("#opened")
    assert len(tab.all("#opened-curve .scatterlayer .trace")) == 3
    first = tab.page.inner_text("#opened-title")
    assert tab.page.text_content("#opened-curve .gtitle") in (
        "every fact at its nominal value", "median and 5 to 95 % of the draws")
    rows = tab.all("#front-table tbody tr")
    rows[-1].click()
    opened = {row.query_selector_all("td")[0].inner_text():
              row.query_selector_all("td")[1].inner_text()
              for row in tab.all("#opened-numbers tbody tr")}
    assert opened["trial"] == rows[-1].query_selector("td").inner_text()
    assert len(rows) < 2 or tab.page.inner_text("#opened-title") != first


def test_words_not_names_of_columns(tab: Tab) -> None:
    """For axes and headings that read retained_1d_fraction, and a CSV that no program reads."""
    for axis in (".xtitle", ".ytitle"):
        said = tab.page.text_content(f"#front {axis}").replace("\xa0", " ")
        assert "_" not in said
        assert "[" in said
        assert said.endswith("is better")
    assert not [head for head in tab.all("#front-table th, #trials-table th")
                if "_" in head.inner_text()]
    assert "retained, active [fraction of dose]" in tab.page.text_content("#curves .ytitle")
    with tab.page.expect_download() as download:
        tab.page.click("#front-table .tools button")
    assert "retained_1d_fraction" in Path(download.value.path()).read_text().splitlines()[0]


def test_axes_switch(tab: Tab) -> None:
    """For a switch that changes the words but not the curves."""
    column, unit, scale = tab.all("#compare-controls select")
    top = "document.getElementById('curves').layout.yaxis.range[1]"
    before = tab.page.evaluate(top)
    assert before <= 1.2
    unit.select_option("particles")
    assert tab.page.evaluate(top) > 1e6
    scale.select_option("log")
    assert tab.page.evaluate("document.getElementById('curves').layout.yaxis.type") == "log"
    column.select_option("released_fraction")
    assert "released" in tab.page.text_content("#curves .ytitle")


def test_tables_sort_and_save(tab: Tab) -> None:
    """For rows sorted as words (10 before 9), and a CSV of what is shown only."""
    heads = [head.inner_text() for head in tab.all("#trials-table th")]
    place = heads.index("trial")
    tab.all("#trials-table th button")[place].click()
    assert tab.page.inner_text(f"#trials-table tbody tr td:nth-child({place + 1})") == "47"
    with tab.page.expect_download() as download:
        tab.page.click("#trials-table .tools button")
    lines = Path(download.value.path()).read_text().splitlines()
    assert lines[0].split(",")[place] == "trial"
    assert len(lines) == 1 + 48


def test_it_prints(tab: Tab) -> None:
    """For a print with buttons, without charts, or cut off at the right."""
    assert tab.page.pdf(format="A4")[:5] == b"%PDF-"
    tab.page.emulate_media(media="print")
    assert not tab.page.is_visible("#compare-controls")
    assert tab.page.is_visible("#curves")
    assert tab.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    tab.page.emulate_media(media="screen")

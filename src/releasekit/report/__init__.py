"""The report: one HTML file that shows a run or a search, works offline and asks no network."""

from __future__ import annotations

from releasekit.files import FilePath, packaged, read_text, write_text
from releasekit.report.contents import contents
from releasekit.report.findings import Findings
from releasekit.report.findings import findings_of as findings_of
from releasekit.report.findings import read_findings as read_findings


def write_report(findings: Findings, path: FilePath) -> None:
    """Write a self-contained HTML file.

    Parameters
    ----------
    findings
        What is reported, see ``findings_of`` and ``read_findings``.
    path
        A name that ends in ``.html``.
    """
    from jinja2 import Environment
    from plotly.offline import get_plotlyjs

    environment = Environment(autoescape=True)
    environment.policies["json.dumps_kwargs"] = {"separators": (",", ":"), "sort_keys": False}
    template, style, script = (read_text(packaged("report", f"page.{end}"))[0]
                               for end in ("html", "css", "js"))
    write_text(path, environment.from_string(template).render(
        data=contents(findings), style=style, script=script, plotly=get_plotlyjs()))

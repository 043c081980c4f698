"""What the command line prints: results to stdout, words, warnings and progress to stderr."""

from __future__ import annotations

import contextlib
import sys
import textwrap
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from releasekit.errors import InputError, ReleasekitWarning

if TYPE_CHECKING:
    from releasekit.catalogue import Law
    from releasekit.facts import Material
    from releasekit.formulation import Formulation
    from releasekit.release import Release
    from releasekit.search import SearchResult
    from releasekit.verification import Outcome

Progress = Callable[..., None]

PLAIN_WIDTH = 160
"""Columns of a table that goes to a file or a pipe; a terminal says its own width."""
AT_WOUND = ("retained", "available", "released", "taken_up", "scavenged", "washed_out",
            "inactivated")
IN_MEDIUM = ("released", "released_active", "in_carrier", "in_medium", "inactivated")
SHOWN_DRIVERS = 5


def out() -> Console:
    """Return a console for results; made anew, because stdout may have been exchanged."""
    return _console(sys.stdout)


def err() -> Console:
    """Return a console for words, warnings and progress."""
    return _console(sys.stderr)


def _console(stream: Any) -> Console:
    width = None if stream.isatty() else PLAIN_WIDTH
    # brackets in messages are part of them, not markup; no colours are needed either
    return Console(file=stream, width=width, markup=False, highlight=False, emoji=False)


# words --------------------------------------------------------------------------------------------

def say(text: str) -> None:
    """Print a note for the person at the terminal."""
    print(text, file=sys.stderr)


def warn(text: str) -> None:
    """Print a warning."""
    say(f"warning: {text}")


def complain(error: InputError) -> None:
    """Print everything that is wrong with the input."""
    for problem in error.problems:
        say(f"error: {problem}")


def text(words: str) -> None:
    """Print a paragraph of the result, wrapped to the terminal."""
    console = out()
    print(textwrap.fill(words, console.width, subsequent_indent="  ", break_on_hyphens=False,
                        break_long_words=False))


@contextlib.contextmanager
def warnings_told() -> Iterator[None]:
    """Print releasekit's warnings as words, each once, wherever they come from."""
    told: set[str] = set()

    def show(message: Warning | str, category: type[Warning], *_: Any, **__: Any) -> None:
        if str(message) not in told:
            told.add(str(message))
            warn(str(message))

    with warnings.catch_warnings():
        warnings.simplefilter("always", ReleasekitWarning)
        warnings.showwarning = show
        yield


@contextlib.contextmanager
def progress(what: str, quiet: bool) -> Iterator[Progress | None]:
    """Give a callback (done, in all, ...) that moves a bar; none where nobody would see it."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    with Bar(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
             TimeElapsedColumn(), console=err(), transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total, *_: bar.update(task, completed=done, total=total)


# tables -------------------------------------------------------------------------------------------

def table(headers: Sequence[str], rows: Iterable[Sequence[str]], title: str = "",
          numbers: bool = False, fixed: int = 1) -> None:
    """Print a table; the first ``fixed`` columns are never wrapped.

    With ``numbers`` all columns but the first are set flush right.
    """
    shown = Table(box=SIMPLE_HEAD, title=title or None, title_justify="left", pad_edge=False,
                  title_style="", header_style="")
    for i, header in enumerate(headers):
        shown.add_column(header, justify="right" if numbers and i else "left", overflow="fold",
                         no_wrap=i < fixed)
    for row in rows:
        shown.add_row(*row)
    out().print(shown)


def number(value: Any) -> str:
    """Return a number for reading; a dash where there is none.

    >>> number(0.29088), number(1.23456e10), number(None)
    ('0.2909', '1.235e+10', '-')
    """
    if value is None or value != value:
        return "-"
    return f"{value:.4g}" if isinstance(value, int | float) else str(value)


def banded(measured: Mapping[str, Any], name: str) -> str:
    """Return a number, with its band from 5 to 95 % where there is one."""
    low, high = measured.get(f"{name}_p05"), measured.get(f"{name}_p95")
    if low is None or high is None or low == high:
        return number(measured.get(name))
    return f"{number(measured.get(name))} ({low:.3g} to {high:.3g})"


def driven_by(release: Release) -> str:
    """Return what drives a release, the strongest first.

    Facts beyond the fifth are left out.
    """
    first = list(release.driven_by.items())[:SHOWN_DRIVERS]
    return ", ".join(f"{fact} {share:.0%}" for fact, share in first) or "no uncertain fact"


def facts_sentence(used: Mapping[str, int]) -> str:
    """Count the facts used by how they are known.

    >>> facts_sentence({"assumed": 5, "measured": 18})
    '23 facts used: 18 measured, 5 assumed'
    """
    order = ("measured", "computed", "fitted", "assumed", "given")
    parts = [f"{used[basis]} {basis}" for basis in order if used.get(basis)]
    return f"{sum(used.values())} facts used: {', '.join(parts) or 'none'}"


# releases -----------------------------------------------------------------------------------------

def print_release(release: Release) -> None:
    """Print the ledger over time, the metrics and how far to trust them."""
    from releasekit.metrics import METRICS, measure
    from releasekit.results import discretisation_error

    said = f"{release.name} ({release.formulation.carrier})"
    text(f"{said}, {release.draws} draws, seed {release.seed}" if release.draws else said)
    _print_ledger(release)
    measured = measure(release)
    table(("metric", "value", "meaning"), [
        (name, banded(measured, name), meaning) for name, (_, meaning) in METRICS.items()
        if measured[name] is not None])
    derived = _derived(release)
    if derived:
        text(f"derived: {', '.join(derived)}")
    text(facts_sentence(release.facts_used))
    text(f"prediction class: {release.prediction_class}; driven by: {driven_by(release)}")
    error = discretisation_error(release)
    text(f"discretisation error {number(error)}, ledger adds up to within "
         f"{release.ledger_residual:.1g}")
    print()


def _derived(release: Release) -> list[str]:
    """Return the derived quantities in their shown units; medians over the draws."""
    import numpy as np

    from releasekit.units import from_si
    from releasekit.vocabulary import QUANTITIES

    found = []
    for name, values in release.properties.items():
        known = values[np.isfinite(values)]
        if known.size and name in QUANTITIES:
            q = QUANTITIES[name]
            said = number(from_si(float(np.median(known)), q.unit, q.shown))
            found.append(f"{name} {said} {q.shown}".removesuffix(" 1"))
    return found


def _print_ledger(release: Release) -> None:
    import numpy as np

    frame = release.table()
    days = frame["time_d"].to_numpy()
    wanted = days[-1] * np.array([0.0, 1 / 56, 1 / 14, 1 / 7, 2 / 7, 1 / 2, 3 / 4, 1.0])

    def column(name: str) -> list[float]:
        # in the square root of time, in which release is nearly straight
        return list(np.interp(np.sqrt(wanted), np.sqrt(days), frame[name].to_numpy()))

    names = AT_WOUND if release.at_wound else IN_MEDIUM
    columns = {name: f"{name}_fraction" for name in names}
    if release.at_wound:
        columns["available per cm²"] = "available_particles_per_cm2"
    if release.draws:
        columns = {name: full for name, full in columns.items()
                   if name in ("retained", "available", "released", "available per cm²")}
    cells = [[f"{day:.3g}" for day in wanted]]
    for full in columns.values():
        digits = ".3f" if full.endswith("_fraction") else ".2e"
        if release.draws:
            low, middle, high = (column(f"{full}_{q}") for q in ("p05", "p50", "p95"))
            cells.append([f"{m:{digits}} ({lo:{digits}} to {hi:{digits}})" for lo, m, hi in
                          zip(low, middle, high, strict=True)])
        else:
            cells.append([f"{value:{digits}}" for value in column(full)])
    title = "share of the active exosomes applied" + (
        ", median (5 to 95 %)" if release.draws else "")
    table(("time d", *(name.replace("_", " ") for name in columns)),
          zip(*cells, strict=True), title, numbers=True)


def print_comparison(releases: Sequence[Release]) -> None:
    """Print the metrics of several releases side by side."""
    from releasekit.metrics import METRICS, measure
    from releasekit.results import labels, particles

    found = [{**measure(release), **particles(release)} for release in releases]
    names = [*METRICS, "available_7d_per_cm2", "delivered_per_cm2"]
    rows = [[name, *(banded(measured, name) for measured in found)] for name in names
            if any(measured.get(name) is not None for measured in found)]
    rows.append(["prediction_class", *(release.prediction_class for release in releases)])
    table(("", *labels(releases)), rows, numbers=True)
    for label, release in zip(labels(releases), releases, strict=True):
        text(f"{label} is driven by {driven_by(release)}")


# facts and choices --------------------------------------------------------------------------------

def print_material(material: Material, notes: bool) -> None:
    """Print every fact of a material with its origin."""
    from releasekit.catalogue import conditions_of, spread_of, value_of

    text(f"{material.name} ({material.role} {material.key}): {material.description}")
    facts = sorted(material.facts.values(), key=lambda fact: (fact.material != material.key,
                                                              fact.name))
    headers = ("fact", "value", "spread", "basis", "source", "conditions", "from")
    table(headers, [(fact.name, value_of(fact), spread_of(fact), fact.basis, fact.source or "note",
                     conditions_of(fact), fact.material) for fact in facts])
    for fact in facts if notes else ():
        if fact.note:
            text(f"{fact.name}: {fact.note}")
    for key, source in material.sources.items():
        place = next((f"{kind} {getattr(source, kind)}" for kind in ("doi", "pmc", "pmid", "url")
                      if getattr(source, kind)), "")
        text(f"[{key}] {source.citation} {place}".rstrip())


def _chosen(materials: Mapping[str, Material], models: Mapping[str, str],
            choices: Mapping[str, float | str]) -> list[tuple[str, str, str, str]]:
    rows = [("made of", place, material.key, f"{material.name}, {material.path}")
            for place, material in materials.items()]
    rows += [("model", part, law, "") for part, law in models.items()]
    return rows + _settings("choice", choices)


def _settings(place: str,
              settings: Mapping[str, float | str]) -> list[tuple[str, str, str, str]]:
    from releasekit.checks import shown

    return [(place, name, value if isinstance(value, str) else shown(name, value), "")
            for name, value in settings.items()]


def print_formulation(formulation: Formulation) -> None:
    """Print the choices of a formulation, its laws and its materials."""
    from releasekit.checks import shown

    text(f"{formulation.name} ({formulation.carrier}): {formulation.description}")
    rows = _chosen(formulation.materials, formulation.models, formulation.choices)
    for layer in formulation.layers:
        share = f"{layer.name}: share of the dose {number(layer.layer_dose_fraction)}"
        rows.append(("layer", share, "", ""))
        rows += _chosen(layer.materials, layer.models, layer.choices)
    rows += _settings("use", formulation.use)
    rows += [("process", step.step, shown("active_recovery_fraction",
                                          step.active_recovery_fraction), "recovered, active")
             for step in formulation.process]
    for name, item in formulation.given.items():
        value = f"series of {len(item.times)}" if item.times is not None else \
            shown(name, item.value or 0.0)
        rows.append(("given", name, value, item.source or item.note))
    table(("", "name", "value", "source"), rows)


# lists --------------------------------------------------------------------------------------------

def print_materials(materials: Iterable[Material]) -> None:
    """Print a list of materials."""
    from releasekit.catalogue import bases

    table(("name", "role", "facts", "what it is"), [
        (material.key, material.role,
         ", ".join(f"{count} {basis}" for basis, count in bases(material).items()),
         f"{material.name}. {material.description}") for material in materials])


def print_laws(carrier: str, needs: Sequence[str], roles: Sequence[str], choices: Sequence[str],
               laws: Iterable[Law]) -> None:
    """Print the laws of a carrier family, what they need and how far they hold."""
    console = out()

    def line(words: str, depth: int) -> None:
        indent = " " * depth
        print(textwrap.fill(words, console.width, initial_indent=indent,
                            subsequent_indent=indent + "  ", break_on_hyphens=False))

    line(f"{carrier}: made of {', '.join(roles)}; choose {', '.join(choices)}, a dose and a "
         "duration", 0)
    line(f"facts needed in any case: {', '.join(needs) or 'none'}", 2)
    part = ""
    for law in laws:
        if law.part != part:
            part = law.part
            line(part, 2)
        optional = f"; may use {', '.join(law.may_use)}" if law.may_use else ""
        line(f"{law.name}: needs {', '.join(law.needs) or 'nothing more'}{optional}", 4)
        for name, validity, source in law.calls:
            line(f"{name}: {validity} Source: {source}", 6)
    print()


def print_picks(result: SearchResult) -> None:
    """Print what a search proposes, one column per pick, the first being the balanced one."""
    picks = result.best
    rows: list[list[str]] = []
    for title, tables in (("objective", [pick.objectives for pick in picks]),
                          ("constraint", [pick.constraints for pick in picks]),
                          ("choice", [pick.choices for pick in picks])):
        rows += [[title, name, *(number(table_.get(name)) for table_ in tables)]
                 for name in dict.fromkeys(name for table_ in tables for name in table_)]
    rows.append(["", "carrier", *(pick.carrier for pick in picks)])
    rows.append(["", "prediction_class", *(pick.prediction_class for pick in picks)])
    if picks:
        names = [f"{rank}. {pick.name}" for rank, pick in enumerate(picks, 1)]
        table(("", "", *names), rows, fixed=2)
    text(f"{result.evaluations} candidates in {result.seconds:.1f} s, hypervolume "
         f"{number(result.hypervolume)}")


def print_outcomes(outcomes: Sequence[Outcome]) -> None:
    """Print the qualification table of a verification: one row per case."""
    cases: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        cases.setdefault(outcome.id, []).append(outcome)
    rows = []
    for name, group in cases.items():
        errors = [outcome.error for outcome in group if outcome.error is not None]
        passed = sum(outcome.status == "pass" for outcome in group)
        wrong = [outcome for outcome in group if outcome.status != "pass"]
        status = wrong[0].status if wrong else "pass"
        rows.append((name, status, f"{passed}/{len(group)}", number(max(errors, default=None)),
                     str(group[0].tolerance), group[0].model))
    table(("case", "status", "rows", "largest error", "tolerance", "model"), rows)
    for outcome in outcomes:
        if outcome.status != "pass":
            at = f" at t = {outcome.t:g}" if outcome.t is not None else ""
            text(f"{outcome.id} {outcome.quantity}{at}: {outcome.status}, expected "
                 f"{outcome.expected:.6g}, got {number(outcome.got)} {outcome.note}".rstrip())
    passed = sum(outcome.status == "pass" for outcome in outcomes)
    text(f"{passed} of {len(outcomes)} rows of {len(cases)} cases pass")

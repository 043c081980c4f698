"""Reads a study from its file; every mistake is told at once, with line, key and suggestion."""

from __future__ import annotations

import itertools
import math
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from releasekit.carriers.families import check
from releasekit.checks import Checks, shown
from releasekit.choices import DOSES, MODEL_KINDS, PLACES
from releasekit.errors import InputError, nearest
from releasekit.facts import LOADED
from releasekit.files import Document, read_toml
from releasekit.formulation import Formulation, formulation_from
from releasekit.metrics import METRICS, horizon, obstacles
from releasekit.studies.study import Constraint, Mixture, Objective, Study, Vary, varied, with_words
from releasekit.units import from_si
from releasekit.vocabulary import OPTIONS, QUANTITIES

SCALES = ("linear", "log", "integer")
GOALS = ("maximise", "minimise", "reach")
METHODS = ("evolution", "sobol", "grid")
CHOICE_NAMES = (*PLACES, "process", *MODEL_KINDS, *(name for name in OPTIONS if name != "carrier"))
"""What ``choice`` may name: a material by its place, steps of making, a law by its part, a word."""
_TOP = ("formulations", "vary", "mixture", "objective", "constraint", "search", "risk")


def study_from(document: Document) -> Study:
    """Build a study from its file; every problem of it and its formulations is reported at once."""
    checks = Checks(document)
    name = checks.header("study", _TOP)
    base = _formulations(checks)
    vary = tuple(itertools.chain.from_iterable(
        _vary(checks, table, base, i) for i, table in enumerate(checks.tables("vary"))))
    mixtures = tuple(itertools.chain.from_iterable(
        _mixture(checks, table, base, i) for i, table in enumerate(checks.tables("mixture"))))
    varied_in = {one.name: varied((*vary, *mixtures), one) for one in base}
    _overlaps(checks, varied_in)
    if not {"vary", "mixture"} & document.data.keys() and len(base) < 2:
        checks.say("nothing varies", "vary", suggestion="add a [[vary]] or a second formulation")
    objectives = tuple(itertools.chain.from_iterable(
        _objective(checks, table, base, varied_in, i)
        for i, table in enumerate(checks.tables("objective"))))
    if "objective" not in document.data:
        checks.say("is missing", "objective",
                   suggestion='write [[objective]] with metric = "..." and goal = "maximise"')
    constraints = tuple(itertools.chain.from_iterable(
        _constraint(checks, table, base, varied_in, i)
        for i, table in enumerate(checks.tables("constraint"))))
    for key, names in (("objective", [o.metric for o in objectives]),
                       ("constraint", [c.name for c in constraints])):
        for twice in sorted({name for name in names if names.count(name) > 1}):
            checks.say(f"{twice} is named twice", key)
    search, risk = checks.table("search"), checks.table("risk")
    checks.known(search, ("method", "budget", "population", "seed"), "search")
    checks.known(risk, ("draws", "percentile", "probability"), "risk")
    method = checks.text(search, "method", "search", words=METHODS) or "evolution"
    numbers = {key: _whole(checks, table, key, getattr(Study, key), least, where)
               for table, where, key, least in ((search, "search", "budget", 1),
                                                (search, "search", "population", 4),
                                                (search, "search", "seed", 0),
                                                (risk, "risk", "draws", 0))}
    percentile = checks.number(risk.get("percentile", Study.percentile), "risk", "percentile")
    if not 0.0 < percentile <= 50.0:
        checks.say("must lie above 0 and up to 50: it counts from the bad side", "risk",
                   "percentile")
    probability = _probability(checks, risk, 1.0 - percentile / 100.0, "risk")
    if not numbers["draws"]:
        for i, table in enumerate(checks.tables("constraint")):
            if "probability" in table:
                checks.say("without draws a constraint holds or does not", "constraint", i,
                           "probability", suggestion="add [risk] with draws = 64")
    checks.finish()
    # a choice among one word is made at once
    base = tuple(with_words(one, {v.name: v.among[0] for v in vary if len(v.among) == 1 and
                                  v.applies(one)}) for one in base)
    vary = tuple(v for v in vary if len(v.among) != 1)
    study = Study(name, str(document.data.get("description", "")), base, vary, objectives,
                  constraints, method, percentile=percentile, probability=probability,
                  mixtures=mixtures, path=document.path, checksum=document.checksum, **numbers)
    for concern in study.concerns():
        warnings.warn(concern, stacklevel=2)
    return study


def _whole(checks: Checks, table: Mapping[str, Any], key: str, default: int, least: int,
           where: str) -> int:
    value = table.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        checks.say(f"must be a whole number of {least} or more, not {value!r}", where, key)
        return default
    return value


def _probability(checks: Checks, table: Mapping[str, Any], default: float,
                 *where: str | int) -> float:
    """Return the share of the draws in which a constraint must hold."""
    if "probability" not in table:
        return default
    value = checks.number(table["probability"], *where, "probability")
    if not 0.0 < value <= 1.0:
        checks.say("must lie above 0 and up to 1", *where, "probability")
    return value


def _formulations(checks: Checks) -> tuple[Formulation, ...]:
    files = checks.document.data.get("formulations")
    if not isinstance(files, list) or not files or not all(isinstance(f, str) for f in files):
        checks.say("must be a list of formulation files", "formulations",
                   suggestion='write formulations = ["my-sheet.toml"]')
        return ()
    found: dict[str, Formulation] = {}
    for file in files:
        try:
            one = formulation_from(read_toml(Path(checks.document.path).parent / file))
        except InputError as error:
            checks.adopt(error, "formulations")
            continue
        checks.problems += check(one)
        if one.name in found:
            checks.say(f"{file} has the name of {found[one.name].path}: {one.name!r}",
                       "formulations", suggestion="give each formulation a name of its own")
        found[one.name] = one
    return tuple(found.values())


def _concerned(checks: Checks, table: Mapping[str, Any], base: Sequence[Formulation],
               *where: str | int) -> tuple[str, ...]:
    """Return the names of the formulations that a variable is restricted to."""
    if "formulation" not in table:
        return ()
    stated = table["formulation"]
    names = {key: one.name for one in base
             for key in (Path(one.path).stem, Path(one.path).name, one.name)}
    found = []
    for word in stated if isinstance(stated, list) else [stated]:
        if not isinstance(word, str) or word not in names:
            checks.say(f"{word!r} is not one of the formulations", *where, "formulation",
                       suggestion=nearest(str(word), names) or f"one of {', '.join(names)}")
        else:
            found.append(names[word])
    return tuple(found)


def _vary(checks: Checks, table: Mapping[str, Any], base: Sequence[Formulation],
          i: int) -> list[Vary]:
    where = ("vary", i)
    to = _concerned(checks, table, base, *where)
    if ("quantity" in table) == ("choice" in table):
        checks.say("needs either quantity or choice", *where)
        return []
    if "choice" in table:
        return _choice(checks, table, base, to, i)
    checks.known(table, ("quantity", "low", "high", "scale", "formulation"), *where)
    name = checks.text(table, "quantity", *where, required=True)
    if name not in QUANTITIES:
        checks.say(f"{name!r} is not in the vocabulary", *where, "quantity", suggestion=(
            f'write choice = "{name}"' if name in CHOICE_NAMES else nearest(name, QUANTITIES)))
        return []
    scale = checks.text(table, "scale", *where, words=SCALES) or "linear"
    ends = []
    for key in ("low", "high"):
        if key not in table:
            checks.say("is missing", *where, key,
                       suggestion=f'expected e.g. {key} = "1 {QUANTITIES[name].shown}"')
            ends.append(math.nan)
        else:
            ends.append(checks.quantity(name, table[key], *where, key))
    low, high = ends
    if low >= high:
        checks.say("low must be below high", *where, "low")
    if scale == "log" and low <= 0:
        checks.say("a logarithmic scale needs low above 0", *where, "low")
    q = QUANTITIES[name]
    if scale == "integer" and any(from_si(end, q.unit, q.shown) % 1 for end in ends
                                  if math.isfinite(end)):
        checks.say(f"low and high must be whole numbers of {q.shown}", *where, "scale")
    for one in base:
        given = one.given.get(name)
        if given is not None and given.times is not None and (not to or one.name in to):
            checks.say(f"{one.name} has a measured series of it, which would stay", *where,
                       "quantity")
    return [Vary(name, low, high, scale, applies_to=to)]


def _choice(checks: Checks, table: Mapping[str, Any], base: Sequence[Formulation],
            to: tuple[str, ...], i: int) -> list[Vary]:
    where = ("vary", i)
    checks.known(table, ("choice", "among", "formulation"), *where)
    name = checks.text(table, "choice", *where, required=True)
    among = table.get("among")
    if name not in CHOICE_NAMES:
        checks.say(f"{name!r} is not a choice", *where, "choice", suggestion=(
            f'write quantity = "{name}"' if name in QUANTITIES
            else nearest(name, CHOICE_NAMES) or f"one of {', '.join(CHOICE_NAMES)}"))
        return []
    if not isinstance(among, list) or not among or not all(isinstance(w, str) for w in among):
        checks.say("must be a list of words", *where, "among")
        return []
    vary = Vary(name, among=tuple(dict.fromkeys(among)), applies_to=to)
    # where steps and materials both vary, candidates that cannot be made fail one by one
    loaded = [place for place, role in PLACES.items() if role in LOADED]
    others = loaded if name == "process" else ["process"] if name in loaded else []
    together = any(each.get("choice") in others for each in checks.tables("vary"))
    for one, word in itertools.product(filter(vary.applies, base), vary.among):
        try:
            problems = check(with_words(one, {name: word}))
        except InputError as error:
            problems = list(error.problems)
        for problem in problems:
            if together and problem.key.startswith("process."):
                continue
            note = f"{word}: {problem.message}"
            if note not in {p.message for p in checks.problems}:
                checks.say(note, *where, "among", suggestion=problem.suggestion)
    return [vary]


def _mixture(checks: Checks, table: Mapping[str, Any], base: Sequence[Formulation],
             i: int) -> list[Mixture]:
    where = ("mixture", i)
    checks.known(table, ("of", "total", "low", "formulation"), *where)
    to = _concerned(checks, table, base, *where)
    names, low = table.get("of"), table.get("low")
    if not isinstance(names, list) or len(set(map(str, names))) < 2:
        checks.say("must be a list of two or more quantities", *where, "of")
        return []
    unknown = [name for name in names if name not in QUANTITIES]
    for name in unknown:
        checks.say(f"{name!r} is not in the vocabulary", *where, "of",
                   suggestion=nearest(str(name), QUANTITIES))
    if unknown:
        return []
    if len({QUANTITIES[name].unit for name in names}) > 1:
        checks.say(f"{', '.join(names)} have different units: they cannot add up", *where, "of")
        return []
    if low is not None and (not isinstance(low, list) or len(low) != len(names)):
        checks.say("must be a list, one for each quantity", *where, "low")
        return []
    if "total" not in table:
        checks.say("is missing", *where, "total",
                   suggestion=f'expected e.g. total = "{shown(names[0], 1.0)}"')
        return []
    total = checks.quantity(names[0], table["total"], *where, "total")
    least = (0.0,) * len(names) if low is None else tuple(
        checks.quantity(name, text, *where, "low") for name, text in zip(names, low, strict=True))
    if sum(least) >= total:
        checks.say("the lowest shares add up to the total or more: nothing can vary", *where,
                   "total")
    return [Mixture(tuple(names), total, least, to)]


def _overlaps(checks: Checks, varied_in: Mapping[str, Sequence[str]]) -> None:
    """Note what varies twice in one formulation."""
    for one, names in varied_in.items():
        for twice in sorted({name for name in names if names.count(name) > 1}):
            checks.say(f"{twice} varies twice in {one}", "vary")
        if set(DOSES) <= set(names):
            checks.say(f"{one}: vary one of {' and '.join(DOSES)}", "vary")


def _metric(checks: Checks, name: str, base: Sequence[Formulation],
            varied_in: Mapping[str, Sequence[str]], *where: str | int) -> bool:
    """Note what keeps a metric from having a value in some formulation."""
    if horizon(name) is None:
        checks.say(f"{name!r} is not a metric", *where, suggestion=(
            "a quantity can be limited: write [[constraint]] with "
            f'quantity = "{name}"' if name in QUANTITIES else nearest(name, METRICS)))
        return False
    for one in base:
        for obstacle in obstacles(name, one, varied_in[one.name]):
            checks.say(obstacle, *where)
    return True


def _objective(checks: Checks, table: Mapping[str, Any], base: Sequence[Formulation],
               varied_in: Mapping[str, Sequence[str]], i: int) -> list[Objective]:
    where = ("objective", i)
    checks.known(table, ("metric", "goal", "target", "scale"), *where)
    name = checks.text(table, "metric", *where, required=True)
    goal = checks.text(table, "goal", *where, required=True, words=GOALS)
    scale = checks.text(table, "scale", *where, words=SCALES[:2]) or "linear"
    target = checks.number(table["target"], *where, "target") if "target" in table else None
    if goal == "reach" and target is None:
        checks.say("is missing", *where, "target", suggestion=f"say what {name} shall reach")
    elif goal == "reach" and scale == "log" and target is not None and target <= 0.0:
        checks.say("a logarithmic scale needs a target above 0", *where, "target")
    if not name or not _metric(checks, name, base, varied_in, *where, "metric"):
        return []
    return [Objective(name, goal, target, scale)]


def _constraint(checks: Checks, table: Mapping[str, Any], base: Sequence[Formulation],
                varied_in: Mapping[str, Sequence[str]], i: int) -> list[Constraint]:
    where = ("constraint", i)
    checks.known(table, ("metric", "quantity", "at_least", "at_most", "probability"), *where)
    if ("metric" in table) == ("quantity" in table):
        checks.say("needs either metric or quantity", *where)
        return []
    kind = "metric" if "metric" in table else "quantity"
    name = checks.text(table, kind, *where, required=True)
    if kind == "quantity" and name not in QUANTITIES:
        checks.say(f"{name!r} is not in the vocabulary", *where, kind, suggestion=(
            f'write metric = "{name}"' if horizon(name) is not None
            else nearest(name, QUANTITIES)))
        return []
    if kind == "metric" and not _metric(checks, name, base, varied_in, *where, kind):
        return []
    limits = {key: checks.number(table[key], *where, key) if kind == "metric"
              else checks.quantity(name, table[key], *where, key)
              for key in ("at_least", "at_most") if key in table}
    if not limits:
        checks.say("needs at_least or at_most", *where)
    if limits.get("at_least", -math.inf) > limits.get("at_most", math.inf):
        checks.say("at_least is above at_most", *where, "at_least")
    probability = _probability(checks, table, math.nan, *where)
    return [Constraint(name, **limits,
                       probability=None if math.isnan(probability) else probability)]

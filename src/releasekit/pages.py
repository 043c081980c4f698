"""What ``show``, ``list``, ``optimise`` and ``verify`` print, made of the terminal's tables."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from releasekit.terminal import out, table, text
from releasekit.wording import counted, number, settled

if TYPE_CHECKING:
    from pandas import DataFrame

    from releasekit.catalogue import Law
    from releasekit.facts import Material
    from releasekit.formulation import Formulation
    from releasekit.gaps import Gap
    from releasekit.standing import Standing
    from releasekit.studies.picks import Pick
    from releasekit.studies.search import SearchResult
    from releasekit.verification import Outcome

SMALLEST_SHARE = 0.001
"""Gaps of a smaller share are counted, not listed."""

# facts and choices --------------------------------------------------------------------------------

def print_material(material: Material, notes: bool) -> None:
    """Print every fact of a material with its origin."""
    from releasekit.catalogue import conditions_of, spread_of, value_of

    text(f"{material.name} ({material.role} {material.key}): {material.description}")
    if material.loading:
        text(f"exosomes are brought in by: {', '.join(material.loading)}")
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
    from releasekit.catalogue import left_by, spread_of
    from releasekit.checks import shown

    text(f"{formulation.name} ({formulation.carrier}): {formulation.description}")
    rows = _chosen(formulation.materials, formulation.models, formulation.choices)
    for layer in formulation.layers:
        share = f"{layer.name}: share of the dose {number(layer.layer_dose_fraction)}"
        rows.append(("layer", share, "", ""))
        rows += _chosen(layer.materials, layer.models, layer.choices)
    rows += _settings("use", formulation.use)
    rows += [("process", step.step, *left_by(step)) for step in formulation.process]
    for name, item in formulation.given.items():
        value = f"series of {len(item.times)}" if item.times is not None else \
            " ".join((shown(name, item.value or 0.0), spread_of(item.fact()))).rstrip()
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


def print_gaps(gaps: Sequence[Gap], formulations: Sequence[str]) -> None:
    """Print the assumed facts that matter, the first first, with the test that would measure each.
    """
    shown = [gap for gap in gaps if gap.share >= SMALLEST_SHARE]
    table(("assumed fact", "of", "share", "moves by", "in", "test that would measure it", "days"), [
        (gap.fact, gap.material, f"{gap.share:.1%}", f"{gap.move:.3f}", f"{len(gap.formulations)}",
         gap.test or "-", number(gap.days)) for gap in shown])
    few = len(gaps) - len(shown)
    rest = f"; {few} more ha{'s' if few == 1 else 've'} less than {SMALLEST_SHARE:.1%}" if few \
        else ""
    text(f"share: of the variance of retained_7d_fraction in "
         f"{counted(len(formulations), 'formulation')}, "
         "measured facts included; moves by: root mean square of one standard score up and down, "
         f"the most in any of them; in: how many it moves{rest}")


def print_standing(standing: Standing) -> None:
    """Print how complete a file is, and what to measure first."""
    own = ", ".join(f"{count} {basis}" for basis, count in standing.own.items())
    taken = ", ".join(f"{count} from {name}" for name, count in standing.taken_over.items())
    text(f"  {counted(sum(standing.own.values()), 'fact')}: {own}" + (
        f"; {counted(sum(standing.taken_over.values()), 'default')}: {taken}" if taken else ""))
    for use in standing.uses:
        if use.lacks:
            text(f"  {use.carrier}: lacks {', '.join(use.lacks)}")
            continue
        able, unable = ("; ".join(f"{part} {', '.join(names)}" for part, names in laws.items())
                        for laws in (use.laws, use.others))
        text(f"  {use.carrier}: complete" + (f" for {able}" if able else ""))
        if unable:
            text(f"    lacks facts for {unable}")
    if standing.matter:
        most = ", ".join(f"{gap.fact} ({gap.share:.1%})" for gap in standing.matter)
        tested = [gap for gap in standing.matter if gap.days is not None]
        text(f"  of what is not measured these matter most (share of the variance of "
             f"retained_7d_fraction, {standing.tried_in}): {most}")
        if tested:
            cheap = min(tested, key=lambda gap: gap.days or 0.0)
            text(f"  cheapest test among them: {cheap.test}: {cheap.fact}, {number(cheap.days)} d")


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


def print_agreement(found: DataFrame) -> None:
    """Print measured points beside the model, what is left, and how good that is."""
    from releasekit.agreement import goodness

    table(("measured", "model", "time d", "measured", "modelled", "residual"), [
        (row["curve"], row["name"], number(row["time_d"]), number(row["measured"], 3),
         number(row["modelled"], 3), number(row["residual"], 2))
        for row in found.to_dict("records")], numbers=True)
    rows = [(row["curve"], row["name"], str(row["points"]), f"{row['bias']:+z.3f}",
             f"{row['mean_abs_error']:.3f}", f"{row['rmse']:.3f}",
             f"{row['largest_abs_error']:.3f}") for row in goodness(found).to_dict("records")]
    table(("measured", "model", "points", "bias", "mean |error|", "root mean square",
           "largest"), rows, "goodness of fit, fractions of the dose", numbers=True)


def print_picks(result: SearchResult) -> None:
    """Print what a search proposes, one column per pick, the first being the balanced one."""
    picks = result.best
    for rank, pick in enumerate(picks, 1):
        text(f"{rank}. {pick.name} ({pick.carrier}, {pick.prediction_class})")
    rows: list[list[str]] = []
    for title, tables in (("choices:", [pick.choices for pick in picks]),
                          ("objectives:", [pick.objectives for pick in picks]),
                          ("constraints:", [pick.constraints for pick in picks])):
        names = dict.fromkeys(name for table_ in tables for name, value in table_.items()
                              if value is not None)
        names.pop("formulation", None)  # part of the name of the pick
        rows += [[title, *[""] * len(picks)]] if names else []
        rows += [[name, *(number(settled(name, table_.get(name))) for table_ in tables)]
                 for name in names]
    if picks:
        table(("", *map(str, range(1, len(picks) + 1))), rows, numbers=True)
        for rank, pick in enumerate(picks, 1):
            if pick.limited_by:
                text(f"{rank} is limited by {'; '.join(pick.limited_by)}")
            held = "; ".join(f"{limit} in {share:.0%}" for limit, share in pick.held.items()
                             if share < 1.0)
            if held:
                text(f"{rank} keeps in part of the draws only: {held}")
            for other in pick.relaxed[:1]:
                gain = ", ".join(f"{name} {number(settled(name, value))}"
                                 for name, value in other.objectives.items())
                text(f"{rank}: were {other.limit} relaxed to {other.relaxed_to}: {gain} "
                     f"(trial {other.trial})")
            text(f"{rank}: {pick.sterility}")
        print_effects(picks)
    if len(result.ranking) > 1:
        table(("rank", "formulation", "family", "in it", "reach",
               *result.ranking[0].objectives),
              [(str(one.rank), one.formulation, one.carrier, str(one.rank_in_family),
                number(one.hypervolume),
                *(number(settled(name, value)) for name, value in one.objectives.items()))
               for one in result.ranking], "formulations by how much of the front they reach; "
              "objectives of their balanced trial", fixed=2)
    if len(result.families) > 1:
        print_families(result)
    text(f"{counted(result.evaluations, 'candidate')} in {result.seconds:.1f} s, hypervolume "
         f"{number(result.hypervolume)}")


def print_effects(picks: Sequence[Pick]) -> None:
    """Print what each choice does to the objectives of each pick, all else as it is."""
    wanted = list(picks[0].objectives)
    table(("pick", "choice", "from", "to", *wanted),
          [(str(rank), one.choice, number(one.start), number(one.end),
            *(f"{one.changes[name]:+.2g}" if one.changes else "fails" for name in wanted))
           for rank, pick in enumerate(picks, 1) for one in pick.effects],
          "what one step in each choice changes", fixed=2)


def print_families(result: SearchResult) -> None:
    """Print the best of each carrier family in each objective, the winners marked."""
    labels = next(iter(result.families.values()))
    # of what shall reach a target the families hold the distance from it, and so do their labels
    columns = [f"{'maximise' if o.goal == 'maximise' else 'minimise'} {label}"
               for o, label in zip(result.study.objectives, labels, strict=True)]
    values = {family: list(best.values()) for family, best in result.families.items()}
    winners = [(max if o.goal == "maximise" else min)(row[j] for row in values.values())
               for j, o in enumerate(result.study.objectives)]
    rows = [[family, *(f"{number(settled(label, value))}{' *' if value == winner else ''}"
                       for label, value, winner in zip(labels, row, winners, strict=True))]
            for family, row in values.items()]
    table(("best of each family", *columns), rows, "* wins this objective", numbers=True)
    trials = result.trials
    for family in dict.fromkeys(one.carrier for one in result.study.base):
        if family not in values:
            reasons = trials.loc[trials["carrier"] == family, "reason"]
            broken = Counter(limit.split(": is ")[0] for reason in reasons
                             for limit in str(reason).split("; "))
            most = ", ".join(f"{limit} ({times} of {len(reasons)})"
                             for limit, times in broken.most_common(2))
            text(f"{family}: nothing feasible; most often broken: {most}")


def print_outcomes(outcomes: Sequence[Outcome]) -> None:
    """Print the qualification table of a verification: one row per expected number."""
    rows = []
    for outcome in outcomes:
        at = f" t = {outcome.t:g}" if outcome.t is not None else ""
        rows.append((outcome.id, f"{outcome.quantity or ''}{at}".strip(),
                     number(outcome.expected, 9), number(outcome.got, 9),
                     number(outcome.error, 2), str(outcome.tolerance), outcome.status))
    table(("case", "quantity", "expected", "got", "error", "tolerance", "result"), rows)
    for outcome in outcomes:
        if outcome.note:
            text(f"{outcome.id} {outcome.quantity}: {outcome.note}")
    passed = sum(outcome.status == "pass" for outcome in outcomes)
    cases = len({outcome.id for outcome in outcomes})
    text(f"{passed} of {counted(len(outcomes), 'row')} of {counted(cases, 'case')} pass")

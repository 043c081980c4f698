"""How complete a file is: for which carriers and laws, and which of its defaults matter most."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from releasekit.carriers.families import FAMILIES
from releasekit.catalogue import always_needed, examine, laws
from releasekit.errors import ReleasekitWarning
from releasekit.facts import Material
from releasekit.files import packaged
from releasekit.formulation import Formulation
from releasekit.gaps import Gap, gap, moves
from releasekit.loading import load
from releasekit.release import DAY
from releasekit.vocabulary import OPTIONS, QUANTITIES

TEMPLATES = {"hydrogel": "hydrogel", "microneedle": "needle", "scaffold": "scaffold", "ecm": "ecm"}
"""The template of each carrier family, in which a material is tried out."""
MOST, SMALLEST_SHARE = 3, 0.001
"""How many facts are named as those that matter most, and which are not worth naming."""


@dataclass(frozen=True)
class Use:
    """What a material lacks for one carrier family, and what it offers there.

    ``lacks`` are facts without which it cannot be used there. By part of the model, ``laws`` have
    all their facts and ``others`` lack some; exosomes and wounds decide about no law.
    """

    carrier: str
    lacks: tuple[str, ...]
    laws: Mapping[str, tuple[str, ...]]
    others: Mapping[str, Mapping[str, tuple[str, ...]]]


@dataclass(frozen=True)
class Standing:
    """How complete a material is, and what to measure first.

    ``own`` counts its own facts by basis (those used, of a formulation), ``taken_over`` those of
    other files by their name, ``matter`` are the defaults (taken over or assumed) that move
    retained_7d_fraction most in the carrier ``tried_in``.
    """

    own: Mapping[str, int]
    taken_over: Mapping[str, int]
    uses: tuple[Use, ...] = ()
    tried_in: str = ""
    matter: tuple[Gap, ...] = field(default=())


def of_material(material: Material) -> Standing:
    """Return how complete a material is; a step of making has one fact and no laws."""
    own = dict(Counter(f.basis for f in material.facts.values() if f.material == material.key))
    taken = dict(Counter(f.material for f in material.facts.values()
                         if f.material != material.key))
    if material.role == "process":
        return Standing(own, taken)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ReleasekitWarning)
        tried = [_tried(carrier, material) for carrier in TEMPLATES
                 if material.role in FAMILIES[carrier].roles]
        uses = tuple(use for use, _ in tried)
        whole = next((one for use, one in tried if not use.lacks), None)
        if whole is None:
            return Standing(own, taken, uses)
        defaults = {f.key for f in material.facts.values()
                    if f.material != material.key or f.basis == "assumed"}
        return Standing(own, taken, uses, whole.carrier, most_important(whole, defaults))


def of_formulation(formulation: Formulation) -> Standing:
    """Return the facts that a formulation uses by basis, and the assumed ones that matter most."""
    facts = formulation.facts()
    used = dict(Counter(facts[key].basis for key in examine(formulation).facts))
    return Standing(used, {}, (), formulation.carrier, most_important(formulation))


def most_important(formulation: Formulation, among: Iterable[str] = ()) -> tuple[Gap, ...]:
    """Return the assumed (or some named) facts that move a formulation most; none if it is short.
    """
    if (formulation.number("duration") or 0.0) < 7 * DAY:
        return ()
    facts = formulation.facts()
    named = set(among) or {key for key, fact in facts.items() if fact.basis == "assumed"}
    moved = moves(formulation)
    whole = sum(move**2 for move in moved.values())
    shares = {key: moved[key] ** 2 / whole for key in moved if key in named and whole > 0.0}
    ranked = sorted((key for key in shares if shares[key] >= SMALLEST_SHARE),
                    key=lambda key: -shares[key])
    return tuple(gap(key, shares[key], {formulation.name: moved[key]}) for key in ranked[:MOST])


def _tried(carrier: str, material: Material) -> tuple[Use, Formulation]:
    """Return what a material lacks for a carrier, and the formulation that comes closest."""
    base = load(packaged("templates", f"{TEMPLATES[carrier]}.toml")).but(
        **{material.role: material})
    known = {name for each in base.materials.values() for name in each.facts}
    known |= {*base.choices, *base.use, *base.given}
    able: dict[str, tuple[str, ...]] = {}
    others: dict[str, dict[str, tuple[str, ...]]] = {}
    for law in laws(carrier) if material.role in ("polymer", "matrix") else ():
        lacks = tuple(name for name in law.needs if name not in known)
        if lacks:
            others.setdefault(law.part, {})[law.name] = lacks
        else:
            able[law.part] = (*able.get(law.part, ()), law.name)
    asked = [(_missing(one), one) for one in _variants(base, able)]
    missing, one = min(asked, key=lambda pair: (not set(pair[0]) <= QUANTITIES.keys(),
                                                len(pair[0])))
    lacks = (*(name for name in always_needed(carrier) if name not in known), *missing)
    return Use(carrier, tuple(dict.fromkeys(lacks)), able, others), one


def _variants(base: Formulation, able: Mapping[str, tuple[str, ...]]) -> Iterator[Formulation]:
    """Yield the template with laws that have their facts, for each kind of the carrier."""
    models = {}
    for part, name in base.models.items():
        wanted = [law for law in name.replace(" ", "").split("+") if law in able.get(part, ())]
        models[part] = " + ".join(wanted) or next(iter(able.get(part, (name,))))
    kind = f"{'needle' if base.carrier == 'microneedle' else base.carrier}_kind"
    for word in OPTIONS.get(kind, ("",)):
        yield base.but(models=models, **({kind: word} if word else {}))


def _missing(formulation: Formulation) -> list[str]:
    return [problem.key for problem in examine(formulation).problems]

"""Steps of making and storing, and what each leaves of the active exosomes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from releasekit.checks import Checks, written
from releasekit.choices import citation, read_material
from releasekit.facts import LOADED, Material
from releasekit.vocabulary import LOADING_STEPS

RECOVERY, LOSS, STORED = "active_recovery_fraction", "inactivation_rate", "storage_time"


@dataclass(frozen=True)
class ProcessStep:
    """A step that exosomes go through before they reach the wound.

    What it leaves of them is stated here, or else it is a fact of the library's file of that step:
    a recovery, or a rate of loss that acts for the time in storage.
    """

    step: str
    active_recovery_fraction: float | None = None
    storage_time: float | None = None
    material: Material | None = None


def read_process(checks: Checks) -> tuple[ProcessStep, ...]:
    """Read the ``[[process]]`` blocks, in the order of making."""
    steps = []
    for i, table in enumerate(checks.tables("process")):
        checks.known(table, ("step", RECOVERY, STORED), "process", i)
        name = checks.text(table, "step", "process", i, required=True)
        numbers = {key: checks.quantity(key, table[key], "process", i, key)
                   for key in (RECOVERY, STORED) if key in table}
        material = None
        if RECOVERY not in table and name:
            material = read_material(checks, "process", name, checks.document.path, "process", i,
                                     "step")
        if material:
            stored = LOSS in material.facts
            if not stored and RECOVERY not in material.facts:
                checks.say(f"{name!r} has neither {RECOVERY} nor {LOSS}", "process", i, "step")
            elif stored != (STORED in table):
                checks.say("is missing" if stored else f"{name!r} is not a kind of storage",
                           "process", i, STORED,
                           suggestion=f'write {STORED} = "30 d"' if stored else "leave it out")
        steps.append(ProcessStep(name, numbers.get(RECOVERY), numbers.get(STORED), material))
    return tuple(steps)


def named_process(checks: Checks, text: Any, near: str, *where: str) -> tuple[ProcessStep, ...]:
    """Return the steps that a text such as ``photocrosslinking + drying`` names, in its order."""
    steps = []
    for name in str(text).replace(" ", "").split("+"):
        material = read_material(checks, "process", name, near, *where)
        if material and RECOVERY not in material.facts:
            checks.say(f"{name!r} is storage: its time is not part of a choice", *where)
        steps.append(ProcessStep(name, material=material))
    return tuple(steps)


def not_possible(steps: Iterable[ProcessStep],
                 materials: Iterable[Material]) -> Iterator[tuple[int, str, str]]:
    """Yield the place of each step that brings exosomes into none of the materials, and why.

    What is loaded may be one of several, such as the gel in the pores of a scaffold; a material
    that does not say how it is loaded allows everything.
    """
    carriers = {each.key: each for each in materials if each.role in LOADED}
    known = {step for each in carriers.values() for step in each.loading or LOADING_STEPS}
    for place, made in enumerate(steps):
        if carriers and made.step in LOADING_STEPS and made.step not in known:
            yield (place, f"{made.step!r} does not bring exosomes into {' or '.join(carriers)}",
                   f"possible: {', '.join(step for step in LOADING_STEPS if step in known)}")


def process_table(step: ProcessStep, target: Path) -> dict[str, Any]:
    """Return a step as a file writes it."""
    numbers = {RECOVERY: step.active_recovery_fraction, STORED: step.storage_time}
    return {"step": citation(step.material, target) if step.material else step.step,
            **{name: written(name, value) for name, value in numbers.items() if value is not None}}

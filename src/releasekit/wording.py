"""How columns and numbers are put into words: the same at the terminal, in figures and reports."""

from __future__ import annotations

import math
import re
from typing import Any

from releasekit.vocabulary import QUANTITIES

TIME_LABEL = "time since application [d]"
SAID = {
    "retained_fraction": "retained, active", "available_fraction": "available, active",
    "released_fraction": "released, active or not",
    "released_active_fraction": "released, active",
    "in_carrier_fraction": "in the carrier", "in_medium_fraction": "in the medium",
    "in_wound_fluid_fraction": "in the wound fluid", "in_tissue_fraction": "in the tissue",
    "taken_up_fraction": "taken up by target cells", "scavenged_fraction": "scavenged",
    "washed_out_fraction": "washed out", "cleared_fraction": "cleared by lymph, blood",
    "discarded_fraction": "discarded with a dressing", "inactivated_fraction": "lost activity",
}
"""Columns of the ledger in words."""
ENDINGS = {"fraction": "fraction of dose", "d": "d", "per_cm2": "1/cm²"}
"""How columns of ledger and metrics end, and the unit that this says."""
UNITS = {"constraints_held_fraction": "share of the draws", "cost_per_dose": "price",
         "gain_over_free": "1", "release_unevenness_ratio": "1"}
"""Units that the name of a column does not say."""
PRINTED = (("^2", "²"), ("^3", "³"), ("um", "µm"), ("deg", "°"))
"""Parts of units as they are typed and as they are printed."""
COLUMNS = {q.column: q for q in QUANTITIES.values()}
SMALLEST = {"fraction": 1e-6, "d": 1e-6, "per_cm2": 1.0}
"""What is worth showing: no smaller share or day, no part of a particle."""
_PERCENTILE = re.compile(r"_p(\d+(?:\.\d+)?)$")
_ENDING = re.compile(rf"_({'|'.join(ENDINGS)})$")


def label_of(column: str) -> str:
    r"""Return a column in words, with percentile and unit.

    >>> label_of("retained_fraction"), label_of("status")
    ('retained, active [fraction of dose]', 'status')
    >>> label_of("available_auc_d_p25"), label_of("released_36h_fraction")
    ('available AUC, p25 of the draws [d]', 'released at 36\xa0h [fraction of dose]')
    >>> label_of("polymer_concentration_mg_per_mL"), label_of("steady_days_d_distance")
    ('polymer concentration [mg/mL]', 'distance of steady days from its target [d or decades]')
    """
    name, percentile = _parts(column)
    plain = name.removesuffix("_distance")
    words, unit = plain, ""
    ending = _ENDING.search(plain)
    if plain in COLUMNS and plain not in SAID:
        words, unit = COLUMNS[plain].name, COLUMNS[plain].shown
    elif ending:
        words, unit = plain[:ending.start()], ENDINGS[ending[1]]
    unit = UNITS.get(plain, unit)
    for typed, printed in PRINTED:
        unit = unit.replace(typed, printed)
    words = SAID.get(plain) or re.sub(r"_(\d+)([hd])$", " at \\1\xa0\\2", words).replace("_", " ")
    words = re.sub(r"\bauc\b", "AUC", words)
    if plain != name:
        words, unit = f"distance of {words} from its target", f"{unit or '1'} or decades"
    return (words + (f", p{percentile} of the draws" if percentile else "")
            + (f" [{unit}]" if unit else ""))


def axis_of(column: str, more_is_better: bool) -> str:
    r"""Return the text of an objective's axis: words, unit, which way is better.

    >>> axis_of("released_3d_fraction", False)
    'released at 3\xa0d [fraction\xa0of\xa0dose], less\xa0is\xa0better'
    """
    words, bracket, unit = label_of(column).partition("[")
    better = f"{'more' if more_is_better else 'less'} is better"
    return words + (bracket + unit).replace(" ", "\xa0") + ", " + better.replace(" ", "\xa0")


def _parts(column: str) -> tuple[str, str]:
    """Return the name of a column and its percentile, if any."""
    found = _PERCENTILE.search(column)
    return (column[:found.start()], found[1]) if found else (column, "")


def number(value: Any, digits: int = 4) -> str:
    """Return a number for reading; a dash where there is none.

    >>> number(0.29088), number(1.23456e10), number(None), number(-0.0)
    ('0.2909', '1.235e+10', '-', '0')
    """
    if value is None or value != value:
        return "-"
    if not isinstance(value, int | float):
        return str(value)
    return f"{value:z.{digits}g}"


def least(column: str) -> float:
    """Return the smallest number of a column that means anything: all below are shown as 0.

    The solver may step below zero by less than its error, and so does round-off.

    >>> least("retained_7d_fraction_p25"), least("gelation_margin_K_p50")
    (1e-06, -inf)
    """
    ending = _ENDING.search(_parts(column)[0])
    return SMALLEST[ending[1]] if ending else -math.inf


def settled(column: str, value: Any) -> Any:
    """Return 0 for a share, days or particles too few to mean anything, else the value.

    >>> settled("retained_7d_fraction_p25", -1.7e-12), settled("gelation_margin_K_p50", -1.9)
    (0.0, -1.9)
    >>> settled("mobility", "unified"), settled("retained_auc_d", None)
    ('unified', None)
    """
    return 0.0 if isinstance(value, int | float) and value < least(column) else value


def counted(count: int, thing: str) -> str:
    """Return a count with its thing, in the plural unless there is one.

    >>> counted(1, "fact"), counted(26, "fact")
    ('1 fact', '26 facts')
    """
    return f"{count} {thing}{'' if count == 1 else 's'}"

"""What can be made: does the precursor set, flow, filter, and take the exosomes.

None of these numbers enters the transport; studies limit them. They are those of the *precursor*:
the gel of a sheet or needle, the gel in the pores of a scaffold, the matrix of a decellularised
tissue. Of layers the worst counts. Where a carrier has nothing of the kind, or nothing is known,
a number is nan: a limit then does not apply.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from releasekit.carriers.inputs import Inputs
from releasekit.carriers.phases import Part
from releasekit.physics import processing, sizes, wound
from releasekit.vocabulary import LOADING_STEPS

FloatArray = NDArray[np.float64]

PRECURSORS = {"hydrogel": "polymer", "microneedle": "polymer", "scaffold": "filling",
              "ecm": "matrix"}
"""The place in ``[made_of]`` of what is liquid while the carrier is made."""
CONCENTRATIONS = {"hydrogel": "polymer_concentration", "scaffold": "polymer_concentration",
                  "ecm": "matrix_concentration"}
"""How much of it; that of needles is told of the dry needle, which says nothing of its solution."""
STERILE_PORE = 0.22e-6
"""Pore diameter [m] of the filters that sterilise, unless ``filter_pore_diameter`` says another."""

NO_ROOM = 1e3
"""Excess where the exosome stock leaves no room for the polymer: worse than any other, and finite,
so that a search can still tell the way back."""


class Precursor(Part):
    """The precursor of a carrier, or of one of its layers, with the exosomes it has to take."""

    def __init__(self, whole: Inputs, exosome_concentration: FloatArray) -> None:
        carrier = whole.formulation.carrier
        super().__init__(whole, PRECURSORS.get(carrier, ""), "exosome", "wound")
        self.exosome_concentration = exosome_concentration
        self.concentration = CONCENTRATIONS.get(carrier, "")
        self.unknown: set[str] = set()

    def get_or(self, name: str, default: float) -> FloatArray:
        """Return a quantity, or a default; what is not known, and has none, is remembered."""
        value = self.get(name)
        if value is None and np.isnan(default):
            self.unknown.add(name)
        return np.full(self.rows, default) if value is None else value

    def has(self, name: str) -> bool:
        """Say whether a number of ``MAKING`` can be asked of it: a gel need not set on warming."""
        material = self.formulation.materials.get(PRECURSORS.get(self.formulation.carrier, ""))
        if material is None:
            return False
        if name in ("gelation_margin", "gelation_temperature"):
            return "thermal-gelation" in (material.loading or LOADING_STEPS)
        return True

    def known(self, law: Callable[..., FloatArray], *names: str) -> FloatArray:
        """Return a law of quantities by their names; nan where one of them is not known."""
        return law(*(self.get_or(name, np.nan) for name in names))

    def stock_share(self) -> FloatArray:
        """Return the volume share of exosome stock in the precursor."""
        return processing.stock_share(self.exosome_concentration,
                                      self.get_or("stock_exosome_concentration", np.nan))

    def solution(self) -> FloatArray:
        """Return the concentration of the solution before the exosome stock is mixed in."""
        share = np.nan_to_num(self.stock_share())  # without a stock nothing is diluted
        return self.known(lambda c: processing.solution_before_mixing(c, share),
                          self.concentration)


def _read(name: str) -> Callable[[Precursor], FloatArray]:
    return lambda precursor: precursor.get_or(name, np.nan)


def _gelation_margin(precursor: Precursor) -> FloatArray:
    return precursor.known(np.subtract, "wound_temperature", "gelation_temperature")


def _loading_ratio(precursor: Precursor) -> FloatArray:
    return precursor.exosome_concentration / precursor.get_or("loading_capacity", np.nan)


def _concentration_excess(precursor: Precursor) -> FloatArray:
    solution = precursor.solution()
    excess = precursor.known(
        lambda c, low, high: processing.concentration_excess(c, solution, low, high),
        precursor.concentration, "usable_concentration_low", "usable_concentration_high")
    return np.minimum(excess, NO_ROOM)


def _injection_force(precursor: Precursor) -> FloatArray:
    newtonian = {name: precursor.get_or(name, 1.0)
                 for name in ("flow_exponent", "reference_shear_rate")}
    return precursor.known(
        lambda *args: processing.injection_force(*args, **newtonian), "plunger_speed",
        "syringe_radius", "needle_bore_radius", "needle_length", "precursor_viscosity")


def _filtered_out(precursor: Precursor) -> FloatArray:
    return 1.0 - sizes.fraction_below(
        precursor.get_or("filter_pore_diameter", STERILE_PORE),
        precursor["vesicle_diameter_median"], precursor["vesicle_diameter_gsd"])


def _absorption_time(precursor: Precursor) -> FloatArray:
    return precursor.known(wound.absorption_time, "exudate_flux", "absorbed_exudate_fraction",
                           "absorption_capacity")


WORST_HIGH, WORST_LOW = np.fmax.reduce, np.fmin.reduce
MAKING: Mapping[str, tuple[Callable[[Precursor], FloatArray], Callable[..., FloatArray]]] = {
    "gelation_time": (_read("gelation_time"), WORST_HIGH),
    "gelation_temperature": (_read("gelation_temperature"), WORST_HIGH),
    "gelation_margin": (_gelation_margin, WORST_LOW),
    "precursor_viscosity": (_read("precursor_viscosity"), WORST_HIGH),
    "injection_force": (_injection_force, WORST_HIGH),
    "stock_volume_fraction": (Precursor.stock_share, WORST_HIGH),
    "loading_ratio": (_loading_ratio, WORST_HIGH),
    "solution_concentration": (Precursor.solution, WORST_HIGH),
    "concentration_excess_ratio": (_concentration_excess, WORST_HIGH),
    "filtered_out_fraction": (_filtered_out, WORST_HIGH),
    "absorption_time": (_absorption_time, WORST_LOW),
}
"""Quantity -> how to get it from a precursor, and which of several layers is the worst."""


def making(inputs: Inputs, name: str, exosome_concentration: FloatArray) -> FloatArray:
    """Return one of the numbers of ``MAKING`` [row]; nan where the carrier has none of the kind.

    Parameters
    ----------
    inputs
        The table of designs.
    name
        Which number.
    exosome_concentration : shape (row,) [1/m^3]
        Exosomes fed per volume of the carrier; nan if it has none.
    """
    how, worst = MAKING[name]
    return np.asarray(worst([how(Precursor(part, exosome_concentration))
                             for part in inputs.layers()]), dtype=float)


def not_known(inputs: Inputs, name: str) -> set[str]:
    """Return what nobody says, for want of which one of the numbers of ``MAKING`` has no value.

    Empty where it has a value, and where the carrier has nothing of the kind.
    """
    parts = [Precursor(part, np.ones(inputs.rows)) for part in inputs.layers()]
    valued = [not np.isnan(MAKING[name][0](part)).all() for part in parts]
    lacking = {fact for part in parts if part.has(name) for fact in part.unknown}
    return set() if any(valued) or "" in lacking else lacking

"""One vocabulary: every physical quantity has one name in files, laws, tables and options.

Each row of the table says name, symbol, SI unit, shown unit, the *possible* range (outside it a
value is an error), the *usual* range (outside it a value is a warning) and the meaning. Ranges
are in SI. ``docs/nomenclature.md`` is generated from this table.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

INF = math.inf


@dataclass(frozen=True)
class Quantity:
    """A named physical quantity."""

    name: str
    symbol: str
    unit: str
    shown: str
    possible: tuple[float, float]
    usual: tuple[float, float]
    meaning: str

    @property
    def column(self) -> str:
        """Name of a column of this quantity, with the shown unit in it."""
        return self.name if self.shown == "1" else f"{self.name}_{_SLUG.get(self.shown, '')}"


_SLUG = {
    "nm": "nm", "um": "um", "mm": "mm", "cm^2": "cm2", "d": "d", "h": "h", "s": "s", "kPa": "kPa",
    "mg/mL": "mg_per_mL", "1/mL": "per_mL", "1/cm^2": "per_cm2", "m^2/s": "m2_per_s",
    "1/s": "per_s", "1/h": "per_h", "1/d": "per_d", "degC": "degC", "um/s": "um_per_s", "N": "N",
    "MPa": "MPa", "GPa": "GPa", "Pa": "Pa", "Pa s": "Pa_s", "mL/cm^2/d": "mL_per_cm2_d",
    "mL/cm^2": "mL_per_cm2", "mmol/L": "mmol_per_L", "U/mL": "U_per_mL", "g/mol": "g_per_mol",
    "kJ/mol": "kJ_per_mol", "mV": "mV", "m^3": "m3", "g/mL": "g_per_mL", "1/ug": "per_ug",
    "m^2": "m2", "1/m^2": "per_m2", "m^3/kg": "m3_per_kg", "m^3/mol": "m3_per_mol", "J": "J",
    "m^3/U/s": "m3_per_U_s", "m^3/mol/s": "m3_per_mol_s", "mol/m^3/s": "mol_per_m3_s",
    "m^1.5/mol^0.5/s": "m1p5_per_mol0p5_s", "K": "K",
}

FRACTION = (0.0, 1.0)
POSITIVE = (0.0, INF)
_Row = tuple[str, str, str, str, tuple[float, float], tuple[float, float], str]

_ROWS: tuple[_Row, ...] = (
    # exosome -----------------------------------------------------------------------------------
    ("vesicle_diameter", "d", "m", "nm", (1e-9, 5e-6), (2e-8, 1e-6), "hydrodynamic diameter of one vesicle"),
    ("vesicle_diameter_median", "d_50", "m", "nm", (5e-9, 2e-6), (3e-8, 2.5e-7), "number median of the vesicle diameter"),
    ("vesicle_diameter_gsd", "σ_d", "1", "1", (1.0, 4.0), (1.0, 2.0), "geometric standard deviation of the vesicle diameter"),
    ("vesicle_diameter_low", "d_lo", "m", "nm", (0.0, 1e-2), (0.0, 1e-6), "lower edge of a range of vesicle diameters"),
    ("vesicle_diameter_high", "d_hi", "m", "nm", (0.0, 1e-2), (2e-8, 1e-6), "upper edge of a range of vesicle diameters"),
    ("moment_order", "k", "1", "1", (-20.0, 20.0), (0.0, 6.0), "power of the diameter that weighs a vesicle: 0 number, 3 volume"),
    ("lower_moment_order", "q", "1", "1", (-20.0, 20.0), (0.0, 6.0), "order of the lower moment of a mean diameter D[k, q]"),
    ("deformable_fraction", "δ", "1", "1", (0.0, 0.5), (0.0, 0.2), "share by which a vesicle can narrow while squeezing through a pore"),
    ("zeta_potential", "ζ", "V", "mV", (-0.2, 0.2), (-0.07, 0.06), "zeta potential (recorded; used only where a law says so)"),
    ("particles_per_mass", "n_m", "1/kg", "1/ug", POSITIVE, (1e16, 1e20), "particles per mass of protein"),
    ("carrier_inactivation_rate", "k_ic", "1/s", "1/d", POSITIVE, (0.0, 2e-5), "first-order loss of activity inside the carrier"),
    ("wound_inactivation_rate", "k_iw", "1/s", "1/d", POSITIVE, (0.0, 1e-4), "first-order loss of activity in wound fluid and tissue"),
    # structure ---------------------------------------------------------------------------------
    ("polymer_concentration", "c_p", "kg/m^3", "mg/mL", (0.0, 1500.0), (1.0, 1400.0), "polymer mass per volume of the precursor as prepared"),
    ("matrix_concentration", "c_m", "kg/m^3", "mg/mL", (0.0, 1500.0), (1.0, 600.0), "dry mass of decellularised matrix per volume of the carrier as used"),
    ("polymer_volume_fraction", "φ", "1", "1", (1e-6, 1.0), (1e-3, 0.5), "polymer volume fraction of the swollen gel"),
    ("preparation_volume_fraction", "φ_0", "1", "1", (1e-6, 1.0), (1e-3, 0.5), "polymer volume fraction as prepared (relaxed state)"),
    ("functionalisation_fraction", "DoF", "1", "1", FRACTION, (0.01, 1.0), "share of reactive groups that carry a crosslinkable group"),
    ("plateau_modulus", "G", "Pa", "kPa", (1e-3, 1e11), (1.0, 2e7), "storage modulus on the plateau"),
    ("compressive_modulus", "E_c", "Pa", "kPa", (1e-3, 1e11), (1.0, 1e10), "compressive (Young) modulus"),
    ("tensile_modulus", "E_t", "Pa", "kPa", (1e-3, 1e11), (1.0, 1e10), "tensile (Young) modulus"),
    ("relaxation_time", "τ_r", "s", "s", (1e-6, 1e12), (1e-1, 1e7), "stress-relaxation time of the network"),
    ("mesh_size", "ξ", "m", "nm", (1e-10, 1e-3), (1e-9, 1e-5), "mesh size of the network (a diameter)"),
    ("mesh_size_median", "ξ_50", "m", "nm", (1e-10, 1e-3), (5e-10, 1e-5), "median of the mesh size"),
    ("mesh_size_gsd", "σ_ξ", "1", "1", (1.0, 10.0), (1.0, 3.0), "geometric standard deviation of the mesh size"),
    ("cutoff_ratio", "β", "1", "1", (0.0, 100.0), (0.5, 5.0), "largest vesicle diameter that still moves over the mesh size"),
    ("macropore_fraction", "f_M", "1", "1", FRACTION, (0.0, 0.95), "volume share of connected macropores"),
    ("pore_diameter", "d_M", "m", "um", (1e-9, 1e-2), (1e-7, 1e-3), "diameter of macropores"),
    ("pore_radius", "r_p", "m", "um", (1e-10, 1e-2), (1e-9, 1e-3), "radius of a cylindrical pore"),
    ("pore_volume_fraction", "ε", "1", "1", FRACTION, (0.2, 0.99), "percolating porosity"),
    ("filling_fraction", "f_g", "1", "1", FRACTION, FRACTION, "share of the pore space that a gel fills"),
    ("fibre_radius", "a", "m", "nm", (1e-10, 1e-3), (3e-10, 1e-5), "radius of a fibre or polymer chain"),
    ("fibre_length_density", "ρ_L", "1/m^2", "1/m^2", POSITIVE, POSITIVE, "fibre length per volume"),
    ("chain_molar_mass", "M_n", "kg/mol", "g/mol", (1e-2, 1e5), (0.1, 3e3), "number-average molar mass of the precursor chain"),
    ("strand_molar_mass", "M_c", "kg/mol", "g/mol", (1e-3, 1e5), (0.05, 3e3), "molar mass between crosslinks"),
    ("repeat_molar_mass", "M_r", "kg/mol", "g/mol", (1e-3, 10.0), (0.01, 1.0), "molar mass of the repeating unit"),
    ("repeat_count", "N_j", "1", "1", (1.0, 1e7), (2.0, 1e5), "repeating units between junctions"),
    ("bonds_per_repeat", "λ", "1", "1", (1.0, 20.0), (2.0, 6.0), "backbone bonds per repeating unit"),
    ("bond_length", "l", "m", "nm", (5e-11, 1e-9), (1e-10, 6e-10), "length of a backbone bond"),
    ("characteristic_ratio", "C_n", "1", "1", (1.0, 100.0), (1.0, 30.0), "characteristic ratio of the chain"),
    ("junction_functionality", "f", "1", "1", (3.0, 1e4), (3.0, 8.0), "strands that meet at a junction"),
    ("partner_functionality", "f_B", "1", "1", (2.0, 1e4), (2.0, 8.0), "functionality of the second precursor of an A_f + B_g network"),
    ("chain_end_fraction", "γ", "1", "1", (0.0, 0.999), (0.0, 0.5), "share of chains lost to ends and loops"),
    ("density", "ρ", "kg/m^3", "g/mL", (100.0, 2.5e4), (900.0, 2000.0), "density of the dry polymer"),
    ("specific_volume", "v", "m^3/kg", "m^3/kg", (4e-5, 1e-2), (4e-4, 2e-3), "partial specific volume of the polymer"),
    ("hydrated_specific_volume", "v_h", "m^3/kg", "m^3/kg", (4e-5, 1e-1), (7e-4, 5e-3), "volume of wet fibres per dry mass of matrix"),
    ("solvent_molar_volume", "V_1", "m^3/mol", "m^3/mol", (1e-6, 1e-3), (1.7e-5, 1.9e-5), "molar volume of the solvent"),
    ("interaction_coefficient", "χ", "1", "1", (-2.0, 3.0), (0.0, 0.6), "Flory-Huggins polymer-solvent interaction"),
    ("strand_concentration", "ν", "mol/m^3", "mmol/L", POSITIVE, (1e-4, 1e3), "elastically active strands per volume"),
    ("swelling_ratio", "Q", "1", "1", (0.05, 1e4), (0.5, 100.0), "swollen volume over volume as prepared"),
    ("modulus_ratio", "G/G_0", "1", "1", POSITIVE, (0.0, 2.0), "modulus now over modulus at the start"),
    # mobility ----------------------------------------------------------------------------------
    ("temperature", "T", "K", "degC", (200.0, 450.0), (273.15, 333.15), "absolute temperature"),
    ("viscosity", "η", "Pa s", "Pa s", (1e-6, 1e6), (3e-4, 1e4), "dynamic viscosity"),
    ("particle_radius", "r_s", "m", "nm", (1e-11, 1e-5), (1e-10, 1e-6), "hydrodynamic radius of the diffusing particle"),
    ("free_diffusivity", "D_0", "m^2/s", "m^2/s", (0.0, 1e-6), (0.0, 1e-9), "diffusivity in the fluid alone"),
    ("effective_diffusivity", "D", "m^2/s", "m^2/s", (0.0, 1e-6), (0.0, 1e-9), "diffusivity inside the carrier; given, it replaces mesh and swelling laws"),
    ("major_diffusivity", "D_1", "m^2/s", "m^2/s", (0.0, 1e-6), (0.0, 1e-9), "diffusivity of the first phase of a two-phase medium"),
    ("minor_diffusivity", "D_2", "m^2/s", "m^2/s", (0.0, 1e-6), (0.0, 1e-9), "diffusivity of the second phase of a two-phase medium"),
    ("phase_fraction", "f_2", "1", "1", FRACTION, FRACTION, "volume share of the second phase"),
    ("obstruction_coefficient", "B", "1", "1", (0.0, 20.0), (0.3, 3.0), "coefficient of (d/ξ)² in the unified closure; π/4 obstruction, about 1 hopping"),
    ("volume_coefficient", "Y", "1", "1", POSITIVE, (0.5, 2.0), "ratio of hopping to free volume per molecule (Lustig-Peppas)"),
    ("free_volume_radius", "r_FV", "m", "nm", (1e-11, 1e-8), (1e-10, 1e-9), "mean radius of free-volume voids of the gel"),
    ("water_free_volume_radius", "r_FVW", "m", "nm", (1e-11, 1e-8), (1e-10, 1e-9), "mean radius of free-volume voids of water"),
    ("hydraulic_permeability", "κ", "m^2", "m^2", POSITIVE, (1e-20, 1e-8), "Darcy (Brinkman) permeability"),
    ("drag_coefficient", "c_B", "1", "1", POSITIVE, (0.1, 0.4), "coefficient of b² in the Brinkman drag: 1/9 translating sphere, 1/3 often printed"),
    ("size_ratio", "λ_p", "1", "1", POSITIVE, (0.0, 1.0), "particle radius over pore radius"),
    ("membrane_bending_energy", "κ_c", "J", "J", POSITIVE, (1e-20, 1e-18), "bending modulus of the vesicle membrane"),
    ("sol_viscosity_ratio", "η_sol/η", "1", "1", (1.0, 1e9), (1.0, 1e4), "viscosity of the liquefied carrier over that of water"),
    ("surface_located_fraction", "f_s", "1", "1", FRACTION, (0.0, 0.9), "share of the exosomes that sits on the surface and is free at once"),
    ("irreversible_fraction", "f_irr", "1", "1", FRACTION, (0.0, 0.6), "share held until the matrix itself goes"),
    # binding -----------------------------------------------------------------------------------
    ("binding_on_rate", "k_on'", "1/s", "1/s", POSITIVE, (0.0, 1.0), "pseudo-first-order rate of binding to the matrix"),
    ("binding_off_rate", "k_off", "1/s", "1/s", POSITIVE, (1e-8, 1e-1), "rate at which bound exosomes let go"),
    ("binding_ratio", "K_b", "1", "1", POSITIVE, (0.0, 1e3), "bound over free exosomes at equilibrium"),
    ("affinity_ratio", "g_b", "1", "1", POSITIVE, (0.1, 100.0), "binding ratio of engineered exosomes over that of native ones in the same carrier"),
    ("site_concentration", "B_s", "mol/m^3", "mmol/L", POSITIVE, POSITIVE, "binding sites per volume"),
    ("ligand_concentration", "c_l", "mol/m^3", "mmol/L", POSITIVE, POSITIVE, "concentration of the binding species"),
    ("dissociation_concentration", "K_D", "mol/m^3", "mmol/L", POSITIVE, POSITIVE, "equilibrium dissociation constant"),
    ("free_concentration", "c_f", "mol/m^3", "mmol/L", POSITIVE, POSITIVE, "concentration of the species that is not bound"),
    ("total_concentration", "T_s", "mol/m^3", "mmol/L", POSITIVE, POSITIVE, "free and bound species together"),
    ("bulk_density", "ρ_b", "kg/m^3", "mg/mL", POSITIVE, (1.0, 2000.0), "solid mass per volume of the porous body"),
    ("adsorption_coefficient", "K_d", "m^3/kg", "m^3/kg", POSITIVE, POSITIVE, "adsorbed per mass of solid over dissolved concentration"),
    ("adsorption_capacity", "q_m", "1", "1", POSITIVE, POSITIVE, "adsorbed mass per mass of solid at saturation"),
    ("adsorption_affinity", "K_L", "m^3/kg", "m^3/kg", POSITIVE, POSITIVE, "Langmuir affinity"),
    ("solute_concentration", "c_s", "kg/m^3", "mg/mL", POSITIVE, POSITIVE, "dissolved mass per volume of fluid"),
    ("adsorbed_fraction", "f_ads", "1", "1", FRACTION, FRACTION, "share of the dose adsorbed on struts"),
    ("embedded_fraction", "f_emb", "1", "1", FRACTION, FRACTION, "share of the dose enclosed in the struts"),
    ("desorption_rate", "k_des", "1/s", "1/h", POSITIVE, (1e-8, 1e-1), "first-order desorption"),
    # degradation -------------------------------------------------------------------------------
    ("time", "t", "s", "d", POSITIVE, POSITIVE, "time since application"),
    ("half_life", "t_1/2", "s", "d", POSITIVE, POSITIVE, "time to half of the start value"),
    ("bond_cleavage_rate", "k", "1/s", "1/d", POSITIVE, (0.0, 1e-2), "first-order loss of crosslinks"),
    ("reference_temperature", "T_ref", "K", "degC", (200.0, 450.0), (273.15, 333.15), "temperature at which a rate was obtained"),
    ("activation_energy", "E_a", "J/mol", "kJ/mol", (0.0, 5e5), (3e4, 1.5e5), "Arrhenius activation energy"),
    ("ph", "pH", "1", "1", (0.0, 14.0), (4.0, 10.0), "pH of the surrounding fluid"),
    ("water_cleavage_rate", "k_w0", "1/s", "1/d", POSITIVE, POSITIVE, "pH-independent hydrolysis"),
    ("acid_cleavage_rate", "k_H", "1/s", "1/d", POSITIVE, POSITIVE, "acid-catalysed hydrolysis at pH 0"),
    ("base_cleavage_rate", "k_OH", "1/s", "1/d", POSITIVE, POSITIVE, "base-catalysed hydrolysis at pH = pKw"),
    ("water_pk", "pK_w", "1", "1", (10.0, 16.0), (13.0, 15.0), "ionic product of water, negative decadic logarithm"),
    ("intact_fraction", "p", "1", "1", FRACTION, FRACTION, "share of crosslinks still intact"),
    ("initial_intact_fraction", "p_0", "1", "1", FRACTION, (0.3, 1.0), "share of possible crosslinks made at the start (defects included)"),
    ("crosslink_density_ratio", "ρ_x", "1", "1", FRACTION, FRACTION, "crosslink density over that at the start"),
    ("gel_point_fraction", "p_c", "1", "1", FRACTION, FRACTION, "intact fraction at which the network falls apart"),
    ("crosslinks_per_chain", "N", "1", "1", (1.0, 1e6), (2.0, 1e3), "crosslinks per kinetic chain of a chain-growth network"),
    ("gel_point_time", "t_gel", "s", "d", POSITIVE, POSITIVE, "time at which the network falls apart (median over regions)"),
    ("gel_point_spread", "w_g", "1", "1", (1e-3, 3.0), (0.05, 1.0), "spread of ln(time) over which regions turn from gel to sol"),
    ("enzyme_activity", "E_U", "U/m^3", "U/mL", POSITIVE, POSITIVE, "enzyme activity (never molar)"),
    ("enzyme_concentration", "E", "mol/m^3", "mmol/L", POSITIVE, (0.0, 1.0), "molar enzyme concentration"),
    ("catalytic_rate", "k_cat", "1/s", "1/s", POSITIVE, POSITIVE, "turnover number"),
    ("michaelis_concentration", "K_m", "mol/m^3", "mmol/L", POSITIVE, POSITIVE, "Michaelis constant"),
    ("substrate_concentration", "S", "mol/m^3", "mmol/L", POSITIVE, POSITIVE, "cleavable bonds per volume"),
    ("maximum_cleavage_flux", "V_max", "mol/m^3/s", "mol/m^3/s", POSITIVE, POSITIVE, "k_cat E: largest cleavage rate per volume"),
    ("enzyme_decay_rate", "k_d", "1/s", "1/d", POSITIVE, POSITIVE, "first-order loss of enzyme activity"),
    ("enzyme_diffusivity", "D_E", "m^2/s", "m^2/s", POSITIVE, (0.0, 1e-9), "diffusivity of the enzyme in the gel"),
    ("enzyme_consumption_rate", "k_E", "1/s", "1/s", POSITIVE, POSITIVE, "first-order binding or loss of enzyme in the gel"),
    ("activity_cleavage_rate", "k_U", "m^3/U/s", "m^3/U/s", POSITIVE, POSITIVE, "first-order cleavage per enzyme activity"),
    ("thiele_ratio", "φ_T", "1", "1", POSITIVE, POSITIVE, "Thiele modulus: reaction against diffusion of the enzyme"),
    ("erosion_speed", "v_e", "m/s", "um/s", POSITIVE, (0.0, 1e-4), "speed at which an eroding surface recedes"),
    ("dissolution_speed", "v_d", "m/s", "um/s", POSITIVE, (0.0, 1e-4), "normal speed at which a dissolving surface recedes"),
    ("erosion_time", "t_e", "s", "d", POSITIVE, POSITIVE, "time to erode the whole body"),
    ("shape_exponent", "n", "1", "1", (0.0, 2.0), (0.0, 2.0), "0 slab, 1 cylinder, 2 sphere"),
    ("stefan_ratio", "St", "1", "1", POSITIVE, POSITIVE, "reagent concentration outside over the reagent that the matrix consumes per volume"),
    ("mass_remaining_fraction", "m", "1", "1", FRACTION, FRACTION, "mass of the matrix still there"),
    ("stimulus_concentration", "S_x", "mol/m^3", "mmol/L", POSITIVE, POSITIVE, "trigger: glutathione, peroxide, glucose ..."),
    ("reference_concentration", "S_ref", "mol/m^3", "mmol/L", POSITIVE, POSITIVE, "stimulus concentration of a reference rate"),
    ("stimulus_order", "n_x", "1", "1", (0.0, 3.0), (0.2, 1.2), "apparent order in the stimulus"),
    ("reference_cleavage_rate", "k_ref", "1/s", "1/d", POSITIVE, (0.0, 1e-2), "first-order loss of crosslinks at the reference stimulus concentration"),
    ("unstimulated_cleavage_rate", "k_0", "1/s", "1/d", POSITIVE, (0.0, 1e-2), "first-order loss of crosslinks without the stimulus"),
    ("second_order_rate", "k_2", "m^3/mol/s", "m^3/mol/s", POSITIVE, POSITIVE, "second-order rate"),
    ("half_order_rate", "k_1/2", "m^1.5/mol^0.5/s", "m^1.5/mol^0.5/s", POSITIVE, POSITIVE, "rate of a reaction of order 1/2 in the acid (dissociation-controlled autocatalysis)"),
    ("glucose_affinity", "K_g", "m^3/mol", "m^3/mol", POSITIVE, POSITIVE, "affinity of boronate for glucose"),
    ("ion_exchange_rate", "k_x", "1/s", "1/d", POSITIVE, (0.0, 1e-4), "loss of ionic crosslinks by exchange of calcium for sodium"),
    ("ester_concentration", "E_0", "mol/m^3", "mmol/L", POSITIVE, POSITIVE, "ester bonds per volume"),
    ("acid_concentration", "A_0", "mol/m^3", "mmol/L", POSITIVE, POSITIVE, "acid end groups per volume"),
    ("linker_cleavage_rate", "k_1", "1/s", "1/d", POSITIVE, POSITIVE, "cleavage of the linker that tethers the cargo"),
    # geometry and dose -------------------------------------------------------------------------
    ("thickness", "L", "m", "mm", (1e-6, 0.1), (5e-5, 1e-2), "carrier thickness at use; back sealed, one face open"),
    ("radius", "R", "m", "mm", (1e-7, 0.1), (1e-6, 1e-2), "radius of a rod or bead"),
    ("area", "A", "m^2", "cm^2", (1e-8, 1.0), (1e-6, 0.05), "wound area that the carrier covers"),
    ("packing_fraction", "ψ", "1", "1", (1e-3, 1.0), (0.1, 0.8), "volume share of beads or rods in the applied layer"),
    ("exosome_concentration", "c_0", "1/m^3", "1/mL", POSITIVE, (1e12, 1e20), "exosomes per volume of the carrier as prepared"),
    ("endogenous_vesicle_concentration", "c_end", "1/m^3", "1/mL", POSITIVE, (1e12, 1e18), "vesicles of the decellularised matrix itself per volume: a blank, not part of the dose"),
    ("dose_per_area", "Γ", "1/m^2", "1/cm^2", POSITIVE, (1e8, 1e16), "exosomes fed per wound area"),
    ("layer_dose_fraction", "y_l", "1", "1", FRACTION, FRACTION, "share of the dose in one layer of a layered carrier"),
    ("layer_partition_coefficient", "K_l", "1", "1", (1e-6, 1e6), (1e-3, 1e3), "concentration in the outer layer over that in the inner at equilibrium"),
    ("needle_height", "H", "m", "um", (1e-5, 5e-3), (1.5e-4, 1.5e-3), "height of a needle"),
    ("needle_base_radius", "r_b", "m", "um", (1e-6, 2e-3), (2.5e-5, 2.5e-4), "radius of the needle at its base"),
    ("needle_tip_radius", "r_t", "m", "um", (1e-8, 1e-3), (5e-7, 2.5e-5), "radius of the needle at its tip"),
    ("needle_base_width", "w", "m", "um", (1e-6, 4e-3), (5e-5, 5e-4), "side of the square base of a pyramid needle"),
    ("needle_pitch", "p_n", "m", "um", (1e-5, 1e-2), (2e-4, 2e-3), "distance between needle axes"),
    ("needle_count", "n_n", "1", "1", (1.0, 1e6), (10.0, 1e4), "needles of an array"),
    ("needle_volume", "V_n", "m^3", "m^3", POSITIVE, POSITIVE, "volume of one needle"),
    ("insertion_depth_fraction", "f_i", "1", "1", FRACTION, (0.2, 1.0), "share of the needle height that is inside the tissue"),
    ("needle_modulus", "E_n", "Pa", "GPa", (1e3, 1e12), (1e8, 2e11), "Young modulus of the dry needle"),
    ("needle_strength", "σ_y", "Pa", "MPa", (1e3, 1e11), (1e6, 1e9), "yield strength of the dry needle"),
    ("skin_strength", "s", "Pa", "MPa", (1e2, 1e9), (1e5, 1e8), "insertion force per tip area"),
    ("wound_bed_strength", "s_w", "Pa", "MPa", (1e2, 1e9), (1e5, 1e8), "insertion force per tip area where there is no stratum corneum"),
    ("crowding_length", "g_c", "m", "um", (0.0, 1e-2), (0.0, 1e-3), "gap between the bases of needles below which they share the load"),
    ("crowding_exponent", "n_c", "1", "1", (0.0, 10.0), (0.0, 1.0), "power with which the insertion force rises as the gap narrows"),
    ("array_insertion_force", "F_a", "N", "N", POSITIVE, (0.0, 100.0), "force that pushes all needles on the wound into the tissue"),
    ("needle_safety_ratio", "S_n", "1", "1", POSITIVE, POSITIVE, "force at which a needle fails over the force that inserts it; 2 or more is advisable"),
    ("height_fraction", "y", "1", "1", FRACTION, FRACTION, "height of a needle, its tip completed to a point, over that at the start"),
    ("part_low_fraction", "z_1", "1", "1", FRACTION, FRACTION, "distance of the lower end of a part of a needle from the point of its completed cone, over that of the base"),
    ("part_high_fraction", "z_2", "1", "1", FRACTION, FRACTION, "distance of the upper end of a part of a needle from the point of its completed cone, over that of the base"),
    ("loaded_height_fraction", "f_l", "1", "1", (1e-3, 1.0), (0.2, 1.0), "share of the needle height, from the tip, that carries exosomes"),
    ("backing_dose_fraction", "f_b", "1", "1", FRACTION, (0.0, 0.9), "share of the dose that is in the backing of a needle patch and stays there"),
    ("dissolution_time", "t_d", "s", "s", POSITIVE, POSITIVE, "time in which a needle or its coating or shell dissolves in fresh fluid"),
    ("soluble_repeat_count", "n_s", "1", "1", (0.0, 1e4), (2.0, 30.0), "repeating units up to which a chain fragment dissolves"),
    ("lateral_force", "F_l", "N", "N", POSITIVE, (0.0, 10.0), "sideways force on a needle tip"),
    ("buckling_force", "F_cr", "N", "N", POSITIVE, (0.0, 1e3), "axial force at which a needle buckles"),
    ("yield_force", "F_y", "N", "N", POSITIVE, (0.0, 1e3), "axial force at which the tip of a needle yields"),
    ("insertion_force", "F_ins", "N", "N", POSITIVE, (0.0, 10.0), "force that pushes one needle into the tissue"),
    ("dissolution_rate", "a_d", "1/s", "1/s", POSITIVE, POSITIVE, "relative rate at which a needle loses height in fresh fluid"),
    ("fluid_saturation_ratio", "b_d", "1", "1", POSITIVE, POSITIVE, "needle mass over what the interstitial fluid can dissolve"),
    ("strut_radius", "a_s", "m", "um", (1e-8, 1e-2), (1e-7, 1e-3), "radius of a scaffold strut"),
    ("film_thickness", "δ_f", "m", "um", (1e-9, 1e-2), (1e-7, 1e-3), "thickness of a coating"),
    # wound -------------------------------------------------------------------------------------
    ("exudate_flux", "q", "m/s", "mL/cm^2/d", (0.0, 1e-4), (0.0, 2e-7), "exudate volume per wound area and time"),
    ("absorbed_exudate_fraction", "f_q", "1", "1", FRACTION, FRACTION, "share of the exudate drawn through the carrier into the dressing"),
    ("absorption_capacity", "V_a", "m", "mL/cm^2", POSITIVE, (0.0, 0.05), "exudate volume per area that the dressing can take up between changes"),
    ("carrier_exudate_flux", "v", "m/s", "mL/cm^2/d", (0.0, 1e-4), (0.0, 2e-7), "exudate drawn through the carrier, away from the wound"),
    ("fluid_film_thickness", "h", "m", "mm", (1e-6, 0.05), (1e-4, 5e-3), "thickness of the wound-fluid film under the carrier"),
    ("washout_rate", "k_w", "1/s", "1/d", POSITIVE, (0.0, 1e-3), "loss from the wound fluid with draining exudate"),
    ("fluid_uptake_rate", "k_uf", "1/s", "1/d", POSITIVE, (0.0, 1e-3), "uptake by the cells meant, from wound fluid"),
    ("tissue_uptake_rate", "k_ut", "1/s", "1/d", POSITIVE, (0.0, 1e-3), "uptake by the cells meant, in the tissue"),
    ("scavenging_rate", "k_s", "1/s", "1/d", POSITIVE, (0.0, 1e-3), "uptake by phagocytes, in fluid and tissue"),
    ("clearance_rate", "k_c", "1/s", "1/d", POSITIVE, (0.0, 1e-3), "loss from tissue to lymph and blood"),
    ("tissue_diffusivity", "D_t", "m^2/s", "m^2/s", (0.0, 1e-9), (1e-15, 1e-10), "diffusivity in the tissue of a vesicle of median size"),
    ("cooperative_diffusivity", "D_c", "m^2/s", "m^2/s", POSITIVE, (1e-13, 1e-9), "cooperative diffusivity of a swelling network"),
    ("tissue_depth", "δ_t", "m", "mm", (1e-6, 0.1), (1e-4, 1e-2), "depth of tissue counted as wound"),
    ("tissue_accessible_fraction", "ε_t", "1", "1", (1e-4, 1.0), (0.02, 0.6), "share of the tissue volume open to vesicles"),
    ("wound_ph", "pH_w", "1", "1", (0.0, 14.0), (4.0, 10.0), "pH of the wound surface"),
    ("wound_temperature", "T_w", "K", "degC", (260.0, 330.0), (296.0, 312.0), "temperature of the wound bed"),
    ("bath_volume_per_area", "h_b", "m", "mL/cm^2", (1e-6, 100.0), (1e-4, 1.0), "release medium per open carrier area"),
    ("external_film_thickness", "δ_x", "m", "um", (1e-9, 0.05), (1e-6, 5e-3), "stagnant layer between carrier and perfect sink (boundary 'film')"),
    ("partition_coefficient", "K_p", "1", "1", (1e-6, 1e6), (1e-3, 1e3), "concentration in the carrier over that in the fluid at equilibrium"),
    # making and schedule -----------------------------------------------------------------------
    ("active_recovery_fraction", "y", "1", "1", FRACTION, FRACTION, "active exosomes after a process step over before"),
    ("storage_time", "t_st", "s", "d", POSITIVE, (0.0, 1e8), "time in storage before use"),
    ("gelation_time", "t_g", "s", "s", POSITIVE, (1.0, 7200.0), "time to gel"),
    ("gelation_temperature", "T_g", "K", "degC", (260.0, 400.0), (275.0, 315.0), "temperature at which the precursor gels"),
    ("gelation_margin", "ΔT_g", "K", "K", (-INF, INF), (-INF, INF), "wound bed temperature less the gelation temperature; below 0 a precursor that sets on warming stays liquid on the wound"),
    ("injection_force", "F_inj", "N", "N", POSITIVE, (0.0, 40.0), "force to push the precursor through the needle"),
    ("plunger_speed", "v_p", "m/s", "um/s", POSITIVE, (1e-5, 1e-1), "speed of the syringe plunger"),
    ("syringe_radius", "R_s", "m", "mm", (1e-4, 0.1), (1e-3, 2e-2), "inner radius of the syringe barrel"),
    ("needle_bore_radius", "R_n", "m", "um", (1e-6, 1e-2), (5e-5, 1e-3), "inner radius of the injection needle"),
    ("needle_length", "l_n", "m", "mm", (1e-4, 1.0), (4e-3, 0.1), "length of the injection needle"),
    ("precursor_viscosity", "η_p", "Pa s", "Pa s", (1e-6, 1e6), (5e-4, 1e4), "viscosity of the precursor as it is injected or filtered, at the reference shear rate"),
    ("flow_exponent", "n_f", "1", "1", (0.01, 3.0), (0.05, 1.2), "power-law exponent of the precursor, 1 Newtonian, below 1 shear-thinning"),
    ("reference_shear_rate", "γ_ref", "1/s", "1/s", (1e-9, 1e9), (1e-3, 1e4), "shear rate at which the viscosity of a power-law fluid was obtained"),
    ("loading_capacity", "c_max", "1/m^3", "1/mL", POSITIVE, (1e14, 1e20), "largest exosome concentration the precursor takes"),
    ("stock_exosome_concentration", "c_st", "1/m^3", "1/mL", POSITIVE, (1e13, 1e20), "exosomes per volume of the stock that is mixed into the precursor"),
    ("stock_volume_fraction", "x_st", "1", "1", FRACTION, (0.0, 0.5), "volume share of exosome stock in the mixed precursor"),
    ("loading_ratio", "c_0/c_max", "1", "1", POSITIVE, POSITIVE, "exosome concentration over the largest that the precursor takes"),
    ("usable_concentration_low", "c_lo", "kg/m^3", "mg/mL", (0.0, 1500.0), (0.5, 1400.0), "lowest polymer (or matrix) concentration of which a carrier can be made"),
    ("usable_concentration_high", "c_hi", "kg/m^3", "mg/mL", (0.0, 1500.0), (1.0, 1400.0), "highest polymer (or matrix) concentration that can be dissolved and worked"),
    ("solution_concentration", "c_sol", "kg/m^3", "mg/mL", POSITIVE, POSITIVE, "polymer (or matrix) concentration before the exosome stock is mixed in"),
    ("concentration_excess_ratio", "x_c", "1", "1", POSITIVE, POSITIVE, "how far the concentration lies outside the usable window, over the end that it misses; 0 inside"),
    ("filter_pore_diameter", "d_fil", "m", "nm", (1e-9, 1e-4), (1e-7, 1e-6), "pore diameter of the filter that sterilises"),
    ("filtered_out_fraction", "f_fil", "1", "1", FRACTION, FRACTION, "share of the vesicles wider than the pores of the filter that sterilises"),
    ("absorption_time", "t_full", "s", "d", POSITIVE, (0.0, INF), "time until the dressing has taken up all the exudate that it can"),
    ("price_per_dose", "€", "1", "1", POSITIVE, POSITIVE, "price of one dose without its exosomes, in the currency of the study"),
    ("particle_price", "€_p", "1", "1", POSITIVE, POSITIVE, "price of one exosome, in the currency of the study"),
    ("duration", "T_end", "s", "d", (1.0, 1e9), (60.0, 1e7), "time simulated"),
    ("wear_time", "T_p", "s", "d", (1.0, 1e9), (60.0, 2e6), "time after which a needle patch is taken away"),
    ("dressing_change_time", "T_d", "s", "d", (60.0, 1e9), (8e4, 2e6), "time between dressing changes"),
    ("fluid_removed_fraction", "ω", "1", "1", FRACTION, FRACTION, "share of the wound fluid wiped off at a dressing change"),
    ("dose_count", "n_d", "1", "1", (1.0, 1000.0), (1.0, 30.0), "applications"),
    ("target_available_particles_per_cm2", "A*", "1/m^2", "1/cm^2", POSITIVE, (1e8, 1e15), "available particles per wound area aimed at"),
    ("target_daily_release_low", "J_lo", "1/m^2", "1/cm^2", POSITIVE, POSITIVE, "lower edge of the target window: active release per area and day"),
    ("target_daily_release_high", "J_hi", "1/m^2", "1/cm^2", POSITIVE, POSITIVE, "upper edge of the target window: active release per area and day"),
    # exact solutions and empirical curves -------------------------------------------------------
    ("released_fraction", "F", "1", "1", FRACTION, FRACTION, "share of all particles that has left the carrier"),
    ("fourier_number", "Fo", "1", "1", POSITIVE, POSITIVE, "D t / L²"),
    ("biot_number", "Bi", "1", "1", POSITIVE, POSITIVE, "surface exchange against diffusion: k L / D"),
    ("bath_ratio", "α", "1", "1", POSITIVE, POSITIVE, "bath volume over (partition × gel volume)"),
    ("growth_rate", "g", "1/s", "1/d", (-INF, INF), (-INF, INF), "exponential growth of a quantity"),
    ("position", "x", "m", "mm", POSITIVE, POSITIVE, "distance from the sealed back, or depth in tissue"),
    ("relative_position", "ρ", "1", "1", FRACTION, FRACTION, "distance from the centre over the radius"),
    ("term_count", "M", "1", "1", (1.0, 1000.0), (3.0, 50.0), "terms of a series or an inversion that are kept"),
    ("solid_concentration", "A", "kg/m^3", "mg/mL", POSITIVE, POSITIVE, "load of a dispersed solid, dissolved part included, per volume"),
    ("solubility_concentration", "C_s", "kg/m^3", "mg/mL", POSITIVE, POSITIVE, "solubility in the carrier"),
    ("inactivation_rate", "k_i", "1/s", "1/d", POSITIVE, POSITIVE, "first-order loss of activity"),
    ("release_rate", "k_r", "1/s", "1/d", POSITIVE, POSITIVE, "first-order release"),
    ("elimination_rate", "k_e", "1/s", "1/d", POSITIVE, POSITIVE, "all first-order losses of a compartment together"),
    ("exit_rate", "k_j", "1/s", "1/d", POSITIVE, POSITIVE, "one of the first-order losses of a compartment"),
    ("threshold_fraction", "A*", "1", "1", FRACTION, FRACTION, "amount in a compartment, as a share of the dose, that is to be exceeded"),
    ("peclet_number", "Pe", "1", "1", (-INF, INF), (-100.0, 100.0), "convection against diffusion, v L / D; positive: away from the wound"),
    ("uptake_rate", "k_u", "1/s", "1/d", POSITIVE, POSITIVE, "first-order uptake"),
)  # fmt: skip

QUANTITIES: dict[str, Quantity] = {row[0]: Quantity(*row) for row in _ROWS}

OPTIONS: dict[str, tuple[str, ...]] = {
    "carrier": ("hydrogel", "microneedle", "scaffold", "ecm", "measured", "free"),
    "boundary": ("wound", "sink", "bath", "film"),
    "carrier_at_change": ("keep", "discard", "replace"),
    "shape": ("sheet", "rod", "bead"),
    "tissue": ("mixed", "resolved"),
    "needle_kind": ("dissolving", "swellable", "biodegradable", "coated", "core-shell"),
    "needle_site": ("wound-bed", "skin"),
    "tips": ("attached", "separable"),
    "scaffold_kind": ("print", "fibre-mat", "sponge"),
}
"""Choices that are words: name -> the words that are known."""

LOADING_STEPS = ("mixing", "soaking", "thermal-gelation", "ionic-gelation", "covalent-coupling",
                 "photocrosslinking", "extrusion-printing", "electrospinning", "solvent-casting",
                 "melt-extrusion")
"""Steps of making that bring exosomes into a carrier; all others may follow in any carrier."""


def quantity(name: str) -> Quantity:
    """Return the row of a quantity.

    Raises
    ------
    KeyError
        The name is not in the vocabulary.

    >>> quantity("thickness").shown
    'mm'
    """
    return QUANTITIES[name]


def nomenclature() -> str:
    """Return the vocabulary as a Markdown table (``docs/nomenclature.md``)."""
    lines = ["# Nomenclature", "", "Generated from `releasekit.vocabulary`; do not edit by hand.",
             "", "| name | symbol | SI unit | shown in | possible (SI) | usual (SI) | meaning |",
             "|---|---|---|---|---|---|---|"]
    for q in QUANTITIES.values():
        spans = [f"{lo:g} … {hi:g}".replace("inf", "∞") for lo, hi in (q.possible, q.usual)]
        lines.append(f"| `{q.name}` | {q.symbol} | {q.unit} | {q.shown} | {spans[0]} | {spans[1]} "
                     f"| {q.meaning} |")
    lines += ["", "Choices that are words:", "", "| name | one of |", "|---|---|"]
    lines += [f"| `{name}` | {', '.join(words)} |" for name, words in OPTIONS.items()]
    lines += ["", "Steps that bring exosomes into a carrier, of which a material's `loading` names "
              "those that it allows:", "", ", ".join(f"`{step}`" for step in LOADING_STEPS)]
    return "\n".join(lines) + "\n"

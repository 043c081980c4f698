"""Which bench test measures a fact, and about how long it takes: what to do about a gap."""

from __future__ import annotations

_ROWS: tuple[tuple[float, str, str], ...] = (
    # days of bench work and waiting, the test, the facts it measures
    (0.5, "weighing wet and dry, pycnometer",
     "density specific_volume hydrated_specific_volume polymer_volume_fraction swelling_ratio "
     "matrix_concentration bulk_density"),
    (0.5, "rheometer: time sweep from mixing, then frequency sweep and stress relaxation",
     "plateau_modulus relaxation_time gelation_time gelation_temperature sol_viscosity_ratio "
     "precursor_viscosity flow_exponent reference_shear_rate"),
    (0.5, "compression or tensile test of wet specimens", "compressive_modulus tensile_modulus"),
    (0.5, "compression of dry needles between plates", "needle_modulus needle_strength"),
    (0.5, "nanoparticle tracking of three batches, and protein assay of the same",
     "vesicle_diameter_median vesicle_diameter_gsd particles_per_mass zeta_potential "
     "endogenous_vesicle_concentration stock_exosome_concentration"),
    (1.0, "count and activity assay before and after the step", "active_recovery_fraction"),
    (1.0, "insertion into skin or wound tissue: force sensor, then dye or sections",
     "insertion_depth_fraction skin_strength wound_bed_strength crowding_length "
     "crowding_exponent"),
    (1.0, "video of needles or films in buffer or tissue", "dissolution_speed erosion_speed"),
    (1.0, "confocal microscopy of the wet carrier filled with a dye too large for its mesh",
     "macropore_fraction pore_diameter pore_volume_fraction strut_radius"),
    (1.0, "depletion: carrier in exosome suspension over night, count what is left",
     "binding_ratio partition_coefficient affinity_ratio adsorption_coefficient "
     "ligand_concentration dissociation_concentration loading_capacity adsorbed_fraction"),
    (1.0, "labelled exosomes on the cells meant, and on macrophages: time course of uptake",
     "fluid_uptake_rate tissue_uptake_rate scavenging_rate"),
    (1.0, "weighing of dressings of ten patients", "exudate_flux absorption_capacity"),
    (1.0, "wound fluid: fluorogenic substrate of collagenase, with and without inhibitor",
     "enzyme_activity enzyme_concentration enzyme_decay_rate"),
    (1.0, "pH strip and infrared thermometer at dressing changes", "wound_ph wound_temperature"),
    (1.0, "optical coherence tomography under the carrier", "fluid_film_thickness tissue_depth"),
    (2.0, "mass and modulus in two concentrations of enzyme",
     "activity_cleavage_rate catalytic_rate michaelis_concentration"),
    (2.0, "swelling of dry specimens over time", "cooperative_diffusivity interaction_coefficient"),
    (2.0, "electron microscopy of wet, frozen fibres; flow through the matrix",
     "fibre_radius hydraulic_permeability"),
    (3.0, "recovery after photobleaching of labelled exosomes in a piece of tissue",
     "tissue_diffusivity tissue_accessible_fraction"),
    (4.0, "release of beads of two or three sizes from the intact carrier",
     "mesh_size_gsd mesh_size_median mesh_size obstruction_coefficient deformable_fraction "
     "effective_diffusivity"),
    (5.0, "exosomes in wound fluid at 32 degC, activity on four days", "wound_inactivation_rate"),
    (7.0, "release into buffer that is often renewed: first hour, then what is left at the end",
     "surface_located_fraction irreversible_fraction binding_off_rate desorption_rate "
     "embedded_fraction external_film_thickness"),
    (7.0, "modulus in saline or wound fluid for a week", "ion_exchange_rate"),
    (7.0, "labelled exosomes injected below the skin of an animal, imaged for a week",
     "clearance_rate"),
    (14.0, "loaded carrier at 32 degC, activity of what is taken out on four days",
     "carrier_inactivation_rate"),
    (14.0, "mass and modulus in buffer until the carrier is gone, at two temperatures",
     "bond_cleavage_rate reference_temperature activation_energy crosslinks_per_chain "
     "initial_intact_fraction gel_point_spread junction_functionality chain_end_fraction "
     "strand_molar_mass reference_cleavage_rate stimulus_order"),
    (14.0, "another laboratory or the maker: certificate, gel permeation, scattering",
     "chain_molar_mass repeat_molar_mass bond_length bonds_per_repeat characteristic_ratio "
     "solvent_molar_volume functionalisation_fraction substrate_concentration"),
    (28.0, "stored exosomes: count and activity every week", "inactivation_rate"),
    (60.0, "molar mass, mass and acid of the polyester in buffer for two months",
     "second_order_rate half_order_rate ester_concentration acid_concentration "
     "soluble_repeat_count"),
)

ASSAYS: dict[str, tuple[float, str]] = {
    fact: (days, test) for days, test, facts in _ROWS for fact in facts.split()}
"""Fact -> (days, test). The days are a rough estimate; they only order the tests."""

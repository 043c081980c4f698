"""Carriers: facts and choices of a family become the canonical transport problem."""

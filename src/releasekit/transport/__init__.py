"""The batched transport solver: arrays only, it knows no gel.

``problem`` says what is solved, ``grid`` where in space and time, ``chain`` marches the lanes,
``solve`` gathers lanes into designs, estimates the error and interpolates to output times.
"""

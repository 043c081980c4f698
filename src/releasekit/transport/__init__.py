"""The batched transport solver: arrays only, it knows no gel.

``problem`` says what is solved, ``grid`` where in space and time. ``modes`` (made by ``basis``)
march the lanes of even carriers, ``chain`` all others; ``solve`` gathers lanes into designs,
estimates the error and interpolates to output times.
"""

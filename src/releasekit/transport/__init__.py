"""The batched transport solver: arrays only, it knows no gel.

``problem`` says what is solved, ``grid`` where in space and time. ``modes`` (made by ``basis``)
march the lanes of even carriers, ``chain`` all others: ``rows`` lays out its numbers, ``course``
evaluates what a carrier goes through, ``segments`` takes lanes from one dressing to the next.
``solve`` gathers lanes into designs, estimates the error and interpolates to output times.
"""

"""Studies: what may vary, what is wanted, the search, and its answer."""

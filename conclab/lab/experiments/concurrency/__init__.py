"""Several things in overlapping time."""

"""Experiments become runs: the catalogue, launching, the event stream, comparison and verdicts. Never sees ``sampling``."""

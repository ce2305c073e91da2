"""Trials that more than one claim asks for, said once: equal ones are run once for all of them."""

from __future__ import annotations

from conclab.model.claims import Trial

DOWNLOADS = Trial("downloads", {"files": "12", "latency": "25", "workers": "6"}, rounds=3)
"""Long enough to compare, and short enough for one after another."""

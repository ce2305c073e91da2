"""The kernel's own trace of who ran where: whether it can be had here."""

from __future__ import annotations


def lack() -> str:
    """Why nothing can be traced here, as one sentence that says what to do; empty: it can."""
    return "Exact mode is not there yet."

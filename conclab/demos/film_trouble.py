"""What can keep a film from being made."""

from __future__ import annotations


class FilmTrouble(Exception):
    """No film comes of it. The message is one plain sentence that says what to do."""

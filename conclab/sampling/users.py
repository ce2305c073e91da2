"""Who a user is on this machine."""

from __future__ import annotations

import pwd

from conclab.model.text import harmless


def name_of(uid: int) -> str | None:
    """The user's name, harmless; None where there is no name for it (a container's user, say)."""
    try:
        return harmless(pwd.getpwuid(uid).pw_name)
    except (KeyError, OverflowError):
        return None

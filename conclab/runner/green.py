"""Greenlets, where the module is: green threads among which a program switches by itself, without an event loop.

The module is not in the standard library (PyPy brings it along), so whoever uses it asks first.
"""

from __future__ import annotations

import importlib
import importlib.util
from typing import Any, Optional


def missing() -> Optional[str]:
    """Why there are no greenlets here, and how to get them; None: there are."""
    if importlib.util.find_spec("greenlet") is None:
        return "this Python lacks the module greenlet; pip install greenlet brings it"
    return None


def module() -> Any:
    """The module itself: ``greenlet(function)`` makes one, ``switch()`` goes there, ``getcurrent()`` tells where one is."""
    return importlib.import_module("greenlet")

"""Pilots that wait no longer than they must."""

from __future__ import annotations

import pytest
import textual._wait


@pytest.fixture(autouse=True)
def impatient_pilot(monkeypatch: pytest.MonkeyPatch) -> None:
    """Textual's pilot looks every 20 ms whether the app has come to rest, several times a key: a minute over all these tests."""
    monkeypatch.setattr(textual._wait, "SLEEP_GRANULARITY", 0.004)

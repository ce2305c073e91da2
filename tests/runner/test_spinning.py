"""Whoever keeps a core busy stops when told, and by itself should nobody tell it."""

from __future__ import annotations

import threading
from types import SimpleNamespace

import pytest

from conclab.runner import spinning


def test_the_sign_ends_it() -> None:
    stop = SimpleNamespace(value=1)
    assert spinning.spin(stop, 1_000) == 0
    stop.value = 0
    batches: list[int] = []
    spinner = threading.Thread(target=lambda: batches.append(spinning.spin(stop, 1_000)))
    spinner.start()
    stop.value = 1
    spinner.join(20)
    assert not spinner.is_alive()
    assert batches


def test_without_a_sign_it_ends_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spinning, "GRACE_S", 0.002)
    assert spinning.spin(SimpleNamespace(value=0), 0) >= 0

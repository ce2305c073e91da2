"""Users by number."""

from __future__ import annotations

import pwd
from types import SimpleNamespace

import pytest

from conclab.sampling.users import name_of


def test_a_user_has_the_name_that_the_system_gives_it() -> None:
    assert name_of(0) == pwd.getpwuid(0).pw_name


@pytest.mark.parametrize("uid", [987_654_321, 1 << 70])
def test_who_has_no_name_has_none(uid: int) -> None:
    assert name_of(uid) is None


def test_a_hostile_name_is_made_harmless(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pwd, "getpwuid", lambda _uid: SimpleNamespace(pw_name="a\x1b[2J"))
    assert name_of(1) == "a\u241b[2J"

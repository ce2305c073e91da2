"""What this machine can show: tried out, said truthfully, and with a way to get what is missing."""

from __future__ import annotations

import platform
from dataclasses import replace

import pytest

from conclab.sampling import capabilities
from conclab.sampling.capabilities import Capability, explore
from conclab.sampling.machine import read_facts
from conclab.sampling.scripted import scripted_machine
from conclab.sampling.tasks import TaskReader
from tests.sampling.builders import LINUX, child

COUNTERS = [
    "on a core / wanting a core / blocked",
    "last core of a thread",
    "voluntary and involuntary switches",
    "migrations between cores",
    "children of a process",
    "pressure",
]


def _named(name: str) -> Capability:
    (found,) = [one for one in explore(scripted_machine(2)) if one.name == name]
    return found


def _let_read(monkeypatch: pytest.MonkeyPatch, text: bytes | None) -> None:
    monkeypatch.setattr(capabilities, "read", lambda _path: text)


@LINUX
def test_what_is_said_to_be_there_can_be_read() -> None:
    with child() as one:
        reader = TaskReader(one.pid)
        (sample,) = reader.read().tasks
        reader.close()
    assert _named("on a core / wanting a core / blocked").available == (sample.on_core_ns is not None)
    assert _named("voluntary and involuntary switches").available == (sample.voluntary is not None)
    assert _named("last core of a thread").available == (sample.core is not None)


@pytest.mark.parametrize("text", [None, b"", b"rubbish"])
@pytest.mark.parametrize("name", COUNTERS[:4])
def test_a_counter_that_cannot_be_read_or_understood_is_not_claimed(
    name: str, text: bytes | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    _let_read(monkeypatch, text)
    assert not _named(name).available


@pytest.mark.parametrize("name", COUNTERS[4:])
def test_a_file_that_is_not_there_is_not_claimed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    _let_read(monkeypatch, None)
    assert not _named(name).available


@pytest.mark.parametrize("name", COUNTERS)
def test_what_is_missing_is_not_said_to_come_from_a_file(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for text in (None, b"rubbish"):
        _let_read(monkeypatch, text)
        found = _named(name)
        assert found.available or not found.found.startswith("from ")


@pytest.mark.parametrize("system", ["Linux", "Darwin"])
def test_what_is_missing_says_why_in_words(system: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "system", lambda: system)
    _let_read(monkeypatch, None)
    for one in explore(replace(scripted_machine(1), system=system, can_pin=False)):
        assert one.found, one.name
        if one.available:
            assert not one.remedy, f"{one.name} is there and needs no remedy"
    assert _named("on a core / wanting a core / blocked").remedy


def test_every_capability_is_named_once() -> None:
    names = [one.name for one in explore(read_facts())]
    assert len(set(names)) == len(names)
    assert set(COUNTERS) < set(names)


@pytest.mark.parametrize(("usable", "enough"), [(0.5, False), (1.0, False), (1.99, False), (2.0, True), (64.0, True)])
def test_experiments_about_parallelism_need_two_cores(usable: float, enough: bool) -> None:
    (cores,) = [one for one in explore(replace(scripted_machine(64), usable_cores=usable)) if one.name == "cores"]
    assert cores.available == enough
    assert bool(cores.remedy) != enough


@pytest.mark.parametrize(
    ("environment", "full"),
    [
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor"}, True),
        ({"TERM": "xterm-direct", "COLORTERM": "24bit"}, True),
        ({"TERM": "xterm-256color"}, False),
        ({}, False),
        ({"COLORTERM": "truecolor", "NO_COLOR": "1"}, False),
    ],
)
def test_colours_are_what_the_terminal_says(environment: dict[str, str], full: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TERM", "COLORTERM", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    colours = _named("colours")
    assert colours.available == full
    assert ("NO_COLOR" in colours.found) == ("NO_COLOR" in environment)


def test_root_sees_everything_and_others_are_told_how(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 0)
    assert _named("other users' processes in full").available
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    as_user = _named("other users' processes in full")
    assert (as_user.available, bool(as_user.remedy)) == (False, True)

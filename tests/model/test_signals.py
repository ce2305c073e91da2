"""The list of signals: what it holds, how one finds one, and that it fits the menu."""

from __future__ import annotations

import signal

import pytest

from conclab.model.signals import DUMPS, ENDS, GOES_ON, NOTHING, SIGNALS, STOPS, find_signals, signal_info


def test_every_signal_of_this_system_is_there_once_by_number() -> None:
    assert [info.number for info in SIGNALS] == sorted(int(number) for number in signal.valid_signals())


def test_names_are_those_of_the_system_and_unique() -> None:
    assert len({info.name for info in SIGNALS}) == len(SIGNALS)
    for name in ("SIGHUP", "SIGKILL", "SIGTERM", "SIGCHLD", "SIGIO", "SIGABRT"):
        assert signal_info(int(getattr(signal, name))).name == name


@pytest.mark.skipif(not hasattr(signal, "SIGRTMIN"), reason="no real-time signals here")
def test_real_time_signals_are_counted_from_the_nearer_end_like_kill_l() -> None:
    first, last = int(signal.SIGRTMIN), int(signal.SIGRTMAX)
    names = [signal_info(number).name for number in (first, first + 1, first + 15, last - 14, last - 1, last)]
    assert names == ["SIGRTMIN", "SIGRTMIN+1", "SIGRTMIN+15", "SIGRTMAX-14", "SIGRTMAX-1", "SIGRTMAX"]


def test_every_signal_says_what_it_is_for_in_the_room_that_a_menu_has() -> None:
    assert not [info for info in SIGNALS if not 5 <= len(info.meaning) <= 41]


@pytest.mark.parametrize(
    ("name", "default"),
    [("SIGTERM", ENDS), ("SIGSEGV", DUMPS), ("SIGSTOP", STOPS), ("SIGCONT", GOES_ON), ("SIGCHLD", NOTHING), ("SIGWINCH", NOTHING)],
)
def test_default_actions_are_those_of_signal_7(name: str, default: str) -> None:
    info = signal_info(int(getattr(signal, name)))
    assert info.default == default
    assert info.harms == (default in (ENDS, DUMPS, STOPS))


def test_a_number_that_is_no_signal_keeps_its_number() -> None:
    assert signal_info(999).name == "signal 999"


def found(text: str) -> list[str]:
    return [info.name for info in find_signals(text)]


@pytest.mark.parametrize("text", ["kill", "KILL", "sigkill", "SigKill", " kill ", "9"])
def test_the_one_that_is_meant_comes_first(text: str) -> None:
    assert found(text)[0] == "SIGKILL"


def test_digits_mean_numbers_the_exact_one_first() -> None:
    assert found("1")[:3] == ["SIGHUP", "SIGUSR1", "SIGSEGV"]  # 1, 10, 11
    assert all(str(info.number).startswith("1") for info in find_signals("1"))


def test_names_come_before_meanings() -> None:
    names = found("int")
    assert names[0] == "SIGINT"
    assert "SIGTRAP" in names  # a breakpoINT


def test_aliases_are_found() -> None:
    assert found("poll")[0] == "SIGIO"


def test_nothing_typed_is_everything_and_nonsense_is_nothing() -> None:
    assert find_signals("  ") == SIGNALS
    assert find_signals("xyzzy") == ()
    assert find_signals("[red]") == ()

"""How cores are built, from canned /sys files: hardware threads, fast and efficient ones, sockets, those switched off."""

from __future__ import annotations

from pathlib import Path

import psutil
import pytest

from conclab.sampling import topology
from conclab.sampling.topology import CPUS, offline, present, read_places
from tests.sampling.builders import LINUX


def _sys(monkeypatch: pytest.MonkeyPatch, files: dict[str, str]) -> None:
    monkeypatch.setattr(topology, "read", lambda path: files[path].encode() if path in files else None)


def _cores(siblings: list[str], package: str = "0") -> dict[str, str]:
    found = {f"{CPUS}/present": f"0-{len(siblings) - 1}\n"}
    for core, text in enumerate(siblings):
        found[f"{CPUS}/cpu{core}/topology/thread_siblings_list"] = f"{text}\n"
        found[f"{CPUS}/cpu{core}/topology/physical_package_id"] = f"{package}\n"
    return found


def test_two_threads_a_core(monkeypatch: pytest.MonkeyPatch) -> None:
    _sys(monkeypatch, _cores(["0,2", "1,3", "0,2", "1,3"]))
    places = read_places()
    assert [place.siblings for place in places] == [(0, 2), (1, 3), (0, 2), (1, 3)]
    assert [place.is_second(core) for core, place in enumerate(places)] == [False, False, True, True]
    assert {place.kind for place in places} == {None}
    assert {place.package for place in places} == {0}


def test_intels_hybrid_processors(monkeypatch: pytest.MonkeyPatch) -> None:
    pmus = {"/sys/devices/cpu_core/cpus": "0-3\n", "/sys/devices/cpu_atom/cpus": "4-5\n"}
    _sys(monkeypatch, {**_cores(["0-1", "0-1", "2-3", "2-3", "4", "5"]), **pmus})
    assert [place.kind for place in read_places()] == ["P", "P", "P", "P", "E", "E"]


@pytest.mark.parametrize(
    ("capacities", "kinds"),
    [(["430", "430", "1024"], ["E", "E", "P"]), (["1024"] * 3, [None] * 3), (["160", "498", "1024"], ["E", "P", "P"])],
)
def test_arms_little_cores_are_those_of_least_capacity(
    capacities: list[str], kinds: list[str | None], monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {f"{CPUS}/cpu{core}/cpu_capacity": text for core, text in enumerate(capacities)}
    _sys(monkeypatch, {**_cores(["0", "1", "2"]), **files})
    assert [place.kind for place in read_places()] == kinds


def test_a_core_that_is_off_has_no_topology_but_a_place(monkeypatch: pytest.MonkeyPatch) -> None:
    files = _cores(["0", "1", "2"])
    del files[f"{CPUS}/cpu1/topology/thread_siblings_list"], files[f"{CPUS}/cpu1/topology/physical_package_id"]
    _sys(monkeypatch, files)
    places = read_places()
    assert (places[1].siblings, places[1].package, places[1].is_second(1)) == ((), None, False)
    assert len(places) == 3


@pytest.mark.parametrize(("text", "off"), [("1,3\n", (1, 3)), ("2-63\n", (2, 3)), ("\n", ()), ("", ())])
def test_what_could_be_plugged_in_is_not_offline(text: str, off: tuple[int, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    _sys(monkeypatch, {f"{CPUS}/offline": text})
    assert offline((0, 1, 2, 3)) == off


def test_a_system_that_tells_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    _sys(monkeypatch, {})
    assert (present(), offline(()), read_places()) == ((), (), ())


@LINUX
def test_of_this_machine_every_core_that_is_there_has_a_place() -> None:
    places = read_places()
    assert len(places) >= (psutil.cpu_count() or 1)
    for core in present():
        text = Path(f"{CPUS}/cpu{core}/topology/thread_siblings_list")
        if text.exists():
            assert core in places[core].siblings

"""What moves around the cores: rates by the time that passed, totals of what is counted, nothing invented."""

from __future__ import annotations

from dataclasses import replace

import pytest

from conclab.model.surroundings import Disk, Group, Interface, Surroundings, traffic_between
from tests.model.builders import SECOND

START = 100 * SECOND


def _around(after_s: float = 0.0, **more: object) -> Surroundings:
    return replace(Surroundings(START + int(after_s * SECOND)), **more)  # type: ignore[arg-type]


def test_rates_are_by_the_time_that_really_passed() -> None:
    before = _around(interfaces=(Interface("eth0", 1000, 50, True),), disks=(Disk("vda", 0, 0, 100),))
    after = _around(2.0, interfaces=(Interface("eth0", 5000, 150, True),), disks=(Disk("vda", 4096, 1024, 600),))
    traffic = traffic_between(before, after)
    assert traffic is not None
    assert (traffic.received_per_s, traffic.sent_per_s) == (2000.0, 50.0)
    assert (traffic.read_per_s, traffic.written_per_s) == (2048.0, 512.0)
    assert traffic.busiest_disk is not None
    assert traffic.busiest_disk.busy == pytest.approx(0.25)


def test_what_is_not_counted_is_known_but_in_no_total() -> None:
    lines = [("lo", False), ("eth0", True), ("eth1", True)]
    before = _around(interfaces=tuple(Interface(name, 0, 0, counted) for name, counted in lines))
    after = _around(1.0, interfaces=tuple(Interface(name, 10 * at, 1, counted) for at, (name, counted) in enumerate(lines, 1)))
    traffic = traffic_between(before, after)
    assert traffic is not None
    assert traffic.received_per_s == 50.0
    assert traffic.interfaces is not None
    assert [one.name for one in traffic.interfaces] == ["lo", "eth0", "eth1"]
    assert traffic.busiest_interface is not None
    assert traffic.busiest_interface.name == "eth1"


def test_a_device_that_came_or_began_anew_has_moved_nothing_yet() -> None:
    before = _around(interfaces=(Interface("eth0", 9000, 9000, True),), disks=(Disk("sda", 5, 5, 5),))
    after = _around(1.0, interfaces=(Interface("eth0", 10, 10, True), Interface("new", 7, 7, True)), disks=(Disk("sdb", 9, 9, 9),))
    traffic = traffic_between(before, after)
    assert traffic is not None
    assert (traffic.received_per_s, traffic.sent_per_s) == (0.0, 0.0)
    assert traffic.interfaces is not None
    assert [one.name for one in traffic.interfaces] == ["eth0"]
    assert traffic.disks == ()
    assert traffic.busiest_disk is None


def test_a_disk_is_never_busier_than_always() -> None:
    traffic = traffic_between(_around(disks=(Disk("a", 0, 0, 0),)), _around(1.0, disks=(Disk("a", 0, 0, 1004),)))
    assert traffic is not None
    assert traffic.busiest_disk is not None
    assert traffic.busiest_disk.busy == 1.0


def test_a_group_that_used_its_quota_up_in_half_of_the_periods() -> None:
    before = _around(group=Group(1.5, used_ns=0, periods=10, throttled_periods=4))
    after = _around(2.0, group=Group(1.5, used_ns=3 * SECOND, periods=30, throttled_periods=14))
    traffic = traffic_between(before, after)
    assert traffic is not None
    assert (traffic.group_cores, traffic.group_throttled) == (1.5, 0.5)


def test_a_group_that_rested_was_not_throttled_or_not_for_all_one_knows() -> None:
    resting = Group(1.5, used_ns=5, periods=10, throttled_periods=4)
    traffic = traffic_between(_around(group=resting), _around(1.0, group=resting))
    assert traffic is not None
    assert (traffic.group_cores, traffic.group_throttled) == (0.0, None)


def test_what_is_not_told_is_missing() -> None:
    traffic = traffic_between(_around(group=Group(1.0)), _around(1.0, group=Group(1.0)))
    assert traffic is not None
    assert (traffic.received_per_s, traffic.sent_per_s, traffic.read_per_s, traffic.written_per_s) == (None, None, None, None)
    assert (traffic.group_cores, traffic.group_throttled) == (None, None)
    assert (traffic.busiest_interface, traffic.busiest_disk) == (None, None)


@pytest.mark.parametrize("later", [0.0, -1.0])
def test_without_elapsed_time_there_are_no_rates(later: float) -> None:
    assert traffic_between(_around(), _around(later)) is None

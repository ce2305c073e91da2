"""What /proc and /sys tell of the whole machine, from canned text: whole, cut short, and wrong."""

from __future__ import annotations

import pytest

from conclab.model.machine import CoreTimes
from conclab.model.surroundings import Disk, Stall
from conclab.sampling import machine_text

STAT = (
    b"cpu  30 30 30 30 30 3 3 3 3 3\n"
    b"cpu0 100 20 30 4000 50 6 7 8 90 10\ncpu2 1 2 3 4 5 6 7 8 9 10\ncpu10 0 0 0 0 0 0 0 0 0 0\n"
    b"intr 812 0 9 0\nctxt 99123\nbtime 1700000000\nprocesses 31337\nprocs_running 3\nprocs_blocked 1\nsoftirq 55 0 5\n"
)


def test_proc_stat_is_read_in_one_go() -> None:
    found = machine_text.proc_stat(STAT, 100)
    assert (found.switches, found.interrupts, found.births, found.running) == (99_123, 812, 31_337, 3)
    assert len(found.cores) == 11
    # user nice system idle iowait irq softirq steal guest guest_nice; guest time is in user already
    assert found.cores[0] == CoreTimes(user=1.0, system=0.3, nice=0.2, iowait=0.5, steal=0.08, irq=0.13, idle=40.0)
    assert found.cores[1] is None, "offline"
    assert found.cores[10] is not None
    faster = machine_text.proc_stat(STAT, 1000).cores[0]
    assert faster is not None
    assert (faster.user, faster.idle) == (0.1, 4.0)


def test_a_proc_stat_that_ends_anywhere_gives_what_is_whole_and_no_traceback() -> None:
    whole = machine_text.proc_stat(STAT, 100)
    for end in range(len(STAT)):
        found = machine_text.proc_stat(STAT[:end], 100)
        if end <= STAT.index(b"ctxt 9"):
            assert found.switches is None
        if end < STAT.index(b"cpu10"):
            assert len(found.cores) <= 3
        if end > STAT.index(b"ctxt"):
            assert found.cores == whole.cores


def test_a_line_of_interrupts_as_long_as_on_a_large_machine() -> None:
    text = STAT.replace(b"intr 812 0 9 0", b"intr 812" + b" 0" * 50_000)
    assert machine_text.proc_stat(text, 100) == machine_text.proc_stat(STAT, 100)


def test_meminfo_is_in_bytes_and_counts_of_pages_are_left_out() -> None:
    text = b"MemTotal:       24684092 kB\nShmem:              8856 kB\nHugePages_Total:       4\nBad: x kB\nNothing\n"
    assert machine_text.meminfo(text) == {"MemTotal": 24_684_092 * 1024, "Shmem": 8_856 * 1024}


PSI = b"some avg10=12.50 avg60=1.51 avg300=0.87 total=134018493\nfull avg10=2.00 avg60=0.00 avg300=0.00 total=0\n"


def test_pressure_is_a_share_of_one() -> None:
    assert machine_text.pressure(PSI) == Stall(0.125, 0.02)
    assert machine_text.pressure(PSI.split(b"\n")[0]) == Stall(0.125, None), "before Linux 5.13"


@pytest.mark.parametrize("text", [b"", b"some avg60=1.51\n", b"some avg10=\n", b"some avg10=x\n", b"\xff\n"])
def test_pressure_that_does_not_tell(text: bytes) -> None:
    assert machine_text.pressure(text) == Stall(None, None)


NET = (
    b"Inter-|   Receive                                                |  Transmit\n"
    b" face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed\n"
    b"    lo: 367053482   58567    0    0    0     0          0         0 367053482   58567    0    0    0     0       0     0\n"
    b"  eth0:1234 1 0 0 0 0 0 0 888449 7960 0 0 0 0 0 0\n"
    b"eth0:1: 5 1 0 0 0 0 0 0 6 1 0 0 0 0 0 0\n"
    b"  cut: 5 1 0 0\n"
)


def test_interfaces_and_their_bytes_also_where_number_and_name_touch() -> None:
    assert machine_text.interfaces(NET) == [("lo", 367_053_482, 367_053_482), ("eth0", 1234, 888_449), ("eth0:1", 5, 6)]


def test_disks_are_counted_in_sectors_of_512_bytes() -> None:
    text = (
        b" 254       0 vda 635977 52703 29199978 677312 122355 138530 10302768 44951 0 71592 732858 80671 48 2662856 10144\n"
        b"   8       1 sda1 1 0 2 0 3 0 4 0 0 5 0\n   8       2 short 1 2\n"
    )
    assert machine_text.disks(text) == [
        Disk("vda", 29_199_978 * 512, 10_302_768 * 512, 71_592),
        Disk("sda1", 1024, 2048, 5),
    ]


@pytest.mark.parametrize(
    ("text", "cores"),
    [(b"0-3,8\n", (0, 1, 2, 3, 8)), (b"0\n", (0,)), (b"8,0-1", (0, 1, 8)), (b"\n", ()), (b"", ()), (b"x-3,2", (2,)), (b"3-1", ())],
)
def test_lists_of_cores(text: bytes, cores: tuple[int, ...]) -> None:
    assert machine_text.cpu_list(text) == cores


def test_names_with_numbers() -> None:
    assert machine_text.keyed(b"usage_usec 12\nnr_periods 3\nbad\nworse x\n") == {"usage_usec": 12, "nr_periods": 3}


@pytest.mark.parametrize(("text", "number"), [(b"12\n", 12), (b"-1", -1), (b"max\n", None), (b"", None), (None, None)])
def test_a_file_of_one_number(text: bytes | None, number: int | None) -> None:
    assert machine_text.number(text) == number

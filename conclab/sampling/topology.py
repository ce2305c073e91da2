"""How the cores are built: which are hardware threads of one core, which are P and which E, in which socket. Read once.

Sources: Documentation/admin-guide/cputopology.rst, Documentation/ABI/testing/sysfs-devices-system-cpu (cpu_capacity), and the
PMU devices ``cpu_core`` and ``cpu_atom`` that Linux registers on Intel's hybrid processors.
"""

from __future__ import annotations

from conclab.model.machine import EFFICIENCY, PERFORMANCE, CorePlace
from conclab.sampling import machine_text
from conclab.sampling.files import read

CPUS = "/sys/devices/system/cpu"


def present() -> tuple[int, ...]:
    """Logical CPUs that are there, online or not; empty when that is not told."""
    return machine_text.cpu_list(read(f"{CPUS}/present") or b"")


def offline(there: tuple[int, ...]) -> tuple[int, ...]:
    """Those of them that are switched off. The kernel's list names also such as could be plugged in: they are not there."""
    text = read(f"{CPUS}/offline")
    if not text or not text.strip():
        return ()
    return tuple(sorted(set(machine_text.cpu_list(text)) & set(there)))


def read_places() -> tuple[CorePlace, ...]:
    """One for each logical CPU that is present, by its number; empty when nothing is told (not Linux, no /sys)."""
    there = present()
    if not there:
        return ()
    kinds = _kinds(there)
    return tuple(
        CorePlace(
            kind=kinds.get(core),
            siblings=machine_text.cpu_list(read(f"{CPUS}/cpu{core}/topology/thread_siblings_list") or b""),
            package=machine_text.number(read(f"{CPUS}/cpu{core}/topology/physical_package_id")),
        )
        for core in range(there[-1] + 1)
    )


def _kinds(there: tuple[int, ...]) -> dict[int, str]:
    """P or E by core; empty on machines whose cores are all alike."""
    fast = machine_text.cpu_list(read("/sys/devices/cpu_core/cpus") or b"")
    slow = machine_text.cpu_list(read("/sys/devices/cpu_atom/cpus") or b"")
    if fast and slow:
        return {**dict.fromkeys(fast, PERFORMANCE), **dict.fromkeys(slow, EFFICIENCY)}
    if read(f"{CPUS}/cpu{there[0]}/cpu_capacity") is None:  # most machines: do not look for it hundreds of times
        return {}
    capacities = {core: machine_text.number(read(f"{CPUS}/cpu{core}/cpu_capacity")) for core in there}
    known = {core: capacity for core, capacity in capacities.items() if capacity is not None}
    if len(set(known.values())) < 2:
        return {}
    least = min(known.values())
    return {core: EFFICIENCY if capacity == least else PERFORMANCE for core, capacity in known.items()}

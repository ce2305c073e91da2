"""The scripted machine's facts, and what is around its cores: made up, a function of the script's time alone."""

from __future__ import annotations

import math

from conclab.model.machine import EFFICIENCY, PERFORMANCE, CorePlace, Machine
from conclab.model.surroundings import Disk, Gpu, Interface, Pressure, Stall, Surroundings

GIGABYTE = 1024**3
_MEGABYTE = 1024**2
HYBRID = 16
"""A machine of so many cores has fast and efficient ones; from twice as many on there are two sockets and two threads a core."""


def scripted_machine(cores: int = 2) -> Machine:
    """The facts of the machine that the script plays on."""
    return Machine(
        cores=cores,
        usable_cores=float(cores),
        affinity=tuple(range(cores)),
        quota_cores=None,
        kernel="6.0-scripted",
        system="Linux",
        memory_bytes=16 * GIGABYTE,
        can_pin=True,
        places=_places(cores),
        gpus=0 if cores < HYBRID else 1 if cores < 128 else 8,
    )


def _places(cores: int) -> tuple[CorePlace, ...]:
    if cores < HYBRID:
        return tuple(CorePlace(None, (core,), 0) for core in range(cores))
    if cores == HYBRID:
        fast = [CorePlace(PERFORMANCE, (core // 2 * 2, core // 2 * 2 + 1), 0) for core in range(8)]
        return (*fast, *(CorePlace(EFFICIENCY, (core,), 0) for core in range(8, cores)))
    half = max(1, cores // 2)
    return tuple(CorePlace(None, (core % half, core % half + half), core % half * 2 // half) for core in range(cores))


def surroundings(at_ns: int, seconds: float, crowded: bool, gpus: int) -> Surroundings:
    """What is there ``seconds`` after the script began; ``crowded``: more want a core than there are."""
    stall = 0.12 if crowded else 0.0
    return Surroundings(
        at_ns=at_ns,
        pressure=Pressure(Stall(stall), Stall(0.0, 0.0), Stall(0.03, 0.01)),
        interfaces=(
            Interface("lo", _moved(seconds, 0.1, 3), _moved(seconds, 0.1, 3), counted=False),
            Interface("eth0", _moved(seconds, 1.2, 5), _moved(seconds, 0.34, 7), counted=True),
        ),
        disks=(Disk("vda", _moved(seconds, 2.0, 9), _moved(seconds, 0.8, 11), int(seconds * 1_000 * 0.07)),),
        gpus=tuple(
            Gpu("scripted GPU", 0.5 + 0.45 * math.sin(seconds / 9 + number), (4 + 3 * number) * GIGABYTE, 80 * GIGABYTE)
            for number in range(gpus)
        ),
    )


def _moved(seconds: float, megabytes_per_s: float, period_s: float) -> int:
    """Bytes moved so far, at a rate that swings between nothing and twice the mean, and never back."""
    phase = 2 * math.pi * seconds / period_s
    return int(megabytes_per_s * _MEGABYTE * (seconds + period_s / (2 * math.pi) * (1 - math.cos(phase))))

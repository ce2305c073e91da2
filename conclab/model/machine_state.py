"""The machine as the screens show it, folded from samples: the latest, the rates, the history of each core and of each meter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from conclab.model.lanes import CoreHistory, Piece, cells_between, extend_cores, with_cells
from conclab.model.machine import MachineRates, MachineSample, rates_between

_RATE_WINDOW_NS = 900_000_000
"""Figures change once a second even while the machine is read four times: faster ones cannot be read, and jump."""


@dataclass(frozen=True, slots=True)
class MeterHistory:
    """The recent past of one figure: ``values[i]`` belongs to cell ``first + i`` (``lanes.CELL_NS``), as with the cores."""

    first: int = 0
    values: tuple[float | None, ...] = ()


_NOTHING = MeterHistory()


@dataclass(frozen=True, slots=True)
class MachineState:
    """What is known of the machine now; None until the first samples have come."""

    sample: MachineSample | None = None
    rates: MachineRates | None = None
    rates_from: MachineSample | None = None
    cores: tuple[CoreHistory, ...] = ()
    histories: Mapping[str, MeterHistory] = field(default_factory=dict)
    """By what ``levels`` calls it: memory, swap, pressure, received, sent, read, written, disk, group, gpu0, …"""


def levels(sample: MachineSample, rates: MachineRates | None) -> dict[str, float | None]:
    """The figures that have a history: shares 0 to 1, and bytes a second for what is moved."""
    found: dict[str, float | None] = {"memory": _share(sample.memory_used, sample.memory_total)}
    if sample.swap_total:
        found["swap"] = _share(sample.swap_used, sample.swap_total)
    around, traffic = sample.around, rates.traffic if rates else None
    if around and around.pressure:
        known = [one.some for one in (around.pressure.cpu, around.pressure.memory, around.pressure.io) if one.some is not None]
        found["pressure"] = max(known, default=None)
    if traffic:
        found |= {"received": traffic.received_per_s, "sent": traffic.sent_per_s}
        found |= {"read": traffic.read_per_s, "written": traffic.written_per_s}
        busiest = traffic.busiest_disk
        found["disk"] = busiest.busy if busiest else None
        found["group"] = traffic.group_cores
    for number, gpu in enumerate(around.gpus if around else ()):
        found[f"gpu{number}"] = gpu.busy
    return found


def _share(part: int | None, whole: int | None) -> float | None:
    return None if part is None or not whole else part / whole


def fold_rates(state: MachineState, item: MachineSample) -> MachineState:
    """The state after one more sample, its histories left as they were."""
    if state.sample is None or item.at_ns <= state.sample.at_ns:
        return MachineState(item, state.rates, item, state.cores, state.histories)
    start = state.rates_from or state.sample
    rates, since = state.rates, start
    if rates is None or item.at_ns - start.at_ns >= _RATE_WINDOW_NS:
        since, found = item, rates_between(start, item)
        # What is read more rarely keeps its figures until it is read again.
        rates = replace(found, traffic=rates.traffic) if found and rates and found.traffic is None else found or rates
    return MachineState(item, rates, since, state.cores, state.histories)


def fold_machine(state: MachineState, item: MachineSample) -> MachineState:
    """The state after one more sample."""
    return fold_machines(state, (item,))


def fold_machines(state: MachineState, items: Iterable[MachineSample]) -> MachineState:
    """The state after some more samples. Their histories are made once, which is much quicker than one by one."""
    cores, histories, now = state.cores, state.histories, None
    samples = [state.sample] if state.sample is not None else []
    pieces: dict[str, list[Piece]] = {}
    for item in items:
        before, state = state.sample, fold_rates(state, item)
        samples.append(item)
        start, stop = cells_between(before, item) if before is not None else (0, 0)
        if start < stop:
            now = levels(item, state.rates)
            for name, value in now.items():
                pieces.setdefault(name, []).append((start, stop, value))
    if now is not None:
        found = {name: histories.get(name, _NOTHING) for name in now}
        histories = {name: MeterHistory(*with_cells(one.first, one.values, pieces[name])) for name, one in found.items()}
    return MachineState(state.sample, state.rates, state.rates_from, extend_cores(cores, samples), histories)

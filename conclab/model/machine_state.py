"""The machine as the screens show it, folded from samples: the latest, the rates, the history of each core and of each meter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from conclab.model.lanes import MOST_CELLS, CoreHistory, cell_of, extend_cores
from conclab.model.machine import MachineRates, MachineSample, rates_between

_RATE_WINDOW_NS = 900_000_000
"""Figures change once a second even while the machine is read four times: faster ones cannot be read, and jump."""


@dataclass(frozen=True, slots=True)
class MeterHistory:
    """The recent past of one figure: ``values[i]`` belongs to cell ``first + i`` (``lanes.CELL_NS``), as with the cores."""

    first: int = 0
    values: tuple[float | None, ...] = ()

    def extended(self, start: int, stop: int, value: float | None) -> MeterHistory:
        """With the cells from ``start`` up to ``stop``, all with one value. After a gap it begins anew."""
        first, values = (self.first, self.values) if start == self.first + len(self.values) else (start, ())
        values = (*values, *(value,) * (stop - start))
        cut = max(0, len(values) - MOST_CELLS)
        return MeterHistory(first + cut, values[cut:])


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


def _extended(
    state: MachineState, before: MachineSample, after: MachineSample, rates: MachineRates | None
) -> dict[str, MeterHistory]:
    start, stop = cell_of(before.at_ns), cell_of(after.at_ns)
    if stop <= start:
        return dict(state.histories)
    start = max(start, stop - MOST_CELLS)
    now = levels(after, rates)
    return {name: state.histories.get(name, MeterHistory(start)).extended(start, stop, value) for name, value in now.items()}


def fold_rates(state: MachineState, item: MachineSample) -> MachineState:
    """The state after one more sample, its histories left as they were."""
    if state.sample is None or item.at_ns <= state.sample.at_ns:
        return replace(state, sample=item, rates_from=item)
    start = state.rates_from or state.sample
    rates, since = state.rates, start
    if rates is None or item.at_ns - start.at_ns >= _RATE_WINDOW_NS:
        since, found = item, rates_between(start, item)
        # What is read more rarely keeps its figures until it is read again.
        rates = replace(found, traffic=rates.traffic) if found and rates and found.traffic is None else found or rates
    return replace(state, sample=item, rates=rates, rates_from=since)


def fold_machine(state: MachineState, item: MachineSample) -> MachineState:
    """The state after one more sample."""
    before, after = state.sample, fold_rates(state, item)
    if before is None or item.at_ns <= before.at_ns:
        return after
    cores = extend_cores(state.cores, before, item)
    return replace(after, cores=cores, histories=_extended(state, before, item, after.rates))

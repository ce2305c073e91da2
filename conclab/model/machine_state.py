"""The machine as the screens show it, folded from samples: the latest, the rates, the history of each core."""

from __future__ import annotations

from dataclasses import dataclass, replace

from conclab.model.lanes import CoreHistory, extend_cores
from conclab.model.machine import MachineRates, MachineSample, rates_between
from conclab.model.processes import ProcessTable

_RATE_WINDOW_NS = 900_000_000
"""Figures change once a second even while the machine is read four times: faster ones cannot be read, and jump."""


@dataclass(frozen=True, slots=True)
class MachineState:
    """What is known of the machine now; None until the first samples have come."""

    sample: MachineSample | None = None
    rates: MachineRates | None = None
    rates_from: MachineSample | None = None
    cores: tuple[CoreHistory, ...] = ()
    processes: ProcessTable | None = None


def fold_machine(state: MachineState, item: MachineSample | ProcessTable) -> MachineState:
    """The state after one more sample."""
    if isinstance(item, ProcessTable):
        return replace(state, processes=item)
    if state.sample is None or item.at_ns <= state.sample.at_ns:
        return replace(state, sample=item, rates_from=item)
    grown = replace(state, sample=item, cores=extend_cores(state.cores, state.sample, item))
    start = state.rates_from or state.sample
    if state.rates is None or item.at_ns - start.at_ns >= _RATE_WINDOW_NS:
        rates = rates_between(start, item)
        return replace(grown, rates=rates or state.rates, rates_from=item)
    return grown

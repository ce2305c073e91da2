"""``conclab monitor``: the monitor screen, or one sample as text or JSON."""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from typing import Any

from conclab.cli.ending import Trouble
from conclab.cli.output import print_json
from conclab.model import figures
from conclab.model.machine import MachineRates, MachineSample, rates_between
from conclab.model.processes import ProcessRow, ProcessTable
from conclab.sampling.machine import read_machine
from conclab.sampling.processes import ProcessReader

BETWEEN_S = 1.0


def _look_twice() -> tuple[MachineSample, MachineRates | None, ProcessTable]:
    reader = ProcessReader()
    before = read_machine()
    reader.read()
    time.sleep(BETWEEN_S)
    after = read_machine()
    return after, rates_between(before, after), reader.read()


def _core(number: int, rates: MachineRates) -> dict[str, Any]:
    load = rates.cores[number]
    parts = ("busy", "user", "system", "nice", "iowait", "steal", "irq")
    return {"core": number, **{part: getattr(load, part, None) for part in parts}}  # all null: it is offline


def _process(row: ProcessRow) -> dict[str, Any]:
    return {
        "pid": row.pid,
        "user": row.user,
        "nice": row.nice,
        "resident_bytes": row.resident_bytes,
        "state": row.state,
        "cpu_share": row.cpu_share,
        "voluntary_switches_per_s": row.voluntary_per_s,
        "involuntary_switches_per_s": row.involuntary_per_s,
        "threads": row.threads,
        "cpu_time_s": row.cpu_time_s,
        "name": row.name,
        "command": row.command,
    }


def _document(sample: MachineSample, rates: MachineRates | None, table: ProcessTable) -> dict[str, Any]:
    return {
        "schema": 1,
        "at_ns": sample.at_ns,
        "cores": [_core(number, rates) for number in range(len(rates.cores))] if rates else [],
        "load": list(sample.load) if sample.load else None,
        "memory": {
            "total_bytes": sample.memory_total,
            "used_bytes": sample.memory_used,
            "available_bytes": sample.memory_available,
            "buffers_bytes": sample.memory_buffers,
            "cached_bytes": sample.memory_cached,
            "swap_total_bytes": sample.swap_total,
            "swap_used_bytes": sample.swap_used,
        },
        "tasks": {"processes": sample.processes, "threads": sample.threads, "running": sample.running},
        "switches_per_s": rates.switches_per_s if rates else None,
        "interrupts_per_s": rates.interrupts_per_s if rates else None,
        "pressure_cpu": sample.pressure_cpu,
        "uptime_s": sample.uptime_s,
        "processes": [_process(row) for row in table.rows],
    }


def _facts(facts: list[tuple[str, str]]) -> None:
    """A line of what is known."""
    print(" · ".join(text.format(value) for text, value in facts if value))


def _print(sample: MachineSample, rates: MachineRates | None, table: ProcessTable) -> None:
    load = " ".join(f"{one:.2f}" for one in sample.load) if sample.load else ""
    memory = f"{figures.size(sample.memory_used)} of {figures.size(sample.memory_total)}" if sample.memory_total else ""
    _facts([("up {}", figures.uptime(sample.uptime_s)), ("load {}", load), ("memory {} used", memory)])
    _facts(
        [
            ("{} processes", figures.count(sample.processes)),
            ("{} threads", figures.count(sample.threads)),
            ("{} running", figures.count(sample.running)),
            ("{} switches/s", figures.count(rates.switches_per_s if rates else None)),
            ("{} interrupts/s", figures.count(rates.interrupts_per_s if rates else None)),
        ]
    )
    if rates:
        for number, core in enumerate(rates.cores):
            if core is None:
                print(f"core {number:<3} offline")
                continue
            parts = [("user", core.user), ("system", core.system), ("nice", core.nice), ("iowait", core.iowait)]
            parts += [("steal", core.steal)]
            shown = "  ".join(f"{name} {figures.percent(part):>5}" for name, part in parts if part is not None)
            print(f"core {number:<3} {figures.percent(core.busy):>5}   {shown}")
    print()
    print(f"{'PID':>7} {'USER':<10} {'NI':>3} {'RES':>5} S {'CPU%':>5} {'VCS/s':>7} {'ICS/s':>6} {'THR':>4} {'TIME+':>9} Command")
    width = shutil.get_terminal_size((200, 24)).columns if sys.stdout.isatty() else 200
    for row in table.rows:
        share = "" if row.cpu_share is None else f"{row.cpu_share * 100:.1f}"
        nice = "" if row.nice is None else str(row.nice)
        line = (
            f"{row.pid:>7} {(row.user or '')[:10]:<10} {nice:>3} {figures.size(row.resident_bytes):>5} {row.state} {share:>5} "
            f"{figures.count(row.voluntary_per_s):>7} {figures.count(row.involuntary_per_s):>6} "
            f"{figures.count(row.threads):>4} {figures.clock_time(row.cpu_time_s):>9} {row.command}"
        )
        print(line[:width])


def command(asked: argparse.Namespace) -> int:
    if not asked.once:
        if asked.json:
            raise Trouble("monitor --json needs --once")
        from conclab.cli.lab import open_lab

        return open_lab(mode="monitor")
    sample, rates, table = _look_twice()
    if asked.json:
        print_json(_document(sample, rates, table))
    else:
        _print(sample, rates, table)
    return 0

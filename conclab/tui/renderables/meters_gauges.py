"""The meters below the cores: memory, swap, pressure, network, disks, GPUs and what the cgroup allows. One line each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rich.cells import cell_len
from rich.style import Style
from textual.strip import Strip

from conclab.model import figures
from conclab.model.machine import MachineSample
from conclab.model.surroundings import Gpu, Surroundings, Traffic
from conclab.tui.palettes import Palette
from conclab.tui.renderables.blocks import Line, fit, height_of, style
from conclab.tui.renderables.meters_cores import Scene, add_bar, add_history, bar_size, seconds
from conclab.tui.renderables.meters_layout import Gauges

LABEL = 6
MEMORY_GLYPHS = "█▓▒░"
_LEAST_SCALE = 16 * 1024
"""Bytes a second that a history of traffic reaches to at least: a trickle should not look like a flood."""
_LEAST_HISTORY = 8
_WORDS = 24
"""Cells that the words of a meter want at least where a history follows them."""
_RATES = {"quota": "Quota", "network": "Net", "disk": "Disk"}
_NOT_TOLD = ("not told",)


@dataclass(frozen=True, slots=True)
class Gauge:
    """One meter: a bar in parts, what it says in words (the longest that fits), and the names of its histories."""

    label: str
    parts: tuple[tuple[float, str], ...] = ()
    says: tuple[str, ...] = ()
    history: tuple[str, ...] = ()
    """Added up."""
    scale: bool = False
    """The history has no natural whole: it is drawn against the highest in view."""
    halves: tuple[tuple[str, str], ...] = ()
    """Instead of a bar: (sign, history) side by side."""


def gauge_lines(scene: Scene, block: Gauges, width: int, value: int) -> list[Strip]:
    """All lines of the block; the meters run from left to right. ``value``: cells for the words, 0: what is left of the column."""
    lines, each = [], width // block.columns
    for row in range(block.lines):
        line = Line()
        for name in block.names[row * block.columns : (row + 1) * block.columns]:
            _draw(line, scene, gauge(name, scene), each - (1 if block.columns > 1 else 0), value)
            line.add(" " if block.columns > 1 else "")
        lines.append(line.strip(width))
    return lines


def _draw(line: Line, scene: Scene, what: Gauge, width: int, value: int) -> None:
    palette = scene.palette
    line.add(fit(what.label, LABEL), style(palette.text, bold=True))
    size = bar_size(width)
    if what.halves:
        _halves(line, scene, what, size)
    else:
        parts: list[tuple[float, Style]] = [(share, style(colour, palette.trough)) for share, colour in what.parts]
        add_bar(line, parts, size, scene, MEMORY_GLYPHS)
    room = width - LABEL - size - 1
    # How much room the words have depends on the column alone: a history must not jump when they get longer.
    words = value - 1 if value else min(34, max(_WORDS, room * 7 // 10)) if room > _WORDS + _LEAST_HISTORY else room
    said = next((text for text in what.says if cell_len(text) <= words), what.says[-1] if what.says else "")
    line.add(" ").add(fit(said, words), style(palette.dim if what.says == _NOT_TOLD else palette.text))
    if words < room:
        line.add(" ")
        _spark(line, scene, what.history, room - words - 1, what.scale)


def _halves(line: Line, scene: Scene, what: Gauge, size: int) -> None:
    each, rest = divmod(size, len(what.halves))
    for number, (sign, name) in enumerate(what.halves):
        line.add(sign, style(scene.palette.dim, scene.palette.trough))
        width = each - len(sign) + (rest if number + 1 == len(what.halves) else 0)
        _spark(line, scene, (name,), width, True)


def _spark(line: Line, scene: Scene, names: tuple[str, ...], width: int, scale: bool) -> None:
    """The sum of some histories: shares as they are, traffic against the highest in view."""
    values = [0.0] * width
    for name in names:
        if name in scene.state.histories:
            history = scene.state.histories[name]
            more = seconds(history.first, history.values, scene.newest, width)
            values = [total + value for total, value in zip(values, more, strict=True)]
    whole = max(_LEAST_SCALE, *values) if scale and values else 1.0
    add_history(line, [value / whole for value in values], scene.palette.other, scene.palette)


def gauge(name: str, scene: Scene) -> Gauge:
    """The meter of that name, as it stands now."""
    sample = scene.state.sample
    assert sample is not None
    around = sample.around or Surroundings(sample.at_ns)
    rates, palette = scene.state.rates, scene.palette
    if rates is None and name in _RATES:
        return Gauge(_RATES[name])  # it takes a second look
    traffic = rates.traffic if rates and rates.traffic else Traffic()
    if name.startswith("gpu"):
        return _gpu(name, around, palette, scene.machine.gpus)
    make: dict[str, Callable[[], Gauge]] = {
        "memory": lambda: _memory(sample, palette),
        "swap": lambda: _swap(sample, around, palette),
        "limit": lambda: _limit(around, palette),
        "quota": lambda: _quota(around, traffic, palette),
        "pressure": lambda: _pressure(around, palette),
        "network": lambda: _network(traffic),
        "disk": lambda: _disk(traffic, palette),
    }
    return make[name]()


def _memory(sample: MachineSample, palette: Palette) -> Gauge:
    total = sample.memory_total
    if not total or sample.memory_used is None:
        return Gauge("Mem", says=_NOT_TOLD)
    shared, buffers = sample.memory_shared or 0, sample.memory_buffers or 0
    cache = max(0, (sample.memory_cached or 0) - shared)
    # What is used (total less available) holds the shared part; buffers and cache follow as far as they can be taken back.
    left = max(0, total - sample.memory_used - (sample.memory_free or 0)) if sample.memory_free is not None else buffers + cache
    buffers = min(buffers, left)
    parts = (
        (max(0, sample.memory_used - shared) / total, palette.memory),
        (min(shared, sample.memory_used) / total, palette.shared),
        (buffers / total, palette.buffers),
        (min(cache, left - buffers) / total, palette.cache),
    )
    short = f"{figures.size(sample.memory_used)} of {figures.size(total)}"
    cached = f"{short}, {figures.size(buffers + cache)} cache"
    longest = (
        f"{short} used, {figures.size(sample.memory_shared)} shared, {figures.size(buffers)} buffers, {figures.size(cache)} cache"
    )
    return Gauge("Mem", parts, (longest, cached, short, figures.size(sample.memory_used)), ("memory",))


def _swap(sample: MachineSample, around: Surroundings, palette: Palette) -> Gauge:
    if sample.swap_total is None or sample.swap_used is None:
        return Gauge("Swap", says=_NOT_TOLD)
    if not sample.swap_total:
        return Gauge("Swap", says=("none",))
    short = f"{figures.size(sample.swap_used)} of {figures.size(sample.swap_total)}"
    says = [short]
    if around.compressed:
        original, held = figures.size(around.compressed.original_bytes), figures.size(around.compressed.compressed_bytes)
        says.insert(0, f"{short}, {original} held in {held}")
    return Gauge("Swap", ((sample.swap_used / sample.swap_total, palette.system),), tuple(says), ("swap",))


def _limit(around: Surroundings, palette: Palette) -> Gauge:
    group = around.group
    if group is None or group.memory_limit is None or group.memory_used is None:
        return Gauge("Limit", says=_NOT_TOLD)
    short = f"{figures.size(group.memory_used)} of {figures.size(group.memory_limit)}"
    says = (f"{short} that this cgroup may use", f"{short} allowed", short)
    return Gauge("Limit", ((group.memory_used / group.memory_limit, palette.memory),), says)


def _quota(around: Surroundings, traffic: Traffic, palette: Palette) -> Gauge:
    group = around.group
    if group is None or not group.quota_cores:
        return Gauge("Quota", says=_NOT_TOLD)
    allowed, throttled = figures.cores(group.quota_cores), figures.percent(traffic.group_throttled or 0.0)
    if traffic.group_cores is None:  # version 1 counts use apart from the quota, and not always for the same groups
        return Gauge("Quota", says=(f"{allowed} cores, {throttled} throttled", f"{allowed} cores"))
    short = f"{traffic.group_cores:.1f} of {allowed} cores"
    says = [f"{short}, {throttled} throttled", f"{traffic.group_cores:.1f}/{allowed}, {throttled} throttled", short]
    if group.pressure and group.pressure.cpu.some is not None:
        says.insert(0, f"{says[0]}, pressure {figures.percent(group.pressure.cpu.some)}")
    return Gauge("Quota", ((traffic.group_cores / group.quota_cores, palette.user),), tuple(says), ())


def _pressure(around: Surroundings, palette: Palette) -> Gauge:
    found = around.pressure
    named = [("cpu", found.cpu), ("memory", found.memory), ("io", found.io)] if found else []
    known = [(name, stall) for name, stall in named if stall.some is not None]
    if not known:
        return Gauge("PSI", says=_NOT_TOLD)
    long = "  ".join(
        f"{name} {figures.percent(stall.some)}" + (f" (all {figures.percent(stall.full)})" if stall.full is not None else "")
        for name, stall in known
    )
    middle = ", ".join(f"{name} {figures.percent(stall.some)}" for name, stall in known)
    short = " ".join(f"{name[:3]} {figures.percent(stall.some).replace(' ', '')}" for name, stall in known)
    most = max(stall.some or 0.0 for _name, stall in known)
    return Gauge("PSI", ((most, palette.wants),), (f"pressure: {long}", long, f"pressure: {middle}", middle, short), ("pressure",))


def _rate(number: float | None) -> str:
    """Bytes a second; blank where nobody has told."""
    return "" if number is None else f"{figures.size(number)}/s"


def _network(traffic: Traffic) -> Gauge:
    halves = (("↓", "received"), ("↑", "sent"))
    if traffic.received_per_s is None or traffic.sent_per_s is None:
        return Gauge("Net", says=_NOT_TOLD)
    short = f"↓{_rate(traffic.received_per_s)} ↑{_rate(traffic.sent_per_s)}"
    busiest = traffic.busiest_interface
    named = (f"{short} {busiest.name}",) if busiest else ()
    return Gauge("Net", (), (*named, short), ("received", "sent"), True, halves)


def _disk(traffic: Traffic, palette: Palette) -> Gauge:
    if traffic.read_per_s is None or traffic.written_per_s is None:
        return Gauge("Disk", says=_NOT_TOLD)
    busiest = traffic.busiest_disk
    if busiest is None:
        return Gauge("Disk", says=("none",))
    moved = f"read {_rate(traffic.read_per_s)}, written {_rate(traffic.written_per_s)}"
    short = f"r {_rate(traffic.read_per_s)} w {_rate(traffic.written_per_s)}"
    busy = f"{busiest.name} {figures.percent(busiest.busy)}"
    says = (f"{moved}, {busy} busy", f"{moved}, {busy}", f"{short} {busy}", short)
    return Gauge("Disk", ((busiest.busy, palette.iowait),), says, ("read", "written"), True)


def _gpu(name: str, around: Surroundings, palette: Palette, count: int) -> Gauge:
    if name == "gpus":
        return _gpus(around.gpus, palette)
    number = int(name[3:])
    label = "GPU" if count == 1 else f"GPU{number}"
    if number >= len(around.gpus):
        return Gauge(label, says=_NOT_TOLD)
    gpu = around.gpus[number]
    memory = f"{figures.size(gpu.memory_used)} of {figures.size(gpu.memory_total)}" if gpu.memory_total else ""
    short = ", ".join(part for part in (figures.percent(gpu.busy), memory) if part)
    return Gauge(label, ((gpu.busy or 0.0, palette.steal),), (f"{short} {gpu.name}", short), (name,))


def _gpus(found: tuple[Gpu, ...], palette: Palette) -> Gauge:
    known = [gpu.busy for gpu in found if gpu.busy is not None]
    if not known:
        return Gauge("GPUs", says=_NOT_TOLD)
    busy = sum(known) / len(known)
    used, total = sum(gpu.memory_used or 0 for gpu in found), sum(gpu.memory_total or 0 for gpu in found)
    short = f"{len(found)}: {figures.percent(busy)}, {figures.size(used)} of {figures.size(total)}"
    each = "".join(height_of(one).replace(" ", "▁") for one in known)
    return Gauge("GPUs", ((busy, palette.steal),), (f"{short}  {each}", short))

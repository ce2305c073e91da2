"""The machine pane of the monitor: cores, memory, what is waited for, what moves, and the figures of the whole machine."""

from __future__ import annotations

from rich.cells import cell_len
from textual.strip import Strip

from conclab.model import figures
from conclab.model.machine import Machine
from conclab.model.machine_state import MachineState
from conclab.tui.palettes import Palette
from conclab.tui.renderables.blocks import Line, fit, plain, style
from conclab.tui.renderables.meters_cores import PART_GLYPHS, Scene, core_lines
from conclab.tui.renderables.meters_gauges import MEMORY_GLYPHS, gauge_lines
from conclab.tui.renderables.meters_layout import DENSE, DOTS, GLYPHS, SIDE, Cores, Gauges, Layout, Words

_ALIGNED_FROM = 74
"""A single column of this width has words of one length in all its meters, so that the histories stand under one another."""
_SIDE_LABEL = 12


def meter_lines(
    state: MachineState, machine: Machine, layout: Layout, palette: Palette, width: int, colourless: bool = False
) -> list[Strip]:
    """All lines of the pane, always ``layout.height`` of them."""
    sample = state.sample
    if sample is None or width < 20:
        return _filled([plain("reading the machine …", width, style(palette.dim))], layout.height, width)
    scene = Scene(state, machine, palette, colourless)
    room = width - SIDE if layout.side else width
    lines: list[Strip] = []
    for block in layout.blocks:
        if isinstance(block, Cores):
            lines += _cores(scene, block, room)
        elif isinstance(block, Gauges):
            lines += gauge_lines(scene, block, room, _words(room, block.columns))
        elif block.legend:
            continue
        else:
            lines += _tasks(scene, layout, block.lines, width)
    legend = [_legend(scene, width) for block in layout.blocks if isinstance(block, Words) and block.legend]
    lines = _filled(lines, layout.height - len(legend), room)
    if layout.side:
        beside = _beside(scene, len(lines))
        lines = [Strip.join([line, side]) for line, side in zip(lines, beside, strict=True)]
    return [*lines, *legend]


def _filled(lines: list[Strip], count: int, width: int) -> list[Strip]:
    return (lines + [plain("", width)] * (count - len(lines)))[:count]


def _words(width: int, columns: int) -> int:
    """Cells of the words after a bar, one space included; 0: as many as they need."""
    return min(40, 28 + (width - _ALIGNED_FROM) // 6) if columns == 1 and width >= _ALIGNED_FROM else 0


def _cores(scene: Scene, block: Cores, width: int) -> list[Strip]:
    if scene.state.sample is not None and not scene.state.sample.cores:
        first = plain("This system does not tell what its cores do; `conclab doctor` says why.", width, style(scene.palette.dim))
        return _filled([first], block.lines, width)
    return core_lines(scene, block, width, _words(width, block.columns))


def _counts(scene: Scene) -> dict[str, str]:
    """Every figure by its name; what is not told is left out."""
    sample, rates = scene.state.sample, scene.state.rates
    assert sample is not None
    user = None if sample.threads is None else sample.threads - (sample.kernel_threads or 0)
    online = sum(core is not None for core in sample.cores) or scene.machine.cores
    offline = sum(scene.is_offline(core) for core in range(scene.count))
    loads = [core.load.busy for core in scene.state.cores if core.load is not None]
    found = {
        "cores": f"{len(loads)} cores {figures.percent(sum(loads) / len(loads))} busy" if loads else "",
        "offline": f"{offline} offline" if offline else "",
        "processes": figures.count(sample.processes),
        "threads": figures.count(user),
        "kernel": figures.count(sample.kernel_threads),
        "running": figures.count(sample.running),
        "waiting": "" if sample.running is None else figures.count(max(0, sample.running - online)),
        "load": " ".join(f"{one:.2f}" for one in sample.load) if sample.load else "",
        "births": f"{figures.count(rates.births_per_s)}/s" if rates and rates.births_per_s is not None else "",
        "switches": f"{figures.count(rates.switches_per_s)}/s" if rates and rates.switches_per_s is not None else "",
        "interrupts": f"{figures.count(rates.interrupts_per_s)}/s" if rates and rates.interrupts_per_s is not None else "",
        "up": figures.uptime(sample.uptime_s),
    }
    return {name: text for name, text in found.items() if text}


def _beside(scene: Scene, lines: int) -> list[Strip]:
    """The figures as a column of names and numbers."""
    known = _counts(scene)
    threads = ", ".join(part for part in (known.get("threads", ""), _said(known, "kernel", "{} kernel")) if part)
    running = ", ".join(part for part in (known.get("running", ""), _said(known, "waiting", "{} want a core")) if part)
    pairs = [("load", known.get("load", "")), ("processes", known.get("processes", "")), ("threads", threads)]
    pairs += [("running", running), ("switches", known.get("switches", "")), ("births", known.get("births", ""))]
    pairs += [("interrupts", known.get("interrupts", "")), ("up", known.get("up", "")), ("cores", known.get("offline", ""))]
    shown = [(name, text) for name, text in pairs if text]
    found = []
    for name, text in (shown + [("", "")] * lines)[:lines]:
        line = Line().add("  ").add(fit(name, _SIDE_LABEL), style(scene.palette.dim))
        found.append(line.add(text, style(scene.palette.text)).strip(SIDE))
    return found


def _said(known: dict[str, str], name: str, text: str) -> str:
    return text.format(known[name]) if name in known else ""


def _tasks(scene: Scene, layout: Layout, lines: int, width: int) -> list[Strip]:
    """The figures as sentences side by side, the most telling first; what has no room any more is left out."""
    known = _counts(scene)
    no_figures = any(isinstance(block, Cores) and block.form in (GLYPHS, DENSE, DOTS) for block in layout.blocks)
    texts = ["{cores}"] * no_figures + ["{offline}", "load {load}", "{running} running", "{waiting} waiting for a core"]
    texts += ["{processes} processes", "{threads} threads", "{kernel} kernel", "{switches} switches/s", "{births} births/s"]
    texts += ["{interrupts} interrupts/s", "up {up}"]
    names = [text[text.index("{") + 1 : text.index("}")] for text in texts]
    bare = {name: figure.removesuffix("/s") for name, figure in known.items()}
    parts = [text.format(**bare) for name, text in zip(names, texts, strict=True) if name in known]
    found: list[str] = [""]
    for part in parts:
        longer = f"{found[-1]} · {part}" if found[-1] else part
        if cell_len(longer) <= width:
            found[-1] = longer
        elif len(found) < lines:
            found.append(part)
    return _filled([plain(text, width, style(scene.palette.text)) for text in found], lines, width)


def _legend(scene: Scene, width: int) -> Strip:
    """What the colours of the bars mean, or the glyphs where there are none; as many of the explanations as fit."""
    palette, line, left = scene.palette, Line(), width
    cores = (("user", palette.user), ("system", palette.system), ("nice", palette.nice), ("iowait", palette.iowait))
    memory = (("used", palette.memory), ("shared", palette.shared), ("buffers", palette.buffers), ("cache", palette.cache))
    places = scene.machine.places
    pieces: list[tuple[str, str, str]] = [("", "", "cores")]
    pieces += [(PART_GLYPHS[number], colour, name) for number, (name, colour) in enumerate((*cores, ("steal", palette.steal)))]
    pieces += [("", "", " memory")]
    pieces += [(MEMORY_GLYPHS[number], colour, name) for number, (name, colour) in enumerate(memory)]
    if any(place.kind for place in places):
        pieces.append(("P", palette.text, "fast, E efficient"))
    if any(place.is_second(core) for core, place in enumerate(places)):
        pieces.append(("'", palette.text, "second thread"))
    for glyph, colour, name in pieces:
        shown = "█" if glyph in PART_GLYPHS and not scene.colourless else glyph
        left -= cell_len(f"{shown} {name}  ")
        if left < 0:
            break
        if glyph:
            line.add(shown, style(colour)).add(" ")
        line.add(f"{name}  ", style(palette.dim))
    return line.strip(width)

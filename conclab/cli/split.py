"""Where the time of the workers went, as lines for people, from a run's document: per arm and worker, over all repetitions."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterable
from typing import Any

from conclab.cli.output import paint
from conclab.model import figures
from conclab.model.blocking import marked
from conclab.model.results import OK
from conclab.model.text import harmless

_BAR = 24
_PARTS = (("on_core_ns", "█", "cyan"), ("wants_core_ns", "▒", "yellow"), ("blocked_ns", "░", "dim"))
_MOST_WORKERS = 16
_MOST_CAUSES = 2
_LEAST_CAUSE = 0.005
_SHORTEST_CAUSE = 4
"""Of fewer characters nobody knows what is meant."""


class _Sum:
    """Counters of one worker, or of all of an arm, added up. One that lacks a part makes the sum lack it."""

    def __init__(self) -> None:
        self.parts: Counter[str] = Counter()
        self.lacks: set[str] = set()
        self.causes: Counter[str] = Counter()

    def add(self, counted: dict[str, Any]) -> None:
        for key in ("wall_ns", *(part for part, _, _ in _PARTS), "voluntary_switches", "involuntary_switches"):
            if counted.get(key) is None:
                self.lacks.add(key)
            else:
                self.parts[key] += counted[key]
        self.causes.update(counted.get("blocked_on") or {})

    def share(self, key: str) -> float | None:
        wall = self.parts["wall_ns"]
        return None if key in self.lacks or "wall_ns" in self.lacks or wall <= 0 else self.parts[key] / wall

    def rate(self, key: str) -> float | None:
        wall = self.parts["wall_ns"]
        return None if key in self.lacks or wall <= 0 else self.parts[key] / wall * 1e9


def split_lines(told: dict[str, Any]) -> list[str]:
    """Empty when nothing of it was counted."""
    width = shutil.get_terminal_size().columns
    lines: list[str] = []
    inferred = False
    for arm in told["arms"]:
        mine = [worker for repetition in _good(arm["repetitions"]) for worker in repetition["workers"]]
        rows = _rows(mine)
        if not rows:
            continue
        python = f" on {_label(told, arm['python'])}" if len(told["environment"]["pythons"]) > 1 else ""
        shown = rows[: _MOST_WORKERS + 1]
        names, causes = max(len(name) for name, _ in shown), max(len(_causes(total)) for _, total in shown)
        title = f"{harmless(arm['name'])}{python}"
        titles = "  ".join(f"{glyph:>5}" for _, glyph, _ in _PARTS)
        lines += ["", paint(title, "bold") + " " * max(2, 6 + names + _BAR - len(title)) + titles]
        lines += [_line(f"{name:<{names}}", total, causes, width) for name, total in shown]
        if len(rows) > _MOST_WORKERS + 1:
            lines.append(paint(f"  and {len(rows) - _MOST_WORKERS - 1} more workers; --json has them all", "dim"))
        inferred = inferred or any(cause != marked(cause) for _name, total in rows for cause in total.causes)
    if lines:
        legend = "█ on a core  ▒ wants a core  ░ blocked, of the workers' own time" + ("  * inferred" if inferred else "")
        lines.append(paint(f"  {legend}", "dim"))
    return lines


def _good(repetitions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What the verdict is about too: without the control's, and without those that went wrong, as long as one went well."""
    measured = [one for one in repetitions if not one["control"]]
    return [one for one in measured if one["outcome"] == OK] or measured


def _label(told: dict[str, Any], path: str) -> str:
    return next((str(python["label"]) for python in told["environment"]["pythons"] if python["path"] == path), path)


def _rows(workers: Iterable[dict[str, Any]]) -> list[tuple[str, _Sum]]:
    """All workers together, then each by its name, where their split is known."""
    whole, each = _Sum(), dict[str, _Sum]()
    for worker in workers:
        whole.add(worker)
        each.setdefault(harmless(worker["worker"]), _Sum()).add(worker)
    if whole.share("blocked_ns") is None:
        return []
    return [("all", whole), *sorted(each.items(), key=lambda pair: (len(pair[0]), pair[0]))]


def _line(name: str, total: _Sum, causes: int, width: int) -> str:
    shares = {key: max(0.0, total.share(key) or 0.0) for key, _, _ in _PARTS}
    bar, taken = "", 0
    done = 0.0
    for key, glyph, colour in _PARTS:
        done += shares[key]
        cells = _BAR - taken if key == _PARTS[-1][0] else max(0, round(done * _BAR) - taken)
        taken += cells
        bar += paint(glyph * cells, colour)
    told = "  ".join(f"{figures.percent(shares[key]):>5}" for key, _, _ in _PARTS)
    line = f"  {name}  "
    rates = [total.rate(key) for key in ("voluntary_switches", "involuntary_switches")]
    switches = "" if None in rates else f"{figures.count(rates[0]):>7}/s voluntary {figures.count(rates[1]):>6}/s involuntary"
    room = width - len(line) - _BAR - 2 - len(told)
    beside = f"  {_causes(total):<{causes}}" if causes else ""
    full = f"{beside}  {switches}".rstrip()
    rest = full if len(full) <= room else _fitting(total, room - 2)
    return f"{line}{bar}  {told}{rest}".rstrip()


def _causes(total: _Sum, most: int = _MOST_CAUSES) -> str:
    """What it was blocked on most, as shares of its whole time."""
    wall = total.parts["wall_ns"]
    leading = [(cause, ns) for cause, ns in total.causes.most_common(most) if wall and ns / wall >= _LEAST_CAUSE]
    return ", ".join(f"{harmless(marked(cause))} {figures.percent(ns / wall)}" for cause, ns in leading)


def _fitting(total: _Sum, room: int) -> str:
    """As many causes as there is room for, behind two spaces; a single one that is too long loses the end of its name."""
    for most in range(_MOST_CAUSES, 0, -1):
        text = _causes(total, most)
        if len(text) <= room:
            return f"  {text}"
    share = text[text[:-2].rindex(" ") :]
    kept = text[: max(0, room - len(share) - 1)]
    return f"  {kept}…{share}" if len(kept) >= _SHORTEST_CAUSE else ""

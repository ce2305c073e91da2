"""Demo scripts: a file of steps (TOML, https://toml.io) that conclab plays on its own screens. ``FORMAT`` says how to write one.

A script is read as a whole before anything is played: what is wrong in it is told with the file, the step and what to write
instead.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from conclab.demos.fields import Wrong, features_of, known_word, number_of, one_of, only, quoted, text_of, texts_of
from conclab.demos.steps import (
    EVENTS,
    FEATURES,
    LIMIT_S,
    PLACES,
    STATUSES,
    WHERE,
    Choose,
    Fill,
    Go,
    Look,
    Pause,
    Press,
    Run,
    Say,
    Script,
    Step,
    Type,
    Wait,
)
from conclab.model.settings import did_you_mean
from conclab.model.text import harmless

FORMAT = f"""\
A demo script is a TOML file: a head, and a list of steps. One step does one thing.

  title = "My demo"                     # what it is called
  about = "What it shows, in a line."
  needs = ["free-threaded"]             # optional: {", ".join(FEATURES)}
  size = "120x40"                       # optional: columns x rows of a recording
  pace = 1.0                            # optional: 2 is twice as fast

  steps = [
    {{ say = "A caption. It stays until the next one, and the demo goes on when it has been read." }},
    {{ say = "Over the middle, for four seconds.", where = "middle", seconds = 4 }},
    {{ say = "" }},                                         # no caption any more
    {{ go = "lab" }},                                       # to a place: {", ".join(PLACES)}
    {{ choose = "lost-update" }},                           # an experiment: `conclab list` shows all
    {{ choose = 34 }},                                      # in Learn: a claim, by its number
    {{ set = {{ workers = 4, repetitions = 3 }} }},           # fields of the form, as `conclab list` names them
    {{ set = {{ python = "free-threaded" }} }},               # also python (gil, free-threaded, 3.13 …), repetitions, trace
    {{ run = true }},                                       # what was chosen
    {{ wait = "running" }},                                 # for an event: {", ".join(EVENTS)}
    {{ wait = "repetition", number = 2, limit = 60 }},      # at most so many seconds (without it: {LIMIT_S:.0f})
    {{ wait = "arm", name = "threads" }},
    {{ wait_text = "Verdict" }},                            # for a text on the screen
    {{ look = ["Verdict", "with a lock"] }},                # a check: these texts are on the screen
    {{ absent = "failed" }},                                # a check: this text is not
    {{ verdict = ["holds", "undecided"] }},                 # a check: so the last verdict ends
    {{ press = "t" }},                                      # keys: t, enter, escape, f5, ctrl+p …
    {{ press = ["right", "right", "plus"] }},
    {{ type = "cpu>5" }},                                   # a text, letter by letter
    {{ pause = 2 }},                                        # seconds
    {{ say = "Only here.", needs = "real" }},               # a step is left out where something is missing …
    {{ say = "There is none here.", without = "free-threaded" }},  # … or where it is there
  ]

Captions that name figures are true on one machine only: rather say where to look. Wait for events, not for seconds.

  conclab demo ./mine.toml            play it here
  conclab demo ./mine.toml --check    play it on the played machine, quickly and unseen; exit status 1 when a check fails
  conclab record ./mine.toml -o mine.gif
"""

MOST_BYTES = 1024 * 1024
MOST_STEPS = 500
LONGEST_S = 3_600.0
PACES = (0.1, 100.0)
SIZE = (120, 40)
"""Columns and rows, where a script does not tell."""
SIZES = ((40, 12), (400, 200))
_HEAD = ("title", "about", "needs", "size", "pace", "steps")
_COMMON = ("needs", "without")
_ALSO: Mapping[str, tuple[str, ...]] = {
    "go": (),
    "choose": (),
    "set": (),
    "run": (),
    "wait": ("number", "name", "limit"),
    "wait_text": ("limit",),
    "say": ("where", "seconds"),
    "pause": (),
    "press": (),
    "type": (),
    "look": ("absent", "verdict"),
    "absent": ("look", "verdict"),
    "verdict": ("look", "absent"),
}
"""What a step can be, and what else may stand in it."""
_SIZE = re.compile(r"([0-9]{1,4})x([0-9]{1,4})")
_BEGINS = re.compile(r"\s*(\{|\[\[\s*steps\s*\]\])")


class BadScript(ValueError):
    """A script that cannot be played. The message is one plain sentence that names the file and the step."""


def read_script(path: Path) -> Script:
    """The script in a file. Raises BadScript."""
    shown = harmless(str(path))
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        raise BadScript(f"there is no file {shown}") from None
    except OSError as error:
        raise BadScript(f"{shown} cannot be read: {error.strerror}") from None
    if len(data) > MOST_BYTES:
        raise BadScript(f"{shown} is larger than a demo script can be ({MOST_BYTES // 1024:,} KiB)")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise BadScript(f"{shown} is not a text in UTF-8, as TOML has to be") from None
    return parse_script(text, path.stem, shown)


def parse_script(text: str, name: str, file: str = "") -> Script:
    """A script from its text. ``file`` is how messages call it. Raises BadScript."""
    file = file or name
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadScript(f"{file} is not TOML: {harmless(str(error))}") from None
    except (RecursionError, ValueError):  # brackets within brackets, or a number of thousands of digits
        raise BadScript(f"{file} holds what no script needs: numbers or lists beyond all measure") from None
    try:
        return _script(table, name, file, _lines(text))
    except Wrong as wrong:
        raise BadScript(f"{file}: {wrong}") from None


def _script(table: Mapping[str, Any], name: str, file: str, lines: list[int]) -> Script:
    only(table, _HEAD, "a script")
    for key in ("title", "steps"):
        if key not in table:
            raise Wrong(f"{key} is missing; `conclab demo --format` shows how a script is written")
    entries = table["steps"]
    if not isinstance(entries, list) or not entries or not all(isinstance(entry, dict) for entry in entries):
        raise Wrong('steps takes a list of steps, like steps = [ { say = "Hello" } ]')
    if len(entries) > MOST_STEPS:
        raise Wrong(f"{len(entries):,} steps are too many; the most is {MOST_STEPS}")
    known = lines if len(lines) == len(entries) else []
    steps = []
    for number, entry in enumerate(entries, 1):
        line = known[number - 1] if known else None
        try:
            steps.append(_step(entry, number, line))
        except Wrong as wrong:
            at = f"step {number}" + (f" (line {line})" if line is not None else "")
            raise BadScript(f"{file}, {at}: {wrong}") from None
    return Script(
        name=name,
        title=text_of(table, "title"),
        about=text_of(table, "about") if "about" in table else "",
        steps=tuple(steps),
        needs=features_of(table, "needs"),
        size=parse_size(text_of(table, "size")) if "size" in table else SIZE,
        pace=number_of(table, "pace", *PACES) if "pace" in table else 1.0,
        file=file,
    )


def parse_size(text: str) -> tuple[int, int]:
    """``120x40`` as columns and rows. Raises Wrong, which says what to write instead."""
    found = _SIZE.fullmatch(text.strip().lower())
    size = (int(found[1]), int(found[2])) if found else (0, 0)
    if not all(least <= part <= most for part, least, most in zip(size, *SIZES, strict=True)):
        (least_columns, least_rows), (most_columns, most_rows) = SIZES
        raise Wrong(
            f"size {harmless(text)!r}: write columns x rows, like 120x40, "
            f"from {least_columns}x{least_rows} to {most_columns}x{most_rows}"
        )
    return size


def _lines(text: str) -> list[int]:
    """The lines in which steps seem to begin; they are theirs if there are as many of them as steps."""
    return [number for number, line in enumerate(text.splitlines(), 1) if _BEGINS.match(line)]


def _step(entry: Mapping[str, Any], number: int, line: int | None) -> Step:
    verbs = [key for key in _ALSO if key in entry]
    if not verbs:
        word = next((str(key) for key in entry if key not in _COMMON), "")
        what = f"{quoted(word)} is no step{did_you_mean(word, _ALSO)}" if word else "it does nothing"
        raise Wrong(f"{what}; take one of {', '.join(_ALSO)}")
    verb = verbs[0]
    strangers = [other for other in verbs[1:] if other not in _ALSO[verb]]
    if strangers:
        raise Wrong(f"one step does one thing: {verb} and {strangers[0]} are two; make two steps of them")
    only(entry, (verb, *_ALSO[verb], *_COMMON), verb)
    common: dict[str, Any] = {
        "number": number,
        "line": line,
        "needs": features_of(entry, "needs"),
        "without": features_of(entry, "without"),
    }
    return _MADE[verb](entry, common)


def _limit(table: Mapping[str, Any]) -> float:
    return number_of(table, "limit", 0.1, LONGEST_S) if "limit" in table else LIMIT_S


def _go(entry: Mapping[str, Any], common: dict[str, Any]) -> Step:
    return Go(**common, place=one_of(entry, "go", PLACES))


def _choose(entry: Mapping[str, Any], common: dict[str, Any]) -> Step:
    value = entry["choose"]
    number = isinstance(value, int) and not isinstance(value, bool)
    return Choose(**common, name=str(value) if number else text_of(entry, "choose"))


def _set(entry: Mapping[str, Any], common: dict[str, Any]) -> Step:
    values = entry["set"]
    if not isinstance(values, dict) or not values:
        raise Wrong("set takes fields and their values, like set = { workers = 4 }")
    for key, value in values.items():
        if isinstance(value, bool) or not isinstance(value, int | str):
            raise Wrong(f"set: {quoted(key)} takes a whole number or a text")
    return Fill(**common, values={key: harmless(str(value)) for key, value in values.items()})


def _run(entry: Mapping[str, Any], common: dict[str, Any]) -> Step:
    if entry["run"] is not True:
        raise Wrong("write run = true; what is run is what was chosen before, with choose")
    return Run(**common)


def _wait(entry: Mapping[str, Any], common: dict[str, Any]) -> Step:
    event = one_of(entry, "wait", EVENTS)
    for key, owner in (("number", "repetition"), ("name", "arm")):
        if key in entry and event != owner:
            raise Wrong(f"{key} goes with wait = {owner!r} only".replace("'", '"'))
    if event == "arm" and "name" not in entry:
        raise Wrong('wait = "arm" takes the name of an arm: add name = "…"')
    count = int(number_of(entry, "number", 1, 1_000)) if "number" in entry else 1
    return Wait(**common, event=event, count=count, name=text_of(entry, "name") if "name" in entry else "", limit_s=_limit(entry))


def _wait_text(entry: Mapping[str, Any], common: dict[str, Any]) -> Step:
    return Wait(**common, text=text_of(entry, "wait_text"), limit_s=_limit(entry))


def _say(entry: Mapping[str, Any], common: dict[str, Any]) -> Step:
    where = one_of(entry, "where", WHERE) if "where" in entry else WHERE[0]
    seconds = number_of(entry, "seconds", 0, LONGEST_S) if "seconds" in entry else None
    return Say(**common, text=text_of(entry, "say", empty=True), where=where, seconds=seconds)


def _pause(entry: Mapping[str, Any], common: dict[str, Any]) -> Step:
    return Pause(**common, seconds=number_of(entry, "pause", 0, LONGEST_S))


def _press(entry: Mapping[str, Any], common: dict[str, Any]) -> Step:
    return Press(**common, keys=texts_of(entry, "press"))


def _type(entry: Mapping[str, Any], common: dict[str, Any]) -> Step:
    return Type(**common, text=text_of(entry, "type"))


def _look(entry: Mapping[str, Any], common: dict[str, Any]) -> Step:
    verdict = texts_of(entry, "verdict") if "verdict" in entry else ()
    for status in verdict:
        known_word(status, "verdict", STATUSES)
    there, absent = (texts_of(entry, key) if key in entry else () for key in ("look", "absent"))
    return Look(**common, there=there, absent=absent, verdict=verdict)


_MADE: Mapping[str, Callable[[Mapping[str, Any], dict[str, Any]], Step]] = {
    "go": _go,
    "choose": _choose,
    "set": _set,
    "run": _run,
    "wait": _wait,
    "wait_text": _wait_text,
    "say": _say,
    "pause": _pause,
    "press": _press,
    "type": _type,
    "look": _look,
    "absent": _look,
    "verdict": _look,
}

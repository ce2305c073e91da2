"""A survey as a page that can be shared: Markdown, or HTML that needs nothing else. Where it may be written, and writing it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from conclab.model import figures
from conclab.model.machine import Machine
from conclab.model.surveys import Survey
from conclab.model.text import harmless
from conclab.recording.report_html import html_report
from conclab.recording.report_markdown import markdown_report
from conclab.recording.report_words import MARK, About
from conclab.recording.version import conclab_version

FORMATS: Mapping[str, Callable[[Survey, About], str]] = {".md": markdown_report, ".html": html_report}
"""By the suffix of the file."""
_HEAD_BYTES = 512


class CannotReport(Exception):
    """No report can be written there. The message is one plain sentence."""


def check_report(file: Path) -> None:
    """Whether a report could be written there now. Raises CannotReport. Of files that are there only reports are written over."""
    name = harmless(str(file))
    if file.suffix.lower() not in FORMATS:
        raise CannotReport(f"{name}: a report is called {' or '.join(f'NAME{suffix}' for suffix in FORMATS)}")
    folder = file.parent
    if not folder.is_dir():
        raise CannotReport(f"{name}: there is no folder {harmless(str(folder))}")
    try:
        if file.exists() and not _is_report(file):
            raise CannotReport(f"{name} is there and is no report of conclab; take another name")
    except OSError as error:
        raise CannotReport(f"{name}: {_why(error)}") from None
    if not os.access(folder, os.W_OK | os.X_OK):
        raise CannotReport(f"{name}: nothing can be written in the folder {harmless(str(folder))}")


def _is_report(file: Path) -> bool:
    if not file.is_file():
        return False
    with file.open("rb") as opened:
        return MARK.encode() in opened.read(_HEAD_BYTES)


def write_report(file: Path, survey: Survey, machine: Machine, made_s: float | None = None) -> None:
    """Write it, all or nothing. ``made_s``: seconds since 1970; None: now. Raises CannotReport."""
    check_report(file)
    about = About(
        made=time.strftime("%d %B %Y, %H:%M", time.localtime(made_s)).lstrip("0"),
        machine=f"{machine.system} {machine.kernel}",
        cores=_cores(machine),
        conclab=conclab_version(),
    )
    text = FORMATS[file.suffix.lower()](survey, about)
    beside = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        beside.write_text(text, encoding="utf-8", errors="replace")
        beside.replace(file)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise CannotReport(f"{harmless(str(file))}: {_why(error)}") from None


def _cores(machine: Machine) -> str:
    all_of_them = figures.plural(machine.cores, "core")
    if machine.usable_cores == machine.cores:
        return all_of_them
    return f"{all_of_them}, of which {figures.cores(machine.usable_cores)} can be used"


def _why(error: OSError) -> str:
    return (error.strerror or str(error)).lower()

"""The details of a process, read page by page when somebody looks at them. Never on the thread that draws."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from conclab.model.details import ENVIRONMENT, FILES, LIMITS, MEMORY, OVERVIEW, STACKS, Page, Section
from conclab.model.table import RowId
from conclab.sampling.details_access import Subject, start_ticks, subject
from conclab.sampling.details_files import read_environment, read_files
from conclab.sampling.details_memory import read_limits, read_memory
from conclab.sampling.details_overview import read_overview
from conclab.sampling.stacks import read_stacks

READERS: Mapping[str, Callable[[Subject], tuple[Section, ...]]] = {
    OVERVIEW: read_overview,
    ENVIRONMENT: read_environment,
    FILES: read_files,
    MEMORY: read_memory,
    LIMITS: read_limits,
    STACKS: read_stacks,
}
"""What makes the sections of each page."""


def read_details(id: RowId, page: str) -> Page:
    """One page about the process of ``id``; ``ended`` when it is no longer there, or its number is another's by now.

    Blocking: some milliseconds, for the stacks up to eight seconds. Raises KeyError for a page that is not read (threads, history).
    """
    reader = READERS[page]
    if start_ticks(id.pid) != id.start:
        return Page(page, time.monotonic_ns(), ended=True)
    sections = reader(subject(id.pid))
    # A pid that was handed out again in between would have given a stranger's files: what was read then is thrown away.
    if start_ticks(id.pid) != id.start:
        return Page(page, time.monotonic_ns(), ended=True)
    return Page(page, time.monotonic_ns(), sections)

"""A server as `conclab serve` starts it, and somebody who looks at it."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass
class Served:
    """A server that runs."""

    process: asyncio.subprocess.Process
    address: str
    """The page, its token in it."""

    @property
    def origin(self) -> str:
        return "/".join(self.address.split("/")[:3])


@asynccontextmanager
async def served(folder: Path, *options: str) -> AsyncIterator[Served]:
    """On any free port."""
    places = {name: str(folder / name.lower()) for name in ("CONCLAB_CONFIG", "CONCLAB_RUNS", "CONCLAB_FINDINGS")}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "conclab", "serve", "--port", "0", *options),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, **places},
    )
    try:
        assert process.stdout is not None
        yield Served(process, (await process.stdout.readline()).decode().strip())
    finally:
        if process.returncode is None:
            process.terminate()
        await process.communicate()


def plain(drawn: bytes) -> str:
    """What was drawn, without colours and the cursor's ways."""
    return re.sub(r"\x1b(\[[0-9;?>=<$]*[a-zA-Z]|\][^\x07\x1b]*(\x07|\x1b\\)|[=>()][AB0]?)", "", drawn.decode("utf-8", "replace"))


def sessions_of(pid: int) -> Sequence[int]:
    """The pids of the children that a process has now."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@pytest.fixture(autouse=True)
def needs_the_extra() -> None:
    pytest.importorskip("textual_serve", reason="the extra “web” is not installed")

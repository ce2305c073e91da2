"""What is asked beside the screens: the answer comes, failures come, and nobody waits for one that does not come."""

from __future__ import annotations

import asyncio
import threading

import pytest

from conclab.tui.screens.aside import aside


async def test_the_answer_comes_from_another_thread() -> None:
    assert await aside(lambda number: (number, threading.current_thread() is threading.main_thread()), 7) == (7, False)


async def test_what_it_raises_is_raised_here() -> None:
    with pytest.raises(KeyError, match="nothing"):
        await aside(dict[str, int]().__getitem__, "nothing")


def test_who_leaves_does_not_wait_for_the_answer() -> None:
    never, asked, answered = threading.Event(), threading.Event(), threading.Event()

    def ask() -> None:
        asked.set()
        never.wait(20)
        answered.set()

    async def leave() -> None:
        asking = asyncio.ensure_future(aside(ask))
        await asyncio.sleep(0)
        assert asked.wait(20)
        asking.cancel()

    asyncio.run(leave())
    assert not answered.is_set()
    never.set()
    assert answered.wait(20)  # the loop is closed by now, and the thread ends all the same

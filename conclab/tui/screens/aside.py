"""Asking something that may take seconds, beside the screens, and not being held up by it when one leaves."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import ParamSpec, TypeVar

_Given = ParamSpec("_Given")
_Answer = TypeVar("_Answer")


async def aside(ask: Callable[_Given, _Answer], *args: _Given.args, **kwargs: _Given.kwargs) -> _Answer:
    """The answer, from a thread of its own. Raises what ``ask`` raises.

    ``asyncio.to_thread`` is for what must be finished: its threads are waited for at the end, so that whoever quits while py-spy
    does not answer would sit before a terminal that is theirs again and does nothing for eight seconds.
    """
    loop = asyncio.get_running_loop()
    answered: asyncio.Future[_Answer] = loop.create_future()

    def tell(put: Callable[[], None]) -> None:
        try:
            loop.call_soon_threadsafe(lambda: None if answered.done() else put())
        except RuntimeError:  # the loop is closed: nobody waits any more
            pass

    def run() -> None:
        try:
            answer = ask(*args, **kwargs)
        except BaseException as error:  # noqa: BLE001 - it is raised where the answer is awaited
            failure = error
            tell(lambda: answered.set_exception(failure))
        else:
            tell(lambda: answered.set_result(answer))

    threading.Thread(target=run, name="aside", daemon=True).start()
    return await answered

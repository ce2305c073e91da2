"""Claim 24: one blocking call stops all green threads."""

from __future__ import annotations

from collections.abc import Sequence

from conclab.lab.experiments.concurrency import blocking_call
from conclab.model.claims import Claim, Part, Trial
from conclab.model.results import Results


def judge(found: Sequence[Results | None]) -> tuple[Part, ...]:
    (results,) = found
    assert results is not None
    return Part(blocking_call.stops(results), "a blocking call"), Part(blocking_call.cured(results), "its cures", beside=True)


CLAIM = Claim(
    number=24,
    title="one blocking call stops them all",
    chapter="Native and green threads",
    statement="When one green thread makes a call that blocks, all the others of its process stop as well.",
    why=(
        "All {green threads|green thread} of an {event loop} are carried by one thread. A {blocking call} puts that thread to "
        "sleep in the {kernel}, which knows nothing of what else it carries. The loop gets its turn again when the call is over, "
        "and not before. So a {coroutine} awaits what waits, which gives the turn back, or gives the call to a {thread} of its own "
        "(asyncio.to_thread): then only that one sleeps."
    ),
    article="True of one event loop. Other threads of the process go on, and Go moves its green threads away from one that blocks.",
    trials=(Trial("blocking-call"),),
    judge=judge,
    drawing="blocking",
)

"""Claim 23: green threads start and synchronise far faster than native ones."""

from __future__ import annotations

from collections.abc import Sequence

from conclab.lab.experiments.concurrency import green_against_native as experiment
from conclab.model.claims import Claim, Part, Trial
from conclab.model.results import Results


def judge(found: Sequence[Results | None]) -> tuple[Part, ...]:
    """Coroutines count; greenlets are told beside them, where the module is there."""
    (results,) = found
    assert results is not None
    deeds = ((experiment.START, "starting"), (experiment.HAND_OVER, "handing over"))
    return tuple(
        Part(experiment.of_one_deed(results, kind, deed), f"{name}, {kind}s", beside=kind != "coroutine")
        for kind in experiment.kinds_of(results)
        for deed, name in deeds
    )


CLAIM = Claim(
    number=23,
    title="green threads start and switch faster",
    chapter="Native and green threads",
    statement="Green threads are far faster than native ones to start, and to synchronise with one another.",
    why=(
        "To start a {native thread} the {kernel} has to make a {task} and a stack, and to put it on a {run queue}. To wait for "
        "another one it goes to sleep in the kernel ({futex}) and is woken up again, and under a {GIL} it needs that too. A {green "
        "thread} is an object in {user space}: starting it puts it into a list, and a hand-over takes it out of there. An {event "
        "loop} written in Python takes some microseconds for that all the same; greenlets, written in C, a fraction of one."
    ),
    article="The article is right. How much faster depends on who manages them: the hand-over of asyncio gains the least.",
    trials=(Trial("green-against-native", cap_s=12),),
    judge=judge,
    drawing="green",
)

"""Claim 15: messages between processes are slower than between threads."""

from __future__ import annotations

from collections.abc import Sequence

from conclab.lab.experiments.memory_and_messages import message_ladder as experiment
from conclab.model.claims import Claim, Part, Trial
from conclab.model.results import Results


def judge(found: Sequence[Results | None]) -> tuple[Part, ...]:
    (results,) = found
    assert results is not None
    smallest, *_, largest = experiment.rungs(results.values)
    return (
        Part(experiment.slower_than_threads(results, experiment.PIPE, largest), "large messages"),
        Part(experiment.slower_than_threads(results, experiment.PIPE, smallest), "small messages"),
        Part(experiment.slower_than_threads(results, experiment.SHARED, largest), "shared memory"),
    )


CLAIM = Claim(
    number=15,
    title="messages between processes are slow",
    chapter="Processes and threads",
    statement="Communication between processes is slow, because their memory is not the same; between threads it is faster.",
    why=(
        "Threads of a process need not send anything: a queue hands over a reference. Between processes an object is turned into "
        "bytes ({pickling}), copied into a {pipe}, copied out and made anew, and that takes the longer the larger it is. For a few "
        "bytes the time goes into waking the other one up, which threads need as well, and those of Python hand over the {GIL} "
        "besides. {Shared memory|shared memory} is in both {address spaces|address space}, so that nothing is copied."
    ),
    article="True of large messages, which are copied. Small ones and shared memory need not be slower than between threads.",
    trials=(Trial("message-ladder", {"size": "8192"}, cap_s=7),),
    judge=judge,
    drawing="pipe",
)

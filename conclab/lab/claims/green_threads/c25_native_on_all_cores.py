"""Claim 25: native threads use all cores, and green ones cannot."""

from __future__ import annotations

from collections.abc import Sequence

from conclab.lab.experiments.other_languages import native_or_green
from conclab.lab.experiments.other_languages.native_or_green import ASYNCIO, ERLANG, GO, PYTHON, C
from conclab.model.claims import Claim, Part, Trial
from conclab.model.results import Results


def judge(found: Sequence[Results | None]) -> tuple[Part, ...]:
    """What is not here does not count: it is told beside, with the way to get it."""
    (results,) = found
    assert results is not None
    native = [Part(native_or_green.use_all(results, arm), f"{arm} use all", arm in results.missing) for arm in (PYTHON, C)]
    green = [
        Part(
            native_or_green.keep_to_one(results, arm),
            f"{arm} {'keeps' if arm == ASYNCIO else 'keep'} to one",
            arm in results.missing,
        )
        for arm in (ASYNCIO, GO, ERLANG)
    ]
    return *native, *green


CLAIM = Claim(
    number=25,
    title="native threads use all cores, green none",
    chapter="Native and green threads",
    statement="On several cores native threads are spread over them by themselves, and green threads normally cannot be.",
    why=(
        "The {scheduler} puts {native threads|native thread} on whichever {core} is free, but a lock that they all need, like "
        "Python's {GIL}, makes them take turns all the same. A {green thread} runs on the kernel thread that carries it. With a "
        "single carrier, as under an {event loop}, that is one core for all. Go and Erlang have a carrier for each core and hand "
        "green threads from one to another, so theirs use all of them."
    ),
    article=(
        "It was true of the green threads of early Java and is true of asyncio. Go and Erlang, which the article names, have long "
        "had green threads on all cores."
    ),
    trials=(Trial("native-or-green"),),
    judge=judge,
    drawing="green",
)

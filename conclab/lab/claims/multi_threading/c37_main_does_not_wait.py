"""Claim 37: main ends without waiting."""

from __future__ import annotations

from collections.abc import Sequence

from conclab.lab.experiments.other_languages import unawaited
from conclab.model.claims import Claim, Part, Trial
from conclab.model.results import Results


def judge(found: Sequence[Results | None]) -> tuple[Part, ...]:
    """Goroutines, which it is said of, and Python's threads count; the other kinds are told beside. Without Go it stays open: that
    Python waits says nothing against a sentence about Go."""
    (results,) = found
    assert results is not None
    kinds = (unawaited.GO, *unawaited.KINDS)
    counted = (unawaited.GO, "threads")
    return tuple(Part(unawaited.left_behind(results, arm), f"main leaves {arm}", arm not in counted) for arm in kinds)


CLAIM = Claim(
    number=37,
    title="main ends without waiting",
    chapter="Multi-threading",
    statement="A main program that does not wait for what it has started ends without it, and so needs a WaitGroup or the like.",
    why=(
        "A process is over when it asks the {kernel} to end it, and all its {threads|thread} go with it. In Go that happens as "
        "soon as main returns, so every {goroutine} that is still at work is gone. Python's {interpreter} first joins all threads "
        "that are not daemons, and multiprocessing its processes. A {daemon thread} is not waited for, and a daemon process is "
        "ended. To wait for all explicitly is right in every language: it says when the results are there."
    ),
    article="True of Go, which it is about. Python's threads and processes are waited for unless they are daemons.",
    trials=(Trial("unawaited"),),
    judge=judge,
    drawing="overlap",
)

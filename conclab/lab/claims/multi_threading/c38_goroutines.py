"""Claim 38: goroutines are threads on all cores, in no order."""

from __future__ import annotations

from collections.abc import Sequence

from conclab.lab.experiments.other_languages import goroutines, native_or_green
from conclab.model.claims import Claim, Part, Trial
from conclab.model.results import Results


def judge(found: Sequence[Results | None]) -> tuple[Part, ...]:
    crowd, cores = found
    assert crowd is not None
    assert cores is not None
    return (
        Part(goroutines.are_threads(crowd), "they are threads"),
        Part(native_or_green.use_all(cores, native_or_green.GO), "they use all cores"),
        Part(goroutines.in_no_order(crowd), "they begin in no order"),
    )


CLAIM = Claim(
    number=38,
    title="goroutines are threads, in no order",
    chapter="Multi-threading",
    statement="Goroutines are Go's threads; they are spread over all cores and run in no particular order.",
    why=(
        "A {goroutine} is a {green thread}: a small stack and a place to go on from, kept by Go. Go has about one kernel thread "
        "for each {core} and a queue of goroutines for each of these. Who has an empty queue takes half of another's, so all cores "
        "are kept busy. The goroutine that was made last is run first, and the rest in turn, on whichever thread comes by: that "
        "is why the order differs each time."
    ),
    article="On all cores and in no order: both are right. To the kernel, though, ten thousand of them are a handful of threads.",
    trials=(Trial("goroutines"), Trial("native-or-green")),
    judge=judge,
    drawing="green",
)

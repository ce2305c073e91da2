"""Claim 26: hence many modern languages rely on native threads."""

from __future__ import annotations

from conclab.model.claims import Claim

CLAIM = Claim(
    number=26,
    title="hence many prefer native threads",
    chapter="Native and green threads",
    statement="Because green threads cannot use several cores, many modern languages rely on native threads.",
    why=(
        "A {native thread} needs nothing from the language: the {kernel} schedules it, and when it makes a {blocking call} only "
        "that one sleeps. A {green thread} is cheaper by far, and takes a runtime that schedules it and knows every call that "
        "blocks. Rust left its green threads out before 1.0 because of what that runtime costs programs that do not want it. Who "
        "accepts a runtime can put green threads on as many kernel threads as there are {cores|core}."
    ),
    article=(
        "The reason given is not the one: green threads can use all cores where the runtime lets them. Goroutines in Go, processes "
        "in Erlang and virtual threads in Java 21 do, and Java went back to them after twenty years of native threads."
    ),
    convention=(
        "What the makers of languages prefer cannot be measured. Whether the reason holds can: claim 25 lets Go and Erlang use "
        "your cores, and claim 23 has what green and native threads cost."
    ),
    drawing="languages",
)

"""Claim 22: green threads live in user space."""

from __future__ import annotations

from conclab.lab.experiments.concurrency import green_threads
from conclab.model.claims import Claim, Trial, alone

CLAIM = Claim(
    number=22,
    title="green threads live in user space",
    chapter="Native and green threads",
    statement="Green threads are managed by the program in user space; the kernel has no part in them.",
    why=(
        "A {native thread} is a {task} of the {kernel}, which gives it a {core} and takes it away. A {green thread} is an object "
        "of the program: a {coroutine} keeps where it stopped, and an {event loop} goes on with the next one. That is done in "
        "{user space}, by one thread that the kernel knows, and takes no {system call}. So there can be ten thousand of them while "
        "the kernel counts one task."
    ),
    article="The article is right. Go and Erlang put several kernel threads under their green ones, which the later claims meet.",
    trials=(Trial("green-threads"),),
    judge=alone(green_threads.judge),
    drawing="green",
)

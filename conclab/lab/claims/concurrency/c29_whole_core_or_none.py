"""Claim 29: a running task takes a whole core; cores are idle because tasks sleep."""

from __future__ import annotations

from collections.abc import Sequence

from conclab.lab.experiments.scheduling import whole_core
from conclab.lab.experiments.scheduling.whole_core import COMPUTES, PARTLY, WAITS, bars, on_core_of, seen
from conclab.model import figures
from conclab.model.claims import Claim, Part, Trial
from conclab.model.results import Results
from conclab.model.verdicts import Status


def judge(found: Sequence[Results | None]) -> tuple[Part, ...]:
    (results,) = found
    assert results is not None
    had = {name: figures.percent(results.arm(name).median_of(on_core_of)) for name in (COMPUTES, PARTLY, WAITS)}
    wanted = results.values["share"]
    whole = {
        Status.HOLDS: f"Whoever computes without a pause had {had[COMPUTES]} of a core.",
        Status.FAILS: f"Whoever computes without a pause had {had[COMPUTES]} of a core, although nobody else took it.",
        Status.UNDECIDED: "Whether somebody who computes takes a whole core cannot be told here.",
    }
    part = {
        Status.HOLDS: f"Whoever computes for {wanted} % of the time and sleeps for the rest had {had[PARTLY]} of a core.",
        Status.FAILS: f"Whoever computes for {wanted} % of the time and sleeps for the rest had {had[PARTLY]} of a core.",
        Status.UNDECIDED: "Whether a core is busy for as long as somebody computes cannot be told here.",
    }
    none = {
        Status.HOLDS: f"Whoever waits for data had {had[WAITS]} of a core.",
        Status.FAILS: f"Whoever waits for data had {had[WAITS]} of a core all the same.",
        Status.UNDECIDED: "Whether somebody who waits takes a core cannot be told here.",
    }
    return (
        Part(seen(results, whole_core.takes_it_all(results), COMPUTES, whole, bars(results)), "who computes takes it all"),
        Part(seen(results, whole_core.takes_a_part(results), PARTLY, part, bars(results)), "who sleeps in between, a part"),
        Part(seen(results, whole_core.takes_none(results), WAITS, none, bars(results)), "who waits takes none"),
    )


CLAIM = Claim(
    number=29,
    title="a running task takes a whole core",
    chapter="Concurrency",
    statement="A task that runs takes all of a core, and cores are idle only because tasks sleep.",
    why=(
        "A {core} executes instructions at full speed or halts; there is nothing in between. Who computes uses all of it until the "
        "{scheduler} takes it away. A {blocking call} takes the {task} off the {run queue}, and a core whose queue is empty halts "
        "until an interrupt comes. So the load that a monitor shows is a share of time: 30 % means that somebody ran for 30 % of "
        "it. A {CPU quota} takes cores away in the same manner, for stretches of time."
    ),
    article="The article is right, though it is the tasks that ask to be put to sleep, and the kernel that halts the core.",
    trials=(Trial("whole-core"),),
    judge=judge,
    drawing="idle",
)

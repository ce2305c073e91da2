"""A writer among readers: a lock that is fair to nobody who needs it alone, and its cure."""

from __future__ import annotations

from conclab.lab.experiments.common import START_METHODS, carried_by, most_waiters, number, size
from conclab.lab.judging import against, compare, largest_of, observed, place
from conclab.model import figures
from conclab.model.experiments import Arm, Experiment, Kind, Parameter, Value, Values
from conclab.model.machine import Machine
from conclab.model.results import Results, measure_of
from conclab.model.verdicts import Evidence, Status, Verdict

THRESHOLD = 3.0
READERS, TURNSTILE = "readers first", "turnstile"

_wait = measure_of("writer_wait_ns")


FEWEST_READS = 5
"""If each comes less often, the writer's wait says more of the end than of the readers."""


def wrong_with(values: Values) -> str | None:
    least = FEWEST_READS * number(values, "read")
    if number(values, "size") < least:
        return f"in so short a time each reads a few times at most; let size be at least {least:,}"
    return None


def arms(values: Values, _machine: Machine) -> tuple[Arm, ...]:
    many, executor = number(values, "readers") + 1, str(values["executor"])

    def arm(name: str, turnstile: int) -> Arm:
        arguments: dict[str, Value] = {"size": values["size"], "workers": many, "read": values["read"], "turnstile": turnstile}
        return Arm(name, executor, "readers", many, many, {**arguments, "executor": executor})

    return arm(READERS, 0), arm(TURNSTILE, 1)


def _turns(results: Results, arm: str) -> tuple[int, int] | None:
    """How many turns the writer had in one run, and each of the readers."""
    found = results.arm(arm)
    writer, reader = found.median_of(measure_of("writer_turns")), found.median_of(measure_of("reader_turns"))
    return None if writer is None or reader is None else (round(writer), round(reader))


def _bar(results: Results, arm: str) -> Evidence:
    turns = _turns(results, arm)
    note = f"writer {figures.plural(turns[0], 'turn')}, each reader {turns[1]:,}" if turns else ""
    return against(results, arm, TURNSTILE, arm, note)


def judge(results: Results) -> Verdict:
    ratio = compare(results, READERS, TURNSTILE)
    waited, cured = (figures.duration(largest_of(results, arm, _wait)) for arm in (READERS, TURNSTILE))
    turns = _turns(results, READERS)
    had = f" It had {figures.plural(turns[0], 'turn')}, each reader {turns[1]:,}." if turns else ""
    lasted = figures.duration(number(results.values, "size") * 1e6)
    return observed(
        results,
        place(ratio, THRESHOLD) if ratio else Status.UNDECIDED,
        ratio,
        statements={
            Status.HOLDS: f"While readers came for {lasted} the writer waited up to {waited}, behind a turnstile {cured}.{had}",
            Status.FAILS: f"The writer got through: it waited up to {waited}, behind a turnstile {cured}.{had}",
            Status.UNDECIDED: "Whether the readers keep the writer waiting cannot be told here.",
        },
        evidence=(_bar(results, READERS), _bar(results, TURNSTILE)),
        unit="×",
        about=f"What is compared is the writer's longest wait of a run: {READERS} against the {TURNSTILE}.",
        limits=figures.times(THRESHOLD),
        advice="Before you use a lock that lets some pass together, ask who goes first when both wait.",
    )


EXPERIMENT = Experiment(
    name="starvation",
    title="the starved writer",
    chapter="Locks and races",
    place=50,
    question="Many may read at once, one has to write alone: does it ever get its turn?",
    proposition="As long as readers keep coming, a writer can wait without end, unless the lock takes care of it.",
    explanation=(
        "Readers may share the book, and a writer needs it alone. The first reader takes the book's lock and the last one gives it "
        "back, so the writer's turn comes only when nobody reads; with readers that overlap that is never. Nothing stands still, "
        "so it is no deadlock: the writer is just never chosen. The cure is a turnstile at the door: a waiting writer stands in "
        "it, and those who come later queue up behind. Here the readers go home after a while."
    ),
    claims=(36,),
    parameters=(
        Parameter("readers", Kind.INTEGER, "how many readers there are beside the writer", 4, minimum=1, maximum=most_waiters),
        Parameter("read", Kind.INTEGER, "how long each reads or writes", 8, minimum=1, maximum=1_000, unit="ms"),
        size(of="readers"),
        carried_by("threads", *START_METHODS),
    ),
    arms=arms,
    judge=judge,
    metric=_wait,
    wrong_with=wrong_with,
)

"""What a hand-over costs: two threads or two processes that wake each other in turn, on one core and on any."""

from __future__ import annotations

from conclab.lab.experiments.common import size
from conclab.lab.judging import against, compare, settle
from conclab.model import figures
from conclab.model.experiments import Arm, Experiment, Kind, Parameter, Values
from conclab.model.machine import Machine
from conclab.model.results import Results, involuntary_of, measure_of, voluntary_of
from conclab.model.verdicts import Evidence, Status, Verdict

THRESHOLD = 1.05
THREADS, PROCESSES = "threads, one core", "processes, one core"
FREE_THREADS, FREE_PROCESSES = "threads, free", "processes, free"

_hand_over, _hand_overs = measure_of("hand_over_ns"), measure_of("hand_overs")


def arms(values: Values, _machine: Machine) -> tuple[Arm, ...]:
    arguments = {"size": values["size"], "touched": values["touched"]}

    def arm(name: str, executor: str, one_core: bool) -> Arm:
        return Arm(name, executor, "pingpong", 2, 2, arguments, one_core=one_core)

    return (
        arm(THREADS, "threads", True),
        arm(PROCESSES, "fork", True),
        arm(FREE_THREADS, "threads", False),
        arm(FREE_PROCESSES, "fork", False),
    )


def _bar(results: Results, name: str) -> Evidence:
    found = results.arm(name)
    notes = []
    each = found.median_of(_hand_over)
    if each is not None:
        notes.append(f"{figures.duration(each)} each")
    voluntary, involuntary = found.median_of(voluntary_of), found.median_of(involuntary_of)
    hand_overs = found.median_of(_hand_overs)
    if voluntary is not None and involuntary is not None and hand_overs:
        # Who is woken up on the same core often preempts who wrote; that one is then runnable, and its switch involuntary.
        notes.append(f"{(voluntary + involuntary) / hand_overs:.1f} switches")
    return against(results, name, THREADS, name, ", ".join(notes))


def _waking_a_core(results: Results, each: str) -> str:
    """What the hand-over costs where nobody is pinned, if it shows that the two did sit on two cores: they need not."""
    more = compare(results, FREE_PROCESSES, PROCESSES)
    if more is None or more.low < 2:
        return ""
    return f" Not pinned it takes {each}, most of which is waking another core up."


def judge(results: Results) -> Verdict:
    ratio = compare(results, PROCESSES, THREADS)
    got = figures.times(ratio.value) if ratio else ""
    one = {name: figures.duration(results.arm(name).median_of(_hand_over)) for name in (THREADS, PROCESSES, FREE_PROCESSES)}
    both = f"{one[PROCESSES]} against {one[THREADS]}"
    gil = " A hand-over between threads includes one of the GIL." if results.gil_enabled else ""
    free = _waking_a_core(results, one[FREE_PROCESSES])
    return settle(
        results,
        ratio,
        threshold=THRESHOLD,
        statements={
            Status.HOLDS: f"On one core a hand-over between processes costs {got} what one between threads costs: {both}.{free}",
            Status.FAILS: f"On one core a hand-over between processes costs hardly more than one between threads, or less: "
            f"{both}, {got}.{gil}{free}",
            Status.UNDECIDED: f"Whether switching between processes costs more than between threads cannot be told here.{gil}",
        },
        evidence=tuple(_bar(results, name) for name in (THREADS, PROCESSES, FREE_THREADS, FREE_PROCESSES)),
    )


EXPERIMENT = Experiment(
    name="context-switch",
    title="the price of a context switch",
    chapter="Scheduling",
    place=10,
    question="Does it cost more to switch from one process to another than from one thread to another?",
    proposition="Switching between processes costs more than switching between threads.",
    explanation=(
        "Two workers hand one byte to and fro through two pipes; whoever has none sleeps, so every hand-over is a switch, a write "
        "and a read. On one core nothing else is in it. Between processes the kernel has to change the address space as well, and "
        "what each of them touches has to come back into the caches; modern processors tag their entries, so that little is lost. "
        "In Python the GIL adds its own hand-over between threads, and the interpreter takes its share on both sides, so the "
        "difference is often too small to tell. Not pinned, the two mostly sit on two cores, and what is measured is how long a "
        "sleeping core takes to wake up; where all cores are busy, they share one."
    ),
    claims=(11,),
    parameters=(
        size(of="pingpong"),
        Parameter(
            "touched",
            Kind.INTEGER,
            "memory that each goes over before it writes; what that costs by itself is taken off",
            0,
            minimum=0,
            maximum=4_096,
            unit="KiB",
        ),
    ),
    arms=arms,
    judge=judge,
    control=THREADS,
    metric=_hand_over,
)

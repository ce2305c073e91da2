"""What a new thread has in common with its maker, and what a forked process; and by which system calls the kernel made them."""

from __future__ import annotations

from conclab.lab.experiments.common import size
from conclab.lab.seeing import always, is_so, seen
from conclab.model import figures
from conclab.model.experiments import Arm, Experiment, Values
from conclab.model.machine import Machine
from conclab.model.results import Results, measure_of
from conclab.model.statistics import Interval, ratio_of_medians
from conclab.model.verdicts import Evidence, Status, Verdict

THREAD, FORK = "thread", "fork"
TRACED = {"thread": "thread, strace", "fork": "fork, strace", "program": "another program, strace"}
TRACED_WORDS = {"thread": "A thread", "fork": "A forked process", "program": "The process of another program"}
THINGS = {
    "memory": "the memory",
    "descriptors": "the table of open files",
    "position": "the position in an open file",
    "folder": "the working directory",
    "pid": "the pid",
    "tid": "the tid",
}
"""What is tried, by its measure."""
SHARING_FLAGS = ("CLONE_VM", "CLONE_FS", "CLONE_FILES", "CLONE_SIGHAND", "CLONE_THREAD")
"""Those that say what a new task has in common with its maker (clone(2)); the others say how they find one another."""


def arms(values: Values, _machine: Machine) -> tuple[Arm, ...]:
    arguments = {"size": values["size"]}
    tried = (Arm(THREAD, "threads", "sharing", 1, 1, arguments), Arm(FORK, "fork", "sharing", 1, 1, arguments))
    traced = (Arm(name, "sequential", "making", 1, 1, {**arguments, "kind": kind}, optional=True) for kind, name in TRACED.items())
    return (*tried, *traced)


def shares(results: Results, arm: str, thing: str) -> bool | None:
    """Whether a new task and its maker have one and the same; None: not told, or not always alike."""
    found = always(results, arm, measure_of(thing))
    return None if found is None else found > 0


def shared_things(results: Results, arm: str) -> list[str]:
    """What they have in common, in words."""
    return [words for thing, words in THINGS.items() if shares(results, arm, thing)]


def call_of(results: Results, kind: str) -> tuple[str, ...] | None:
    """The system call by which a task of that kind was made, and its flags; None: not traced here, or not always the same."""
    name = TRACED[kind]
    if name in results.missing:
        return None
    found = {
        tuple(str(word) for word in one.result)
        for one in results.arm(name).repetitions
        if isinstance(one.result, list) and one.result
    }
    return found.pop() if len(found) == 1 else None


def flags_in_words(call: tuple[str, ...]) -> str:
    """Which flags say what is shared: CLONE_VM and CLONE_FILES; "" without any."""
    return listed([flag for flag in call[1:] if flag in SHARING_FLAGS])


def listed(words: list[str]) -> str:
    """a, b and c."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _counted(results: Results, arm: str) -> Interval | None:
    rounds = [results.arm(arm).by_round(measure_of(thing)) for thing in THINGS]
    both = sorted(set.intersection(*(set(one) for one in rounds)))
    return ratio_of_medians([sum(one[key] for one in rounds) for key in both], [float(len(THINGS))] * len(both))


def bars(results: Results) -> list[Evidence]:
    """How much of what was tried each shares."""
    found = []
    for arm in (THREAD, FORK):
        counted = _counted(results, arm)
        note = ", ".join(shared_things(results, arm)) or "nothing"
        found.append(Evidence(arm, counted.value if counted else None, counted, unit=" shared", note=note if counted else ""))
    return found


def made_by(what: str, call: tuple[str, ...]) -> str:
    """A sentence: by which system call something was made, and what its flags say."""
    if "vfork" in call or "CLONE_VFORK" in call:
        return f"{what} was made by {call[0]}, which lends it its maker's memory until its program is there."
    flags = flags_in_words(call)
    return f"{what} was made by {call[0]} with {flags}." if flags else f"{what} was made by {call[0]}, without a flag of sharing."


def calls(results: Results) -> list[str]:
    """A sentence for each system call that was seen."""
    found = ((what, call_of(results, kind)) for kind, what in TRACED_WORDS.items())
    return [made_by(what, call) for what, call in found if call is not None]


def judge(results: Results) -> Verdict:
    thread, fork = (shared_things(results, arm) for arm in (THREAD, FORK))
    all_by_thread = is_so(shares(results, THREAD, thing) for thing in THINGS)
    none_by_fork = is_so(None if (found := shares(results, FORK, thing)) is None else not found for thing in THINGS)
    both = {all_by_thread, none_by_fork}
    status = Status.FAILS if Status.FAILS in both else Status.UNDECIDED if Status.UNDECIDED in both else Status.HOLDS
    many = figures.in_words(len(THINGS))
    lacking = [words for words in THINGS.values() if words not in thread]
    return seen(
        results,
        status,
        _counted(results, THREAD),
        statements={
            Status.HOLDS: f"Of {many} things that were tried a thread and its maker share all, a forked process and it none.",
            Status.FAILS: f"Of {many} things that were tried a thread and its maker share "
            f"{'all but ' + listed(lacking) if lacking else 'all'}, a forked process and its maker {listed(fork) or 'nothing'}.",
            Status.UNDECIDED: "What a new task shares was not the same every time.",
        },
        unit=" shared",
        about=f"What is counted is how much of the {many} things a thread and its maker have in common.",
        evidence=bars(results),
        advice="Open files go along with a fork, position included; open them after it if each is to have its own.",
        besides=calls(results),
    )


EXPERIMENT = Experiment(
    name="what-a-task-shares",
    title="what a new task shares",
    chapter="Processes and threads",
    place=25,
    question="What does a new thread share with its maker, and what does a forked process?",
    proposition="A thread shares everything with its maker, a forked process nothing.",
    explanation=(
        "To the Linux kernel both are tasks, made by one system call, clone; its flags say what the new task has in common with "
        "its maker: memory, open files, working directory, the process it belongs to. A thread is made with all of these flags, a "
        "forked process with none. Here the new task changes one thing after the other and its maker looks. A forked process gets "
        "a copy of the table of open files, but the files behind it are the same ones: where one reads on, the other has read "
        "already. With strace the calls themselves are shown."
    ),
    claims=(12, 19, 20),
    parameters=(size(of="sharing"),),
    arms=arms,
    judge=judge,
    rounds=3,
)

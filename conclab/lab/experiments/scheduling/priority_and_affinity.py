"""Two processes on one core: what nice and SCHED_IDLE take away, and what a core of one's own gives back."""

from __future__ import annotations

from conclab.lab.experiments.common import size, start_method
from conclab.lab.judging import observed, others_took
from conclab.model.experiments import Arm, Experiment, Values
from conclab.model.machine import Machine
from conclab.model.results import ArmResult, Results, measure_of
from conclab.model.statistics import Interval, ratio_of_medians
from conclab.model.verdicts import Evidence, Status, Verdict

TOLERANCE = 0.05
"""How far a share may be from what the weights say: slices are whole milliseconds, and a stretch holds few of a rare one's."""
WEIGHTS = (
    *(88761, 71755, 56483, 46273, 36291, 29154, 23254, 18705, 14949, 11916),
    *(9548, 7620, 6100, 4904, 3906, 3121, 2501, 1991, 1586, 1277),
    *(1024, 820, 655, 526, 423, 335, 272, 215, 172, 137),
    *(110, 87, 70, 56, 45, 36, 29, 23, 18, 15),
)
"""What each nice value from -20 to 19 weighs (sched_prio_to_weight in the kernel's kernel/sched/core.c)."""
IDLE_WEIGHT = 3
"""What SCHED_IDLE weighs, whatever the nice value (WEIGHT_IDLEPRIO in kernel/sched/sched.h)."""
RIVALS = {"nice 0": "0", "nice 10": "10", "nice 19": "19", "SCHED_IDLE": "idle"}
APART = "apart"
SHOWN = "nice 10"


def arms(values: Values, machine: Machine) -> tuple[Arm, ...]:
    method = str(values["start_method"])

    def arm(name: str, rival: str, one_core: bool = True) -> Arm:
        arguments = {"size": values["size"], "workers": 2, "rival": rival, "executor": method}
        return Arm(name, method, "weights", 2, 2, arguments, one_core=one_core)

    together = tuple(arm(name, rival) for name, rival in RIVALS.items())
    return (*together, arm(APART, "idle", one_core=False)) if machine.usable_cores >= 2 else together


def expected_share(rival: str, nice: int = 0) -> float:
    """The share of the one that stayed at ``nice`` beside a rival whose nice value is larger by ``rival``, or who is SCHED_IDLE."""
    own = WEIGHTS[nice + 20]
    other = IDLE_WEIGHT if rival == "idle" else WEIGHTS[min(19, nice + int(rival)) + 20]
    return own / (own + other)


def _expected(arm: ArmResult, rival: str) -> float:
    nice = arm.median_of(measure_of("nice"))
    return expected_share(rival, int(nice) if nice is not None else 0)


def _share(arm: ArmResult) -> Interval | None:
    shares = list(arm.by_round(measure_of("share")).values())
    return ratio_of_medians(shares, [1.0] * len(shares))


def _bar(results: Results, name: str) -> Evidence:
    arm = results.arm(name)
    share = _share(arm)
    note = "a core for each" if name == APART else f"by weight {_expected(arm, RIVALS[name]):.3f}"
    return Evidence(f"beside {name}" if name != APART else "SCHED_IDLE apart", share.value if share else None, share, " kept", note)


def _status(results: Results) -> Status:
    """By the four arms on one core: all within the tolerance, or one surely outside, or neither."""
    status = Status.HOLDS
    for name, rival in RIVALS.items():
        arm = results.arm(name)
        share, expected = _share(arm), _expected(arm, rival)
        if share is None:
            return Status.UNDECIDED
        if share.low > expected + TOLERANCE or share.high < expected - TOLERANCE:
            return Status.FAILS
        if share.low < expected - TOLERANCE or share.high > expected + TOLERANCE:
            status = Status.UNDECIDED
    return status


def _lost(results: Results, name: str) -> str:
    """What was left of the core for the less important one."""
    share = results.arm(name).median_of(measure_of("share"))
    return "" if share is None else f"{max(0.0, 1 - share) * 100:.1f} %"


def _about(results: Results) -> str:
    text = f"What is counted is how much of the core the other one kept, beside {SHOWN}."
    if any(one.measures.get("autogroup") for arm in results.arms.values() for one in arm.repetitions):
        text += (
            " Autogroup is on here (sched(7)): nice counts among the processes of one session, as these are, and not against "
            "programs started from another terminal."
        )
    nice = [int(one.measures.get("nice", 0)) for arm in results.arms.values() for one in arm.repetitions]
    if any(nice):
        text += f" conclab itself runs at nice {nice[0]}, and these are steps from there."
    return text


def judge(results: Results) -> Verdict:
    ten, nineteen, idle = (_lost(results, name) for name in ("nice 10", "nice 19", "SCHED_IDLE"))
    apart = _lost(results, APART) if any(arm.name == APART for arm in results.planned) else ""
    free = f" Not pinned together, the SCHED_IDLE one had {apart} of what both got{others_took(results)}." if apart else ""
    left = f"nice 10 was left {ten} of the core, nice 19 {nineteen}, SCHED_IDLE {idle}"
    return observed(
        results,
        _status(results),
        _share(results.arm(SHOWN)),
        statements={
            Status.HOLDS: f"Beside a process of ordinary priority {left}: within five points of what their weights say.{free}",
            Status.FAILS: f"Beside a process of ordinary priority {left}, more than five points off their weights.{free}",
            Status.UNDECIDED: "Whether shares follow the weights cannot be told here.",
        },
        unit=" kept",
        about=_about(results),
        evidence=tuple(_bar(results, arm.name) for arm in results.planned),
        limits="what is five points off a weight",
        advice="Give work that may wait nice 19 or SCHED_IDLE: on a free core it is as fast as any, on a busy one it steps aside.",
    )


EXPERIMENT = Experiment(
    name="priority-and-affinity",
    title="priority and a core of one's own",
    chapter="Scheduling",
    place=60,
    question="How is a core shared when one is less important, and what does a second core change?",
    proposition="On one core the kernel shares out time by weight: whoever is nicer gets as much less as the table says.",
    explanation=(
        "Two processes keep the same core busy; one has made itself less important first. Nice is no rank but a weight: 1,024 "
        "for nice 0, 110 for nice 10, 15 for nice 19, and 3 for SCHED_IDLE, so beside nice 0 they should get 10, 1.4 and 0.3 % of "
        "the core. Each step of nice is a factor of 1.25. Weights only matter where there is a queue: in the last arm the two are "
        "free to use any core, and even SCHED_IDLE runs at full speed on one that is free. Nobody is ever shut out."
    ),
    claims=(3, 33),
    parameters=(size(of="weights"), start_method()),
    arms=arms,
    judge=judge,
)

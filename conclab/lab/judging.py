"""From results to verdicts: the one rule that all experiments share. Pure functions.

HOLDS: the whole 95 % interval of the ratio lies past the threshold. FAILS: all of it on the other side. Else UNDECIDED, and the
verdict says what would decide it.

A disturbance that was seen (the control off by more than 3 %, stolen time above 1 %, other processes above 5 % of the cores) does
not by itself make a verdict undecided, as one may expect: it widens the interval by the most that it can have changed, and a
verdict that survives that stands. A control that is off by 4 % says nothing against a speed-up of 1.9 where 1.15 was asked for, but
it does say that 1.12 cannot be told from 1.15. How far the interval was widened is among the reasons. Beyond a factor of 1.5
nothing is decided.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from conclab.model import figures
from conclab.model.experiments import Metric
from conclab.model.machine import Machine
from conclab.model.results import Results, cores_of
from conclab.model.statistics import (
    CONTROL_LIMIT,
    FEWEST_ROUNDS,
    FOREIGN_LIMIT,
    STEAL_LIMIT,
    Interval,
    disturbed_by,
    outliers,
    ratio_of_medians,
    smallest_effect,
)
from conclab.model.verdicts import Evidence, Status, Verdict

NOT_MEASURED = "What is to be compared could not be measured in every arm."
MOST_DISTURBED = 1.5
"""By a larger factor than this a machine is not disturbed but busy with something else: what was measured there says nothing."""


def compare(results: Results, above: str, below: str) -> Interval | None:
    """median(above) / median(below) over the rounds that both arms finished; None with fewer than three."""
    first, second = results.arm(above).by_round(results.metric), results.arm(below).by_round(results.metric)
    both = sorted(first.keys() & second.keys())
    return ratio_of_medians([first[number] for number in both], [second[number] for number in both])


def compare_speed_ups(results: Results, one: tuple[str, str], other: tuple[str, str]) -> Interval | None:
    """How much larger the speed-up of one pair (baseline, arm) is than that of another, round by round."""
    arms = [results.arm(name).by_round(results.metric) for name in (*one, *other)]
    rounds = sorted(set.intersection(*(set(arm) for arm in arms)))
    first = [arms[0][number] / arms[1][number] for number in rounds]
    second = [arms[2][number] / arms[3][number] for number in rounds]
    return ratio_of_medians(first, second)


def cores_used(results: Results, arm: str) -> Interval | None:
    """How many cores the workers of an arm kept busy, with its interval over the rounds; None with fewer than three."""
    return typical(results, arm, cores_of)


def typical(results: Results, arm: str, figure: Metric) -> Interval | None:
    """The median of an arm's figure, with its interval over the rounds; None with fewer than three."""
    values = list(results.arm(arm).by_round(figure).values())
    return ratio_of_medians(values, [1.0] * len(values))


def within(results: Results, arm: str, figure: Metric, least: float, most: float) -> bool | None:
    """Whether an arm's figure surely lies between both, or surely does not; None: neither is sure."""
    found = typical(results, arm, figure)
    if found is None:
        return None
    if least <= found.low and found.high <= most:
        return True
    return False if found.high < least or found.low > most else None


def control_of(results: Results) -> float | None:
    """The control arm's first runs against its second runs; 1.0 when the machine was quiet."""
    if results.control is None:
        return None
    again = results.control.by_round(results.metric)
    first = results.arm(results.control.arm.name).by_round(results.metric)
    both = sorted(first.keys() & again.keys())
    interval = ratio_of_medians([first[number] for number in both], [again[number] for number in both])
    return interval.value if interval else None


def disturbances(results: Results) -> tuple[float, tuple[str, ...]]:
    """The factor (>= 1) by which a ratio may be off, and why, in sentences."""
    reasons = []
    control = control_of(results)
    if control is not None and abs(control - 1) > CONTROL_LIMIT:
        reasons.append(f"The control was off: the same arm against itself gave {figures.times(control)}.")
    steal = results.disturbance.steal_share
    if steal is not None and steal > STEAL_LIMIT:
        reasons.append(f"The hypervisor gave {figures.percent(steal)} of the cores' time to others.")
    foreign = results.disturbance.foreign_share
    if foreign is not None and foreign > FOREIGN_LIMIT:
        reasons.append(f"Other processes took {figures.percent(foreign)} of the cores that it needed.")
    return disturbed_by(control, steal, foreign), tuple(reasons)


def others_took(results: Results) -> str:
    """Why somebody may have had less of the cores than there is, to stand behind a figure: (others took 48 % of the cores)."""
    foreign = results.disturbance.foreign_share
    return f" (others took {figures.percent(foreign)} of the cores)" if foreign is not None and foreign > FOREIGN_LIMIT else ""


def short_of_a_core(machine: Machine) -> str:
    """That a CPU quota lets nobody have a whole core, as a sentence; empty where there is none that small."""
    quota = machine.quota_cores
    if quota is None or quota >= 1:
        return ""
    return f"There is a CPU quota of {figures.cores(quota)} cores here, so nobody can have a whole core for long."


def unless_others(results: Results, answer: bool | None) -> bool | None:
    """An answer that a busy machine can only turn from yes to no: where others took of the cores, or a quota did, a no is not
    known."""
    return None if answer is False and (others_took(results) or short_of_a_core(results.machine)) else answer


def rounds_of(results: Results) -> int:
    """How many rounds all arms have finished."""
    return min((len(results.arm(arm.name).repetitions) for arm in results.planned), default=0)


def settle(
    results: Results,
    interval: Interval | None,
    *,
    threshold: float,
    statements: Mapping[Status, str],
    evidence: Sequence[Evidence] = (),
    advice: Mapping[Status, str] | None = None,
    floor: float | None = None,
    unit: str = "×",
) -> Verdict:
    """The verdict on "the ratio is above the threshold"; with ``floor``, on "it lies between the floor and the threshold".

    ``unit``: of the interval and the threshold, where they are no ratio of times: " cores".
    """
    factor, seen = disturbances(results)
    reasons = list(seen)
    status = Status.UNDECIDED
    effect = None if interval is None else smallest_effect(interval, factor)
    if results.lacks:
        reasons.insert(0, results.lacks)
    elif interval is None:
        reasons.insert(0, _why_none(results))
    else:
        status = place(interval.widened(factor), threshold, floor) if factor <= MOST_DISTURBED else Status.UNDECIDED
        if status is Status.UNDECIDED:
            bare = place(interval, threshold, floor)
            if bare is not Status.UNDECIDED:
                reasons.append("On a quiet machine it may well be decided; run it again when nothing else is going on.")
            else:
                reasons.append(_across(_limit(threshold, floor, unit), effect))
        elif factor > 1:
            reasons.append(f"It stands even if that changed the ratio by a factor of {factor:.2f}.")
    flagged = _flagged(results)
    if flagged:
        reasons.append(flagged)
    reasons += left_out(results)
    return Verdict(
        status=status,
        statement=statements[status],
        interval=interval,
        reasons=tuple(reasons),
        evidence=tuple(evidence),
        advice=(advice or {}).get(status, ""),
        rounds=rounds_of(results),
        unit=unit,
        control=control_of(results),
        smallest_effect=effect,
    )


def place(interval: Interval, threshold: float, floor: float | None = None) -> Status:
    """Where an interval lies: past the threshold, or between floor and threshold (HOLDS), on the other side (FAILS), or across."""
    if floor is not None:
        if floor < interval.low and interval.high < threshold:
            return Status.HOLDS
        return Status.FAILS if interval.low > threshold or interval.high < floor else Status.UNDECIDED
    if interval.low > threshold:
        return Status.HOLDS
    return Status.FAILS if interval.high < threshold else Status.UNDECIDED


def _across(limits: str, effect: float | None = None) -> str:
    told = f"The interval reaches across {limits}; more repetitions narrow it."
    if effect is None:
        return told
    return f"{told} The smallest effect that could be seen here: {figures.times(effect)}."


def _why_none(results: Results) -> str:
    """Why there is no interval."""
    few = rounds_of(results) < FEWEST_ROUNDS
    return "It takes at least three repetitions to say how certain a ratio is." if few else NOT_MEASURED


def why_open(results: Results, limits: str) -> str:
    """Why an interval decides nothing: it reaches across what decides, or lies where only what others took may have put it."""
    took = others_took(results)
    if took:
        return f"Others wanted the cores, too{took}; run it again when nothing else is going on."
    return short_of_a_core(results.machine) or _across(limits)


def _limit(threshold: float, floor: float | None, unit: str) -> str:
    """What an interval lies across. A floor of nothing is no limit: nothing lies below it."""
    above = figures.with_unit(threshold, unit)
    return f"{figures.with_unit(floor, unit)} or {above}" if floor else above


def observed(
    results: Results,
    status: Status,
    interval: Interval | None,
    *,
    statements: Mapping[Status, str],
    unit: str,
    about: str,
    evidence: Sequence[Evidence] = (),
    advice: str = "",
    limits: str = "",
) -> Verdict:
    """The verdict of an experiment that is decided by what was seen, yes or no, and not by a time: nothing disturbs it.

    ``unit`` is that of the interval, and ``about`` a sentence that says what it is of. ``limits``: what the interval would have to
    lie on one side of, where it decides; without a decision that is said.
    """
    reasons = [about] if interval is not None else []
    if status is Status.UNDECIDED and limits:
        reasons.insert(0, why_open(results, limits) if interval is not None else _why_none(results))
    reasons += left_out(results)
    return Verdict(
        status=status,
        statement=statements[status],
        interval=interval,
        reasons=tuple(reasons),
        unit=unit,
        evidence=tuple(evidence),
        advice=advice,
        rounds=rounds_of(results),
    )


def left_out(results: Results) -> list[str]:
    """A sentence for each optional arm that could not be had here."""
    return [f"Left out: {name}: {why.rstrip('.')}." for name, why in results.missing.items()]


def _flagged(results: Results) -> str:
    """Repetitions far from their arm's median are named, never dropped."""
    odd = 0
    for arm in results.arms.values():
        odd += len(outliers(list(arm.by_round(results.metric).values())))
    if not odd:
        return ""
    return f"{figures.sentence(figures.plural(odd, 'repetition'))} took unusually long or short; all are counted."


def speed_up(results: Results, baseline: str, arm: str, label: str) -> Evidence:
    """A bar: how many times faster than the baseline an arm was, with what its workers' time went to."""
    interval = compare(results, baseline, arm)
    return Evidence(label, interval.value if interval else None, interval, note=where_time_went(results, arm))


def against(results: Results, arm: str, baseline: str, label: str, note: str = "") -> Evidence:
    """A bar: how many times the baseline's figure an arm's is; more is more of it, not faster."""
    interval = compare(results, arm, baseline)
    return Evidence(label, interval.value if interval else None, interval, note=note)


def largest_of(results: Results, arm: str, figure: Metric) -> float | None:
    """The largest of all repetitions, for what is said to be the longest or the worst; None where there is none."""
    return max(results.arm(arm).by_round(figure).values(), default=None)


def where_time_went(results: Results, arm: str) -> str:
    """1.01 cores · on/wants/blocked 25/5/70 %. Parts that are not known are left out."""
    found = results.arm(arm)
    cores = found.median_of(cores_of)
    parts = []
    if cores is not None:
        parts.append(f"{cores:.2f} cores")
    shares = found.shares()
    if shares is not None:
        parts.append(f"on/wants/blocked {'/'.join(f'{max(0.0, share) * 100:.0f}' for share in shares)} %")
    return " · ".join(parts)


def a_little(interval: Interval | None, threshold: float) -> str:
    """What FAILS has to add when the ratio is above one all the same, only not by as much as was asked for; else nothing."""
    if interval is None or interval.low <= 1:
        return ""
    return f" That is a little, and less than the {figures.times(threshold)} that would count."


def ideal(results: Results, workers: int) -> Evidence:
    """The bar of what cannot be exceeded: the workers or the usable cores, whichever are fewer."""
    return Evidence("ideal", float(min(workers, results.machine.usable_cores)), ideal=True)


def needs_two_cores(_values: object, machine: object) -> str | None:
    """What an experiment about parallelism lacks on a machine with one usable core."""
    usable = getattr(machine, "usable_cores", 0)
    if usable < 2:
        return f"This takes two cores, and {figures.cores(usable)} can be used here."
    return None

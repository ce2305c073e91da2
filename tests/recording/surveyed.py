"""A survey as it may come out: claims that hold, fail, hold in part and are undecided, under three Pythons; and a hostile one."""

from __future__ import annotations

from dataclasses import replace

from conclab.lab.claims.multi_threading.c34_threads_over_all_cores import CLAIM
from conclab.model.claims import Claim, Conditions, Finding, Part, Trial, standing_of
from conclab.model.statistics import Interval
from conclab.model.surveys import Survey, survey_of
from conclab.model.verdicts import Evidence, Status, Verdict

HOSTILE = '</style><script>alert(1)</script> | `x` [a](http://evil.example) <img src="//evil.example/x"> \x1b[31m \u202e & "q"'
OLD = Conditions("m", 2.0, "/usr/bin/python3.11", "3.11", "3.11.2", True)
FREE = Conditions("m", 2.0, "/opt/3.13t/bin/python", "3.13t", "3.13.0", False)
NEW = Conditions("m", 2.0, "/opt/3.14/bin/python", "3.14", "3.14.0", True)


def spread(value: float) -> Interval:
    return Interval(value, value * 0.97, value * 1.04)


def cores(name: str, value: float, split: str) -> Evidence:
    return Evidence(name, value, spread(value), " cores", f"{value:.2f} cores · on/wants/blocked {split} %")


def on_all_cores(value: float, split: str, status: Status) -> Part:
    bars = (
        cores("threads", value, split),
        cores("processes", 1.93, "97/3/0"),
        Evidence("all cores", 2.0, unit=" cores", ideal=True),
    )
    reasons = ("The control was off: the same arm against itself gave 1.04×.",) if status is Status.UNDECIDED else ()
    told = f"Threads that compute kept {value:.2f} of 2 cores busy."
    return Part(Verdict(status, told, spread(value), reasons, bars, "Try processes.", rounds=6))


def by_size(status: Status, name: str, ratio: float, beside: bool = False) -> Part:
    told = f"Processes finished {name} {ratio:.2f}× as fast as threads."
    bars = (Evidence("threads", 1.0, spread(1.0)), Evidence("processes", ratio, spread(ratio)))
    return Part(Verdict(status, told, spread(ratio), evidence=bars, rounds=9), name, beside)


def finding(number: int, where: Conditions, *parts: Part, lacks: tuple[str, ...] = ()) -> Finding:
    return Finding(number, standing_of(parts), where, parts, lacks, ("20261123-1",), 1_795_000_000.0, 6.2)


SPREAD = CLAIM
SIZES = replace(SPREAD, number=18, title="CPU-bound: use processes", chapter="Which one to use", drawing="pool")
WORDS = replace(
    SPREAD, number=21, title="threads for small work", chapter="Which one to use", trials=(), convention="It is a {rule|GIL}."
)
ELSEWHERE = replace(SPREAD, number=38, title="goroutines are threads", trials=(Trial("deadlock"),), drawing="")
GO = "Left out: Go: there is no Go compiler here; apt install golang-go."
CLAIMS: tuple[Claim, ...] = (SIZES, WORDS, SPREAD, ELSEWHERE)
FINDINGS = (
    finding(34, OLD, on_all_cores(1.01, "25/5/70", Status.FAILS)),
    finding(34, FREE, on_all_cores(1.97, "50/50/0", Status.HOLDS)),
    finding(34, NEW, on_all_cores(1.02, "27/5/68", Status.UNDECIDED)),
    finding(
        18,
        OLD,
        by_size(Status.HOLDS, "pure Python", 1.9),
        by_size(Status.FAILS, "small matrices", 0.4),
        by_size(Status.HOLDS, "hashing", 1.0, True),
    ),
    finding(18, FREE, by_size(Status.FAILS, "pure Python", 0.98), by_size(Status.FAILS, "small matrices", 0.4)),
    finding(18, NEW, by_size(Status.HOLDS, "pure Python", 1.88), by_size(Status.FAILS, "small matrices", 0.5)),
    finding(38, OLD, lacks=(GO,)),
)


def survey() -> Survey:
    return survey_of(CLAIMS, FINDINGS)


def hostile() -> Survey:
    """Everything that may come from elsewhere says something evil."""
    where = replace(OLD, python=f"/tmp/{HOSTILE}/python", label=HOSTILE, version=HOSTILE)
    bar = Evidence(HOSTILE, 1.0, Interval(1.0, 0.0, float("inf")), note=HOSTILE)
    nothing = Evidence(HOSTILE, float("nan"), unit=HOSTILE)
    part = Part(Verdict(Status.FAILS, HOSTILE, spread(1.0), (HOSTILE,), (bar, nothing), HOSTILE, 3, HOSTILE), HOSTILE)
    return survey_of([SPREAD, ELSEWHERE], [finding(34, where, part, lacks=(HOSTILE,))])

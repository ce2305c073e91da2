"""A run as a document: JSON without NaN, null where nothing was measured."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from conclab.model.results import OK, Counters, Repetition, Totals, WorkerResult
from conclab.model.runs import Run
from conclab.model.statistics import Interval
from conclab.model.verdicts import Evidence, Status, Verdict
from conclab.recording.document import document
from tests.helpers import conduct, deed, experiment_of, here, plan_for, work


def test_a_failed_run_is_a_document_too() -> None:
    run, _ = conduct(deed("raising", "threads"))
    text = json.dumps(document(run), allow_nan=False)
    found = json.loads(text)
    assert "ValueError" in found["outcome"]
    repetition = found["arms"][0]["repetitions"][0]
    assert repetition["wall_ns"] is None
    assert repetition["effective_cores"] is None
    assert found["verdict"] is None
    assert found["arms"][0]["summary"]["wall_ns_median"] is None


def test_what_the_whole_tree_took_is_told_apart_from_what_the_workers_did() -> None:
    run, _ = conduct(work("spawn", "primes", 2, 2, size=20_000))
    repetition = document(run)["arms"][0]["repetitions"][0]
    assert repetition["tree"]["cpu_ns"] > repetition["on_core_ns"] > 0, "three interpreters had to start"


COUNTERS = Counters(100, 50, 30, voluntary_switches=3, involuntary_switches=5, migrations=2, peak_rss_bytes=4_096)
TOTALS = Totals(cpu_ns=60, voluntary_switches=7, involuntary_switches=11, peak_rss_bytes=8_192)
VERDICT = Verdict(Status.HOLDS, "so it is", Interval(1.2, 1.1, 1.4), evidence=(Evidence("threads", 1.2, Interval(1.2, 1.15, 1.3)),))


def of_made_up_figures() -> Any:
    """The document of a run that never was: one repetition of one worker, every figure another."""
    plan = replace(plan_for(experiment_of(work("threads", workers=1))), load_before=(0.5, 1.5, 2.5))
    worker = WorkerResult("w1", 10, 11, 0, 100, COUNTERS)
    one = Repetition("threads", here().path, 0, False, OK, wall_ns=100, counters=COUNTERS, workers=(worker,), totals=TOTALS)
    return json.loads(json.dumps(document(Run(plan, (one,), verdicts=(VERDICT,))), allow_nan=False))


def test_both_kinds_of_switches_keep_their_names_in_a_worker_in_its_repetition_and_in_the_tree() -> None:
    (repetition,) = of_made_up_figures()["arms"][0]["repetitions"]
    for counted in (repetition, repetition["workers"][0]):
        assert (counted["voluntary_switches"], counted["involuntary_switches"], counted["migrations"]) == (3, 5, 2)
    assert repetition["tree"] == {"cpu_ns": 60, "voluntary_switches": 7, "involuntary_switches": 11, "peak_rss_bytes": 8_192}


def test_an_interval_goes_from_its_lower_bound_to_its_upper() -> None:
    found = of_made_up_figures()
    for verdict in (found["verdict"], found["verdicts"][0]):
        assert (verdict["ratio"], verdict["ci95"]) == (1.2, [1.1, 1.4])
        assert verdict["evidence"][0]["ci95"] == [1.15, 1.3]


def test_the_load_before_the_run_is_told() -> None:
    assert of_made_up_figures()["environment"]["load_before"] == [0.5, 1.5, 2.5]

"""What was found, side by side: the Pythons are told apart, and it is counted what claims come to."""

from __future__ import annotations

from dataclasses import replace

from conclab.model.claims import Finding, Part, Standing
from conclab.model.experiments import Interpreter
from conclab.model.surveys import reasons_of, survey_of
from conclab.model.verdicts import Status, Verdict
from tests.recording.surveyed import CLAIMS, FINDINGS, FREE, GO, OLD, SPREAD, survey


def test_every_python_has_a_column_and_whether_its_gil_was_on() -> None:
    columns = survey().columns
    assert [(one.label, one.gil) for one in columns] == [("3.11", "GIL on"), ("3.13t", "GIL off"), ("3.14", "GIL on")]


def test_what_claims_come_to_is_counted_and_conventions_need_no_run() -> None:
    found = survey()
    old, free, _ = found.columns
    assert found.counts(old) == {
        Standing.FAILS: 1,
        Standing.PARTLY: 1,
        Standing.UNDECIDED: 1,
        Standing.CONVENTION: 1,
    }
    assert found.summary(free) == "1 holds, 1 fails, 1 convention, 1 not run"


def test_pythons_differ_where_both_were_run_and_found_something_else() -> None:
    assert [claim.number for claim in survey().differing()] == [18, 34]


def test_to_have_decided_nothing_is_no_other_answer() -> None:
    one = next(finding for finding in FINDINGS if finding.number == SPREAD.number)
    two = replace(one, conditions=replace(one.conditions, python="/other/python"), standing=Standing.UNDECIDED)
    found = survey_of(CLAIMS, [one, two])
    assert found.differing() == ()
    assert found.compared() == 0
    again = survey_of(CLAIMS, [one, replace(two, standing=one.standing)])
    assert (again.differing(), again.compared()) == ((), 1)


def test_only_the_pythons_that_were_asked_for_are_shown() -> None:
    python = Interpreter(FREE.python, "cpython", FREE.version, True)
    found = survey_of(CLAIMS, FINDINGS, [python])
    assert [column.label for column in found.columns] == ["3.13t"]
    assert found.finding(SPREAD, found.columns[0]) is not None


def test_pythons_of_one_label_are_told_apart() -> None:
    other = replace(OLD, python="/venv/python", version="3.11.9")
    same = replace(OLD, python="/other/python")
    labels = [column.label for column in survey_of(CLAIMS, _of(OLD, other)).columns]
    assert labels == ["3.11.2", "3.11.9"]
    labels = [column.label for column in survey_of(CLAIMS, _of(OLD, same)).columns]
    assert labels == ["3.11 /usr/bin/python3.11", "3.11 /other/python"]
    evil = replace(OLD, python="/\x1b[31m")
    assert [column.label for column in survey_of(CLAIMS, _of(OLD, evil)).columns][1] == "3.11 /␛[31m"


def test_what_a_finding_lacks_is_told_once() -> None:
    verdict = Verdict(Status.HOLDS, "So it is.", reasons=("First.", GO))
    finding = replace(FINDINGS[0], parts=(Part(verdict),), lacks=(GO,))
    assert reasons_of(finding, verdict) == ("First.",)


def _of(*conditions: object) -> list[Finding]:
    return [replace(FINDINGS[0], conditions=one) for one in conditions]  # type: ignore[arg-type]

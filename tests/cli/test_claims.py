"""``conclab claims``: some claims or all, told in their order, kept, as JSON and as reports; every mistake is one clear line."""

from __future__ import annotations

import json
import signal
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from conclab.cli import claims_choice, claims_inquiry, main
from conclab.cli.claims_choice import claims_of
from conclab.cli.ending import Stopped, Trouble
from conclab.cli.live_line import left
from conclab.lab import claim_catalogue
from conclab.lab.claims.multi_threading.c34_threads_over_all_cores import CLAIM
from conclab.model.claims import Claim, Conditions, Finding, Part, Standing, Trial
from conclab.model.results import OK, Repetition, Results
from conclab.model.runs import Plan, Run
from conclab.model.verdicts import Evidence, Status, Verdict
from conclab.recording import findings
from conclab.recording.findings import Findings
from conclab.recording.folder import VARIABLE as RUNS
from conclab.recording.running import Headless
from conclab.sampling.machine import read_facts
from tests.helpers import here

SMALL = Trial("waiting-room", {"workers": "2", "size": "1"}, rounds=1)
OTHER = Trial("waiting-room", {"workers": "2", "size": "2"}, rounds=1)
NEVER = Trial("waiting-room", {"workers": "none"})


def _judge(status: Status, statement: str) -> Any:
    def judge(found: Sequence[Results | None]) -> tuple[Part, ...]:
        assert None not in found
        bar = Evidence("threads", 2.0)
        return (Part(Verdict(status, statement, evidence=(bar,), reasons=("Few repetitions.",), rounds=1)),)

    return judge


def _claim(number: int, trials: tuple[Trial, ...], judge: Any = None, **more: Any) -> Claim:
    title, statement = f"claim of number {number}", f"Sentence {number}."
    return replace(CLAIM, number=number, title=title, statement=statement, trials=trials, judge=judge or CLAIM.judge, **more)


MADE_UP = (
    _claim(1, (OTHER,), _judge(Status.HOLDS, "It was so.")),
    _claim(2, (), convention="It is a matter of {words|GIL}."),
    _claim(3, (SMALL, OTHER), _judge(Status.FAILS, "It was not so.")),
    _claim(4, (OTHER,), _judge(Status.UNDECIDED, "Who knows.")),
    _claim(5, (NEVER,)),
)


@pytest.fixture(autouse=True)
def _made_up(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for room in (claim_catalogue, claims_choice):
        monkeypatch.setattr(room, "claims", lambda: MADE_UP)
    monkeypatch.setenv(RUNS, str(tmp_path / "runs"))
    monkeypatch.setenv(findings.VARIABLE, str(tmp_path / "findings.sqlite3"))


class _Ran:
    """A run that is over as soon as it is begun."""

    outcome = OK
    ends_at = 99
    begun = 0

    def __init__(self, plan: Plan, post: object, *, keep: bool) -> None:
        self._plan = plan
        self.running = self
        self.kept = f"kept-{plan.values['size']}" if keep else ""

    def run(self) -> Run:
        _Ran.begun += 1
        if _Ran.begun >= self.ends_at:
            raise Stopped(signal.SIGINT)
        done = Repetition("threads", here().path, 0, False, OK)
        return Run(self._plan, (done,), {here().path: True}, outcome=self.outcome, cost_cpu_ns=1_000, wall_ns=2_000)


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claims_inquiry, "Headless", _Ran)
    monkeypatch.setattr(_Ran, "begun", 0)


Said = pytest.CaptureFixture[str]


def test_each_claim_is_told_in_its_order_and_kept(capsys: Said, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claims_inquiry, "Headless", Headless)  # for real
    assert main(["claims"]) == 0
    answer = capsys.readouterr()
    assert answer.err == ""
    heads = [line for line in answer.out.splitlines() if "claim of number" in line]
    assert [line.split()[:2] for line in heads] == [["✓", "1"], ["–", "2"], ["✗", "3"], ["?", "4"], ["?", "5"]]
    assert "     It was not so.\n" in answer.out
    assert "     Few repetitions.\n" in answer.out
    assert "→ Waiting-room: workers: 'none' is not a whole number." in answer.out
    assert "1 holds, 1 fails, 2 undecided, 1 convention" in answer.out
    assert len(list((tmp_path / "runs").glob("*.conclab"))) == 2
    assert main(["claims", "--kept"]) == 0
    kept = capsys.readouterr().out
    assert [line for line in kept.splitlines() if "claim of number" in line] == heads


def test_a_claim_that_is_asked_for_comes_with_its_evidence_and_the_reason_why(capsys: Said, tmp_path: Path) -> None:
    assert main(["claims", "3", "2", "--no-keep"]) == 0
    out = capsys.readouterr().out
    assert "Sentence 3." in out
    assert f"     threads  {'█' * 28}      2.00×\n" in out
    assert "It is a matter of words." in out
    assert "Why: " in out
    assert not list(tmp_path.iterdir())


def test_the_json_has_every_claim_under_every_python(capsys: Said) -> None:
    assert main(["claims", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["schema"] == 1
    assert told["complete"] is True
    assert [(row["claim"], row["status"]) for row in told["claims"]] == [
        (1, "holds"),
        (2, "convention"),
        (3, "fails"),
        (4, "undecided"),
        (5, "undecided"),
    ]
    third = told["claims"][2]
    assert third["parts"][0]["verdict"]["statement"] == "It was not so."
    assert third["runs"] == ["kept-1", "kept-2"]
    assert third["took_s"] == 4e-6
    assert told["claims"][1]["convention"] == "It is a matter of words."
    assert told["pythons"][0]["gil_enabled"] is True
    assert told["summary"][0]["undecided"] == 2
    assert told["conclab_cost"] == {"cpu_ns": 2_000, "share_of_one_core": 0.5}
    assert main(["claims", "--kept", "--json"]) == 0
    kept = json.loads(capsys.readouterr().out)
    assert kept["claims"] == told["claims"]
    assert kept["took_s"] is None


def test_several_pythons_stand_side_by_side(capsys: Said, tmp_path: Path) -> None:
    kept = Findings(read_facts().usable_cores)
    for label, standing in (("3.11", Standing.FAILS), ("3.13t", Standing.HOLDS)):
        where = Conditions(kept.machine, read_facts().usable_cores, f"/{label}", label, f"{label[:4]}.0", label == "3.11")
        assert kept.keep(Finding(3, standing, where))
    assert main(["claims", "--kept", "3", "1", "--report", str(tmp_path / "r.md")]) == 0
    out = capsys.readouterr().out
    assert "Python 3.13t (3.13.0, GIL off)\nMulti-threading\n✓  3 claim of number 3" in out
    assert " 3 claim of number 3   ✗      ✓    differs\n" in out
    assert " 1 claim of number 1\n" in out
    assert out.count("Why: ") == 1
    assert "| 3 | claim of number 3 | ✗ fails | ✓ holds |" in (tmp_path / "r.md").read_text()


def test_ctrl_c_keeps_and_prints_what_has_been_decided(capsys: Said, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(_Ran, "ends_at", 2)
    report = tmp_path / "r.html"
    assert main(["claims", "--json", "--report", str(report)]) == 130
    answer = capsys.readouterr()
    told = json.loads(answer.out)
    assert told["complete"] is False
    assert [row["status"] for row in told["claims"]] == ["holds", "convention", None, "undecided", None]
    assert answer.err.splitlines()[-1] == "conclab: stopped; nothing is left running"
    assert "claim of number 3" in report.read_text()
    assert list(Findings(read_facts().usable_cores, file=tmp_path / "findings.sqlite3").latest()) == [1, 2, 4]


def test_a_run_that_failed_in_itself_is_exit_status_1(capsys: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_Ran, "outcome", "threads: it fell over")
    assert main(["claims", "1"]) == 1
    answer = capsys.readouterr()
    assert "→ Waiting-room: threads: it fell over." in answer.out
    assert answer.err == "conclab: waiting-room: threads: it fell over\n"


def test_findings_that_cannot_be_kept_are_told_once_and_not_fatal(capsys: Said, tmp_path: Path) -> None:
    (tmp_path / "findings.sqlite3").write_text("no database" * 100)
    assert main(["claims", "1-4"]) == 0
    assert capsys.readouterr().err.count("cannot be kept") == 1
    assert main(["claims", "--kept"]) == 1
    assert "cannot be read" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["99"], "there is no claim 99; they go from 1 to 5"),
        (["4-9"], "there is no claim 9"),
        (["5-1"], "the range 5-1 is turned round; write 1-5"),
        (["three"], "'three' is no claim: write a number (34) or a range (1-5)"),
        (["1", "--python", "/no/such"], "there is no interpreter '/no/such'"),
        (["--report", "x.pdf"], "--report: x.pdf: a report is called NAME.md or NAME.html"),
        (["--report", "/no/such/x.md"], "there is no folder /no/such"),
        (["--report", "a.md", "--report", "./a.md"], "is given twice"),
        (["--kept", "--no-keep"], "--kept shows what was found before and runs nothing; it does not go with --no-keep"),
        (["--list", "--report", "x.md"], "it does not go with --report"),
        (["--tui", "--json"], "it does not go with --json"),
        (["--kept"], "nothing has been found yet on this machine"),
        (["--kept", "3"], "nothing of these claims has been found yet"),
        (["--seed", "x"], "'x' is not a whole number"),
    ],
)
def test_what_is_wrong_is_one_clear_line_before_anything_runs(arguments: list[str], said: str, capsys: Said) -> None:
    assert main(["claims", *arguments]) == 2
    answer = capsys.readouterr()
    assert answer.out == ""
    assert said in answer.err
    assert answer.err.startswith("conclab: ")
    assert answer.err.count("\n") == 1


def test_numbers_and_ranges_name_claims_each_once_in_the_articles_order() -> None:
    assert [claim.number for claim in claims_of(["3-4", "1,3", "2"])] == [1, 2, 3, 4]
    assert [claim.number for claim in claims_of(["2-2"])] == [2]
    assert claims_of([]) == MADE_UP
    with pytest.raises(Trouble):
        claims_of([""])


def test_the_list_has_each_sentence_and_its_experiments(capsys: Said) -> None:
    assert main(["claims", "--list"]) == 0
    out = capsys.readouterr().out
    assert "   3 Sentence 3.\n     waiting-room\n" in out
    assert "explained, not decided" in out
    assert main(["claims", "--list", "--json", "3"]) == 0
    (row,) = json.loads(capsys.readouterr().out)["claims"]
    assert (row["claim"], row["experiments"]) == (3, ["waiting-room"])


def test_conventions_need_no_run_to_be_shown(capsys: Said) -> None:
    assert main(["claims", "2", "--kept"]) == 0
    assert here().label in capsys.readouterr().out


@pytest.mark.parametrize(
    ("seconds", "told"), [(0.2, "about 1 s left"), (59.7, "about 1 min 0 s left"), (125.0, "about 2 min 5 s left")]
)
def test_how_long_it_takes_is_told_in_whole_seconds(seconds: float, told: str) -> None:
    assert left(seconds) == told

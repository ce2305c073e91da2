"""The verdict pane: what was found in words, proportional bars, nothing lost and nothing wider than the pane."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from conclab.model.events import Waiting
from conclab.model.lives import Shares
from conclab.model.locks import fold_locks
from conclab.model.run_state import RunState
from conclab.model.statistics import Interval
from conclab.model.tasks import Split
from conclab.model.verdicts import Evidence, Status, Verdict
from conclab.tui.renderables.verdict import verdict_lines
from conclab.tui.theme import DARK
from tests.model.builders import PYTHON, arm_of
from tests.tui.helpers import HOSTILE, SOME_WIDTHS, WIDTHS, colours, is_exactly, texts

STATEMENT = "Four threads are not faster than one here: 1.02×, 1.01 of 2 cores used."
REASONS = ("One repetition took unusually long; all are counted.", "Others used 12 % of the cores meanwhile.")
ADVICE = "Processes do help: 1.91× here. So would a Python without the GIL."
FAILS = Verdict(
    Status.FAILS,
    STATEMENT,
    Interval(1.02, 0.99, 1.05),
    REASONS,
    (
        Evidence("threads", 1.02, note="1.01 cores · on/wants/blocked 25/5/70 %"),
        Evidence("processes", 1.91, note="1.95 cores · on/wants/blocked 50/50/0 %"),
        Evidence("ideal", 2.0, ideal=True),
    ),
    ADVICE,
    rounds=5,
    control=1.0,
)
REAL_WIDTHS = range(56, 201)
"""The narrowest screen that is promised has 60 columns: 56 in a pane."""


def finished(verdict: Verdict | None, outcome: str = "ok", several: tuple[tuple[str, Verdict], ...] = ()) -> RunState:
    return RunState(phase="finished", outcome=outcome, verdict=verdict, verdicts=several)


def said(run: RunState, width: int = 90) -> list[str]:
    return [line.rstrip() for line in texts(verdict_lines(run, DARK, width))]


def words(lines: list[str]) -> list[str]:
    return " ".join(lines).split()


def bars(lines: list[str]) -> dict[str, int]:
    """Cells that are drawn for each arm."""
    return {line.split()[0]: line.count("█") + line.count("░") for line in lines if "█" in line or "░" in line}


@pytest.mark.parametrize("status", list(Status))
def test_a_verdict_is_told_by_a_glyph_a_word_a_sentence_and_its_interval(status: Status) -> None:
    lines = said(finished(Verdict(status, STATEMENT, Interval(1.02, 0.99, 1.05))), 200)
    glyph = {"holds": "✓", "fails": "✗", "undecided": "?"}[status.value]
    assert lines[0] == f"{glyph} {status.value.upper()}  {STATEMENT} (95 % 0.99–1.05)"


def test_each_status_has_a_colour_of_its_own() -> None:
    found = {colours(verdict_lines(finished(Verdict(status, STATEMENT)), DARK, 90)[0])[0] for status in Status}
    assert len(found) == 3


def test_without_an_interval_none_is_made_up() -> None:
    assert "95 %" not in " ".join(said(finished(Verdict(Status.HOLDS, STATEMENT))))


def test_everything_that_was_found_is_said() -> None:
    for width in REAL_WIDTHS:
        text = words(said(finished(FAILS), width))
        for part in (STATEMENT, *REASONS, ADVICE):
            wanted = part.split()
            assert any(text[start : start + len(wanted)] == wanted for start in range(len(text))), (width, part)


def test_every_line_is_exactly_as_wide_as_the_pane() -> None:
    runs = [
        finished(FAILS),
        finished(None, "stopped"),
        finished(None, "threads: worker w3 died of signal 9 (SIGKILL), which usually means that memory ran out on this machine"),
        finished(FAILS, several=(("3.13", FAILS), ("3.13t", FAILS), ("PyPy 3.11", FAILS))),
        RunState(),
        RunState(phase="running"),
        RunState(phase="running", verdict=FAILS),
        RunState(phase="running", verdict=Verdict(Status.UNDECIDED, "", None), rounds_done=2),
    ]
    for run in runs:
        for width in WIDTHS:
            assert all(is_exactly(line, width) for line in verdict_lines(run, DARK, width))


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_breaks_the_pane(text: str) -> None:
    verdict = Verdict(Status.HOLDS, text, None, (text,), (Evidence(text, 1.0, note=text), Evidence("b", 2.0)), text)
    for width in SOME_WIDTHS:
        for run in (finished(verdict), finished(None, text), finished(verdict, several=((text, verdict),))):
            assert all(is_exactly(line, width) for line in verdict_lines(run, DARK, width))


def test_bars_are_proportional_and_the_longest_fills_the_room() -> None:
    for width in REAL_WIDTHS:
        cells = bars(said(finished(FAILS), width))
        assert set(cells) == {"threads", "processes", "ideal"}
        for name, value in (("threads", 1.02), ("processes", 1.91)):
            assert abs(cells[name] - cells["ideal"] * value / 2.0) <= 0.5


def test_bars_are_no_shorter_than_they_must_be() -> None:
    assert bars(said(finished(FAILS), 160))["ideal"] > bars(said(finished(FAILS), 70))["ideal"]


def test_a_bound_that_was_only_computed_looks_different_without_colour_too() -> None:
    lines = said(finished(FAILS))
    assert "░" in next(line for line in lines if line.startswith("ideal"))
    assert "░" not in next(line for line in lines if line.startswith("threads"))


def test_every_bar_has_its_figure() -> None:
    for width in REAL_WIDTHS:
        lines = said(finished(FAILS), width)
        for name, figure in (("threads", "1.02×"), ("processes", "1.91×"), ("ideal", "2.00×")):
            assert figure in next(line for line in lines if line.startswith(name) and ("█" in line or "░" in line))


def test_figures_of_all_bars_stand_under_one_another() -> None:
    lines = [line for line in said(finished(FAILS)) if "█" in line or "░" in line]
    assert len({line.index("×") for line in lines}) == 1


def test_a_note_that_does_not_fit_says_that_it_was_cut() -> None:
    """25/5/70 cut to 25/5/7 would be another number."""
    for width in REAL_WIDTHS:
        line = next(line for line in said(finished(FAILS), width) if line.startswith("threads"))
        assert line.endswith(("25/5/70 %", "…", "×")), width


def test_an_arm_that_could_not_be_measured_has_no_bar() -> None:
    verdict = Verdict(Status.UNDECIDED, STATEMENT, evidence=(Evidence("threads", None), Evidence("processes", 1.5)))
    assert set(bars(said(finished(verdict)))) == {"processes"}
    nothing = Verdict(Status.UNDECIDED, STATEMENT, evidence=(Evidence("threads", None),))
    assert said(finished(nothing)) == [f"? UNDECIDED  {STATEMENT}"]


def test_figures_have_the_unit_of_the_evidence() -> None:
    verdict = Verdict(Status.HOLDS, STATEMENT, evidence=(Evidence("fork", 12.5, unit=" ms"), Evidence("spawn", 2310.0)))
    lines = said(finished(verdict))
    assert "12.50 ms" in lines[1]
    assert "2,310×" in lines[2]


def test_evidence_that_is_all_nought_does_not_divide_by_it() -> None:
    verdict = Verdict(Status.HOLDS, STATEMENT, evidence=(Evidence("lost", 0.0, unit=" updates"),))
    assert "0.00 updates" in said(finished(verdict))[1]


def test_of_several_pythons_each_has_its_verdict_under_its_name() -> None:
    holds = Verdict(Status.HOLDS, "Four threads are faster than one: 1.9×.")
    for width in REAL_WIDTHS:
        lines = said(finished(FAILS, several=(("3.13", FAILS), ("3.13t", holds))), width)
        heads = [line for line in lines if line.startswith(("✓", "✗", "?"))]
        assert [head.split("  ")[0] for head in heads] == ["✗ FAILS on 3.13", "✓ HOLDS on 3.13t"]


def test_a_run_that_was_stopped_has_no_verdict_and_says_that_nothing_is_left() -> None:
    assert said(finished(None, "stopped")) == ["Stopped. Nothing of it is left running."]


def test_a_run_that_failed_says_why_in_full_and_what_to_do() -> None:
    reason = "threads: worker w3 died of signal 9 (SIGKILL), which usually means that memory ran out"
    for width in REAL_WIDTHS:
        lines = said(finished(None, reason), width)
        assert words(lines)[: len(reason.split()) + 2] == ["It", "failed:", *reason.split()]
        assert "F5 tries again." in " ".join(lines)


def test_before_a_run_and_in_its_beginning_it_says_what_will_come() -> None:
    assert said(RunState()) == ["None yet. Choose an experiment and press F5. New here? Ctrl+N is a tour."]
    assert said(RunState(phase="running")) == ["Comes after the last repetition."]


def test_while_it_runs_the_verdict_is_only_so_far() -> None:
    lines = said(RunState(phase="running", verdict=FAILS, rounds_done=3))
    assert lines[0] == "so far  1.02×  (95 % 0.99–1.05)"
    assert "FAILS" not in " ".join(lines)
    assert set(bars(lines)) == {"threads", "processes", "ideal"}


def test_with_too_few_repetitions_for_an_interval_it_says_how_many_it_takes() -> None:
    lines = said(RunState(phase="running", verdict=Verdict(Status.UNDECIDED, ""), rounds_done=2))
    assert re.fullmatch(r"so far\s+two repetitions, three at least for an interval", lines[0])


def with_shares(*pythons: str) -> RunState:
    """Threads that waited for the GIL and processes that did not, on each Python."""
    second = 1_000_000_000
    threads = Shares(
        4, Split(4 * second, second, second // 5), {"GIL": 27 * second // 10, "a timer": second // 100, "": second // 11}
    )
    processes = Shares(4, Split(4 * second, 4 * second, 0))
    interpreters = [replace(PYTHON, path=f"/usr/bin/{label}", version=label) for label in pythons]
    arms = tuple(replace(arm_of(name), python=python) for python in interpreters for name in ("threads", "processes"))
    shares = {(arm.name, arm.python.path): threads if arm.name == "threads" else processes for arm in arms if arm.python}
    return replace(finished(FAILS), arms=arms, shares=shares)


def test_where_the_time_went_is_told_of_each_arm_and_what_is_inferred_says_so() -> None:
    lines = said(with_shares("3.11.7"))
    at = lines.index("where the workers' time went:")
    assert re.fullmatch(r"threads +25 % on a core +5 % wanting one +70 % blocked: GIL\*", lines[at + 1])
    assert re.fullmatch(r"processes +100 % on a core +0 % wanting one +0 % blocked", lines[at + 2])
    assert lines[at + 3].startswith("* inferred")
    assert len(lines) == at + 4
    assert next(line for line in lines if "█" in line).endswith("25/5/70 % GIL*"), "the bar says it, too"


def test_without_samples_nothing_is_said_of_where_the_time_went() -> None:
    assert "where" not in words(said(finished(FAILS)))


def test_with_several_pythons_each_verdict_has_its_own_shares() -> None:
    run = replace(with_shares("3.11.7", "3.14.0"), verdicts=(("3.11", FAILS), ("3.14", FAILS)))
    lines = said(run)
    assert sum(line.startswith("where") for line in lines) == 2
    assert sum(bool(re.match(r"threads +25 % on a core", line)) for line in lines) == 2


def test_a_deadlock_is_told_while_it_lasts() -> None:
    locks = fold_locks(fold_locks({}, Waiting(1, "w1", "b", "w2")), Waiting(1, "w2", "a", "w1"))
    run = RunState(phase="running", locks=locks, now_ns=10_000_000_000)
    for width in SOME_WIDTHS:
        text = " ".join(words(said(run, width)))
        assert text == "✗ deadlock: w1 holds a and waits for b; w2 holds b and waits for a"
    assert "deadlock" not in words(said(replace(run, phase="finished", outcome="ok", verdict=FAILS)))

"""The page of a claim and its paragraphs: what they say, in any width, and without colour."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from textual.strip import Strip

from conclab.model.claims import Finding, Guess, Part
from conclab.model.verdicts import Evidence, Status, Verdict
from conclab.tui.palettes import ANSI, DARK
from conclab.tui.renderables.claim_page import Button, Page, conditions, moment, page_lines
from conclab.tui.renderables.flow import flow
from tests.recording.surveyed import ELSEWHERE, FINDINGS, FREE, GO, OLD, SIZES, SPREAD, WORDS, hostile
from tests.tui.helpers import SOME_WIDTHS, is_exactly, texts

NOON = time.mktime((2026, 11, 23, 12, 0, 0, 0, 0, -1))
BUTTONS = (Button("▶ Run", "run", True), Button("Next claim", "next"))


def of(number: int, *where: object) -> tuple[Finding, ...]:
    return tuple(one for one in FINDINGS if one.number == number and one.conditions in where)


def text(page: Page, width: int = 100) -> str:
    return "\n".join(line.rstrip() for line in texts(page_lines(page, DARK, width, False)))


def actions(lines: list[Strip]) -> list[str]:
    """What can be clicked, in its order, each once."""
    found = [
        look.meta["@click"] for line in lines for _text, look, _control in line if look is not None and look.meta.get("@click")
    ]
    return list(dict.fromkeys(found))


# Paragraphs


def test_a_term_is_underlined_and_leads_to_its_entry_wherever_the_line_breaks() -> None:
    for width in (12, 20, 60):
        lines = flow("The {native thread} has the {locks|GIL}, and (a {core}'s) rest.", width, None, head="Why.")
        assert all(is_exactly(line, width) for line in lines)
        assert " ".join(line.text.strip() for line in lines) == "Why. The native thread has the locks, and (a core's) rest."
        assert actions(lines) == [f"screen.glossary({term!r})" for term in ("native thread", "GIL", "core")]
        underlined = "".join(text for line in lines for text, look, _ in line if look is not None and look.underline)
        assert underlined.replace(" ", "") == "nativethreadlockscore"


def test_a_term_of_two_words_is_underlined_throughout() -> None:
    (line,) = flow("a {native thread} here", 40, None)
    assert [piece for piece, look, _ in line if look is not None and look.underline] == ["native thread"]


# What a page tells


def test_a_claim_that_was_never_run_asks_for_a_guess_and_does_not_give_the_answer_away() -> None:
    page = Page(SPREAD, hint="What do you think?", buttons=BUTTONS)
    told = text(page)
    assert "34 With several cores" in told
    assert "○ holds   ○ fails   ○ depends" in told
    assert "What do you think?" in told
    assert "Why." not in told
    assert "core 0" not in told, "the drawing explains it"
    assert "Why." in text(replace(page, explained=True))
    assert actions(page_lines(page, DARK, 100, False)) == [
        "screen.guess('holds')",
        "screen.guess('fails')",
        "screen.guess('depends')",
        "screen.run",
        "screen.next",
    ]


@pytest.mark.parametrize(
    ("guess", "said"),
    [(Guess.FAILS, "You guessed right."), (Guess.HOLDS, "Not what you guessed."), (Guess.DEPENDS, "Not what you guessed.")],
)
def test_it_says_whether_the_guess_was_right(guess: Guess, said: str) -> None:
    told = text(Page(SPREAD, of(34, OLD), guess))
    assert f"● {guess.value}" in told
    assert said in told
    assert "guessed" not in text(Page(SPREAD, (), guess)), "nothing is known yet"


def test_one_finding_is_here_and_several_name_their_pythons_and_conditions() -> None:
    alone = text(Page(SPREAD, of(34, OLD)))
    assert "✗ FAILS here" in alone
    assert "Threads that compute kept 1.01 of 2 cores busy." in alone
    assert "on/wants/blocked 25/5/70 %" in alone
    assert "→  Try processes." in alone
    assert "repetitions" not in alone, "they are in the border"
    both = text(Page(SPREAD, of(34, OLD, FREE)))
    assert both.index("✗ FAILS on 3.11") < both.index("✓ HOLDS on 3.13t") < both.index("Why.")
    assert both.count("6 repetitions · 6.20 s") == 2


def test_parts_have_their_names_and_glyphs_and_what_stands_beside_says_so() -> None:
    told = text(Page(SIZES, of(18, OLD)))
    assert "◐ HOLDS IN PART here" in told
    for part in ("✓ pure Python", "✗ small matrices", "✓ hashing (beside: it does not count)"):
        assert part in told


def test_what_could_not_be_run_is_told_with_the_way_to_get_it() -> None:
    told = text(Page(ELSEWHERE, of(38, OLD), Guess.HOLDS))
    assert "? UNDECIDED here" in told
    assert f"! {GO}" in told
    assert "your guess still stands" in told


def test_a_convention_is_explained_and_not_guessed() -> None:
    told = text(Page(WORDS, buttons=BUTTONS))
    assert "– Not for measuring. It is a rule." in told
    assert "Why." in told
    assert "your guess" not in told


def test_every_page_fits_its_width_whatever_it_is_made_of() -> None:
    evil = hostile()
    pages = [
        Page(claim, tuple(f for f in FINDINGS if f.number == claim.number), Guess.HOLDS, buttons=BUTTONS)
        for claim in (SPREAD, SIZES, WORDS, ELSEWHERE)
    ]
    pages += [Page(claim, tuple(f for f in evil.found.values() if f.number == claim.number)) for claim in evil.claims]
    for width in SOME_WIDTHS:
        for page in pages:
            lines = page_lines(page, DARK, width, False)
            assert all(is_exactly(line, min(width, 100)) for line in lines)
            assert not any(sign in line.text for line in lines for sign in "\x1b\u202e")


def test_what_can_be_pressed_is_in_brackets_where_no_background_sets_it_off() -> None:
    lines = texts(page_lines(Page(SPREAD, guess=Guess.FAILS, buttons=BUTTONS), ANSI, 80, True))
    assert any("[▶ Run]  [Next claim]" in line for line in lines)
    assert any("○ holds   ● fails" in line for line in lines)


# When and on what


def test_a_moment_is_told_as_one_speaks_of_it() -> None:
    assert moment(NOON - 3_600, NOON) == "today 11:00"
    assert moment(NOON - 86_400, NOON) == "yesterday 12:00"
    assert moment(NOON - 3 * 86_400, NOON) == "2026-11-20 12:00"
    assert moment(NOON - 366 * 86_400, NOON).startswith("2025-11-2")


def test_the_conditions_are_those_that_are_known() -> None:
    (finding,) = of(34, OLD)
    now = replace(finding, began_s=NOON)
    assert conditions(now, NOON) == "6 repetitions · 6.20 s · today 12:00 · Python 3.11, 2 cores"
    nothing = replace(now, parts=(), took_s=0.0, conditions=replace(OLD, label="PyPy 3.9", usable_cores=1.0))
    assert conditions(nothing, NOON) == "today 12:00 · PyPy 3.9, 1 core"


def test_a_long_label_ends_before_its_bar() -> None:
    bar = Evidence("fork, again and again and again", 1.0)
    part = Part(Verdict(Status.HOLDS, "So it is.", evidence=(bar,)))
    told = text(Page(SPREAD, (replace(of(34, OLD)[0], parts=(part,)),)))
    assert "fork, again and aga… █" in told

"""What a claim comes to, from its parts; and what its texts mark."""

from __future__ import annotations

import pytest

from conclab.model.claims import Guess, Part, Standing, Trial, standing_of
from conclab.model.glossary import Span, plain, spans, terms_in
from conclab.model.glossary_terms import TERMS
from conclab.model.verdicts import Status, Verdict


def part(status: str, beside: bool = False) -> Part:
    return Part(Verdict(Status(status), "So it is."), beside=beside)


@pytest.mark.parametrize(
    ("statuses", "standing"),
    [
        (["holds"], "holds"),
        (["fails"], "fails"),
        (["undecided"], "undecided"),
        ([], "undecided"),
        (["holds", "holds"], "holds"),
        (["holds", "fails"], "partly"),
        (["fails", "undecided", "holds"], "partly"),
        (["holds", "undecided"], "undecided"),
        (["fails", "undecided"], "undecided"),
    ],
)
def test_a_claim_is_what_all_its_parts_are(statuses: list[str], standing: str) -> None:
    assert standing_of([part(status) for status in statuses]) is Standing(standing)


def test_what_stands_beside_does_not_count() -> None:
    assert standing_of([part("holds"), part("fails", beside=True), part("undecided", beside=True)]) is Standing.HOLDS
    assert standing_of([part("fails", beside=True)]) is Standing.UNDECIDED


def test_the_same_trial_is_the_same_whatever_the_order_of_its_values() -> None:
    assert Trial("a", {"x": "1", "y": "2"}).key == Trial("a", {"y": "2", "x": "1"}, cap_s=3).key
    assert Trial("a").key != Trial("a", traced=True).key


def test_a_guess_is_right_or_wrong_only_where_something_was_decided() -> None:
    assert Guess.HOLDS.is_right(Standing.HOLDS) is True
    assert Guess.DEPENDS.is_right(Standing.PARTLY) is True
    assert Guess.FAILS.is_right(Standing.PARTLY) is False
    assert Guess.FAILS.is_right(Standing.UNDECIDED) is None


def test_terms_are_marked_in_braces() -> None:
    text = "The {GIL} counts {switches|context switch}."
    assert spans(text) == (Span("The "), Span("GIL", "GIL"), Span(" counts "), Span("switches", "context switch"), Span("."))
    assert plain(text) == "The GIL counts switches."
    assert terms_in([text, "{GIL} again"]) == ("GIL", "context switch")


def test_every_term_leads_to_terms_that_there_are() -> None:
    for name, meaning in TERMS.items():
        assert meaning.endswith("."), name
        assert set(terms_in([meaning])) <= TERMS.keys() - {name}, name

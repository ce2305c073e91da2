"""Every claim is complete, and leads to what there is."""

from __future__ import annotations

import pytest

from conclab.lab.catalogue import find
from conclab.lab.claim_catalogue import CHAPTERS, UnknownClaim, claims, claims_by_chapter, find_claim
from conclab.lab.planning import make_plan
from conclab.model.claims import Claim
from conclab.model.glossary import terms_in
from conclab.model.glossary_terms import TERMS
from conclab.sampling.machine import read_facts
from tests.helpers import here


@pytest.mark.parametrize("claim", claims(), ids=lambda claim: str(claim.number))
def test_every_claim_is_complete(claim: Claim) -> None:
    assert claim.chapter in CHAPTERS
    assert 0 < len(claim.title) <= 40
    assert claim.statement.endswith(".")
    assert len(claim.why) > 150
    assert claim.article.endswith(".")
    assert bool(claim.trials) != bool(claim.convention)
    assert set(terms_in([claim.statement, claim.why, claim.article, claim.convention])) <= TERMS.keys()


@pytest.mark.parametrize("claim", claims(), ids=lambda claim: str(claim.number))
def test_its_trials_can_begin_and_know_of_it(claim: Claim) -> None:
    for trial in claim.trials:
        experiment = find(trial.experiment)
        assert claim.number in experiment.claims, f"{experiment.name} does not name claim {claim.number}"
        make_plan(experiment, trial.given, read_facts(), [here()], rounds=trial.rounds, cap_s=trial.cap_s)


def test_claims_come_in_the_order_of_the_article() -> None:
    numbers = [claim.number for claim in claims()]
    assert numbers == sorted(set(numbers))
    assert [claim.number for found in claims_by_chapter().values() for claim in found] == numbers


def test_a_number_without_a_claim_is_told() -> None:
    assert find_claim(34).number == 34
    with pytest.raises(UnknownClaim, match="there is no claim 99"):
        find_claim(99)

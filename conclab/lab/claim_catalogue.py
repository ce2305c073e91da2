"""The claims: every claim file there is, found by looking, in the article's order."""

from __future__ import annotations

import functools
import importlib
import pkgutil

from conclab.lab import claims as folder
from conclab.model.claims import Claim

CHAPTERS = (
    "CPU and cores",
    "Programs",
    "Processes and threads",
    "Which one to use",
    "Native and green threads",
    "Concurrency",
    "Multi-threading",
    "Parallelism",
    "Multi-processing",
    "In the end",
)


class UnknownClaim(ValueError):
    """No claim has that number. The message is one plain sentence."""


@functools.cache
def claims() -> tuple[Claim, ...]:
    """All claims, by their numbers: the ``CLAIM`` of every module below ``lab/claims/<chapter>/``."""
    found: list[Claim] = []
    for chapter in pkgutil.iter_modules(folder.__path__, folder.__name__ + "."):
        if chapter.ispkg:
            package = importlib.import_module(chapter.name)
            for entry in pkgutil.iter_modules(package.__path__, package.__name__ + "."):
                found.append(importlib.import_module(entry.name).CLAIM)
    return tuple(sorted(found, key=lambda claim: claim.number))


def claims_by_chapter() -> dict[str, list[Claim]]:
    """Chapter to its claims, both in the article's order."""
    chapters: dict[str, list[Claim]] = {chapter: [] for chapter in CHAPTERS}
    for claim in claims():
        chapters.setdefault(claim.chapter, []).append(claim)
    return {chapter: found for chapter, found in chapters.items() if found}


def find_claim(number: int) -> Claim:
    """The claim of that number. Raises UnknownClaim."""
    for claim in claims():
        if claim.number == number:
            return claim
    raise UnknownClaim(f"there is no claim {number}; they go from {claims()[0].number} to {claims()[-1].number}")

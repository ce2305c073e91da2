"""From the options of ``conclab claims`` to what is to be done: which claims, and where a report may be written."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from conclab.cli.ending import Trouble
from conclab.lab.claim_catalogue import UnknownClaim, claims, find_claim
from conclab.model.claims import Claim
from conclab.model.text import harmless
from conclab.recording.report import CannotReport, check_report

_NUMBER = re.compile(r"[0-9]{1,6}")
_RANGE = re.compile(r"([0-9]{1,6})[-–]([0-9]{1,6})")


def claims_of(texts: Sequence[str]) -> tuple[Claim, ...]:
    """The claims that are meant by numbers (34), ranges (1-5) and lists of them (1,3,7-9), in the article's order; all without any.

    Raises Trouble.
    """
    if not texts:
        return claims()
    try:
        numbers = {claim.number for text in texts for one in text.split(",") for claim in _meant(one.strip(), text)}
    except UnknownClaim as error:
        raise Trouble(str(error)) from None
    return tuple(claim for claim in claims() if claim.number in numbers)


def _meant(one: str, text: str) -> list[Claim]:
    if _NUMBER.fullmatch(one):
        return [find_claim(int(one))]
    ends = _RANGE.fullmatch(one)
    if ends is None:
        raise Trouble(f"{harmless(text)!r} is no claim: write a number (34) or a range (1-5); `conclab claims --list` shows all")
    low, high = int(ends[1]), int(ends[2])
    if low > high:
        raise Trouble(f"the range {one} is turned round; write {high}-{low}")
    return [find_claim(low), *(claim for claim in claims() if low < claim.number < high), find_claim(high)]


def reports_of(names: Sequence[str]) -> tuple[Path, ...]:
    """The files for reports. Raises Trouble for one that could not be written: now, and not when everything has run."""
    files = [Path(name).expanduser() for name in names]
    for number, file in enumerate(files):
        try:
            check_report(file)
        except CannotReport as error:
            raise Trouble(f"--report: {error}") from None
        if file.absolute() in [other.absolute() for other in files[:number]]:
            raise Trouble(f"--report {harmless(str(file))} is given twice")
    return tuple(files)

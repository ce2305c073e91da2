"""A survey as one JSON object: what ``conclab claims --json`` prints. Versioned by ``schema`` and only ever added to."""

from __future__ import annotations

from typing import Any

from conclab.model.claims import Claim, Finding
from conclab.model.glossary import plain
from conclab.model.machine import Machine
from conclab.model.surveys import ORDER, Column, Survey
from conclab.recording.document import as_json, verdict_of

SCHEMA = 1


def claims_document(
    survey: Survey,
    machine: Machine,
    *,
    complete: bool = True,
    took_s: float | None = None,
    cost_cpu_ns: int | None = None,
    ran_ns: int = 0,
) -> dict[str, Any]:
    """``complete``: it was not ended early. ``took_s`` and ``cost_cpu_ns``: null where nothing was run; ``ran_ns``: of all runs."""
    whole = {
        "schema": SCHEMA,
        "complete": complete,
        "machine": {
            "cores": machine.cores,
            "usable_cores": machine.usable_cores,
            "system": machine.system,
            "kernel": machine.kernel,
        },
        "pythons": [
            {"label": column.label, "path": column.path, "version": column.version, "gil_enabled": column.gil_enabled}
            for column in survey.columns
        ],
        "claims": [_row(survey, claim, column) for claim in survey.claims for column in survey.columns],
        "summary": [{"python": column.label, **_counts(survey, column)} for column in survey.columns],
        "differing": [claim.number for claim in survey.differing()],
        "took_s": took_s,
        "conclab_cost": {
            "cpu_ns": cost_cpu_ns,
            "share_of_one_core": cost_cpu_ns / ran_ns if cost_cpu_ns is not None and ran_ns else None,
        },
    }
    return {key: as_json(value) for key, value in whole.items()}


def _counts(survey: Survey, column: Column) -> dict[str, int]:
    counts = survey.counts(column)
    return {**{standing.value: counts.get(standing, 0) for standing in ORDER}, "not_run": counts.get(None, 0)}


def _row(survey: Survey, claim: Claim, column: Column) -> dict[str, Any]:
    finding, standing = survey.finding(claim, column), survey.standing(claim, column)
    return {
        "claim": claim.number,
        "chapter": claim.chapter,
        "title": claim.title,
        "statement": plain(claim.statement),
        "python": column.label,
        "status": standing.value if standing is not None else None,
        **_found(finding),
        "why": plain(claim.why),
        "article": plain(claim.article),
        "convention": plain(claim.convention) or None,
    }


def _found(finding: Finding | None) -> dict[str, Any]:
    if finding is None:
        return {"parts": [], "lacks": [], "runs": [], "found_s": None, "took_s": None}
    return {
        "parts": [
            {"name": part.name or None, "beside": part.beside, "verdict": verdict_of(part.verdict)} for part in finding.parts
        ],
        "lacks": list(finding.lacks),
        "runs": list(finding.runs),
        "found_s": finding.began_s,
        "took_s": finding.took_s,
    }

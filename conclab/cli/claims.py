"""``conclab claims``: what the article says, run on this machine. Progress on standard error, what is found on standard output."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from conclab.cli.claims_choice import claims_of, reports_of
from conclab.cli.claims_inquiry import Inquiry
from conclab.cli.claims_text import catalogue_lines, chapter_lines, finding_lines, table_lines
from conclab.cli.ending import Stopped, Trouble
from conclab.cli.output import dim, paint, print_json
from conclab.cli.request import pythons_of
from conclab.lab.interpreters import NoInterpreter, own
from conclab.model import figures
from conclab.model.claims import Claim, Finding
from conclab.model.experiments import Interpreter
from conclab.model.glossary import plain
from conclab.model.machine import Machine
from conclab.model.surveys import Survey, survey_of
from conclab.recording.claims_document import claims_document
from conclab.recording.findings import Findings
from conclab.recording.report import CannotReport, write_report
from conclab.recording.report_words import python_name
from conclab.sampling.machine import read_facts


@dataclass(frozen=True)
class _Order:
    """What was asked for, checked."""

    claims: tuple[Claim, ...]
    pythons: Sequence[Interpreter]
    machine: Machine
    findings: Findings
    reports: Sequence[Path]
    asked: argparse.Namespace

    @property
    def full(self) -> bool:
        """Whether each claim is told with all that it rests on: those that were asked for by their numbers."""
        return bool(self.asked.ids)


def command(asked: argparse.Namespace) -> int:
    """Exit status 0 whatever is found; 1 when a run failed in itself or a report could not be written; 2 for wrong input."""
    chosen = claims_of(asked.ids)
    if asked.list:
        return _list(asked, chosen)
    if asked.tui:
        _only(
            asked,
            "--tui",
            "opens Learn, where reports and Pythons are chosen by keys",
            "json",
            "reports",
            "pythons",
            "kept",
            "no_keep",
        )
        from conclab.cli.lab import open_lab

        return open_lab("learn")
    if asked.kept:
        _only(asked, "--kept", "shows what was found before and runs nothing", "no_keep", "seed")
    reports = reports_of(asked.reports)
    try:
        pythons = pythons_of(asked.pythons)
    except NoInterpreter as error:
        raise Trouble(str(error)) from None
    machine = read_facts()
    findings = Findings(machine.usable_cores)
    order = _Order(chosen, pythons, machine, findings, reports, asked)
    return _kept(order) if asked.kept else _run(order)


def _only(asked: argparse.Namespace, option: str, does: str, *others: str) -> None:
    """Options that make no sense together. Raises Trouble."""
    given = [name for name in others if getattr(asked, name)]
    if given:
        written = {"reports": "--report", "pythons": "--python", "no_keep": "--no-keep"}.get(given[0], f"--{given[0]}")
        raise Trouble(f"{option} {does}; it does not go with {written}")


def _list(asked: argparse.Namespace, chosen: Sequence[Claim]) -> int:
    _only(asked, "--list", "shows the claims and runs nothing", "reports", "pythons", "kept", "no_keep", "seed", "tui")
    if asked.json:
        rows = [
            {
                "claim": claim.number,
                "chapter": claim.chapter,
                "title": claim.title,
                "statement": plain(claim.statement),
                "experiments": list(dict.fromkeys(trial.experiment for trial in claim.trials)),
            }
            for claim in chosen
        ]
        print_json({"schema": 1, "claims": rows})
    else:
        print("\n".join(catalogue_lines(chosen)))
    return 0


def _kept(order: _Order) -> int:
    latest = order.findings.latest()
    if order.findings.problem:
        raise Trouble(order.findings.problem, status=1)
    survey = survey_of(
        order.claims, [finding for found in latest.values() for finding in found], order.pythons if order.asked.pythons else ()
    )
    if not any(claim.trials for claim in order.claims) and not survey.columns:
        survey = survey_of(order.claims, (), [own()])  # conventions need no run
    if not survey.found and any(claim.trials for claim in order.claims) and not order.asked.json:
        which = "of these claims " if order.full else ""
        raise Trouble(f"nothing {which}has been found yet on this machine and its usable cores; `conclab claims` runs them")
    if order.asked.json:
        print_json(claims_document(survey, order.machine))
    else:
        for number, column in enumerate(survey.columns):
            if len(survey.columns) > 1:
                print(("\n" if number else "") + paint(python_name(column), "bold", "cyan"))
            printed = _Printed(order.full, why=not number)
            for claim in order.claims:
                finding = survey.finding(claim, column)
                if finding is not None:
                    printed.add(claim, finding)
        _print_end(survey, order.machine, None)
    return _write(order.reports, survey, order.machine)


def _run(order: _Order) -> int:
    by_number = {claim.number: claim for claim in order.claims}
    printed: dict[str, _Printed] = {}

    def tell(finding: Finding) -> None:
        if order.asked.json:
            return
        python = finding.conditions.python
        if python not in printed:
            if len(order.pythons) > 1:
                print(("\n" if printed else "") + paint(f"Python {finding.conditions.label}", "bold", "cyan"))
            printed[python] = _Printed(order.full, why=not printed)
        printed[python].add(by_number[finding.number], finding)

    began = time.monotonic()
    inquiry = Inquiry(
        order.claims, order.machine, order.pythons, order.findings, keep=not order.asked.no_keep, seed=order.asked.seed, tell=tell
    )
    stopped: Stopped | None = None
    try:
        inquiry.run()
    except Stopped as signalled:
        stopped = signalled
    took_s = time.monotonic() - began
    survey = survey_of(order.claims, inquiry.found, order.pythons)
    if order.asked.json:
        told = claims_document(
            survey,
            order.machine,
            complete=stopped is None,
            took_s=took_s,
            cost_cpu_ns=inquiry.cost_cpu_ns,
            ran_ns=inquiry.ran_ns,
        )
        print_json(told)
    else:
        _print_end(survey, order.machine, took_s)
    status = _write(order.reports, survey, order.machine)
    if stopped is not None:
        sys.stdout.flush()
        raise stopped
    for failure in inquiry.failed:
        print(f"conclab: {failure}", file=sys.stderr)
    return 1 if inquiry.failed else status


class _Printed:
    """What one Python found, as it comes. ``why`` it is so is the same under every Python, and told under the first."""

    def __init__(self, full: bool, why: bool) -> None:
        self._full = full
        self._why = why
        self._chapter = ""

    def add(self, claim: Claim, finding: Finding) -> None:
        heading = chapter_lines(claim.chapter, self._chapter)
        lines = (heading[-1:] if self._full else heading) + finding_lines(claim, finding, self._full, self._why)
        self._chapter = claim.chapter
        print("\n".join([*lines, ""] if self._full else lines), flush=True)


def _print_end(survey: Survey, machine: Machine, took_s: float | None) -> None:
    """What it comes to."""
    several = len(survey.columns) > 1
    if several:
        print("\n" + "\n".join(table_lines(survey)))
    print()
    for column in survey.columns:
        print(f"{paint(python_name(column), 'bold')}: {survey.summary(column)}")
    usable = f"{figures.cores(machine.usable_cores)} usable {'core' if machine.usable_cores == 1 else 'cores'}"
    print(paint(usable if took_s is None else f"{usable} · {figures.duration(took_s * 1e9)}", "dim"))


def _write(reports: Sequence[Path], survey: Survey, machine: Machine) -> int:
    status = 0
    for file in reports:
        try:
            write_report(file, survey, machine)
        except CannotReport as error:
            print(f"conclab: --report: {error}", file=sys.stderr)
            status = 1
        else:
            print(dim(f"report: {file}"), file=sys.stderr)
    return status

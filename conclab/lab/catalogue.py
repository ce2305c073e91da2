"""The catalogue: every experiment file there is, found by looking, in the order of its chapter and place."""

from __future__ import annotations

import difflib
import functools
import importlib
import pkgutil

from conclab.lab import experiments
from conclab.model.experiments import Experiment

CHAPTERS = (
    "Parallelism",
    "Concurrency",
    "Processes and threads",
    "Memory and messages",
    "Locks and races",
    "Scheduling",
    "Other languages",
)


class UnknownExperiment(ValueError):
    """No experiment has that name. The message is one plain sentence."""


def _order(experiment: Experiment) -> tuple[int, str, int, str]:
    known = experiment.chapter in CHAPTERS
    number = CHAPTERS.index(experiment.chapter) if known else len(CHAPTERS)
    return number, experiment.chapter, experiment.place, experiment.title


@functools.cache
def catalogue() -> tuple[Experiment, ...]:
    """All experiments: the ``EXPERIMENT`` of every module below ``lab/experiments/<chapter>/``."""
    found: list[Experiment] = []
    for chapter in pkgutil.iter_modules(experiments.__path__, experiments.__name__ + "."):
        if chapter.ispkg:
            package = importlib.import_module(chapter.name)
            for entry in pkgutil.iter_modules(package.__path__, package.__name__ + "."):
                found.append(importlib.import_module(entry.name).EXPERIMENT)
    return tuple(sorted(found, key=_order))


def by_chapter() -> dict[str, list[Experiment]]:
    """Chapter to its experiments, both in their order."""
    chapters: dict[str, list[Experiment]] = {}
    for experiment in catalogue():
        chapters.setdefault(experiment.chapter, []).append(experiment)
    return chapters


def find(name: str) -> Experiment:
    """The experiment of that name. Raises UnknownExperiment, with a guess at what was meant."""
    for experiment in catalogue():
        if experiment.name == name:
            return experiment
    close = difflib.get_close_matches(name, [experiment.name for experiment in catalogue()], n=1)
    hint = f"did you mean {close[0]}?" if close else "`conclab list` shows all"
    raise UnknownExperiment(f"there is no experiment {name!r}; {hint}")

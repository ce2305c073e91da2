"""What Learn says in passing: what to do next, what a run takes, how far one is."""

from __future__ import annotations

from conclab.lab.catalogue import UnknownExperiment, find
from conclab.model import figures
from conclab.model.claims import Claim
from conclab.model.text import harmless
from conclab.recording.learning import Learning

ASKING = "Asking the chosen Pythons what they are …"


def hint(learning: Learning, claim: Claim, found: bool, pythons: int) -> str:
    """What to do next with a claim, in a sentence; empty: its page says it all."""
    if claim.number in learning.waiting:
        return "It begins as soon as the run in the Lab is over." if learning.waits_for_lab else "It waits for its turn."
    if found or not claim.trials:
        return ""
    again = "It was stopped before anything was decided. " if learning.stopped else ""
    invitation = "Now run it" if learning.guess_of(claim) is not None else "What do you think? Guess, then run it"
    return f"{again}{invitation}: {what_it_takes(claim, pythons)}"


def what_it_takes(claim: Claim, pythons: int = 1) -> str:
    """Which experiments are run for it, and for how long at most."""
    titles = []
    for trial in claim.trials:
        try:
            titles.append(f"“{find(trial.experiment).title}”")
        except UnknownExperiment:
            titles.append(trial.experiment)
    seconds = sum(trial.cap_s for trial in claim.trials) * pythons
    return f"{' and '.join(dict.fromkeys(titles))}, some {figures.count(seconds)} seconds at most."


def stands(learning: Learning, several: bool) -> tuple[str, ...]:
    """What is run, how far it is, and how long it will still take, in its parts; none while nothing is.

    ``several``: under more than one Python.
    """
    claim = learning.now
    if not learning.on:
        return ()
    if learning.waits_for_lab or claim is None:
        return ("waits for the run in the Lab",)
    parts = [f"{claim.number} {claim.title}"]
    if several and learning.python is not None:
        parts.append(f"on {harmless(learning.python.label)}")
    if learning.trial is not None and learning.trial[1] > 1:
        parts.append(f"trial {learning.trial[0]} of {learning.trial[1]}")
    done, steps = learning.progress
    if steps > 1:
        parts.append(f"run {min(done + 1, steps)} of {steps}")
    left = max(1, round(learning.seconds_left()))
    return (*parts, f"{figures.duration(left * 1e9) if left >= 100 else f'{left} s'} left")

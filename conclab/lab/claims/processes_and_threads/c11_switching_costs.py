"""Claim 11: switching between processes costs more than between threads."""

from __future__ import annotations

from conclab.lab.experiments.scheduling.context_switch import judge
from conclab.model.claims import Claim, Trial, alone

CLAIM = Claim(
    number=11,
    title="switching processes costs more",
    chapter="Processes and threads",
    statement="Switching from one process to another costs more than switching between threads of one process.",
    why=(
        "For every {context switch} the {kernel} saves the registers of one {task} and loads those of the next. Between processes "
        "it changes the {address space} too. That used to empty the table in which a {core} keeps where memory is; today's "
        "processors mark its entries with their owner, so little is lost. In Python the two sides also run the {interpreter}, and "
        "threads have to hand over the {GIL} as well, which may cost as much as what is compared. What remains is often too little "
        "to be told from nothing, and then this stays open."
    ),
    article="The article says what textbooks say. On today's processors the difference is small, and Python's own part hides it.",
    trials=(Trial("context-switch"),),
    judge=alone(judge),
    drawing="run-queue",
)

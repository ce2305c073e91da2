"""Claim 17: processes pickle their results."""

from __future__ import annotations

from conclab.lab.experiments.memory_and_messages.results_pickled import judge
from conclab.model.claims import Claim, Trial, alone

CLAIM = Claim(
    number=17,
    title="processes pickle their results",
    chapter="Which one to use",
    statement="Processes have to pickle what they return so that it can be put together, and that takes time.",
    why=(
        "What a {process} has computed lies in its own {address space}, where nobody else can see it. So multiprocessing turns it "
        "into bytes ({pickling}), writes them into a {pipe}, and makes new objects of them at the other end. A {thread} hands over "
        "a reference to what lies in the memory of both. The price grows with what is returned; for one number it is next to "
        "nothing beside starting the process."
    ),
    article="The article is right about what multiprocessing does by itself. {shared memory|shared memory} goes without pickling.",
    trials=(Trial("results-pickled"),),
    judge=alone(judge),
    drawing="pipe",
)

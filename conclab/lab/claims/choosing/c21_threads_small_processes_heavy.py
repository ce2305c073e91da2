"""Claim 21: threads are for small tasks, processes for heavy ones."""

from __future__ import annotations

from conclab.model.claims import Claim

CLAIM = Claim(
    number=21,
    title="threads for small, processes for heavy",
    chapter="Which one to use",
    statement="Threads are mostly used for small tasks, and processes for heavy ones, such as running an application.",
    why=(
        "To the {kernel} both are {tasks|task}, and neither is small or heavy: a {thread} may compute for days, and a {process} "
        "may end at once. What differs is what they share and what it costs to make one. So threads are taken where much is shared "
        "and many are needed, and processes where something should be kept apart: another program, another user's data, something "
        "that may crash, and in Python whatever wants a core for itself beside the {GIL}."
    ),
    article=(
        "As a custom it is well put. How heavy the work is does not decide it, though: what is to be shared and kept apart does."
    ),
    convention=(
        "What people usually do cannot be measured. Its reasons can: claim 10 has what each costs to start here, claims 8 and 14 "
        "what they share, and claim 18 what heavy work needs in Python."
    ),
    drawing="address-spaces",
)

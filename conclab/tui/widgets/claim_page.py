"""The page of a claim. A click on it does what was clicked and leaves the keys to the list."""

from __future__ import annotations

from typing import ClassVar

from conclab.tui.widgets.lines import LinesView


class ClaimPage(LinesView):
    """Lines that one reads and clicks on; with Tab one gets there to scroll."""

    FOCUS_ON_CLICK: ClassVar[bool] = False

    def __init__(self) -> None:
        super().__init__(id="page")

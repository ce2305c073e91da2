"""The catalogue: experiments by chapter, each with a mark for what it found in this session."""

from __future__ import annotations

from collections.abc import Mapping

from rich.text import Text
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from conclab.lab.catalogue import by_chapter
from conclab.model.experiments import Experiment
from conclab.model.verdicts import GLYPHS, Status
from conclab.tui.renderables.blocks import style
from conclab.tui.renderables.verdict import status_colour
from conclab.tui.theme import Palette, palette_for


class Catalogue(OptionList):
    """Moving the cursor chooses an experiment."""

    DEFAULT_CSS = """
    Catalogue {
        background: $background;
        border: solid $line;
        border-title-color: $primary;
        border-subtitle-color: $dim;
        padding: 0 1;
        scrollbar-size-vertical: 1;
        text-wrap: nowrap;
        text-overflow: ellipsis;
    }
    Catalogue:focus { border: solid $primary 60%; background: $background; background-tint: $background 0%; }
    Catalogue > .option-list--option { padding: 0; }
    Catalogue > .option-list--option-disabled { color: $foreground; text-style: bold; }
    Catalogue > .option-list--option-highlighted { background: $cursor; color: $foreground; text-style: bold; }
    Catalogue:focus > .option-list--option-highlighted { background: $cursor; color: $primary; text-style: bold; }
    """

    class Chosen(Message):
        """The cursor came to rest on an experiment."""

        def __init__(self, experiment: Experiment) -> None:
            super().__init__()
            self.experiment = experiment

    def __init__(self) -> None:
        super().__init__(id="catalogue")
        self.border_title = "Experiments"
        self._experiments: dict[str, Experiment] = {}
        self._found: Mapping[str, Status] = {}
        self._palette: Palette | None = None
        for chapter, experiments in by_chapter().items():
            self.add_option(Option(Text(chapter), disabled=True))
            for experiment in experiments:
                self._experiments[experiment.name] = experiment
                self.add_option(Option(Text(f"  {experiment.title}"), id=experiment.name))

    def on_mount(self) -> None:
        self.action_first()

    @property
    def experiment(self) -> Experiment:
        """The one under the cursor."""
        option = self.highlighted_option
        name = option.id if option is not None and option.id else next(iter(self._experiments))
        return self._experiments[name]

    def choose(self, name: str) -> None:
        """Move the cursor to an experiment, if the catalogue has it."""
        if name in self._experiments:
            self.highlighted = self.get_option_index(name)

    def mark(self, found: Mapping[str, Status]) -> None:
        """Show what was found, by experiment."""
        palette = palette_for(self.app.current_theme)
        for name, status in found.items():
            if name in self._experiments and (self._found.get(name) != status or palette is not self._palette):
                colour = style(status_colour(status, palette))
                prompt = Text.assemble((f"{GLYPHS[status]} ", colour), self._experiments[name].title)
                self.replace_option_prompt(name, prompt)
        self._found, self._palette = dict(found), palette
        if found:
            self.border_subtitle = f"{len(found)} of {len(self._experiments)} run"

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        if event.option.id:
            self.post_message(self.Chosen(self._experiments[event.option.id]))

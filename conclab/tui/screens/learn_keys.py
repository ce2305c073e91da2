"""The keys of Learn. Help, footer and command palette are made from this list."""

from __future__ import annotations

from textual.binding import Binding, BindingType

from conclab.tui.commands import FINDING, LOOKING, MOVING


def _key(keys: str, act: str, title: str, meaning: str, group: Binding.Group | None = None, show: bool = True) -> Binding:
    """Its id is the action's, unless that is another room's."""
    name = title.lower().replace(" ", "_") if act.startswith("app.") or "(" in act else act
    shown = {"enter,f5": "Enter", "slash,f3": "/"}.get(keys)
    return Binding(keys, act, title, show=show, key_display=shown, tooltip=meaning, id=f"learn.{name}", group=group)


KEYS: list[BindingType] = [
    _key("enter,f5", "run", "Run", "Try the chosen claim on this machine"),
    _key("escape", "stop", "Stop", "Stop what is run; without that, step back"),
    _key("w", "watch", "Watch", "See its run in the Lab; begin it, if it is not on"),
    _key("n", "next", "Next", "The next claim"),
    _key("g", "guess", "Guess", "Guess before you run it: holds, fails, depends"),
    _key("a", "all", "Run all", "Run all claims that have not been run here"),
    _key("p", "pythons", "Pythons", "Which Pythons claims are run under"),
    _key("t", "glossary", "Glossary", "What the words mean, those of this claim first"),
    _key("slash,f3", "search", "Find", "Show only claims that hold a text", FINDING),
    _key("r", "report", "Report", "Write all that was found into a file to share"),
    _key("ctrl+p", "app.command_palette", "Commands", "Find any command by its name"),
    _key("e", "explain", "Why", "Why it is so, without running it", LOOKING, show=False),
    _key("o", "open", "Open run", "Its kept run, at any moment of it; while it runs: its output otherwise", LOOKING, show=False),
    _key("h", "next_chart", "Next chart", "While it runs and charts are shown: the next one", LOOKING, show=False),
    _key("space", "scroll", "Scroll", "The page on; from its end to its beginning", MOVING, show=False),
    _key("tab", "next_pane(1)", "Next pane", "Move on to the next pane", MOVING, show=False),
    _key("shift+tab", "next_pane(-1)", "Previous pane", "Move back", MOVING, show=False),
    _key("l,ctrl+g", "app.go('lab')", "Lab", "The experiments", show=False),
    _key("m", "app.go('monitor')", "Monitor", "The machine and its processes", show=False),
]

"""The footer: which keys do something here and now. One line, drawn from the screen's active bindings; a click works too.

Textual's own Footer makes a widget for every key and leaks them at each refresh (measured: 100 live ones per 100 refreshes).
"""

from __future__ import annotations

from textual.app import App
from textual.binding import Binding
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

from conclab.tui.renderables.blocks import Line, action, style
from conclab.tui.theme import palette_for


def key_name(app: App[object], binding: Binding) -> str:
    """F5, Esc, Tab, ^p, and letters as they are typed."""
    shown = app.get_key_display(binding)
    return shown.capitalize() if len(shown) > 1 and shown.isalnum() else shown


def declared_keys(screen: Screen[object]) -> list[tuple[str, str]]:
    """(key, what it does) of every binding of ours that can be used on a screen now; Textual's own are left out."""
    ours = {
        (entry.action, entry.description)
        for node in {active.node for active in screen.active_bindings.values()}
        for kind in type(node).__mro__
        if kind.__module__.startswith("conclab.")
        for entry in vars(kind).get("BINDINGS", ())
        if isinstance(entry, Binding)
    }
    found: dict[str, str] = {}
    for active in screen.active_bindings.values():
        binding: Binding = active.binding
        if (binding.action, binding.description) in ours:
            found.setdefault(key_name(screen.app, binding), active.tooltip or binding.description)
    return list(found.items())


class KeyBar(Widget):
    """One line of keys."""

    DEFAULT_CSS = """
    KeyBar { height: 1; dock: bottom; background: $bar; }
    """

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, self._changed)

    def _changed(self, _screen: Screen[object]) -> None:
        self.refresh()

    def _keys(self) -> list[tuple[str, str, str, bool]]:
        """(key, description, action, enabled) of what is to be shown, in the order of declaration, each action once."""
        found: dict[str, tuple[str, str, str, bool]] = {}
        for active in self.screen.active_bindings.values():
            binding: Binding = active.binding
            if binding.show and binding.description and binding.action not in found:
                namespace = "app" if active.node is self.app else "screen"
                name = binding.action if "." in binding.action else f"{namespace}.{binding.action}"
                found[binding.action] = (key_name(self.app, binding), binding.description, name, active.enabled)
        classes = [kind for kind in type(self.screen).__mro__ if "BINDINGS" in vars(kind)]
        declared = [entry.action for kind in classes for entry in vars(kind)["BINDINGS"] if isinstance(entry, Binding)]
        ordered = sorted(found, key=lambda name: declared.index(name) if name in declared else len(declared))
        last = [name for name in ordered if found[name][1] in ("Help", "Quit")]
        return [found[name] for name in ordered if name not in last] + [found[name] for name in last]

    def render_line(self, y: int) -> Strip:
        palette = palette_for(self.app.current_theme)
        keys = self._keys()
        while len(keys) > 2 and sum(len(key) + len(text) + 3 for key, text, _, _ in keys) > self.size.width:
            keys.pop(-3)  # the last two are help and quit: they stay
        cap = style("#0b0f15" if self.app.current_theme.dark else "#ffffff", palette.title, bold=True)
        line = Line()
        for key, text, name, enabled in keys:
            click = action(name)
            line.add(f" {key} ", (cap if enabled else style(palette.dim, palette.cursor)) + click)
            line.add(f"{text} ", style(palette.text if enabled else palette.dim) + click)
        return line.strip(self.size.width).apply_style(self.rich_style)

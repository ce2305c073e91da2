"""The hands of a demo: what somebody would do at the keyboard, in the Lab's form and everywhere else, at their pace."""

from __future__ import annotations

import unicodedata
from collections.abc import Awaitable, Callable

from textual.keys import REPLACED_KEYS, _character_to_key, _get_unicode_name_from_key
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Input, Select

from conclab.demos.stagehand import DemoApp
from conclab.lab.catalogue import UnknownExperiment, find
from conclab.model.experiments import Kind
from conclab.model.settings import did_you_mean
from conclab.model.text import harmless
from conclab.tui.commands import HasMore
from conclab.tui.keymap import usable_key
from conclab.tui.screens.lab import LabScreen
from conclab.tui.screens.learn import LearnScreen
from conclab.tui.screens.place import Place
from conclab.tui.widgets.catalogue import Catalogue
from conclab.tui.widgets.form import EXACT, PYTHON, REPETITIONS, SAMPLED, TRACE, Form

LETTER_S, KEY_S = 0.12, 0.5
"""Between two letters, and between two keys."""
_MOST_STEPS_BACK = 5
_PATIENCE = 40
"""Looks at an app that has to come to rest."""

Wait = Callable[[float], Awaitable[None]]
"""Lets seconds pass, at the demo's pace."""


class Clumsy(Exception):
    """It cannot be done here. The message says what was expected and what was there; whoever plays adds where in the script."""


def free_threaded(pythons: dict[str, str]) -> str | None:
    """The label of a Python without the GIL, by what its name promises; None: there is none."""
    return next((label for label in pythons if label[:1].isdigit() and label.endswith("t")), None)


def with_gil(pythons: dict[str, str]) -> str | None:
    """The label of a Python with the GIL: the same version as the one without, if there are both, so that they can be compared."""
    every = [label for label in pythons if label[:1].isdigit() and not label.endswith("t")]
    twin = (free_threaded(pythons) or "").removesuffix("t")
    return twin if twin in every else every[0] if every else None


class Hands:
    """``wait`` lets time pass."""

    def __init__(self, app: DemoApp, pilot: Pilot[None], wait: Wait) -> None:
        self._app = app
        self._pilot = pilot
        self._wait = wait

    async def settle(self) -> None:
        """Until everything that was asked for is done and drawn."""
        for _ in range(_PATIENCE):
            await self._pilot.pause()
            if not self._app.typing:
                return

    # Keys

    async def press(self, key: str, after_s: float = KEY_S) -> None:
        """A key, by Textual's name or as it is written."""
        name = _character_to_key(key) if len(key) == 1 and not key.isalnum() else key
        if len(key) > 1 and usable_key(name) is None:
            raise Clumsy(f"there is no key “{harmless(key)}”")
        self._app.play_key(name, _character(key, name))
        await self.settle()
        await self._wait(after_s)

    async def type(self, text: str) -> None:
        """A text, letter by letter."""
        for letter in text:
            await self.press(letter, LETTER_S)

    # Places

    async def go(self, name: str) -> None:
        """To a place, by the key that leads there; out of whatever stands before the place where one is first."""
        for _ in range(_MOST_STEPS_BACK):
            if isinstance(self._app.screen, Place):
                break
            await self.press("escape")
        place = self._app.screen
        if not isinstance(place, Place):
            raise Clumsy(f"{name} cannot be gone to: {type(place).__name__} stays in front")
        if name == place.NAME:
            return
        key = self._key_of(place, f"app.go('{name}')")
        if key is not None:
            await self.press(key)
        else:
            self._app.action_go(name)
        await self.settle()
        front = self._app.screen
        if not isinstance(front, Place) or name != front.NAME:
            raise Clumsy(f"the {name} should be in front now, and {type(front).__name__} is")

    def _key_of(self, screen: Screen[None], action: str) -> str | None:
        focused = self._app.focused
        for key, active in screen.active_bindings.items():
            if active.binding.action == action and active.enabled:
                character = _character(key, key)
                if focused is None or not focused.check_consume_key(key, character):
                    return key
        return None

    # What is run

    async def choose(self, name: str) -> None:
        """An experiment in the Lab, a claim in Learn; by the command that the palette has for it."""
        place = self._app.screen
        if isinstance(place, LabScreen):
            try:
                title = f"Choose: {find(name).title}"
            except UnknownExperiment as error:
                raise Clumsy(str(error)) from None
        elif isinstance(place, LearnScreen):
            title = f"Claim {name}: "
        else:
            raise Clumsy(f"“{name}” can be chosen in the Lab and in Learn only; go there before")
        assert isinstance(place, HasMore)
        call = next((call for said, _meaning, call in place.more_commands() if said.startswith(title)), None)
        if call is None:
            raise Clumsy(f"there is no claim “{name}”; take a number, `conclab claims --list` shows all")
        call()
        for _ in range(_PATIENCE):
            await self.settle()
            if not isinstance(place, LabScreen) or self._form.experiment is find(name):
                break
        await self._wait(KEY_S)

    @property
    def _form(self) -> Form:
        if not isinstance(self._app.screen, LabScreen):
            raise Clumsy("fields can be set in the Lab only; go there before")
        return self._app.screen.query_one(Form)

    async def fill(self, name: str, value: str) -> None:
        """A field of the form."""
        form = self._form
        assert isinstance(self._app.screen, LabScreen)
        self._app.screen.turn_page(results=False)
        experiment = form.experiment
        names = [*(one.name for one in experiment.parameters), PYTHON, REPETITIONS, TRACE] if experiment is not None else []
        if name not in names:
            raise Clumsy(f"the form has no field “{harmless(name)}”{did_you_mean(name, names)}; it has {', '.join(names)}")
        entry = form.query_one(f"#field-{name}")
        entry.focus()
        await self.settle()
        await self._wait(KEY_S)
        if isinstance(entry, Input):
            entry.select_all()
            await self.type(value)
        elif isinstance(entry, Select):
            entry.value = self._choice(form, name, value)
        await self.settle()
        if name in form.wrong:
            raise Clumsy(f"{name} = {harmless(value)}: {form.wrong[name]}")
        await self._wait(KEY_S)

    async def leave_form(self) -> None:
        """Letters are keys again."""
        self._app.screen.query_one(Catalogue).focus()
        await self.settle()

    def _choice(self, form: Form, name: str, value: str) -> str:
        """What the field calls it. The Pythons are chosen by what they are or by their version."""
        if name == PYTHON:
            pythons = form.pythons
            label = {"free-threaded": free_threaded, "gil": with_gil}.get(value, lambda _pythons: value)(pythons)
            if label not in pythons:
                raise Clumsy(f"there is no Python “{harmless(value)}” here; there are {', '.join(pythons)}")
            return pythons[label]
        assert form.experiment is not None
        choices = [SAMPLED, EXACT] if name == TRACE else []
        choices += [
            choice for one in form.experiment.parameters if one.name == name and one.kind is Kind.CHOICE for choice in one.choices
        ]
        if value not in choices:
            raise Clumsy(f"{name} cannot be “{harmless(value)}”; take one of {', '.join(choices)}")
        return value


def _character(key: str, name: str) -> str | None:
    """The sign that a key writes, as Textual's pilot finds it; None: none."""
    if len(key) == 1:
        return key
    try:
        return unicodedata.lookup(_get_unicode_name_from_key(REPLACED_KEYS.get(name, name)))
    except KeyError:
        return None

"""The form of the chosen experiment, made from its declaration: wrong values are marked where they stand."""

from __future__ import annotations

from collections.abc import Mapping

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Button, Input, Label, Select

from conclab.lab.planning import MOST_ROUNDS, check_value
from conclab.model.experiments import Experiment, Kind, Parameter, Value
from conclab.model.machine import Machine
from conclab.model.runs import Plan

REPETITIONS = "repetitions"
PYTHON = "python"
TRACE = "trace"
SAMPLED, EXACT = "sampled", "exact"


class Form(VerticalScroll, can_focus=False):
    """Fields, then Run, Stop and Compare."""

    DEFAULT_CSS = """
    Form {
        background: $background;
        border: solid $line;
        border-title-color: $primary;
        border-subtitle-color: $dim;
        padding: 0 1;
        scrollbar-size-vertical: 1;
    }
    Form:focus-within { border: solid $primary 60%; }
    Form > .field { height: 1; }
    Form > .field > Label.name { width: 13; color: $foreground; }
    Form > .field > Label.hint { width: 9; color: $dim; padding: 0 0 0 1; text-wrap: nowrap; text-overflow: ellipsis; }
    Form > .field > Input, Form > .field > Select { width: 1fr; background: $field; }
    Form > .field > Input { padding: 0 1; }
    Form > .field > Select > SelectCurrent { background: $field; padding: 0 1; }
    Form > .field.-wrong > Input { background: $error 35%; }
    Form > .field.-wrong > Label.hint { color: $error; text-style: bold; }
    Form > .trouble { width: 100%; height: auto; color: $error; display: none; }
    Form > .trouble.-shown { display: block; }
    Form > .question { width: 100%; height: auto; color: $dim; text-style: italic; margin: 0 0 1 0; }
    Form > .lack { text-style: none; margin: 0; }
    Form > .buttons { height: 1; margin: 1 0 0 0; }
    Form > .buttons > Button { width: 1fr; margin: 0 1 0 0; min-width: 6; background: $field; }
    Form > .buttons > Button#run { background: $success; color: $ink; text-style: bold; }
    Form > .buttons > Button#run:disabled { background: $field; color: $dim; text-opacity: 100%; }
    Form > .buttons > Button#compare { margin: 0; }
    """

    class Pressed(Message):
        """A button was pressed: run, stop or compare."""

        def __init__(self, what: str) -> None:
            super().__init__()
            self.what = what

    class Judged(Message):
        """The values became right or wrong."""

    def __init__(self, machine: Machine, pythons: Mapping[str, str], exact_lack: str = "") -> None:
        """``exact_lack``: why no run can be traced here; empty: it can."""
        super().__init__(id="form")
        self._exact_lack = exact_lack
        self._trace = SAMPLED
        self._machine = machine
        self._pythons = dict(pythons)
        self._experiment: Experiment | None = None
        self._texts: dict[str, dict[str, str]] = {}
        self._python = next(iter(self._pythons.values()))
        self._repetitions = ""
        self._live = False
        self.wrong: dict[str, str] = {}

    def compose(self) -> ComposeResult:
        yield Label("", classes="trouble", markup=False)
        with Horizontal(classes="buttons"):
            yield Button("▶ Run", id="run", compact=True)
            yield Button("■ Stop", id="stop", compact=True, disabled=True)
            yield Button("Compare", id="compare", compact=True)

    @property
    def experiment(self) -> Experiment | None:
        return self._experiment

    @property
    def python(self) -> str:
        """Path of the chosen interpreter."""
        return self._python

    @property
    def traced(self) -> bool:
        """Whether every switch is to be traced (exact mode)."""
        return self._trace == EXACT

    @property
    def repetitions(self) -> int | None:
        """How many the user wants exactly; None: as many as it takes."""
        return int(self._repetitions) if self._repetitions and REPETITIONS not in self.wrong else None

    def given_for(self, experiment: Experiment) -> dict[str, str]:
        """What differs from an experiment's defaults, as typed; also when its fields are not shown."""
        return dict(self._texts.get(experiment.name, {}))

    @property
    def given(self) -> dict[str, str]:
        """What differs from the defaults of the experiment shown."""
        return self.given_for(self._experiment) if self._experiment else {}

    @property
    def pythons(self) -> dict[str, str]:
        """Label to path of the interpreters that can be chosen."""
        return dict(self._pythons)

    async def take_over(self, plan: Plan) -> None:
        """Show the values of a plan that was made elsewhere (``conclab run --tui``), its Pythons among the choices."""
        for python in plan.pythons:
            if python.path not in self._pythons.values():
                name = python.label if python.label not in self._pythons else python.path
                self._pythons[name] = python.path
        self._python = plan.pythons[0].path
        self._repetitions = str(plan.rounds) if plan.exact_rounds else ""
        self._trace = EXACT if plan.traced else SAMPLED
        self._texts[plan.experiment.name] = {
            parameter.name: str(plan.values[parameter.name])
            for parameter in plan.experiment.parameters
            if plan.values[parameter.name] != parameter.default_for(plan.machine, plan.values)
        }
        self._experiment = None  # so that its fields are made anew
        await self.ask(plan.experiment)

    async def ask(self, experiment: Experiment) -> None:
        """Show the fields of an experiment; what was typed for it before is kept."""
        if experiment is self._experiment:
            return
        self._experiment = experiment
        self.border_title = experiment.title
        async with self.batch():
            await self.query(".field, .question").remove()
            rows: list[Label | Horizontal] = [Label(experiment.question, classes="question", markup=False)]
            values = self._values()
            for parameter in experiment.parameters:
                rows.append(self._row(parameter, values))
            rows.append(self._python_row())
            rows.append(self._repetitions_row())
            rows.append(self._trace_row())
            if self._exact_lack:
                rows.append(Label(f"exact: {self._exact_lack}", classes="question lack", markup=False))
            await self.mount_all(rows, before=self.query_one(".trouble"))
        self._judge()
        self.scroll_home(animate=False)

    def _values(self) -> dict[str, Value]:
        """The values as they stand; where one is wrong, its default, so that the others can still be judged."""
        assert self._experiment is not None
        texts = self.given
        values: dict[str, Value] = {}
        for parameter in self._experiment.parameters:
            text = texts.get(parameter.name)
            wrong = text is not None and check_value(self._experiment, parameter.name, text, self._machine, values)
            default = parameter.default_for(self._machine, values)
            values[parameter.name] = default if text is None or wrong else parameter.parse(text, self._machine, values)
        return values

    def _row(self, parameter: Parameter, values: dict[str, Value]) -> Horizontal:
        assert self._experiment is not None
        text = self.given.get(parameter.name, str(values[parameter.name]))
        owner = self._experiment.name
        entry: Input | Select[str]
        if parameter.kind is Kind.CHOICE:
            options = [(choice, choice) for choice in parameter.choices]
            entry = Select(options, value=text, allow_blank=False, compact=True, id=f"field-{parameter.name}", name=owner)
        else:
            entry = Input(text, compact=True, id=f"field-{parameter.name}", name=owner, select_on_focus=False)
        entry.tooltip = parameter.help
        name = Label(parameter.name.replace("_", " "), classes="name", markup=False)
        return Horizontal(name, entry, Label("", classes="hint", markup=False), classes="field")

    def _python_row(self) -> Horizontal:
        options = list(self._pythons.items())
        entry = Select(options, value=self._python, allow_blank=False, compact=True, id=f"field-{PYTHON}")
        entry.tooltip = "which interpreter runs the experiment"
        return Horizontal(Label(PYTHON, classes="name"), entry, Label("", classes="hint"), classes="field")

    def _repetitions_row(self) -> Horizontal:
        entry = Input(self._repetitions, placeholder="as needed", compact=True, id=f"field-{REPETITIONS}", select_on_focus=False)
        entry.tooltip = "how often every arm is run; empty: until the interval is narrow, or for half a minute"
        return Horizontal(Label(REPETITIONS, classes="name"), entry, Label("", classes="hint"), classes="field")

    def _trace_row(self) -> Horizontal:
        options = [(name, name) for name in (SAMPLED, EXACT)]
        entry = Select(options, value=self._trace, allow_blank=False, compact=True, id=f"field-{TRACE}")
        told = "sampled: looked at 20 times a second; exact: every switch, by the kernel's own trace"
        entry.tooltip = f"exact: {self._exact_lack}" if self._exact_lack else told
        entry.disabled = bool(self._exact_lack) and self._trace == SAMPLED
        return Horizontal(Label(TRACE, classes="name"), entry, Label("", classes="hint"), classes="field")

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self._take(event.input, event.value)

    @on(Select.Changed)
    def _selected(self, event: Select.Changed) -> None:
        event.stop()
        self._take(event.select, str(event.value))

    def _take(self, entry: Widget, text: str) -> None:
        if self._experiment is None or entry.name not in (None, self._experiment.name):
            return  # it was already on its way when another experiment was chosen: its size is not the new one's
        name = (entry.id or "").removeprefix("field-")
        if name == PYTHON:
            self._python = text
        elif name == TRACE:
            self._trace = text
        elif name == REPETITIONS:
            self._repetitions = text.strip()
        else:
            texts = self._texts.setdefault(self._experiment.name, {})
            before = self._values()
            if name not in texts and text == str(before.get(name)):
                return  # a field that was just made says its default
            texts[name] = text
            self._follow_defaults(before)
        self._judge()

    def _follow_defaults(self, before: dict[str, Value]) -> None:
        """Fields that nobody has touched follow the ones that they depend on (the size follows the work)."""
        assert self._experiment is not None
        for name, value in self._values().items():
            if name not in self.given and value != before[name]:
                field = self.query_one(f"#field-{name}")
                if isinstance(field, Input):
                    with self.prevent(Input.Changed):
                        field.value = str(value)

    def _judge(self) -> None:
        """Mark what is wrong, and let Run be pressed only when nothing is."""
        assert self._experiment is not None
        values = self._values()
        self.wrong = {}
        for name, text in self.given.items():
            trouble = check_value(self._experiment, name, text, self._machine, values)
            if trouble:
                self.wrong[name] = trouble
        if self._repetitions and not self._sound_repetitions():
            self.wrong[REPETITIONS] = f"take a whole number from 1 to {MOST_ROUNDS:,}, or leave it empty"
        for row in self.query(".field"):
            entry = row.children[1]
            name = (entry.id or "").removeprefix("field-")
            row.set_class(name in self.wrong, "-wrong")
            row.query_one(".hint", Label).update("✗ wrong" if name in self.wrong else self._hint(name, values))
        told = self.query_one(".trouble", Label)
        told.set_class(bool(self.wrong), "-shown")
        told.update("\n".join(f"{name}: {text}" for name, text in self.wrong.items()))
        self._update_buttons()
        self.post_message(self.Judged())

    def _sound_repetitions(self) -> bool:
        text = self._repetitions
        return text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= MOST_ROUNDS

    def _hint(self, name: str, values: dict[str, Value]) -> str:
        """The range of a number, in as few characters as it takes."""
        assert self._experiment is not None
        for parameter in self._experiment.parameters:
            if parameter.name == name and parameter.kind is Kind.INTEGER:
                if parameter.unit:
                    return parameter.unit
                low, high = parameter.range_for(self._machine, values)
                return f"{low}–{high}" if low is not None and high is not None and high < 10_000 else ""
        return ""

    def set_live(self, live: bool) -> None:
        """Whether a run is on: then Stop can be pressed and Run cannot."""
        if live != self._live:
            self._live = live
            self._update_buttons()

    def _update_buttons(self) -> None:
        blocked = self._live or bool(self.wrong)
        self.query_one("#run", Button).disabled = blocked
        self.query_one("#compare", Button).disabled = blocked
        self.query_one("#stop", Button).disabled = not self._live

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        event.stop()
        self.post_message(self.Pressed(event.button.id or ""))

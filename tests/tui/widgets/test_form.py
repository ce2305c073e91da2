"""The form: defaults that follow, wrong values that are told, values that are kept."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace

from textual.app import ComposeResult
from textual.widgets import Input, Select

from conclab.lab.catalogue import catalogue
from conclab.model.experiments import Interpreter, Kind
from conclab.model.machine import Machine
from conclab.sampling.scripted import scripted_machine
from conclab.tui.widgets.catalogue import Catalogue
from conclab.tui.widgets.form import Form
from tests.tui.helpers import PYTHONS, Themed, field, fill, inside, lab, opened, pane_text, plan, press, settle, texts


class Alone(Themed):
    """A form and nothing else, as wide as in the lab on a large screen."""

    def __init__(self, machine: Machine) -> None:
        super().__init__()
        self.form = Form(machine, PYTHONS)

    def compose(self) -> ComposeResult:
        yield self.form


async def test_every_experiment_stands_with_its_defaults_its_units_and_nothing_wrong() -> None:
    machine = scripted_machine(2)
    app = Alone(machine)
    async with app.run_test(size=(38, 40)) as pilot:
        form = app.form
        for experiment in catalogue():
            await form.ask(experiment)
            await settle(pilot)
            lines = [line[1:-1].strip() for line in texts(app.screen._compositor.render_strips())]
            values = form._values()
            for parameter in experiment.parameters:
                default = str(parameter.default_for(machine, values))
                widget = form.query_one(f"#field-{parameter.name}")
                assert str(getattr(widget, "value", None)) == default
                if parameter.kind is Kind.CHOICE:
                    assert isinstance(widget, Select)
                line = next(line for line in reversed(lines) if line.startswith(parameter.name.replace("_", " ")[:12] + " "))
                assert not parameter.unit or parameter.unit in line or "…" in line, "a hint is whole, or visibly cut"
            assert form.given == {}
            assert [name for name in form.wrong if name != "path"] == []


async def test_the_size_follows_the_work_until_someone_types_one() -> None:
    async with opened() as (app, _feed, pilot):
        work = app.screen.query_one("#field-work", Select)
        primes = field(app, "size").value
        work.value = "hashing"
        await settle(pilot)
        hashing = field(app, "size").value
        assert hashing != primes
        assert app.screen.query_one(Form).given == {"work": "hashing"}
        await fill(app, pilot, "size", "3")
        work.value = "large-matrices"
        await settle(pilot)
        assert field(app, "size").value == "3"


async def test_a_size_that_was_fitting_is_judged_anew_when_the_work_changes() -> None:
    async with opened() as (app, _feed, pilot):
        await fill(app, pilot, "size", "200000")
        assert app.screen.query_one(Form).wrong == {}
        app.screen.query_one("#field-work", Select).value = "hashing"
        await settle(pilot)
        assert set(app.screen.query_one(Form).wrong) == {"size"}


WRONG = (
    ("workers", "", "not a whole number"),
    ("workers", "1.5", "not a whole number"),
    ("workers", "1", "too small"),
    ("workers", "99999999999999999999", "too large"),
    ("workers", "[/b]", "not a whole number"),
    ("repetitions", "0", "take a whole number from 1 to 1,000"),
    ("repetitions", "1001", "take a whole number from 1 to 1,000"),
    ("repetitions", "-3", "take a whole number from 1 to 1,000"),
    ("repetitions", "9" * 5000, "take a whole number from 1 to 1,000"),
)


async def test_a_wrong_value_is_told_in_words_where_it_stands_and_no_longer_when_it_is_right() -> None:
    async with opened() as (app, _feed, pilot):
        form = app.screen.query_one(Form)
        for name, text, told in WRONG:
            await fill(app, pilot, name, text)
            assert set(form.wrong) == {name}, text
            assert told in " ".join(" ".join(inside(app, "#form")).split()), text
            await fill(app, pilot, name, "2")
            assert form.wrong == {}
            assert told not in " ".join(" ".join(inside(app, "#form")).split())
        await fill(app, pilot, "size", "300,000")
        assert form.wrong == {}, "thousands may be separated"


async def test_two_wrong_values_are_both_told() -> None:
    async with opened() as (app, _feed, pilot):
        await fill(app, pilot, "workers", "0")
        await fill(app, pilot, "size", "x")
        assert set(app.screen.query_one(Form).wrong) == {"workers", "size"}
        text = " ".join(inside(app, "#form"))
        assert "workers:" in text
        assert "size:" in text


async def test_python_and_repetitions_are_kept_from_one_experiment_to_the_next() -> None:
    async with opened(pythons={"this": sys.executable, "that": "/that"}) as (app, _feed, pilot):
        app.screen.query_one("#field-python", Select).value = "/that"
        await fill(app, pilot, "repetitions", "4")
        await press(pilot, "down")
        form = app.screen.query_one(Form)
        assert form.python == "/that"
        assert app.screen.query_one("#field-python", Select).value == "/that"
        assert form.repetitions == 4
        assert field(app, "repetitions").value == "4"


async def test_what_fits_and_what_need_not_be_filled_in_is_told_beforehand() -> None:
    async with opened() as (app, _feed, _pilot):
        assert "2–16" in pane_text(app, "#form"), "the range of a number"
        assert app.screen.query_one(Form).repetitions is None
        assert "as needed" in pane_text(app, "#form")


async def test_what_is_typed_by_keys_reaches_the_form_and_is_no_command() -> None:
    async with opened() as (app, _feed, pilot):
        await press(pilot, "enter", "end", "q", "c", "r", "o", "z", "g", "e")
        assert app.is_running
        assert field(app, "workers").value == "4qcrozge"


async def test_a_plan_that_was_made_elsewhere_stands_in_the_form_and_can_be_run_again_from_there() -> None:
    elsewhere = Interpreter("/opt/python3.99/bin/python", "cpython", "3.99.0", free_threaded=False)
    asked = plan("lost-update", rounds=3, workers="3")
    asked = replace(asked, pythons=(elsewhere,), arms=tuple(arm.under(elsewhere) for arm in asked.arms), exact_rounds=True)
    async with opened() as (app, _feed, pilot):
        await app.open_with(asked)
        await settle(pilot)
        form = app.screen.query_one(Form)
        assert form.given == {"workers": "3"}
        assert field(app, "workers").value == "3"
        assert field(app, "repetitions").value == "3"
        assert form.python == elsewhere.path
        assert form.pythons["3.99"] == elsewhere.path
        assert app.screen.query_one(Catalogue).experiment.name == "lost-update"
        assert form.wrong == {}


async def test_what_a_plan_left_to_its_defaults_still_follows() -> None:
    async with opened() as (app, _feed, pilot):
        await app.open_with(plan(work="hashing"))
        await settle(pilot)
        form = app.screen.query_one(Form)
        assert form.given == {"work": "hashing"}
        size = field(app, "size").value
        app.screen.query_one("#field-work", Select).value = "primes"
        await settle(pilot)
        assert field(app, "size").value != size


async def test_hurrying_through_the_catalogue_gives_no_experiment_the_values_of_another() -> None:
    async with opened() as (app, _feed, pilot):
        form = app.screen.query_one(Form)
        for pace in range(0, 60, 2):  # as a held key does, at many paces
            app.screen.query_one(Catalogue).action_cursor_down()
            for _ in range(pace):
                await asyncio.sleep(0)
        await settle(pilot)
        for experiment in catalogue():
            assert form.given_for(experiment) == {}


async def test_a_change_that_comes_late_from_the_fields_of_another_experiment_is_not_taken() -> None:
    async with opened() as (app, _feed, pilot):
        form = app.screen.query_one(Form)
        late = Input.Changed(field(app, "size"), "2000", None)
        app.screen.query_one(Catalogue).choose("waiting-room")
        await settle(pilot)
        form.post_message(late)
        await settle(pilot)
        assert form.given == {}
        assert field(app, "size").value == "100"


async def test_run_that_is_pressed_before_the_form_has_followed_runs_what_the_cursor_is_on() -> None:
    async with opened() as (app, _feed, pilot):
        await fill(app, pilot, "workers", "3")
        app.screen.query_one(Catalogue).choose("lost-update")
        lab(app).action_run()
        await settle(pilot)
        assert app.session.run_state.experiment == "lost-update"

"""What the Lab orders: sampled or exact, as the form says."""

from __future__ import annotations

import pytest
from textual.widgets import Select

from conclab.tui.widgets.form import EXACT, Form
from tests.tui.helpers import HandFeed, fed_by_hand, press, settle


async def test_a_run_is_exact_when_the_form_says_so() -> None:
    async with fed_by_hand() as (app, feed, pilot):
        await press(pilot, "f5")
        await app.workers.wait_for_complete()
        app.session.run_state = type(app.session.run_state)()
        app.screen.query_one("#field-trace", Select).value = EXACT
        await settle(pilot)
        await press(pilot, "f5")
        await app.workers.wait_for_complete()
        assert [plan.traced for plan in feed.launched] == [False, True]


async def test_where_nothing_can_be_traced_the_switch_is_off_and_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(HandFeed, "exact_lack", lambda _self: "only root may trace here; run conclab as root")
    async with fed_by_hand() as (app, _feed, _pilot):
        form = app.screen.query_one(Form)
        assert app.screen.query_one("#field-trace", Select).disabled
        assert any("run conclab as root" in str(label.render()) for label in form.query(".lack"))
        assert not form.traced

"""Demos as they are played, unseen, on the played machine: each that is shipped, and what is told when a check fails."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from textual.events import Key

from conclab.demos.passing import PlayedTime
from conclab.demos.player import Failed, Player, reading_s
from conclab.demos.script import parse_script
from conclab.demos.shelf import names, shipped
from conclab.demos.show import House, Show, played_house
from conclab.demos.stagehand import HOW
from conclab.demos.steps import Script
from conclab.recording.folder import VARIABLE
from conclab.recording.scripted import ScriptedFeed
from conclab.tui.widgets.captions import CaptionBox, Corner, KeysShown
from tests.hurry import impatient_pilots

HURRIED = 100.0
SMALL = (80, 24)


@pytest.fixture(autouse=True, scope="module")
def cheap() -> Iterator[None]:
    with impatient_pilots():
        yield


@pytest.fixture
def house() -> Iterator[House]:
    with played_house() as found:
        yield found


def script_of(*steps: str) -> Script:
    return parse_script(
        'title = "mine"\nsteps = [\n' + "".join(f"  {{ {step} }},\n" for step in steps) + "]\n", "mine", "mine.toml"
    )


async def played(house: House, *steps: str) -> Show:
    show = Show(script_of(*steps), house, HURRIED)
    await show.unseen((120, 40))
    return show


@pytest.mark.parametrize("name", names())
async def test_every_shipped_demo_does_what_it_says(name: str, house: House) -> None:
    script = shipped(name)
    show = Show(script, house, HURRIED)
    await show.unseen(SMALL if name in ("deadlock", "monitor") else script.size)
    assert show.played == sum(step.applies(house.features) for step in script.steps)


FAILING = (
    ('look = "Verdikt"', "“Verdikt” must be on the screen and is not; the nearest to it on the screen is “Verdict”"),
    ('press = "[nokey]"', "there is no key “[nokey]”"),
    ('absent = "Verdict"', "“Verdict” must not be on the screen and is there"),
    ('verdict = "holds"', "the verdict must be holds; nothing has been run"),
    ('wait_text = "never", limit = 1', "waited 1 s for “never”, and it did not come"),
    ('wait = "finished", limit = 1', "it did not come; nothing has been run"),
    ('choose = "tour"', "there is no experiment 'tour'"),
    ("set = { worker = 4 }", "no field “worker” (did you mean “workers”?)"),
    ("set = { workers = 99 }", "workers = 99: "),
    ('set = { python = "2.7" }', "there is no Python “2.7” here"),
    ('set = { work = "naps" }', "work cannot be “naps”; take one of primes"),
)


async def test_what_fails_is_told_with_its_step_and_what_was_there(house: House) -> None:
    show = Show(script_of("run = true"), house)
    assert isinstance(house.feed, ScriptedFeed)
    async with show.app.run_test(size=(120, 40)) as pilot:
        time = PlayedTime(show.app, house.feed, pilot, watched=False, drawn=False)
        for step, told in FAILING:
            with pytest.raises(Failed) as failed:
                await Player(show.app, script_of('go = "lab"', step), time, house.features, HURRIED).play(pilot)
            assert str(failed.value).startswith("mine.toml, step 2 (line 4): ")
            assert told in str(failed.value)
            assert "\n" not in str(failed.value)


async def test_an_arm_that_there_is_not_is_told_while_the_run_is_on_and_nothing_is_left_running(house: House) -> None:
    with pytest.raises(Failed, match="has no arm “thread”; it has sequential, threads, processes"):
        await played(house, "set = { repetitions = 1 }", "run = true", 'wait = "arm", name = "thread"')


async def test_steps_are_left_out_where_something_is_missing(house: House) -> None:
    show = await played(house, 'look = "never", needs = "real"', 'look = "never", without = "free-threaded"', "pause = 1")
    assert show.played == 1


async def test_captions_lie_over_the_screen_and_move_nothing(house: House) -> None:
    show = Show(script_of('say = "HOLDS, says the caption", seconds = 1', 'absent = "HOLDS"', "pause = 1"), house, presenting=True)
    panes: list[object] = []
    captions: list[tuple[int, str, str]] = []

    def look() -> None:
        screen = show.app.screen
        panes.append({one.id: one.region for one in screen.query("*") if one.id})
        (box,), (corner,) = screen.query(CaptionBox), screen.query(Corner)
        if box.display:
            captions.append((box.region.bottom, box.render_line(0).text, corner.render_line(0).text))

    show.tell = look
    await show.unseen(SMALL)
    bottom, caption, told = captions[-1]
    assert (bottom, caption.strip()) == (SMALL[1] - 1, "HOLDS, says the caption")
    assert "played, not measured · 00:0" in told
    assert panes[0] == panes[-1]
    assert show.app.shown.caption == "", "the last one goes away"


async def test_a_presenter_s_keys_are_shown_with_what_they_do(house: House) -> None:
    shown: list[tuple[tuple[str, ...], str]] = []
    rows: set[int] = set()
    show = Show(script_of('press = "t"', 'press = "escape"'), house, HURRIED, presenting=True)

    def look() -> None:
        shown.append((show.app.shown.keys, show.app.shown.title))
        rows.update(box.region.y for box in show.app.screen.query(KeysShown) if box.display)

    show.tell = look
    await show.unseen((120, 40))
    assert (("t",), "Timeline") in shown
    assert shown[-1] == (("t", "Esc"), "Back")
    assert rows == {1}


async def test_whoever_watches_can_hold_it_skip_a_pause_and_end_it(house: House) -> None:
    show = Show(script_of("pause = 30", "pause = 30"), house)
    keys = iter(["x", "space", "space", "right", "q"])
    notes: list[str] = []

    def type_one() -> None:
        notes.append(show.app.shown.note)
        key = next(keys, None)
        if key is not None:
            show.app.post_message(Key(key, None))

    show.tell = type_one
    await show.unseen(SMALL)
    assert HOW in notes, "another key does nothing but tell which do"
    assert "held · Space goes on" in notes
    assert notes[-1] == ""
    assert show.app.ended
    assert show.played == 1
    assert show.now_s() < 10


async def test_the_first_caption_tells_whoever_watches_which_keys_there_are(house: House) -> None:
    show = Show(script_of('say = "one"', 'say = "two"'), house, HURRIED, watched=True)
    notes: dict[str, str] = {}

    def look() -> None:
        notes.setdefault(show.app.shown.caption, show.app.shown.note)

    show.tell = look
    await show.unseen(SMALL)
    assert notes["one"] == HOW
    assert notes["two"] == ""


async def test_a_demo_that_leaves_conclab_before_its_end_has_failed(house: House) -> None:
    with pytest.raises(Failed, match=r"mine.toml, step 1.*: conclab was left here"):
        await played(house, 'press = "q"', "pause = 1")


async def test_marks_tell_of_runs_and_verdicts(house: House) -> None:
    script = script_of('choose = "lost-update"', "set = { repetitions = 1 }", "run = true", 'wait = "verdict"', "pause = 2")
    marks: list[str] = []
    await Show(script, house, HURRIED).on_stage(SMALL, lambda _data: None, marks.append)
    assert marks == ["the lost update", "verdict: undecided"]


def test_the_played_house_shows_no_runs_of_the_user_s() -> None:
    before = os.environ.get(VARIABLE)
    with played_house() as house:
        assert os.environ.get(VARIABLE) != before
        assert house.features == {"scripted", "gil", "free-threaded"}
    assert os.environ.get(VARIABLE) == before


def test_a_longer_caption_stays_longer() -> None:
    assert reading_s("") == 0 < reading_s("one") < reading_s("one two three")

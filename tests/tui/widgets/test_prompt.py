"""The line in which one types, in a small app: what it tells its owner, what it says, and where the focus is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from textual.app import ComposeResult
from textual.message import Message
from textual.pilot import Pilot
from textual.widgets import Input

from conclab.tui.commands import commands
from conclab.tui.theme import THEMES
from conclab.tui.widgets.lines import LinesView
from conclab.tui.widgets.offers import Offers
from conclab.tui.widgets.prompt import Prompt
from conclab.tui.widgets.questions import Question, Reading
from tests.tui.helpers import HOSTILE, Themed, settle, texts

VALUES = {"user": ("root", "ada"), "name": ("python3", "[red]x[/] (y)")}
SAVED = {"busy": "cpu>5 and state=R", "mine": "user=ada"}
SIGNS = {
    " ": "space", ">": "greater_than_sign", "<": "less_than_sign", "=": "equals_sign", "@": "at", "(": "left_parenthesis",
    ")": "right_parenthesis", "~": "tilde", '"': "quotation_mark",
}  # fmt: skip


class Host(Themed):
    CSS = "LinesView { height: 1fr; }"

    def __init__(self) -> None:
        super().__init__()
        self.told: list[Message] = []

    def compose(self) -> ComposeResult:
        yield LinesView("Tasks", id="table")
        yield Prompt()

    def on_mount(self) -> None:
        self.query_one("#table").focus()

    @property
    def prompt(self) -> Prompt:
        return self.query_one(Prompt)

    def on_prompt_changed(self, event: Prompt.Changed) -> None:
        self.told.append(event)

    def on_prompt_done(self, event: Prompt.Done) -> None:
        self.told.append(event)

    def on_prompt_cancelled(self, event: Prompt.Cancelled) -> None:
        self.told.append(event)

    def on_prompt_step(self, event: Prompt.Step) -> None:
        self.told.append(event)

    def on_prompt_save(self, event: Prompt.Save) -> None:
        self.told.append(event)

    def on_input_changed(self, event: Input.Changed) -> None:
        raise AssertionError("what goes on inside is nobody else's business")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        raise AssertionError("what goes on inside is nobody else's business")


class Hand:
    """Types, and reads what stands there."""

    def __init__(self, app: Host, pilot: Pilot[None]) -> None:
        self.app, self.pilot, self.prompt = app, pilot, app.prompt

    async def open(self, kind: str | Question, text: str = "") -> None:
        reading: Reading = {"values": VALUES, "saved": SAVED}
        self.prompt.open(kind, text, **reading)
        await settle(self.pilot)

    async def write(self, text: str) -> None:
        await self.press(*(SIGNS.get(letter, letter) for letter in text))

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await settle(self.pilot)

    async def click(self, text: str) -> None:
        """Click where a text stands in the lower half of the screen."""
        for y, line in reversed(list(enumerate(self.lines()))):
            if text in line:
                await self.pilot.click(offset=(line.index(text) + 1, y))
                await settle(self.pilot)
                return
        raise AssertionError(f"{text!r} is not to be seen")

    def lines(self) -> list[str]:
        return texts(self.app.screen._compositor.render_strips())

    @property
    def line(self) -> str:
        return self.lines()[-2]

    @property
    def under(self) -> str:
        return self.lines()[-1]

    @property
    def offered(self) -> list[str]:
        offers = self.app.query_one(Offers)
        return [offer.label for offer in offers.all] if offers.display else []

    @property
    def chosen(self) -> str | None:
        chosen = self.app.query_one(Offers).chosen
        return chosen.label if chosen else None

    @property
    def focused(self) -> bool:
        return isinstance(self.app.focused, Input)

    def told(self, kind: type[Message]) -> list[str]:
        """The texts of all messages of a kind, in their order."""
        return [getattr(message, "text", "") for message in self.app.told if type(message) is kind]


@asynccontextmanager
async def hosted(size: tuple[int, int] = (80, 24)) -> AsyncIterator[Hand]:
    app = Host()
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        yield Hand(app, pilot)


# Opening and leaving


async def test_nothing_of_it_is_there_until_it_is_opened() -> None:
    async with hosted() as hand:
        assert not hand.prompt.display
        assert not hand.focused
        await hand.open("search")
        assert hand.focused
        assert hand.line.startswith(" Search ")
        hand.prompt.close()
        await settle(hand.pilot)
        assert not hand.prompt.display
        assert hand.app.focused is hand.app.query_one("#table")
        assert hand.app.told == []


async def test_it_takes_no_focus_from_elsewhere_when_it_is_closed() -> None:
    async with hosted() as hand:
        await hand.open("filter")
        hand.app.set_focus(None)
        hand.prompt.close()
        assert hand.app.focused is None


async def test_closing_twice_and_keys_while_closed_do_nothing() -> None:
    async with hosted() as hand:
        hand.prompt.close()
        for action in ("keep", "take", "leave", "saved", "save", "step(1)", "move(1)"):
            await hand.prompt.run_action(action)
        assert hand.app.told == []


async def test_another_question_leaves_in_effect_what_was_typed() -> None:
    async with hosted() as hand:
        await hand.open("filter")
        await hand.write("cpu>5")
        await hand.open("search")
        assert hand.told(Prompt.Done) == ["cpu>5"]
        assert hand.line.startswith(" Search ")
        assert hand.focused
        await hand.press("escape")
        assert hand.app.focused is hand.app.query_one("#table")


# Search


async def test_a_search_tells_every_change_goes_on_by_f3_and_arrows_and_ends_by_enter_or_escape() -> None:
    async with hosted() as hand:
        await hand.open("search")
        await hand.write("py")
        await hand.press("f3", "down", "shift+f3", "up", "f15")
        assert hand.told(Prompt.Changed) == ["p", "py"]
        steps = [message.direction for message in hand.app.told if isinstance(message, Prompt.Step)]
        assert steps == [1, 1, -1, -1, -1]
        assert hand.focused
        await hand.press("enter")
        assert hand.told(Prompt.Done) == ["py"]
        assert not hand.prompt.display
        await hand.open("search")
        await hand.press("escape")
        assert isinstance(hand.app.told[-1], Prompt.Cancelled)
        assert hand.app.told[-1].kind == "search"
        assert not hand.prompt.display


async def test_in_a_search_no_sign_has_a_meaning() -> None:
    async with hosted() as hand:
        await hand.open("search")
        await hand.write("cpu>(")
        assert hand.told(Prompt.Changed)[-1] == "cpu>("
        assert "✗" not in hand.under
        assert hand.offered == []


# Filter


async def test_a_filter_takes_effect_while_it_is_typed_and_mistakes_leave_the_last() -> None:
    async with hosted() as hand:
        await hand.open("filter")
        await hand.write("user=ada and cpu>x5")
        changed = [message for message in hand.app.told if isinstance(message, Prompt.Changed)]
        assert changed[-1].text == "user=ada and cpu", "cpu alone is a word to look for; nothing after it read as a filter"
        assert all(message.filter is not None and message.filter.text == message.text for message in changed)
        await hand.press("enter")
        assert hand.focused, "what is wrong is not kept"
        await hand.press("backspace", "backspace", "5", "enter")
        done = hand.app.told[-1]
        assert isinstance(done, Prompt.Done)
        assert done.text == "user=ada and cpu>5"
        assert done.filter is not None
        assert done.filter.needs == frozenset()
        assert not hand.prompt.display


async def test_the_mistake_is_told_under_the_place() -> None:
    async with hosted() as hand:
        await hand.open("filter")
        await hand.write("ada cpuu>5")
        start = hand.line.index("cpuu")
        assert hand.under[start : start + 4] == "^^^^"
        assert "✗ There is no column “cpuu”. Did you mean cpu?" in hand.under
        assert "Esc back" in hand.under


async def test_the_caret_stays_under_its_place_when_the_line_is_longer_than_the_screen() -> None:
    async with hosted() as hand:
        await hand.open("filter", "python " * 30)
        await hand.write("cpuu>5")
        start = hand.line.index("cpuu")
        assert hand.under[start : start + 4] == "^^^^"


async def test_esc_tells_what_was_before() -> None:
    async with hosted() as hand:
        await hand.open("filter", "user=root")
        await hand.write(" cpu>5")
        await hand.press("escape")
        last = hand.app.told[-1]
        assert isinstance(last, Prompt.Cancelled)
        assert (last.kind, last.before) == ("filter", "user=root")
        assert not hand.prompt.display


async def test_an_empty_line_lets_everything_pass_and_shows_what_there_is() -> None:
    async with hosted() as hand:
        await hand.open("filter")
        assert hand.offered[:2] == ["cpu", "user"]
        assert "a word, or a condition" in hand.line
        await hand.press("enter")
        done = hand.app.told[-1]
        assert isinstance(done, Prompt.Done)
        assert done.text == ""


# Completion


async def test_tab_takes_the_first_and_again_until_a_filter_stands_there() -> None:
    async with hosted() as hand:
        await hand.open("filter")
        await hand.write("us")
        await hand.press("tab")
        assert hand.prompt.text == "user"
        assert hand.offered[0] == "="
        await hand.press("tab", "tab")
        assert hand.prompt.text == "user=root"
        assert hand.focused
        assert hand.told(Prompt.Changed)[-1] == "user=root"


async def test_arrows_choose_and_enter_takes_the_chosen_one_only() -> None:
    async with hosted() as hand:
        await hand.open("filter")
        await hand.write("user=")
        assert hand.chosen is None
        await hand.press("down", "down")
        assert hand.chosen == "ada"
        await hand.press("down")
        assert hand.chosen == "root"
        await hand.press("up")
        assert hand.chosen == "ada"
        await hand.press("enter")
        assert hand.prompt.text == "user=ada"
        assert hand.prompt.display
        await hand.press("enter")
        assert hand.told(Prompt.Done) == ["user=ada"]


async def test_enter_keeps_what_is_typed_although_something_is_offered() -> None:
    async with hosted() as hand:
        await hand.open("filter")
        await hand.write("us")
        assert hand.offered
        await hand.press("enter")
        assert hand.told(Prompt.Done) == ["us"]


async def test_esc_leaves_the_choice_first_then_the_line() -> None:
    async with hosted() as hand:
        await hand.open("filter")
        await hand.press("down", "escape")
        assert hand.chosen is None
        assert hand.prompt.display
        await hand.press("escape")
        assert not hand.prompt.display


async def test_typing_on_drops_the_choice() -> None:
    async with hosted() as hand:
        await hand.open("filter")
        await hand.press("down", "u")
        assert hand.chosen is None
        assert hand.offered[0] == "user"


async def test_moving_the_cursor_offers_what_fits_there() -> None:
    async with hosted() as hand:
        await hand.open("filter", "us and cpu>5")
        assert hand.offered == []
        await hand.press("home", "right", "right")
        assert hand.offered[0] == "user"
        await hand.press("tab")
        assert hand.prompt.text == "user and cpu>5"


async def test_tab_never_leads_out_of_the_line() -> None:
    async with hosted() as hand:
        for kind in ("filter", "search", "pid"):
            await hand.open(kind, "5")
            await hand.press("tab", "shift+tab")
            assert hand.focused, kind


async def test_the_offers_stand_above_the_line_at_the_word() -> None:
    async with hosted() as hand:
        await hand.open("filter", "cpu>5 and ")
        await hand.write("use")
        above = hand.lines()[-3]
        assert above.index("user ") == hand.line.index("use")


@pytest.mark.parametrize("size", [(80, 24), (30, 8), (200, 60), (12, 5)])
async def test_it_fits_whatever_the_screen(size: tuple[int, int]) -> None:
    async with hosted(size) as hand:
        await hand.open("filter")
        await hand.press("down", "down", "up")
        assert "Enter take it" in hand.under or size[0] < 30
        assert all(len(line) == size[0] for line in hand.lines())
        await hand.write("cpuu>5 and user=")
        await hand.pilot.resize_terminal(size[0] + 20, size[1] + 4)
        await settle(hand.pilot)
        assert all(len(line) == size[0] + 20 for line in hand.lines())


async def test_foreign_names_are_only_text() -> None:
    async with hosted() as hand:
        hand.prompt.open("filter", "name=", values={"name": HOSTILE})
        await settle(hand.pilot)
        assert hand.app.query_one(Offers).display
        await hand.press("down", "down", "enter")
        hand.prompt.open("filter", "name=", values=VALUES)
        await settle(hand.pilot)
        assert '"[red]x[/] (y)"' in hand.offered
        assert any("[red]x[/] (y)" in line for line in hand.lines())


# Saved filters


async def test_a_saved_filter_is_chosen_from_the_list() -> None:
    async with hosted() as hand:
        await hand.open("filter", "python")
        await hand.press("ctrl+o")
        assert hand.offered == ["@busy", "@mine"]
        assert hand.chosen == "@busy"
        await hand.press("down", "enter")
        assert hand.prompt.text == "user=ada"
        assert hand.told(Prompt.Changed)[-1] == "user=ada"


async def test_a_saved_filter_is_typed_by_its_name() -> None:
    async with hosted() as hand:
        await hand.open("filter")
        await hand.write("@b")
        assert hand.offered == ["@busy"]
        await hand.press("tab", "enter")
        done = hand.app.told[-1]
        assert isinstance(done, Prompt.Done)
        assert done.text == "@busy"
        assert done.filter is not None


async def test_without_any_the_list_says_so() -> None:
    async with hosted() as hand:
        hand.prompt.open("filter", "python")
        await hand.press("ctrl+o")
        assert "There is no saved filter yet." in hand.under
        assert hand.offered == []


async def test_saving_asks_for_a_name_and_comes_back() -> None:
    async with hosted() as hand:
        await hand.open("filter", "vcs>100")
        await hand.press("ctrl+s")
        assert hand.line.startswith(" Save filter as ")
        await hand.press("enter")
        assert hand.line.startswith(" Save filter as "), "a name it must have"
        await hand.write("a b")
        assert "✗" in hand.under
        await hand.press("backspace", "backspace")
        await hand.write("wake")
        before = len(hand.told(Prompt.Changed))
        await hand.press("enter")
        save = hand.app.told[-1]
        assert isinstance(save, Prompt.Save)
        assert (save.text, save.name) == ("vcs>100", "awake")
        assert len(hand.told(Prompt.Changed)) == before == 0, "a name is no filter"
        assert hand.prompt.text == "vcs>100"
        await hand.press("ctrl+o")
        assert "@awake" in hand.offered
        await hand.press("escape", "escape")


async def test_a_name_that_is_taken_is_told_and_esc_goes_back_to_the_filter() -> None:
    async with hosted() as hand:
        await hand.open("filter", "vcs>100")
        await hand.press("ctrl+s")
        await hand.write("busy")
        assert "Replaces the one of that name." in hand.under
        await hand.press("escape")
        assert hand.line.startswith(" Filter ")
        assert hand.prompt.text == "vcs>100"
        assert hand.app.told == []


async def test_nothing_and_what_is_wrong_are_not_saved() -> None:
    async with hosted() as hand:
        await hand.open("filter")
        await hand.press("ctrl+s")
        assert "There is nothing to save yet." in hand.under
        await hand.write("cpu>x")
        await hand.press("ctrl+s")
        assert hand.line.startswith(" Filter ")


# Other questions


async def test_a_pid_is_digits() -> None:
    async with hosted() as hand:
        await hand.open("pid", "1")
        await hand.write("2x")
        assert "A pid is written in digits." in hand.under
        await hand.press("enter")
        assert hand.prompt.display
        await hand.press("backspace", "enter")
        assert hand.told(Prompt.Changed) == ["12", "12"]
        assert hand.told(Prompt.Done) == ["12"]


async def test_a_question_of_ones_own() -> None:
    def judge(text: str) -> str | None:
        return None if text.lstrip("-").isdecimal() and -20 <= int(text) <= 19 else "Nice goes from -20 to 19."

    async with hosted() as hand:
        await hand.open(Question("nice", "Nice", "-20 to 19", judge, (("keep", "set"),)), "0")
        assert "Enter set" in hand.under
        await hand.write("99")
        assert "✗ Nice goes from -20 to 19." in hand.under
        await hand.press("ctrl+u", "5", "enter")
        done = hand.app.told[-1]
        assert isinstance(done, Prompt.Done)
        assert (done.kind, done.text, done.filter) == ("nice", "5", None)


# What stands there


async def test_what_comes_of_it_is_told_at_the_right() -> None:
    async with hosted() as hand:
        await hand.open("filter")
        hand.prompt.say("12 of 399")
        await settle(hand.pilot)
        assert hand.line.endswith(" 12 of 399 ")
        hand.prompt.close()
        await hand.open("search")
        assert "399" not in hand.line


async def test_the_keys_stand_under_the_line_and_can_be_clicked() -> None:
    async with hosted() as hand:
        await hand.open("filter", "user=root")
        await hand.write(" ")
        assert hand.under.strip() == "Enter keep  Tab complete  ↓ choose  ^o saved ones  ^s save  Esc back"
        await hand.click("saved ones")
        assert hand.offered == ["@busy", "@mine"]
        await hand.click("@mine")
        assert hand.prompt.text == "user=ada"
        assert hand.focused
        await hand.click("Enter keep")
        assert hand.told(Prompt.Done) == ["user=ada"]


async def test_keys_that_were_set_otherwise_are_shown_and_work() -> None:
    async with hosted() as hand:
        hand.app.set_keymap({"prompt.saved": "f7", "prompt.keep": "f8"})
        await hand.open("filter", "python")
        assert "F7 saved ones" in hand.under
        assert "F8 keep" in hand.under
        await hand.press("f7")
        assert hand.chosen == "@busy"
        await hand.press("f8", "f8")
        assert hand.told(Prompt.Done) == [SAVED["busy"]]


async def test_help_lists_the_keys_that_are_good_for_something_here_and_no_others() -> None:
    async with hosted() as hand:
        await hand.open("pid")
        listed = {command.action for command in commands(hand.app.screen) if command.node is hand.prompt}
        assert listed == {"keep", "leave"}
        await hand.open("search")
        listed = {command.action for command in commands(hand.app.screen) if command.node is hand.prompt}
        assert listed == {"keep", "leave", "step(1)", "step(-1)", "move(1)", "move(-1)"}
        assert not [command for command in commands(hand.app.screen) if isinstance(command.node, Input)]


@pytest.mark.parametrize("theme", [theme.name for theme in THEMES])
async def test_it_draws_in_every_theme(theme: str) -> None:
    async with hosted() as hand:
        hand.app.theme = theme
        await hand.open("filter", "python ")
        await hand.press("down")
        assert any(line.lstrip().startswith("› ") for line in hand.lines())

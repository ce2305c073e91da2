"""Every key of the monitor, and what it does: htop's where htop has one. A key without a case here fails."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from rich.style import Style
from textual.binding import Binding
from textual.command import CommandPalette

from conclab.model.actions import Affinity, IoPriority, Nice, NiceBy, Policy, Signal
from conclab.recording.session import LiveSession
from conclab.tui.screens.actions.affinity import AffinityDialog
from conclab.tui.screens.actions.schedule import IoPriorityDialog, NiceDialog, PolicyDialog
from conclab.tui.screens.actions.signals import SignalDialog
from conclab.tui.screens.choose import ChooseDialog
from conclab.tui.screens.details import DetailsScreen
from conclab.tui.screens.help import HelpScreen
from conclab.tui.screens.lab import LabScreen
from conclab.tui.screens.learn import LearnScreen
from conclab.tui.screens.monitor import MonitorScreen
from conclab.tui.screens.monitor_keys import KEYS
from conclab.tui.screens.past import PastScreen
from conclab.tui.screens.place import Place
from conclab.tui.screens.runs import RunsScreen
from conclab.tui.screens.setup import SetupScreen
from conclab.tui.screens.trace import TraceScreen
from conclab.tui.widgets.keybar import KeyBar
from conclab.tui.widgets.prompt import Prompt
from conclab.tui.widgets.task_browser import HELD, LIVE, PAUSED
from conclab.tui.widgets.task_table import TaskTable
from conclab.tui.widgets.tourbar import TourBar
from tests.tui.helpers import eventually, key_bar, plan, process, run_started, settle
from tests.tui.screens.monitoring import ALL, CALC, INIT, KID, WEB, Monitor, monitor

Case = Callable[[Monitor, str], Awaitable[None]]
CASES: dict[str, Case] = {}


def of(*names: str) -> Callable[[Case], Case]:
    """What the keys of these bindings do."""

    def keep(case: Case) -> Case:
        for name in names:
            assert name not in CASES
            CASES[name] = case
        return case

    return keep


def bindings() -> dict[str, Binding]:
    """All that are in force on the monitor, by id."""
    every = [*KEYS, *TaskTable.BINDINGS, *Place.BINDINGS]
    return {binding.id: binding for binding in every if isinstance(binding, Binding) and binding.id}


EVERY_KEY = [(name, key) for name, binding in bindings().items() for key in binding.key.split(",")]


def test_every_binding_has_an_id_a_case_and_no_case_is_left_over() -> None:
    assert len(bindings()) == len(KEYS) + len(TaskTable.BINDINGS) + len(Place.BINDINGS)
    assert set(bindings()) == set(CASES)


@pytest.mark.parametrize("name", bindings())
async def test_key(name: str) -> None:
    async with monitor() as one:
        assert one.pids() == [20, 10, 21, 1], "by CPU%, the largest first"
        await CASES[name](one, bindings()[name].key.split(",")[-1])


async def test_the_other_keys_of_a_binding_do_the_same() -> None:
    async with monitor() as one:
        await one.press("t")  # folding is for trees
        one.feed.give(run_started(plan()))  # and stopping for runs
        one.app.beat()
        await one.press("ctrl+n")  # and ending for tours
        active = one.app.screen.active_bindings
        meant = {name: binding.action for name, binding in bindings().items()}
        for name, key in EVERY_KEY:
            assert active[key].binding.action == meant[name], (name, key)
            assert active[key].enabled


def test_all_that_htops_hands_know_is_there() -> None:
    keys = {key for _name, key in EVERY_KEY}
    function = {f"f{number}" for number in range(1, 11)}
    signs = {
        "question_mark", "slash", "backslash", "plus", "minus", "asterisk", "less_than_sign", "greater_than_sign", "space",
        "left_square_bracket", "right_square_bracket", "up", "down", "pageup", "pagedown", "home", "end", "left", "right", "enter",
    }  # fmt: skip
    assert function | signs | set("htIPMTNkcUFZHKupaielswq") <= keys


# Finding


@of("monitor.search")
async def _(one: Monitor, key: str) -> None:
    await one.press(key, "k", "i")
    assert one.screen.query_one(Prompt).question is not None
    assert one.selected == 21, "it goes there as one types"
    await one.press("d", "x")
    assert "not here" in "\n".join(one.app.screen.query_one(Prompt).query("Told").first().render_line(0).text.split("\n"))
    assert one.selected == 21
    await one.press("escape")
    assert one.screen.query_one(Prompt).question is None
    assert one.app.focused is one.table


@of("monitor.filter")
async def _(one: Monitor, key: str) -> None:
    await one.press(key, *"cpu>40")
    assert one.pids() == [20, 10], "in force while one types"
    await one.press("enter")
    assert one.pids() == [20, 10]
    assert "filter cpu>40" in one.subtitle
    assert "2 of 7" in one.subtitle
    await one.press(key, "x", "escape")
    assert one.pids() == [20, 10], "Esc: as it was"
    await one.press(key, *["backspace"] * 6, "enter")
    assert one.pids() == [20, 10, 21, 1]
    assert "filter" not in one.subtitle


@of("monitor.pid")
async def _(one: Monitor, key: str) -> None:
    await one.press(key, "2", "1")
    assert one.selected == 21
    await one.press("enter")
    assert one.app.focused is one.table


# How it is looked at


@of("monitor.tree")
async def _(one: Monitor, key: str) -> None:
    await one.press(key)
    assert one.app.settings.tree
    assert one.pids() == [1, 20, 21, 10]
    assert "└─ kid" in one.line(21)
    assert "tree" in one.subtitle
    await one.press(key)
    assert not one.app.settings.tree
    assert one.pids() == [20, 10, 21, 1]


@of("monitor.sort")
async def _(one: Monitor, key: str) -> None:
    await one.press(key)
    assert isinstance(one.app.screen, ChooseDialog)
    await one.press("T", "I", "M", "E", "enter")
    assert one.app.settings.sort == "time"
    assert one.pids() == [21, 1, 10, 20]
    assert "TIME+▼" in one.header


def _sorts(sort: str, order: list[int], title: str) -> Case:
    async def case(one: Monitor, key: str) -> None:
        for _ in range(2):
            await one.press(key)
            assert one.app.settings.sort == sort
            assert one.pids() == order, "also when it is pressed twice"
            assert title in one.header
        await one.press("I", key)
        assert one.pids() == order, "what was turned round is not any more"

    return case


of("monitor.by_cpu")(_sorts("cpu", [20, 10, 21, 1], "CPU%▼"))
of("monitor.by_memory")(_sorts("res", [21, 1, 20, 10], "RES▼"))
of("monitor.by_time")(_sorts("time", [21, 1, 10, 20], "TIME+▼"))
of("monitor.by_pid")(_sorts("pid", [1, 10, 20, 21], "PID▲"))


@of("monitor.sort_left")
async def _(one: Monitor, key: str) -> None:
    await one.press(key)
    assert one.app.settings.sort == "state"
    await one.press(*[key] * len(one.table.shown_columns))
    assert one.app.settings.sort == "state", "once round"


@of("monitor.sort_right")
async def _(one: Monitor, key: str) -> None:
    await one.press(key)
    assert one.app.settings.sort == "delay"
    await one.press(*[key] * len(one.table.shown_columns))
    assert one.app.settings.sort == "delay"


@of("monitor.invert")
async def _(one: Monitor, key: str) -> None:
    await one.press(key)
    assert one.app.settings.inverted
    assert one.pids() == [1, 21, 10, 20]
    assert "CPU%▲" in one.header
    await one.press(key)
    assert one.pids() == [20, 10, 21, 1]


@of("monitor.fold")
async def _(one: Monitor, key: str) -> None:
    await one.press(key)
    assert one.pids() == [20, 10, 21, 1], "in a flat list there is nothing to fold"
    await one.press("t", "home", "down", key)
    assert (one.selected, one.pids()) == (20, [1, 20, 10])
    assert "[+1] calc" in one.line(20)
    await one.press("down", key)
    assert one.pids() == [1, 20, 10], "who has nothing below it cannot be folded"


@of("monitor.unfold")
async def _(one: Monitor, key: str) -> None:
    await one.press("t", "home", "down", "minus", key)
    assert one.pids() == [1, 20, 21, 10]


@of("monitor.fold_all")
async def _(one: Monitor, key: str) -> None:
    await one.press("t", key)
    assert one.pids() == [1]
    assert "[+3]" in one.line(1)
    await one.press(key)
    assert one.pids() == [1, 20, 21, 10]


@of("monitor.threads")
async def _(one: Monitor, key: str) -> None:
    await one.press(key)
    assert one.app.settings.threads
    assert one.pids() == [20, 10, 11, 10, 21, 1]
    assert "» w1" in one.line(11)
    assert "threads" in one.subtitle
    await one.press(key)
    assert one.pids() == [20, 10, 21, 1]


@of("monitor.kernel")
async def _(one: Monitor, key: str) -> None:
    await one.press(key)
    assert one.app.settings.kernel
    assert "[kthreadd]" in one.line(2)
    await one.press(key)
    assert 2 not in one.pids()


@of("monitor.user")
async def _(one: Monitor, key: str) -> None:
    await one.press(key)
    assert isinstance(one.app.screen, ChooseDialog)
    await one.press("w", "w", "w", "enter")
    assert one.pids() == [10]
    assert "user www" in one.subtitle
    await one.press(key, "escape")
    assert one.pids() == [10]
    await one.press(key, *"everybody", "enter")
    assert one.pids() == [20, 10, 21, 1]
    assert "user" not in one.subtitle


@of("monitor.columns_next")
async def _(one: Monitor, key: str) -> None:
    await one.press(key)
    assert one.app.settings.columns == "scheduling"
    assert "POLICY" in one.header
    assert "columns scheduling" in one.subtitle


@of("monitor.columns_before")
async def _(one: Monitor, key: str) -> None:
    await one.press(key)
    assert one.app.settings.columns == "htop"
    assert "VIRT" in one.header


@of("monitor.of_machine")
async def _(one: Monitor, key: str) -> None:
    assert "90" in one.line(20).split()
    await one.press(key)
    assert "22" in one.line(20).split(), "of four cores"
    await one.press(key)
    assert "90" in one.line(20).split()


@of("monitor.paths")
async def _(one: Monitor, key: str) -> None:
    assert "/usr/sbin/web" not in one.line(10)
    await one.press(key)
    assert "/usr/sbin/web --serve" in one.line(10)


@of("monitor.selected")
async def _(one: Monitor, key: str) -> None:
    assert one.screen.query_one("#selected").display
    rows = one.table.visible_rows
    await one.press(key)
    assert not one.screen.query_one("#selected").display
    assert one.table.visible_rows > rows
    await one.press(key)
    assert one.screen.query_one("#selected").display


# How rows move


@of("monitor.pause")
async def _(one: Monitor, key: str) -> None:
    await one.press(key)
    assert (one.browser.motion, "paused (Z goes on)" in one.title) == (PAUSED, True)
    await one.give(process(77, 0.3), process(20, 0.0))
    assert one.pids() == [20, 10, 21, 1]
    assert "90" in one.line(20).split()
    await one.press("N", "down")
    assert (one.pids(), one.selected) == ([1, 10, 20, 21], 10), "one can look around in it"
    await one.press(key)
    assert (one.browser.motion, one.title) == (LIVE, "Tasks")
    assert one.pids() == [20, 77]


@of("monitor.record")
async def _(one: Monitor, key: str) -> None:
    await one.press(key)
    await one.acted()
    assert isinstance(one.screen.session, LiveSession)
    tape = one.screen.session.recording
    assert tape is not None
    assert tape.on
    await one.press(key)
    await one.acted()
    assert not tape.on
    tape.path.unlink()


@of("monitor.go_back")
async def _(one: Monitor, key: str) -> None:
    await one.press(key)
    assert isinstance(one.app.screen, PastScreen)
    await one.press("escape")
    assert one.app.screen is one.screen


@of("monitor.hold")
async def _(one: Monitor, key: str) -> None:
    await one.press(key)
    assert (one.browser.motion, "held" in one.title) == (HELD, True)
    await one.give(*(row._replace(cpu_share=0.99) if row is KID else row for row in ALL))
    assert one.pids() == [20, 10, 21, 1]
    assert "99" in one.line(21).split()
    await one.press(key)
    assert one.pids() == [21, 20, 10, 1]


@of("monitor.follow")
async def _(one: Monitor, key: str) -> None:
    await one.press("down", key)
    assert one.table.follow
    assert "following" in one.subtitle
    many = [process(pid, 0.8) for pid in range(100, 200)]
    await one.give(*ALL, *many)
    assert await eventually(one.pilot, lambda: 10 in one.pids())
    assert one.selected == 10
    await one.press(key)
    assert not one.table.follow
    assert "following" not in one.subtitle


# Tags


@of("monitor.tag")
async def _(one: Monitor, key: str) -> None:
    await one.press(key)
    assert (one.browser.tags, one.selected) == ({CALC.id}, 10)
    assert one.line(20).startswith(" ●")
    assert "1 tagged" in one.subtitle
    await one.press(key, "up", key)
    assert one.browser.tags == {CALC.id}


@of("monitor.tag_tree")
async def _(one: Monitor, key: str) -> None:
    await one.press(key)
    assert one.browser.tags == {CALC.id, KID.id}
    assert "2 tagged" in one.subtitle
    assert one.line(21).startswith(" ●")


@of("monitor.untag")
async def _(one: Monitor, key: str) -> None:
    await one.press("space", "space", key)
    assert one.browser.tags == set()
    assert "tagged" not in one.subtitle
    assert "●" not in "".join(one.lines())


# Actions


@of("monitor.nicer")
async def _(one: Monitor, key: str) -> None:
    await one.press(key)
    await one.acted()
    assert one.feed.acted == [(NiceBy(-1), (CALC.id,))]


@of("monitor.meeker")
async def _(one: Monitor, key: str) -> None:
    await one.press(key)
    await one.acted()
    assert one.feed.acted == [(NiceBy(1), (CALC.id,))]


@of("monitor.kill")
async def _(one: Monitor, key: str) -> None:
    await one.press(key)
    assert isinstance(one.app.screen, SignalDialog)
    await one.press("enter")
    await one.acted()
    assert one.feed.acted == [(Signal(15), (CALC.id,))]
    await one.press(key, "escape")
    await one.acted()
    assert len(one.feed.acted) == 1


@of("monitor.kill_tree")
async def _(one: Monitor, key: str) -> None:
    await one.press(key, "enter")
    await settle(one.pilot)
    await one.press("y")  # several at once are asked about
    await one.acted()
    assert one.feed.acted == [(Signal(15), (CALC.id, KID.id))]


@of("monitor.affinity")
async def _(one: Monitor, key: str) -> None:
    await one.press(key)
    assert await eventually(one.pilot, lambda: isinstance(one.app.screen, AffinityDialog))
    await one.press("space", "enter")
    await one.acted()
    assert one.feed.acted == [(Affinity(frozenset({1, 2, 3})), (CALC.id,))]


@of("monitor.io_priority")
async def _(one: Monitor, key: str) -> None:
    await one.press(key)
    assert await eventually(one.pilot, lambda: isinstance(one.app.screen, IoPriorityDialog))
    await one.press("down", "enter")
    await one.acted()
    ((action, targets),) = one.feed.acted
    assert isinstance(action, IoPriority)
    assert targets == (CALC.id,)


@of("monitor.nice")
async def _(one: Monitor, key: str) -> None:
    await one.press(key)
    assert await eventually(one.pilot, lambda: isinstance(one.app.screen, NiceDialog))
    await one.press("down", "enter")
    await one.acted()
    ((action, targets),) = one.feed.acted
    assert isinstance(action, Nice)
    assert targets == (CALC.id,)


@of("monitor.policy")
async def _(one: Monitor, key: str) -> None:
    await one.press(key)
    assert await eventually(one.pilot, lambda: isinstance(one.app.screen, PolicyDialog))
    await one.press("down", "enter")
    await one.acted()
    ((action, targets),) = one.feed.acted
    assert isinstance(action, Policy)
    assert targets == (CALC.id,)


# Other screens


def _page(page: str) -> Case:
    async def case(one: Monitor, key: str) -> None:
        await one.press("down", key)
        assert isinstance(one.app.screen, DetailsScreen)
        assert (one.app.screen.id_of_process, one.app.screen.page_key) == (WEB.id, page)
        await one.press("escape")
        assert isinstance(one.app.screen_stack[-1], MonitorScreen)
        assert one.selected == 10

    return case


of("monitor.wrapped", "table.open")(_page("overview"))
of("monitor.environment")(_page("environment"))
of("monitor.files")(_page("files"))
of("monitor.stacks")(_page("stacks"))


@of("monitor.trace")
async def _(one: Monitor, key: str) -> None:
    await one.press("down", key)
    assert isinstance(one.app.screen, TraceScreen)


@of("monitor.help", "help", "help.f1")
async def _(one: Monitor, key: str) -> None:
    await one.press(key)
    assert isinstance(one.app.screen, HelpScreen)
    await one.press("escape")
    assert isinstance(one.app.screen_stack[-1], MonitorScreen)


@of("monitor.setup", "setup")
async def _(one: Monitor, key: str) -> None:
    await one.press(key)
    assert isinstance(one.app.screen, SetupScreen)


@of("runs")
async def _(one: Monitor, key: str) -> None:
    await one.press(key)
    assert isinstance(one.app.screen, RunsScreen)


@of("learn")
async def _(one: Monitor, key: str) -> None:
    await one.press(key)
    assert isinstance(one.app.screen, LearnScreen)
    await one.press("m")
    assert isinstance(one.app.screen, MonitorScreen)


@of("tour", "tour.end")
async def _(one: Monitor, key: str) -> None:
    begins, bar = "ctrl+n", one.screen.query_one(TourBar)
    await one.press(begins)
    assert bar.size.height > 0
    head = bar.render_line(0).text
    await one.press(key)
    assert (bar.render_line(0).text != head) if key == begins else bar.size.height == 0


@of("monitor.lab")
async def _(one: Monitor, key: str) -> None:
    await one.press(key)
    assert isinstance(one.app.screen, LabScreen)
    await one.press("g")
    assert isinstance(one.app.screen, MonitorScreen)


@of("monitor.commands")
async def _(one: Monitor, key: str) -> None:
    await one.press(key)
    assert isinstance(one.app.screen, CommandPalette)


@of("monitor.stop")
async def _(one: Monitor, key: str) -> None:
    await one.press(key)
    assert one.feed.stops == 0
    assert "Stop" not in key_bar(one.app)
    one.feed.give(run_started(plan()))
    one.app.beat()
    await settle(one.pilot)
    await one.press(key)
    assert one.feed.stops == 1


@of("monitor.quit", "quit", "quit.f10")
async def _(one: Monitor, key: str) -> None:
    assert one.app._exit is False
    await one.pilot.press(key)
    assert one.app._exit is True


# Moving: the table's own tests tell where to


def _moves(first: tuple[str, ...], pid: int) -> Case:
    async def case(one: Monitor, key: str) -> None:
        await one.press(*first, key)
        assert one.selected == pid

    return case


of("table.up")(_moves(("end",), 21))
of("table.down", "table.pagedown.short")(_moves((), 10))
del CASES["table.pagedown.short"]
of("table.pageup", "table.home")(_moves(("end",), 20))
of("table.pagedown", "table.end")(_moves((), 1))


@of("table.right")
async def _(one: Monitor, key: str) -> None:
    await one.press(key)
    assert "--serve" not in one.line(10) or "web --serve" not in one.line(10)
    assert "primes" not in one.line(20) or "calc primes" not in one.line(20)


@of("table.left")
async def _(one: Monitor, key: str) -> None:
    await one.press("right", key)
    assert "calc primes" in one.line(20)


# Digits, and the mouse


async def test_digits_search_a_pid() -> None:
    async with monitor() as one:
        await one.press("2", "1")
        assert one.selected == 21
        assert one.screen.query_one(Prompt).text == "21"
        await one.press("7")
        assert one.selected == 21, "there is no 217: it stays where it was"
        await one.press("escape", "H", "1", "1", "enter")
        assert one.selected == 11, "of a thread, too"


async def test_a_click_on_a_title_sorts_and_again_inverts() -> None:
    async with monitor() as one:
        await one.click_on(" RES")
        assert (one.app.settings.sort, one.pids()) == ("res", [21, 1, 20, 10])
        await one.click_on("RES▼")
        assert (one.app.settings.inverted, one.pids()) == (True, [10, 20, 1, 21])
        await one.click_on("RES▲")
        assert one.pids() == [21, 1, 20, 10]
        await one.click_on("Command")
        assert (one.app.settings.sort, one.app.settings.inverted) == ("command", False)


async def test_a_click_selects_and_a_double_click_opens_the_details() -> None:
    async with monitor() as one:
        await one.click_on("kid of calc")
        assert one.selected == 21
        await one.click_on("init", times=2)
        assert isinstance(one.app.screen, DetailsScreen)
        assert one.app.screen.id_of_process == INIT.id


async def test_every_key_of_the_footer_can_be_clicked_and_does_what_the_key_does() -> None:
    async with monitor(size=(200, 50)) as one:
        bar = one.app.screen.query_one(KeyBar).render_line(0)
        clicks = {look.meta["@click"] for _text, look, _ in bar if isinstance(look, Style) and "@click" in look.meta}
        assert "screen.tree" in clicks
        assert {
            action if "." in action else f"screen.{action}" for action in (binding.action for binding in bindings().values())
        } >= clicks
        await one.click_on("Tree")
        assert one.app.settings.tree
        await one.click_on("Kill")
        assert isinstance(one.app.screen, SignalDialog)
        await one.press("escape")
        await one.click_on("Filter")
        assert one.screen.query_one(Prompt).question is not None
        await one.press("escape")
        await one.click_on("Help")
        assert isinstance(one.app.screen, HelpScreen)

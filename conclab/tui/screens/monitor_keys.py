"""The keys of the monitor: htop's where htop has one. Help, footer and command palette are made from this list."""

from __future__ import annotations

from textual.binding import Binding, BindingType

from conclab.tui.commands import ACTING, FINDING, LOOKING, MOVING, ORDER
from conclab.tui.screens.going_back import back_key


def _key(
    keys: str, action: str, title: str, meaning: str, name: str, group: Binding.Group | None = None, show: bool = False
) -> Binding:
    return Binding(keys, action, title, show=show, tooltip=meaning, id=f"monitor.{name}", group=group)


KEYS: list[BindingType] = [
    _key("f2", "app.setup", "Setup", "Columns, meters, theme, keys: everything that can be set", "setup", show=True),
    _key("f3,slash", "search", "Search", "Find a row as you type; F3 again finds the next", "search", FINDING, show=True),
    _key(
        "f4,backslash", "filter", "Filter", "Show only rows that fit: a word, or cpu>5 and user=root", "filter", FINDING, show=True
    ),
    _key("f5,t", "tree", "Tree", "Children under their parents", "tree", ORDER, show=True),
    _key("f6", "choose_sort", "Sort", "Choose the column to sort by", "sort", ORDER, show=True),
    # Before nice, for a narrow footer does without its last ones.
    _key("f9,k", "kill", "Kill", "Send a signal, chosen from a list", "kill", ACTING, show=True),
    _key(
        "f7,right_square_bracket",
        "nice_by(-1)",
        "Nice -",
        "Nice down by one: it gets more of a core (needs root)",
        "nicer",
        ACTING,
        show=True,
    ),
    _key("f8,left_square_bracket", "nice_by(1)", "Nice +", "Nice up by one: it gets less of a core", "meeker", ACTING, show=True),
    _key("H", "switch('threads')", "Threads", "Rows for the threads of processes", "threads", LOOKING, show=True),
    _key("Z", "pause", "Pause", "The rows stand still, figures and all, until Z is pressed again", "pause", LOOKING, show=True),
    _key(
        "r",
        "record",
        "Record",
        "Record what the monitor shows into a file, or end that; Runs and `conclab replay` open it",
        "record",
        LOOKING,
        show=True,
    ),
    back_key(
        "monitor", "Back over the last minutes of this session: every figure as it was then; Esc returns to now", LOOKING, show=True
    ),
    _key("z", "hold", "Hold rows", "Rows stay where they are, their figures go on", "hold", LOOKING),
    _key("K", "switch('kernel')", "Kernel threads", "Rows for the threads of the kernel", "kernel", LOOKING),
    _key("space", "tag", "Tag", "Tag the row: actions are then about all tagged rows", "tag", ACTING),
    _key("c", "tag_tree", "Tag with children", "Tag a process with all that it has started", "tag_tree", ACTING),
    _key("U", "untag", "Untag all", "Take all tags away", "untag", ACTING),
    _key("F", "follow", "Follow", "The view goes along with the selected row", "follow", MOVING),
    _key("P", "order_by('cpu')", "By CPU", "Sort by CPU%", "by_cpu", ORDER),
    _key("M", "order_by('res')", "By memory", "Sort by resident memory", "by_memory", ORDER),
    _key("T", "order_by('time')", "By time", "Sort by CPU time", "by_time", ORDER),
    _key("N", "order_by('pid')", "By PID", "Sort by number", "by_pid", ORDER),
    _key("less_than_sign,comma", "shift_sort(-1)", "Sort column left", "Sort by the column to the left", "sort_left", ORDER),
    _key(
        "greater_than_sign,full_stop", "shift_sort(1)", "Sort column right", "Sort by the column to the right", "sort_right", ORDER
    ),
    _key("I", "invert", "Invert", "Turn the order round", "invert", ORDER),
    _key("plus", "fold(False)", "Unfold", "Show what is below the row", "unfold", ORDER),
    _key("minus", "fold(True)", "Fold", "Fold away what is below the row", "fold", ORDER),
    _key("asterisk", "fold_all", "Fold all", "Fold or unfold the whole tree", "fold_all", ORDER),
    _key("u", "choose_user", "User", "Show the processes of one user", "user", FINDING),
    _key("tab", "turn_columns(1)", "Next columns", "The next set of columns", "columns_next", ORDER),
    _key("shift+tab", "turn_columns(-1)", "Columns before", "The set of columns before", "columns_before", ORDER),
    _key(
        "percent_sign",
        "switch('of_machine')",
        "CPU% of the machine",
        "100 is the whole machine instead of one core",
        "of_machine",
        ORDER,
    ),
    _key("p", "switch('paths')", "Paths", "Whole paths of programs", "paths", LOOKING),
    _key("d", "selected", "Selected", "The pane about the selected row: there or not", "selected", LOOKING),
    _key("number_sign", "go_to_pid", "Go to PID", "Go to a row by its number; typing the digits does it, too", "pid", FINDING),
    _key("a", "affinity", "Affinity", "Choose the cores that it may use", "affinity", ACTING),
    _key("i", "io_priority", "I/O priority", "Set how its storage requests are served", "io_priority", ACTING),
    _key("n", "nice", "Set nice", "Set nice to a value", "nice", ACTING),
    _key("y", "policy", "Policy", "Set the scheduling policy", "policy", ACTING),
    _key("ctrl+k", "kill_tree", "Kill tree", "Send a signal to a process and all that it has started", "kill_tree", ACTING),
    _key("w", "details('overview')", "Whole command", "The whole command line, and all about the process", "wrapped", LOOKING),
    _key("e", "details('environment')", "Environment", "Its environment", "environment", LOOKING),
    _key("l", "details('files')", "Open files", "Its open files and sockets", "files", LOOKING),
    _key("s", "trace", "Trace", "Its system calls, live, by strace", "trace", LOOKING),
    _key("S", "details('stacks')", "Stacks", "Where its threads are: Python stacks, or the kernel's", "stacks", LOOKING),
    _key("g,ctrl+g", "app.go('lab')", "Lab", "The experiments", "lab", show=True),
    _key("escape", "stop", "Stop the run", "Stop the experiment that runs in the lab", "stop", show=True),
    _key("ctrl+p", "app.command_palette", "Commands", "Find any command by its name", "commands", show=True),
    _key("f1,h", "app.help", "Help", "What the words mean, and every key", "help", show=True),
    _key("f10", "app.quit", "Quit", "Stop whatever runs and leave", "quit", show=True),
]

"""The keys of the monitor: htop's where htop has one. Help, footer and command palette are made from this list."""

from __future__ import annotations

from textual.binding import Binding, BindingType


def _key(keys: str, action: str, title: str, meaning: str, name: str, show: bool = False) -> Binding:
    return Binding(keys, action, title, show=show, tooltip=meaning, id=f"monitor.{name}")


KEYS: list[BindingType] = [
    _key("f2", "app.setup", "Setup", "Columns, meters, theme, keys: everything that can be set", "setup", show=True),
    _key("f3,slash", "search", "Search", "Find a row as you type; F3 again finds the next", "search", show=True),
    _key("f4,backslash", "filter", "Filter", "Show only rows that fit: a word, or cpu>5 and user=root", "filter", show=True),
    _key("f5,t", "tree", "Tree", "Children under their parents", "tree", show=True),
    _key("f6", "choose_sort", "Sort", "Choose the column to sort by", "sort", show=True),
    _key(
        "f7,right_square_bracket",
        "nice_by(-1)",
        "Nice -",
        "Nice down by one: it gets more of a core (needs root)",
        "nicer",
        show=True,
    ),
    _key("f8,left_square_bracket", "nice_by(1)", "Nice +", "Nice up by one: it gets less of a core", "meeker", show=True),
    _key("f9,k", "kill", "Kill", "Send a signal, chosen from a list", "kill", show=True),
    _key("H", "switch('threads')", "Threads", "Rows for the threads of processes", "threads", show=True),
    _key("Z", "pause", "Pause", "The rows stand still, figures and all, until Z is pressed again", "pause", show=True),
    _key("z", "hold", "Hold rows", "Rows stay where they are, their figures go on", "hold"),
    _key("K", "switch('kernel')", "Kernel threads", "Rows for the threads of the kernel", "kernel"),
    _key("space", "tag", "Tag", "Tag the row: actions are then about all tagged rows", "tag"),
    _key("c", "tag_tree", "Tag with children", "Tag a process with all that it has started", "tag_tree"),
    _key("U", "untag", "Untag all", "Take all tags away", "untag"),
    _key("F", "follow", "Follow", "The view goes along with the selected row", "follow"),
    _key("P", "order_by('cpu')", "By CPU", "Sort by CPU%", "by_cpu"),
    _key("M", "order_by('res')", "By memory", "Sort by resident memory", "by_memory"),
    _key("T", "order_by('time')", "By time", "Sort by CPU time", "by_time"),
    _key("N", "order_by('pid')", "By PID", "Sort by number", "by_pid"),
    _key("less_than_sign,comma", "shift_sort(-1)", "Sort column left", "Sort by the column to the left", "sort_left"),
    _key("greater_than_sign,full_stop", "shift_sort(1)", "Sort column right", "Sort by the column to the right", "sort_right"),
    _key("I", "invert", "Invert", "Turn the order round", "invert"),
    _key("plus", "fold(False)", "Unfold", "Show what is below the row", "unfold"),
    _key("minus", "fold(True)", "Fold", "Fold away what is below the row", "fold"),
    _key("asterisk", "fold_all", "Fold all", "Fold or unfold the whole tree", "fold_all"),
    _key("u", "choose_user", "User", "Show the processes of one user", "user"),
    _key("tab", "turn_columns(1)", "Next columns", "The next set of columns", "columns_next"),
    _key("shift+tab", "turn_columns(-1)", "Columns before", "The set of columns before", "columns_before"),
    _key(
        "percent_sign", "switch('of_machine')", "CPU% of the machine", "100 is the whole machine instead of one core", "of_machine"
    ),
    _key("p", "switch('paths')", "Paths", "Whole paths of programs", "paths"),
    _key("d", "selected", "Selected", "The pane about the selected row: there or not", "selected"),
    _key("number_sign", "go_to_pid", "Go to PID", "Go to a row by its number; typing the digits does it, too", "pid"),
    _key("a", "affinity", "Affinity", "Choose the cores that it may use", "affinity"),
    _key("i", "io_priority", "I/O priority", "Set how its storage requests are served", "io_priority"),
    _key("n", "nice", "Set nice", "Set nice to a value", "nice"),
    _key("y", "policy", "Policy", "Set the scheduling policy", "policy"),
    _key("ctrl+k", "kill_tree", "Kill tree", "Send a signal to a process and all that it has started", "kill_tree"),
    _key("w", "details('overview')", "Whole command", "The whole command line, and all about the process", "wrapped"),
    _key("e", "details('environment')", "Environment", "Its environment", "environment"),
    _key("l", "details('files')", "Open files", "Its open files and sockets", "files"),
    _key("s", "trace", "Trace", "Its system calls, live, by strace", "trace"),
    _key("S", "details('stacks')", "Stacks", "Where its threads are: Python stacks, or the kernel's", "stacks"),
    _key("g,ctrl+g", "app.go('lab')", "Lab", "The experiments", "lab", show=True),
    _key("escape", "stop", "Stop the run", "Stop the experiment that runs in the lab", "stop", show=True),
    _key("ctrl+p", "app.command_palette", "Commands", "Find any command by its name", "commands", show=True),
    _key("f1,h", "app.help", "Help", "What the words mean, and every key", "help", show=True),
    _key("f10", "app.quit", "Quit", "Stop whatever runs and leave", "quit", show=True),
]

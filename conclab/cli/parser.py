"""The command line, described once: parsing, help and shell completion are made from it."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from functools import partial
from typing import NoReturn

from conclab import __version__
from conclab.cli.ending import Trouble
from conclab.cli.parser_serve import add_serve
from conclab.cli.parser_shows import add_shows
from conclab.cli.parser_tape import add_tape

_WIDTH = 96
_SCREENS = ("monitor",)
"""Commands that open screens: they can be read-only."""
_PRESENTED = ("monitor", "demo", "record")
"""Commands whose screens can be presented."""
_READ_ONLY = "the screens only show: nothing is signalled, started, traced, written or deleted; no environments"


class _Formatter(argparse.RawDescriptionHelpFormatter):
    """Examples stay as written."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=26, width=_WIDTH)


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line instead of three."""

    def error(self, message: str) -> NoReturn:
        raise Trouble(f"{message}; see `{self.prog} --help`")


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number") from None


def _seconds(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds") from None


def _later(module: str) -> Callable[[argparse.Namespace], int]:
    """The command of a module below ``conclab.cli``, imported only when it is called."""

    def call(asked: argparse.Namespace) -> int:
        import importlib

        command: Callable[[argparse.Namespace], int] = importlib.import_module(f"conclab.cli.{module}").command
        return command(asked)

    return call


def _add(commands: argparse._SubParsersAction[_Parser], name: str, summary: str, more: str, example: str) -> _Parser:
    parser = commands.add_parser(
        name,
        help=summary,
        description=f"{summary[0].upper()}{summary[1:]}. {more}".strip(),
        epilog=f"example:\n  {example}",
        formatter_class=_Formatter,
        allow_abbrev=False,
    )
    parser.set_defaults(command=_later(name), screens=name in _SCREENS, presented=name in _PRESENTED)
    return parser


def _json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print JSON on standard output, and nothing else there")


def _add_monitor(commands: argparse._SubParsersAction[_Parser]) -> None:
    monitor = _add(
        commands,
        "monitor",
        "open the monitor, or print what it shows",
        "The first output comes after --every seconds.",
        "conclab monitor --once\n"
        "  conclab monitor --json --every 5 --filter 'cpu>5 and user=root'\n"
        "  conclab monitor --count 3 --threads --columns scheduling --sort delay\n"
        "  conclab monitor --record night --for 28800",
    )
    monitor.add_argument("--once", action="store_true", help="print one look and end")
    monitor.add_argument(
        "--json", action="store_true", help="print JSON: one object with --once, else one object a line until it is stopped"
    )
    monitor.add_argument("--count", metavar="N", type=_whole, help="end after N looks")
    monitor.add_argument("--every", metavar="SECONDS", type=_seconds, help="time between two looks, 0.1 to 3600 (default 1)")
    monitor.add_argument(
        "--filter",
        metavar="EXPR",
        help='only these rows: cpu>5, user=root, state=R, vcs>1000, name~"py.*", bare words, and, or, not; @NAME is a saved filter',
    )
    monitor.add_argument(
        "--columns",
        metavar="LIST",
        help="these columns: keys like pid,cpu,vcs,command or a set: main, scheduling, memory, storage, groups, htop",
    )
    monitor.add_argument("--threads", action="store_true", help="also the threads of every process")
    monitor.add_argument("--sort", metavar="COLUMN", help="in this order (default cpu); --sort=-COLUMN turns it round")
    monitor.add_argument("--inverted", action="store_true", help="turn the order round")
    add_tape(monitor)
    # Suppressed: what stands before the command must not be undone by what does not stand behind it.
    monitor.add_argument("--presenter", action="store_true", default=argparse.SUPPRESS, help="show the keys as they are pressed")
    monitor.add_argument("--read-only", action="store_true", default=argparse.SUPPRESS, help=_READ_ONLY)
    _add_cast(monitor)


def _add_cast(parser: argparse.ArgumentParser, default: str | None = argparse.SUPPRESS) -> None:
    """Suppressed: what stands before a command must not be undone by what does not stand behind it."""
    parser.add_argument("--cast", metavar="FILE", default=default, help="record the terminal from the beginning, for asciinema")
    version = default or 2
    parser.add_argument(
        "--cast-v3",
        action="store_const",
        const=3,
        dest="cast_version",
        default=version,
        help="recordings of the terminal are asciicast 3, for asciinema 3 and newer players",
    )


def _add_runs(commands: argparse._SubParsersAction[_Parser]) -> None:
    which = "which run: its id, the beginning of it, an experiment (its newest run), last, or a file; `conclab runs` shows all"
    runs = _add(commands, "runs", "list the runs that were kept", "Newest first; each is one file.", "conclab runs")
    _json(runs)

    show = _add(
        commands,
        "show",
        "print a run that was kept",
        "Its verdict, and where the time of its workers went.",
        "conclab show last\n  conclab show threads-or-processes --json",
    )
    show.add_argument("run", metavar="RUN", help=which)
    _json(show)

    replay = _add(
        commands,
        "replay",
        "open a run, or a recording of the monitor, at any moment of it",
        "Space plays it, j jumps to a moment, v and x go to the next event and spike; `?` there shows all keys.",
        "conclab replay last\n  conclab replay monitor         the newest recording of the monitor\n  conclab replay night.conclab",
    )
    replay.add_argument("run", metavar="FILE", help=which)

    export = _add(
        commands,
        "export",
        "write a run in a format that others read",
        "ui.perfetto.dev opens the first of them.",
        "conclab export last --format perfetto\n  conclab export threads-or-processes --format csv -o samples.csv",
    )
    export.add_argument("run", metavar="RUN", help=which)
    export.add_argument("--format", choices=("perfetto", "json", "csv"), required=True, help="which format")
    export.add_argument(
        "-o", "--output", metavar="FILE", help="where to; - is standard output (default: a file here, named after the run)"
    )
    export.add_argument(
        "--what", choices=("samples", "slices"), default="samples", help="of csv: a row a sample, or a row a slice of an exact run"
    )
    export.add_argument("--force", action="store_true", help="write over a file that is there")


def _add_claims(commands: argparse._SubParsersAction[_Parser]) -> None:
    claims = _add(
        commands,
        "claims",
        "run what the article says, and tell what of it holds here",
        "Of each claim it tells whether it holds, fails, holds in part or cannot be decided here, and why.",
        "conclab claims 34\n"
        "  conclab claims --report claims.html --report claims.md\n"
        "  conclab claims 16-18 34 --python 3.11 --python 3.13t --json",
    )
    claims.add_argument("ids", metavar="ID", nargs="*", help="which: numbers and ranges, 34 or 1-5 (default: all)")
    claims.add_argument(
        "--report", metavar="FILE", action="append", default=[], dest="reports", help="also write a page: NAME.md or NAME.html"
    )
    claims.add_argument(
        "--python",
        metavar="EXE",
        action="append",
        default=[],
        dest="pythons",
        help="an interpreter: path, command or version; repeat it to see several side by side",
    )
    claims.add_argument("--seed", metavar="N", type=_whole, default=0, help="order of the arms and random pauses (default 0)")
    claims.add_argument("--kept", action="store_true", help="show what was found before on this machine, and run nothing")
    claims.add_argument("--no-keep", action="store_true", help="keep neither the runs nor what is found")
    claims.add_argument("--list", action="store_true", help="show the claims, and run nothing")
    claims.add_argument("--tui", action="store_true", help="open Learn")
    _json(claims)


def build() -> argparse.ArgumentParser:
    """The whole command line."""
    parser = _Parser(
        prog="conclab",
        usage="conclab [-h] [--version] [--read-only] [--cast FILE] [--presenter] [COMMAND ...]",
        description="A laboratory for concurrency, in a terminal. Without a command it opens the lab.",
        epilog=(
            "examples:\n"
            "  conclab                                    open the lab\n"
            "  conclab run threads-or-processes           run an experiment here, without the lab\n"
            "  conclab run waiting-room --set workers=32  with another parameter\n"
            "  conclab show last                          what came of the last run\n"
            "  conclab claims --report claims.html        what the article says: which of it holds here\n"
            "  conclab monitor                            processes and threads, live\n"
            "  conclab demo                               conclab shows itself, in two minutes\n"
            "  conclab serve                              the monitor in a browser, read-only\n"
            "  conclab doctor                             what this machine can show"
        ),
        formatter_class=_Formatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"conclab {__version__}")
    parser.add_argument("--read-only", action="store_true", help=_READ_ONLY)
    _add_cast(parser, None)
    parser.add_argument("--presenter", action="store_true", help="show the keys as they are pressed, and the time")
    parser.set_defaults(command=_later("lab"), screens=True, presented=True)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", prog="conclab", parser_class=_Parser)

    listing = _add(
        commands, "list", "show the experiments", "With their parameters, defaults and ranges on this machine.", "conclab list"
    )
    _json(listing)

    run = _add(
        commands,
        "run",
        "run one experiment and print its verdict",
        "The verdict goes to standard output, progress to standard error.",
        "conclab run threads-or-processes --set workers=8 --python 3.13t --repeat 10",
    )
    run.add_argument("experiment", metavar="NAME", help="which one; `conclab list` shows all")
    run.add_argument(
        "--set", metavar="KEY=VALUE", action="append", default=[], dest="settings", help="set a parameter; may be repeated"
    )
    run.add_argument("--repeat", metavar="N", type=_whole, help="exactly N repetitions of every arm")
    run.add_argument(
        "--python",
        metavar="EXE",
        action="append",
        default=[],
        dest="pythons",
        help="an interpreter: path, command or version; repeat it to compare several",
    )
    run.add_argument("--seed", metavar="N", type=_whole, default=0, help="order of the arms and random pauses (default 0)")
    run.add_argument("--exact", action="store_true", help="trace every switch with the kernel's own trace, where that is permitted")
    run.add_argument("--no-keep", action="store_true", help="do not keep it among the runs")
    run.add_argument("--output", action="store_true", help="also print what the workers print, to standard error")
    run.add_argument("--tui", action="store_true", help="open the lab with it running")
    _add_cast(run)
    _json(run)

    _add_claims(commands)
    _add_runs(commands)
    _add_monitor(commands)
    add_shows(partial(_add, commands))
    add_serve(partial(_add, commands))

    doctor = _add(commands, "doctor", "tell what this machine can show and what not", "And how to get the rest.", "conclab doctor")
    _json(doctor)

    completion = _add(
        commands,
        "completion",
        "print a completion script for your shell",
        "",
        'eval "$(conclab completion bash)"',
    )
    completion.add_argument("shell", choices=("bash", "zsh", "tcsh"), help="which shell")
    return parser


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Parse, or raise Trouble. ``--help`` and ``--version`` print and exit."""
    asked = build().parse_args(arguments)
    if asked.read_only and not asked.screens:
        raise Trouble("--read-only is for the screens: `conclab --read-only` and `conclab monitor --read-only`")
    if asked.presenter and not asked.presented:
        raise Trouble(
            "--presenter is for the screens: `conclab --presenter`, `conclab monitor --presenter`, `conclab demo --presenter`"
        )
    if asked.cast is not None and not (asked.screens or getattr(asked, "tui", False)):
        raise Trouble("--cast records the screens: `conclab --cast FILE`, `conclab monitor --cast FILE`, `conclab run NAME --tui`")
    return asked

"""The part of the command line that is about the browser: ``conclab serve``."""

from __future__ import annotations

import argparse
from collections.abc import Callable


def _port(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and int(text) < 65_536):
        raise argparse.ArgumentTypeError(f"{text!r} is no port: 0 (any that is free) to 65535")
    return int(text)


def add_serve(add: Callable[[str, str, str, str], argparse.ArgumentParser]) -> None:
    """Add the command."""
    serve = add(
        "serve",
        "show the monitor in a browser",
        "It prints an address with a secret token: whoever has it gets in,\n"
        "nobody else. Unless you ask for more, only this machine can reach it, and it is read-only:\n"
        "processes, kept runs and claims can be looked at; nothing is signalled, started or written, and\n"
        "no environments are shown. Keys that browsers keep for themselves (Ctrl-T, Ctrl-N, Ctrl-W) are\n"
        "in the command palette, Ctrl-P.",
        "conclab serve\n  conclab serve --port 8080 --full\n"
        "  ssh -t -L 8000:127.0.0.1:8000 HOST conclab serve    another machine's, encrypted",
    )
    serve.add_argument(
        "--host",
        default="127.0.0.1",
        help="where it listens (default 127.0.0.1); before any address that others can reach there is a warning and a question",
    )
    serve.add_argument("--port", type=_port, default=8000, help="which port (default 8000); 0: any that is free")
    serve.add_argument(
        "--full",
        action="store_true",
        help="the whole of conclab instead: whoever has the address can signal processes and run programs, with your rights",
    )
    serve.add_argument("--yes", action="store_true", help="answer yes to the question before an address that others can reach")

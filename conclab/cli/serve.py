"""``conclab serve``: the screens in a browser. Read-only and on this machine alone, unless somebody asks for more and says yes."""

from __future__ import annotations

import argparse
import importlib.util
import os
import shutil
import socket
import sys
import textwrap
from pathlib import Path

import conclab
from conclab.cli.ending import Stopped, Trouble
from conclab.cli.output import paint

_MISSING = "`conclab serve` needs the extra “web”: pip install 'conclab[web]'"
_LOOKS = "Read-only: whoever has this address sees what the monitor shows, command lines included, and changes nothing."
_FULL = "In full: whoever has this address can signal processes and run programs here, with your rights."

_BEGIN = "import sys; sys.path.append(sys.argv.pop(1)); from conclab.cli import main; sys.exit(main())"
"""``-m conclab`` would look into the working directory before all others, wherever the server was started."""


def _warning(host: str, full: bool) -> str:
    """What somebody must know before others can reach it."""
    can = "signal processes and run programs here, with your rights" if full else "see every process here, command lines included"
    return (
        f"{host} can be reached from other machines. It is plain HTTP: whoever is on the way reads the address with its token,"
        f" and everything that is shown or typed; then they, too, can {can}."
        " Safer is to stay on 127.0.0.1 and to come by `ssh -L 8000:127.0.0.1:8000`."
    )


def _ask(host: str, asked: argparse.Namespace) -> None:
    """Raises Trouble unless somebody has said yes."""
    width = max(40, min(100, shutil.get_terminal_size().columns))
    print(paint(textwrap.fill(f"conclab: {_warning(host, asked.full)}", width), "yellow"), file=sys.stderr)
    if asked.yes:
        return
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise Trouble("nothing is served: --yes says that this is what you want")
    print("Type yes to serve it all the same: ", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().lower() != "yes":
        raise Trouble("nothing is served", status=1)


def _names() -> tuple[str, ...]:
    """What this machine is called. Not by asking the network, which may take its time."""
    return (socket.gethostname(), os.uname().nodename)


def command(asked: argparse.Namespace) -> int:
    if importlib.util.find_spec("textual_serve") is None:
        raise Trouble(_MISSING)
    import asyncio

    from conclab.web.gate import is_loopback, new_token
    from conclab.web.server import CannotServe, Server, Wish

    host: str = asked.host.strip("[]")
    if not host:
        raise Trouble("--host needs a name or an address, as 127.0.0.1")
    if not is_loopback(host):
        _ask(host, asked)
    screens = [] if asked.full else ["monitor", "--read-only"]
    wish = Wish(
        (sys.executable, "-P", "-c", _BEGIN, str(Path(conclab.__file__).parents[1]), *screens),
        host,
        asked.port,
        names=(*_names(), host),
    )

    def ready(address: str) -> None:
        print(address)
        note = paint(_FULL, "yellow") if asked.full else _LOOKS
        print(f"{note}\nCtrl-C ends it, and every session with it.", file=sys.stderr)
        sys.stdout.flush()

    try:
        number = asyncio.run(Server(wish, new_token()).serve(ready))
    except CannotServe as error:
        raise Trouble(f"cannot serve on {host}, port {asked.port}: {error}", status=1) from None
    raise Stopped(number)

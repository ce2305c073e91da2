"""Commands over everything. This file and the parser load neither Textual nor psutil: ``--version`` and ``--help`` are instant."""

from __future__ import annotations

import errno
import os
import sys

from conclab.cli.ending import Stopped, Trouble, end_on_signals


def main(arguments: list[str] | None = None) -> int:
    """The entry point. Returns the exit status: 0 done, 1 it failed, 2 it could not be asked like that, 128 + n on signal n."""
    from conclab.cli.parser import parse

    try:
        asked = parse(sys.argv[1:] if arguments is None else arguments)
        if sys.stdout is None:  # as Python has it when it was closed
            raise Trouble("standard output is closed; if nobody is to read it, send it to /dev/null")
        with end_on_signals():
            status: int = asked.command(asked)
            sys.stdout.flush()
        return status
    except Trouble as trouble:
        print(f"conclab: {trouble}", file=sys.stderr)
        return trouble.status
    except Stopped as stopped:
        print(f"conclab: {stopped}", file=sys.stderr)
        return stopped.status
    except BrokenPipeError:
        # Whoever read our output has seen enough. What Python would still flush at exit must not complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EIO):
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        print(f"conclab: the output cannot be written: {os.strerror(error.errno)}", file=sys.stderr)
        return 1

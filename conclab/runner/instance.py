"""A small program, to be looked at while it is a process: it has a thread and a child, and waits for the end of its input.

    instance.py COMMAND

COMMAND is the child; its input ends with ours. On standard output stands the child's pid as soon as all is there.
"""

from __future__ import annotations

import subprocess
import sys
import threading


def main() -> None:
    threading.Thread(target=threading.Event().wait, daemon=True).start()
    child = subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    print(child.pid, flush=True)
    sys.stdin.read()
    child.communicate()


if __name__ == "__main__":
    main()

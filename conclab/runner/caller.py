"""Who calls the echo: ``caller.py FD DURATION_MS PAUSE_US SEED``, a process of its own, so that no GIL but its own delays it.

It says that it is there with a byte on standard output, waits for a byte on the socket FD, then sends one byte at a time, waits
for it to come back and pauses for a random while. At the end it closes the socket and prints how long each call took (ns, JSON).
"""

from __future__ import annotations

import json
import random
import socket
import sys
import time


def call(connection: socket.socket, duration_s: float, pause_s: float, seed: int) -> "list[int]":
    """Nanoseconds of each call, until the time is up or nobody answers any more."""
    draw = random.Random(seed)
    took = []
    end = time.monotonic() + duration_s
    while time.monotonic() < end:
        time.sleep(draw.uniform(0, 2 * pause_s))
        sent_ns = time.monotonic_ns()
        connection.send(b"?")
        if not connection.recv(1):
            break
        took.append(time.monotonic_ns() - sent_ns)
    return took


def main() -> None:
    descriptor, duration_ms, pause_us, seed = (int(word) for word in sys.argv[1:5])
    connection = socket.socket(fileno=descriptor)
    sys.stdout.write("!")
    sys.stdout.flush()
    took = []
    try:
        if connection.recv(1):
            took = call(connection, duration_ms / 1000, pause_us / 1e6, seed)
    except OSError:  # whoever echoes has gone
        pass
    connection.close()
    sys.stdout.write(json.dumps(took))


if __name__ == "__main__":
    main()

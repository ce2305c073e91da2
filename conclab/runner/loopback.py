"""A small HTTP server on loopback: ``loopback.py BYTES LATENCY_MS``. It prints its port and ends when its standard input closes.

It waits the latency before it answers, as a server far away would, and can wait for any number of clients at once.
"""

from __future__ import annotations

import asyncio
import os
import sys


async def serve(size: int, latency_ms: int) -> None:
    body = b"x" * size
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: %d\r\n" % size

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            await asyncio.sleep(latency_ms / 1000)
            writer.write(head + b"Connection: close\r\n\r\n" + body)
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    loop = asyncio.get_running_loop()
    closed = asyncio.Event()
    loop.add_reader(0, lambda: None if os.read(0, 64) else closed.set())
    await closed.wait()
    server.close()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), int(sys.argv[2])))

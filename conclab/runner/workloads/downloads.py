"""Downloads from a real HTTP server on loopback, which runs in a process of its own and answers after a set latency."""

from __future__ import annotations

import asyncio
import http.client
import os
import subprocess
import sys
from typing import Any, Dict, List, Tuple

HOST = "127.0.0.1"

_server: List["subprocess.Popen[bytes]"] = []


def prepare(arguments: Dict[str, Any], _tools: Any) -> int:
    """Start the server; the state is its port."""
    program = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "loopback.py")
    command = [sys.executable, "-I", program, str(arguments["size"] * 1024), str(arguments["latency"])]
    server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    _server.append(server)
    assert server.stdout is not None
    said = server.stdout.readline().strip()
    if not said:
        raise RuntimeError("the loopback server did not start")
    return int(said)


def task(state: int, _arguments: Dict[str, Any], index: int) -> int:
    connection = http.client.HTTPConnection(HOST, state, timeout=30)
    try:
        connection.request("GET", f"/file-{index + 1}")
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"file {index + 1}: status {answer.status}")
    finally:
        connection.close()
    print(f"file {index + 1}: {len(body):,} bytes")
    return len(body)


async def task_async(state: int, _arguments: Dict[str, Any], index: int) -> int:
    reader, writer = await asyncio.open_connection(HOST, state)
    try:
        request = f"GET /file-{index + 1} HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n"
        writer.write(request.encode("ascii"))
        status, length = await _head(reader)
        if status != 200:
            raise RuntimeError(f"file {index + 1}: status {status}")
        body = await reader.readexactly(length)
    finally:
        writer.close()
    print(f"file {index + 1}: {len(body):,} bytes")
    return len(body)


async def _head(reader: asyncio.StreamReader) -> Tuple[int, int]:
    """Status and Content-Length of an HTTP/1.1 answer (RFC 9112)."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    fields = dict(line.lower().split(": ", 1) for line in head[1:] if ": " in line)
    return int(head[0].split()[1]), int(fields["content-length"])


def combine(results: List[int]) -> int:
    return sum(results)


def conclude(_state: int, _arguments: Dict[str, Any]) -> Dict[str, Any]:
    """Let the server end: it does when its standard input closes."""
    for server in _server:
        server.communicate()
    _server.clear()
    return {}

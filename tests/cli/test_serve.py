"""``conclab serve``: what it refuses, and what must be said before others can reach it."""

from __future__ import annotations

import importlib.util
import io
import socket
import sys

import pytest

from conclab.cli import main


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    """How it ended, and all that it wrote to standard error; no address was printed."""
    status = main(["serve", *arguments])
    written = capsys.readouterr()
    assert written.out == ""
    return status, written.err


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--port", "70000"], "'70000' is no port"),
        (["--port=-1"], "'-1' is no port"),
        (["--port", "http"], "'http' is no port"),
        (["--host", ""], "--host needs a name or an address"),
    ],
)
def test_what_cannot_be_is_told_in_one_line(capsys: pytest.CaptureFixture[str], options: list[str], words: str) -> None:
    status, told = said(capsys, *options)
    assert status == 2
    assert words in told
    assert told.count("\n") == 1


def test_without_the_extra_it_says_what_to_install(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    status, told = said(capsys)
    assert status == 2
    assert "pip install 'conclab[web]'" in told


@pytest.fixture
def needs_the_extra() -> None:
    pytest.importorskip("textual_serve", reason="the extra “web” is not installed")


@pytest.mark.usefixtures("needs_the_extra")
@pytest.mark.parametrize("full", [False, True])
def test_before_an_address_that_others_can_reach_somebody_must_say_yes(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, full: bool
) -> None:
    options = ["--host", "0.0.0.0", "--port", "0", *(["--full"] if full else [])]
    monkeypatch.setattr(sys, "stdin", io.StringIO("yes\n"))
    status, told = said(capsys, *options)
    assert status == 2
    assert "--yes" in told, "nobody is asked where nobody sits"
    assert "plain HTTP" in " ".join(told.split())
    assert ("with your rights" in " ".join(told.split())) == full

    monkeypatch.setattr(sys, "stdin", Terminal("no\n"))
    monkeypatch.setattr(sys, "stderr", Terminal())
    assert main(["serve", *options]) == 1
    assert capsys.readouterr().out == ""


@pytest.mark.usefixtures("needs_the_extra")
def test_a_port_that_is_taken_and_a_host_that_is_not_here(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        status, told = said(capsys, "--port", port)
    assert status == 1
    assert told == f"conclab: cannot serve on 127.0.0.1, port {port}: address already in use\n"
    status, told = said(capsys, "--yes", "--port", "0", "--host", "192.0.2.1")  # RFC 5737: nobody's
    assert status == 1
    assert told.endswith("cannot serve on 192.0.2.1, port 0: cannot assign requested address\n")

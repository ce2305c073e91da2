"""Who may have the page and a session."""

from __future__ import annotations

import pytest

from conclab.web.gate import is_loopback, new_token, same_token, wrong_host, wrong_origin


def test_a_token_is_long_and_never_the_same() -> None:
    tokens = {new_token() for _ in range(50)}
    assert len(tokens) == 50
    assert min(map(len, tokens)) >= 32
    assert all(same_token(token, token) for token in tokens)


@pytest.mark.parametrize("given", ["", "x", "sécret", "secre", "secret ", "SECRET", "\udcff"])
def test_only_the_very_token_is_the_token(given: str) -> None:
    assert not same_token(given, "secret")


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "[::1]", "localhost", "LOCALHOST", "localhost."])
def test_loopback(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host", ["0.0.0.0", "::", "192.168.1.2", "example.org", "localhost.example.org", "127.0.0.1.example.org", ""]
)
def test_whatever_else_can_be_reached_by_others(host: str) -> None:
    assert not is_loopback(host)


@pytest.mark.parametrize(
    "header", ["127.0.0.1:8000", "localhost:9000", "[::1]:8000", "192.168.1.2", "Lab.Local:8000", "lab.local."]
)
def test_hosts_that_are_this_machine(header: str) -> None:
    assert not wrong_host(header, ("lab.local",))


@pytest.mark.parametrize("header", ["", "rebound.example.org:8000", "localhost.example.org", "127.0.0.1.nip.io", "[", "a b", "lab"])
def test_a_name_that_somebody_else_has_made_point_here_is_refused(header: str) -> None:
    assert "name" in wrong_host(header, ("lab.local",))


def test_the_origin_is_the_page_s_own() -> None:
    assert not wrong_origin("http://127.0.0.1:8000", "127.0.0.1:8000")
    assert not wrong_origin("https://Lab.local", "lab.local")


@pytest.mark.parametrize(
    "origin",
    [
        "",
        "null",
        "http://127.0.0.1:9999",
        "http://localhost:8000",
        "http://example.org",
        "file://",
        "http://127.0.0.1:8000.example.org",
    ],
)
def test_another_origin_is_refused(origin: str) -> None:
    assert wrong_origin(origin, "127.0.0.1:8000")


def test_no_origin_fits_no_host() -> None:
    assert wrong_origin("http://", "")

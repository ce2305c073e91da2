"""The gate: who may have the page, and who may open a session. Pure: strings in, a reason to refuse out.

Whoever gets in has a program on this machine, so three things are asked of every request.

- **The token**, the first part of the path: 192 random bits, new with each start, compared in constant time. In the path and in no
  cookie: a cookie belongs to a host and not to a port (RFC 6265, 8.5), so every other server on this machine would be sent it, and
  a foreign page could use it without knowing it.
- **The host** that was asked for: an address, a loopback name or this machine's own. A page of somebody else's whose name was made
  to point here (DNS rebinding) has another.
- **The origin** of a session: the page's own. Browsers send it with every websocket, and let any page open one to anywhere
  (RFC 6455, 10.2).
"""

from __future__ import annotations

import hmac
import ipaddress
import secrets
from collections.abc import Collection
from urllib.parse import urlsplit

_TOKEN_BYTES = 24


def new_token() -> str:
    """Letters, digits, - and _."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach a server there."""
    if host.lower().rstrip(".") == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def same_token(given: str, token: str) -> bool:
    """Whether they are the same, in a time that does not tell how far they agree."""
    return hmac.compare_digest(given.encode("utf-8", "surrogateescape"), token.encode())


def wrong_host(header: str, names: Collection[str]) -> str:
    """Why a request for this host is refused; empty: it is not. ``names``: what this machine is called, beside its addresses."""
    try:
        host = (urlsplit(f"//{header}").hostname or "").rstrip(".")
    except ValueError:
        host = ""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        known = {name.lower().rstrip(".") for name in names} | {"localhost"}
        return "" if host in known else "This server does not go by that name: use the address that `conclab serve` has printed."
    return ""


def wrong_origin(origin: str, host: str) -> str:
    """Why a session is refused to a page from there; empty: it is not. ``host``: the header, name and port."""
    parts = urlsplit(origin) if origin.isascii() else urlsplit("")
    same = parts.scheme in ("http", "https") and parts.netloc.lower() == host.lower() != ""
    return "" if same else "Sessions are opened by the page of this server only."

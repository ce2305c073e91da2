"""Which machine this is: a name that tells it from others, and tells nothing else."""

from __future__ import annotations

import hashlib
import hmac
import platform
import uuid

from conclab.sampling.files import read

_FILES = ("/etc/machine-id", "/var/lib/dbus/machine-id")
_FOR = b"conclab: findings"
_LENGTH = 16


def machine_id() -> str:
    """A keyed hash: machine-id(5) asks that the id itself be shown to nobody. Without one, of name and network address."""
    for path in _FILES:
        told = (read(path) or b"").strip()
        if told and told != b"uninitialized":
            return _hashed(told)
    return _hashed(f"{platform.node()} {uuid.getnode()}".encode())


def _hashed(told: bytes) -> str:
    return hmac.new(told, _FOR, hashlib.sha256).hexdigest()[:_LENGTH]

"""SHA-256 over memory: hashlib gives the GIL up while it hashes 2,048 bytes or more at once (Doc/library/hashlib.rst)."""

from __future__ import annotations

import hashlib
from typing import Any, Dict, List

CHUNK = 1024 * 1024


def task(_state: Any, arguments: Dict[str, Any], index: int) -> int:
    size = arguments["size"]
    chunk = bytes([index % 256]) * CHUNK
    digest = hashlib.sha256()
    for _ in range(size):
        digest.update(chunk)
    text = digest.hexdigest()
    print(f"SHA-256 of {size:,} MiB begins with {text[:8]}")
    return int(text[:8], 16)


def combine(results: List[int]) -> int:
    return sum(results)

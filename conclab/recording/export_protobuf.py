"""The wire format of protocol buffers, as much of it as a Perfetto trace needs (https://protobuf.dev/programming-guides/encoding).

A field is a tag (its number and a wire type) and a value. Written by hand because it is forty lines: the libraries that do it
(protobuf, and perfetto on top of it) would be needed by everybody for one exporter, and take five times as long for each packet.
"""

from __future__ import annotations

import struct

_VARINT, _FIXED64, _BYTES = 0, 1, 2
_SHORT = [bytes((number,)) for number in range(128)]


def varint(number: int) -> bytes:
    """A whole number in groups of seven bits, the lowest first. A negative one takes ten bytes, as an int64 does."""
    if 0 <= number < 128:
        return _SHORT[number]
    number &= (1 << 64) - 1
    parts = bytearray()
    while number > 127:
        parts.append(number & 127 | 128)
        number >>= 7
    parts.append(number)
    return bytes(parts)


def whole(field: int, number: int) -> bytes:
    """A field of type int32, int64, uint32, uint64, bool or an enum."""
    return varint(field << 3 | _VARINT) + varint(number)


def fixed64(field: int, number: int) -> bytes:
    """A field of type fixed64."""
    return varint(field << 3 | _FIXED64) + struct.pack("<Q", number)


def double(field: int, number: float) -> bytes:
    """A field of type double."""
    return varint(field << 3 | _FIXED64) + struct.pack("<d", number)


def message(field: int, body: bytes) -> bytes:
    """A field that holds bytes or another message."""
    return varint(field << 3 | _BYTES) + varint(len(body)) + body


def text(field: int, value: str) -> bytes:
    """A field of type string: UTF-8; what that cannot have becomes a question mark."""
    return message(field, value.encode(errors="replace"))

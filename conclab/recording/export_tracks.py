"""A Perfetto trace as a file: tracks, slices, instants and counters, packet by packet.

The format is Perfetto's native one: a sequence of TracePackets with TrackEvents
(https://perfetto.dev/docs/reference/synthetic-track-event). Field numbers are those of protos/perfetto/trace/perfetto_trace.proto;
each stands where it is used. Stamps are CLOCK_MONOTONIC, and the file says so: the clock snapshot at its beginning names that clock
as the trace's own, and the wall clock's time beside it. Names and texts that come again and again are interned: written once, and
referred to by a number from then on (``InternedData``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import BinaryIO

from conclab.recording.export_protobuf import double, fixed64, message, text, varint, whole

MONOTONIC, REALTIME = 3, 1
"""BuiltinClock."""
_BEGIN, _END, _INSTANT, _COUNTER = 1, 2, 3, 4
"""TrackEvent.Type."""
_SEQUENCE = whole(10, 1)
"""TracePacket.trusted_packet_sequence_id: there is one writer."""
_CLEARED, _NEEDS = whole(13, 1), whole(13, 2)
"""TracePacket.sequence_flags: SEQ_INCREMENTAL_STATE_CLEARED, SEQ_NEEDS_INCREMENTAL_STATE."""
_TAIL = _SEQUENCE + _NEEDS
_EXPLICIT = 3
"""TrackDescriptor.ChildTracksOrdering: by the rank that each child has."""
_BUFFER = 1 << 18

Args = Iterable[tuple[str, "str | int | float | bool | None"]]
"""Names and values that a slice shows when it is selected; None is left out."""


class TrackFile:
    """Writes the packets as they come; nothing but the names is kept."""

    def __init__(self, out: BinaryIO, start_ns: int, epoch_ns: int | None) -> None:
        """``epoch_ns``: the wall clock's time at ``start_ns``, if it is known."""
        self._out = out
        self._parts: list[bytes] = []
        self._size = 0
        self._tracks = 0
        self._ends: dict[int, bytes] = {}
        self._numbers: dict[tuple[int, str], int] = {}
        self._new: list[bytes] = []
        self._annotations: dict[tuple[str, str], bytes] = {}
        # ClockSnapshot: clocks 1 (clock_id 1, timestamp 2), primary_trace_clock 2. TracePacketDefaults: timestamp_clock_id 58.
        clocks = message(1, whole(1, MONOTONIC) + whole(2, start_ns))
        if epoch_ns is not None:
            clocks += message(1, whole(1, REALTIME) + whole(2, epoch_ns))
        self._put(message(6, clocks + whole(2, MONOTONIC)) + _SEQUENCE)
        self._put(_SEQUENCE + _CLEARED + whole(87, 1) + message(59, whole(58, MONOTONIC)))

    def track(self, name: str, parent: int | None = None, rank: int = 0, about: str = "", unit: str | None = None) -> int:
        """A new track, or a group of tracks; returns its number. With ``unit`` it is a counter (the unit may be empty)."""
        self._tracks += 1
        # TrackDescriptor: uuid 1, name 2, parent_uuid 5, counter 8 (unit_name 6), child_ordering 11, sibling_order_rank 12,
        # description 14.
        body = whole(1, self._tracks) + text(2, name)
        if parent is not None:
            body += whole(5, parent)
        if unit is not None:
            body += message(8, text(6, unit) if unit else b"")
        body += whole(11, _EXPLICIT) + whole(12, rank)
        if about:
            body += text(14, about)
        self._put(message(60, body) + _SEQUENCE)
        return self._tracks

    def slice(self, track: int, start_ns: int, end_ns: int, name: str, args: Args = (), flow: bytes = b"") -> None:
        """Something that took time. On one track slices come one after the other or inside one another."""
        self._event(start_ns, _BEGIN, track, name, args, flow)
        end = self._ends.get(track)
        if end is None:
            end = self._ends[track] = message(11, whole(9, _END) + whole(11, track)) + _TAIL
        self._put(whole(8, end_ns) + end)

    def instant(self, track: int, at_ns: int, name: str, args: Args = (), again: bool = True) -> None:
        """Something that happened. ``again`` False: a name that is probably the only one of its kind, which is not interned."""
        self._event(at_ns, _INSTANT, track, name, args, b"", again)

    def counter(self, track: int, at_ns: int, value: float) -> None:
        """A figure, from this moment on."""
        kind = whole(30, value) if isinstance(value, int) else double(44, value)
        self._put(whole(8, at_ns) + message(11, whole(9, _COUNTER) + whole(11, track) + kind) + _TAIL)

    def close(self) -> None:
        """Write what is left; the file itself stays open."""
        self._out.write(b"".join(self._parts))
        self._parts, self._size = [], 0

    def _event(self, at_ns: int, kind: int, track: int, name: str, args: Args, flow: bytes, again: bool = True) -> None:
        # TrackEvent: type 9, track_uuid 11, name_iid 10 or name 23, debug_annotations 4.
        named = whole(10, self._interned(2, name, text)) if again else text(23, name)
        told = b"".join([self._annotation(key, value) for key, value in args if value is not None])
        packet = whole(8, at_ns) + message(11, whole(9, kind) + whole(11, track) + named + told + flow)
        if self._new:
            packet += message(12, b"".join(self._new))
            self._new = []
        self._put(packet + _TAIL)

    def _interned(self, field: int, value: str, encode: Callable[[int, str], bytes]) -> int:
        """The number of a text. InternedData: event_names 2, debug_annotation_names 3, debug_annotation_string_values 29; each
        entry has its number (iid) in field 1 and the text in field 2."""
        number = self._numbers.get((field, value))
        if number is None:
            number = self._numbers[field, value] = len(self._numbers) + 1
            self._new.append(message(field, whole(1, number) + encode(2, value)))
        return number

    def _annotation(self, key: str, value: str | int | float | bool) -> bytes:
        """DebugAnnotation: name_iid 1, bool_value 2, int_value 4, double_value 5, string_value_iid 17."""
        name = whole(1, self._interned(3, key, text))
        if isinstance(value, str):
            found = self._annotations.get((key, value))
            if found is None:
                found = message(4, name + whole(17, self._interned(29, value, text)))
                self._annotations[key, value] = found
            return found
        if isinstance(value, bool):
            return message(4, name + whole(2, value))
        return message(4, name + (whole(4, value) if isinstance(value, int) else double(5, value)))

    def _put(self, packet: bytes) -> None:
        # Trace: packet 1.
        self._parts.append(b"\x0a" + varint(len(packet)) + packet)
        self._size += len(packet)
        if self._size > _BUFFER:
            self.close()


def leads_to(number: int) -> bytes:
    """What makes a slice the beginning of an arrow. TrackEvent.flow_ids 47."""
    return fixed64(47, number)


def comes_from(number: int) -> bytes:
    """What makes a slice the end of an arrow. TrackEvent.terminating_flow_ids 48."""
    return fixed64(48, number)

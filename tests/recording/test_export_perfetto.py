"""A trace for ui.perfetto.dev, read by Perfetto's own schema."""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import pytest

from conclab.model.events import Output, StepFinished, StepStarted
from conclab.model.tasks import TaskId
from conclab.recording.export_perfetto import write_perfetto
from conclab.recording.export_states import ON, sampled_spans
from conclab.recording.export_steps import Life, Piece
from conclab.recording.feed import Item
from tests.recording.played import played, traced

schema = pytest.importorskip("perfetto.protos.perfetto.trace.perfetto_trace_pb2", reason="the perfetto package reads what we write")


@dataclass
class Slice:
    start_ns: int
    end_ns: int
    name: str
    args: dict[str, object]
    depth: int
    leads_to: list[int]
    comes_from: list[int]


@dataclass
class Read:
    """A trace as its reader has it; tracks by their names, with the group's before it."""

    packets: list[Any]
    names: dict[int, str]
    slices: dict[str, list[Slice]] = field(default_factory=lambda: defaultdict(list))
    instants: dict[str, list[tuple[int, str, dict[str, object]]]] = field(default_factory=lambda: defaultdict(list))
    counters: dict[str, list[tuple[int, float]]] = field(default_factory=lambda: defaultdict(list))

    def tracks(self, group: str) -> dict[str, list[Slice]]:
        return {name.rsplit("/", 1)[1]: found for name, found in self.slices.items() if name.startswith(group)}


def read(items: Sequence[Item], tasks_per_s: float = 20.0) -> Read:
    out = io.BytesIO()
    write_perfetto(items, out, tasks_per_s, epoch_ns=1_700_000_000_000_000_000)
    packets = list(schema.Trace.FromString(out.getvalue()).packet)
    found = Read(packets, {})
    texts: dict[tuple[str, int], str] = {}
    open_slices: dict[int, list[Slice]] = defaultdict(list)
    for packet in packets:
        assert packet.trusted_packet_sequence_id == 1
        if packet.HasField("track_descriptor"):
            one = packet.track_descriptor
            assert one.uuid not in found.names
            found.names[one.uuid] = f"{found.names[one.parent_uuid]}/{one.name}" if one.parent_uuid else one.name
        for entry in packet.interned_data.event_names:
            texts["name", entry.iid] = entry.name
        for entry in packet.interned_data.debug_annotation_names:
            texts["key", entry.iid] = entry.name
        for entry in packet.interned_data.debug_annotation_string_values:
            texts["text", entry.iid] = entry.str.decode()
        if not packet.HasField("track_event"):
            continue
        event, at_ns = packet.track_event, packet.timestamp
        track = found.names[event.track_uuid]
        name = event.name or texts.get(("name", event.name_iid), "")
        args: dict[str, object] = {}
        for one in event.debug_annotations:
            value = one.string_value_iid
            kind = one.WhichOneof("value")
            args[texts["key", one.name_iid]] = texts["text", value] if kind == "string_value_iid" else getattr(one, kind)
        if event.type == event.TYPE_SLICE_BEGIN:
            above = open_slices[event.track_uuid]
            above.append(Slice(at_ns, -1, name, args, len(above), list(event.flow_ids), list(event.terminating_flow_ids)))
            found.slices[track].append(above[-1])
        elif event.type == event.TYPE_SLICE_END:
            open_slices[event.track_uuid].pop().end_ns = at_ns
        elif event.type == event.TYPE_INSTANT:
            found.instants[track].append((at_ns, name, args))
        else:
            assert event.type == event.TYPE_COUNTER
            found.counters[track].append((at_ns, event.double_counter_value or event.counter_value))
    assert not any(open_slices.values()), "every slice ends"
    return found


def check_tracks(found: Read) -> None:
    """What holds for every trace: slices have a name, a length, and none begins before the one before it on its track has ended."""
    for track, slices in found.slices.items():
        assert all(one.name and one.depth == 0 for one in slices), track
        assert all(one.end_ns > one.start_ns >= 0 for one in slices), track
        ordered = sorted(slices, key=lambda one: one.start_ns)
        assert all(before.end_ns <= after.start_ns for before, after in pairwise(ordered)), track


@pytest.fixture(scope="module")
def sampled() -> Read:
    return read(played())


def test_stamps_are_of_the_monotonic_clock_and_the_trace_says_so(sampled: Read) -> None:
    snapshot = sampled.packets[0].clock_snapshot
    assert snapshot.primary_trace_clock == schema.BUILTIN_CLOCK_MONOTONIC
    clocks = {one.clock_id: one.timestamp for one in snapshot.clocks}
    assert clocks[schema.BUILTIN_CLOCK_MONOTONIC] == played()[0].at_ns
    assert sampled.packets[1].trace_packet_defaults.timestamp_clock_id == schema.BUILTIN_CLOCK_MONOTONIC


def test_a_sampled_run_is_a_valid_trace_that_says_that_it_is_sampled(sampled: Read) -> None:
    check_tracks(sampled)
    assert set(sampled.tracks("cores (sampled 20/s)")) == {"core 0", "core 1"}
    assert set(sampled.tracks("workers (sampled 20/s)")) == {"w1", "w2", "w3", "w4"}
    names = {one.name for slices in sampled.tracks("cores").values() for one in slices}
    assert names == {"w1", "w2", "w3", "w4"}


def test_every_repetition_is_a_slice_named_by_its_arm(sampled: Read) -> None:
    begun = [item for item in played() if isinstance(item, StepStarted)]
    over = [item.at_ns for item in played() if isinstance(item, StepFinished)]
    told = sampled.slices["repetitions/repetitions"]
    assert [(one.start_ns, one.end_ns) for one in told] == [(a.at_ns, b) for a, b in zip(begun, over, strict=True)]
    assert [one.name.removesuffix(" (control)") for one in told] == [item.arm.name for item in begun]


def test_the_states_of_a_worker_add_up_to_its_own_account(sampled: Read) -> None:
    tracks = sampled.tracks("workers")
    compared = 0
    for item in played():
        if not isinstance(item, StepFinished):
            continue
        for worker in item.repetition.workers:
            mine = [one for one in tracks[worker.worker] if worker.started_ns <= one.start_ns and one.end_ns <= worker.ended_ns]
            sums: dict[str, int] = defaultdict(int)
            for one in mine:
                sums[one.name.split(":")[0].rstrip(" 0123456789")] += one.end_ns - one.start_ns
            if worker.counters.on_core_ns is None:
                continue
            compared += 1
            assert sums["on core"] == worker.counters.on_core_ns
            assert sums["wants a core"] == worker.counters.wants_core_ns
            assert sums["blocked"] == worker.counters.blocked_ns
    assert compared


def test_two_that_had_a_core_between_the_same_samples_had_it_one_after_the_other() -> None:
    lives = [Life(name, TaskId(1, tid, 1), 0, pieces=[Piece(0, 100, 40, 20, core=1)]) for name, tid in (("w1", 11), ("w2", 12))]
    had = [(one.start_ns, one.end_ns) for spans in sampled_spans(lives) for one in spans if one.state == ON]
    assert had == [(0, 40), (40, 80)]


def test_lines_are_instants_with_their_text(sampled: Read) -> None:
    said = {(line.at_ns, line.text) for item in played() if isinstance(item, Output) for line in item.lines}
    found = {(at_ns, name) for track, every in sampled.instants.items() if track.startswith("output") for at_ns, name, _ in every}
    assert found == said
    assert said


def test_the_machine_has_counters(sampled: Read) -> None:
    assert set(sampled.counters) == {
        "machine/context switches/s",
        "machine/tasks on a core or wanting one",
        "machine/core 0 busy",
        "machine/core 1 busy",
    }
    assert all(0 <= value <= 100 for _at, value in sampled.counters["machine/core 0 busy"])


def test_exact_slices_are_the_kernels_own() -> None:
    found = read(traced())
    check_tracks(found)
    cores = found.tracks("cores (exact where traced)")
    told = [(one.start_ns, one.end_ns, one.name, one.args["ended"]) for one in cores["core 0"]]
    assert told == [(100, 600, "w1", "slept"), (600, 700, "w2", "preempted"), (700, 800, "python (no worker)", "slept")]
    woken = cores["core 0"][1]
    assert (woken.args["wake-up latency ns"], woken.args["wanted a core ns"], woken.args["woken by"]) == (100, 100, "w1")
    assert woken.comes_from == cores["core 0"][0].leads_to != []
    assert cores["core 0"][2].args["woken by"] == "an interrupt"
    assert [(one.start_ns, one.end_ns, one.name) for one in found.tracks("workers")["w2"]] == [
        (200, 500, "blocked"),
        (500, 600, "wants a core"),
        (600, 700, "on core 0"),
        (700, 900, "wants a core"),
        (900, 1000, "on core 1"),
    ]
    assert [(one.start_ns, one.end_ns) for one in cores["core 1: events lost"]] == [(1020, 1040)]


def test_a_run_that_was_cut_off_is_told_as_far_as_it_got() -> None:
    items = played()
    third = [number for number, item in enumerate(items) if isinstance(item, StepStarted)][2]
    found = read(items[: third + 12])
    check_tracks(found)
    assert [one.args["outcome"] for one in found.slices["repetitions/repetitions"]] == ["ok", "ok", "cut off"]


def test_what_an_experiment_prints_is_text_whatever_it_is() -> None:
    from conclab.model.events import Line

    text = "\udcff漢字 [bold] \x00"
    found = read((*traced(), Output(1_300, (Line(1_300, "w1", "stdout", text),))))
    ((_at, name, _args),) = found.instants["output/w1"]
    assert name == text.replace("\udcff", "?")


def test_nothing_cannot_be_exported() -> None:
    with pytest.raises(ValueError, match="nothing"):
        write_perfetto([], io.BytesIO(), 20.0)

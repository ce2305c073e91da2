"""Casts: what is left out of the stream however it is cut, both versions read as they were written, and torn files."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from conclab.recording.cast import MARKER, OUTPUT, RESIZE, Cast, CastEvent, CastWriter, NoCast, read_cast, size_of
from conclab.recording.cast_filter import LONGEST_HELD, START, CastFilter

ASKING_OR_SETTING = (
    *("\x1b[c", "\x1b[0c", "\x1b[>c", "\x1b[=c", "\x1b[>0q", "\x1b[5n", "\x1b[6n", "\x1b[?6n", "\x1b[?996n", "\x1bZ", "\x05"),
    *("\x1b[?2026$p", "\x1b[4$p", "\x1b[?u", "\x1b[>29u", "\x1b[<u", "\x1b[=1;2u", "\x1b[>4;2m", "\x1b[?4m", "\x1b[x", "\x1b[1*y"),
    *(f"\x1b[?{mode}{switch}" for mode in (9, 1000, 1002, 1003, 1004, 1005, 1006, 1015, 1016, 2004, 2026, 2048) for switch in "hl"),
    *(
        "\x1b[?1000;1006h",
        "\x1b[?7l",
        "\x1b[4h",
        "\x1b[20h",
        "\x1b[14t",
        "\x1b[18t",
        "\x1b[22;0t",
        "\x1b[3 q",
        "\x1b[2;5r",
        "\x1b[5i",
    ),
    *(
        "\x1b]0;title\x07",
        "\x1b]2;title\x1b\\",
        "\x1b]52;c;Zm9v\x07",
        "\x1b]22;pointer\x07",
        "\x1b]11;?\x1b\\",
        "\x1b]8;;http://x\x07",
    ),
    *(
        "\x1bP$qm\x1b\\",
        "\x1bP+q544e\x1b\\",
        "\x1b_Gi=1,a=q;AAAA\x1b\\",
        "\x1b^pm\x1b\\",
        "\x1bXsos\x1b\\",
        "\x1b[!p",
        "\x1bc",
        "\x1b=",
        "\x1b>",
    ),
    *("\x9b6n", "\x9dtitle\x9c", "\x90$qm\x9c", "\x07", "\x0e", "\x0f", "\x7f", "\x1b(0", "\x1b#8", "\x1b%G", "\x1b N", "\x84"),
)
KEPT = (
    "Hello, wörld ⣿█ 漢",
    "\x1b[12;40H",
    "\x1b[m",
    "\x1b[0;1;38;2;1;2;3;48;5;17m",
    "\x1b[4:3m",
    "\x1b[K",
    "\x1b[2J",
    "\r\n",
    "\x1b[?25l",
    "\x1b7",
    "\x1b8",
)


@pytest.mark.parametrize("sequence", ASKING_OR_SETTING, ids=repr)
def test_nothing_that_asks_sets_or_names_is_kept(sequence: str) -> None:
    assert CastFilter().feed(f"before{sequence}after") == "beforeafter"


@pytest.mark.parametrize("sequence", KEPT, ids=repr)
def test_text_looks_and_places_are_kept(sequence: str) -> None:
    assert CastFilter().feed(f"before{sequence}after") == f"before{sequence}after"


def test_of_several_modes_only_the_cursor_is_kept() -> None:
    assert CastFilter().feed("\x1b[?1000;25;2004h") == "\x1b[?25h"


def test_however_the_stream_is_cut_the_same_is_kept() -> None:
    dice = random.Random(4)
    for _ in range(60):
        pieces = dice.choices(
            [*ASKING_OR_SETTING, *KEPT, "\x1b", "\x1b[", "\x1b[1", "\x1b]0;", "\x18", "\x1b[?1049h", "\x1b[?1049l"], k=30
        )
        stream = "".join(pieces)
        whole = CastFilter().feed(stream)
        one_by_one, cut, kept = CastFilter(), CastFilter(), ""
        assert "".join(one_by_one.feed(sign) for sign in stream) == whole
        while stream:
            end = dice.randint(1, 40)
            kept += cut.feed(stream[:end])
            stream = stream[end:]
        assert kept == whole


def test_the_shell_s_screen_is_no_part_of_it_and_the_way_back_begins_anew() -> None:
    assert CastFilter().feed("\x1b[?1049happ\x1b[?1049l$ shell\x1b[?25h\x1b[Hmore\x1b[?1049hagain") == f"app{START}again"


def test_a_string_that_never_ends_is_not_held_for_ever() -> None:
    kept = CastFilter()
    assert "after" in kept.feed("\x1b]0;" + "x" * LONGEST_HELD) + kept.feed("after")


@pytest.fixture(params=(2, 3))
def version(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture
def written(tmp_path: Path, version: int) -> Iterator[Callable[[], Path]]:
    """A cast with one of everything, not closed before the test has looked at it."""
    writers: list[CastWriter] = []

    def write() -> Path:
        writer = CastWriter(tmp_path / "a.cast", 80, 24, version, "a \x1b]0;title", clock=lambda: 1_700_000_000.9)
        writers.append(writer)
        writer.output(0.5, "one\x1b[6n")
        writer.output(0.6, "\x1b[?1000h")
        writer.marker(1.0000004, "run: \x1b[31mthreads")
        writer.resize(1.5, 80, 24)
        writer.resize(2.0, 100, 30)
        writer.output(2.25, "ü⣿")
        writer.output(2.0, "late")
        return writer.path

    yield write
    for writer in writers:
        writer.close()


def test_a_cast_is_read_as_it_was_written(written: Callable[[], Path], version: int) -> None:
    cast = read_cast(written())
    assert cast == Cast(
        80,
        24,
        (
            CastEvent(0.0, OUTPUT, START),
            CastEvent(0.5, OUTPUT, "one"),
            CastEvent(1.0, MARKER, "run: ␛[31mthreads"),
            CastEvent(2.0, RESIZE, "100x30"),
            CastEvent(2.25, OUTPUT, "ü⣿"),
            CastEvent(2.25, OUTPUT, "late"),
        ),
        version,
        "a ␛]0;title",
    )
    assert size_of(cast.events[3]) == (100, 30)
    assert (cast.seconds, [marker.at_s for marker in cast.markers]) == (2.25, [1.0])


def test_the_header_is_what_the_format_asks_for(written: Callable[[], Path], version: int) -> None:
    header = json.loads(written().read_text().splitlines()[0])
    assert (header["version"], header["timestamp"]) == (version, 1_700_000_000)
    if version == 2:
        assert (header["width"], header["height"]) == (80, 24)
    else:
        assert (header["term"]["cols"], header["term"]["rows"]) == (80, 24)
        assert "width" not in header


def test_the_times_of_version_3_do_not_drift(tmp_path: Path) -> None:
    writer = CastWriter(tmp_path / "a.cast", 80, 24, 3)
    for number in range(1, 3001):
        writer.output(number / 3, "x")
    writer.close()
    assert read_cast(writer.path).seconds == pytest.approx(1000, abs=1e-6)


def test_a_closed_cast_gives_the_cursor_back_below_the_picture(tmp_path: Path, version: int) -> None:
    writer = CastWriter(tmp_path / "a.cast", 80, 24, version)
    writer.resize(1, 90, 25)
    writer.close(3)
    writer.close()
    writer.output(4, "nobody")
    last = read_cast(writer.path).events[-1]
    assert (last.at_s, last.data) == (3, "\x1b[0m\x1b[25;1H\x1b[?25h")


def test_a_torn_file_is_read_up_to_its_last_whole_line(written: Callable[[], Path]) -> None:
    path = written()
    whole = read_cast(path)
    path.write_bytes(path.read_bytes()[:-5])
    torn = read_cast(path)
    assert torn.torn
    assert not whole.torn
    assert torn.events == whole.events[:-1]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is no cast"),
        ("[1, 2]\n", "is no cast"),
        ('{"version": 1, "stdout": []}\n', "version 1"),
        ('{"version": 2, "width": 0, "height": 24}\n', "no usable size"),
        ('{"version": 2, "width": true, "height": 24}\n', "no usable size"),
        ('{"version": 3, "term": {"cols": 80}}\n', "no usable size"),
        ('{"version": 2, "width": 8, "height": 2}\n[1, "o"]\n[2, "o", "x"]\n', "line 2"),
        ('{"version": 2, "width": 8, "height": 2}\n[1, "o", "x"]\n[1e999, "o", "x"]\n', "line 3"),
        ('{"version": 2, "width": 8, "height": 2}\n[1, "r", "9999x1"]\n', "a size that is none"),
    ],
)
def test_what_is_no_cast_is_refused_with_one_sentence(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "x\x1b.cast"
    path.write_text(text)
    with pytest.raises(NoCast, match=said) as caught:
        read_cast(path)
    assert "\x1b" not in str(caught.value)


def test_comments_and_codes_of_others_are_passed_over_but_their_time_counts(tmp_path: Path) -> None:
    path = tmp_path / "a.cast"
    path.write_text('{"version": 3, "term": {"cols": 8, "rows": 2}}\n# note\n[1, "i", "q"]\n[1, "o", "x"]\n[2, "x", "0"]\n')
    assert read_cast(path).events == (CastEvent(2.0, OUTPUT, "x"),)


def test_pauses_are_cut_to_a_limit() -> None:
    cast = Cast(8, 2, tuple(CastEvent(at_s, OUTPUT, "x") for at_s in (5.0, 6.0, 20.0)))
    assert [event.at_s for event in cast.paced(2).events] == [2, 3, 5]
    assert cast.paced(None) is cast

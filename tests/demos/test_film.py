"""Films: what a cast shows comes out in every format, at its time; signs meet without seams; what cannot be is told."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import unicodedata
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

pytest.importorskip("pyte", reason="the extra pictures is not installed")
pytest.importorskip("PIL", reason="the extra pictures is not installed")

from PIL import Image

from conclab.demos import fonts
from conclab.demos.cells import Cells
from conclab.demos.film import CELL, make_film, pictures
from conclab.demos.film_trouble import FilmTrouble
from conclab.demos.glyphs import shape
from conclab.demos.reel import THEMES, Cell, durations, reel
from conclab.recording.cast import MARKER, OUTPUT, RESIZE, Cast, CastEvent

DARK = THEMES["dark"]
RED, BLUE = "\x1b[48;2;200;0;0m", "\x1b[48;2;0;0;200m"


def cast_of(*outputs: tuple[float, str], width: int = 8, height: int = 3, more: tuple[CastEvent, ...] = ()) -> Cast:
    events = sorted([*(CastEvent(at_s, OUTPUT, data) for at_s, data in outputs), *more], key=lambda event: event.at_s)
    return Cast(width, height, tuple(events))


def first_cell(data: str) -> Cell:
    return next(iter(reel(cast_of((0, data)), 10, DARK))).rows[0][0]


@pytest.fixture(scope="module")
def cells() -> Cells:
    try:
        return Cells(CELL)
    except FilmTrouble as trouble:
        pytest.skip(str(trouble))


MOVING = cast_of(
    (0, f"{RED}\x1b[2J\x1b[Hab█⣿"),
    (1, f"{BLUE}\x1b[2;2Hxy"),
    (9, "\x1b[0;2mz"),
    more=(CastEvent(1, MARKER, "run: Threads"), CastEvent(10, MARKER, "end")),
)


# From the stream to cells


@pytest.mark.parametrize(
    ("looks", "cell"),
    [
        ("\x1b[38;2;1;2;3;48;2;4;5;6;1m", Cell("x", (1, 2, 3), (4, 5, 6), bold=True)),
        ("\x1b[38:2::1:2:3m", Cell("x", (1, 2, 3), DARK.ground)),
        ("\x1b[38;5;196;3;4;9m", Cell("x", (255, 0, 0), DARK.ground, italic=True, underlined=True, struck=True)),
        ("\x1b[4:3;58:2::9:9:9m", Cell("x", DARK.ink, DARK.ground, underlined=True)),
        ("\x1b[38;2;10;20;30;48;2;50;60;70;7m", Cell("x", (50, 60, 70), (10, 20, 30))),
        ("\x1b[38;2;10;20;30;48;2;50;60;70;2m", Cell("x", (30, 40, 50), (50, 60, 70))),
        ("\x1b[1;2;22m", Cell("x", DARK.ink, DARK.ground)),
        ("\x1b[1;5;0m", Cell("x", DARK.ink, DARK.ground)),
        ("\x1b[5m", Cell("x", DARK.ink, DARK.ground)),
        ("\x1b[31;105m", Cell("x", DARK.sixteen[1], DARK.sixteen[13])),
        ("\x1b[93;43m", Cell("x", DARK.sixteen[11], DARK.sixteen[3])),
        ("\x1b[38;5m", Cell("x", DARK.ink, DARK.ground)),
    ],
)
def test_every_look_is_understood(looks: str, cell: Cell) -> None:
    assert first_cell(f"{looks}x") == cell


def test_frames_come_as_often_as_it_changes_but_not_more_often() -> None:
    many = cast_of(*((number / 100, str(number % 7)) for number in range(1, 101)), (5, "\x1b[m"), (6, "z"))
    frames = list(reel(many, 10, DARK))
    assert len(frames) == 11, "ten in the first second, none for what shows nothing, one for the z"
    assert [frame.at_s for frame in frames[-2:]] == [1.0, 6.0]
    assert durations(frames, 8, 3)[-2:] == [5, 5]


def test_rows_that_stay_are_the_same_objects() -> None:
    first, second = list(reel(cast_of((0, "a\r\nb"), (1, "c")), 10, DARK))
    assert first.rows[0] is second.rows[0]
    assert first.rows[1] is not second.rows[1]


def test_the_film_is_as_large_as_the_terminal_ever_was() -> None:
    frames = list(reel(cast_of((0, "a"), (2, "\x1b[2J\x1b[H" + "b" * 12), more=(CastEvent(1, RESIZE, "12x2"),)), 10, DARK))
    assert {(len(frame.rows[0]), len(frame.rows)) for frame in frames} == {(12, 3)}
    assert "".join(cell.sign for cell in frames[-1].rows[0]) == "b" * 12


# Signs


@pytest.mark.parametrize("code", [*range(0x2500, 0x25A0), *range(0x2801, 0x2900, 7)], ids=chr)
def test_drawn_signs_stay_in_their_cell_and_lines_reach_the_sides_that_their_names_say(code: int) -> None:
    boxes = shape(chr(code))
    if boxes is None:
        assert "DIAGONAL" in unicodedata.name(chr(code))
        return
    assert boxes
    assert all(-1e-9 <= box.left < box.right <= 1 + 1e-9 and -1e-9 <= box.top < box.bottom <= 1 + 1e-9 for box in boxes)
    words = set(unicodedata.name(chr(code)).split())
    if code < 0x2580 and not words & {"DASH", "ARC"}:
        assert any(box.top == 0 for box in boxes) == bool(words & {"UP", "VERTICAL"})
        assert any(box.right == 1 for box in boxes) == bool(words & {"RIGHT", "HORIZONTAL"})


def ink_of(cells: Cells, sign: str) -> float:
    mask = cells.mask(Cell(sign, (0, 0, 0), (0, 0, 0)))
    return sum(mask.tobytes()) / 255 / (mask.width * mask.height)


@pytest.mark.parametrize(
    ("sign", "share"), [("█", 1), ("▀", 0.5), ("▌", 0.5), ("▚", 0.5), ("▓", 0.75), ("░", 0.25), ("▁", 0.125), ("⠀", 0)]
)
def test_blocks_cover_what_they_should(cells: Cells, sign: str, share: float) -> None:
    assert ink_of(cells, sign) == pytest.approx(share, abs=0.04)


def test_half_blocks_meet_and_do_not_overlap(cells: Cells) -> None:
    upper, lower = (cells.mask(Cell(sign, (0, 0, 0), (0, 0, 0))).tobytes() for sign in "▀▄")
    assert all(a + b == 255 for a, b in zip(upper, lower, strict=True))


def test_letters_are_written_bold_is_bolder_and_unknown_ones_do_not_fail(cells: Cells) -> None:
    plain, bold = (sum(cells.mask(Cell("m", (0, 0, 0), (0, 0, 0), bold=bold)).tobytes()) for bold in (False, True))
    assert 0 < plain < bold
    for sign in ("漢", "é", "e\u0301", "☃", "𝔘", "\U0010fffd"):
        assert cells.mask(Cell(sign, (0, 0, 0), (0, 0, 0)), 2).size == (2 * cells.width, cells.height)


# Films


def test_a_gif_is_the_frames_at_their_times(cells: Cells, tmp_path: Path) -> None:
    film = make_film(MOVING, tmp_path / "a.gif", idle_limit=4)
    frames = list(reel(MOVING.paced(4), 10, DARK))
    with Image.open(film.path) as gif:
        assert (gif.size, getattr(gif, "n_frames", 1), gif.info["loop"]) == ((8 * cells.width, 3 * cells.height), 3, 0)
        lasting = []
        for number, expected in enumerate(pictures(frames, cells)):
            gif.seek(number)
            lasting.append(gif.info["duration"])
            far = max(abs(a - b) for a, b in zip(gif.convert("RGB").tobytes(), expected.tobytes(), strict=True))
            assert far <= 32, "a quarter of the way from ground to ink at most"
        assert lasting == [1000, 4000, 4000]
    assert film.seconds == pytest.approx(9)


def test_a_film_begins_with_what_is_to_be_seen(cells: Cells, tmp_path: Path) -> None:
    film = make_film(cast_of((0, "\x1b[2J\x1b[H"), (1, f"{RED}x"), (2, "y")), tmp_path / "x.gif")
    with Image.open(film.path) as gif:
        assert film.frames == 2
        assert gif.convert("RGB").getpixel((1, 1)) == pytest.approx((200, 0, 0), abs=4)


def test_a_palette_has_room_for_more_colours_than_there_is_room_for(cells: Cells, tmp_path: Path) -> None:
    colourful = "".join(f"\x1b[48;2;{red};{red * 7 % 256};{255 - red}m " for red in range(256))
    film = make_film(cast_of((0, colourful * 2), width=64, height=8), tmp_path / "a.gif")
    with Image.open(film.path) as gif:
        assert len(gif.convert("RGB").getcolors() or ()) > 200


def test_a_png_is_the_last_moment_or_the_one_that_is_asked_for(cells: Cells, tmp_path: Path) -> None:
    def corner(at: float | str | None) -> object:
        film = make_film(MOVING, tmp_path / "a.png", at=at, cell=CELL)
        with Image.open(film.path) as picture:
            return picture.convert("RGB").getpixel((CELL, cells.height))

    assert corner(0.5) == (200, 0, 0)
    assert corner("threads") == (0, 0, 200)
    assert corner(None) == (0, 0, 200)
    with pytest.raises(FilmTrouble, match="'run: Threads', 'end'"):
        corner("nothing")


def test_an_svg_has_its_text_as_text_and_is_well_formed(tmp_path: Path) -> None:
    film = make_film(cast_of((0, "a<b █─ \x1b[4mc & d\x1b[m")), tmp_path / "a.svg")
    root = ElementTree.fromstring(film.path.read_text(encoding="utf-8"))
    texts = [element.text for element in root.iter() if element.tag.endswith("}text")]
    assert texts == ["a<b", "c", " & d"], "blocks and lines are paths; the terminal is eight wide"


def test_the_theme_is_what_has_no_colour_of_its_own(tmp_path: Path) -> None:
    for name in THEMES:
        film = make_film(cast_of((0, "x")), tmp_path / f"{name}.svg", theme=name)
        assert "#{:02x}{:02x}{:02x}".format(*THEMES[name].ground) in film.path.read_text()


@pytest.mark.skipif(shutil.which("ffmpeg") is None or shutil.which("ffprobe") is None, reason="ffmpeg is not here")
def test_an_mp4_lasts_as_long_as_the_film(cells: Cells, tmp_path: Path) -> None:
    film = make_film(MOVING, tmp_path / "a.mp4", idle_limit=1)
    order = ["ffprobe", "-v", "error", "-show_entries", "stream=pix_fmt,duration", "-of", "csv=p=0", str(film.path)]
    told = subprocess.run(order, capture_output=True, text=True, check=True).stdout.strip().split(",")
    assert told[0] == "yuv420p"
    assert float(told[1]) == pytest.approx(film.seconds, abs=0.1)


# What cannot be


def test_what_cannot_be_made_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(FilmTrouble, match=re.escape(".gif, .png, .svg, .mp4")):
        make_film(MOVING, tmp_path / "a.webm")
    with pytest.raises(FilmTrouble, match="nothing in this cast"):
        make_film(cast_of(), tmp_path / "a.gif")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(FilmTrouble, match="needs ffmpeg"):
        make_film(MOVING, tmp_path / "a.mp4")
    monkeypatch.setattr(fonts, "_FOLDERS", ())
    monkeypatch.setattr(fonts, "_MENLO", tmp_path / "none")
    with pytest.raises(FilmTrouble, match="fonts-dejavu-core"):
        make_film(MOVING, tmp_path / "a.gif")
    assert not list(tmp_path.iterdir())
    monkeypatch.setitem(sys.modules, "pyte", None)
    with pytest.raises(FilmTrouble, match=re.escape("pip install 'conclab[pictures]'")):
        make_film(MOVING, tmp_path / "a.gif")

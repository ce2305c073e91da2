"""The README's pictures: the same every time, at every size, and they show what their names promise."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from conclab.demos import moving, pictures
from conclab.demos.pictures import PICTURES, main, take, text_of, to_png
from conclab.recording.cast import OUTPUT, Cast, CastEvent
from tests.hurry import impatient_pilots

SMALL, USUAL, LARGE = (80, 24), (120, 40), (200, 60)
TAKES = (
    ("lab-first", LARGE, 256),
    ("lab-running", SMALL, 1),
    ("lab-running", USUAL, 2),
    ("lab-finished", SMALL, 2),
    ("lab-timeline", USUAL, 2),
    ("lab-charts", USUAL, 2),
    ("learn", USUAL, 2),
    ("monitor", SMALL, 2),
    ("monitor", LARGE, 1),
    ("monitor-tree", USUAL, 2),
    ("monitor-filter", SMALL, 2),
    ("monitor-details", USUAL, 2),
    ("monitor-past", USUAL, 2),
    ("monitor-setup", SMALL, 2),
    ("monitor-128-cores", USUAL, 128),
)
TAKEN_TWICE = ("lab-finished", "monitor-tree")
"""Taking one takes seconds; these go through everything that could differ: a run, and the task table with all its keys."""
SHOWN = {
    "lab-first": ("Experiments", "threads or processes?", "Run"),
    "lab-running": ("has a core", "w1", "primes below", "repetition"),
    "lab-finished": ("w1", "finished", "FAILS", "primes below"),
    "lab-timeline": ("Timeline", "exact", "threads", "GIL*", "blocked"),
    "lab-charts": ("on a core", "wants a core", "split"),
    "learn": ("Claims", "threads are spread over all cores", "FAILS", "HOLDS", "your guess", "core 0"),
    "monitor": ("Mem", "VCS/s", "four_threads.py"),
    "monitor-tree": ("four_threads", "├─", "w4", "on a core", "thread of 5100"),
    "monitor-filter": ("cpu>2", "user", "complete"),
    "monitor-details": ("w1", "waits for", "Cores"),
    "monitor-past": ("Past", "Esc: back to now", "four_threads.py", "paused"),
    "monitor-setup": ("Set-up", "DELAY%", "[x]"),
    "monitor-128-cores": ("Mem", "VCS/s", "four_threads.py"),
}


@pytest.fixture(autouse=True, scope="module")
def impatient() -> Iterator[None]:
    with impatient_pilots(look_s=0.02):
        yield


def test_every_picture_is_taken_here() -> None:
    assert {name for name, _size, _cores in TAKES} == set(PICTURES) == set(SHOWN)


@pytest.mark.parametrize(("name", "size", "cores"), TAKES, ids=[f"{name}-{size[0]}x{size[1]}-{n}" for name, size, n in TAKES])
async def test_a_picture_is_the_same_every_time_and_shows_what_it_is_called(name: str, size: tuple[int, int], cores: int) -> None:
    first = await take(PICTURES[name].act, size, cores)
    if name in TAKEN_TWICE:
        assert await take(PICTURES[name].act, size, cores) == first
    text = text_of(first)
    for words in SHOWN[name]:
        assert words in text, words
    ElementTree.fromstring(first)


async def test_the_light_theme_shows_the_same_in_other_colours() -> None:
    dark = await take(PICTURES["lab-first"].act, SMALL)
    light = await take(PICTURES["lab-first"].act, SMALL, theme="conclab-light")
    assert text_of(light) == text_of(dark)
    assert light != dark


@pytest.fixture
def only_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "PICTURES", {"lab-first": PICTURES["lab-first"]})
    monkeypatch.setattr(moving, "MOVING", ())


@pytest.mark.usefixtures("only_the_first")
def test_the_command_writes_every_picture_and_names_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "new" / "folder"
    assert main([str(folder), "--size", "80x24", "--cores", "4"]) == 0
    assert [path.name for path in folder.iterdir()] == ["lab-first.svg"]
    assert capsys.readouterr().out.split() == [str(folder / "lab-first.svg")]
    assert "4 cores" in text_of((folder / "lab-first.svg").read_text())


@pytest.mark.usefixtures("only_the_first")
def test_a_picture_is_out_of_date_when_it_reads_otherwise_and_not_when_it_is_drawn_otherwise(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    picture = tmp_path / "lab-first.svg"
    assert main([str(tmp_path), "--check"]) == 1, "there is none"
    main([str(tmp_path)])
    picture.write_text(picture.read_text().replace('x="0"', 'x="0.0"').replace("fill: #", "fill: #0"))
    capsys.readouterr()
    assert main([str(tmp_path), "--check"]) == 0
    assert capsys.readouterr().err == ""
    picture.write_text(picture.read_text().replace("Experiments", "Experimentz"))
    assert main([str(tmp_path), "--check"]) == 1
    assert str(picture) in capsys.readouterr().err


def test_a_moving_picture_says_which_text_it_shows(tmp_path: Path) -> None:
    image = pytest.importorskip("PIL.Image", reason="needs the extra `pictures`")
    pytest.importorskip("pyte", reason="needs the extra `pictures`")
    path = tmp_path / "x.gif"
    events = [CastEvent(second + 0.5, OUTPUT, f"\x1b[{second + 1};1Hline {second}") for second in range(3)]
    cast = Cast(20, 5, tuple(events))
    moving.write(cast, path)
    with image.open(path) as film:
        assert film.n_frames == 3, "what it says of itself is no picture of it"
    assert moving.is_current(cast, path)
    assert moving.is_current(replace(cast, events=(*events[:2], replace(events[2], data="\x1b[31m" + events[2].data))), path)
    assert not moving.is_current(replace(cast, events=(*events[:2], replace(events[2], data="another line"))), path)


async def test_a_picture_becomes_a_png() -> None:
    pytest.importorskip("resvg_py", reason="needs the extra `pictures`")
    png = to_png(await take(PICTURES["lab-first"].act, SMALL))
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = int.from_bytes(png[16:20]), int.from_bytes(png[20:24])
    assert width > height > 300

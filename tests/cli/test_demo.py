"""``conclab demo`` and ``conclab record`` as a user calls them: what they write, and one line for every mistake."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from conclab.cli import main
from conclab.recording.cast import OUTPUT, Cast, read_cast

MINE = 'title = "mine"\nsize = "60x20"\nsteps = [ { say = "Hello", seconds = 1 }, { look = "Experiments" } ]\n'


def call(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    status = main(list(arguments))
    out, err = capsys.readouterr()
    return status, out, err


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    path = tmp_path / "mine.toml"
    path.write_text(MINE)
    return path


def test_demos_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _err = call(capsys, "demo", "--list", "--json")
    names = [one["name"] for one in json.loads(out)["demos"]]
    assert status == 0
    assert names[:2] == ["tour", "threads-or-processes"]
    status, out, _err = call(capsys, "demo", "--list")
    assert (status, out.splitlines()[0]) == (0, "tour")


def test_how_one_writes_a_demo_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _err = call(capsys, "demo", "--format")
    assert status == 0
    assert "steps = [" in out


def test_a_demo_of_one_s_own_is_checked(capsys: pytest.CaptureFixture[str], mine: Path) -> None:
    assert call(capsys, "demo", str(mine), "--check") == (0, "mine: two steps, all checks hold\n", "")
    mine.write_text(MINE.replace("Experiments", "Experimints"))
    status, out, err = call(capsys, "demo", str(mine), "--check")
    assert (status, out) == (1, "")
    assert err.startswith(f"conclab: {mine}, step 2")
    assert err.count("\n") == 1


def shown_at(cast: Cast, at_s: float) -> str:
    pyte = pytest.importorskip("pyte", reason="needs the extra `pictures`")
    screen = pyte.Screen(cast.width, cast.height)
    stream = pyte.Stream(screen)
    for event in cast.events:
        if event.code == OUTPUT and event.at_s <= at_s:
            stream.feed(event.data)
    return "\n".join(screen.display)


@pytest.mark.parametrize("version", ["2", "3"])
def test_a_demo_becomes_a_cast(capsys: pytest.CaptureFixture[str], mine: Path, tmp_path: Path, version: str) -> None:
    wanted = tmp_path / "mine.cast"
    more = ["--cast-v3"] if version == "3" else []
    status, out, err = call(capsys, "record", str(mine), "--scripted", "-o", str(wanted), *more)
    assert (status, out) == (0, "")
    assert err.startswith(f"{wanted}: mine, ")
    cast = read_cast(wanted)
    assert (cast.width, cast.height, cast.version, cast.title) == (60, 20, int(version), "mine")
    assert "│ Hello │" in shown_at(cast, 0.5)
    assert 1 < cast.seconds < 5, "the played machine's time"
    status, _out, err = call(capsys, "record", str(mine), "--scripted", "-o", str(wanted))
    assert status == 1
    assert "--force writes over it" in err


def test_nothing_is_written_when_a_check_fails(capsys: pytest.CaptureFixture[str], mine: Path, tmp_path: Path) -> None:
    mine.write_text(MINE.replace("Experiments", "Experimints"))
    wanted = tmp_path / "mine.cast"
    status, _out, err = call(capsys, "record", str(mine), "--scripted", "-o", str(wanted))
    assert status == 1
    assert "step 2" in err
    assert not wanted.exists()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["demo"], "a demo needs a terminal"),
        (["demo", "tuor"], "did you mean “tour”"),
        (["demo", "./none.toml"], "there is no file none.toml"),
        (["demo", "--pace", "0"], "--pace 0 is out of range"),
        (["demo", "--pace", "fast"], "'fast' is not a number"),
        (["demo", "--json"], "--json goes with --list"),
        (["demo", "tour", "--list"], "stands alone"),
        (["list", "--presenter"], "--presenter"),
        (["--presenter", "list"], "--presenter is for the screens"),
        (["record", "tour"], "-o/--output"),
        (["record", "tour", "-o", "tour.txt"], "take one of .cast, .gif"),
        (["record", "tour", "-o", "no/such/tour.cast"], "the folder no/such is not there"),
        (["record", "tour", "-o", "t.cast", "--size", "big"], "--size 'big': write columns x rows, like 120x40"),
        (["record", "tour", "-o", "t.cast", "--theme", "drak"], "did you mean “dark”"),
        (["record", "tour", "-o", "t.cast", "--at", "verdict"], "--at is for one picture"),
        (["record", "tour", "-o", "t.svg", "--cast-v3"], "--cast-v3 is for .cast"),
        (["record", "mine.cast", "-o", "t.gif", "--size", "80x24"], "--size is for demos, which are played"),
        (["record", "mine.cast", "-o", "t.gif", "--theme", "ansi"], "--theme ansi is for demos"),
    ],
)
def test_what_is_asked_wrongly_is_told_in_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, arguments: list[str], told: str
) -> None:
    monkeypatch.chdir(tmp_path)
    status, out, err = call(capsys, *arguments)
    assert status in (1, 2)
    assert out == ""
    assert told in err
    assert err.startswith("conclab: ")
    assert err.count("\n") == 1

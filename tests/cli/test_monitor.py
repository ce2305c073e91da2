"""``conclab monitor`` without a screen: one look and streams of them, on the real machine, and how they end."""

from __future__ import annotations

import itertools
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from conclab.cli import main
from conclab.cli import monitor as monitor_command
from conclab.model.columns import SETS
from conclab.model.machine import MachineSample
from conclab.model.table import WHOLE, RowId, TaskRow
from conclab.sampling.scripted import ScriptedSource

MONITOR = [sys.executable, "-m", "conclab", "monitor"]
STREAM = [*MONITOR, "--json", "--every", "0.1"]
PATIENCE_S = 30.0


def call(*options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*MONITOR, *options], capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL, timeout=PATIENCE_S
    )


@pytest.fixture
def stream() -> Iterator[subprocess.Popen[bytes]]:
    """A stream that has said its first line."""
    with subprocess.Popen(STREAM, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0) as process:
        try:
            yield process
        finally:
            process.kill()


def first_line(process: subprocess.Popen[bytes]) -> bytes:
    assert process.stdout is not None
    return process.stdout.readline()


def test_a_stream_is_one_object_a_line_and_ends_when_it_is_counted_out() -> None:
    answer = call("--json", "--every", "0.1", "--count", "3")
    assert (answer.returncode, answer.stderr) == (0, "")
    looks = [json.loads(line) for line in answer.stdout.splitlines()]
    assert len(looks) == 3
    stamps = [look["at_ns"] for look in looks]
    assert all(after - before > 50_000_000 for before, after in itertools.pairwise(stamps))
    assert all({os.getpid()} <= {process["pid"] for process in look["processes"]} for look in looks)


def test_a_stream_can_be_narrowed() -> None:
    answer = call(
        "--json", "--every", "0.1", "--count", "1", "--threads", "--columns", "cpu,wait", "--filter", f"tgid={os.getpid()}"
    )
    (look,) = [json.loads(line) for line in answer.stdout.splitlines()]
    assert [process["pid"] for process in look["processes"]] == [os.getpid()]
    assert all(row.keys() == {"pid", "tid", "start", "cpu_share", "waits_in"} for row in (*look["processes"], *look["threads"]))
    assert all(thread["pid"] == os.getpid() and thread["tid"] for thread in look["threads"])


def test_text_is_repeated_as_often_as_asked_for() -> None:
    answer = call("--every", "0.1", "--count", "2", "--columns", "pid,cpu,command", "--filter", f"pid={os.getpid()}")
    assert (answer.returncode, answer.stderr) == (0, "")
    titles = [number for number, line in enumerate(answer.stdout.splitlines()) if line.split() == ["PID", "CPU%", "Command"]]
    assert len(titles) == 2
    assert "\x1b" not in answer.stdout


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_stream_with_a_whole_line_and_nothing_to_say(
    number: signal.Signals, stream: subprocess.Popen[bytes]
) -> None:
    first = first_line(stream)
    stream.send_signal(number)
    rest, said = stream.communicate(timeout=PATIENCE_S)
    assert stream.returncode == 128 + number
    assert said == b""
    assert all(json.loads(line)["schema"] == 1 for line in [first, *rest.splitlines()])
    assert (first + rest).endswith(b"\n")


def test_a_reader_who_has_gone_ends_the_stream(stream: subprocess.Popen[bytes]) -> None:
    first_line(stream)
    assert stream.stdout is not None
    assert stream.stderr is not None
    stream.stdout.close()
    assert stream.wait(timeout=PATIENCE_S) == 141
    assert stream.stderr.read() == b""


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--json", "--every", "0.01"], "--every 0.01 is out of range; from 0.1 to 3600 seconds"),
        (["--json", "--every", "nan"], "--every nan is out of range"),
        (["--json", "--every", "soon"], "'soon' is not a number of seconds"),
        (["--json", "--count", "0"], "--count 0 is out of range"),
        (["--once", "--count", "2"], "use one of the two"),
        (["--filter", "cpu>5"], "--filter needs --once, --json or --count"),
        (["--threads"], "--threads needs --once, --json or --count"),
        (["--once", "--columns", "cpux"], "did you mean cpu?"),
    ],
)
def test_a_mistake_is_told_before_anything_is_read(options: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["monitor", *options]) == 2
    told = capsys.readouterr()
    assert said in told.err
    assert told.err.count("\n") == 1
    assert told.out == ""


def test_a_wrong_filter_shows_where() -> None:
    answer = call("--once", "--filter", "user=root cup>5")
    assert answer.returncode == 2
    assert answer.stderr.splitlines()[1:] == ["  user=root cup>5", "            ^^^"]


@pytest.fixture
def one_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine on which one process runs, and nobody who says how wide the text may be (argparse of other tests may have)."""
    monkeypatch.delenv("COLUMNS", raising=False)
    source = ScriptedSource(cores=1)
    sample = next(sample for _ in range(60) for sample in source.advance() if isinstance(sample, MachineSample))
    row = TaskRow(
        RowId(7, WHOLE, 5), 1, False, cpu_share=0.5, voluntary_per_s=12.0, involuntary_per_s=345.0, threads=6, command="py"
    )
    monkeypatch.setattr(monitor_command, "_looks", lambda _wanted, _taped: iter([(sample, None, (row,))]))


@pytest.mark.usefixtures("one_process")
def test_both_kinds_of_switches_of_a_process_keep_their_names_as_json(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["monitor", "--once", "--json"]) == 0
    (row,) = json.loads(capfd.readouterr().out)["processes"]
    assert (row["voluntary_switches_per_s"], row["involuntary_switches_per_s"]) == (12.0, 345.0)
    assert (row["cpu_share"], row["threads"], row["start"]) == (0.5, 6, 5)


@pytest.mark.usefixtures("one_process")
def test_the_usual_columns_are_those_of_the_monitors_first_set(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["monitor", "--once"]) == 0
    titles, figures = (line.split() for line in capfd.readouterr().out.splitlines()[-2:])
    assert len(titles) == len(SETS["main"])
    assert figures == ["7", "?", "50", "12", "345", "6", "py"]


def test_text_is_as_wide_as_the_one_who_reads_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "70")
    lines = call("--every", "0.1", "--count", "1").stdout.splitlines()
    table = lines[lines.index("") + 1 :]
    assert 60 < max(len(line) for line in table) <= 70

"""The commands as a user calls them: output, exit status, one clear line for every mistake."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from conclab import __version__
from conclab.cli import main
from conclab.lab.catalogue import catalogue
from conclab.runner.registry import EXECUTORS

CONCLAB = [sys.executable, "-m", "conclab"]


def call(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*CONCLAB, *arguments],
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
        env={**os.environ, **environment},
        timeout=120,
    )


def call_here(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """The same without a process of its own, where that is not what matters: exit status, standard output and error."""
    try:
        status = main(list(arguments))
    except SystemExit as end:  # as argparse leaves after --help
        status = end.code if isinstance(end.code, int) else 1
    out, err = capsys.readouterr()
    return status, out, err


def document(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    status, out, err = call_here(capsys, *arguments)
    assert status == 0, err
    assert err == ""
    return json.loads(out)


def test_version() -> None:
    answer = call("--version")
    assert answer.stdout == f"conclab {__version__}\n"
    assert answer.returncode == 0


@pytest.mark.parametrize(
    "command",
    [
        [],
        ["list"],
        ["run"],
        ["runs"],
        ["show"],
        ["export"],
        ["claims"],
        ["monitor"],
        ["doctor"],
        ["completion"],
        ["demo"],
        ["record"],
    ],
)
def test_every_command_has_help_with_an_example(capsys: pytest.CaptureFixture[str], command: list[str]) -> None:
    status, out, err = call_here(capsys, *command, "--help")
    assert status == 0
    assert "example" in out
    assert "conclab " + " ".join(command) in out
    assert err == ""


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run", "no-such-thing"], "there is no experiment 'no-such-thing'"),
        (["run", "waiting-rom"], "did you mean waiting-room?"),
        (["run", "waiting-room", "--set", "workers"], "write it as KEY=VALUE"),
        (["run", "waiting-room", "--set", "=5"], "write it as KEY=VALUE"),
        (["run", "waiting-room", "--set", "workers=two"], "'two' is not a whole number"),
        (["run", "waiting-room", "--set", "workers=1000000"], "is too large; the most is"),
        (["run", "waiting-room", "--set", "nosuch=1"], "no parameter 'nosuch'; it has"),
        (["run", "waiting-room", "--set", "size=1", "--set", "size=2"], "is given twice"),
        (["run", "waiting-room", "--repeat", "0"], "repetitions: 0 is out of range"),
        (["run", "waiting-room", "--repeat", "many"], "'many' is not a whole number"),
        (["run", "waiting-room", "--python", "/no/such/python"], "there is no interpreter '/no/such/python'"),
        (["run", "waiting-room", "--python", "/etc/passwd"], "cannot be executed"),
        (["run", "waiting-room", "--python", "/bin/true"], "is not a Python that conclab can use"),
        (["run", "counting-lines", "--set", "path=/no/such"], "there is no '/no/such'"),
        (["run", "waiting-room", "--json", "--tui"], "--tui opens the lab"),
        (["run", "waiting-room", "--no-keep", "--tui"], "--tui opens the lab, which keeps every run"),
        (["show", "nothing-like-that"], "no run"),
        (["show"], "the following arguments are required: RUN"),
        (["export", "last"], "the following arguments are required: --format"),
        (["run"], "the following arguments are required: NAME"),
        (["dance"], "invalid choice: 'dance'"),
        (["list", "--loud"], "unrecognized arguments: --loud"),
        ([], "the lab needs a terminal"),
        (["monitor"], "the monitor needs a terminal"),
        (["run", "waiting-room", "--tui"], "the lab needs a terminal"),
    ],
)
def test_a_mistake_is_one_line_on_stderr_and_exit_status_2(
    capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    status, out, err = call_here(capsys, *arguments)
    assert status == 2
    assert said in err
    assert err.startswith("conclab: ")
    assert err.count("\n") == 1
    assert out == ""


def test_a_mistake_is_a_program_s_exit_status() -> None:
    answer = call("dance")
    assert answer.returncode == 2
    assert answer.stderr.startswith("conclab: ")
    assert answer.stderr.count("\n") == 1


def test_the_list_names_everything_and_its_ranges(capsys: pytest.CaptureFixture[str]) -> None:
    listed = document(capsys, "list", "--json")
    assert [entry["name"] for entry in listed["experiments"]] == [experiment.name for experiment in catalogue()]
    threads = next(entry for entry in listed["experiments"] if entry["name"] == "threads-or-processes")
    parameters = {one["name"]: one for one in threads["parameters"]}
    assert parameters["workers"]["minimum"] == 2
    assert parameters["workers"]["kind"] == "integer"
    assert parameters["work"]["choices"][0] == "primes"
    _, text, _ = call_here(capsys, "list")
    assert all(experiment.name in text and experiment.question in text for experiment in catalogue())
    assert "bears on claims 18, 34\n" in text


def test_a_run_as_json_has_the_promised_keys_and_names_every_worker(capsys: pytest.CaptureFixture[str]) -> None:
    run = document(capsys, "run", "threads-or-processes", "--json", "--repeat", "3", "--set", "size=20000", "--set", "workers=2")
    assert {"schema", "experiment", "parameters", "environment", "arms", "verdict", "conclab_cost"} <= run.keys()
    assert run["experiment"] == "threads-or-processes"
    assert run["outcome"] == "ok"
    assert run["parameters"]["workers"] == 2
    environment = {"cores", "usable_cores", "python", "gil_enabled", "kernel", "load_before", "steal"}
    assert environment <= run["environment"].keys()
    assert [arm["name"] for arm in run["arms"]] == ["sequential", "threads", "processes"]
    for arm in run["arms"]:
        assert {"name", "executor", "workers_requested", "python", "repetitions", "summary"} <= arm.keys()
        for repetition in arm["repetitions"]:
            assert repetition["outcome"] == "ok"
            for key in ("wall_ns", "on_core_ns", "wants_core_ns", "blocked_ns", "effective_cores", "peak_rss_bytes"):
                assert repetition[key] is not None
            assert {"voluntary_switches", "involuntary_switches", "migrations"} <= repetition.keys()
            assert [worker["worker"] for worker in repetition["workers"]] == ["w1", "w2"]
            for worker in repetition["workers"]:
                assert worker["pid"] > 0
                assert worker["tid"] > 0
                parts = worker["on_core_ns"] + worker["wants_core_ns"] + worker["blocked_ns"]
                assert parts == pytest.approx(worker["wall_ns"], rel=0.01)
                assert worker["blocked_ns"] >= -0.01 * worker["wall_ns"]
                assert worker["result"] == 2_262  # π(20,000)
    verdict = run["verdict"]
    assert {"status", "statement", "ratio", "ci95", "reasons"} <= verdict.keys()
    assert verdict["status"] in ("holds", "fails", "undecided")
    assert len(verdict["ci95"]) == 2
    assert run["conclab_cost"]["cpu_ns"] > 0
    assert 0 < run["conclab_cost"]["share_of_one_core"] < 1


@pytest.fixture(scope="module")
def waiting() -> Any:
    """The least run of the experiment with an asyncio arm, as JSON."""
    answer = call("run", "waiting-room", "--json", "--repeat", "1", "--set", "size=1", "--set", "workers=2", "--seed", "3")
    assert (answer.returncode, answer.stderr) == (0, "")
    return json.loads(answer.stdout)


def test_an_asyncio_arm_leaves_blank_what_cannot_be_known_of_a_coroutine(waiting: Any) -> None:
    arm = next(arm for arm in waiting["arms"] if arm["executor"] == "asyncio")
    for repetition in arm["repetitions"]:
        assert repetition["on_core_ns"] > 0
        assert all(worker["on_core_ns"] is None and worker["pid"] for worker in repetition["workers"])


def test_a_run_for_people() -> None:
    answer = call("run", "is-memory-shared", "--set", "size=7", "--set", "workers=3")
    assert answer.returncode == 0
    assert "✓ HOLDS" in answer.stdout
    assert "21 of 21 items" in answer.stdout
    assert "\x1b" not in answer.stdout
    assert re.fullmatch(r"kept as \d{8}-\d{6}-is-memory-shared\S*; conclab show last\n", answer.stderr)


def test_the_workers_output_goes_to_stderr_when_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, err = call_here(capsys, "run", "five-processes", "--repeat", "1", "--output", "--set", "workers=2")
    assert "w1 │ process" in err
    assert "says: I am number 2" in err
    assert "I am number" not in out


def test_a_run_that_fails_says_so_and_exits_with_1(tmp_path: Path) -> None:
    """A Python that starts well and then cannot do the work."""
    wrapper = tmp_path / "python3"
    wrapper.write_text(f'#!/bin/sh\ncase "$*" in *runner*) kill -9 $$;; *) exec {sys.executable} "$@";; esac\n')
    wrapper.chmod(0o755)
    answer = call("run", "waiting-room", "--python", str(wrapper))
    assert answer.returncode == 2, "nothing was timed yet"
    assert answer.stderr == "conclab: waiting-room: sequential: the experiment was killed by SIGKILL\n"


def test_two_pythons_get_a_verdict_each(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    twin = tmp_path / "python-twin"
    twin.symlink_to(sys.executable)
    arguments = ["run", "lost-update", "--json", "--repeat", "1", "--set", "size=10"]
    run = document(capsys, *arguments, "--python", sys.executable, "--python", str(twin))
    assert len(run["verdicts"]) == 2
    assert {arm["python"] for arm in run["arms"]} == {sys.executable, str(twin)}


def test_the_seed_of_the_order_is_told(waiting: Any) -> None:
    assert waiting["seed"] == 3


def test_one_sample_of_the_monitor(capsys: pytest.CaptureFixture[str]) -> None:
    sample = document(capsys, "monitor", "--once", "--json")
    assert len(sample["cores"]) == os.cpu_count()
    assert all(0 <= core["busy"] <= 1 for core in sample["cores"])
    assert sample["memory"]["total_bytes"] > sample["memory"]["available_bytes"] > 0
    assert sample["switches_per_s"] > 0
    pids = [process["pid"] for process in sample["processes"]]
    assert len(pids) == len(set(pids))
    shares = [process["cpu_share"] for process in sample["processes"] if process["cpu_share"] is not None]
    assert shares == sorted(shares, key=lambda share: -round(share * 100))
    text = call("monitor", "--once").stdout
    assert "PID USER" in text
    assert "VCS/s" in text


def test_the_doctor_tells_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    found = document(capsys, "doctor", "--json")
    names = {one["name"] for one in found["capabilities"]}
    assert "on a core / wanting a core / blocked" in names
    assert found["machine"]["cores"] == os.cpu_count()
    assert sys.executable in {python["path"] for python in found["pythons"]}
    text = call("doctor", NO_COLOR="1").stdout
    assert "Pythons for experiments" in text
    assert "\x1b" not in text


@pytest.mark.parametrize("shell", ["bash", "zsh", "tcsh"])
def test_completion_knows_the_experiments(capsys: pytest.CaptureFixture[str], shell: str) -> None:
    _, script, _ = call_here(capsys, "completion", shell)
    assert "too-many-workers" in script
    assert shell == "tcsh" or "--repeat" in script
    assert shell == "tcsh" or "affinity" in script, "and the monitor's columns"


def test_colours_only_where_they_are_wanted(capsys: pytest.CaptureFixture[str]) -> None:
    assert "\x1b" not in call_here(capsys, "list")[1]


def test_a_reader_who_has_seen_enough_is_no_trouble() -> None:
    """As in ``conclab list | head -1``."""
    with subprocess.Popen([*CONCLAB, "list", "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.read(1)
        process.stdout.close()
        assert process.stderr.read() == b""


@pytest.mark.parametrize("arguments", ["list", "monitor --once", "monitor --json", "monitor"])
def test_a_standard_output_that_is_closed_is_a_mistake_like_others(arguments: str) -> None:
    command = f"{shlex.join(CONCLAB)} {arguments} >&-"
    answer = subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=60, check=False)
    assert answer.returncode == 2
    assert answer.stderr == "conclab: standard output is closed; if nobody is to read it, send it to /dev/null\n"


def test_every_executor_that_is_named_exists() -> None:
    """The JSON's ``executor`` is one of these, and others rely on the names."""
    own = ["sequential", "threads", "fork", "forkserver", "spawn", "asyncio"]
    assert list(EXECUTORS) == [*own, "goroutines", "erlang-processes"]

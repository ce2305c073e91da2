"""Programs in other languages: how they are kept, what goes wrong, and that they do the same work as Python does."""

from __future__ import annotations

import os
import stat
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from conclab.lab import programs, toolchains
from conclab.lab.programs import CannotBuild, cache_folder, program, sources, words_of
from conclab.lab.toolchains import NoToolchain, Toolchain, find, how_to_get
from conclab.model.events import Event, Output, StepFinished, StepStarted, WorkerStarted
from conclab.model.experiments import Arm, Value
from conclab.model.results import OK, Repetition
from conclab.runner.registry import LANGUAGES
from tests.helpers import conduct, until

LIMIT = 3_000
PRIMES_BELOW = 430
"""OEIS A000720(3000)."""


def here_or_skip(language: str) -> Toolchain:
    try:
        return find(language)
    except NoToolchain as lack:
        pytest.skip(str(lack))


@pytest.fixture
def wake() -> Iterator[int]:
    """A descriptor on which nothing ever comes."""
    reading, writing = os.pipe()
    yield reading
    os.close(reading)
    os.close(writing)


@pytest.fixture
def compiler(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A compiler of C of our own making, and a cache of its own: what it does is what the test writes into it."""
    path = tmp_path / "gcc"
    own = Toolchain("c", str(path), "1.0")
    monkeypatch.setattr(programs, "find", lambda _language: own)
    monkeypatch.setenv(programs.VARIABLE, str(tmp_path / "cache"))
    return path


def write(compiler: Path, script: str) -> None:
    """The words of a C compilation are: -O2 -pthread -o TARGET SOURCES."""
    compiler.write_text(f"#!/bin/sh\n{script}\n")
    compiler.chmod(compiler.stat().st_mode | stat.S_IXUSR)


def left_over() -> list[str]:
    return sorted(path.name for path in (cache_folder() / "programs").iterdir())


def test_what_was_compiled_once_is_kept(compiler: Path, wake: int) -> None:
    write(compiler, 'echo hello > "$4"')
    told: list[str] = []
    commands = [program("c", told.append, wake, lambda: False) for _ in range(2)]
    assert commands[0] == commands[1]
    assert Path(commands[0][0]).read_text() == "hello\n"
    assert len(told) == 1, "the second time there was nothing to compile"
    assert "C was compiled in" in told[0]
    assert len(left_over()) == 1


def test_what_nobody_has_run_for_a_month_goes_when_another_program_is_compiled(compiler: Path, wake: int) -> None:
    month_ago = time.time() - 31 * 24 * 3600
    for name, used_s in (("c-old", month_ago), (".c-killed", month_ago), ("c-used", time.time())):
        folder = cache_folder() / "programs" / name
        folder.mkdir(parents=True)
        (folder / "program").touch()
        os.utime(folder, (used_s, used_s))
    write(compiler, 'echo hello > "$4"')
    program("c", lambda _line: None, wake, lambda: False)
    new = left_over()
    assert len(new) == 2
    assert "c-used" in new
    (own,) = (name for name in new if name != "c-used")
    folder = cache_folder() / "programs" / own
    os.utime(folder, (month_ago, month_ago))
    program("c", lambda _line: None, wake, lambda: False)
    assert folder.stat().st_mtime > month_ago + 3600, "who runs a program says so"


def test_a_compiler_that_fails_is_quoted_and_leaves_nothing_behind(compiler: Path, wake: int) -> None:
    write(compiler, "echo main.c: In function main:; echo 'main.c:7: error: boom' >&2; exit 1")
    with pytest.raises(CannotBuild, match=r"^the program in C could not be compiled by .*gcc: main.c:7: error: boom$"):
        program("c", print, wake, lambda: False)
    assert left_over() == []


def test_a_compilation_is_stopped_at_once(compiler: Path, wake: int) -> None:
    write(compiler, f"echo $$ > {compiler}.new; mv {compiler}.new {compiler}.pid; exec sleep 600")
    began = threading.Event()

    def stopping() -> bool:
        if Path(f"{compiler}.pid").exists():
            began.set()
        return began.is_set()

    with pytest.raises(CannotBuild):
        program("c", print, wake, stopping)
    pid = int(Path(f"{compiler}.pid").read_text())
    assert until(lambda: not Path(f"/proc/{pid}").exists())
    assert left_over() == []


def test_a_compilation_that_never_ends_is_given_up(compiler: Path, wake: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "_LIMIT_S", 0.2)
    write(compiler, "exec sleep 600")
    with pytest.raises(CannotBuild, match="took longer than"):
        program("c", print, wake, lambda: False)


def test_of_two_that_compile_at_once_the_quicker_ones_program_is_kept(compiler: Path, wake: int) -> None:
    """While this one compiles, another moves its program into place; a folder that is there is not replaced."""
    write(compiler, 'echo mine > "$4"')
    (command,) = program("c", print, wake, lambda: False)
    theirs = Path(command).parent
    final = theirs.rename(theirs.with_name("theirs"))
    write(compiler, f'echo mine > "$4"; mkdir {theirs}; echo theirs > {theirs}/program')
    (again,) = program("c", print, wake, lambda: False)
    assert Path(again).read_text() == "theirs\n"
    assert left_over() == sorted([theirs.name, final.name])


def test_a_cache_that_cannot_be_written_is_named(compiler: Path, wake: int, monkeypatch: pytest.MonkeyPatch) -> None:
    write(compiler, "true")
    file = compiler.parent / "file"
    file.touch()
    monkeypatch.setenv(programs.VARIABLE, str(file))
    with pytest.raises(CannotBuild, match=r"cannot be kept in .*file"):
        program("c", print, wake, lambda: False)


def test_another_compiler_makes_another_program(compiler: Path) -> None:
    one = Toolchain("c", "/usr/bin/gcc", "12.2")
    names = {programs._name(each) for each in (one, replace(one, version="12.3"), replace(one, command="/usr/bin/clang"))}
    assert len(names) == 3
    assert programs._name(one) == programs._name(replace(one))


def test_a_program_has_the_files_of_this_system_only() -> None:
    names = [path.name for path in sources("go")]
    assert [name for name in names if name.startswith("system_")] == ["system_linux.go"]
    for language in LANGUAGES:
        assert sources(language), language


def test_a_spec_becomes_words() -> None:
    spec = {"workload": "primes", "core": None, "check_only": True, "workers": 2, "arguments": {"size": 30}}
    words = words_of(spec)
    assert words[:-1] == ["workload=primes", "check_only=1", "workers=2", "size=30"]
    name, _, stamp = words[-1].partition("=")
    assert name == "now_ns"
    assert 0 < int(stamp) <= time.monotonic_ns()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_missing_toolchain_is_named_with_the_way_to_get_it(language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(toolchains, "_which", lambda _command: None)
    with pytest.raises(NoToolchain) as lack:
        toolchains.find.__wrapped__(language)
    assert str(lack.value).startswith(f"{LANGUAGES[language].label} is not here: there is no ")
    assert how_to_get(language) in str(lack.value)


def test_a_toolchain_that_does_not_work_is_told_from_one_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "go"
    write(broken, "exit 3")
    monkeypatch.setattr(toolchains, "_which", lambda _command: str(broken))
    with pytest.raises(NoToolchain, match="Go is here and does not work"):
        toolchains.find.__wrapped__("go")


def elsewhere(language: str, executor: str, workload: str, workers: int = 2, tasks: int = 3, **arguments: Value) -> Arm:
    return Arm("elsewhere", executor, workload, workers, tasks, arguments, language=language, optional=True)


def in_python() -> Arm:
    return Arm("in Python", "sequential", "primes", 1, 1, {"size": LIMIT})


def ran(arm: Arm, *, pinned: bool = False) -> tuple[Repetition, list[Event]]:
    """A repetition of the arm, and what was told while it ran."""
    run, events = conduct(replace(arm, one_core=pinned), in_python())
    assert run.outcome == OK
    assert not run.missing
    (repetition,) = run.of(run.plan.arms[0])
    (began,) = (place for place, one in enumerate(events) if isinstance(one, StepStarted) and one.arm.name == arm.name)
    (ended,) = (place for place, one in enumerate(events) if isinstance(one, StepFinished) and one.repetition.arm == arm.name)
    return repetition, events[began:ended]


def test_without_its_compiler_an_arm_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(language: str) -> Toolchain:
        raise NoToolchain(f"{language} is not here")

    monkeypatch.setattr(programs, "find", none)
    run, _ = conduct(elsewhere("go", "goroutines", "primes", size=LIMIT), in_python())
    assert run.outcome == OK
    assert list(run.missing.values()) == ["go is not here"]
    assert [one.arm for one in run.repetitions] == ["in Python"]


@pytest.mark.parametrize(
    ("language", "executor"), [(name, executor) for name, one in LANGUAGES.items() for executor in one.executors]
)
def test_primes_are_counted_as_in_python(language: str, executor: str) -> None:
    here_or_skip(language)
    repetition, events = ran(elsewhere(language, executor, "primes", size=LIMIT))
    assert [worker.result for worker in repetition.workers] == [2 * PRIMES_BELOW, PRIMES_BELOW], "the tasks are shared out in turn"
    assert repetition.result == 3 * PRIMES_BELOW
    assert repetition.wall_ns is not None
    assert all(0 <= worker.started_ns <= worker.ended_ns for worker in repetition.workers)
    on_core, wants = repetition.counters.on_core_ns, repetition.counters.wants_core_ns
    assert on_core is not None
    assert wants is not None
    assert on_core >= 0
    assert wants >= 0
    shared = executor in ("goroutines", "erlang-processes")
    assert {worker.shares_task for worker in repetition.workers} == {shared}
    lanes = {event.tid for event in events if isinstance(event, WorkerStarted)}
    assert lanes, "kernel tasks are announced, be it the workers themselves or what carries them"
    assert executor != "threads" or len(lanes) == 2
    said = [line.text for event in events if isinstance(event, Output) for line in event.lines if line.worker == "w1"]
    assert any(f"{PRIMES_BELOW} primes below {LIMIT}" in text for text in said)


@pytest.mark.parametrize("language", ["c", "rust"])
def test_two_threads_pinned_to_a_core_never_leave_it(language: str) -> None:
    here_or_skip(language)
    repetition, _ = ran(elsewhere(language, "threads", "sharing-a-core", 2, 2, size=30), pinned=True)
    assert [worker.counters.migrations for worker in repetition.workers] in ([0, 0], [None, None])
    first, second = repetition.workers
    assert first.started_ns < second.ended_ns
    assert second.started_ns < first.ended_ns
    assert all(isinstance(worker.result, int) and worker.result > 0 for worker in repetition.workers)
    assert (repetition.effective_cores or 0) <= 1.05


def test_goroutines_are_many_on_a_few_kernel_threads() -> None:
    here_or_skip("go")
    repetition, _ = ran(elsewhere("go", "goroutines", "crowd", 1, 1, size=2_000))
    assert repetition.measures["alive"] == 2_000
    assert repetition.measures["tasks_during"] < 200
    assert 0 <= repetition.measures["in_order"] < 2_000


def test_a_go_program_that_does_not_wait_ends_without_its_goroutines_and_one_that_waits_does_not() -> None:
    here_or_skip("go")
    unawaited, _ = ran(elsewhere("go", "goroutines", "unawaited", 1, 1, size=2_000, several=3))
    assert unawaited.measures == {"started": 3, "finished": 0}
    awaited, _ = ran(elsewhere("go", "goroutines", "greeting", 5, 5, size=1))
    assert awaited.result == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_a_program_does_not_know_it_refuses(language: str) -> None:
    here_or_skip(language)
    run, _ = conduct(elsewhere(language, LANGUAGES[language].executors[0], "hashing", size=1), in_python())
    assert run.outcome == OK
    assert len(run.missing) == 1

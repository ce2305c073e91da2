"""Details of real small processes: right, bounded, harmless, and never a stranger's."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from conclab.model.details import ENVIRONMENT, FILES, KINDS, LIMITS, MEMORY, OVERVIEW, STACKS, Fact, Page, Section
from conclab.model.table import WHOLE, RowId
from conclab.sampling import details
from conclab.sampling.details import read_details
from conclab.sampling.details_access import Subject, read_bounded, refusal, start_ticks
from conclab.sampling.details_files import MOST_FILES
from tests.sampling.builders import LINUX, QUIET, Child, child

pytestmark = LINUX

BUSY = """
import json, os, socket, sys
here, there = socket.socketpair()
server = socket.socket()
server.bind(("127.0.0.1", 0))
server.listen()
log = open(sys.argv[1], "a")
log.write("x" * 5000)
log.flush()
print(json.dumps({"port": server.getsockname()[1]}), flush=True)
sys.stdin.read()
"""
MANY_FILES = """
import json, os, sys
kept = [os.open("/dev/null", os.O_RDONLY) for _ in range(int(sys.argv[1]))]
print(json.dumps({}), flush=True)
sys.stdin.read()
"""
HOSTILE_NAME = "log \x1b[31m\n\u202ertl [bold]漢字"


def identity(one: Child) -> RowId:
    start = start_ticks(one.pid)
    assert start is not None
    return RowId(one.pid, WHOLE, start)


def read(one: Child, key: str) -> Page:
    page = read_details(identity(one), key)
    assert not page.ended
    return page


def facts(page: Page) -> dict[str, Fact]:
    return {fact.name: fact for section in page.sections for fact in section.facts}


def all_texts(page: Page) -> Iterator[str]:
    for section in page.sections:
        yield from (section.title, section.note)
        for fact in section.facts:
            yield from (fact.name, fact.value, fact.why)
        for row in section.rows:
            yield from row


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Child, Path]]:
    log = tmp_path_factory.mktemp("files") / HOSTILE_NAME
    with child(BUSY, str(log)) as one:
        yield one, log


def test_the_overview_agrees_with_what_we_know(busy: tuple[Child, Path]) -> None:
    found = facts(read(busy[0], OVERVIEW))
    assert found["command line"].value.startswith(f"{sys.executable} -I -S -c ")
    assert found["works in"].value == os.getcwd()
    assert found["program"].value == os.path.realpath(sys.executable)
    assert found["parent"].value.split()[0] == str(os.getpid())
    assert found["user"].value.endswith(f"({os.geteuid()})")
    assert found["nice"].value == str(os.getpriority(os.PRIO_PROCESS, busy[0].pid))
    assert found["threads"].value == "1"
    assert found["state"].value[0] in "RSD"
    assert found["may run on"].value.startswith("core")


def test_open_files_and_sockets(busy: tuple[Child, Path]) -> None:
    one, _log = busy
    files, sockets = read(one, FILES).sections
    mine = next(row for row in files.rows if "log " in row[-1])
    assert mine[1:4] == ("file", "w+append", "5,000")
    assert mine[-1].endswith("/log ␛[31m␊·rtl [bold]漢字")
    assert [row[1] for row in files.rows].count("socket") == 3
    listening = next(row for row in sockets.rows if row[2] == "listen")
    assert (listening[1], listening[3]) == ("tcp4", f"127.0.0.1:{one.said['port']}")
    assert [row[1] for row in sockets.rows].count("unix") == 2


def test_memory_is_consistent_and_mappings_are_named(busy: tuple[Child, Path]) -> None:
    page = read(busy[0], MEMORY)
    assert all(facts(page)[name].value for name in ("resident", "proportional", "its own", "shared", "swap"))
    mapped = page.sections[1]
    assert any(row[-1] == "[heap]" for row in mapped.rows)
    assert len({row[-1] for row in mapped.rows}) == len(mapped.rows)


def test_limits_are_those_of_the_process() -> None:
    code = "import resource; resource.setrlimit(resource.RLIMIT_NOFILE, (64, 128))\n" + QUIET
    with child(code) as one:
        rows = {row[0]: row for row in read(one, LIMITS).sections[0].rows}
        assert rows["open files"][1:3] == ("64", "128")
        assert facts(read(one, OVERVIEW))["open files"].value.endswith(" of 64")


def test_nothing_that_is_read_can_do_harm(busy: tuple[Child, Path]) -> None:
    for kind in KINDS:
        if kind.read:
            assert all(text.isprintable() for text in all_texts(read(busy[0], kind.key))), kind.key


def test_the_environment_is_the_processs_own_and_bounded() -> None:
    evil = {"A": "\x1b]0;evil\x07", "B": "x" * 100_000, "PATH": "/nowhere"}
    code = "import json, sys; print(json.dumps({}), flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=evil
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        found = facts(read(Child(process, {}), ENVIRONMENT))
        process.communicate("")
    assert found["A"].value == "␛]0;evil␇"
    assert 1_000 < len(found["B"].value) < 10_000
    assert list(found)[:2] == ["A", "B"]


def test_a_command_line_of_two_megabytes_is_cut_counted_and_comes_last() -> None:
    with child(QUIET, *["y" * 100_000] * 20) as one:
        page = read(one, OVERVIEW)
    last = page.sections[-1].facts[0]
    assert page.sections[-1].title == "Command"
    assert len(last.value) == 8_000
    assert int("".join(filter(str.isdigit, last.why))) > 1_900_000


def test_of_many_open_files_some_are_shown_and_the_others_counted() -> None:
    with child(MANY_FILES, "700") as one:
        files = read(one, FILES).sections[0]
    assert len(files.rows) == MOST_FILES
    assert files.left_out == 703 - MOST_FILES
    assert files.title == "703 open files"


def test_a_process_that_has_ended_or_another_of_its_number_is_told_and_nothing_is_read() -> None:
    with child() as one:
        mine = identity(one)
        stranger = mine._replace(start=mine.start + 1)
        found = read_details(stranger, OVERVIEW)
        assert (found.ended, found.sections) == (True, ())
    assert read_details(mine, OVERVIEW).ended


def test_what_was_read_of_a_stranger_is_thrown_away(monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = iter([100, 101])
    monkeypatch.setattr(details, "start_ticks", lambda _pid: next(ticks))
    page = read_details(RowId(os.getpid(), WHOLE, 100), OVERVIEW)
    assert (page.ended, page.sections) == (True, ())


def test_a_zombie_says_what_it_is() -> None:
    with child() as one:
        mine = identity(one)
        one.process.kill()
        os.waitid(os.P_PID, one.pid, os.WEXITED | os.WNOWAIT)
        for kind in KINDS:
            if kind.read:
                page = read_details(mine, kind.key)
                assert not page.ended
                assert page.sections
        assert facts(read_details(mine, OVERVIEW))["state"].alarming


AS_NOBODY = """
import json, os, sys
from conclab.sampling.details import read_details
from conclab.model.details import KINDS
from conclab.model.table import RowId
os.setgid(65534); os.setuid(65534)
told = {}
for kind in KINDS:
    if kind.read:
        page = read_details(RowId(int(sys.argv[1]), 0, int(sys.argv[2])), kind.key)
        told[kind.key] = [[fact.name, fact.value, fact.why] for section in page.sections for fact in section.facts]
        told[kind.key] += [["note", "", section.note] for section in page.sections]
print(json.dumps(told))
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_who_may_not_read_it_is_told_why_and_still_sees_the_rest(busy: tuple[Child, Path]) -> None:
    mine = identity(busy[0])
    done = subprocess.run(
        [sys.executable, "-c", AS_NOBODY, str(mine.pid), str(mine.start)], capture_output=True, text=True, check=True, timeout=60
    )
    told = json.loads(done.stdout)
    why = "belongs to root; conclab would have to run as root"
    overview = {name: (value, reason) for name, value, reason in told[OVERVIEW]}
    assert overview["works in"] == ("", why)
    assert overview["command line"][0]
    for key, name in ((ENVIRONMENT, "environment"), (FILES, "open files"), (MEMORY, "in RAM")):
        assert [name, "", why] in told[key]
    assert any(why in note for _name, _value, note in told[STACKS])


def test_a_refusal_says_whose_it_is_and_what_to_do() -> None:
    assert refusal(0, "root", 1000) == "belongs to root; conclab would have to run as root"
    assert refusal(33, "www", 1000) == "belongs to www; conclab would have to run as root or www"
    assert "guarded" in refusal(1000, "ada", 1000)
    assert "even to root" in refusal(33, "www", 0)


def test_a_thread_of_the_kernel_has_neither_memory_nor_environment() -> None:
    kernel = Subject(2, uid=0, kernel=True)
    assert kernel.why(ProcessLookupError()) == kernel.why(FileNotFoundError()) == "a thread of the kernel has none"
    assert Subject(2).why(ProcessLookupError()) == "it has just ended"


def test_a_bounded_reading_counts_what_it_leaves_out(tmp_path: Path) -> None:
    file = tmp_path / "large"
    file.write_bytes(b"x" * 200_000)
    answer = read_bounded(str(file), 10_000)
    assert (len(answer.text), answer.left_out) == (10_000, 190_000)


def test_a_pipe_at_the_path_does_not_hold_it_up(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    answers: list[bytes] = []
    reader = threading.Thread(target=lambda: answers.append(read_bounded(str(tmp_path / "pipe")).text), daemon=True)
    reader.start()
    reader.join(20)
    assert answers == [b""]


def test_sections_are_made_of_text_only(busy: tuple[Child, Path]) -> None:
    for kind in KINDS:
        if kind.read:
            for section in read(busy[0], kind.key).sections:
                assert isinstance(section, Section)
                assert all(len(row) == len(section.headings) for row in section.rows)

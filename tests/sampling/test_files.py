"""Reading kernel files: whole, again and again through one descriptor, never a stranger's, and within a budget."""

from __future__ import annotations

import resource
from pathlib import Path

import pytest

from conclab.sampling.files import Budget, KeptFile, read
from tests.sampling.builders import LINUX, child, descriptors

pytestmark = LINUX


def test_a_file_is_read_whole(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"\x00text\xff\n" * 1_000)
    assert read(str(tmp_path / "file")) == b"\x00text\xff\n" * 1_000


@pytest.mark.parametrize("path", ["/proc/self/no-such-file", "/proc/999999999/stat", "/proc", "/proc/self/mem"])
def test_what_cannot_be_read_is_missing_and_leaves_nothing_open(path: str) -> None:
    before = descriptors()
    assert read(path) is None
    assert descriptors() == before


def test_a_kept_file_shows_what_the_file_says_now(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"first and long")
    file = KeptFile(str(path), Budget())
    assert file.read() == b"first and long"
    path.write_bytes(b"second")
    assert file.read() == b"second"
    file.close()


def test_a_kept_file_holds_one_descriptor_until_it_is_closed() -> None:
    budget, before = Budget(), descriptors()
    left = budget.left
    file = KeptFile("/proc/self/stat", budget)
    for _ in range(3):
        assert file.read()
    assert (descriptors(), budget.left) == (before + 1, left - 1)
    file.close()
    file.close()
    assert (descriptors(), budget.left) == (before, left)


def test_a_file_that_does_not_exist_costs_no_budget() -> None:
    budget = Budget()
    left = budget.left
    file = KeptFile("/proc/self/no-such-file", budget)
    assert file.read() is None
    file.close()
    assert budget.left == left


def test_without_budget_the_text_is_the_same_and_nothing_stays_open(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"text")
    budget, before = Budget(), descriptors()
    budget.left = 0
    file = KeptFile(str(tmp_path / "file"), budget)
    assert [file.read(), file.read()] == [b"text", b"text"]
    assert descriptors() == before
    file.close()
    assert budget.left == 0


def test_the_file_of_a_process_that_has_ended_is_missing() -> None:
    with child() as one:
        file = KeptFile(f"/proc/{one.pid}/stat", Budget())
        assert file.read()
        one.end()
        assert file.read() is None
        file.close()


def test_a_budget_leaves_room_for_the_rest_of_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("resource.getrlimit", lambda _what: (1_024, 4_096))
    assert 0 < Budget().left <= 512


def test_a_process_without_a_limit_has_a_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("resource.getrlimit", lambda _what: (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    assert Budget().left > 1_000


@pytest.mark.parametrize("kept", [False, True])
def test_a_kernel_file_that_comes_a_page_at_a_time_is_read_to_its_end(kept: bool) -> None:
    # seq_file(9) hands out a page for each read(2); /proc/PID/task/TID/children of a process with 700 children is longer too.
    with child() as one:
        path = f"/proc/{one.pid}/smaps"
        whole = Path(path).read_bytes()
        assert 4_096 < len(whole) < 65_536
        file = KeptFile(path, Budget())
        text = file.read() if kept else read(path)
        file.close()
    assert text is not None
    # The sizes in it may change between two readings; which stretches of memory there are does not.
    assert text.count(b"VmFlags") == whole.count(b"VmFlags")

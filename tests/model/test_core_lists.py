"""Lists of cores: as the kernel writes them, and as people type them."""

from __future__ import annotations

import pytest

from conclab.model.core_lists import core_list, cores_of


@pytest.mark.parametrize(
    ("cores", "text"),
    [(set(), ""), ({3}, "3"), ({0, 1}, "0-1"), ({8, 0, 2, 1, 3}, "0-3,8"), ({0, 2, 4}, "0,2,4"), (set(range(512)), "0-511")],
)
def test_written_as_the_kernel_does_and_read_back(cores: set[int], text: str) -> None:
    assert core_list(cores) == text
    assert cores_of(text) == cores


@pytest.mark.parametrize(
    ("text", "cores"),
    [(" 1 , 2 ", {1, 2}), ("1 2", {1, 2}), ("0-6:2", {0, 2, 4, 6}), ("3,", {3}), ("1,1-2,2", {1, 2}), ("0-1\n", {0, 1})],
)
def test_read_generously(text: str, cores: set[int]) -> None:
    assert cores_of(text) == cores


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("x", "“x”"),
        ("1-", "“1-”"),
        ("-1", "“-1”"),
        ("3-1", "write 1-3"),
        ("0-3:0", "no step"),
        ("1,2,[b]", "“[b]”"),
        ("1" * 9, "core"),
    ],
)
def test_what_is_wrong_is_named(text: str, says: str) -> None:
    with pytest.raises(ValueError) as caught:
        cores_of(text)
    assert says in str(caught.value)

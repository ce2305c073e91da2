"""What holds a text is kept, and nothing else."""

from __future__ import annotations

import pytest

from conclab.model.details import KINDS, OVERVIEW, Fact, Heading, Page, Section, matching
from conclab.model.privileges import CAPABILITIES, capabilities, capabilities_in_words, container

PAGE = Page(
    OVERVIEW,
    1,
    (
        Section("Environment", (Fact("PATH", "/usr/bin"), Fact("Home", "/home/ada"), Fact("blank", why="belongs to root"))),
        Section("Files", headings=(Heading("FD"), Heading("PATH")), rows=(("1", "/dev/null"), ("2", "/home/log")), note="said"),
    ),
)


def kept(text: str) -> list[tuple[str, list[str], list[str]]]:
    found = matching(PAGE, text)
    return [(one.title, [fact.name for fact in one.facts], [row[0] for row in one.rows]) for one in found.sections]


def test_facts_and_rows_that_hold_the_text_stay_whatever_the_case() -> None:
    assert kept("HOME") == [("Environment", ["Home"], []), ("Files", [], ["2"])]


def test_reasons_are_searched_too() -> None:
    assert kept("root") == [("Environment", ["blank"], [])]


def test_a_section_whose_title_holds_it_stays_whole() -> None:
    assert kept("files") == [("Files", [], ["1", "2"])]


def test_without_a_text_everything_stays() -> None:
    assert matching(PAGE, "") is PAGE
    assert kept("nowhere") == []


def test_there_is_a_digit_for_each_page() -> None:
    assert len({kind.key for kind in KINDS}) == len(KINDS) <= 9


@pytest.mark.parametrize(
    ("mask", "words"),
    [
        (0, "none: its user's rights and no more"),
        (0x1FFFFFFFFFF, "all of them: it may do anything"),
        (0x1FFFEFFFFFF, "all but SYS_RESOURCE"),
        (1 << 10, "NET_BIND_SERVICE (may take ports below 1024)"),
        (1 << 10 | 1 << 13, "NET_BIND_SERVICE (may take ports below 1024); NET_RAW (may use raw sockets)"),
    ],
)
def test_capabilities_in_words(mask: int, words: str) -> None:
    assert capabilities_in_words(mask) == words


def test_half_of_the_capabilities_are_counted_and_named() -> None:
    words = capabilities_in_words(0xA80425FB)  # what a container of Docker has
    assert words.startswith("14 of 41: CHOWN, DAC_OVERRIDE, FOWNER, ")
    assert words.count(",") == 13


def test_capabilities_newer_than_the_list_have_their_number() -> None:
    newer = len(CAPABILITIES)
    assert capabilities(1 << newer, last=newer) == [f"number {newer}"]
    assert capabilities(1 << newer) == []


def test_containers_are_told_by_their_group_or_by_their_view() -> None:
    assert "Docker" in container(["/system.slice/docker-12ab.scope"], [])
    assert "Kubernetes" in container(["/", "/kubepods/burstable/pod1"], [])
    assert container(["/user.slice"], ["mnt", "pid", "net"]).startswith("probably")
    assert container(["/user.slice"], ["mnt"]) == ""  # systemd's PrivateTmp does as much

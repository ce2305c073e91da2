"""Completions: the right ones at each place, and that whatever is taken leads to a filter."""

from __future__ import annotations

import random
from itertools import product

import pytest

from conclab.model.columns import COLUMNS
from conclab.model.filters import Completion, FilterError, complete, parse

VALUES = {"user": ("root", "ada", "www-data", "me"), "name": ("python3", "(sd-pam)", "it's", 'a"b', "x y", "and", "漢字")}
SAVED = {"busy": "cpu>5", "big": "res>1G"}


def offered(text: str, cursor: int | None = None) -> list[str]:
    return [one.text for one in complete(text, len(text) if cursor is None else cursor, VALUES, saved=SAVED)]


def test_nothing_typed_offers_columns_the_useful_ones_first() -> None:
    found = complete("", 0, {})
    assert [one.text for one in found][:2] == ["cpu", "user"]
    assert {one.text.strip() for one in found} >= set(COLUMNS)
    assert all(one.meaning for one in found)


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("us", ["user"]),
        ("cpu>5 and th", ["threads"]),
        ("(th", ["threads"]),
        ("not th", ["threads"]),
        ("!th", ["threads"]),
        ("cpu", [">", "<", ">="]),
        ("cpu ", [">", "<"]),
        ("name", ["=", "!=", "~", "!~"]),
        ("rss", [">", "<"]),
        ("rs", ["res"]),
        ("user=", ["root", "ada", "www-data", "me"]),
        ("user = ", ["root", "ada"]),
        ("user=r", ["root"]),
        ("user=root|a", ["ada"]),
        ('user="r', ["root"]),
        ("user=DATA", ["www-data"]),
        ("kind=", ["process", "thread", "kernel"]),
        ("state=", ["R", "S", "D"]),
        ("state=run", ["R"]),
        ("policy=f", ["FIFO"]),
        ("name=(", ['"(sd-pam)"']),
        ("name=it", ['"it\'s"']),
        ("cpu>5 ", ["and ", "or "]),
        ("cpu>5 a", ["and ", "affinity"]),
        ("(cpu>5) o", ["or "]),
        ("@", ["@big", "@busy"]),
        ("cpu>5 @bu", ["@busy"]),
    ],
)
def test_what_is_offered_first(text: str, first: list[str]) -> None:
    assert offered(text)[: len(first)] == first


@pytest.mark.parametrize("text", ["firefox", '"cp', "user=nobody", "cpu>", "cpu>5", "zzz>", "zzz=1", "@x", "--"])
def test_where_there_is_nothing_to_offer(text: str) -> None:
    assert offered(text) == []


def test_a_saved_name_that_cannot_be_typed_is_not_offered() -> None:
    found = complete("@", 1, {}, saved={"two words": "x", "a(b": "x", "fine-1": "x"})
    assert [one.text for one in found] == ["@fine-1"]


def test_no_and_where_nothing_stands_before() -> None:
    for text in ("", "a", "cpu>5 and ", "cpu>5 and a", "not a", "(o"):
        assert not {"and ", "or "} & set(offered(text)), text


def test_a_pattern_gets_no_value_whose_signs_would_mean_something() -> None:
    assert "python3" in offered("name~")
    assert '"(sd-pam)"' not in offered("name~")


def test_the_whole_word_under_the_cursor_is_replaced() -> None:
    text = "usr=root and cpu>5"
    found = complete(text, 2, VALUES)
    taken = next(one for one in found if one.text == "user")
    assert taken.applied_to(text) == ("user=root and cpu>5", 4)
    value = next(one for one in complete("user=roXX and cpu>5", 7, VALUES) if one.text == "root")
    assert value.applied_to("user=roXX and cpu>5")[0] == "user=root and cpu>5"


def test_the_cursor_may_be_anywhere() -> None:
    assert complete("cpu>5", -3, {}) == complete("cpu>5", 0, {})
    assert complete("cpu>5", 99, {}) == complete("cpu>5", 5, {})


EXTENSIONS = (
    "",
    "5",
    "x",
    "R",
    "thread",
    "OTHER",
    "R)",
    "thread)",
    "OTHER)",
    "x)",
    "=x",
    "=5",
    ">5",
    "=R",
    "=thread",
    "=OTHER",
    ")",
    "5)",
    "=x)",
    "=5)",
    "=R)",
    "=thread)",
    "=OTHER)",
)


def leads_somewhere(text: str) -> bool:
    """Whether it is a filter, or would be one with a little more."""
    for extension in EXTENSIONS:
        try:
            parse(text + extension, saved=SAVED, now_s=lambda: 0.0)
        except FilterError:
            continue
        return True
    return False


def _taken(text: str) -> list[tuple[Completion, str]]:
    return [(one, one.applied_to(text)[0]) for one in complete(text, len(text), VALUES, saved=SAVED, now_s=lambda: 0.0)]


STARTS = ["", "cpu>5 ", "cpu>5 and ", "(", "not ", "python ", "(cpu>5 or ", "@busy ", '"x y" ']
WORDS = ["", "c", "cpu", "cpu ", "s", "st", "a", "o", "n", "user=", "user=r", "name=", "name~", "name=a", "kind!=", "state=", "@"]


@pytest.mark.parametrize(("start", "word"), list(product(STARTS, WORDS)))
def test_every_completion_leads_to_a_filter(start: str, word: str) -> None:
    for one, text in _taken(start + word):
        assert leads_somewhere(text), (start + word, one)


@pytest.mark.parametrize("seed", range(6))
def test_one_can_go_on_taking_completions_for_ever(seed: int) -> None:
    dice = random.Random(seed)
    text, taken = "", 0
    for _ in range(60):
        found = _taken(text)
        if found:
            text = dice.choice(found)[1]
            taken += 1
            assert leads_somewhere(text), text
        else:
            text += dice.choice(["5", "5 "]) if text.endswith(("=", "<", ">", "~")) else " "
        if len(text) > 200:
            text = ""
    assert taken > 10

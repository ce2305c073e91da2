"""The filter language: what each sentence lets pass, what each mistake is told, and that no soup of words does anything else."""

from __future__ import annotations

import random

import pytest

from conclab.model.columns import COLUMNS, of_machine
from conclab.model.filters import LONGEST, FilterError, containing, parse
from conclab.model.table import CGROUP, IO, STATUS, RowId, TaskRow

SAVED = {"busy": "cpu>50", "mine": "user=ada or user=root", "both": "@busy @mine", "loop": "@loop", "wrong": "cpu>"}


def row(pid: int = 100, tid: int = 0, **more: object) -> TaskRow:
    base = TaskRow(
        RowId(pid, tid, 1),
        1,
        False,
        uid=1000,
        user="ada",
        name="python3",
        command="/usr/bin/python3 primes.py --port=8080",
        state="S",
        nice=0,
        priority=20,
        policy=0,
        threads=5,
        resident_bytes=int(1.5 * 1024**3),
        memory_share=0.02,
        cpu_share=0.25,
        delay_share=0.12,
        cpu_time_s=2 * 3600.0,
        start_s=1_000.0,
        started="07-31 12:00",
        voluntary_per_s=1200.0,
        core=3,
    )
    return base._replace(**more)  # type: ignore[arg-type]


ROW = row()


def passes(text: str, one: TaskRow = ROW) -> bool:
    return parse(text).matches(one)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "cpu>5",
        "cpu > 5",
        "CPU%>5",
        "%cpu>24.9",
        "cpu<=25%",
        "user=ADA",
        "user=root|ada",
        "user=a*",
        "user=?da",
        "user!=root",
        "user!=root|eve",
        "state=s",
        "state=sleeping",
        "S=S",
        "state!=R",
        "vcs>1000",
        "VCS/s>1,000",
        "vcs>1.1k",
        "delay>10",
        'name~"py.*"',
        "name~^PY",
        "name~py(thon)?3$",
        "command=~--port=80",
        "name!~ruby",
        "threads>4",
        "nlwp=5",
        "res=1.5G",
        "res>1.4GiB",
        "rss<2gb",
        "res>1000M",
        "time=2h",
        "time>1h59m",
        "time>119:59",
        "time>=1h59:59",
        "time<2h00:01",
        "TIME+>7199s",
        "ni=0",
        "ni>-1",
        "nice<1",
        "pri=20",
        "policy=other",
        "policy=SCHED_OTHER",
        "kind=process",
        "kind!=thread",
        "uid=1000",
        "core=3",
        "core=1|3",
        "start=07-31*",
        'start~"12:0"',
        "pid=100",
        "python",
        "PRIMES",
        '"primes.py --port"',
        "'primes.py --port'",
        "100",
        "8080",
        "cpu>5 user=ada",
        "cpu>5 and user=ada",
        "cpu>5 && user=ada",
        "cpu>90 or user=ada",
        "cpu>90||user=ada",
        "user=ada or cpu>90 and cpu>95",
        "not user=root",
        "!user=root",
        "not not user=ada",
        "not (cpu>90 or user=root)",
        "not root ada or python",
        "(((python)))",
        "cpu=25",
        "cpu=25.0",
        "cpu!=24",
    ],
)
def test_what_lets_the_row_pass(text: str) -> None:
    assert passes(text)


@pytest.mark.parametrize(
    "text",
    [
        "cpu>25",
        "cpu=24",
        "user=ad",
        "user=da",
        'user="a*"',
        'user="root|ada"',
        "user!=ada",
        "user!=root|ada",
        "state=R",
        "state=running",
        "state=R|D",
        "vcs>1.3k",
        "name=python",
        "name~^ython",
        "name!~py",
        "res=1.6G",
        "res<1G",
        "time>2h",
        "kind=thread",
        "kind=kernel",
        "ruby",
        "80801",
        '"100"',
        "python ruby",
        "not python",
        "not (user=ada or cpu>90)",
        "(user=root or cpu>5) and ruby",
        "cpu>5 and not user=ada",
    ],
)
def test_what_does_not(text: str) -> None:
    assert not passes(text)


def test_equal_is_as_exact_as_it_was_written() -> None:
    shares = [0.0449, 0.0451, 0.0496, 0.05, 0.0549, 0.056]
    assert [passes("cpu=5", row(cpu_share=share)) for share in shares] == [False, True, True, True, True, False]
    assert [passes("cpu=5.0", row(cpu_share=share)) for share in shares] == [False, False, True, True, False, False]


def test_more_and_less_compare_exactly() -> None:
    assert passes("cpu>5", row(cpu_share=0.0501))
    assert not passes("cpu>5", row(cpu_share=0.05))
    assert passes("cpu>=5", row(cpu_share=0.05))
    assert not passes("cpu<=5", row(cpu_share=0.0501))


@pytest.mark.parametrize("sign", ["=", "!=", "<", "<=", ">", ">="])
def test_what_cannot_be_had_passes_no_comparison(sign: str) -> None:
    assert not passes(f"cpu{sign}5", row(cpu_share=None))


@pytest.mark.parametrize("sign", ["=", "!=", "~", "!~"])
def test_text_that_cannot_be_had_neither(sign: str) -> None:
    assert not passes(f"user{sign}ada", row(user=None))
    assert not passes(f"user{sign}ada|eve", row(user=None))
    assert not passes(f"user{sign}a*", row(user=None))


@pytest.mark.parametrize("text", ["cpu>5", "cpu!=5", "user=ada", "user!~x", "cpu>5 and user=ada", "ada"])
def test_not_shows_exactly_what_its_condition_hides(text: str) -> None:
    for one in (ROW, row(cpu_share=None), row(user=None, cpu_share=None)):
        assert passes(text, one) is not passes(f"not ({text})", one)


def test_digits_find_the_process_with_its_threads_the_thread_and_text() -> None:
    assert passes("100", row(100, command="x", name="x"))
    assert passes("100", row(100, 107, command="x", name="x"))
    assert passes("107", row(100, 107, command="x", name="x"))
    assert not passes("107", row(100, command="x", name="x"))
    assert passes("107", row(5, command="tail -n 107", name="tail"))
    assert not passes("0", row(5, command="x", name="x"))


def test_kinds() -> None:
    for one, kind in ((row(), "process"), (row(1, 2), "thread"), (row(1, 2, kernel=True), "kernel"), (row(kernel=True), "kernel")):
        assert [name for name in ("process", "thread", "kernel") if passes(f"kind={name}", one)] == [kind]


def test_containing_takes_every_sign_as_it_stands() -> None:
    one = row(command="a>b (and) [x]")
    assert containing("a>B (and")(one)
    assert containing("")(one)
    assert not containing("a>c")(one)


def test_names_of_hostile_processes_are_only_text() -> None:
    one = row(name="漢字[red]", command="漢字[red] 'x' \"y\" \\ .*")
    assert passes("漢字", one)
    assert passes('command~"\\[red\\]"', one)
    assert passes("name=漢字[red]", one)
    assert not passes("name=漢字[xyz]", one)
    assert passes('"\\"y\\""', one)


def test_the_age_needs_a_clock() -> None:
    recent = parse("age<10m", now_s=lambda: 1_500.0)
    assert recent.matches(ROW)
    assert not recent.matches(row(start_s=500.0))
    assert not recent.matches(row(start_s=None))
    with pytest.raises(FilterError, match="cannot be told here"):
        parse("age<10m")


def test_shares_are_those_of_the_columns_in_use() -> None:
    assert parse("cpu>20").matches(ROW)
    assert not parse("cpu>20", columns=of_machine(4)).matches(ROW)


@pytest.mark.parametrize(
    ("text", "needs"),
    [
        ("cpu>5 user=root python", set()),
        ("vcs>5", {STATUS}),
        ("not (io>1M or cgroup~docker) ics>1", {IO, CGROUP, STATUS}),
    ],
)
def test_a_filter_tells_which_readings_it_needs(text: str, needs: set[str]) -> None:
    assert parse(text).needs == needs


def test_the_text_is_kept() -> None:
    assert parse(" cpu>5 ").text == " cpu>5 "


# Saved filters


def test_a_saved_filter_stands_for_itself() -> None:
    busy = row(cpu_share=0.9)
    assert parse("@busy", saved=SAVED).matches(busy)
    assert not parse("@busy", saved=SAVED).matches(ROW)
    assert not parse("not @busy", saved=SAVED).matches(busy)
    assert parse("@both and python", saved=SAVED).matches(busy)
    assert not parse("@both", saved=SAVED).matches(row(user="eve", cpu_share=0.9)), "an or in it stays in its brackets"
    assert parse("@x", saved={"x": "vcs>1"}).needs == {STATUS}


def test_without_saved_filters_an_at_is_a_character() -> None:
    assert parse("@host").matches(row(command="ssh me@host"))
    assert parse('"@busy"', saved=SAVED).matches(row(command="x @busy"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("@bsy", "Did you mean @busy"),
        ("@qqq", "@both, @busy"),
        ("cpu>5 @loop", "leads back to itself"),
        ("@wrong", "“wrong” has a mistake"),
    ],
)
def test_mistakes_with_saved_filters(text: str, said: str) -> None:
    with pytest.raises(FilterError, match=said) as caught:
        parse(text, saved=SAVED)
    assert text[caught.value.start : caught.value.end] == text.split()[-1]


# Mistakes


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        ("cpuu>5", "cpuu", "Did you mean cpu?"),
        ("x and usr=root", "usr", "Did you mean user?"),
        ("--port=80", "--port", "put it in quotes"),
        ("5<cpu", "5", "Write the column first"),
        ("cpu>abc", "abc", "write cpu>5"),
        ("cpu>1G", "1G", "share in per cent"),
        ("mem>1G", "1G", "res>1G"),
        ("res>5%", "5%", "a size"),
        ("time>5G", "5G", "a time"),
        ("threads>many", "many", "a number"),
        ("cpu=5|x", "5|x", "share"),
        ("cpu>5|6", "5|6", "share"),
        ("cpu~5", "~", "compare it by >"),
        ("user<5", "<", "compare it by ="),
        ("state=Q", "Q", "R, S, D"),
        ("kind=tread", "tread", "Did you mean thread?"),
        ("policy=FIFA", "FIFA", "fifo"),
        ("cpu>5)", ")", "no ("),
        (")", ")", "no ("),
        ("()", "()", "nothing between"),
        ("(cpu>5 and )", "and", "What comes after “and”?"),
        ("and cpu>5", "and", "put it in quotes"),
        ("cpu>5 and or user=x", "or", "between two conditions"),
        (">5", ">", "Which column?"),
        ("cpu>5 >6", ">", "Which column?"),
        ('"cpu">5', '"cpu"', "without quotes"),
        ("name~[z", "[z", "pattern"),
        ("name~(a+)+", "+", "for ever"),
        ('name~"x(a+)+"', '+"', "for ever"),
        ("name=)", ")", "compared with"),
        ("cpu>(", "(", "share"),
    ],
)
def test_a_mistake_is_told_where_it_is(text: str, place: str, said: str) -> None:
    with pytest.raises(FilterError) as caught:
        parse(text)
    error = caught.value
    assert said in str(error)
    assert text[error.start : error.end] == place
    assert not error.unfinished
    assert error.message.endswith((".", "?"))


@pytest.mark.parametrize(
    "text", ["cpu>", "cpu> ", "not", "!", "cpu>5 and", "cpu>5 or ", "(", "(cpu>5", "(cpu>5 and", '"abc', "name='x", "((x)"]
)
def test_what_is_merely_not_finished_is_told_as_such(text: str) -> None:
    with pytest.raises(FilterError) as caught:
        parse(text)
    assert caught.value.unfinished
    assert 0 <= caught.value.start <= caught.value.end <= len(text)


def test_too_much_is_refused() -> None:
    for text in ("x" * (LONGEST + 1), "(" * 500 + "x" + ")" * 400, "(" * 41 + "x" + ")" * 41):
        with pytest.raises(FilterError):
            parse(text)
    assert passes("(" * 40 + "python" + ")" * 40)
    assert passes("not " * 200 + "python")
    assert passes("python or " * 99 + "python")


SOUP = [
    *COLUMNS, "kind", "uid", "age", "CPU%", "and", "or", "not", "!", "&&", "||", "|", "(", ")", "=", "!=", "<", "<=", ">", ">=",
    "~", "!~", "==", "=~", "<>", '"', "'", "\\", "5", "5%", "1.5G", "2h", "0:41.20", "-3", "1,000",
    "٣", "²", ".", "*", "?", "[", "]",
    "{", "}", "{3,}", "+", "^", "$", "\\d", "(?:", "(?i)",
    "(?#", "R", "running", "root", "@busy", "@", "@loop", " ", "  ", "\t", "漢",
    "\u0301", "\x00", "\x1b", "\ud800", "😀", "inf", "nan", "1e9", "9" * 400, "thread",
]  # fmt: skip


@pytest.mark.parametrize("seed", range(4))
def test_no_soup_of_words_does_anything_but_parse_or_be_told(seed: int) -> None:
    dice = random.Random(seed)
    rows = [ROW, row(cpu_share=None, user=None), TaskRow(RowId(1, 2, 3), 1, True)]
    parsed = 0
    mistakes: list[tuple[str, FilterError]] = []
    for _ in range(1_500):
        glue = dice.choice(["", " "])
        text = glue.join(dice.choice(SOUP) for _ in range(dice.randint(1, 7)))
        try:
            found = parse(text, saved=SAVED, now_s=lambda: 2_000.0)
        except FilterError as error:
            mistakes.append((text, error))
        else:
            parsed += 1
            assert [found.matches(one) for one in rows] == [found.matches(one) for one in rows]
            if text.strip() and len(text) < 900:
                assert parse(f"( {text} )", saved=SAVED, now_s=lambda: 2_000.0).matches(ROW) is found.matches(ROW)
    assert parsed > 50
    assert all(0 <= error.start <= error.end <= len(text) and error.message for text, error in mistakes)

"""Reports say what was found, refer to nothing remote, and mean nothing but words whatever somebody has called his Python."""

from __future__ import annotations

import os
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from conclab.lab.judging import where_time_went
from conclab.model.experiments import Interpreter
from conclab.model.results import Results
from conclab.model.surveys import survey_of
from conclab.recording import report
from conclab.recording.report import CannotReport, check_report, write_report
from conclab.recording.report_charts import bar_chart, scales_of
from conclab.recording.report_markdown import escaped
from conclab.sampling.scripted import scripted_machine
from tests.lab.test_judging import arm_result
from tests.recording.surveyed import CLAIMS, FINDINGS, GO, HOSTILE, SPREAD, finding, hostile, on_all_cores, survey
from tests.recording.surveyed import FREE as FREE_THREADED

MACHINE = scripted_machine(2)
_EMPTY = {"meta", "input", "br", "img", "link"}


class _Page(HTMLParser):
    """Tags in their order with what they have, the text, and whether each one is closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in _EMPTY:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.text.append(data)

    def attributes(self, name: str) -> list[str]:
        return [value or "" for _, has in self.tags for key, value in has.items() if key == name]


def written(tmp_path: Path, suffix: str, found: object = None) -> str:
    file = tmp_path / f"report{suffix}"
    write_report(file, found or survey(), MACHINE, made_s=1_795_000_000.0)  # type: ignore[arg-type]
    return file.read_text()


@pytest.mark.parametrize("found", [survey(), hostile()], ids=["usual", "hostile"])
def test_the_html_page_is_well_formed_and_refers_to_nothing_but_itself(tmp_path: Path, found: object) -> None:
    text = written(tmp_path, ".html", found)
    page = _Page(text)
    assert page.open == []
    ids = page.attributes("id")
    assert len(ids) == len(set(ids))
    assert all(link.startswith("#") and link[1:] in ids for link in page.attributes("href"))
    assert not page.attributes("src")
    assert not {tag for tag, _ in page.tags} & {"script", "img", "link", "iframe", "object", "base", "form"}
    assert not [name for _, has in page.tags for name in has if name.startswith("on")]
    style = re.search(r"<style>(.*?)</style>", text, re.S)
    assert style is not None
    assert not re.search(r"@import|url\(|https?:|//", style[1])


def test_the_html_page_has_every_claim_under_every_python(tmp_path: Path) -> None:
    text = written(tmp_path, ".html")
    said = re.sub(r"\s+", " ", "".join(_Page(text).text))
    for claim in CLAIMS:
        assert f'<article id="claim-{claim.number}">' in text
    for part in (
        "Python 3.11 (3.11.2, GIL on)",
        "Python 3.13t (3.13.0, GIL off)",
        "Threads that compute kept 1.01 of 2 cores busy.",
    ):
        assert part in said
    assert "The Pythons differ about 18, 34." in said
    assert GO in said
    assert "The control was off" in said
    assert "on a core 25\u00a0%, wants one 5\u00a0%, blocked 70\u00a0%" in "".join(_Page(text).text)
    assert 'href="#word-gil"' in text


def test_light_and_dark_are_there_without_a_script(tmp_path: Path) -> None:
    text = written(tmp_path, ".html")
    assert "@media (prefers-color-scheme:dark)" in text
    assert ":root:has(#theme-dark:checked)" in text
    assert 'id="theme-dark"' in text


def test_what_is_hostile_stays_words(tmp_path: Path) -> None:
    page = written(tmp_path, ".html", hostile())
    assert "<script>" not in page
    assert page.count("</style>") == 1
    assert "\x1b" not in page
    assert "\u202e" not in page
    told = written(tmp_path, ".md", hostile())
    assert not re.search(r"(?<!\\)<(?!!--)", told)
    assert "://" not in told
    assert "\x1b" not in told
    rows = [line for line in told.splitlines() if line.startswith("| ")]
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} <= {4, 6}


def test_the_markdown_has_a_table_of_claims_and_one_of_each_evidence(tmp_path: Path) -> None:
    told = written(tmp_path, ".md")
    assert "| 34 | threads are spread over all cores | ✗ fails | ✓ holds | ? undecided |" in told
    assert "| 38 | goroutines are threads | ? undecided | not run | not run |" in told
    assert "| threads | `██████████          ` | 1.01 cores | 0.98–1.05 |" in told
    assert "**– convention.** It is a rule." in told
    assert "(✓) *hashing*: Processes finished" in told
    assert "{" not in told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a | b", "a \\| b"),
        ("1.02× as fast", "1.02× as fast"),
        ("1. of all", "&#49;. of all"),
        ("# no heading", "&#35; no heading"),
        ("www.example and ftp://x", "www&#46;example and ftp&#58;//x"),
        ("line\nline", "line␊line"),
    ],
)
def test_text_means_nothing_to_markdown(text: str, told: str) -> None:
    assert escaped(text) == told


def test_bars_of_one_part_have_one_scale_under_all_pythons() -> None:
    scales = scales_of(FINDINGS[:3])
    assert scales == {(0, " cores"): pytest.approx(1.97 * 1.04)}
    chart = bar_chart(FINDINGS[0].parts[0].verdict.evidence, scales, 0)
    widths = [float(one) for one in re.findall(r'class="value"[^>]*width="([\d.]+)%"', chart)]
    assert widths == [pytest.approx(1.01 / (1.97 * 1.04) * 100, abs=0.1), pytest.approx(1.93 / (1.97 * 1.04) * 100, abs=0.1)]
    assert "1.01 cores · " not in chart


def test_the_split_is_read_as_the_judges_write_it() -> None:
    arm = arm_result("threads", [100, 100, 100])
    python = Interpreter("/python", "cpython", "3.13.0", False)
    found = Results({}, MACHINE, python, True, {"threads": arm}, None, (arm.arm,))
    note = where_time_went(found, "threads")
    assert "on/wants/blocked 100/0/0 %" in note
    part = on_all_cores(1.0, "1/2/3", FINDINGS[0].parts[0].verdict.status)
    bars = part.verdict.evidence
    chart = bar_chart((type(bars[0])("threads", 1.0, note=note),), {}, 0)
    assert "on a core 100\u00a0%, wants one 0\u00a0%, blocked 0\u00a0%" in chart


def test_a_figure_that_is_none_draws_nothing() -> None:
    assert bar_chart((), {}, 0) == ""


@pytest.mark.parametrize(
    ("name", "said"), [("x.pdf", "NAME.md or NAME.html"), ("none/x.md", "there is no folder"), ("x", "NAME.md")]
)
def test_where_nothing_can_be_written_is_told_before(tmp_path: Path, name: str, said: str) -> None:
    with pytest.raises(CannotReport, match=re.escape(said)):
        check_report(tmp_path / name)


def test_only_reports_are_written_over(tmp_path: Path) -> None:
    file = tmp_path / "README.md"
    file.write_text("mine")
    with pytest.raises(CannotReport, match="no report of conclab; take another name"):
        write_report(file, survey(), MACHINE)
    assert file.read_text() == "mine"
    for suffix in report.FORMATS:
        ours = tmp_path / f"report{suffix}"
        write_report(ours, survey(), MACHINE)
        write_report(ours, survey_of(CLAIMS[:1], FINDINGS), MACHINE)
        assert "goroutines" not in ours.read_text().lower()
    (tmp_path / "folder.md").mkdir()
    with pytest.raises(CannotReport, match="no report of conclab"):
        check_report(tmp_path / "folder.md")
    assert sorted(os.listdir(tmp_path)) == ["README.md", "folder.md", "report.html", "report.md"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_in_is_told(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(CannotReport, match="nothing can be written"):
        check_report(tmp_path / "x.md")


def test_a_disk_that_fails_leaves_no_half_of_a_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(CannotReport, match="no space left on device"):
        write_report(tmp_path / "x.md", survey(), MACHINE)
    assert list(tmp_path.iterdir()) == []


def test_pythons_agree_only_about_what_was_decided_under_several(tmp_path: Path) -> None:
    part = FINDINGS[0].parts[0]
    same = [finding(34, where, part) for where in (FREE_THREADED, FINDINGS[0].conditions)]
    for suffix in report.FORMATS:
        assert "agree about every claim that was decided" in written(tmp_path, suffix, survey_of(CLAIMS, same))
        assert "The Pythons" not in written(
            tmp_path, suffix, survey_of(CLAIMS, [same[0], finding(18, FINDINGS[0].conditions, part)])
        )


def test_a_survey_of_one_python_says_nothing_of_differences(tmp_path: Path) -> None:
    one = survey_of([SPREAD], [finding(34, FREE_THREADED, on_all_cores(1.9, "1/1/1", FINDINGS[1].parts[0].verdict.status))])
    assert "differ" not in written(tmp_path, ".md", one)
    assert HOSTILE not in written(tmp_path, ".html", one)

"""The README tells the truth about what there is: experiments, commands, demos, pictures."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from conclab.cli.parser import parse
from conclab.demos.moving import MOVING
from conclab.demos.pictures import PICTURES
from conclab.lab.catalogue import by_chapter
from conclab.lab.claim_catalogue import claims

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
CODE = [line for block in re.findall(r"```sh\n(.*?)```", README, flags=re.DOTALL) for line in block.splitlines()]
COMMANDS = [line.split("|")[0] for line in CODE if re.match(r"conclab\b", line)]


def test_every_experiment_stands_in_its_chapter_with_its_question() -> None:
    rows = [
        f"| **{chapter}** | |\n" + "".join(f"| `{one.name}` | {one.question} |\n" for one in found)
        for chapter, found in by_chapter().items()
    ]
    assert "".join(rows) in README
    assert f"{sum(map(len, by_chapter().values()))} experiments" in README
    assert len(claims()) == 45, "forty-five things"


@pytest.mark.parametrize("line", COMMANDS)
def test_every_command_is_understood(line: str) -> None:
    _program, *arguments = shlex.split(line, comments=True)
    parse(arguments)


def test_every_picture_is_made_and_every_one_that_is_made_is_shown_or_was_meant_to_be() -> None:
    shown = set(re.findall(r"\]\(screenshots/([^)]+)\)", README))
    made = {f"{name}.svg" for name in PICTURES} | {f"{name}.gif" for name in MOVING}
    assert shown <= made
    assert {path.name for path in (ROOT / "screenshots").iterdir()} == made
    assert {f"{name}.gif" for name in MOVING} <= shown


def test_it_names_no_extra_that_there_is_not() -> None:
    extras = set(re.findall(r"pip install (?:-q )?(?:-e )?'\.\[(\w+)\]'", README))
    declared = re.findall(r"^(\w+) = \[", (ROOT / "pyproject.toml").read_text(), flags=re.MULTILINE)
    assert extras
    assert extras <= set(declared)

"""Thousands of births a second: nobody is shown with another's numbers, and nothing is left behind."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.sampling.builders import LINUX

pytestmark = LINUX

STORM = str(Path(__file__).with_name("storm.py"))
LIMIT_IS_GLOBAL = [int(number) for number in re.findall(r"\d+", os.uname().release)[:2]] < [6, 14]
NAMESPACE = ("unshare", "--pid", "--fork", "--mount-proc")


def _storm(*before: str, seconds: float) -> dict[str, Any]:
    answer = subprocess.run(
        [*before, sys.executable, STORM, str(seconds)], capture_output=True, text=True, check=False, timeout=100
    )
    assert answer.returncode == 0, answer.stderr
    found: dict[str, Any] = json.loads(answer.stdout)
    return found


def _is_right(found: dict[str, Any]) -> None:
    assert found["faults"] == {}, found["examples"]
    assert all(found["alive"]), "the test is void unless they all go on"
    assert found["births_per_s"] > 300
    assert found["seen"].get("f", 0) + found["seen"].get("programs", 0) > 3
    assert found["seen"].get("t", 0) > 0
    assert found["descriptors"] <= 0
    assert found["left"] <= 5, "only those are remembered who are there"
    assert found["threads"] == 1


def test_in_a_storm_of_births_nobody_has_another_s_numbers() -> None:
    _is_right(_storm(seconds=1.0))


@pytest.mark.skipif(LIMIT_IS_GLOBAL, reason="pid_max is the whole machine's before Linux 6.14, and must not be touched")
@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("unshare"), reason="only root may make a pid namespace (unshare)")
def test_with_a_hundred_pids_that_are_handed_out_again_and_again_neither() -> None:
    """In a namespace of its own, whose pids end at 420 (300 are never handed out twice): each comes back within a second."""
    if subprocess.run([*NAMESPACE, "true"], capture_output=True, check=False).returncode:
        pytest.skip("namespaces of pids are not permitted here")
    found = _storm(*NAMESPACE, seconds=1.8)
    _is_right(found)
    assert found["reused"] > 5, "the test is void unless pids come back"

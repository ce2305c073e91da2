"""Workloads that show what is shared out, handed back and owned: for real, but small."""

from __future__ import annotations

import importlib.util
from dataclasses import replace
from pathlib import Path

import pytest

from conclab.model.experiments import Arm, Value
from conclab.model.results import OK, Repetition
from conclab.runner.workloads import graphics
from tests.helpers import conduct
from tests.runner.test_building_blocks import only


def arm(executor: str, workload: str, workers: int = 2, **arguments: Value) -> Arm:
    """Of a workload that is told how many it runs on, and what they are."""
    return Arm(workload, executor, workload, workers, workers, {**arguments, "workers": workers, "executor": executor})


# Work of which a share can be split


@pytest.mark.parametrize(("executor", "share"), [("threads", 0), ("fork", 50), ("spawn", 100), ("threads", 33)])
def test_whatever_share_is_split_all_units_are_done_once(executor: str, share: int) -> None:
    alone = only(arm("sequential", "partly-serial", 1, size=7, share=100))
    split = only(arm(executor, "partly-serial", 3, size=7, share=share))
    assert alone.result == split.result
    results = [worker.result for worker in split.workers]
    assert (results.count(0) == 2) == (share == 0), "what cannot be split is done by one"


# What workers return


@pytest.mark.parametrize(("executor", "pickled"), [("threads", 0), ("sequential", 0), ("fork", 2), ("forkserver", 2), ("spawn", 2)])
def test_results_are_pickled_between_processes_only(executor: str, pickled: int) -> None:
    repetition = only(arm(executor, "returning", size=1_000))
    assert repetition.result == 2_000
    assert repetition.measures["pickled"] == pickled
    assert (repetition.measures["pickled_bytes"] > 1_000) == (pickled > 0)


# Whose interpreter it is


def accounts(repetition: Repetition) -> list[dict[str, object]]:
    found = [worker.result for worker in repetition.workers]
    return [account for told in found if isinstance(told, list) for account in told]


@pytest.mark.parametrize(("executor", "inherited"), [("threads", True), ("fork", True), ("forkserver", False), ("spawn", False)])
def test_only_a_fork_goes_on_with_the_parents_interpreter(executor: str, inherited: bool) -> None:
    repetition = only(arm(executor, "interpreters", size=2_000))
    told = accounts(repetition)
    assert [account["inherited"] for account in told] == [inherited, inherited]
    assert len({account["pid"] for account in told}) == (1 if executor == "threads" else 2)
    for account in told:
        assert isinstance(account["on_core_ns"], int)
        assert account["on_core_ns"] > 0


# Hardware that need not be there


def test_a_gpu_is_named_by_its_model_else_by_its_vendor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = {"/proc/driver": "Model: \t\t NVIDIA H200\nIRQ: 5\n", "/sys/class": "0x10de\n"}
    monkeypatch.setattr(graphics, "_texts", lambda pattern: [text for key, text in texts.items() if pattern.startswith(key)])
    assert graphics.seen() == ["NVIDIA H200"]
    texts["/proc/driver"] = ""
    assert graphics.seen() == ["NVIDIA"]
    texts["/sys/class"] = "0x1234\n"
    assert graphics.seen() == [], "a card of a virtual machine only shows pictures"


def test_without_a_library_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graphics, "LIBRARIES", {"no_such_module": graphics._torch})
    monkeypatch.setattr(graphics, "seen", lambda: ["NVIDIA H200"])
    assert "there is one (NVIDIA H200)" in str(graphics.missing({"size": 16}))
    monkeypatch.setattr(graphics, "seen", list)
    assert "none is to be seen here" in str(graphics.missing({"size": 16}))


def test_a_cluster_that_cannot_be_had_is_left_out_and_said_how_to_get() -> None:
    cluster = replace(arm("sequential", "cluster", 1, size=1_000, calls=2), optional=True)
    bare = Arm("bare", "sequential", "primes", 1, 2, {"size": 1_000})
    run, _ = conduct(bare, cluster)
    assert run.outcome == OK
    if importlib.util.find_spec("distributed") is None:
        (why,) = run.missing.values()
        assert "pip install 'conclab[cluster]'" in why
        return
    assert {str(one.result) for one in run.repetitions} == {str(2 * 168)}

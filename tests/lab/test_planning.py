"""What is checked before anything is started."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from conclab.lab.catalogue import UnknownExperiment, by_chapter, catalogue, find
from conclab.lab.planning import BadRequest, check_value, enlarged, make_plan, needed_bytes
from conclab.model.experiments import Arm
from conclab.runner.registry import LARGEST_COUNTED, WORKLOADS
from conclab.sampling.scripted import scripted_machine
from tests.helpers import here

MACHINE = scripted_machine(2)


def test_a_plan_has_every_arm_under_every_python() -> None:
    one, two = here(), replace(here(), path="/other/python")
    plan = make_plan(find("threads-or-processes"), {"workers": "3"}, MACHINE, [one, two])
    assert [(arm.name, arm.python) for arm in plan.arms] == [
        (name, python) for python in (one, two) for name in ("sequential", "threads", "processes")
    ]
    assert {arm.workers for arm in plan.arms} == {3}
    assert [arm.name for arm in plan.controls] == ["sequential", "sequential"]


def test_a_run_is_traced_only_when_asked_for() -> None:
    assert not make_plan(find("threads-or-processes"), {}, MACHINE, [here()]).traced
    assert make_plan(find("threads-or-processes"), {}, MACHINE, [here()], traced=True).traced


@pytest.mark.parametrize(
    ("name", "given", "said"),
    [
        ("threads-or-processes", {"workers": "x"}, "workers: 'x' is not a whole number"),
        ("threads-or-processes", {"workers": "1"}, "workers: 1 is too small; the least is 2"),
        ("threads-or-processes", {"workers": "99999"}, "the most is 16"),
        ("threads-or-processes", {"work": "knitting"}, "'knitting' is not a choice; take one of primes"),
        ("threads-or-processes", {"worker": "4"}, "no parameter 'worker'; it has size, start_method, work, workers"),
        ("counting-lines", {"path": "/no/such/folder"}, "path: there is no '/no/such/folder'"),
        ("counting-lines", {"path": "/dev/null"}, "is neither a file nor a folder"),
    ],
)
def test_a_wrong_value_is_one_plain_sentence(name: str, given: dict[str, str], said: str) -> None:
    with pytest.raises(BadRequest) as caught:
        make_plan(find(name), given, MACHINE, [here()])
    assert said in str(caught.value)
    assert str(caught.value).startswith(f"{name}: ")
    assert "\n" not in str(caught.value)


def test_an_unreadable_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = tmp_path / "secret.txt"
    secret.touch(mode=0o000)
    if os.geteuid() == 0:  # who may read everything
        monkeypatch.setattr(os, "access", lambda *_args: False)
    with pytest.raises(BadRequest, match=r"cannot be read; check its permissions"):
        make_plan(find("counting-lines"), {"path": str(secret)}, MACHINE, [here()])


@pytest.mark.parametrize("rounds", [0, -1, 1_001])
def test_repetitions_have_a_range(rounds: int) -> None:
    with pytest.raises(BadRequest, match="repetitions"):
        make_plan(find("waiting-room"), {}, MACHINE, [here()], rounds=rounds)


def test_what_the_machine_cannot_hold_is_refused_with_figures() -> None:
    megabyte = 1024**2
    given = {"work": "large-matrices", "size": "2000", "workers": "16"}
    with pytest.raises(BadRequest, match=r"would need about .* of memory, and 500M are available"):
        make_plan(find("threads-or-processes"), given, MACHINE, [here()], memory_available=500 * megabyte)
    make_plan(find("threads-or-processes"), given, MACHINE, [here()], memory_available=50_000 * megabyte)


def test_memory_grows_with_workers_and_size() -> None:
    few = needed_bytes(Arm("a", "spawn", "primes", 2, 2, {"size": 10}))
    many = needed_bytes(Arm("a", "spawn", "primes", 200, 200, {"size": 10}))
    assert many > 20 * few / 2
    alone = needed_bytes(Arm("a", "sequential", "large-matrices", 8, 8, {"size": 1_000}))
    together = needed_bytes(Arm("a", "threads", "large-matrices", 8, 8, {"size": 1_000}))
    assert together > 4 * alone / 2
    heavy = needed_bytes(Arm("a", "sequential", "births", 1, 1, {"size": 10, "ballast": 500}))
    assert heavy >= 500 * 1024 * 1024


def test_a_system_that_cannot_pin_says_so() -> None:
    with pytest.raises(BadRequest, match="cannot pin"):
        make_plan(find("one-core-only"), {}, replace(MACHINE, can_pin=False), [here()])


def test_one_value_can_be_checked_by_itself() -> None:
    experiment = find("threads-or-processes")
    assert check_value(experiment, "workers", "4", MACHINE, {}) is None
    assert check_value(experiment, "workers", "", MACHINE, {}) == "'' is not a whole number"
    assert check_value(experiment, "size", "7", MACHINE, {"work": "primes"}) is not None
    assert check_value(experiment, "size", "7", MACHINE, {"work": "hashing"}) is None


def test_a_misspelt_name_gets_a_guess() -> None:
    with pytest.raises(UnknownExperiment, match="did you mean waiting-room"):
        find("wating-room")
    with pytest.raises(UnknownExperiment, match="conclab list"):
        find("zzz")


def test_the_catalogue_has_the_experiments_that_were_promised() -> None:
    promised = {
        "threads-or-processes",
        "waiting-room",
        "downloads",
        "counting-lines",
        "hashing-against-primes",
        "five-workers-awaited",
        "five-processes",
        "is-memory-shared",
        "cost-of-birth",
        "lost-update",
        "one-core-only",
        "too-many-workers",
        "context-switch",
        "wake-up-latency",
        "gil-hand-over",
        "gil-convoy",
    }
    assert promised <= {experiment.name for experiment in catalogue()}
    assert next(iter(by_chapter())) == "Parallelism"


@pytest.mark.parametrize("cores", [1, 2, 16, 256])
@pytest.mark.parametrize("experiment", catalogue(), ids=lambda experiment: experiment.name)
def test_defaults_fit_machines_of_any_size(experiment: object, cores: int) -> None:
    from conclab.model.experiments import Experiment

    assert isinstance(experiment, Experiment)
    plan = make_plan(experiment, {}, scripted_machine(cores), [here()], memory_available=16 * 1024**3)
    assert all(1 <= arm.workers <= 512 for arm in plan.arms)


def test_a_folder_without_anything_to_count_is_told_before_anything_starts(tmp_path: Path) -> None:
    def plan_for(path: str) -> None:
        make_plan(find("counting-lines"), {"path": path}, MACHINE, [here()])

    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "picture.png").write_text("lines\n")
    for path in (str(tmp_path), "/proc/self/fd"):
        with pytest.raises(BadRequest, match="no text or source file that can be read"):
            plan_for(path)
    with pytest.raises(BadRequest, match="give a file or a folder"):
        plan_for("")
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "notes.txt").write_text("line\n")
    plan_for(str(tmp_path))
    plan_for(str(tmp_path / "picture.png"))


def test_a_home_folder_is_written_out_for_the_runner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "notes.txt").write_text("line\n")
    plan = make_plan(find("counting-lines"), {"path": "~/notes.txt"}, MACHINE, [here()])
    assert plan.values["path"] == str(tmp_path / "notes.txt")
    assert {arm.arguments["path"] for arm in plan.arms} == {str(tmp_path / "notes.txt")}


def test_a_file_whose_lines_may_not_fit_into_memory_is_refused(tmp_path: Path) -> None:
    large = tmp_path / "large.txt"
    with large.open("wb") as file:
        file.truncate(LARGEST_COUNTED + 1)
    with pytest.raises(BadRequest, match="is larger than 64M"):
        make_plan(find("counting-lines"), {"path": str(large)}, MACHINE, [here()])


def test_four_fifths_of_the_memory_that_is_available_may_be_used_and_no_more() -> None:
    experiment = find("threads-or-processes")
    need = max(needed_bytes(arm) for arm in make_plan(experiment, {}, MACHINE, [here()]).arms)
    make_plan(experiment, {}, MACHINE, [here()], memory_available=int(need / 0.79))
    with pytest.raises(BadRequest, match="of memory"):
        make_plan(experiment, {}, MACHINE, [here()], memory_available=int(need / 0.81))


def test_work_that_proves_too_short_is_made_larger_for_all_arms_under_all_pythons() -> None:
    plan = make_plan(find("threads-or-processes"), {"workers": "3"}, MACHINE, [here(), replace(here(), path="/other/python")])
    assert enlarged(plan, 1e8) is plan
    larger = enlarged(plan, 0.5e8)
    power = WORKLOADS["primes"].power
    assert larger.values["size"] == pytest.approx(int(plan.values["size"]) * 2.2 ** (1 / power), rel=0.001)
    assert {arm.arguments["size"] for arm in larger.arms} == {larger.values["size"]}
    assert [arm.key for arm in larger.arms] == [arm.key for arm in plan.arms]


def test_what_the_user_has_said_or_cannot_be_raised_stays() -> None:
    for name, given in (("threads-or-processes", {"size": "1000"}), ("waiting-room", {}), ("lost-update", {})):
        plan = make_plan(find(name), given, MACHINE, [here()])
        assert enlarged(plan, 1e6) is plan

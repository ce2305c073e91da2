"""What holds for all tests."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator

import pytest

from conclab.lab.programs import VARIABLE as CACHE
from conclab.recording.findings import VARIABLE as FINDINGS
from conclab.recording.folder import VARIABLE as RUNS
from conclab.settings.file import VARIABLE as SETTINGS

sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
# Where that is set, all tests would be compiled in every process of pytest, and conclab by every command that a test starts.

gc.disable()
# Until everything is collected (below): there is no garbage in what is only imported.

MOST_PROCESSES = 4
LONGEST = (
    "lab/test_every_experiment.py",
    "tui/screens/test_lab.py",
    "tui/screens/test_details.py",
    "tui/widgets/test_keybar.py",
    "tui/test_settings.py",
    "tui/test_app.py",
    "demos/test_player.py",
    "demos/test_pictures.py",
    "tui/widgets/test_form.py",
    "tui/screens/test_timeline.py",
    "runner/test_executors.py",
    "runner/test_other_pythons.py",
    "tui/screens/test_trace.py",
    "tui/screens/test_setup.py",
    "tui/screens/test_runs.py",
    "tui/screens/test_monitor_keys.py",
    "tui/screens/test_monitor.py",
    "tui/widgets/test_prompt.py",
    "tui/test_terminal.py",
    "lab/test_child.py",
    "cli/test_ending_early.py",
    "tui/test_commands.py",
    "cli/test_commands.py",
)
"""The files that take longest (`pytest --durations=0` tells): one of these begun last would leave all processes but one idle."""


def pytest_xdist_auto_num_workers() -> int:
    """One process more than there are cores, because many tests wait for something."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(MOST_PROCESSES, cores + 1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest files first; the others as they were found."""
    places = {name: number for number, name in enumerate(LONGEST)}
    here = os.path.dirname(__file__)
    items.sort(key=lambda item: places.get(os.path.relpath(item.path, here), len(LONGEST)))


@pytest.fixture(autouse=True, scope="session")
def nobodys_home(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Iterator[None]:
    """What the developer has chosen or run is neither read nor written to; programs that tests start inherit that. What was
    compiled for tests is kept from one run of the suite to the next."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(SETTINGS, str(home / "config.toml"))
        patch.setenv(RUNS, str(home / "runs"))
        patch.setenv(CACHE, str(pytestconfig.rootpath / ".pytest_cache" / "conclab"))
        patch.setenv(FINDINGS, str(home / "findings.sqlite3"))
        yield


def pytest_collection_finish() -> None:
    """What has been imported and collected stays to the end: the collector need not go through it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)
    gc.enable()


def pytest_sessionfinish() -> None:
    """pytest collects five times at its end, to hear of what nobody closed: what is left after one is not garbage."""
    gc.collect()
    gc.freeze()

"""What holds for all tests."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from conclab.recording.folder import VARIABLE as RUNS
from conclab.settings.file import VARIABLE as SETTINGS


@pytest.fixture(autouse=True, scope="session")
def nobodys_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What the developer has chosen or run is neither read nor written to; programs that tests start inherit that."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(SETTINGS, str(home / "config.toml"))
        patch.setenv(RUNS, str(home / "runs"))
        yield


def pytest_collection_finish() -> None:
    """What has been imported and collected stays to the end: the collector need not go through it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)

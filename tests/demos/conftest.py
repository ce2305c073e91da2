"""Apps that read no style sheet twice; pilots wait as long as they do when the README's pictures are made."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.hurry import sheets_read_once


@pytest.fixture(autouse=True, scope="package")
def cheap_apps() -> Iterator[None]:
    with sheets_read_once():
        yield

"""Apps that cost no more than they must."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.hurry import impatient_pilots, sheets_read_once


@pytest.fixture(autouse=True, scope="package")
def cheap_apps() -> Iterator[None]:
    with sheets_read_once(), impatient_pilots():
        yield

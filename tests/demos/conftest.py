"""Apps that cost no more than they must."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.hurry import hurried


@pytest.fixture(autouse=True, scope="package")
def cheap_apps() -> Iterator[None]:
    with hurried():
        yield

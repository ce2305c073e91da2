"""Which conclab writes: what recordings and reports say about it. The package's own ``__version__`` belongs to the commands."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version


def conclab_version() -> str:
    """Empty where it is not installed."""
    try:
        return version("conclab")
    except PackageNotFoundError:
        return ""

"""Which cores there are, and which of them a process may choose from: cpuset(7), Documentation/admin-guide/cgroup-v2.rst."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import PurePosixPath

from conclab.model.core_lists import cores_of
from conclab.sampling import proc_text
from conclab.sampling.files import read

_CGROUPS = "/sys/fs/cgroup"


def online_cores() -> frozenset[int]:
    """The kernel's numbers of the cores that are online."""
    return _cores_in("/sys/devices/system/cpu/online") or frozenset(range(os.cpu_count() or 1))


def allowed_cores(pid: int, root: str = _CGROUPS) -> frozenset[int] | None:
    """The cores of a process's cpuset: the nearest control group upwards that tells. None where none does."""
    paths = proc_text.cgroup_paths(read(f"/proc/{pid}/cgroup") or b"")
    for path in _files(paths, root):
        found = _cores_in(path)
        if found:
            return found
    return None


def _files(paths: dict[str, str], root: str) -> Iterator[str]:
    """Where it may stand, the nearest first: version 1's own hierarchy, then the unified one, which may be mounted beside."""
    for controller, folder, name in (
        ("cpuset", f"{root}/cpuset", "cpuset.effective_cpus"),
        ("", root, "cpuset.cpus.effective"),
    ):
        if controller in paths:
            group = PurePosixPath(paths[controller])
            for level in (group, *group.parents):
                yield f"{folder}/{str(level).strip('/')}/{name}"


def _cores_in(path: str) -> frozenset[int] | None:
    text = read(path)
    if text is None:
        return None
    try:
        return cores_of(text.decode("ascii"))
    except ValueError:
        return None

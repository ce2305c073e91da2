"""The task table with few descriptors, with processes hidden, and as somebody who may not read all: blank, never wrong."""

from __future__ import annotations

import json
import os
import shutil
from typing import Any

import pytest

from tests.sampling.builders import LINUX, THREADS, child
from tests.sampling.tables import AS_ROOT, NOBODY, sleeping, told

pytestmark = LINUX

LOOK = """
import json, os, time
from conclab.model.table import *
from conclab.sampling.table_proc import ProcTable
every = Wanted(True, None, frozenset((QUEUE, STATUS, SCHED, IO, SHARED, PSS, CGROUP, WCHAN, AFFINITY)))
table = ProcTable()
first = table.read(every)
ids = {row.id for row in first.rows}
flicker = set()
for _ in range(5):
    time.sleep(0.05)
    now = table.read(every)
    flicker |= {(*id, "born") for id in now.born if id in ids}
    flicker |= {(*row.id, "gone") for row in now.ended if os.path.exists(f"/proc/{row.pid}")}
rows = {f"{row.id.pid}/{row.id.tid}": row._asdict() for row in now.rows}
"""

WITH_FEW_DESCRIPTORS = (
    """
import resource, threading
resource.setrlimit(resource.RLIMIT_NOFILE, (64, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
threading.stack_size(65536)
end = threading.Event()
started = threading.Barrier(101)
def work():
    started.wait()
    while not end.wait(0.01):
        pass
threads = [threading.Thread(target=work) for _ in range(100)]
for thread in threads:
    thread.start()
started.wait()
"""
    + LOOK
    + """
mine = {tid: row for (pid, tid), row in ((map(int, key.split("/")), row) for key, row in rows.items()) if pid == os.getpid()}
print(json.dumps({
    "held": len(os.listdir("/proc/self/fd")),
    "threads": sorted(tid for tid in mine if tid) == sorted(map(int, os.listdir("/proc/self/task"))),
    "blank": [tid for tid, row in mine.items() if None in (row["cpu_share"], row["delay_share"], row["voluntary_per_s"])],
    "napped": sum((row["voluntary_per_s"] or 0) > 0 for row in mine.values()),
    "missing": [pid for pid in map(int, filter(str.isdigit, os.listdir("/proc"))) if f"{pid}/0" not in rows],
    "flicker": sorted(flicker),
}))
end.set()
"""
)


def test_with_fewer_descriptors_than_threads_everything_is_still_right() -> None:
    found = json.loads(told(WITH_FEW_DESCRIPTORS))
    assert found["held"] < 64
    assert found["threads"]
    assert found["blank"] == []
    assert found["napped"] > 50
    assert found["flicker"] == []


def _rows(*before: str, user: int | None = None) -> dict[str, Any]:
    code = LOOK + "\nprint(json.dumps({'rows': rows, 'me': os.getpid(), 'flicker': sorted(flicker)}))"
    found: dict[str, Any] = json.loads(told(code, before=before, user=user))
    return found


@AS_ROOT
def test_another_user_sees_all_processes_and_of_strangers_only_what_is_everybody_s() -> None:
    with child(THREADS) as one, sleeping() as two:
        found = _rows(user=NOBODY)
    rows = found["rows"]
    assert found["flicker"] == []
    stranger, own = rows[f"{one.pid}/0"], rows[f"{found['me']}/0"]
    for field in ("read_bytes_per_s", "write_bytes_per_s", "pss_bytes", "waits_in"):
        assert stranger[field] is None, field
    for field in (
        "cpu_share",
        "delay_share",
        "voluntary_per_s",
        "involuntary_per_s",
        "migrations_per_s",
        "resident_bytes",
        "cgroup",
    ):
        assert stranger[field] is not None, field
    assert stranger["user"] != own["user"]
    assert stranger["threads"] == 4
    assert {rows[f"{one.pid}/{tid}"]["name"] for name, tid in one.said.items() if name != "grandchild"} == set(one.said) - {
        "grandchild"
    }
    assert rows[f"{two.pid}/0"]["command"] == "sleep 600"
    assert None not in (own["read_bytes_per_s"], own["pss_bytes"])
    naps = rows[f"{one.pid}/{one.said['naps']}"]
    assert naps["read_bytes_per_s"] is None
    assert naps["voluntary_per_s"] is not None


@AS_ROOT
@pytest.mark.skipif(not shutil.which("unshare"), reason="unshare (util-linux) is missing")
@pytest.mark.parametrize("hidepid", [1, 2])
def test_hidden_processes_are_left_out_and_one_s_own_are_right(hidepid: int) -> None:
    """A /proc of its own: since Linux 5.8 the option is the mount's, and this machine's stays as it is."""
    if [int(part) for part in os.uname().release.split(".")[:2]] < [5, 8]:
        pytest.skip("before Linux 5.8 this would change /proc for everybody")
    mount = f'mount -t proc -o hidepid={hidepid} proc /proc && exec "$@"'
    with sleeping() as hidden:
        found = _rows("unshare", "--mount", "sh", "-c", mount, "sh", user=NOBODY)
    assert f"{hidden.pid}/0" not in found["rows"]
    assert {row["uid"] for row in found["rows"].values()} == {NOBODY}
    own = found["rows"][f"{found['me']}/0"]
    assert None not in (own["cpu_share"], own["read_bytes_per_s"], own["pss_bytes"])
    assert found["flicker"] == []

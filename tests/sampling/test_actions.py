"""Actions on real processes and threads: what they do, to whom, and to whom never."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pytest

from conclab.model.actions import (
    BATCH,
    FIFO,
    IDLE,
    IO_BEST_EFFORT,
    IO_IDLE,
    IO_REAL_TIME,
    OTHER,
    Action,
    Affinity,
    IoPriority,
    Nice,
    NiceBy,
    Now,
    Outcome,
    Policy,
    Signal,
)
from conclab.model.table import WHOLE, RowId
from conclab.sampling import holding, refusals, task_text
from conclab.sampling.actions import ENDED, ENDED_MEANWHILE, INIT, OURSELVES, current, perform
from conclab.sampling.cpusets import online_cores
from conclab.sampling.files import read
from conclab.sampling.holding import Held
from tests.helpers import until

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")
NOBODY = 65_534
ROOT = os.geteuid() == 0
OWN_CORES = frozenset(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else frozenset({0})

_CHILD = """
import signal, sys, threading
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})
for line in sys.stdin:
    thread = threading.Thread(target=threading.Event().wait, daemon=True)
    thread.start()
    print(thread.native_id, flush=True)
"""


def rid(pid: int, tid: int = WHOLE) -> RowId:
    where = f"/proc/{pid}" + (f"/task/{tid}" if tid else "")
    found = task_text.stat(read(f"{where}/stat") or b"")
    assert found is not None
    return RowId(pid, tid, found.start)


@dataclass
class Child:
    """A process that makes a thread whenever it is asked to. It keeps SIGUSR1 blocked, so that one can see where that waits."""

    process: subprocess.Popen[str]

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def id(self) -> RowId:
        return rid(self.pid)

    def thread(self) -> int:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None and not pipe.closed:
                try:
                    pipe.close()
                except BrokenPipeError:
                    pass

    def pending(self, field: str, tid: int | None = None) -> bool:
        """Whether SIGUSR1 waits: SigPnd for one thread, ShdPnd for the process (proc_pid_status(5))."""
        text = read(f"/proc/{self.pid}/task/{tid or self.pid}/status") or b""
        mask = int(text.split(field.encode() + b":")[1].split()[0], 16)
        return bool(mask >> (signal.SIGUSR1 - 1) & 1)


@pytest.fixture
def child() -> Iterator[Child]:
    one = Child(subprocess.Popen([sys.executable, "-S", "-c", _CHILD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True))
    yield one
    one.end()


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    """Of a normal user, whoever runs the tests."""
    one = subprocess.Popen(["sleep", "600"], user=NOBODY if ROOT else None)
    assert until(lambda: (read(f"/proc/{one.pid}/comm") or b"") == b"sleep\n")
    assert until(lambda: state(one.pid) == "S"), "while it is loaded it may wait for the disk (D)"
    yield one
    one.kill()
    one.wait()


@pytest.fixture(params=["pidfd", "no pidfd"])
def either_way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """As it is here, and as on a kernel without pidfds."""
    if request.param == "no pidfd":
        monkeypatch.delattr(os, "pidfd_open")


def state(pid: int) -> str:
    found = task_text.stat(read(f"/proc/{pid}/stat") or b"")
    return found.state if found is not None else ""


def one(action: Action, target: RowId, confirmed: bool = False) -> Outcome:
    (outcome,) = perform(action, [target], confirmed=confirmed)
    return outcome


def as_normal_user(action: Action, targets: Sequence[RowId]) -> list[tuple[bool, str]]:
    """(ok, reason) of each, when somebody performs it who is not root."""
    if not ROOT:
        return [(outcome.ok, outcome.reason) for outcome in perform(action, targets)]
    reader, writer = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # fork beside threads: the child only makes system calls
        pid = os.fork()
    if pid == 0:
        try:
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
            answer = [[outcome.ok, outcome.reason] for outcome in perform(action, targets)]
            os.write(writer, json.dumps(answer).encode())
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        text = pipe.read()
    os.waitpid(pid, 0)
    return [(ok, reason) for ok, reason in json.loads(text)]


# Signals


@pytest.mark.usefixtures("either_way")
def test_a_signal_ends_the_process_and_the_outcome_names_it(sleeper: subprocess.Popen[bytes]) -> None:
    outcome = one(Signal(signal.SIGTERM), rid(sleeper.pid))
    assert outcome.sentence == f"SIGTERM sent to {sleeper.pid} (sleep)."
    assert sleeper.wait(20) == -signal.SIGTERM


@pytest.mark.usefixtures("either_way")
def test_a_signal_to_a_process_is_the_process_s_and_one_to_a_thread_that_thread_s(child: Child) -> None:
    first, second = child.thread(), child.thread()
    assert one(Signal(signal.SIGUSR1), rid(child.pid, first)).ok
    assert child.pending("SigPnd", first)
    assert not child.pending("SigPnd", second)
    assert not child.pending("ShdPnd")
    assert one(Signal(signal.SIGUSR1), child.id).ok
    assert child.pending("ShdPnd")
    assert not child.pending("SigPnd", second)


@pytest.mark.usefixtures("either_way")
def test_where_threads_cannot_be_signalled_the_process_is_and_that_is_said(child: Child, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(holding, "_PIDFD_THREAD", 1 << 30)  # no kernel knows it: as before 6.9
    monkeypatch.setattr(holding, "_tgkill", lambda *_: False)
    tid = child.thread()
    outcome = one(Signal(signal.SIGUSR1), rid(child.pid, tid))
    assert outcome.ok
    assert "whole process" in outcome.reason
    assert child.pending("ShdPnd")


def test_what_ends_a_thread_ends_its_process_and_that_is_said(child: Child) -> None:
    outcome = one(Signal(signal.SIGTERM), rid(child.pid, child.thread()))
    assert "whole process" in outcome.reason
    assert child.process.wait(20) == -signal.SIGTERM


def test_a_stopped_process_takes_its_signal_later_and_that_is_said(sleeper: subprocess.Popen[bytes]) -> None:
    target = rid(sleeper.pid)
    assert one(Signal(signal.SIGSTOP), target).reason == ""
    assert until(lambda: state(sleeper.pid) == "T")
    assert "SIGCONT" in one(Signal(signal.SIGTERM), target).reason
    assert state(sleeper.pid) == "T"
    assert one(Signal(signal.SIGCONT), target).reason == ""
    assert sleeper.wait(20) == -signal.SIGTERM


@pytest.mark.usefixtures("either_way")
def test_who_has_ended_and_is_not_collected_yet_cannot_be_signalled(child: Child) -> None:
    target = child.id
    child.process.kill()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    outcome = one(Signal(signal.SIGTERM), target)
    assert not outcome.ok
    assert f"parent, process {os.getpid()}" in outcome.reason


def test_a_process_whose_main_thread_has_ended_still_takes_signals() -> None:
    number = {"x86_64": 60, "aarch64": 93}.get(os.uname().machine)
    if number is None:
        pytest.skip("the number of exit(2) is known here for two processors only")
    code = (
        "import ctypes, threading\nthread = threading.Thread(target=threading.Event().wait)\nthread.start()\n"
        f"ctypes.CDLL(None).syscall({number}, 0)"
    )
    process = subprocess.Popen([sys.executable, "-S", "-c", code])
    try:
        assert until(lambda: state(process.pid) == "Z")
        assert one(Signal(signal.SIGTERM), rid(process.pid)).ok
        assert process.wait(20) == -signal.SIGTERM
    finally:
        process.kill()
        process.wait()


def test_a_signal_that_does_not_exist_is_refused(sleeper: subprocess.Popen[bytes]) -> None:
    assert one(Signal(999), rid(sleeper.pid)).reason == "there is no signal 999 here"


def test_a_thread_of_the_kernel_hardly_takes_notice_and_that_is_said(
    sleeper: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    look = Held._look

    def look_like_a_kernel_thread(held: Held) -> None:
        look(held)
        held.kernel = True

    monkeypatch.setattr(Held, "_look", look_like_a_kernel_thread)
    assert "kernel" in one(Signal(signal.SIGCONT), rid(sleeper.pid)).reason


@pytest.mark.parametrize("pid", [0, -1, -(2**31)])
def test_numbers_that_mean_many_are_never_signalled(pid: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "kill", lambda *_: pytest.fail("somebody was signalled"))
    monkeypatch.setattr(signal, "pidfd_send_signal", lambda *_: pytest.fail("somebody was signalled"))
    assert not one(Signal(signal.SIGCONT), RowId(pid, WHOLE, 0), confirmed=True).ok
    assert current(RowId(pid, WHOLE, 0)) == Now()


def test_conclab_itself_and_process_1_only_after_a_question(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[int] = []

    def send(held: Held, _number: int) -> bool:
        sent.append(held.target.pid)
        return True

    monkeypatch.setattr(Held, "signal", send)
    mine, init = rid(os.getpid()), rid(1)
    assert one(Signal(signal.SIGTERM), mine).reason == OURSELVES
    assert one(Signal(signal.SIGTERM), init).reason == INIT
    assert sent == []
    assert one(Signal(signal.SIGTERM), mine, confirmed=True).ok
    assert one(Signal(signal.SIGTERM), init, confirmed=True).ok
    assert one(Signal(signal.SIGWINCH), mine).ok  # does no harm
    assert sent == [os.getpid(), 1, os.getpid()]


# Nice, I/O priority, cores, policy


@pytest.mark.usefixtures("either_way")
def test_what_belongs_to_threads_is_set_for_all_of_a_process(child: Child) -> None:
    tids = [child.pid, child.thread(), child.thread()]
    core = min(OWN_CORES)
    for action in (Nice(7), IoPriority(IO_BEST_EFFORT, 6), Affinity(frozenset({core})), Policy(BATCH)):
        assert one(action, child.id).ok
    for tid in (WHOLE, *tids):
        now = current(rid(child.pid, tid))
        assert (now.nice, now.io_class, now.io_level, now.affinity, now.policy) == (7, IO_BEST_EFFORT, 6, frozenset({core}), BATCH)


def test_a_thread_s_row_is_that_thread_alone(child: Child) -> None:
    one_thread, other = child.thread(), child.thread()
    assert one(Nice(9), rid(child.pid, one_thread)).ok
    assert [os.getpriority(os.PRIO_PROCESS, tid) for tid in (child.pid, one_thread, other)] == [0, 9, 0]


def test_what_is_not_the_same_for_all_threads_is_blank(child: Child) -> None:
    os.setpriority(os.PRIO_PROCESS, child.thread(), 9)
    now = current(child.id)
    assert now.nice is None
    assert now.policy == OTHER


def test_nice_moves_each_thread_from_where_it_is_and_no_further_than_the_end(child: Child) -> None:
    near, far = child.thread(), child.thread()
    os.setpriority(os.PRIO_PROCESS, near, 3)
    os.setpriority(os.PRIO_PROCESS, far, 18)
    assert one(NiceBy(3), child.id).ok
    assert [os.getpriority(os.PRIO_PROCESS, tid) for tid in (child.pid, near, far)] == [3, 6, 19]


@pytest.mark.parametrize("before", [True, False], ids=["before its maker was moved", "after"])
def test_a_thread_born_meanwhile_is_moved_exactly_once(child: Child, monkeypatch: pytest.MonkeyPatch, before: bool) -> None:
    real = os.setpriority
    born: list[int] = []

    def set_with_a_birth(which: int, tid: int, value: int) -> None:
        if before and not born:
            born.append(child.thread())
        real(which, tid, value)
        if not before and not born:
            born.append(child.thread())

    monkeypatch.setattr(os, "setpriority", set_with_a_birth)
    assert one(NiceBy(4), child.id).ok
    assert [os.getpriority(os.PRIO_PROCESS, tid) for tid in (child.pid, *born)] == [4, 4]


def test_the_flag_that_children_start_as_usual_is_kept_and_not_shown(child: Child) -> None:
    os.sched_setscheduler(child.pid, os.SCHED_OTHER | os.SCHED_RESET_ON_FORK, os.sched_param(0))
    assert one(Policy(BATCH), child.id).ok
    assert os.sched_getscheduler(child.pid) == os.SCHED_BATCH | os.SCHED_RESET_ON_FORK
    assert current(child.id).policy == BATCH


def test_the_idle_io_class_has_no_level(child: Child) -> None:
    assert one(IoPriority(IO_IDLE, 5), child.id).ok
    assert (current(child.id).io_class, current(child.id).io_level) == (IO_IDLE, 0)


def test_cores_that_are_not_there_are_named(child: Child) -> None:
    mine, gone = min(OWN_CORES), max(online_cores()) + 1
    outcome = one(Affinity(frozenset({mine, gone})), child.id)
    assert outcome.ok
    assert outcome.reason == f"core {gone} is not there, so it may use {mine}"
    outcome = one(Affinity(frozenset({gone})), child.id)
    assert not outcome.ok
    assert outcome.reason == f"core {gone} is not there"
    assert not one(Affinity(frozenset()), child.id).ok


def test_a_core_that_the_kernel_leaves_out_though_it_is_there_is_outside_of_the_cpuset(
    child: Child, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = max(online_cores()) + 1
    monkeypatch.setattr(refusals, "online_cores", lambda: frozenset(range(gone + 1)))
    assert one(Affinity(frozenset({gone})), child.id).reason == f"core {gone} is not in its cpuset"


def test_what_the_kernel_does_not_know_is_refused(child: Child) -> None:
    assert one(Policy(77), child.id).reason == "the kernel does not take that for it"


def test_how_it_is_now(child: Child) -> None:
    now = current(child.id)
    assert now.nice == os.getpriority(os.PRIO_PROCESS, child.pid)
    assert now.affinity == frozenset(os.sched_getaffinity(child.pid))
    assert (now.policy, now.rt_priority) == (OTHER, 0)
    assert now.allowed is None or now.affinity <= now.allowed


# Permission


def test_another_user_s_process_is_refused_and_its_owner_named(child: Child) -> None:
    target = child.id if ROOT else rid(1)
    for action in (Signal(signal.SIGWINCH), Nice(19), NiceBy(1), IoPriority(IO_IDLE), Affinity(online_cores()), Policy(BATCH)):
        assert as_normal_user(action, [target]) == [(False, "no permission, it belongs to root: run conclab as root for that")]


@pytest.mark.parametrize(
    ("action", "need"),
    [
        (Nice(-1), "RLIMIT_NICE"),
        (NiceBy(-1), "RLIMIT_NICE"),
        (Policy(FIFO, 99), "RLIMIT_RTPRIO of at least 99"),
        (IoPriority(IO_REAL_TIME, 0), "CAP_SYS_NICE"),
    ],
)
def test_what_needs_more_than_owning_it_says_what(sleeper: subprocess.Popen[bytes], action: Action, need: str) -> None:
    ((ok, reason),) = as_normal_user(action, [rid(sleeper.pid)])
    assert not ok
    assert need in reason
    assert "run conclab as root" in reason


@pytest.mark.parametrize(
    "action",
    [Nice(3), NiceBy(1), IoPriority(IO_IDLE), Affinity(OWN_CORES), Policy(IDLE), Signal(signal.SIGCONT)],
)
def test_what_is_one_s_own_may_be_made_nicer_without_root(sleeper: subprocess.Popen[bytes], action: Action) -> None:
    assert as_normal_user(action, [rid(sleeper.pid)]) == [(True, "")]


@pytest.mark.skipif(not ROOT, reason="only root may set a real-time policy")
def test_root_may_set_a_real_time_policy_where_the_container_lets_it(sleeper: subprocess.Popen[bytes]) -> None:
    outcome = one(Policy(FIFO, 3), rid(sleeper.pid))
    if not outcome.ok:
        assert "container" in outcome.reason
        return
    assert (current(rid(sleeper.pid)).policy, current(rid(sleeper.pid)).rt_priority) == (FIFO, 3)


def test_when_some_threads_refuse_it_is_said_how_many(child: Child, monkeypatch: pytest.MonkeyPatch) -> None:
    stubborn = child.thread()
    real = os.setpriority

    def refuse(which: int, tid: int, value: int) -> None:
        if tid == stubborn:
            raise PermissionError(errno.EACCES, "no")
        real(which, tid, value)

    monkeypatch.setattr(os, "setpriority", refuse)
    outcome = one(Nice(5), child.id)
    assert not outcome.ok
    assert outcome.reason.startswith("1 of its 2 threads changed; for the others nice")


# Strangers

_EVERYTHING = (
    Signal(signal.SIGKILL),
    Nice(5),
    NiceBy(5),
    IoPriority(IO_IDLE),
    Affinity(frozenset({min(OWN_CORES)})),
    Policy(BATCH),
)


def with_number(pid: int, not_started: int) -> subprocess.Popen[bytes] | None:
    """A process that got a number that was another's before, started in another clock tick; None when that cannot be had."""
    for _ in range(200):
        try:
            with open("/proc/sys/kernel/ns_last_pid", "w") as file:
                file.write(str(pid - 1))
        except OSError:
            return None
        process = subprocess.Popen(["sleep", "600"])
        if process.pid == pid and rid(pid).start != not_started:
            return process
        process.kill()
        process.wait()
    return None


@pytest.mark.usefixtures("either_way")
def test_who_got_the_number_of_another_is_left_alone(child: Child) -> None:
    meant = child.id
    child.end()
    stranger = with_number(meant.pid, meant.start)
    if stranger is None:
        pytest.skip("pids cannot be chosen here (/proc/sys/kernel/ns_last_pid)")
    try:
        before = current(rid(stranger.pid))
        for action in _EVERYTHING:
            assert one(action, meant, confirmed=True).reason == ENDED
        assert current(meant) == Now()
        assert stranger.poll() is None
        assert current(rid(stranger.pid)) == before
    finally:
        stranger.kill()
        stranger.wait()


@pytest.mark.usefixtures("either_way")
@pytest.mark.parametrize("action", _EVERYTHING, ids=lambda action: type(action).__name__)
def test_a_start_that_is_not_the_row_s_is_somebody_else(sleeper: subprocess.Popen[bytes], action: Action) -> None:
    target = rid(sleeper.pid)
    before = current(target)
    assert one(action, target._replace(start=target.start - 1)).reason == ENDED
    assert current(target) == before
    assert sleeper.poll() is None


@pytest.mark.usefixtures("either_way")
def test_who_has_ended_since_is_said_to_have(child: Child) -> None:
    tid = child.thread()
    thread, whole = rid(child.pid, tid), child.id
    child.end()
    for action in _EVERYTHING:
        for target in (thread, whole):
            outcome = one(action, target)
            assert (outcome.ok, outcome.reason) == (False, ENDED)


@pytest.mark.usefixtures("either_way")
def test_ending_between_looking_and_signalling(child: Child, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Held.signal

    def too_late(held: Held, number: int) -> bool:
        child.end()
        return real(held, number)

    target = child.id
    monkeypatch.setattr(Held, "signal", too_late)
    assert one(Signal(signal.SIGTERM), target).reason == ENDED


@pytest.mark.usefixtures("either_way")
def test_ending_between_changing_and_looking_again(child: Child, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.setpriority

    def then_end(which: int, tid: int, value: int) -> None:
        real(which, tid, value)
        child.end()

    target = child.id
    monkeypatch.setattr(os, "setpriority", then_end)
    outcome = one(Nice(5), target)
    assert (outcome.ok, outcome.reason) == (False, ENDED_MEANWHILE)


def test_one_that_fails_does_not_keep_the_others_from_it(sleeper: subprocess.Popen[bytes], child: Child) -> None:
    gone = child.id
    child.end()
    outcomes = perform(Nice(5), [gone, rid(sleeper.pid)])
    assert [outcome.ok for outcome in outcomes] == [False, True]
    assert os.getpriority(os.PRIO_PROCESS, sleeper.pid) == 5


def test_no_descriptor_is_left_open(sleeper: subprocess.Popen[bytes], child: Child) -> None:
    target, thread = rid(sleeper.pid), rid(child.pid, child.thread())
    before = len(os.listdir("/proc/self/fd"))
    for action in (Nice(5), Signal(signal.SIGCONT), Signal(999), Affinity(frozenset())):
        perform(action, [target, thread, target._replace(start=0), thread._replace(start=0)])
    assert len(os.listdir("/proc/self/fd")) == before

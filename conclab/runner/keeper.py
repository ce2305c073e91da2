"""The keeper: starts one command, and sees to it that nothing of its tree outlives it or the lab.

    keeper.py REPORT_FD SPEC_FILE -- COMMAND ARG...

It stands between the lab and the child because the lab itself cannot do this well. When the lab is killed with -9, its end of the
keeper's standard input closes, and the keeper kills the tree. The keeper is a subreaper (PR_SET_CHILD_SUBREAPER, prctl(2)):
whatever escapes into a session of its own is handed to it when its parent dies, so it can be found, killed and reaped. And as a
small process without threads it may fork where the lab (threads, a terminal, a large memory) had better not. Should the keeper
itself be killed, the child dies by its parent-death signal, and the workers by theirs.

The folder of SPEC_FILE is the child's private one; the keeper, who outlives everybody, removes it.

Standard input is the leash: a byte or its end means "kill the tree now". The child gets SPEC_FILE as its standard input, and
standard output and error as they were given. On REPORT_FD the keeper writes two lines, each a dictionary as Python spells it
(importing json would be a third of all that a keeper costs): ``{'pid': …}`` when the child was started (or ``{'error': …}``),
and at the end ``exit_status`` and ``signal`` of the child, ``stopped`` (whether it was the leash), ``left_behind`` (how many
processes of the tree had to be killed after the child itself had ended), and what wait4(2) says of all that was reaped:
``cpu_ns``, ``voluntary_switches``, ``involuntary_switches``, ``peak_rss_bytes``.

Elsewhere than on Linux there is no subreaper: there the child's process group is killed.
"""

from __future__ import annotations

import os
import resource
import select
import signal
import sys
import time

GRACE_S = 0.5
"""How long helpers of the tree (a forkserver, a resource tracker) may take to end by themselves once the child has."""
GIVE_UP_S = 10.0

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36


def _prctl(option: int, value: int) -> None:
    try:
        import ctypes

        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)
    except (ImportError, OSError, AttributeError):
        pass


def _start(command: list[str], spec_file: str) -> int:
    """Fork and exec. Returns the pid. Raises OSError when the command cannot be executed."""
    failed_read, failed_write = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.setsid()
            _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
            signal.set_wakeup_fd(-1)
            for number in (signal.SIGCHLD, signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGPIPE):
                signal.signal(number, signal.SIG_DFL)
            spec = os.open(spec_file, os.O_RDONLY)
            os.dup2(spec, 0)
            os.execvp(command[0], command)
        except OSError as error:
            os.write(failed_write, str(error.errno).encode())
        finally:
            os._exit(127)
    os.close(failed_write)
    trouble = os.read(failed_read, 16)
    os.close(failed_read)
    if trouble:
        os.waitpid(pid, 0)
        raise OSError(int(trouble), os.strerror(int(trouble)))
    return pid


def _descendants() -> list[int]:
    """The pids below this process, from the parent field of every /proc/PID/stat; empty where there is no /proc."""
    children: dict[int, list[int]] = {}
    try:
        pids = [name for name in os.listdir("/proc") if name.isdigit()]
    except OSError:
        return []
    for pid in pids:
        try:
            with open("/proc/%s/stat" % pid, "rb") as file:
                parent = int(file.read().rpartition(b")")[2].split()[1])
        except (OSError, ValueError, IndexError):
            continue
        children.setdefault(parent, []).append(int(pid))
    found, todo = [], [os.getpid()]
    while todo:
        below = children.get(todo.pop(), [])
        found += below
        todo += below
    return found


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except OSError:
        pass


def _kill_all(group: int) -> int:
    """One round of killing. Stopping first keeps a tree that forks all the time from outrunning us."""
    try:
        os.killpg(group, signal.SIGKILL)
    except OSError:
        pass
    found = _descendants()
    for pid in found:
        try:
            os.kill(pid, signal.SIGSTOP)
        except OSError:
            pass
    for pid in found:
        _kill(pid)
    return len(found)


def _remove(folder: str) -> None:
    """Remove the private folder with all in it; by hand, because importing shutil would cost more than all the rest."""
    try:
        for path, folders, files in os.walk(folder, topdown=False):
            for name in files:
                os.unlink(os.path.join(path, name))
            for name in folders:
                inner = os.path.join(path, name)
                (os.unlink if os.path.islink(inner) else os.rmdir)(inner)
        os.rmdir(folder)
    except OSError:
        pass


class Keeper:
    """One child, from its start to the last of its descendants."""

    def __init__(self, child: int, wakeup: int) -> None:
        self.child = child
        self.status: int | None = None
        self._wakeup = wakeup

    def reap(self) -> bool:
        """Collect whoever has ended. Returns whether nobody is left."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return True
            if pid == 0:
                return False
            if pid == self.child:
                self.status = status

    def wait(self, seconds: float | None, leash: bool) -> bool:
        """Sleep until a child ends, the leash is pulled (returns True) or the time is over."""
        sources = [self._wakeup, 0] if leash else [self._wakeup]
        ready = select.select(sources, [], [], seconds)[0]
        if self._wakeup in ready:
            os.read(self._wakeup, 4096)
        return 0 in ready


def _keep(keeper: Keeper) -> tuple[bool, int]:
    """Wait for the child, then see that nothing is left. Returns (stopped, left_behind)."""
    stopped = False
    while keeper.status is None and not stopped:
        empty = keeper.reap()
        if keeper.status is None and not empty:
            stopped = keeper.wait(None, leash=True)
    deadline = time.monotonic() + GRACE_S
    while not stopped and not keeper.reap() and time.monotonic() < deadline:
        stopped = keeper.wait(max(0.0, deadline - time.monotonic()), leash=True)
    left_behind = 0
    deadline = time.monotonic() + GIVE_UP_S
    while not keeper.reap() and time.monotonic() < deadline:
        left_behind = max(left_behind, _kill_all(keeper.child))
        keeper.wait(0.05, leash=False)
    return stopped, left_behind


def main() -> int:
    report_fd, spec_file = int(sys.argv[1]), sys.argv[2]
    command = sys.argv[4:]
    os.set_inheritable(report_fd, False)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    wakeup, alarm = os.pipe()
    os.set_blocking(wakeup, False)
    os.set_blocking(alarm, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(alarm)
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)

    def report(**fields: object) -> None:
        try:
            os.write(report_fd, repr(fields).encode() + b"\n")
        except OSError:  # the lab is gone; the tree is killed all the same
            pass

    try:
        child = _start(command, spec_file)
    except OSError as error:
        report(error=error.strerror)
        return 1
    report(pid=child)
    # These two are the child's now: held open here, the lab would never see their end.
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 1)
    os.dup2(null, 2)
    keeper = Keeper(child, wakeup)
    stopped, left_behind = _keep(keeper)
    status = keeper.status if keeper.status is not None else 0
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    _remove(os.path.dirname(spec_file))
    report(
        exit_status=os.WEXITSTATUS(status) if os.WIFEXITED(status) else None,
        signal=os.WTERMSIG(status) if os.WIFSIGNALED(status) else None,
        stopped=stopped,
        left_behind=left_behind,
        cpu_ns=int((usage.ru_utime + usage.ru_stime) * 1e9),
        voluntary_switches=usage.ru_nvcsw,
        involuntary_switches=usage.ru_nivcsw,
        peak_rss_bytes=usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024),
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())

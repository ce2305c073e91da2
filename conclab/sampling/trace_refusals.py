"""Why a task's system calls cannot be traced, in plain sentences: what happened, to whom, and what would help.

Who may trace whom: ptrace(2), "Ptrace access mode checking"; Documentation/admin-guide/LSM/Yama.rst; capabilities(7).
"""

from __future__ import annotations

import os

from conclab.model.privileges import capabilities
from conclab.sampling import details_text
from conclab.sampling.details_access import refusal
from conclab.sampling.files import read
from conclab.sampling.holding import LINUX, Held, user_name

NOT_INSTALLED = "System calls are read by strace, and it is not installed. `apt install strace`, or your system's like, gets it."
NOT_HERE = "System calls are read by strace, which there is on Linux only."
ITSELF = "This is conclab itself. Traced by itself, each of its calls would wait for conclab to read it, and all would stand still."
KERNEL = "This is a thread of the kernel: it makes no system calls."
ZOMBIE = "It has ended and waits to be reaped by its parent: it makes no more calls."
_YAMA = "/proc/sys/kernel/yama/ptrace_scope"
_SCOPES = {
    1: "here one may only trace what one has started (kernel.yama.ptrace_scope is 1). `sudo sysctl kernel.yama.ptrace_scope=0` "
    "allows it, or run conclab as root",
    2: "here only root may trace (kernel.yama.ptrace_scope is 2); run conclab as root",
    3: "here nobody may trace until the next boot (kernel.yama.ptrace_scope is 3)",
}
_CONTAINER = (
    "conclab is root without CAP_SYS_PTRACE, as in most containers; one that is started with --cap-add=SYS_PTRACE may trace"
)


def why_never(held: Held, program: str | None) -> str:
    """Why it need not even be tried; empty: it may work. ``program`` is strace's path, None where it is not installed."""
    if not LINUX:
        return NOT_HERE
    if held.target.pid == os.getpid():
        return ITSELF
    if held.kernel:
        return KERNEL
    if held.zombie:
        return ZOMBIE
    if program is None:
        return NOT_INSTALLED
    tracer = details_text.fields(read(f"/proc/{held.target.tid or held.target.pid}/status") or b"").get("TracerPid", "0")
    if tracer != "0":
        name = details_text.text_of((read(f"/proc/{tracer}/comm") or b"").strip())
        return f"It is traced already, by {tracer}{f' ({name})' if name else ''}: a task can have one tracer only."
    return ""


def why_refused(held: Held, said: str) -> str:
    """Why strace could not attach; ``said`` is what it said itself."""
    if "No such process" in said or not held.alive():
        return "It had ended before it could be traced."
    if "not permitted" not in said:
        return f"strace could not trace {held.who}: {said or 'it gave no reason'}."
    return not_permitted(held.who, _reason(held.owner()))


def not_permitted(whom: str, reason: str) -> str:
    """The sentence for a reason, which may be one of ``details_access.refusal``'s."""
    return f"strace may not trace {whom}: {'it ' if reason.startswith('belongs') else ''}{reason}."


def _reason(uid: int | None) -> str:
    own, scope = os.geteuid(), read(_YAMA)
    status = details_text.fields(read("/proc/self/status") or b"")
    if own == 0 and "SYS_PTRACE" not in capabilities(int(status.get("CapEff", "0"), 16)):
        return _CONTAINER
    if (uid == own or own == 0) and scope and scope.strip().isdigit() and int(scope) in _SCOPES and (own != 0 or int(scope) == 3):
        return _SCOPES[int(scope)]
    return refusal(uid, user_name(uid) if uid is not None else "another user", own)

"""Where each thread of a process is: Python frames by py-spy (the extra ``stacks``), and what the kernel tells.

py-spy stops the process for some milliseconds and reads its memory, so it is asked only when somebody wants to know. It runs as a
child with a time limit; when that is over it is killed, and the kernel lets its process go on.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence

from conclab.model import figures
from conclab.model.blocking import meaning
from conclab.model.details import Heading, PythonThread, Section
from conclab.sampling import details_text, syscalls, task_text
from conclab.sampling.details_access import Subject, read_if

TIMEOUT_S = 8.0
MOST_THREADS = 64
_MOST_STACK = 12
"""Functions of a kernel stack that are shown."""
NOT_PERMITTED = (
    "py-spy may not read this process. Run conclab as root, or set kernel.yama.ptrace_scope to 0 for processes of your own."
)
NOT_PYTHON = "This is no Python process, or none that py-spy knows; the kernel's view of it is below."
_FUNCTIONS_ONLY = "Whole kernel stacks are shown to root alone; here is the function that each thread sleeps in."


_asked: set[subprocess.Popen[bytes]] = set()

Ask = Callable[[int], tuple[Sequence[PythonThread], str]]
"""Gives a process's Python threads, or a sentence that says why there are none."""


def read_stacks(subject: Subject, ask: Ask | None = None) -> tuple[Section, ...]:
    """Python's stacks, then the kernel's. Blocking: up to ``TIMEOUT_S`` seconds. ``ask``: who is asked instead of py-spy."""
    kernel = kernel_section(subject)  # first, or it would show threads that py-spy has stopped
    if subject.kernel or subject.zombie:
        return (kernel,)
    threads, why = ask(subject.pid) if ask is not None else ask_py_spy(subject.pid, find_py_spy())
    if why:
        return (_sentence(why), kernel)
    shown = [_thread(thread) for thread in threads[:MOST_THREADS]]
    if len(threads) > MOST_THREADS:
        shown.append(_sentence(f"{len(threads) - MOST_THREADS:,} more threads are left out."))
    return (*shown, kernel)


def find_py_spy() -> str | None:
    """The program, beside the Python that runs conclab or on the path."""
    beside = os.path.join(os.path.dirname(sys.executable), "py-spy")
    return beside if os.access(beside, os.X_OK) else shutil.which("py-spy")


def ask_py_spy(pid: int, program: str | None) -> tuple[Sequence[PythonThread], str]:
    """Its Python threads by py-spy (the path of the program; None: there is none); or why there are none, in a sentence."""
    if program is None:
        return (), "py-spy reads them, and it is not installed. `pip install 'conclab[stacks]'` gets it."
    try:
        child = subprocess.Popen(
            [program, "dump", "--json", "--pid", str(pid)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except OSError as error:
        return (), f"py-spy could not be started: {os.strerror(error.errno or 0).lower()}."
    with child:
        _asked.add(child)
        try:
            said, complaint = child.communicate(timeout=TIMEOUT_S)
        except subprocess.TimeoutExpired:
            return (), f"py-spy did not answer within {TIMEOUT_S:.0f} seconds and was ended. r asks again."
        finally:
            _asked.discard(child)
            child.kill()  # does nothing to one that has ended and been collected
    if child.returncode:
        return (), why_not(complaint)
    try:
        return details_text.python_stacks(said), ""
    except ValueError:
        return (), "py-spy answered something that conclab does not understand; another version may help."


def end_asking() -> None:
    """End every py-spy that has not answered yet: nobody waits for it any more, and it must not outlive conclab."""
    for child in list(_asked):
        child.kill()


def why_not(errors: bytes) -> str:
    """py-spy's complaint as a sentence that says what to do."""
    text = errors.decode("utf-8", "replace")
    lowered = text.casefold()
    if ("permission denied" in lowered and "elevated permissions" in lowered) or "operation not permitted" in lowered:
        return NOT_PERMITTED
    if "python version" in lowered or "not a python" in lowered or "failed to find" in lowered or "executable name" in lowered:
        return NOT_PYTHON
    if "no such process" in lowered or "no such file" in lowered:
        return "It has just ended."
    first = next((line.strip() for line in text.splitlines() if line.strip()), "it gave no reason")
    return f"py-spy could not read it: {details_text.text_of(first.encode())[:200]}"


def _sentence(text: str) -> Section:
    return Section("Python stacks", note=text)


def _thread(thread: PythonThread) -> Section:
    state = "has the GIL" if thread.holds_gil else "runs" if thread.active else "waits"
    name = thread.name or "a thread without a name"
    title = f"Python: {name}" + (f" ({thread.tid})" if thread.tid is not None else "") + f" · {state}"
    rows = tuple((frame.function, f"{frame.file}:{frame.line}" if frame.line else frame.file) for frame in thread.frames)
    return Section(title, headings=(Heading("FUNCTION"), Heading("WHERE")), rows=rows, note="" if rows else "No Python frame.")


def waits_of(pid: int, tid: int) -> str:
    """What a thread waits in, in words; blank: it runs, or may not be asked.

    Who may is told by ptrace(2): mode PTRACE_MODE_ATTACH_FSCREDS for ``syscall``, PTRACE_MODE_READ_FSCREDS for ``wchan``.
    """
    folder = f"/proc/{pid}/task/{tid}"
    return said_of(read_if(f"{folder}/syscall") or b"", read_if(f"{folder}/wchan") or b"")


def said_of(syscall: bytes, wchan: bytes) -> str:
    """The system call and what that means, or else the kernel function. Threads of the kernel make no system calls."""
    number, function = details_text.syscall_number(syscall), _function(wchan)
    call = syscalls.name(number) if number is not None else syscalls.call_of(function) or function
    words = meaning(call)
    return f"{call}: {words}" if words else call


def _function(wchan: bytes) -> str:
    return details_text.text_of((task_text.waits_in(wchan) or "").encode())


def kernel_section(subject: Subject) -> Section:
    """A line for each thread: state, system call, kernel function, and the kernel's stack where that may be read (root)."""
    tids, why = subject.numbers("task")
    if why:
        return Section("In the kernel", note=figures.sentence(why) + ".")
    rows = []
    any_stack = False
    for tid in tids[:MOST_THREADS]:
        stat = task_text.stat(subject.read(f"task/{tid}/stat").text)
        if stat is None:
            continue
        stack = details_text.kernel_stack(subject.read(f"task/{tid}/stack").text)
        any_stack = any_stack or bool(stack)
        call, where = (subject.read(f"task/{tid}/{name}").text for name in ("syscall", "wchan"))
        waits = said_of(call if not subject.kernel else b"", where)
        path = " < ".join(stack[:_MOST_STACK]) or _function(where)
        rows.append((str(tid), details_text.text_of(stat.name), stat.state, waits, path))
    headings = (Heading("TID", right=True), Heading("NAME"), Heading("S"), Heading("WAITS IN"), Heading("KERNEL STACK"))
    why = subject.read(f"task/{tids[0]}/syscall").why if tids and not any_stack and not subject.kernel else ""
    note = f"What its threads wait in {why}." if why else _FUNCTIONS_ONLY if rows and not any_stack else ""
    return Section("In the kernel", headings=headings, rows=tuple(rows), left_out=max(0, len(tids) - MOST_THREADS), note=note)

"""System calls that tasks sleep in, by number. Numbers differ by processor: asm/unistd.h. What they mean: ``model.blocking``.

Only what one can wait in is listed; any other number is shown as it is.
"""

from __future__ import annotations

import platform

_X86_64 = {
    0: "read",
    1: "write",
    7: "poll",
    16: "ioctl",
    17: "pread64",
    18: "pwrite64",
    23: "select",
    34: "pause",
    35: "nanosleep",
    42: "connect",
    43: "accept",
    44: "sendto",
    45: "recvfrom",
    46: "sendmsg",
    47: "recvmsg",
    61: "wait4",
    65: "semop",
    70: "msgrcv",
    72: "fcntl",
    73: "flock",
    74: "fsync",
    128: "rt_sigtimedwait",
    130: "rt_sigsuspend",
    202: "futex",
    208: "io_getevents",
    230: "clock_nanosleep",
    232: "epoll_wait",
    247: "waitid",
    270: "pselect6",
    271: "ppoll",
    281: "epoll_pwait",
    288: "accept4",
    426: "io_uring_enter",
    441: "epoll_pwait2",
    449: "futex_waitv",
}
_AARCH64 = {
    4: "io_getevents",
    22: "epoll_pwait",
    25: "fcntl",
    29: "ioctl",
    32: "flock",
    63: "read",
    64: "write",
    67: "pread64",
    68: "pwrite64",
    72: "pselect6",
    73: "ppoll",
    82: "fsync",
    95: "waitid",
    98: "futex",
    101: "nanosleep",
    115: "clock_nanosleep",
    133: "rt_sigsuspend",
    137: "rt_sigtimedwait",
    188: "msgrcv",
    192: "semtimedop",
    202: "accept",
    203: "connect",
    206: "sendto",
    207: "recvfrom",
    211: "sendmsg",
    212: "recvmsg",
    242: "accept4",
    260: "wait4",
    426: "io_uring_enter",
    441: "epoll_pwait2",
    449: "futex_waitv",
}
_TABLES = {"x86_64": _X86_64, "aarch64": _AARCH64}

_FUNCTIONS = {
    ("futex_wait_queue", "futex_wait_queue_me", "futex_do_wait"): "futex",
    ("hrtimer_nanosleep", "do_nanosleep"): "clock_nanosleep",
    ("ep_poll", "do_epoll_wait"): "epoll_wait",
    ("poll_schedule_timeout", "do_sys_poll"): "poll",
    ("do_select",): "select",
    ("do_wait",): "wait4",
    ("pipe_read", "anon_pipe_read"): "read",
    ("inet_csk_accept",): "accept",
    ("sigsuspend",): "rt_sigsuspend",
}
"""Kernel functions that stand for one system call: where only ``wchan`` may be read, they tell as much."""


def call_of(function: str) -> str:
    """The system call that a kernel function belongs to; empty where that is not certain."""
    # A compiler splits functions, and calls the parts do_wait.constprop.0 and the like.
    plain = function.partition(".")[0]
    return next((call for functions, call in _FUNCTIONS.items() if plain in functions), "")


def name(number: int, machine: str = "") -> str:
    """The call's name on this processor (or ``machine``, as platform.machine() says it); its number where it is not known."""
    return _TABLES.get(machine or platform.machine(), {}).get(number, f"system call {number}")

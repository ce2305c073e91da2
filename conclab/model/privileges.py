"""What a process may do beyond its user's rights, and what it is kept from, in words. Facts: capabilities(7), seccomp(2)."""

from __future__ import annotations

from collections.abc import Sequence

CAPABILITIES = (
    ("CHOWN", "may give files to other users"),
    ("DAC_OVERRIDE", "may read and write any file"),
    ("DAC_READ_SEARCH", "may read any file and folder"),
    ("FOWNER", "may change files as if they were its own"),
    ("FSETID", "keeps set-user-ID bits on files that it changes"),
    ("KILL", "may signal any process"),
    ("SETGID", "may take on any group"),
    ("SETUID", "may become any user"),
    ("SETPCAP", "may hand capabilities on"),
    ("LINUX_IMMUTABLE", "may change immutable files"),
    ("NET_BIND_SERVICE", "may take ports below 1024"),
    ("NET_BROADCAST", "may broadcast"),
    ("NET_ADMIN", "may configure the network"),
    ("NET_RAW", "may use raw sockets"),
    ("IPC_LOCK", "may lock memory"),
    ("IPC_OWNER", "may use any System V IPC object"),
    ("SYS_MODULE", "may load kernel modules"),
    ("SYS_RAWIO", "may access devices' ports and memory"),
    ("SYS_CHROOT", "may change its root folder"),
    ("SYS_PTRACE", "may trace and read any process"),
    ("SYS_PACCT", "may turn process accounting on"),
    ("SYS_ADMIN", "may mount, and much else"),
    ("SYS_BOOT", "may reboot"),
    ("SYS_NICE", "may raise priorities and pin any process"),
    ("SYS_RESOURCE", "may go beyond limits and quotas"),
    ("SYS_TIME", "may set the clock"),
    ("SYS_TTY_CONFIG", "may configure terminals"),
    ("MKNOD", "may make device files"),
    ("LEASE", "may take leases on any file"),
    ("AUDIT_WRITE", "may write to the audit log"),
    ("AUDIT_CONTROL", "may configure auditing"),
    ("SETFCAP", "may give files capabilities"),
    ("MAC_OVERRIDE", "may override mandatory access control"),
    ("MAC_ADMIN", "may configure mandatory access control"),
    ("SYSLOG", "may read the kernel's log and addresses"),
    ("WAKE_ALARM", "may wake the machine"),
    ("BLOCK_SUSPEND", "may keep the machine awake"),
    ("AUDIT_READ", "may read the audit log"),
    ("PERFMON", "may measure performance and trace"),
    ("BPF", "may load BPF programs"),
    ("CHECKPOINT_RESTORE", "may checkpoint and restore processes"),
)
"""By number: name without CAP_, and what it allows (linux/capability.h)."""
_FEW = 5


def capabilities(mask: int, last: int = len(CAPABILITIES) - 1) -> list[str]:
    """The capabilities in a mask (CapEff of proc_pid_status(5)), by name; one that is newer than this list by its number."""
    return [
        CAPABILITIES[number][0] if number < len(CAPABILITIES) else f"number {number}"
        for number in range(last + 1)
        if mask >> number & 1
    ]


def capabilities_in_words(mask: int, last: int = len(CAPABILITIES) - 1) -> str:
    """The same as a phrase. ``last`` is the highest that this kernel knows (/proc/sys/kernel/cap_last_cap)."""
    held = capabilities(mask, last)
    missing = capabilities(~mask, last)
    if not held:
        return "none: its user's rights and no more"
    if not missing:
        return "all of them: it may do anything"
    if len(missing) <= _FEW:
        return f"all but {', '.join(missing)}"
    if len(held) <= _FEW:
        meanings = dict(CAPABILITIES)
        return "; ".join(f"{name} ({meanings[name]})" if name in meanings else name for name in held)
    return f"{len(held)} of {last + 1}: {', '.join(held)}"


SECCOMP = {0: "off", 1: "strict: read, write, exit and nothing else", 2: "its system calls are filtered"}
"""The field Seccomp of proc_pid_status(5)."""


def container(cgroup_paths: Sequence[str], own_namespaces: Sequence[str]) -> str:
    """A guess, from the names of its control groups and from the namespaces that are not conclab's; empty: no sign of one."""
    names = {
        "docker": "Docker",
        "kubepods": "Kubernetes",
        "libpod": "Podman",
        "lxc": "LXC",
        "machine.slice": "systemd-nspawn or a virtual machine",
        "garden": "Garden",
    }
    for path in cgroup_paths:
        for word, name in names.items():
            if word in path:
                return f"a container of {name}, by the name of its control group"
    if "mnt" in own_namespaces and "pid" in own_namespaces:
        return "probably a container: it has its own view of processes and of files"
    return ""

"""Who is on the scripted machine: a small server that is also somebody's desk, as the monitor's users know them.

Nothing here moves; ``scripted_tasks`` plays it. Pids from 4,000 to 4,999 are left to the runs of the lab, those from 6,000 to 9,999
to processes that come and go, and those from 20,001 on to the crowd.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

OTHER, FIFO = 0, 1
"""sched(7)."""
UIDS = {"root": 0, "messagebus": 101, "postgres": 110, "www": 33, "ada": 1000}


@dataclass(frozen=True, slots=True)
class Habit:
    """What a thread does in an interval in which it runs at all; else it sleeps through it."""

    often: float = 0.0
    """Chance that it runs within a second. 1: always, 0: never."""
    cpu: float = 0.0
    """Shares of the time: on a core, and wanting one."""
    delay: float = 0.0
    voluntary: float = 0.0
    """Each second: context switches, and bytes to and from storage."""
    involuntary: float = 0.0
    read: float = 0.0
    written: float = 0.0
    wait: str = "do_epoll_wait"
    """The kernel function that it sleeps in."""


ASLEEP = Habit()
ON_TIMER = Habit(0.25, 0.001, 0.0, 1.5, wait="hrtimer_nanosleep")
AT_PROMPT = Habit(wait="do_wait")


@dataclass(frozen=True, slots=True)
class Player:
    """A process; what is said of it does not change as long as it lives."""

    pid: int
    parent: int
    user: str
    megabytes: float
    command: str
    habit: Habit = ASLEEP
    """Of its main thread."""
    name: str = ""
    """What the kernel calls it, when that is not the program's file name."""
    threads: tuple[tuple[str, Habit], ...] = ()
    """The others, with their names."""
    group: str = ""
    state: str = "S"
    """While it does not run."""
    nice: int = 0
    policy: int = OTHER
    rt_priority: int = 0
    affinity: str = ""
    """Empty: all cores."""

    @property
    def kernel(self) -> bool:
        return self.pid == 2 or self.parent == 2

    @property
    def comm(self) -> str:
        """At most 15 bytes, as the kernel keeps them."""
        if self.command.startswith("["):
            return self.command.strip("[]")[:15]
        return (self.name or self.command.split()[0].rstrip(":").rpartition("/")[2])[:15]

    @property
    def cgroup(self) -> str:
        if self.kernel:
            return "/"
        slices = {"ada": "/user.slice/user-1000.slice/session-3.scope", "root": "/system.slice/ssh.service"}
        return self.group or slices.get(self.user, f"/system.slice/{self.user}.service")


def _pool(name: str, count: int, habit: Habit) -> tuple[tuple[str, Habit], ...]:
    return tuple((name.format(number), habit) for number in range(count))


_RCU = Habit(0.9, 0.002, 0.001, 21, wait="rcu_gp_fqs_loop")
_WORKER = Habit(0.3, 0.001, 0.001, 6, wait="worker_thread")
_SOFTIRQ = Habit(0.2, 0.001, 0.002, 2, 0.2, wait="smpboot_thread_fn")
_JOURNAL = Habit(0.5, 0.01, 0.002, 12, written=180_000, wait="jbd2_journal_commit_transaction")
_SERVING = Habit(0.9, 0.035, 0.006, 84, 1, written=24_000)
_POOL_THREAD = Habit(0.05, 0.004, 0.001, 9, read=60_000, wait="futex_wait_queue")
_GIL = Habit(1, 0.22, 0.05, 300, 3, wait="futex_wait_queue")
_NODE = Habit(0.8, 0.03, 0.004, 41, 1)
_FUTEX = Habit(wait="futex_wait_queue")
_TICKING = Habit(0.3, 0.003, 0.001, 8, wait="futex_wait_queue")

_SYSTEM = (
    Player(1, 0, "root", 12, "/sbin/init", Habit(0.2, 0.001, 0, 3), name="systemd", group="/init.scope"),
    Player(2, 0, "root", 0, "[kthreadd]", Habit(wait="kthreadd")),
    Player(3, 2, "root", 0, "[rcu_gp]", Habit(wait="rescuer_thread"), state="I", nice=-20),
    Player(14, 2, "root", 0, "[rcu_preempt]", _RCU, state="I"),
    Player(15, 2, "root", 0, "[oom_reaper]", Habit(wait="oom_reaper")),
    Player(90, 2, "root", 0, "[kswapd0]", Habit(wait="kswapd")),
    Player(91, 2, "root", 0, "[khugepaged]", Habit(wait="khugepaged"), nice=19),
    Player(98, 2, "root", 0, "[irq/24-nvme0q1]", Habit(0.3, 0.002, 0, 30, wait="irq_thread"), policy=FIFO, rt_priority=50),
    Player(412, 2, "root", 0, "[jbd2/vda1-8]", _JOURNAL, state="D"),
    Player(455, 1, "root", 38, "/lib/systemd/systemd-journald", ON_TIMER, group="/system.slice/systemd-journald.service"),
    Player(481, 1, "root", 9, "/lib/systemd/systemd-udevd", group="/system.slice/systemd-udevd.service"),
    Player(590, 1, "root", 24, "/lib/systemd/systemd-logind", group="/system.slice/systemd-logind.service"),
    Player(610, 1, "root", 3, "/usr/sbin/cron -f", ON_TIMER, group="/system.slice/cron.service"),
    Player(622, 1, "messagebus", 5, "dbus-daemon --system --nopidfile", group="/system.slice/dbus.service"),
    Player(
        640,
        1,
        "root",
        21,
        "/usr/sbin/rsyslogd -n -iNONE",
        ASLEEP,
        threads=(("in:imuxsock", ON_TIMER), ("in:imklog", ASLEEP), ("rs:main Q:Reg", _FUTEX)),
        group="/system.slice/rsyslog.service",
    ),
    Player(655, 1, "root", 31, "/usr/lib/polkit-1/polkitd --no-debug", group="/system.slice/polkit.service"),
    Player(690, 1, "root", 2, "/sbin/agetty --noclear tty1 linux", group="/system.slice/getty@tty1.service"),
    Player(702, 1, "root", 19, "/usr/sbin/unattended-upgrades-shutdown", name="unattended-upgr"),
    Player(731, 1, "root", 9, "sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups", group="/system.slice/ssh.service"),
)
_SERVERS = (
    Player(869, 1, "root", 11, "nginx: master process /usr/sbin/nginx", group="/system.slice/nginx.service"),
    Player(870, 869, "www", 61, "nginx: worker process", _SERVING, threads=_pool("nginx", 8, _POOL_THREAD)),
    Player(871, 869, "www", 60, "nginx: worker process", _SERVING, threads=_pool("nginx", 8, _POOL_THREAD)),
    Player(1198, 1, "postgres", 212, "/usr/lib/postgresql/16/bin/postgres -D /var/lib/postgresql/16/main", ON_TIMER),
    Player(1203, 1198, "postgres", 148, "postgres: 16/main: checkpointer", Habit(0.8, 0.05, 0.01, 80, 4, written=2_400_000)),
    Player(1204, 1198, "postgres", 32, "postgres: 16/main: background writer", Habit(0.4, 0.002, 0, 5, written=65_000)),
    Player(1205, 1198, "postgres", 30, "postgres: 16/main: walwriter", Habit(0.7, 0.01, 0.002, 50, written=310_000)),
    Player(1207, 1198, "postgres", 15, "postgres: 16/main: logical replication launcher"),
    Player(1283, 1198, "postgres", 91, "postgres: 16/main: shop shop 10.0.0.7(50118) idle"),
    Player(1206, 1198, "postgres", 16, "postgres: 16/main: autovacuum launcher"),
    Player(1288, 1198, "postgres", 96, "postgres: 16/main: shop shop 10.0.0.7(50122) idle"),
    Player(
        1291, 1198, "postgres", 98, "postgres: 16/main: shop shop 10.0.0.7(50130) SELECT", Habit(0.9, 0.09, 0.02, 212, 4, 900_000)
    ),
    Player(
        2210,
        1,
        "ada",
        310,
        "node server.js --port 8080",
        _NODE,
        threads=(
            *_pool("node", 6, Habit(0.1, 0.002, 0, 4, wait="futex_wait_queue")),
            *_pool("libuv-worker", 4, _POOL_THREAD),
            ("v8-inspector", _FUTEX),
            *_pool("pool-{}", 11, _FUTEX),
        ),
        group="/system.slice/shop.service",
    ),
)
_DESK = (
    Player(2290, 1, "ada", 11, "/lib/systemd/systemd --user", name="systemd"),
    Player(2291, 2290, "ada", 3, "(sd-pam)", name="(sd-pam)"),
    Player(2301, 731, "root", 10, "sshd: ada [priv]"),
    Player(2308, 2301, "ada", 7, "sshd: ada@pts/0", Habit(0.4, 0.003, 0, 24)),
    Player(2309, 2308, "ada", 5, "-bash", AT_PROMPT, name="bash"),
    Player(2376, 2309, "ada", 4, "tmux attach"),
    Player(2377, 1, "ada", 14, "tmux new -s work", Habit(0.6, 0.004, 0, 30, 1), name="tmux: server"),
    Player(2378, 2377, "ada", 8, "-bash", AT_PROMPT, name="bash"),
    Player(2390, 2377, "ada", 8, "-bash", AT_PROMPT, name="bash"),
    Player(2391, 2377, "ada", 8, "-bash", AT_PROMPT, name="bash"),
    Player(2402, 2378, "ada", 3, "less +F /var/log/nginx/access.log"),
    Player(2418, 2390, "ada", 9, "man 7 sched"),
    Player(2419, 2418, "ada", 3, "less"),
    Player(3290, 2290, "ada", 5, "/usr/bin/dbus-daemon --session --nofork"),
    Player(3299, 2290, "ada", 4, "/usr/bin/gpg-agent --supervised"),
    Player(3301, 1, "ada", 22, "ssh-agent -D", ASLEEP),
    Player(
        3350,
        1,
        "ada",
        642,
        "/usr/lib/firefox/firefox --new-window https://docs.python.org/3/library/threading.html",
        Habit(0.9, 0.06, 0.01, 120, 6),
        threads=(
            ("Compositor", Habit(0.7, 0.02, 0.004, 60, 1, wait="futex_wait_queue")),
            ("Socket Thread", Habit(0.4, 0.004, 0, 18)),
            ("Timer", _TICKING),
            ("JS Helper", _FUTEX),
            ("DOM Worker", _TICKING),
            ("StyleThread#0", _FUTEX),
            ("StyleThread#1", _FUTEX),
            ("Cache2 I/O", Habit(0.1, 0.002, 0, 5, written=40_000, wait="futex_wait_queue")),
            ("mozStorage #1", _FUTEX),
            ("画像デコーダ", _FUTEX),
        ),
        name="firefox",
    ),
    Player(
        3920,
        2378,
        "ada",
        71,
        "python3 /usr/local/bin/conclab monitor",
        Habit(1, 0.02, 0.002, 20, 2),
        name="conclab",
        threads=(("sampler", Habit(1, 0.01, 0.001, 4, wait="futex_wait_queue")), ("writer", Habit(1, 0.002, 0, 4))),
    ),
    Player(5100, 2390, "ada", 48, "python3 four_threads.py", _FUTEX, threads=_pool("w{}", 5, _GIL)[1:]),
    Player(5120, 2391, "ada", 96, "python3 report.py --year 2025", Habit(1, 0.31, 0.02, 35, 28, read=5_400_000)),
    Player(5121, 2391, "ada", 44, "gzip -9 access.log", Habit(1, 0.22, 0.31, 9, 190, 9_800_000, 1_900_000), nice=10),
    Player(
        5140, 2391, "ada", 6, "rsync -a /home/ada/ /mnt/backup", Habit(0.5, 0.01, 0, 40, wait="folio_wait_bit_common"), state="D"
    ),
    Player(5160, 2378, "ada", 4, "vi notes.md", Habit(wait="do_signal_stop"), state="T"),
    Player(5377, 2390, "ada", 0, "[fetch.sh]", ASLEEP, state="Z"),
)
_CROWD = (
    ("ada", 3, "sleep 9999"),
    ("www", 14, "php-fpm: pool www"),
    ("postgres", 34, "postgres: 16/main: shop shop 10.0.0.9(41200) idle"),
    ("root", 6, "containerd-shim -namespace moby"),
    ("ada", 18, "python3 -m worker --queue mail"),
)
VISITORS = (
    ("sh -c ./healthcheck.sh", 869, "www", 2.0, Habit(0.5, 0.02, 0.004, 30)),
    ("git status --short", 2378, "ada", 11.0, Habit(1, 0.08, 0.02, 14, 3, 600_000)),
    ("postgres: 16/main: shop shop 10.0.0.7(50200) SELECT", 1198, "postgres", 88.0, Habit(0.9, 0.06, 0.01, 140, 2)),
    ("curl -sS https://example.org/feed.xml", 2390, "ada", 9.0, Habit(0.8, 0.01, 0, 22)),
    ("[kworker/u8:3-events_unbound]", 2, "root", 0.0, _WORKER),
)
"""Those who come and go: command, parent, user, megabytes, habit."""


def _of_cores(cores: int) -> Iterator[Player]:
    """The kernel threads that each core has."""
    for core in range(cores):
        first, own = 16 + 5 * core if core < 12 else 10_001 + 5 * core, str(core)
        asleep = Habit(wait="smpboot_thread_fn")
        yield Player(first, 2, "root", 0, f"[migration/{core}]", asleep, policy=FIFO, rt_priority=99, affinity=own)
        yield Player(first + 1, 2, "root", 0, f"[ksoftirqd/{core}]", _SOFTIRQ, affinity=own)
        yield Player(first + 2, 2, "root", 0, f"[kworker/{core}:0-events]", _WORKER, state="I", affinity=own)
        yield Player(first + 3, 2, "root", 0, f"[kworker/{core}:1H-kblockd]", asleep, state="I", nice=-20, affinity=own)


def cast(cores: int, tasks: int | None = None) -> list[Player]:
    """Everybody who is there from the beginning, by pid; filled up with a sleepy crowd to so many tasks, threads counted."""
    players = [*_SYSTEM, *_of_cores(cores), *_SERVERS, *_DESK]
    missing = (tasks or 0) - sum(1 + len(player.threads) for player in players)
    stirring = max(1, missing // 200)  # about two hundred of them wake up now and then, however many they are
    for number in range(missing):
        user, megabytes, command = _CROWD[number % len(_CROWD)]
        habit = ON_TIMER if number % stirring == 0 else ASLEEP
        players.append(Player(20_001 + number, 1, user, megabytes, command, habit))
    return sorted(players, key=lambda player: player.pid)

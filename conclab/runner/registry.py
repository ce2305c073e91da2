"""What executors and workloads there are: a table that the lab reads without importing any of them."""

from __future__ import annotations

from typing import Callable, Dict, NamedTuple, Tuple

MEGABYTE = 1024 * 1024
COUNTED_SUFFIXES = (".py", ".txt", ".md", ".c", ".h")
"""Files below a folder whose lines are counted."""
LARGEST_COUNTED = 64 * MEGABYTE
"""Of a larger file a single line might not fit into memory."""
MOST_FOLDERS = 20_000
"""No more are searched for such files."""


class Executor(NamedTuple):
    """A way of running several workers."""

    module: str
    """Empty: no Python can do it, only programs in a language that has such workers (LANGUAGES)."""
    label: str
    one: str
    many: str
    bytes_per_worker: int
    """Rough memory of one more worker, for refusing what the machine cannot hold."""
    parallel: str
    """What lets it use several cores: "never", "without the GIL" or "always"."""


EXECUTORS: Dict[str, Executor] = {
    "sequential": Executor("sequential", "one after another", "worker", "workers", 0, "never"),
    "threads": Executor("threads", "threads", "thread", "threads", MEGABYTE, "without the GIL"),
    "fork": Executor("processes", "processes (fork)", "process", "processes", 8 * MEGABYTE, "always"),
    "forkserver": Executor("processes", "processes (forkserver)", "process", "processes", 12 * MEGABYTE, "always"),
    "spawn": Executor("processes", "processes (spawn)", "process", "processes", 16 * MEGABYTE, "always"),
    "asyncio": Executor("coroutines", "asyncio", "coroutine", "coroutines", 65536, "never"),
    "goroutines": Executor("", "goroutines", "goroutine", "goroutines", 8192, "always"),
    "erlang-processes": Executor("", "Erlang's processes", "Erlang process", "Erlang processes", 8192, "always"),
}


class Workload(NamedTuple):
    """A kind of work. ``size`` is how much of it one task is."""

    module: str
    label: str
    size: str
    """What the size means."""
    unit: str
    default: int
    least: int
    most: int
    memory: Callable[[int], float] = lambda _size: 0.0
    """Rough bytes of one task of that size."""
    power: float = 1.0
    """The time of a task grows about with this power of the size."""


def _matrices(rows: int) -> float:
    """Three square matrices of references, and the products are objects of their own."""
    return 60.0 * rows * rows


def _floats(rows: int) -> float:
    """Three square matrices of 4 bytes an element."""
    return 12.0 * rows * rows


def _numbers(count: int) -> float:
    """A list of numbers, its pickle, and what comes of it where it is unpickled."""
    return 100.0 * count


# The defaults of what uses a core take about a sixth of a second a task on a core of 2025.
WORKLOADS: Dict[str, Workload] = {
    "primes": Workload("primes", "counting primes", "count the primes below this", "", 250_000, 100, 50_000_000, power=1.5),
    "large-matrices": Workload("matrices", "a large matrix product", "rows of the matrices", "rows", 170, 2, 8_000, _matrices, 3.0),
    "small-matrices": Workload("matrices", "products of small matrices", "how many products", "", 4_500, 1, 10_000_000),
    "hashing": Workload("hashing", "hashing with SHA-256", "how much to hash", "MiB", 280, 1, 65_536),
    "sleeping": Workload("sleeping", "sleeping", "how long each waits", "ms", 100, 0, 60_000),
    "downloads": Workload("downloads", "downloading", "size of a file", "KiB", 256, 1, 65_536, lambda size: 2048.0 * size),
    "counting-lines": Workload("counting_lines", "counting lines of files", "how often over", "", 25, 1, 1_000),
    "greeting": Workload("greeting", "saying start and finish", "mean pause between both", "ms", 20, 0, 60_000),
    "numbering": Workload("numbering", "saying one's number", "how often", "", 1, 1, 1_000),
    "shared-list": Workload("shared_list", "appending to one list", "items that each appends", "", 100, 1, 100_000),
    "counter": Workload("counter", "adding to one counter", "additions of each worker", "", 2_000, 1, 10_000_000),
    "births": Workload("births", "starting and joining workers", "how many", "", 10, 1, 100_000),
    "sections": Workload("sections", "working inside a lock", "sections in all", "", 1_000, 10, 1_000_000),
    "barging": Workload("barging", "taking a lock again at once", "how long they do so", "ms", 250, 10, 20_000),
    "weights": Workload("weights", "sharing a core by priority", "how long they share it", "ms", 500, 50, 20_000),
    "philosophers": Workload("philosophers", "dining philosophers", "meals of each", "", 3, 1, 100),
    "readers": Workload("readers", "readers and a writer", "how long they keep coming", "ms", 300, 20, 20_000),
    "buffer": Workload("buffer", "producers and consumers", "items in all", "", 120, 1, 100_000),
    "echo": Workload("echo", "echoing beside busy workers", "how long it is called", "ms", 500, 20, 20_000),
    "turns": Workload("turns", "taking turns at computing", "how long they compute", "ms", 500, 20, 20_000),
    "pingpong": Workload("pingpong", "handing a byte to and fro", "how often to and fro", "", 8_000, 10, 500_000),
    "wakeups": Workload("wakeups", "waking a sleeper up", "how often it is woken up", "", 600, 10, 20_000),
    "heartbeat": Workload("heartbeat", "a heartbeat beside busy workers", "how long it beats", "ms", 240, 20, 20_000),
    "stretches": Workload("stretches", "watching the clock on a core", "how long they run", "ms", 200, 10, 20_000),
    "occupant": Workload("occupant", "wanting a share of a core", "how long it is wanted", "ms", 300, 20, 20_000),
    "errands": Workload("errands", "working a little, then waiting", "how often over", "", 1, 1, 10_000),
    "crowd": Workload(
        "crowd", "being many at once", "how many are alive at once", "", 10_000, 1, 100_000, lambda size: 20_000.0 * size
    ),
    "hand-overs": Workload("hand_overs", "handing the turn to and fro", "how often to and fro", "", 4_000, 10, 1_000_000),
    "stall": Workload("stall", "a heartbeat beside one long call", "how long the call takes", "ms", 150, 1, 10_000),
    "arguments": Workload("arguments", "changing one's argument", "how large the argument is", "KiB", 64, 0, 65_536),
    "speaking-order": Workload("speaking_order", "speaking in order, or not", "how many handfuls", "", 20, 1, 1_000),
    "grains": Workload("grains", "jobs of several lengths", "the longest job", "µs", 100_000, 10, 1_000_000),
    "messages": Workload(
        "messages", "sending messages", "the largest message", "KiB", 65_536, 1, 65_536, lambda size: 6_144.0 * size
    ),
    "ballast": Workload(
        "ballast", "forking with a ballast", "the parent's ballast", "MiB", 64, 0, 4_096, lambda size: 2.5e6 * size
    ),
    "footprints": Workload("footprints", "looking at one's memory", "how often", "", 1, 1, 1),
    "shared-bytes": Workload("shared_bytes", "writing where another looks", "how much is written", "bytes", 4_096, 1, 1_048_576),
    "sharing": Workload("sharing", "changing what may be shared", "to which byte of an open file it goes", "", 100, 1, 1_000_000),
    "making": Workload("making", "making a task under strace", "how often", "", 1, 1, 1),
    "instances": Workload("instances", "starting a program several times", "how many processes of it", "", 2, 2, 16),
    "partly-serial": Workload("partly_serial", "work that can be split in part", "units of work in all", "", 800, 1, 10_000_000),
    "interpreters": Workload("interpreters", "two threads each", "count primes below this", "", 120_000, 100, 50_000_000),
    "returning": Workload("returning", "returning numbers", "numbers that each returns", "", 300_000, 1, 5_000_000, _numbers),
    "cluster": Workload("cluster", "counting primes on a cluster", "count the primes below this", "", 250_000, 100, 50_000_000),
    "sharing-a-core": Workload("sharing_a_core", "computing side by side", "how long they compute", "ms", 500, 10, 20_000),
    "bytecode": Workload("bytecode", "compiling a loop to bytecode", "how often", "", 100, 1, 100_000),
    "unawaited": Workload("unawaited", "ending without waiting", "how long each would go on", "ms", 150, 0, 10_000),
    "graphics": Workload("graphics", "matrix products on a GPU", "rows of the matrices", "rows", 2_000, 16, 8_000, _floats),
}


class Language(NamedTuple):
    """What the program of ours in a language can do (``conclab/programs``): the same work under the same names."""

    label: str
    executors: Tuple[str, ...]
    workloads: Tuple[str, ...]


LANGUAGES: Dict[str, Language] = {
    "c": Language("C", ("sequential", "threads"), ("primes", "sharing-a-core")),
    "rust": Language("Rust", ("sequential", "threads"), ("primes", "sharing-a-core")),
    "go": Language("Go", ("goroutines",), ("primes", "greeting", "unawaited", "crowd")),
    "erlang": Language("Erlang", ("erlang-processes",), ("primes",)),
    "node": Language("Node", ("sequential",), ("primes",)),
}

"""What the terms of the glossary mean, by their names; a meaning marks other terms as all texts do (``glossary``)."""

from __future__ import annotations

TERMS: dict[str, str] = {
    "address space": (
        "The memory addresses that a {process} can use, and what lies behind each. Threads of a process share one; another "
        "process has another. See {thread} and {page}."
    ),
    "affinity": (
        "The set of {cores|core} that a thread may run on. Pinning a thread means that this set holds one core. See {scheduler}."
    ),
    "Amdahl's law": (
        "If a share p of the work can be split over n workers and the rest cannot, the {speed-up} is at most 1 / ((1 - p) + p / "
        "n). See {Karp-Flatt metric}."
    ),
    "bare worker": (
        "A thread or process that is made for one piece of work and ends with it, unlike one that a {pool} keeps for the next."
    ),
    "blocked": "It sleeps and waits for something: data, a timer, a lock. It wants no core. See {run queue} and {blocking call}.",
    "blocking call": (
        "A call that comes back only when something has happened; the thread sleeps until then, with everything that it "
        "carries. See {blocked} and {event loop}."
    ),
    "bytecode": (
        "What CPython compiles a program into: instructions of a machine that exists only in the {interpreter}. See {JIT compiler}."
    ),
    "clone": (
        "The Linux {system call} behind both {fork} and thread creation. Its flags say what the new {task} shares with its maker."
    ),
    "concurrency": (
        "Several tasks are under way in overlapping time: each begins before another has ended. They need not run at the same "
        "instant. See {parallelism}."
    ),
    "context switch": (
        "A core stops running one task and goes on with another. Voluntary: the task had to wait. Involuntary: the kernel took "
        "the core away. See {preemption} and {scheduler}."
    ),
    "control": (
        "The same arm run twice in each round. Compared with itself it must come out as 1.00; how far it is off shows how "
        "disturbed the run was. See {interval}."
    ),
    "copy-on-write": (
        "After a {fork} both processes share the same {pages|page}, read-only. Only when one of them writes to a page does the "
        "kernel copy that page."
    ),
    "core": (
        "A part of a processor that runs one task at an instant. What the kernel calls a CPU may be one of two hardware threads "
        "that share a core. See {scheduler}."
    ),
    "coroutine": (
        "A function that can stop in the middle and be continued later. It lives in user space: the kernel knows nothing of it. "
        "See {event loop} and {green thread}."
    ),
    "CPU-bound": "Work that would be done sooner on a faster core: it hardly ever waits for anything else. See {I/O-bound}.",
    "CPU quota": (
        "How many cores a control group (a container, say) may use on average. When it is used up, all its tasks must stop for "
        "the rest of the period. See {usable cores}."
    ),
    "daemon thread": "In Python: a {thread} that the interpreter does not wait for when the main thread ends.",
    "effective cores": (
        "Time on a core, summed over all workers, divided by the time that passed: how many cores were kept busy on average. "
        "See {parallelism} and {utilisation}."
    ),
    "event loop": (
        "A loop on one thread that continues whichever {coroutine} has something to go on with. While one of them computes or "
        "blocks, the others wait. See {blocking call}."
    ),
    "file descriptor": (
        "The number by which a process names an open file, pipe or socket. Behind it is an entry with the position in the file, "
        "which several may share. See {fork}."
    ),
    "fork": (
        "To make a process that is a copy of the one that asks. Memory is shared until someone writes; open files are shared "
        "with their position. See {copy-on-write}, {spawn} and {forkserver}."
    ),
    "forkserver": (
        "A start method of multiprocessing: a small clean process that {forks|fork} each worker, so that nothing of the parent "
        "is copied by accident. See {spawn}."
    ),
    "free-threaded build": (
        "A CPython without a {GIL} (PEP 703), such as 3.13t: its threads run Python code on several cores at once."
    ),
    "futex": (
        "The kernel's help for {locks|lock}: a thread that finds a lock taken sleeps in this call until it is woken up. See "
        "{blocked}."
    ),
    "GIL": (
        "The global interpreter lock of CPython: whoever runs Python code must hold it, so one thread at a time does. It is "
        "handed over when its holder waits, or every 5 ms when others want it. See {switch interval} and {free-threaded build}."
    ),
    "goroutine": "Go's {green thread}: cheap, and run by Go on as many kernel threads as there are cores.",
    "green thread": (
        "A thread that a program or its language manages by itself, in user space. The kernel sees only the kernel threads that "
        "carry them. See {coroutine}, {goroutine} and {native thread}."
    ),
    "I/O-bound": "Work that mostly waits: for the network, a disk, a person. A faster core would hardly help. See {CPU-bound}.",
    "interpreter": "A program that runs other programs, such as python3. The kernel sees it, and not the script. See {bytecode}.",
    "interval": (
        "Where the true value lies, 95 times in 100. A verdict needs all of it on one side of the threshold. See {control}."
    ),
    "IPC": (
        "Inter-process communication: what processes exchange by {pipes|pipe}, sockets, queues or {shared memory}. See {pickling}."
    ),
    "JIT compiler": "Compiles a program into machine code while it runs, as Node and PyPy do. See {bytecode}.",
    "Karp-Flatt metric": (
        "The serial share that a measured speed-up amounts to: (1/s - 1/n) / (1 - 1/n). When it grows with n, overhead grows. "
        "See {Amdahl's law}."
    ),
    "kernel": (
        "The core of the operating system: it shares out cores and memory and does what programs ask for by {system "
        "calls|system call}. See {scheduler}."
    ),
    "latency": "How long something takes from being asked for to being there. p99 is what 99 of 100 stay below. See {throughput}.",
    "lock": "Lets one at a time through; whoever comes meanwhile waits. See {race} and {futex}.",
    "native thread": "A thread that the kernel knows, schedules and can put on any core. See {green thread} and {task}.",
    "nice": (
        "How much a process steps back for others, -20 to 19. It is a weight, not a rank: each step is about a factor of 1.25. "
        "See {scheduler}."
    ),
    "overhead": "What is spent on splitting, starting, switching and collecting, and not on the work itself. See {speed-up}.",
    "page": (
        "The piece in which the kernel hands out memory, mostly 4 KiB. A page that is touched for the first time is fetched or "
        "made then: a page fault. See {copy-on-write} and {address space}."
    ),
    "parallelism": "Several tasks run at the same instant, on several cores. See {concurrency} and {effective cores}.",
    "pickling": (
        "Turning Python objects into bytes and back, as multiprocessing does with what it sends from one process to another. "
        "See {IPC}."
    ),
    "pid": "The number of a {process}. The kernel's name for it is tgid: the number of its first thread. See {tid}.",
    "pipe": (
        "A channel for bytes from one process to another, kept by the kernel. Bytes are copied in and copied out. See {IPC} and "
        "{shared memory}."
    ),
    "pool": "Workers that are made once and then given one piece of work after another. See {bare worker} and {overhead}.",
    "preemption": (
        "The kernel takes the core from a task that could have gone on, because others want it too. See {context switch} and "
        "{time slice}."
    ),
    "process": "A running instance of a program: an {address space}, open files, and at least one {thread}.",
    "PSS": (
        "Proportional set size: a process's memory, with each shared page divided by the number of those who share it. Sums of "
        "it count nothing twice. See {RSS}."
    ),
    "race": (
        "The result depends on who is faster. Without a {lock}, two that read, change and write the same thing can lose an update."
    ),
    "RSS": (
        "Resident set size: what a process has in RAM, shared pages counted in full. Sums of it count them several times. See "
        "{PSS}."
    ),
    "run queue": (
        "Where the kernel keeps tasks that could run and have no core. The time there is the run-queue delay: conclab's wants a "
        "core. See {scheduler} and {context switch}."
    ),
    "scheduler": (
        "The part of the kernel that decides which task runs on which core, and for how long. See {run queue} and {time slice}."
    ),
    "shared memory": (
        "Memory that several processes have in their address spaces at once. Nothing is copied, and nothing guards it. See "
        "{IPC} and {race}."
    ),
    "spawn": (
        "A start method of multiprocessing: a new interpreter is started, which imports what it needs and gets its arguments "
        "pickled. See {fork}, {forkserver} and {pickling}."
    ),
    "speed-up": (
        "How many times sooner the same work is done: the time of one worker divided by the time of several. See {effective "
        "cores} and {Amdahl's law}."
    ),
    "steal time": "Time in which this virtual machine wanted a core and the machine below gave it to another. See {usable cores}.",
    "switch interval": "How long a thread may keep the {GIL} while others want it: 5 ms unless a program sets something else.",
    "system call": (
        "A program asks the {kernel} to do something: read, write, make a task. A library call may lead to several, or to none. "
        "See {clone}."
    ),
    "task": (
        "What the Linux kernel schedules: a {thread}, whichever process it belongs to. Tasks may share memory, files and more, "
        "or nothing. See {clone}."
    ),
    "thread": (
        "A line of execution within a {process}, with a stack of its own. Threads of a process share its memory and files. See "
        "{task}."
    ),
    "throughput": "How much is done in a second. See {latency}.",
    "tid": "The number of a {thread}. The first thread of a process has the process's own number. See {pid}.",
    "time slice": "How long a task runs before the kernel lets another have the core. See {scheduler} and {preemption}.",
    "usable cores": "The least of the cores there are, those that the {affinity} allows, and the quota. See {CPU quota}.",
    "user space": (
        "Where programs run, as opposed to the {kernel}. What is managed there costs no system call, and the kernel does not "
        "see it. See {green thread}."
    ),
    "utilisation": "The share of the time in which a core, or any other resource, has something to do. See {effective cores}.",
}

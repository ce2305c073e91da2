"""A real trace of a Python with one thread that sleeps and releases a lock, as Linux 6.18 gave it: the descriptions (of the print
formats only the states are kept), the pages of two cores, and what the kernel itself printed of the same buffer."""

from __future__ import annotations

from base64 import b64decode
from zlib import decompress

from conclab.sampling.trace_pages import BORN, NEW, SWITCH, WAKEUP, WAKING

ROOT, CALLER = 29817, 29806
"""The Python, and the thread that started it."""
HEADER = """\
field: u64 timestamp;	offset:0;	size:8;	signed:0;
field: local_t commit;	offset:8;	size:8;	signed:1;
field: int overwrite;	offset:8;	size:1;	signed:1;
field: char data;	offset:16;	size:65520;	signed:0;
"""
_COMMON = """\
field:unsigned short common_type;	offset:0;	size:2;	signed:0;
field:unsigned char common_flags;	offset:2;	size:1;	signed:0;
field:unsigned char common_preempt_count;	offset:3;	size:1;	signed:0;
field:int common_pid;	offset:4;	size:4;	signed:1;
"""
"""What every event begins with."""
_SWITCHED = """\
field:char prev_comm[16];	offset:8;	size:16;	signed:0;
field:pid_t prev_pid;	offset:24;	size:4;	signed:1;
field:int prev_prio;	offset:28;	size:4;	signed:1;
field:long prev_state;	offset:32;	size:8;	signed:1;
field:char next_comm[16];	offset:40;	size:16;	signed:0;
field:pid_t next_pid;	offset:56;	size:4;	signed:1;
field:int next_prio;	offset:60;	size:4;	signed:1;
print fmt: { 0x00000001, "S" }
{ 0x00000002, "D" }
{ 0x00000004, "T" }
{ 0x00000008, "t" }
{ 0x00000010, "X" }
{ 0x00000020, "Z" }
{ 0x00000040, "P" }
{ 0x00000080, "I" }
"""
_WOKEN = """\
field:char comm[16];	offset:8;	size:16;	signed:0;
field:pid_t pid;	offset:24;	size:4;	signed:1;
field:int prio;	offset:28;	size:4;	signed:1;
field:int target_cpu;	offset:32;	size:4;	signed:1;
"""
"""The three kinds of being woken up are alike."""
_BORN = """\
field:pid_t pid;	offset:8;	size:4;	signed:1;
field:char comm[16];	offset:12;	size:16;	signed:0;
field:u64 clone_flags;	offset:32;	size:8;	signed:0;
field:short oom_score_adj;	offset:40;	size:2;	signed:1;
"""


def _described(name: str, number: int, fields: str) -> str:
    return f"name: {name}\nID: {number}\n{_COMMON}{fields}"


FORMATS = {
    SWITCH: _described("sched_switch", 372, _SWITCHED),
    WAKING: _described("sched_waking", 375, _WOKEN),
    WAKEUP: _described("sched_wakeup", 374, _WOKEN),
    NEW: _described("sched_wakeup_new", 373, _WOKEN),
    BORN: _described("task_newtask", 205, _BORN),
}
_PACKED = (
    (
        0,
        "eNoTM4xoMlZgYNBgZwADHiA+C8R5JQwMlUBcUFmSkZ/HgAocUbmZ21kZShkZmfKwqAeZUQGkGYG44CsTQwkOdXlQdUxQfrkhqh3lUPkN0gZMIDNAfFxqYA"
        "CXW162czOUMzKyVOJxBwhw2jEylDEyshJSd3K+EmM5oynYvKLk0viCotTU3IISsBw/A8L/L1eBzDNlJaTOQI0ZHE6VeMITlx9h7trAIkswrBkJhFPnvCdA"
        "f3Eyg/jlRqhhbYzs/0Mgf+myEFKXGQiUZ9TFal4FsjpO3OYhqxNoYyE6nHCZYxA4iRVkhjEetxMKp5cty9mB8c9MKF5XPmIDxT/BdCLAwES8v3DkAYHVE9"
        "hBZlQQCEN8/jqTvgBcFoD4VbjKAn5bFO5JN2ZwWYDN7VVI4XnhPeE0zkgo7mr+sVNaFkw4yUS8O3CVSercDJS6Y4MIO8XuOHngLTMwvzKVEUg3nMD0Bcxf"
        "zITUXeBiBbsJoc4Yrq6MSH91ruIBukmVYBnq+QKU51XZCKkzsCEcXwoEwsmAmZ1gfAkQKF9hAABJdwOR",
    ),
    (
        1,
        "eNoTP5LeZKzAwHCDiQEMBIC4hJGR6V8eA0NBZUlqcQkDHIDEKhBckHxGfh6CX1kCke9UM2UoZ2RkBvFzM9OLEksy8/P0DcFqRKFqGYE4cwojQxmjKgshdR"
        "fiGcFuAqnDZSdYIQNucyZc2ydFyF+MOPxVBbVjQ4IC2B1VJbjVwMwoN2RAAUZQ+UyXy6zljJxMRgTMOHkNFDa6zITUCWixgt0EUofLTgYC/uJ8wASKL6z+"
        "qkQyI/M6G9BNjMyE1HX6cBBnXgMrUeYZMIgRDHcBhB/xplkAlVRzsA==",
    ),
)
PAGES = [(core, decompress(b64decode(text))) for core, text in _PACKED]
PRINTED = """\
35405.602239 0 task_newtask 29817 by 29806 4100
35405.602250 0 sched_wakeup_new 29817 by 29806 .
35405.602257 0 sched_switch 29806 D 29815
35405.603259 1 sched_switch 28414 R 29817
35405.603368 1 sched_waking 21 by 29817 .
35405.603372 1 sched_wakeup 21 by 29817 .
35405.603374 1 sched_switch 29817 R+ 21
35405.603404 0 sched_switch 29815 R 29817
35405.603427 0 sched_waking 29806 by 29817 .
35405.603430 0 sched_wakeup 29806 by 29817 .
35405.604025 0 sched_waking 15 by 29817 s
35405.604028 0 sched_wakeup 15 by 29817 s
35405.604035 0 sched_switch 29817 R 29806
35405.604094 0 sched_switch 29806 S 29817
35405.605087 0 sched_waking 29747 by 29817 h
35405.605090 0 sched_wakeup 29747 by 29817 h
35405.605091 0 sched_waking 29816 by 29817 h
35405.605093 0 sched_wakeup 29816 by 29817 h
35405.605102 0 sched_switch 29817 R 29816
35405.608024 0 sched_switch 29747 S 29817
35405.612037 0 sched_waking 15 by 29817 s
35405.612051 0 sched_wakeup 15 by 29817 s
35405.612055 0 sched_switch 29817 R 29815
35405.616021 0 sched_switch 29816 R 29817
35405.616350 0 task_newtask 29818 by 29817 3d0f00
35405.616356 0 sched_wakeup_new 29818 by 29817 .
35405.616364 0 sched_switch 29817 S 29816
35405.617397 1 sched_switch 28414 S 29818
35405.617463 1 sched_switch 29818 S 29746
35405.620517 1 sched_waking 29818 by 29746 h
35405.620521 1 sched_wakeup 29818 by 29746 h
35405.620531 1 sched_switch 29746 R 29818
35405.620537 1 sched_waking 29817 by 29818 .
35405.620551 1 sched_wakeup 29817 by 29818 .
35405.620556 0 sched_switch 29815 R 29817
35405.620561 0 sched_switch 29817 S 29815
35405.620568 1 sched_waking 29817 by 29818 .
35405.620580 1 sched_wakeup 29817 by 29818 .
35405.620584 0 sched_switch 29815 R 29817
35405.620599 0 sched_switch 29817 S 29815
35405.620625 1 sched_switch 29818 X 28414
35405.622658 0 sched_waking 29817 by 29814 h
35405.622663 0 sched_wakeup 29817 by 29814 h
35405.622673 0 sched_switch 29814 R 29817
35405.624272 0 sched_waking 29806 by 29817 .
35405.624276 0 sched_wakeup 29806 by 29817 .
35405.624280 0 sched_switch 29817 Z 29815
35405.624294 0 sched_switch 29815 X 29806
"""
"""Seconds, core, event; who is switched away, in what state, for whom; or who is born or woken up, by whom, and the flags of
clone(2) or the third of the flags (h: in an interrupt, s: in a soft one)."""

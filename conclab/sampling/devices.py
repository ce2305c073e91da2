"""Network, disks and GPUs: what they have moved, and how busy they are.

/proc/net/dev and /proc/diskstats are read here rather than by psutil: 27 µs for both with parsing, against 81.
"""

from __future__ import annotations

import glob
import os
import threading
import time
from collections.abc import Callable
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from conclab.model.surroundings import Compressed, Disk, Gpu, Interface
from conclab.model.text import harmless
from conclab.sampling import machine_text
from conclab.sampling.files import read

_VIRTUAL_NETS = ("lo", "ifb", "veth", "docker", "br-", "virbr", "dummy", "tun", "tap", "vnet", "bond", "team", "wg")
_VIRTUAL_DISKS = ("loop", "ram", "zram", "dm-", "md", "sr", "fd", "nbd")


class Devices:
    """Network interfaces and disks, told apart once, at first sight: what is real and what only passes bytes on."""

    def __init__(self) -> None:
        self._nets: dict[str, bool] = {}
        self._disks: dict[str, bool] = {}

    def interfaces(self) -> tuple[Interface, ...] | None:
        """None where /proc does not tell. The total is that of real cards; where there is none (a container), of what looks
        like one."""
        text = read("/proc/net/dev")
        if text is None:
            return None
        found = machine_text.interfaces(text)
        for name, _received, _sent in found:
            if name not in self._nets:
                self._nets[name] = os.path.exists(f"/sys/class/net/{name}/device")
        real = any(self._nets[name] for name, _received, _sent in found)
        return tuple(
            Interface(harmless(name), received, sent, counted=self._nets[name] if real else not name.startswith(_VIRTUAL_NETS))
            for name, received, sent in found
        )

    def disks(self) -> tuple[Disk, ...] | None:
        """Physical ones; None where /proc does not tell."""
        text = read("/proc/diskstats")
        if text is None:
            return None
        found = machine_text.disks(text)
        for disk in found:
            if disk.name not in self._disks:
                # A whole disk has a folder of its own in /sys/block (slashes in names become exclamation marks), a real one
                # a device behind it.
                folder = f"/sys/block/{disk.name.replace('/', '!')}"
                self._disks[disk.name] = not disk.name.startswith(_VIRTUAL_DISKS) and os.path.exists(f"{folder}/device")
        return tuple(disk for disk in found if self._disks[disk.name])


class Swapped:
    """Compressed memory: zswap, and the zram devices that there were at the start."""

    def __init__(self) -> None:
        self._zrams = [path for path in glob.glob("/sys/block/zram*/mm_stat") if self._in_use(path)]

    @staticmethod
    def _in_use(path: str) -> bool:
        return machine_text.number(read(os.path.join(os.path.dirname(path), "disksize"))) not in (None, 0)

    def read(self, memory: dict[str, int]) -> Compressed | None:
        """``memory``: meminfo. None when nothing is compressed."""
        original, compressed = memory.get("Zswapped", 0), memory.get("Zswap", 0)
        for path in self._zrams:
            fields = (read(path) or b"").split()  # orig_data_size compr_data_size …: admin-guide/blockdev/zram.rst
            if len(fields) >= 2 and fields[0].isdigit() and fields[1].isdigit():
                original, compressed = original + int(fields[0]), compressed + int(fields[1])
        return Compressed(original, compressed) if original else None


_NVIDIA = "/proc/driver/nvidia/gpus"
_DRM = "/sys/class/drm/card*/device/gpu_busy_percent"


def count_gpus() -> int:
    """How many GPUs can be asked: NVIDIA's when the library is there, others whose driver tells it in /sys."""
    nvidia = len(glob.glob(f"{_NVIDIA}/*")) if find_spec("pynvml") is not None else 0
    return nvidia + len(glob.glob(_DRM))


class GpuWatch:
    """Asks the GPUs once a second, in a thread of its own: a driver may take its time (waking a sleeping GPU takes seconds), and
    nobody should wait for it. It begins at the first look, and only where there is a GPU. One that fails is not asked again."""

    EVERY_S = 1.0

    def __init__(self, open_nvidia: Callable[[], list[Callable[[], Gpu]]] | None = None) -> None:
        self._open_nvidia = open_nvidia or _open_nvidia
        self._latest: tuple[Gpu, ...] = ()
        self._thread: threading.Thread | None = None
        self._cards = sorted(glob.glob(_DRM))
        self._wanted_at = 0.0

    def look(self) -> tuple[Gpu, ...]:
        """The latest answers; empty before the first and where there is none."""
        self._wanted_at = time.monotonic()
        if self._thread is None and (self._cards or os.path.isdir(_NVIDIA)):
            self._thread = threading.Thread(target=self._ask_on, name="gpus", daemon=True)
            self._thread.start()
        return self._latest

    def _ask_on(self) -> None:
        """Until nobody has looked for a while; the next look begins anew."""
        ask: list[Callable[[], Gpu]] = [partial(_drm, card) for card in self._cards]
        ask += self._open_nvidia()
        while ask and time.monotonic() - self._wanted_at < 5 * self.EVERY_S:
            found = []
            for one in list(ask):
                try:
                    found.append(one())
                except Exception:  # noqa: BLE001 - whatever a driver's library raises, the monitor goes on without it
                    ask.remove(one)
            self._latest = tuple(found)
            time.sleep(self.EVERY_S)
        self._latest = ()
        self._thread = None if ask else self._thread


def _drm(path: str) -> Gpu:
    """AMD's driver, and others that took over its files: Documentation/gpu/amdgpu/thermal.rst. A sleeping card is left asleep."""
    folder = os.path.dirname(path)
    card = os.path.basename(os.path.dirname(folder))
    asleep = (read(os.path.join(folder, "power/runtime_status")) or b"").strip() == b"suspended"
    busy = 0 if asleep else machine_text.number(read(path))
    used, total = (machine_text.number(read(os.path.join(folder, f"mem_info_vram_{what}"))) for what in ("used", "total"))
    return Gpu(card, None if busy is None else busy / 100, used, total)


def _open_nvidia() -> list[Callable[[], Gpu]]:
    """A question for each of NVIDIA's GPUs, through the library nvidia-ml-py; none where it is missing or its driver fails."""
    try:
        nvml = import_module("pynvml")
        nvml.nvmlInit()
        return [_nvidia(nvml, nvml.nvmlDeviceGetHandleByIndex(number)) for number in range(nvml.nvmlDeviceGetCount())]
    except Exception:  # noqa: BLE001 - not installed, no driver, no permission: then there is no row for them
        return []


def _nvidia(nvml: Any, handle: Any) -> Callable[[], Gpu]:
    name = nvml.nvmlDeviceGetName(handle)
    name = harmless(name.decode(errors="replace") if isinstance(name, bytes) else str(name)).removeprefix("NVIDIA ")

    def ask() -> Gpu:
        memory = nvml.nvmlDeviceGetMemoryInfo(handle)
        try:
            busy = nvml.nvmlDeviceGetUtilizationRates(handle).gpu / 100
        except nvml.NVMLError:  # split into MIG instances: it tells its memory, not how busy it is
            busy = None
        return Gpu(name, busy, int(memory.used), int(memory.total))

    return ask

"""Network, disks and GPUs: what counts into a total, and that a driver that fails or hangs holds nobody up."""

from __future__ import annotations

import glob
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from conclab.model.surroundings import Compressed, Gpu
from conclab.sampling import devices
from conclab.sampling.devices import Devices, GpuWatch, Swapped
from tests.sampling.builders import LINUX, tried


def _told(monkeypatch: pytest.MonkeyPatch, text: bytes, real: tuple[str, ...]) -> None:
    monkeypatch.setattr(devices, "read", lambda _path: text)
    monkeypatch.setattr(os.path, "exists", lambda path: path.split("/")[-2] in real)


def _net(*names: str) -> bytes:
    return b"".join(f"{name}: 1{' 0' * 7} 2{' 0' * 7}\n".encode() for name in names)


@pytest.mark.parametrize(
    ("names", "real", "counted"),
    [
        (("lo", "eth0", "docker0", "veth12"), ("eth0",), ["eth0"]),
        (("lo", "eth0", "wlan0", "tun0"), ("eth0", "wlan0"), ["eth0", "wlan0"]),
        (("lo", "eth0", "tun0"), (), ["eth0"]),
        (("lo",), (), []),
    ],
)
def test_only_real_cards_count_or_what_looks_like_one_in_a_container(
    names: tuple[str, ...], real: tuple[str, ...], counted: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _told(monkeypatch, _net(*names), real)
    found = Devices().interfaces()
    assert found is not None
    assert [one.name for one in found] == list(names)
    assert [one.name for one in found if one.counted] == counted


def test_partitions_and_what_is_built_on_disks_are_not_counted_again(monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("loop0", "ram0", "nvme0n1", "nvme0n1p1", "sda", "sda1", "dm-0", "md0", "zram0", "sr0")
    text = b"".join(f"8 0 {name} 1 0 2 0 3 0 4 0 0 5 0\n".encode() for name in names)
    _told(monkeypatch, text, ("nvme0n1", "sda", "sr0"))
    found = Devices().disks()
    assert found is not None
    assert [disk.name for disk in found] == ["nvme0n1", "sda"]


@LINUX
def test_this_machines_bytes_lie_between_two_readings_of_psutil() -> None:
    before, found, after = psutil.net_io_counters(pernic=True), Devices().interfaces(), psutil.net_io_counters(pernic=True)
    assert {one.name for one in found or ()} == set(after)
    for one in found or ():
        assert before[one.name].bytes_recv <= one.received_bytes <= after[one.name].bytes_recv
        assert before[one.name].bytes_sent <= one.sent_bytes <= after[one.name].bytes_sent
    written, disks, later = psutil.disk_io_counters(perdisk=True), Devices().disks(), psutil.disk_io_counters(perdisk=True)
    for disk in disks or ():
        assert written[disk.name].write_bytes <= disk.written_bytes <= later[disk.name].write_bytes
        assert Path(f"/sys/block/{disk.name}").exists()


def test_compressed_memory_is_that_of_zswap_and_zram_together(monkeypatch: pytest.MonkeyPatch) -> None:
    files = {
        "/sys/block/zram0/mm_stat": b"  4096   1024  2048 0\n",
        "/sys/block/zram0/disksize": b"8192\n",
        "/sys/block/zram1/disksize": b"0\n",
    }
    monkeypatch.setattr(devices, "read", files.get)
    monkeypatch.setattr(glob, "glob", lambda _pattern: ["/sys/block/zram0/mm_stat", "/sys/block/zram1/mm_stat"])
    assert Swapped().read({"Zswap": 100, "Zswapped": 300}) == Compressed(4396, 1124)
    monkeypatch.setattr(glob, "glob", lambda _pattern: [])
    assert Swapped().read({"Zswap": 0, "Zswapped": 0}) is None


class _NvmlError(Exception):
    pass


def _nvml(**more: object) -> SimpleNamespace:
    """The library nvidia-ml-py, with two GPUs, one of them split so that it does not tell how busy it is."""

    def rates(handle: int) -> SimpleNamespace:
        if handle == 1:
            raise _NvmlError("not supported")
        return SimpleNamespace(gpu=37, memory=5)

    found = SimpleNamespace(
        NVMLError=_NvmlError,
        nvmlInit=lambda: None,
        nvmlDeviceGetCount=lambda: 2,
        nvmlDeviceGetHandleByIndex=lambda number: number,
        nvmlDeviceGetName=lambda handle: b"NVIDIA H200" if handle == 0 else "NVIDIA \x1b[31mred",
        nvmlDeviceGetMemoryInfo=lambda _handle: SimpleNamespace(used=3, total=10),
        nvmlDeviceGetUtilizationRates=rates,
    )
    found.__dict__.update(more)
    return found


def _with_driver(monkeypatch: pytest.MonkeyPatch, library: object) -> None:
    monkeypatch.setitem(sys.modules, "pynvml", library)
    monkeypatch.setattr(os.path, "isdir", lambda path: path == devices._NVIDIA)
    monkeypatch.setattr(GpuWatch, "EVERY_S", 0.01)


def test_nvidias_gpus_are_asked_through_their_library(monkeypatch: pytest.MonkeyPatch) -> None:
    _with_driver(monkeypatch, _nvml())
    watch = GpuWatch()
    found = tried(lambda: watch.look() or None)
    assert found == (Gpu("H200", 0.37, 3, 10), Gpu("␛[31mred", None, 3, 10))


@pytest.mark.parametrize("broken", ["nvmlInit", "nvmlDeviceGetCount"])
def test_a_driver_that_fails_is_not_asked_again(broken: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def fails() -> None:
        asked.append(broken)
        raise _NvmlError("driver/library version mismatch")

    _with_driver(monkeypatch, _nvml(**{broken: fails}))
    watch = GpuWatch()
    tried(lambda: watch.look() or asked or None)
    assert watch._thread is not None
    watch._thread.join(5)
    assert [watch.look() for _ in range(3)] == [(), (), ()]
    assert len(asked) == 1


def test_a_gpu_that_falls_off_the_bus_is_left_out_from_then_on(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([SimpleNamespace(used=1, total=2)])
    _with_driver(monkeypatch, _nvml(nvmlDeviceGetCount=lambda: 1, nvmlDeviceGetMemoryInfo=lambda _handle: next(answers)))
    watch = GpuWatch()
    assert tried(lambda: watch.look() or None) == (Gpu("H200", 0.37, 1, 2),)
    assert tried(lambda: watch.look() == () or None)


def test_nobody_waits_for_a_driver_that_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    wakes, asked = threading.Event(), threading.Event()

    def open_slowly() -> list[Callable[[], Gpu]]:
        asked.set()
        wakes.wait(20)
        return []

    _with_driver(monkeypatch, None)
    watch = GpuWatch(open_slowly)
    assert watch.look() == ()
    assert asked.wait(20)
    assert watch.look() == (), "it answers while the driver does not"
    wakes.set()
    assert watch._thread is not None
    watch._thread.join(20)


def test_nobody_asks_on_when_nobody_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    _with_driver(monkeypatch, _nvml())
    watch = GpuWatch()
    tried(lambda: watch.look() or None)
    thread = watch._thread
    assert thread is not None
    thread.join(20)
    assert not thread.is_alive()
    assert tried(lambda: watch.look() or None), "and begins anew when somebody does"


def test_without_a_gpu_there_is_no_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os.path, "isdir", lambda _path: False)
    watch = GpuWatch()
    before = threading.active_count()
    assert watch.look() == ()
    assert threading.active_count() == before


def test_an_amd_card_tells_in_sys_and_is_not_woken(monkeypatch: pytest.MonkeyPatch) -> None:
    folder = "/sys/class/drm/card1/device"
    files = {
        f"{folder}/gpu_busy_percent": b"64\n",
        f"{folder}/mem_info_vram_used": b"5\n",
        f"{folder}/mem_info_vram_total": b"8\n",
        f"{folder}/power/runtime_status": b"active\n",
    }
    asked: list[str] = []

    def read(path: str) -> bytes | None:
        asked.append(path)
        return files.get(path)

    monkeypatch.setattr(devices, "read", read)
    assert devices._drm(f"{folder}/gpu_busy_percent") == Gpu("card1", 0.64, 5, 8)
    files[f"{folder}/power/runtime_status"] = b"suspended\n"
    asked.clear()
    assert devices._drm(f"{folder}/gpu_busy_percent").busy == 0
    assert f"{folder}/gpu_busy_percent" not in asked


def test_gpus_are_counted_without_asking_a_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(glob, "glob", lambda pattern: ["a", "b"] if pattern.startswith(devices._NVIDIA) else ["c"])
    monkeypatch.setattr(devices, "find_spec", lambda _name: None)
    assert devices.count_gpus() == 1, "without the library NVIDIA's do not answer"
    monkeypatch.setattr(devices, "find_spec", lambda _name: object())
    assert devices.count_gpus() == 3

"""The same matrix products on one core and on a GPU, by whichever library for it is there: torch or cupy.

The GPU is warmed up first, because its kernels are loaded when they are used for the first time. It computes on its own: only
when all of it has been waited for is it done. Copying the matrices there and the product back is part of its price.
"""

from __future__ import annotations

import glob
import importlib
import importlib.util
import os
import time
from typing import Any, Callable, Dict, Iterator, List, NamedTuple, Optional

NOT_ON = dict.fromkeys(("threads", "fork", "forkserver", "spawn", "asyncio"), "one GPU is measured against one core")


class Library(NamedTuple):
    """A product on one core, and the same one there and back on the GPU."""

    gpu: str
    on_core: Callable[[], Any]
    on_gpu: Callable[[], Any]


def _torch(rows: int) -> Optional[Library]:
    torch = importlib.import_module("torch")
    if not torch.cuda.is_available():
        return None
    torch.set_num_threads(1)
    left, right = torch.rand(rows, rows), torch.rand(rows, rows)
    return Library(torch.cuda.get_device_name(0), lambda: left @ right, lambda: (left.cuda() @ right.cuda()).cpu())


def _cupy(rows: int) -> Optional[Library]:
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):  # read when numpy is loaded
        os.environ[name] = "1"
    cupy, numpy = importlib.import_module("cupy"), importlib.import_module("numpy")
    if not cupy.cuda.runtime.getDeviceCount():
        return None
    left, right = (numpy.random.rand(rows, rows).astype("float32") for _ in range(2))
    model = cupy.cuda.runtime.getDeviceProperties(0)["name"].decode()
    return Library(model, lambda: left @ right, lambda: cupy.asnumpy(cupy.asarray(left) @ cupy.asarray(right)))


LIBRARIES = {"torch": _torch, "cupy": _cupy}


VENDORS = {"0x10de": "NVIDIA", "0x1002": "AMD"}
"""PCI vendors of GPUs that these libraries can use (pci.ids)."""


def seen() -> List[str]:
    """The GPUs that Linux shows, by the model that NVIDIA's driver tells, or by vendor; a card that only shows pictures is none."""
    models = [
        line.partition(":")[2].strip()
        for text in _texts("/proc/driver/nvidia/gpus/*/information")
        for line in text.splitlines()
        if line.startswith("Model:")
    ]
    vendors = [VENDORS[text.strip()] for text in _texts("/sys/class/drm/card?/device/vendor") if text.strip() in VENDORS]
    return models or vendors


def _texts(pattern: str) -> Iterator[str]:
    for path in sorted(glob.glob(pattern)):
        try:
            with open(path) as file:
                yield file.read()
        except OSError:
            continue


def missing(arguments: Dict[str, Any]) -> Optional[str]:
    here = seen()
    names = [name for name in LIBRARIES if importlib.util.find_spec(name) is not None]
    if names:
        return None if _library(arguments["size"]) else "%s finds no GPU here" % " and ".join(names)
    if here:
        return "there is one (%s), and this Python has nothing to reach it with; install torch or cupy into it" % ", ".join(here)
    return "none is to be seen here; where there is one, install torch or cupy into this Python"


def _library(rows: int) -> Optional[Library]:
    """The first library that finds a GPU. What such a library raises without one is its own affair: then it finds none."""
    for name, make in LIBRARIES.items():
        if importlib.util.find_spec(name) is None:
            continue
        try:
            found = make(rows)
        except Exception:  # noqa: BLE001 a driver that is missing or too old is told in many ways
            continue
        if found is not None:
            return found
    return None


def _took_ns(product: Callable[[], Any], times: int) -> int:
    began_ns = time.perf_counter_ns()
    for _ in range(times):
        product()
    return (time.perf_counter_ns() - began_ns) // times


def prepare(arguments: Dict[str, Any], _tools: Any) -> Dict[str, Any]:
    library = _library(arguments["size"])
    if library is None:
        raise RuntimeError("the GPU is not there any more")
    library.on_gpu()
    return {"library": library}


def task(state: Dict[str, Any], arguments: Dict[str, Any], _index: int) -> str:
    library: Library = state["library"]
    state["core_ns"], state["gpu_ns"] = _took_ns(library.on_core, 1), _took_ns(library.on_gpu, 5)
    print(f"a product of {arguments['size']:,} rows: {state['core_ns'] / 1e6:,.1f} ms on a core, ", end="")
    print(f"{state['gpu_ns'] / 1e6:,.1f} ms on {library.gpu}")
    return library.gpu


def combine(results: List[str]) -> str:
    """The GPU's name."""
    return results[0]


def conclude(state: Dict[str, Any], _arguments: Dict[str, Any]) -> Dict[str, Any]:
    return {"core_ns": (state["core_ns"], "ns"), "gpu_ns": (state["gpu_ns"], "ns")}

"""Counting primes on a Dask cluster: a LocalCluster, whose workers are processes of this machine, reached as other hosts would be.

The cluster is started before the clock is and shut down after it has stopped. Every call gets ``pure=False``: Dask would else take
equal calls for one and compute it once (Dask's documentation, "Futures").
"""

from __future__ import annotations

import importlib
import importlib.util
from typing import Any, Dict, List, NamedTuple, Optional

from workloads.primes import count_below

NOT_ON = dict.fromkeys(("threads", "fork", "forkserver", "spawn", "asyncio"), "the cluster has workers of its own")
PATIENCE_S = 20


class State(NamedTuple):
    """The cluster and a client of it."""

    cluster: Any
    client: Any


def missing(_arguments: Dict[str, Any]) -> Optional[str]:
    if importlib.util.find_spec("distributed") is None:
        return "this Python has no Dask; pip install 'conclab[cluster]', or distributed, into it"
    return None


def prepare(arguments: Dict[str, Any], _tools: Any) -> State:
    distributed = importlib.import_module("distributed")
    cluster = distributed.LocalCluster(
        n_workers=arguments["workers"],
        threads_per_worker=1,
        processes=True,
        host="127.0.0.1",
        dashboard_address=None,
        silence_logs=50,
    )
    client = distributed.Client(cluster)
    client.wait_for_workers(arguments["workers"], timeout=PATIENCE_S)
    client.gather(client.map(count_below, [10] * arguments["workers"], pure=False))  # the code is there before the clock runs
    return State(cluster, client)


def task(state: State, arguments: Dict[str, Any], _index: int) -> int:
    calls = state.client.map(count_below, [arguments["size"]] * arguments["calls"], pure=False)
    found = state.client.gather(calls)
    print(f"{len(found)} calls on {len(state.client.scheduler_info()['workers'])} workers, each at an address of its own")
    return sum(found)


def combine(results: List[int]) -> int:
    return sum(results)


def conclude(state: State, _arguments: Dict[str, Any]) -> Dict[str, Any]:
    state.client.close()
    state.cluster.close()
    return {}

"""What limits a control group, from canned files of both versions."""

from __future__ import annotations

from conclab.model.details import Fact
from conclab.sampling.details_cgroup import facts_of

V2 = {"": "/shop.slice/shop.service"}
V1 = {"cpu": "/docker/12ab", "memory": "/docker/12ab", "pids": "/docker/12ab"}


def facts(paths: dict[str, str], files: dict[str, bytes]) -> dict[str, Fact]:
    return {fact.name: fact for fact in facts_of(paths, lambda path: files.get(path.removeprefix("/sys/fs/cgroup")))}


def test_the_tightest_quota_on_the_way_up_counts_and_says_who_set_it() -> None:
    files = {"/shop.slice/shop.service/cpu.max": b"max 100000\n", "/shop.slice/cpu.max": b"50000 100000\n"}
    quota = facts(V2, files)["CPU quota"]
    assert (quota.value, quota.why) == ("0.5 cores", "set by the group above, shop.slice")
    files["/shop.slice/shop.service/cpu.max"] = b"25000 100000\n"
    assert facts(V2, files)["CPU quota"] == Fact("CPU quota", "0.25 cores")


def test_no_quota_is_none_and_what_is_not_told_is_blank() -> None:
    assert facts(V2, {"/shop.slice/shop.service/cpu.max": b"max 100000\n"})["CPU quota"].value == "none"
    untold = facts(V2, {})["CPU quota"]
    assert (untold.value, bool(untold.why)) == ("", True)


def test_being_held_back_is_alarming() -> None:
    stat = b"usage_usec 61000000\nnr_periods 200\nnr_throttled 50\nthrottled_usec 2500000\n"
    found = facts(V2, {"/shop.slice/shop.service/cpu.stat": stat})
    assert found["CPU used"].value == "1:01.00"
    assert found["held back"] == Fact("held back", "50 of 200 periods, 2.50 s in all", found["held back"].why, alarming=True)
    calm = facts(V2, {"/shop.slice/shop.service/cpu.stat": b"nr_periods 200\nnr_throttled 0\nthrottled_usec 0\n"})
    assert (calm["held back"].value, calm["held back"].alarming) == ("0 of 200 periods", False)


def test_memory_near_its_limit_is_alarming() -> None:
    files = {"/shop.slice/shop.service/memory.current": b"970000000\n", "/shop.slice/memory.max": b"1000000000\n"}
    files["/shop.slice/shop.service/memory.max"] = b"max\n"
    memory = facts(V2, files)["memory"]
    assert (memory.value, memory.alarming) == ("925M, 954M allowed", True)
    files["/shop.slice/shop.service/memory.current"] = b"100000000\n"
    assert not facts(V2, files)["memory"].alarming


def test_version_1_has_other_names_and_its_own_words_for_no_limit() -> None:
    files = {
        "/cpu/docker/12ab/cpu.cfs_quota_us": b"150000\n",
        "/cpu/docker/12ab/cpu.cfs_period_us": b"100000\n",
        "/cpu/docker/12ab/cpu.stat": b"nr_periods 10\nnr_throttled 2\nthrottled_time 30000000\n",
        "/memory/docker/12ab/memory.usage_in_bytes": b"104857600\n",
        "/memory/docker/12ab/memory.limit_in_bytes": b"9223372036854771712\n",
    }
    found = facts(V1, files)
    assert found["group"].value == "/docker/12ab"
    assert found["CPU quota"].value == "1.5 cores"
    assert found["held back"].value == "2 of 10 periods, 30.0 ms in all"
    assert found["memory"].value == "100M, no limit"
    assert facts(V1, {**files, "/cpu/docker/12ab/cpu.cfs_quota_us": b"-1\n"})["CPU quota"].value == "none"


def test_where_version_1_shares_a_mount_with_another_controller_ones_own_quota_is_not_anothers() -> None:
    files = {"/cpu,cpuacct/docker/12ab/cpu.cfs_quota_us": b"50000\n", "/cpu,cpuacct/docker/12ab/cpu.cfs_period_us": b"100000\n"}
    assert facts(V1, files)["CPU quota"] == Fact("CPU quota", "0.5 cores")


def test_of_equal_quotas_the_nearest_is_named() -> None:
    files = {"/shop.slice/shop.service/cpu.max": b"50000 100000\n", "/shop.slice/cpu.max": b"50000 100000\n"}
    assert facts(V2, files)["CPU quota"] == Fact("CPU quota", "0.5 cores")

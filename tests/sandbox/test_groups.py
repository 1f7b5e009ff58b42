"""Limits of a cluster, as the machine's control groups are told them and tell them."""

import pytest

from sandbox.cluster import groups
from sandbox.cluster.specification import Limits
from sandbox.faults import SandboxError

NAME = "mizan-some-1"


@pytest.fixture
def controllers(tmp_path, monkeypatch):
    """A machine's controllers, which make their own files in real groups."""
    monkeypatch.setattr(groups, "ROOT", tmp_path)
    for controller in ("cpu", "cpuacct", "memory", "pids"):
        (tmp_path / controller).mkdir()
        (tmp_path / controller / "cgroup.procs").touch()
    return tmp_path


def test_limits_hold_for_programs_and_pods_together(controllers):
    groups.make(NAME, Limits(cpus=2, memory_gib=8))
    assert groups.cpus(NAME) == 2
    limit = (controllers / "memory" / NAME / "memory.limit_in_bytes").read_text()
    assert int(limit) == 8 * 2**30
    for controller in groups.COUNTING:
        assert (controllers / controller / NAME / groups.PROGRAMS).is_dir()


def test_a_cluster_without_limits_gets_its_groups_and_none_for_programs(controllers):
    groups.make(NAME, None)
    assert (controllers / "pids" / NAME).is_dir()
    assert not (controllers / "memory" / NAME / groups.PROGRAMS).exists()
    assert not (controllers / "memory" / NAME / "memory.limit_in_bytes").exists()


def test_limits_that_the_machine_cannot_hold_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(groups, "ROOT", tmp_path)
    with pytest.raises(SandboxError, match="control groups cpu, memory, cpuacct of version 1"):
        groups.make(NAME, Limits(cpus=2, memory_gib=8))


def test_files_that_are_not_in_use_are_not_counted_and_every_kill_is(controllers):
    group = controllers / "memory" / NAME
    (group / "kubepods").mkdir(parents=True)
    (group / "memory.usage_in_bytes").write_text("5000\n")
    (group / "memory.limit_in_bytes").write_text("8000\n")
    (group / "memory.stat").write_text("cache 3000\ntotal_inactive_file 1200\n")
    for folder, kills in ((group, 1), (group / "kubepods", 2)):
        (folder / "memory.oom_control").write_text(f"oom_kill_disable 0\noom_kill {kills}\n")
    assert groups.memory(NAME) == groups.Memory(limit=8000, working=3800, kills=3)

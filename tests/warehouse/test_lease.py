"""One writer: a living holder is named and refused at once; a dead holder's child is waited for."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from warehouse import lease

HOLDER = """
import subprocess, sys, time
from pathlib import Path
from warehouse import lease
with lease.hold(Path(sys.argv[1]), "r1", "load") as descriptor:
    child = subprocess.Popen([sys.executable, "-c", f"import time; time.sleep({sys.argv[2]})"], pass_fds=(descriptor,))
    print("held", flush=True)
    time.sleep(60)
"""


def start_holder(file: Path, child_seconds: float) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(file), str(child_seconds)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_a_living_holder_is_named_and_not_waited_for(tmp_path: Path) -> None:
    process = start_holder(tmp_path / "lease", 0)
    try:
        started = time.monotonic()
        with (
            pytest.raises(lease.LeaseHeld, match=rf"held by run r1 \(step load, process {process.pid} "),
            lease.hold(tmp_path / "lease", "r2", "load"),
        ):
            pass
        assert time.monotonic() - started < 5
        holder = lease.holder(tmp_path / "lease")
        assert holder is not None
        assert holder["run_id"] == "r1"
    finally:
        process.kill()
        process.wait()


def test_the_child_of_a_killed_holder_keeps_the_lease_until_it_ends(tmp_path: Path) -> None:
    process = start_holder(tmp_path / "lease", 1.5)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    said: list[str] = []
    started = time.monotonic()
    with lease.hold(tmp_path / "lease", "r2", "load", say=said.append):
        waited = time.monotonic() - started
    assert waited > 0.5
    assert "that process is gone, waiting for its dbt to end" in said[0]


def test_an_orphan_that_never_ends_is_not_waited_for_for_ever(tmp_path: Path) -> None:
    process = start_holder(tmp_path / "lease", 20)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    with (
        pytest.raises(lease.LeaseHeld, match="run r1"),
        lease.hold(tmp_path / "lease", "r2", "load", orphan_wait_s=0.5),
    ):
        pass


def test_the_lease_is_free_after_its_block(tmp_path: Path) -> None:
    with lease.hold(tmp_path / "lease", "r1", "load"):
        assert lease.holder(tmp_path / "lease") is not None
    assert lease.holder(tmp_path / "lease") is None
    with lease.hold(tmp_path / "lease", "r2", "load"):
        pass

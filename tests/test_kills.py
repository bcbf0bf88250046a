"""SIGKILL at every step of a refresh: the next run ends in the checksum of an undisturbed one.

A home with one published night and a second night's files waiting is made once and copied for each kill.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import feed
from tests.night import checksum, start, yilian
from tests.test_scenarios import FIRST_NIGHT, SECOND_NIGHT

PATIENCE_S = 120.0

pytestmark = [pytest.mark.slow]


@pytest.fixture(scope="module")
def waiting(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One published night; the next one is collected and not refreshed."""
    home = tmp_path_factory.mktemp("waiting")
    for name, records in FIRST_NIGHT.items():
        feed.write(home, name, records)
    yilian(home, "collect", "drop_feed")
    yilian(home, "refresh")
    for name, records in SECOND_NIGHT.items():
        feed.write(home, name, records)
    yilian(home, "collect", "drop_feed")
    return home


@pytest.fixture(scope="module")
def undisturbed(waiting: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    home = copy(waiting, tmp_path_factory.mktemp("undisturbed") / "home")
    yilian(home, "refresh")
    return checksum(home)


def copy(home: Path, to: Path) -> Path:
    shutil.copytree(home, to, symlinks=True)
    return to


def started_steps(home: Path) -> list[str]:
    """The steps that the newest refresh has begun, from the event logs."""
    logs = sorted((home / "events").glob("*/*-refresh-*.ndjson"))
    lines = [json.loads(line) for line in logs[-1].read_bytes().splitlines()] if logs else []
    return [line["verb"] for line in lines if line["event"] == "run_started"]


def wait_until(condition: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert process.poll() is None, "the refresh ended before it could be killed"
        assert time.monotonic() < deadline, "the moment to kill never came"
        time.sleep(0.005)


def kill_at(home: Path, moment: Callable[[], bool], *, whole_group: bool) -> None:
    published = (home / "published" / "current").readlink()
    process = start(home, "refresh")
    wait_until(moment, process)
    if whole_group:
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()
    assert (home / "published" / "current").readlink() == published


def in_step(home: Path, step: str, since: int) -> Callable[[], bool]:
    """True once a step has begun in a run that is newer than the `since` runs that were there."""

    def begun() -> bool:
        logs = list((home / "events").glob("*/*-refresh-*.ndjson"))
        return len(logs) > since and step in started_steps(home)

    return begun


def runs(home: Path) -> int:
    return len(list((home / "events").glob("*/*-refresh-*.ndjson")))


@pytest.mark.parametrize("whole_group", [True, False], ids=["whole group", "parent only"])
@pytest.mark.parametrize("step", ["load", "transform all"])
def test_killed_during_load_and_dbt(
    waiting: Path, undisturbed: str, tmp_path: Path, step: str, whole_group: bool
) -> None:
    home = copy(waiting, tmp_path / "home")
    kill_at(home, in_step(home, step, runs(home)), whole_group=whole_group)
    yilian(home, "refresh")
    assert checksum(home) == undisturbed


def test_killed_during_publish(waiting: Path, undisturbed: str, tmp_path: Path) -> None:
    home = copy(waiting, tmp_path / "home")
    kill_at(home, lambda: any((home / "published").glob(".v*.part/parquet/*.parquet")), whole_group=True)
    yilian(home, "refresh")
    assert checksum(home) == undisturbed
    assert not list((home / "published").glob(".*"))


def test_of_two_refreshes_at_once_one_runs_and_the_other_says_who(
    waiting: Path, undisturbed: str, tmp_path: Path
) -> None:
    home = copy(waiting, tmp_path / "home")
    before = runs(home)
    first = start(home, "refresh")
    wait_until(in_step(home, "load", before), first)
    second = yilian(home, "refresh", check=False)
    assert second.returncode == 1
    assert f"process {first.pid} " in second.stderr
    assert second.stderr.startswith("yilian: the lease is held by run ")
    assert second.stderr.count("\n") == 1
    assert first.wait(timeout=PATIENCE_S) == 0
    assert checksum(home) == undisturbed

"""The local Airflow: started whole, followed, stopped whole. A real scheduler with a small DAG folder of the tests."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from warehouse import airflow_local
from warehouse.airflow_local import AirflowFailed, LocalAirflow, TaskState, running
from warehouse.settings import PROJECT, Settings

pytestmark = pytest.mark.xdist_group("airflow_local")

SMALL = '''
"""Two sources, one of which fails; and a task that will not end."""
import time
from airflow.sdk import DAG, task

with DAG("small", schedule=None, params={"business_date": None}):

    @task
    def names(**context):
        return [{"source_id": name, "day": context["params"]["business_date"]} for name in ("good", "bad")]

    @task(map_index_template="{{ task.op_kwargs['source_id'] }}", pool="duckdb_writer")
    def fetch(source_id, day):
        if source_id == "bad":
            raise RuntimeError(f"source {source_id} of {day} ended error: HTTP 500")

    fetch.expand_kwargs(names())

with DAG("stubborn", schedule=None):

    @task
    def sleep():
        import signal, subprocess
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        subprocess.run(["sh", "-c", "trap '' TERM; sleep 600"])

    sleep()
'''


@dataclass
class Small:
    """An Airflow of the small folder, and what its run told."""

    airflow: LocalAirflow
    sessions: set[int]
    told: list[TaskState] = field(default_factory=list)


def settings(home: Path) -> Settings:
    return Settings(home=home, variables={"sample_site": "http://127.0.0.1:9"})


def sessions(airflow: LocalAirflow) -> set[int]:
    instance = json.loads((airflow.folder / "instance.json").read_text())
    return {part["pid"] for part in instance["parts"].values()}


def alive(members: set[int]) -> set[int]:
    return airflow_local._members(members)


def wait_for(happened: Callable[[], object], limit_s: float = 60.0) -> None:
    deadline = time.monotonic() + limit_s
    while not happened():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.1)


@pytest.fixture(scope="module")
def dags(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dags")
    (folder / "small.py").write_text(SMALL, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A prepared home, to be copied: migrating takes ten seconds."""
    home = tmp_path_factory.mktemp("prepared")
    LocalAirflow(settings(home)).prepare()
    return home


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, prepared: Path) -> Path:
    return copied(prepared, tmp_path_factory.mktemp("homes") / "home")


def copied(prepared: Path, home: Path) -> Path:
    shutil.copytree(prepared, home)
    return home


@pytest.fixture(scope="module")
def small(home: Path, dags: Path) -> Iterator[Small]:
    with running(settings(home), dags=dags) as airflow:
        yield Small(airflow, sessions(airflow))
    assert not alive(sessions(airflow))


# ---- without a start


def test_keys_and_password_are_the_owners_alone_and_made_once(home: Path, small: Small) -> None:
    for name in ("keys.json", "passwords.json"):
        assert (small.airflow.folder / name).stat().st_mode & 0o777 == 0o600
    assert small.airflow.folder.stat().st_mode & 0o777 == 0o700
    before = (small.airflow.folder / "keys.json").read_text()
    assert LocalAirflow(settings(home)).environment()["AIRFLOW__API_AUTH__JWT_SECRET"] in before


def test_the_environment_is_this_homes_and_nothing_of_the_callers(
    home: Path, small: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW__CORE__LOAD_EXAMPLES", "True")
    monkeypatch.setenv("AIRFLOW_HOME", "/elsewhere")
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.invalid:3128")
    environment = small.airflow.environment()
    assert environment["AIRFLOW__CORE__LOAD_EXAMPLES"] == "False"
    assert environment["AIRFLOW_HOME"] == str(home / "airflow")
    assert environment["YILIAN_HOME"] == str(home)
    assert environment["YILIAN_SAMPLE_SITE"] == "http://127.0.0.1:9"
    assert environment["AIRFLOW__API__HOST"] == "127.0.0.1"
    assert environment["AIRFLOW__USAGE_DATA_COLLECTION__ENABLED"] == "False"
    assert "127.0.0.1" in environment["NO_PROXY"]


def test_down_where_nothing_runs(tmp_path: Path) -> None:
    lines: list[str] = []
    airflow_local.down(settings(tmp_path), lines.append)
    assert lines == ["Airflow was not running"]


def test_a_process_that_is_not_ours_is_not_stopped(tmp_path: Path) -> None:
    """A pid that the system gave to another process since."""
    airflow = LocalAirflow(settings(tmp_path))
    with subprocess.Popen(["sleep", "60"], start_new_session=True) as other:
        try:
            airflow.folder.mkdir()
            airflow._remember(parts={"scheduler": {"pid": other.pid, "born": "1"}}, mode="up")
            assert not airflow.is_up()
            assert airflow.stop() is False
            assert other.poll() is None
        finally:
            other.kill()


def test_a_session_of_strangers_is_not_stopped(tmp_path: Path) -> None:
    """Its leader is gone, and its number stands in an old note of ours."""
    airflow = LocalAirflow(settings(tmp_path))
    airflow.folder.mkdir()
    with subprocess.Popen(
        ["sh", "-c", "sleep 60 & echo $!"], start_new_session=True, stdout=subprocess.PIPE, text=True
    ) as leader:
        assert leader.stdout
        stranger = int(leader.stdout.readline())
        leader.wait()
        try:
            airflow._remember(parts={"scheduler": {"pid": leader.pid, "born": "1"}})
            assert alive({leader.pid}) == {stranger}
            assert airflow.stop() is False
            assert alive({leader.pid}) == {stranger}
        finally:
            os.kill(stranger, signal.SIGKILL)


def test_one_process_at_a_time(tmp_path: Path) -> None:
    with LocalAirflow(settings(tmp_path)).locked(), pytest.raises(AirflowFailed, match="another process"):
        airflow_local.up(settings(tmp_path), lambda _line: None)


# ---- a run


def test_a_run_is_followed_task_by_task(small: Small) -> None:
    result = small.airflow.run_dag("small", {"business_date": "2026-09-03"}, small.told.append)
    assert result.state == "failed"
    assert list(result.failed) == ["fetch [bad]"]
    assert result.failed["fetch [bad]"][-1] == "RuntimeError: source bad of 2026-09-03 ended error: HTTP 500"
    ends = {task.name: task.state for task in small.told if task.state in airflow_local.ENDED}
    assert ends == {"names": "success", "fetch [good]": "success", "fetch [bad]": "failed"}
    assert "fetch [good]  success (" in "\n".join(map(str, small.told))


def test_metadata_that_another_process_writes_are_waited_for(small: Small) -> None:
    writer = sqlite3.connect(small.airflow.folder / "airflow.db", isolation_level=None, check_same_thread=False)
    writer.execute("BEGIN IMMEDIATE")
    threading.Timer(8.0, writer.rollback).start()
    small.airflow.trigger("small", {"business_date": "2026-09-04"})
    assert not writer.in_transaction
    writer.close()


def test_the_pool_has_one_slot(small: Small) -> None:
    assert small.airflow._request("GET", f"/api/v2/pools/{airflow_local.POOL}")["slots"] == 1


def test_a_started_airflow_is_on_loopback_only(small: Small) -> None:
    listening = _listening(alive(small.sessions))
    assert ("127.0.0.1", small.airflow.port) in listening
    assert {address for address, _ in listening} == {"127.0.0.1"}


def test_the_page_needs_a_password(small: Small) -> None:
    with pytest.raises(OSError, match="401"):
        small.airflow._request("GET", "/api/v2/dags", token=None)


def test_no_key_stands_in_a_log(small: Small) -> None:
    keys = [*json.loads((small.airflow.folder / "keys.json").read_text()).values()]
    keys += json.loads(small.airflow.passwords_file.read_text()).values()
    for log in (small.airflow.folder / "logs").rglob("*.log"):
        text = log.read_text(encoding="utf-8", errors="replace")
        assert not [key for key in keys if key in text], log


def test_a_second_start_at_the_same_time_is_refused(home: Path, dags: Path, small: Small) -> None:
    with pytest.raises(AirflowFailed, match="another process"), running(settings(home), dags=dags):
        pass


def test_a_dag_that_is_not_there(small: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(airflow_local, "START_LIMIT_S", 1.0)
    with pytest.raises(AirflowFailed, match="no_such_dag was not read"):
        small.airflow.trigger("no_such_dag", {})


# ---- stopping. These use the same home, after the module's Airflow is through with it


DRIVER = """
import signal, sys
from pathlib import Path
from warehouse.airflow_local import _terminated_as_exit, running
from warehouse.settings import Settings
signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored where these tests run in a shell's background
with _terminated_as_exit(), running(Settings(home=Path(sys.argv[1])), dags=Path(sys.argv[2])) as airflow:
    run = airflow.trigger("stubborn", {})
    airflow.follow([run], lambda task: print(task.state, flush=True))
"""


def drive(home: Path, dags: Path) -> subprocess.Popen[str]:
    """A process that runs an Airflow with a task in it that ignores SIGTERM; returned when the task runs."""
    driver = subprocess.Popen(
        [sys.executable, "-c", DRIVER, str(home), str(dags)],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert driver.stdout
    for line in driver.stdout:
        if line.strip() == "running":
            return driver
    raise AssertionError("the task did not start")


@pytest.fixture(scope="module")
def used_home(tmp_path_factory: pytest.TempPathFactory, prepared: Path) -> Path:
    return copied(prepared, tmp_path_factory.mktemp("homes") / "used_home")


def test_ctrl_c_leaves_nothing_behind(used_home: Path, dags: Path) -> None:
    driver = drive(used_home, dags)
    there = sessions(LocalAirflow(settings(used_home)))
    assert len(there) == 3
    assert len(alive(there)) > 4, "the task and its child are processes of their own"
    driver.send_signal(signal.SIGINT)
    driver.wait(timeout=60)
    assert not alive(there)


def test_what_a_killed_run_left_is_stopped_by_the_next(used_home: Path, dags: Path, tmp_path: Path) -> None:
    """And that next one, whose DAGs cannot be imported, says so and leaves nothing either."""
    driver = drive(used_home, dags)
    left = sessions(LocalAirflow(settings(used_home)))
    driver.kill()
    driver.wait(timeout=10)
    assert alive(left), "SIGKILL cannot be answered: the parts go on"

    (tmp_path / "broken.py").write_text("from airflow.sdk import DAG\nimport no_such_module\n", encoding="utf-8")
    lines: list[str] = []
    with running(settings(used_home), lines.append, dags=tmp_path) as airflow:
        assert not alive(left)
        assert [line for line in lines if line.startswith("ended a run of stubborn that was killed")]
        there = sessions(airflow)
        with pytest.raises(AirflowFailed, match=r"broken\.py cannot be imported.*no_such_module"):
            airflow.trigger("small", {})
    assert not alive(there)


def test_preparing_again_neither_migrates_nor_draws_new_keys(used_home: Path) -> None:
    airflow = LocalAirflow(settings(used_home))
    made = [airflow.folder / name for name in ("migrated.json", "keys.json", "passwords.json", "airflow.db")]
    before = [file.stat().st_mtime_ns for file in made]
    airflow.prepare()
    assert before == [file.stat().st_mtime_ns for file in made]


def test_a_taken_port_is_not_fought_for(used_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    airflow = LocalAirflow(settings(used_home), mode="up")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        monkeypatch.setattr(airflow_local, "FIRST_PORT", taken.getsockname()[1])
        airflow._remember(port=taken.getsockname()[1])
        airflow.prepare()
        assert airflow.port != taken.getsockname()[1]
        assert f":{airflow.port}/execution/" in airflow.environment()["AIRFLOW__CORE__EXECUTION_API_SERVER_URL"]
        remembered = airflow.port
        airflow.prepare()
        assert airflow.port == remembered


def _listening(pids: set[int]) -> set[tuple[str, int]]:
    """The addresses on which these processes listen, as the kernel tells."""
    inodes = set()
    for pid in pids:
        for descriptor in Path(f"/proc/{pid}/fd").iterdir():
            try:
                target = str(descriptor.readlink())
            except OSError:
                continue
            if target.startswith("socket:["):
                inodes.add(target[8:-1])
    found = set()
    for table, family in (("tcp", socket.AF_INET), ("tcp6", socket.AF_INET6)):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            columns = line.split()
            if columns[3] == "0A" and columns[9] in inodes:
                address, port = columns[1].split(":")
                words = [bytes.fromhex(address[i : i + 8])[::-1] for i in range(0, len(address), 8)]
                found.add((socket.inet_ntop(family, b"".join(words)), int(port, 16)))
    return found

"""A local Airflow for one data home: what `make run`, `make up` and `make down` start and stop.

Comes in: the settings of a home. Goes out: AIRFLOW_HOME in <home>/airflow (metadata in SQLite, keys, logs), an API
server on loopback, a scheduler and a DAG processor, DAG runs followed to their end. Airflow is known here only as
subprocesses and through its REST API; nothing of it is imported. Nothing outlives `stop`: every process is in a
session of its own, and the whole session is stopped.

Never here: what a DAG does, and the Airflow of a server (docker-compose.yml).
"""

from __future__ import annotations

import base64
import fcntl
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import ProxyHandler, Request, build_opener

from scrapers.registry import PACKAGED
from warehouse.settings import PROJECT, Settings

DAGS = PROJECT / "dags"
POOL = "duckdb_writer"
NIGHT_FETCH, NIGHT_REFRESH = ("collect_hospital_feeds", "scrape_notices"), "refresh_warehouse"
USER = "admin"

FIRST_PORT = 8080
PARALLELISM = 4  # fetching waits for the network, and the refresh is one chain
START_LIMIT_S = 180.0
DATABASE_WAIT_S = 60  # for another process that writes the metadata: after SQLite's 5 s, four times, a scheduler ends
# The server waits short and is asked again: it notes who changes something (pools, runs) on its event loop, so while it
# waits there for a task's start that its own thread has written, that start is not committed either.
SERVER_WAIT_S = 3
ANSWER_WAIT_S, ASK_AGAIN_S = 30, 30
STOP_GRACE_S = 8.0
POLL_S = 0.3
LOG_TAIL = 12  # lines of a failed task's log that are shown
NIGHT_RETRY_DELAY_S = 5  # of `make run`: a person is waiting; `make up` keeps Airflow's 300 s

ENDED = frozenset({"success", "failed", "skipped", "upstream_failed", "removed"})

Say = Callable[[str], None]


class AirflowFailed(RuntimeError):
    """Airflow itself did not do what it should; the message says which part, and where its log is."""


@dataclass(frozen=True, slots=True)
class TaskState:
    """A task of a run, as it is now. `name` has the mapped task's own name in brackets."""

    dag_id: str
    name: str
    state: str
    seconds: float | None = None

    def __str__(self) -> str:
        took = f" ({self.seconds:.1f} s)" if self.seconds is not None and self.state in ENDED else ""
        return f"{self.dag_id}  {self.name}  {self.state}{took}"


@dataclass(frozen=True, slots=True)
class RunResult:
    """A DAG run at its end. `failed`: task name → the last lines of its log."""

    dag_id: str
    run_id: str
    state: str
    failed: dict[str, list[str]] = field(default_factory=dict)


# ---- what the command line calls


def night(settings: Settings, business_date: str, say: Say) -> bool:
    """Run the three DAGs through a scheduler: both fetchers, then the refresh. True where all of them succeeded.

    A source that failed does not keep the refresh from running. An Airflow that is up already is used and left
    running; else one is started and stopped.
    """
    conf = {"business_date": business_date}

    def report(task: TaskState) -> None:
        if task.state in ENDED or task.state == "up_for_retry":
            say(f"  {task}")

    with _terminated_as_exit(), running(settings, say) as airflow:
        fetched = airflow.follow([airflow.trigger(dag_id, conf) for dag_id in NIGHT_FETCH], report)
        refreshed = airflow.run_dag(NIGHT_REFRESH, conf, report)
    for result in (*fetched, refreshed):
        for name, lines in result.failed.items():
            say(f"{result.dag_id} {name} failed:")
            for line in lines:
                say(f"    {line}")
    return all(result.state == "success" for result in (*fetched, refreshed))


def up(settings: Settings, say: Say) -> None:
    """Start Airflow in the background, the DAGs on their schedule. Does nothing where it is up."""
    airflow = LocalAirflow(settings, mode="up")
    with airflow.locked():
        if airflow.is_up():
            say(f"Airflow is up already at {airflow.url}")
        else:
            say("starting Airflow …")
            airflow.stop()
            airflow.prepare()
            airflow.start()
            say(f"Airflow is up at {airflow.url}")
    say(f"user        {USER}, its password is in {airflow.passwords_file}")
    say(f"logs        {airflow.folder / 'logs'}")
    say("stop it     make down")


def down(settings: Settings, say: Say) -> None:
    """Stop the home's Airflow, whole."""
    airflow = LocalAirflow(settings)
    with airflow.locked():
        say("Airflow is stopped" if airflow.stop() else "Airflow was not running")


@contextmanager
def running(settings: Settings, say: Say = lambda _line: None, *, dags: Path = DAGS) -> Iterator[LocalAirflow]:
    """An Airflow for a block: the one that is up, else one that is started now and stopped after it."""
    airflow = LocalAirflow(settings, dags=dags)
    if airflow.is_up():
        say(f"using the Airflow that is up at {airflow.url}")
        yield airflow
        return
    with airflow.locked():
        try:
            airflow.stop()  # what a killed run left
            began = time.monotonic()
            say("preparing Airflow …")
            airflow.prepare()
            airflow.start()
            for dag_id, run_id in airflow.end_left_runs():
                say(f"ended a run of {dag_id} that was killed: {run_id}")
            say(f"Airflow is ready at {airflow.url} after {time.monotonic() - began:.0f} s")
            yield airflow
        finally:
            with _undisturbed():
                airflow.stop()


# ---- the instance


class LocalAirflow:
    """The Airflow of one home. `prepare`, `start`, then `trigger` and `follow`, at last `stop`.

    `mode` "night": nothing is scheduled, runs are triggered. "up": the DAGs run on their schedule, a triggerer
    stands by, and in a sample home the sample site is served.
    """

    def __init__(self, settings: Settings, *, dags: Path = DAGS, mode: str = "night") -> None:
        self.settings, self.dags, self.mode = settings, dags, mode
        self.folder = settings.home / "airflow"
        self.passwords_file = self.folder / "passwords.json"
        self._instance_file = self.folder / "instance.json"
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._started_at = datetime.fromtimestamp(0, UTC)
        self._token: str | None = None
        self._direct = build_opener(ProxyHandler({}))  # loopback is never asked through a proxy

    @property
    def port(self) -> int:
        """The API server's port, as remembered."""
        return int(self._instance().get("port", FIRST_PORT))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """One process at a time starts or stops this home's Airflow. Raises AirflowFailed where another one does."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (self.folder / "lock").open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise AirflowFailed(f"another process runs, starts or stops the Airflow of {self.folder}") from None
            yield

    # -- prepare

    def prepare(self) -> None:
        """Keys, password, port and the metadata database, each made once a home; seconds where all is there."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (self.folder / "logs").mkdir(exist_ok=True)
        self._keys()
        if not self.passwords_file.exists():
            _write_private(self.passwords_file, {USER: secrets.token_urlsafe(12)})
        self._remember(port=self._free_port())
        release = {name: version(name) for name in ("apache-airflow", "apache-airflow-providers-fab")}
        mark = self.folder / "migrated.json"
        if (self.folder / "airflow.db").exists() and mark.exists() and json.loads(mark.read_text()) == release:
            return
        mark.unlink(missing_ok=True)
        self._command("db", "migrate")
        mark.write_text(json.dumps(release))

    def _keys(self) -> dict[str, str]:
        file = self.folder / "keys.json"
        if not file.exists():
            _write_private(
                file,
                {
                    "AIRFLOW__CORE__FERNET_KEY": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
                    "AIRFLOW__API__SECRET_KEY": secrets.token_hex(32),
                    "AIRFLOW__API_AUTH__JWT_SECRET": secrets.token_hex(32),
                },
            )
        keys: dict[str, str] = json.loads(file.read_text())
        return keys

    def _free_port(self) -> int:
        # Two that start at once would both find the well-known port free: only the one that people visit may have it.
        for port in (FIRST_PORT, self.port) if self.mode == "up" else ():
            if _is_free(port):
                return port
        with socket.socket() as any_port:
            any_port.bind(("127.0.0.1", 0))
            return int(any_port.getsockname()[1])

    def environment(self) -> dict[str, str]:
        """The environment of every Airflow process. An AIRFLOW* variable of the caller is not passed on."""
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("AIRFLOW")}
        own_sources = [str(path) for path in self.settings.source_folders if path != PACKAGED]
        no_proxy = ",".join(
            filter(None, [inherited.get("no_proxy") or inherited.get("NO_PROXY"), "127.0.0.1,localhost"])
        )
        options = {
            "CORE__DAGS_FOLDER": str(self.dags),
            "CORE__LOAD_EXAMPLES": "False",
            "CORE__EXECUTOR": "LocalExecutor",
            "CORE__PARALLELISM": str(PARALLELISM),
            "CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
            "CORE__SIMPLE_AUTH_MANAGER_USERS": f"{USER}:admin",
            "CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(self.passwords_file),
            "CORE__EXECUTION_API_SERVER_URL": f"{self.url}/execution/",
            "CORE__DEFAULT_TIMEZONE": "Asia/Shanghai",
            "CORE__AUTH_MANAGER": "airflow.api_fastapi.auth.managers.simple.simple_auth_manager.SimpleAuthManager",
            "DATABASE__SQL_ALCHEMY_CONN": self._metadata(DATABASE_WAIT_S),
            "LOGGING__BASE_LOG_FOLDER": str(self.folder / "logs"),
            "API__HOST": "127.0.0.1",
            "API__PORT": str(self.port),
            "API__BASE_URL": self.url,
            "API__WORKERS": "1",
            "USAGE_DATA_COLLECTION__ENABLED": "False",
            "SCHEDULER__USE_JOB_SCHEDULE": str(self.mode == "up"),
            "SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "1" if self.mode == "up" else "0.2",
            "DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "60" if self.mode == "up" else "600",
            **({} if self.mode == "up" else {"CORE__DEFAULT_TASK_RETRY_DELAY": str(NIGHT_RETRY_DELAY_S)}),
        }
        return {
            **inherited,
            **self._keys(),
            **{f"AIRFLOW__{name}": value for name, value in options.items()},
            "AIRFLOW_HOME": str(self.folder),
            "YILIAN_HOME": str(self.settings.home),
            "YILIAN_SOURCES": os.pathsep.join(own_sources),
            "YILIAN_SAMPLE_SITE": self.settings.variables.get("sample_site", ""),
            "SCARF_ANALYTICS": "false",
            "PYTHONPATH": os.pathsep.join(filter(None, [str(PROJECT), inherited.get("PYTHONPATH")])),
            "PYTHONUNBUFFERED": "1",
            "no_proxy": no_proxy,
            "NO_PROXY": no_proxy,
        }

    def _metadata(self, wait_s: float) -> str:
        return f"sqlite:///{self.folder / 'airflow.db'}?timeout={wait_s}"

    def _command(self, *arguments: str) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "airflow", *arguments],
            env=self.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        if done.returncode:
            raise AirflowFailed(
                f"airflow {' '.join(arguments)} ended with exit code {done.returncode}: {_last_line(done.stdout)}"
            )

    # -- start and stop

    def start(self) -> None:
        """Start every part and wait until all are healthy. Raises AirflowFailed, with everything stopped again."""
        self._started_at = datetime.now(UTC)
        try:
            for name, command in self._parts().items():
                self._launch(name, command)
            self._wait_until_healthy()
            self._make_pool()
        except BaseException:
            with _undisturbed():
                self.stop()
            raise

    def _parts(self) -> dict[str, list[str]]:
        airflow = [sys.executable, "-m", "airflow"]
        parts = {
            "api-server": [*airflow, "api-server"],
            "scheduler": [*airflow, "scheduler", "--skip-serve-logs"],
            "dag-processor": [*airflow, "dag-processor"],
        }
        if self.mode == "up":
            parts["triggerer"] = [*airflow, "triggerer", "--skip-serve-logs"]
            port = self.settings.variables.get("sample_site", "").rpartition(":")[2]
            if self.settings.kind() == "sample" and port.isdigit() and _is_free(int(port)):  # else it is served already
                parts["sample-site"] = [sys.executable, "-m", "scrapers.sample_site", "--port", port]
        return parts

    def _launch(self, name: str, command: list[str]) -> None:
        environment = self.environment()
        if name == "api-server":
            environment["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"] = self._metadata(SERVER_WAIT_S)
        with self._log(name).open("wb") as log:
            child = subprocess.Popen(
                command,
                env=environment,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._children[name] = child
        parts = {**self._instance().get("parts", {}), name: {"pid": child.pid, "born": _birth(child.pid)}}
        self._remember(parts=parts, mode=self.mode)

    def _log(self, name: str) -> Path:
        return self.folder / "logs" / f"{name}.log"

    def _wait_until_healthy(self) -> None:
        due = {"metadatabase", "scheduler", "dag_processor"} | ({"triggerer"} if self.mode == "up" else set())
        deadline = time.monotonic() + START_LIMIT_S
        ill = due
        while time.monotonic() < deadline:
            self._look_after_children()
            with suppress(OSError, ValueError):
                health = self._request("GET", "/api/v2/monitor/health", token=None)
                ill = {name for name in due if (health.get(name) or {}).get("status") != "healthy"}
                if not ill:
                    return
            time.sleep(POLL_S)
        names = ", ".join(sorted(ill))
        raise AirflowFailed(
            f"Airflow was not healthy after {START_LIMIT_S:.0f} s ({names}); logs in {self.folder / 'logs'}"
        )

    def _look_after_children(self) -> None:
        for name, child in self._children.items():
            if child.poll() is not None:
                text = self._log(name).read_text(encoding="utf-8", errors="replace")
                raise AirflowFailed(
                    f"Airflow's {name} ended with exit code {child.returncode}: {_last_line(text)} ({self._log(name)})"
                )

    def is_up(self) -> bool:
        """Whether every part of a standing instance (`up`) is alive."""
        instance = self._instance()
        parts = instance.get("parts", {})
        return (
            instance.get("mode") == "up" and bool(parts) and all(_birth(p["pid"]) == p["born"] for p in parts.values())
        )

    def stop(self) -> bool:
        """Stop every process that this home's Airflow started, of this process or an earlier one.

        SIGTERM to the parts, SIGKILL to all that is left of their sessions after a grace. False where nothing ran.
        """
        parts = self._instance().get("parts", {})
        sessions = {p["pid"] for p in parts.values() if _birth(p["pid"]) in (None, p["born"])}
        there = self._members(sessions)
        for leader in sessions & there:
            _signal(leader, signal.SIGTERM)
        if not self._gone(sessions, STOP_GRACE_S):
            # A task is a process group of its own in its scheduler's session; a killed one is run again later.
            for _ in range(50):
                for pid in self._members(sessions):
                    _signal(pid, signal.SIGKILL)
                if self._gone(sessions, 0.1):
                    break
        self._children.clear()
        self._token = None
        if parts:
            self._remember(parts={})
        return bool(there)

    def _members(self, sessions: set[int]) -> set[int]:
        """The living processes of these sessions that work inside this home.

        A session whose leader is gone has only a number, which the system may have given to a stranger's since;
        ours were all started inside the home.
        """
        return {pid for pid in _members(sessions) if _works_in(pid, self.settings.home)}

    def _gone(self, sessions: set[int], limit_s: float) -> bool:
        deadline = time.monotonic() + limit_s
        while True:
            for child in self._children.values():
                child.poll()  # reaps
            if not self._members(sessions):
                return True
            if time.monotonic() >= deadline:
                return False
            time.sleep(0.05)

    def _instance(self) -> dict[str, Any]:
        try:
            instance: dict[str, Any] = json.loads(self._instance_file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        return instance

    def _remember(self, **fields: Any) -> None:
        part = self._instance_file.with_suffix(".part")
        part.write_text(json.dumps({**self._instance(), **fields}, indent=2), encoding="utf-8")
        part.replace(self._instance_file)

    # -- runs

    def run_dag(self, dag_id: str, conf: dict[str, Any], report: Callable[[TaskState], None]) -> RunResult:
        """Trigger a DAG and follow its run to the end; `report` is called at each change of a task's state."""
        return self.follow([self.trigger(dag_id, conf)], report)[0]

    def trigger(self, dag_id: str, conf: dict[str, Any]) -> tuple[str, str]:
        """Start a run of a DAG, as soon as the DAG processor has read it. Returns (dag_id, run_id)."""
        self._wait_for_dag(dag_id)
        run = self._request("POST", f"/api/v2/dags/{dag_id}/dagRuns", {"logical_date": None, "conf": conf})
        return dag_id, run["dag_run_id"]

    def follow(self, runs: Sequence[tuple[str, str]], report: Callable[[TaskState], None]) -> list[RunResult]:
        """Follow runs to their ends. Raises AirflowFailed where a part of Airflow ends meanwhile."""
        seen: dict[tuple[str, str, str], str] = {}
        ended: dict[tuple[str, str], str] = {}
        while True:
            self._look_after_children()
            for run in runs:
                if run not in ended:
                    state = self._request("GET", _run_path(*run))["state"]
                    for task in self._tasks(*run):
                        key = (*run, task.name)
                        if seen.get(key) != task.state:
                            seen[key] = task.state
                            report(task)
                    if state in ("success", "failed"):
                        ended[run] = state
            if len(ended) == len(runs):
                return [RunResult(*run, ended[run], self._failures(*run)) for run in runs]
            time.sleep(POLL_S)

    def end_left_runs(self) -> list[tuple[str, str]]:
        """Mark as failed the runs that a killed Airflow left: one active run a DAG is allowed, and they would wait."""
        left = self._request("GET", "/api/v2/dags/~/dagRuns?state=running&state=queued&limit=100")["dag_runs"]
        runs = [(run["dag_id"], run["dag_run_id"]) for run in left]
        for run in runs:
            self._request("PATCH", _run_path(*run), {"state": "failed"})
        return runs

    def _wait_for_dag(self, dag_id: str) -> None:
        deadline = time.monotonic() + START_LIMIT_S
        while time.monotonic() < deadline:
            self._look_after_children()
            errors = self._request("GET", "/api/v2/importErrors")["import_errors"]
            fresh = [e for e in errors if datetime.fromisoformat(e["timestamp"]) >= self._started_at]
            if fresh:
                raise AirflowFailed(f"{fresh[0]['filename']} cannot be imported: {_last_line(fresh[0]['stack_trace'])}")
            try:
                dag = self._request("GET", f"/api/v2/dags/{dag_id}")
            except HTTPError as answer:
                if answer.code != 404:
                    raise
            else:
                read_at = datetime.fromisoformat(dag["last_parsed_time"] or "1970-01-01T00:00:00Z")
                if read_at >= self._started_at and not dag["is_stale"]:
                    if dag["is_paused"]:
                        self._request("PATCH", f"/api/v2/dags/{dag_id}", {"is_paused": False})
                    return
            time.sleep(POLL_S)
        raise AirflowFailed(f"the DAG {dag_id} was not read from {self.dags} within {START_LIMIT_S:.0f} s")

    def _tasks(self, dag_id: str, run_id: str) -> list[TaskState]:
        found = self._request("GET", f"{_run_path(dag_id, run_id)}/taskInstances?limit=1000")["task_instances"]
        return [
            TaskState(dag_id, _task_name(task), task["state"] or "waiting", task["duration"])
            for task in sorted(found, key=lambda task: (task["end_date"] or "9", task["start_date"] or "9"))
        ]

    def _failures(self, dag_id: str, run_id: str) -> dict[str, list[str]]:
        found = self._request("GET", f"{_run_path(dag_id, run_id)}/taskInstances?state=failed&limit=1000")
        return {_task_name(task): self._log_tail(dag_id, run_id, task) for task in found["task_instances"]}

    def _log_tail(self, dag_id: str, run_id: str, task: dict[str, Any]) -> list[str]:
        path = f"{_run_path(dag_id, run_id)}/taskInstances/{quote(task['task_id'])}/logs/{task['try_number']}"
        try:
            log = self._request("GET", f"{path}?map_index={task['map_index']}&full_content=true")
        except OSError as fault:
            return [f"its log cannot be read: {fault}"]
        return _log_lines(log["content"])[-LOG_TAIL:]

    def _make_pool(self) -> None:
        pool = {"name": POOL, "slots": 1, "description": "one writer: the lease on the data home is the truth"}
        try:
            self._request("POST", "/api/v2/pools", {**pool, "include_deferred": False})
        except HTTPError as answer:
            if answer.code != 409:  # it is there
                raise

    # -- the REST API

    def _request(
        self, method: str, path: str, body: dict[str, Any] | None = None, token: str | None = "own"
    ) -> dict[str, Any]:
        """One call; raises HTTPError for an answer that is not 2xx, URLError where there is none.

        A failure of the server's own (5xx) is asked again for a while: it changed nothing.
        """
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {self._login()}"
        data = json.dumps(body).encode() if body is not None else None
        request = Request(f"{self.url}{path}", data, headers, method=method)
        deadline = time.monotonic() + ASK_AGAIN_S
        while True:
            try:
                with self._direct.open(request, timeout=ANSWER_WAIT_S) as answer:
                    parsed: dict[str, Any] = json.load(answer)
                    return parsed
            except HTTPError as fault:
                if fault.code < 500 or time.monotonic() >= deadline:
                    raise
            time.sleep(POLL_S)

    def _login(self) -> str:
        if self._token is None:
            password = json.loads(self.passwords_file.read_text())[USER]
            answer = self._request("POST", "/auth/token", {"username": USER, "password": password}, token=None)
            self._token = str(answer["access_token"])
        return self._token


# ---- helpers


def _run_path(dag_id: str, run_id: str) -> str:
    return f"/api/v2/dags/{quote(dag_id)}/dagRuns/{quote(run_id, safe='')}"


def _task_name(task: dict[str, Any]) -> str:
    if task["map_index"] < 0:
        return str(task["task_id"])
    return f"{task['task_id']} [{task['rendered_map_index'] or task['map_index']}]"


def _log_lines(content: list[Any]) -> list[str]:
    """A task's structured log as plain lines: message, and of an exception its type and value.

    Entries without a time, and fold marks, are Airflow's own headings.
    """
    lines = []
    for entry in content:
        if not isinstance(entry, dict) or not entry.get("timestamp"):
            continue
        lines.append(str(entry.get("event", "")).rstrip())
        for error in entry.get("error_detail") or []:
            lines.append(f"{error.get('exc_type')}: {error.get('exc_value')}")
    return [line for line in lines if line and not line.startswith("::")]


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:300] if lines else "it said nothing"


def _write_private(file: Path, fields: dict[str, str]) -> None:
    """A file of secrets, readable by its owner alone from its first byte."""
    part = file.with_suffix(".part")
    part.unlink(missing_ok=True)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as out:
        out.write(json.dumps(fields) + "\n")
    part.replace(file)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _signal(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def _members(sessions: set[int]) -> set[int]:
    """The living processes of these sessions."""
    found = set()
    for pid in _all_pids() if sessions else ():
        try:
            if os.getsid(pid) in sessions and not _is_zombie(pid):
                found.add(pid)
        except OSError:
            continue
    return found


def _works_in(pid: int, folder: Path) -> bool:
    """Whether a process's working directory is in a folder. Where the system does not tell: whether it is a leader."""
    if not Path("/proc/self/cwd").exists():
        return os.getsid(pid) == pid
    try:
        return Path(f"/proc/{pid}/cwd").readlink().is_relative_to(folder.resolve())
    except OSError:
        return False


def _all_pids() -> list[int]:
    proc = Path("/proc")
    if (proc / "self" / "stat").exists():
        return [int(entry.name) for entry in proc.iterdir() if entry.name.isdigit()]
    listed = subprocess.run(["ps", "-axo", "pid="], capture_output=True, text=True, check=True)
    return [int(pid) for pid in listed.stdout.split()]


def _stat(pid: int) -> list[str] | None:
    """The fields of /proc/<pid>/stat after the command's name: state first, start time 20th."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        return None


def _is_zombie(pid: int) -> bool:
    stat = _stat(pid)
    return stat is not None and stat[0] == "Z"


def _birth(pid: int) -> str | None:
    """When a process began, in the system's own words; None where it is gone. Tells a reused pid from ours."""
    if Path("/proc/self/stat").exists():
        stat = _stat(pid)
        return stat[19] if stat and stat[0] != "Z" else None
    listed = subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True)
    return listed.stdout.strip() or None


@contextmanager
def _terminated_as_exit() -> Iterator[None]:
    """SIGTERM and SIGHUP end the block as Ctrl-C does, so that what it started is stopped."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def leave(number: int, _frame: object) -> None:
        raise SystemExit(128 + number)

    before = {number: signal.signal(number, leave) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """A second Ctrl-C does not interrupt the stopping."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, signal.SIG_IGN) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)

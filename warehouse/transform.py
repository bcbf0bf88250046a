"""Runs dbt: one subprocess a layer (or one for all of them), on the private build file, never in this process.

In-process runs keep DuckDB's file lock, and a dbt that outlives its killed parent must keep the lease: the child
inherits the lease's descriptor and stays in the process group. Comes in: a build file and a layer. Goes out: the
layer's tables in it, and one `dbt_result` event a model and test. Raises TransformFailed with the failed nodes.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from warehouse.events import EventLog
from warehouse.settings import DBT_PROJECT, Settings

LAYERS = ("staging", "core", "facts", "bi", "operations")  # selectors of dbt_project/selectors.yml, in order
ALL = "all"  # every layer in one subprocess: dbt's start and parse cost five seconds an invocation


class TransformFailed(RuntimeError):
    """dbt ended with failed models or tests, or could not run."""


@dataclass(frozen=True, slots=True)
class NodeResult:
    """What became of one dbt node. seconds = execution time."""

    layer: str
    node: str
    kind: str
    status: str
    seconds: float
    failures: int | None
    message: str | None

    @property
    def is_failed(self) -> bool:
        return self.status in ("error", "fail", "runtime error")


def run_layer(
    settings: Settings,
    build_file: Path,
    layer: str,
    *,
    log: EventLog,
    full_refresh: bool = False,
    lease_fd: int | None = None,
    say: Callable[[str], None] = lambda _line: None,
) -> list[NodeResult]:
    """Build one layer with its tests. Raises TransformFailed naming what failed, after logging every result."""
    if layer not in (*LAYERS, ALL):
        raise ValueError(f"no layer {layer!r}; the layers are {', '.join(LAYERS)}")
    target = settings.build / "dbt" / "target"
    results_file = target / "run_results.json"
    results_file.unlink(missing_ok=True)
    command = [
        *dbt_command(settings),
        "build",
        *(["--selector", layer] if layer != ALL else []),
        *(["--full-refresh"] if full_refresh else []),
    ]
    output = build_file.parent / f"dbt-{layer}.log"
    exit_code = _run(command, settings, build_file, output, lease_fd)
    results = _results(results_file, layer)
    for result in results:
        log.append("dbt_result", **{name: getattr(result, name) for name in NodeResult.__slots__})
    for line in table([r for r in results if r.kind == "model" or r.status not in ("success", "pass")]):
        say(line)
    failed = [r for r in results if r.is_failed]
    if failed:
        raise TransformFailed(f"dbt layer {layer}: " + "; ".join(f"{r.node}: {r.message or r.status}" for r in failed))
    if exit_code != 0:
        raise TransformFailed(f"dbt layer {layer} did not run: {_last_lines(output)}")
    return results


def dbt_command(settings: Settings) -> list[str]:
    """dbt with this project's folders; what it writes goes to the data home."""
    return [
        str(Path(sys.executable).with_name("dbt")),
        "--no-use-colors",
        "--no-send-anonymous-usage-stats",
        "--log-path",
        str(settings.build / "dbt" / "logs"),
    ]


def project_hash() -> str:
    """Hash of everything that shapes the models: when it changes, every fact is built anew."""
    digest = hashlib.sha256()
    for path in sorted(DBT_PROJECT.rglob("*")):
        if path.suffix in (".sql", ".yml", ".csv") and "target" not in path.parts:
            digest.update(str(path.relative_to(DBT_PROJECT)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def environment(settings: Settings) -> dict[str, str]:
    """What dbt_project/profiles.yml reads.

    The database is not named: it is the one in the working directory, so that the profile is the same every night
    and dbt's partial parse is kept.
    """
    return {
        **{k: v for k, v in os.environ.items() if k != "YILIAN_BUILD_FILE"},
        "YILIAN_THREADS": str(settings.threads),
        "DBT_PROJECT_DIR": str(DBT_PROJECT),
        "DBT_PROFILES_DIR": str(DBT_PROJECT),
        "DBT_TARGET_PATH": str(settings.build / "dbt" / "target"),
        "DO_NOT_TRACK": "1",
    }


def table(results: list[NodeResult]) -> list[str]:
    """The results as lines for a log."""
    width = max((len(r.node) for r in results), default=0)
    return [
        f"{r.status:<8} {r.seconds:7.2f}s  {r.kind:<9} {r.node:<{width}}  {r.message or ''}".rstrip() for r in results
    ]


def _run(command: list[str], settings: Settings, build_file: Path, output: Path, lease_fd: int | None) -> int:
    # Into a file, not a pipe: a dbt whose parent was killed finishes its transaction instead of dying of the pipe.
    with output.open("wb") as out:
        return subprocess.run(
            command,
            env=environment(settings),
            cwd=build_file.parent,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            check=False,
            pass_fds=(lease_fd,) if lease_fd is not None else (),
        ).returncode


def _results(results_file: Path, layer: str) -> list[NodeResult]:
    if not results_file.exists():
        return []
    document = json.loads(results_file.read_text(encoding="utf-8"))
    return [
        NodeResult(
            layer=layer,
            node=result["unique_id"].split(".", 2)[2],
            kind=result["unique_id"].split(".", 1)[0],
            status=result["status"],
            seconds=round(float(result["execution_time"]), 3),
            failures=result.get("failures"),
            message=(result.get("message") or "").strip().replace("\n", " ")[:300] or None,
        )
        for result in document["results"]
    ]


def _last_lines(output: Path, count: int = 8) -> str:
    lines = output.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return " / ".join(line.strip() for line in lines[-count:])

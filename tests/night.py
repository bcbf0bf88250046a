"""Runs the project's own command on a home of its own, as a data engineer does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

YILIAN = str(Path(sys.executable).with_name("yilian"))


def environment(home: Path, **more: str) -> dict[str, str]:
    """The environment of a command: this home, nothing of the caller's settings."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("YILIAN_", "AIRFLOW_"))}
    return {**kept, "YILIAN_HOME": str(home), **more}


def yilian(home: Path, *arguments: str, check: bool = True, **more: str) -> subprocess.CompletedProcess[str]:
    """One command, to its end. With `check`, a failure shows what it printed."""
    done = subprocess.run(
        [YILIAN, *arguments], env=environment(home, **more), capture_output=True, text=True, timeout=300, check=False
    )
    if check and done.returncode != 0:
        raise AssertionError(f"yilian {' '.join(arguments)} ended {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done


def start(home: Path, *arguments: str, **more: str) -> subprocess.Popen[str]:
    """One command in a process group of its own, to be killed."""
    return subprocess.Popen(
        [YILIAN, *arguments],
        env=environment(home, **more),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )


def sql(home: Path, query: str) -> list[tuple[Any, ...]]:
    """Rows of the published version."""
    return [tuple(row.values()) for row in json.loads(yilian(home, "sql", query, "--json").stdout)]


def checksum(home: Path) -> str:
    """The checksum of the published version."""
    current = [v for v in json.loads(yilian(home, "versions", "--json").stdout) if v["current"]]
    return str(current[0]["checksum"])

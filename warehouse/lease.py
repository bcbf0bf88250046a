"""One writer at a time: a lease on the data home.

The lock is flock on a descriptor: the kernel gives it back when the last process that holds the descriptor ends,
so it cannot go stale. dbt inherits the descriptor and therefore keeps the lease when its parent is killed.
What stands in the file only tells people who holds it.
"""

from __future__ import annotations

import fcntl
import json
import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from scrapers.records import timestamp

ORPHAN_WAIT_S = 300.0  # the longest that a killed refresh's dbt may take to end its layer


class LeaseHeld(RuntimeError):
    """Another refresh is writing; the message says which."""


@contextmanager
def hold(
    file: Path,
    run_id: str,
    step: str,
    *,
    orphan_wait_s: float = ORPHAN_WAIT_S,
    say: Callable[[str], None] = lambda _line: None,
) -> Iterator[int]:
    """Hold the lease for a block; gives its descriptor, to be inherited by children.

    A living holder is not waited for: LeaseHeld at once, with its name. A dead holder whose child still writes is
    waited for, `orphan_wait_s` seconds at most.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        _take(descriptor, orphan_wait_s, say)
        os.ftruncate(descriptor, 0)
        note = {"run_id": run_id, "step": step, "pid": os.getpid(), "host": socket.gethostname(), "since": timestamp()}
        os.pwrite(descriptor, json.dumps(note).encode(), 0)
        yield descriptor
    finally:
        os.close(descriptor)


def holder(file: Path) -> dict[str, object] | None:
    """Who holds the lease now, or None."""
    try:
        descriptor = os.open(file, os.O_RDWR)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return _note(descriptor)
    else:
        return None
    finally:
        os.close(descriptor)


def _take(descriptor: int, orphan_wait_s: float, say: Callable[[str], None]) -> None:
    deadline = time.monotonic() + orphan_wait_s
    told = False
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            note = _note(descriptor)
            if _is_alive(note) or time.monotonic() > deadline:
                raise LeaseHeld(_describe(note)) from None
            if not told:
                say(f"{_describe(note)}; that process is gone, waiting for its dbt to end")
                told = True
            time.sleep(0.2)


def _note(descriptor: int) -> dict[str, object]:
    try:
        note: dict[str, object] = json.loads(os.pread(descriptor, 4096, 0) or b"{}")
    except json.JSONDecodeError:  # read while its holder was writing it
        note = {}
    return note


def _is_alive(note: dict[str, object]) -> bool:
    if not note or note.get("host") != socket.gethostname():
        return True  # cannot be known: take the lock's word
    try:
        os.kill(int(str(note["pid"])), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _describe(note: dict[str, object]) -> str:
    if not note:
        return "another refresh holds the lease"
    return (
        f"the lease is held by run {note['run_id']} (step {note['step']}, process {note['pid']} on {note['host']}, "
        f"since {note['since']})"
    )

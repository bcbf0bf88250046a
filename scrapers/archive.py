"""Held bytes become immutable bytes by sha256, and every attempt a line in the capture log.

Comes in: files under held/, each with the Capture of its attempt. Goes out: archive/<aa>/<sha256> (read-only, for
ever), tombstones of refused bytes, event lines. Never here: fetching, judging what a body is, parsing.

    held/<run_id>/.lock                     flock: the run lives as long as it is held
                 /<capture_id><suffix>      bytes that no one may read as content yet
                 /<capture_id>.drop.json    where the file lay in the inbox, written before it was moved
                 /<capture_id>.intent.json  the line about to be logged, written after the wall and before the rename
                /<run_id>.import.json      what of a verified bundle is about to enter (see bundle.py)
    archive/<aa>/<sha256>                   bytes whose capture line exists, or whose intent does
                /<sha256>.tombstone.json    bytes that the wall refused: rule, field and line, never a value
    events/<YYYY-MM>/<run_id>.ndjson        append-only, one write a line

A run may be killed at any point. The next run's `recover()` finishes what has an intent, puts dropped files back
into the inbox, and deletes the rest: no temp file is taken for content, no capture stays without bytes and no
bytes stay without capture.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, fields, replace
from datetime import date, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any

import orjson

from scrapers.addresses import natural_key
from scrapers.records import CONTENT_OUTCOMES, Capture, now, timestamp
from scrapers.registry import Source

CHUNK = 1024 * 1024
WALLED_ROLES: frozenset[str] = frozenset({"document", "manifest"})  # what may name a person; lists are the publisher's
_CAPTURE_FIELDS = tuple(f.name for f in fields(Capture))

checkpoint: Callable[[str], None] = lambda name: None  # noqa: E731  # tests kill the process at named points


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why the wall keeps bytes out: coordinates only, never a value."""

    rule: str
    field: str | None = None
    line: int | None = None


Wall = Callable[[Path, Source], Refusal | None]


class WallFault(Exception):
    """The wall broke down over a file: it is neither admitted nor refused. Says which error, never its text."""


# ---------------------------------------------------------------- the event log


def new_run_id(verb: str) -> str:
    """`20261120T023000-crawl-1a2b3c4d`: sorts by time; the tail keeps tasks of one second apart."""
    return f"{now():%Y%m%dT%H%M%S}-{verb}-{secrets.token_hex(4)}"


class EventLog:
    """The append-only log of one run. Its month is the one in the run id, so a run has one file."""

    def __init__(self, home: Path, run_id: str) -> None:
        self.run_id = run_id
        self.path = home / "events" / _month(run_id) / f"{run_id}.ndjson"

    def append(self, event: str, *, durable: bool = False, **fields: object) -> None:
        """Write one line. `durable`: it is on the disk when this returns."""
        line = {"event": event, "at": timestamp(), "run_id": self.run_id, **fields}
        self.path.parent.mkdir(parents=True, exist_ok=True)
        is_new = not self.path.exists()
        descriptor = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            _cut_torn_line(descriptor)
            data = orjson.dumps(line) + b"\n"
            if os.write(descriptor, data) != len(data):
                _cut_torn_line(descriptor)
                raise OSError(f"{self.path}: the disk took only a part of a line")
            if durable:
                os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if durable and is_new:
            _sync_directory(self.path.parent)


def _month(run_id: str) -> str:
    match = re.match(r"(\d{4})(\d{2})\d{2}T", run_id)
    return f"{match[1]}-{match[2]}" if match else f"{now():%Y-%m}"


def _cut_torn_line(descriptor: int) -> bool:
    """Cut what follows the last line end: a write that a crash or a full disk left unfinished."""
    size = end = os.fstat(descriptor).st_size
    while end > 0:
        start = max(0, end - 4096)
        at = os.pread(descriptor, end - start, start).rfind(b"\n")
        if at >= 0:
            end = start + at + 1
            break
        end = start
    if end < size:
        os.ftruncate(descriptor, end)
    return end < size


def read_events(home: Path, since: str | None = None, name: str | None = None) -> Iterator[dict[str, Any]]:
    """The events of all runs, or those of one name, in order of file name; a torn last line is skipped.

    `since` (ISO date or time, Shanghai) leaves out what happened earlier.
    """
    needle = b'"event":' + orjson.dumps(name) if name else b""
    for log in _logs(home, since):
        for event in _events_of(log, needle):
            if name in (None, event["event"]) and (since is None or event["at"] >= since):
                yield event


def read_captures(home: Path, source_id: str | None = None, since: str | None = None) -> Iterator[Capture]:
    """The capture log: every attempt, or every attempt at one source."""
    needle = b'"source_id":' + orjson.dumps(source_id) if source_id else b'"event":"capture"'
    for log in _logs(home, since):
        for event in _events_of(log, needle):
            if event["event"] != "capture" or source_id not in (None, event["source_id"]):
                continue
            if since is None or event["at"] >= since:
                yield _capture(event)


def _logs(home: Path, since: str | None) -> list[Path]:
    """Logs that can hold events since then. A run is logged under the month it started in, so a month more is read."""
    first = ""
    if since is not None:
        first = (date.fromisoformat(since[:10]).replace(day=1) - timedelta(days=1)).isoformat()[:7]
    return sorted(log for log in (home / "events").glob("*/*.ndjson") if log.parent.name >= first)


def _events_of(log: Path, needle: bytes = b"") -> Iterator[dict[str, Any]]:
    with log.open("rb") as file:
        for number, line in enumerate(file, 1):
            if not line.endswith(b"\n"):
                return  # torn: its writer was killed and nobody appended since
            if needle in line:
                try:
                    yield orjson.loads(line)
                except orjson.JSONDecodeError as error:
                    raise ValueError(f"{log}:{number}: not an event: {error}") from None


# ---------------------------------------------------------------- the archive


def archive_path(home: Path, sha256: str) -> Path:
    """Where the bytes with this sha256 are, or would be."""
    if not re.fullmatch(r"[0-9a-f]{64}", sha256):
        raise ValueError("a sha256 is 64 lower-case hex digits")
    return home / "archive" / sha256[:2] / sha256


def tombstone_path(home: Path, sha256: str) -> Path:
    """Where it is said that the wall refused the bytes with this sha256."""
    return archive_path(home, sha256).with_suffix(".tombstone.json")


class Archive:
    """The archive of a home as one run writes it. Use it as a context manager, or call `close`."""

    def __init__(self, home: Path, log: EventLog, wall: Wall | None) -> None:
        self.home = home
        self.log = log
        self.wall = wall
        self._room: _Room | None = None
        self._known: dict[str, _Known] = {}

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the run's held directory; what an error left in it waits for `recover`."""
        if self._room:
            self._room.close()
            self._room = None

    def new_capture_id(self) -> str:
        return f"{self.log.run_id}-{secrets.token_hex(4)}"

    def hold(self, capture_id: str, filename: str | None = None) -> Path:
        """An address under held/ to stream into. It keeps the file name's endings, by which readers know formats."""
        return self._open_room() / f"{capture_id}{endings(filename)}"

    def hold_dropped(self, capture_id: str, file: Path) -> Path:
        """Move a file from the inbox to held/, remembering where it lay. Raises OSError where it can't be moved."""
        held = self.hold(capture_id, file.name)
        _write(
            _drop_note(held, capture_id),
            {"inbox": str(file.relative_to(self.home)), "held": held.name},
            held.parent,
        )
        checkpoint("drop noted")
        try:
            file.rename(held)
        except OSError:
            _drop_note(held, capture_id).unlink()
            raise
        checkpoint("drop moved")
        return held

    def put_back(self, held: Path, capture: Capture, place: Path) -> None:
        """Record an attempt at a dropped file that did not become content, and put the file at `place`, or beside."""
        self.record(capture)
        checkpoint("recorded")
        held.rename(_free(place))
        checkpoint("put back")
        _drop_note(held, capture.capture_id).unlink(missing_ok=True)

    def discard(self, held: Path, capture: Capture) -> None:
        """Record an attempt whose bytes are not content, and delete them."""
        self.record(capture)
        checkpoint("recorded")
        held.unlink(missing_ok=True)

    def record(self, capture: Capture) -> None:
        """Log an attempt without bytes."""
        if capture.outcome in CONTENT_OUTCOMES or capture.sha256:
            raise ValueError(f"{capture.capture_id}: {capture.outcome} has bytes: admit them")
        self._log(capture)

    def ask_wall_of_name(self, name: str, source: Source) -> Refusal | None:
        """May a file of this name enter? Names stand in logs and receipts. Raises WallFault."""
        if self.wall is None or source.kind != "feed":
            return None
        asked = self._open_room() / ".name.ndjson"
        asked.write_text(json.dumps({"name": name}), encoding="ascii")
        try:
            refusal = self._ask_wall(asked, source)
        finally:
            asked.unlink()
        return Refusal(refusal.rule, "filename") if refusal else None

    def admit(self, held: Path, capture: Capture, source: Source, refusal: Refusal | None = None) -> Capture:
        """Judge held bytes at the wall and make them content, or a tombstone; `refusal` where it is judged already.

        A capture that comes with the sha256 and size of its bytes is believed; else they are read for it.
        Returns the capture as logged: outcome new, changed or unchanged with sha256 and size, or refused.
        Raises WallFault, with the bytes still held, where the wall itself fails.
        """
        sha256, size = (capture.sha256, capture.size) if capture.sha256 else digest(held)
        if capture.role in WALLED_ROLES:
            refusal = refusal or self._ask_wall(held, source)
        if refusal:
            capture = replace(capture, outcome="refused", sha256=None, size=size, error=reason(refusal))
        else:
            capture = replace(capture, outcome=self._compare(capture, sha256), sha256=sha256, size=size)
            if not self._is_kept(capture):
                sync_file(held)
        intent = {
            "capture": asdict(capture),
            "held": held.name,
            "tombstone": {"sha256": sha256, **asdict(refusal)} if refusal else None,
        }
        note = held.parent / f"{capture.capture_id}.intent.json"
        checkpoint("judged")
        _write(note, intent, held.parent)
        checkpoint("intent written")
        self._carry_out(held.parent, intent)
        self._log(capture)
        checkpoint("line written")
        note.unlink()
        checkpoint("intent removed")
        _drop_note(held, capture.capture_id).unlink(missing_ok=True)
        return capture

    def _ask_wall(self, held: Path, source: Source) -> Refusal | None:
        try:
            return self.wall(held, source) if self.wall else None
        except Exception as error:
            raise WallFault(f"the wall could not judge it: {type(error).__name__}") from error

    def _carry_out(self, room: Path, intent: dict[str, Any]) -> None:
        """Move the bytes as the intent says. May be done again after a crash at any point."""
        held = room / intent["held"]
        if intent["tombstone"]:
            _write(tombstone_path(self.home, intent["tombstone"]["sha256"]), intent["tombstone"], room)
            checkpoint("tombstone written")
            held.unlink(missing_ok=True)
            return
        place = archive_path(self.home, intent["capture"]["sha256"])
        if self._is_kept(Capture(**intent["capture"])):
            held.unlink(missing_ok=True)
            return
        place.parent.mkdir(parents=True, exist_ok=True)
        if place.exists():
            held.unlink(missing_ok=True)
        else:
            held.chmod(0o444)
            held.rename(place)
        checkpoint("renamed")
        _sync_directory(place.parent)
        _sync_directory(place.parent.parent)

    def _is_kept(self, capture: Capture) -> bool:
        """Were these bytes brought to the disk before, by the capture that this one is unchanged from?"""
        return capture.outcome == "unchanged" and self.path(capture.sha256 or "").exists()

    def _log(self, capture: Capture) -> None:
        _append(self.log, capture)
        known = self._known.get(capture.source_id)
        if known:
            known.add(capture)

    # -- what is there

    def path(self, sha256: str) -> Path:
        return archive_path(self.home, sha256)

    def read(self, sha256: str) -> bytes:
        return self.path(sha256).read_bytes()

    def last(self, source_id: str, url: str) -> Capture | None:
        """The last capture of this address that is content: its sha256, etag and last_modified."""
        return self._of(source_id).last.get(natural_key(url))

    def holds(self, source_id: str, sha256: str) -> bool:
        """Is there content of this source with this sha256, under whatever address?"""
        return sha256 in self._of(source_id).shas

    def last_attempt(self, source_id: str, url: str | None = None) -> str:
        """When this address (None: any of the publisher's) was last asked for, whatever came of it; "" if never."""
        attempted = self._of(source_id).attempted
        if url is not None:
            return attempted.get(natural_key(url), "")
        return max((at for each, at in attempted.items() if not each.startswith("url:inbox:")), default="")

    def documents(self, source_id: str) -> dict[str, str]:
        """Every document of this source that was ever asked for: its natural key → the address last asked."""
        return dict(self._of(source_id).documents)

    def last_good_count(self, source_id: str, what: str) -> int | None:
        """What discovery counted in the last run in which nothing went wrong; None where there was none."""
        counts = [
            (event["at"], int(event["found"]))
            for event in read_events(self.home, name="counted")
            if event["source_id"] == source_id and event["what"] == what and event["is_good"]
        ]
        return max(counts)[1] if counts else None

    def _of(self, source_id: str) -> _Known:
        if source_id not in self._known:
            known = self._known[source_id] = _Known()
            for capture in read_captures(self.home, source_id):
                known.add(capture)
        return self._known[source_id]

    def _compare(self, capture: Capture, sha256: str) -> Any:
        last = self.last(capture.source_id, capture.url)
        if last:
            return "unchanged" if last.sha256 == sha256 else "changed"
        is_known = capture.url.startswith("inbox:") and self.holds(capture.source_id, sha256)
        return "unchanged" if is_known else "new"  # a dropped file's name says little: the same bytes are no news

    # -- healing

    def _open_room(self) -> Path:
        if self._room is None:
            self._room = _Room.enter(self.home / "held" / self.log.run_id, wait=True)
        assert self._room
        return self._room.path

    def recover(self) -> int:
        """Heal what dead runs left. Returns the number of leftovers dealt with."""
        healed = 0
        for path in sorted((self.home / "held").glob("*/")):
            if path.name == self.log.run_id or not path.is_dir():
                continue
            room = _Room.enter(path, wait=False)
            if room:  # nobody holds its lock: the run is dead
                with room:
                    healed += self._heal(path)
        return healed

    def _heal(self, room: Path) -> int:
        healed = int(_heal_log(EventLog(self.home, room.name).path))
        logged = {c.capture_id for c in _captures_of(self.home, room.name)}
        for note in sorted(room.glob("*.intent.json")):
            intent = json.loads(note.read_bytes())
            self._finish(room, intent, is_logged=intent["capture"]["capture_id"] in logged)
            checkpoint("intent finished")
            note.unlink()
            (room / f"{intent['capture']['capture_id']}.drop.json").unlink(missing_ok=True)
            healed += 1
        for note in sorted(room.glob("*.import.json")):
            carry_out_import(self.home, room, json.loads(note.read_bytes()), note.name)
            healed += 1
        for note in sorted(room.glob("*.drop.json")):
            healed += self._return_to_inbox(room, json.loads(note.read_bytes()))
            note.unlink()
        for leftover in room.iterdir():
            if leftover.name != ".lock":
                leftover.unlink()
                healed += 1
        return healed

    def _finish(self, room: Path, intent: dict[str, Any], is_logged: bool) -> None:
        """Do what the dead run was about to do, and log it in that run's own log, so that it is logged once."""
        capture = Capture(**intent["capture"])
        if capture.sha256 and not self.path(capture.sha256).exists() and not (room / intent["held"]).exists():
            capture = replace(capture, outcome="error", sha256=None, error="the bytes were lost before they were kept")
        else:
            self._carry_out(room, intent)
        if not is_logged:
            _append(EventLog(self.home, room.name), capture)

    def _return_to_inbox(self, room: Path, note: dict[str, str]) -> int:
        held, place = room / note["held"], self.home / note["inbox"]
        if not held.exists():
            return 0  # it was never moved, or has been put back
        held.rename(_free(place))
        checkpoint("returned")
        return 1


@contextmanager
def room(home: Path, run_id: str) -> Iterator[Path]:
    """A directory under held/ for one run; what is left in it when the run dies, `recover` deals with."""
    entered = _Room.enter(home / "held" / run_id, wait=True)
    assert entered
    with entered:
        yield entered.path


def carry_out_import(home: Path, room: Path, intent: dict[str, Any], note: str) -> None:
    """Bring staged files and logs of a verified bundle in, as the intent says. May be done again after a crash.

    {files: [sha256], tombstones: {sha256: refusal}, logs: [events/<month>/<run_id>.ndjson]}. Bytes first, then the
    lines that name them; the note that stands meanwhile makes both happen or, before it is written, neither.
    """
    _write(room / note, intent, room)
    checkpoint("import noted")
    for sha256 in intent["files"]:
        place = archive_path(home, sha256)
        place.parent.mkdir(parents=True, exist_ok=True)
        if not place.exists():
            (room / sha256).chmod(0o444)
            (room / sha256).rename(place)
            _sync_directory(place.parent)
        checkpoint("import renamed")
    for sha256, refusal in intent["tombstones"].items():
        _write(tombstone_path(home, sha256), {"sha256": sha256, **refusal}, room)
    for path in intent["logs"]:
        _bring_up(home / path, (room / Path(path).name).read_bytes())
        checkpoint("import logged")
    for leftover in room.iterdir():
        if leftover.name not in (".lock", note):
            leftover.unlink()
    (room / note).unlink()


def _bring_up(log: Path, whole: bytes) -> None:
    """Append what a log lacks of its whole content."""
    log.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(log, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        _cut_torn_line(descriptor)
        at = os.fstat(descriptor).st_size
        while at < len(whole):
            at += os.write(descriptor, whole[at:])
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    _sync_directory(log.parent)


class _Known:
    """What the capture log says about one source; an article goes by its natural key, whatever its address."""

    def __init__(self) -> None:
        self.last: dict[str, Capture] = {}
        self.attempted: dict[str, str] = {}
        self.documents: dict[str, str] = {}
        self.shas: set[str] = set()

    def add(self, capture: Capture) -> None:
        """Take in a line of the log; lines of runs that started in one second come in any order."""
        key, at = natural_key(capture.url), capture.finished_at
        if capture.role == "document" and not capture.url.startswith("inbox:") and at >= self.attempted.get(key, ""):
            self.documents[key] = capture.url
        self.attempted[key] = max(at, self.attempted.get(key, ""))
        if capture.sha256 and capture.outcome in CONTENT_OUTCOMES:
            self.shas.add(capture.sha256)
            if key not in self.last or self.last[key].finished_at <= at:
                self.last[key] = capture


class _Room:
    """A run's directory under held/, locked while the run lives."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path = path
        self._descriptor = descriptor

    @classmethod
    def enter(cls, path: Path, wait: bool) -> _Room | None:
        """Lock the directory, making it where it is not there; None where another run holds it."""
        while True:
            path.mkdir(parents=True, exist_ok=True)
            try:
                descriptor = os.open(path / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
            except FileNotFoundError:
                continue  # removed by its last user between the two lines above
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
            except BlockingIOError:
                os.close(descriptor)
                return None
            if os.fstat(descriptor).st_nlink:
                return cls(path, descriptor)
            os.close(descriptor)  # we locked a lock that its last user has removed

    def close(self) -> None:
        """Remove the directory if nothing is left in it, and let go of the lock."""
        if {entry.name for entry in self.path.iterdir()} == {".lock"}:
            (self.path / ".lock").unlink()
            with suppress(OSError):
                self.path.rmdir()
        os.close(self._descriptor)

    def __enter__(self) -> _Room:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _append(log: EventLog, capture: Capture) -> None:
    line = capture.as_event()
    log.append(line.pop("event"), durable=True, **line)


def _captures_of(home: Path, run_id: str) -> Iterator[Capture]:
    log = EventLog(home, run_id).path
    for event in _events_of(log, b'"event":"capture"') if log.exists() else ():
        if event["event"] == "capture":
            yield _capture(event)


def _capture(event: dict[str, Any]) -> Capture:
    return Capture(**{name: event[name] for name in _CAPTURE_FIELDS if name in event})


def _heal_log(log: Path) -> bool:
    """Cut the torn last line of a dead run's log."""
    try:
        descriptor = os.open(log, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        return _cut_torn_line(descriptor)
    finally:
        os.close(descriptor)


# ---------------------------------------------------------------- files


def digest(path: Path) -> tuple[str, int]:
    """sha256 and size of a file."""
    sha, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            sha.update(chunk)
            size += len(chunk)
    return sha.hexdigest(), size


def _free(place: Path) -> Path:
    """A place where no other file is: as wished, else with a prefix."""
    place.parent.mkdir(parents=True, exist_ok=True)
    free = place
    while free.exists():
        free = place.with_name(f"{secrets.token_hex(2)}-{place.name}")
    return free


def reason(refusal: Refusal) -> str:
    """A refusal in one line: coordinates only."""
    where = [f"line {refusal.line}"] if refusal.line else []
    where += [f"field {refusal.field}"] if refusal.field else []
    return " ".join([f"rule {refusal.rule}", *where])


def endings(filename: str | None) -> str:
    """The last two endings of a file name, where they are plain: `.ndjson.gz`."""
    endings = Path(filename).suffixes[-2:] if filename else []
    return "".join(e for e in endings if re.fullmatch(r"\.[A-Za-z0-9]{1,10}", e)).lower() or ".bin"


def _drop_note(held: Path, capture_id: str) -> Path:
    return held.parent / f"{capture_id}.drop.json"


def _write(path: Path, content: dict[str, Any], room: Path) -> None:
    """A small JSON file that is there whole or not at all, also after a power cut. Its first draft is in the room."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = room / f".{path.name}.{secrets.token_hex(4)}"
    with part.open("wb") as file:
        file.write(json.dumps(content).encode("ascii") + b"\n")  # file names that are not UTF-8 survive in this
        file.flush()
        os.fsync(file.fileno())
    checkpoint("draft written")
    part.replace(path)
    _sync_directory(path.parent)


def sync_file(path: Path) -> None:
    """The file's bytes are on the disk when this returns."""
    with _descriptor(path) as descriptor:
        os.fsync(descriptor)


def _sync_directory(path: Path) -> None:
    with _descriptor(path) as descriptor:
        os.fsync(descriptor)


@contextmanager
def _descriptor(path: Path) -> Iterator[int]:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        yield descriptor
    finally:
        os.close(descriptor)

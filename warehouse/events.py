"""The append-only event logs are the truth; ops.* in the build file is projected from them here.

Comes in: events/<month>/<run_id>.ndjson, written by scrapers and warehouse alike through scrapers.archive.EventLog.
Goes out: ops.capture, ops.run and ops.event, each line once. What has been read of a log is remembered in
ops.event_file by its length, so a night reads only what was appended since.
Never here: deciding anything from an event.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa

from scrapers.addresses import natural_key
from scrapers.archive import EventLog
from scrapers.records import SHANGHAI, Capture
from warehouse.database import Connection

__all__ = ["DDL", "EventLog", "prepare", "project", "tail"]

_CAPTURE_TIMES = ("requested_at", "finished_at")
_CAPTURE_COUNTS = ("http_status", "size", "attempts")
_CAPTURE_COLUMNS = [f.name for f in fields(Capture)]

_CAPTURE_SCHEMA = pa.schema(
    [
        (
            name,
            pa.timestamp("ms")
            if name in _CAPTURE_TIMES
            else pa.int64()
            if name in _CAPTURE_COUNTS
            else pa.date32()
            if name == "business_date"
            else pa.string(),
        )
        for name in _CAPTURE_COLUMNS
    ]
    + [("document_key", pa.string())]  # what names the document whatever its address: how captures find their notice
)
_RUN_SCHEMA = pa.schema(
    [
        ("run_id", pa.string()),
        ("verb", pa.string()),
        ("source_id", pa.string()),
        ("outcome", pa.string()),
        ("started_at", pa.timestamp("ms")),
        ("finished_at", pa.timestamp("ms")),
        ("error", pa.string()),
    ]
)
_EVENT_SCHEMA = pa.schema(
    [("run_id", pa.string()), ("event", pa.string()), ("event_at", pa.timestamp("ms")), ("fields", pa.string())]
)

_TYPES = {pa.string(): "varchar", pa.int64(): "bigint", pa.timestamp("ms"): "timestamp", pa.date32(): "date"}


def _columns(schema: pa.Schema) -> str:
    return ", ".join(f"{column.name} {_TYPES[column.type]}" for column in schema)


DDL = f"""
create table if not exists ops.capture ({_columns(_CAPTURE_SCHEMA)});
create table if not exists ops.run ({_columns(_RUN_SCHEMA)});
create table if not exists ops.event ({_columns(_EVENT_SCHEMA)});
create table if not exists ops.event_file (path varchar primary key, bytes_read bigint not null);
""" + "".join(  # a warehouse from before a column was there
    f"alter table ops.capture add column if not exists {_columns(pa.schema([column]))};\n" for column in _CAPTURE_SCHEMA
)


def prepare(con: Connection) -> None:
    """Create what is missing; where an older warehouse's captures lack a column, project all from the logs anew."""
    have = con.execute(
        "select column_name from information_schema.columns where table_schema = 'ops' and table_name = 'capture'"
    ).fetchall()
    if have and {name for (name,) in have} != set(_CAPTURE_SCHEMA.names):
        for table in ("capture", "run", "event", "event_file"):
            con.execute(f"drop table if exists ops.{table}")
    con.execute(DDL)


def project(con: Connection, home: Path) -> int:
    """Bring into ops.* every whole line appended to the logs since the last projection, in one transaction.

    Returns the number of lines read. Runs are paired: a `run_finished` completes the `run_started` of its run_id.
    """
    seen = dict(con.execute("select path, bytes_read from ops.event_file").fetchall())
    events: list[dict[str, Any]] = []
    lengths: list[tuple[str, int]] = []
    for log in sorted((home / "events").rglob("*.ndjson")):
        name, start = str(log.relative_to(home / "events")), seen.get(str(log.relative_to(home / "events")), 0)
        if log.stat().st_size <= start:
            continue
        lines, end = _whole_lines(log, start)
        events += lines
        lengths.append((name, end))
    if not lengths:
        return 0
    con.execute("begin")
    try:
        _insert(con, "ops.capture", _CAPTURE_SCHEMA, [_capture(e) for e in events if e["event"] == "capture"])
        _project_runs(con, events)
        rest = [e for e in events if e["event"] not in ("capture", "run_started", "run_finished")]
        _insert(con, "ops.event", _EVENT_SCHEMA, [_other(e) for e in rest])
        con.executemany("insert or replace into ops.event_file values (?, ?)", lengths)
        con.execute("commit")
    except BaseException:
        con.execute("rollback")
        raise
    return len(events)


def tail(home: Path, names: frozenset[str], limit: int = 1000) -> Iterator[dict[str, Any]]:
    """The newest events of these names, newest first, straight from the logs (for `yilian status` and alerts)."""
    count = 0
    for log in sorted((home / "events").rglob("*.ndjson"), reverse=True):
        lines, _ = _whole_lines(log, 0)
        for event in reversed(lines):
            if event["event"] in names:
                yield event
                count += 1
                if count == limit:
                    return


def _whole_lines(log: Path, start: int) -> tuple[list[dict[str, Any]], int]:
    """The events after byte `start`, up to the last line end; a torn last line waits for its log to be healed."""
    with log.open("rb") as file:
        file.seek(start)
        data = file.read()
    end = data.rfind(b"\n") + 1
    events = []
    for number, line in enumerate(data[:end].splitlines(), 1):
        if not line.strip():
            continue
        try:
            event = orjson.loads(line)
        except orjson.JSONDecodeError:
            # A line torn by a crash and closed by the healer: it says so itself, and holds nothing provable.
            event = {"event": "torn_line", "at": None, "run_id": log.stem, "line_after_byte": start, "line": number}
        events.append(event)
    return events, start + end


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).astimezone(SHANGHAI).replace(tzinfo=None) if text else None


def _capture(event: dict[str, Any]) -> dict[str, Any]:
    row = {name: event.get(name) for name in _CAPTURE_COLUMNS}
    row |= {name: _time(event.get(name)) for name in _CAPTURE_TIMES}
    row["document_key"] = natural_key(event["url"])
    row["business_date"] = datetime.fromisoformat(event["business_date"]).date()
    return row


def _other(event: dict[str, Any]) -> dict[str, Any]:
    rest = {k: v for k, v in event.items() if k not in ("event", "at", "run_id")}
    return {
        "run_id": event.get("run_id"),
        "event": event["event"],
        "event_at": _time(event.get("at")),
        "fields": orjson.dumps(rest).decode(),
    }


def _project_runs(con: Connection, events: list[dict[str, Any]]) -> None:
    started = [e for e in events if e["event"] == "run_started"]
    finished = {(e["run_id"], e.get("source_id"), e.get("verb")): e for e in events if e["event"] == "run_finished"}
    rows = []
    for e in started:
        end = finished.pop((e["run_id"], e.get("source_id"), e.get("verb")), {})
        rows.append(
            {
                "run_id": e["run_id"],
                "verb": e.get("verb"),
                "source_id": e.get("source_id"),
                "outcome": end.get("outcome"),
                "started_at": _time(e["at"]),
                "finished_at": _time(end.get("at")),
                "error": end.get("error"),
            }
        )
    _insert(con, "ops.run", _RUN_SCHEMA, rows)
    for e in finished.values():  # started in an earlier projection
        con.execute(
            "update ops.run set outcome = ?, finished_at = ?, error = ? where run_id = ? "
            "and verb is not distinct from ? and source_id is not distinct from ?",
            [e.get("outcome"), _time(e["at"]), e.get("error"), e["run_id"], e.get("verb"), e.get("source_id")],
        )


def _insert(con: Connection, table: str, schema: pa.Schema, rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    batch = pa.Table.from_pylist(rows, schema=schema)
    con.register("event_batch", batch)
    con.execute(f"insert into {table} by name select * from event_batch")
    con.unregister("event_batch")

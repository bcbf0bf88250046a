"""ops.* is projected from the logs: each whole line once, a torn line when it is whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from scrapers.archive import EventLog
from scrapers.records import Capture, timestamp
from warehouse import database, events


@pytest.fixture
def con(tmp_path: Path) -> database.Connection:
    con = database.memory()
    con.execute("create schema ops")
    con.execute(events.DDL)
    return con


def capture(number: int, outcome: str = "new") -> dict[str, object]:
    made = Capture(
        f"c{number}",
        "r1",
        "s",
        "feed",
        "document",
        "http://x/a",
        "2026-11-20",
        timestamp(),
        timestamp(),
        outcome,  # type: ignore[arg-type]
    )
    return {k: v for k, v in made.as_event().items() if k not in ("event", "at", "run_id")}


def count(con: database.Connection, table: str) -> int:
    row = con.execute(f"select count(*) from ops.{table}").fetchone()
    assert row is not None
    return int(row[0])


def test_each_line_is_projected_once_however_often(con: database.Connection, tmp_path: Path) -> None:
    log = EventLog(tmp_path, "20261120T000000-crawl-ab")
    log.append("run_started", verb="crawl", source_id="s")
    log.append("capture", **capture(1))
    assert events.project(con, tmp_path) == 2
    assert events.project(con, tmp_path) == 0
    log.append("capture", **capture(2, "error"))
    log.append("run_finished", verb="crawl", source_id="s", outcome="ok")
    assert events.project(con, tmp_path) == 2
    assert count(con, "capture") == 2
    assert con.execute("select outcome, finished_at >= started_at from ops.run").fetchall() == [("ok", True)]


def test_a_torn_last_line_waits_until_it_is_healed(con: database.Connection, tmp_path: Path) -> None:
    log = EventLog(tmp_path, "20261120T000000-crawl-ab")
    log.append("alert", reason="one")
    with log.path.open("ab") as file:
        file.write(b'{"event":"alert","reas')
    assert events.project(con, tmp_path) == 1
    EventLog(tmp_path, "20261120T000000-crawl-ab").append("alert", reason="two")
    assert events.project(con, tmp_path) == 1
    reasons = con.execute("select json_extract_string(fields, 'reason') from ops.event order by 1").fetchall()
    assert reasons == [("one",), ("two",)]


def test_a_projection_that_fails_leaves_nothing_half(con: database.Connection, tmp_path: Path) -> None:
    log = EventLog(tmp_path, "20261120T000000-crawl-ab")
    log.append("capture", **capture(1))
    con.execute("alter table ops.event_file rename to event_file_away")
    con.execute("create table ops.event_file (path varchar)")
    with pytest.raises(database.Error):
        events.project(con, tmp_path)
    assert count(con, "capture") == 0


def test_the_tail_is_newest_first_across_runs(tmp_path: Path) -> None:
    EventLog(tmp_path, "20261119T000000-a-ab").append("alert", reason="old")
    EventLog(tmp_path, "20261120T000000-a-ab").append("alert", reason="new")
    EventLog(tmp_path, "20261120T000000-a-ab").append("other")
    assert [e["reason"] for e in events.tail(tmp_path, frozenset({"alert"}))] == ["new", "old"]
    assert [e["reason"] for e in events.tail(tmp_path, frozenset({"alert"}), limit=1)] == ["new"]

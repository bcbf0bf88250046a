"""Captures in the archive → Parquet under parsed/, one commit mark a capture."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from scrapers import notices
from scrapers.archive import archive_path, read_events
from scrapers.notices import batch
from scrapers.records import FACT_SCHEMA, NOTICE_SCHEMA, Capture

PAGES = Path(__file__).parents[2] / "examples" / "notices"
PARSED = f"parsed/{notices.PARSER_VERSION}"


def capture(home: Path, number: int, data: bytes, url: str = "inbox:page.txt") -> Capture:
    sha256 = hashlib.sha256(data).hexdigest()
    path = archive_path(home, sha256)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return Capture(
        capture_id=f"20240506T010203-crawl-0000-{number}",
        run_id="20240506T010203-crawl-0000",
        source_id="drop_folder",
        kind="notices",
        role="document",
        url=url,
        business_date="2024-05-06",
        requested_at="2024-05-06T01:02:03.000+08:00",
        finished_at="2024-05-06T01:02:04.000+08:00",
        outcome="new",
        sha256=sha256,
        size=len(data),
    )


def test_a_page_becomes_rows_under_the_schemas(tmp_path: Path) -> None:
    data = (PAGES / "city_group_wire.txt").read_bytes()
    one = capture(tmp_path, 1, data)
    assert batch.parse_captures(tmp_path, batch.pending(tmp_path, [one]), {}) == 1
    notice_table = pq.read_table(tmp_path / PARSED / f"{one.capture_id}.notice.parquet")
    fact_table = pq.read_table(tmp_path / PARSED / f"{one.capture_id}.facts.parquet")
    assert notice_table.schema.equals(NOTICE_SCHEMA)
    assert fact_table.schema.equals(FACT_SCHEMA)
    (row,) = notice_table.to_pylist()
    assert row["notice_id"] == f"sha256:{one.sha256}"
    assert row["content_sha256"] == one.sha256
    assert row["is_relevant"]
    assert json.loads(row["topics"])
    rows = fact_table.to_pylist()
    assert [r["fact_no"] for r in rows] == list(range(1, len(rows) + 1))
    assert {(r["numerator"], r["denominator"]) for r in rows if r["denominator"]} == {(1, 3), (1, 4)}
    for r in rows:
        assert r["evidence"] == row["page_text"][r["start_offset"] : r["end_offset"]]
        assert r["is_statement"] == (r["value"] is None) == (r["value_text"] is not None)
    assert batch.pending(tmp_path, [one]) == []


def test_without_its_commit_mark_a_capture_is_read_again(tmp_path: Path) -> None:
    one = capture(tmp_path, 1, (PAGES / "city_group_wire.txt").read_bytes())
    batch.parse_captures(tmp_path, [one], {})
    before = {p.name: p.read_bytes() for p in (tmp_path / PARSED).iterdir()}
    (tmp_path / PARSED / f"{one.capture_id}.notice.parquet").unlink()
    assert batch.pending(tmp_path, [one]) == [one]
    batch.parse_captures(tmp_path, [one], {})
    assert {p.name: p.read_bytes() for p in (tmp_path / PARSED).iterdir()} == before


def test_one_unreadable_page_does_not_stop_the_others(tmp_path: Path) -> None:
    lost = capture(tmp_path, 1, b"lost")
    good = capture(tmp_path, 2, (PAGES / "city_group_wire.txt").read_bytes())
    archive_path(tmp_path, lost.sha256 or "").unlink()
    assert batch.parse_captures(tmp_path, [lost, good], {}) == 2
    (row,) = pq.read_table(tmp_path / PARSED / f"{lost.capture_id}.notice.parquet").to_pylist()
    assert json.loads(row["flags"]) == ["parse_error"]
    assert pq.read_table(tmp_path / PARSED / f"{good.capture_id}.facts.parquet").num_rows > 4
    (event,) = [e for e in read_events(tmp_path) if e["event"] == "parse_error"]
    assert event["capture_id"] == lost.capture_id


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://www.example.cn/yzygj/c100068/202306/" + "ab12" * 8 + ".shtml", "nhc:" + "ab12" * 8),
        ("https://www.example.cn/a/b.html?page=2", "url:https://www.example.cn/a/b.html?page=2"),
    ],
)
def test_notice_ids(tmp_path: Path, url: str, expected: str) -> None:
    assert batch.notice_id(capture(tmp_path, 1, b"x", url)) == expected


def test_the_same_bytes_dropped_twice_are_one_notice(tmp_path: Path) -> None:
    first, second = capture(tmp_path, 1, b"x", "inbox:a.txt"), capture(tmp_path, 2, b"x", "inbox:b.txt")
    assert batch.notice_id(first) == batch.notice_id(second)

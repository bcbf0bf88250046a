"""Files with every kind of damage: one verdict a line, and every accepted row is a good one in a second opinion too."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from scrapers import contracts, registry
from scrapers.registry import Source
from tests.warehouse import damage
from warehouse import door

SHA = "d" * 64
RECEIVED = "2026-11-21T02:30:00.000+08:00"


@pytest.fixture(scope="module")
def source() -> Source:
    return registry.load(variables={"sample_site": "http://127.0.0.1:9"})["drop_feed"]


@pytest.mark.parametrize("start", range(0, 40, 20))
def test_forty_damaged_files(tmp_path: Path, source: Source, monkeypatch: pytest.MonkeyPatch, start: int) -> None:
    judge_all(tmp_path, source, monkeypatch, range(start, start + 20))


@pytest.mark.chaos
@pytest.mark.parametrize("start", [0, *range(1000, 2000, 100)])
def test_a_thousand_damaged_files(tmp_path: Path, source: Source, monkeypatch: pytest.MonkeyPatch, start: int) -> None:
    judge_all(tmp_path, source, monkeypatch, range(start, start + 100))


def judge_all(folder: Path, source: Source, monkeypatch: pytest.MonkeyPatch, seeds: range) -> None:
    """Files this small are judged without shapes; every other one is judged as a large one would be."""
    for seed in seeds:
        monkeypatch.setattr(door, "FEW_LINES", 0 if seed % 2 else 5000)
        check(folder / str(seed), source, seed)


def check(folder: Path, source: Source, seed: int) -> None:
    """Judge one file; every line has one verdict, and it is the second opinion's."""
    data = damage.file(seed)
    folder.mkdir()
    path = folder / "feed"
    path.write_bytes(data)
    home = folder / "home"
    receipt = door.judge(home, path, source=source, file_sha256=SHA, filename="feed", received_at=RECEIVED)
    content = damage.content(data)
    if receipt.file_refused:
        assert (receipt.rows_total, receipt.accepted) == (0, {}), seed
        assert not list(home.glob("accepted/*/v*")), seed
        assert not list(home.glob("quarantine/**/*.parquet")), seed
        assert content is None or receipt.file_refused == "ENCODING-utf16" or content[:2] in (b"\x1f\x8b", b"PK"), seed
        return
    assert content is not None, (seed, "a damaged container was read")
    told = damage.lines(content)
    kept = {
        row["line_no"]: row
        for path in home.glob("accepted/*/v*/*/*.parquet")
        for row in pq.read_table(path).to_pylist()
    }
    refused = [
        row["line_no"] for path in home.glob("quarantine/*/*.parquet") for row in pq.read_table(path).to_pylist()
    ]
    assert sorted([*kept, *refused]) == sorted(told), seed
    assert receipt.rows_total == len(told), seed
    for number, line in told.items():
        record = good(line)
        assert (record is not None) == (number in kept), (seed, number, "refused, and good" if record else "accepted")
        if record is not None:
            assert_says(record, kept[number], (seed, number))


def good(line: bytes) -> dict[str, Any] | None:
    """The record of a line, None where the second opinion is that there is none."""
    try:
        return damage.opinion(line)
    except damage.Bad:
        return None


def rows(home: Path, pattern: str) -> list[dict[str, Any]]:
    return [row for path in home.glob(pattern) for row in pq.read_table(path).to_pylist()]


def assert_says(record: dict[str, Any], row: dict[str, Any], where: tuple[int, int]) -> None:
    """The row's columns say what the record does."""
    contract = contracts.load()[record["record_type"]]
    for name in ("source_system", "source_record_id", "source_version", "op", "reporter_org_code"):
        assert row[name] == record[name], (*where, name)
    assert row["event_date"] == date.fromisoformat(record["event_date"]), where
    assert row["period_type"] == record.get("period_type", "day"), where
    made = damage._time(record["produced_at"]).astimezone(damage.SHANGHAI).replace(tzinfo=None)
    assert row["produced_at"] == made, where
    for column in contract.columns:
        value: Any = record if record["op"] == "upsert" else {}
        for part in column.json_path.split("."):
            value = value.get(part) if isinstance(value, dict) else None
        stored = row[column.name]
        if column.field.type == "number" and value is not None:
            value = float(value)
        if column.field.type == "array" and stored is not None:
            stored = json.loads(stored)
        if isinstance(stored, date) and not isinstance(stored, datetime):
            stored = stored.isoformat()
        assert stored == value, (*where, column.name)

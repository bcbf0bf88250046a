"""The door: what is accepted and how it stands in the raw columns; what is refused, by line, rule and field."""

from __future__ import annotations

import dataclasses
import gzip
import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrapers import contracts, registry
from scrapers.contracts import blame
from scrapers.feeds import ndjson
from scrapers.registry import Reporter, Source
from tests import feed
from tests.scrapers.contracts import generated
from warehouse import database, door

SHA = "a" * 64
RECEIVED = "2026-11-21T02:30:00.000+08:00"


def activity(**changes: Any) -> dict[str, Any]:
    """A good record; `p_x` changes the payload's x, another name the envelope's; ... takes it out."""
    payload = {
        "centre_code": "C-LAB-01",
        "requester_org_code": feed.MEMBER,
        "service_category": "clinical",
        "requested": 120,
        "received": 118,
        "rejected": 2,
        "reported": 115,
        "cancelled": 1,
    }
    record = feed.record("centre_activity", "ca-1", "2026-11-20", payload)
    for name, value in changes.items():
        place = payload if name.startswith("p_") else record
        if value is ...:
            place.pop(name.removeprefix("p_"), None)
        else:
            place[name.removeprefix("p_")] = value
    return record


def recognition(**payload: Any) -> dict[str, Any]:
    base = {
        "receiver_org_code": feed.LEAD,
        "source_org_code": feed.MEMBER,
        "item": feed.ITEM,
        "eligible_results": 40,
        "recognised": 28,
        "not_recognised": 5,
    }
    return feed.record("recognition_activity", "ra-1", "2026-11-20", base | payload)


def release(**payload: Any) -> dict[str, Any]:
    base = {
        "lead_org_code": feed.LEAD,
        "target_type": "all",
        "resource_type": "outpatient_slot",
        "capacity_released": 10,
        "capacity_used": 5,
    }
    return feed.record("capacity_release", "cr-1", "2026-11-20", base | payload)


def text(record: Any) -> bytes:
    return json.dumps(record, ensure_ascii=False).encode()


@pytest.fixture(scope="module")
def source() -> Source:
    """The generic drop source: it may send every type for every organisation."""
    return registry.load(variables={"sample_site": "http://127.0.0.1:9"})["drop_feed"]


@pytest.fixture(params=["shapes", "no shapes"])
def proof(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Few lines are judged without shapes; here they are judged both ways."""
    if request.param == "shapes":
        monkeypatch.setattr(door, "FEW_LINES", 0)


def written(folder: Path, *lines: bytes, end: bytes = b"\n") -> Path:
    path = folder / "feed.ndjson"
    path.write_bytes(b"".join(line + end for line in lines))
    return path


def judged(home: Path, path: Path, source: Source, sha: str = SHA) -> door.Receipt:
    return door.judge(home, path, source=source, file_sha256=sha, filename=path.name, received_at=RECEIVED)


def rows(home: Path, record_type: str, source: Source, sha: str = SHA) -> list[dict[str, Any]]:
    path = home / "accepted" / record_type / "v1.0" / source.id / f"{sha}.parquet"
    return pq.read_table(path).sort_by("line_no").to_pylist() if path.exists() else []


def said(row: dict[str, Any]) -> dict[str, Any]:
    """What a row says, whichever line it came from."""
    return {name: value for name, value in row.items() if name != "line_no"}


def quarantine(home: Path, source: Source, sha: str = SHA) -> list[tuple[int, str, str | None]]:
    path = home / "quarantine" / source.id / f"{sha}.parquet"
    found = pq.read_table(path).to_pylist() if path.exists() else []
    return [(row["line_no"], row["rule"], row["field"]) for row in found]


# ---- what is accepted


def test_a_record_stands_in_the_raw_columns(tmp_path: Path, source: Source) -> None:
    record = activity(produced_at="2026-11-20T15:30:00Z", not_provided=["critical_total"], p_tat_minutes_p50=95.5)
    record["payload"] |= {"item": {"system": "urn:hr-catalogue:110000", "code": "LAB-0001", "display": "血红蛋白测定"}}
    record["payload"]["is_partial"] = False
    receipt = judged(tmp_path, written(tmp_path, b"", text(record)), source)
    assert (receipt.rows_total, receipt.accepted, receipt.rejections) == (1, {"centre_activity": 1}, {})
    [row] = rows(tmp_path, "centre_activity", source)
    names = [name for name, _ in contracts.raw_columns(contracts.load()["centre_activity"])]
    assert list(row) == names[:-2]
    shown = {name: str(value) for name, value in row.items() if value is not None}
    assert shown == {
        "source_id": source.id,
        "file_sha256": SHA,
        "line_no": "2",
        "contract_version": "1.0",
        "source_system": "test-platform",
        "source_record_id": "ca-1",
        "source_version": "1",
        "op": "upsert",
        "reporter_org_code": feed.LEAD,
        "event_date": "2026-11-20",
        "period_type": "day",
        "produced_at": "2026-11-20 23:30:00",
        "not_provided": '["critical_total"]',
        "centre_code": "C-LAB-01",
        "requester_org_code": feed.MEMBER,
        "service_category": "clinical",
        "item_system": "urn:hr-catalogue:110000",
        "item_code": "LAB-0001",
        "item_display": "血红蛋白测定",
        "requested": "120",
        "received": "118",
        "rejected": "2",
        "reported": "115",
        "cancelled": "1",
        "tat_minutes_p50": "95.5",
        "is_partial": "False",
    }


@pytest.mark.usefixtures("proof")
@pytest.mark.usefixtures("proof")
@pytest.mark.parametrize("record_type", sorted(contracts.load()))
def test_rows_are_typed_as_their_table_is(tmp_path: Path, source: Source, record_type: str) -> None:
    rng = random.Random(record_type)
    contract = contracts.load()[record_type]
    records = [generated.record(rng, contract) for _ in range(40)]
    path = written(tmp_path, *(generated.line(rng, record).encode() for record in records))
    assert judged(tmp_path, path, source).accepted == {record_type: 40}
    with database.memory() as con:
        con.execute("create schema raw")
        con.execute(contracts.ddl(contract))
        file = tmp_path / "accepted" / record_type / "v1.0" / source.id / f"{SHA}.parquet"
        types = dict(con.execute(f"select column_name, column_type from (describe from '{file}')").fetchall())
        con.execute(f"insert into raw.{record_type} by name select * from '{file}'")
        counted = con.execute(f"select count(*) from raw.{record_type}").fetchone()
    raw = contracts.raw_columns(contract)[:-2]
    assert types == {name: type_.upper() for name, type_ in raw}
    assert counted == (40,)
    for record, row in zip(records, rows(tmp_path, record_type, source), strict=True):
        for column in contract.columns:
            assert_column(record, column, row[column.name])


def assert_column(record: dict[str, Any], column: contracts.Column, stored: Any) -> None:
    value: Any = record
    for part in column.json_path.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    if column.field.type == "array":
        stored = json.loads(stored) if stored is not None else None
    if column.field.type == "date":
        stored = str(stored) if stored is not None else None
    assert stored == value, column.name


def test_a_void_has_no_payload(tmp_path: Path, source: Source) -> None:
    bare = feed.record("centre_activity", "ca-0", "2026-11-20", None, version=2)
    judged(tmp_path, written(tmp_path, text(bare), text({**bare, "payload": {"whatever": 1}})), source)
    found = rows(tmp_path, "centre_activity", source)
    assert [(row["op"], row["source_version"], row["centre_code"]) for row in found] == [("void", 2, None)] * 2


def test_each_type_of_a_mixed_file_goes_to_its_own_table(tmp_path: Path, source: Source) -> None:
    lines = [text(activity()), text(recognition()), text(release()), text(activity(p_requested=-1))]
    receipt = judged(tmp_path, written(tmp_path, *lines), source)
    assert receipt.accepted == {"capacity_release": 1, "centre_activity": 1, "recognition_activity": 1}
    assert receipt.contract_versions == dict.fromkeys(receipt.accepted, "1.0")
    assert [row["line_no"] for row in rows(tmp_path, "recognition_activity", source)] == [2]


def test_duplicates_and_ties_are_all_rows(tmp_path: Path, source: Source) -> None:
    lines = [text(activity()), text(activity()), text(activity(p_requested=121))]
    judged(tmp_path, written(tmp_path, *lines), source)
    first, second, third = (said(row) for row in rows(tmp_path, "centre_activity", source))
    assert first == second != third


@pytest.mark.usefixtures("proof")
def test_rows_hold_what_is_said_not_how(tmp_path: Path, source: Source) -> None:
    record = activity(p_tat_minutes_p50=95.5, p_service_category="检验")
    turned = dict(reversed([(k, v) for k, v in record.items() if k != "payload"]))
    turned["payload"] = dict(reversed(record["payload"].items()))
    lines = [
        text(record),
        text(turned),
        json.dumps(record, indent=None, separators=(" ,\t", " : ")).encode(),  # ASCII escapes, other white space
        text({**record, "produced_at": record["produced_at"].replace("+08:00", "")}),
        text({**record, "produced_at": "2026-11-20T15:30:00Z"}),
        text({**record, "period_type": "day"}),
        text(activity(p_tat_minutes_p50=95.50, p_service_category="检验", p_requested=120.0)),
        b"\xef\xbb\xbf" + text(record) + b" \r",
    ]
    receipt = judged(tmp_path, written(tmp_path, *lines), source)
    assert receipt.accepted == {"centre_activity": len(lines)}
    first, *others = (said(row) for row in rows(tmp_path, "centre_activity", source))
    assert all(other == first for other in others)


@pytest.mark.parametrize(
    "change", [{"p_requested": 121}, {"reporter_org_code": feed.MEMBER}, {"op": "void", "payload": ...}]
)
def test_rows_tell_other_content(tmp_path: Path, source: Source, change: dict[str, Any]) -> None:
    judged(tmp_path, written(tmp_path, text(activity()), text(activity(**change))), source)
    first, second = rows(tmp_path, "centre_activity", source)
    assert said(first) != said(second)


@pytest.mark.usefixtures("proof")
def test_clean_lines_are_never_read_again(tmp_path: Path, source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    """What makes the door fast: Python sees no clean line, of any type, nulls included."""
    rng = random.Random(7)
    lines = [
        json.dumps(generated.record(rng, contract), ensure_ascii=False).encode()
        for contract in contracts.load().values()
        for _ in range(40)
    ]
    monkeypatch.setattr(blame, "read_again", lambda *_: pytest.fail("a clean line was read again"))
    receipt = judged(tmp_path, written(tmp_path, *lines), source)
    assert (receipt.rows_total, receipt.rejections) == (len(lines), {})


# ---- what is refused

DAMAGED: list[tuple[bytes, str, str | None]] = [
    (b'{"record_type": "centre_activity"', "JSON-invalid", None),
    (text(activity())[:-20], "JSON-invalid", None),
    (text(activity()) + text(activity()), "JSON-invalid", None),
    (text(activity()) + b" junk", "JSON-invalid", None),
    (text(activity())[:-1] + b",}", "JSON-invalid", None),
    (text(activity()).replace(b'"cancelled": 1}', b'"cancelled": 1 ,\t}'), "JSON-invalid", None),
    (text(activity()).replace(b"C-LAB-01", b"C-\x00-01"), "JSON-invalid", None),
    (text(activity()).replace(b"C-LAB-01", b"C-\t-01"), "JSON-invalid", None),
    (text(activity()).replace(b"C-LAB-01", b"C-\\ud800-01"), "JSON-invalid", None),
    (text(activity()).replace(b"120", b"0120"), "JSON-invalid", None),
    (b"[" * 5000 + b"]" * 5000, "JSON-invalid", None),
    (b"/* c */ " + text(activity()), "JSON-invalid", None),
    (text(activity()).replace(b"120", b"NaN"), "JSON-number", None),
    (text(activity()).replace(b"120", b"-Infinity"), "JSON-number", None),
    (text(activity()).replace(b"120", b"1e400"), "JSON-number", None),
    (text(activity()).replace(b'"op"', b'"op": "void", "op"'), "JSON-duplicate-key", "op"),
    (
        text(activity()).replace(b'"requested"', b'"requested": 1, "requested"'),
        "JSON-duplicate-key",
        "payload.requested",
    ),
    (text(activity()).replace(b'"op"', b'"\\u006fp": "void", "op"'), "JSON-duplicate-key", "op"),
    ("检验".encode("gb18030"), "ENCODING-utf8", None),
    (text(activity()).replace(b"clinical", b"clin\xffcal"), "ENCODING-utf8", None),
    (b"[]", "SCHEMA-type", None),
    (b"12", "SCHEMA-type", None),
    (b"null", "SCHEMA-type", None),
    (b"{}", "SCHEMA-required", "record_type"),
    (text(activity(record_type="x")), "SCHEMA-record-type", "record_type"),
    (text(activity(record_type=["centre_activity"])), "SCHEMA-record-type", "record_type"),
    (text(activity(schema_version="1.1")), "SCHEMA-enum", "schema_version"),
    (text(activity(schema_version=1.0)), "SCHEMA-enum", "schema_version"),
    (text(activity(extra=1)), "SCHEMA-unknown", "extra"),
    (text(activity(p_patient_nr=1)), "SCHEMA-unknown", "payload.patient_nr"),
    (text(activity(p_Requested=120)), "SCHEMA-unknown", "payload.Requested"),
    (text(activity(p_item={**feed.ITEM, "x": None})), "SCHEMA-unknown", "payload.item.x"),
    (text(activity(payload=...)), "SCHEMA-required", "payload"),
    (text(activity(payload=[])), "SCHEMA-type", "payload"),
    (text(activity(payload="")), "SCHEMA-type", "payload"),
    (text(activity(p_received=...)), "SCHEMA-required", "payload.received"),
    (text(activity(event_date=...)), "SCHEMA-required", "event_date"),
    (text(activity(p_item={"system": "urn:a:1"})), "SCHEMA-required", "payload.item.code"),
    (text(activity(p_item="")), "SCHEMA-type", "payload.item"),
    (text(recognition(not_recognised_reasons=[])), "SCHEMA-type", "payload.not_recognised_reasons"),
    (text(recognition(not_recognised_reasons="")), "SCHEMA-type", "payload.not_recognised_reasons"),
    (text(recognition(not_recognised_reasons=12)), "SCHEMA-type", "payload.not_recognised_reasons"),
    (text(activity(p_requested="12")), "SCHEMA-type", "payload.requested"),
    (text(activity(p_requested="1e9")), "SCHEMA-type", "payload.requested"),
    (text(activity(p_requested=True)), "SCHEMA-type", "payload.requested"),
    (text(activity(p_requested=None)), "SCHEMA-type", "payload.requested"),
    (text(activity(p_reported_on_time=None)), "SCHEMA-type", "payload.reported_on_time"),
    (text(activity(p_centre_code=12)), "SCHEMA-type", "payload.centre_code"),
    (text(activity(p_centre_code=12, p_zz="")), "SCHEMA-unknown", "payload.zz"),
    (text(activity(p_is_partial="true")), "SCHEMA-type", "payload.is_partial"),
    (text(activity(not_provided=["a", 1])), "SCHEMA-type", "not_provided[1]"),
    (text(activity(p_unit="件")), "SCHEMA-enum", "payload.unit"),
    (text(activity(period_type="week")), "SCHEMA-enum", "period_type"),
    (text(activity(source_record_id="a b")), "SCHEMA-pattern", "source_record_id"),
    (text(activity(source_record_id="x" * 129)), "SCHEMA-pattern", "source_record_id"),
    (text(activity(p_requester_org_code="12110105O00500001X")), "SCHEMA-pattern", "payload.requester_org_code"),
    (text(activity(event_date="2026-02-30")), "SCHEMA-format", "event_date"),
    (text(activity(event_date="2026/11/20")), "SCHEMA-format", "event_date"),
    (text(activity(event_date="45000")), "SCHEMA-format", "event_date"),
    (text(activity(produced_at="2026-11-20T24:00:00+08:00")), "SCHEMA-format", "produced_at"),
    (text(activity(produced_at="2026-11-20")), "SCHEMA-format", "produced_at"),
    (text(activity(produced_at="9999-12-31T23:59:00Z")), "SCHEMA-format", "produced_at"),
    (text(activity(produced_at="9999-01-01T23:59:00+08:00")), "SCHEMA-format", "produced_at"),
    (text(activity(p_item={**feed.ITEM, "system": "no uri"})), "SCHEMA-format", "payload.item.system"),
    (text(activity(p_centre_code="中" * 41)), "SCHEMA-length", "payload.centre_code"),
    (text(activity(source_version=0)), "SCHEMA-range", "source_version"),
    (text(activity(p_requested=2**63)), "SCHEMA-range", "payload.requested"),
    (text(activity(p_requested=10**15 + 1)), "SCHEMA-range", "payload.requested"),
    (text(activity(p_tat_minutes_sum=1e300)), "SCHEMA-range", "payload.tat_minutes_sum"),  # no fact can hold it
    (text(recognition(recognised=2**63 - 1)), "SCHEMA-range", "payload.recognised"),  # nor can Q11 add it up
    (text(recognition(not_recognised=2**63 - 1, undecided=1)), "SCHEMA-range", "payload.not_recognised"),
    (text(activity(p_tat_minutes_p50=-0.5)), "SCHEMA-range", "payload.tat_minutes_p50"),
    (text(activity(p_reported=-1)), "Q07", "payload.reported"),
    (text(activity(p_reported=1.5)), "Q07", "payload.reported"),
    (text(recognition(not_recognised_reasons={"R6_other": -1})), "Q07", "payload.not_recognised_reasons.R6_other"),
    (text(activity(event_date="2026-11-21")), "Q04", "event_date"),
    (text(activity(p_rejected=121)), "Q08", "payload.rejected"),
    (text(release(capacity_total=9)), "Q09", "payload.capacity_released"),
    (text(recognition(not_recognised_reasons={"R4_emergency": 4})), "Q10", "payload.not_recognised"),
    (text(activity(reporter_org_code="12110105400500001A")), "USCC-check-digit", "reporter_org_code"),
    (text(activity(p_requester_org_code="12110105400500001A")), "USCC-check-digit", "payload.requester_org_code"),
]


@pytest.mark.usefixtures("proof")
def test_each_damaged_line_is_blamed_for_its_reason(tmp_path: Path, source: Source) -> None:
    """One file with every damage between good lines, so that each line's number matters."""
    lines = [line for damaged, _, _ in DAMAGED for line in (text(activity()), b"", damaged + b"\r")]
    receipt = judged(tmp_path, written(tmp_path, *lines), source)
    expected = [(3 * n + 3, rule, field) for n, (_, rule, field) in enumerate(DAMAGED)]
    assert quarantine(tmp_path, source) == expected
    assert receipt.accepted == {"centre_activity": len(DAMAGED)}
    assert [row["line_no"] for row in rows(tmp_path, "centre_activity", source)] == [
        3 * n + 1 for n in range(len(DAMAGED))
    ]
    assert sum(receipt.rejections.values()) == len(DAMAGED)


def test_each_damaged_line_is_blamed_alone_too(tmp_path: Path) -> None:
    for number, (line, rule, field) in enumerate(DAMAGED[::7]):
        found = door.check(written(tmp_path, line))
        blamed = [r for r in found["rejections"] if not r["rule"].startswith("PII-")]
        assert blamed == [{"line": 1, "rule": rule, "field": field}], number
        assert found["accepted"] == 0


def test_lines_that_wait_for_others_are_no_more_than_a_slice_holds(
    tmp_path: Path, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ndjson, "CHUNK", 500)
    monkeypatch.setattr(ndjson, "SLICE_BYTES", 1000)
    monkeypatch.setattr(ndjson, "slices", partial(ndjson.slices, slice_bytes=1000))
    waiting: list[int] = []
    read = door._Judged._read_rest
    monkeypatch.setattr(
        door._Judged, "_read_rest", lambda *a: (waiting.append(sum(map(len, a[2].values()))), read(*a))[1]
    )
    receipt = judged(tmp_path, written(tmp_path, *[b"x" * 99] * 100), source)
    assert receipt.rejections == {"JSON-invalid": 100}
    assert 0 < max(waiting) < 2000


GOOD_AT_THE_EDGE = [
    activity(event_date="2026-11-21", produced_at="2026-11-20T23:46:00+08:00"),  # Q04 leaves 15 minutes
    activity(event_date="2026-11-21", produced_at="2026-11-20T16:00:00Z"),
    activity(p_rejected=120),
    activity(p_requested=0, p_rejected=0),
    release(capacity_total=10),
    recognition(not_recognised_reasons={"R4_emergency": 4, "R6_other": 1}),
    recognition(not_recognised_reasons={}),
    activity(reporter_org_code="local:410122-V0031"),
    activity(reporter_org_code="ws218:1"),
    activity(source_record_id="x" * 128),
    activity(p_centre_code="中" * 40),
    activity(p_service_category=""),
    activity(p_service_category='a"b\\c\n{"requested": 1,}'),
    activity(p_requested=10**15),
    activity(p_tat_minutes_p50=0.1 + 0.2),
]


@pytest.mark.usefixtures("proof")
def test_what_keeps_the_rules_narrowly_is_accepted(tmp_path: Path, source: Source) -> None:
    receipt = judged(tmp_path, written(tmp_path, *map(text, GOOD_AT_THE_EDGE)), source)
    assert quarantine(tmp_path, source) == []
    assert sum(receipt.accepted.values()) == len(GOOD_AT_THE_EDGE)
    kept = {row["line_no"]: row for row in rows(tmp_path, "centre_activity", source)}
    assert kept[13]["service_category"] == 'a"b\\c\n{"requested": 1,}'
    assert kept[14]["requested"] == 10**15
    assert kept[15]["tat_minutes_p50"] == 0.1 + 0.2


@pytest.mark.parametrize(
    ("record", "rule"),
    [
        (activity(produced_at="2026-11-20T23:30:00"), "Q05"),
        (recognition(recognised=40), "Q11"),
        (activity(p_reported=119), "Q08-carry-over"),
        (release(capacity_used=11), "Q09-used"),
    ],
)
def test_a_warning_accepts_and_is_counted(tmp_path: Path, source: Source, record: dict[str, Any], rule: str) -> None:
    receipt = judged(tmp_path, written(tmp_path, text(record), text(record)), source)
    assert (sum(receipt.accepted.values()), receipt.warnings) == (2, {rule: 2})


def test_a_time_without_offset_is_read_as_shanghai(tmp_path: Path, source: Source) -> None:
    lines = [text(activity(produced_at=time)) for time in ("2026-11-20T23:30:00", "2026-11-20 23:30:00")]
    receipt = judged(tmp_path, written(tmp_path, *lines), source)
    assert {str(row["produced_at"]) for row in rows(tmp_path, "centre_activity", source)} == {"2026-11-20 23:30:00"}
    assert receipt.warnings == {"Q05": 2}


@pytest.mark.usefixtures("proof")
def test_a_source_reports_only_what_is_its_own(tmp_path: Path, source: Source) -> None:
    own = dataclasses.replace(
        source, record_types=("centre_activity",), source_systems=("test-platform",), organisations=(feed.LEAD,)
    )
    lines = [
        text(activity()),
        text(activity(reporter_org_code=feed.MEMBER)),
        text(activity(source_system="other-platform")),
        text(release()),
    ]
    judged(tmp_path, written(tmp_path, *lines), own)
    assert quarantine(tmp_path, own) == [
        (2, "Q24", "reporter_org_code"),
        (3, "SOURCE-system", "source_system"),
        (4, "SOURCE-record-type", "record_type"),
    ]


@pytest.mark.usefixtures("proof")
def test_a_reporter_of_the_registry_reports_of_its_days(tmp_path: Path, source: Source) -> None:
    joined = Reporter(feed.MEMBER, date(2026, 11, 18), date(2026, 11, 20))
    own = dataclasses.replace(source, organisations=(feed.LEAD,), reporters=(joined,))
    days = ("2026-11-17", "2026-11-18", "2026-11-19", "2026-11-20")
    lines = [
        text(activity(event_date=day, reporter_org_code=code)) for code in (feed.LEAD, feed.MEMBER) for day in days
    ]
    judged(tmp_path, written(tmp_path, *lines), own)
    assert quarantine(tmp_path, own) == [(5, "Q24", "reporter_org_code"), (8, "Q24", "reporter_org_code")]


# ---- whole files


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_line_ends_blank_lines_marks_and_a_missing_last_end(tmp_path: Path, source: Source, end: bytes) -> None:
    good, bad = text(activity()), text(activity(p_reported=-1))
    lines = [b"\xef\xbb\xbf" + good, b"", bad, b" \t", b"\xef\xbb\xbf" + good, b"\xef\xbb\xbf" + bad, b"", bad]
    path = tmp_path / "feed.ndjson"
    path.write_bytes(end.join(lines))
    receipt = judged(tmp_path, path, source)
    assert (receipt.rows_total, receipt.accepted) == (5, {"centre_activity": 2})
    assert [line for line, _, _ in quarantine(tmp_path, source)] == [3, 6, 8]
    assert [row["line_no"] for row in rows(tmp_path, "centre_activity", source)] == [1, 5]


@pytest.mark.skipif(shutil.which("sed") is None, reason="sed is not on this machine")
@pytest.mark.usefixtures("proof")
def test_each_blamed_line_is_the_one_that_sed_prints(tmp_path: Path, source: Source) -> None:
    """Blank lines, CRLF, CR, marks and control characters between the lines, and lines of 5 MB: each bad line bears a
    mark of its own, and the line that is blamed for it is where sed finds that mark."""
    rng = random.Random(11)
    pieces: list[bytes] = [b"\xef\xbb\xbf"]
    bad = 0
    for turn in range(300):
        if rng.random() < 0.4:
            bad += 1
            wide = "x" * (5_000_000 if turn in (7, 150) else rng.randrange(60))
            broken = rng.choice([activity(p_reported=-1), activity(p_note=wide), activity(event_date="2026-02-30")])
            line = text({**broken, "source_record_id": f"bad-{bad}", "period_type": wide or "week"})
        else:
            line = text(activity(source_record_id=f"good-{turn}", p_service_category="a\u2028b\u0085c"))
        pieces.append(rng.choice([b"", b"", b" ", b"\t", b"\xef\xbb\xbf"]) + line)
        pieces.append(
            rng.choice(
                [b"\n", b"\n", b"\r\n", b"\n\n", b"\r\n\r\n", b" \n", b"\n\xef\xbb\xbf\n", b"\r\r\n", b"\n\x0c\n"]
            )
        )
    path = tmp_path / "feed.ndjson"
    path.write_bytes(b"".join(pieces))
    judged(tmp_path, path, source)
    blamed = [line for line, _, _ in quarantine(tmp_path, source)]
    script = ";".join(f"{line}p" for line in blamed)
    printed = subprocess.run(["sed", "-n", script, path], capture_output=True, check=True).stdout.split(b"\n")[:-1]
    assert len(printed) == len(blamed)
    told = [line for line in printed if b'"source_record_id"' in line]
    assert sum(b'"bad-' in line for line in told) == bad == len(told)
    assert {line for line in printed if line not in told} <= {b"\x0c"}


def test_compressed_files_are_judged_like_plain_ones(tmp_path: Path, source: Source) -> None:
    data = b"\n".join([text(activity()), text(activity(p_reported=-1))])
    plain = tmp_path / "f"
    plain.write_bytes(data)
    expected = door.check(plain, source)
    for packed in (gzip.compress(data), pa.Codec("zstd").compress(data, asbytes=True)):
        plain.write_bytes(packed)
        assert door.check(plain, source) == expected
    assert expected["accepted"] == 1


def test_a_file_that_cannot_be_read_is_refused_whole(tmp_path: Path, source: Source) -> None:
    path = tmp_path / "f.ndjson.gz"
    path.write_bytes(gzip.compress(b"\n".join([text(activity())] * 500))[:-12])
    receipt = judged(tmp_path, path, source)
    assert (receipt.rows_total, receipt.accepted, receipt.file_refused) == (0, {}, "FILE-damaged-container")
    assert door.check(path)["file_refused"] == "FILE-damaged-container"
    assert [p.name for p in tmp_path.rglob("*") if p.is_file()] == ["f.ndjson.gz", f"{SHA}.json"]


def test_an_empty_file_says_no_activity(tmp_path: Path, source: Source) -> None:
    receipt = judged(tmp_path, written(tmp_path), source)
    assert (receipt.rows_total, receipt.accepted, receipt.rejections, receipt.file_refused) == (0, {}, {}, None)


@pytest.mark.usefixtures("proof")
def test_slices_change_nothing(tmp_path: Path, source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = random.Random(3)
    kinds = list(contracts.load().values())
    lines = [
        generated.line(rng, (generated.damaged if n % 3 else generated.record)(rng, rng.choice(kinds))).encode()
        for n in range(300)
    ]
    path = written(tmp_path, *lines)
    whole = door.check(path)
    receipt = judged(tmp_path, path, source)
    cut = ndjson.slices
    monkeypatch.setattr(ndjson, "slices", lambda p: cut(p, 20_000))
    monkeypatch.setattr(ndjson, "CHUNK", 5_000)
    assert door.check(path) == whole
    again = judged(tmp_path, path, source, sha="b" * 64)
    assert (again.accepted, again.rejections) == (receipt.accepted, receipt.rejections)
    for record_type in receipt.accepted:
        first, second = (rows(tmp_path, record_type, source, sha) for sha in (SHA, "b" * 64))
        assert first == [{**row, "file_sha256": SHA} for row in second]
    assert quarantine(tmp_path, source, "b" * 64) == quarantine(tmp_path, source)


@pytest.mark.usefixtures("proof")
def test_verdicts_equal_those_of_the_schema_line_by_line(tmp_path: Path) -> None:
    """The proof in SQL may doubt a good line and must never pass a bad one: against Python alone, on random damage."""
    rng = random.Random(42)
    kinds = list(contracts.load().values())
    made = [(generated.damaged if n % 4 else generated.record)(rng, rng.choice(kinds)) for n in range(4000)]
    lines = [generated.line(rng, record).encode() for record in made]
    alone = [blame.read_again(line, frozenset(contracts.load())) for line in lines]
    found = door.check(written(tmp_path, *lines))
    refused = {r["line"]: r for r in found["rejections"] if not r["rule"].startswith("PII-")}
    for number, verdict in enumerate(alone, 1):
        blamed = refused.get(number)
        if isinstance(verdict, blame.Fault):
            assert blamed == {"line": number, "rule": verdict.rule, "field": verdict.field}, lines[number - 1]
        else:
            assert blamed is None or blamed["rule"][0] == "Q" or blamed["rule"] == "USCC-check-digit"
    assert 1000 < len(refused) < 3500


PIECES = st.sampled_from(
    [b"\n", b"\r\n", b"\x00", b"\xff", b"\xef\xbb\xbf", b"{", b"}", b'"', b",", b":", b"[", b" ", b"\\", b"NaN",
     b"1e400", text(activity()), text(recognition()), text(release())[:90], text(activity(p_reported=-1)) + b"\n"]
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(pieces=st.lists(st.one_of(PIECES, st.binary(max_size=12)), max_size=25))
def test_no_bytes_crash_the_door_and_every_line_has_one_verdict(
    tmp_path_factory: pytest.TempPathFactory, source: Source, pieces: list[bytes]
) -> None:
    home = tmp_path_factory.mktemp("home")
    data = b"".join(pieces)
    path = home / "f"
    path.write_bytes(data)
    receipt = judged(home, path, source)
    accepted, refused = sum(receipt.accepted.values()), sum(receipt.rejections.values())
    assert accepted + refused == receipt.rows_total
    if receipt.file_refused:
        assert receipt.rows_total == 0
        return
    lines = data.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    content = [line.strip(b" \t\r").removeprefix(b"\xef\xbb\xbf") for line in lines]
    assert receipt.rows_total == sum(bool(line) for line in content)
    blamed = [line for line, _, _ in quarantine(home, source)]
    kept = [row["line_no"] for kind in receipt.accepted for row in rows(home, kind, source)]
    assert sorted(blamed + kept) == [n for n, line in enumerate(content, 1) if line]


# ---- writing


def test_judging_again_leaves_the_same_files(tmp_path: Path, source: Source) -> None:
    path = written(tmp_path, text(activity()), text(activity(p_reported=-1)))
    judged(tmp_path, path, source)
    first = {p: hashlib.sha256(p.read_bytes()).hexdigest() for p in tmp_path.rglob("*") if p.is_file()}
    judged(tmp_path, path, source)
    assert {p: hashlib.sha256(p.read_bytes()).hexdigest() for p in tmp_path.rglob("*") if p.is_file()} == first
    assert len(first) == 4


def test_a_quarantine_that_is_empty_now_goes(tmp_path: Path, source: Source) -> None:
    judged(tmp_path, written(tmp_path, text(activity(p_reported=-1))), source)
    assert quarantine(tmp_path, source)
    judged(tmp_path, written(tmp_path, text(activity())), source)
    assert quarantine(tmp_path, source) == []


def test_no_value_stands_in_what_is_written_about_a_refused_line(tmp_path: Path, source: Source) -> None:
    secret = "secretvalue"
    lines = [
        text(activity(p_centre_code=secret * 9)),
        text(activity(p_unit=secret, source_record_id="ca-2")),
        text(activity(**{"p_" + secret.upper() + "1390000": 1})),
        text(activity(event_date=secret)),
        secret.encode(),
    ]
    receipt = judged(tmp_path, written(tmp_path, *lines), source)
    (tmp_path / "feed.ndjson").unlink()
    assert sum(receipt.rejections.values()) == len(lines)
    for file in (p for p in tmp_path.rglob("*") if p.is_file()):
        content = pq.read_table(file).to_pylist() if file.suffix == ".parquet" else json.loads(file.read_text("utf-8"))
        assert secret not in json.dumps(content, default=str).lower()


WORKER = """
import os, signal, sys
from pathlib import Path
from scrapers import registry
from warehouse import door
point, home, path, sha, received = sys.argv[1:]
settle, count = door._settle, 0
def dying(part, target):
    global count
    if count == int(point):
        os.kill(os.getpid(), signal.SIGKILL)
    count += 1
    settle(part, target)
door._settle = dying
source = registry.load(variables={"sample_site": "http://127.0.0.1:9"})["drop_feed"]
door.judge(Path(home), Path(path), source=source, file_sha256=sha, filename="feed.ndjson", received_at=received)
"""


@pytest.mark.parametrize("point", range(4))
def test_a_door_that_is_killed_leaves_no_receipt_and_the_next_one_ends_the_same(
    tmp_path: Path, source: Source, point: int
) -> None:
    """Killed before each of its renames: rows of two types, quarantine, receipt."""
    path = written(tmp_path, text(activity()), text(release()), text(activity(p_reported=-1)))
    home = tmp_path / "home"
    arguments = [sys.executable, "-c", WORKER, str(point), str(home), str(path), SHA, RECEIVED]
    process = subprocess.run(
        arguments, env={**os.environ, "PYTHONPATH": str(Path(door.__file__).parents[1])}, check=False
    )
    assert process.returncode == -signal.SIGKILL
    assert not door.receipt_path(home, source.id, SHA).exists()
    judged(home, path, source)
    undisturbed = tmp_path / "undisturbed"
    judged(undisturbed, path, source)
    assert contents(home) == contents(undisturbed)


def contents(home: Path) -> dict[str, str]:
    """Every file that counts; parts of a dead door have names of their own and are never read."""
    files = [p for p in home.rglob("*") if p.is_file() and not p.name.startswith(".")]
    return {str(p.relative_to(home)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


# ---- the domain's examples


@pytest.mark.shared
def test_the_good_examples_are_accepted(shared: Path) -> None:
    found = door.check(shared / "domain" / "schemas" / "examples_good.ndjson")
    assert (found["accepted"], found["rejections"], found["file_refused"]) == (8, [], None)


@pytest.mark.shared
def test_each_bad_example_is_refused_for_its_reason(shared: Path) -> None:
    found = door.check(shared / "domain" / "schemas" / "examples_bad.ndjson")
    assert [(r["line"], r["rule"], r["field"]) for r in found["rejections"]] == [
        (1, "SCHEMA-unknown", "payload.patient_name"),
        (1, "PII-field", "payload.patient_name"),
        (2, "PII-id-number", "source_record_id"),
        (3, "Q07", "payload.reported"),
        (4, "Q07", "payload.reported"),
        (5, "SCHEMA-record-type", "record_type"),
        (6, "SCHEMA-pattern", "payload.staff_key"),
        (7, "SCHEMA-required", "payload"),
        (8, "SCHEMA-pattern", "reporter_org_code"),
    ]
    assert found["file_refused"] == "PII-field"

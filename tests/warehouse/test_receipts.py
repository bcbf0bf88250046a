"""What is due, what came, and what each sender is told."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from scrapers import contracts, records, registry, steps
from scrapers.records import SHANGHAI
from scrapers.registry import Reporter, Source
from tests import feed
from tests.scrapers.feeds import tables
from warehouse import database, door, events, load, privacy, receipts
from warehouse.database import Connection

DAY = "2026-11-20"


@pytest.fixture(scope="module")
def source() -> Source:
    found = registry.load(variables={"sample_site": "http://127.0.0.1:9"})["drop_feed"]
    return dataclasses.replace(found, cadence="daily", due={"day": 3, "month": 20}, record_types=("capacity",))


@dataclasses.dataclass
class House:
    """A home, and the raw tables that a refresh would fill from it."""

    home: Path
    con: Connection
    source: Source

    def receive(self, name: str, data: bytes | list[feed.Record], manifest: dict[str, Any] | None, at: str) -> str:
        """Drop a file, take it in at a time, judge and load it. Returns its sha256."""
        content = data if isinstance(data, bytes) else "".join(json.dumps(r) + "\n" for r in data).encode()
        sha256 = hashlib.sha256(content).hexdigest()
        inbox = self.home / "inbox"
        inbox.mkdir(exist_ok=True)
        (inbox / name).write_bytes(content)
        if manifest is not None:
            promise = {"file": name, "sha256": sha256, **manifest}
            (inbox / f"{name}.manifest.json").write_text(json.dumps(promise), encoding="utf-8")
        moment = datetime.fromisoformat(at).replace(tzinfo=SHANGHAI)
        records.set_clock(lambda: moment)
        steps.collect(self.home, [self.source], at[:10], privacy.wall)
        load.load(self.con, self.home, f"run-{at}-{name}", self._judge)
        return sha256

    def _judge(self, file: load.FeedFile) -> None:
        path = self.home / "archive" / file.file_sha256[:2] / file.file_sha256
        door.judge(
            self.home,
            path,
            source=self.source,
            file_sha256=file.file_sha256,
            filename=file.filename,
            received_at=file.received_at,
            manifest=file.manifest,
        )

    def states(self, as_of: str) -> dict[str, str]:
        receipts.expect(self.con, [self.source], as_of)
        return {row["period_end"]: row["state"] for row in receipts.due_periods(self.con)}

    def told(self, name: str) -> receipts.Told:
        return next(r for r in receipts.told(self.home, self.source.id) if r.file == name)


@pytest.fixture
def house(tmp_path: Path, source: Source) -> Iterator[House]:
    with database.memory() as con:
        load.prepare(con, "real")
        yield House(tmp_path, con, source)


def day(date: str, **more: Any) -> feed.Record:
    return feed.capacity(f"cap-{date}", date) | more


def next_day(date: str, days: int = 1) -> str:
    return (datetime.fromisoformat(date) + timedelta(days=days)).date().isoformat()


def test_silence_zero_late_and_not_provided_are_four_states(house: House) -> None:
    house.receive("a_capacity_1.ndjson", [day("2026-11-10")], None, "2026-11-11T08:00")
    house.receive("b_capacity_1.ndjson", [day("2026-11-11")], None, "2026-11-15T08:00")
    zero = {"rows": 0, "period_from": "2026-11-12", "period_to": "2026-11-12"}
    house.receive("c_capacity_1.ndjson", b"", zero, "2026-11-13T08:00")
    unknown = day("2026-11-13", not_provided=["capacity_total"])
    house.receive("d_capacity_1.ndjson", [unknown], None, "2026-11-14T08:00")
    assert house.states("2026-11-18") == {
        "2026-11-10": "reported",
        "2026-11-11": "late",
        "2026-11-12": "zero",
        "2026-11-13": "not_provided",
        "2026-11-14": "silent",
        "2026-11-15": "not_due",
        "2026-11-16": "not_due",
        "2026-11-17": "not_due",
        "2026-11-18": "not_due",
    }


def test_a_month_is_due_on_its_own_day(house: House) -> None:
    march = day("2026-03-31", period_type="month", produced_at="2026-04-10T08:00:00+08:00")
    house.receive("m_capacity_1.ndjson", [march], None, "2026-04-20T08:00")
    assert house.states("2026-06-20") == {"2026-03-31": "reported", "2026-04-30": "silent", "2026-05-31": "not_due"}
    due = {row["period_end"]: row["due_on"] for row in receipts.due_periods(house.con)}
    assert due["2026-04-30"] == "2026-05-20"


def test_counting_touched_days_gives_what_counting_every_day_gives(house: House) -> None:
    nights = [
        [day("2026-11-10"), day("2026-11-11")],
        [day("2026-11-11", source_record_id="other", reporter_org_code=feed.MEMBER), day("2026-11-12")],
        [feed.void(day("2026-11-12")), day("2026-11-13", source_record_id="cap-2026-11-10", source_version=2)],
    ]
    for number, sent in enumerate(nights):
        load.prepare(house.con, "real")  # what came before is published
        house.receive(f"n{number}_capacity_1.ndjson", sent, None, "2026-11-14T08:00")
        house.states("2026-11-14")
    told = receipts.due_periods(house.con)
    assert [row["organisations_count"] for row in told] == [0, 1, 1, 2, 1]
    house.con.execute("delete from ops.reported")
    house.states("2026-11-14")
    assert receipts.due_periods(house.con) == told


def test_those_who_owe_a_period_are_those_who_may_report_of_it(house: House) -> None:
    joined, left = Reporter(feed.MEMBER, valid_from=date(2026, 11, 11)), Reporter(feed.OTHER, None, date(2026, 11, 12))
    house.source = dataclasses.replace(house.source, organisations=(feed.LEAD,), reporters=(joined, left))
    house.receive("a_capacity_1.ndjson", [day("2026-11-10")], None, "2026-11-11T08:00")
    house.states("2026-11-12")
    due = {row["period_end"]: row["organisations_due_count"] for row in receipts.due_periods(house.con)}
    assert due == {"2026-11-10": 2, "2026-11-11": 3, "2026-11-12": 2}


def test_a_source_that_never_sent_anything_owes_nothing_yet(house: House) -> None:
    assert house.states("2026-11-18") == {}


@pytest.mark.parametrize(
    ("promise", "rule"),
    [
        ({"rows": 1, "period_from": DAY, "period_to": DAY}, None),
        ({"rows": 2}, "MANIFEST-rows"),
        ({"period_from": "2026-11-01", "period_to": "2026-11-19"}, "MANIFEST-period"),
        ({"sha256": "0" * 64}, "MANIFEST-sha256"),
    ],
)
def test_a_file_is_held_to_its_manifest(house: House, promise: dict[str, Any], rule: str | None) -> None:
    house.receive("f.ndjson", [day(DAY)], promise, "2026-11-21T08:00")
    found = house.told("f.ndjson")
    assert (found.file_refused.rule if found.file_refused else None) == rule
    assert found.accepted == (0 if rule else 1)
    folder = house.home / "check"
    folder.mkdir()
    file = feed.write(house.home / "check", "f.ndjson", [day(DAY)])
    sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
    file.with_name("f.ndjson.manifest.json").write_text(
        json.dumps({"file": "f.ndjson", "sha256": sha256, **promise}), encoding="utf-8"
    )
    assert door.check(file)["file_refused"] == rule, "the sender's check says the same"


@pytest.mark.parametrize(("backfill", "accepted"), [(None, 1), ({}, 0), ({"backfill": True}, 1)])
def test_an_old_record_needs_the_backfill_flag(house: House, backfill: dict[str, Any] | None, accepted: int) -> None:
    old = day("2026-08-01", produced_at="2026-11-20T08:00:00+08:00")
    house.receive("f.ndjson", [old], backfill, "2026-11-21T08:00")
    found = house.told("f.ndjson")
    assert found.accepted == accepted
    assert [f.rule for f in found.rejections] == ([] if accepted else ["Q03"])
    assert [w.rule for w in found.warnings] == (["Q03"] if backfill is None else [])


def test_a_receipt_tells_lines_fields_rules_and_how_to_mend_and_never_a_value(house: House) -> None:
    bad = [day(f"2026-11-{n:02}", reporter_org_code="secret-value") for n in range(1, 4)]
    house.receive("f.ndjson", [day(DAY), *bad, {**day(DAY), "secretfield": 1}], None, "2026-11-21T08:00")
    found = house.told("f.ndjson")
    assert [(f.rule, f.field, f.count, f.lines) for f in found.rejections] == [
        ("SCHEMA-pattern", "reporter_org_code", 3, ["2", "3", "4"]),
        ("SCHEMA-unknown", "secretfield", 1, ["5"]),
    ]
    assert all(f.mend for f in found.rejections)
    page = pages(house)[found.sha256 or ""]
    assert re.search("部分接收.接收 1 条.退回 4 条", page)
    assert "2、3、4" in page
    assert "请按约定的格式填写编码" in page
    assert "secret-value" not in page


def pages(house: House) -> dict[str, str]:
    shas = {r.sha256 for r in receipts.told(house.home, house.source.id) if r.sha256}
    receipts.expect(house.con, [house.source], "2026-11-30")
    receipts.write(house.home, house.source, receipts.due_periods(house.con), shas)
    folder = house.home / "accepted" / "receipts" / house.source.id
    return {path.stem: path.read_text(encoding="utf-8") for path in folder.glob("*.html")}


def test_the_index_tells_files_periods_and_what_the_wall_refused(house: House) -> None:
    house.receive("good.ndjson", [day(DAY)], None, "2026-11-21T08:00")
    house.receive("bad.ndjson", [day(DAY, source_record_id="11010519491231002X")], None, "2026-11-22T08:00")
    index = pages(house)["index"]
    assert "good.ndjson" in index
    assert re.search("整份退回.含身份证件号码", index)
    assert "11010519491231002X" not in index
    assert "2026-11-26" in index, "a period without a record"
    told = house.told("bad.ndjson").file_refused
    assert told is not None
    assert (told.rule, told.field, told.lines) == ("PII-id-number", "source_record_id", ["1"])


def test_a_workbook_is_told_by_its_rows_and_other_headings_are_told(
    tmp_path: Path, source: Source, house: House
) -> None:
    headings = ["来源系统", "报送机构编码", "业务日期", "生成时间", "牵头医院编码", "资源类型", "号源类别", "资源总量"]

    def row(total: Any) -> list[Any]:
        return ["demo", tables.LEAD, DAY, "2026-11-20 23:00+08:00", tables.LEAD, "门诊号源", "全部", total]

    first = tables.xlsx(tmp_path, [["title"], headings, row(10)]).read_bytes()
    second = tables.xlsx(
        tmp_path, [[*headings, "床位口径", "备注说明"], [*row(11), "开放床位", ""], [*row("x"), "", "补"]]
    )
    house.receive("1.xlsx", first, None, "2026-11-21T08:00")
    house.receive("2.xlsx", second.read_bytes(), None, "2026-11-22T08:00")
    found = house.told("2.xlsx")
    assert (found.accepted, [(f.rule, f.field, f.lines) for f in found.rejections]) == (
        1,
        [("SCHEMA-unknown", "备注说明", ["3"])],
    )
    assert found.drift == [{"record_type": "capacity", "new": ["备注说明", "床位口径"], "gone": []}]
    assert found.unknown_headings == ["备注说明"]
    assert "新增" in pages(house)[found.sha256 or ""]


def test_every_rule_of_the_door_says_how_to_mend_it() -> None:
    codes = [rule.code for c in contracts.load().values() for rule in c.rules]
    for code in (*codes, *(r.code for r in contracts.envelope().rules), "USCC-check-digit", "Q24", "SOURCE-system"):
        assert contracts.mend(code), code


def test_a_manifest_is_read_once_and_a_listing_is_one_too(house: House) -> None:
    house.receive("f.ndjson", [day(DAY)], {"rows": 1}, "2026-11-21T08:00")
    assert house.con.execute("select file, rows from ops.manifest").fetchall() == [("f.ndjson", 1)]
    events.project(house.con, house.home)
    assert house.con.execute("select count(*) from ops.manifest_read").fetchone() == (1,)

"""The catalogue of errors to expect, Q01 to Q24: of each that a file can show, a file that shows it and one that barely
does not.

A case is what is sent; its answer is every rule that the door, the wall or the look at whole series names, and how many
records were accepted. Q21 (percentiles averaged by the sender) no file can show: it is told in the guide.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from scrapers import contracts, records, registry
from scrapers.contracts import guide
from scrapers.records import SHANGHAI
from scrapers.registry import Source
from tests import feed
from tests.scrapers.feeds import tables
from tests.scrapers.feeds.tables import HEADINGS, row
from warehouse import database, door, load, suspects

NOW = datetime(2026, 11, 21, 2, 30, tzinfo=SHANGHAI)
Make = Callable[[Path], Path]


@pytest.fixture(autouse=True)
def _clock() -> None:
    records.set_clock(lambda: NOW)


def lines(*made: feed.Record) -> Make:
    return lambda folder: feed.write(folder, "feed.ndjson", made)


def csv(*rows: Sequence[Any], encoding: str = "utf-8") -> Make:
    return lambda folder: tables.csv(folder, [HEADINGS, *rows], encoding=encoding)


def xlsx(*rows: Sequence[Any], merged: Sequence[str] = (), **formats: str) -> Make:
    return lambda folder: tables.xlsx(folder, [HEADINGS, *rows], formats=formats, merged=merged)


def activity(**counts: Any) -> feed.Record:
    return feed.activity("ca-1", "2026-11-20", **counts)


def recognition(**counts: Any) -> feed.Record:
    return feed.recognition("ra-1", "2026-11-20", **counts)


def series(values: Sequence[int]) -> Make:
    first = date(2026, 11, 1)
    days = [(first + timedelta(days=n)).isoformat() for n in range(len(values))]
    made = [feed.capacity(f"c-{d}", d, total=v) for d, v in zip(days, values, strict=True)]
    return lines(*made)


def item(code: str, valid_from: str, valid_to: str | None = None) -> feed.Record:
    payload = {"scope_type": "province", "scope_code": "110000", "category": "lab", "valid_from": valid_from}
    payload |= {"item": {**feed.ITEM, "code": code}, "valid_to": valid_to}
    return feed.record("recognition_item", f"ri-{code}", valid_from, payload)


def late(day: str) -> feed.Record:
    return feed.capacity("c-1", day) | {"produced_at": "2026-11-20T23:30:00+08:00"}


def produced(at: str) -> feed.Record:
    return feed.capacity("c-1", "2026-11-20") | {"produced_at": at}


REASONS = {"not_recognised_reasons": {"R1_condition_changed": 3, "R4_emergency": 2}}
UNKNOWN_ITEM = [item("LAB-0001", "2026-01-01", "2026-11-20"), recognition()]

# (rule, what is sent, the rules named, records accepted)
CASES: list[tuple[str, Make, set[str], int]] = [
    ("Q03", lines(late("2026-08-21")), {"Q03"}, 1),
    ("Q03", lines(late("2026-08-22")), set(), 1),
    ("Q04", lines(produced("2026-11-19T23:44:00+08:00")), {"Q04"}, 0),
    ("Q04", lines(produced("2026-11-19T23:45:00+08:00")), set(), 1),
    ("Q05", lines(produced("2026-11-20T23:30:00")), {"Q05"}, 1),
    ("Q05", lines(produced("2026-11-20T15:30:00Z")), set(), 1),
    ("Q06", lines(produced("2026-11-22T02:31:00+08:00")), {"Q06"}, 1),
    ("Q06", lines(produced("2026-11-22T02:30:00+08:00")), set(), 1),
    ("Q07", lines(activity(reported=-1)), {"Q07"}, 0),
    ("Q07", lines(activity(reported=1.5)), {"Q07"}, 0),  # type: ignore[arg-type]
    ("Q07", lines(activity(reported=0, reported_on_time=0)), set(), 1),
    ("Q08", lines(activity(rejected=101)), {"Q08"}, 0),
    ("Q08", lines(activity(rejected=100)), set(), 1),
    ("Q08", lines(activity(reported=99)), {"Q08-carry-over"}, 1),
    ("Q09", lines(feed.release("r", "2026-11-20", released=100, used=101)), {"Q09-used"}, 1),
    ("Q09", lines(feed.release("r", "2026-11-20", released=100, used=100)), set(), 1),
    ("Q10", lines(recognition(**REASONS | {"not_recognised": 6})), {"Q10"}, 0),
    ("Q10", lines(recognition(**REASONS)), set(), 1),
    ("Q11", lines(recognition(recognised=36)), {"Q11"}, 1),
    ("Q11", lines(recognition(recognised=35)), set(), 1),
    ("Q13", lines(*UNKNOWN_ITEM), {"Q13"}, 2),
    ("Q13", lines(item("LAB-0001", "2026-01-01"), recognition()), set(), 2),
    ("Q13", lines(recognition()), set(), 1),  # nobody sent a catalogue
    ("Q14", csv(row(申请数="120人次")), {"Q14"}, 0),
    ("Q14", xlsx(row(申请数="1.2万")), {"Q14"}, 0),
    ("Q14", csv(row(申请数="120")), set(), 1),
    ("Q15", csv(row(业务类别="检\ufffd验")), {"Q15"}, 0),
    ("Q15", csv(row(业务类别="检\ue5e5验"), encoding="gb18030"), {"Q15"}, 0),
    ("Q15", csv(row(业务类别="检验"), encoding="gb18030"), set(), 1),
    ("Q15", csv(row(业务类别="检验"), encoding="utf-16"), set(), 1),
    ("Q16", csv(row(申请机构编码="1.21101E+17")), {"Q16"}, 0),
    ("Q16", xlsx(row(申请机构编码=121101054005000021), G2="0"), {"Q16"}, 0),
    ("Q16", xlsx(row(共享中心编码=12)), {"Q16"}, 0),
    ("Q16", xlsx(row(共享中心编码=12), F2="0000"), set(), 1),
    ("Q16", xlsx(row(业务日期=46346), D2="General"), set(), 1),
    ("Q17", csv(row(), [None] * 5 + ["合计", None, None, 121] + [None] * 4), {"Q17"}, 1),
    ("Q17", csv(row(), [None] * 5 + ["合计", None, None, 120] + [None] * 4), set(), 1),
    ("Q18", xlsx(row(), row(记录标识="b", 共享中心编码=None)), {"SCHEMA-required"}, 1),
    ("Q18", xlsx(row(), row(记录标识="b", 共享中心编码=None), merged=["F2:F3"]), set(), 2),
    ("Q19", csv(row(取消数="-")), {"SCHEMA-required"}, 0),
    ("Q19", csv(row(取消数="0")), set(), 1),
    ("Q20", csv(row(申请数="1,23")), {"Q20"}, 0),
    ("Q20", csv(row(申请数="１,２００")), set(), 1),
    ("Q22", series(range(10, 20)), {"Q22"}, 10),
    ("Q22", series([*range(10, 19), 3, 4]), set(), 11),
    ("Q22", series(range(10, 19)), set(), 9),
    ("Q22", series([10] * 12), set(), 12),
    ("Q24", lines(activity() | {"reporter_org_code": feed.OTHER}), {"Q24"}, 0),
    ("Q24", lines(activity()), set(), 1),
]  # fmt: skip


@pytest.fixture(scope="module")
def source() -> Source:
    found = registry.load(variables={"sample_site": "http://127.0.0.1:9"})["drop_feed"]
    return dataclasses.replace(found, organisations=(feed.LEAD, tables.LEAD))


def suspected(home: Path, source: Source, sha: str) -> set[str]:
    """The rules that the look at whole series names, once the file is loaded."""
    with database.memory() as con:
        load.prepare(con, "real")
        load.load_receipts(con, home, [load.Receipt.read(load.receipt_path(home, source.id, sha))], "run")
        load.touch(con)
        suspects.find(con)
        return {rule for (rule,) in con.execute("select rule from ops.suspect").fetchall()}


@pytest.mark.parametrize(("code", "make", "named", "accepted"), CASES)
def test_an_error_is_named_and_its_neighbour_is_not(
    tmp_path: Path, source: Source, code: str, make: Make, named: set[str], accepted: int
) -> None:
    file = make(tmp_path)
    found = door.check(file, source)
    rules = {r["rule"] for r in found["rejections"]} | set(found["warnings"]) | {found["file_refused"]} - {None}
    sha = hashlib.sha256(file.read_bytes()).hexdigest()
    at = records.timestamp(NOW)
    receipt = door.judge(tmp_path, file, source=source, file_sha256=sha, filename=file.name, received_at=at)
    if code in OF_SERIES:
        rules |= suspected(tmp_path, source, sha)
    assert (rules, found["accepted"]) == (named, accepted), code
    assert sum(receipt.accepted.values()) == accepted


OF_SERIES = ("Q13", "Q22")
SET_ASIDE = {  # judged among records, in int_ models: tests/test_scenarios.py and the oracle of the sample site
    "Q01", "Q02", "Q12", "Q23",
}  # fmt: skip


def test_every_rule_of_the_catalogue_has_its_cases() -> None:
    shown = {code for code, _, _, _ in CASES}
    assert shown | SET_ASIDE | {"Q21"} == set(contracts.rules()["catalogue"])
    for code in shown:
        cases = [named for c, _, named, _ in CASES if c == code]
        assert set() in cases, f"{code}: no neighbour"
        assert any(cases), f"{code}: never shown"


def test_what_no_file_can_show_is_told_in_the_guide() -> None:
    assert "Q21" in guide.markdown()
    assert "分位数" in contracts.rules()["catalogue"]["Q21"]["zh"]


def test_equal_and_different_content_of_one_version_are_told_apart(tmp_path: Path, source: Source) -> None:
    """Q01 and Q02 as raw holds them: the models count the one once and set the other aside."""
    for total, contents in ((300, 1), (301, 2)):
        twice = [feed.capacity("c", "2026-11-20"), feed.capacity("c", "2026-11-20", total=total)]
        file, sha, at = feed.write(tmp_path, f"{total}.ndjson", twice), f"{total:064}", records.timestamp(NOW)
        door.judge(tmp_path, file, source=source, file_sha256=sha, filename=file.name, received_at=at)
        with database.memory() as con:
            load.prepare(con, "real")
            load.load_receipts(con, tmp_path, [load.Receipt.read(load.receipt_path(tmp_path, source.id, sha))], "run")
            found = con.execute("select count(*), count(distinct capacity_total) from raw.capacity").fetchone()
        assert found == (2, contents)
        assert json.loads(door.receipt_path(tmp_path, source.id, sha).read_text())["accepted"] == {"capacity": 2}


def test_a_large_file_is_judged_by_the_same_rules(
    tmp_path: Path, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Large files go by the shape of their lines first; no rule may be lost on that way."""
    for number, (code, make, _, _) in enumerate(CASES):
        folder = tmp_path / str(number)
        folder.mkdir()
        file = make(folder)
        monkeypatch.setattr(door, "FEW_LINES", 5000)
        found = door.check(file, source)
        monkeypatch.setattr(door, "FEW_LINES", 0)
        assert door.check(file, source) == found, code

"""The reference pages themselves, where they are at hand (YILIAN_SHARED); their text is not part of the project.

What may differ from the list of facts: a share's unit is written % without what it is a share of; a date may be more
exact than the list's (a day for a month).
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import pytest

from scrapers import notices
from scrapers.records import Fact, Notice
from scrapers.text.clean import clean

DOCS = ("000", "001", "002", "003", "004")
pytestmark = pytest.mark.shared
Row = dict[str, str]


def rows(shared: Path, doc: str, expect: str) -> list[Row]:
    with (shared / "domain" / "reference_facts.csv").open(encoding="utf-8") as stream:
        return [
            row
            for row in csv.DictReader(stream)
            if row["doc"] == doc and row["must_extract"] == "true" and row["expect"] == expect
        ]


def page(shared: Path, doc: str) -> tuple[bytes, Notice]:
    data = (shared / "reference_pages" / f"{doc}.txt").read_bytes()
    return data, notices.parse_page(data)


def is_row(fact: Fact, row: Row) -> bool:
    value = Fraction(fact.numerator, fact.denominator or 1) if fact.numerator else Fraction(str(fact.value))
    return (
        (fact.indicator, fact.indicator_code or "", fact.comparator)
        == (row["indicator"], row["indicator_code"], row["operator"])
        and value == Fraction(row["value"])
        and (fact.value_max or 0) == float(row["value_max"] or 0)
        and fact.segment == row["segment"]
    )


@pytest.mark.parametrize("doc", DOCS)
def test_every_fact_of_the_list_is_found_and_no_other(shared: Path, doc: str) -> None:
    _, notice = page(shared, doc)
    left = list(notice.facts)
    for row in rows(shared, doc, "fact"):
        fact = next((fact for fact in left if is_row(fact, row)), None)
        assert fact is not None, row["fact_id"]
        assert row["unit"].startswith(fact.unit or ""), row["fact_id"]
        assert (fact.date or "") == row["date"], row["fact_id"]
        assert fact.adcode == row["adcode"], row["fact_id"]
        left.remove(fact)
    assert [(fact.indicator, fact.evidence) for fact in left] == []


def test_most_statements_of_the_list_are_found(shared: Path) -> None:
    missed = list(_missed_statements(shared))
    total = sum(len(rows(shared, doc, "statement")) for doc in DOCS)
    assert total > 30
    assert len(missed) <= 0.05 * total, missed


def _missed_statements(shared: Path) -> Iterator[str]:
    for doc in DOCS:
        _, notice = page(shared, doc)
        said = {(s.indicator, s.comparator, s.value, s.segment) for s in notice.statements}
        for row in rows(shared, doc, "statement"):
            if (row["indicator"], row["operator"], row["value"], row["segment"]) not in said:
                yield row["fact_id"]


@pytest.mark.parametrize("doc", DOCS)
def test_evidence_stands_at_its_offsets_in_the_text_and_in_the_page(shared: Path, doc: str) -> None:
    data, notice = page(shared, doc)
    raw = notices.drawn_text(data)
    for fact in [*notice.facts, *notice.statements]:
        assert fact.evidence == notice.text[fact.start : fact.end]
        assert clean(raw[fact.raw_start : fact.raw_end]).traced.text == fact.evidence
        assert (fact.trust == "low") == (fact.segment == "related")


def test_heads(shared: Path) -> None:
    heads = {doc: page(shared, doc)[1] for doc in DOCS}
    assert {doc: (n.title, n.publish_date, n.source) for doc, n in heads.items()} == {
        "000": ("6部门公布81个紧密型城市医疗集团建设试点城市名单", "2023-06-10", "新华网"),
        "001": (None, None, None),
        "002": ("关于印发以医联体为载体做好新冠肺炎分级诊疗工作方案的通知", "2022-12-07", None),
        "003": ("大病不出县!郑州每个县(市)将组建1~3个医共体", None, None),
        "004": ("三部门联合发文:让优质医疗资源抵达“家门口”", "2024-06-18", "科技日报"),
    }
    assert all(notice.relevant for notice in heads.values())


def test_nothing_of_the_neighbourhood_stands_in_a_body(shared: Path) -> None:
    texts = {doc: page(shared, doc)[1].text for doc in DOCS}
    assert "2023-06-10" not in texts["000"]
    assert "再贷款" not in texts["002"]
    assert "2025-01-31" not in texts["003"]
    assert not any(word in texts["004"] for word in ("昆山市", "南宁市", "av", "浏览器", "责任编辑"))


def test_the_pilots_of_the_list(shared: Path) -> None:
    _, notice = page(shared, "001")
    assert len(notice.places) == 81
    assert len({place.adcode for place in notice.places}) == 81
    assert sum(place.correction is not None for place in notice.places) == 4

"""The reference pages themselves, where they are at hand (YILIAN_SHARED); their text is not part of the project."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import pytest

from scrapers import notices
from scrapers.records import Notice
from scrapers.text.clean import clean

SHARED = os.environ.get("YILIAN_SHARED")
ADJACENT = {"issuing_departments"}  # a fact of the list that need not be found
pytestmark = pytest.mark.skipif(not SHARED, reason="YILIAN_SHARED does not name the folder of reference pages")


def pages() -> tuple[Notice, Notice]:
    folder = Path(SHARED or "") / "reference_pages"
    return notices.parse_page((folder / "000.txt").read_bytes()), notices.parse_page((folder / "003.txt").read_bytes())


def test_the_facts_of_the_clean_pages_and_no_wrong_ones() -> None:
    with (Path(SHARED or "") / "domain" / "reference_facts.csv").open(encoding="utf-8") as stream:
        rows = [row for row in csv.DictReader(stream) if row["must_extract"] == "true"]
    for doc, notice in zip(("000", "003"), pages(), strict=True):
        wanted = {
            (row["indicator"], row["indicator_code"] or None, row["operator"], row["value"], row["unit"])
            for row in rows
            if row["doc"] == doc and row["segment"] == "main" and row["expect"] == "fact"
        }
        found = {
            (
                *(fact.indicator, fact.indicator_code, fact.comparator),
                f"{fact.numerator}/{fact.denominator}" if fact.denominator else f"{fact.value:g}",
                fact.unit,
            )
            for fact in notice.facts
        }
        assert wanted <= found
        assert {row[0] for row in found - wanted} <= ADJACENT


def test_most_of_their_statements() -> None:
    with (Path(SHARED or "") / "domain" / "reference_facts.csv").open(encoding="utf-8") as stream:
        rows = [row for row in csv.DictReader(stream) if row["must_extract"] == "true" and row["expect"] == "statement"]
    for doc, notice in zip(("000", "003"), pages(), strict=True):
        wanted = {row["indicator"] for row in rows if row["doc"] == doc}
        assert len(wanted & {s.indicator for s in notice.statements}) >= 0.8 * len(wanted)


def test_their_heads_and_offsets() -> None:
    wire, county = pages()
    assert (wire.publish_date, wire.publish_time, wire.source) == ("2023-06-10", "21:24:25", "新华网")
    assert county.publish_date is None
    folder = Path(SHARED or "") / "reference_pages"
    for name, notice in (("000.txt", wire), ("003.txt", county)):
        raw = notices.drawn_text((folder / name).read_bytes())
        for fact in [*notice.facts, *notice.statements]:
            assert fact.evidence == notice.body[fact.start : fact.end]
            assert clean(raw[fact.raw_start : fact.raw_end]).traced.text == fact.evidence
    assert "2025-01-31" not in county.text
    assert "2023-06-10" not in wire.text


def test_the_list_of_pilots_and_its_four_wrong_provinces() -> None:
    folder = Path(SHARED or "")
    with (folder / "domain" / "pilots_corrected.csv").open(encoding="utf-8") as stream:
        pilots = list(csv.DictReader(stream))
    places = notices.parse_page((folder / "reference_pages" / "001.txt").read_bytes()).places
    assert [(p.province_raw, p.city_raw, p.adcode, p.report_province_code) for p in places] == [
        (row["page_province_raw"], row["page_city_raw"], row["adcode"], row["report_province_code"]) for row in pilots
    ]
    assert len({place.adcode for place in places}) == 81
    assert [(p.row_no, p.province) for p in places if p.correction] == [
        (int(row["seq"]), row["province"]) for row in pilots if "province_wrong" in row["correction"]
    ]
    for other in ("000", "002", "003", "004"):
        assert notices.parse_page((folder / "reference_pages" / f"{other}.txt").read_bytes()).places == []


def test_where_their_facts_are() -> None:
    folder = Path(SHARED or "")
    with (folder / "domain" / "reference_facts.csv").open(encoding="utf-8") as stream:
        wanted = {(row["doc"], row["indicator"]): row["adcode"] for row in csv.DictReader(stream)}
    for path in sorted((folder / "reference_pages").glob("*.txt")):
        for fact in notices.parse_page(path.read_bytes()).facts:
            if (path.stem, fact.indicator) in wanted:
                assert fact.adcode == wanted[path.stem, fact.indicator], fact.evidence

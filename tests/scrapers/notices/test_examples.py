"""The recorded pages under tests/examples/notices: what is read from each equals its reviewed expectation."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from scrapers import notices
from scrapers.records import Fact, Notice
from scrapers.text.clean import clean

FOLDER = Path(__file__).parents[2] / "examples" / "notices"
PAGES = sorted(path for path in FOLDER.iterdir() if path.suffix in (".html", ".txt"))


@pytest.fixture(params=PAGES, ids=lambda path: path.name)
def example(request: pytest.FixtureRequest) -> tuple[bytes, Notice, dict[str, Any]]:
    path: Path = request.param
    expected = json.loads(path.with_suffix(".expected.json").read_text(encoding="utf-8"))
    data = path.read_bytes()
    return data, notices.parse_page(data), expected


def test_every_page_has_an_expectation() -> None:
    assert len(PAGES) >= 4
    assert {p.stem for p in PAGES} == {p.name.removesuffix(".expected.json") for p in FOLDER.glob("*.expected.json")}


def test_what_the_page_says_of_itself(example: tuple[bytes, Notice, dict[str, Any]]) -> None:
    _, notice, expected = example
    for key in ("title", "publish_date", "publish_time", "source", "doc_number", "relevant", "topics"):
        assert getattr(notice, key) == expected[key], key
    assert not notice.blocked


def test_the_body_begins_and_ends_where_the_article_does(example: tuple[bytes, Notice, dict[str, Any]]) -> None:
    _, notice, expected = example
    assert notice.body.startswith(expected["body_begins"])
    assert notice.body.endswith(expected["body_ends"])
    assert notice.text.startswith(notice.body)
    for words in expected["absent"]:
        assert words not in notice.body, words


def test_facts_are_these_and_no_others(example: tuple[bytes, Notice, dict[str, Any]]) -> None:
    _, notice, expected = example
    found = [_row(fact) for fact in notice.facts]
    assert sorted(found, key=str) == sorted(expected["facts"], key=str)


def test_statements_are_these_and_no_others(example: tuple[bytes, Notice, dict[str, Any]]) -> None:
    _, notice, expected = example
    found = [[s.indicator, s.comparator, s.value, s.date] for s in notice.statements]
    assert sorted(found, key=str) == sorted(expected["statements"], key=str)


def test_evidence_stands_at_its_offsets(example: tuple[bytes, Notice, dict[str, Any]]) -> None:
    data, notice, _ = example
    raw = notices.drawn_text(data)
    for fact in [*notice.facts, *notice.statements]:
        assert fact.evidence == notice.text[fact.start : fact.end] == notice.body[fact.start : fact.end]
        assert clean(raw[fact.raw_start : fact.raw_end]).traced.text == fact.evidence


def test_shares_are_exact() -> None:
    notice = notices.parse_page((FOLDER / "city_group_wire.txt").read_bytes())
    shares = {f.indicator_code: (f.numerator, f.denominator) for f in notice.facts if f.denominator}
    assert shares == {"RS01": (1, 3), "RS02": (1, 4)}


def _row(fact: Fact) -> list[Any]:
    value = str(Fraction(fact.numerator or 0, fact.denominator)) if fact.denominator else fact.value
    return [fact.indicator, fact.indicator_code, fact.comparator, value, fact.value_max, fact.unit, fact.date]

"""The sample notices: labelled, with their truth in them, and read by the project's own extraction."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from html import escape

import pytest

from scrapers import notices
from scrapers.records import Notice
from scrapers.sample_site import SampleSite, pages, prints
from scrapers.sample_site.notices import CELLS, ExpectedFact
from scrapers.sample_site.prints import PRINTS

IRRELEVANT = {"furniture", "flu", "drill", "archive"}
FEWEST_FOUND = 0.9  # of the expected facts; whatever is found must be expected


@pytest.fixture(scope="module")
def read(whole_site: SampleSite) -> dict[str, Notice]:
    """Every article as the parser reads it, by path."""
    found = {}
    for article in whole_site.articles:
        document = whole_site.document(article.path)
        assert document is not None
        found[article.path] = notices.parse_page(document.data, url=f"http://x{article.path}", media_type="text/html")
    return found


def found_facts(path: str, notice: Notice, segment: str = "main") -> set[ExpectedFact]:
    return {
        ExpectedFact(
            path,
            fact.indicator,
            fact.indicator_code,
            f"{fact.numerator}/{fact.denominator}" if fact.denominator else f"{fact.value:g}",
            fact.unit or "",
            fact.comparator,
        )
        for fact in notice.facts
        if fact.segment == segment
    }


def test_there_are_notices_of_every_kind(whole_site: SampleSite) -> None:
    kinds = Counter(article.kind for article in whole_site.articles)
    assert kinds.total() == 60
    assert kinds.keys() > IRRELEVANT
    assert len({article.path for article in whole_site.articles}) == 60
    assert len({article.doc_number for article in whole_site.articles}) == 60
    assert [a.date for a in whole_site.articles] == sorted((a.date for a in whole_site.articles), reverse=True)


def test_everything_is_labelled(whole_site: SampleSite) -> None:
    for article in whole_site.articles:
        assert article.title.startswith("【示例数据】")
        document = whole_site.document(article.path)
        assert document is not None
        assert document.data.decode().count("示例数据") > 5


def test_the_truth_stands_in_the_text(whole_site: SampleSite) -> None:
    words = {"1/3": ("1/3", "三分之一"), "1/4": ("1/4", "四分之一"), "6": ("6", "半年")}
    for article in whole_site.articles:
        text = "".join(article.paragraphs)
        assert "{" not in text
        for fact in article.facts:
            assert any(word in text for word in words.get(fact.value, (fact.value,))), fact
        assert bool(article.facts) != (article.kind in IRRELEVANT)


def test_expected_facts_can_have_the_address_of_the_site(whole_site: SampleSite) -> None:
    facts = whole_site.expected_facts("http://127.0.0.1:1")
    assert facts
    assert all(fact.url.startswith("http://127.0.0.1:1/nhc/yzygj/s9999/2026") for fact in facts)
    assert all(Fraction(fact.value) > 0 for fact in facts)


def test_the_parser_reads_what_the_page_says_and_nothing_around_it(
    whole_site: SampleSite, read: dict[str, Notice]
) -> None:
    for article in whole_site.articles:
        notice = read[article.path]
        assert (notice.title, notice.publish_date) == (article.title, article.date)
        assert (notice.source, notice.doc_number) == ("示例数据站", article.doc_number)
        assert notice.body.split("\n") == [article.doc_number, *(p.replace(CELLS, " ") for p in article.paragraphs)]
        assert not any(headline in notice.body for headline in pages.HEADLINES)
        assert not notice.blocked


def test_irrelevant_notices_yield_no_fact(whole_site: SampleSite, read: dict[str, Notice]) -> None:
    for article in whole_site.articles:
        notice = read[article.path]
        assert notice.relevant == (article.kind not in IRRELEVANT), article.title
        if article.kind in IRRELEVANT:
            assert not notice.facts
            assert not notice.statements


def test_the_extraction_finds_the_truth_and_invents_nothing(whole_site: SampleSite, read: dict[str, Notice]) -> None:
    expected = set(whole_site.expected_facts())
    found = {fact for path, notice in read.items() for fact in found_facts(path, notice)}
    assert found - expected == set()
    missed = Counter(fact.name for fact in expected - found)
    assert len(found) >= FEWEST_FOUND * len(expected), missed


def test_notices_are_printed_in_every_way(whole_site: SampleSite) -> None:
    marks = {"annotated": "(", "doubled": ")(", "shifted": "??漆t(yī)院", "traditional": "專"}
    shown = Counter(article.print for article in whole_site.articles)
    assert set(shown) == set(PRINTS)
    for article in whole_site.articles:
        document = whole_site.document(article.path)
        assert document is not None
        inside = document.data.decode().partition('id="xw_box">')[2].partition("</div>")[0]
        if article.print == "clean":
            assert all(f"<p>{escape(text)}</p>" in inside for text in article.paragraphs if CELLS not in text)
        elif article.print == "cluttered":
            assert prints.SPAM_TAIL in inside
        else:
            assert marks[article.print] in inside
            assert not any(f"<p>{escape(text)}</p>" in inside for text in article.paragraphs if len(text) > 30)


def test_what_was_repaired_is_flagged(whole_site: SampleSite, read: dict[str, Notice]) -> None:
    repairs = {
        "clean": set(),
        "cluttered": set(),
        "traditional": {"script_converted"},
        "annotated": {"pinyin_removed", "script_converted"},
        "doubled": {"pinyin_removed", "script_converted"},
        "shifted": {"gbk_shift_repaired", "pinyin_removed", "script_converted"},
    }
    for article in whole_site.articles:
        assert set(read[article.path].flags) == repairs[article.print], article.print


def test_other_articles_keep_their_facts_to_themselves(whole_site: SampleSite, read: dict[str, Notice]) -> None:
    beside = [article for article in whole_site.articles if article.print == "cluttered" and article.facts]
    assert beside
    for article in beside:
        notice = read[article.path]
        assert found_facts(article.path, notice, "related") == set(article.related_facts)
        dates = {fact.indicator: (fact.date, fact.trust) for fact in notice.facts if fact.segment == "related"}
        assert dates["counties_meeting_tight_standard_share"] == ("2025-12-31", "low")
        assert "示例贷款" not in notice.text
        assert "凤台县" not in notice.text

"""The sample site knows the truth about its notices: every fact of every page is found, and no other."""

from __future__ import annotations

from collections import Counter

from scrapers import notices
from scrapers.records import Fact
from scrapers.sample_site import pages
from scrapers.sample_site.notices import Article, write


def test_sample_notices_are_read_as_they_were_written() -> None:
    for article in write(seed=7, count=60):
        notice = notices.parse_page(pages.article(article).encode())
        assert (notice.title, notice.publish_date, notice.doc_number) == (
            article.title,
            article.date,
            article.doc_number,
        )
        main = [fact for fact in notice.facts if fact.segment == "main"]
        assert Counter(map(_row, main)) == _expected(article), article.title
        assert notice.relevant == bool(article.facts)


def _expected(article: Article) -> Counter[tuple[str | None, ...]]:
    return Counter((fact.name, fact.code, fact.value, fact.unit, fact.comparator) for fact in article.facts)


def _row(fact: Fact) -> tuple[str | None, ...]:
    value = f"{fact.numerator}/{fact.denominator}" if fact.denominator else f"{fact.value:.10g}"
    return fact.indicator, fact.indicator_code, value, fact.unit, fact.comparator

"""Notices: the bytes of a page → what it says, and the facts it states with the characters that prove them.

Comes in: archived bytes. Goes out: `records.Notice`, and the JSON object of `yilian parse`. Never here: fetching,
storage other than parsed/ (batch.py), or a field that the page does not state.
"""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import Any

from scrapers.discover.attachments import links as links_to_files
from scrapers.fetch import challenge
from scrapers.notices import (
    document,
    fact_dates,
    fact_tables,
    facts,
    geography,
    grids,
    jurisdiction,
    lexicon,
    page,
    place_tables,
)
from scrapers.records import Fact, Notice
from scrapers.text import encoding, script

PARSER_VERSION = "1.28.0"  # changes with every change of what is read from a page, so that archives are read again

_LIST = re.compile("名单|试点|入选|示范")  # words of a page whose table is a list of places
SHORT_BODY = 300  # Chinese characters; with files below so few, the document is in them (SPEC E: long notices are PDFs)
LONG_ARTICLE = challenge.LONG_PROSE + 200  # Chinese characters of its body; no page in place of another has so many

__all__ = ["PARSER_VERSION", "as_json", "drawn_text", "parse_page"]


def parse_page(data: bytes, *, url: str | None = None, media_type: str | None = None) -> Notice:
    """Read one page. `url` is for the site it came from, never for a date. A blocked page yields nothing but that."""
    words = lexicon.load()
    read = page.read(data, media_type=media_type, keywords=words.subject_words)
    verdict = _verdict(data, read)
    if verdict is not None and verdict.outcome == "blocked":
        return Notice(blocked=True, flags=["blocked"])
    if verdict is not None:  # a login page, an error sent with 200: it has no title and no facts
        return Notice(flags=["not_the_document"])
    subject = facts.subject(words, read)
    side = jurisdiction.MAINLAND
    if subject.relevant:
        side = jurisdiction.of(
            *(read.title, read.body),
            url=read.address or url,
            language=read.language,
            names_others=subject.names_others,
            mentions=read.mentions if subject.names_others else (),
        )
        if side != jurisdiction.MAINLAND:
            subject = facts.NOT_OURS
    notice = Notice(
        relevant=subject.relevant,
        title=read.title,
        publish_date=read.publish_date,
        publish_time=read.publish_time,
        source=read.source,
        doc_number=read.doc_number,
        body=read.body,
        text=read.text,
        flags=list(read.flags),
    )
    found = facts.extract(words, read, subject)
    tables = _tables(data, read, subject)
    if "pinyin_annotations" not in found.flags:
        found.facts = _with_tables(found.facts, fact_tables.read(words, read, subject, tables))
    notice.facts, notice.statements = found.facts, found.statements
    notice.topics = facts.topics(subject, found)
    notice.flags += found.flags
    notice.rejected = found.rejected
    of_itself = document.read(read.folded[: read.body_length], read.doc_number, read.doc_numbers)
    notice.issuers, notice.signed_date = list(of_itself.issuers), of_itself.signed_date
    notice.effective_date, notice.cited_doc_numbers = of_itself.effective_date, list(of_itself.cited_doc_numbers)
    geography.locate(notice.facts, read)
    fact_dates.settle(notice, read)
    if subject.relevant or tables is not None:
        notice.places = place_tables.read(read, tables)
    if side != jurisdiction.MAINLAND:
        notice.flags.append(f"jurisdiction_{side}")
    if _is_in_files(data, read, url):
        notice.flags.append("body_in_attachment")
    return notice


def _with_tables(said: list[Fact], tabled: list[Fact]) -> list[Fact]:
    """The facts of the text, and those of its tables that it does not state itself on the same line."""
    if not tabled:
        return said
    lines = {(fact.value, fact.unit, at) for fact in said for at in range(fact.start, fact.end)}
    new = [
        fact for fact in tabled if not any((fact.value, fact.unit, at) in lines for at in range(fact.start, fact.end))
    ]
    return sorted([*said, *new], key=lambda fact: (fact.start, fact.end))


def _is_in_files(data: bytes, read: page.Page, url: str | None) -> bool:
    """Does the page say little itself and link to files? What they say is in parsed/ beside it, not in its facts."""
    if not read.is_html or script.han(read.body) >= SHORT_BODY:
        return False
    base = url if url and url.startswith("http") else "https://page.invalid/"
    return bool(links_to_files(encoding.decode(data).text, base))


def _verdict(data: bytes, read: page.Page) -> challenge.Verdict | None:
    """What the judge says of the page. Where it would find the signs of an article, it need not be asked."""
    is_signed = read.title is not None and read.publish_date is not None
    enough = challenge.MUCH_PROSE if is_signed else LONG_ARTICLE
    if not data.strip() or (len(read.body) >= enough and script.han(read.body, 0, 2 * enough) >= enough):
        return None
    return challenge.judge(data, "page")


def _tables(data: bytes, read: page.Page, subject: facts.Subject) -> list[grids.Grid] | None:
    """The tables of the markup, where there is one in it and the page is ours or lists places."""
    if not read.is_html or b"<table" not in data.lower() or not (subject.relevant or _LIST.search(read.text)):
        return None
    return grids.read(encoding.decode(data).text)


def drawn_text(data: bytes, *, media_type: str | None = None) -> str:
    """The text in which raw_start and raw_end count: the decoded page; for HTML, its text before any cleaning."""
    return page.read(data, media_type=media_type).raw


def as_json(file: str, notice: Notice) -> dict[str, Any]:
    """The object of `yilian parse --json` for one file."""
    row = {"file": file, **asdict(notice)}
    del row["rejected"]  # for parsed/ and the warehouse; a reader of one page sees what was found
    return row

"""Recorded examples of a source: what it reads from a saved page must stay what a person has reviewed.

Comes in: a source, a recorded file, and for feed files the door (which belongs to the warehouse, so the caller hands
it in). Goes out: what the source reads from the file, and the differences from `<case>.expected.json` beside it. Never
here: fetching, or judging a difference.

    <case>.<ending>          what the publisher sent, or the same structure with words of one's own
    <case>.expected.json     {"reviewed": "2026-11-20 Wang Li", "url": …, "reads": {…}}

A case whose name begins with `list` is an answer that lists articles or files; every other one is an article, or a
file of a feed. A drafted expectation has `reviewed: null` and fails until a person has compared it with the page and
written the day and a name there.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from scrapers import notices
from scrapers.discover import ShapeChanged, feed_manifest, feed_query, lists
from scrapers.fetch import challenge
from scrapers.records import Fact
from scrapers.registry import Source

Door = Callable[[Path, Source], dict[str, Any]]

ENDING = ".expected.json"


def cases(folder: Path) -> list[Path]:
    """The recorded files of a folder."""
    return sorted(f for f in folder.glob("*") if f.is_file() and not f.name.endswith(ENDING) and f.name[0] != ".")


def expectation(case: Path) -> Path:
    """`article.html` → `article.expected.json`."""
    return case.with_name(case.name.split(".")[0] + ENDING)


def draft(source: Source, case: Path, door: Door | None = None, url: str | None = None) -> dict[str, Any]:
    """An expectation that nobody has reviewed yet.

    Lists are read as if they came from the source's first address, an article beside a list as the first it names.
    """
    url = url or _article_address(source, case) or (source.urls[0] if source.urls else f"inbox:{case.name}")
    return {"reviewed": None, "url": url, "reads": _read(source, case, url, door)}


def _article_address(source: Source, case: Path) -> str | None:
    """Where `record` had this article from: the first entry of the list beside it."""
    beside = [each for each in cases(case.parent) if each.name.startswith("list.")]
    if not case.name.startswith("article.") or not beside or source.discover.method not in lists.METHODS:
        return None
    entries = _read_list(source, beside[0].read_bytes(), source.urls[0]).get("entries")
    return str(entries[0][0]) if entries else None


def faults(source: Source, case: Path, door: Door | None = None) -> Iterator[str]:
    """What is wrong with an example, one line each; nothing where the source reads what was reviewed."""
    file = expectation(case)
    if not file.exists():
        yield f"{case}: no {file.name} beside it"
        return
    expected = json.loads(file.read_text(encoding="utf-8"))
    if not isinstance(expected.get("reviewed"), str) or len(expected["reviewed"].split()) < 2:
        yield f"{file}: not reviewed: compare it with the page, then write the day and your name as `reviewed`"
    reads = json.loads(json.dumps(_read(source, case, expected["url"], door)))
    for key in sorted(reads.keys() | expected["reads"].keys()):
        found, wanted = reads.get(key), expected["reads"].get(key)
        if found != wanted:
            yield f"{case}: {key}: reads {_short(found)}, reviewed was {_short(wanted)}"


def _read(source: Source, case: Path, url: str, door: Door | None) -> dict[str, Any]:
    if case.name.startswith("list"):
        return _read_list(source, case.read_bytes(), url)
    if source.kind == "feed":
        return _read_feed(source, case, door)
    return _read_notice(source, case.read_bytes(), url)


def _read_list(source: Source, data: bytes, url: str) -> dict[str, Any]:
    if verdict := challenge.judge(data, "listing", encoding=source.fetch.encoding):
        return {verdict.outcome: verdict.reason}
    if source.discover.method == "feed_query":
        count, total = feed_query.read_page(data)
        return {"records": count, "total": total}
    if source.discover.method == "feed_manifest":
        listing = feed_manifest.read_listing(data, url)
        return {
            "manifests": [*listing.manifest_urls, *(m.file_url for m in listing.manifests)],
            "listings": listing.listing_urls,
        }
    try:
        page = lists.METHODS[source.discover.method].read(data, url, source.discover, source.fetch.encoding)
    except ShapeChanged as change:
        return {"suspect": str(change)}
    return {
        "total": page.total,
        "entries": [[e.url, e.title, e.date] for e in page.entries],
        "left_out": [[e.url, reason] for e, reason in page.left_out],
    }


def _read_feed(source: Source, case: Path, door: Door | None) -> dict[str, Any]:
    if door is None:
        raise ValueError(f"{case}: a feed file is read by the door, and none was handed in")
    verdict = door(case, source)
    return {key: verdict[key] for key in ("accepted", "rejections", "file_refused")}


def _read_notice(source: Source, data: bytes, url: str) -> dict[str, Any]:
    """The notice as `yilian parse` reads it, with the body by its ends and a fact by what it says."""
    rules = source.fetch
    if verdict := challenge.judge(data, "page", must_match=rules.must_match, encoding=rules.encoding):
        return {verdict.outcome: verdict.reason}
    notice = notices.parse_page(data, url=url)
    lines = notice.body.splitlines() or [""]
    return {
        **{k: getattr(notice, k) for k in ("title", "publish_date", "source", "doc_number", "relevant")},
        "body_begins": lines[0][:40],
        "body_ends": lines[-1][-40:],
        "facts": [_fact(fact) for fact in notice.facts],
        "statements": [[s.indicator, s.comparator, s.value, s.date] for s in notice.statements],
    }


def _fact(fact: Fact) -> list[Any]:
    value = f"{fact.numerator}/{fact.denominator}" if fact.denominator else fact.value
    return [fact.indicator, fact.comparator, value, fact.value_max, fact.unit, fact.date]


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 300 else f"{text[:300]}… ({len(text)} characters)"

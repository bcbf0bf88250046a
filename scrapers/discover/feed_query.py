"""Feed platforms that are asked day by day: a REST query with dates and pages.

Comes in: a visit whose source's addresses hold {since}, {until} and {page}. Goes out: each page of each day as a feed
file of its own, whose name for ever is its address. Never here: requests, or judging a record.

    urls: ["https://platform/api/v1/centre_activity?from={since}&to={until}&page={page}&size=500"]

A page is NDJSON, or a JSON document with one list of records in it. Pages are asked for from 1 (`first_page`) until
one holds no record (`[]`; no bytes at all are a fault) or is missing, or `total` says that there are no more; a page
that comes again under the next number ends the day too. The last `days` days are asked again every night, because
corrections come late; a day that was answered with no record is "no activity", one that could not be asked is not
reported.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import orjson

from scrapers.discover import Visit
from scrapers.feeds import json_page
from scrapers.fetch.challenge import Verdict

_TOTALS = ("total", "totalCount", "total_count")


def walk(visit: Visit) -> None:
    """Every query, the newest day first."""
    days = list(_days(visit))
    for number, day in enumerate(days, 1):
        for query in visit.source.urls:
            _ask_day(visit, query, day)
        visit.tell(visit.source.id, number, len(days))


def _days(visit: Visit) -> Iterator[date]:
    """The days of the scope, else the last ones before the business date."""
    newest = visit.scope.until or date.fromisoformat(visit.business_date) - timedelta(days=1)
    oldest = visit.scope.since or newest - timedelta(days=visit.source.discover.days - 1)
    day = newest
    while day >= oldest:
        yield day
        day -= timedelta(days=1)


def _ask_day(visit: Visit, query: str, day: date) -> None:
    rules, seen, last = visit.source.discover, 0, None
    for page in range(rules.first_page, rules.first_page + rules.max_pages):
        url = address(query, day, page)
        capture, _ = visit.ask(url, "document", "file", check=_check)
        kept = visit.archive.last(visit.source.id, url)
        if capture.outcome not in ("new", "changed", "unchanged", "not_modified") or kept is None or not kept.sha256:
            if capture.outcome == "missing" and page == rules.first_page:  # behind the last page many answer 404
                visit.fault("error", f"{url}: the query is missing (HTTP {capture.http_status})")
            return
        count, total = read_page(visit.archive.read(kept.sha256))
        seen += count
        if not count or kept.sha256 == last or (total is not None and seen >= total) or "{page}" not in query:
            return
        last = kept.sha256
    visit.fault("suspect", f"{day}: more than {rules.max_pages} pages; the rest of the day was not asked for")


def address(query: str, day: date, page: int) -> str:
    return query.replace("{since}", day.isoformat()).replace("{until}", day.isoformat()).replace("{page}", str(page))


def read_page(data: bytes) -> tuple[int, int | None]:
    """How many records a page holds, and how many the query has in all, where it says so. Raises ValueError."""
    lines = [line for line in data.splitlines() if line.strip()]
    try:
        content = orjson.loads(data) if lines else None
    except orjson.JSONDecodeError:
        for number, line in enumerate(lines, 1):
            if not isinstance(_line(line, number), dict):
                raise ValueError(f"line {number} is no record") from None
        return len(lines), None
    if content is None or (isinstance(content, dict) and "record_type" in content):
        return len(lines) and 1, None
    return len(json_page.records(data)), next(_totals(content, json_page.DEPTH), None)


def _line(line: bytes, number: int) -> Any:
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError:
        raise ValueError(f"neither JSON nor NDJSON: line {number}") from None


def _totals(content: Any, depth: int) -> Iterator[int]:
    if isinstance(content, dict) and depth:
        for name, value in content.items():
            if name in _TOTALS and isinstance(value, int) and not isinstance(value, bool):
                yield value
            yield from _totals(value, depth - 1)


def _check(head: bytes) -> Verdict | None:
    """By the beginning of the answer alone: a platform that reports a failure with 200 must not pass as data."""
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if text[:1] not in (b"{", b"["):
        return Verdict("suspect", "neither JSON nor NDJSON where records were due")
    return _whole(head) if len(head) < 64 * 1024 else None


def _whole(data: bytes) -> Verdict | None:
    try:
        read_page(data)
    except ValueError as error:
        return Verdict("suspect", f"no page of records: {error}")
    return None

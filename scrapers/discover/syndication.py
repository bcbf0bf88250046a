"""RSS and Atom: what a site says is new, in one file.

Comes in: the bytes of a feed and its address. Goes out: its entries. Never here: fetching; the text that a feed
quotes from its articles (an article's own page says what it says).
"""

from __future__ import annotations

import calendar
import io
from datetime import UTC, datetime
from typing import Any

import feedparser
from bs4 import BeautifulSoup

from scrapers.addresses import absolute
from scrapers.discover import Entry, ListPage, ShapeChanged
from scrapers.discover.list_pages import iso_date, judge_address
from scrapers.records import SHANGHAI
from scrapers.registry import Discover


def page_address(first: str, number: int, rules: Discover) -> str | None:
    """A feed is one page: what has left it is gone, so it is to be read as often as its `cadence` says."""
    return first if number == 1 else None


def read(data: bytes, base: str, rules: Discover, encoding: str | None = None) -> ListPage:
    """Raises ShapeChanged where the bytes are no feed."""
    feed = feedparser.parse(io.BytesIO(data), sanitize_html=False, resolve_relative_uris=False)
    if not feed.get("version"):
        raise ShapeChanged("neither RSS nor Atom")
    return ListPage.of(_entry(item, base, rules) for item in feed.entries)


def _entry(item: Any, base: str, rules: Discover) -> tuple[Entry, str | None]:
    href = str(item.get("link") or item.get("id") or "")
    url = absolute(base, href) if href else None
    title = BeautifulSoup(str(item.get("title") or ""), "lxml").get_text()
    return Entry(url or href, " ".join(title.split()), _date(item)), judge_address(url, base, rules.article_pattern)


def _date(item: Any) -> str | None:
    """The day in Shanghai; feeds in China also write 2026-11-20 08:00 without a zone, which is Shanghai's."""
    for name in ("published", "updated"):
        if iso := iso_date(str(item.get(name) or "")) if "+" not in str(item.get(name)) else None:
            return iso
        if moment := item.get(f"{name}_parsed"):
            return datetime.fromtimestamp(calendar.timegm(moment), UTC).astimezone(SHANGHAI).date().isoformat()
    return None

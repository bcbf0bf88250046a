"""The policy library of gov.cn as its search answers: JSON with the documents of one page.

Comes in: the bytes of an answer and its address. Goes out: entries and the total. Never here: fetching.

Two shapes are served (SPEC E): `searchVO.listVO[]`, and where several libraries are searched at once
`searchVO.catMap.<library>.listVO[]`. A document has `title` (with <em> around what was searched for), `url`,
`pubtimeStr` (2024.11.27) and `pubtime` (epoch milliseconds), `pcode` (its number). A search without a result answers
`{"code": 1001, …}`. The page's number stands in the address as `p`.
"""

from __future__ import annotations

from datetime import datetime
from html import unescape
from typing import Any

import orjson
from bs4 import BeautifulSoup

from scrapers.addresses import absolute, with_parameters
from scrapers.discover import Entry, ListPage, ShapeChanged
from scrapers.discover.list_pages import iso_date, judge_address
from scrapers.records import SHANGHAI
from scrapers.registry import Discover

NOTHING_FOUND = 1001


def page_address(first: str, number: int, rules: Discover) -> str | None:
    return first if number == 1 else with_parameters(first, {rules.page_parameter or "p": str(number)})


def read(data: bytes, base: str, rules: Discover, encoding: str | None = None) -> ListPage:
    """Raises ShapeChanged where the answer is none of the two shapes."""
    try:
        answer = orjson.loads(data.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError:
        raise ShapeChanged("the search did not answer in JSON") from None
    if isinstance(answer, dict) and answer.get("code") == NOTHING_FOUND:
        return ListPage(total=0)
    libraries = _libraries(answer)
    items = enumerate(item for library in libraries for item in library["listVO"] or ())
    return ListPage.of((_entry(item, number, base, rules) for number, item in items), _total(libraries))


def _libraries(answer: Any) -> list[dict[str, Any]]:
    found = answer.get("searchVO") if isinstance(answer, dict) else None
    if not isinstance(found, dict):
        code = answer.get("code") if isinstance(answer, dict) else None
        raise ShapeChanged(f"the search answered without searchVO (code {code})")
    several = found.get("catMap")
    libraries = list(several.values()) if isinstance(several, dict) and several else [found]
    libraries = [library for library in libraries if isinstance(library, dict) and "listVO" in library]
    if not libraries or any(not isinstance(library["listVO"], list | None) for library in libraries):
        raise ShapeChanged("the search answered neither searchVO.listVO nor searchVO.catMap.*.listVO")
    return libraries


def _total(libraries: list[dict[str, Any]]) -> int | None:
    counts = [count for library in libraries if isinstance(count := library.get("totalCount"), int)]
    return sum(counts) if len(counts) == len(libraries) else None


def _entry(item: Any, number: int, base: str, rules: Discover) -> tuple[Entry, str | None]:
    if not isinstance(item, dict) or not isinstance(item.get("url"), str):
        raise ShapeChanged(f"document {number} of the search has no url")
    url = absolute(base, item["url"])
    title = BeautifulSoup(unescape(str(item.get("title") or "")), "lxml").get_text()
    entry = Entry(url or item["url"], " ".join(title.split()), _date(item))
    return entry, judge_address(url, base, rules.article_pattern)


def _date(item: dict[str, Any]) -> str | None:
    if (stated := iso_date(str(item.get("pubtimeStr") or ""))) is not None:
        return stated
    moment = item.get("pubtime")
    if isinstance(moment, int | float) and not isinstance(moment, bool) and 0 < moment < 4e12:
        return datetime.fromtimestamp(moment / 1000, SHANGHAI).date().isoformat()
    return None

"""Lists of articles as nhc.gov.cn publishes them: `ul.zxxx_list > li > a[href][title]` and a date beside each.

Comes in: the markup of one list page and its address. Goes out: its entries, the total it states, the address of
another page of the list. Never here: fetching, or judging what an article is about (its page says that).

Page 2 of `list.shtml` is `list_2.shtml`; the pager itself is drawn by a script, and the last page may come again
under higher numbers, so whoever walks a list stops at the first page without an address that is new to the walk
(SPEC E).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

from bs4 import BeautifulSoup, Tag

from scrapers.discover import absolute


@dataclass(frozen=True, slots=True)
class Entry:
    """One article in a list. The date is the list's own, ISO; the article's page may state another."""

    url: str
    title: str
    date: str | None


def entries(markup: str, base: str, article_pattern: str | None = None) -> list[Entry]:
    """The articles of a page in its order, each address once."""
    found: dict[str, Entry] = {}
    for item in BeautifulSoup(markup, "lxml").select("ul.zxxx_list > li"):
        link = item.select_one("a[href]")
        url = absolute(base, str(link["href"])) if link else None
        if link is None or url is None or (article_pattern and not re.search(article_pattern, url)):
            continue
        title = " ".join(str(link.get("title") or link.get_text()).split())
        found.setdefault(url, Entry(url, title, _date(item)))
    return list(found.values())


def total(markup: str) -> int | None:
    """How many articles the list says it has, over all its pages."""
    stated = BeautifulSoup(markup, "lxml").select_one(".total_count")
    digits = re.search(r"\d[\d,]*", stated.get_text()) if stated else None
    return int(digits[0].replace(",", "")) if digits else None


def page_address(first: str, number: int) -> str:
    """`…/new_list.shtml`, 2 → `…/new_list_2.shtml`."""
    if number == 1:
        return first
    parts = urlsplit(first)
    stem, dot, ending = parts.path.rpartition(".")
    if not dot or "/" in ending:
        raise ValueError(f"{first}: a list page's address ends in a file name such as list.shtml")
    return urlunsplit(parts._replace(path=f"{stem}_{number}.{ending}"))


def _date(item: Tag) -> str | None:
    for span in item.select("span"):
        if found := re.search(r"(\d{4})[-./年](\d{1,2})[-./月](\d{1,2})", span.get_text()):
            return f"{int(found[1]):04d}-{int(found[2]):02d}-{int(found[3]):02d}"
    return None

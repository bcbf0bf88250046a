"""Lists of articles in HTML: an element an entry, in it a link and a date.

Comes in: the markup of one list page and its address. Goes out: its entries, the total it states, the address of
another page of the list. Never here: fetching, or judging what an article is about (its page says that).

What a source.yml need not say is how nhc.gov.cn does it: `ul.zxxx_list > li > a[href][title]` with `span.ml` beside,
page 2 of `list.shtml` is `list_2.shtml`; the pager itself is drawn by a script, and the last page may come again
under higher numbers, so whoever walks a list stops at the first page without an address that is new to the walk
(SPEC E). Another site is described in `discover`: `item` (a CSS selector of one entry), `next_page` and
`second_page` (how page 2 is addressed).
"""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

from bs4 import BeautifulSoup, Tag

from scrapers.addresses import absolute, is_same_host
from scrapers.discover import Entry, ListPage, ShapeChanged
from scrapers.fetch import challenge
from scrapers.registry import Discover

ITEM = "ul.zxxx_list > li"
NEXT_PAGE = "{stem}_{page}{ext}"

_DATE = re.compile(r"(?<!\d)(\d{4})\s*[-./年]\s*(\d{1,2})\s*[-./月]\s*(\d{1,2})(?!\d)")
_STAMP = re.compile(
    rf"\W*(?:发布(?:时间|日期)|日期|时间)?\W*{_DATE.pattern}日?(?:\s*\d{{1,2}}:\d{{2}}(?::\d{{2}})?)?\W*"
)
_PAGER = re.compile(r"createPageHTML\s*\(([^)]{0,300})\)")  # ('page_div', pages, page, 'stem', 'ext', entries)


def read(data: bytes, base: str, rules: Discover, encoding: str | None = None) -> ListPage:
    """Raises ShapeChanged where the page holds the entries' element and not one link in it."""
    markup = challenge.decode(data, encoding)
    page = read_markup(markup, base, rules.item or ITEM, rules.article_pattern)
    page.total = total(markup)
    return page


def page_address(first: str, number: int, rules: Discover | None = None) -> str | None:
    """`…/new_list.shtml`, 2 → `…/new_list_2.shtml`, or as the source says."""
    if number == 1:
        return first
    template, second = (rules.next_page, rules.second_page) if rules else (NEXT_PAGE, 2)
    if template is None:
        return None
    parts = urlsplit(first)
    stem, dot, ending = parts.path.rpartition("/")[2].rpartition(".")
    if "{stem}" in template and not (dot and stem):
        raise ValueError(f"{first}: a list page's address ends in a file name such as list.shtml")
    name = template.format(stem=stem, ext=f".{ending}", page=number - 2 + second)
    query = f"?{parts.query}" if parts.query and "?" not in name else ""
    return urljoin(first, name + query)


def read_markup(markup: str, base: str, item: str, article_pattern: str | None) -> ListPage:
    """The entries of a page in its order, each address once."""
    items = BeautifulSoup(markup, "lxml").select(item)
    links = [(element, link) for element in items if (link := _link(element))]
    if items and not links:
        raise ShapeChanged(f"{len(items)} elements {item!r} and no link in any")
    return ListPage.of(_entry(element, link, base, article_pattern) for element, link in links)


def judge_address(url: str | None, base: str, article_pattern: str | None) -> str | None:
    """Why a link of a list is no article to ask for; None where it is one."""
    if url is None:
        return "no address of the web"
    if article_pattern:
        return None if re.search(article_pattern, url) else "the address does not match article_pattern"
    return None if is_same_host(url, base) else "another host, and the source names no article_pattern"


def entries(markup: str, base: str, article_pattern: str | None = None) -> list[Entry]:
    """The articles of a page as nhc.gov.cn marks them up."""
    return read_markup(markup, base, ITEM, article_pattern).entries


def total(markup: str) -> int | None:
    """How many articles the list says it has, over all its pages: in words, else in the call that draws the pager."""
    stated = BeautifulSoup(markup, "lxml").select_one(".total_count")
    digits = re.search(r"\d[\d,]*", stated.get_text()) if stated else None
    if digits:
        return int(digits[0].replace(",", ""))
    pager = _PAGER.search(markup)
    arguments = [a.strip() for a in pager[1].split(",")] if pager else []
    return int(arguments[5]) if len(arguments) > 5 and arguments[5].isdigit() else None


def iso_date(text: str) -> str | None:
    """The first date in a text: 2026-11-20, [2026/1/3], 2026年1月3日, 2026.01.03."""
    found = _DATE.search(text)
    return f"{int(found[1]):04d}-{int(found[2]):02d}-{int(found[3]):02d}" if found else None


def _link(element: Tag) -> Tag | None:
    """The entry's link: its first that leads anywhere; a script's or an anchor's only where there is no other."""
    links = [element] if element.name == "a" and element.get("href") else element.select("a[href]")
    return next((a for a in links if not str(a["href"]).strip().lower().startswith(("javascript:", "#"))), None) or (
        links[0] if links else None
    )


def _entry(element: Tag, link: Tag, base: str, article_pattern: str | None) -> tuple[Entry, str | None]:
    url = absolute(base, str(link["href"]))
    stamps = [s.extract() for s in element.select("*") if s is not link and _STAMP.fullmatch(_words(s.get_text()))]
    heading = link.select_one("h1, h2, h3, h4, h5, h6")  # a whole card may be the link: headline, day and first lines
    headline = (heading or link).get_text()
    title = _words(str(link.get("title") or "")) or _words(headline)
    day = iso_date(stamps[0].get_text()) if stamps else _split_date(element)
    if day is None:  # beside the headline; a date in it is not the list's
        day = iso_date(element.get_text().replace(headline, " ", 1))
    return Entry(url or str(link["href"]).strip(), title, day), judge_address(url, base, article_pattern)


def _words(text: str) -> str:
    return " ".join(text.split())


def _split_date(element: Tag) -> str | None:
    """A day and a month of its own beside (`<b>20</b><i>2026-11</i>`), as hospitals like to print them."""
    text = " ".join(node.get_text(" ") for node in element.select("span, i, em, b, p, time, div"))
    found = re.search(r"(?<!\d)(\d{1,2})\s+(\d{4})[-./年](\d{1,2})(?:月)?(?!\d|\s*[-./]\s*\d)", text)
    return f"{int(found[2]):04d}-{int(found[3]):02d}-{int(found[1]):02d}" if found else None

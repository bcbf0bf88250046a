"""The walk over lists of articles: which pages are read, which articles are asked for, what is left out and why.

Comes in: a visit whose source has a list method. Goes out: asked addresses, and one event `discovered` a list and run:

    {mode, list, pages, unread_from, found, news: [[url, title, date]], skipped: [[url, title, date, reason]]}

`news` and `skipped` hold what no run had listed before. Together these events are what the lists ever said, so
nothing is lost where a run ends between reading a list and asking for its articles, and a pattern that is loosened
later brings back what it had left out.

Incremental: the first pages are always read again, up to the first page without news; where an earlier run did not
reach the end of a list (its budget, a fault), the walk goes on from there (`unread_from`). Full: to the end. Dated:
to the first page whose every date is too old. Articles: first those never asked for, then the known ones again, those
asked for longest ago first, so an edited or withdrawn one is noticed; a dated run asks only for those of its dates.
Never here: requests, or reading an article.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, cast

from scrapers.addresses import natural_key
from scrapers.archive import read_events
from scrapers.discover import (
    Entry,
    ListMethod,
    ListPage,
    ShapeChanged,
    Visit,
    assert_count,
    assert_steady,
    jpaas,
    json_search,
    list_pages,
    relevance,
    syndication,
)
from scrapers.fetch.challenge import Verdict
from scrapers.registry import Source

METHODS: dict[str, ListMethod] = {
    "list_pages": cast(ListMethod, list_pages),
    "json_search": cast(ListMethod, json_search),
    "jpaas": cast(ListMethod, jpaas),
    "syndication": cast(ListMethod, syndication),
}

LEAST_SHARE = 0.9  # of the total that a list states, which a walk to its end must have seen


def walk(visit: Visit) -> None:
    """All lists first, then every article that is due."""
    memory = _Memory(visit)
    walks = [_ListWalk(visit, memory, addresses) for addresses in visit.source.lists]
    for each in walks:
        each.go()
    if all(each.first_page is not None for each in walks):
        assert_steady(visit, "first_page", sum(each.first_page or 0 for each in walks))
    if all(each.is_whole for each in walks):
        assert_count(visit, len({key for each in walks for key in each.met}))
    due = _in_turn(visit, memory.due())
    for number, url in enumerate(due, 1):
        visit.ask_notice(url)
        visit.tell(visit.source.id, number, len(due))


def _in_turn(visit: Visit, urls: Iterable[str]) -> list[str]:
    """Addresses never asked for, in the publisher's order, then those asked for longest ago.

    So a budget goes to news first, and one page that ends every run does not keep the others from being read.
    """
    return sorted(urls, key=lambda url: visit.archive.last_attempt(visit.source.id, url))


class _Memory:
    """What the lists of a source have said so far, in this run and before."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self.pages_left = max(1, visit.source.fetch.budget // 2)  # of a run: the other half is for articles
        self.listed: dict[str, Entry] = {}
        self.unread_from: dict[str, int | None] = {}
        self._window: set[str] = set()  # met in this run
        ignored: set[str] = set()
        for event in read_events(visit.archive.home, name="discovered"):
            if event["source_id"] == visit.source.id:
                self._recall(event, ignored)
        self._asked = visit.archive.documents(visit.source.id)
        self.before = frozenset(self.listed) | frozenset(self._asked) | ignored

    def _recall(self, event: dict[str, Any], ignored: set[str]) -> None:
        if event["mode"] != "dated":
            self.unread_from[event["list"]] = event["unread_from"]
        for url, title, day in event["news"]:
            self.listed[natural_key(url)] = Entry(url, title, day)
        for url, title, day, reason in event["skipped"]:
            if reason.startswith("title"):
                self.listed[natural_key(url)] = Entry(url, title, day)
            else:
                ignored.add(natural_key(url))

    def meet(self, entry: Entry) -> None:
        key = natural_key(entry.url)
        if key not in self._window:
            self._window.add(key)
            self.listed[key] = entry

    def due(self) -> list[str]:
        """The addresses that this run may ask for, each article once, in the order of the lists."""
        visit, rules = self._visit, self._visit.source.relevance
        off_topic = off_topic_keys(visit)
        due: dict[str, str] = {}
        for key, entry in self._newest_first():
            if key in off_topic or relevance.title_fault(rules, entry.title):
                continue
            if visit.scope.mode != "dated" or self._is_of_the_dates(key, entry):
                due[key] = entry.url
        if visit.scope.mode != "dated":
            for key, url in self._asked.items():
                if key not in self.listed and key not in off_topic:
                    due[key] = url
        return list(due.values())

    def _newest_first(self) -> list[tuple[str, Entry]]:
        """This run's entries in their order, then those of earlier runs."""
        return sorted(self.listed.items(), key=lambda item: item[0] not in self._window)

    def _is_of_the_dates(self, key: str, entry: Entry) -> bool:
        return self._visit.scope.holds(entry.date) and (entry.date is not None or key in self._window)


class _ListWalk:
    """One run's walk through one list."""

    def __init__(self, visit: Visit, memory: _Memory, addresses: tuple[str, ...]) -> None:
        self._visit, self._memory = visit, memory
        self._method = METHODS[visit.source.discover.method]
        self._name = addresses[0]
        self._addresses = list(addresses)  # of the same list; the first that is there is read
        self.met: dict[str, None] = {}
        self.first_page: int | None = None  # entries on it
        self.is_whole = False  # read from its first page to its last in this run
        self._news: list[tuple[str, str, str | None]] = []
        self._skipped: list[tuple[str, str, str | None, str]] = []
        self._pages = 0

    def go(self) -> None:
        """Read pages until the walk's end; whatever ends it, what was seen is logged."""
        known_to = self._memory.unread_from.get(self._name, 1)  # None: earlier runs have read all of it
        number, self._unread = 1, known_to
        mode = self._visit.scope.mode
        to_the_end = mode != "incremental"
        skipped_pages = False
        try:
            while True:
                self._unread = None if known_to is None and number == 1 else number
                page = self._page(number)
                if page is None:
                    return
                if number == 1:
                    self.first_page = len(page.entries)
                has_unmet, has_news = self._take(page)
                if not has_unmet or self._is_all(page):
                    self._end(page.total, whole=not skipped_pages)
                    return
                if mode == "dated" and self._visit.scope.is_before([e.date for e in page.entries if e.date]):
                    return
                to_the_end = to_the_end or (known_to is not None and number >= known_to)
                if to_the_end or has_news:
                    number += 1
                elif known_to is None:
                    self._unread = None
                    return
                else:
                    skipped_pages = known_to > number + 2
                    number, to_the_end = max(number + 1, known_to - 1), True
        finally:
            self._log()

    def _page(self, number: int) -> ListPage | None:
        """One page of the list; None where the walk ends before it."""
        visit, rules = self._visit, self._visit.source.discover
        url = self._method.page_address(self._addresses[0], number, rules) if number <= rules.max_pages else None
        if url is None:
            self._end(None, whole=number > 1 and number <= rules.max_pages)
            return None
        if self._memory.pages_left < 1:
            return None  # unread_from says where the next run goes on
        self._memory.pages_left -= 1
        capture, data = visit.ask(url, "discovery", "listing", check=_is_list(visit.source, url, number))
        if data is None:
            if capture.outcome != "missing":
                return None
            if number > 1:  # the list has become shorter, or says so of pages beyond its last
                self._end(None, whole=True)
                return None
            if len(self._addresses) > 1:
                self._addresses.pop(0)
                return self._page(number)
            visit.fault("error", f"{url}: the list is missing (HTTP {capture.http_status})")
            return None
        self._pages += 1
        visit.tell(f"{visit.source.id} list", self._pages, None)
        try:
            return self._method.read(data, url, rules, visit.source.fetch.encoding)
        except ShapeChanged as change:  # kept from a time when it was read otherwise
            visit.fault("suspect", f"{url}: {change}")
            return None

    def _take(self, page: ListPage) -> tuple[bool, bool]:
        """Note what a page lists. Returns whether it holds anything new to this walk, and anything new at all."""
        has_unmet = has_news = False
        for entry, reason in [*((e, None) for e in page.entries), *page.left_out]:
            key = natural_key(entry.url)
            if key in self.met:
                continue
            self.met[key], has_unmet = None, True
            if reason is None and self._visit.scope.mode == "dated" and not self._visit.scope.holds(entry.date):
                continue  # it stays news for the runs that ask for all
            is_news = key not in self._memory.before
            if reason is None:
                self._memory.meet(entry)
                reason = relevance.title_fault(self._visit.source.relevance, entry.title)
                has_news = has_news or is_news
            if is_news and reason:
                self._skipped.append((entry.url, entry.title, entry.date, reason))
            elif is_news:
                self._news.append((entry.url, entry.title, entry.date))
        return has_unmet, has_news

    def _is_all(self, page: ListPage) -> bool:
        return page.total is not None and len(self.met) >= page.total

    def _end(self, total: int | None, *, whole: bool) -> None:
        self._unread, self.is_whole = None, whole
        if whole and total and len(self.met) < LEAST_SHARE * total:
            self._visit.fault("suspect", f"{self._name}: states {total} entries, and its pages hold {len(self.met)}")

    def _log(self) -> None:
        self._visit.count("skipped", len(self._skipped))
        self._visit.archive.log.append(
            "discovered",
            durable=True,
            source_id=self._visit.source.id,
            list=self._name,
            mode=self._visit.scope.mode,
            pages=self._pages,
            unread_from=self._unread,
            found=len(self.met),
            news=self._news,
            skipped=self._skipped,
        )


def _is_list(source: Source, url: str, number: int) -> Callable[[bytes], Verdict | None]:
    """A list page that its method can read; a first page without an article is not the list."""

    def check(data: bytes) -> Verdict | None:
        try:
            page = METHODS[source.discover.method].read(data, url, source.discover, source.fetch.encoding)
        except ShapeChanged as change:
            return Verdict("suspect", str(change))
        if number > 1 or page.entries:
            return None
        reasons = f": of {len(page.left_out)} links the first: {page.left_out[0][1]}" if page.left_out else ""
        return Verdict("suspect", f"a list page without a single article{reasons}")

    return check


def off_topic_keys(visit: Visit) -> frozenset[str]:
    """Articles whose body was found off topic, by the patterns that still hold."""
    patterns = list(visit.source.relevance.body)
    return frozenset(
        natural_key(event["url"])
        for event in (read_events(visit.archive.home, name="skipped") if patterns else ())
        if event["source_id"] == visit.source.id and event["patterns"] == patterns
    )

"""`SampleSite`: everything that the sample publishers publish, and the truth about it.

Comes in: a seed, how many days, how many pilots, how many groups a pilot. Goes out: documents by path, served on
loopback or handed over directly. Never here: the wording of notices, the content of feeds, HTTP itself.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from scrapers.sample_site import feeds, institutions, notices, pages, places, server
from scrapers.sample_site.feeds import Dirt, Platform
from scrapers.sample_site.institutions import Group
from scrapers.sample_site.notices import Article, ExpectedFact
from scrapers.sample_site.server import Request

SEED = 20260901
LIST = "/nhc/yzygj/s7659/new_list"


@dataclass(frozen=True, slots=True)
class Document:
    """One published document; ETag and Last-Modified follow from it."""

    data: bytes
    media_type: str
    modified: datetime

    @property
    def etag(self) -> str:
        return f'"{hashlib.sha256(self.data).hexdigest()[:32]}"'


class SampleSite:
    """A sample publisher. Everything is made when it is first asked for, and kept.

    `requests` remembers what was asked of it while it was served.
    """

    def __init__(
        self,
        seed: int = SEED,
        days: int = 14,
        pilots: int = 81,
        groups_per_pilot: tuple[int, int] = (2, 3),
        articles: int = 60,
    ) -> None:
        if not 1 <= pilots <= len(places.pilots()):
            raise ValueError(f"pilots {pilots}: from 1 to {len(places.pilots())}")
        if days < 1:
            raise ValueError(f"days {days}: at least 1")
        self.seed = seed
        self.days = feeds.event_days(days)
        self.requests: list[Request] = []
        self._places = places.pilots()[:pilots]
        self._groups_per_pilot = groups_per_pilot
        self._article_count = articles
        self._making = threading.RLock()
        self._platforms: dict[str, Platform] = {}

    # -- the truth

    @cached_property
    def groups(self) -> list[Group]:
        return institutions.build(self.seed, self._places, self._groups_per_pilot)

    @cached_property
    def articles(self) -> list[Article]:
        """The notices, newest first."""
        return notices.write(self.seed, self._article_count)

    def expected_facts(self, base: str = "") -> list[ExpectedFact]:
        """The facts that the notices hold; `base` is put before their paths."""
        return [replace(fact, url=base + article.path) for article in self.articles for fact in article.facts]

    def dirt(self) -> list[Dirt]:
        """Every line and file of the feeds that is not clean."""
        return [dirt for name in places.PLATFORMS for dirt in self._platform(name).dirt]

    def feed_files(self) -> Iterator[tuple[str, str, bytes]]:
        """(source id, file name, bytes) of every feed file, in the order in which they were published."""
        for name in places.PLATFORMS:
            for file in self._platform(name).files.values():
                yield file.source_id, file.name, file.data

    # -- what is published

    def document(self, path: str) -> Document | None:
        """What stands at a path, None where there is nothing."""
        with self._making:
            if path in ("/", "/index.html"):
                return _page(pages.home(), notices.LAST_DAY)
            if path == "/robots.txt":
                return Document(pages.ROBOTS.encode(), "text/plain; charset=utf-8", _moment(notices.FIRST_DAY))
            if path.startswith("/nhc/"):
                return self._notice_page(path)
            if path.startswith("/feeds/"):
                return self._feed_document(*path.removeprefix("/feeds/").partition("/")[::2])
        return None

    def _notice_page(self, path: str) -> Document | None:
        number = pages.list_number(path, LIST)
        if number is not None:
            newest = self.articles[0].date if self.articles else notices.FIRST_DAY
            return _page(pages.article_list(self.articles, number, LIST), newest)
        article = self._articles_by_path.get(path)
        return _page(pages.article(article), article.date) if article else None

    @cached_property
    def _articles_by_path(self) -> dict[str, Article]:
        return {article.path: article for article in self.articles}

    def _feed_document(self, source_id: str, name: str) -> Document | None:
        platform = source_id.removeprefix("sample_feed_")
        if platform not in places.PLATFORMS or feeds.source_id(platform) != source_id:
            return None
        published = self._platform(platform)
        if name == "index.json":
            return Document(published.index(), "application/json", _moment(self.days[-1].isoformat()))
        file = published.files.get(name.removesuffix(feeds.MANIFEST_ENDING))
        if file is None:
            return None
        modified = datetime.fromisoformat(file.manifest["produced_at"])
        if name == file.name:
            return Document(file.data, _media_type(name), modified)
        return Document(feeds.manifest_bytes(file), "application/json", modified)

    def _platform(self, name: str) -> Platform:
        with self._making:
            if name not in self._platforms:
                self._platforms[name] = Platform(self.seed, name, self.groups, self.days)
            return self._platforms[name]

    @contextmanager
    def serve(self, port: int = 0, host: str = "127.0.0.1") -> Iterator[str]:
        """Serve on loopback until the block ends; port 0 takes a free one. Yields the address, without a slash.

        Raises OSError where the port is taken.
        """
        with server.running(self.document, self.requests, host, port) as address:
            yield address


def _page(markup: str, day: str) -> Document:
    return Document(markup.encode(), "text/html; charset=utf-8", _moment(day))


def _moment(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T09:00:00+08:00")


def _media_type(name: str) -> str:
    return "application/gzip" if name.endswith(".gz") else "application/x-ndjson"

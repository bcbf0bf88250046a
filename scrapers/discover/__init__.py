"""How a source's addresses are found: one module a method, all behind the few names below.

Comes in: a source and a `Visit`, through which alone anything is asked for. Goes out: what to ask for next. Lists of
articles (list_pages, json_search, jpaas, syndication) are walked by lists; feed_manifest and feed_query walk
themselves. Never here: requests, the archive's files, judging whether a body is the document.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from scrapers.archive import Archive
    from scrapers.fetch.challenge import Due, Verdict
    from scrapers.records import Capture, Role
    from scrapers.registry import Discover, Source

Mode = Literal["incremental", "full", "dated"]


class ShapeChanged(ValueError):
    """An answer is not the list that its method reads: an error page, or a site that was rebuilt."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One article in a list. The date is the list's own, ISO; the article's page may state another."""

    url: str
    title: str
    date: str | None


@dataclass(slots=True)
class ListPage:
    """What one page of a list says. `left_out`: entries that lead to no article, with the reason."""

    entries: list[Entry] = field(default_factory=list)
    left_out: list[tuple[Entry, str]] = field(default_factory=list)
    total: int | None = None  # entries of the whole list, where it says so

    @classmethod
    def of(cls, judged: Iterable[tuple[Entry, str | None]], total: int | None = None) -> ListPage:
        """The entries in their order, each address once, those with a reason left out."""
        page, seen = cls(total=total), set[str]()
        for entry, reason in judged:
            if entry.url in seen:
                continue
            seen.add(entry.url)
            if reason:
                page.left_out.append((entry, reason))
            else:
                page.entries.append(entry)
        return page


class ListMethod(Protocol):
    """A kind of list: how its pages are addressed and read. Modules are its instances."""

    def page_address(self, first: str, number: int, rules: Discover) -> str | None:
        """The address of a page from 1; None where the list has no such page."""

    def read(self, data: bytes, base: str, rules: Discover, encoding: str | None) -> ListPage:
        """Raises ShapeChanged."""


@dataclass(frozen=True, slots=True)
class Scope:
    """How far a run looks. Incremental: to the first page without news. Full: to the end. Dated: by list dates."""

    mode: Mode = "incremental"
    since: date | None = None
    until: date | None = None

    def __post_init__(self) -> None:
        if (self.mode == "dated") != bool(self.since or self.until):
            raise ValueError("dates belong to the mode dated, which needs one")
        if self.since and self.until and self.since > self.until:
            raise ValueError(f"since {self.since} is after until {self.until}")

    def holds(self, day: str | None) -> bool:
        """Is a list date within the dates? One that is not stated is: leaving it out would be guessing."""
        if day is None:
            return True
        return (not self.since or day >= self.since.isoformat()) and (not self.until or day <= self.until.isoformat())

    def is_before(self, days: list[str]) -> bool:
        """Are all these dates too old? Lists are sorted by date but for the entries pinned to their top."""
        return bool(self.since and days and max(days) < self.since.isoformat())


class Visit(Protocol):
    """The run that a walk belongs to. `ask` raises where the publisher is to be left alone; let it pass."""

    source: Source
    archive: Archive
    scope: Scope
    business_date: str

    @property
    def is_good(self) -> bool:
        """Has nothing gone wrong so far?"""

    def ask(
        self,
        url: str,
        role: Role,
        due: Due,
        *,
        sha256: str | None = None,
        check: Callable[[bytes], Verdict | None] | None = None,
    ) -> tuple[Capture, bytes | None]: ...

    def ask_notice(self, url: str) -> Capture:
        """The page, and the files that hang on it."""

    def fault(self, outcome: Literal["error", "suspect"], reason: str) -> None: ...

    def count(self, what: str, number: int) -> None: ...

    def tell(self, label: str, done: int, total: int | None) -> None: ...


def assert_count(visit: Visit, found: int) -> None:
    """Hold what a whole discovery found against the source's bounds, and against the last good run."""
    least, most = visit.source.assertions.min, visit.source.assertions.max
    if (least is not None and found < least) or (most is not None and found > most):
        visit.fault("suspect", f"discovery found {found}, and the source's bounds are {least} to {most}")
    assert_steady(visit, "whole", found)


def assert_steady(visit: Visit, what: str, found: int) -> None:
    """Hold a count against the last good run's: markup that changed in part still yields a few entries.

    `what` is counted: the `whole` discovery, or the `first_page` of every list, which each run reads.
    """
    drift = visit.source.assertions.drift
    good = visit.archive.last_good_count(visit.source.id, what) if drift is not None and visit.is_good else None
    if drift is not None and good is not None and found < (1 - drift) * good:
        visit.fault(
            "suspect",
            f"discovery found {found} ({what}), {1 - found / good:.0%} fewer than the {good} of the last good run; "
            f"assertions.drift allows {drift:.0%}",
        )
    visit.archive.log.append("counted", source_id=visit.source.id, what=what, found=found, is_good=visit.is_good)

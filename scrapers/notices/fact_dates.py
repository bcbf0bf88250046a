"""The day that a fact holds for, where its own sentence names none: what the page says of itself.

Comes in: the facts and statements of a page, and the page. Goes out: `date` and `date_precision`, set in place where
they were empty. Never here: dates within the sentence (facts.py), or a guess: a target without a date of its own stays
without, and so does what another document demanded before.

    a figure                   its dateline, else the day of signature or     approx, as-of
                               publication
    a requirement in a notice  the day of signature, else of publication      day
    a report of a requirement  the page's publication                         day
    a related item             its own year, 2024; a target of that year's    year
                               work plan: the end of the year
    a page without a date      the year whose end its plans are for, if it    year-inferred
                               names no earlier one
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from datetime import date
from functools import cached_property

from scrapers.notices.facts import BEFORE_CHANGE
from scrapers.notices.page import LONGEST_READ, Page
from scrapers.records import Fact, Notice, Statement
from scrapers.text import dates
from scrapers.text.dates import DateMention
from scrapers.text.gazetteer import NATION

LONGEST_SENTENCE = 600
HEAD = 300  # characters in which a dateline stands

_DATELINE = re.compile(  # a set first: it is fast
    r"(?P<m>[0-9](?<!\d.)(?:(?<=1)[0-2]|(?<=0)[1-9]|(?<!0)))月(?P<d>3[01]|[12]\d|0?[1-9])日(?:电|讯)"
)
_DOCUMENT = re.compile(r"^[^,。!?]{0,40}关于.{2,80}(?:通知|意见|方案|函|决定|办法|规定|通报|批复)(?:\([^()]{1,12}\))?$")
_EARLIER = re.compile(r"(?:此前|早前|先前|日前已|已经?)(?:发布|印发|出台|公布|下发)的?《")  # what follows is that one's
_PLANS = re.compile(r"(?:计划|预计|拟|力争)(?:在|到|于)?\s?(20\d\d)年(?:底|末|内|上半年|下半年)")
_NOW = re.compile(r"目前|截至当前|今年|昨日|昨天|近日|日前|记者")
_YEAR_PLAN = re.compile(r"(20\d\d)年[^。;\n]{0,20}(?:重点工作|工作要点|重点任务|工作计划)")
_STATED = ("requirement", "plan")  # hold from the day they are stated


def settle(notice: Notice, page: Page) -> None:
    """Give every fact and statement without a date the one that its page proves."""
    undated = list(_undated(notice))
    if not undated:
        return
    own = _Day(page)
    items = [_Item(begin, page.folded[begin:end]) for begin, end in page.related]
    for row in undated:
        if row.segment == "main":
            row.date, row.date_precision = own.of(row)
        elif (number := bisect_right(items, row.start, key=lambda item: item.begin)) > 0:
            row.date, row.date_precision = items[number - 1].of(row)


def _undated(notice: Notice) -> Iterator[Fact | Statement]:
    yield from (fact for fact in notice.facts if fact.date is None and fact.date_precision != BEFORE_CHANGE)
    yield from (statement for statement in notice.statements if statement.date is None)


class _Day:
    """The days that a page has for what it says."""

    def __init__(self, page: Page) -> None:
        self.body = body = page.stated
        self.published = page.publish_date
        self.dateline = _dateline(body, page.publish_date)
        self.is_document = _DOCUMENT.match(page.head) is not None
        self.signed = _signed(body) if self.is_document else None
        self.inferred = _inferred(body, page.written.mentions) if page.publish_date is None else None
        self._spoken = sorted(begin for begin, _ in page.written.spans)  # where the article says a time

    @cached_property
    def _earlier(self) -> int:
        """Where the article begins to tell of an earlier document; its end if it tells of none."""
        earlier = _EARLIER.search(self.body)
        return earlier.start() if earlier else len(self.body)

    def of(self, row: Fact | Statement) -> tuple[str | None, str | None]:
        if row.kind == "actual":
            return self._of_figure(row)
        if row.kind not in _STATED:
            return None, None
        if self.is_document and (day := self.signed or self.published):
            return day, "day"
        if self.published and row.start < self._earlier:
            return self.published, "day"
        return (self.inferred, "year-inferred") if self.inferred and isinstance(row, Fact) else (None, None)

    def _of_figure(self, row: Fact | Statement) -> tuple[str | None, str | None]:
        """A figure stands for the day of its report, if its sentence speaks of no other time."""
        least = max(0, row.start - LONGEST_SENTENCE)
        begin = max(max(self.body.rfind(stop, least, row.start) for stop in "。!?;\n") + 1, least)
        line = _DATELINE.search(self.body, begin, row.end)
        times = self._spoken[bisect_left(self._spoken, begin) : bisect_left(self._spoken, row.end)]
        if any(line is None or not line.start() <= at < line.end() for at in times):
            return None, None
        if self.dateline:
            return self.dateline, "approx"
        if day := self.signed or self.published:
            return day, "as-of"
        return (self.inferred, "year-inferred") if self.inferred else (None, None)


class _Item:
    """A related item and the year that it speaks from."""

    def __init__(self, begin: int, text: str) -> None:
        self.begin = begin
        self.year = dates.own_year(text[:LONGEST_READ])
        plan = _YEAR_PLAN.search(text)
        self.is_year_plan = plan is not None and int(plan[1]) == self.year

    def of(self, row: Fact | Statement) -> tuple[str | None, str | None]:
        """The year of the item. What it tells of one place as an example may be older."""
        if self.year is None or (row.kind == "actual" and isinstance(row, Fact) and row.adcode not in (None, NATION)):
            return None, None
        if row.kind == "target":
            return (f"{self.year}-12-31", "year") if self.is_year_plan else (None, None)
        return str(self.year), "year"


def _dateline(body: str, published: str | None) -> str | None:
    """新华社北京6月9日电, in the year of publication or, in January, the one before."""
    found = _DATELINE.search(body, 0, HEAD) if published else None
    if found is None or published is None:
        return None
    for year in (int(published[:4]), int(published[:4]) - 1):
        try:
            day = date(year, int(found["m"]), int(found["d"])).isoformat()
        except ValueError:
            continue
        if day <= published:
            return day
    return None


def _signed(body: str) -> str | None:
    """The day of signature: a line that is nothing but a day."""
    for line in body.split("\n"):
        if len(line) <= 20 and "年" in line and dates.is_date_line(line) and (found := dates.published(line)):
            return found[0]
    return None


def _inferred(body: str, written: Sequence[DateMention]) -> str | None:
    """The year of a page that speaks of now and plans for the end of a year, if it names none before that."""
    planned = [int(m[1]) for m in _PLANS.finditer(body)]
    if not planned or _NOW.search(body) is None:
        return None
    named = [int(mention.iso[:4]) for mention in written if mention.iso is not None]
    return str(min(planned)) if min(planned) <= min(named, default=0) else None

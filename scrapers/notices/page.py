"""The bytes of a page → what it says of itself: title, date, source, document number, and its text in segments.

Comes in: archived bytes, HTML or plain text. Goes out: `Page`. Never here: indicators and topics (facts.py), or a
guess: what the page does not state is None. Lines around a title are told by heads.py, the title by titles.py, date and
source by publication.py, what of the rest is the article by scrapers.text.segments.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from scrapers.notices import heads, html, publication, titles
from scrapers.text import clean, dates, doc_numbers, encoding, furniture, gazetteer, segments, table_lines, wraps
from scrapers.text.cues import cues
from scrapers.text.doc_numbers import DocNumber
from scrapers.text.fold import fold, with_full_stops
from scrapers.text.gazetteer import Mention
from scrapers.text.lines import Line, is_foreign, is_prose
from scrapers.text.segments import Label
from scrapers.text.trace import Edit, Traced

LONGEST_READ = 400_000  # characters of a text that are read for facts and places; the longest notice seen has 60,000
CONTENT_SHARE = 0.75  # the article's element holds at least this share of the prose around it
NAMED_SHARE = 0.3  # ... or this, if it has a name that only articles have
_CLAUSE_ENDS = (",", "。", ";", "?", "!")


@dataclass
class Page:
    """A page, read. `traced` is the text (body, blank line, related) with the way back to `raw`.

    What several readers ask of the text is found once, when the first of them asks.
    """

    raw: str  # the decoded page; for HTML the text drawn from it
    traced: Traced
    folded: str  # the text in one spelling of its signs (scrapers.text.fold), of the same length
    body_length: int
    encoding: str
    is_html: bool
    title: str | None = None
    publish_date: str | None = None
    publish_time: str | None = None
    source: str | None = None
    doc_number: str | None = None
    address: str | None = None  # the page's own address, where its markup states it
    language: str | None = None  # as the markup declares it
    related: list[tuple[int, int]] = field(default_factory=list)  # spans in the text, one an item
    flags: list[str] = field(default_factory=list)
    suspects: tuple[tuple[int, int], ...] = ()  # sentences of `raw` that are damaged beyond proof: no fact from them

    @property
    def text(self) -> str:
        return self.traced.text

    @property
    def body(self) -> str:
        return self.traced.text[: self.body_length]

    @property
    def stated(self) -> str:
        """What is read for facts and dates: the article, folded, up to a length that no real one reaches."""
        return self.folded[: min(self.body_length, LONGEST_READ)]

    def is_suspect(self, raw_start: int, raw_end: int) -> bool:
        """Whether this part of the raw page touches a sentence that is damaged beyond proof."""
        return any(raw_start < end and begin < raw_end for begin, end in self.suspects)

    @cached_property
    def head(self) -> str:
        """The title, folded; empty where there is none."""
        return fold(self.title or "")

    @cached_property
    def written(self) -> dates.Written:
        """The dates of the article. What 今年 means is the year in which the page says it was published."""
        return dates.read(self.stated, int(self.publish_date[:4]) if self.publish_date else None)

    @cached_property
    def doc_numbers(self) -> list[DocNumber]:
        """The document numbers in the article, cited ones too."""
        return doc_numbers.find(self.stated)

    @cached_property
    def mentions(self) -> list[Mention]:
        """The places that the text names."""
        return gazetteer.find(self.folded)

    @cached_property
    def mention_starts(self) -> list[int]:
        """Where they stand, to be asked by bisection."""
        return [mention.start for mention in self.mentions]


@dataclass(frozen=True, slots=True)
class _Sheet:
    """What text and HTML have in common once they are lines. The article is within lines[first:last]."""

    traced: Traced
    lines: list[Line]
    first: int
    last: int
    title: str | None
    title_at: int | None
    meta: dict[str, str]
    flags: list[str]  # of the repairs
    suspects: tuple[tuple[int, int], ...]
    language: str | None = None
    address: str | None = None


def read(data: bytes, *, media_type: str | None = None, keywords: Sequence[str] = ()) -> Page:
    """A page. `keywords`: a related item is kept only if it holds one of them."""
    decoded = encoding.decode(data)
    markup = html.is_html(decoded.text, media_type)
    raw, sheet = _from_html(decoded.text) if markup else _from_text(decoded.text)
    page = _arrange(raw, sheet, keywords)
    page.encoding, page.is_html = decoded.encoding, markup
    page.flags = ["undecodable_bytes"] * decoded.damaged + sheet.flags + page.flags
    page.suspects = sheet.suspects
    page.language, page.address = sheet.language, sheet.address
    return page


# ---------------------------------------------------------------- two ways in


def _from_text(raw: str) -> tuple[str, _Sheet]:
    cleaned = clean.clean(raw)
    traced = wraps.joined(cleaned.traced)
    lines = heads.parted(_lines(traced.text))
    lines = lines[heads.menu_end(lines) :]
    lines = lines[_paper_begin(lines) :] if "摘" in traced.text else lines
    title_at = titles.line_of(lines)
    title, first = titles.from_text(lines, title_at)
    return raw, _Sheet(traced, lines, first, len(lines), title, title_at, {}, cleaned.flags, cleaned.suspects)


def _paper_begin(lines: Sequence[Line]) -> int:
    """Where the head of a paper begins, if the journal speaks of itself above it."""
    above = range(segments.abstract(lines) - 1)
    return next((index + 1 for index in reversed(above) if "。" in lines[index].text and is_prose(lines[index])), 0)


def _from_html(markup: str) -> tuple[str, _Sheet]:
    drawn = html.draw(markup)
    cleaned = clean.clean(drawn.text)
    _repair_head(drawn)
    lines = _lines(cleaned.traced.text)
    if len(lines) == len(drawn.lines):  # else a line was nothing but invisible characters
        for line, was in zip(lines, drawn.lines, strict=True):
            line.link_share, line.tag = was.link_share, was.tag
        table_lines.tell_cells([line for line, was in zip(lines, drawn.lines, strict=True) if was.in_cell])
        first, last = _content(drawn, lines)
    else:
        first, last = 0, len(lines)
    title = titles.from_markup(drawn, lines) or titles.called(lines[max(0, first - heads.HEAD_LINES) : last])
    title = title or titles.first_line(lines[first:last]) or titles.line_above(lines, first) or titles.of_window(drawn)
    title_at = titles.find(lines, title, last)
    if title_at is not None and first <= title_at < last:
        line = lines[title_at]
        is_heading = titles.HEADING.match(line.tag) is not None
        if is_heading or not any(map(is_prose, lines[first:title_at])):  # else the article names it again
            first = title_at if is_prose(line) and not is_heading else title_at + 1
    found = (first, last, title, title_at, drawn.meta, cleaned.flags, cleaned.suspects, drawn.language, drawn.address)
    return drawn.text, _Sheet(cleaned.traced, lines, *found)


def _repair_head(drawn: html.Drawn) -> None:
    """What the page says of itself outside its text gets the same repairs."""
    for name in (*cues().title_meta, *cues().source_meta):
        if name in drawn.meta:
            drawn.meta[name] = clean.repair(drawn.meta[name])
    drawn.head_title = clean.repair(drawn.head_title) if drawn.head_title else None
    drawn.headings = [clean.repair(heading) for heading in drawn.headings]


def _lines(text: str) -> list[Line]:
    lines = []
    at = 0
    folded = with_full_stops(fold(text))
    for whole in text.split("\n"):
        trimmed = whole.strip()
        if trimmed:
            start = at + whole.index(trimmed[0])
            end = start + len(trimmed)
            lines.append(Line(start, end, trimmed, folded[start:end]))
        at += len(whole) + 1
    table_lines.tell(lines, folded)
    furniture.hint(lines, folded)
    return lines


# ---------------------------------------------------------------- what both do with their lines


def _arrange(raw: str, sheet: _Sheet, keywords: Sequence[str]) -> Page:
    """Head and segments of a sheet."""
    head_end = _head_end(sheet)
    begin = _head_begin(sheet)
    head = sheet.lines[begin:head_end]
    inner = sheet.lines[max(sheet.first, min(head_end, sheet.last)) : sheet.last]
    labels = segments.label(inner)
    main = _trim([line for line, label in zip(inner, labels, strict=True) if label == "main"], sheet.title)
    if main and main[-1].tag:  # of a text, the lines have been parted
        main = [*main[:-1], furniture.parted(main[-1])[0]]
    related = _related(inner, labels, keywords)
    traced, folded, body_length, spans = _assemble(sheet.traced, main, related)
    page = Page(raw, traced, folded, body_length, "", False, related=spans)
    page.title = segments.trim_title(sheet.title) if sheet.title else None
    title_at = sheet.title_at if sheet.title_at is not None and begin <= sheet.title_at < head_end else begin - 1
    dated = [  # a title dates what it tells of; what stands below it is nearer than what does above
        sheet.lines[index]
        for index in (*range(title_at + 1, head_end), *range(begin, max(begin, title_at)))
        if not publication.is_event(sheet.lines[index : index + 3], sheet.title or "")
    ]
    if not publication.is_digest([*head, *inner]):
        page.publish_date, page.publish_time = (
            publication.stated(sheet.meta, dated, most=_dates_of_its_own(sheet, main))
            or publication.leaf(head)
            or publication.near(inner)
            or publication.below(inner, labels, sheet.lines[sheet.last :])
            or publication.proved(head, inner)
            or publication.above(sheet.lines)
            or publication.compiled(sheet.lines)
            or publication.answered(sheet.lines)
            or (None, None)
        )
    page.source = publication.source(sheet.meta, head)
    page.doc_number = doc_numbers.own([line.folded for line in [*head, *main[: heads.HEAD_LINES]]])
    if not main:
        page.flags.append("no_body")
    return page


def _dates_of_its_own(sheet: _Sheet, main: Sequence[Line]) -> int:
    """How many dates without a label may stand in the head of an article; what has more is a list of articles."""
    if any(is_prose(line) or is_foreign(line) for line in main):
        return heads.HEAD_LINES if sheet.title_at is not None else 1
    return 0 if sum(map(heads.is_dated, sheet.lines)) > 1 else 1


def _head_begin(sheet: _Sheet) -> int:
    if sheet.title_at is not None and sheet.title_at <= sheet.first:
        begin = sheet.title_at
        least = max(0, begin - heads.HEAD_LINES)
        while begin > least and heads.is_head(sheet.lines[begin - 1]):  # the table that describes a document
            begin -= 1
        return min(begin, max(0, sheet.title_at - 3))  # some sites print the date above the title
    return max(0, sheet.first - heads.HEAD_LINES // 2)


def _head_end(sheet: _Sheet) -> int:
    """The first line of the article proper: what stands between title and body is head."""
    index = sheet.first
    last = min(sheet.first + heads.HEAD_LINES, sheet.last)
    while index < last:
        follows = sheet.lines[index + 1] if index + 1 < last else None
        line = sheet.lines[index]
        named = (
            heads.is_outlet(line)
            or heads.is_offices(line)
            or (len(line.text) <= heads.LONGEST_NAME and not is_prose(line))
        )
        beside = follows if follows is not None and heads.is_dated(follows) else None
        if beside is None and index > sheet.first and heads.is_outlet(line) and heads.is_dated(sheet.lines[index - 1]):
            beside = sheet.lines[index - 1]
        labelled = index > 0 and heads.is_bare_label(sheet.lines[index - 1]) and len(line.text) <= heads.LONGEST_HALF
        is_head = heads.is_head(line) or heads.is_bare_label(line) or labelled or (named and beside is not None)
        is_head = is_head or titles.is_of_a_window(line)
        if not is_head and any(map(str.isalnum, line.text)):
            return index
        index += 1
    return index


def _trim(main: list[Line], title: str | None) -> list[Line]:
    """The article without its own title repeated at its head."""
    if not title:
        return main
    key = titles.key_of(title)
    return list(itertools.dropwhile(lambda line: titles.says(line.text, key), main))


def _related(lines: Sequence[Line], labels: Sequence[Label], keywords: Sequence[str]) -> list[list[Line]]:
    """Of other articles only whole sentences about our subjects are kept, item by item; headlines part the items."""
    if "related" not in labels:
        return []
    items: list[list[Line]] = [[]]
    for line, label in zip(lines, labels, strict=True):
        if label != "related" or not is_prose(line):
            if items[-1]:
                items.append([])
        elif any(map(line.text.__contains__, keywords)):
            items[-1].append(line)
    return items if items[-1] else items[:-1]


def _assemble(
    traced: Traced, main: Sequence[Line], related: Sequence[Sequence[Line]]
) -> tuple[Traced, str, int, list[tuple[int, int]]]:
    """Body lines one below the other, then a blank line and the related items; the same in one spelling."""
    body = "\n".join(line.folded for line in main)
    inside = traced.select([(line.start, line.end) for line in itertools.chain(main, *related)])
    if not related:
        return inside, body, len(body), []
    items = ["\n".join(line.folded for line in item) for item in related]
    folded = "\n".join(items)
    if main:
        inside = inside.edit([Edit(len(body), len(body) + 1, "\n\n", "segment")])
        folded = f"{body}\n\n{folded}"
    spans = []
    at = len(body) + 2 if main else 0
    for item in items:
        spans.append((at, at + len(item)))
        at += len(item) + 1
    return inside, folded, len(body), spans


# ---------------------------------------------------------------- the element of the article


def _content(drawn: html.Drawn, lines: Sequence[Line]) -> tuple[int, int]:
    """The lines of the element that holds the article: the one sites name so, else the one with most of the prose."""
    told = [is_prose(line) for line in lines]
    if not any(told):  # sentences of one clause a line
        told = [line.link_share < 0.5 and line.folded.endswith(_CLAUSE_ENDS) for line in lines]
    sums = [0, *itertools.accumulate(len(line.text) * is_told for line, is_told in zip(lines, told, strict=True))]
    total = sums[-1]
    if not total:
        return 0, len(lines)

    def prose(block: html.Block) -> int:
        return sums[block.last] - sums[block.first]

    bearers = [(block, block.selectors) for block in drawn.blocks if prose(block) >= NAMED_SHARE * total]
    for selector in cues().content_elements:
        if named := [block for block, selectors in bearers if selector in selectors]:
            best = max(named, key=prose)
            return best.first, best.last
    children: dict[int, list[int]] = {}
    for index, block in enumerate(drawn.blocks):
        if prose(block):
            children.setdefault(block.parent, []).append(index)
    span, inside = (0, len(lines)), -1
    while inside in children:
        held = sums[span[1]] - sums[span[0]]
        best_child = max(children[inside], key=lambda index: prose(drawn.blocks[index]))
        block = drawn.blocks[best_child]
        if prose(block) < CONTENT_SHARE * held or block.name == "p":
            break
        span, inside = (block.first, block.last), best_child
    return span

"""The bytes of a page → what it says of itself: title, date, source, document number, and its text in segments.

Comes in: archived bytes, HTML or plain text. Goes out: `Page`. Never here: indicators and topics (facts.py), or a
guess: what the page does not state is None. A date comes from the page's own meta fields, from a label, or from a
short line between title and body; never from the address, a comment, a footer or a clock.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from scrapers.notices import html
from scrapers.text import clean, dates, doc_numbers, encoding, gazetteer, segments
from scrapers.text.fold import fold
from scrapers.text.gazetteer import Mention
from scrapers.text.segments import Label, Line, cues
from scrapers.text.trace import Edit, Traced

TITLE_LENGTH = range(6, 121)
LONGEST_READ = 400_000  # characters of a text that are read for facts and places; the longest notice seen has 60,000
TITLE_HAN = 8  # Chinese characters of a title that stands on one line with its date
MENU = 5  # so many lines of a few words each at the head are the menu of the site
TICKER = 4  # so many pieces on one line are a list of headlines
LONGEST_HALF = 60  # characters of the second line of a title
LONGEST_SITE = 12  # characters of the name of a site
LONGEST_NAME = 8  # characters of an author's name above the date
HEAD_LINES = 12  # lines in which a page shows title, date and source
BELOW = 4  # lines from the last of the article on in which its date may stand
LONG_ARTICLE = 400  # lines in which the date below an article is looked for
CONTENT_SHARE = 0.75  # the article's element holds at least this share of the prose around it
NAMED_SHARE = 0.3  # ... or this, if it has a name that only articles have

_HAN = re.compile(r"[\u3400-\u9fff]")
_WORDS = re.compile(r"[\u3400-\u9fff0-9A-Za-z]")
_RUNS = re.compile(rf"{_WORDS.pattern}+")
_SOURCE = re.compile(
    r"(?:信息来源|文章来源|稿件来源|新闻来源|消息来源|来源|來源|发布机构|发布单位|发布机关)\s?:\s?"
    r"(?P<name>(?:(?!(?:浏览|阅读|点击|访问)(?:次数|量|数)?:|字号|字体|打印|分享|【)[^\s|,;:()<>【】]){2,30})"
)
_HEAD_LABEL = re.compile(
    r"(?:来源|來源|作者|记者|编辑|編輯|责编|审核|发布机构|发布单位|发布时间|发布日期|发布人|时间|日期|浏览|阅读|点击|字号|字体|打印|分享"
    r"|访问量|索引号|主题分类|发文机关|成文日期|发文字号|文号|有效性|生效日期|废止日期|所属主题|信息名称|公开方式|公开时限|体裁分类|收稿日期)"
)
_STATES = re.compile(r"[:|\d]")
_DATE_WITHIN = re.compile(
    r"[\u4e00-\u9fff]{2,}20\d\d年\d{1,2}月\d{1,2}日(?!星期|上午|下午)[\u4e00-\u9fff]{4,}"
)  # in a title
_WHEN = re.compile(r"时\s*间")
_PLACE = re.compile(r"地\s*点\s*:")
_GLUED = re.compile(
    r"\s{0,4}(?P<date>20\d\d[-/年]\d{1,2}[-/月]\d{1,2}日?(?:\s\d{1,2}:\d\d(?::\d\d)?)?)\s?(?:浏览|阅读|点击|来源|作者|字号)"
)
_BEHIND_TITLE = re.compile(
    r"\s{1,4}(?=(?:(?:发布|更新|发表)?(?:时间|日期)\s?:\s?20\d\d|(?:文章|稿件|信息)?来源\s?:.{0,30}20\d\d))"
)
_STORED = re.compile(r"date\s20\d\d-\d\d-\d\d\s{1,4}")  # how stores of texts write the date
_BULLETS = ("•", "·", "●", "○", "■", "◆", "▪")
_MENU_ITEM = re.compile(rf"[{''.join(_BULLETS)}]?\s{{0,4}}[A-Za-z\u4e00-\u9fff]{{2,8}}(?:[ /][\u4e00-\u9fff]{{1,8}})?")
_OFFICES_AND_PLACES = tuple("委局部厅办院省市县区州旗盟镇乡村")
_NEVER_FIRST = ("——", "--", *",、。;:)】》")  # how no title begins
_NO_TITLE = ("。", ";", ",", "…")  # how no title ends
_PUBLISHED = re.compile(r"(?:发布|发表|公布|刊发)(?:时间|日期)\s?:")
_COMPILED = re.compile(r"(?:整理|编制|编写|汇编)(?:时间|日期)\s?:")
_ORIGINAL = re.compile(r"[(【\[]?\s?原标题\s?:\s?(?P<title>.{6,100}?)\s?[)】\]]?$")
# A date with its weekday, a table of what a document is, catchwords, authors.
_NOT_TITLE = re.compile(
    r"(?:时\s*间|地\s*点|主持人|嘉\s*宾)\s*:.*|(?:(?:19|20)\d\d年)?\s?\d{1,2}月\d{1,2}日\s*星期.{0,6}|[^|]{0,12}:\s?\|.*"
    r"|.{2,20}(?:供图|供稿|摄(?:影|pagebreak)?)|[^,。]{2,10}提供|.*\s\d{6}\)?"  # who made a picture, an address
    r"|(?:[^,。]{2,40},){3,}.*|[\u4e00-\u9fff]{2,4}(?:[,、]\s?[\u4e00-\u9fff]{2,4})+|[\u4e00-\u9fff]{2,3}(?:\s+[\u4e00-\u9fff]{2,3}){2,}"
)
_BARE_LABEL = re.compile(
    r"(?:索\s?引\s?号|主题分类|发文机关|发文机构|发布机构|发文字号|文\s?号|成文日期|发文日期|发布日期|公开日期|生效日期|废止日期|有\s?效\s?性|主\s?题\s?词|体裁分类|公开方式)\s?:?"
)
_SPACED = re.compile(r"(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fff]\s?:)")  # 文 号:
_JOURNAL = re.compile(  # where a paper appeared, not its title
    r"\bDOI\b|(?-i:DOI:|Issue|Vol\.)|\bVol\.|\bISSN\b|\[J\]|第\d+卷|\d{4}年第?\d+期|@", re.I
)
_OF_A_PAPER = re.compile("[A-Za-z卷期@]")  # what that can't do without
_ISSUED = re.compile(r"^.{0,20}《(?P<title>[^《》]{6,80})》.{0,60}(?:印发|发给|公布|发布)")
_PAPER = re.compile(r"^(?:.{2,40})?(?:关于|關於|印发)")
_PAPER_ENDS = ("通知", "意见", "方案", "办法", "公告", "决定", "规划", "计划", "细则", "函", "通报", "批复")
_ISSUERS = ("办公室", "办公厅", "委员会", "人民政府", "厅", "局")
_PIECES = re.compile(r"\s{2,}|[,…|]")
_RUN_HEAD = re.compile(  # a sentence that begins with what the site says of the article: date, source, counter
    r"(?:(?:(?:发布|更新|发表)?(?:时间|日期)\s?:?\s?)?20\d{2}[-/.年][01]?\d[-/.月][0-3]?\d日?(?:\s?[0-2]?\d:\d{2}(?::\d{2})?)?\s{0,4}"
    r"|(?:来源|作者|编辑|责任编辑)\s?:\s?[^\s。,:]{2,16}\s{1,4}"
    r"|(?:浏览|阅读|点击|访问|查看)(?:次数|量|数)?\s?:?\s?\d{1,9}\s?次?\s{0,4}"
    r"|(?:字号|字体)\s?:?\s?[大中小 ]{0,6}\s{0,4}){2,6}"
)
_SITE_TAIL = re.compile(r"\s?(?:[-_—|–]|--|>>|<)\s?(?=[^-_—|–<>]{1,40}$)")
_WINDOW_CUT = re.compile(r"[-_|—–]+|\s+")
_HEADING = re.compile(r"h\d")
_MARKUP = re.compile(r"<[^<>]{0,200}>")


@dataclass
class Page:
    """A page, read. `traced` is the text (body, blank line, related) with the way back to `raw`.

    What several readers ask of the text is found once, when the first of them asks.
    """

    raw: str  # the decoded page; for HTML the text drawn from it
    traced: Traced
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

    @cached_property
    def folded(self) -> str:
        """The text in one spelling of its signs (scrapers.text.fold), of the same length."""
        return fold(self.text)

    @cached_property
    def mentions(self) -> list[Mention]:
        """The places that the text names."""
        return gazetteer.find(self.folded)


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
    lines = _parted(_lines(cleaned.traced.text))
    lines = lines[_menu_end(lines) :]
    title_at = _title_line(lines)
    title, first = _title_from(lines, title_at)
    return raw, _Sheet(cleaned.traced, lines, first, len(lines), title, title_at, {}, cleaned.flags, cleaned.suspects)


def _from_html(markup: str) -> tuple[str, _Sheet]:
    drawn = html.draw(markup)
    cleaned = clean.clean(drawn.text)
    _repair_head(drawn)
    lines = _lines(cleaned.traced.text)
    if len(lines) == len(drawn.lines):  # else a line was nothing but invisible characters
        for line, was in zip(lines, drawn.lines, strict=True):
            line.link_share, line.tag = was.link_share, was.tag
        first, last = _content(drawn, lines)
    else:
        first, last = 0, len(lines)
    title = _html_title(drawn, lines) or _first_line(lines[first:last]) or _line_above(lines, first)
    title_at = _find_title(lines, title, last)
    if title_at is not None and first <= title_at < last:
        line = lines[title_at]
        first = title_at if segments.is_prose(line) and not _HEADING.match(line.tag) else title_at + 1
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
    folded = fold(text)
    for whole in text.split("\n"):
        trimmed = whole.strip()
        if trimmed:
            start = at + whole.index(trimmed[0])
            end = start + len(trimmed)
            lines.append(Line(start, end, trimmed, folded[start:end]))
        at += len(whole) + 1
    return lines


def _parted(lines: Sequence[Line]) -> list[Line]:
    """Text from the web often runs the line of date and source, or of the editor, into the article's sentence, and
    that line into the title."""
    parts: list[Line] = []
    for index, line in enumerate(lines):
        if index < HEAD_LINES and (at := _joint(line)):
            parts.append(segments.cut(line, 0, at))
            line = segments.cut(line, at, len(line.text))
        parts += segments.parted(line)
    return parts


def _joint(line: Line) -> int | None:
    """Where the line of date and source ends that an article's sentence follows, or begins that a title goes before."""
    run = _RUN_HEAD.match(line.folded) or _STORED.match(line.folded)
    if run and run.end() < len(line.text):
        return run.end()
    if "20" not in line.text or "。" in line.text or (label := _BEHIND_TITLE.search(line.folded)) is None:
        return None
    before = line.folded[: label.start()]
    is_title = len(_HAN.findall(before)) >= TITLE_HAN and _HEAD_LABEL.match(before) is None
    return label.start() if is_title else None


def _menu_end(lines: Sequence[Line]) -> int:
    """The line behind the menu of the site that a text begins with: words and no sentence, one below the other."""
    items = 0
    for index, line in enumerate(lines):
        if _is_menu_item(line):
            items += 1
        elif not segments.is_furniture(line):
            return index if items >= MENU and any(map(segments.is_prose, lines[index:])) else 0
    return 0


def _is_menu_item(line: Line) -> bool:
    """工作总结, 民声前沿; never an office or a place, as they head documents and lists."""
    if _MENU_ITEM.fullmatch(line.folded) is None:
        return False
    return line.folded.startswith(_BULLETS) or not line.folded.endswith(_OFFICES_AND_PLACES)


# ---------------------------------------------------------------- what both do with their lines


def _arrange(raw: str, sheet: _Sheet, keywords: Sequence[str]) -> Page:
    """Head and segments of a sheet."""
    head_end = _head_end(sheet)
    begin = _head_begin(sheet)
    head = sheet.lines[begin:head_end]
    inner = sheet.lines[max(sheet.first, min(head_end, sheet.last)) : sheet.last]
    labels = segments.label(inner)
    main = _trim([line for line, label in zip(inner, labels, strict=True) if label == "main"], sheet.title)
    related = _related(inner, labels, keywords)
    traced, body_length, spans = _assemble(sheet.traced, main, related)
    page = Page(raw, traced, body_length, "", False, related=spans)
    page.title = segments.trim_title(sheet.title) if sheet.title else None
    dated = [  # a title dates what it tells of
        line
        for index, line in enumerate(head, begin)
        if index != sheet.title_at and not _is_event(sheet.lines[index : index + 3])
    ]
    published = _published(sheet.meta, dated) or _published_near(inner)
    published = published or _published_below(inner, labels, sheet.lines[sheet.last :]) or _compiled(sheet.lines)
    page.publish_date, page.publish_time = published or (None, None)
    page.source = _source(sheet.meta, head)
    page.doc_number = doc_numbers.own([line.text for line in [*head, *main[:HEAD_LINES]]])
    if not main:
        page.flags.append("no_body")
    return page


def _head_begin(sheet: _Sheet) -> int:
    if sheet.title_at is not None and sheet.title_at <= sheet.first:
        return max(0, sheet.title_at - 3)  # some sites print the date above the title
    return max(0, sheet.first - HEAD_LINES // 2)


def _head_end(sheet: _Sheet) -> int:
    """The first line of the article proper: what stands between title and body is head."""
    index = sheet.first
    last = min(sheet.first + HEAD_LINES, sheet.last)
    while index < last:
        follows = sheet.lines[index + 1] if index + 1 < last else None
        line = sheet.lines[index]
        named = _is_outlet(line) or (len(line.text) <= LONGEST_NAME and not segments.is_prose(line))
        beside = follows if follows is not None and _is_dated(follows) else None
        if beside is None and index > sheet.first and _is_outlet(line) and _is_dated(sheet.lines[index - 1]):
            beside = sheet.lines[index - 1]
        labelled = index > 0 and _is_bare_label(sheet.lines[index - 1]) and len(line.text) <= LONGEST_HALF
        if not (_is_head(line) or _is_bare_label(line) or labelled or (named and beside is not None)):
            return index
        index += 1
    return index


def _is_head(line: Line) -> bool:
    """A date line, a source line, a row of buttons: not a sentence and not a heading."""
    if segments.is_furniture(line):
        return True
    if len(line.text) > 150 or "。" in line.text:
        return False
    if line.folded.startswith("——"):  # the second half of a title
        return True
    start = line.folded[:40]
    if ":" in start:
        start = _SPACED.sub("", start)
    if _HEAD_LABEL.search(start) and _STATES.search(line.folded):
        return True
    return _is_dated(line) and len(_HAN.findall(line.text)) <= 20 and _DATE_WITHIN.match(line.folded) is None


def _is_bare_label(line: Line) -> bool:
    """A label of the table in which offices describe a document, its value on the next line."""
    return len(line.text) <= 10 and _BARE_LABEL.fullmatch(line.folded) is not None


def _is_outlet(line: Line) -> bool:
    """The name of a medium or an office on a line of its own."""
    return len(line.text) <= 20 and line.folded.endswith(cues().outlets)


def _is_dated(line: Line) -> bool:
    return len(line.text) <= 60 and dates.published(line.folded) is not None


def _trim(main: list[Line], title: str | None) -> list[Line]:
    """The article without its own title repeated at its head."""
    if not title:
        return main
    key = _key(title)
    return list(itertools.dropwhile(lambda line: _says(line.text, key), main))


def _related(lines: Sequence[Line], labels: Sequence[Label], keywords: Sequence[str]) -> list[list[Line]]:
    """Of other articles only whole sentences about our subjects are kept, item by item; headlines part the items."""
    if "related" not in labels:
        return []
    items: list[list[Line]] = [[]]
    for line, label in zip(lines, labels, strict=True):
        if label != "related" or not segments.is_prose(line):
            if items[-1]:
                items.append([])
        elif any(map(line.text.__contains__, keywords)):
            items[-1].append(line)
    return items if items[-1] else items[:-1]


def _assemble(
    traced: Traced, main: Sequence[Line], related: Sequence[Sequence[Line]]
) -> tuple[Traced, int, list[tuple[int, int]]]:
    """Body lines one below the other, then a blank line and the related items."""
    body_length = sum(len(line.text) for line in main) + max(0, len(main) - 1)
    inside = traced.select([(line.start, line.end) for line in itertools.chain(main, *related)])
    if not related:
        return inside, body_length, []
    if main:
        inside = inside.edit([Edit(body_length, body_length + 1, "\n\n", "segment")])
    spans = []
    at = body_length + 2 if main else 0
    for item in related:
        length = sum(len(line.text) + 1 for line in item)
        spans.append((at, at + length - 1))
        at += length
    return inside, body_length, spans


# ---------------------------------------------------------------- title


def _title_line(lines: Sequence[Line]) -> int | None:
    """The line of a plain text that is its title; None if the text begins with a sentence.

    Of several, the one with a line of date or source right below it, else one that the page says twice, else the first.
    """
    candidates: list[int] = []
    for index, line in enumerate(lines[:HEAD_LINES]):
        if segments.is_in_kana(line):
            continue
        if segments.is_furniture(line) or _is_head(line) or _is_outlet(line) or doc_numbers.own([line.text]):
            continue
        if _is_ticker(line) or _is_bare_label(line) or (index and _is_bare_label(lines[index - 1])):
            continue
        if _asks(line) and _may_be_title(line):
            candidates.append(index)
            continue
        if segments.is_prose(line) or line.folded.endswith((*_NO_TITLE, ":")):
            break
        if _may_be_title(line):
            candidates.append(index)
            if index + 1 < len(lines) and _is_head(lines[index + 1]) and _is_stating(lines[index + 1]):
                return index
    echoed = (index for index in candidates if _is_echoed(lines, index))
    return next(echoed, candidates[0] if candidates else None)


def _title_from(lines: Sequence[Line], at: int | None) -> tuple[str | None, int]:
    """The title that begins on that line, and the line behind it. Official titles run over two lines, and a notice
    without one names in its first sentence what it issues."""
    if at is None:
        issued = next((found for line in lines[:HEAD_LINES] if (found := _ISSUED.match(line.text))), None)
        return (issued["title"] if issued else _original_title(lines)), 0
    title, follows = (
        lines[at].text.lstrip("".join(_BULLETS) + " \u3000"),
        lines[at + 1] if at + 1 < len(lines) else None,
    )
    if (
        follows is not None
        and not title.endswith(_PAPER_ENDS)
        and follows.folded.endswith(_PAPER_ENDS)
        and len(follows.text) <= LONGEST_HALF
        and "。" not in follows.text
        and (_PAPER.match(title) or (title.endswith(_ISSUERS) and _PAPER.match(follows.text)))
    ):
        return title + follows.text, at + 2
    return title, at + 1


def _asks(line: Line) -> bool:
    """A headline that asks or calls: 如何看好病?专家这样说. A sentence of an article has a full stop."""
    is_short = len(line.text) <= LONGEST_HALF and "。" not in line.text and ";" not in line.folded
    return is_short and segments.is_prose(line)


def _is_ticker(line: Line) -> bool:
    """Several headlines or search words on one line: what sites and their spammers put above an article."""
    if "。" in line.text or ":" in line.folded[:12]:
        return False
    pieces = _PIECES.split(line.text)
    return len(pieces) >= TICKER and sum(len(piece.strip()) >= 4 for piece in pieces) >= TICKER


def _is_echoed(lines: Sequence[Line], index: int) -> bool:
    """The line stands in the head a second time: alone, at the end of a trail, or at the beginning of another line."""
    own = lines[index].text
    for other, line in enumerate(lines[: HEAD_LINES + 3]):
        if other == index or own not in line.text:
            continue
        if line.text.startswith(own) or line.text.endswith(own) or "[J]" in line.text:
            return True
    return False


def _original_title(lines: Sequence[Line]) -> str | None:
    """What a page without a title of its own says that the article was called."""
    for line in lines[:HEAD_LINES]:
        if match := _ORIGINAL.match(line.folded):
            return line.text[slice(*match.span("title"))]
    return None


def _may_be_title(line: Line) -> bool:
    if len(line.text) not in TITLE_LENGTH or line.link_share >= 0.5 or line.folded.startswith(_NEVER_FIRST):
        return False
    if _NOT_TITLE.fullmatch(line.folded) or (_OF_A_PAPER.search(line.folded) and _JOURNAL.search(line.folded)):
        return False
    han = len(_HAN.findall(line.text))
    return han >= 5 or (not han and len(line.text.split()) >= 4 and not line.text.endswith((".", ":")))


def _is_stating(line: Line) -> bool:
    """A line that states a date or a source, not a row of buttons."""
    return _SOURCE.search(line.folded) is not None or dates.published(line.text) is not None


def _line_above(lines: Sequence[Line], first: int) -> str | None:
    """The heading that stands above the article's element, nothing but lines of date and source between."""
    for line in reversed(lines[max(0, first - HEAD_LINES // 2) : first]):
        if segments.is_furniture(line) or _is_head(line):
            continue
        is_title = _may_be_title(line) and not line.folded.endswith(_NO_TITLE) and not segments.is_prose(line)
        return line.text if is_title else None
    return None


def _first_line(lines: Sequence[Line]) -> str | None:
    """The title of an article without markup for it."""
    at = _title_line(lines)
    return lines[at].text if at is not None and any(map(segments.is_prose, lines[at + 1 : at + 4])) else None


def _html_title(drawn: html.Drawn, lines: Sequence[Line]) -> str | None:
    """meta, then what heading or line the window title repeats, then the only h1, then the window title's longest
    part."""
    for name in cues().title_meta:
        if name in drawn.meta:
            return _bare_title(_without_markup(drawn.meta[name]), drawn.headings)
    window = drawn.head_title or ""
    headings = [heading for heading in drawn.headings if len(_WORDS.findall(heading)) >= 4]
    contained = [heading for heading in headings if _key(heading) and _key(heading) in _key(window)]
    if contained:
        return max(contained, key=len)
    if (repeated := _repeated(window, lines)) is not None:
        return repeated
    if len(headings) == 1 and len(headings[0]) in TITLE_LENGTH:
        return headings[0]
    parts = [part.strip() for part in re.split(r"\s[-|]\s|[_|—]+|--", window)]
    best = max(parts, key=len, default="")
    is_site = best.endswith(cues().outlets) and len(best) <= LONGEST_SITE and len(parts) > 1
    return best if len(_HAN.findall(best)) >= 4 and not is_site else None


def _repeated(window: str, lines: Sequence[Line]) -> str | None:
    """The longest beginning of the window title that is a line of the page: what follows it names column and site."""
    said = {_key(line.text) for line in lines if line.link_share < 0.5}
    beginnings = [window[: cut.start()].strip() for cut in _WINDOW_CUT.finditer(window)]
    for beginning in reversed(beginnings):
        if len(key := _key(beginning)) >= TITLE_HAN and key in said and len(_HAN.findall(key)) >= 4:
            return beginning
    return None


def _bare_title(title: str, headings: Iterable[str]) -> str | None:
    """A meta title often carries the site's name behind it; a heading shows where the title ends."""
    for heading in headings:
        if len(_WORDS.findall(heading)) >= 4 and _key(title).startswith(_key(heading)):
            return heading
    cut = _SITE_TAIL.search(title)
    kept = title[: cut.start()].strip() if cut and len(_HAN.findall(title[: cut.start()])) >= 8 else title.strip()
    return kept or None


def _find_title(lines: Sequence[Line], title: str | None, last: int) -> int | None:
    """Where the title stands in the page's text: the last place before the end of the article."""
    if not title:
        return None
    key = _key(title)
    return next((index for index in range(last - 1, -1, -1) if _says(lines[index].text, key)), None)


def _says(text: str, key: str) -> bool:
    """Does a line say a title, whose key this is, with little besides and little left out?"""
    if len(text) < 0.8 * len(key):
        return False
    own = _key(text)
    return bool(own) and (
        own == key or (key in own and len(own) - len(key) <= 8) or (own in key and len(own) >= 0.8 * len(key))
    )


def _key(text: str) -> str:
    return "".join(_RUNS.findall(text))


def _without_markup(text: str) -> str:
    return " ".join(_MARKUP.sub("", text).split())


# ---------------------------------------------------------------- date and source


def _published(meta: dict[str, str], head: Sequence[Line]) -> tuple[str, str | None] | None:
    for name in cues().date_meta:
        if (value := meta.get(name)) and (found := dates.published(value.replace("T", " "))):
            return found
    for line in head:
        if found := dates.labelled(line.text):
            return found
    for index, line in enumerate(head):
        if len(line.text) > 100 or (found := dates.published(line.text)) is None or dates.is_other(line.text):
            continue
        above = head[index - 1].folded.rstrip(": ") if index else ""
        if len(above) > LONGEST_NAME or not dates.is_other(f"{above}:"):
            return found
    return None


def _is_event(lines: Sequence[Line]) -> bool:
    """时间 with 地点 right below it is when a meeting was held."""
    return _WHEN.match(lines[0].folded) is not None and any(_PLACE.match(line.folded) for line in lines[1:])


def _published_near(inner: Sequence[Line]) -> tuple[str, str | None] | None:
    """A date glued with a counter to the first words of the article, the only one alone on a line with its hour above
    its first sentence, or one alone on a line below it, its source next."""
    if inner and (match := _GLUED.match(inner[0].folded)):
        return dates.published(match["date"])
    begun = next((index for index, line in enumerate(inner[:LONG_ARTICLE]) if segments.is_prose(line)), len(inner))
    alone = [line for line in inner[: min(begun, HEAD_LINES)] if dates.is_date_line(line.folded) and _is_dated(line)]
    if len(alone) == 1 and ":" in alone[0].folded:
        return dates.published(alone[0].text)
    for line, follows in itertools.pairwise(inner[begun + 1 : begun + 1 + LONG_ARTICLE]):
        if _SOURCE.match(follows.folded) and dates.is_date_line(line.folded) and _is_dated(line):
            return dates.published(line.text)
    return None


def _published_below(
    inner: Sequence[Line], labels: Sequence[Label], after: Sequence[Line]
) -> tuple[str, str | None] | None:
    """What stands right below the article with the label of publication."""
    last = max((index for index, label in enumerate(labels) if label == "main"), default=len(inner))
    below = [line for line in [*inner[last:], *after][:BELOW] if _PUBLISHED.match(line.folded)]
    return dates.labelled(below[0].text) if len(below) == 1 else None


def _compiled(lines: Sequence[Line]) -> tuple[str, str | None] | None:
    """An overview that somebody put together says at its foot when (整理时间): that is its publication."""
    foot = [line for line in lines[-HEAD_LINES:] if len(line.text) <= LONGEST_HALF and _COMPILED.match(line.folded)]
    return dates.published(foot[0].text) if len(foot) == 1 else None


def _source(meta: dict[str, str], head: Sequence[Line]) -> str | None:
    for line in head:
        if match := _SOURCE.search(line.folded):
            return match["name"]
    for line, follows in itertools.pairwise(head):
        if _is_outlet(line) and _is_dated(follows):
            return line.text
    for name in cues().source_meta:
        if name in meta and (value := _without_markup(meta[name])):
            return value
    return None


# ---------------------------------------------------------------- the element of the article


def _content(drawn: html.Drawn, lines: Sequence[Line]) -> tuple[int, int]:
    """The lines of the element that holds the article: the one sites name so, else the one with most of the prose."""
    sums = [0]
    for line in lines:
        sums.append(sums[-1] + (len(line.text) if segments.is_prose(line) else 0))
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

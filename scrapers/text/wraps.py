"""Lines that a page broke where they were full → the paragraphs they were.

Comes in: a text as papers in columns and files for print leave it: 组建两个紧 | 密型医共体. Goes out: the same text
without the breaks within its paragraphs. Never here: lines that end where a sentence does.

A page that was broken so has a width: most of its lines that end within a sentence are as wide as each other, but for
an indent and for signs that are narrower or may not begin a line. A break is told in two ways. It is where a line of
that width ends within a sentence. And where lines differ, it is behind a line that has begun a sentence and not ended
it, if the next one ends a sentence. A page without several such breaks is not wrapped, and stays as it is.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from scrapers.text.trace import Edit, Traced

NARROWEST, WIDEST = 24, 160  # columns of a full line; a Chinese character takes two
RAGGED = 8  # columns by which full lines differ: an indent, signs that are narrower than others or may not begin a line
FEWEST_BREAKS = 4  # within sentences, on a page that is wrapped
FEWEST_ALIKE, ALIKE = 3, 3  # ... or so many where lines differ by no more columns
MOST_OF = 0.6  # share of the lines that end within a sentence which are full, on a page that is wrapped
LONGEST_LINE = WIDEST // 2  # characters
WIDE = WIDEST + 1  # columns of a line that is no full one, being longer
FEWEST_PAGES, MOST_PAGES = 3, 60  # that a library numbers
SHORTEST_PAGE = 100  # characters
BEGUN = 20  # characters of a line with a sentence that goes on

_ENDS = tuple("。!?;:！？；：…」』")  # how a line ends that need not go on
_QUOTED = tuple("。！？!?…")  # the same before the end of a quotation
_RUNS_ON = re.compile(rf"\n[^\n]{{10,200}}+(?<=[^\n{''.join(_ENDS)} \u3000])(?=\n)")
_PAUSE = re.compile("[,。、;，；]")
_JOINT = re.compile(r"[\u3400-\u9fff\uff00-\uffef\u3000-\u303f\d]")
_GOES_ON = re.compile(r"[\u3400-\u9fff\d,、，(（《“]$")  # the end of a line that does
_ITEM = (
    r"(?:\d{1,2}|[一二三四五六七八九十]{1,3})[.、)．）]\D|第[一二三四五六七八九十]{1,3}[章节条]"
    "|附件|来源|作者|记者|编辑"
)
_BEGINS_ITEM = re.compile(rf"[·•●■◆▪*\-—【\[]|[(（](?:\d{{1,2}}|[一二三四五六七八九十]{{1,3}})[)）]|{_ITEM}")
_BEGINS_ANEW = re.compile(rf"[\s·•●■◆▪*\-—【\[(（《“]|{_ITEM}")
# What a site says of an article, above and below it: 文号: 来源:某网, 2024-03-05 10:20 来源:某报.
_OF_THE_SITE = re.compile(
    r"(?:[\u4e00-\u9fff]{2,6}\s?[:：][^。:：]{0,40}\s[\u4e00-\u9fff]{2,6}\s?[:：]|20\d\d[-/.年]\d{1,2}[-/.月]\d{1,2}(?:日?\s|$)"
    r"|[(（【\[]?(?:发布|更新)?(?:时间|日期|来源|作者|记者|编辑|责任编辑|责编|浏览|点击|阅读|字号|字体)\s?[:：])(?!.*[。，,])"
)
_LEADS = re.compile(  # how the first sentence of an article begins
    r"“|近[日年期]|日前|今[年天日]|去年|昨[日天]|本[报网台]|记者|为[了深进全切贯加]|据|随着|\d{1,2}月|20\d\d年"
    r"|[\u4e00-\u9fff]{2,8}[讯电][ \u3000]"
)
# How a title shows itself: words set apart, or the kind of the document at its end.
_TITLE = re.compile(r"(?!.*。).*(?:[\u4e00-\u9fff][ \u3000]+[\u4e00-\u9fff]|(?:通知|意见|方案|办法|通报|公告|函)$)")


class Line(NamedTuple):
    """Without the blanks around it: text[begin:end]."""

    begin: int
    end: int
    columns: int  # its indent among them; 0: it is empty, or of the site
    opens: bool  # it is set in, below one that is not


def joined(traced: Traced) -> Traced:
    """The text with each wrapped paragraph on one line; a text that is not wrapped as it is."""
    if "\n2、" in traced.text:
        traced = traced.edit(_page_numbers(traced.text))
    text = traced.text
    running = _RUNS_ON.findall(text)
    if len(running) < FEWEST_ALIKE or 2 * sum(len(_PAUSE.findall(line)) for line in running) < len(running):
        return traced  # the lines of a list of headlines
    lines = [*_lines(text)]
    full = _full(text, lines)
    runs = [run for run in _paragraphs(text, lines, full) if _is_prose(text, run)]
    breaks = {pair for run in runs for pair in itertools.pairwise(run)}
    breaks.update(pair for pair in itertools.pairwise(lines) if _is_begun(text, *pair))
    fewest = FEWEST_ALIKE if 0 < len(full) <= ALIKE + 1 else FEWEST_BREAKS
    if len(breaks) < fewest:
        return traced
    return traced.edit([Edit(above.end, below.begin, "", "wrapped_line") for above, below in sorted(breaks)])


def _page_numbers(text: str) -> list[Edit]:
    """Where a library of documents has put the number of each page before its text: 覆盖率达 | 2、100%。"""
    found: list[Edit] = []
    for number in range(1, MOST_PAGES):
        mark = f"{number}、"
        at = text.find(f"\n{mark}", found[-1].end if found else 0)
        above = text.rfind("\n", 0, max(at, 0)) + 1
        if at < 0 or (found and (text.endswith(_ENDS, above, at) or at - above < SHORTEST_PAGE)):
            break
        found.append(Edit(at + 1 if number == 1 else at, at + 1 + len(mark), "", "page_number"))
    return found if len(found) >= FEWEST_PAGES else []


def _full(text: str, lines: Sequence[Line]) -> range:
    """How wide full lines are; an empty range where lines end within sentences at any width."""
    ends = [
        line.columns
        for line, below in itertools.pairwise(lines)
        if line.columns >= NARROWEST and below.columns and _runs_on(text, line)
    ]
    widths = Counter(width for width in ends if width <= WIDEST)
    most, widest = max(((sum(widths[top - less] for less in range(RAGGED + 1)), top) for top in widths), default=(0, 0))
    if most < max(FEWEST_ALIKE, MOST_OF * len(ends)):
        return range(0)
    return range(min(width for width in widths if width >= widest - RAGGED), widest + 1)


def _runs_on(text: str, line: Line) -> bool:
    """Whether a line ends within a sentence."""
    if not line.columns or text.endswith(_ENDS, line.begin, line.end):
        return False
    return not (text[line.end - 1] in "”)）" and text.endswith(_QUOTED, line.begin, line.end - 1))


def _paragraphs(text: str, lines: Sequence[Line], full: range) -> Iterator[list[Line]]:
    """Runs of full lines that end within a sentence, and the line that ends it."""
    run: list[Line] = []
    is_first = True
    for line in lines:
        goes_on = line.columns and not line.opens and not _BEGINS_ITEM.match(text, line.begin)
        if run and goes_on and not (is_first and _is_title(text, run, line)):
            run.append(line)
        else:
            run = [line]
        if line.columns in full and _runs_on(text, line):
            continue
        if len(run) > 1:
            yield run
            is_first = False
        run = []


def _is_title(text: str, run: Sequence[Line], below: Line) -> bool:
    """Whether the first line of a page is as wide as full ones, but stands above the first sentence."""
    title = text[run[0].begin : run[0].end]
    if len(run) > 1 or _LEADS.match(title):
        return False
    return _TITLE.match(title) is not None or ("。" not in title and _LEADS.match(text, below.begin) is not None)


def _lines(text: str) -> Iterator[Line]:
    """Every line; one that is too long to have been full is wider than any."""
    at = 0
    was_set_in = True
    for whole in text.split("\n"):
        bare = whole.strip()
        begin = at + whole.find(bare)
        is_set_in = whole[:1].isspace()
        columns = 0 if _OF_THE_SITE.match(bare) else _columns(whole.rstrip()) if bare else 0
        yield Line(begin, begin + len(bare), columns, is_set_in and not was_set_in)
        was_set_in = is_set_in
        at += len(whole) + 1
    yield Line(at, at, 0, False)


def _columns(line: str) -> int:
    """A Chinese character has three bytes and two columns. Where it matters only that a line is not full, about."""
    length = len(line)
    if length > LONGEST_LINE:
        return WIDE
    return (length + len(line.encode(errors="surrogatepass"))) // 2 if length >= NARROWEST // 2 else length


def _is_begun(text: str, line: Line, follows: Line) -> bool:
    """Whether a line has begun a sentence, and the next one goes on with it to its end."""
    begin, end, columns, _ = line
    if end - begin < BEGUN or not columns or not follows.columns or not _GOES_ON.search(text, end - 1, end):
        return False
    if "。" not in text[begin:end] and not (text[end - 1].isdecimal() and _pauses(text, line) >= 2):
        return False
    goes_on = "。" in text[follows.begin : follows.end] or _pauses(text, follows) >= 2
    return goes_on and not follows.opens and not _BEGINS_ANEW.match(text, follows.begin)


def _pauses(text: str, line: Line) -> int:
    return len(_PAUSE.findall(text, line.begin, line.end))


def _is_prose(text: str, lines: Sequence[Line]) -> bool:
    """Sentences that run on over the ends of lines, in Chinese; or whom a document is for."""
    begin, end = lines[0].begin, lines[-1].end
    ends = "。" in text[begin:end] or text[end - 1] in ":："
    if not ends or len(_PAUSE.findall(text, begin, end)) * 2 < len(lines):
        return False
    return all(_JOINT.match(text, a.end - 1) or _JOINT.match(text, b.begin) for a, b in itertools.pairwise(lines))

"""When a page was published and by whom, as it says itself.

Comes in: meta fields and lines of a page. Goes out: (date, time or None), a source; None where nothing says so. Never
here: the address, a comment, a clock: a date comes from a meta field, a label, or a short line beside the article.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from datetime import date

from scrapers.notices import heads, html
from scrapers.text import dates, furniture, script
from scrapers.text.cues import cues
from scrapers.text.fold import fold
from scrapers.text.lines import Line, is_latin_prose, is_prose
from scrapers.text.segments import Label

SHORT = 60  # characters of a line that states a date
MASTHEAD = 30  # lines above an article in which a page says when it was published
DATELINE = 120  # characters of the first sentence in which a dateline stands
BELOW = 6  # lines below the last sentence of the article in which its date may stand
FIRST_SITES = "1995"  # a system without a date writes 1970-01-01
LONGEST_LABELS = 80  # ... or several, each with its label
DIGEST = 3  # so many articles of different days, each with its headline, are a digest
LONGEST_LEAF = 10  # characters of a line of a calendar leaf
LONG_ARTICLE = 400  # lines in which the date below an article is looked for

_OF_A_SPEECH = re.compile(r"讲话|致辞|发言|工作报告")
_ALONE = re.compile(r"\(?20\d\d年\d{1,2}月\d{1,2}日\)?")
_WHEN = re.compile(r"时\s*间")
_PUBLISHED = re.compile(r"(?:发布|发表|公布|刊发|出版|(?:最[近后]|本页)更新)(?:(?:时间|日期)?\s?:|于\s?(?=20))")
_TELLS = re.compile(  # when a journal took a paper stands before when it published it
    rf"{_PUBLISHED.pattern}|收稿日期\s?:.{{6,60}}(?:发布|出版|首发)(?:日期|时间)?\s?:"
)
_BY_A_SYSTEM = re.compile(r"20\d\d[-/]\d\d[-/]\d\d")  # not the day of an event, which people write with 年 and 月
_PLACE = re.compile(r"地\s*点\s*:")
_GLUED = re.compile(
    r"\s{0,4}(?P<date>20\d\d[-/年]\d{1,2}[-/月]\d{1,2}日?(?:\s\d{1,2}:\d\d(?::\d\d)?)?)\s?(?:浏览|阅读|点击|来源|作者|字号)"
)
_AUTHOR = re.compile(r"作者\s?:")
_FIELDS = re.compile(r"-->\s{0,3}(?P<date>20\d\d-\d\d-\d\d)\s.{0,300}/enpproperty")  # what papers' systems leave behind
_EITHER_WAY = re.compile(r"(?<![\d/])(?P<a>0?[1-9]|1[0-2])/(?P<b>0?[1-9]|1[0-2])/(?P<y>20\d\d)(?![\d/])")
_DAY_SAID = re.compile(r"(?<![\d.])(?:(?P<m>1[0-2]|0?[1-9])月)?(?P<d>3[01]|[12]\d|0?[1-9])日")
_ISSUE = r"20\d\d年\d{1,2}月\d{1,2}日\s{0,4}星期[一二三四五六日天]"
_PAPER = r"[\u4e00-\u9fff]{2,10}[报刊]"
_OF_AN_ISSUE = re.compile(rf"{_PAPER}\s*{_ISSUE}|{_ISSUE}\s+{_PAPER}")
_TODAY = re.compile(r"当前报[纸章]")
_IN_A_PAPER = re.compile(furniture.IN_A_PAPER)
_STAMP = re.compile(furniture.STAMP)
_SERIAL = re.compile(r"(?:国内|全国)?统一(?:连续出版物|刊)号?\s?:|刊号\s?:?\s?CN\s?\d\d")
_SHEET = re.compile(
    r"(?:第\s?[A-Z]?|[A-Z])\d{1,2}\s?版(?:\s?[:|]|$)|.{4,40}\s第?[A-Z]?\d{1,2}\s?版(?:[\s:]|$)|[A-D]\d{2}\s?:\s?[\u4e00-\u9fff]{2,6}$"
)
_ISSUED = re.compile("(?:发文|生成)(?:日期|时间)")  # when a document was issued, which is near its publication
_IN_HONG_KONG = re.compile(r"香港时间\s?\d{1,2}时\d{1,2}分|Issued at HKT")  # below the day of an announcement there
_ANSWERED = re.compile(r"(?:答复|回复)(?:时间|日期)\s?:?\s?(?P<date>20\d\d[-/.年][\d -/.月日:]{3,16})")
_COMPILED = re.compile(r"(?:整理|编制|编写|汇编)(?:时间|日期)\s?:")


Published = tuple[str, str | None]  # date, time


def stated(meta: dict[str, str], head: Sequence[Line], *, most: int) -> Published | None:
    """What a meta field says, else a labelled date of the head, else the first of its short lines that is no other's.

    More than `most` such lines are those of a list.
    """
    for name in filter(meta.__contains__, cues().date_meta):
        found = dates.published(fold(meta[name].replace("T", " ")))
        if found is not None and found[0] >= FIRST_SITES:
            return found
    issued = None
    for line in head:
        if (found := dates.labelled(line.folded)) is None:
            continue
        if not _ISSUED.search(line.folded):
            return found
        issued = issued or found
    told = []
    for index, line in enumerate(head):
        if len(line.text) > 100 or (found := heads.day(line)) is None or _is_others(line):
            continue
        above = head[index - 1].folded.rstrip(": ") if index else ""
        if len(above) > heads.LONGEST_NAME or not dates.is_other(f"{above}:"):
            told.append(found)
    if issued is not None:  # a document is put there after it was issued; the hour shows that a site says so
        return next((each for each in told if each[1] is not None and each[0] >= issued[0]), issued)
    return told[0] if told and len(told) <= most else None


def _is_others(line: Line) -> bool:
    """The date of something else, or the clock of the site; the day and weekday beside the name of a paper are its
    issue."""
    return dates.is_other(line.folded) and not ("星期" in line.text and _OF_AN_ISSUE.fullmatch(line.folded))


def is_digest(lines: Sequence[Line]) -> bool:
    """From its first sentence on several articles, each with its day, its headline perhaps above that: what dates them
    dates no page."""
    days: set[str] = set()
    last = 0  # line of the last such sentence
    for at in range(1, len(lines)):
        if not days and is_prose(lines[at - 1]):
            return False
        if "。" not in lines[at].text or not dates.is_date_line(lines[at - 1].folded):
            continue
        title = lines[at - 2] if at > 1 else None
        is_headline = title is not None and script.han(title.text) >= heads.TITLE_HAN and not heads.is_head(title)
        if days and at - 2 > last and not is_headline:
            return False
        days.add(lines[at - 1].folded)
        last = at
    return len(days) >= DIGEST


def is_event(lines: Sequence[Line], title: str) -> bool:
    """时间 with 地点 right below it is when a meeting was held; a day alone below a speech is when that was made."""
    if _OF_A_SPEECH.search(title) and _ALONE.fullmatch(lines[0].folded):
        return True
    return _WHEN.match(lines[0].folded) is not None and any(_PLACE.match(line.folded) for line in lines[1:])


def near(inner: Sequence[Line]) -> Published | None:
    """A date with a counter or a label glued to the first words of the article, the only one alone on a line with its
    hour, or as systems write it, above its first sentence, or one alone on a line below it, its source next."""
    if inner and (match := _GLUED.match(inner[0].folded)):
        return dates.published(match["date"])
    if inner and heads.DAY_LABEL.match(inner[0].folded) and not _PLACE.search(inner[0].folded, 0, SHORT):
        return dates.labelled(inner[0].folded)
    begun = next((index for index, line in enumerate(inner[:LONG_ARTICLE]) if is_prose(line)), len(inner))
    told = [
        line for line in inner[: heads.HEAD_LINES] if len(line.text) <= LONGEST_LABELS and _TELLS.match(line.folded)
    ]
    days = {dates.labelled(line.folded) for line in told}
    if len(days) == 1 and (day := days.pop()) is not None:
        return day
    above = inner[: min(begun, heads.HEAD_LINES)]
    alone = [line for line in above if dates.is_date_line(line.folded) and heads.is_dated(line)]
    if len(alone) == 1 and (":" in alone[0].folded or _BY_A_SYSTEM.fullmatch(alone[0].folded)):
        return heads.day(alone[0])
    for line, follows in itertools.pairwise(inner[begun + 1 : begun + 1 + LONG_ARTICLE]):
        if heads.SOURCE.match(follows.folded) and dates.is_date_line(line.folded) and heads.is_dated(line):
            return heads.day(line)
    return None


def below(inner: Sequence[Line], labels: Sequence[Label], after: Sequence[Line]) -> Published | None:
    """What stands right below the article with the label of publication, with the source on its line or beside, as
    systems stamp it behind the last sentence, or as the issue of the newspaper that it is from."""
    main = (at for at in reversed(range(len(inner))) if labels[at] == "main")
    last = next((at for at in main if is_prose(inner[at]) or is_latin_prose(inner[at])), -1)
    foot = [*inner[last + 1 :], *after][:BELOW]
    names = [heads.SOURCE.search(line.folded) or _AUTHOR.match(line.folded) for line in foot]
    found = [_beside_label(foot)]
    if foot and _is_stamp(foot[0]) and sum(map(_is_stamp, inner)) == 1:  # several are those of a list
        found.append(heads.day(foot[0]))
    for index, line in enumerate(foot):
        if any(names[max(0, index - 2) : index + 2]) or _PUBLISHED.match(line.folded):
            is_own = names[index] is not None and heads.is_dated(line) and not dates.is_other(line.folded)
            found.append(dates.labelled(line.folded) or (heads.day(line) if is_own else None))
        elif _IN_A_PAPER.fullmatch(line.folded) or any(map(_of_hong_kong, foot[index + 1 : index + 2])):
            found.append(dates.published(line.folded))
    days = {day for day in found if day is not None}
    return days.pop() if len(days) == 1 else None


def _is_stamp(line: Line) -> bool:
    """With catchwords or a counter: a bare date is that of the headline below it."""
    if not line.text[-1].isdecimal() or _STAMP.fullmatch(line.folded) is None:
        return False
    return not dates.is_date_line(line.folded)


def _beside_label(foot: Sequence[Line]) -> Published | None:
    """出版日期 | 2023-06-28: what a journal says in two lines."""
    for label, value in itertools.pairwise(foot):
        is_short = len(label.text) <= heads.LONGEST_NAME and label.folded.endswith(("日期", "时间"))
        if is_short and _PUBLISHED.fullmatch(f"{label.folded}:") and dates.is_date_line(value.folded):
            return heads.day(value)
    return None


def _of_hong_kong(line: Line) -> bool:
    return line.folded.startswith(("香港", "Issued")) and _IN_HONG_KONG.match(line.folded) is not None


def proved(head: Sequence[Line], inner: Sequence[Line]) -> Published | None:
    """09/03/2026, where the article says which of the two is the day: 9日电, 3月9日."""
    short = (line.folded for line in head if len(line.text) <= SHORT and "/" in line.folded)
    found = next(filter(None, map(_EITHER_WAY.search, short)), None)
    begun = next((line for line in inner[: heads.HEAD_LINES] if is_prose(line)), None)
    if found is None or begun is None:
        return None
    first, second = int(found["a"]), int(found["b"])
    said = [(int(day["m"] or 0), int(day["d"])) for day in _DAY_SAID.finditer(begun.folded, 0, DATELINE)]
    ways = {(month, day) for month, day in ((first, second), (second, first)) if {(month, day), (0, day)} & {*said}}
    days = {date(int(found["y"]), month, day).isoformat() for month, day in ways}
    return (days.pop(), None) if len(days) == 1 else None


def leaf(head: Sequence[Line]) -> Published | None:
    """The one calendar leaf among the lines of the head: the day on one line, year and month on the next."""
    short = [line.folded if len(line.text) <= LONGEST_LEAF else "" for line in head]
    begins = [index for index, text in enumerate(short) if text[:1].isdecimal()]
    found = [day for index in begins for lines in (3, 2, 1) if (day := dates.leaf(short[index : index + lines]))]
    days = {day for day, _ in found}
    return found[0] if len(days) == 1 else None


def above(lines: Sequence[Line]) -> Published | None:
    """What stands above all of a page: its date with a label, the current issue of a newspaper, who edits a bulletin
    and when, or the day beside its serial number or the number of its sheet (第02版:要闻)."""
    head = list(itertools.takewhile(lambda line: not is_prose(line), lines[:MASTHEAD]))
    told = [
        line
        for line in head
        if len(line.text) <= SHORT
        and (line.folded.startswith("date 20") or _PUBLISHED.match(line.folded) or _TODAY.match(line.folded))
    ]
    if len(told) == 1:
        return dates.labelled(told[0].folded)
    edited = [line for line in head if "20" in line.text and heads.BULLETIN.fullmatch(line.folded)]
    if len(edited) == 1:
        return heads.day(edited[0])
    for index, line in enumerate(head):
        if (is_sheet := _is_a_sheet(line)) or ("CN" in line.folded and _SERIAL.search(line.folded)):
            beside = filter(heads.is_dated, head if is_sheet else head[max(0, index - 2) : index + 3])
            days = {day for near_it in beside if (day := heads.day(near_it)) is not None}
            return days.pop() if len(days) == 1 else None
    return None


def _is_a_sheet(line: Line) -> bool:
    """第02版:要闻"""
    return (
        ("版" in line.text or line.text[0] in "ABCD")
        and len(line.text) <= heads.LONGEST_HALF
        and _SHEET.match(line.folded) is not None
    )


def compiled(lines: Sequence[Line]) -> Published | None:
    """An overview that somebody put together says at its foot when (整理时间), and papers' systems leave the fields of
    an article there: that is its publication."""
    foot = [
        line
        for line in lines[-heads.HEAD_LINES :]
        if len(line.text) <= heads.LONGEST_HALF and _COMPILED.match(line.folded)
    ]
    if len(foot) == 1:
        return heads.day(foot[0])
    fields = _FIELDS.search(lines[-1].folded) if lines else None
    return dates.published(fields["date"]) if fields else None


def answered(lines: Sequence[Line]) -> Published | None:
    """When an office answered the one letter that a page shows."""
    found = [match for line in lines if "复" in line.text and (match := _ANSWERED.search(line.folded))]
    return dates.published(found[0]["date"]) if len(found) == 1 else None


def source(meta: dict[str, str], head: Sequence[Line]) -> str | None:
    for line in head:
        if match := heads.SOURCE.search(line.folded):
            return match["name"]
    for line, follows in itertools.pairwise(head):
        if heads.is_outlet(line) and heads.is_dated(follows):
            return line.text
    for name in cues().source_meta:
        if name in meta and (value := html.without_markup(meta[name])):
            return value
    return None

"""Dates as pages and notices write them.

Comes in: text in one spelling (fold.py). Goes out: every mention of a date with its span, the ISO date it stands for,
and how precise it is; and the publication date and time a line states. A mention without a year (4月7日) has no ISO
date unless the caller gives the year that 今年 means. Never here: whose date it is.

A period stands for its last day: 上半年 is 06-30, X年底 and X年 are 12-31, 6月底 is 06-30, 1-9月 and 前三季度 are
09-30.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from scrapers.text.scan import matches

_A_DAY = timedelta(days=1)
_DIGITS = {character: value for value, character in enumerate("〇一二三四五六七八九")}
_DIGITS |= {"零": 0, "○": 0, "O": 0, "两": 2}
_HAN_YEAR = r"[一二][〇零○O一二三四五六七八九]{3}"
_HAN_DAY = r"[一二三四五六七八九十]{1,3}"
_MONTH = r"(?:1[0-2]|0?[1-9])"

_DATE = re.compile(
    rf"""
    (?:(?P<py>(?<!\d)(?:19|20)\d{{2}})\s?年度?|(?P<pnow>今年|本年))\s?
      (?: (?P<from>{_MONTH})月?\s?[-—–~至到]{{1,2}}\s?(?P<pm>{_MONTH})月(?:份|底|末)?(?!\s?\d{{1,2}}日)
        | 前(?:(?P<pq>[一二两三四1-4])个?季度|(?P<pn>1[01]|[1-9]|十一?|[一二两三四五六七八九])个月) )
    | (?P<y>(?<!\d)(?:19|20)\d{{2}}|{_HAN_YEAR})\s?年
      (?: \s?(?P<m>1[0-2]|0?[1-9]|{_HAN_DAY})\s?月
          (?: \s?(?P<d>3[01]|[12]\d|0?[1-9]|{_HAN_DAY})\s?日 | (?P<me>底|末) )?
        | (?P<h>上半年|下半年) | (?P<q>第?[一二三四1-4]季度) | (?P<e>年底|底|末|年末) )?
    | (?<![\d.])(?P<y2>(?:19|20)\d{{2}})(?P<sep>[-/.])(?P<m2>1[0-2]|0?[1-9])(?P=sep)(?P<d2>3[01]|[12]\d|0?[1-9])(?!\d)
    | (?P<this>今年|本年|当年|年内)(?:(?P<tm>1[0-2]|0?[1-9])月(?P<te>底|末)?|(?P<th>上半年|下半年)|(?P<ty>底|末|年底))?
    | (?<![\d〇零一二三四五六七八九年今去明后前每本当同])(?P<due>年底)(?=前|之前|以前)
    | (?<![\d.])(?P<m3>1[0-2]|0?[1-9])月(?:(?P<d3>3[01]|[12]\d|0?[1-9])日|(?P<e3>底|末|份))
    """,
    re.X,
)
# Where one of these may begin: a set of characters to run over, and a glance at what follows. The expression itself,
# begun at every character of a text, costs ten times as much.
_DATE_BEGINS = re.compile(
    r"[0-9一二今本当年](?:(?<=[12])\d{3}\s?[年/.-]|(?<=\d)[0-2]?月|(?<=[一二])[〇零○O一二三四五六七八九]{3}\s?年"
    r"|(?<=[今本当])年|(?<=年)[内底])"
)
# Spans whose digits are dates or times though they stand for no single day: masked before numbers are read.
_DATE_LIKE = re.compile(
    r"(?<!\d)(?:19|20)\d{2}\s?(?:年)?\s?[-—–~至到]{1,2}\s?(?:19|20)?\d{2}\s?年(?:度|间|底)?"
    r"|(?<!\d)(?:[01]?\d|2[0-4]):[0-5]\d(?::[0-5]\d)?(?!\d)"
    r"|(?<!\d)(?:[01]?\d|2[0-4])[时点](?:[0-5]?\d分)?(?=[,。、;))\s至到-])"
    r"|[“\"']?(?:十[一二三四五六]五|[一二三四五六七八九十]五)[”\"']?(?:时期|期间|规划|末)"
    r"|\d{1,2}月\d{0,2}"
    r"|(?<![\d.])\d{1,2}日(?=[,。讯电至、\s前起]|上午|下午)"
)
_LIKE_BEGINS = re.compile(
    r"[0-9“\"'一二三四五六七八九十](?:(?<=\d)\d{0,3}\s?(?:年?\s?[-—–~至到]|[:时点月日])"
    r"|(?<=[一二三四五六七八九十])[一二三四五六]?五|(?<=[“\"'])[一二三四五六七八九十]{1,2}五)"
)
_DATE_SIGNS = "〇零○O一二三四五六七八九十年月日底末上下半第季度今本当内份 \t\r\n\f\v/.:|,[]()-"
_DATE_STARTS = frozenset(f"0123456789{_DATE_SIGNS}")
_OF_DATES = re.compile(rf"[\d{re.escape(_DATE_SIGNS)}]*")
# No date that says its day and its year is without one of these.
_YEAR = re.compile(r"[\d一二](?:(?<=\d)\d{3}|(?<=[一二])[〇零○O\uff2f一二三四五六七八九]{3})")
_LOOKS_BACK = re.compile(r"(?:自|从|自从|早在|曾于)\s?$")
_TIME = re.compile(r"(?<!\d)([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?(?!\d)")
_LABEL = re.compile(
    r"(?:发布时间|发布日期|出版日期|网络出版日期|网络出版时间|网络首发日期|网络首发时间|在线出版日期|发表时间|发稿时间|发文日期|生成日期|生成时间|更新时间|更新日期|公开日期|發布時間|發佈日期|發布日期"
    r"|发表日期|发稿日期|发文时间|公布日期|公布时间|公开时间|上传时间|录入时间|添加时间|创建时间|刊发时间|刊登日期|发布于|发表于|發表於|上传日期|当前报[纸章](?:日期)?|(?<![\u4e00-\u9fff])(?:发布|發布|發佈)(?=\s?:)"
    r"|(?<![\u4e00-\u9fff])(?:日\s?期|时\s?间|時間)|^date|\"(?:cr|pub|publish|create)_?(?:time|date)\")"
    r"\s{0,3}:?\s{0,3}[|\"\[]?\s{0,3}(?=\d|民[国國])"
)
_SHORT_YEAR = re.compile(r"[19](?<!\d.)\d\d?[-/.年]")
_REPUBLIC = re.compile(
    r"(?:(?:中[华華])?民[国國]\s?)?(?P<y>9\d|1[0-4]\d)[-/.年](?P<m>[01]?\d)[-/.月](?P<d>[0-3]?\d)(?!\d)"
)


_APART = re.compile(r"(?<!\d)(?P<y>20\d\d)\s(?P<m>\d\d)/\s?(?P<d>\d\d)\s(?P<clock>[0-2]\d:[0-5]\d)")
_YEARLESS_SIGN = re.compile(r"(?<!\d)(?P<y>20\d\d)\s{1,2}(?P<m>[01]?\d)月(?P<d>[0-3]?\d)日")
_DAYLESS_SIGN = re.compile(r"(?<!\d)(?P<y>20\d\d)年(?P<m>[01]?\d)月(?P<d>[0-3]?\d)\s?星期")
_DOTTED = re.compile(r"(?<![\d.])(?P<d>[0-3]?\d)\.(?P<m>[01]?\d)\.(?P<y>20\d\d)(?![\d.])")
_SLASHED = re.compile(r"(?<![\d/])(?P<d>1[3-9]|2\d|3[01])/(?P<m>[01]?\d)/(?P<y>20\d\d)(?![\d/])")
_CLOSE = re.compile(r"(?P<y>20\d\d)(?P<m>[01]\d)(?P<d>[0-3]\d)(?=\s{1,8}(?:来源|作者|发布|浏览|阅读)|$)")
_COUNTED = re.compile(r"(?P<y>20\d\d)-(?P<m>[01]\d)-(?P<d>[0-3]\d)\d{1,7}")
_MONTH_FIRST = re.compile(r"(?<!\d)(?P<m>[01]?\d)\s?月\s?(?P<d>[0-3]?\d)日?,\s?(?P<y>20\d\d)(?!\d)")  # 1 月 29, 2024
# What none of those is without.
_APARTS = re.compile(
    r"20\d\d(?:\s{1,2}\d|年(?:\s?/|[01]?\d月[0-3]?\d\s?星期)|-\d\d-\d{3}|[01]\d[0-3]\d(?:\s|$))|[./]20\d\d|,\s?20\d\d"
)
# A calendar leaf as sites draw it, its lines joined: 06 2023-05, 05-06 2023, 2023 05/06 09:12.
_LEAVES = (
    re.compile(r"(?P<y>20\d\d)\s?(?P<m>\d\d)[-/.](?P<d>\d\d)(?:\s(?P<clock>[0-2]\d:[0-5]\d)(?::[0-5]\d)?)?"),
    re.compile(r"(?P<m>\d\d)[-/.](?P<d>\d\d)\s?(?P<y>20\d\d)"),
    re.compile(r"(?P<d>\d\d)\s?(?P<y>20\d\d)[-/.年](?P<m>\d\d)月?"),
    re.compile(r"(?P<y>20\d\d)(?P<m>[01]\d)(?P<d>[0-3]\d)"),
    re.compile(r"(?P<y>20\d\d)[-/.](?P<m>\d\d)\s(?P<d>\d\d)"),
)
_PRINTED = re.compile(
    r"(?P<y>20\d\d)年\s?/\s?(?P<m>[01]?\d)月\s?/\s?(?P<d>[0-3]?\d)日"
)  # 河湾日报/2023年/5月/6日/第002版
_LETTERS = re.compile("[A-Za-z]{3}")  # of a month in English
_MONTHS = {
    "jan": 1,
    "feb": 2,
    "mar": 3,
    "apr": 4,
    "may": 5,
    "jun": 6,
    "jul": 7,
    "aug": 8,
    "sep": 9,
    "oct": 10,
    "nov": 11,
    "dec": 12,
}
_ENGLISH = re.compile(
    rf"\b(?:(?P<d>\d{{1,2}})(?:st|nd|rd|th)? )?(?P<m>{'|'.join(_MONTHS)})[a-z]{{0,6}}\.? "
    rf"(?:(?P<d2>\d{{1,2}}), )?(?P<y>20\d\d)\b"
    rf"|\b(?P<y3>20\d\d) (?P<m3>{'|'.join(_MONTHS)})[a-z]{{0,6}}\.? (?P<d3>\d{{1,2}})\b",
    re.I,
)


# Dates of a document or an event; a page that shows one of them is not dated by it.
_OTHER_LABEL = re.compile(
    r"(?:生效|成文|印发|签发|废止|失效|施行|实施|截止|截至|会议|活动|报名|开标|收稿|修回|写信|来信|出生|成立|开始|结束|有效)(?:时间|日期|期)(?:\s{0,3}[:|]|\s(?=20\d\d))"
    r"|日(?:上午|下午)?在.{2,40}(?:会|会议|大会|讲话)上"  # of a speech
    r"|今天是|今日是|现在是|[日号]\s{0,3}(?:星期|周)[一二三四五六日天]"  # the clock of the site
)


class DateMention(NamedTuple):
    """`iso` is None where the text does not give the year. precision: day | month | months | quarter | half-year |
    year-end | year."""

    start: int
    end: int
    iso: str | None
    precision: str


class Written(NamedTuple):
    """The dates of a text; and everything in which digits are a date or a time, for masking."""

    mentions: list[DateMention]
    spans: list[tuple[int, int]]


def read(text: str, this_year: int | None = None) -> Written:
    """Every date, in order. `this_year`: what 今年 means on this page, if the page says so."""
    found = list(matches(_DATE, _DATE_BEGINS, text))
    like = matches(_DATE_LIKE, _LIKE_BEGINS, text)
    return Written(_mentions(found, this_year), [match.span() for match in (*found, *like)])


def find(text: str, this_year: int | None = None) -> list[DateMention]:
    """The dates alone."""
    return _mentions(matches(_DATE, _DATE_BEGINS, text), this_year)


def _mentions(found: Iterable[re.Match[str]], this_year: int | None) -> list[DateMention]:
    mentions = []
    for match in found:
        if (date_of := _resolve(match, this_year)) is not None:
            mentions.append(DateMention(match.start(), match.end(), *date_of))
    return mentions


def spans(text: str) -> list[tuple[int, int]]:
    """The spans alone."""
    return read(text).spans


def published(line: str) -> tuple[str, str | None] | None:
    """The date, and the time if there is one, of a line such as 2023-06-10 21:24:25; None without a full date."""
    if _YEAR.search(line) is None:
        return _of_the_republic(line, line.find("民")) if "民国" in line or "民國" in line else None
    for match in matches(_DATE, _DATE_BEGINS, line):
        iso, precision = _resolve(match, None) or (None, "")
        if iso is None or precision != "day":
            continue
        clock = _TIME.search(line, match.end(), match.end() + 20)
        return iso, f"{int(clock[1]):02d}:{clock[2]}:{clock[3] or '00'}" if clock else None
    if "20" not in line:
        return None
    return (_english(line) if _LETTERS.search(line) else None) or (_set_apart(line) if _APARTS.search(line) else None)


def _english(line: str) -> tuple[str, str | None] | None:
    """May 6, 2024 and 6 May 2024 and 2024 May 6."""
    found = _ENGLISH.search(line)
    if found is None or not (day := found["d2"] or found["d"] or found["d3"]):
        return None
    whole = _day(int(found["y"] or found["y3"]), _MONTHS[(found["m"] or found["m3"]).lower()], int(day))
    return (whole[0], None) if whole else None


def _set_apart(line: str) -> tuple[str, str | None] | None:
    """2024 05/ 06 19:16: year, day and hour as a portal sets them apart; 2024 5月6日, 2024年5月6星期一, as newspapers
    do; 06.05.2024; 21/09/2022, if 21 is no month; 2024-05-061273: with a counter; 20240506 right before a source."""
    asked = (
        one.search(line) for one in (_APART, _YEARLESS_SIGN, _DAYLESS_SIGN, _DOTTED, _SLASHED, _PRINTED, _MONTH_FIRST)
    )
    return _told(next(filter(None, asked), None) or _COUNTED.fullmatch(line) or _CLOSE.match(line))


def leaf(lines: Sequence[str]) -> tuple[str, str | None] | None:
    """The date of a calendar leaf, whose year, month and day stand on lines of their own."""
    joined = " ".join(lines)
    return _told(next(filter(None, (one.fullmatch(joined) for one in _LEAVES)), None))


def _told(found: re.Match[str] | None) -> tuple[str, str | None] | None:
    """The groups y, m and d as a day, and `clock` as its time."""
    day = _day(int(found["y"]), int(found["m"]), int(found["d"])) if found else None
    if found is None or day is None:
        return None
    clock = found.groupdict().get("clock")
    return day[0], f"{clock}:00" if clock else None


def is_other(line: str) -> bool:
    """Whether a label says that the date of a line is another one than that of publication."""
    return _OTHER_LABEL.search(line) is not None


def labelled(line: str) -> tuple[str, str | None] | None:
    """As `published`, but only where a label says that it is the date of publication."""
    if _YEAR.search(line) is None and _SHORT_YEAR.search(line) is None:
        return None
    label = _LABEL.search(line)
    if label is None:
        return None
    return published(line[label.end() : label.end() + 40]) or _of_the_republic(line, label.end())


def _of_the_republic(line: str, at: int) -> tuple[str, str | None] | None:
    """108/05/22 and 民国108年5月22日, as Taiwan counts the years."""
    found = _REPUBLIC.match(line, at)
    day = _day(int(found["y"]) + 1911, int(found["m"]), int(found["d"])) if found else None
    return (day[0], None) if day else None


def own_year(text: str) -> int | None:
    """The year that a text without a date speaks from: the only one it names, leaving out what it looks back to."""
    years = {
        int(mention.iso[:4])
        for mention in find(text)
        if mention.iso is not None and not _LOOKS_BACK.search(text[max(0, mention.start - 3) : mention.start])
    }
    return years.pop() if len(years) == 1 else None


def is_date_line(line: str) -> bool:
    """Nothing but a date, and perhaps a time."""
    if line[:1] not in _DATE_STARTS or _OF_DATES.fullmatch(line) is None:
        return False
    rest = _TIME.sub("", _DATE.sub("", line))
    return rest != line and not rest.strip(" \t\u3000|,[]()")


def _resolve(match: re.Match[str], this_year: int | None) -> tuple[str | None, str] | None:
    if match["y"]:
        year = _year(match["y"])
        if match["d"]:
            return _day(year, _small(match["m"]), _small(match["d"]))
        return _part(year, match["m"], match["h"], match["q"], bool(match["e"]))
    if match["y2"]:
        return _day(int(match["y2"]), int(match["m2"]), int(match["d2"]))
    if match["py"] or match["pnow"]:
        return _period(match, int(match["py"]) if match["py"] else this_year)
    if match["this"]:
        return _part(this_year, match["tm"], match["th"], None, bool(match["ty"]))
    if match["due"]:
        return _part(this_year, None, None, None, True)
    if match["d3"]:
        return (None, "day") if this_year is None else _day(this_year, int(match["m3"]), int(match["d3"]))
    return _part(this_year, match["m3"], None, None, False)


def _period(match: re.Match[str], year: int | None) -> tuple[str | None, str] | None:
    """1-9月, 前三季度, 前9个月: several months, which end with the last of them."""
    if match["pm"] and int(match["pm"]) <= int(match["from"]):
        return None  # into the year after
    last = match["pm"] or match["pn"] or str(3 * _small(match["pq"]))
    iso = _part(year, last, None, None, False)
    return (iso[0], "months") if iso else None


def _part(
    year: int | None, month: str | None, half: str | None, quarter: str | None, at_end: bool
) -> tuple[str | None, str] | None:
    """The last day of a part of a year."""
    if month:
        number, precision = _small(month), "month"
    elif half:
        number, precision = (6 if half == "上半年" else 12), "half-year"
    elif quarter:
        number, precision = _small(quarter.strip("第季度")) * 3, "quarter"
    else:
        number, precision = 12, "year-end" if at_end else "year"
    if not 1 <= number <= 12:
        return None
    if year is None:
        return None, precision
    return (date(year + number // 12, number % 12 + 1, 1) - _A_DAY).isoformat(), precision


def _day(year: int, month: int, day: int) -> tuple[str, str] | None:
    try:
        return date(year, month, day).isoformat(), "day"
    except ValueError:
        return None


def _year(text: str) -> int:
    return int(text) if text[0].isdigit() and text.isdecimal() else int("".join(str(_DIGITS[c]) for c in text))


def _small(text: str) -> int:
    """1..31, in Arabic or Chinese numerals."""
    if text.isdecimal():
        return int(text)
    if "十" in text:
        tens, _, ones = text.partition("十")
        return _DIGITS.get(tens, 1) * 10 + (_DIGITS.get(ones, 0) if ones else 0)
    return _DIGITS[text] if len(text) == 1 else 0

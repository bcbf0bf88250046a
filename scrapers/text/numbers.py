"""The number grammar: quantities as Chinese notices write them.

Comes in: text in one spelling (fold.py), and the spans (dates, document numbers, titles) that hold no quantity. Goes
out: `Quantity` in order: value, range, exact fraction, unit, comparator, and the period it is counted by. Never here:
what is counted.

超过 and 不足 are strict, 以上 and 以下 include the number (Civil Code, article 1259). A fraction such as 三分之一 keeps
its numerator and denominator. Every expression is bounded, so the cost is linear in the text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import yaml

from scrapers.text.scan import alternation

# 1,190 and, in journals, 1 190: with a blank only right before what is counted.
_ARABIC = (
    r"\d{1,3}(?:,\d{3}){1,4}(?:\.\d{1,4})?"
    r"|(?<![ \u3000\t])\d{1,3}(?:[ \u2009\u202f]\d{3}){1,3}(?=[余多万亿]?[家个名人例张所项台次支份])"
    r"|\d{1,12}(?:\.\d{1,6})?"
)
_HAN = r"[一二两三四五六七八九十][零〇一二两三四五六七八九十百千]{0,8}"
_FACTOR = r"万亿|千万|百万|亿|万|千|百"
_ONE = rf"(?>{_ARABIC}|{_HAN})"  # atomic: a part of a number is none

UNITS: dict[str, list[str]] = yaml.safe_load((Path(__file__).parent / "units.yml").read_text(encoding="utf-8"))
_CLASS = {unit: name for name, units in UNITS.items() for unit in units}
_UNIT = alternation(sorted(_CLASS, key=len, reverse=True))
# What makes another word of 成, as in 三成立: no 30 %. 六成人口 and 四成分配 are shares.
_WORDS_OF_CHENG = "[立员功果效本为年都绩品套熟长交份就因像药形了才语婚败全群新不倍名堂]|人(?!口)|分(?!配)"

_BLANK = r"[^\S\n]?"  # never over the end of a line
_QUANTITY = re.compile(
    rf"""
    (?<![\d.A-Za-z])(?<![A-Za-z][-—])
    (?:
      (?P<den>[二两三四五六七八九十]{{1,2}})分之(?P<num>[一二两三四五六七八九十]{{1,2}})
    | (?P<anum>\d{{1,2}})/(?P<aden>\d{{1,2}})(?![\d/])
    | 百分之(?P<pct>{_ONE})
    | (?<![一二两三四五六七八九十百千])(?P<tenths>[1-9一二两三四五六七八九])成(?!{_WORDS_OF_CHENG})
      (?P<hundredths>[一二三四五六七八九](?![成一二三四五六七八九十百千万个家名项类种天年月])|半(?![年天月]))?(?P<tmore>多)?
    | (?<![上下前后大小])(?P<half>一?半)(?P<hunit>(?<!一半)年|(?<!一半)数(?=以上)|(?<=一半)(?=以上|的))
    | (?=[百千万])(?:(?<=近)|(?<=上)|(?<=超)|(?<=逾)|(?<=过)|(?=[百千万][余多]))
      (?P<round>[百千万])(?P<rmore>[余多])?(?P<ru>{_UNIT})
    | (?=[^-—–~至到]{{1,30}}+[-—–~至到]) (?P<lo>{_ONE}){_BLANK}(?P<lf>{_FACTOR})?(?P<lu>{_UNIT})?
      {_BLANK}(?:-|—{{1,2}}|–|~|至|到){_BLANK}
      (?P<hi>{_ONE})(?![\d.]){_BLANK}(?P<hf>{_FACTOR})?(?P<hmore>[余多])?{_BLANK}(?P<hiu>{_UNIT})?
    | (?P<v>{_ONE})(?![\d.]){_BLANK}(?P<few>[几])?(?:(?P<more>[余多])|来(?=[个家名人例万千项张台次位所份]))?
      (?:个(?=[万亿]))?(?P<f>{_FACTOR})?(?P<more2>[余多])?
      {_BLANK}(?:个(?P<odd>[多半])(?P<ou>小时|月)|(?P<people>个人)(?![民口员才工力均事])|(?P<u>{_UNIT})(?:(?<=[年天])(?P<half_more>半)(?![数载]))?)?
    )
    (?P<after>及以上|含?以上|及以下|以下|以内|之内|左右|上下)?
    (?:/(?P<per>年|季度|季|月|周|天|日|人|床))?
    """,
    re.X,
)

_BEGINS = re.compile(
    r"[0-9一二两三四五六七八九十百千万半](?:(?<=[0-9一二两三四五六七八九十])(?<![\d.A-Za-z].)|(?<=百)分|(?<=半)[年数]"
    r"|(?<=[近上超逾过][百千万])|(?<=[百千万])[余多])",
    re.S,
)

_BEFORE = {
    ">=": (
        "≥",
        "≧",
        "⩾",
        "不少于",
        "不低于",
        "不小于",
        "至少",
        "最少",
        "不得少于",
        "不得低于",
        "不能少于",
        "不能低于",
        "不短于",
        "不得短于",
        "不能短于",
    ),
    ">": ("超过", "超出", "超", "逾", "突破", "高于", "多于", "大于"),
    "<=": ("≤", "≦", "⩽", "不超过", "不高于", "不多于", "最多", "至多", "不得超过", "不得高于"),
    "<": ("低于", "少于", "不足", "不到", "近", "将近", "接近"),
    "=": ("约", "大约", "达", "达到", "为"),
}
_SIGN = {word: sign for sign, words in _BEFORE.items() for word in words}
_PREFIX = re.compile(rf"(?P<word>{'|'.join(sorted(_SIGN, key=len, reverse=True))})(?:了|过)?\s?$")
# 至少 binds over the verb that follows it: 至少建成5个.
_LEAST = re.compile(r"(?P<word>至少|不少于|最少)[^\d,。;:!?、()\n]{1,6}$")
_AFTER = {"以上": ">=", "及以上": ">=", "含以上": ">=", "以下": "<=", "及以下": "<=", "以内": "<=", "之内": "<="}
_PER = re.compile(r"每(?:个)?(?P<per>半年|年度?|季度?|月|周|天|日)[^\d,。;:!?、()每]{0,10}$")
_ORDINAL = re.compile(r"(?:第|之|其|星期|周|排名|编号|(?<![目此以之日当年月提先期])前)\s?$")  # 前10位

# How those expressions end: a look at one character spares most of them.
_PREFIX_ENDS = frozenset({word[-1] for word in _SIGN} | set("了过")) | {
    c for c in map(chr, range(0x3001)) if c.isspace()
}
_VAGUE = ("几", "数")
_NO_VAGUE = ("人数", "总数", "件数", "次数", "例数", "家数", "户数")  # ... and their number: 人数十人
_ORDINAL_ENDS = frozenset("第之其期周名号前")

_SMALL = {"零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_HUNDREDTHS = _SMALL | {"半": 5, "": 0}
_STEP = {"十": 10, "百": 100, "千": 1000}
_POWER = {"百": 10**2, "千": 10**3, "万": 10**4, "百万": 10**6, "千万": 10**7, "亿": 10**8, "万亿": 10**12}
_ODD_UNITS = {"小时": "小时", "月": "个月"}
_PERIODS = {"季": "季度", "年度": "年"}
_MARKS = re.compile(r"[, \u2009\u202f]")  # between thousands
_LOOK_BACK = 16
_LONGEST_SIGN = max(map(len, _SIGN)) + len("了 ")


Rational = int | Fraction  # a whole number is an int, which is faster


class _Said(NamedTuple):
    """The groups of _QUANTITY, in its order."""

    den: str | None
    num: str | None
    anum: str | None
    aden: str | None
    pct: str | None
    tenths: str | None  # 六成, 六成五
    hundredths: str | None  # 五 and 半 are five
    tmore: str | None
    half: str | None
    hunit: str | None
    round: str | None
    rmore: str | None
    ru: str | None
    lo: str | None
    lf: str | None
    lu: str | None
    hi: str | None
    hf: str | None
    hmore: str | None
    hiu: str | None
    v: str | None
    few: str | None
    more: str | None
    f: str | None
    more2: str | None
    odd: str | None  # 3个半小时, 2个多月
    ou: str | None
    people: str | None  # 8个人
    u: str | None
    half_more: str | None  # 一年半
    after: str | None
    per: str | None


class Quantity(NamedTuple):
    """text[start:end] is the number with its unit; [first:last] takes in the comparator words."""

    start: int
    end: int
    first: int
    last: int
    value: Rational
    value_max: Rational | None
    numerator: int | None
    denominator: int | None
    unit: str  # as written, without 万 and 亿; "" where none stands
    unit_class: str  # percent | points | permille | count | money | duration | length | fraction | bare
    comparator: str
    per: str | None  # 年 | 季度 | 月 | 周 | 天 …: 每季度不少于1次
    is_han: bool  # written in Chinese numerals, which are often part of a name


def find(text: str, masks: Sequence[tuple[int, int]] = ()) -> list[Quantity]:
    """Every quantity outside the masks, in order."""
    hidden = _Masks(masks)
    found: list[Quantity] = []
    at = 0
    while begin := _BEGINS.search(text, at):
        start = begin.start()
        if (behind := hidden.end_at(start)) is not None:
            at = behind
            continue
        match = _QUANTITY.match(text, start)
        if match is None:
            at = start + 1
            continue
        at = match.end()
        if (covered := hidden.over(start, at)) is not None:
            at = covered
            continue
        quantity = _quantity(text, match)
        if quantity is not None:
            found.append(quantity)
        elif match["hi"] is not None:  # no range after all: read its first number alone
            at = match.end("lo")
    return _of_one_unit(text, found)


def _of_one_unit(text: str, found: list[Quantity]) -> list[Quantity]:
    """6.1个和9.8个百分点: both are points."""
    for index in range(len(found) - 2, -1, -1):
        here, behind = found[index], found[index + 1]
        if (
            here.unit == "个"
            and behind.unit_class == "points"
            and text[here.last : behind.first] in ("和", "、", "及", "与")
        ):
            found[index] = here._replace(unit=behind.unit, unit_class=behind.unit_class)
    return found


def han(text: str) -> int | None:
    """二十一 → 21, 一百零五 → 105, 二〇二三 → 2023; None where it is no number."""
    if not text or any(c not in _SMALL and c not in _STEP for c in text):
        return None
    if all(c in _SMALL for c in text):
        return int("".join(str(_SMALL[c]) for c in text)) if len(text) != 2 or "〇" in text or "零" in text else None
    total, digit, last_step = 0, None, 10**4
    for character in text:
        if character in _SMALL:
            if digit is not None and digit != 0:
                return None
            digit = _SMALL[character]
            continue
        step = _STEP[character]
        if step >= last_step:
            return None
        total += (1 if digit is None else digit) * step
        digit, last_step = None, step
    return total + (digit or 0)


def _quantity(text: str, match: re.Match[str]) -> Quantity | None:
    start, end = match.span()
    said = _Said._make(match.groups())
    if said.after:
        end = match.start("after")
    if text[start] == "0" and text[start + 1 : start + 2].isdecimal():
        return None  # 02县域…: the number of a chapter
    before = text[max(0, start - _LOOK_BACK) : start]
    if said.v == "一" and before.endswith("每"):
        return None  # 每一个: all of them
    if text[start] == "十" and before.endswith(_VAGUE) and not before.endswith(_NO_VAGUE):
        return None  # 几十张: nobody says how many
    if before[-2:].rstrip()[-1:] in _ORDINAL_ENDS and _ORDINAL.search(before):
        return None
    sign, first = _comparator(before, start)
    if said.after:
        sign = _AFTER.get(said.after, sign)
    values = _values(said)
    if values is None:
        return None
    value, value_max, numerator, denominator, unit = values
    if value_max is not None:
        if value_max <= value:
            return None
        sign = "between"
    elif sign == "=" and (said.more or said.more2 or said.rmore or said.tmore or said.odd == "多"):
        sign = ">"
    per = said.per or (m["per"] if "每" in before and (m := _PER.search(before)) else None)
    number = said.v or said.lo or said.num or said.half or said.pct or said.tenths or said.round or "0"
    return Quantity(
        start,
        end,
        first,
        match.end(),
        value,
        value_max,
        numerator,
        denominator,
        unit,
        "fraction" if denominator else _CLASS.get(unit, "bare"),
        sign,
        _PERIODS.get(per, per) if per else None,
        not number[0].isdecimal(),
    )


_Values = tuple[Rational, Rational | None, int | None, int | None, str]


def _values(said: _Said) -> _Values | None:
    if said.v:
        value = _number(said.v, said.f)
        if value is None or said.few:
            return None
        unit = "人" if said.people else _ODD_UNITS[said.ou] if said.ou else _plain(said.u)
        return value + Fraction(1, 2) if said.odd == "半" or said.half_more else value, None, None, None, unit
    if said.den or said.aden:
        over, under = (said.num or said.anum), (said.den or said.aden)
        numerator, denominator = _integer(over or ""), _integer(under or "")
        if not numerator or not denominator or numerator >= denominator:
            return None
        return Fraction(numerator, denominator), None, numerator, denominator, "fraction"
    if said.pct:
        value = _number(said.pct, None)
        return None if value is None else (value, None, None, None, "%")
    if said.tenths:
        return 10 * (_integer(said.tenths) or 0) + _HUNDREDTHS[said.hundredths or ""], None, None, None, "%"
    if said.half:
        half_year = said.hunit == "年"
        return (6, None, None, None, "个月") if half_year else (Fraction(1, 2), None, 1, 2, "fraction")
    if said.round:
        return _POWER[said.round], None, None, None, _plain(said.ru)
    return _range(said)


def _range(said: _Said) -> _Values | None:
    """2-3个, 15-20%, 10万至20万人; never 3个至5% or 一至三级."""
    low_unit, unit = said.lu, said.hiu
    if low_unit and unit and low_unit != unit:
        return None
    low, high = _number(said.lo or "", said.lf or said.hf), _number(said.hi or "", said.hf)
    if low is None or high is None or not (unit or low_unit or said.hf):
        return None
    return low, high, None, None, _plain(unit or low_unit)


def _plain(unit: str | None) -> str:
    return "个百分点" if unit == "百分点" else unit or ""


def _number(text: str, factor: str | None) -> Rational | None:
    power = _POWER[factor] if factor else 1
    if text.isdecimal():
        return int(text) * power
    if not text[0].isdecimal():
        value = han(text)
        return None if value is None else value * power
    whole, _, decimals = text.partition(".")
    digits = int((whole if whole.isdecimal() else _MARKS.sub("", whole)) + decimals) * power
    if not decimals:
        return digits
    value, rest = divmod(digits, 10 ** len(decimals))  # 11.2万 is a whole number
    return Fraction(digits, 10 ** len(decimals)) if rest else value


def _integer(text: str) -> int | None:
    return int(text) if text.isdecimal() else han(text)


def _comparator(before: str, start: int) -> tuple[str, int]:
    """The sign that the words before a number give it, and where those words begin."""
    match = _PREFIX.search(before, len(before) - _LONGEST_SIGN) if before[-1:] in _PREFIX_ENDS else None
    sign = _SIGN[match["word"]] if match else "="
    if sign == "=" and "少" in before and (least := _LEAST.search(before)):
        return ">=", start - len(before) + least.start()
    return sign, start - len(before) + match.start() if match else start


class _Masks:
    """Spans without quantities, merged, asked by bisection."""

    def __init__(self, spans: Sequence[tuple[int, int]]) -> None:
        self._starts, self._ends = [0], [0]  # one before all others, which hides nothing
        last = 0
        for start, end in sorted(spans):
            if start > last:
                self._starts.append(start)
                self._ends.append(end)
                last = end
            elif end > last:
                self._ends[-1] = last = end

    def end_at(self, at: int) -> int | None:
        """The end of the mask in which a place lies, if one does."""
        end = self._ends[bisect_right(self._starts, at) - 1]
        return end if end > at else None

    def over(self, start: int, end: int) -> int | None:
        """The end of the mask that touches this span, if one does."""
        last = self._ends[bisect_right(self._starts, end - 1) - 1]
        return last if last > start else None

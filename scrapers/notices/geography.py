"""What a page's facts are about, on the map: each fact's region, where the page proves one.

Comes in: a page's title, its text, its facts. Goes out: `geography` and `adcode` of each fact, set in place. Never
here: names of regions (scrapers.text.gazetteer), or a guess: where a sentence speaks of several places, or of one that
several regions bear, both stay None.

A fact is about the one place that its clause names, else its sentence; else about what the whole page is about: the
one place in its title; the country, if a national body heads it; the prefecture, or else the province, in which most
of the places it names lie; the country, if a national body speaks or all provinces are addressed. 全国 and 全省 in the
clause say how far it reaches. A related item is a page of its own. Examples (北京市朝阳区、山西省大同市等81个),
datelines (新华社北京6月9日电) and names within names of hospitals and schools place nothing.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from scrapers.notices.page import LONGEST_READ, Page
from scrapers.records import Fact
from scrapers.text import gazetteer
from scrapers.text.gazetteer import NATION, PROVINCES, Mention, Region

NATION_NAME = "全国"
DOMINANT = 0.7  # share of a page's places that lie in what the page is about
FEWEST = 3  # places from which that is concluded

_CLAUSE_ENDS = re.compile(r"([,。!?;:\n])")
_NATIONAL = re.compile(
    r"国家(?:卫生健康委|卫健委|中医药局|中医药管理局|医保局|疾控局|发展改革委)|国务院|国卫|全国|我国|各省|每省|每个省|省份|各地|中央财政|国家医疗队"
)
_WHOLE_NATION = re.compile(r"(?:全国|我国)(?<![占比是]..)(?!第|平均|前|各地经验)")
_SCALE = re.compile(r"(全省|我省|全市|我市|全县|我县|全区|我区)")
_LEVELS = {
    **dict.fromkeys(("全省", "我省"), ("province",)),
    **dict.fromkeys(("全市", "我市"), ("prefecture", "county_city", "province")),
    **dict.fromkeys(("全县", "我县"), ("county", "county_city")),
    **dict.fromkeys(("全区", "我区"), ("district", "province")),
}
_EXAMPLES = re.compile(r"(?:[、和及与][^、,。;:!?\n]{2,15}){0,8}等")
_DATELINE = re.compile(r"\d{1,2}月\d{1,2}日(?:电|讯|消息)")
_REPORTERS = re.compile(r"(?:新华社|中新社|中新网|人民网|本报|记者)$")
_INSTITUTION = re.compile(r"[^,。;:!?、\n的在有共]{0,8}?(?:医院|大学|学院|医科|报社|日报|晚报|电视台|公司)")


@dataclass(frozen=True, slots=True)
class _Ground:
    """What a stretch of text is about as a whole: a region, the country, or nothing that is proved."""

    region: Region | None = None
    is_nation: bool = False

    def said(self) -> tuple[str | None, str | None]:
        if self.region is not None:
            return gazetteer.full_name(self.region), self.region.adcode
        return (NATION_NAME, NATION) if self.is_nation else (None, None)


def locate(facts: Sequence[Fact], page: Page) -> None:
    """Set geography and adcode of the facts of a page."""
    if not facts:
        return
    chart = _Chart(page)
    for fact in facts:
        if fact.start < len(chart.text):
            fact.geography, fact.adcode = chart.of(fact)


class _Chart:
    """The places that one page names, asked for fact by fact."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.text = page.folded[:LONGEST_READ]
        self._places: dict[int, bool] = {}  # which mentions place something, as far as it was asked
        self._clauses, self._sentences, self._whole, self._lines = _cut(self.text)
        self._grounds: dict[tuple[int, int], _Ground] = {}

    def of(self, fact: Fact) -> tuple[str | None, str | None]:
        """The place of the clause, then of the sentence as far as the evidence reaches, then of the whole sentence."""
        at, ground = fact.start, self._ground(fact)
        clause, sentence, whole = self._clauses.around(at), self._sentences.around(at), self._whole.around(at)
        near = (clause[0], max(clause[1], fact.end)), (sentence[0], fact.end), (whole[0], fact.end)
        for begin, end in dict.fromkeys(near):  # mostly they are one
            if mentions := self._near(begin, end):
                regions = _innermost(mentions)
                if len(regions) != 1:
                    return None, None
                if ground.region is None or not regions[0].holds(ground.region):
                    return _Ground(regions[0]).said()
                # 河南省郑州市's page says 河南: the smaller one stands
            elif _WHOLE_NATION.search(self.text, begin, end):
                return NATION_NAME, NATION
            elif scale := _SCALE.search(self.text, begin, end):
                return _scaled(ground, scale[1]).said()
        return ground.said()

    def _ground(self, fact: Fact) -> _Ground:
        """What the article, or the related item, is about."""
        body_length = self.page.body_length
        if fact.start < body_length:
            span, headline = (0, body_length), self.page.head
        else:
            begin, end = self._lines.around(fact.start)
            span, headline = (max(body_length, begin), end), ""
        if span not in self._grounds:
            self._grounds[span] = _of_title(headline) or _of_text(self.text[slice(*span)], self._near(*span))
        return self._grounds[span]

    def _near(self, begin: int, end: int) -> list[Mention]:
        """The mentions that begin here and place something."""
        found = []
        starts = self.page.mention_starts
        for index in range(bisect_left(starts, begin), bisect_left(starts, end)):
            mention = self.page.mentions[index]
            if (places := self._places.get(index)) is None:
                places = self._places[index] = _places_something(self.text, mention)
            if places:
                found.append(mention)
        return found


def _scaled(ground: _Ground, scale: str) -> _Ground:
    """全省 on the page of a city means its province; 全县 there means a county that is not named."""
    region = ground.region
    levels = _LEVELS[scale]
    while region is not None and region.level not in levels:
        region = gazetteer.get(region.parent) if region.parent else None
    return _Ground(region)


def _of_title(head: str) -> _Ground | None:
    """What a title says that its article is about; None where it names no place."""
    in_title = [mention for mention in gazetteer.find(head) if _places_something(head, mention)]
    named = _innermost(in_title)
    if in_title:
        return _Ground(named[0]) if len(named) == 1 else _Ground()
    return _Ground(is_nation=True) if _NATIONAL.search(head) else None


def _of_text(text: str, mentions: Sequence[Mention]) -> _Ground:
    """What a text without such a title is about."""
    regions = [region for mention in mentions if (region := mention.region) is not None]
    if len(regions) >= FEWEST and (region := _dominant(regions)) is not None:
        return _Ground(region)
    return _Ground(is_nation=_NATIONAL.search(text) is not None)


def _dominant(regions: Sequence[Region]) -> Region | None:
    """The smallest region in which most of these lie, not smaller than a prefecture or a municipality's district."""
    for level in (_prefecture, lambda region: gazetteer.get(region.province)):
        counted = Counter(found.code for region in regions if (found := level(region)) is not None)
        for code, count in counted.most_common(1):
            if count >= DOMINANT * len(regions) and count >= FEWEST:
                return gazetteer.get(code)
    return None


def _prefecture(region: Region) -> Region | None:
    if region.level in PROVINCES:
        return None
    above = gazetteer.get(region.parent) if region.parent else None
    return region if above is None or above.level in PROVINCES else above


def _innermost(mentions: Sequence[Mention]) -> list[Region]:
    """The regions named, without those that hold another of them; none if a name is ambiguous."""
    if any(mention.region is None for mention in mentions):
        return []
    regions = list(dict.fromkeys(mention.region for mention in mentions if mention.region is not None))
    return [region for region in regions if not any(_above(region, other) for other in regions)]


def _above(region: Region, other: Region) -> bool:
    return region.code != other.code and region.holds(other)


def _places_something(text: str, mention: Mention) -> bool:
    """Not an example, not a dateline, not a part of an institution's name."""
    if _EXAMPLES.match(text, mention.end) or _DATELINE.match(text, mention.end):
        return False
    if _REPORTERS.search(text, max(0, mention.start - 4), mention.start):
        return False
    return _INSTITUTION.match(text, mention.end) is None


class _Stretches:
    """A text cut at each of these places; the sign that stands there belongs to no stretch."""

    def __init__(self, ends: Sequence[int], length: int) -> None:
        self._ends, self._length = ends, length

    def around(self, at: int) -> tuple[int, int]:
        """The stretch in which a place lies."""
        index = bisect_left(self._ends, at)
        begin = self._ends[index - 1] + 1 if index else 0
        return begin, self._ends[index] if index < len(self._ends) else self._length


def _cut(text: str) -> tuple[_Stretches, ...]:
    """Clauses, sentences, whole sentences, lines."""
    parts = _CLAUSE_ENDS.split(text)  # what stands between the signs, and each of them
    clauses = list(accumulate(map(len, parts)))[:-1:2]
    sentences = [at for at, sign in zip(clauses, parts[1::2], strict=True) if sign not in ",:"]
    whole = [at for at in sentences if text[at] != ";"]  # 甲市通过…;建成8个中心: the subject is said once
    lines = [at for at in whole if text[at] == "\n"]
    return tuple(_Stretches(ends, len(text)) for ends in (clauses, sentences, whole, lines))

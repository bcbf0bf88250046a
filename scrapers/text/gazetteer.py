"""Names of places → administrative regions, and no guess where a name has several.

Comes in: text, or one name with the region it stands in. Goes out: `Region`s, and `Mention`s with their place in the
text. Never here: which place a fact is about (notices/geography.py) or which cells of a table are places
(notices/place_tables.py).

The table of codes is the warehouse's own (the region seeds), so that what is read from a page and what the dimension
holds cannot drift apart: the release of 2026-03-25, the codes abolished since 2023-06-30, and the documented events.
What it lacks (Taiwan, Hong Kong, Macao, the 兵团), and words that only look like places, are in gazetteer.yml.

朝阳区 is in 北京 and in 长春, 鼓楼区 in four cities: such a name has a region only behind one that holds it. 海南州 is
a prefecture of 青海 and never the province 海南.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Literal, NamedTuple

import ahocorasick_rs
import yaml

from scrapers.text.scan import SMALL

SEEDS = Path(__file__).resolve().parents[2] / "dbt_project" / "seeds"
WORDS = Path(__file__).with_suffix(".yml")

NATION = "100000"
PROVINCES = frozenset({"province", "corps"})
LONGEST_NAME = 40  # of a chain of names in one cell
LONGEST_GAP = 7  # characters between two names of a chain
COUNTIES = frozenset({"district", "county_city", "county"})

Method = Literal["full_name", "short_name", "stem"]

_DIVISION = re.compile(r"第?[一二三四五六七八九十]{1,3}师")
_GAP = re.compile(r"[ \u3000·]{0,2}(?:第?[一二三四五六七八九十]{1,3}师)?")
_NOT_A_CITY = re.compile(r"[场值面容]|净率|盈率")  # behind 市: 吉林市场
_HAN = re.compile(r"[\u3400-\u9fff]")


@dataclass(frozen=True, eq=False)
class Region:
    """A region of the table, of which there is one. `code` is its adcode, or what stands in for it where it has none.

    `code_since`: the day from which a region that is older bears this code (两江新区 was a zone without one).
    """

    code: str
    adcode: str | None
    name: str
    level: str  # province | corps | prefecture | district | county_city | county | functional_zone
    parent: str | None  # adcode of the region above
    report_province: str | None = None
    is_abolished: bool = False
    code_since: str | None = None

    @cached_property
    def province(self) -> str:
        """The adcode of the statutory province."""
        return (self.adcode or self.parent or self.code)[:2] + "0000"

    def holds(self, other: Region) -> bool:
        """Is the other region a part of this one?"""
        if other.code == self.code:
            return False
        if self.level == "corps":
            return other.report_province == self.code
        if self.level == "province":
            return other.province == self.adcode
        return other.parent == self.adcode and self.adcode is not None


class Mention(NamedTuple):
    """text[start:end] names a place: one region where the name, with what stands before it, leaves no other.

    `is_short`: written without 省, 市, 县 …, so it may be an ordinary word too.
    """

    start: int
    end: int
    candidates: tuple[Region, ...]
    is_short: bool

    @property
    def region(self) -> Region | None:
        return self.candidates[0] if len(self.candidates) == 1 else None


def get(code: str) -> Region | None:
    """The region of an adcode."""
    return _book().regions.get(code)


def full_name(region: Region) -> str:
    """河南省郑州市: the name with those of the regions above it, as a reader writes it."""
    above = get(region.parent) if region.parent else None
    if above is None or region.level == "corps":
        return region.name
    return full_name(above) + region.name


def find(text: str) -> list[Mention]:
    """The places that a text names, in its order. A chain (西藏日喀则仲巴县) is one mention of its last region."""
    return list(_chains(text, _book().matcher.find_matches_as_indexes(text)))


def resolve(name: str, within: Region | None = None) -> tuple[tuple[Region, ...], Method | None]:
    """The regions that a name by itself may mean, inside `within` if that is given, and how the name was matched.

    The whole name counts: the full name, then a short form that still says its kind (白沙县, 海西州), then the bare
    stem (白沙). The first of these that any region bears decides.
    """
    book = _book()
    bare = name if name in book.full else _DIVISION.sub("", name, count=1) or name
    ways: tuple[tuple[Method, dict[str, tuple[Region, ...]]], ...] = (
        ("full_name", book.full),
        ("short_name", book.short),
        ("stem", book.stems),
    )
    for method, names in ways:
        found = [r for r in names.get(bare, ()) if within is None or within.holds(r)]
        if found:
            return tuple(found), method
    return (), None


def split(name: str) -> tuple[str, ...]:
    """河北省石家庄市正定县 → 河北省, 石家庄市, 正定县; a name that holds no other stays whole.

    The parts need not fit each other: 山西省包头市 is split too, and whoever reads it sees that the page is wrong.
    """
    book = _book()
    if name in book.full or len(name) > LONGEST_NAME:
        return (name,)
    for length in range(len(name) - 2, 1, -1):
        head, rest = name[:length], name[length:]
        above = [r for r in book.above.get(head, ()) if r.level in PROVINCES or r.level == "prefecture"]
        if above and (resolve(rest)[0] or len(split(rest)) > 1):
            return (head, *split(rest))
    return (name,)


def stem(name: str) -> str:
    """太谷 of 太谷县 and 太谷区: what a renamed place keeps."""
    return _stem(name, _book().peoples)


# ---------------------------------------------------------------- a text


def _chains(text: str, hits: Sequence[tuple[int, int, int]]) -> Iterator[Mention]:
    """Joins names that follow each other and lie in each other; a short or ambiguous name gains by its neighbour.

    `hits`: the number of each name among the patterns, and its place.
    """
    patterns = _book().patterns
    last = len(hits) - 1
    index = 0
    while index <= last:
        number, start, end = hits[index]
        chain = Mention(start, end, *patterns[number])
        while index < last and hits[index + 1][1] - chain.end <= LONGEST_GAP:
            number, start, end = hits[index + 1]
            inner = _within(chain.candidates, patterns[number][0]) if _GAP.fullmatch(text, chain.end, start) else ()
            if not inner:
                break
            chain = Mention(chain.start, end, inner, False)
            index += 1
        index += 1
        if _is_alone_allowed(text, chain):
            yield chain


def _within(outer: Sequence[Region], regions: Sequence[Region]) -> tuple[Region, ...]:
    return tuple(region for region in regions if any(other.holds(region) for other in outer))


def _is_alone_allowed(text: str, mention: Mention) -> bool:
    """Words that are places only in company are let through only when a chain has made them longer."""
    book = _book()
    said = text[mention.start : mention.end]
    if said in book.never_alone or (len(said) == 2 and said in book.full):
        return False
    if not mention.is_short:
        return not (said.endswith("市") and _NOT_A_CITY.match(text, mention.end))
    return not book.others.match(text, mention.end)


# ---------------------------------------------------------------- the table


@dataclass(slots=True)
class _Book:
    regions: dict[str, Region] = field(default_factory=dict)
    full: dict[str, tuple[Region, ...]] = field(default_factory=dict)
    short: dict[str, tuple[Region, ...]] = field(default_factory=dict)  # without peoples, kind still said: 海西州
    stems: dict[str, tuple[Region, ...]] = field(default_factory=dict)  # 海西, 白沙
    above: dict[str, tuple[Region, ...]] = field(default_factory=dict)  # names that may stand before another
    never_alone: frozenset[str] = frozenset()  # ordinary words: places only behind the region that holds them
    peoples: re.Pattern[str] = re.compile("")
    others: re.Pattern[str] = re.compile("")
    patterns: list[tuple[tuple[Region, ...], bool]] = field(default_factory=list)
    matcher: Any = None


@cache
def _book() -> _Book:
    with WORDS.open(encoding="utf-8") as stream:
        words = yaml.safe_load(stream)
    book = _Book(never_alone=frozenset([*words["never_alone"], *words["words_not_places"]]))
    peoples = sorted(words["peoples"], key=len, reverse=True)
    book.peoples = re.compile(f"(?:{'|'.join(peoples)})+(?=自治)")
    book.others = re.compile("|".join(words["names_of_others"]))
    regions = [*_mainland(), *_beyond(words)]
    book.regions = {r.code: r for r in regions}
    more_short = {entry["code"]: entry.get("short", ()) for entry in words["more_regions"]}
    for region in regions:
        _add(book.full, region.name, region)
        for said in _short_forms(region.name, book.peoples):
            _add(book.short, said, region)
        bare = _stem(region.name, book.peoples)
        if len(bare) > 1:
            _add(book.stems, bare, region)
        for said in more_short.get(region.code, ()):
            _add(book.short, said, region)
    # A name in full is that region: 海南区 is none of 海南; a county's stem does not weigh against a prefecture's.
    book.above = {name: found for names in (book.stems, book.short, book.full) for name, found in names.items()}
    for name, found in book.stems.items():
        higher = tuple(r for r in found if r.level in PROVINCES or r.level == "prefecture")
        if higher and name not in book.full and name not in book.short:
            book.above[name] = higher
    _compile(book, {name: book.regions[code] for name, code in words["stem_means"].items()})
    return book


def _compile(book: _Book, meant: dict[str, Region]) -> None:
    """The names that are looked for in a text: full and short ones, stems of provinces and prefectures."""
    sought: dict[str, tuple[tuple[Region, ...], bool]] = {}
    for name, found in book.stems.items():
        higher = tuple(r for r in found if r.level in PROVINCES or r.level == "prefecture")
        if higher:
            sought[name] = ((meant[name],) if name in meant else higher, True)
    for names in (book.short, book.full):
        sought |= {name: (found, False) for name, found in names.items()}
    for name in ("兵团", "生产建设兵团"):
        sought.pop(name, None)
    book.patterns = list(sought.values())
    book.matcher = ahocorasick_rs.AhoCorasick(
        list(sought),
        matchkind=ahocorasick_rs.MATCHKIND_LEFTMOST_LONGEST,
        implementation=SMALL,
    )


def _mainland() -> Iterator[Region]:
    """The release of today, then what was abolished since the release before it."""
    listed = {row["adcode"]: row["name"] for row in _rows("region_2026_03_25")}
    events = _rows("region_event")
    gone = {
        row["adcode"]: row["name"]
        for row in events
        if row["adcode"] and row["is_statutory"] == "true" and row["adcode"] not in listed
    }
    prefectures = {code for code in listed if code.endswith("00")}
    since = {row["adcode"]: row["valid_from"] for row in events if row["durable_code"] != row["adcode"]}
    reports = {row["adcode"]: row["report_province_code"] for row in _rows("region_attribute")}
    for code, name in [*listed.items(), *gone.items()]:
        parent = None
        if not code.endswith("0000"):
            parent = code[:4] + "00"
            parent = parent if parent in prefectures and parent != code else code[:2] + "0000"
        report = reports.get(code)
        yield Region(code, code, name, _level(code, name), parent, report, code in gone, since.get(code) or None)


def _beyond(words: dict[str, Any]) -> Iterator[Region]:
    for entry in words["more_regions"]:
        yield Region(entry["code"], entry.get("adcode"), entry["name"], entry["level"], entry.get("parent"))
    for name in words["taiwan"]:
        yield Region(f"TW-{name}", None, name, "county", "710000")


def _level(code: str, name: str) -> str:
    """As dim_region tells it."""
    if code.endswith("0000"):
        return "province"
    if code.endswith("00"):
        return "prefecture"
    if name.endswith(("林区", "特区")):
        return "county"
    return {"区": "district", "市": "county_city"}.get(name[-1], "county")


_KINDS = (
    "特别行政区",
    "自治区",
    "自治州",
    "自治县",
    "自治旗",
    "地区",
    "林区",
    "特区",
    "省",
    "市",
    "盟",
    "县",
    "区",
    "旗",
)


def _stem(name: str, peoples: re.Pattern[str]) -> str:
    for whole in (peoples.sub("", name), name):  # 内蒙古自治区 has its people's name in its own
        kind = next((kind for kind in _KINDS if whole.endswith(kind)), "")
        bare = whole.removesuffix(kind)
        if len(bare) > 1:
            return bare
    return name


def _short_forms(name: str, peoples: re.Pattern[str]) -> Iterable[str]:
    """海西州 of 海西蒙古族藏族自治州, 长阳县 and 长阳自治县 of 长阳土家族自治县."""
    if "自治" not in name or name.endswith("自治区"):
        return
    bare = _stem(name, peoples)
    kind = name[-1]
    yield bare + kind
    yield f"{bare}自治{kind}"


def _add(names: dict[str, tuple[Region, ...]], name: str, region: Region) -> None:
    if region not in names.get(name, ()):
        names[name] = (*names.get(name, ()), region)


def _rows(seed: str) -> list[dict[str, str]]:
    with (SEEDS / f"{seed}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))

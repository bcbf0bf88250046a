"""The sample world: medical groups in the pilots, their hospitals and shared centres. All made up.

Comes in: a seed, the pilots, how many groups each has. Goes out: `Group`. Never here: what they do in a day.

Codes depend on place and number alone, not on the seed, so that a source.yml can name the institutions that may report.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from random import Random

from scrapers.sample_site.places import Place

USCC_CHARS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
ORGS_SINCE = date(2023, 1, 1)
GROUPS_SINCE = date(2023, 7, 1)
LIANGJIANG, LIANGJIANG_BEFORE = "500157", "500105"  # the district 两江新区 took over 江北区 and others …
LIANGJIANG_SINCE = date(2025, 11, 6)  # … on this day; the code before it was 江北区's

CENTRE_TYPES = ("lab", "imaging", "ecg", "pathology", "cssd")
CENTRE_NAMES = {
    "lab": "医学检验中心", "imaging": "医学影像中心", "ecg": "心电诊断中心", "pathology": "病理诊断中心",
    "cssd": "消毒供应中心",
}  # fmt: skip
CATEGORIES = {
    "lab": ("clinical", "immuno"), "imaging": ("CT", "DR", "US"), "ecg": ("rest", "holter"),
    "pathology": ("routine", "cytology"), "cssd": ("pack",),
}  # fmt: skip
UNITS = {"lab": "specimen", "imaging": "study", "ecg": "order", "pathology": "slide", "cssd": "pack"}
VOLUMES = {"lab": (300, 900), "imaging": (90, 300), "ecg": (60, 200), "pathology": (20, 80), "cssd": (80, 260)}
TURNAROUND = {"lab": 110, "imaging": 70, "ecg": 25, "pathology": 2600, "cssd": 420}  # minutes

# Of the leads, one in ten releases exactly the third of its slots and the quarter of its beds that the policy asks for.
EXACT = (Fraction(1, 3), Fraction(1, 4))
SLOT_SHARES = tuple(Fraction(n, 100) for n in (18, 24, 28, 31, 34, 36, 40, 45))
BED_SHARES = tuple(Fraction(n, 100) for n in (12, 17, 20, 23, 26, 28, 30, 34))


@dataclass(frozen=True, slots=True)
class Org:
    code: str
    name: str
    org_class: str  # WS 218-2002
    level: str
    tier: str
    is_tcm: bool
    adcode: str
    open_beds: int


@dataclass(frozen=True, slots=True)
class Centre:
    code: str
    type: str
    name: str
    host: Org
    status: str
    opened_on: date | None
    category: str
    volume: int  # requests by its host on a working day
    requesters: tuple[Org, ...]
    counts_on_time: bool


@dataclass(frozen=True, slots=True)
class Group:
    code: str
    name: str
    place: Place
    lead: Org
    members: tuple[Org, ...]
    centres: tuple[Centre, ...]
    slots: int  # outpatient slots of the lead on a working day
    slot_share: Fraction  # of them to family-doctor teams and primary institutions
    beds: int
    bed_share: Fraction

    @property
    def orgs(self) -> tuple[Org, ...]:
        return (self.lead, *self.members)

    @property
    def primaries(self) -> tuple[Org, ...]:
        return tuple(o for o in self.members if o.level == "primary")


def uscc(adcode: str, serial: int) -> str:
    """A USCC with a right check digit (GB 32100-2015: weights 3^i mod 31).

    The letters in its middle keep it from ever being an identity-card number, and mark it as a sample's.
    """
    body = f"12{adcode}YL{serial:07d}"
    total = sum(USCC_CHARS.index(c) * pow(3, i, 31) for i, c in enumerate(body))
    return body + USCC_CHARS[-total % 31]


def lead_code(place: Place, number: int) -> str:
    """The code of the lead hospital of a pilot's nth group."""
    return _code(place, number, 1)


def build(seed: int, places: Sequence[Place], groups_per_pilot: tuple[int, int]) -> list[Group]:
    """All groups, in the order of the pilots. Raises ValueError for a range that is none."""
    fewest, most = groups_per_pilot
    if not 1 <= fewest <= most <= 9:
        raise ValueError(f"groups_per_pilot {groups_per_pilot}: from 1 to 9, the fewest first")
    groups = []
    for place in places:
        rng = Random(f"{seed}/groups/{place.adcode}")
        groups += [_group(rng, place, number) for number in range(1, rng.randint(fewest, most) + 1)]
    return groups


def _group(rng: Random, place: Place, number: int) -> Group:
    code = f"G-{place.adcode}-{number:02d}"
    lead = _lead(rng, place, number)
    members = tuple(_members(rng, place, number))
    slot_share, bed_share = EXACT if rng.random() < 0.1 else (rng.choice(SLOT_SHARES), rng.choice(BED_SHARES))
    return Group(
        code=code,
        name=f"{place.city}示例第{_han(number)}医疗集团(示例)",
        place=place,
        lead=lead,
        members=members,
        centres=tuple(_centres(rng, place, number, lead, members)),
        slots=rng.randrange(900, 3000, 60),
        slot_share=slot_share,
        beds=lead.open_beds // 12 * 12,
        bed_share=bed_share,
    )


def _lead(rng: Random, place: Place, number: int) -> Org:
    is_tcm = rng.random() < 0.12
    return Org(
        code=_code(place, number, 1),
        name=f"{place.city}示例第{_han(number)}{'中医' if is_tcm else ''}医院(示例)",
        org_class="A2" if is_tcm else "A1",
        level="tertiary",
        tier="district" if place.is_district else "city",
        is_tcm=is_tcm,
        adcode=place.adcode,
        open_beds=rng.randrange(800, 2400, 10),
    )


def _members(rng: Random, place: Place, number: int) -> Iterator[Org]:
    """One secondary hospital, two to four primary institutions; the last sometimes without a code of its own."""
    name = f"{place.city}示例第{_han(number)}"
    yield Org(
        _code(place, number, 2), f"{name}人民医院(示例)", "A1", "secondary", "district", False, place.adcode,
        rng.randrange(150, 500, 10),
    )  # fmt: skip
    primaries = rng.randint(2, 4)
    for nth in range(1, primaries + 1):
        is_community = place.is_district or nth % 2 == 1
        has_no_code = nth == primaries and primaries > 2 and rng.random() < 0.3
        kind = "社区卫生服务中心" if is_community else "乡镇卫生院"
        yield Org(
            code=f"local:{place.adcode}-{number}{nth}" if has_no_code else _code(place, number, 2 + nth),
            name=f"{name}集团第{_han(nth)}{kind}(示例)",
            org_class="B1" if is_community else "C2",
            level="primary",
            tier="community" if is_community else "township",
            is_tcm=False,
            adcode=place.adcode,
            open_beds=0 if is_community else rng.randrange(20, 80, 5),
        )


def _centres(rng: Random, place: Place, number: int, lead: Org, members: Sequence[Org]) -> Iterator[Centre]:
    """Six groups in ten have all five kinds at work; the others lack one, or are still building it."""
    weak = rng.choice(CENTRE_TYPES) if rng.random() < 0.4 else None
    is_missing = rng.random() < 0.5
    secondary, *primaries = members
    for kind in CENTRE_TYPES:
        if kind == weak and is_missing:
            continue
        host = secondary if kind == "cssd" and rng.random() < 0.3 else lead
        others = [secondary if host is lead else lead, rng.choice(primaries)]
        yield Centre(
            code=f"C-{place.adcode}-{number:02d}-{kind.upper()}",
            type=kind,
            name=f"{place.city}示例第{_han(number)}{CENTRE_NAMES[kind]}(示例)",
            host=host,
            status="building" if kind == weak else "operating",
            opened_on=None if kind == weak else date(2024, rng.randint(1, 12), 1),
            category=rng.choice(CATEGORIES[kind]),
            volume=rng.randint(*VOLUMES[kind]),
            requesters=(host, *others[: rng.randint(1, 2)]),
            counts_on_time=rng.random() > 0.06,
        )


def _code(place: Place, number: int, nth: int) -> str:
    adcode = LIANGJIANG_BEFORE if place.adcode == LIANGJIANG else place.adcode  # registered before the change
    return uscc(adcode, number * 10000 + nth)


def _han(number: int) -> str:
    return "零一二三四五六七八九"[number]

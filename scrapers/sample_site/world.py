"""The made-up world behind the sample site: groups, hospitals and centres in each of the 81 pilots.

Nothing here is a real institution: the names say so, and the codes lie in ranges of their own. The pilots are real
(pilots.csv, 国卫办医政函〔2023〕199号) and give the sample its places.
"""

from __future__ import annotations

import csv
import random
from dataclasses import dataclass
from pathlib import Path

USCC_CHARS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
CENTRE_TYPES = ("lab", "imaging", "ecg", "pathology", "cssd")
CENTRE_NAMES = {"lab": "医学检验", "imaging": "医学影像", "ecg": "心电诊断", "pathology": "病理", "cssd": "消毒供应"}
NORTH, SOUTH, WEST = "sample_feed_north", "sample_feed_south", "sample_feed_west"
_REGION_OF = {"1": NORTH, "2": NORTH, "3": SOUTH, "4": SOUTH, "5": WEST, "6": WEST}  # by the code's first digit


@dataclass(frozen=True, slots=True)
class Pilot:
    seq: int
    province: str
    city: str
    adcode: str

    @property
    def source_id(self) -> str:
        """The feed platform that this pilot reports to."""
        return _REGION_OF[self.adcode[0]]


@dataclass(frozen=True, slots=True)
class Hospital:
    code: str
    name: str
    role: str  # lead | member
    org_class: str
    level: str
    tier: str
    open_beds: int


@dataclass(frozen=True, slots=True)
class Group:
    code: str
    name: str
    pilot: Pilot
    hospitals: tuple[Hospital, ...]
    centres: tuple[str, ...]  # centre types that operate
    slot_share: float  # of outpatient slots that the lead opens
    bed_share: float

    @property
    def lead(self) -> Hospital:
        return self.hospitals[0]

    def centre_code(self, centre_type: str) -> str:
        return f"{self.code}-{centre_type.upper()}"


def pilots() -> list[Pilot]:
    """The 81 pilots in the order of the list."""
    with Path(__file__).with_name("pilots.csv").open(encoding="utf-8", newline="") as file:
        return [Pilot(int(r["seq"]), r["province"], r["city"], r["adcode"]) for r in csv.DictReader(file)]


def groups(seed: int, count: int) -> list[Group]:
    """Two or three groups in each of the first `count` pilots."""
    return [
        _group(random.Random(f"{seed}/{pilot.seq}/{number}"), pilot, number)
        for pilot in pilots()[:count]
        for number in range(1, 3 + (pilot.seq % 3 == 0))
    ]


def _group(rng: random.Random, pilot: Pilot, number: int) -> Group:
    code = f"SG-{pilot.seq:03d}-{number}"
    name = f"{pilot.city}示例医疗集团{number}(示例)"
    kinds = [
        ("第一医院", "lead", "A1", "tertiary", "city", rng.randrange(800, 2400)),
        ("区医院", "member", "A1", "secondary", "district", rng.randrange(200, 600)),
        ("社区卫生服务中心", "member", "B1", "primary", "community", rng.randrange(0, 40)),
        ("镇卫生院", "member", "C2", "primary", "township", rng.randrange(10, 80)),
    ]
    hospitals = tuple(
        Hospital(uscc(pilot.adcode, number * 10 + i), f"{pilot.city}示例{kind[0]}{number}(示例)", *kind[1:])
        for i, kind in enumerate(kinds)
    )
    missing = rng.sample(CENTRE_TYPES, 1) if rng.random() < 0.3 else []
    centres = tuple(t for t in CENTRE_TYPES if t not in missing)
    return Group(code, name, pilot, hospitals, centres, rng.uniform(0.24, 0.45), rng.uniform(0.18, 0.34))


def uscc(adcode: str, serial: int) -> str:
    """A code with a right check digit (GB 32100-2015: weights 3^i mod 31) in a range that no institution has."""
    body = f"12{adcode}9{serial:08d}"
    total = sum(USCC_CHARS.index(c) * pow(3, i, 31) for i, c in enumerate(body))
    return body + USCC_CHARS[-total % 31]

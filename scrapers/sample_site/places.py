"""The pilots, and the sample platform that each belongs to: places.csv.

Goes out: `Place`, `PLATFORMS`. The list of pilots is the one in the warehouse's seed; a test holds the two together.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PLATFORMS = ("north", "south", "west")


@dataclass(frozen=True, slots=True)
class Place:
    seq: int
    province: str
    city: str
    adcode: str
    platform: str

    @property
    def is_district(self) -> bool:
        """Is the pilot a district of a municipality, not a whole prefecture?"""
        return self.adcode[:2] in ("11", "12", "31", "50")


@cache
def pilots() -> tuple[Place, ...]:
    """All 81, in the order of the list."""
    with (Path(__file__).parent / "places.csv").open(encoding="utf-8", newline="") as file:
        return tuple(Place(int(row.pop("seq")), **row) for row in csv.DictReader(file))

"""The feed platforms' files: clean records and the dirt among them, as NDJSON with manifests and a listing.

Comes in: the sample world. Goes out: `FeedFile`, the dirt by file and line. Files are made when first asked for and
kept. Never here: HTTP.

    YYYYMMDD_<source_system>_<record_type>_<seq>.ndjson[.gz]   masters plain and once, a day's activity compressed;
                                                               seq 002 brings corrections of the days before
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from scrapers.sample_site.activity import DAILY, MASTERS, produced_at, records, source_system
from scrapers.sample_site.dirt import DAYS_NEEDED, Fate, Spoiled, spoil, to_line
from scrapers.sample_site.institutions import Group
from scrapers.sample_site.places import PLATFORMS

LAST_DAY = date(2026, 9, 14)
MANIFEST_ENDING = ".manifest.json"
SILENT_EVERY = 25  # on one day one group in so many sends nothing: not reported, never zero


@dataclass(frozen=True, slots=True)
class FeedFile:
    """One published file. `manifest` is what stands in the file beside it."""

    source_id: str
    name: str
    record_type: str
    data: bytes
    manifest: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Dirt:
    """What is wrong with one line (from 1) of a file, or with the whole file where `line` is None."""

    source_id: str
    file: str
    line: int | None
    kind: str
    rule: str | None
    fate: Fate | None


def source_id(platform: str) -> str:
    return f"sample_feed_{platform}"


def event_days(count: int) -> list[date]:
    """That many days in a row, up to LAST_DAY."""
    return [LAST_DAY - timedelta(days=n) for n in reversed(range(count))]


class Platform:
    """One feed platform and everything that it publishes."""

    def __init__(self, seed: int, name: str, groups: Sequence[Group], days: Sequence[date]) -> None:
        self.seed, self.name, self.days = seed, name, days
        self.source_id = source_id(name)
        self.groups = [g for g in groups if g.place.platform == name]
        self.dirt: list[Dirt] = []
        self._spoiled = self._spoil(groups)
        self.files = {file.name: file for file in self._make()} if self.groups else {}

    def index(self) -> bytes:
        """The listing: every manifest, with the name of the file that it stands in."""
        listed = [{"manifest": file.name + MANIFEST_ENDING, **file.manifest} for file in self.files.values()]
        content = {"title": f"示例数据:{self.source_id}", "manifests": listed}
        return json.dumps(content, ensure_ascii=False, indent=1).encode()

    def _spoil(self, groups: Sequence[Group]) -> dict[tuple[str, bool], list[Spoiled]]:
        at_work = [p for p in PLATFORMS if any(g.place.platform == p for g in groups)]
        found: dict[tuple[str, bool], list[Spoiled]] = defaultdict(list)
        if self.name in at_work:
            others = [g for g in groups if g.place.platform != self.name]
            share = (at_work.index(self.name), len(at_work))
            for spoiled in spoil(self.seed, self.groups, others, self.days, share):
                found[spoiled.record_type, spoiled.is_late].append(spoiled)
        return found

    def _make(self) -> Iterator[FeedFile]:
        for record_type in MASTERS:
            lines = self._lines(record_type, self.days[0])
            yield self._file(record_type, self.days[0], 1, lines, (self.days[0], self.days[0]))
        for day in self.days:
            for record_type in DAILY:
                yield from self._daily(record_type, day)

    def _daily(self, record_type: str, day: date) -> Iterator[FeedFile]:
        is_dirty = len(self.days) >= DAYS_NEEDED and day == self.days[-2]
        fault = self._whole_file(record_type, day)
        if fault == "missing_file":
            self.dirt.append(Dirt(self.source_id, self._name(record_type, day, 1), None, fault, None, None))
            return
        spoiled = self._spoiled[record_type, False] if is_dirty else []
        lines = [] if fault == "zero_rows" else self._lines(record_type, day)
        yield self._file(record_type, day, 1, lines, (day, day), spoiled)
        if fault:
            self.dirt.append(Dirt(self.source_id, self._name(record_type, day, 1), None, fault, None, None))
        late = self._spoiled[record_type, True] if is_dirty else []
        if late:
            yield self._file(record_type, day, 2, [], (self.days[-3], day), late)

    def _whole_file(self, record_type: str, day: date) -> str | None:
        """A file without a row says "no activity"; a file that does not come says nothing."""
        nth = self.days.index(day) - len(self.days)
        if (self.name, record_type, nth) == ("south", "recognition_activity", -9):
            return "zero_rows"
        return "missing_file" if (self.name, record_type, nth) == ("west", "capacity", -5) else None

    def _lines(self, record_type: str, day: date) -> list[str]:
        is_thin = len(self.days) > 5 and day == self.days[-6] and record_type in DAILY
        groups = [g for n, g in enumerate(self.groups) if not (is_thin and n % SILENT_EVERY == 7)]
        return [to_line(r) for group in groups for r in records(self.seed, group, record_type, day)]

    def _file(
        self,
        record_type: str,
        day: date,
        seq: int,
        lines: list[str],
        period: tuple[date, date],
        spoiled: Sequence[Spoiled] = (),
    ) -> FeedFile:
        name = self._name(record_type, day, seq)
        for number, bad in enumerate(spoiled, len(lines) + 1):
            self.dirt.append(Dirt(self.source_id, name, number, bad.kind, bad.rule, bad.fate))
        lines = [*lines, *(bad.line for bad in spoiled)]
        text = "".join(f"{line}\n" for line in lines).encode()
        data = gzip.compress(text, compresslevel=6, mtime=0) if name.endswith(".gz") else text
        manifest = {
            "file": name,
            "sha256": hashlib.sha256(data).hexdigest(),
            "rows": len(lines),
            "produced_at": produced_at(day),
            "period_from": period[0].isoformat(),
            "period_to": period[1].isoformat(),
        }
        return FeedFile(self.source_id, name, record_type, data, manifest)

    def _name(self, record_type: str, day: date, seq: int) -> str:
        ending = "ndjson" if record_type in MASTERS else "ndjson.gz"
        return f"{day:%Y%m%d}_{source_system(self.name)}_{record_type}_{seq:03d}.{ending}"


def manifest_bytes(file: FeedFile) -> bytes:
    return json.dumps(file.manifest, indent=1).encode()

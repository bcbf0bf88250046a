"""The sidecar of a feed file: what its sender promises of it.

Comes in: the bytes of `<file>.manifest.json`, or of a listing with the key `manifests`. Goes out: `Manifest`s. A file
that is not what its manifest says is refused whole (MANIFEST-sha256, -rows, -period). Never here: fetching, addresses.

    {"file": "20261120_platform_centre_activity_001.ndjson.gz", "sha256": "<64 hex>", "rows": 1200,
     "produced_at": "2026-11-20T23:30:00+08:00", "period_from": "2026-11-20", "period_to": "2026-11-20",
     "backfill": false}

Only sha256 must be there. `rows` counts records: neither blank lines nor headings and totals. `period_from` to
`period_to` holds every business day of the file but those of master data. `backfill` allows records whose day lies
more than contracts.BACKFILL_DAYS before they were made. A file without a row and with a manifest says "no activity".
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

ENDING = ".manifest.json"
MAX_BYTES = 64 * 1024**2


@dataclass(frozen=True, slots=True)
class Manifest:
    """One promise; what a sender leaves out is None."""

    sha256: str
    file: str | None = None
    rows: int | None = None
    produced_at: str | None = None
    period_from: str | None = None
    period_to: str | None = None
    backfill: bool = False


def read_all(data: bytes) -> list[Manifest]:
    """Every manifest in a document; what is none is passed over."""
    try:
        content = json.loads(data.removeprefix(b"\xef\xbb\xbf"))
    except (ValueError, RecursionError):
        return []
    items = content.get("manifests", [content]) if isinstance(content, dict) else content
    return [m for item in (items if isinstance(items, list) else []) if (m := _manifest(item)) is not None]


def beside(file: Path) -> Manifest | None:
    """The manifest that lies beside a file: of `a.csv` in a.csv.manifest.json or a.manifest.json."""
    stem = re.sub(r"(\.[A-Za-z]+){1,2}$", "", file.name)
    for name in (file.name + ENDING, stem + ENDING):
        side = file.with_name(name)
        if side != file and side.is_file() and side.stat().st_size <= MAX_BYTES:
            found = read_all(side.read_bytes())
            return next((m for m in found if m.file in (None, file.name)), None)
    return None


def _manifest(item: Any) -> Manifest | None:
    sha256 = item.get("sha256") if isinstance(item, Mapping) else None
    if not isinstance(sha256, str) or not re.fullmatch(r"[0-9a-fA-F]{64}", sha256):
        return None
    rows = item.get("rows")
    file = item.get("file")
    return Manifest(
        sha256=sha256.lower(),
        file=file.rpartition("/")[2] if isinstance(file, str) else None,
        rows=rows if isinstance(rows, int) and not isinstance(rows, bool) else None,
        produced_at=item["produced_at"] if isinstance(item.get("produced_at"), str) else None,
        period_from=_day(item.get("period_from")),
        period_to=_day(item.get("period_to")),
        backfill=item.get("backfill") is True,
    )


def _day(value: Any) -> str | None:
    try:
        return date.fromisoformat(value).isoformat()
    except (TypeError, ValueError):
        return None

"""What senders promise of their files: archived manifests → ops.manifest → the promise that goes with a file.

Comes in: the capture log as ops.capture, and the archive. Goes out: ops.manifest, each manifest read once, whether it
came as a sidecar or inside a listing. Never here: holding a file to its promise (that is the door's).
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import pyarrow as pa

from scrapers.archive import archive_path
from scrapers.feeds import manifest
from scrapers.feeds.manifest import Manifest
from warehouse.database import Connection

DDL = """
create table if not exists ops.manifest (
    source_id varchar, file varchar, sha256 varchar, rows bigint, produced_at varchar, period_from date,
    period_to date, backfill boolean, received_at timestamp, primary key (source_id, file, sha256));
create table if not exists ops.manifest_read (capture_id varchar primary key);
"""


def project(con: Connection, home: Path) -> int:
    """Read every manifest archived since the last time into ops.manifest. Returns how many were read."""
    captures = con.execute(
        """
        select capture_id, source_id, sha256, finished_at from ops.capture
        where kind = 'feed' and role in ('manifest', 'discovery') and sha256 is not null
        and capture_id not in (select capture_id from ops.manifest_read)
        order by finished_at, capture_id
        """
    ).fetchall()
    found: dict[tuple[str, str, str], dict[str, Any]] = {}
    for _, source_id, sha256, at in captures:
        path = archive_path(home, sha256)
        if path.exists() and path.stat().st_size <= manifest.MAX_BYTES:
            for promise in manifest.read_all(path.read_bytes()):
                row = {**asdict(promise), "source_id": source_id, "file": promise.file or "", "received_at": at}
                found.setdefault((source_id, row["file"], promise.sha256), row)
    if found:
        con.register("manifest_batch", pa.Table.from_pylist(list(found.values()), schema=_MANIFESTS))
        con.execute(
            "insert or ignore into ops.manifest by name "
            "select * replace (cast(period_from as date) as period_from, cast(period_to as date) as period_to) "
            "from manifest_batch"
        )
        con.unregister("manifest_batch")
    if captures:
        con.executemany("insert into ops.manifest_read values (?)", [[capture[0]] for capture in captures])
    return len(found)


_MANIFESTS = pa.schema(
    [
        ("source_id", pa.string()),
        ("sha256", pa.string()),
        ("file", pa.string()),
        ("rows", pa.int64()),
        ("produced_at", pa.string()),
        ("period_from", pa.string()),
        ("period_to", pa.string()),
        ("backfill", pa.bool_()),
        ("received_at", pa.timestamp("us")),
    ]
)


class Manifests:
    """The promise that goes with a file: the one with its sha256 and name, else with its sha256, else with its name.

    Files without a row are all the same bytes, and yet have a promise each.
    """

    def __init__(self, con: Connection) -> None:
        rows = con.execute(
            "select source_id, sha256, file, rows, produced_at, period_from::varchar, period_to::varchar, backfill "
            "from ops.manifest order by received_at, produced_at nulls first, sha256"
        ).fetchall()
        self._by_sha = {(row[0], row[1]): Manifest(*row[1:]) for row in rows}
        self._by_name = {(row[0], row[2]): Manifest(*row[1:]) for row in rows if row[2]}
        self._by_both = {row[:3]: Manifest(*row[1:]) for row in rows}

    def of(self, source_id: str, sha256: str, filename: str) -> Manifest | None:
        by_sha = self._by_both.get((source_id, sha256, filename)) or self._by_sha.get((source_id, sha256))
        return by_sha or self._by_name.get((source_id, filename))

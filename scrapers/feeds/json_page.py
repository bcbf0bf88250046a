"""One page of a REST answer → the records in it as lines of NDJSON.

Comes in: a file that holds one JSON document: a list of records, or an object that holds one such list (`records`,
`data.list`, whatever the vendor calls it). Goes out: the records, of which the nth is line n. Never here: judging a
record, or paging (discover/feed_query.py asks for the pages).

Only a file whose head names no record before its first list is looked at, so that NDJSON costs nothing more.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson

from scrapers.feeds import ndjson

MAX_BYTES = 64 * 1024**2
DEPTH = 4
_HEAD = 4096


class NoRecords(ValueError):
    """The document holds no list of records, or more than one."""


def lines(path: Path) -> list[bytes] | None:
    """The records of a page; None where the file is no page."""
    if path.stat().st_size > MAX_BYTES:
        return None
    with path.open("rb") as file:
        head = file.read(_HEAD).removeprefix(ndjson.BOM).lstrip()
    if head[:1] not in (b"{", b"[") or b'"record_type"' in head.partition(b"[")[0]:
        return None
    try:
        found = records(path.read_bytes())
    except ValueError:
        return None  # the door says of each line what is wrong with it
    return [orjson.dumps(record) for record in found]


def records(data: bytes) -> list[dict[str, Any]]:
    """The one list of objects in a JSON document. Raises ValueError (NoRecords where it is JSON)."""
    content = orjson.loads(data.removeprefix(ndjson.BOM))
    if isinstance(content, dict) and "record_type" in content:
        raise NoRecords("a single record, not a page")
    lists = [content] if isinstance(content, list) else list(_lists(content, DEPTH))
    if len(lists) != 1:
        raise NoRecords(f"{len(lists)} lists in the answer, one was due")
    if not all(isinstance(item, dict) for item in lists[0]):
        raise NoRecords("the list holds something other than records")
    found: list[dict[str, Any]] = lists[0]
    return found


def _lists(content: Any, depth: int) -> Any:
    if not isinstance(content, dict) or depth < 1:
        return
    for value in content.values():
        if isinstance(value, list):
            yield value
        else:
            yield from _lists(value, depth - 1)

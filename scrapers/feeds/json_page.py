"""One page of a REST answer → the records in it as lines of NDJSON.

Comes in: a file that holds one JSON document: a list of records, or an object that holds one such list (`records`,
`data.list`, whatever the vendor calls it). Goes out: the records, of which the nth is line n. Never here: judging a
record, or paging (discover/feed_query.py asks for the pages).

Only a file whose head names no record before its first list is looked at, so that NDJSON costs nothing more. A key that
stands twice in a record stays twice in its line, so that the door refuses it; around the records it is no page.
"""

from __future__ import annotations

import json
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
        return [_dumped(record) for record in found]
    except (ValueError, TypeError):  # TypeError: a number that no 64 bits hold
        return None  # the door says of each line what is wrong with it


def records(data: bytes) -> list[dict[str, Any]]:
    """The one list of objects in a JSON document. Raises ValueError (NoRecords where it is JSON)."""
    content = _parsed(data.removeprefix(ndjson.BOM))
    if isinstance(content, dict) and "record_type" in content:
        raise NoRecords("a single record, not a page")
    lists = [content] if isinstance(content, list) else list(_lists(content, DEPTH))
    if len(lists) != 1:
        raise NoRecords(f"{len(lists)} lists in the answer, one was due")
    if not all(isinstance(item, dict) for item in lists[0]):
        raise NoRecords("the list holds something other than records")
    found: list[dict[str, Any]] = lists[0]
    return found


class _Doubled(dict[str, Any]):
    """An object in which a key stands more than once."""

    def __init__(self, members: list[tuple[str, Any]]) -> None:
        super().__init__(members)
        self.members = members


def _parsed(data: bytes) -> Any:
    """The document. orjson is the strict reader, but keeps the last of two equal keys and does not say so."""
    content = orjson.loads(data)
    doubled = False

    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal doubled
        found = dict(pairs)
        if len(found) == len(pairs):
            return found
        doubled = True
        return _Doubled(pairs)

    try:
        with_doubles = json.loads(data, object_pairs_hook=members)
    except RecursionError:
        raise NoRecords("nested too deep") from None
    return with_doubles if doubled else content


def _as_written(value: Any) -> orjson.Fragment:
    """An object with every key that it was sent with."""
    if not isinstance(value, _Doubled):
        raise TypeError(f"no JSON: {type(value).__name__}")
    said = (orjson.dumps(key) + b":" + _dumped(inner) for key, inner in value.members)
    return orjson.Fragment(b"{" + b",".join(said) + b"}")


def _dumped(value: Any) -> bytes:
    return orjson.dumps(value, _as_written, orjson.OPT_PASSTHROUGH_SUBCLASS)


def _lists(content: Any, depth: int) -> Any:
    if isinstance(content, _Doubled):
        raise NoRecords("a key stands twice around the records")
    if not isinstance(content, dict) or depth < 1:
        return
    for value in content.values():
        if isinstance(value, list):
            yield value
        else:
            yield from _lists(value, depth - 1)

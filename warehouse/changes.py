"""The captures of a notice in raw → what its text changed from and to, sentence by sentence, in raw.notice_change.

Comes in: raw.notice and the notices of the batch that was just loaded. Goes out: one row a change of text: the
captures on both sides, both hashes, and the differing sentences in the form of a unified diff without context.
Never here: a change of the page around the text (navigation, footer); it is none.

The rows of a notice are made anew from all its captures whenever one of them is loaded, so they depend on raw alone:
the order of loading, a replay and a full refresh give the same. A page that could not be read, or that was blocked,
says nothing about the text and is left out.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from itertools import groupby, pairwise
from typing import Any

import pyarrow as pa

from warehouse.database import Connection

SCHEMA = pa.schema(
    [
        ("notice_id", pa.string()),
        ("change_no", pa.int64()),  # 1.. in the order of the captures
        ("from_capture_id", pa.string()),
        ("capture_id", pa.string()),
        ("from_norm_sha256", pa.string()),
        ("norm_sha256", pa.string()),
        ("fetched_at", pa.string()),
        ("removed_count", pa.int64()),  # sentences; the title counts as one
        ("added_count", pa.int64()),
        ("text_diff", pa.string()),
    ]
)

_SENTENCE = re.compile(r"[^。！？；\n]*[。！？；]?")
_CAPTURES = """
    select notice_id, capture_id, content_sha256, norm_sha256, fetched_at, title, body
    from raw.notice
    where not is_blocked and coalesce(flags, '') not like '%"parse_error"%'
        and notice_id in (select notice_id from raw.notice where capture_id in (from batch_capture))
        and notice_id in (select notice_id from raw.notice group by notice_id having count(distinct norm_sha256) > 1)
    order by notice_id, fetched_at, capture_id
"""


def remake(con: Connection) -> None:
    """Make the rows of every notice of the batch (temp table batch_capture) anew. Runs in the load's transaction."""
    con.execute(
        "delete from raw.notice_change where notice_id in "
        "(select notice_id from raw.notice where capture_id in (from batch_capture))"
    )
    rows = list(_changes(con))
    if rows:
        con.register("change_batch", pa.Table.from_pylist(rows, schema=SCHEMA))
        con.execute("insert into raw.notice_change by name select * from change_batch")
        con.unregister("change_batch")


def _changes(con: Connection) -> Iterator[dict[str, Any]]:
    found = con.execute(_CAPTURES)
    names = [column[0] for column in found.description or []]
    captures = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    for notice_id, group in groupby(captures, key=lambda capture: capture["notice_id"]):
        changes = [(old, new) for old, new in pairwise(group) if _differ(old, new)]
        for number, (old, new) in enumerate(changes, 1):
            removed, added, text = diff(_text(old), _text(new))
            yield {
                "notice_id": notice_id,
                "change_no": number,
                "from_capture_id": old["capture_id"],
                "capture_id": new["capture_id"],
                "from_norm_sha256": old["norm_sha256"],
                "norm_sha256": new["norm_sha256"],
                "fetched_at": new["fetched_at"],
                "removed_count": removed,
                "added_count": added,
                "text_diff": text,
            }


def _differ(old: dict[str, Any], new: dict[str, Any]) -> bool:
    """Other text from other bytes; the same bytes read by two parsers are no change of the notice."""
    return all(old[column] != new[column] for column in ("norm_sha256", "content_sha256"))


def _text(capture: dict[str, Any]) -> str:
    return f"{capture['title'] or ''}\n{capture['body'] or ''}"


def diff(old: str, new: str) -> tuple[int, int, str]:
    """Sentences removed and added, and the hunks: `@@ -2 +2 @@`, then `-` and `+` lines, as `diff -U0` writes them."""
    before, after = _sentences(old), _sentences(new)
    lines = list(difflib.unified_diff(before, after, n=0, lineterm=""))[2:]  # without the file names
    removed, added = (sum(line.startswith(sign) for line in lines) for sign in "-+")
    return removed, added, "\n".join(lines)


def _sentences(text: str) -> list[str]:
    """The sentences of a text without white space, which no hash of a text counts either."""
    return [sentence for part in _SENTENCE.findall(text) if (sentence := "".join(part.split()))]

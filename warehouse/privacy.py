"""The wall: no person's data enters the archive. By field, before the archive (PIPL art. 28, SPEC 0.9).

Comes in: a held feed file. Goes out: None, or a Refusal with rule, field and line, never a value. Keys, hashes,
organisation and region codes, dates and counts are held to their own pattern (a mobile-number expression hits 0.3 % of
honest SHA-256 keys); free text, display names and ids are searched. Notices are public pages and pass.

A cheap search over the raw lines finds candidates; only those are read as JSON and searched field by field.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from scrapers import contracts
from scrapers.archive import Refusal
from scrapers.contracts import Field
from scrapers.feeds import ndjson
from scrapers.registry import Source

MOBILE = re.compile(r"(?<![0-9A-Za-z])(?:\+?86[- ]?)?(1[3-9]\d{9})(?![0-9A-Za-z])")
ID18 = re.compile(r"(?<![0-9A-Za-z])([1-9]\d{5})((?:18|19|20)\d{6})(\d{3}[\dXx])(?![0-9A-Za-z])")
ID15 = re.compile(r"(?<![0-9A-Za-z])([1-9]\d{5})(\d{6})(\d{3})(?![0-9A-Za-z])")
PERSON = re.compile(r"(?:患者|病人|姓名|家属|联系人)\s*[::是为]?\s*[\u4e00-\u9fff]{2,4}|(?:住院号|门诊号|就诊卡|检查号|病历号|条码)")
# One pass over the raw bytes: digits that stand alone, and words that go with a person. A line that it does not hit can
# hold none of the above; escapes (\\u0031…) could hide one, so a backslash makes a candidate too.
CANDIDATE = re.compile(
    rb"(?<![0-9A-Za-z])(?:1[3-9]\d{9}|861[3-9]\d{9}|[1-9]\d{14}|[1-9]\d{16}[\dXx])(?![0-9A-Za-z])|\\|"
    + "患者|病人|姓名|家属|联系人|住院号|门诊号|就诊卡|检查号|病历号|条码".encode()
)
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK = "10X98765432"
PERSON_FIELDS = re.compile(r"patient|id_?card|identity|mobile|phone|姓名|身份证|手机|birth|address", re.IGNORECASE)


def wall(path: Path, source: Source) -> Refusal | None:
    """Why this file must not enter, or None."""
    if source.kind != "feed":
        return None
    try:
        data = ndjson.content(path)
    except ndjson.Unreadable:
        return None  # the door refuses it whole; nothing in it can be read
    if not CANDIDATE.search(data):
        return None
    fields = _fields()
    for number, line in enumerate(data.split(b"\n"), 1):
        if CANDIDATE.search(line) and (found := _search_line(line, fields)):
            return Refusal(found[0], found[1], number)
    return None


def _search_line(line: bytes, fields: dict[str, Field]) -> tuple[str, str | None] | None:
    """Rule and field of the first hit in one line; a line that is no JSON is searched as text."""
    text = line.decode(errors="replace")
    try:
        record = json.loads(text.strip("\ufeff \t\r"))
    except (json.JSONDecodeError, RecursionError):
        rule = find(text)
        return (rule, None) if rule else None
    for path, value in _leaves(record, ""):
        field = fields.get(path)
        if field is not None and field.scan == "none" and _keeps_pattern(field, value):
            continue
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        rule = find(text, identity_only=field is not None and field.scan == "identity")
        if rule:
            return rule, path if field is not None or PERSON_FIELDS.search(path) else _known_part(path, fields)
    return None


def find(text: str, *, identity_only: bool = False) -> str | None:
    """The rule that a text breaks, or None: PII-id-number, PII-mobile, PII-person."""
    if any(_is_id18(m) for m in ID18.finditer(text)) or any(_is_id15(m) for m in ID15.finditer(text)):
        return "PII-id-number"
    if identity_only:
        return None
    if MOBILE.search(text):
        return "PII-mobile"
    return "PII-person" if PERSON.search(text) else None


def _is_id18(match: re.Match[str]) -> bool:
    number = match[0].upper()
    total = sum(int(c) * w for c, w in zip(number[:17], WEIGHTS, strict=True))
    return _is_date(match[2]) and CHECK[total % 11] == number[17]


def _is_id15(match: re.Match[str]) -> bool:
    return _is_date("19" + match[2])


def _is_date(digits: str) -> bool:
    try:
        date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    return True


def _keeps_pattern(field: Field, value: Any) -> bool:
    """Is a field that is not searched what it says it is? If not, it is searched after all."""
    if value is None or isinstance(value, bool):
        return True
    if isinstance(value, int | float):
        return field.type in ("integer", "number")
    if field.pattern:
        return re.fullmatch(field.pattern.strip("^$"), value) is not None
    if field.enum:
        return value in field.enum
    return field.type in ("date", "timestamp") and re.fullmatch(r"[0-9T:.+Z-]{8,40}", value) is not None


def _leaves(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, member in value.items():
            inner = f"{path}.{key}" if path else key
            if find(key):  # a value hidden in a field's name
                yield "?", key
            yield from _leaves(member, inner)
    elif isinstance(value, list):
        for member in value:
            yield from _leaves(member, path)
    else:
        yield path, value


def _known_part(path: str, fields: dict[str, Field]) -> str:
    """An unknown field's name could itself be a value: name only the known field around it."""
    known = {p.rsplit(".", 1)[0] for p in fields if "." in p} | set(fields)
    while path and path not in known:
        path = path.rpartition(".")[0]
    return f"{path}.?" if path else "?"


def _fields() -> dict[str, Field]:
    """Every field of the envelope and of every contract by path. Where two contracts differ, the stricter counts."""
    strictness = {"none": 0, "identity": 1, "all": 2}
    found: dict[str, Field] = {}
    every = [*contracts.envelope().fields, *(f for c in contracts.load().values() for f in c.fields)]
    for field in (leaf for f in every for leaf in f.leaves()):
        if field.path not in found or strictness[field.scan] > strictness[found[field.path].scan]:
            found[field.path] = field
    return found

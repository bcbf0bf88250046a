"""The wall: no person's data enters the archive. By field, before the archive (PIPL art. 28, SPEC 0.9 and C.7).

Comes in: a held feed file. Goes out: None, or a Refusal with rule, field and line. Never here: a value in a refusal,
a log or an error. Notices are public pages and pass.

Keys, hashes, organisation and region codes, dates and counts are held to their own pattern and not searched (a
mobile-number expression hits 0.3 % of honest SHA-256 keys); one that breaks its pattern is searched after all. Free
text, display names, ids and every field that no contract knows are searched. A cheap expression over the lines finds
candidates; only those are read as JSON and searched field by field.

Rules: PII-id-number, PII-mobile, PII-person (a name or number beside a word that goes with a person), PII-field (a
field that holds a person's data, by its name).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import yaml

from scrapers import contracts, feeds
from scrapers.archive import Refusal
from scrapers.contracts import Contract, Field
from scrapers.feeds import ndjson
from scrapers.registry import Source

WORDS: Mapping[str, Any] = yaml.safe_load(Path(__file__).with_suffix(".yml").read_text(encoding="utf-8"))

DATE = r"(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
MOBILE = re.compile(r"(?<!\d)(?:86[ -]?)?1[3-9]\d(?:[ -]?\d{4}){2}(?!\d)")
ID18 = re.compile(rf"(?<!\d)([1-9]\d{{5}})((?:18|19|20)\d\d{DATE})(\d{{3}}[\dXx])(?![0-9A-Za-z])")
ID15 = re.compile(rf"(?<!\d)([1-9]\d{{5}})(\d\d{DATE})(\d{{3}})(?!\d)")
HASH = re.compile(r"(?=[0-9]*[a-f])[0-9a-f]{12,}|(?=[0-9]*[A-F])[0-9A-F]{12,}")  # a whole token; digits alone are none
TOKEN = re.compile(r"(?i:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})|[0-9A-Za-z]+")  # a UUID, or what dashes divide
PROVINCES = frozenset(
    map(str, (*range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47), *range(50, 55), *range(61, 66)))
)
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_DIGITS = "10X98765432"
WIDE_DIGITS = str.maketrans("０１２３４５６７８９Ｘｘ", "0123456789Xx")


def wall(path: Path, source: Source) -> Refusal | None:
    """Why this file must not enter, or None. A feed file that cannot be read cannot be searched, and does not enter."""
    if source.kind != "feed":
        return None
    try:
        return _told(next(search(path, source), None), path)
    except ndjson.Unreadable as unreadable:
        return Refusal(unreadable.rule)


def search(path: Path, source: Source | None = None) -> Iterator[Refusal]:
    """Every hit in a feed file, the first of each line, in order. Raises ndjson.Unreadable.

    Of a table every cell is searched; the line is the row, with feeds.SHEET for each sheet of a workbook before its own
    (hidden ones count), and 0 where it is no cell (a comment, a property).
    """
    for part in feeds.searched(path, source=source):
        table = part.table()
        is_candidate = pc.or_(pc.is_null(table["text"]), pc.match_substring_regex(table["text"], _candidate()))
        for number in table["line_no"].filter(pc.fill_null(is_candidate, True)).to_pylist():
            if found := _search_line(part.line(number)):
                yield Refusal(found[0], found[1], number)


def _told(hit: Refusal | None, path: Path) -> Refusal | None:
    """A hit in a workbook with its row as the line, and the sheet in its field where it is not the first."""
    if hit is None or hit.line is None or feeds.format_of(path, path.name) != "xlsx":
        return hit
    nth, row = feeds.place_of(hit.line)
    return Refusal(hit.rule, f"sheet {nth + 1}: {hit.field}" if nth else hit.field, row)


def find(text: str, *, identity_only: bool = False) -> str | None:
    """The rule that a text breaks, or None."""
    text = text.translate(WIDE_DIGITS)
    bare = TOKEN.sub(lambda token: " " if "-" in token[0] or HASH.fullmatch(token[0]) else token[0], text)
    if any(map(_is_id18, ID18.finditer(bare))) or any(map(_is_id15, ID15.finditer(bare))):
        return "PII-id-number"
    if identity_only:
        return None
    if MOBILE.search(bare):
        return "PII-mobile"
    return "PII-person" if _names_person(text) else None


# ---- candidates


@cache
def _candidate() -> str:
    """One RE2 expression that hits every line that `_search_line` could refuse; it may hit others.

    Digits may hide behind an escape (\\u0031) or be full-width; words may be written as escapes.
    """
    fields = {*WORDS["person_fields"].split()} - _known_names()
    words = {*WORDS["person_words"], *WORDS["number_words"], *WORDS["person_field_words"]}
    escaped = {"".join(f"\\\\u(?i:{ord(c):04x})" for c in word) for word in words}
    parts = [
        r"(?:^|[^0-9])(?:86[ -]?)?1[3-9][0-9](?:[ -]?[0-9]{4}){2}(?:[^0-9]|$)",
        rf"[1-9][0-9]{{5}}(?:18|19|20)[0-9][0-9]{DATE}[0-9]{{3}}[0-9Xx]",
        rf"(?:^|[^0-9])[1-9][0-9]{{7}}{DATE}[0-9]{{3}}(?:[^0-9]|$)",
        r"\\u00[2-7]",
        r"\\u(?i:ff[12])",
        "[０-９]",
        *sorted(words | escaped),
        f'(?i:"[a-z_]*(?:{"|".join(sorted(fields))})"[ \\t]*:)',
    ]
    return "|".join(parts)


# ---- one line


def _search_line(line: bytes) -> tuple[str, str | None] | None:
    """Rule and field of the first hit in one line; a line that is no JSON object is searched as text."""
    text = line.decode(errors="replace").strip("\ufeff \t\r")
    try:
        record = json.loads(text, object_pairs_hook=_Members)
    except (ValueError, RecursionError):
        record = None
    if not isinstance(record, _Members):
        return (rule, None) if (rule := find(text)) else None
    named = [value for name, value in record if name == "record_type"]
    fields = _fields(named[0] if named and isinstance(named[0], str) else "")
    for path, value, is_named in _leaves(record, "", fields):
        if rule := _judged(fields.get(path), value, is_named):
            return rule, path
    return None


class _Members(list[tuple[str, Any]]):
    """The members of an object as they stand: of duplicate keys each is searched."""


def _judged(field: Field | None, value: Any, is_name: bool) -> str | None:
    if is_name:  # the name of a field that no contract knows
        return "PII-field" if _is_person_field(str(value)) else find(str(value))
    if field is not None and field.scan == "none" and _keeps_pattern(field, value):
        return None
    if value is None or isinstance(value, bool):
        return None
    text = value if isinstance(value, str) else json.dumps(value)
    return find(text, identity_only=field is not None and field.scan == "identity")


def _leaves(value: Any, path: str, fields: Mapping[str, Field]) -> Iterator[tuple[str, Any, bool]]:
    """(path, value, False) of every leaf, and (path, name, True) of every field that no contract knows."""
    if isinstance(value, _Members):
        for name, member in value:
            inner = f"{path}.{name}" if path else name
            if inner in fields:
                yield from _leaves(member, inner, fields)
                continue
            place = f"{path}.?" if path else "?"  # its name could itself be a value
            told = inner if _is_person_field(name) else place
            yield told, name, True
            yield from ((place, leaf, is_name) for _, leaf, is_name in _leaves(member, place, fields))
    elif isinstance(value, list):
        for member in value:
            yield from _leaves(member, path, fields)
    else:
        yield path, value, False


def _keeps_pattern(field: Field, value: Any) -> bool:
    """Is a field that is not searched what it says it is?"""
    if isinstance(value, int | float):
        return field.type in ("integer", "number")
    if not isinstance(value, str):
        return value is None
    if field.pattern:
        return re.fullmatch(field.pattern, value) is not None
    if field.enum:
        return value in field.enum
    return field.type in ("date", "timestamp") and re.fullmatch(r"[0-9T:.+Z -]{8,40}", value) is not None


def _is_person_field(name: str) -> bool:
    lower = name.lower()
    return lower in _person_fields() or any(word in name for word in WORDS["person_field_words"])


# ---- what contracts know


@cache
def _fields(record_type: str) -> Mapping[str, Field]:
    """Every field of a record by path, objects too. Of an unknown type, the envelope and every payload's fields."""
    every = contracts.load()
    chosen = [every[record_type]] if record_type in every else list(every.values())
    found: dict[str, Field] = {}
    for field in (*contracts.envelope().fields, *(field for contract in chosen for field in contract.fields)):
        for inner in _with_members(field):
            found.setdefault(inner.path, inner)
    return found


def _with_members(field: Field) -> Iterator[Field]:
    yield field
    for member in field.fields:
        yield from _with_members(member)


@cache
def _known_names() -> frozenset[str]:
    every: list[Contract] = list(contracts.load().values())
    fields = [*contracts.envelope().fields, *(field for contract in every for field in contract.fields)]
    return frozenset(inner.name for field in fields for inner in _with_members(field))


@cache
def _person_fields() -> frozenset[str]:
    return frozenset(WORDS["person_fields"].split())


# ---- what is personal data


def _is_id18(match: re.Match[str]) -> bool:
    """Province, a date, and the check digit of GB 11643 (ISO 7064 mod 11-2)."""
    number = match[0].upper()
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], WEIGHTS, strict=True))
    return number[:2] in PROVINCES and _is_date(match[2]) and CHECK_DIGITS[total % 11] == number[17]


def _is_id15(match: re.Match[str]) -> bool:
    """Of the cards before 1999: province, a date of the 20th century, no check digit."""
    return match[0][:2] in PROVINCES and _is_date("19" + match[2])


def _is_date(digits: str) -> bool:
    try:
        date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    return True


def _names_person(text: str) -> bool:
    not_names = tuple(WORDS["not_names"].split())
    if any(not match["name"].startswith(not_names) for match in _person().finditer(text)):
        return True
    return _number().search(text) is not None


@cache
def _person() -> re.Pattern[str]:
    """A person word, then a surname with one or two more characters that end where the word ends."""
    surnames = "".join(WORDS["surnames"].split())
    between = "".join(map(re.escape, WORDS["between"]))
    return re.compile(
        rf"(?:{'|'.join(WORDS['person_words'])})[{between}]*(?P<name>[{surnames}](?:[某*×]+|[\u4e00-\u9fff]{{1,2}}))"
        r"(?![\u4e00-\u9fff])"
    )


@cache
def _number() -> re.Pattern[str]:
    between = "".join(map(re.escape, WORDS["between"]))
    return re.compile(rf"(?:{'|'.join(WORDS['number_words'])})[号码{between}]*[0-9A-Za-z]*\d{{4,}}")

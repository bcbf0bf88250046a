"""The wall: no person's data enters the archive. By field, before the archive (PIPL art. 28, SPEC 0.9 and C.7).

Comes in: a held feed file. Goes out: None, or a Refusal with rule, field and line. Never here: a value in a refusal,
a log or an error. Notices are public pages and pass.

Keys, hashes, organisation and region codes, dates and counts are held to their own pattern and not searched (a
mobile-number expression hits 0.3 % of honest SHA-256 keys, and every code of 11 digits in Hebei, where region codes
begin with 13; `local:` codes are codes too); one that breaks its pattern is searched after all. Free text, display
names, ids, every field that no contract knows and what a packed file says beside its lines are searched. An id that
cannot be told from a number of a person (a region code, a day and a serial number, run together) is one: its sender
mends it. A number with a letter before it (a13912345678) is a hash only among many ids that nobody could take for
anything else. A cheap expression over the lines finds candidates; only those are read as JSON and searched field by
field.

Rules: PII-id-number, PII-mobile, PII-person (a name, number, birthday or address beside a word that says so),
PII-field (a field that holds a person's data, by its name), FILE-line-too-long (a line that cannot be searched).
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import yaml

from scrapers import contracts, feeds
from scrapers.archive import Refusal
from scrapers.contracts import TOO_LONG, Contract, Field
from scrapers.feeds import ndjson
from scrapers.registry import Source

WORDS: Mapping[str, Any] = yaml.safe_load(Path(__file__).with_suffix(".yml").read_text(encoding="utf-8"))

DATE = r"(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
# Groups in which people write numbers, with up to three marks or spaces between them.
BETWEEN = r"[^0-9A-Za-z\u4e00-\u9fff\"\\:{}\[\]]{0,3}"
MOBILE_GROUPS = ((3, 4, 4), (3, 8), (4, 3, 4), (4, 4, 3), (5, 6), (3, 3, 5), (3, 3, 3, 2))
MOBILE_WRITTEN = [
    BETWEEN.join([rf"1[3-9]\d{{{first - 2}}}", *(rf"\d{{{n}}}" for n in others)]) for first, *others in MOBILE_GROUPS
]
MOBILE_SPELT = "1" + BETWEEN.replace("{0,3}", "{1,3}").join(["", "[3-9]", *[r"\d"] * 9])
MOBILE = re.compile(rf"(?<!\d)(?:(?:00)?86{BETWEEN})?(?:{'|'.join([*MOBILE_WRITTEN, MOBILE_SPELT])})(?!\d)")
DATED = re.compile(r"20\d\d\D{0,3}" + DATE)  # the last eight digits of an id such as ward138-2026-1120
ID18 = re.compile(rf"(?<!\d)([1-9]\d{{5}}){BETWEEN}((?:18|19|20)\d\d{BETWEEN}{DATE}){BETWEEN}(\d{{3}}[\dXx])(?!\d)")
ID15 = re.compile(rf"(?<!\d)([1-9]\d{{5}}){BETWEEN}(\d\d{DATE}){BETWEEN}(\d{{3}})(?!\d)")
# A whole token; digits alone are none, and up to 15 characters can be a number behind a letter or two (a13912345678).
HASH = re.compile(r"(?=[0-9]*[a-f])[0-9a-f]{16,}|(?=[0-9]*[A-F])[0-9A-F]{16,}")
SHORT_HASH = re.compile(r"(?=[0-9]*[a-f])[0-9a-f]{12,15}|(?=[0-9]*[A-F])[0-9A-F]{12,15}")
NUMBER_AND_LETTERS = re.compile(r"[A-Fa-f]*\d{11,}[A-Fa-f]*")
NEIGHBOURS = 500  # lines in which the ids of a file show what they are
MANY = 100  # values that show it
SHARE = 0.95  # of them that must be hashes; one of 12 characters in 280 has no letter
TOKEN = re.compile(r"(?i:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})|[0-9A-Za-z]+")  # a UUID, or what dashes divide
PROVINCES = frozenset(
    map(str, (*range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47), *range(50, 55), *range(61, 66)))
)
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_DIGITS = "10X98765432"
ESCAPE = re.compile(r"\\+u([0-9A-Fa-f]{4})")
INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")


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
    hashes: frozenset[str] | None = None  # ids that are short hashes, found out when one looks like a number
    for part in feeds.searched(path, source=source):
        table = part.table()
        is_candidate = pc.or_(pc.is_null(table["text"]), pc.match_substring_regex(table["text"], _candidate()))
        for number in table["line_no"].filter(pc.fill_null(is_candidate, True)).to_pylist():
            found = _search_line(part.line(number), hashes or frozenset())
            if found and found[0] == "PII-mobile" and hashes is None:
                hashes = _short_hashes(map(part.line, table["line_no"][:NEIGHBOURS].to_pylist()))
                found = _search_line(part.line(number), hashes)
            if found:
                yield Refusal(found[0], found[1], number)


def _told(hit: Refusal | None, path: Path) -> Refusal | None:
    """A hit in a workbook with its row as the line, and the sheet in its field where it is not the first."""
    if hit is None or hit.line is None or feeds.format_of(path, path.name) != "xlsx":
        return hit
    nth, row = feeds.place_of(hit.line)
    return Refusal(hit.rule, f"sheet {nth + 1}: {hit.field}" if nth else hit.field, row)


def find(text: str, *, identity_only: bool = False, is_id: bool = False, is_hash: bool = False) -> str | None:
    """The rule that a text breaks, or None. An id may hold a date where a text for people holds none; `is_hash`: the
    ids beside it are hashes, short ones too."""
    text = _plain(text)
    bare = TOKEN.sub(lambda token: " " if _is_hash(token[0], is_hash) else token[0], text)
    if any(map(_is_id18, ID18.finditer(bare))) or any(map(_is_id15, ID15.finditer(bare))):
        return "PII-id-number"
    if identity_only:
        return None
    if any(not (is_id and DATED.search(match[0])) for match in MOBILE.finditer(bare)):
        return "PII-mobile"
    return "PII-person" if _names_person(text) else None


def _plain(text: str) -> str:
    """The text as a person reads it: escapes resolved, wide characters narrow, nothing invisible."""
    if "\\" in text:
        text = ESCAPE.sub(lambda escape: chr(int(escape[1], 16)), text)
    if text.isascii():
        return text
    text = INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
    return re.sub(r"[^\D0-9]", lambda digit: str(unicodedata.decimal(digit[0])), text)


def _is_hash(token: str, or_short: bool = False) -> bool:
    if "-" in token or HASH.fullmatch(token) is not None:
        return True
    return or_short and SHORT_HASH.fullmatch(token) is not None


def _short_hashes(lines: Iterable[bytes]) -> frozenset[str]:
    """The ids that are hashes of 12 to 15 characters in nearly all of these lines, letters in the midst of them."""
    said: dict[str, list[bool]] = {}
    for line in lines:
        record = _record(line.decode(errors="replace"))
        for path, value, is_name in _leaves(record, _fields_of(record)) if record is not None else ():
            if isinstance(value, str) and not is_name and path.endswith(ID_ENDINGS):
                tokens = TOKEN.findall(value)
                said.setdefault(path, []).append(any(_is_plainly_a_hash(token) for token in tokens))
    return frozenset(path for path, each in said.items() if len(each) >= MANY and sum(each) >= SHARE * len(each))


def _is_plainly_a_hash(token: str) -> bool:
    return SHORT_HASH.fullmatch(token) is not None and NUMBER_AND_LETTERS.fullmatch(token) is None


# ---- candidates


@cache
def _candidate() -> str:
    """One RE2 expression that hits every line that `_search_line` could refuse; it may hit others.

    Digits may hide behind an escape (\\u0031) or be full-width; words may be written as escapes.
    """
    known = {name.replace("_", "") for name in _known_names()}
    fields = [
        word.replace("_", "[_ -]?") for word in WORDS["person_fields"].split() if word.replace("_", "") not in known
    ]
    words = {word for name in WORD_LISTS for word in WORDS[name]}
    escaped = {"".join(f"\\\\u(?i:{ord(c):04x})" for c in word) for word in words}
    marks = "00a0 00ad 00b7 20[0-7][0-9a-f] 30[0-3][0-9a-f] 2212 fe[0-9a-f]{2} ff0[0-9a-f]".replace(" ", "|")
    gap = rf"(?:[^0-9A-Za-z\"\\:{{}}\[\]]|\\[tnrbf/]|\\u(?i:{marks})){{0,3}}"
    before = r"(?:^|[^0-9]|\\u[0-9A-Fa-f]{4})"
    parts = [
        rf"{before}(?:(?:00)?86{gap})?1{gap}[3-9](?:{gap}[0-9]){{9}}(?:[^0-9]|$)",
        rf"[1-9][0-9]{{5}}{gap}(?:18|19|20)[0-9][0-9]{gap}{DATE}{gap}[0-9]{{3}}(?:[0-9XxＸｘ]|\\u(?i:ff[35]8))",
        rf"{before}[1-9][0-9]{{5}}{gap}[0-9][0-9]{DATE}{gap}[0-9]{{3}}(?:[^0-9]|$)",
        r"\\u00[2-7]",
        r"\\u(?i:ff1|06[6f])",  # digits, wide or Arabic
        r"[^\x00-\x7F\p{L}\p{P}\p{Z}\p{S}\p{M}]",  # digits of other scripts, and what is invisible
        r"\\\\u",  # an escape within a text that is JSON itself
        "(?i:patient)",
        "姓[^0-9A-Za-z]{1,3}名",
        r"\x00",  # where a line stood that is too long to be searched
        *sorted(words | escaped),
        f'(?i:"[a-z_ -]*(?:{"|".join(fields)})"[ \\t]*:)',
    ]
    return "|".join(parts)


WORD_LISTS = ("person_words", "number_words", "birth_words", "address_words", "person_field_words")


# ---- one line


def _search_line(line: bytes, hashes: frozenset[str]) -> tuple[str, str | None] | None:
    """Rule and field of the first hit in one line; a line that is no JSON object is searched as text. `hashes`: ids
    that are short hashes."""
    if line == TOO_LONG:
        return "FILE-line-too-long", None  # what cannot be searched does not enter
    try:
        return _search_text(line.decode(), hashes)
    except UnicodeDecodeError:  # then in either encoding that it may be
        either = (line.decode("gb18030", "replace"), line.decode(errors="replace"))
        return _search_text(either[0], hashes) or _search_text(either[1], hashes)


def _search_text(text: str, hashes: frozenset[str]) -> tuple[str, str | None] | None:
    record = _record(text)
    if record is None:
        return _search_prose(text.strip(AROUND))
    fields = _fields_of(record)
    for path, value, is_named in _leaves(record, fields):
        if rule := _judged(fields.get(path), value, is_named, path in hashes):
            return rule, path
    return None


AROUND = "\ufeff \t\r"


def _record(text: str) -> _Members | None:
    try:
        record = json.loads(text.strip(AROUND), object_pairs_hook=_Members)
    except (ValueError, RecursionError):
        return None
    return record if isinstance(record, _Members) else None


def _fields_of(record: _Members) -> Mapping[str, Field]:
    named = [value for name, value in record if name == "record_type"]
    return _fields(named[0] if named and isinstance(named[0], str) else "")


def _search_prose(text: str) -> tuple[str, str | None] | None:
    """What is no JSON object is searched as a text; names of fields in it count too."""
    if rule := find(text):
        return rule, None
    is_field = any(_is_person_field(_plain(match[1])) for match in NAME.finditer(text))
    return ("PII-field", None) if is_field else None


NAME = re.compile(r'"([^"]{1,80})"\s*:')


class _Members(list[tuple[str, Any]]):
    """The members of an object as they stand: of duplicate keys each is searched."""


def _judged(field: Field | None, value: Any, is_name: bool, is_hash: bool) -> str | None:
    if is_name:  # the name of a field that no contract knows
        return "PII-field" if _is_person_field(str(value)) else find(str(value))
    if field is not None and field.scan == "none" and _keeps_pattern(field, value):
        return None
    if value is None or isinstance(value, bool):
        return None
    text = value if isinstance(value, str) else json.dumps(value)
    is_id = field is not None and field.name.endswith(ID_ENDINGS)
    return find(text, identity_only=field is not None and field.scan == "identity", is_id=is_id, is_hash=is_hash)


class _Name(str):
    """The name of a field that no contract knows."""


def _leaves(record: _Members, fields: Mapping[str, Field]) -> Iterator[tuple[str, Any, bool]]:
    """(path, value, False) of every leaf, and (path, name, True) of every field that no contract knows.

    Walked without recursion: what is nested deep must not keep its file from being searched.
    """
    waiting: list[tuple[str, Any, bool]] = [("", record, True)]  # path, value, whether a contract knows it
    while waiting:
        path, value, is_known = waiting.pop()
        if isinstance(value, _Members):
            waiting += [part for member in reversed(value) for part in _parts(path, *member, is_known, fields)]
        elif isinstance(value, list):
            waiting += [(path, member, is_known) for member in reversed(value)]
        else:
            yield path, value, isinstance(value, _Name)


def _parts(
    path: str, name: str, member: Any, is_known: bool, fields: Mapping[str, Field]
) -> Iterator[tuple[str, Any, bool]]:
    """A member of an object, and behind it its name where no contract knows it; that could itself be a value."""
    inner = f"{path}.{name}" if path else name
    if is_known and inner in fields:
        yield inner, member, True
        return
    place = f"{path}.?".lstrip(".") if is_known else path
    yield place, member, False
    yield inner if is_known and _is_person_field(name) else place, _Name(name), False


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
    return field.type in _MOMENTS and re.fullmatch(_MOMENTS[field.type], value) is not None


ID_ENDINGS = ("_id", "_code", "_no", "_key", "code")
_MOMENTS = {
    "date": r"\d{4}-\d{2}-\d{2}",
    "timestamp": r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)? ?(?:[Zz]|[+-]\d{2}:?\d{2})?",
}


def _is_person_field(name: str) -> bool:
    plain = re.sub(r"[\s_-]", "", _plain(name)).lower()
    return plain in _person_fields() or any(word in plain for word in WORDS["person_field_words"])


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
    return frozenset(word.replace("_", "") for word in WORDS["person_fields"].split())


# ---- what is personal data


def _is_id18(match: re.Match[str]) -> bool:
    """Province, a date, and the check digit of GB 11643 (ISO 7064 mod 11-2)."""
    number = "".join(character for character in match[0].upper() if character in CHECK_DIGITS)
    if len(number) != 18:
        return False
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], WEIGHTS, strict=True))
    return number[:2] in PROVINCES and _is_date(number[6:14]) and CHECK_DIGITS[total % 11] == number[17]


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
    if any(not match["name"].startswith(not_names) for pattern in _person() for match in pattern.finditer(text)):
        return True
    return any(pattern.search(text) for pattern in _number())


@cache
def _person() -> tuple[re.Pattern[str], ...]:
    """A person word and a name: a surname with one or two more characters that end where the word ends, or anything
    of that length after "姓名:"; a name of parts with a dot; two words in Latin letters; the name before (患者)."""
    single = "".join(WORDS["surnames"].split())
    surname = rf"(?:{'|'.join(WORDS['compound_surnames'].split())}|[{single}])"
    word = rf"(?:{'|'.join(WORDS['person_words'])})"
    between = r"[\s\W]{0,4}(?:是|为|叫|名|姓名)?[\s\W]{0,3}"
    after = rf"(?:{'|'.join(WORDS['after_names'])}|[^\u4e00-\u9fff]|$)"
    spoken = rf"{surname}\s?(?:[某*×]+|[\u4e00-\u9fff]\s?[\u4e00-\u9fff]?)"
    return tuple(
        re.compile(pattern)
        for pattern in (
            rf"{word}{between}(?P<name>{spoken})(?={after})",
            rf"{word}{between}(?P<name>{surname}[\u4e00-\u9fff]{{1,2}}){surname}[\u4e00-\u9fff]{{1,2}}(?={after})",
            rf"{word}\s*[:=|]\s*(?P<name>(?!不详|未知|匿名|脱敏|无)[\u4e00-\u9fff]{{2,4}})(?![\u4e00-\u9fff])",
            rf"{word}{between}(?P<name>[\u4e00-\u9fff]{{1,8}}[·•・.][\u4e00-\u9fff]{{1,8}})",
            rf"(?:{word}|(?i:patient(?: name)?)\s*[:=])[\s\W]{{0,4}}(?P<name>[A-Z][a-z]+\s+[A-Z][a-z]+)",
            rf"(?<![\u4e00-\u9fff])(?P<name>{surname}[\u4e00-\u9fff]{{1,2}})\s*\(\s*{word}\s*\)",
        )
    )


@cache
def _number() -> tuple[re.Pattern[str], ...]:
    """A number beside a word that goes with a person: of a card or a bed, a day of birth, an address."""
    numbered, born, at_home = ("|".join(WORDS[name]) for name in ("number_words", "birth_words", "address_words"))
    return tuple(
        re.compile(pattern)
        for pattern in (
            rf"(?:{numbered})[号码是为\s\W]{{0,6}}[0-9A-Za-z]*\d{{4,}}",
            rf"(?:{born})[是为于\s\W]{{0,4}}(?:19|20)\d\d",
            r"(?:19|20)\d\d\s*[年./-]\s*\d{1,2}\s*[月./-]\s*\d{1,2}\s*日?\s*(?:出生|生于|生(?![\u4e00-\u9fff]))",
            rf"(?:{at_home})[是为在\s\W]{{0,4}}[\u4e00-\u9fff]{{2,}}",
        )
    )

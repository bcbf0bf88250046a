"""The ways in which a sender writes records, learned from a few lines: the cheapest proof that a line is clean.

Comes in: sample lines. Goes out: `Shape`s; SQL that splits the lines of a relation `batch(line_no bigint, text
varchar)` into pieces; and SQL that tells a value that is wrong for its field. Never here: running it, or telling what
is wrong with a line.

The proof. One program writes its records with the same fields in the same order and the same white space. A shape is
such a record, accepted by the contract's schema, split before each name but the first of an object: every piece has at
most one value in it, and a gap where that was. A line that is split likewise, into as many pieces, each equal to the
shape's with a value of the right form in its gap, has the fields of the sample, once each, and nothing else. No JSON is
parsed. Pieces repeat from line to line, so each is judged as a distinct value, once: what a line costs is to be split.
Lines that are not proven may still be good; `checks` and `blame` read them again.

Not even a text can cheat: a quotation mark inside it must be escaped in JSON, and no value with an escape has the right
form here. A text that looks like the end of a piece only makes pieces that are not the shape's.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import takewhile
from typing import Any

from scrapers.contracts import Contract, Field, checks, envelope, load
from scrapers.contracts.blame import Record, read_again

STYLES = ((", ", ": "), (",", ":"))  # between members, and between name and value
MOST = 8  # shapes of one record type and style: of more, none is frequent
UNREPEATED = ("source_record_id", "produced_at")  # fields whose values are each line's own
OF_TYPE = ("schema_version", "record_type", "op")  # fields whose values are a part of the shape
BARE = ("integer", "number", "boolean")  # types that are written without quotation marks
GAP = "\x00"  # around the path of a field, where its value was; in no line of JSON
NUMBER = r"-?(0|[1-9]\d*)(\.\d+)?"
UNESCAPED = r"[^\x00-\x1f\x22\x5c]*"


@dataclass(frozen=True, slots=True)
class Piece:
    """What stands between two names: a value of `field` (a column) with what is around it, or no value."""

    before: str
    field: str | None
    after: str


@dataclass(frozen=True, slots=True)
class Shape:
    """A way of writing one record type. `fixed`: the values, by column, that are the same in every line of it."""

    record_type: str
    style: tuple[str, str]
    pieces: tuple[Piece, ...]
    fixed: tuple[tuple[str, str], ...]

    @property
    def separator(self) -> str:
        """Where a line is split."""
        return f'{self.style[0]}"'

    def mark(self) -> str:
        """SQL that is true for every line of this shape, and for none of another type."""
        name = f'record_type"{self.style[1]}"{self.record_type}"'
        start = self.separator.join(piece.before for piece in takewhile(lambda piece: not piece.field, self.pieces))
        if name in start:
            return f"starts_with(text, {_quoted(start)})"
        return f"contains(text, {_quoted(chr(34) + name)})"


# ---- learning


def learn(lines: Iterable[bytes], record_types: Collection[str]) -> list[list[Shape]]:
    """The shapes of sample lines, those of one record type and style together, the most frequent first.

    Samples that are no good records teach nothing.
    """
    samples: dict[Shape, list[bytes]] = {}
    for line in lines:
        if shape := _shape(line):
            samples.setdefault(shape, []).append(line)
    found: dict[tuple[str, str], list[Shape]] = {}
    for shape, of_shape in sorted(samples.items(), key=lambda item: -len(item[1])):
        alike = found.setdefault((shape.record_type, shape.separator), [])
        if len(alike) < MOST and any(isinstance(read_again(line, record_types), Record) for line in of_shape):
            alike.append(shape)
    return [shapes for shapes in found.values() if shapes]


def _shape(line: bytes) -> Shape | None:
    """The shape of a line that is written in one of the known ways, as far as its fields are known."""
    try:
        text = line.decode()
        end = "\r" if text.endswith("\r") else ""
        record = json.loads(text)
        if "\\" in text or GAP in text or record["op"] != "upsert":
            return None
        for style in STYLES:
            if json.dumps(record, ensure_ascii=False, separators=style) + end == text:
                return _split(record, style, end)
    except (ValueError, RecursionError, TypeError, KeyError):
        pass
    return None


def _split(record: Mapping[str, Any], style: tuple[str, str], end: str) -> Shape:
    fixed: dict[str, str] = {}
    written = _written(record, "", _known(record["record_type"]), style, fixed) + end
    pieces = tuple(_piece(text) for text in written.split(f'{style[0]}"'))
    return Shape(record["record_type"], style, pieces, tuple(fixed.items()))


def _written(value: Any, path: str, known: Mapping[str, Field], style: tuple[str, str], fixed: dict[str, str]) -> str:
    """A value as it is written, or a gap for it. Raises KeyError for a field that the contract does not know."""
    comma, colon = style
    if isinstance(value, dict):
        members = [
            f'"{name}"{colon}{_written(inner, f"{path}.{name}" if path else name, known, style, fixed)}'
            for name, inner in value.items()
        ]
        return "{" + comma.join(members) + "}"
    field = known[path]
    if isinstance(value, str) and field.column not in OF_TYPE:
        return f'"{GAP}{field.column}{GAP}"'
    if field.type in BARE:
        return f"{GAP}{field.column}{GAP}"
    if value is not None:
        compact = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        fixed[field.column] = value if isinstance(value, str) else compact
    return json.dumps(value, ensure_ascii=False, separators=style)


def _piece(text: str) -> Piece:
    before, _, rest = text.partition(GAP)
    column, _, after = rest.partition(GAP)
    return Piece(before, column or None, after)


@cache
def _known(record_type: str) -> Mapping[str, Field]:
    fields = (*envelope().fields, *load()[record_type].fields)
    return {f.path: f for field in fields for f in _with_members(field)}


def _with_members(field: Field) -> Iterator[Field]:
    yield field
    for member in field.fields:
        yield from _with_members(member)


# ---- SQL


def splitting(shapes: Sequence[Shape]) -> str:
    """SQL that splits the lines of shapes that `learn` put together: line_no, pieces (how many), piece_0 ...

    Pieces that are the same in all shapes are compared here, and not given out; where they differ there are 0 pieces.
    """
    [separator] = {shape.separator for shape in shapes}
    places = range(max(len(shape.pieces) for shape in shapes))
    same = {n: piece.before for n in places if (piece := _shared(shapes, n)) and not piece.field}
    is_same = " and ".join(["true", *(f"s[{n + 1}] = {_quoted(text)}" for n, text in same.items())])
    pieces = "".join(f", s[{n + 1}] as piece_{n}" for n in places if n not in same)
    marks = " or ".join(sorted({shape.mark() for shape in shapes}))
    return (
        f"select line_no, case when {is_same} then len(s) else 0 end as pieces{pieces} from "
        f"(select line_no, string_split(text, '{separator}') as s from batch where {marks})"
    )


def _shared(shapes: Sequence[Shape], place: int) -> Piece | None:
    """The piece at a place, where all shapes have the same."""
    found = {shape.pieces[place] if place < len(shape.pieces) else None for shape in shapes}
    return found.pop() if len(found) == 1 else None


def columns(contract: Contract) -> dict[str, Field]:
    """The fields that stand in raw columns, by column."""
    every = (*envelope().fields, *contract.fields)
    leaves = (leaf for field in every for leaf in field.leaves())
    return {leaf.column: leaf for leaf in leaves if leaf.column in checks.raw_names(contract)}


def wrong(field: Field, value: str) -> str:
    """SQL that is true where a text must not stand in a gap for the field."""
    return f"not coalesce({' and '.join(_tests(field, value))}, false)"


def own_pattern(field: Field) -> str:
    """The regular expression (RE2) of a field whose values are each line's own; it leaves no room for an escape."""
    if field.type == "timestamp":
        return f"^(?:{checks.TIME}({checks.OFFSET})?)$"
    assert field.pattern is not None
    return field.pattern


def _tests(field: Field, value: str) -> list[str]:
    tests = checks.form(field, value)
    if field.type == "number":
        tests = [f"regexp_full_match({value}, '{NUMBER}')", *tests]
    if field.type == "text":
        tests = [f"regexp_full_match({value}, '{UNESCAPED}')", *tests]
    if field.check == "uscc":
        tests = [*tests, f"not {checks.wrong_uscc(value)}"]
    if field.nullable and field.type in BARE:
        tests = [f"({value} = 'null' or {' and '.join(tests)})"]
    return tests


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"

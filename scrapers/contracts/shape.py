"""A sender's way of writing records, learned from a few lines: the cheapest proof that a line is clean.

Comes in: sample lines, and a relation `batch(line_no bigint, text varchar)` of JSON lines. Goes out: `Shape`, whose SQL
reads the lines of its type like `checks.reading` does. Never here: running it, or telling what is wrong with a line.

The proof. One program writes its records in one order, with one kind of white space. A shape is that form with gaps for
the values; the SQL takes the values out of a line as JSON, writes them into the gaps, and compares with the line. Where
the two are equal, and no escape is in the line, nothing stands in it but known fields, once each, with texts in
quotes and numbers without. Whatever a reader of JSON lets through (an unknown or duplicate field, "12" for 12, 12.0 for
12, a trailing comma) makes them unequal. Unequal lines may still be good; `checks` and `blame` read them again.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scrapers.contracts import Contract, Field, checks, envelope, load

STYLES = ((", ", ": "), (",", ":"))  # between members, and between name and value
Keys = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shape:
    """How one sender writes one record type. `keys`: the names in each object, by path, in the order written."""

    record_type: str
    style: tuple[str, str]
    end: str  # what follows the record on its line: nothing, or the CR of CRLF
    keys: Mapping[str, Keys]
    always: frozenset[str]  # paths that every sample has

    @property
    def mark(self) -> str:
        """What stands in every line of this shape."""
        return f'"record_type"{self.style[1]}"{self.record_type}"'

    def reading(self, others: Sequence[Shape] = ()) -> str:
        """SQL that reads the lines of this shape: line_no, is_clean, and the fields by column.

        A line that bears the mark of one of `others` is theirs. Every line read is given out, clean or not.
        """
        contract = load()[self.record_type]
        head, payload, leaves = checks.parts(contract)
        structure = json.dumps({**_structure(head), "payload": _structure(contract.fields)})
        found = ", ".join(f"{checks.access(f)} as {f.column}" for f in leaves)
        has = ", ".join(
            f"{checks.access(f)} is not null as has_{f.column}" for f in (payload, *checks.objects(contract))
        )
        marks = [f"contains(text, {_quoted(self.mark)})", *(f"not contains(text, {_quoted(s.mark)})" for s in others)]
        columns = ", ".join(_typed(f) for f in leaves if f.column in checks.raw_names(contract))
        proof = [
            "text is not null",
            f"concat({', '.join(self._written(contract, head))}) = text",
            "not contains(text, chr(92))",
            *_kept(contract, head),
        ]
        return f"""
select line_no, coalesce({" and ".join(proof)}, false) as is_clean, {columns}
from (
    select line_no, text, {found}, {has}
    from (
        select line_no, text, case when json_valid(text) then json_transform(text, {_quoted(structure)}) end as r
        from batch where {" and ".join(marks)}
    )
)"""

    def _written(self, contract: Contract, head: Sequence[Field]) -> list[str]:
        """The pieces of which the line consists, as SQL."""
        known = {f.path: f for field in contract.fields for f in _with_members(field)} | {f.path: f for f in head}
        pieces = [*self._object("", known), _quoted(self.end)]
        return [piece for piece in _joined(pieces) if piece != "''"]

    def _object(self, path: str, known: Mapping[str, Field]) -> Iterator[str]:
        comma, _ = self.style
        names = self.keys[path]
        members = [self._member(_inside(path, name), name, known) for name in names]
        if not names or _inside(path, names[0]) in self.always:
            yield "'{'"
            for number, (lead, rest) in enumerate(members):
                yield from _optional(lead if number else lead.removeprefix(comma), rest)
            yield "'}'"
        else:  # the first comma goes, whichever member comes first
            inner = ", ".join(piece for lead, rest in members for piece in _optional(lead, rest))
            yield f"concat('{{', substr(concat({inner}), {len(comma) + 1}), '}}')"

    def _member(self, path: str, name: str, known: Mapping[str, Field]) -> tuple[str, Any]:
        """(what leads to the value, the SQL of the value and whether it is always there)."""
        comma, colon = self.style
        lead = f'{comma}"{name}"{colon}'
        field = known.get(path)
        is_always = path in self.always
        if path in self.keys:
            has = "has_payload" if field is None else f"has_{field.column}"
            return lead, (list(self._object(path, known)), None if is_always else has)
        assert field is not None
        value = f"'\"' || {field.column} || '\"'" if field.type in _TEXTS else f"cast({field.column} as varchar)"
        if field.nullable and is_always:
            value = f"coalesce({value}, 'null')"
        elif is_always and field.type in _TEXTS:
            return lead, (["'\"'", field.column, "'\"'"], None)
        return lead, ([value], None if is_always else field.column)


_TEXTS = ("text", "date", "timestamp")


def learn(lines: Iterable[bytes], record_types: Collection[str]) -> list[Shape]:
    """The shapes of sample lines, one a record type: the most frequent way of writing it."""
    seen: dict[tuple[str, tuple[str, str], str], list[dict[str, Any]]] = {}
    for line in lines:
        if (read := _read(line)) and read[0] in record_types:
            seen.setdefault(read[:3], []).append(read[3])
    best: dict[str, Shape] = {}
    for (record_type, style, end), records in sorted(seen.items(), key=lambda item: -len(item[1])):
        if record_type not in best and (shape := _shape(record_type, style, end, records)):
            best[record_type] = shape
    return list(best.values())


def _read(line: bytes) -> tuple[str, tuple[str, str], str, dict[str, Any]] | None:
    """(record type, style, end, record) of a line that is written in one of the known ways."""
    try:
        text = line.decode()
        end = "\r" if text.endswith("\r") else ""
        record = json.loads(text)
        if not isinstance(record, dict) or record.get("op") != "upsert" or record.get("record_type") not in load():
            return None
        for style in STYLES:
            if json.dumps(record, ensure_ascii=False, separators=style) + end == text:
                return record["record_type"], style, end, record
    except (ValueError, RecursionError, TypeError):
        pass
    return None


def _shape(record_type: str, style: tuple[str, str], end: str, records: list[dict[str, Any]]) -> Shape | None:
    """Merge what the samples have; None where they know a field that the contract does not."""
    contract = load()[record_type]
    known = {f.path: f for field in contract.fields for f in _with_members(field)}
    known |= {f.path: f for f in envelope().fields}
    keys: dict[str, list[str]] = {}
    counts: dict[str, int] = {}
    used = 0
    for record in records:
        found = list(_orders(record, "", known))
        if not _is_known(record, "", known) or not all(_fits(keys.get(path, []), names) for path, names in found):
            continue
        used += 1
        for path, names in found:
            _merge(keys.setdefault(path, []), names)
            for name in names:
                counts[_inside(path, name)] = counts.get(_inside(path, name), 0) + 1
    if not used or "payload" not in keys:
        return None
    times = {"": used} | counts
    always = frozenset(
        p for p, n in counts.items() if n == times[_around(p)] and (known[p].required or known[p].nullable)
    )
    return Shape(record_type, style, end, {p: tuple(n) for p, n in keys.items()}, always)


def _is_known(value: Mapping[str, Any], path: str, known: Mapping[str, Field]) -> bool:
    """Has the record only fields of its contract, and objects just where it says?"""
    for name, member in value.items():
        field = known.get(_inside(path, name))
        if field is None or isinstance(member, dict) != (field.type == "object"):
            return False
        if isinstance(member, dict) and not _is_known(member, field.path, known):
            return False
    return True


def _orders(value: Mapping[str, Any], path: str, known: Mapping[str, Field]) -> Iterator[tuple[str, list[str]]]:
    yield path, list(value)
    for name, member in value.items():
        if isinstance(member, dict):
            yield from _orders(member, _inside(path, name), known)


def _fits(merged: list[str], names: list[str]) -> bool:
    """Do these names come in the order that is known?"""
    places = [merged.index(name) for name in names if name in merged]
    return places == sorted(places)


def _merge(merged: list[str], names: list[str]) -> None:
    place = 0
    for name in names:
        if name in merged:
            place = merged.index(name) + 1
        else:
            merged.insert(place, name)
            place += 1


# ---- SQL


def _structure(fields: Sequence[Field]) -> dict[str, Any]:
    """Texts and numbers as they are written; whole numbers as such, which a wider form would hide."""
    return {f.name: _structure(f.fields) if f.fields else _TYPES.get(f.type, "VARCHAR") for f in fields}


_TYPES = {"integer": "BIGINT", "array": "JSON"}


def _typed(field: Field) -> str:
    match field.type:
        case "number":
            return f"try_cast({field.column} as double) as {field.column}"
        case "boolean":
            return f"{field.column} = 'true' as {field.column}"
        case "array":
            return f"cast({field.column} as varchar) as {field.column}"
    return field.column


def _kept(contract: Contract, head: Sequence[Field]) -> Iterator[str]:
    """Does each value keep to its kind, is what must be there there?"""
    yield "op = 'upsert' and has_payload"
    for field in head:
        yield _holds(field, "false")
    for field in contract.fields:
        yield from _members_kept(field, "false")


def _members_kept(field: Field, is_absent: str) -> Iterator[str]:
    if not field.fields:
        yield _holds(field, is_absent)
        return
    if field.required:
        yield f"(has_{field.column} or {is_absent})"
    for member in field.fields:
        yield from _members_kept(member, f"not has_{field.column}")


def _holds(field: Field, is_absent: str) -> str:
    tests = " and ".join(_tests(field))
    if field.required and is_absent == "false":
        return f"{field.column} is not null" + (f" and {tests}" if tests else "")
    absent = is_absent if field.required else "true"
    return f"case when {field.column} is not null then {tests or 'true'} else {absent} end"


def _tests(field: Field) -> Iterable[str]:
    """Tests of a value. Codes that repeat are held to their form as distinct values, by who runs this."""
    if field.kind in checks.REPEATING and field.type == "text":
        return ()
    return checks.bounds(field.column, field) if field.type == "integer" else checks.form(field, field.column)


def _optional(lead: str, rest: tuple[list[str], str | None]) -> Iterator[str]:
    """A member as pieces; one that may be absent is a single piece, null or empty where it is."""
    values, present = rest
    if present is None:
        yield _quoted(lead)
        yield from values
    elif present.startswith("has_"):
        yield f"case when {present} then concat({', '.join([_quoted(lead), *values])}) else '' end"
    else:
        yield f"{_quoted(lead)} || {values[0]}"


def _joined(pieces: Iterable[str]) -> Iterator[str]:
    """The same with neighbouring literals made one."""
    text = ""
    for piece in pieces:
        if piece.startswith("'") and "'" not in piece[1:-1].replace("''", ""):
            text += piece[1:-1]
            continue
        if text:
            yield f"'{text}'"
            text = ""
        yield piece
    if text:
        yield f"'{text}'"


def _with_members(field: Field) -> Iterator[Field]:
    yield field
    for member in field.fields:
        yield from _with_members(member)


def _inside(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _around(path: str) -> str:
    return path.rpartition(".")[0]


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"

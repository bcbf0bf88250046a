"""A contract as SQL: how its records are read from text, and when a line is proven clean.

Comes in: a contract, and a relation `batch(line_no bigint, text varchar)` of JSON lines. Goes out: SQL (DuckDB's
dialect; run by the door). Never here: running it, or telling what is wrong with a line that is not clean.

The proof. `json(text)` writes a line again without white space; `json_transform` takes from it every field of the
contract as raw JSON. If the lengths of these fields and their names make up the length of the line, nothing else is
in the line: an unknown field, a duplicate key or a null that no field accounts for makes the line longer, and nothing
makes it shorter. Each field is then held to its kind on its raw form, so that "12" is not 12. Lines that are not proven
may still be good; they are read again one by one. `shape` proves most lines for less, before this.

What it costs decides its form (nanoseconds a value, DuckDB 2.0): `trim` 144, a cast to a date or time 175 to 470, an
expression 80 to 300, `distinct` 70. So values that repeat (codes, dates, times, URIs) are held to their form as
distinct values (`wrong_values`), and texts stay in their quotes as long as they can.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from scrapers.contracts import RAW_HEAD, Contract, Field, envelope

HINT = r"""regexp_extract(text, '"record_type"\s*:\s*"([a-z_]+)"', 1)"""  # where a line is read; the proof looks again
DAY = r"[1-9]\d{3}-\d{2}-\d{2}"  # the year 0000, which JSON Schema allows, is no date of Python or PostgreSQL
TIME = r"2\d{3}-\d{2}-\d{2}T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?"  # an offset leads out of 9999
OFFSET = r"(Z|[+-](0\d|1[0-4]):[0-5]\d)"
URI = r"urn:[A-Za-z0-9][A-Za-z0-9-]{1,30}:[A-Za-z0-9:._-]+|https?://[A-Za-z0-9.-]+(/[A-Za-z0-9._/-]*)?"
USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
PERIOD = "day"  # where a record names none
TIME_SAID = "cast(try_cast(produced_at as timestamptz) as timestamp)"  # another offset says the same
TIME_ASSUMED = "not (ends_with(produced_at, 'Z') or substr(produced_at, -6, 1) in ('+', '-'))"  # Q05
REPEATING = ("org_code", "uscc", "adcode", "date", "open_date", "timestamp", "uri")  # kinds whose values are few


def reading(contract: Contract, *, is_trusted: bool) -> str:
    """Read the lines of a type: line_no, is_clean, and the fields by column.

    Dates and times are still text, and values of a kind in REPEATING are not yet held to their form: `wrong_values`
    finds those that break it, `typed` casts. `is_trusted` reads records that were judged and written again one by one:
    they need no proof.
    """
    head, payload, leaves = parts(contract)
    structure = json.dumps({**_structure(head), "payload": _structure(contract.fields)})
    raw = ",\n    ".join(f"cast({access(f)} as varchar) as {_raw(f)}" for f in leaves)
    present = ",\n    ".join(f"{access(f)} is not null as {_has(f)}" for f in (payload, *objects(contract)))
    clean = "true" if is_trusted else f"coalesce({_proof(contract, head, payload)}, false)"
    columns = ",\n    ".join(
        f"{_value(f, is_trusted)} as {f.column}" for f in leaves if f.column in raw_names(contract)
    )
    return f"""
with document as (
    select line_no, text, {"json(text)" if is_trusted else "try(json(text))"} as doc from batch
    where {HINT} = {_quoted(contract.record_type)}
),
parsed as (select *, json_transform(doc, {_quoted(structure)}) as r from document),
found as (
    select line_no, text, cast(doc as varchar) as doc,
    {raw},
    {present}
    from parsed
)
select line_no, {clean} as is_clean,
    {columns}
from found"""


def wrong_values(contract: Contract) -> Iterator[tuple[Field, str]]:
    """(field, SQL over `value` that is true for a value that breaks the field's form) for kinds in REPEATING."""
    for field in _leaves(contract):
        if field.kind in REPEATING:
            yield field, f"not coalesce({' and '.join(form(field, 'value'))}, false)"


def wrong_uscc(value: str) -> str:
    """True where a code has the form of a USCC and a wrong check digit (GB 32100-2015: weights 3^i modulo 31)."""
    terms = " + ".join(
        f"(strpos('{USCC_ALPHABET}', substr({value}, {i + 1}, 1)) - 1) * {pow(3, i, 31)}" for i in range(17)
    )
    right = f"substr('{USCC_ALPHABET}', cast((31 - ({terms}) % 31) % 31 as integer) + 1, 1)"
    return f"(not contains({value}, ':') and right({value}, 1) <> {right})"


def org_code_fault(code: str) -> str | None:
    """What is wrong with an organisation's code, None where nothing is; the same in Python, for the few that people
    write down."""
    pattern = next(field.pattern for field in envelope().fields if field.kind == "org_code")
    if not re.fullmatch(str(pattern), code):
        return f"{code!r} is no USCC, nor a code after ws218: licence: nhsa: or local:"
    if ":" in code:
        return None
    *body, last = map(USCC_ALPHABET.index, code)
    total = sum(value * pow(3, i, 31) for i, value in enumerate(body)) + last
    return f"{code} has a wrong check digit" if total % 31 else None


def uscc_fields(contract: Contract) -> list[Field]:
    """The fields that hold USCCs."""
    return [field for field in _leaves(contract) if field.check == "uscc"]


def typed(contract: Contract) -> str:
    """Select list that casts what `reading` gave to the raw columns, is_time_assumed (Q05) included.

    The session thinks in Asia/Shanghai, and so is a time without offset read.
    """
    casts = {f.column: f"try_cast({f.column} as date)" for f in _leaves(contract) if f.type == "date"} | {
        "produced_at": TIME_SAID,
        "period_type": f"coalesce(period_type, '{PERIOD}')",
    }
    columns = [
        f"{casts.get(f.column, f.column)} as {f.column}" for f in _leaves(contract) if f.column in raw_names(contract)
    ]
    return ", ".join(
        [
            "line_no",
            *columns,
            f"{TIME_ASSUMED} as is_time_assumed",
        ]
    )


# ---- reading


def parts(contract: Contract) -> tuple[list[Field], Field, list[Field]]:
    """(the envelope's fields without the payload, the payload, every leaf of both)."""
    payload = next(f for f in envelope().fields if f.name == "payload")
    return [f for f in envelope().fields if f is not payload], payload, _leaves(contract)


def objects(contract: Contract) -> list[Field]:
    """The objects inside the payload."""
    return [inner for field in contract.fields for inner in _objects(field)]


def raw_names(contract: Contract) -> set[str]:
    """The columns that stand in raw.<record_type>."""
    return {name for name, _ in RAW_HEAD} | {column.name for column in contract.columns}


def _leaves(contract: Contract) -> list[Field]:
    head = [f for f in envelope().fields if f.type != "object"]
    return [*head, *(leaf for field in contract.fields for leaf in field.leaves())]


def _objects(field: Field) -> Iterator[Field]:
    if field.type == "object":
        yield field
        for member in field.fields:
            yield from _objects(member)


def _structure(fields: Sequence[Field]) -> dict[str, Any]:
    return {f.name: _structure(f.fields) if f.fields else "JSON" for f in fields}


def access(field: Field) -> str:
    """Where a field stands in the struct `r`."""
    return "r." + ".".join(f'"{part}"' for part in field.path.split("."))


def _raw(field: Field) -> str:
    return f"j_{field.column}"


def _has(field: Field) -> str:
    return f"has_{field.column}"


def _value(field: Field, is_trusted: bool) -> str:
    raw = _raw(field)
    match field.type:
        case "integer":
            return f"try_cast({raw} as bigint)"
        case "number":
            return f"try_cast({raw} as double)"
        case "boolean":
            return f"{raw} = 'true'"
        case "array":
            return raw  # stays JSON
    return f"json_extract_string({raw}, '$')" if is_trusted else f"{raw}[2:-2]"


# ---- the proof


def _proof(contract: Contract, head: Sequence[Field], payload: Field) -> str:
    """The whole proof as one condition; null counts as not proven."""
    is_void = """j_op = '"void"'"""
    tests = [
        r"not regexp_matches(text, ',\s*[}\]]')",  # DuckDB reads over a trailing comma
        "not contains(doc, chr(92))",  # an escape in a text: rare once \u4e2d is written as 中
        f"strlen(doc) = {_length(head, payload, contract)}",
        f"({is_void}) <> {_has(payload)}",
        f"j_record_type = {_quoted(json.dumps(contract.record_type))}",
        *(_holds(f, "false") for f in head if f.name != "record_type"),
        *(test for f in contract.fields for test in _member_tests(f, is_void)),
    ]
    return "\n    and ".join(tests)


def _length(head: Sequence[Field], payload: Field, contract: Contract) -> str:
    """How long the line must be: braces, and of every field its name, its value, a colon and a comma (the last one's
    pays for a brace)."""
    terms = ["1"]
    for inner in (payload, *objects(contract)):
        terms.append(f"case when {_has(inner)} then {len(inner.name) + 5} else 0 end")
    for leaf in (*head, *(leaf for field in contract.fields for leaf in field.leaves())):
        terms.append(f"coalesce(strlen({_raw(leaf)}) + {len(leaf.name) + 4}, 0)")
        if leaf.nullable:  # null is left out of a struct
            null = f"{_raw(leaf)} is null and json_extract(doc, {_quoted('$.' + leaf.path)}) is not null"
            terms.append(f"case when {null} then {len(leaf.name) + 8} else 0 end")
    return " + ".join(terms)


def _member_tests(field: Field, is_absent: str) -> Iterator[str]:
    """Tests of a payload field; `is_absent` is true where the object around it is not there."""
    if field.type != "object":
        yield _holds(field, is_absent)
        return
    if field.required:
        yield f"({_has(field)} or {is_absent})"
    # json_transform takes 12, "" and [] for an object without members, of the same length as {}.
    members = ", ".join(_has(m) if m.fields else _raw(m) for m in field.fields)
    yield f"(not {_has(field)} or coalesce({members}) is not null)"
    for member in field.fields:
        yield from _member_tests(member, f"not {_has(field)}")


def _holds(field: Field, is_absent: str) -> str:
    """Does the raw JSON of a field keep to its kind, or may it be absent?"""
    tests = " and ".join(form(field, None) if field.kind not in REPEATING else [_is_text(field)])
    absent = is_absent if field.required else "true"
    return f"case when {_raw(field)} is not null then coalesce({tests}, false) else {absent} end"


def _is_text(field: Field) -> str:
    return f"starts_with({_raw(field)}, '\"')"


def form(field: Field, value: str | None) -> list[str]:
    """Tests of a field's raw JSON, or of its value (a column) where the quotes are off already."""
    raw, quote = (value, "") if value else (_raw(field), '"')
    if field.enum:
        return [f"{raw} in ({', '.join(_quoted(f'{quote}{option}{quote}') for option in field.enum)})"]
    match field.type:
        case "integer":
            number = f"try_cast({raw} as bigint)"
            return [f"cast({number} as varchar) = {raw}", *bounds(number, field)]
        case "number":
            number = f"try_cast({raw} as double)"
            return [f"isfinite({number})", *bounds(number, field)]
        case "boolean":
            return [f"{raw} in ('true', 'false')"]
        case "date":
            return [f"cast(try_cast({raw} as date) as varchar) = {raw}", f"regexp_full_match({raw}, '{DAY}')"]
        case "timestamp":
            return [f"regexp_full_match({raw}, '{TIME}({OFFSET})?')", f"try_cast({raw} as timestamptz) is not null"]
        case "array":
            item = f'"[^"]{{0,{field.item_max_length}}}"' if field.item_max_length else '"[^"]*"'
            return [rf"regexp_full_match({raw}, '\[({item}(,{item})*)?\]')"]
    tests = [] if value else [_is_text(field)]
    if field.pattern:
        pattern = field.pattern.removeprefix("^").removesuffix("$")
        tests = [f"regexp_full_match({raw}, {_quoted(f'{quote}(?:{pattern}){quote}')})"]
    if field.format == "uri":
        tests.append(f"regexp_full_match({raw}, {_quoted(f'{quote}(?:{URI}){quote}')})")
    if field.min_length is not None:
        tests.append(f"length({raw}) >= {field.min_length + 2 * len(quote)}")
    if field.max_length is not None:
        tests.append(f"length({raw}) <= {field.max_length + 2 * len(quote)}")
    return tests


def bounds(value: str, field: Field) -> Iterator[str]:
    """Tests of a number."""
    yield f"{value} between {-field.most} and {field.most}"
    if field.minimum is not None:
        yield f"{value} >= {field.minimum}"
    if field.maximum is not None:
        yield f"{value} <= {field.maximum}"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"

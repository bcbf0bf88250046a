"""One feed line, judged by itself: what is wrong with it, by rule and field path.

Comes in: the bytes of a line that was not proven clean. Goes out: None for a blank line, a `Fault`, or the `Record`
that the line is after all, written again so that the set-based reading takes it. Never here: a value in a fault, and
rules that need typed columns (those are SQL).

Rule codes: JSON-* the line is no JSON record; SCHEMA-* it breaks the contract's schema; Q07 a count that is negative
or no whole number; ENCODING-utf8 it is not UTF-8; SOURCE-record-type the source does not send this type.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, NoReturn

import jsonschema_rs
import orjson

from scrapers.contracts import TOO_LONG, Contract, Field, envelope, json_schema, load
from scrapers.records import SHANGHAI

RULES = {
    "additionalProperties": "SCHEMA-unknown",
    "type": "SCHEMA-type",
    "enum": "SCHEMA-enum",
    "const": "SCHEMA-enum",
    "pattern": "SCHEMA-pattern",
    "format": "SCHEMA-format",
    "minimum": "SCHEMA-range",
    "maximum": "SCHEMA-range",
    "minLength": "SCHEMA-length",
    "maxLength": "SCHEMA-length",
    "required": "SCHEMA-required",
}
# Of several faults the one that tells the sender most: a misspelt field is unknown rather than missing.
ORDER = ("SCHEMA-unknown", "SCHEMA-type", "Q07")
LAST = "SCHEMA-required"
NAIVE_TIME = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(\.\d+)?")
TELLABLE = re.compile(r"(?!.*\d{6})[A-Za-z_\u4e00-\u9fff][A-Za-z0-9_.\u4e00-\u9fff-]{0,60}")  # a name safe to repeat
LATEST = {"date": "9999-12-31", "timestamp": "9999"}  # as texts; a time of 9999 is none
DEEPEST = 100  # objects and lists in one another: no field is nested so, and at 255 the schema's judge gives up


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a line is refused. `field` is a path such as payload.requested, None where no field is to blame."""

    rule: str
    field: str | None = None
    record_type: str | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """A good record: its type, and its JSON with whole numbers and times in the form that DuckDB reads."""

    record_type: str
    text: str


def read_again(line: bytes, record_types: Collection[str]) -> Fault | Record | None:
    """Judge one line by the contract's schema; `record_types` are those that its source may send."""
    line = line.strip(b" \t\r").removeprefix(codecs.BOM_UTF8)  # files that were glued together have BOMs inside
    if not line:
        return None
    if line == TOO_LONG:
        return Fault("JSON-too-long")
    try:
        record = _parsed(line)
    except _Damage as damage:
        return Fault(damage.rule, damage.field)
    if not isinstance(record, dict):
        return Fault("SCHEMA-type")
    record_type = record.get("record_type")
    if "record_type" not in record:
        return Fault("SCHEMA-required", "record_type")
    if not isinstance(record_type, str) or record_type not in load():
        return Fault("SCHEMA-record-type", "record_type")
    if record_type not in record_types:
        return Fault("SOURCE-record-type", "record_type", record_type)
    return _judged(record, load()[record_type])


def _judged(record: dict[str, Any], contract: Contract) -> Fault | Record:
    times = record.get("produced_at")
    naive = isinstance(times, str) and NAIVE_TIME.fullmatch(times) is not None
    if naive and isinstance(times, str):  # Q05: +08:00 is assumed; the flag is set where the columns are typed
        record["produced_at"] = times.replace(" ", "T") + "+08:00"
    faults = sorted(_faults(record, contract), key=_weight)
    if faults:
        return faults[0]
    if record["op"] == "void":  # whatever stands in its payload means nothing
        record.pop("payload", None)
    try:
        _check_years(record, envelope().fields)
        _check_years(record.get("payload", {}), contract.fields)
        _write_numbers(record, envelope().fields)
        _write_numbers(record.get("payload", {}), contract.fields)
        record["produced_at"] = _plain_time(record["produced_at"], naive)
    except _Damage as damage:
        return Fault(damage.rule, damage.field, contract.record_type)
    return Record(contract.record_type, orjson.dumps(record).decode())


def _weight(fault: Fault) -> tuple[bool, int, str]:
    rank = ORDER.index(fault.rule) if fault.rule in ORDER else len(ORDER)
    return fault.rule == LAST, rank, fault.field or ""


def _faults(record: dict[str, Any], contract: Contract) -> Iterator[Fault]:
    counts = {leaf.path for field in contract.fields for leaf in field.leaves() if leaf.kind == "count"}
    for error in _validator(contract.record_type).iter_errors(record):
        path = _path(error.instance_path)
        keyword = str(error.kind.name)
        rule = RULES.get(keyword, f"SCHEMA-{keyword}")
        if keyword == "additionalProperties":
            for name in error.kind.unexpected:
                yield Fault(rule, _join(path, _told(name)), contract.record_type)
        elif keyword == "required":
            yield Fault(rule, _join(path, str(error.kind.property)), contract.record_type)
        elif path in counts and keyword in ("type", "minimum") and isinstance(error.instance, int | float):
            is_number = not isinstance(error.instance, bool)
            yield Fault("Q07" if is_number else rule, path, contract.record_type)
        else:
            yield Fault(rule, path, contract.record_type)


@cache
def _validator(record_type: str) -> Any:
    return jsonschema_rs.validator_for(json_schema(load()[record_type]), validate_formats=True)


def _path(parts: Sequence[str | int]) -> str | None:
    """`payload.item.code`, `not_provided[0]`. The parts are names of the contract, so they can be told."""
    told = ""
    for part in parts:
        told = f"{told}[{part}]" if isinstance(part, int) else _join(told or None, part)
    return told or None


def _join(path: str | None, name: str) -> str:
    return f"{path}.{name}" if path else name


def _told(name: str) -> str:
    """An unknown field's name could itself be a person's data: "?" where it does not look like a name of a field."""
    return name if TELLABLE.fullmatch(name) else "?"


# ---- from text to a record


class _Damage(ValueError):
    def __init__(self, rule: str, field: str | None = None) -> None:
        super().__init__(rule)
        self.rule = rule
        self.field = field


class _Pairs(list[tuple[str, Any]]):
    """The members of an object as they stand, duplicates and all."""


def _parsed(line: bytes) -> Any:
    """Strict JSON (RFC 8259, I-JSON): no NaN, no trailing commas, no duplicate keys, no lone surrogates."""
    try:
        text = line.decode()
    except UnicodeDecodeError:
        raise _Damage("ENCODING-utf8") from None
    try:
        orjson.loads(line)
    except orjson.JSONDecodeError:
        raise _Damage(_why_no_json(text)) from None
    try:
        return _plain(json.loads(text, object_pairs_hook=_Pairs), None)
    except (ValueError, RecursionError) as error:
        raise error if isinstance(error, _Damage) else _Damage("JSON-invalid") from None


def _plain(value: Any, path: str | None, depth: int = 0) -> Any:
    if depth > DEEPEST:
        raise _Damage("JSON-invalid")
    if isinstance(value, _Pairs):
        members: dict[str, Any] = {}
        for name, member in value:
            inner = _join(path, _told(name))
            if name in members:
                raise _Damage("JSON-duplicate-key", inner)
            members[name] = _plain(member, inner, depth + 1)
        return members
    if isinstance(value, list):
        return [_plain(member, path, depth + 1) for member in value]
    return value


def _why_no_json(text: str) -> str:
    """JSON-number where nothing is wrong but NaN or a number beyond all bounds; JSON-invalid else."""

    def refuse(_digits: str) -> NoReturn:
        raise _Damage("JSON-number")

    def finite(digits: str) -> float:
        return float(digits) if abs(float(digits)) < float("inf") else refuse(digits)

    try:
        json.loads(text, parse_constant=refuse, parse_float=finite, parse_int=finite)
    except _Damage as damage:
        return damage.rule
    except (ValueError, RecursionError):
        pass
    return "JSON-invalid"


def _check_years(members: dict[str, Any], fields: Sequence[Field]) -> None:
    """JSON Schema allows the year 0000; no table can hold it, and a year before 1000 is a slip.

    A record made in 9999 is another: a day later the calendar ends. A validity may end there.
    """
    for field in fields:
        value = members.get(field.name)
        if field.fields and isinstance(value, dict):
            _check_years(value, field.fields)
        elif field.type in LATEST and isinstance(value, str) and not "1000" <= value <= LATEST[field.type]:
            raise _Damage("SCHEMA-format", field.path)


def _write_numbers(members: dict[str, Any], fields: Sequence[Field]) -> None:
    """Numbers as their columns take them: 120.0 counts as whole and becomes 120; what is too large is refused."""
    for field in fields:
        value = members.get(field.name)
        if field.fields and isinstance(value, dict):
            _write_numbers(value, field.fields)
        elif field.type in ("integer", "number") and isinstance(value, int | float):
            if not -field.most <= value <= field.most:
                raise _Damage("SCHEMA-range", field.path)
            members[field.name] = int(value) if field.type == "integer" else value


def _plain_time(time: str, is_naive: bool) -> str:
    """A time that the schema accepts, in the one form that is read on; a leap second is the second before it."""
    try:
        moment = datetime.fromisoformat(re.sub(r":60(?=[.Zz+-])", ":59", time).upper())
        local = moment.astimezone(SHANGHAI)
    except (ValueError, OverflowError):
        raise _Damage("SCHEMA-format", "produced_at") from None
    return (local.replace(tzinfo=None) if is_naive else local).isoformat()

"""The judge: what the feed files add up to, computed from their bytes in plain Python.

Comes in: (source id, file name, bytes) of feed files, in any order. Goes out: an `Account` with the lines refused, the
records set aside, the records that count, and the sum of every measure of each fact. It uses nothing of the project
and no database, and prefers being obvious to being fast. Written from SPEC 0, C.5 and C.6, not from the models.

How a record comes to count:

1. Its line is a proper record of a type that is known here (SCHEMA, below), with a right check digit in every USCC
   (USCC), reported by somebody who may report there (Q24), with whole counts not below zero (Q07), not of the future
   (Q04), and without a contradiction in itself (Q08, Q09, Q10). Otherwise the line is refused and nothing else is.
2. Of all accepted lines of one id (source system, record type, record id) the highest version speaks. Equal lines of
   that version are one; different ones are a tie (Q02) and set aside. A void says nothing.
3. Two ids that speak of the same grain are both set aside (Q23). Of master records only if they differ.
4. A record of an organisation or a centre that no master record describes is set aside (Q12).

Two things are not judged here, since no sample file needs them: enumerations, and the wall against personal data.
"""

from __future__ import annotations

import gzip
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

Record = dict[str, Any]

ENVELOPE = {
    "schema_version": "text!", "record_type": "text!", "source_system": "text!", "source_record_id": "text!",
    "source_version": "integer!", "op": "text!", "reporter_org_code": "org!", "event_date": "date!",
    "produced_at": "text!", "payload": "object", "period_type": "text", "not_provided": "list",
}  # fmt: skip

ITEM = {"system": "text!", "code": "text!", "display": "text", "loinc": "text", "local_code": "text"}
REASONS = {
    "R1_condition_changed": "count", "R2_fast_changing": "count", "R3_before_major_measure": "count",
    "R4_emergency": "count", "R5_forensic_appraisal": "count", "R6_other": "count",
}  # fmt: skip

OBJECTS = {"item": ITEM, "reasons": REASONS}
TYPES: dict[str, Any] = {
    "text": str, "org": str, "flag": bool, "list": list, "object": dict, "integer": int, "number": (int, float),
}  # fmt: skip

# Every field that a payload may have; "!" where it must.
PAYLOADS: dict[str, dict[str, str]] = {
    "organization": {
        "org_code": "org!", "practice_licence_no": "text", "ws218_code": "text", "name": "text!", "alias": "list",
        "org_class": "text!", "level": "text", "grade": "text", "tier": "text", "ownership": "text", "is_tcm": "flag",
        "adcode": "text!", "open_beds": "count", "authorised_beds": "count", "part_of": "org", "valid_from": "date!",
        "valid_to": "date", "status": "text", "uscc": "org", "campus_code": "text", "nhsa_code": "text",
        "resident_population": "count",
    },
    "group_membership": {
        "group_code": "text!", "group_name": "text", "group_type": "text!", "grid_code": "text",
        "pilot_adcode": "text", "org_code": "org!", "role": "text!", "valid_from": "date!", "valid_to": "date",
    },
    "shared_centre": {
        "centre_code": "text!", "centre_type": "text!", "name": "text", "group_code": "text", "host_org_code": "org!",
        "status": "text!", "opened_on": "date", "tat_target_minutes": "integer", "valid_from": "date!",
        "valid_to": "date",
    },
    "centre_activity": {
        "centre_code": "text!", "requester_org_code": "org!", "service_category": "text!", "item": "item",
        "unit": "text", "requested": "count!", "received": "count!", "rejected": "count!", "reported": "count!",
        "reported_on_time": "count", "corrected": "count", "cancelled": "count!", "critical_total": "count",
        "critical_acknowledged": "count", "tat_minutes_sum": "number", "tat_minutes_p50": "number",
        "tat_minutes_p90": "number", "is_partial": "flag",
    },
    "recognition_activity": {
        "receiver_org_code": "org!", "source_org_code": "org!", "item": "item!", "scope_type": "text",
        "eligible_results": "count!", "reminded": "count", "viewed": "count", "recognised": "count!",
        "not_recognised": "count!", "undecided": "count", "cited": "count", "repeat_orders": "count",
        "saved_amount_fen": "count", "not_recognised_reasons": "reasons",
    },
    "capacity": {
        "lead_org_code": "org!", "resource_type": "text!", "clinic_class": "text!", "bed_basis": "text",
        "capacity_total": "count!",
    },
    "capacity_release": {
        "lead_org_code": "org!", "target_type": "text!", "target_org_code": "org", "team_key": "text",
        "resource_type": "text!", "clinic_class": "text", "bed_basis": "text", "capacity_total": "count",
        "capacity_released": "count!", "capacity_used": "count!", "capacity_returned": "count",
        "priority_used": "count",
    },
}  # fmt: skip

# What a record is about: two ids that agree on all of it contradict each other (Q23). The period is part of each.
GRAINS = {
    "organization": ("org_code", "campus_code", "valid_from"),
    "group_membership": ("group_code", "org_code", "valid_from"),
    "shared_centre": ("centre_code", "valid_from"),
    "centre_activity": ("centre_code", "requester_org_code", "service_category", "item.system", "item.code"),
    "recognition_activity": ("receiver_org_code", "source_org_code", "item.system", "item.code", "scope_type"),
    "capacity": ("lead_org_code", "resource_type", "clinic_class", "bed_basis"),
    "capacity_release": (
        "lead_org_code", "target_type", "target_org_code", "team_key", "resource_type", "clinic_class", "bed_basis",
    ),
}  # fmt: skip
MASTERS = ("organization", "group_membership", "shared_centre")

# Columns of each fact that add up, and the payload field that each comes from.
FACTS: dict[str, tuple[str, dict[str, str]]] = {
    "fct_centre_activity_daily": (
        "centre_activity",
        {
            "requested_count": "requested",
            "received_count": "received",
            "rejected_count": "rejected",
            "reported_count": "reported",
            "reported_on_time_count": "reported_on_time",
            "corrected_count": "corrected",
            "cancelled_count": "cancelled",
            "critical_total_count": "critical_total",
            "critical_acknowledged_count": "critical_acknowledged",
            "tat_sum_minutes": "tat_minutes_sum",
        },
    ),
    "fct_recognition_daily": (
        "recognition_activity",
        {
            "eligible_results_count": "eligible_results",
            "reminded_count": "reminded",
            "viewed_count": "viewed",
            "recognised_count": "recognised",
            "not_recognised_count": "not_recognised",
            "undecided_count": "undecided",
            "cited_count": "cited",
            "repeat_orders_count": "repeat_orders",
            "saved_amount_fen": "saved_amount_fen",
            **{f"reason_{name.lower()}_count": f"not_recognised_reasons.{name}" for name in REASONS},
        },
    ),
    "fct_capacity_daily": ("capacity", {"capacity_total_count": "capacity_total"}),
    "fct_capacity_release_daily": (
        "capacity_release",
        {
            "capacity_released_count": "capacity_released",
            "capacity_used_count": "capacity_used",
            "capacity_returned_count": "capacity_returned",
            "priority_used_count": "priority_used",
        },
    ),
}


@dataclass(frozen=True)
class Line:
    """One line of one file, numbered from 1."""

    source_id: str
    file: str
    number: int


@dataclass
class Account:
    """refused: rule by line. set_aside: rule by record id. counting: the records that count, by type."""

    refused: dict[Line, str] = field(default_factory=dict)
    accepted: dict[str, int] = field(default_factory=dict)  # lines, by type
    set_aside: dict[tuple[str, str, str], str] = field(default_factory=dict)  # (type, system, id)
    counting: dict[str, list[Record]] = field(default_factory=dict)

    def rows(self, fact: str) -> int:
        """How many rows a fact has: every grain has one record that counts."""
        return len(self.counting[FACTS[fact][0]])

    def sums(self, fact: str, day: str | None = None) -> dict[str, int]:
        """The sum of every measure of a fact, of one day where one is named."""
        record_type, columns = FACTS[fact]
        records = [r for r in self.counting[record_type] if day in (None, r["event_date"])]
        return {column: sum(round(_get(r, path) or 0) for r in records) for column, path in columns.items()}

    def days(self, fact: str) -> list[str]:
        return sorted({r["event_date"] for r in self.counting[FACTS[fact][0]]})


def account(files: Iterable[tuple[str, str, bytes]], reporters: Mapping[str, Iterable[str]] | None = None) -> Account:
    """Judge files as one. `reporters`: by source id, who may report there; sources not in it take anybody."""
    result = Account()
    allowed = {source_id: frozenset(codes) for source_id, codes in (reporters or {}).items()}
    lines: list[Record] = []
    for source_id, name, data in files:
        text = gzip.decompress(data) if name.endswith(".gz") else data
        for number, line in enumerate(text.split(b"\n"), 1):
            if not line.strip():
                continue
            record, rule = _read(line, allowed.get(source_id))
            if record is None:
                result.refused[Line(source_id, name, number)] = rule
            else:
                lines.append(record)
    result.accepted = dict(Counter(record["record_type"] for record in lines))
    speaking = _speaking(lines, result)
    for record_type, records in speaking.items():
        result.counting[record_type] = _without_rivals(record_type, records, result)
    _without_strangers(result)
    return result


# ---- 1. a line by itself


def _read(line: bytes, reporters: frozenset[str] | None) -> tuple[Record | None, str]:
    """The record of a line, or None and the rule that refuses it."""
    try:
        record = json.loads(line)
    except ValueError:
        return None, "JSON-invalid"
    if not isinstance(record, dict) or record.get("record_type") not in PAYLOADS:
        return None, "SCHEMA-record-type"
    rule = _shape(record, ENVELOPE) or _payload_shape(record)
    rule = rule or _time(record) or _contradiction(record) or _codes(record, ENVELOPE)
    rule = rule or _codes(record.get("payload", {}), PAYLOADS[record["record_type"]])
    if not rule and reporters is not None and record["reporter_org_code"] not in reporters:
        rule = "Q24"
    return (None, rule) if rule else (record, "")


def _payload_shape(record: Record) -> str:
    if record["op"] == "void":
        return ""
    if "payload" not in record:
        return "SCHEMA-required"
    return _shape(record["payload"], PAYLOADS[record["record_type"]])


def _shape(content: Record, fields: Mapping[str, str]) -> str:
    for name, value in content.items():
        if name not in fields:
            return "SCHEMA-unknown"
        if rule := _value(value, fields[name]):
            return rule
    is_complete = all(name in content for name, kind in fields.items() if kind[-1:] == "!")
    return "" if is_complete else "SCHEMA-required"


def _value(value: Any, kind: str) -> str:
    is_open = kind == "date"  # an end that has not come may be null
    kind = kind.rstrip("!")
    if kind in OBJECTS:
        return _shape(value, OBJECTS[kind]) if isinstance(value, dict) else "SCHEMA-type"
    if kind == "count":
        if not isinstance(value, int | float) or isinstance(value, bool):
            return "SCHEMA-type"
        return "Q07" if value < 0 or value != int(value) else ""
    if kind == "date":
        return "" if _is_date(value) or (value is None and is_open) else "SCHEMA-format"
    return "" if isinstance(value, TYPES[kind]) else "SCHEMA-type"


def _is_date(value: Any) -> bool:
    try:
        return len(value) == 10 and bool(date.fromisoformat(value))
    except (TypeError, ValueError):
        return False


def _time(record: Record) -> str:
    latest = (datetime.fromisoformat(record["produced_at"]) + timedelta(minutes=15)).date()
    return "Q04" if date.fromisoformat(record["event_date"]) > latest else ""


def _contradiction(record: Record) -> str:
    payload = record.get("payload", {})
    if record["record_type"] == "centre_activity" and payload and payload["rejected"] > payload["requested"]:
        return "Q08"
    if "capacity_total" in payload and payload.get("capacity_released", 0) > payload["capacity_total"]:
        return "Q09"
    reasons = payload.get("not_recognised_reasons")
    return "Q10" if reasons and sum(reasons.values()) != payload["not_recognised"] else ""


def _codes(content: Record, fields: Mapping[str, str]) -> str:
    codes = [content[name] for name, kind in fields.items() if kind in ("org", "org!") and name in content]
    return "" if all(":" in code or _has_check_digit(code) for code in codes) else "USCC-check-digit"


@cache
def _has_check_digit(code: str) -> bool:
    """GB 32100-2015: the sum of value times 3^i over all 18 characters is a multiple of 31."""
    characters = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    if len(code) != 18 or any(c not in characters for c in code):
        return False
    return sum(characters.index(c) * 3**i for i, c in enumerate(code[:17])) % 31 == -characters.index(code[17]) % 31


# ---- 2. versions of one id


def _speaking(lines: list[Record], result: Account) -> dict[str, list[Record]]:
    versions: dict[tuple[str, str, str], list[Record]] = defaultdict(list)
    for record in lines:
        versions[record["record_type"], record["source_system"], record["source_record_id"]].append(record)
    speaking: dict[str, list[Record]] = {record_type: [] for record_type in PAYLOADS}
    for key, records in versions.items():
        highest = max(record["source_version"] for record in records)
        latest = [record for record in records if record["source_version"] == highest]
        distinct = {json.dumps(r, sort_keys=True): r for r in latest} if len(latest) > 1 else {"": latest[0]}
        if len(distinct) > 1:
            result.set_aside[key] = "Q02"
        else:
            (record,) = distinct.values()
            if record["op"] == "upsert":
                speaking[key[0]].append(record)
    return speaking


# ---- 3. several ids of one grain


def _without_rivals(record_type: str, records: list[Record], result: Account) -> list[Record]:
    by_grain: dict[tuple[Any, ...], list[Record]] = defaultdict(list)
    for record in records:
        by_grain[_grain(record)].append(record)
    kept = []
    for rivals in by_grain.values():
        rivals.sort(key=lambda r: (r["source_system"], r["source_record_id"]))
        agree = record_type in MASTERS and len({json.dumps(r["payload"], sort_keys=True) for r in rivals}) == 1
        if len(rivals) == 1 or agree:
            kept.append(rivals[0])
        else:
            for record in rivals:
                result.set_aside[_key(record)] = "Q23"
    return kept


def _grain(record: Record) -> tuple[Any, ...]:
    parts = tuple(
        _org(record, _get(record, path)) if path.endswith("org_code") else _get(record, path)
        for path in GRAINS[record["record_type"]]
    )
    period = () if record["record_type"] in MASTERS else (record.get("period_type", "day"), record["event_date"])
    return parts + period


# ---- 4. who and what is known


def _without_strangers(result: Account) -> None:
    organisations = {_org(r, r["payload"]["org_code"]) for r in result.counting["organization"]}
    centres = {r["payload"]["centre_code"] for r in result.counting["shared_centre"]}
    for record_type in PAYLOADS.keys() - set(MASTERS):
        kept = []
        for record in result.counting[record_type]:
            payload = record["payload"]
            named = {_org(record, payload[f]) for f, kind in PAYLOADS[record_type].items()
                     if kind in ("org", "org!") and f in payload}  # fmt: skip
            if named <= organisations and ("centre_code" not in payload or payload["centre_code"] in centres):
                kept.append(record)
            else:
                result.set_aside[_key(record)] = "Q12"
        result.counting[record_type] = kept


def _key(record: Record) -> tuple[str, str, str]:
    return record["record_type"], record["source_system"], record["source_record_id"]


def _org(record: Record, code: str | None) -> tuple[str, str | None]:
    """Who is meant: a `local:` code means something within its source system only."""
    return (record["source_system"] if code and code.startswith("local:") else "", code)


def _get(record: Record, path: str) -> Any:
    value: Any = record["payload"]
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value

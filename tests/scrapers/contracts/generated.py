"""Feed records made from the contracts: good ones, and ones with a single thing broken. Seeded by the caller."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Sequence
from typing import Any

from scrapers import contracts
from scrapers.contracts import Contract, Field

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
BY_PATTERN = {
    "source_system": lambda rng: rng.choice(["demo-platform", "his.a", "x1"]),
    "source_record_id": lambda rng: f"r-{rng.getrandbits(64):016x}",
    "ws218_code": lambda rng: "".join(rng.choices("0123456789ABCDEFXYZ", k=22)),
    "org_class": lambda rng: rng.choice(["A1", "D6", "B"]),
    "item_loinc": lambda rng: rng.choice(["718-7", "1-1", "1234567-0"]),
    "indicator_code": lambda rng: rng.choice(["GV08", "MR01", "RS10a"]),
}


def uscc(rng: random.Random) -> str:
    body = "12" + rng.choice(["110105", "410122", "500157"]) + "".join(rng.choices("0123456789", k=9))
    return body + ALPHABET[-sum(ALPHABET.index(c) * pow(3, i, 31) for i, c in enumerate(body)) % 31]


def record(rng: random.Random, contract: Contract) -> dict[str, Any]:
    """A record that the schema accepts and that breaks no rule."""
    made = {
        "schema_version": "1.0",
        "record_type": contract.record_type,
        "op": "upsert",
        "event_date": "2026-11-20",
        "produced_at": rng.choice(
            ["2026-11-20T23:30:00+08:00", "2026-11-20T15:30:00Z", "2026-11-20T23:30:00.125+08:00"]
        ),
    }
    for field in contracts.envelope().fields:
        if field.name == "payload":
            made["payload"] = members(rng, contract.fields)
        elif field.name not in made and (field.required or rng.random() < 0.3):
            made[field.name] = value(rng, field)
    keep_rules(made["payload"])
    items = list(made.items())
    rng.shuffle(items)
    return dict(items)


def members(rng: random.Random, fields: Sequence[Field]) -> dict[str, Any]:
    chosen = [field for field in fields if field.required or rng.random() < 0.6]
    rng.shuffle(chosen)
    return {field.name: value(rng, field) for field in chosen}


def value(rng: random.Random, field: Field) -> Any:
    if field.nullable and rng.random() < 0.4:
        return None
    if field.enum:
        return rng.choice(field.enum)
    if field.column in BY_PATTERN:
        return BY_PATTERN[field.column](rng)
    match field.kind:
        case "org_code":
            return rng.choice([uscc(rng), uscc(rng), "local:410122-V0031", "ws218:12345"])
        case "uscc":
            return uscc(rng)
        case "adcode":
            return rng.choice(["110105", "410122"])
        case "hmac":
            return f"{rng.getrandbits(256):064x}"
        case "uri":
            return rng.choice(["urn:hr-catalogue:110000", "https://example.org/items/1"])
        case "date" | "open_date":
            return f"2026-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}"
        case "boolean":
            return rng.random() < 0.5
        case "object":
            return members(rng, field.fields)
        case "array":
            return rng.choice([[], ["示例别名"], ["requested", "received"]])
    if field.type == "integer":
        return rng.choice([1, 5, 40, 120])
    if field.type == "number":
        return rng.choice([0, 1, 0.5, 0.25]) if field.maximum == 1 else rng.choice([0, 3, 2.5, 6.125])
    return rng.choice(["示例 abc", "LAB-0001", "C.D"])[: field.max_length]


def keep_rules(payload: dict[str, Any]) -> None:
    """Counts that break no rule: nothing rejected, nothing released, reasons that add up."""
    for name in ("rejected", "capacity_released", "capacity_used", "not_recognised", "reported"):
        if name in payload:
            payload[name] = 0
    if "not_recognised_reasons" in payload:
        payload["not_recognised_reasons"] = dict.fromkeys(payload["not_recognised_reasons"], 0)


STRANGE = (
    None, True, False, 0, -1, 1.0, 1.5, -0.0, 1e15, 10**15, 2**53 + 1, 2**63, 10**30, "", "12", "1e9", "0x1F", " 12",
    "true", "null", "x" * 41, "x" * 200, "患者", [], ["a"], [1], {}, {"a": 1}, "2026-02-30", "2026-1-5", "20261105",
    "2026-11-20T23:30:00", "2026-11-20 23:30:00+08:00", "2026-11-20T24:00:00Z", "12110105400500001X", "a\nb", "a\tb",
    'a"b', "a\\b", "a:b", "urn:x", "::", "not a uri", "ABC", "abc", "1.0", "upsert", "void", "day",
)  # fmt: skip


def damaged(rng: random.Random, contract: Contract) -> dict[str, Any]:
    """A record with one thing changed, which may or may not break it."""
    made = copy.deepcopy(record(rng, contract))
    place = made
    while True:
        inner = [v for v in place.values() if isinstance(v, dict) and v]
        if not inner or rng.random() < 0.3:
            break
        place = rng.choice(inner)
    if not place:
        return made
    key = rng.choice(list(place))
    match rng.randrange(6):
        case 0:
            del place[key]
        case 1:
            place[rng.choice(["extra", "", "名称", "payload", "op", key.upper(), key + " "])] = rng.choice(STRANGE)
        case 2:
            place[key.upper()] = place.pop(key)
        case _:
            place[key] = rng.choice(STRANGE)
    return made


def line(rng: random.Random, made: dict[str, Any]) -> str:
    """One of the ways in which senders write JSON."""
    separators = rng.choice([(",", ":"), (", ", ": "), (" , ", " : "), (",\t", ":")])
    return json.dumps(made, ensure_ascii=rng.random() < 0.2, separators=separators)

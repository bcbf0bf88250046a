"""Our schemas mean what the domain's schema means: every field, every constraint, both sides of each bound.

Instances are made from both schemas, so that a constraint which stands in one of them only is met too.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from scrapers import contracts
from scrapers.contracts import sample

Path_ = tuple[str, ...]

OF_ANY_TYPE: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 1.0, 1.5, -0.0, 10**15, 10**30, "", "x", "12", "患者", [], ["a"], [1], [None], {},
    {"a": 1}, "2026-02-30", "2026-02-28", "2024-02-29", "2026-1-5", "20261105", "2026-11-20T23:30:00",
    "2026-11-20T23:30:00Z", "2026-11-20T23:30:00+08:00", "2026-11-20 23:30:00+08:00", "a b", "a\nb", "A", "abc", "ABC",
)  # fmt: skip
PATTERNED = (
    "12110105400500001E", "12110105O00500001X", "12110105400500001e", "92110105400500001E", "72110105400500001E",
    "1211010540050000", "12110105400500001EE", "ws218:1", "licence:a-b", "nhsa:" + "x" * 40, "nhsa:" + "x" * 41,
    "local:", "other:1", "local:a_b", "410122", "010122", "4101220", "41012", "A1", "A", "a1", "A1234", "D6Z9", "AZ0!",
    "GV08", "GV8", "G08", "ABCDE01", "GV08a", "GV08A", "718-7", "7187", "12345678-1", "1-12", "f" * 64, "F" * 64,
    "f" * 63, "f" * 65, "0" * 22, "A" * 22, "a" * 22, "0" * 21, "demo", "d", "-demo", "Demo", "d" * 64, "d" * 65,
    "a.b:c_d-e", "x" * 128, "x" * 129, "urn:a:b", "urn:hr-catalogue:110000", "https://example.org", "example", "::",
    "http://[", "a:b", "day", "week", "1.0", "1.1", "2.0",
)  # fmt: skip


def resolved(schema: Any, root: Any) -> Any:
    while "$ref" in schema:
        schema = root["$defs"][schema["$ref"].rpartition("/")[2]]
    return schema


def places(schema: Any, root: Any, path: Path_ = ()) -> Iterator[tuple[Path_, Any]]:
    """Every object and field that a schema speaks of."""
    schema = resolved(schema, root)
    yield path, schema
    for name, inner in schema.get("properties", {}).items():
        yield from places(inner, root, (*path, name))


def payload_of(schema: Any, record_type: str) -> Any:
    """The payload's schema, found in the conditions of either form."""
    for branch in schema["allOf"]:
        named = branch["if"]["properties"].get("record_type", {}).get("const", record_type)
        payload = branch["then"].get("properties", {}).get("payload")
        if payload and named == record_type:
            return resolved(payload, schema)
    raise AssertionError(record_type)


def edges(schema: Any) -> Iterator[Any]:
    """Values on both sides of each bound."""
    for option in schema.get("oneOf", ()):
        yield from edges(option)
    for key in ("minimum", "maximum"):
        if key in schema:
            yield from (schema[key] + step for step in (-1, -0.5, -0.001, 0, 0.001, 0.5, 1))
    for key in ("minLength", "maxLength"):
        if key in schema:
            yield from (("中" * max(0, schema[key] + step)) for step in (-1, 0, 1))
            yield from (("x" * max(0, schema[key] + step)) for step in (-1, 0, 1))
    for value in schema.get("enum", ()):
        yield from (value, str(value).upper(), f"{value} ")
    if "items" in schema:
        yield from ([item] for item in edges(schema["items"]))


def put(record: Any, path: Path_, value: Any) -> Any:
    made = copy.deepcopy(record)
    place = made
    for name in path[:-1]:
        place = place.setdefault(name, {})
        if not isinstance(place, dict):
            return None
    if value is ...:
        place.pop(path[-1], None)
    else:
        place[path[-1]] = value
    return made


def instances(record: Any, found: dict[Path_, list[Any]]) -> Iterator[Any]:
    yield record
    for path, schemas in found.items():
        if any("properties" in s for s in schemas):
            yield from (put(record, (*path, name), 1) for name in ("extra", "", "Payload", "名称"))
        if not path:
            continue
        yield put(record, path, ...)
        for value in (*OF_ANY_TYPE, *PATTERNED, *(value for schema in schemas for value in edges(schema))):
            yield put(record, path, value)


@pytest.mark.shared
@pytest.mark.parametrize("record_type", sorted(contracts.load()))
def test_every_field_and_constraint_means_the_same(shared: Path, record_type: str) -> None:
    domain = json.loads((shared / "domain" / "schemas" / "feed.schema.json").read_text(encoding="utf-8"))
    contract = contracts.load()[record_type]
    theirs = jsonschema_rs.validator_for(domain, validate_formats=True)
    ours_schema = contracts.json_schema(contract)
    ours = jsonschema_rs.validator_for(ours_schema, validate_formats=True)
    found: dict[Path_, list[Any]] = {}
    for schema in (domain, ours_schema):
        for path, inner in places({k: v for k, v in schema.items() if k != "allOf"}, schema):
            found.setdefault(path, []).append(inner)
        for path, inner in places(payload_of(schema, record_type), schema, ("payload",)):
            found.setdefault(path, []).append(inner)
    seen = {True: 0, False: 0}
    whole, least = sample.record(contract), sample.record(contract, required_only=True)
    void = {**{k: v for k, v in whole.items() if k != "payload"}, "op": "void"}
    for record in (whole, least, void, {**whole, "op": "void"}):
        for made in instances(record, found):
            if made is None or made.get("record_type") not in (record_type, None, "x"):
                continue  # ours is the schema of one type
            verdict = theirs.is_valid(made)
            seen[verdict] += 1
            assert ours.is_valid(made) == verdict, json.dumps(made, ensure_ascii=False)
    assert min(seen.values()) > 300

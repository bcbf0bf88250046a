"""Does a change of the contracts break the senders that keep to the old ones?

Comes in: contracts as they are, and their shape as it was published (`published.json` of this folder). Goes out: one
line for each promise that is broken: a field that went, changed its type or name, became required, or takes less than
it took. A new optional field, a new value of an enum or a wider bound breaks nothing. `python -m
scrapers.contracts.compatibility` writes the shape anew, after a change that was meant.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from scrapers.contracts import HERE, Contract, Field, envelope, load

PUBLISHED = HERE / "published.json"
LOWER = ("minimum", "min_length")
UPPER = ("maximum", "max_length", "item_max_length")

Shape = Mapping[str, Mapping[str, Mapping[str, Any]]]  # record type (or "envelope") → path → what it takes


def shape(contracts: Mapping[str, Contract]) -> Shape:
    """What senders may rely on."""
    every = {"envelope": envelope().fields, **{name: contract.fields for name, contract in contracts.items()}}
    return {name: dict(_described(fields)) for name, fields in sorted(every.items())}


def published(path: Path = PUBLISHED) -> Shape:
    """The shape that was promised last."""
    found: Shape = json.loads(path.read_text(encoding="utf-8"))
    return found


def breaks(old: Shape, new: Shape) -> list[str]:
    """`record_type path: what` of every promise that `new` does not keep."""
    return [f"{name} {fault}" for name, fields in old.items() for fault in _broken(fields, new.get(name, {}))]


def _described(fields: Sequence[Field]) -> Iterator[tuple[str, dict[str, Any]]]:
    for field in fields:
        limits = {key: getattr(field, key) for key in (*LOWER, *UPPER, "pattern", "format", "check")}
        told = {key: value for key, value in limits.items() if value is not None}
        yield (
            field.path,
            {
                "type": field.type,
                "column": field.column,
                "required": field.required,
                "nullable": field.nullable,
                "enum": list(field.enum),
                **told,
            },
        )
        yield from _described(field.fields)


def _broken(old: Mapping[str, Mapping[str, Any]], new: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    for path, was in old.items():
        if path not in new:
            yield f"{path}: is gone"
            continue
        now = new[path]
        for key in ("type", "column"):
            if was[key] != now[key]:
                yield f"{path}: {key} was {was[key]}, is {now[key]}"
        if now["required"] and not was["required"]:
            yield f"{path}: is required now"
        if was["nullable"] and not now["nullable"]:
            yield f"{path}: may be null no more"
        yield from (f"{path}: {what}" for what in _narrowed(was, now))
    for path, now in new.items():
        parent = path.rpartition(".")[0]
        if path not in old and now["required"] and (parent in old or parent in ("", "payload")):
            yield f"{path}: is new and required"


def _narrowed(was: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    if now["enum"] and (gone := sorted(set(was["enum"]) - set(now["enum"])) or not was["enum"]):
        yield f"takes fewer values: {gone if isinstance(gone, list) else 'any text before'}"
    for key in ("pattern", "format", "check"):
        if key in now and was.get(key) != now[key]:
            yield f"{key} is another"
    for key in LOWER:
        if key in now and now[key] > was.get(key, float("-inf")):
            yield f"{key} rose to {now[key]}"
    for key in UPPER:
        if key in now and now[key] < was.get(key, float("inf")):
            yield f"{key} fell to {now[key]}"


if __name__ == "__main__":
    PUBLISHED.write_text(json.dumps(shape(load()), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")

"""A change of a contract that breaks its senders is found; one that only widens it is not."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from scrapers import contracts
from scrapers.contracts import compatibility


def test_no_contract_breaks_what_was_published() -> None:
    """Fails where a field went, was retyped, became required or narrower. Meant? Raise the version of the contract
    and run `python -m scrapers.contracts.compatibility`."""
    assert compatibility.breaks(compatibility.published(), compatibility.shape(contracts.load())) == []


PATH = "payload.capacity_total"
CHANGES: list[tuple[dict[str, Any], str | None]] = [
    ({PATH: None}, "capacity payload.capacity_total: is gone"),
    ({PATH: {"type": "number"}}, "capacity payload.capacity_total: type was integer, is number"),
    ({PATH: {"column": "total"}}, "capacity payload.capacity_total: column was capacity_total, is total"),
    ({PATH: {"minimum": 1}}, "capacity payload.capacity_total: minimum rose to 1"),
    ({PATH: {"maximum": 10**9}}, "capacity payload.capacity_total: maximum fell to 1000000000"),
    ({"payload.bed_basis": {"required": True}}, "capacity payload.bed_basis: is required now"),
    (
        {"payload.clinic_class": {"enum": ["expert", "general", "all"]}},
        "capacity payload.clinic_class: takes fewer values: ['specialist']",
    ),
    ({"payload.lead_org_code": {"pattern": "^[0-9]{18}$"}}, "capacity payload.lead_org_code: pattern is another"),
    ({"payload.note": {"type": "text", "required": True}}, "capacity payload.note: is new and required"),
    ({"payload.note": {"type": "text", "required": False}}, None),
    ({PATH: {"required": False}}, None),
    ({PATH: {"nullable": True}}, None),
    ({PATH: {"minimum": -5}}, None),
    ({"payload.clinic_class": {"enum": ["expert", "general", "specialist", "night", "all"]}}, None),
]


@pytest.mark.parametrize(("change", "message"), CHANGES)
def test_a_breaking_change_is_told_and_a_widening_is_not(change: dict[str, Any], message: str | None) -> None:
    new: Any = copy.deepcopy(compatibility.shape(contracts.load()))
    for path, keys in change.items():
        if keys is None:
            del new["capacity"][path]
        else:
            blank = {"column": path, "nullable": False, "enum": []}
            new["capacity"][path] = new["capacity"].get(path, blank) | keys
    found = compatibility.breaks(compatibility.shape(contracts.load()), new)
    assert found == ([message] if message else [])


def test_a_record_type_that_went_is_told(tmp_path: Path) -> None:
    old = compatibility.shape(contracts.load())
    new = {name: fields for name, fields in old.items() if name != "capacity"}
    assert "capacity payload.capacity_total: is gone" in compatibility.breaks(old, new)

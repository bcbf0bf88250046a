"""A contract's sample: one valid record, made of the examples that stand in the YAML.

Comes in: a contract. Goes out: a record as a sender would write it, whole or with required fields only. The pages, the
XLSX template's example row and `yilian contracts sample` show it; a test brings each before the door. Never here: a
value that the YAML does not hold.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from scrapers.contracts import Contract, Field, envelope


def record(contract: Contract, *, required_only: bool = False) -> dict[str, Any]:
    """A record that the door accepts: every field with its example (null where it may be, and has none)."""
    made = _members(envelope().fields, required_only)
    made.pop("not_provided", None)  # nothing is missing in it
    made["record_type"] = contract.record_type
    made["source_record_id"] = f"{contract.record_type.replace('_', '-')}-1"
    made["payload"] = _members(contract.fields, required_only)
    return made


def _members(fields: Sequence[Field], required_only: bool) -> dict[str, Any]:
    return {
        field.name: _members(field.fields, required_only) if field.fields else field.example
        for field in fields
        if field.name != "payload" and (field.required or not required_only)
    }

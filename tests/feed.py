"""Builds small, valid feed files for tests: two hospitals, two centres' days, whatever a scenario asks for.

Everything is made up. `write` puts records into a home's drop folder as one NDJSON file.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

CHARSET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
Record = dict[str, Any]


def uscc(serial: int) -> str:
    """A valid USCC (GB 32100-2015: weights 3^i mod 31) that is no valid ID number."""
    body = f"12110105{serial:09d}"
    total = sum(CHARSET.index(c) * pow(3, i, 31) for i, c in enumerate(body))
    return body + CHARSET[-total % 31]


LEAD, MEMBER, OTHER, LATECOMER = (uscc(400500000 + n) for n in range(4))
CENTRE = "C-LAB-01"
ITEM = {"system": "urn:hr-catalogue:110000", "code": "LAB-0001", "display": "血红蛋白测定"}


def record(
    record_type: str, record_id: str, day: str, payload: Record | None, version: int = 1, **envelope: Any
) -> Record:
    """One record; a payload of None makes a void."""
    made = {
        "schema_version": "1.0",
        "record_type": record_type,
        "source_system": "test-platform",
        "source_record_id": record_id,
        "source_version": version,
        "op": "upsert" if payload is not None else "void",
        "reporter_org_code": LEAD,
        "event_date": day,
        "produced_at": f"{day}T23:30:00+08:00",
        **envelope,
    }
    return made if payload is None else {**made, "payload": payload}


def organisation(code: str, name: str, version: int = 1) -> Record:
    payload = {"org_code": code, "name": name, "org_class": "A1", "level": "tertiary", "tier": "city"}
    return record(
        "organization", f"org-{code}", "2023-01-01", payload | {"adcode": "110105", "valid_from": "2023-01-01"}, version
    )


def masters() -> list[Record]:
    """A group of a lead and two members, with one laboratory."""
    roles = {LEAD: "lead", MEMBER: "member", OTHER: "member"}
    members = [
        record(
            "group_membership",
            f"gm-{code}",
            "2023-01-01",
            {
                "group_code": "G-01",
                "group_name": "示例医疗集团",
                "group_type": "city_group",
                "pilot_adcode": "110105",
                "org_code": code,
                "role": role,
                "valid_from": "2023-01-01",
            },
        )
        for code, role in roles.items()
    ]
    centre = {"centre_code": CENTRE, "centre_type": "lab", "group_code": "G-01", "host_org_code": LEAD}
    return [
        *(organisation(code, f"示例机构{number}") for number, code in enumerate(roles, 1)),
        *members,
        record("shared_centre", "sc-1", "2023-01-01", centre | {"status": "operating", "valid_from": "2023-01-01"}),
    ]


def activity(record_id: str, day: str, requester: str = MEMBER, version: int = 1, **counts: int) -> Record:
    """A centre's day for one requester."""
    payload = {"requested": 100, "received": 98, "rejected": 2, "reported": 95, "reported_on_time": 90, "cancelled": 0}
    named = {"centre_code": CENTRE, "requester_org_code": requester, "service_category": "clinical", "unit": "specimen"}
    return record("centre_activity", record_id, day, {**named, **payload, **counts}, version)


def recognition(record_id: str, day: str, version: int = 1, **counts: int) -> Record:
    payload = {"eligible_results": 40, "recognised": 28, "not_recognised": 5, "saved_amount_fen": 56000}
    named = {"receiver_org_code": LEAD, "source_org_code": MEMBER, "item": ITEM}
    return record("recognition_activity", record_id, day, {**named, **payload, **counts}, version)


def capacity(record_id: str, day: str, total: int = 300, version: int = 1) -> Record:
    named = {"lead_org_code": LEAD, "resource_type": "outpatient_slot", "clinic_class": "all"}
    return record("capacity", record_id, day, {**named, "capacity_total": total}, version)


def release(record_id: str, day: str, released: int = 100, used: int = 80, version: int = 1) -> Record:
    named = {"lead_org_code": LEAD, "target_type": "family_doctor_team", "resource_type": "outpatient_slot"}
    counts = {"clinic_class": "all", "capacity_released": released, "capacity_used": used}
    return record("capacity_release", record_id, day, named | counts, version)


def void(of: Record) -> Record:
    """Withdraws a record."""
    return record(of["record_type"], of["source_record_id"], of["event_date"], None, of["source_version"] + 1)


def day(date: str, suffix: str = "") -> list[Record]:
    """Everything that a day brings."""
    tail = f"{date}{suffix}"
    return [
        activity(f"ca-{tail}", date),
        activity(f"cb-{tail}", date, requester=OTHER, reported=50, reported_on_time=50),
        recognition(f"ra-{tail}", date),
        capacity(f"cap-{tail}", date),
        release(f"cr-{tail}", date),
    ]


def write(home: Path, name: str, records: Iterable[Record]) -> Path:
    """Drop a feed file into the home's inbox."""
    file = home / "inbox" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in records), encoding="utf-8")
    return file

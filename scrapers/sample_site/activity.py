"""What the sample groups report: master records, and a day's activity.

Comes in: a group and a day. Goes out: feed records as dicts, the same for the same seed. Never here: errors in them
(dirt.py), files (feeds.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from fractions import Fraction
from random import Random
from typing import Any

from scrapers.sample_site.institutions import (
    GROUPS_SINCE,
    LIANGJIANG,
    LIANGJIANG_BEFORE,
    LIANGJIANG_SINCE,
    ORGS_SINCE,
    TURNAROUND,
    UNITS,
    Centre,
    Group,
    Org,
)

Record = dict[str, Any]

MASTERS = ("organization", "group_membership", "shared_centre")
DAILY = ("centre_activity", "recognition_activity", "capacity", "capacity_release")

ITEMS = (
    ("LAB-0001", "血红蛋白测定", 1200),
    ("LAB-0014", "血清丙氨酸氨基转移酶测定", 900),
    ("LAB-0027", "空腹血糖测定", 700),
    ("IMG-0003", "胸部CT平扫", 21000),
    ("IMG-0011", "腹部彩色多普勒超声", 12000),
    ("ECG-0001", "常规十二导联心电图", 2500),
)  # catalogue code, name, price in fen
REASONS = ("R1_condition_changed", "R2_fast_changing", "R3_before_major_measure", "R4_emergency", "R6_other")
RESOURCES = ("outpatient_slot", "inpatient_bed_day")


def source_system(platform: str) -> str:
    return f"sample-{platform}"


def record(group: Group, record_type: str, record_id: str, day: date, payload: Record | None, **more: Any) -> Record:
    """One feed record, reported by the group's lead hospital; a payload of None withdraws."""
    made: Record = {
        "schema_version": "1.0",
        "record_type": record_type,
        "source_system": source_system(group.place.platform),
        "source_record_id": record_id,
        "source_version": 1,
        "op": "upsert" if payload is not None else "void",
        "reporter_org_code": group.lead.code,
        "event_date": day.isoformat(),
        "produced_at": produced_at(day),
        **more,
    }
    return made if payload is None else {**made, "payload": payload}


def produced_at(day: date) -> str:
    return f"{day.isoformat()}T23:30:00+08:00"


def records(seed: int, group: Group, record_type: str, day: date) -> list[Record]:
    """What a group reports of one type: the masters as of that day, or that day's activity."""
    if record_type in MASTERS:
        return list(_MASTER_MAKERS[record_type](group, day))
    rng = Random(f"{seed}/{record_type}/{group.code}/{day.isoformat()}")
    return list(_DAILY_MAKERS[record_type](rng, group, day))


# ---- masters


def _organizations(group: Group, day: date) -> Iterator[Record]:
    for number, org in enumerate(group.orgs, 1):
        payload = {
            "org_code": org.code,
            "name": org.name,
            "org_class": org.org_class,
            "level": org.level,
            "grade": "A" if org.level != "primary" else "none",
            "tier": org.tier,
            "ownership": "public",
            "is_tcm": org.is_tcm,
            "adcode": org.adcode,
            "open_beds": org.open_beds,
            "valid_from": ORGS_SINCE.isoformat(),
            "valid_to": None,
            "status": "active",
        }
        record_id = f"org-{group.code}-{number}"
        if org.adcode != LIANGJIANG:
            yield record(group, "organization", record_id, day, payload)
            continue
        since = LIANGJIANG_SINCE.isoformat()
        yield record(group, "organization", record_id, day, payload | {"adcode": LIANGJIANG_BEFORE, "valid_to": since})
        yield record(group, "organization", f"{record_id}-b", day, payload | {"valid_from": since})


def _memberships(group: Group, day: date) -> Iterator[Record]:
    for number, org in enumerate(group.orgs, 1):
        payload = {
            "group_code": group.code,
            "group_name": group.name,
            "group_type": "city_group",
            "pilot_adcode": group.place.adcode,
            "org_code": org.code,
            "role": "lead" if org is group.lead else "member",
            "valid_from": GROUPS_SINCE.isoformat(),
            "valid_to": None,
        }
        yield record(group, "group_membership", f"gm-{group.code}-{number}", day, payload)


def _shared_centres(group: Group, day: date) -> Iterator[Record]:
    for centre in group.centres:
        payload = {
            "centre_code": centre.code,
            "centre_type": centre.type,
            "name": centre.name,
            "group_code": group.code,
            "host_org_code": centre.host.code,
            "status": centre.status,
            "opened_on": centre.opened_on.isoformat() if centre.opened_on else None,
            "tat_target_minutes": TURNAROUND[centre.type] * 3 // 2,
            "valid_from": "2024-01-01",
            "valid_to": None,
        }
        yield record(group, "shared_centre", f"sc-{centre.code}", day, payload)


# ---- a day


def _centre_activity(rng: Random, group: Group, day: date) -> Iterator[Record]:
    for centre in group.centres:
        if centre.status != "operating":
            continue
        for number, requester in enumerate(centre.requesters, 1):
            record_id = f"ca-{centre.code}-{number}-{day:%Y%m%d}"
            payload = _requests(rng, centre, requester, day)
            more = {} if centre.counts_on_time else {"not_provided": ["reported_on_time"]}
            yield record(group, "centre_activity", record_id, day, payload, **more)


def _requests(rng: Random, centre: Centre, requester: Org, day: date) -> Record:
    size = {"tertiary": 1.0, "secondary": 0.35, "primary": 0.06}[requester.level]
    requested = int(centre.volume * size * _workload(day) * rng.uniform(0.8, 1.2))
    cancelled = _share(rng, requested, 0.02)
    rejected = _share(rng, requested - cancelled, 0.03)
    received = requested - cancelled - rejected
    reported = received - _share(rng, received, 0.08)
    critical = _share(rng, reported, 0.02) if centre.type in ("lab", "imaging", "ecg") else 0
    median = TURNAROUND[centre.type] * rng.uniform(0.7, 1.3)
    payload = {
        "centre_code": centre.code,
        "requester_org_code": requester.code,
        "service_category": centre.category,
        "unit": UNITS[centre.type],
        "requested": requested,
        "received": received,
        "rejected": rejected,
        "reported": reported,
        "corrected": _share(rng, reported, 0.01),
        "cancelled": cancelled,
        "critical_total": critical,
        "critical_acknowledged": critical - _share(rng, critical, 0.2),
        "tat_minutes_sum": int(reported * median * 1.1),
    }
    if centre.counts_on_time:
        payload["reported_on_time"] = reported - _share(rng, reported, 0.2)
    if reported:
        payload |= {"tat_minutes_p50": round(median), "tat_minutes_p90": round(median * 1.8)}
    return payload


def _recognition(rng: Random, group: Group, day: date) -> Iterator[Record]:
    """Each way between the lead and the secondary hospital, and the lead's results seen by primary institutions."""
    secondary = group.members[0]
    pairs = [(group.lead, secondary), (secondary, group.lead), *((p, group.lead) for p in group.primaries[:2])]
    for number, (receiver, source) in enumerate(pairs, 1):
        first = (number * 2) % len(ITEMS)
        for code, display, price in (ITEMS[first], ITEMS[(first + 1) % len(ITEMS)]):
            payload = {
                "receiver_org_code": receiver.code,
                "source_org_code": source.code,
                "item": {
                    "system": f"urn:hr-catalogue:{group.place.adcode[:2]}0000",
                    "code": code,
                    "display": display,
                },
                "scope_type": "prefecture",
                **_decisions(rng, receiver, price, day),
            }
            yield record(group, "recognition_activity", f"ra-{group.code}-{number}-{code}-{day:%Y%m%d}", day, payload)


def _decisions(rng: Random, receiver: Org, price: int, day: date) -> Record:
    most = {"tertiary": 90, "secondary": 40, "primary": 15}[receiver.level]
    eligible = int(rng.randint(0, most) * _workload(day))
    undecided = _share(rng, eligible, 0.1)
    refused = _share(rng, eligible - undecided, 0.2)
    recognised = eligible - undecided - refused
    payload: Record = {
        "eligible_results": eligible,
        "reminded": eligible - _share(rng, eligible, 0.1),
        "viewed": recognised + _share(rng, undecided, 0.5),
        "recognised": recognised,
        "not_recognised": refused,
        "undecided": undecided,
        "cited": recognised - _share(rng, recognised, 0.2),
        "repeat_orders": _share(rng, refused, 0.8),
        "saved_amount_fen": recognised * price,
    }
    if refused:
        reasons = dict.fromkeys(REASONS, 0)
        for _ in range(refused):
            reasons[rng.choice(REASONS)] += 1
        payload["not_recognised_reasons"] = {name: n for name, n in reasons.items() if n}
    return payload


def _capacity(rng: Random, group: Group, day: date) -> Iterator[Record]:
    for resource in RESOURCES:
        payload = {
            "lead_org_code": group.lead.code,
            "resource_type": resource,
            "clinic_class": "all",
            **_basis(resource),
            "capacity_total": _total(group, resource, day),
        }
        yield record(group, "capacity", f"cap-{group.code}-{_short(resource)}-{day:%Y%m%d}", day, payload)


def _capacity_release(rng: Random, group: Group, day: date) -> Iterator[Record]:
    """The released share is exact each day: split between the family-doctor teams and each primary institution."""
    targets: Sequence[Org | None] = (None, *group.primaries)
    for resource in RESOURCES:
        parts = _split(int(_total(group, resource, day) * _released_share(group, resource)), len(targets))
        for number, (target, released) in enumerate(zip(targets, parts, strict=True), 1):
            used = released - _share(rng, released, 0.3)
            payload = {
                "lead_org_code": group.lead.code,
                "target_type": "primary_org" if target else "family_doctor_team",
                **({"target_org_code": target.code} if target else {}),
                "resource_type": resource,
                "clinic_class": "all",
                **_basis(resource),
                "capacity_released": released,
                "capacity_used": used,
                "capacity_returned": released - used,
                "priority_used": _share(rng, used, 0.5),
            }
            record_id = f"cr-{group.code}-{_short(resource)}-{number}-{day:%Y%m%d}"
            yield record(group, "capacity_release", record_id, day, payload)


def _total(group: Group, resource: str, day: date) -> int:
    """A lead's capacity on a day; slots halve at weekends and stay divisible by 12, so that a third can be exact."""
    if resource == "inpatient_bed_day":
        return group.beds
    return group.slots // 2 // 12 * 12 if day.weekday() >= 5 else group.slots // 12 * 12


def _released_share(group: Group, resource: str) -> Fraction:
    return group.slot_share if resource == "outpatient_slot" else group.bed_share


def _basis(resource: str) -> Record:
    return {"bed_basis": "open"} if resource == "inpatient_bed_day" else {}


def _short(resource: str) -> str:
    return "bed" if resource == "inpatient_bed_day" else "slot"


def _split(total: int, parts: int) -> list[int]:
    """Half to the first, the rest evenly."""
    rest = total // 2
    shares = [rest // (parts - 1)] * (parts - 1)
    return [total - sum(shares), *shares]


def _workload(day: date) -> float:
    return 0.55 if day.weekday() >= 5 else 1.0


def _share(rng: Random, total: int, most: float) -> int:
    """A random part of a total, up to a share of it; small totals still lose one now and then."""
    return min(total, int(total * rng.uniform(0, most) + rng.random() * 0.6))


_MASTER_MAKERS = {
    "organization": _organizations,
    "group_membership": _memberships,
    "shared_centre": _shared_centres,
}
_DAILY_MAKERS = {
    "centre_activity": _centre_activity,
    "recognition_activity": _recognition,
    "capacity": _capacity,
    "capacity_release": _capacity_release,
}

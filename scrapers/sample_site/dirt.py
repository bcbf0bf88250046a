"""What goes wrong on the way from the sample hospitals, on purpose and listed: corrections, voids, refused lines, ties.

Comes in: a platform's groups and the days. Goes out: `Spoiled` lines for its files, each with what is to become of it.
Never here: clean records (activity.py).

All of it happens in the last three days: `then` is the third last day, `now` the day before the last. Files of `now`
carry the bad lines; a second file of that day brings what changes `then`. Fewer than three days are clean.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from scrapers.sample_site.activity import Record, produced_at, record, records
from scrapers.sample_site.institutions import Group, uscc

DAYS_NEEDED = 3

# accepted: a raw row that may count. superseded, duplicate: a raw row that a later or equal one makes silent.
# set_aside: a raw row that counts nowhere until somebody mends it. refused: no raw row, a quarantine line.
Fate = Literal["accepted", "superseded", "duplicate", "set_aside", "refused"]


@dataclass(frozen=True, slots=True)
class Spoiled:
    """One line of dirt. `line` is what stands in the file; it goes into the day's first file or into its second."""

    kind: str
    rule: str | None  # of the door where refused; of the specification where set aside
    fate: Fate
    record_type: str
    line: str
    is_late: bool = False  # in the second file of the day


class Spoiler:
    """Hands out clean records of a platform to spoil, never the same twice."""

    def __init__(self, seed: int, groups: Sequence[Group], others: Sequence[Group], days: Sequence[date]) -> None:
        self.seed, self.groups, self.others = seed, groups, others
        self.then, self.now = days[-3], days[-2]
        self._taken: dict[str, int] = {}

    def take(self, record_type: str, day: date) -> tuple[Group, Record]:
        """A clean record of that day, and the group that sends it. The copy may be changed."""
        number = self._taken.get(record_type, 0)
        self._taken[record_type] = number + 1
        turn, place = divmod(number, len(self.groups))
        group = self.groups[place]
        return group, copy.deepcopy(records(self.seed, group, record_type, day)[turn])

    def new(self, record_type: str, suffix: str) -> tuple[Group, Record]:
        """A copy of a record of `now` under an id of its own."""
        group, made = self.take(record_type, self.now)
        made["source_record_id"] += suffix
        return group, made


def spoil(
    seed: int, groups: Sequence[Group], others: Sequence[Group], days: Sequence[date], share: tuple[int, int]
) -> list[Spoiled]:
    """The dirt of one platform: every nth kind of it. `others` are groups that another platform reports for."""
    if len(days) < DAYS_NEEDED or not groups:
        return []
    number, of = share
    spoiler = Spoiler(seed, groups, others, days)
    return [spoiled for kind in _KINDS[number::of] for spoiled in kind(spoiler)]


def to_line(content: Record) -> str:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


# ---- what is accepted: corrections and voids, sent a day later


def _corrected(s: Spoiler) -> Iterator[Spoiled]:
    for _ in range(3):
        _, made = s.take("centre_activity", s.then)
        made["payload"]["requested"] += 7
        made["payload"]["received"] += 7
        yield Spoiled("corrected", None, "accepted", "centre_activity", to_line(_next_version(s, made)), is_late=True)


def _corrected_release(s: Spoiler) -> Iterator[Spoiled]:
    _, made = s.take("capacity_release", s.then)
    made["payload"]["capacity_used"] = made["payload"]["capacity_released"]
    made["payload"]["capacity_returned"] = 0
    yield Spoiled("corrected", None, "accepted", "capacity_release", to_line(_next_version(s, made)), is_late=True)


def _moved(s: Spoiler) -> Iterator[Spoiled]:
    """Work that was written down for a day and belongs to the day before: the first day gets empty of it."""
    _, made = s.new("centre_activity", "-night")
    made["payload"]["service_category"] = {"specimen": "molecular", "study": "NM"}[made["payload"]["unit"]]
    yield Spoiled("moved_from", None, "superseded", "centre_activity", to_line(made))
    moved = made | {"source_version": 2, "event_date": s.then.isoformat()}
    yield Spoiled("moved_to", None, "accepted", "centre_activity", to_line(moved), is_late=True)


def _voided(s: Spoiler) -> Iterator[Spoiled]:
    for record_type in ("centre_activity", "recognition_activity", "capacity_release"):
        group, made = s.take(record_type, s.then)
        void = record(
            group, record_type, made["source_record_id"], s.then, None, source_version=2, produced_at=produced_at(s.now)
        )
        yield Spoiled("voided", None, "accepted", record_type, to_line(void), is_late=True)


def _stale(s: Spoiler) -> Iterator[Spoiled]:
    """Version 2 comes first, version 1 after it: the higher version counts."""
    _, made = s.new("capacity", "-early")
    made["payload"]["clinic_class"] = "expert"
    made["payload"]["capacity_total"] //= 10
    yield Spoiled("early_version", None, "accepted", "capacity", to_line(_next_version(s, made)))
    made["payload"]["capacity_total"] += 1
    yield Spoiled("stale_version", None, "superseded", "capacity", to_line(made), is_late=True)


def _duplicate(s: Spoiler) -> Iterator[Spoiled]:
    _, made = s.take("centre_activity", s.now)
    yield Spoiled("duplicate_line", "Q01", "duplicate", "centre_activity", to_line(made))


# ---- what is set aside: each record is right by itself


def _tie(s: Spoiler) -> Iterator[Spoiled]:
    _, made = s.take("capacity", s.now)
    made["payload"]["capacity_total"] += 30
    yield Spoiled("tie", "Q02", "set_aside", "capacity", to_line(made))


def _two_ids(s: Spoiler) -> Iterator[Spoiled]:
    _, made = s.new("recognition_activity", "-again")
    made["payload"]["eligible_results"] += 2
    yield Spoiled("two_ids", "Q23", "set_aside", "recognition_activity", to_line(made))


def _unknown_org(s: Spoiler) -> Iterator[Spoiled]:
    group, made = s.new("centre_activity", "-stranger")
    made["payload"]["requester_org_code"] = uscc(group.place.adcode, 9999001)
    yield Spoiled("unknown_org", "Q12", "set_aside", "centre_activity", to_line(made))


def _unknown_centre(s: Spoiler) -> Iterator[Spoiled]:
    _, made = s.new("centre_activity", "-nowhere")
    made["payload"]["centre_code"] = "C-UNKNOWN-01"
    yield Spoiled("unknown_centre", "Q12", "set_aside", "centre_activity", to_line(made))


# ---- what the door refuses


def _negative(s: Spoiler) -> Iterator[Spoiled]:
    _, made = s.new("centre_activity", "-bad")
    made["payload"]["requested"] = -3
    yield _refused("negative_count", "Q07", made)


def _fractional(s: Spoiler) -> Iterator[Spoiled]:
    _, made = s.new("recognition_activity", "-bad")
    made["payload"]["recognised"] = 1.5
    yield _refused("fractional_count", "Q07", made)


def _more_rejected(s: Spoiler) -> Iterator[Spoiled]:
    _, made = s.new("centre_activity", "-bad")
    made["payload"]["rejected"] = made["payload"]["requested"] + 1
    yield _refused("rejected_over_requested", "Q08", made)


def _more_released(s: Spoiler) -> Iterator[Spoiled]:
    _, made = s.new("capacity_release", "-bad")
    made["payload"]["capacity_total"] = made["payload"]["capacity_released"] - 1
    yield _refused("released_over_total", "Q09", made)


def _reasons_differ(s: Spoiler) -> Iterator[Spoiled]:
    _, made = s.new("recognition_activity", "-bad")
    made["payload"]["not_recognised_reasons"] = {"R4_emergency": made["payload"]["not_recognised"] + 1}
    yield _refused("reasons_differ", "Q10", made)


def _unknown_field(s: Spoiler) -> Iterator[Spoiled]:
    _, made = s.new("capacity", "-bad")
    made["payload"]["waiting_list"] = 12
    yield _refused("unknown_field", "SCHEMA-unknown", made)


def _future(s: Spoiler) -> Iterator[Spoiled]:
    _, made = s.new("capacity_release", "-bad")
    made["produced_at"] = produced_at(s.then)
    yield _refused("future_date", "Q04", made)


def _wrong_digit(s: Spoiler) -> Iterator[Spoiled]:
    group, made = s.new("centre_activity", "-bad")
    code = group.lead.code
    made["payload"]["requester_org_code"] = code[:-1] + ("0" if code[-1] != "0" else "1")
    yield _refused("wrong_check_digit", "USCC-check-digit", made)


def _no_json(s: Spoiler) -> Iterator[Spoiled]:
    _, made = s.new("capacity", "-bad")
    line = to_line(made)
    yield Spoiled("no_json", "JSON-invalid", "refused", "capacity", line[: len(line) // 2])


def _foreign(s: Spoiler) -> Iterator[Spoiled]:
    """A platform reports for a hospital that belongs to another platform."""
    if s.others:
        _, made = s.new("capacity_release", "-bad")
        made["reporter_org_code"] = s.others[0].lead.code
        yield _refused("foreign_reporter", "Q24", made)


def _refused(kind: str, rule: str, made: Record) -> Spoiled:
    return Spoiled(kind, rule, "refused", made["record_type"], to_line(made))


def _next_version(s: Spoiler, made: Record) -> Record:
    return made | {"source_version": 2, "produced_at": produced_at(s.now)}


# Platform number n of k takes every kth from its number on.
_KINDS: tuple[Callable[[Spoiler], Iterator[Spoiled]], ...] = (
    _corrected, _moved, _voided,
    _negative, _more_rejected, _reasons_differ,
    _duplicate, _tie, _two_ids,
    _unknown_org, _unknown_field, _unknown_centre,
    _fractional, _future, _more_released,
    _foreign, _wrong_digit, _no_json,
    _corrected_release, _stale,
)  # fmt: skip

"""The judge is judged: cases small enough to be right by looking at them."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest

from scrapers.sample_site import SampleSite
from tests import feed, oracle

DAY, NEXT = "2026-09-01", "2026-09-02"
FACT = "fct_centre_activity_daily"
KEY = ("centre_activity", "test-platform", "a")


def judged(*records: dict[str, Any] | str, **more: Any) -> oracle.Account:
    """An account of the masters and these records, in one file."""
    lines = [json.dumps(r) if isinstance(r, dict) else r for r in (*feed.masters(), *records)]
    return oracle.account([("s", "f.ndjson", "\n".join(lines).encode())], **more)


def requested(account: oracle.Account, day: str | None = None) -> int:
    return account.sums(FACT, day)["requested_count"]


def test_records_add_up() -> None:
    account = judged(feed.activity("a", DAY, requested=10), feed.activity("b", NEXT, requested=5))
    assert (requested(account), requested(account, DAY), account.rows(FACT)) == (15, 10, 2)
    assert account.days(FACT) == [DAY, NEXT]
    assert not account.refused
    assert not account.set_aside


def test_the_highest_version_speaks_whatever_came_first() -> None:
    later = feed.activity("a", DAY, version=2, requested=7)
    for order in ((feed.activity("a", DAY), later), (later, feed.activity("a", DAY))):
        assert requested(judged(*order)) == 7


def test_a_moved_record_leaves_its_day() -> None:
    account = judged(feed.activity("a", DAY), feed.activity("a", NEXT, version=2, requested=7))
    assert (requested(account, DAY), requested(account, NEXT)) == (0, 7)


def test_a_void_takes_all_versions_away() -> None:
    made = feed.activity("a", DAY)
    assert judged(made, feed.void(made)).rows(FACT) == 0
    assert judged(feed.void(made), made).rows(FACT) == 0


def test_a_line_sent_twice_counts_once() -> None:
    assert requested(judged(feed.activity("a", DAY), feed.activity("a", DAY))) == 100


def test_a_tie_is_set_aside() -> None:
    account = judged(feed.activity("a", DAY), feed.activity("a", DAY, requested=101))
    assert (account.rows(FACT), account.set_aside) == (0, {KEY: "Q02"})


def test_a_later_version_ends_a_tie() -> None:
    tie = (feed.activity("a", DAY), feed.activity("a", DAY, requested=101))
    assert requested(judged(*tie, feed.activity("a", DAY, version=2, requested=8))) == 8


def test_two_ids_of_one_grain_are_both_set_aside() -> None:
    account = judged(feed.activity("a", DAY), feed.activity("b", DAY))
    assert (account.rows(FACT), set(account.set_aside.values()), len(account.set_aside)) == (0, {"Q23"}, 2)


def test_strangers_are_set_aside() -> None:
    account = judged(feed.activity("a", DAY, requester=feed.LATECOMER))
    assert (account.rows(FACT), account.set_aside) == (0, {KEY: "Q12"})
    nowhere = feed.activity("a", DAY)
    nowhere["payload"]["centre_code"] = "C-NOWHERE"
    assert judged(nowhere).set_aside == {KEY: "Q12"}


def test_two_ids_of_one_master_agree_or_are_set_aside() -> None:
    twin = feed.organisation(feed.MEMBER, "示例机构2") | {"source_record_id": "twin"}
    assert judged(twin, feed.activity("a", DAY)).rows(FACT) == 1
    other = feed.organisation(feed.MEMBER, "另一个示例机构") | {"source_record_id": "twin"}
    assert judged(other, feed.activity("a", DAY)).rows(FACT) == 0


def test_local_codes_mean_something_within_their_system_only() -> None:
    local = feed.organisation("local:110105-1", "示例服务站")
    local["source_record_id"] = "org-local-1"
    made = feed.activity("a", DAY, requester="local:110105-1")
    assert judged(local, made).rows(FACT) == 1
    assert judged(local | {"source_system": "other-platform"}, made).rows(FACT) == 0


def spoiled(**changes: Any) -> dict[str, Any]:
    made = feed.activity("a", DAY)
    made["payload"] |= changes
    return made


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        (spoiled(requested=-1, rejected=0), "Q07"),
        (spoiled(reported=1.5), "Q07"),
        (spoiled(reported="95"), "SCHEMA-type"),
        (spoiled(requested=1, rejected=2), "Q08"),
        (spoiled(note="x"), "SCHEMA-unknown"),
        (spoiled(requester_org_code=feed.MEMBER[:-1] + "0"), "USCC-check-digit"),
        (feed.activity("a", NEXT) | {"produced_at": f"{DAY}T23:30:00+08:00"}, "Q04"),
        (feed.activity("a", DAY) | {"record_type": "x"}, "SCHEMA-record-type"),
        ({k: v for k, v in feed.activity("a", DAY).items() if k != "event_date"}, "SCHEMA-required"),
        ({k: v for k, v in feed.activity("a", DAY).items() if k != "payload"}, "SCHEMA-required"),
        ('{"record_type": "centre_act', "JSON-invalid"),
    ],
)
def test_a_bad_line_is_refused_alone(line: dict[str, Any] | str, rule: str) -> None:
    account = judged(line, feed.activity("good", DAY, requested=3))
    assert list(account.refused.values()) == [rule]
    assert requested(account) == 3


def test_contradictions_of_other_types() -> None:
    release = feed.release("r", DAY, released=100)
    release["payload"]["capacity_total"] = 99
    reasons = feed.recognition("r", DAY)
    reasons["payload"]["not_recognised_reasons"] = {"R4_emergency": 4}
    assert list(judged(release, reasons).refused.values()) == ["Q09", "Q10"]


def test_nobody_reports_for_another() -> None:
    account = judged(feed.activity("a", DAY), reporters={"s": [feed.MEMBER]})
    assert set(account.refused.values()) == {"Q24"}
    assert judged(feed.activity("a", DAY), reporters={"s": [feed.LEAD]}).rows(FACT) == 1


def test_compressed_files_and_any_order_give_the_same() -> None:
    first = json.dumps(feed.activity("a", DAY)).encode()
    masters = "\n".join(json.dumps(r) for r in feed.masters()).encode()
    files = [("s", "a.ndjson.gz", gzip.compress(first)), ("s", "m.ndjson", masters)]
    assert requested(oracle.account(files)) == requested(oracle.account(reversed(files))) == 100


def test_the_sample_dirt_is_judged_as_listed() -> None:
    site = SampleSite(pilots=60, days=3, groups_per_pilot=(1, 1))
    leads = {
        f"sample_feed_{platform}": [g.lead.code for g in site.groups if g.place.platform == platform]
        for platform in ("north", "south", "west")
    }
    account = oracle.account(site.feed_files(), leads)
    dirt = site.dirt()
    refused = {(line.file, line.number): rule for line, rule in account.refused.items()}
    assert refused == {(d.file, d.line): d.rule for d in dirt if d.fate == "refused"}
    counted = set(account.set_aside.values())
    assert counted == {d.rule for d in dirt if d.fate == "set_aside"}
    assert len(account.set_aside) == sum(d.fate == "set_aside" for d in dirt) + 1  # two ids are two records

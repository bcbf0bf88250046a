"""What hospitals do to a warehouse, told night by night through the command line.

Each night's tables are compared with what a person would say they must be, then with a full refresh, then with homes
that got the same files in another order. "Same" means the version's checksum.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import feed
from tests.night import checksum, sql, yilian

D1, D2, D3 = "2026-09-01", "2026-09-02", "2026-09-03"
VISITS = {"visit_type": "outpatient", "visits": 860}
MOVED = feed.activity("ca-2026-09-01", D1)

FIRST_NIGHT = {"a-masters.ndjson": feed.masters(), "b-days.ndjson": [*feed.day(D1), *feed.day(D2), *feed.day(D3)]}
SECOND_NIGHT = {
    # the whole of day 2 is withdrawn
    "c-void-day.ndjson": [feed.void(r) for r in feed.day(D2)],
    # a correction that moves a record from day 1 to day 4
    "d-moved.ndjson": [feed.activity("ca-2026-09-01", "2026-09-04", version=2, reported=77)],
    # two record ids for one grain on day 3; a tie on the recognition of day 3
    "e-rivals.ndjson": [feed.activity("ca-again", D3, reported=1), feed.recognition("ra-2026-09-03", D3, recognised=1)],
    # an organisation that nobody described, in a fact and in a type that has none as yet
    "f-unknown.ndjson": [
        feed.activity("ca-late", D1, requester=feed.LATECOMER, reported=11),
        feed.record("visit_volume", "vv-late", D1, {**VISITS, "org_code": feed.LATECOMER}),
        feed.record("visit_volume", "vv-lead", D1, {**VISITS, "org_code": feed.LEAD}),
    ],
    # the same lines once more in another file
    "g-again.ndjson": [*feed.day(D3), {**feed.day(D1)[1]}],
}
THIRD_NIGHT = {
    "h-latecomer.ndjson": [feed.organisation(feed.LATECOMER, "迟到的机构")],
    "i-rival-withdrawn.ndjson": [feed.void(feed.activity("ca-again", D3))],
}
EVERY_FILE = FIRST_NIGHT | SECOND_NIGHT | THIRD_NIGHT

CENTRE_DAYS = (
    "select event_date, sum(reported_count), count(*) from fct_centre_activity_daily group by all order by all"
)
ASIDE = "select record_type, reason, count(*) from operations.fct_feed_set_aside group by all order by all"


def night(home: Path, files: dict[str, list[feed.Record]], *options: str) -> None:
    for name, records in files.items():
        feed.write(home, name, records)
    yilian(home, "collect", "drop_feed")
    yilian(home, "refresh", *options)


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that lived through the three nights."""
    home = tmp_path_factory.mktemp("lived")
    night(home, FIRST_NIGHT)
    assert sql(home, CENTRE_DAYS) == [(D1, 145, 2), (D2, 145, 2), (D3, 145, 2)]
    assert sql(home, ASIDE) == []
    night(home, SECOND_NIGHT)
    assert sql(home, CENTRE_DAYS) == [(D1, 50, 1), (D3, 50, 1), ("2026-09-04", 77, 1)]
    assert sql(home, "select count(*) from fct_capacity_daily where event_date = '2026-09-02'") == [(0,)]
    assert sql(home, "select event_date, recognised_count from fct_recognition_daily order by all") == [(D1, 28)]
    assert sql(home, ASIDE) == [
        ("centre_activity", "Q12_unknown_org", 1),
        ("centre_activity", "Q23_two_ids", 2),
        ("recognition_activity", "tie", 1),
        ("visit_volume", "Q12_unknown_org", 1),
    ]
    # the same file, dropped again under another name: known bytes, nothing loaded twice
    before = checksum(home)
    night(home, {"b-days-again.ndjson": FIRST_NIGHT["b-days.ndjson"]})
    assert checksum(home) == before
    night(home, THIRD_NIGHT)
    return home


@pytest.mark.slow
def test_what_was_set_aside_returns_when_its_cause_is_gone(lived: Path) -> None:
    assert sql(lived, CENTRE_DAYS) == [(D1, 61, 2), (D3, 145, 2), ("2026-09-04", 77, 1)]
    assert sql(lived, ASIDE) == [("recognition_activity", "tie", 1)]


@pytest.mark.slow
def test_a_fact_carries_its_file_line_and_record_version(lived: Path) -> None:
    ((name, line, record_id, version, sha),) = sql(
        lived,
        "select f.filename, a.line_no, a.source_record_id, a.source_version, a.file_sha256 "
        "from fct_centre_activity_daily a join ops.feed_file f using (source_id, file_sha256) "
        "where a.event_date = '2026-09-04'",
    )
    assert (name, line, record_id, version) == ("d-moved.ndjson", 1, "ca-2026-09-01", 2)
    assert (lived / "archive" / sha[:2] / sha).is_file()


@pytest.mark.slow
def test_the_nights_equal_a_full_refresh(lived: Path) -> None:
    before = checksum(lived)
    yilian(lived, "refresh", "--full-refresh")
    assert checksum(lived) == before


@pytest.mark.slow
@pytest.mark.chaos
def test_files_in_reverse_order_over_several_nights_give_the_same_warehouse(tmp_path: Path) -> None:
    """Corrections before what they correct, activity before its organisations, and everything in two nights."""
    backwards = dict(reversed(EVERY_FILE.items()))
    names = list(backwards)
    night(tmp_path, {name: backwards[name] for name in names[:5]})
    night(tmp_path, {name: backwards[name] for name in names[5:]})
    two_nights = checksum(tmp_path)
    at_once = tmp_path / "at-once"
    night(at_once, EVERY_FILE)
    assert sql(at_once, CENTRE_DAYS) == [(D1, 61, 2), (D3, 145, 2), ("2026-09-04", 77, 1)]
    assert checksum(at_once) == two_nights

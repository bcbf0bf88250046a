"""What the models make of versions, voids, ties, rivals and late masters, and that touched days give the same tables
as a full refresh. One story in three nights, told once; every test looks at one thing in it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest

from scrapers import contracts
from tests.dbt_project import build_raw as raw

pytestmark = [pytest.mark.xdist_group("dbt_story"), pytest.mark.slow]

NEW_ORG = "local:V0031"
SILENT_LEAD = "licence:410100-L2"  # tells its slots by the month, and never what it released
NIGHTS = (1, 2, 3)

_moved = raw.centre_activity("moves", "2026-10-02", 40)
_doomed = [
    raw.centre_activity(f"doomed-{n}", "2026-10-01", n * 10, payload={"service_category": f"c{n}"}) for n in (1, 2)
]
_rival = raw.recognition("rival-b", "2026-10-05", 31)


_KEY, _STRANGERS_KEY = "a" * 64, "b" * 64
_ITEM = {"scope_type": "prefecture", "scope_code": "410100", "item_system": "urn:hr-catalogue:410000"}
_POSTING = {"dispatch_type": "resident", "role": "physician", "planned_start": date(2026, 9, 1)}
# Record types without a fact as yet. What a record says; what another id of its grain says instead; another grain; and
# the reference to somebody who is not known yet.
FURTHER: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    "centre_coverage": (
        {"centre_code": "C-LAB-01", "org_code": raw.MEMBER, "status": "connected", "valid_from": date(2026, 1, 1)},
        {"status": "disconnected"},
        {"org_code": raw.LEAD},
        {"org_code": NEW_ORG},
    ),
    "recognition_item": (
        _ITEM | {"item_code": "LAB-0001", "category": "lab", "valid_from": date(2026, 1, 1)},
        {"valid_days": 7},
        {"item_code": "LAB-0002"},
        {},
    ),
    "referral_activity": (
        {"from_org_code": raw.MEMBER, "to_org_code": raw.LEAD, "direction": "up", "setting": "outpatient"}
        | {"requested": 30, "completed": 27},
        {"completed": 26},
        {"setting": "inpatient"},
        {"from_org_code": NEW_ORG},
    ),
    "telemedicine_activity": (
        {"provider_org_code": raw.LEAD, "requester_org_code": raw.MEMBER, "service_type": "consultation"}
        | {"requested": 12, "completed": 11},
        {"completed": 10},
        {"service_type": "ecg_diagnosis"},
        {"requester_org_code": NEW_ORG},
    ),
    "visit_volume": (
        {"org_code": raw.MEMBER, "visit_type": "outpatient", "visits": 860},
        {"visits": 861},
        {"visit_type": "emergency"},
        {"org_code": NEW_ORG},
    ),
    "indicator_value": (
        {"indicator_code": "GV08", "subject_type": "county", "subject_code": "410122", "numerator": 71.4},
        {"numerator": 71.5},
        {"subject_code": "410123"},
        {"subject_type": "organization", "subject_code": NEW_ORG},
    ),
    "dispatch_assignment": (
        _POSTING | {"assignment_key": _KEY, "from_org_code": raw.LEAD, "to_org_code": raw.MEMBER},
        {"role": "nurse"},
        {"assignment_key": "c" * 64},
        {"assignment_key": _STRANGERS_KEY, "to_org_code": NEW_ORG},
    ),
    "dispatch_activity": (
        {"assignment_key": "c" * 64, "days_worked": 1.0},
        {"days_worked": 0.5},
        {"assignment_key": _KEY},
        {"assignment_key": _STRANGERS_KEY},
    ),
    "medical_team_tour": (
        {"tour_code": "T-1", "team_type": "county", "org_code": raw.LEAD, "dest_adcode": "410122"}
        | {"start_date": date(2026, 10, 1)},
        {"trainees": 15},
        {"tour_code": "T-2"},
        {"tour_code": "T-3", "org_code": NEW_ORG},
    ),
}


def _further(night: int) -> Iterator[dict[str, Any]]:
    """Of each further type one record that gets a rival, one that is told in two ways, and one of a stranger."""
    for record_type, (says, other, elsewhere, stranger) in FURTHER.items():

        def made(name: str, *parts: dict[str, Any], of: str = record_type, version: int = 1) -> dict[str, Any]:
            payload = {key: value for part in parts for key, value in part.items()}
            return raw.record(of, f"{of}-{name}", "2026-10-08", payload, source_version=version)

        rival = made("rival", says, other)
        if "event_date" not in contracts.load()[record_type].grain:
            rival["event_date"] = "2026-10-20"
        yield from {
            1: [made("first", says), made("twice", says, elsewhere)]
            + ([made("stranger", says, stranger)] if stranger else []),
            2: [rival, made("twice", says, elsewhere, other)],
            3: [raw.void(rival), made("twice", says, elsewhere, other, version=2)],
        }[night]


def _night_1() -> list[dict[str, Any]]:
    """A clean month, with an activity of an organisation that nobody knows yet."""
    again = raw.centre_activity("again", "2026-10-04", 7)
    return [
        *raw.masters(),
        raw.organisation(SILENT_LEAD),
        raw.membership(SILENT_LEAD, group="G-410100-02"),
        *_doomed,
        _moved,
        again,
        again,  # the same line twice in one file
        raw.centre_activity("stranger", "2026-10-03", 9, payload={"requester_org_code": NEW_ORG}),
        raw.centre_activity("homeless", "2026-10-03", 8, payload={"centre_code": "C-NONE"}),
        raw.recognition("rival-a", "2026-10-05", 28),
        raw.recognition("tied", "2026-10-06", 50),
        raw.recognition("quiet", "2026-09-30", 5),
        *_capacity_of_october(),
        *_further(1),
    ]


def _capacity_of_october() -> list[dict[str, Any]]:
    """300 slots and 100 released a day, told twice: for all and by parts; a bed month told by month and by day."""
    beds = {"resource_type": "inpatient_bed_day", "bed_basis": "open"}
    parts = [("family_doctor_team", 60), ("primary_org", 40)]
    return [
        raw.capacity("slots-1", "2026-10-01", 300),
        raw.capacity("slots-2-expert", "2026-10-02", 100, payload={"clinic_class": "expert"}),
        raw.capacity("slots-2-general", "2026-10-02", 200, payload={"clinic_class": "general"}),
        raw.release("rel-1-all", "2026-10-01", 100),
        *(raw.release(f"rel-1-{t}", "2026-10-01", n, payload={"target_type": t}) for t, n in parts),
        *(raw.release(f"rel-2-{t}", "2026-10-02", n, payload={"target_type": t}) for t, n in parts),
        raw.capacity("slots-silent", "2026-10-31", 900, period_type="month", payload={"lead_org_code": SILENT_LEAD}),
        raw.capacity("beds-day", "2026-10-31", 100, payload=beds),
        raw.capacity("beds-month", "2026-10-31", 3000, period_type="month", payload=beds),
        raw.capacity(
            "beds-authorised", "2026-10-31", 9000, period_type="month", payload=beds | {"bed_basis": "authorised"}
        ),
        raw.release("beds-release", "2026-10-31", 749, period_type="month", payload=beds),
    ]


def _night_2() -> list[dict[str, Any]]:
    """Everything goes wrong or is put right at once."""
    return [
        *(raw.void(r) for r in _doomed),  # a whole day withdrawn
        raw.centre_activity("moves", "2026-09-15", 44, source_version=2),  # to another day of another month
        raw.centre_activity("again", "2026-10-04", 7),  # once more, in another file
        raw.centre_activity("old", "2026-10-04", 6, source_version=3, payload={"service_category": "micro"}),
        raw.centre_activity("old", "2026-10-04", 1, source_version=2, payload={"service_category": "micro"}),
        _rival,  # a second id for the grain of rival-a
        raw.recognition("tied", "2026-10-06", 51),  # equal version, other content
        *_further(2),
    ]


def _night_3() -> list[dict[str, Any]]:
    """The causes go: the organisation arrives, the rival is withdrawn, the tie is outvoted."""
    return [
        raw.organisation(NEW_ORG, payload={"tier": "village"}),
        raw.void(_rival),
        raw.recognition("tied", "2026-10-06", 52, source_version=2),
        *_further(3),
    ]


@dataclass
class Story:
    """The tables after each night; after the second as built anew, after the third as built from files in reverse."""

    nightly: dict[int, dict[str, list[str]]] = field(default_factory=dict)
    anew: dict[str, list[str]] = field(default_factory=dict)
    aside_anew: list[tuple[Any, ...]] = field(default_factory=list)
    answers: dict[int, dict[str, list[tuple[Any, ...]]]] = field(default_factory=dict)
    repeated: dict[str, list[str]] = field(default_factory=dict)
    backwards: dict[str, list[str]] = field(default_factory=dict)
    forwards: dict[str, list[str]] = field(default_factory=dict)
    log: str = ""


QUESTIONS = {
    "centre": "select source_record_id, event_date::varchar, reported_count from fct_centre_activity_daily "
    "order by all",
    "recognition": "select source_record_id, recognised_count from fct_recognition_daily order by all",
    "aside": "select source_record_id, reason from operations.fct_feed_set_aside order by all",
    "further": " union all ".join(
        f"select source_record_id from int.int_{t}__resolved where set_aside_reason is null" for t in FURTHER
    ),
    "centre_months": "select month_start::varchar, reported_count, active_days_count from mart_shared_centres "
    "order by all",
    "recognition_months": "select month_start::varchar, recognition_num, recognition_den "
    "from mart_mutual_recognition order by all",
    "sinking": "select slots_released_num, slots_total_den, is_one_third_slots, beds_released_num, beds_total_den, "
    "is_one_quarter_beds from mart_resource_sinking order by all",
    "targets": "select indicator_code, subject_id, value_num, value_den, status, is_satisfied "
    "from mart_target_attainment where status <> 'no_data' and month_start = date '2026-10-01' order by all",
    "pilots_without_data": "select distinct status from mart_target_attainment where pilot_seq = 1",
    "notices": "select notice_id, body, is_current, first_fetched_at::varchar from fct_notice order by all",
    "facts": "select n.notice_id, f.evidence from fct_notice_fact f join fct_notice n using (notice_version_id) "
    "order by all",
}
LINEAGE = frozenset({"file_sha256", "line_no"})


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    told = Story()
    folder = tmp_path_factory.mktemp("story")
    build = raw.Build(folder / "nightly")
    build.keeps_log = True
    nights = {1: _night_1(), 2: _night_2(), 3: _night_3()}
    for night, records in nights.items():
        build.feed(records)
        if night == 1:
            build.notice("nhc:1", "确定81个试点城市。", "81个", fetched_at="2026-10-01T08:00:00.000+08:00")
            build.notice("nhc:2", "请开启脚本", "脚本", fetched_at="2026-10-01T08:00:00.000+08:00", blocked=True)
        if night == 2:
            build.notice("nhc:1", "共确定81个试点城市。", "81个", fetched_at="2026-10-02T08:00:00.000+08:00")
        build.dbt()
        told.nightly[night] = build.snapshot()
        told.answers[night] = {name: build.query(sql) for name, sql in QUESTIONS.items()}
        if night == 2:
            fresh = build.copy(folder / "anew")
            fresh.dbt(full_refresh=True)
            told.anew = fresh.snapshot()
            told.aside_anew = fresh.query(QUESTIONS["aside"])
    told.forwards = build.snapshot(without=LINEAGE)
    told.log = (folder / "dbt_target" / "logs" / "dbt.log").read_text(encoding="utf-8")
    build.keeps_log = False
    build.dbt("--exclude-resource-type", "seed", "test")  # the same night again
    told.repeated = build.snapshot()

    backwards = raw.Build(folder / "backwards")
    for night in reversed(NIGHTS):
        backwards.feed(reversed(nights[night]))
    for body, day in (("共确定81个试点城市。", "02"), ("确定81个试点城市。", "01")):
        backwards.notice("nhc:1", body, "81个", fetched_at=f"2026-10-{day}T08:00:00.000+08:00")
    backwards.dbt(full_refresh=True)
    told.backwards = backwards.snapshot(without=LINEAGE)
    return told


def test_touched_days_give_what_a_full_refresh_gives(story: Story) -> None:
    assert story.nightly[2].keys() == story.anew.keys()
    for table, rows in story.nightly[2].items():
        assert rows == story.anew[table], table
    assert story.answers[2]["aside"] == story.aside_anew


def test_the_same_night_again_changes_nothing(story: Story) -> None:
    assert story.repeated == story.nightly[3]


def test_the_order_of_loading_does_not_matter(story: Story) -> None:
    """Three nights one by one equal a full refresh over the same files loaded backwards."""
    for table, rows in story.forwards.items():
        assert rows == story.backwards[table], table


def test_a_day_withdrawn_whole_ends_empty(story: Story) -> None:
    assert [r for r in story.answers[1]["centre"] if r[1] == "2026-10-01"] == [
        ("doomed-1", "2026-10-01", 10),
        ("doomed-2", "2026-10-01", 20),
    ]
    assert [r for r in story.answers[2]["centre"] if r[1] == "2026-10-01"] == []


def test_a_correction_moves_a_record_to_another_day(story: Story) -> None:
    assert ("moves", "2026-10-02", 40) in story.answers[1]["centre"]
    assert [r for r in story.answers[2]["centre"] if r[0] == "moves"] == [("moves", "2026-09-15", 44)]
    assert [r for r in story.answers[2]["centre_months"] if r[0] == "2026-09-01"] == [("2026-09-01", 44, 1)]


def test_duplicates_count_once_and_the_highest_version_wins(story: Story) -> None:
    for night in (1, 2, 3):
        assert [r for r in story.answers[night]["centre"] if r[0] == "again"] == [("again", "2026-10-04", 7)]
    assert [r for r in story.answers[2]["centre"] if r[0] == "old"] == [("old", "2026-10-04", 6)]


def test_an_unknown_organisation_waits_until_it_arrives(story: Story) -> None:
    assert ("stranger", "Q12_unknown_org") in story.answers[2]["aside"]
    assert ("stranger", "2026-10-03", 9) not in story.answers[2]["centre"]
    assert ("stranger", "2026-10-03", 9) in story.answers[3]["centre"]


def test_an_unknown_centre_is_set_aside(story: Story) -> None:
    for night in NIGHTS:
        assert ("homeless", "Q12_unknown_centre") in story.answers[night]["aside"]


def test_two_ids_for_one_grain_are_both_set_aside_until_one_is_withdrawn(story: Story) -> None:
    assert ("rival-a", 28) in story.answers[1]["recognition"]
    aside = {r for r in story.answers[2]["aside"] if r[0].startswith("rival")}
    assert aside == {("rival-a", "Q23_two_ids"), ("rival-b", "Q23_two_ids")}
    assert not [r for r in story.answers[2]["recognition"] if r[0].startswith("rival")]
    assert [r for r in story.answers[3]["recognition"] if r[0].startswith("rival")] == [("rival-a", 28)]


def test_a_tie_is_set_aside_until_a_higher_version_decides(story: Story) -> None:
    assert ("tied", "tie") in story.answers[2]["aside"]
    assert not [r for r in story.answers[2]["recognition"] if r[0] == "tied"]
    assert ("tied", 52) in story.answers[3]["recognition"]
    assert [r[0] for r in story.answers[3]["aside"]] == ["homeless"]


@pytest.mark.parametrize("record_type", FURTHER)
def test_every_type_is_set_aside_for_its_reason_and_returns(story: Story, record_type: str) -> None:
    stranger = {f"{record_type}-stranger"} if FURTHER[record_type][3] else set()
    unknown = "Q12_unknown_assignment" if record_type == "dispatch_activity" else "Q12_unknown_org"

    def told(night: int, question: str) -> list[tuple[Any, ...]]:
        return [r for r in story.answers[night][question] if r[0].startswith(f"{record_type}-")]

    assert {r[0] for r in told(1, "further")} == {f"{record_type}-first", f"{record_type}-twice"}
    assert told(2, "further") == []
    assert dict(told(2, "aside")) == {
        f"{record_type}-first": "Q23_two_ids",
        f"{record_type}-rival": "Q23_two_ids",
        f"{record_type}-twice": "tie",
        **dict.fromkeys(stranger, unknown),
    }
    assert told(3, "aside") == []
    assert {r[0] for r in told(3, "further")} == {f"{record_type}-first", f"{record_type}-twice", *stranger}


def test_a_month_that_nothing_touched_stays(story: Story) -> None:
    september = [r for r in story.answers[1]["recognition_months"] if r[0] == "2026-09-01"]
    assert september == [("2026-09-01", 5, 17)]
    assert [r for r in story.answers[3]["recognition_months"] if r[0] == "2026-09-01"] == september


def test_totals_are_never_added_to_their_parts(story: Story) -> None:
    # slots: 300 + (100 + 200) offered, 100 + (60 + 40) released; beds: the month's own figure, in use, not authorised
    assert story.answers[3]["sinking"] == [
        (200, 600, True, 749, 3000, False),
        (None, None, None, None, None, None),  # the silent lead
    ]


def test_targets_are_judged_only_where_they_bind(story: Story) -> None:
    # the silent lead does not weigh on RS01; its group without any centre is the one that SC01 shows
    assert story.answers[3]["targets"] == [
        ("GV01", "CN", 81, 1, "met", True),
        ("RS01", "410100", 200, 600, "reference", True),
        ("RS02", "410100", 749, 3000, "reference", False),
        ("SC01", "410100", 0, 5, "reference", False),
    ]
    assert story.answers[3]["pilots_without_data"] == [("no_data",)]


def test_notices_keep_their_versions_and_no_blocked_page_is_one(story: Story) -> None:
    assert story.answers[3]["notices"] == [
        ("nhc:1", "共确定81个试点城市。", True, "2026-10-02 08:00:00"),
        ("nhc:1", "确定81个试点城市。", False, "2026-10-01 08:00:00"),
    ]
    assert story.answers[3]["facts"] == [("nhc:1", "81个")] * 2


def test_touched_days_are_deleted_and_appended_in_one_transaction(story: Story) -> None:
    """A kill between the two must leave all old or all new rows: both stand between one BEGIN and its COMMIT."""
    model = "On model.yilian.fct_centre_activity_daily: "
    lines = [line for line in story.log.splitlines() if model in line or "delete from" in line or "insert into" in line]
    steps = []
    for line in lines:
        if model + "BEGIN" in line:
            steps.append("begin")
        elif model + "COMMIT" in line and steps[-1:] != ["commit"]:
            steps.append("commit")
        elif 'delete from "yilian"."main"."fct_centre_activity_daily"' in line:
            steps.append("delete")
        elif 'insert into "yilian"."main"."fct_centre_activity_daily"' in line:
            steps.append("insert")
    replaced = [steps[i - 1 : i + 3] for i, step in enumerate(steps) if step == "delete"]
    assert replaced
    assert all(four == ["begin", "delete", "insert", "commit"] for four in replaced)


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> raw.Build:
    build = raw.Build(tmp_path_factory.mktemp("nothing") / "empty")
    build.dbt()
    return build


def test_empty_raw_tables_build(empty: raw.Build) -> None:
    assert empty.query("select count(*) from dim_pilot") == [(81,)]
    for table in ("fct_centre_activity_daily", "fct_notice", "mart_shared_centres", "operations.mart_source_health"):
        assert empty.query(f"select count(*) from {table}") == [(0,)], table


def test_the_columns_described_are_those_that_are_built(empty: raw.Build) -> None:
    manifest = json.loads((empty.folder.parent / "dbt_target" / "manifest.json").read_text(encoding="utf-8"))
    described = {
        n["name"]: sorted(n["columns"])
        for n in manifest["nodes"].values()
        if n["resource_type"] == "model" and n["schema"] in ("main", "operations")
    }
    built: dict[str, list[str]] = {}
    for table, column in empty.query(
        "select table_name, column_name from information_schema.columns "
        "where table_schema in ('main', 'operations') order by column_name"
    ):
        built.setdefault(table, []).append(column)
    assert described == {table: sorted(columns) for table, columns in built.items()}

"""The whole walk on the sample site, without Airflow: every sum of every fact equals the sum over the published files.

The sums come from tests/oracle.py, which reads the files in plain Python and knows nothing of the project. Beside the
site stand three sources that fail: the others finish, and nothing of theirs becomes content.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import pytest
import yaml

from scrapers import registry
from scrapers.sample_site import SampleSite
from tests import oracle
from tests.night import checksum, sql, yilian
from warehouse.settings import Settings

pytestmark = [pytest.mark.slow]

FAULTS = {"answers_500": "error", "answers_412": "blocked", "hangs": "error"}


@dataclass
class Walk:
    home: Path
    site: SampleSite
    environment: dict[str, str]
    crawled: str

    def run(self, *arguments: str, check: bool = True) -> str:
        done = yilian(self.home, *arguments, check=check, **self.environment)
        return done.stdout + done.stderr


def failing_source(folder: Path, source_id: str, path: str) -> None:
    (folder / source_id).mkdir(parents=True)
    text = {
        "id": source_id,
        "title": source_id,
        "publisher": {"name": "示例", "level": "various"},
        "kind": "notices",
        "status": "sample",
        "urls": ["{sample_site}" + path],
        "discover": {"method": "list_pages"},
        "fetch": {
            "mode": "http",
            "min_interval_s": 0,
            "retries": 1,
            "timeout_s": 1,
            "deadline_s": 3,
            "allow_private": True,
            "plain_http": True,
        },
        "cadence": "daily",
        "freshness": {"warn_after": "36h", "error_after": "72h"},
        "contains_personal_data": False,
        "licence": "made up",
        "owner": "tests",
    }
    (folder / source_id / "source.yml").write_text(yaml.safe_dump(text, allow_unicode=True), encoding="utf-8")


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    root = tmp_path_factory.mktemp("walk")
    for source_id, path in (("answers_500", "500"), ("answers_412", "412"), ("hangs", "hang")):
        failing_source(root / "sources", source_id, f"/faults/{path}/list.shtml")
    site = SampleSite(days=6, groups_per_pilot=(1, 1), articles=12)
    with site.serve() as url:
        Settings(root / "home").open_home("sample")
        environment = {"YILIAN_SAMPLE_SITE": url, "YILIAN_SOURCES": str(root / "sources")}
        walk = Walk(root / "home", site, environment, "")
        walk.crawled = walk.run("crawl", check=False)
        walk.run("collect")
        walk.run("refresh")
        yield walk


@pytest.fixture(scope="module")
def account(walk: Walk) -> oracle.Account:
    reporters = {
        s.id: s.organisations
        for s in registry.load(variables={"sample_site": "http://127.0.0.1"}).values()
        if s.organisations
    }
    return oracle.account(walk.site.feed_files(), reporters)


@pytest.mark.parametrize("fact", sorted(oracle.FACTS))
def test_every_measure_adds_up_to_the_files_day_by_day(walk: Walk, account: oracle.Account, fact: str) -> None:
    columns = list(oracle.FACTS[fact][1])
    sums = ", ".join(f"cast(coalesce(sum({column}), 0) as bigint)" for column in columns)
    found = {row[0]: row[1:] for row in sql(walk.home, f"select event_date, {sums} from {fact} group by event_date")}
    expected = {day: tuple(account.sums(fact, day).values()) for day in account.days(fact)}
    assert len(expected) >= 5
    assert found == expected
    assert sql(walk.home, f"select count(*) from {fact}") == [(account.rows(fact),)]


def test_a_missing_total_does_not_make_its_releases_look_like_more(walk: Walk) -> None:
    """One platform's totals of one day are missing: whoever opens less than a third must not be shown as opening it."""
    rows = sql(walk.home, "select lead_org_code, is_one_third_slots, is_one_quarter_beds from mart_resource_sinking")
    found = {code: (slots, beds) for code, slots, beds in rows}
    expected = {g.lead.code: (g.slot_share >= Fraction(1, 3), g.bed_share >= Fraction(1, 4)) for g in walk.site.groups}
    assert len(found) > 50
    too_good = [c for c in found for shown, true in zip(found[c], expected[c], strict=True) if shown and not true]
    assert not too_good
    differing = [code for code in found if found[code] != expected[code]]  # a part of a release refused or set aside
    assert len(differing) <= sum(d.kind != "clean" and "capacity_release" in d.file for d in walk.site.dirt())
    assert sql(
        walk.home, "select max(slots_released_days_count - slots_total_days_count) from mart_resource_sinking"
    ) == [(1,)]


def test_every_refused_line_is_in_quarantine_and_no_other(walk: Walk, account: oracle.Account) -> None:
    rows = sql(walk.home, "select distinct source_id, filename, line_no from ops.rejection")
    assert len(account.refused) > 5
    assert {tuple(row) for row in rows} == {(line.source_id, line.file, line.number) for line in account.refused}


def test_what_is_set_aside_is_what_a_person_would_set_aside(walk: Walk, account: oracle.Account) -> None:
    rows = sql(walk.home, "select record_type, source_system, source_record_id from operations.fct_feed_set_aside")
    assert account.set_aside
    assert {tuple(row) for row in rows} == set(account.set_aside)


def test_pilots(walk: Walk) -> None:
    assert sql(walk.home, "select count(*), count(distinct adcode), count(*) filter (is_corrected) from dim_pilot") == [
        (81, 81, 4)
    ]


def test_every_fact_of_the_articles_is_found_and_no_other(walk: Walk) -> None:
    rows = sql(
        walk.home,
        "select n.url, round(coalesce(f.value, -1), 6) from fct_notice_fact f "
        "join fct_notice n on n.notice_id = f.notice_id and n.content_sha256 = f.content_sha256 "
        "where not f.is_statement and f.segment = 'main'",
    )
    site = walk.environment["YILIAN_SAMPLE_SITE"]
    expected = sorted((fact.url, round(float(Fraction(fact.value)), 6)) for fact in walk.site.expected_facts(site))
    found = sorted((url, value) for url, value in rows)
    assert expected
    assert found == expected


def test_sources_that_fail_are_named_and_the_others_finish(walk: Walk) -> None:
    sources = {s["source"]: s for s in json.loads(walk.run("status", "--json"))["sources"]}
    assert {name: sources[name]["outcome"] for name in FAULTS} == FAULTS
    assert sources["sample_nhc"]["outcome"] == "ok"
    assert all(sources[name]["fresh"] == "never" for name in FAULTS)
    assert "3 of 4 sources did not end well: " in walk.crawled
    names = ", ".join(f"'{name}'" for name in FAULTS)
    assert sql(walk.home, f"select count(*) from ops.capture where source_id in ({names}) and sha256 is not null") == [
        (0,)
    ]
    assert sql(walk.home, f"select count(*) from fct_notice where source_id in ({names})") == [(0,)]


def test_a_second_night_fetches_nothing_new_and_leaves_the_same_checksum(walk: Walk) -> None:
    before = checksum(walk.home)
    walk.site.requests.clear()
    walk.run("crawl", "sample_nhc")
    walk.run("collect")
    asked = {r.path for r in walk.site.requests if r.status == 200}
    assert asked <= {"/robots.txt"}
    walk.run("refresh")
    assert checksum(walk.home) == before
    assert sql(
        walk.home,
        "select count(*) from (select 1 from raw.centre_activity group by source_id, file_sha256, "
        "line_no having count(*) > 1)",
    ) == [(0,)]

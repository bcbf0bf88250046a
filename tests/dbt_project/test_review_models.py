"""Lists of places and reviewers' corrections in the models: raw and corrected side by side, orphans listed, regions
read as of the day.

The pages are small; places and facts come from the parser itself. Corrections are put where `dbt seed` leaves them.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from scrapers.text import gazetteer
from tests.dbt_project.build_raw import Build
from tests.dbt_project.test_notice_models import Home, loaded
from warehouse import database

pytestmark = [pytest.mark.xdist_group("dbt_review"), pytest.mark.slow]

URL = "https://wjw.example.gov.cn/notices/81.html"
PAGE = """<html><head><title>关于公布试点城市名单的通知</title><meta name="PubDate" content="2023-06-08"></head><body>
<h1>关于公布试点城市名单的通知</h1><div id="zoom">
<p>紧密型城市医疗集团建设试点工作启动,现将名单公布。城市医疗集团要推进医联体建设,分级诊疗。</p>
<p>国家卫生健康委确定了81个紧密型城市医疗集团建设试点城市。</p>
<table><tr><td>序号</td><td>省份</td><td>城市</td></tr><tr><td>1</td><td rowspan="3">山西省</td><td>大同市</td></tr>
<tr><td>2</td><td>长治市</td></tr><tr><td>3</td><td>包头市</td></tr>
<tr><td>4</td><td>重庆市</td><td>两江新区</td></tr><tr><td>5</td><td>重庆市</td><td>江北区</td></tr>
<tr><td>6</td><td>江苏省</td><td>鼓楼区</td></tr><tr><td>7</td><td>新疆生产建设兵团</td><td>第八师石河子市</td></tr></table>
<p>各地要加强组织领导,落实各项任务,确保取得实效。</p></div></body></html>"""
SEED = "correction_id, target_type, indicator, quote, field, value_was, value, reason, reviewed_date"
CORRECTIONS = [
    ("c-value", "fact", "pilot_city_count", "确定了81个", "value", "81", "80", "one was counted twice", "2026-11-01"),
    ("c-older", "fact", "pilot_city_count", "81个", "value", "81", "79", "an older word", "2026-10-01"),
    ("c-place", "place", None, "鼓楼区", "adcode", None, "320106", "the list names 南京", "2026-11-02"),
    ("c-date", "notice", None, "名单公布", "publish_date", "2023-06-08", "2023-06-09", "signed later", "2026-11-02"),
    ("c-gone", "fact", "pilot_city_count", "确定了82个", "value", "82", "81", "no more in the text", "2026-11-02"),
    ("c-moved", "fact", "pilot_city_count", "81个", "value", "18", "81", "another value was read then", "2026-11-02"),
]
MODELS = (
    "--select",
    "+mart_review_list",
    "+fct_notice_correction",
    "dim_region",
    "bridge_region_successor",
    "dim_pilot",
)


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Build:
    folder = tmp_path_factory.mktemp("review")
    home, build = Home(folder / "home"), Build(folder / "build")
    home.seen(0, 0, {URL: PAGE.encode()})
    loaded(build, home.home, "night-0")
    build.run("seed", "--quiet")
    con = database.build(build.path)
    try:
        con.executemany(
            f"insert into seeds.notice_correction ({SEED}, notice_id, link, reviewer) "
            f"values (?, ?, ?, ?, ?, ?, ?, ?, ?, 'url:{URL}', 'https://example.org/proof', 'wang')",
            CORRECTIONS,
        )
    finally:
        con.close()
    build.dbt(*MODELS, "--exclude", "resource_type:seed")
    return build


def test_places_stand_with_what_is_printed_and_what_is_proved(build: Build) -> None:
    rows: list[tuple[Any, ...]] = build.query(
        "select row_no, province_raw, city_raw, province, adcode, correction from fct_notice_place order by place_no"
    )
    assert rows == [
        (1, "山西省", "大同市", "山西省", "140200", None),
        (2, "山西省", "长治市", "山西省", "140400", None),
        (3, "山西省", "包头市", "内蒙古自治区", "150200", "province_wrong"),
        (4, "重庆市", "两江新区", "重庆市", "500157", None),
        (5, "重庆市", "江北区", "重庆市", "500105", None),
        (6, "江苏省", "鼓楼区", "江苏省", "320106", None),
        (7, "新疆生产建设兵团", "第八师石河子市", "新疆生产建设兵团", "659001", None),
    ]
    assert build.query("select province_adcode, report_province_code from fct_notice_place where row_no = 7") == [
        ("650000", "660000")
    ]


def test_a_correction_stands_beside_what_was_read(build: Build) -> None:
    assert build.query(
        "select value_raw, value, correction_id, adcode from fct_notice_fact where not is_statement"
    ) == [(81.0, 80.0, "c-value", "100000")]
    assert build.query(
        "select adcode_raw, adcode, name, mapping_method, correction_id from fct_notice_place where row_no = 6"
    ) == [(None, "320106", "鼓楼区", "review", "c-place")]
    assert build.query("select publish_date_raw, publish_date::varchar, correction_id from fct_notice") == [
        ("2023-06-08", "2023-06-09", "c-date")
    ]
    assert build.query(
        "select correction_id, field, raw_value, corrected_value, reason, link, reviewer from fct_notice_correction "
        "where correction_id = 'c-value'"
    ) == [("c-value", "value", "81.0", "80", "one was counted twice", "https://example.org/proof", "wang")]


def test_the_review_list_says_what_is_open_and_what_is_orphaned(build: Build) -> None:
    rows = build.query(
        "select target_type, reason, review_status, correction_id from operations.mart_review_list order by all"
    )
    assert ("place", "ambiguous_place", "corrected", "c-place") in rows
    assert ("place", "province_wrong", "proven", None) in rows
    assert [row[3] for row in rows if row[1] == "orphaned_correction"] == ["c-gone", "c-moved"]
    assert not [row for row in rows if row[1] in ("dual_identity", "code_changed_over_time", "code_abolished")]


def test_every_flag_of_the_code_has_a_meaning(build: Build) -> None:
    known = {reason for (reason,) in build.query("select reason from seeds.review_reason")}
    for (flags,) in build.query("select distinct flags from fct_notice_place union select flags from fct_notice"):
        assert set(json.loads(flags)) <= known


AS_OF = """
    select coalesce(now.adcode, heir.adcode) as adcode, now.adcode is null as is_mapped, b.succession_type
    from (select '{code}' as adcode, date '{day}' as event_date) as e
    left join dim_region as now
        on e.adcode = now.adcode and e.event_date >= now.valid_from
        and e.event_date < coalesce(now.valid_to, date '9999-12-31')
    left join bridge_region_successor as b on e.adcode = b.old_adcode and e.event_date >= b.effective_date
    left join dim_region as heir
        on b.new_adcode = heir.adcode and e.event_date >= heir.valid_from
        and e.event_date < coalesce(heir.valid_to, date '9999-12-31')
    order by all
"""


def test_a_region_is_read_as_of_the_day(build: Build) -> None:
    def as_of(code: str, day: str) -> list[tuple[Any, ...]]:
        return build.query(AS_OF.format(code=code, day=day))

    assert as_of("500105", "2025-10-31") == as_of("500105", "2025-11-05") == [("500105", False, None)]
    assert as_of("500105", "2025-11-06") == as_of("500105", "2026-03-01") == [("500157", True, "full")]
    assert as_of("500112", "2026-03-01") == [("500109", True, "partial"), ("500157", True, "partial")]
    assert as_of("500109", "2020-01-01") == as_of("500109", "2026-03-01") == [("500109", False, None)]
    assert as_of("500157", "2025-11-05") == [(None, True, None)]
    assert as_of("500157", "2025-11-06") == [("500157", False, None)]


def test_the_two_versions_of_liangjiang_and_the_two_provinces_of_shihezi(build: Build) -> None:
    assert build.query(
        "select level, adcode, zone_code, is_statutory, valid_from::varchar, valid_to::varchar, "
        "announced_date::varchar, "
        "approved_date::varchar, code_notice_date::varchar, inaugurated_date::varchar, "
        "count(*) over (partition by region_id) from dim_region where name = '两江新区' order by valid_from"
    ) == [
        ("functional_zone", None, "CN-CQ-LIANGJIANG", False, "2010-06-18", "2025-11-06", None, None, None, None, 2),
        (
            *("district", "500157", "CN-CQ-LIANGJIANG", True, "2025-11-06", None),
            *("2025-11-06", None, "2025-12-05", "2026-01-25", 2),
        ),
    ]
    assert build.query("select parent_adcode, report_province_code from dim_region where adcode = '659001'") == [
        ("650000", "660000")
    ]


def test_the_gazetteer_knows_what_the_dimension_knows(build: Build) -> None:
    for code, name, level, parent, reports in build.query(
        "select adcode, name, level, parent_adcode, report_province_code from dim_region "
        "where adcode is not null and is_statutory"
    ):
        region = gazetteer.get(code)
        assert region is not None
        assert (region.name, region.level, region.parent) == (name, level, parent)
        assert reports in (region.report_province, region.province)

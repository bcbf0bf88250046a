"""The report against the warehouse it was made of: its numbers, its silences, its safety, its sameness.

The tables are those of a real dbt build without data; rows are put into marts and facts by column name, so a column
that is renamed fails here.
"""

from __future__ import annotations

import http.server
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag

from tests.conftest import find_program
from tests.dbt_project.build_raw import Build
from warehouse import database, report
from warehouse.database import Connection
from warehouse.report import contents, figures
from warehouse.report.figures import Ratio

pytestmark = pytest.mark.xdist_group("report")

AUGUST, SEPTEMBER = date(2026, 8, 1), date(2026, 9, 1)
LAST_OF_AUGUST, IN_SEPTEMBER = date(2026, 8, 31), date(2026, 9, 14)
HENAN, JIANGSU = "410000", "320000"
EVIL = "<script>alert(1)</script><img src='{site}/x.png' onerror='alert(2)'>\"'&"


@cache
def empty_warehouse(folder: Path) -> Path:
    """A dbt build of a home where nothing was ever fetched (once a worker)."""
    build = Build(folder / "report_warehouse" / "build")
    build.dbt()
    return build.path


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return empty_warehouse(tmp_path_factory.getbasetemp())


@pytest.fixture
def filled(empty: Path, tmp_path: Path) -> Path:
    """A copy of the empty warehouse with a few rows in every mart."""
    path = tmp_path / "filled" / database.DATABASE_NAME
    path.parent.mkdir()
    shutil.copyfile(empty, path)
    with writing(path) as con:
        _fill(con)
    return path


@contextmanager
def writing(path: Path) -> Iterator[Connection]:
    con = database.build(path)
    try:
        yield con
    finally:
        con.close()


def page(path: Path, *, is_sample: bool = False) -> str:
    """The report of a version, made as a reader would make it: read only, closed to the outside."""
    con = database.published(path)
    target = path.parent / "report" / "index.html"
    try:
        report.build(con, target, is_sample=is_sample)
    finally:
        con.close()
    return target.read_text(encoding="utf-8")


def soup(html: str) -> BeautifulSoup:
    return BeautifulSoup(html, "lxml")


def section(document: BeautifulSoup, name: str) -> Tag:
    found = document.find("section", id=name)
    assert isinstance(found, Tag), name
    return found


def text(element: Tag) -> str:
    return " ".join(element.get_text(" ").split())


def rows(document: BeautifulSoup, caption: str) -> dict[str, list[str]]:
    """The rows of the table whose caption begins so, by their row heading: the other cells' texts."""
    for table in document.find_all("table"):
        if table.caption and text(table.caption).startswith(caption):
            return {
                text(line.find("th", scope="row")): [text(cell) for cell in line.find_all("td")]
                for line in table.tbody.find_all("tr")
            }
    raise AssertionError(f"no table {caption!r}")


def cards(part: Tag) -> dict[str, str]:
    return {text(div.dt): text(div.find("dd")) for div in part.select("dl.cards > div")}


def insert(con: Connection, table: str, **values: Any) -> None:
    marks = ", ".join("?" * len(values))
    con.execute(f"insert into {table} ({', '.join(values)}) values ({marks})", list(values.values()))


def _pilot(con: Connection, province: str) -> tuple[int, str]:
    found = con.execute(
        "select seq, city from dim_pilot where province_adcode = ? order by seq limit 1", [province]
    ).fetchone()
    assert found is not None
    return int(found[0]), str(found[1])


def _fill(con: Connection) -> None:
    for org, province in (("L1", HENAN), ("L2", JIANGSU), ("L3", HENAN), ("M1", HENAN)):
        insert(con, "dim_org", org_id=org, province_adcode=province, label_from=date(1900, 1, 1),
               label_to=date(9999, 12, 31), is_latest=True)  # fmt: skip
    since = {"valid_from": date(2026, 1, 1)}
    for group, province, members in (("G1", HENAN, ("L1", "M1")), ("G2", JIANGSU, ("L2",)), ("G3", HENAN, ("L3",))):
        pilot = _pilot(con, province)[0] if group != "G3" else None
        insert(con, "dim_group", group_id=group, group_type="city_group", pilot_seq=pilot, **since)
        for member in members:
            role = "lead" if member.startswith("L") else "member"
            insert(con, "bridge_group_member", group_id=group, org_id=member, role=role, **since)
    centres = [("G1", "L1", kind, "operating") for kind in contents.FIVE]
    centres += [("G2", "L2", "lab", "operating"), ("G2", "L2", "imaging", "closed")]
    for group, host, kind, status in centres:
        insert(con, "dim_centre", centre_id=f"{group}-{kind}", centre_type=kind, group_id=group, host_org_id=host,
               status=status, is_latest=True, **since)  # fmt: skip
    _fill_centres(con)
    _fill_recognition(con)
    _fill_sinking(con)
    _fill_targets(con)
    insert(con, "fct_centre_activity_daily", centre_id="G1-lab", event_date=IN_SEPTEMBER)
    insert(con, "fct_recognition_daily", receiver_org_id="L1", event_date=LAST_OF_AUGUST)


def _fill_centres(con: Connection) -> None:
    for month, until, centre, kind, province, reported, num, den in (
        (AUGUST, LAST_OF_AUGUST, "G1-lab", "lab", HENAN, 12_000, 9_000, 10_000),
        (AUGUST, LAST_OF_AUGUST, "G2-lab", "lab", JIANGSU, 345, 300, 345),
        (AUGUST, LAST_OF_AUGUST, "G1-imaging", "imaging", HENAN, 200, None, None),
        (AUGUST, LAST_OF_AUGUST, "G1-cssd", "cssd", HENAN, 99_999, 99_999, 99_999),
        (SEPTEMBER, IN_SEPTEMBER, "G1-lab", "lab", HENAN, 777, 0, 777),
    ):
        insert(con, "mart_shared_centres", month_start=month, as_of_date=until, centre_id=centre, centre_type=kind,
               province_adcode=province, reported_count=reported, own_reported_count=0, other_reported_count=reported,
               on_time_num=num, on_time_den=den)  # fmt: skip


def _fill_recognition(con: Connection) -> None:
    for org, province, num, den, fen in (
        ("L1", HENAN, 28, 40, 123_405), ("M1", HENAN, None, None, 100), ("L2", JIANGSU, 0, 0, None),
    ):  # fmt: skip
        insert(con, "mart_mutual_recognition", month_start=AUGUST, as_of_date=LAST_OF_AUGUST, receiver_org_id=org,
               province_adcode=province, recognition_num=num, recognition_den=den, recognised_count=num,
               not_recognised_count=5, saved_amount_fen=fen)  # fmt: skip


def _fill_sinking(con: Connection) -> None:
    """L1 opens a third of its slots to the slot and 24 of 100 beds; L2 99 of 300, its two bases of beds differ."""
    for org, province, slots, third, beds, quarter in (
        ("L1", HENAN, 100, True, 24, False), ("L2", JIANGSU, 99, False, 50, None),
    ):  # fmt: skip
        insert(con, "mart_resource_sinking", month_start=AUGUST, as_of_date=LAST_OF_AUGUST, lead_org_id=org,
               province_adcode=province, slots_released_num=slots, slots_total_den=300, is_one_third_slots=third,
               beds_released_num=beds, beds_total_den=100, is_one_quarter_beds=quarter)  # fmt: skip


def _fill_targets(con: Connection) -> None:
    values = {"SC01": ((5, 5), (1, 5)), "RS01": ((100, 300), (99, 300)), "RS02": ((24, 100), (None, None))}
    for code, by_pilot in values.items():
        key = con.execute("select target_key from dim_policy_target where indicator_code = ?", [code]).fetchone()
        assert key is not None
        for province, (num, den) in zip((HENAN, JIANGSU), by_pilot, strict=True):
            insert(con, "mart_target_attainment", month_start=AUGUST, as_of_date=LAST_OF_AUGUST, target_key=key[0],
                   indicator_code=code, subject_level="pilot", pilot_seq=_pilot(con, province)[0], value_num=num,
                   value_den=den, is_satisfied=num in (5, 100) if num else None,
                   status="reference" if num else "no_data")  # fmt: skip


def _notice(con: Connection, site: str) -> None:
    evil = EVIL.format(site=site)
    version = {"notice_version_id": "v1", "content_sha256": "ab" * 32}
    insert(con, "fct_notice", **version, title=evil, url="javascript:alert(3)", source_name=evil, doc_number=evil,
           publish_date=date(2026, 9, 2), is_current=True, flags='["<b>flag"]')  # fmt: skip
    insert(con, "fct_notice_fact", **version, fact_no=1, is_statement=False, indicator="share", indicator_code="RS01",
           value=0.3333, numerator=1, denominator=3, unit="fraction", comparator=">=", fact_kind="target",
           segment="main", trust="high", evidence=evil, subject=evil, start_offset=3, end_offset=9,
           is_rejected=False)  # fmt: skip
    insert(con, "fct_notice_fact", **version, fact_no=2, is_statement=False, indicator="teams", value=1961.0,
           unit="个", comparator=">", fact_kind="actual", segment="related", trust="low", evidence="超过1961个",
           start_offset=1, end_offset=8, is_rejected=False)  # fmt: skip
    insert(con, "operations.mart_data_quality", finding_type="refused", rule=evil, record_type="capacity",
           records_count=3, files_count=2)  # fmt: skip


# ---- numbers


def test_section_speaks_of_its_latest_full_month(filled: Path) -> None:
    document = soup(page(filled))
    for name in ("centres", "recognition", "sinking", "targets", "pilots"):
        assert "统计月份 2026年8月" in text(section(document, name)), name
    assert "该月未满" not in text(section(document, "recognition"))


def test_data_until_is_the_latest_day_of_the_facts(filled: Path) -> None:
    until = soup(page(filled)).select_one("header .until")
    assert until is not None
    assert "数据截至 2026-09-14" in text(until)
    assert "最新通知发布日期 暂无数据" in text(until)


def test_packs_are_never_added_to_diagnostic_orders(filled: Path) -> None:
    document = soup(page(filled))
    shown = cards(section(document, "centres"))
    assert shown["检验、影像、心电、病理报告量"] == "12,545"
    assert shown["消毒供应量"] == "99,999"
    assert shown["报告及时率（四类诊断中心）"] == "89.9%"  # 9,300 / 10,345: packs and silent imaging are out
    assert "112,544" not in text(section(document, "centres"))
    months = rows(document, "各月报告量")
    assert list(months) == ["2026年9月 到 2026-09-14", "2026年8月"]
    assert months["2026年8月"][:3] == ["12,345", "200", "12,545"]
    assert months["2026年8月"][-1] == "99,999"


def test_types_of_centres_equal_sql(filled: Path) -> None:
    table = rows(soup(page(filled)), "各类中心")
    con = database.published(filled)
    try:
        for kind, reported in con.execute(
            "select centre_type, sum(reported_count) from mart_shared_centres where month_start = date '2026-08-01' "
            "group by centre_type"
        ).fetchall():
            assert table[contents.name(kind, "centre_type")][3].split()[0] == f"{reported:,}"
    finally:
        con.close()
    assert table["医学影像"][:3] == ["1", "2", "1"]  # operating, registered, reporting
    assert table["医学影像"][-1] == "— —"  # on-time not reported: no share, never 0 %


def test_completeness_counts_over_all_81(filled: Path) -> None:
    document = soup(page(filled))
    assert cards(section(document, "centres"))["五类中心齐全的试点"] == "1 / 81"
    assert "有数据的试点 2 个" in text(section(document, "centres"))
    assert "本项目的读法" in text(section(document, "centres"))
    pilots = rows(document, "81 个试点一览")
    assert len(pilots) == 81
    with writing(filled) as con:
        complete, partial = _pilot(con, HENAN)[1], _pilot(con, JIANGSU)[1]
    assert pilots[complete][1:8] == ["河南省", "1", *["1 / 1"] * 5]
    assert pilots[partial][1:8] == ["江苏省", "1", "1 / 1", *["0 / 1"] * 4]
    assert pilots[complete][-3:] == ["齐全 5 / 5", "33.3% 100 / 300", "24.0% 24 / 100"]
    assert pilots[partial][-3:] == ["未齐 1 / 5", "33.0% 99 / 300", "— —"]
    silent = next(cells for city, cells in pilots.items() if city not in (complete, partial))
    assert silent[-3:] == ["未收录", "— —", "— —"]


def test_recognition_is_sum_over_sum_of_those_with_a_denominator(filled: Path) -> None:
    document = soup(page(filled))
    part = section(document, "recognition")
    shown = cards(part)
    assert shown["互认率（认可份数 / 目录内已有结果份数）"] == "70.0%"
    assert shown["估算节约金额"] == "1,235.05 元"
    assert "其中未提供分母 1 家" in text(part)
    ranked = rows(document, "互认率最高的")
    assert ranked == {"河南省": ["1", "70.0% 28 / 40", "3 / 2", "1,235.05"]}  # 江苏: 0 / 0 is no rate and no rank
    assert "有分母的 1 个省份（34 个省级单位中）" in text(part)
    assert "全部 4 / 3" in text(part)


def test_sinking_compares_whole_numbers_and_comparable_sides_only(filled: Path) -> None:
    document = soup(page(filled))
    part = section(document, "sinking")
    shown = cards(part)
    assert shown["门诊号源开放达到 1/3 的牵头医院"] == "1 / 2"
    assert shown["住院床位开放达到 1/4 的牵头医院"] == "0 / 1"
    assert shown["门诊号源开放比例（合计）"] == "33.2%"
    assert shown["住院床日开放比例（合计）"] == "24.0%"  # 24 / 100: the lead whose bases differ is out
    assert "3 / 2（应报 / 实报）" in text(part)
    assert "其中 1 家缺总量或开放量" in text(part)
    provinces = rows(document, "各省份资源下沉")
    assert provinces["河南省"][:3] == ["2 / 1", "1 / 1", "33.3% 100 / 300"]
    assert provinces["江苏省"][3:5] == ["—", "— —"]


def test_distribution_shows_every_lead_once_on_its_side_of_the_target(filled: Path) -> None:
    svg = section(soup(page(filled)), "sinking").find("svg", class_="dist")
    assert isinstance(svg, Tag)
    assert svg["role"] == "img"
    assert "3/12 起 1 家；4/12 起 1 家" in text(svg.find("desc"))
    bars = [(r["fill"], r["height"]) for r in svg.find_all("rect") if r["height"] != "0"]
    assert bars == [("#c9b08f", "110"), ("#0b5f5a", "110")]


def test_targets_without_data_are_no_data_and_derived_ones_are_references(filled: Path) -> None:
    document = soup(page(filled))
    with_data = rows(document, "有数据的目标")
    slots = next(cells for head, cells in with_data.items() if "RS01" in head)
    assert slots[1] == "≥ 1/3"
    assert slots[3] == "达到目标值 1 / 2 参照值，非考核 2"
    assert "期限：本项目推定" in slots[5]
    assert next(c for h, c in with_data.items() if "GV01" in h)[3] == "81 达成"
    without = rows(document, "尚无数据的目标")
    assert len(with_data) == 4
    assert all("无数据" in cells[3] and "未达成" not in cells[3] for cells in without.values())
    with writing(filled) as con:
        (targets,) = con.execute("select count(*) from dim_policy_target").fetchone() or (0,)
    assert len(with_data) + len(without) == targets


def test_all_34_units_are_drawn_and_only_those_with_data_have_a_figure(filled: Path) -> None:
    document = soup(page(filled))
    for name, known in (("centres", 2), ("recognition", 2), ("sinking", 2)):
        grid = section(document, name).find("svg", class_="tiles")
        assert isinstance(grid, Tag)
        tiles = grid.find_all("g", class_="tile")
        assert len(tiles) == 34
        assert {"香港", "澳门", "台湾"} <= {text(tile.find("text")) for tile in tiles}
        assert sum("未收录" in text(tile) for tile in tiles) == 34 - known, name
        assert "示意方格图，非地图" in text(grid.find("title"))
    rates = {t["data-adcode"]: text(t) for t in section(document, "recognition").find_all("g", class_="tile")}
    assert rates[HENAN] == "河南 70.0% 28/40"
    assert rates[JIANGSU] == "江苏 — 0/0"  # reported, over nothing: not 0 %, and not 未收录


def test_tiles_are_the_34_units_each_on_a_place_of_its_own() -> None:
    tiles = contents.tiles()
    assert len({tile.adcode for tile in tiles}) == len({(tile.row, tile.column) for tile in tiles}) == 34
    assert all(0 <= tile.row < 8 and 0 <= tile.column < 9 for tile in tiles)


def test_facts_stand_with_their_evidence(filled: Path) -> None:
    with writing(filled) as con:
        _notice(con, "https://example.invalid")
    part = section(soup(page(filled)), "notices")
    assert "现行通知 1 件，其中 1 件有事实或陈述，共 2 条" in text(part)
    facts = rows(soup(page(filled)), "事实")
    assert facts["门诊号源下沉比例 RS01"][1] == "≥ 1/3"
    assert facts["teams"][1] == "> 1,961 个"
    assert "「" not in facts["teams"][4]  # the quotation marks are the style's, the evidence is the page's
    assert facts["teams"][4].startswith("超过1961个")
    assert "sha256 abababababab" in text(part)


def test_findings_equal_sql(filled: Path) -> None:
    with writing(filled) as con:
        for kind, rule, count in (("refused", "Q10", 7), ("refused", "Q10", 5), ("set_aside", "tie", 1_234)):
            insert(con, "operations.mart_data_quality", finding_type=kind, source_id=f"s{count}", rule=rule,
                   record_type="recognition_activity", records_count=count, files_count=1)  # fmt: skip
        insert(con, "operations.fct_feed_load", source_id="s", file_sha256="x", rows_total_count=2_000,
               rows_accepted_count=1_988, rows_rejected_count=12, file_refused=None)  # fmt: skip
        insert(con, "operations.mart_source_health", source_id="s", source_kind="feed", last_outcome="blocked",
               files_count=1, rows_accepted_count=1_988, rows_rejected_count=12, set_aside_count=1_234,
               notices_count=0)  # fmt: skip
    document = soup(page(filled))
    refused = rows(document, "门口退回的行")
    assert [cells[1] for head, cells in refused.items() if head.startswith("Q10 各不予认可原因之和")] == ["12"]
    assert [cells[1] for head, cells in rows(document, "暂置的记录").items() if "tie" in head] == ["1,234"]
    assert cards(section(document, "quality"))["接收行数"] == "1,988"
    assert rows(document, "来源")["s"][0].startswith("受阻")


# ---- silence


def test_empty_warehouse_gives_a_truthful_report(empty: Path) -> None:
    document = soup(page(empty))
    until = document.select_one("header .until")
    assert until is not None
    assert text(until).count("暂无数据") == 2
    for name in ("centres", "recognition", "sinking", "notices", "quality"):
        assert "暂无数据" in text(section(document, name)), name
    shown = text(document.find("main"))
    assert "0.0%" not in shown
    assert not re.search(r"(?<!\d)0 / \d", shown)
    assert len(rows(document, "81 个试点一览")) == 81
    assert all("无数据" in cells[3] for cells in rows(document, "尚无数据的目标").values())
    for grid in document.find_all("svg", class_="tiles"):
        assert text(grid).count("未收录") == 34 + 34  # on every tile, and in the description


@pytest.mark.parametrize(
    "kept",
    [("fct_notice", "fct_notice_fact"), ("mart_mutual_recognition",), ("mart_shared_centres",), ("dim_centre",)],
)
def test_warehouse_with_one_subject_only_still_gives_a_report(filled: Path, kept: tuple[str, ...]) -> None:
    with writing(filled) as con:
        _notice(con, "https://example.invalid")
        for table in (
            "fct_notice", "fct_notice_fact", "mart_mutual_recognition", "mart_shared_centres", "mart_resource_sinking",
            "mart_target_attainment", "dim_centre", "dim_org", "dim_group", "bridge_group_member",
            "fct_centre_activity_daily", "fct_recognition_daily",
        ):  # fmt: skip
            if table not in kept:
                con.execute(f"delete from {table}")
    document = soup(page(filled))
    assert "暂无数据" in text(section(document, "sinking"))
    assert len(document.find_all("section")) == 7


def test_ratio_never_rounds_a_miss_to_all_nor_something_to_nothing() -> None:
    assert Ratio(9_999, 10_000).percent == ">99.9%"
    assert Ratio(1, 10_000).percent == "<0.1%"
    assert [Ratio(0, 5).percent, Ratio(5, 5).percent, Ratio(6, 5).percent] == ["0.0%", "100.0%", "120.0%"]
    assert [Ratio(0, 0).percent, Ratio(3, None).percent, Ratio(None, 3).percent] == ["—", "—", "—"]
    assert [Ratio(3, None).text, Ratio(None, None).text] == ["3 / —", "—"]
    assert figures.total([Ratio(1, 2), Ratio(5, 0), Ratio(None, 9), Ratio(1, 4)]) == Ratio(2, 6)
    assert [Ratio(1, 5).step, Ratio(199, 1000).step, Ratio(1, 1).step, Ratio(0, 0).step] == [2, 1, 5, 0]


def test_money_is_exact_to_the_fen() -> None:
    assert [figures.yuan(123_456_705), figures.yuan(9), figures.yuan(-150), figures.yuan(None)] == [
        "1,234,567.05", "0.09", "-1.50", "—",
    ]  # fmt: skip


def test_lead_at_exactly_the_target_stands_in_the_bin_that_reaches_it() -> None:
    bins = figures.distribution([Ratio(1, 3), Ratio(100, 301), Ratio(5, 4), Ratio(1, 0), Ratio(None, 2)], 4)
    assert [(b.low, b.size, b.reaches) for b in bins if b.size] == [(3, 1, False), (4, 1, True), (8, 1, True)]


# ---- safety


def test_hostile_text_stays_text(filled: Path) -> None:
    with writing(filled) as con:
        _notice(con, "https://example.invalid")
    html = page(filled)
    assert "<script" not in html
    assert "<img" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    document = soup(html)
    assert not [a for a in document.find_all("a") if not re.match(r"#|https?://", a["href"])]
    assert not [t.name for t in document.find_all(True) if any(key.startswith("on") for key in t.attrs)]


@pytest.mark.parametrize("which", ["filled", "empty"])
def test_page_holds_everything_itself(which: str, request: pytest.FixtureRequest) -> None:
    html = page(request.getfixturevalue(which))
    document = soup(html)
    policy = document.find("meta", attrs={"http-equiv": "Content-Security-Policy"})
    assert isinstance(policy, Tag)
    assert policy["content"] == "default-src 'none'; style-src 'unsafe-inline'"
    assert not document.find_all(["script", "link", "img", "iframe", "object", "embed", "base", "form"])
    assert not [t.name for t in document.find_all(True) if t.attrs.keys() & {"src", "srcset", "xlink:href", "data"}]
    assert not re.search(r"url\(|@import|@font-face", html)


def test_page_is_accessible(filled: Path) -> None:
    document = soup(page(filled))
    assert document.html is not None
    assert document.html["lang"] == "zh-CN"
    assert len(document.find_all("h1")) == 1
    assert all(table.caption and text(table.caption) for table in document.find_all("table"))
    assert all(th.get("scope") for th in document.find_all("th"))
    ids = [t["id"] for t in document.find_all(id=True)]
    assert len(ids) == len(set(ids))
    for svg in document.find_all("svg"):
        assert svg.get("aria-hidden") == "true" or all(i in ids for i in svg["aria-labelledby"].split())
    assert all(a["href"][1:] in ids for a in document.select("a[href^='#']"))


@pytest.mark.service("chromium")
def test_browser_asks_the_network_for_nothing(filled: Path, tmp_path: Path) -> None:
    """Chromium opens the page of a hostile notice; the server that the notice names hears nothing."""
    heard: list[str] = []

    class Ear(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            heard.append(self.path)
            self.send_error(404)

        def log_message(self, *_: object) -> None: ...

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Ear)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        site = f"http://127.0.0.1:{server.server_port}"
        with writing(filled) as con:
            _notice(con, site)
            con.execute("update fct_notice set url = ?", [f"{site}/notice.html"])
        page(filled)
        loud = tmp_path / "loud.html"
        loud.write_text(f"<img src='{site}/loud.png'>", encoding="utf-8")
        shown = _dump(filled.parent / "report" / "index.html", tmp_path / "one")
        assert heard == []
        assert "医联 · 夜间数据报告" in shown
        _dump(loud, tmp_path / "two")
        assert "/loud.png" in heard  # the ear hears a page that does load something
    finally:
        server.shutdown()
        server.server_close()


def _dump(file: Path, profile: Path) -> str:
    chromium = find_program("chromium")
    assert chromium is not None
    options = """--headless --no-sandbox --disable-gpu --disable-sync --disable-quic --no-first-run
        --disable-background-networking --disable-component-update --dump-dom"""
    done = subprocess.run(
        [chromium, *options.split(), f"--user-data-dir={profile}", file.as_uri()],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return done.stdout


# ---- sameness


def test_same_warehouse_gives_the_same_bytes(filled: Path, tmp_path: Path) -> None:
    """The rows in another order, fetched at another time by another run: the same page."""
    with writing(filled) as con:
        _notice(con, "https://example.invalid")
    other = tmp_path / "other" / database.DATABASE_NAME
    other.parent.mkdir()
    shutil.copyfile(filled, other)
    with writing(other) as con:
        tables = con.execute(
            "select schema_name || '.' || table_name from duckdb_tables() where schema_name in ('main', 'operations')"
        ).fetchall()
        for (table,) in tables:
            con.execute(f"create table turned as select * from {table} order by rowid desc")
            con.execute(f"delete from {table}")
            con.execute(f"insert into {table} select * from turned")
            con.execute("drop table turned")
        con.execute("update fct_notice set capture_id = 'another', first_fetched_at = timestamp '2030-01-01'")
        con.execute("update operations.fct_feed_load set load_run = 'another'")
    assert page(filled) == page(other)


def test_sample_data_says_so(empty: Path) -> None:
    banner = soup(page(empty, is_sample=True)).find("div", class_="banner")
    assert isinstance(banner, Tag)
    assert text(banner).startswith("示例数据")
    assert "示例数据" not in page(empty, is_sample=False)

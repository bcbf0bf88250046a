"""CSV and XLSX as people make them → canonical records, each under its sheet's row."""

from __future__ import annotations

import dataclasses
import datetime
import gzip
import json
import random
import zipfile
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from openpyxl.comments import Comment

from scrapers import contracts, feeds, registry
from scrapers.contracts import template
from scrapers.feeds import table
from scrapers.registry import Source
from tests.scrapers.feeds import tables
from tests.scrapers.feeds.tables import HEADINGS, row
from warehouse import door, privacy


@pytest.fixture(scope="module")
def source() -> Source:
    return registry.load(variables={"sample_site": "http://127.0.0.1:9"})["drop_feed"]


def records(file: Path, source: Source | None = None) -> dict[int, Any]:
    """Each record, or why there is none, by row."""
    found: dict[int, Any] = {}
    for part in feeds.slices(file, source=source):
        for number, line in enumerate(part.lines, part.first):
            blamed = part.blamed.get(number)
            if line:
                found[number] = (blamed.rule, blamed.field) if blamed else json.loads(line)
    return found


def value(file: Path, path: str, number: int = 2) -> Any:
    found = records(file)[number]
    for part in path.split("."):
        if isinstance(found, tuple):
            return found
        found = found.get(part)
    return found


def refused(file: Path) -> list[tuple[int, str, str | None]]:
    return [(r["line"], r["rule"], r["field"]) for r in door.check(file)["rejections"]]


# ---- headings


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "gb18030", "gbk"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_every_encoding_and_separator_reads_alike(tmp_path: Path, encoding: str, separator: str) -> None:
    file = tables.csv(
        tmp_path, [["统计表"], HEADINGS, row(), row(记录标识="ca-2")], separator=separator, encoding=encoding
    )
    found = records(file)
    assert list(found) == [3, 4]
    assert found[3]["payload"]["requested"] == 120
    assert found[3]["produced_at"] == "2026-11-20T23:30:00+08:00"
    assert door.check(file) == {
        "file": str(file), "accepted": 2, "rejections": [], "file_refused": None, "warnings": {},
    }  # fmt: skip


def test_a_compressed_csv_is_one(tmp_path: Path) -> None:
    plain = tables.csv(tmp_path, [HEADINGS, row()])
    packed = tmp_path / "feed.csv.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    assert records(packed) == records(plain)


@pytest.mark.parametrize(
    "bad", ["检验\ufffd", "检验\ue123"], ids=["a replacement character", "a character of nobody's"]
)
def test_lost_characters_refuse_the_file(tmp_path: Path, bad: str) -> None:
    file = tables.csv(tmp_path, [[bad], HEADINGS, row()])
    assert door.check(file)["file_refused"] == "Q15"


def test_bytes_that_are_no_text_refuse_the_file(tmp_path: Path) -> None:
    file = tmp_path / "feed.csv"
    file.write_bytes(",".join(HEADINGS).encode("gb18030") + b"\n\xff\xff\xff,1\n")
    assert door.check(file)["file_refused"] == "Q15"


def test_an_open_quotation_mark_swallows_no_rows(tmp_path: Path) -> None:
    file = tmp_path / "feed.csv"
    file.write_text(",".join(HEADINGS) + '\n"ca-1,a\nca-2,b\nca-3,c\n', encoding="utf-8")
    assert door.check(file)["file_refused"] == "TABLE-quotes"


def test_titles_blank_rows_and_labels_above_the_headings(tmp_path: Path) -> None:
    short = [h for h in HEADINGS if h not in ("报送机构编码", "来源系统", "业务日期")]
    cells = [v for h, v in zip(HEADINGS, row(), strict=True) if h in short]
    file = tables.csv(
        tmp_path,
        [
            ["共享中心业务量(2026年11月)"], ["报送机构编码:", tables.LEAD, "", "来源系统", "demo-platform"],
            ["业务日期：2026年11月20日"], [], short, [], cells, ["", " ", "-"], cells,
        ],
    )  # fmt: skip
    found = records(file)
    assert list(found) == [7, 9]
    assert (found[7]["reporter_org_code"], found[7]["source_system"]) == (tables.LEAD, "demo-platform")
    assert found[7]["event_date"] == "2026-11-20"
    assert door.check(file)["accepted"] == 2


@pytest.mark.parametrize(
    "heading",
    ["申请数", "*申请数", " 申 请 数 ", "申请数(份)", "申请数（件）", "requested", "payload.requested", "REQUESTED"],
)
def test_a_heading_is_known_in_each_of_its_spellings(tmp_path: Path, heading: str) -> None:
    headings = [heading if h == "申请数" else h for h in HEADINGS]
    assert value(tables.csv(tmp_path, [headings, row()]), "payload.requested") == 120


def test_an_unknown_column_is_named_and_refuses_only_the_rows_that_fill_it(tmp_path: Path) -> None:
    rows = [[*HEADINGS, "备注说明", "序号"], [*row(), "补报", 1], [*row(), "", 2], [*row(), "-", 3]]
    assert refused(tables.csv(tmp_path, rows)) == [(2, "SCHEMA-unknown", "备注说明")]


@pytest.mark.parametrize("heading", ["王小明", "13912345678", "x" * 60, "a\nb@c"])
def test_an_unknown_heading_that_could_be_a_person_is_told_by_its_letter(tmp_path: Path, heading: str) -> None:
    file = tables.csv(tmp_path, [[*HEADINGS, heading], [*row(), 1]])
    assert (2, "SCHEMA-unknown", "column N") in refused(file)


def test_a_table_without_known_headings_is_refused_whole(tmp_path: Path) -> None:
    file = tables.csv(tmp_path, [["甲", "乙"], [1, 2]])
    assert door.check(file)["file_refused"] == "TABLE-no-headings"


def test_one_field_under_two_headings_is_refused_whole(tmp_path: Path) -> None:
    file = tables.csv(tmp_path, [[*HEADINGS, "requested"], [*row(), 1]])
    assert door.check(file)["file_refused"] == "TABLE-heading-twice"


def test_headings_of_a_source_are_its_own(tmp_path: Path, source: Source) -> None:
    (tmp_path / "headers.csv").write_text(
        "heading,record_type,field,reason\n开单量,centre_activity,requested,their name\n备注说明,,,says nothing\n",
        encoding="utf-8",
    )
    own = dataclasses.replace(source, folder=tmp_path)
    headings = ["开单量" if h == "申请数" else h for h in HEADINGS]
    file = tables.csv(tmp_path, [[*headings, "备注说明"], [*row(), "补报"]])
    assert records(file, own)[2]["payload"]["requested"] == 120
    assert door.check(file, own)["accepted"] == 1
    assert refused(file) == [(2, "SCHEMA-unknown", "开单量")]


def test_a_heading_for_a_field_that_is_not_there_is_told(tmp_path: Path, source: Source) -> None:
    (tmp_path / "headers.csv").write_text(
        "heading,record_type,field,reason\n开单量,centre_activity,reqested,x\n", encoding="utf-8"
    )
    own = dataclasses.replace(source, folder=tmp_path)
    with pytest.raises(table.HeaderError, match=r"headers\.csv:2: centre_activity has no field reqested"):
        records(tables.csv(tmp_path, [HEADINGS, row()]), own)


def test_two_lines_of_headings(tmp_path: Path) -> None:
    upper = [*HEADINGS[:5], "接诊机构编码", "出具结果机构编码", "互认项目", None, "目录内已有结果份数", "认可份数",
             "不予认可份数", "不予认可原因", None]  # fmt: skip
    lower = [None] * 7 + ["目录标识", "项目编码"] + [None] * 3 + ["急诊急救", "其他确需复查"]
    cells = [*row()[:5], tables.LEAD, tables.MEMBER, "urn:hr-catalogue:110000", "LAB-0001", 40, 28, 5, 3, 2]
    file = tables.xlsx(
        tmp_path, [["互认统计"], upper, lower, cells], merged=["H2:I2", "M2:N2", *(f"{c}2:{c}3" for c in "ABCDEFGJKL")]
    )
    found = records(file)[4]["payload"]
    assert found["item"] == {"system": "urn:hr-catalogue:110000", "code": "LAB-0001"}
    assert found["not_recognised_reasons"] == {"R4_emergency": 3, "R6_other": 2}
    assert door.check(file)["accepted"] == 1


def test_the_name_of_a_file_tells_the_record_type(tmp_path: Path) -> None:
    rows = [["牵头医院编码", "资源类型", "号源类别"], [tables.LEAD, "门诊号源", "全部"]]
    file = tables.csv(tmp_path, rows)
    named = [p.blamed or p.lines for p in feeds.slices(file, "20261120_demo_capacity_001.csv")]
    assert b'"record_type":"capacity"' in named[0][1]  # type: ignore[index]


# ---- rows and their numbers


def test_a_blamed_row_is_the_rows_of_the_sheet(tmp_path: Path) -> None:
    rows = [["title"], [], HEADINGS, row(), [], row(申请数="x"), [None] * 13, row(审核发布报告数=-1)]
    for file in (tables.csv(tmp_path, rows), tables.xlsx(tmp_path, rows)):
        assert refused(file) == [(6, "SCHEMA-type", "payload.requested"), (8, "Q07", "payload.reported")]


def test_a_line_end_inside_quotes_is_within_its_row(tmp_path: Path) -> None:
    rows = [["共享中心\n业务量"], HEADINGS, row(), row(业务类别="a\nb"), row(取消数="x")]
    assert refused(tables.csv(tmp_path, rows)) == [(5, "SCHEMA-type", "payload.cancelled")]


def test_each_sheet_counts_its_own_rows(tmp_path: Path) -> None:
    book = Workbook()
    book.active.title = "封面"
    book.active.append(["说明文字"])
    for number in (2, 3):
        sheet = book.create_sheet(f"{number}月")
        sheet.append(HEADINGS)
        sheet.append(row(记录标识=f"ca-{number}"))
        sheet.append(row(取消数="x"))
    file = tmp_path / "feed.xlsx"
    book.save(file)
    found = door.check(file)
    assert found["accepted"] == 2
    assert found["rejections"] == [
        {"line": 3, "rule": "SCHEMA-type", "field": "payload.cancelled", "sheet": 2},
        {"line": 3, "rule": "SCHEMA-type", "field": "payload.cancelled", "sheet": 3},
    ]


def test_a_record_needs_neither_id_nor_version(tmp_path: Path) -> None:
    rows = [HEADINGS, row(记录标识=None), row(记录标识=None, 申请数=121), row(记录标识=None, 业务类别="micro")]
    found = records(tables.xlsx(tmp_path, rows))
    ids = [found[n]["source_record_id"] for n in (2, 3, 4)]
    assert ids[0] == ids[1] != ids[2], "the id is the grain's"
    assert found[2]["source_version"] == 1795188600
    assert door.check(tmp_path / "feed.xlsx")["accepted"] == 3


# ---- totals and merged cells


def test_totals_are_dropped_and_used_to_reconcile(tmp_path: Path, source: Source) -> None:
    total = dict.fromkeys(HEADINGS)
    rows = [
        HEADINGS,
        row(),
        row(记录标识="ca-2"),
        row(**total | {"共享中心编码": "小 计", "申请数": "240"}),
        row(记录标识="ca-3"),
        row(**total | {"共享中心编码": "小计", "申请数": 120}),
        row(**total | {"记录标识": "合计", "申请数": 361, "取消数": 3}),
    ]
    file = tables.csv(tmp_path, rows)
    found = door.check(file)
    assert (found["accepted"], found["rejections"], found["warnings"]) == (3, [], {"Q17": 1})
    receipt = door.judge(
        tmp_path, file, source=source, file_sha256="a" * 64, filename="f.csv", received_at="2026-11-21T02:30:00+08:00"
    )
    assert receipt.sheets[0]["unreconciled"] == [{"line": 7, "field": "payload.requested"}]
    assert receipt.rows_total == 3


def test_merged_cells_hold_for_their_rows_and_no_other(tmp_path: Path) -> None:
    rows = [HEADINGS, row(), row(记录标识="b", 共享中心编码=None), row(记录标识="c", 共享中心编码=None)]
    file = tables.xlsx(tmp_path, rows, merged=["F2:F3"])
    found = records(file)
    assert [found[n]["payload"].get("centre_code") for n in (2, 3, 4)] == ["C-LAB-01", "C-LAB-01", None]
    assert refused(file) == [(4, "SCHEMA-required", "payload.centre_code")]
    assert refused(tables.csv(tmp_path, rows)) == [(n, "SCHEMA-required", "payload.centre_code") for n in (3, 4)], (
        "a CSV does not tell which cells were merged"
    )


def test_a_total_above_its_rows_is_compared_when_they_are_read(tmp_path: Path) -> None:
    def total(count: int) -> list[Any]:
        return [None] * 5 + ["合计", None, None, count] + [None] * 4

    for count, warnings in ((240, {}), (241, {"Q17": 1})):
        file = tables.csv(tmp_path, [HEADINGS, total(count), row(), row(记录标识="b")])
        assert door.check(file)["warnings"] == warnings


def test_remarks_and_headings_among_the_rows_are_no_records(tmp_path: Path) -> None:
    remark = ["注：本表由信息科汇总", *[None] * 12]
    signed = ["填报人", None, None, "审核人", *[None] * 9]
    rows = [HEADINGS, row(), HEADINGS, row(记录标识="b"), remark, signed]
    found = door.check(tables.csv(tmp_path, rows))
    assert (found["accepted"], found["rejections"]) == (2, [])
    counted = ["注：x", *row()[1:]]
    assert refused(tables.csv(tmp_path, [HEADINGS, counted])) == [(2, "SCHEMA-pattern", "source_record_id")]


def test_a_month_is_no_day(tmp_path: Path) -> None:
    rows = [[*HEADINGS, "统计周期"], [*row(业务日期="2026年10月"), "日"], [*row(业务日期="2026年10月"), "月"]]
    assert refused(tables.csv(tmp_path, rows)) == [(2, "SCHEMA-format", "event_date")]


# ---- cells


@pytest.mark.parametrize("text", ["120", "１２０", "120.0", "120.", " 120 ", "'120", "120\u3000", "+120"])
def test_a_count_in_each_of_its_spellings(tmp_path: Path, text: str) -> None:
    assert value(tables.csv(tmp_path, [HEADINGS, row(申请数=text)]), "payload.requested") == 120


@pytest.mark.parametrize("text", ["1,234", "１，２３４", "1,234.0"])
def test_thousands_are_parted_by_commas(tmp_path: Path, text: str) -> None:
    assert value(tables.csv(tmp_path, [HEADINGS, row(申请数=text)]), "payload.requested") == 1234


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("120人次", "Q14"), ("120份", "Q14"), ("1.2万", "Q14"), ("120 例", "Q14"), ("33%", "Q14"), ("1,23", "Q20"),
        ("12,3456", "Q20"), ("1.2E+05", "Q16"), ("-1", "Q07"), ("1.5", "Q07"), ("约120", "SCHEMA-type"),
        ("１．５", "Q07"),
    ],
)  # fmt: skip
def test_what_is_no_count_is_refused_for_its_reason(tmp_path: Path, text: str, rule: str) -> None:
    assert refused(tables.csv(tmp_path, [HEADINGS, row(申请数=text)])) == [(2, rule, "payload.requested")]


@pytest.mark.parametrize("text", ["", " ", "-", "—", "/", "未计算", "－", "N/A"])
def test_blank_in_each_of_its_spellings_is_no_value_and_zero_is_one(tmp_path: Path, text: str) -> None:
    optional = [*HEADINGS, "更正报告数"]
    file = tables.csv(
        tmp_path, [optional, [*row(), text], [*row(记录标识="b"), "0"], [*row(记录标识="c", 取消数=text), 1]]
    )
    found = records(file)
    assert "corrected" not in found[2]["payload"]
    assert found[3]["payload"]["corrected"] == 0
    assert refused(file) == [(4, "SCHEMA-required", "payload.cancelled")]


DAYS = [
    "2026-11-20",
    "2026/11/20",
    "2026.11.20",
    "2026年11月20日",
    "20261120",
    "２０２６－１１－２０",
    "46346",
    "2026-11-20 00:00:00",
]


@pytest.mark.parametrize("text", DAYS)
def test_a_day_in_each_of_its_spellings(tmp_path: Path, text: str) -> None:
    assert value(tables.csv(tmp_path, [HEADINGS, row(业务日期=text)]), "event_date") == "2026-11-20"


@pytest.mark.parametrize(
    ("cell", "form"),
    [
        (datetime.date(2026, 11, 20), "yyyy/m/d"), (datetime.date(2026, 11, 20), "m月d日"), (46346, "General"),
        (20261120, "General"), (46346, 'yyyy"年"m"月"d"日"'), ("2026-11-20", "@"),
    ],
)  # fmt: skip
def test_a_day_of_a_workbook(tmp_path: Path, cell: Any, form: str) -> None:
    file = tables.xlsx(tmp_path, [HEADINGS, row(业务日期=cell)], formats={"D2": form})
    assert value(file, "event_date") == "2026-11-20"


def test_a_month_is_its_last_day_and_its_period(tmp_path: Path) -> None:
    rows = [HEADINGS, row(业务日期="2026年2月", 生成时间="2026-03-05 08:00")]
    found = records(tables.csv(tmp_path, rows))[2]
    assert (found["event_date"], found["period_type"]) == ("2026-02-28", "month")


@pytest.mark.parametrize("text", ["2026-02-30", "20/11/2026", "11-20", "昨日", "9999999"])
def test_what_is_no_day_is_refused(tmp_path: Path, text: str) -> None:
    assert refused(tables.csv(tmp_path, [HEADINGS, row(业务日期=text)])) == [(2, "SCHEMA-format", "event_date")]


@pytest.mark.parametrize("text", ["1.21E+17", "1.2E+17", "121101054005000000"])
def test_a_damaged_code_is_refused(tmp_path: Path, text: str) -> None:
    found = refused(tables.csv(tmp_path, [HEADINGS, row(申请机构编码=text)]))
    assert found == [(2, "Q16", "payload.requester_org_code")]


@pytest.mark.parametrize(
    ("heading", "place", "cell", "form", "read"),
    [
        ("申请机构编码", "G2", 121101054005000010, "0", ("Q16", "payload.requester_org_code")),
        ("共享中心编码", "F2", 12, "General", ("Q16", "payload.centre_code")),
        ("共享中心编码", "F2", 12, "00000", "00012"),
        ("共享中心编码", "F2", "00012", "@", "00012"),
        ("共享中心编码", "F2", 46346, "yyyy-mm-dd", ("Q16", "payload.centre_code")),
        ("共享中心编码", "F2", "#N/A", "General", ("Q16", "payload.centre_code")),
    ],
)
def test_a_code_held_as_a_number_needs_proof(
    tmp_path: Path, heading: str, place: str, cell: Any, form: str, read: Any
) -> None:
    file = tables.xlsx(tmp_path, [HEADINGS, row(**{heading: cell})], formats={place: form})
    path = {"申请机构编码": "payload.requester_org_code", "共享中心编码": "payload.centre_code"}[heading]
    assert value(file, path) == read


INDICATOR = ["记录标识", "来源系统", "报送机构编码", "业务日期", "统计周期", "生成时间", "指标编码", "统计对象类型",
             "统计对象编码", "分子", "计量单位"]  # fmt: skip


def indicator(numerator: Any, unit: Any, subject: Any = "410122") -> list[Any]:
    return ["iv-1", "demo", tables.LEAD, "2026-09-30", "季度", "2026-10-18 16:20:00+08:00", "GV08", "县", subject,
            numerator, unit]  # fmt: skip


@pytest.mark.parametrize(
    ("cell", "form", "unit", "read"),
    [
        ("33%", "@", "%", 33), ("33.5%", "@", "％", 33.5), (0.33, "0%", "%", 33), (0.3333, "0.00%", "%", 33.33),
        (33, "General", "%", 33), ("33%", "@", "比例", 0.33), (0.33, "0%", None, 0.33), (0.33, "General", None, 0.33),
        (0.1 + 0.2, "General", None, 0.3), ("33%", "@", "人次", ("Q14", "payload.numerator")),
    ],
)  # fmt: skip
def test_a_percentage_is_read_by_its_declared_unit(tmp_path: Path, cell: Any, form: str, unit: Any, read: Any) -> None:
    file = tables.xlsx(tmp_path, [INDICATOR, indicator(cell, unit)], formats={"J2": form})
    assert value(file, "payload.numerator") == read


def test_a_share_under_the_unit_percent_is_told(tmp_path: Path) -> None:
    found = door.check(tables.xlsx(tmp_path, [INDICATOR, indicator(0.33, "%")]))
    assert (found["accepted"], found["warnings"]) == (1, {"Q16-percent": 1})


def test_a_region_code_may_be_a_number_and_choices_have_chinese_names(tmp_path: Path) -> None:
    found = records(tables.xlsx(tmp_path, [INDICATOR, indicator(1, "人", 410122)]))[2]
    assert found["payload"]["subject_code"] == "410122"
    assert (found["period_type"], found["payload"]["subject_type"]) == ("quarter", "county")


def test_a_county_sheet_with_its_labels_above_the_headings(tmp_path: Path) -> None:
    above = [
        ["来源系统：demo"],
        ["报送机构编码", tables.LEAD],
        ["业务日期：2026年10月"],
        ["生成时间：2026-11-05 09:00"],
    ]
    headings = ["指标编码", "统计对象类型", "统计对象编码", "分子", "分母", "计量单位"]
    rows = [["GV08", "县", "410122", "71.4%", "-", "%"], ["GV05", "县", "410122", "12", "13", "个"]]
    file = tables.csv(tmp_path, [*above, headings, *rows])
    found = records(file)
    assert [(r["event_date"], r["period_type"], r["produced_at"]) for r in found.values()] == [
        ("2026-10-31", "month", "2026-11-05T09:00:00")
    ] * 2
    assert [r["payload"].get("denominator") for r in found.values()] == [None, 13]
    assert door.check(file)["accepted"] == 2


def test_a_heading_with_another_unit_is_refused(tmp_path: Path) -> None:
    headings = ["申请数(万)" if h == "申请数" else h for h in HEADINGS]
    assert refused(tables.csv(tmp_path, [headings, row()])) == [(2, "Q14", "payload.requested")]


# ---- the template, and the wall


@pytest.mark.parametrize("record_type", sorted(contracts.load()))
def test_the_template_as_it_is_is_accepted(tmp_path: Path, record_type: str) -> None:
    file = tmp_path / "t.xlsx"
    file.write_bytes(template.workbook(contracts.load()[record_type]))
    assert door.check(file) == {
        "file": str(file), "accepted": 1, "rejections": [], "file_refused": None, "warnings": {},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("place", "text"),
    [("A1", "填报人 13912345678"), ("N3", "13912345678"), ("J3", "备 11010519491231002X"), ("B5", "13912345678")],
)
def test_the_wall_searches_every_cell(tmp_path: Path, source: Source, place: str, text: str) -> None:
    book = Workbook()
    sheet = book.active
    for cells in [["title"], HEADINGS, row(), row(记录标识="b")]:
        sheet.append(cells)
    sheet[place] = text
    file = tmp_path / "feed.xlsx"
    book.save(file)
    hit = privacy.wall(file, source)
    assert hit is not None
    assert hit.line == int(place[1:])


@pytest.mark.parametrize("where", ["comment", "hidden sheet", "sheet name", "property", "header"])
def test_the_wall_searches_what_no_reader_reads(tmp_path: Path, source: Source, where: str) -> None:
    book = Workbook()
    sheet = book.active
    for cells in (HEADINGS, row()):
        sheet.append(cells)
    match where:
        case "comment":
            sheet["A2"].comment = Comment("电话 13912345678", "x")
        case "hidden sheet":
            book.create_sheet("s").append(["13912345678"])
            book["s"].sheet_state = "hidden"
        case "sheet name":
            book.create_sheet("t13912345678")
        case "property":
            book.properties.description = "13912345678"
        case "header":
            sheet.oddHeader.center.text = "13912345678"
    file = tmp_path / "feed.xlsx"
    book.save(file)
    assert (found := privacy.wall(file, source)) is not None
    assert found.rule == "PII-mobile"


def test_codes_and_keys_of_a_table_are_not_searched(tmp_path: Path, source: Source) -> None:
    headings = ["记录标识", "来源系统", "报送机构编码", "业务日期", "生成时间", "派驻任务密钥", "出勤天数"]
    key = "1391234567800000000000000000000000000000000000000000000000000000"
    file = tables.csv(tmp_path, [headings, ["a", "demo", tables.LEAD, "2026-11-20", "2026-11-20 23:30", key, 1]])
    assert privacy.wall(file, source) is None


# ---- files that are no tables


@pytest.mark.parametrize("cut", [10, 500, 3000])
def test_a_damaged_workbook_is_refused_whole(tmp_path: Path, source: Source, cut: int) -> None:
    file = tables.xlsx(tmp_path, [HEADINGS, row()])
    file.write_bytes(file.read_bytes()[:-cut])
    assert door.check(file)["file_refused"] in ("FILE-format", "FILE-damaged-container")
    assert privacy.wall(file, source) is not None


def test_a_torn_feed_of_lines_is_not_taken_for_a_table(tmp_path: Path) -> None:
    file = tmp_path / "aaa"
    file.write_bytes(b'rd_type": "capacity", "x": 1}\n{"record_type": "capacity"}\n')
    assert feeds.format_of(file, file.name) == "ndjson"


def test_a_cut_csv_is_refused_whole(tmp_path: Path) -> None:
    file = tmp_path / "x.csv.gz"
    file.write_bytes(gzip.compress(tables.csv(tmp_path, [HEADINGS, row()]).read_bytes())[:-9])
    assert door.check(file)["file_refused"] == "FILE-damaged-container"


@pytest.mark.parametrize("seed", range(40))
def test_no_bytes_crash_the_readers_or_the_wall(tmp_path: Path, source: Source, seed: int) -> None:
    """Damage inside the container and out of it: read, or refused whole, and never anything else."""
    rng = random.Random(seed)
    rows = [["title"], HEADINGS, row(), row(记录标识="b", 申请数="1,000")]
    if seed % 2:
        file = tables.csv(tmp_path, rows)
        file.write_bytes(damaged(rng, file.read_bytes()))
    else:
        file = tables.xlsx(tmp_path, rows)
        with zipfile.ZipFile(file) as book:
            parts = {name: book.read(name) for name in book.namelist()}
        victim = rng.choice(sorted(parts))
        with zipfile.ZipFile(file, "w") as book:
            for name, data in parts.items():
                book.writestr(name, damaged(rng, data) if name == victim else data)
    found = door.check(file)
    assert found["file_refused"] or found["accepted"] + len(found["rejections"]) <= 3
    privacy.wall(file, source)


def damaged(rng: random.Random, data: bytes) -> bytes:
    made = bytearray(data)
    for _ in range(rng.randint(1, 4)):
        place = rng.randrange(len(made) + 1)
        junk = rng.choice(
            [b"\x00", b"\xff", b'"', b",", b"\n", b"<", b"&", "合计".encode(), b"1e400", bytes([rng.randrange(256)])]
        )
        made[place : place + rng.choice([0, 1, 20])] = junk
    return bytes(made[: rng.choice([len(made)] * 9 + [len(made) // 2])])


@pytest.mark.parametrize("namespace", ["http://schemas.openxmlformats.org/", "http://purl.oclc.org/ooxml/"])
@pytest.mark.parametrize("target", ["worksheets/sheet1.xml", "/xl/worksheets/sheet1.xml"])
def test_workbooks_of_other_programs(tmp_path: Path, source: Source, namespace: str, target: str) -> None:
    """Texts in their cells, no places, strict names, absolute parts, numbers in scientific notation."""

    def cell(value: Any) -> str:
        return f"<c><v>{value}</v></c>" if isinstance(value, float) else f'<c t="inlineStr"><is><t>{value}</t></is></c>'

    lines = [HEADINGS, row(申请数=1.2e2), row(记录标识="b", 申请数="x"), row(记录标识="c", 业务类别=1.3912345678e10)]
    data = "".join(f"<row>{''.join(map(cell, cells))}</row>" for cells in lines).replace(
        "13912345678.0", "1.3912345678E10"
    )
    file = tmp_path / "feed.xlsx"
    with zipfile.ZipFile(file, "w") as book:
        relation = 'xmlns:r="http://purl.oclc.org/ooxml/officeDocument/relationships" r:id="rId1"'
        book.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{namespace}main"><sheets><sheet name="S" {relation}/></sheets></workbook>',
        )
        book.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{namespace}rels"><Relationship Id="rId1" Target="{target}"/></Relationships>',
        )
        book.writestr(
            "xl/worksheets/sheet1.xml", f'<worksheet xmlns="{namespace}main"><sheetData>{data}</sheetData></worksheet>'
        )
    found = records(file)
    assert (found[2]["payload"]["requested"], found[3]["payload"]["requested"]) == (120, "x")
    assert (hit := privacy.wall(file, source)) is not None
    assert (hit.rule, hit.line) == ("PII-mobile", 4)

"""Figures in tables: what a cell counts, its unit and its year come from its row, its column and the line above."""

from __future__ import annotations

import pytest

from scrapers import notices
from scrapers.records import Fact, Notice

HEAD = (
    "甲市医共体运行情况\n2024-03-05 来源:示例网\n"
    "医共体的牵头医院向乡镇卫生院派驻医师,双向转诊更加顺畅,检查检验结果在全市互认,群众看病更加方便。\n"
)


def parse(table: str) -> Notice:
    return notices.parse_page((HEAD + table).encode())


def told(facts: list[Fact]) -> list[tuple[float | None, str | None, str, str]]:
    return [(fact.value, fact.unit, fact.topic, fact.evidence) for fact in facts]


PLACES = [
    (2, "个", "consortium_stats", "甲县{0}2{0}3516{0}112"),
    (3516, "人次", "referral", "甲县{0}2{0}3516{0}112"),
    (112, "人", "resource_sinking", "甲县{0}2{0}3516{0}112"),
    (1, "个", "consortium_stats", "乙县{0}1{0}1904{0}47"),
    (1904, "人次", "referral", "乙县{0}1{0}1904{0}47"),
    (47, "人", "resource_sinking", "乙县{0}1{0}1904{0}47"),
]


@pytest.mark.parametrize("mark", ["\t", "|", "    ", " "])
def test_rows_of_places(mark: str) -> None:
    rows = "地区{0}医共体数(个){0}上转(人次){0}下派人员(人)\n甲县{0}2{0}3516{0}112\n乙县{0}1{0}1904{0}47\n"
    notice = parse("各县主要情况\n" + rows.format(mark))
    assert told(notice.facts) == [(value, unit, topic, row.format(mark)) for value, unit, topic, row in PLACES]
    assert {fact.trust for fact in notice.facts} == {"medium"}
    for fact in notice.facts:
        assert notice.text[fact.start : fact.end] == fact.evidence


def test_a_head_over_two_columns_counts_for_both() -> None:
    markup = (
        "<html><head><title>甲市医共体运行情况</title></head><body><h1>甲市医共体运行情况</h1><p>{}</p><p>双向转诊情况</p><table>"
        "<tr><td rowspan=2>地区</td><td colspan=2>双向转诊(人次)</td><td rowspan=2>派驻<br>医师(名)</td></tr>"
        "<tr><td>上转</td><td>下转</td></tr><tr><td>甲县</td><td>1904</td><td>2,780</td><td>112</td></tr>"
        "<tr><td>乙县</td><td>—</td><td>866</td><td>-3</td></tr></table></body></html>"
    ).format(HEAD.split("\n")[2])
    notice = notices.parse_page(markup.encode())
    assert [(fact.value, fact.unit, fact.topic) for fact in notice.facts] == [
        (1904, "人次", "referral"),
        (2780, "人次", "referral"),
        (112, "名", "resource_sinking"),
        (866, "人次", "referral"),
    ]
    assert all(notice.text[fact.start : fact.end] == fact.evidence for fact in notice.facts)


def test_a_head_over_all_columns_says_what_the_table_is_of() -> None:
    markup = (
        "<html><head><title>甲市医共体运行情况</title></head><body><h1>甲市医共体运行情况</h1><p>{}</p><table>"
        "<tr><td colspan=3>四家医疗集团2024年上半年运行情况</td></tr>"
        "<tr><td>集团</td><td>成员单位(家)</td><td>下转患者(人次)</td></tr>"
        "<tr><td>第一医疗集团</td><td>17</td><td>3126</td></tr><tr><td>中医医疗集团</td><td>9</td><td>1170</td></tr>"
        "</table></body></html>"
    ).format(HEAD.split("\n")[2])
    of_rows = (fact for fact in notices.parse_page(markup.encode()).facts if fact.trust == "medium")
    facts = [(fact.value, fact.unit, fact.date) for fact in of_rows]
    day = "2024-06-30"
    assert facts == [(17, "家", day), (3126, "人次", day), (9, "家", day), (1170, "人次", day)]


def test_the_year_of_the_head_dates_a_figure_and_its_unit_may_stand_in_a_column() -> None:
    notice = parse(
        "|指标|单位|2022年|2023年|\n|---|---|---|---|\n|远程会诊|例次|980|1280|\n|检查结果互认|万项次|—|12.6|\n"
    )
    assert [(fact.value, fact.unit, fact.topic, fact.date) for fact in notice.facts] == [
        (980, "例次", "telemedicine", "2022-12-31"),
        (1280, "例次", "telemedicine", "2023-12-31"),
        (126000, "项次", "mutual_recognition", "2023-12-31"),
    ]


def test_a_unit_may_stand_behind_the_label_or_above_the_table() -> None:
    notice = parse("指标\t2023年\n上转患者(人次)\t4210\n县域内就诊率(%)\t91.2\n")
    assert [(fact.value, fact.unit) for fact in notice.facts] == [(4210, "人次"), (91.2, "%")]
    notice = parse("表1 双向转诊情况 单位:人次\n地区\t上转\t下转\n甲县\t3516\t2780\n乙县\t1904\t866\n")
    assert [(fact.value, fact.unit) for fact in notice.facts[:2]] == [(3516, "人次"), (2780, "人次")]


def test_a_row_may_begin_with_its_number_and_单位_may_be_who_reports() -> None:
    notice = parse("序号\t单位\t派驻人数(人)\t转诊(人次)\n1\t甲镇卫生院\t5\t320\n2\t乙镇卫生院\t7\t410\n")
    assert [(fact.value, fact.unit) for fact in notice.facts] == [(5, "人"), (320, "人次"), (7, "人"), (410, "人次")]


@pytest.mark.parametrize(
    "table",
    [
        "地区\t医共体\t转诊\n甲县\t22\t3516\n乙县\t31\t1904\n",  # no unit
        "药品名称\t规格(片)\t价格(元)\n某药\t30\t12.5\n另一药\t60\t8.4\n",
        "转诊单位\t联系人\t电话\n甲县医院\t张三\t5550123\n乙县医院\t李四\t5550124\n",
        "双向转诊情况\n地区\t上转(人次)\n甲县\t3516\t2780\n乙县\t1904\t866\n",  # a head is missing, and which?
        "双向转诊情况\n甲县\t3516\t2780\n乙县\t1904\t866\n",
    ],
)
def test_what_no_head_and_no_unit_proves_is_no_fact(table: str) -> None:
    assert not parse(table).facts


def test_heads_without_one_above_the_labels_are_those_of_figures() -> None:
    notice = parse("双向转诊情况\n上转(人次)\t下转(人次)\n甲县\t3516\t2780\n")
    assert [(fact.value, fact.unit) for fact in notice.facts] == [(3516, "人次"), (2780, "人次")]


def test_a_row_that_states_its_figure_with_its_unit_is_read_once() -> None:
    notice = parse("项目\t数量\n成员单位\t23家\n远程会诊\t1280例\n")
    assert [(fact.value, fact.unit) for fact in notice.facts] == [(23, "家"), (1280, "例")]


def test_a_number_and_the_place_on_the_next_line_are_no_quantity() -> None:
    notice = parse("指标\t2022年\t2023年\n上转患者\t3516\t4210\n县域内就诊率\t88.1\t91.2\n")
    assert not notice.facts


def test_a_table_on_a_page_of_others_says_nothing() -> None:
    page = "甲市春耕\n2024-03-05 来源:示例网\n各县春耕有序推进。\n地区\t上转(人次)\t下转(人次)\n甲县\t3516\t2780\n"
    assert not notices.parse_page(page.encode()).facts


@pytest.mark.parametrize(
    ("head", "date", "precision"),
    [
        ("2023年", "2023-12-31", "year"),
        ("2023", "2023-12-31", "year"),
        ("2023年上半年", "2023-06-30", "half-year"),
        ("2023年第一季度", "2023-03-31", "quarter"),
        ("2023年1-6月", "2023-06-30", "months"),
        ("2023年前三季度", "2023-09-30", "months"),
        ("2022-2023年", "2023-12-31", "year"),
        ("较2022年增加", "2024-03-05", "as-of"),
    ],
)
def test_a_head_dates_its_figures_only_where_a_date_stands_for_it(head: str, date: str, precision: str) -> None:
    (fact,) = parse(f"双向转诊情况\n指标\t{head}\n上转患者(人次)\t4210\n").facts
    assert (fact.date, fact.date_precision) == (date, precision)


def test_the_cells_may_stand_one_on_a_line() -> None:
    heads, rows = ("季度", "上转", "下转"), (("一季度", "1042", "688"), ("二季度", "1107", "735"))
    table = "\n".join(("(单位:人次)", *heads, *(cell for row in rows for cell in row)))
    assert told(parse(table).facts) == [
        (float(figure), "人次", "referral", "\n".join(row)) for row in rows for figure in row[1:]
    ]


def test_cells_one_on_a_line_may_have_two_labels_a_row() -> None:
    heads, rows = (
        ("类别", "指标", "计划", "完成"),
        (
            ("产出", "上转", "900", "1042"),
            ("产出", "下转", "600", "735"),
            ("效益", "巡诊", "80", "96"),
        ),
    )
    table = "\n".join(("(单位:人次)", *heads, *(cell for row in rows for cell in row)))
    assert [(fact.value, fact.evidence) for fact in parse(table).facts] == [
        (float(figure), "\n".join(row)) for row in rows for figure in row[2:]
    ]


def test_a_line_between_two_rows_is_no_label_of_others() -> None:
    """A single row, a line of words, and below it a table of its own."""
    heads, rows = ("季度", "上转", "下转"), (("一季度", "1042", "688"), ("二季度", "1107", "735"))
    table = "\n".join(("甲县", "12", "34", "(单位:人次)", *heads, *(cell for row in rows for cell in row)))
    assert {(fact.value, fact.evidence) for fact in parse(table).facts} == {
        (float(figure), "\n".join(row)) for row in rows for figure in row[1:]
    }


def test_a_factor_in_brackets_multiplies_what_the_label_counts() -> None:
    found = [(fact.value, fact.unit) for fact in parse("指标 | 2019年 | 2020年\n上转人次(万) | 4.61 | 4.33\n").facts]
    assert found == [(46100.0, "人次"), (43300.0, "人次")]


def test_rows_whose_labels_are_years_are_no_figures_of_the_site() -> None:
    facts = parse("年份 上转(人次) 下转(人次)\n2021 1042 688\n2022 1107 735\n").facts
    assert [(fact.value, fact.evidence) for fact in facts] == [
        (1042, "2021 1042 688"),
        (688, "2021 1042 688"),
        (1107, "2022 1107 735"),
        (735, "2022 1107 735"),
    ]


def test_cells_that_hold_paragraphs_are_read() -> None:
    rows = (("县", "上转(人次)", "下转人次"), ("甲县", "1 042", "688"), ("乙县", "1107", "735"))
    cells = "".join(f"<tr>{''.join(f'<td><p>{cell}</p></td>' for cell in row)}</tr>" for row in rows)
    page = f"<html><head><title>统计表</title></head><body><p>{HEAD}</p><table>{cells}</table></body></html>"
    facts = notices.parse_page(page.encode()).facts
    assert [(fact.value, fact.unit) for fact in facts] == [(value, "人次") for value in (1042, 688, 1107, 735)]


def test_the_days_of_a_calendar_are_no_rows_of_a_table() -> None:
    assert "15 16" not in parse("日 一 二\n8 9 10\n15 16 17\n22 23 24\n").body


def test_a_long_label_leaves_room_for_one_blank_only() -> None:
    rows = ("旗县  下转(人次)  远程心电(例)", "甲旗    812    4307", "察右南旗 307  1954")
    found = {(fact.value, fact.unit) for fact in parse("\n".join(rows)).facts}
    assert found >= {(812.0, "人次"), (4307.0, "例"), (307.0, "人次"), (1954.0, "例")}


def test_a_table_that_the_page_holds_twice_is_read_once() -> None:
    table = "<table><tr><td>地区</td><td>上转(人次)</td></tr><tr><td>甲县</td><td>1904</td></tr></table>"
    body = f"<h1>甲市医共体运行情况</h1><p>{HEAD.split(chr(10))[2]}</p>{table}<p>手机版</p>{table}"
    markup = f"<html><head><title>甲市医共体运行情况</title></head><body>{body}</body></html>"
    assert [fact.value for fact in notices.parse_page(markup.encode()).facts] == [1904]


def test_equal_figures_of_one_row_are_two_facts() -> None:
    notice = parse("双向转诊情况\n地区\t上转(人次)\t下转(人次)\n甲县\t3516\t3516\n")
    assert [(fact.value, fact.unit) for fact in notice.facts] == [(3516, "人次"), (3516, "人次")]


def test_a_row_that_is_damaged_beyond_proof_says_nothing() -> None:
    sound = "双向转诊情况\n地区\t上转(人次)\n甲县\t3516\n"
    damaged = "双向转诊情况\n地区\t上转(人次)\n甲縣(xiàn)?;某\t3516\n"
    assert parse(sound).facts
    assert not parse(damaged).facts

"""Tables with one cell a line: what has the period of a table is one, counters and headlines are none."""

from __future__ import annotations

import pytest

from scrapers.text import table_lines

TABLE = ["季度", "上转", "下转", "一季度", "1042", "688", "二季度", "1,107", "—", "合计", "2149", "688"]


def test_heads_and_rows_are_told_by_the_period() -> None:
    lines = ["转诊情况", *TABLE, "下一步", "继续。"]
    (found,) = table_lines.find(lines)
    assert [lines[at] for at in found.heads] == TABLE[:3]
    assert [[lines[at] for at in row] for row in found.rows] == [TABLE[3:6], TABLE[6:9], TABLE[9:]]
    assert table_lines.may_stand_in("\n".join(lines))


def test_a_row_that_lost_a_cell_is_left_out() -> None:
    lines = [*TABLE[:8], *TABLE[9:], "三季度", "5", "6"]
    (found,) = table_lines.find(lines)
    assert [lines[row.start] for row in found.rows] == ["一季度", "合计", "三季度"]


def test_years_are_labels() -> None:
    lines = ["年份", "上转", "下转", "2022", "31", "12", "2023", "45", "20"]
    (found,) = table_lines.find(lines)
    assert [lines[row.start] for row in found.rows] == ["2022", "2023"]


@pytest.mark.parametrize(
    "lines",
    [
        ["浏览", "1042", "点赞", "688", "分享", "12"],
        ["一季度", "1042", "688", "二季度", "1107", "735"],
        ["季度", "上转", "下转", "一季度", "1042", "688"],
        ["全省转诊工作推进很快。", "上转", "下转", "一季度", "1042", "688", "二季度", "1107", "735"],
    ],
    ids=["counters", "no heads", "one row", "a sentence for a head"],
)
def test_what_is_no_table(lines: list[str]) -> None:
    assert list(table_lines.find(lines)) == []

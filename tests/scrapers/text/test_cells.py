"""Residue at the ends of table cells goes; a question stays a question."""

from __future__ import annotations

import pytest

from scrapers.text.cells import trim, trim_cells
from scrapers.text.clean import clean, repair


@pytest.mark.parametrize(
    ("row", "trimmed"),
    [
        ("67 | 云南省 | ??????楚雄彝族自治州 ???????? |", "67 | 云南省 | 楚雄彝族自治州 |"),
        ("13 | 內蒙古自治區? | 赤峰市 |", "13 | 内蒙古自治区 | 赤峰市 |"),
        ("| ?甲市 | 乙市? |", "| 甲市 | 乙市 |"),
        ("云南省\t?昆明市\t三级", "云南省\t昆明市\t三级"),
        ("??????楚雄彝族自治州 ????????", "楚雄彝族自治州"),
        ("新疆維吾爾自治區?", "新疆维吾尔自治区"),
    ],
)
def test_residue_goes(row: str, trimmed: str) -> None:
    assert repair(row) == trimmed
    assert repair(trimmed) == trimmed


@pytest.mark.parametrize(
    "text",
    [
        "避免短期支援?",
        "什么是医共体?|专家解读",
        "1 | 医共体是什么? | 见下文 |",
        "1 | 是否达标? | 达标 |",
        "1 | ? | 12 |",
        "1 | A?B | 甲?乙 |",
        "你去过北京市?",
        "哪个市?",
        "市?",
        "医共体建设情况如何?",
        "甲 | 一句话写得很长很长,长得不像表格里的单元格,倒像一个人在认真地问问题,问完了还要再补上一句? |",
    ],
)
def test_questions_stay(text: str) -> None:
    assert trim_cells(text) == []


def test_one_cell() -> None:
    assert trim(" ??甲县?? ") == "甲县"
    assert trim("甲县有吗?") == "甲县有吗?"
    assert trim("??") == "??"
    assert trim(" 甲县 ") == " 甲县 "


def test_a_trimmed_cell_leads_back() -> None:
    raw = "1 | ??甲市?? | 乙 |"
    cleaned = clean(raw).traced
    at = cleaned.text.index("甲市")
    assert cleaned.origin(at, at + 2) == (raw.index("甲市"), raw.index("甲市") + 2)

"""Paragraphs that a page broke where its lines were full, and lines that end where they should."""

from __future__ import annotations

import pytest

from scrapers.text import wraps
from scrapers.text.trace import Traced

LINES = (
    "今年以来,河湾县整合两家县级医院和13",
    "家乡镇卫生院,组建两个紧密型医共体,",
    "建成检验、影像、心电、病理、消毒供",
    "应五个中心。截至8月底,中心累计服务",
    "患者9.4万人次。",
)


def joined(text: str) -> str:
    return wraps.joined(Traced(text)).text


def test_a_paragraph_is_put_together_and_leads_back_to_its_characters() -> None:
    text = "\n".join(("河湾日报", "", *LINES, "", "责任编辑"))
    found = wraps.joined(Traced(text))
    assert found.text == "\n".join(("河湾日报", "", "".join(LINES), "", "责任编辑"))
    at = found.text.index("消毒供应五个中心")
    start, end = found.origin(at, at + len("消毒供应五个中心"))
    assert text[start:end] == "消毒供\n应五个中心"


def test_indents_and_half_width_signs_make_lines_ragged() -> None:
    first = "  " + LINES[0].removeprefix("今年以来,")
    assert joined("\n".join(("标题", first, *LINES[1:]))).split("\n")[1].endswith("患者9.4万人次。")


@pytest.mark.parametrize(
    "lines",
    [
        [f"河湾县医共体第{n}次会议召开研究年度工作" for n in "一二三四五六七"],
        [f"医共体内有{n}家卫生院,由县医院牵头建设。" for n in range(2, 9)],
        ["乡镇卫生院", "接入影像中心", "门诊下沉", "医师派驻", "号源下沉", "互认项目", "会诊。"] * 3,
        ["今年以来,河湾县整合两家县级医院和13", "家乡镇卫生院,组建两个紧密型医共体,", "建成五个中心。"],
        ["河湾县整合两家县级医院和十三家乡镇卫生院组建两个紧密型医共体。" * 4] * 6,
    ],
    ids=["headlines", "sentences", "menu", "too few", "long lines"],
)
def test_other_lines_stay_apart(lines: list[str]) -> None:
    text = "\n".join(["标题", *lines])
    assert joined(text) == text

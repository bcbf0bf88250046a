"""What a notice says of itself: signatures, dates, cited numbers; and numbers of telephones in what is published."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.notices import document
from scrapers.text import doc_numbers, telephones

BODY = """各市卫生健康委:

按照国卫医发〔2022〕6号和示卫函〔2023〕5号的规定,现将医共体建设方案印发给你们。

一、总体要求。

本办法自2024年3月1日起施行。

示例省卫生健康委员会  示例省财政厅

示例省医疗保障局

2024年1月15日

(信息公开形式:主动公开)"""


def test_a_signed_notice() -> None:
    read = document.read(BODY, "示卫函〔2023〕5号", doc_numbers.find(BODY))
    assert read.issuers == ("示例省卫生健康委员会", "示例省财政厅", "示例省医疗保障局")
    assert (read.signed_date, read.effective_date) == ("2024-01-15", "2024-03-01")
    assert read.cited_doc_numbers == ("国卫医发〔2022〕6号",)


@pytest.mark.parametrize(
    "body",
    [
        "",
        "2024年1月15日,示例省卫生健康委员会召开会议,医共体建设提速。",
        "本办法自印发之日起施行。\n会议在示例市举行,多部门参加。",
        "自2016年启动以来,医共体建设稳步推进。",
        "2024年1月15日\n示例县医共体揭牌,各界代表出席仪式。",
    ],
)
def test_what_is_not_stated_is_none(body: str) -> None:
    assert document.read(body, None, doc_numbers.find(body)) == document.Document()


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("电话:010-68791111。", "电话:010-6879****。"),
        ("手机13800138000", "手机1380013****"),
        ("手机138 0013 8000", "手机138 0013 ****"),
        ("热线4008001234", "热线400800****"),
        ("电话:68791111", "电话:6879****"),
        ("覆盖人口13800138人,文号〔2023〕199号,2024-01-15", "覆盖人口13800138人,文号〔2023〕199号,2024-01-15"),
    ],
)
def test_telephones_are_hidden(text: str, masked: str) -> None:
    assert telephones.mask(text) == masked


@given(st.text(alphabet="0123456789- ()电话:医", max_size=60))
def test_masking_keeps_every_place(text: str) -> None:
    masked = telephones.mask(text)
    assert len(masked) == len(text)
    assert telephones.mask(masked) == masked
    assert all(a == b or b == "*" for a, b in zip(text, masked, strict=True))

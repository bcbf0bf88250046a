"""Whose health service a page speaks of: places and institutions decide, not the words of our subjects."""

from __future__ import annotations

import pytest

from scrapers.notices import jurisdiction


@pytest.mark.parametrize(
    ("title", "text", "side"),
    [
        ("高雄推动分级医疗", "健保署说,转诊到医学中心的民众减少。", "taiwan"),
        ("远程医疗试行", "医管局发言人说,公立医院联网将扩大,涉款2亿港元。", "hongkong_macao"),
        ("乡村医院的远程会诊", "美国联邦政府拨款,加州45家医院参加。", "abroad"),
        (
            "美国专家到访示例县医院",
            "浙江省长兴县人民医院医共体接待来访,国家卫生健康委、省卫健委负责人介绍情况。",
            "mainland",
        ),
        (
            "两岸医疗交流",
            "来自台湾的医师到厦门市、泉州市的社区卫生服务中心坐诊,福建省卫健委介绍医联体建设。",
            "mainland",
        ),
        (None, "医共体派驻医师30名。", "mainland"),
        (None, "据介绍,转诊患者增多。", "mainland"),
    ],
)
def test_places_decide(title: str | None, text: str, side: str) -> None:
    assert jurisdiction.of(title, text) == side


def test_a_host_settles_it() -> None:
    assert jurisdiction.of(None, "转诊与远程医疗", url="https://www.example.gov.tw/a.html") == "taiwan"
    assert jurisdiction.of(None, "转诊与远程医疗", url="https://www.example.gov.cn/a.html") == "mainland"
    assert jurisdiction.of(None, "转诊与远程医疗", url="inbox:a.tw") == "mainland"


def test_a_declared_language_only_tips_the_scale() -> None:
    assert jurisdiction.of(None, "转诊平台服务医共体、卫健委", language="zh-TW") == "mainland"
    assert jurisdiction.of(None, "台湾的转诊与健保", language="zh-TW") == "taiwan"


def test_a_long_page_is_sampled() -> None:
    assert jurisdiction.of("美国医改", "美国远程医疗发展。" + "。" * 10_000_000) == "abroad"


def test_words_inside_other_words_are_no_places() -> None:
    text = (
        "信息平台中心在全国会议上介绍妇幼保健保障,联合报告由科研院所的数位专家在国家医学中心完成,创新元素不断增加元素。"
    )
    assert jurisdiction.of("远程医疗与转诊", text * 3) == "mainland"

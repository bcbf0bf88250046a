"""What a fact is about, on the map: named, concluded, or left open."""

from __future__ import annotations

import pytest

from scrapers import notices

LOCAL = "某市推进紧密型县域医共体建设"


def places(title: str, *sentences: str) -> list[tuple[float | None, str | None]]:
    """(value, adcode) of the facts of a page about county communities."""
    body = "紧密型县域医共体建设取得进展。医共体统一管理,资源共享,分级诊疗有序推进。"
    notice = notices.parse_page("\n".join([title, body, *sentences]).encode())
    assert notice.relevant
    assert all(fact.adcode is None or fact.geography for fact in notice.facts)
    return [(fact.value, fact.adcode) for fact in notice.facts]


def test_the_place_in_the_title_is_what_the_page_is_about() -> None:
    found = places("郑州市推进紧密型县域医共体建设", "目前6个县(市)建成医共体7家,覆盖1961家村卫生室。")
    assert found
    assert {code for _, code in found} == {"410100"}


def test_a_place_in_the_sentence_stands_before_the_page() -> None:
    found = places(
        "国家卫生健康委:推进紧密型县域医共体建设", "江苏省东台市建成县域医共体3个。", "全国建成县域医共体2199个。"
    )
    assert dict(found) == {3.0: "320981", 2199.0: "100000"}


def test_the_country_where_a_national_body_speaks() -> None:
    found = places("国家卫生健康委召开医共体工作会议", "已建成县域医共体2199个。")
    assert found == [(2199.0, "100000")]


def test_a_national_figure_on_a_page_that_describes_one_province() -> None:
    found = places(
        "医共体建设的经验",
        "全国已建成县域医共体2199个。",
        "浙江省湖州市、浙江省嘉兴市、浙江省衢州市先行先试。",
        "已建成县域医共体70个。",
    )
    assert dict(found) == {2199.0: "100000", 70.0: "330000"}


@pytest.mark.parametrize(
    "sentence",
    [
        "河北省邢台市和山西省大同市建成县域医共体12个。",  # of which of them?
        "鼓楼区建成县域医共体12个。",  # four cities have one
        "截至目前,建成县域医共体12个。",  # nothing says where
    ],
)
def test_what_is_not_proved_stays_open(sentence: str) -> None:
    assert places(LOCAL, sentence) == [(12.0, None)]


@pytest.mark.parametrize(
    "sentence",
    [
        "全国推进,北京市朝阳区、山西省大同市等建成县域医共体12个。",
        "新华社北京6月9日电,全国建成县域医共体12个。",
        "北京协和医院指导,全国建成县域医共体12个。",
    ],
)
def test_examples_datelines_and_hospitals_place_nothing(sentence: str) -> None:
    assert places(LOCAL, sentence) == [(12.0, "100000")]

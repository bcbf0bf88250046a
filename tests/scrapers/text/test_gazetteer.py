"""Names of places: what they mean, and what is not guessed."""

from __future__ import annotations

import csv

import pytest

from scrapers.text import gazetteer
from tests.cost import assert_growth


def places(text: str) -> list[tuple[str, str | None]]:
    return [(text[m.start : m.end], m.region and m.region.code) for m in gazetteer.find(text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("西藏日喀则仲巴县的患者", [("西藏日喀则仲巴县", "540232")]),
        ("福建三明的做法", [("福建三明", "350400")]),
        ("内蒙古鄂尔多斯市", [("内蒙古鄂尔多斯市", "150600")]),
        ("南京市鼓楼区", [("南京市鼓楼区", "320106")]),
        ("甘南州合作市", [("甘南州合作市", "623001")]),
        ("新疆生产建设兵团第八师石河子市", [("新疆生产建设兵团第八师石河子市", "659001")]),
        ("海南州的县", [("海南州", "632500")]),
        ("海南省的县", [("海南省", "460000")]),
        ("浙江省、江苏省", [("浙江省", "330000"), ("江苏省", "320000")]),
        ("山西省包头市", [("山西省", "140000"), ("包头市", "150200")]),  # they do not fit: two places, no chain
        ("重庆市两江新区", [("重庆市两江新区", "500157")]),
    ],
)
def test_a_name_with_what_stands_before_it(text: str, found: list[tuple[str, str]]) -> None:
    assert places(text) == found


@pytest.mark.parametrize("text", ["鼓楼区的医院", "朝阳区", "吉林的医院", "南山区"])
def test_a_name_of_several_places_has_no_region(text: str) -> None:
    assert [code for _, code in places(text)] == [None]


@pytest.mark.parametrize(
    "text",
    [
        "吉林市场",
        "合作市场准入",
        "市和县域",
        "社会长治久安",
        "北京大学",
        "南京路",
        "城区和郊区",
        "阿里巴巴",
        "各区县和县级市",
    ],
)
def test_words_that_only_look_like_places(text: str) -> None:
    assert places(text) == []


def test_what_a_name_alone_may_mean() -> None:
    def codes(name: str, within: str | None = None) -> list[str]:
        region = gazetteer.get(within) if within else None
        return [r.code for r in gazetteer.resolve(name, region)[0]]

    assert codes("朝阳区") == ["110105", "220104"]
    assert codes("朝阳区", "110000") == ["110105"]
    assert codes("朝阳") == ["110105", "211300", "211321", "220104"]
    assert codes("朝阳", "210000") == ["211300", "211321"]  # 朝阳市 and 朝阳县, both in 辽宁
    assert codes("吉林") == ["220000", "220200"]
    assert codes("吉林市") == ["220200"]
    assert codes("第八师石河子市") == codes("石河子市", "650000") == ["659001"]
    assert codes("鼓楼区", "320000") == ["320106", "320302"]
    assert codes("包头市", "140000") == []
    assert codes("江北区", "500000") == ["500105"]
    assert gazetteer.resolve("江北区", gazetteer.get("500000"))[0][0].is_abolished
    assert gazetteer.resolve("海西州")[1] == "short_name"


def test_parts_of_a_name() -> None:
    assert gazetteer.split("河北省石家庄市正定县") == ("河北省", "石家庄市", "正定县")
    assert gazetteer.split("山西省包头市") == ("山西省", "包头市")
    assert gazetteer.split("河南郑州") == ("河南", "郑州")
    for whole in ("海南藏族自治州", "内蒙古自治区", "吉林市", "呼和浩特市", "某处", "北京"):
        assert gazetteer.split(whole) == (whole,)


def test_every_region_of_the_table_is_found_by_its_chain() -> None:
    with (gazetteer.SEEDS / "region_2026_03_25.csv").open(encoding="utf-8") as stream:
        codes = [row["adcode"] for row in csv.DictReader(stream)]
    assert len(codes) > 3000
    for code in codes:
        region = gazetteer.get(code)
        assert region is not None
        name = gazetteer.full_name(region)
        assert [m.region and m.region.code for m in gazetteer.find(name)] == [code], name


def test_the_time_it_takes_grows_with_the_text() -> None:
    assert_growth(gazetteer.find, "郑州市中牟县和荥阳市、鼓楼区都完成了任务。", 600_000)

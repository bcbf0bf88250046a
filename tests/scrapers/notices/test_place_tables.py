"""Lists of places on pages of many shapes: what is printed, what it is, what is wrong, and what is not guessed."""

from __future__ import annotations

import pytest

from scrapers import notices
from scrapers.notices import page, place_tables
from scrapers.records import PlaceRow
from tests.cost import assert_growth

HEAD = "关于公布紧密型县域医共体建设试点县名单的通知\n各有关单位:\n经研究,现将名单予以公布。\n"


def read(text: str) -> list[PlaceRow]:
    """The rows of a plain text; the characters at their offsets are their evidence."""
    sheet = page.read((HEAD + text).encode())
    rows = place_tables.read(sheet)
    for row in rows:
        assert sheet.text[row.start : row.end] == row.evidence
        assert row.evidence.replace(" ", "") in sheet.raw[row.raw_start : row.raw_end].replace(" ", "")
    return rows


def read_html(table: str) -> list[PlaceRow]:
    markup = (
        "<html><head><title>试点县名单</title></head><body><h1>试点县名单</h1>"
        f"<p>{'现将名单公布,请认真组织实施。' * 4}</p>"
        f"<table>{table}</table><p>{'各地要加强领导,落实各项任务。' * 4}</p></body></html>"
    )
    notice = notices.parse_page(markup.encode())
    for row in notice.places:
        assert notice.text[row.start : row.end] == row.evidence
    return notice.places


def codes(rows: list[PlaceRow]) -> list[str | None]:
    return [row.adcode for row in rows]


def printed(rows: list[PlaceRow]) -> list[tuple[str | None, str]]:
    return [(row.province_raw, row.city_raw) for row in rows]


def corrected(rows: list[PlaceRow]) -> list[tuple[str | None, str, str | None]]:
    return [(row.province_raw, row.city_raw, row.province) for row in rows if row.correction]


# ---------------------------------------------------------------- shapes


def test_a_drawn_table_with_a_province_carried_one_row_too_far() -> None:
    rows = read(
        "序号 | 省份 | 试点城市 |\n1 | 河北省 | 邢台市 |\n2 | 山西省 | 大同市 |\n3 | 山西省 | 包头市 |\n"
        "4 | 内蒙古自治区? | 赤峰市 |\n5 | 云南省 | ????楚雄彝族自治州 ?? |\n6 | 重庆市 | 两江新区 |\n"
        "7 | 新疆生产建设兵团 | 第八师石河子市 |"
    )
    assert codes(rows) == ["130500", "140200", "150200", "150400", "532300", "500157", "659001"]
    assert [row.row_no for row in rows] == [1, 2, 3, 4, 5, 6, 7]
    assert corrected(rows) == [("山西省", "包头市", "内蒙古自治区")]
    assert rows[2].correction == "province_wrong"
    assert rows[2].correction_reason == "包头市属于内蒙古自治区,不属于山西省"
    assert printed(rows)[3:5] == [("内蒙古自治区?", "赤峰市"), ("云南省", "????楚雄彝族自治州 ??")]
    assert rows[3].flags == rows[4].flags == ["question_mark_residue"]
    assert rows[5].flags == ["code_changed_over_time"]
    assert (rows[6].province_adcode, rows[6].report_province_code) == ("650000", "660000")
    assert rows[6].flags == ["dual_identity"]


def test_provinces_as_headings_with_counts_and_short_names() -> None:
    rows = read("河北省(2个):邢台市、沧州市\n山西:大同市、长治市、包头市\n河南省:新密、巩义和登封市\n")
    assert codes(rows) == ["130500", "130900", "140200", "140400", "150200", "410183", "410181", "410185"]
    assert corrected(rows) == [("山西", "包头市", "内蒙古自治区")]


def test_regions_at_the_head_that_hold_nothing_of_what_follows() -> None:
    rows = read("北京市:赤峰市、乌兰察布市\n天津市:张掖市、甘南州\n")  # who helps whom
    assert codes(rows) == ["150400", "150900", "620700", "623000"]
    assert not corrected(rows)
    assert printed(rows)[0] == (None, "赤峰市")
    assert codes(read("河北省——正定县、迁安市\n山西省—高平市、盂县\n")) == ["130123", "130283", "140581", "140322"]


def test_one_paragraph_of_several_provinces() -> None:
    rows = read("试点县(市、区)名单如下:浙江省:安吉县、德清县;安徽省:濉溪县。请各地认真落实,按时报送。")
    assert codes(rows) == ["330523", "330521", "340621"]


def test_headings_above_lines() -> None:
    rows = read("一、浙江省(3个)\n安吉县、德清县、海盐县\n二、新疆生产建设兵团\n第八师石河子市、第一师阿拉尔市\n")
    assert codes(rows) == ["330523", "330521", "330424", "659001", "659002"]
    assert {row.report_province_code for row in rows[3:]} == {"660000"}


def test_numbered_lines_are_items_and_the_first_heads_none() -> None:
    rows = read("1.北京市\n2.三明市\n3.宿迁市\n4.深圳市\n")
    assert codes(rows) == ["110000", "350400", "321300", "440300"]
    assert not corrected(rows)


def test_cells_on_lines_of_their_own() -> None:
    rows = read("序号\n省份\n试点县\n1\n河北省\n正定县\n2\n迁安市\n3\n山西省\n盂县\n4\n高平市\n")
    assert codes(rows) == ["130123", "130283", "140322", "140581"]
    assert [row.province for row in rows] == ["河北省", "河北省", "山西省", "山西省"]


def test_a_province_is_filled_down_in_its_group_only_and_checked() -> None:
    for rows in (
        read("1 河北省 邢台市\n2 邯郸市\n3 山西省 大同市\n4 长治市\n5 包头市\n"),
        read("| 省份 | 城市 |\n| 河北省 | 邢台市 |\n| | 邯郸市 |\n| 山西省 | 大同市 |\n| | 长治市 |\n| | 包头市 |\n"),
    ):
        assert codes(rows) == ["130500", "130400", "140200", "140400", "150200"]
        assert rows[1].flags == rows[3].flags == ["province_filled"]
        assert not corrected(rows)  # the page printed no province beside 包头市
        assert rows[4].province_raw is None
        assert rows[4].province == "内蒙古自治区"


def test_counties_in_brackets_and_in_a_column_beside_their_prefecture() -> None:
    assert codes(read("河北省:石家庄市(正定县、赞皇县)、唐山市(迁安市)\n")) == ["130123", "130129", "130283"]
    rows = read(
        "序号|省|市|县\n1|河北省|石家庄市|正定县\n2|江苏省|南京市|鼓楼区\n3|江苏省|徐州市|鼓楼区\n4|山西省|太原市|盂县\n"
    )
    assert codes(rows) == ["130123", "320106", "320302", "140322"]
    assert [row.correction for row in rows] == [None, None, None, "prefecture_wrong"]


def test_merged_cells_of_a_table_in_markup() -> None:
    rows = read_html(
        "<tr><th>序号</th><th>省份</th><th>试点县</th></tr>"
        "<tr><td>1</td><td rowspan=2>河北省</td><td>正定县</td></tr><tr><td>2</td><td>迁 安 市</td></tr>"
        "<tr><td>3</td><td rowspan='3'>山西省</td><td>高平市</td></tr><tr><td>4</td><td>盂&nbsp;县</td></tr>"
        "<tr><td>5</td><td><b>包头</b>市</td></tr>"
    )
    assert codes(rows) == ["130123", "130283", "140581", "140322", "150200"]
    assert corrected(rows) == [("山西省", "包头市", "内蒙古自治区")]
    assert [row.row_no for row in rows] == [1, 2, 3, 4, 5]


def test_several_places_in_a_cell() -> None:
    rows = read_html(
        "<tr><th>省份</th><th>试点县(市、区)</th><th>牵头医院</th></tr>"
        "<tr><td>北京市</td><td>朝阳区、海淀区<br>石景山区</td><td>北京协和医院</td></tr>"
        "<tr><td>江苏省</td><td><p>昆山市</p><p>鼓楼区</p></td><td>南京鼓楼医院</td></tr>"
    )
    assert codes(rows) == ["110105", "110108", "110107", "320583", None]


def test_blocks_side_by_side_and_headings_across() -> None:
    side = read_html(
        "<tr><td>序号</td><td>省份</td><td>城市</td><td>序号</td><td>省份</td><td>城市</td></tr>"
        "<tr><td>1</td><td rowspan=2>河北省</td><td>邢台市</td><td>3</td><td>山西省</td><td>大同市</td></tr>"
        "<tr><td>2</td><td>邯郸市</td><td>4</td><td>山西省</td><td>长治市</td></tr>"
    )
    assert codes(side) == ["130500", "130400", "140200", "140400"]
    across = read_html(
        "<tr><td colspan=2>河北省</td></tr><tr><td>1</td><td>正定县</td></tr><tr><td>2</td><td>迁安市</td></tr>"
        "<tr><td colspan=2>山西省(1个)</td></tr><tr><td>3</td><td>高平市</td></tr>"
    )
    assert [(row.province, row.adcode) for row in across] == [
        ("河北省", "130123"),
        ("河北省", "130283"),
        ("山西省", "140581"),
    ]


def test_a_column_of_provinces_that_says_something_else() -> None:
    rows = read_html(
        "<tr><td>支援省份</td><td>医院</td><td>受援县</td><td>所属省</td></tr>"
        "<tr><td>北京市</td><td>甲医院</td><td>临夏县</td><td>甘肃省</td></tr>"
        "<tr><td>上海市</td><td>乙医院</td><td>广南县</td><td>云南省</td></tr>"
        "<tr><td>天津市</td><td>丙医院</td><td>夏河县</td><td>甘肃省</td></tr>"
    )
    assert codes(rows) == ["622921", "532627", "623027"]
    assert not corrected(rows)


# ---------------------------------------------------------------- what is not guessed


@pytest.mark.parametrize(
    ("line", "flags"),
    [
        ("江苏省:昆山市、太仓市、鼓楼区", ["ambiguous_place"]),  # 南京 and 徐州 have one each
        ("河北省:正定县、迁安市、鼓楼区", ["ambiguous_place", "place_not_in_province"]),  # four have one, none is here
        ("天津市:河北区、和平区、朝阳区", ["ambiguous_place", "place_not_in_province"]),
        ("辽宁省:阜新市、盘锦市、朝阳", ["ambiguous_place"]),  # 朝阳市 or 朝阳县
        ("山西省:平遥县、祁县、太谷县", ["unknown_place"]),  # a district since 2019; the table does not say so
        ("陕西省:宝鸡市、铜川市、西咸新区", ["unknown_place"]),  # a development zone, no region
    ],
)
def test_a_name_that_proves_no_region_keeps_none(line: str, flags: list[str]) -> None:
    rows = read(line)
    assert [row.adcode is None for row in rows] == [False, False, True]
    assert rows[2].flags == flags
    assert rows[2].correction is None


def test_short_names_of_provinces_and_prefectures_are_not_mixed_up() -> None:
    rows = read("海南州:共和县、同德县、贵德县\n海南省:琼海市、文昌市\n吉林省:吉林市、四平市\n")
    assert [row.province for row in rows] == ["青海省"] * 3 + ["海南省"] * 2 + ["吉林省"] * 2
    assert codes(rows)[5] == "220200"


def test_districts_of_then_keep_the_code_of_then() -> None:
    rows = read("重庆市:江北区、渝北区、两江新区、涪陵区\n")
    assert codes(rows) == ["500105", "500112", "500157", "500102"]
    assert [row.flags for row in rows] == [["code_abolished"], ["code_abolished"], ["code_changed_over_time"], []]


# ---------------------------------------------------------------- what is no list


@pytest.mark.parametrize(
    "text",
    [
        "昆山市| 曲阜市| 德江县| 犍为县| 岳西县| 金乡县| 南雄市| 安西县| 怀安县| 白山市| 南宁市|",
        "热门城市:北京 上海 广州 深圳 杭州\n北京\n上海\n广州\n",
        "公布了北京市朝阳区、山西省大同市等81个试点城市。河南省郑州市、洛阳市、开封市推进医共体建设。",
        "北京市、天津市、河北省卫生健康委负责落实。",
        "序号 | 省份 | 医院\n1 | 北京市 | 甲医院\n2 | 北京市 | 乙医院\n3 | 天津市 | 丙医院\n",
        "北京市\n2024年5月1日\n",
    ],
)
def test_other_lines_with_names_of_places(text: str) -> None:
    assert read(text) == []


def test_the_time_it_takes_grows_with_the_page() -> None:
    def parse(text: str) -> None:
        place_tables.read(page.read(text.encode()))

    for unit in (
        "1 | 河北省 | 邢台市 |\n",
        "河北省:邢台市、沧州市、正定县\n",
        "河北省(",
        "石家庄市(正定县、",
        "1\n2\n河北省\n",
    ):
        assert_growth(parse, unit, 40_000)

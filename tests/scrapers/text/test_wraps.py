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


ARTICLE = (
    "日前,笔者从河湾县医疗集团获悉,依托县人民医院建立的心电诊断中心运行满一年,全县12个乡镇卫生院、3个社区卫生服务中心和147个村卫生室全部接入,村医采集、县级诊断成为常态。",
    "截至2月底,心电诊断中心累计出具报告24316份,检出危急值389例,其中27名急性心肌梗死患者经绿色通道送至县医院导管室。影像诊断中心为乡镇出具报告1.12万份。",
    "县级医院向每个乡镇卫生院至少派驻2名中级以上职称医师,每周坐诊不少于3天,派驻时间不少于6个月。",
    "下一步,集团将把动态血压、动态心电等设备延伸到村,让群众在家门口做检查、听诊断、拿方案。",
)
HEADS = (
    ("河湾县:一张心电网 连起山里山外", "2024-03-05 10:20 来源:河湾日报"),
    (
        "河湾县一张心电网连起山里山外",
        "发布时间: 2024-03-05 发布机构:河湾县卫生健康局",
        "主题分类:卫生 索引号:hw/17422621",
    ),
)


def full(paragraph: str, width: int, indent: str) -> list[str]:
    """The lines of a paragraph that are full at so many columns; no line begins with a sign."""
    lines, columns = [indent], 2 * len(indent)
    for sign in paragraph:
        wide = 1 + (sign > "\u2e80")
        if columns + wide > width and sign not in ",。、":
            lines, columns = [*lines, ""], 0
        lines[-1] += sign
        columns += wide
    return lines


@pytest.mark.parametrize("head", HEADS, ids=["date and source", "labels"])
@pytest.mark.parametrize("indent", ["", "\u3000\u3000"], ids=["flush", "indented"])
@pytest.mark.parametrize("width", range(26, 87, 3))
def test_an_article_is_itself_again_at_every_width(width: int, indent: str, head: tuple[str, ...]) -> None:
    text = joined("\n".join([*head, *(line for one in ARTICLE for line in full(one, width, indent))]))
    sentences = [line.strip() for line in text.replace("。", "。\n").split("\n") if line.strip()]
    assert sentences == [*head, *"".join(ARTICLE).replace("。", "。\n").split("\n")[:-1]]


PAGES = (
    "1、我县于2020年9月启动县域医共体建设,由县人民医院、县中医医院分别牵头,组建了2个医共体,成员单位包括16所乡镇卫生院和287个村卫生室。"
    "县里成立医共体管理委员会,建立联席会议制度,把运行情况纳入年度考核,覆盖率达",
    "2、100%。县域内设医学影像、心电、检验、病理、消毒供应五大共享中心。两家牵头医院向每所分院至少派出2名中级以上职称医师常年坐诊,三年来累计"
    "下派医务人员194人,开展带教查房2700多次。2022年上转病人3165人次,下转病人1",
    "3、948人次。远程心电中心全年出具报告1.87万份。",
)


def test_the_numbers_of_a_librarys_pages_are_none_of_the_document() -> None:
    bare = "".join(page.partition("、")[2] for page in PAGES)
    assert joined("\n".join(("调研报告", *PAGES))) == f"调研报告\n{bare}"
    items = [f"{number}、{'医共体内各成员单位要落实双向转诊制度,' * 6}做好记录。" for number in (1, 2, 3)]
    assert joined("\n".join(("实施方案", *items))) == "\n".join(("实施方案", *items))


BROKEN = (
    "1.人员配置。中心的诊断医师应当经过培训,服务机构较多的,每增加二十",
    "家增配一人。",
    "2.诊断时限。常规心电图应当及时诊断。截至上年底,全省建成中心63个,联通机构2940家,年诊断心电图508万份,其中识别心肌梗死1.26",
    "万例。",
    "3.质量要求。图像合格率应当达标,诊断由上级医师复核。每月抽查不少于50",
    "份。",
    "(二)背景。各中心做法不一,有的夜间无人值守。需要用标准加以规",
    "范。",
)


CLAUSES = [  # with the full-width signs of a page as it comes
    "县里成立了两个医共体\uff0c并对下一年的工作作出安排如下\uff1a",
    "第一项工作是建成检验、影像、心电等五个共享中心\uff1b",
    "第二项工作是派驻医师到乡镇\uff0c每周坐诊不少于两天\uff1b",
    "第三项工作是互认检查检验结果\uff0c群众不再重复检查。",
]


def test_a_sentence_that_a_line_has_begun_goes_on_to_its_end() -> None:
    lines = joined("\n".join(("编制说明", *BROKEN, "二、附则"))).split("\n")
    assert lines == ["编制说明", *(a + b for a, b in zip(BROKEN[::2], BROKEN[1::2], strict=True)), "二、附则"]


@pytest.mark.parametrize(
    "lines",
    [
        BROKEN[:4],
        CLAUSES * 2,
        [
            line
            for n in range(1, 6)
            for line in (f"医共体建机制、强能力、惠民生,{n}家卫生院见成效", "近日,县里传来消息。")
        ],
        [
            line
            for n in range(1, 6)
            for line in (f"县医院派驻医师到乡镇。本报记者张{n}在现场了解到情况", f"{n}.下一步。")
        ],
        [f"河湾县医共体第{n}次会议召开研究年度工作" for n in "一二三四五六七"],
        [f"医共体内有{n}家卫生院,由县医院牵头建设。" for n in range(2, 9)],
        ["乡镇卫生院", "接入影像中心", "门诊下沉", "医师派驻", "号源下沉", "互认项目", "会诊。"] * 3,
        ["今年以来,河湾县整合两家县级医院和13", "家乡镇卫生院,组建两个紧密型医共体,", "建成五个中心。"],
        ["河湾县整合两家县级医院和十三家乡镇卫生院组建两个紧密型医共体。" * 4] * 6,
    ],
    ids=[
        "few breaks",
        "clauses",
        "headlines with pauses",
        "numbered",
        "headlines",
        "sentences",
        "menu",
        "too few",
        "long lines",
    ],
)
def test_other_lines_stay_apart(lines: list[str]) -> None:
    text = "\n".join(["标题", *lines])
    assert joined(text) == text

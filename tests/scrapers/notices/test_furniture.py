"""What sites print around and between sentences is not the article; what only looks so is."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from scrapers import notices
from scrapers.text import furniture
from scrapers.text.fold import fold

CORPUS = Path(__file__).parent / "corpus"
TITLE, DATED = "甲县医共体让村民少跑路", "2024-05-06 来源:甲市日报"
SENTENCES = (
    "甲县以县人民医院为牵头单位组建紧密型医共体,把影像、检验、心电等中心开放给全县十二家乡镇卫生院共同使用。",
    "去年以来,牵头医院向卫生院派驻医师,专家每周到乡镇坐诊,村民看病不再来回奔波,转诊也有专人陪同。",
    "“在家门口就能做检查,结果县里认、市里也认。”家住河口村的村民说,孩子生病再也不用起早赶车。",
)


def lines_of(name: str) -> list[str]:
    text = (CORPUS / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if not line.startswith("# ")]


def body(line: str, at: int) -> str:
    lines = [TITLE, DATED, *SENTENCES[:at], line, *SENTENCES[at:]]
    return notices.parse_page("\n".join(lines).encode()).body


@pytest.mark.parametrize("at", [0, 1, 3], ids=["above", "between", "below"])
def test_a_line_of_the_site_is_no_part_of_the_article(at: int) -> None:
    lines = lines_of("furniture.txt")
    assert len(lines) > 800
    assert [line for line in lines if fold(line) in body(line, at)] == []


def test_none_costs_a_sentence_above_the_article() -> None:
    assert [line for line in lines_of("furniture.txt") if body(line, 0) != "\n".join(SENTENCES)] == []


def test_what_only_looks_like_it_stays_and_ends_nothing() -> None:
    lines = lines_of("kept.txt")
    assert len(lines) > 300
    lost = [line for line in lines if fold(line) not in (text := body(line, 1)) or SENTENCES[2] not in text]
    assert lost == []


@pytest.mark.parametrize(
    "shape", yaml.safe_load(furniture.SHAPES.read_text(encoding="utf-8")), ids=lambda shape: shape["as"]
)
def test_each_shape_is_that_of_its_example(shape: dict[str, Any]) -> None:
    assert re.fullmatch(shape["is"], fold(shape["as"]))


def test_the_beginnings_of_several_articles_are_none() -> None:
    page = """共找到 4 条结果
县域医共体影像中心给卫生院出报告
甲县医共体影像中心今年为9家卫生院出具报告,医生说…
医共体里百名医师驻乡的三百天
凌晨五点,驻点的周医师已经发动了摩托车,今天要去…
医共体之间检查结果互认这一年
从去年起,全市36家医院的检查结果可以互相认可,患者…
县域医共体转诊有了明白人
村民老李的片子传到县里,县医院转诊办公室的人马上…
阅读(12)"""
    notice = notices.parse_page(page.encode())
    assert (notice.relevant, notice.facts) == (False, [])


ISSUE = """河湾日报数字报
今日8版
第01版:要闻
· 全市重大项目推进会召开
· 医共体让卫生院活起来 县域就诊率超九成
· 图片新闻:湿地的候鸟
· 三级医院28名专家下乡巡诊
第02版:民生
· 中考成绩7月3日公布
· 水电过户一窗办
· 老街改造一期完工"""
CONTENTS = """县域医共体行业研究报告.docx
目录
第一章 行业概述 3
1.1 医共体的定义 3
1.2 医共体的发展历程 5
第二章 政策环境 9
2.1 国家层面政策梳理 9
2.2 检查检验结果互认 11
第三章 市场规模 15"""
HEADLINES = """【健康快讯】晨间速递
07-02 08:00
1. 我市4家县医院年底前建成胸痛中心
2. 高温预警:下午最高39℃
3. 市一院派出58名医师下沉坐诊
4. 药监局公布15批次不合格化妆品
5. 检查结果互认再扩围
6. 高考志愿填报结束
7. 吃荔枝会酒驾?实测来了"""
INDEX = """甲县卫生健康局
市县动态
甲县召开医共体牵头医院院长例会 [09-02]
乙县中医院脑病科入选重点专科 [08-30]
丙县人民医院与省立医院远程会诊系统上线 [08-30]
丁县:县域内就诊率连续三年超九成 [08-29]
37名县级专家下派到乡镇 群众点单看病 [08-26]
健康素养进乡村巡讲启动 [08-21]
共1733条 首页 上一页 1 2 3 下一页 尾页"""
CHART = """数说河湾县医共体这一年
· 县域内就诊率 91.2%
· 下沉医师 126名
· 影像中心报告 3.4万份
· 互认项目 143项
· 心电中心报告 5.1万份
· 下转患者 2310人次"""


@pytest.mark.parametrize(
    ("page", "is_ours"), [(ISSUE, False), (CONTENTS, False), (HEADLINES, False), (INDEX, False), (CHART, True)]
)
def test_a_list_of_titles_is_no_article(page: str, *, is_ours: bool) -> None:
    notice = notices.parse_page(page.encode())
    assert (notice.relevant, bool(notice.facts)) == (is_ours, is_ours)


def test_lines_strange_to_an_article_may_stand_one_below_the_other() -> None:
    strange = ("高级检索", "跳转到指定楼层", "窥视卡 雷达卡")
    heading = "专家下沉"
    lines = [TITLE, DATED, SENTENCES[0], *strange, heading, *SENTENCES[1:]]
    kept = [SENTENCES[0], heading, *SENTENCES[1:]]
    assert notices.parse_page("\n".join(lines).encode()).body == "\n".join(kept)

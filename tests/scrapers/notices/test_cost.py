"""Twice as much of a hostile page costs at most twice as much: a ratio, so a slow machine fails nothing."""

from __future__ import annotations

import random

import pytest

from scrapers import notices
from scrapers.text import gazetteer
from tests.cost import assert_growth

CONTEXT = "紧密型县域医共体建设持续推进,医联体内检查检验结果互认,远程医疗覆盖各地。"
NOTICE = f"医共体建设\n\n2024-03-05 来源:示例\n\n{CONTEXT}"
MARKUP = "<html><body>"
BOMB = "<!DOCTYPE html [<!ENTITY a 'aaaa'><!ENTITY b '"


@pytest.mark.parametrize(
    ("head", "run", "tail"),
    [
        (MARKUP, "<div>", "医共体7家"),
        (MARKUP, "<div></div>", "医共体7家"),
        (MARKUP, "<table><tr><td>", ""),
        (MARKUP, "&#x4e00;", ""),
        (MARKUP, "&amp;amp;", ""),
        (BOMB, "&a;", "'>]><html><body>&b;&b;</body></html>"),
        ("", "医", ""),
        ("", "?", ""),
        (NOTICE, "全(quán)市(shì)建(jiàn)成(chéng)7家(jiā)医共体。\n", ""),
        (NOTICE, "全市建成醫共體7家,覆蓋鄉鎮衛生院30家。\n", ""),
        (NOTICE, "重點專科??频膬?yōu)質(zhì)服務,醫(yī)?;某某。\n", ""),
        (NOTICE + "\n相关新闻\n", "标题\n医共体建设是2024年全省重点工作,年底前每省60%以上的县市达到紧密型标准。\n", ""),
        (NOTICE, "全市建成医共体7家,县域内就诊率达96.6%", ""),
        (NOTICE, "摘要\n关键词:甲\n", CONTEXT),
        (NOTICE + "\n季度\n上转(人次)\n下转(人次)\n", "一季度\n12\n34\n", ""),
        (NOTICE + "\n类别\n指标(人次)\n计划\n完成\n", "产出\n上转\n12\n34\n", ""),
        (NOTICE + "\n", "医共体派出医师,群众方便。 人民医院 帮扶 2024-03-05 09:16 5\n", ""),
        (
            "Regional News App\n",
            "Some words of a title here\n",
            "Residents will have a new polyclinic by 2028, he said.",
        ),
        (NOTICE + "\n", f"{CONTEXT}\n高级检索\n", CONTEXT),
        (NOTICE + "\n", "首页 1 2 3\n#话题 #标签\n本报记者 李明\n本文转载\n▲甲城门前的合影\n", CONTEXT),
        (NOTICE + "\n年份 上转(人次) 下转(人次)\n", "2021 1042 688\n", ""),
        (NOTICE + "\n", "今年以来,河湾县整合。两家县级医院和13\n", "家卫生院。"),
        (NOTICE + "\n地区\t医共体数(个)\t上转(人次)\n", "甲县\t12\t3516\n", ""),
        (NOTICE + "\n", "|地区|医共体数(个)|上转|\n|甲县|12|3516人次|\n某某情况\n", ""),
    ],
    ids=lambda value: value[:12] or "-",
)
def test_doubling_a_page_doubles_its_cost(head: str, run: str, tail: str) -> None:
    size = 12_000 if head.startswith(NOTICE) else 60_000  # what is cheap is measured on more of it
    assert_growth(lambda text: notices.parse_page((head + text + tail).encode()), run, 2 * size)


def test_places_with_the_same_number_are_looked_up_and_not_compared() -> None:
    names = [region.name for region in gazetteer._mainland() if region.name.endswith(("县", "市", "区"))]

    def parse(run: str) -> None:
        said = "".join(f"{name}建成紧密型县域医共体8个。\n" for name in names[: len(run)])
        found = notices.parse_page(f"{NOTICE}\n{said}".encode())
        assert len(found.facts) > len(run) / 2

    assert_growth(parse, "x", 1200)


def test_doubling_random_bytes_doubles_their_cost() -> None:
    noise = random.Random(5).randbytes(120_000)
    assert_growth(lambda text: notices.parse_page(noise[: len(text)]), "x", 120_000)


@pytest.mark.parametrize("opens", ["<div>", "<table><tr><td>", "<b><i>"])
def test_a_page_nested_deep_keeps_its_text(opens: str) -> None:
    closes = "".join(f"</{name}>" for name in reversed(opens.strip("<>").split("><")))
    page = f"{MARKUP}{opens * 20_000}<p>{CONTEXT}</p>{closes * 20_000}</body></html>"
    assert CONTEXT in notices.drawn_text(page.encode())


@pytest.mark.parametrize("unit", ['<font size="#"><p>甲#', '<b id="#">甲#<table><tr><td>乙', '<p><i title="#">甲</p>'])
@pytest.mark.parametrize("closes", ["", "</font></b></i>"])
def test_styles_within_styles_cost_twice_as_much_when_doubled(unit: str, closes: str) -> None:
    """Each paragraph repeats every style that is open before it: 3,000 of them would be a tree of millions."""

    def parse(run: str) -> None:
        opened = "".join(unit.replace("#", str(number)) for number in range(len(run)))
        notices.parse_page(f"{MARKUP}<p>{CONTEXT}</p>{opened}{closes * len(run)}".encode())

    assert_growth(parse, "x", 6000)

"""One lost byte: repaired with proof, from the reviewed table, or not at all."""

from __future__ import annotations

import pytest

from scrapers import notices
from scrapers.text import gbk_shift, script
from scrapers.text.clean import clean, repair
from tests.cost import assert_growth

CONTEXT = "紧密型县域医共体建设持续推进,医联体内检查检验结果互认,远程医疗覆盖各地。"


@pytest.mark.parametrize(
    ("before", "original"),
    [
        ("開設", "專科經(jīng)驗"),
        ("重點", "專科的優(yōu)勢"),
        ("省級", "專科醫(yī)院"),
        ("《工作方案》", "。現(xiàn)印發"),
        ("參加醫(yī)療", "保健科醫(yī)師"),
        ("前往上", "海口醫(yī)院"),
    ],
)
def test_damage_is_undone_where_the_reading_proves_it(before: str, original: str) -> None:
    printed = before + gbk_shift.damage(original)
    assert "?" in printed
    cleaned = clean(printed)
    assert cleaned.traced.text == repair(before + original)
    assert "gbk_shift_repaired" in cleaned.flags
    assert not cleaned.suspects


@pytest.mark.parametrize("row", gbk_shift._table("gbk_shift.csv"), ids=lambda row: row["repaired"])
def test_the_reviewed_table_follows_from_the_bytes(row: dict[str, str]) -> None:
    """Each row is what the tool makes of the text that it is repaired to."""
    head = next(at for at, c in enumerate(row["repaired"]) if c.encode("gbk")[1:] == b"\xa3")
    assert row["repaired"][:head] + gbk_shift.damage(row["repaired"][head:]) == row["damaged"]
    assert repair(f"医院{row['damaged']}") == f"医院{script.convert(row['repaired'])}"


def test_every_head_lost_its_first_byte() -> None:
    for row in gbk_shift._table("gbk_heads.csv"):
        assert row["head"].encode("gbk")[1] == 0xA3
        assert script.simplified(row["head"]) in row["word"]


@pytest.mark.parametrize(
    "text",
    [
        "创造成功奇迹? 没更好的经验",
        "避免短期支援?",
        "覆盖率?(见附件)",
        "什么是智慧医共体?以一体化为核心",
        "真的??好",
        "怎么办?!大家看",
        "医院有哪些?根据公布的信息",
        "为什么?A股大涨",
        "是吗?“不是”",
        "http://example.org/?f=1,2",
    ],
)
def test_real_question_marks_stay_and_raise_no_suspicion(text: str) -> None:
    cleaned = clean(text)
    assert cleaned.traced.text == text
    assert cleaned.suspects == ()


@pytest.mark.parametrize(
    "text",
    [
        "醫(yī)?;某某",
        "醫(yī)?\uff1b某某",
        "其他??平?lín)培訓",  # a reading that no character with these bytes has
        "甲某" + gbk_shift.damage("模可經(jīng)培訓"),  # no word tells the first character
        "前往上" + gbk_shift.damage("海科學(xué)院"),  # two words do: 上海, 专科
        "方案》?,F(yī)印發",
        "城市??h",
    ],
)
def test_without_proof_the_place_stays_as_it_is(text: str) -> None:
    cleaned = clean(f"{text}。下一句沒有問題")
    place = text[text.index("?") : text.index("?") + 3]
    assert place in cleaned.traced.text
    assert "gbk_shift_suspect" in cleaned.flags
    assert cleaned.suspects == ((0, len(text)),)
    assert clean(cleaned.traced.text).traced.text == cleaned.traced.text


def test_no_fact_comes_from_a_suspect_sentence() -> None:
    clear = "全市建成7家医共体。"
    notice = notices.parse_page(f"医共体建设\n\n{CONTEXT}在医?;某某份额后,全市建成9家医共体。{clear}".encode())
    assert [f.value for f in notice.facts] == [7.0]
    assert "gbk_shift_suspect" in notice.flags


def test_a_full_stop_before_the_damage_ends_what_is_whole() -> None:
    notice = notices.parse_page(f"医共体建设\n\n{CONTEXT}全市建成7家医共体。?;嵋樘岢觯建成9家医共体。".encode())
    assert [f.value for f in notice.facts] == [7.0]


@pytest.mark.parametrize("run", ["?", "??平?jīng)", "醫(yī)?;某。法(fǎ)", "醫??h", "?,F(xiàn)"])
def test_a_long_run_of_damage_is_no_burden(run: str) -> None:
    assert_growth(clean, run, 40_000)

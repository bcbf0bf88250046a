"""What holds of every repair: it is done once, leads back, touches no clean text, and costs in proportion."""

from __future__ import annotations

import csv
import random
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrapers.text import gbk_shift, script
from scrapers.text.annotations import toned_readings
from scrapers.text.clean import clean, repair
from tests.cost import assert_growth

# The 3,755 characters of everyday use, as the simplified standard lists them, and the signs around them.
COMMON = [bytes((lead, trail)).decode("gb2312") for lead in range(0xB0, 0xD7) for trail in range(0xA1, 0xFF)]
SIGNS = list("。,、;:!?()《》“”·—%0123456789.-|\n \u3000①㎡")
simplified_text = st.lists(st.sampled_from(COMMON) | st.sampled_from(SIGNS), max_size=60).map("".join)

# Pieces of every kind of dirt, so that they meet in one text.
DIRT = [
    *("醫(yī)", "療(liao)(liao)", "體", "與", "醫共體建設", "乾縣", "乾县", "三年後", "县级医院", "国(guó)"),
    *("??平?jīng)", "專科", "?,F(xiàn)", "》", "醫(yī)?;某某", "??频膬?yōu)", "重點", "通??h", "其他"),
    *(
        "?",
        "??",
        "|",
        " | ",
        "\n",
        "吉林省?",
        "?楚雄彝族自治州 ??",
        "。",
        "、",
        "7家",
        "三分之一",
        "(區)",
        "(ICU)",
        "(he)",
        "合",
    ),
    *("\u200b", "\u00a0", "\r\n", "e\u0301", "医\uff08yī\uff09", "衞", "の", "\ufffd", "a", "(", ")", "(yī"),
]
dirty_text = st.lists(st.sampled_from(DIRT), max_size=40).map("".join)


@settings(max_examples=250, deadline=None)
@given(dirty_text | st.text(max_size=80))
def test_repairing_twice_is_repairing_once(raw: str) -> None:
    once = repair(raw)
    assert repair(once) == once


@settings(max_examples=200, deadline=None)
@given(simplified_text)
def test_simplified_text_is_unchanged(text: str) -> None:
    cleaned = clean(text)
    residue = [edit for edit in cleaned.log if edit.rule != "cell_residue"]
    assert residue == []
    assert cleaned.traced.text == text or "?" in text


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(COMMON) | st.sampled_from("。,、;:!()《》0123456789\n"), max_size=60), st.data())
def test_annotating_with_true_readings_and_cleaning_gives_the_text_back(
    characters: list[str], data: st.DataObject
) -> None:
    annotated = ""
    for character in characters:
        readings = sorted(toned_readings(character)) if character in COMMON else []
        times = data.draw(st.sampled_from([0, 0, 1, 2])) if readings else 0
        annotated += character + "".join(f"({data.draw(st.sampled_from(readings))})" for _ in range(times))
    assert repair(annotated) == "".join(characters)


@settings(max_examples=200, deadline=None)
@given(dirty_text)
def test_every_character_leads_back_to_what_it_was_made_of(raw: str) -> None:
    cleaned = clean(raw).traced
    before = 0
    for at, character in enumerate(cleaned.text):
        begin, end = cleaned.origin(at, at + 1)
        assert before <= begin <= end <= len(raw)
        made_of = raw[begin:end]
        assert (
            character in made_of
            or character in script.convert(made_of)
            or made_of.startswith("?")  # a place that was read out of step
            or character in "\n \u00e9"
            or made_of in gbk_shift._reviewed()
            or made_of == "通??h"
        )
        before = begin


@pytest.mark.parametrize(
    "run",
    [
        "医",
        "醫",
        "醫(yī)",
        "医(yi)",
        "?",
        "醫?;某。",
        "??平?jīng)",
        "|?",
        "甲?|乙?|\n",
        "(",
        "(yī",
        "\u200b",
        "e\u0301",
        "乾县體",
    ],
)
def test_the_cost_grows_with_the_text(run: str) -> None:
    assert_growth(clean, run, 60_000)


def test_random_bytes_and_ten_megabytes_of_one_character() -> None:
    clean(random.Random(3).randbytes(100_000).decode("gb18030", "replace"))
    for character in ("医", "醫", "?"):
        text = character * (10_000_000 // len(character.encode()))
        assert len(repair(text)) == len(text)


@pytest.mark.shared
def test_the_cases_of_the_specification(shared: Path) -> None:
    with (shared / "domain" / "text_rules_cases.csv").open(encoding="utf-8") as stream:
        rows = [row for row in csv.DictReader(stream) if row["executable"] == "true"]
    assert len(rows) > 25
    assert {row["case_id"]: repair(row["input"]) for row in rows} == {row["case_id"]: row["expected"] for row in rows}


@pytest.mark.shared
def test_the_reference_pages_keep_every_real_parenthesis_and_no_annotation(shared: Path) -> None:
    for page in sorted((shared / "reference_pages").glob("*.txt")):
        raw = page.read_text(encoding="utf-8")
        cleaned = clean(raw)
        real = re.findall(r"\([^()\n]*\)", re.sub(r"\([a-zāáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜ]{1,6}\)", "", raw))
        kept = re.findall(r"\([^()\n]*\)", cleaned.traced.text)
        assert kept == [repair(parenthesis) for parenthesis in real], page.name
        assert cleaned.suspects == ()

"""Traditional lines are simplified, others are left alone."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from scrapers.text import script
from scrapers.text.clean import clean, repair


@pytest.mark.parametrize(
    ("text", "simplified"),
    [
        ("醫療衛生機構與縣域醫共體", "医疗卫生机构与县域医共体"),
        ("陜西省、臺州市、濬縣、醫藥衞生", "陕西省、台州市、浚县、医药卫生"),
        ("裏面、綫上、説明、囯家", "里面、线上、说明、国家"),
        ("管理體係與長效機製,多方麵推進", "管理体系与长效机制,多方面推进"),
        ("三年後,皇后與王后", "三年后,皇后与王后"),
        ("颱風、櫃檯、臺灣、兄台", "台风、柜台、台湾、兄台"),
        ("乾縣與乾安縣的乾燥、幹部與干涉", "乾县与乾安县的干燥、干部与干涉"),
        ("隻身、只有、復診、複診、覆蓋", "只身、只有、复诊、复诊、覆盖"),
    ],
)
def test_words(text: str, simplified: str) -> None:
    assert repair(text) == simplified


@pytest.mark.parametrize(
    "text",
    [
        "陕西省咸阳市乾县、松原市乾安县",
        "云南省后勤部门,干部和里程,台州的只有面条",
        "皇太后与乾隆年间,慰藉与著作,瞭望塔",
        "明白了,徵音与宫商",
        "医共体建设有序推进,县级医院与乡镇卫生院上下联动,群众在家门口看病更加方便;专家是臺静农先生的后人,长期在县里坐诊带教。",
    ],
)
def test_simplified_text_is_unchanged(text: str) -> None:
    assert repair(text) == text


def test_a_simplified_tail_is_not_touched() -> None:
    head = "醫共體建設有序推進,縣級醫院與鄉鎮衛生院上下聯動。"
    tail = "乾县、乾安县、著名的后街"
    assert repair(f"{head}\n{tail}") == f"医共体建设有序推进,县级医院与乡镇卫生院上下联动。\n{tail}"


def test_characters_that_both_scripts_have_follow_their_neighbours() -> None:
    assert repair("醫療機構\n三年後\n衛生系統") == "医疗机构\n三年后\n卫生系统"
    assert repair("醫療機構\n\n三年後\n\n衛生系統") == "医疗机构\n\n三年后\n\n卫生系统"
    assert repair("醫療機構\n三年後\n兩年後\n三年後") == "医疗机构\n三年后\n两年后\n三年後"
    assert repair("醫療機構\n前后\n三年後\n衛生系統") == "医疗机构\n前后\n三年後\n卫生系统"


def test_japanese_is_left_alone() -> None:
    text = "東京都の医療機関は、地域医療の連携を進めています。"
    assert repair(text) == text


def test_lengths_and_places_stay() -> None:
    text = "醫療(liáo)衞生機構,陜西省乾縣。"
    cleaned = clean(text).traced
    assert cleaned.text == "医疗卫生机构,陕西省乾县。"
    at = cleaned.text.index("陕西")
    begin, end = cleaned.origin(at, at + 3)
    assert text[begin:end] == "陜西省"


def test_every_protected_name_needs_its_protection() -> None:
    import opencc

    plain = opencc.OpenCC("t2s").convert
    rows = script._table("protected_names.csv")
    assert all(plain(row["name"]) != row["name"] == script.convert(row["name"]) for row in rows)
    assert all(plain(row["variant"]) == row["variant"] for row in script._table("variants.csv"))


def test_a_file_in_the_working_directory_is_not_taken_for_the_table(tmp_path: Path) -> None:
    (tmp_path / "t2s.json").write_text("{}")
    program = "from scrapers.text import script, shingles; print(script.convert('醫療'), shingles.key('醫療'))"
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["医疗", "医疗"]

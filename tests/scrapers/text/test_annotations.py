"""Pinyin annotations go where they fit their character; every other parenthesis stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.text.annotations import remove_annotations, toned_readings
from scrapers.text.clean import clean, repair

PLAIN = (
    "各县区建成医共体若干家,门诊号源向基层下沉(含中医类医院),检查检验结果在医联体内互认。"
    "牵头医院设有重症医学科(ICU),配备数字设备(DR)。(一)落实责任;(二)按时报送(见附件)。"
)


@pytest.mark.parametrize(
    ("annotated", "plain"),
    [
        ("医(yī)院", "医院"),
        ("療(liao)(liao)制度", "疗制度"),
        ("醫(yi) 療(liao) 隊(dui) 下鄉(xiang) 義(yi) 診(zhen) 。", "医疗队下乡义诊。"),
        ("醫(yī) 療(liáo)隊(duì)", "医 疗队"),
        ("城(cheng)市(shi)(shi)(shi)绿(lǜ)道", "城市绿道"),
        ("绿(lv)色(se)女(nü)性(xing)", "绿色女性"),
        ("了(le)解(jiě)", "了解"),
        ("重(chóng)庆(qìng)重(zhòng)点(diǎn)", "重庆重点"),
        ("医\uff08yī\uff09院", "医院"),
        ("国(guó)家(jiā)(国家)", "国家(国家)"),
        ("2023年(nian)(nian)底", "2023年底"),
        ("合(hé)(he)", "合"),
        ("二〇(líng)二四年", "二〇二四年"),
        ("這兒(ér)", "这儿"),
    ],
)
def test_true_readings_go(annotated: str, plain: str) -> None:
    assert repair(annotated) == plain


@pytest.mark.parametrize(
    "text",
    [
        "甲型(h)流感",
        "和(and)",
        "他(he)说",
        "(ICU)(CT)(DR)",
        "医(Yi)院(YUAN)",
        "医院(yīyuàn)",
        "医院(yi yuan)",
        "区(县)",
        "医(yi1)院(yuan4)",
        "血糖(mmol)、血钠(Na)与钙(Ca)",
        "北京(peking)医院(hosp)",
        "医(ㄧ)院(ㄩㄢˋ)",
        "医(i1)疗(liao2)",
        "心电图(ecg)",
        "F(xiàn)",
        "医(yuàn)",
        "(yī)医",
        "北京(Pei-ching)、台北(T'ai-pei)",
        "医(yī（yī）)院",
        "HPV(he)、血氧(O2)",
        "呼吸(hu xi)",
        "医(yī",
        "医 yī)",
        "医()院",
        "甲(jiǎ、jia)",
    ],
)
def test_everything_else_stays(text: str) -> None:
    assert remove_annotations(text) == []


def test_a_word_that_is_a_reading_stays_in_a_text_that_is_not_annotated() -> None:
    text = PLAIN + "合(he)"
    assert remove_annotations(text) == []
    assert repair("合(he)作(zuo)" + PLAIN) == "合作" + PLAIN  # 2 among 80


def test_parentheses_within_an_annotated_text_stay() -> None:
    annotated = "".join(f"{c}({min(toned_readings(c))})" if "\u4e00" <= c <= "\u9fff" else c for c in PLAIN)
    assert repair(annotated) == PLAIN


@given(st.text(alphabet=PLAIN, max_size=60), st.data())
def test_annotating_and_cleaning_gives_the_text_back(text: str, data: st.DataObject) -> None:
    annotated = ""
    for character in text:
        annotated += character
        readings = sorted(toned_readings(character))
        for _ in range(data.draw(st.integers(0, 3)) if readings else 0):
            annotated += f"({data.draw(st.sampled_from(readings))})"
    cleaned = clean(annotated)
    plain = clean(text).traced.text  # the text may hold an annotation by chance
    assert cleaned.traced.text == plain
    assert {edit.rule for edit in cleaned.log} <= {"pinyin"}

"""What is a fact, and above all what is none."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrapers import notices
from scrapers.notices import facts, lexicon, page
from scrapers.records import Notice
from scrapers.text.clean import clean
from tests.cost import assert_growth
from tests.scrapers.notices.test_lexicon import read

CONTEXT = "紧密型县域医共体建设持续推进,医联体内检查检验结果互认,远程医疗覆盖各地。"
SAID = (
    "6个县(市)建成医共体7家",
    "覆盖15家县级公立医院",
    "、95家基层医疗卫生机构",
    "县域内就诊率达96.6%",
    "至少三分之一的门诊号源",
)
BETWEEN = ("到2025年,", ",", "。", " ", "\u3000", "\uff0c", "\u200b", "\u00a0", "\r\n", "e\u0301")


def parse(*sentences: str, title: str = "示例市推进医共体建设") -> Notice:
    return notices.parse_page("\n\n".join([title, CONTEXT, *sentences]).encode())


@pytest.mark.parametrize(
    "sentence",
    [
        "示卫医发〔2023〕27号文件要求医共体落实责任。",
        "2023年6月10日,医共体建设推进会在示例市召开。",
        "医共体咨询电话010-12345678,手机13800138000。",
        "推进医共体胸痛、卒中等五大专病中心建设。",
        "医共体打造四级协同、四位一体的管理体系。",
        "医共体建设的第3批名单公布。",
        "医共体建设提出3个方面12项措施。",
        "医共体建设的7家媒体作了报道。",
        "该7家医共体均已挂牌。",
        "《关于建设7家医共体的报告》已经发布。",
        "医共体内300张以上床位的医院要设置独立科室。",
        "医共体建设为期3年,分4个阶段。",
        "医共体牵头医院的第一名患者来自邻县。",
        "5年来,医共体建设稳步推进。",
        "85岁的村民在医共体总医院就诊。",
        "参会人员来自8家医共体成员单位。",
        "详见http://example.org/7家医共体/81。",
        "1. 医共体建设总体要求",
    ],
)
def test_adjacent_numbers_are_no_facts(sentence: str) -> None:
    assert [fact.evidence for fact in parse(sentence).facts] == []


def test_every_number_that_is_no_fact_is_logged_with_a_rule() -> None:
    found = read("医共体建设提出12项措施,该7家医共体均已挂牌。")
    assert [(item.rule, item.start < item.end) for item in found.rejected] == [
        ("administrative", True),
        ("anaphor", True),
    ]


def test_at_least_governs_both_shares() -> None:
    found = read("牵头医院至少三分之一的门诊号源和四分之一的住院床位向基层下沉。").facts
    assert [(f.indicator_code, f.numerator, f.denominator, f.comparator) for f in found] == [
        ("RS01", 1, 3, ">="),
        ("RS02", 1, 4, ">="),
    ]
    assert all(f.evidence == "牵头医院至少三分之一的门诊号源和四分之一的住院床位向基层下沉" for f in found)


def test_a_heading_and_its_sentence_state_one_fact() -> None:
    notice = parse("全市县域内就诊率达93.1%", "一年来成效明显,全市县域内就诊率达93.1%,群众满意。")
    found = notice.facts
    assert [(f.indicator_code, f.value, f.evidence) for f in found] == [("RS15", 93.1, "全市县域内就诊率达93.1%")]
    assert found[0].start > notice.body.index("一年来")  # the sentence, not the heading


def test_equal_numbers_in_one_sentence_stay_two() -> None:
    found = read("互认范围包括20项医学影像检查项目和20项临床检验项目。").facts
    assert [f.value for f in found] == [20.0, 20.0]


def test_dates_govern_what_they_can() -> None:
    target, actual, since = (
        read(text).facts[0]
        for text in (
            "到2025年,全市将建成12家医共体。",
            "截至2023年底,全市建成12家医共体。",
            "自2016年启动以来,全市建成12家医共体。",
        )
    )
    assert (target.date, target.date_precision, target.kind) == ("2025-12-31", "year", "target")
    assert (actual.date, actual.date_precision, actual.kind) == ("2023-12-31", "year-end", "actual")
    assert since.date is None


def test_a_page_about_something_else_has_no_facts() -> None:
    notice = notices.parse_page("某市举办龙舟赛\n\n共有12家医院的医护人员到场保障,7家医共体参加,场面热闹。".encode())
    assert not notice.relevant
    assert notice.facts == []


def test_an_annotated_page_is_repaired_and_read() -> None:
    sentence = "全(quan)市(shi)建(jian)成(cheng)7家(jia)医(yi)共(gong)体(ti)(ti),医(yi)联体持续推进。"
    notice = notices.parse_page(f"医共体建设\n\n{CONTEXT}{sentence}".encode())
    assert "pinyin_removed" in notice.flags
    assert [(f.indicator, f.value, f.evidence) for f in notice.facts] == [
        ("county_communities", 7.0, "全市建成7家医共体")
    ]


def test_a_page_with_readings_of_other_characters_is_flagged_and_not_read() -> None:
    sentence = "全(bei)市(jing)建(tian)成(jin)7家(wu)医(han)共(nan)体(he),医(he)联体持续推进。"
    notice = notices.parse_page(f"医共体建设\n\n{CONTEXT}{sentence}".encode())
    assert "pinyin_annotations" in notice.flags
    assert notice.facts == []


def test_a_challenge_page_yields_nothing() -> None:
    data = b"<html><head><title>403 Forbidden</title><script>var _0x=1;</script></head><body></body></html>"
    notice = notices.parse_page(data)
    assert notice.blocked
    assert (notice.title, notice.body, notice.facts) == (None, "", [])


def test_full_width_pages_read_the_same() -> None:
    plain = parse("6个县(市)建成医共体7家,覆盖15家县级公立医院。")
    wide = parse("6个县\uff08市\uff09建成医共体7家\uff0c覆盖\uff11\uff15家县级公立医院。")
    assert [(f.indicator, f.value) for f in wide.facts] == [(f.indicator, f.value) for f in plain.facts]
    assert [f.value for f in wide.facts] == [6.0, 7.0, 15.0]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from([*SAID, *BETWEEN]),
        max_size=30,
    )
)
def test_evidence_is_always_at_its_offsets(parts: list[str]) -> None:
    data = ("医共体建设进展如何看\n\n" + CONTEXT + "".join(parts)).encode()
    notice = notices.parse_page(data)
    raw = notices.drawn_text(data)
    for fact in [*notice.facts, *notice.statements]:
        assert fact.evidence == notice.text[fact.start : fact.end]
        assert clean(raw[fact.raw_start : fact.raw_end]).traced.text == fact.evidence


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00",
        b"\xff\xfe",
        random.Random(7).randbytes(200_000),
        b"<html><body>" + b"<div>" * 30_000 + "医共体7家".encode(),
        b"<table>" * 2_000,
        b"<html>&#x4e00;" * 20_000,
        b"<!DOCTYPE html [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;&a;'>]><html><body>&b;</body></html>",
        b"<html><body><p>" + b"</p></body></html>" * 5_000,
    ],
    ids=["empty", "nul", "bom", "random", "deep", "tables", "entities", "entity-bomb", "stray-ends"],
)
def test_nothing_crashes(data: bytes) -> None:
    assert isinstance(notices.parse_page(data), Notice)


@pytest.mark.parametrize("character", ["医", "1", "<", "\u200b", "\r"])
def test_ten_megabytes_of_one_character_are_no_burden(character: str) -> None:
    data = (character * (10_000_000 // len(character.encode()))).encode()
    begin = time.process_time()
    notices.parse_page(data)
    assert time.process_time() - begin < 20


@pytest.mark.parametrize(
    "run", ["a", "1", "1,", "一", "(", "《", "医共体", "家", "每", "2023年", "7家", "至少", "、", "//"]
)
def test_a_long_run_in_a_notice_is_no_burden(run: str) -> None:
    def parse(text: str) -> None:
        notices.parse_page(f"医共体建设\n\n{CONTEXT * (len(text) // 2000)}{text}".encode())

    assert_growth(parse, run, 40_000)


def test_the_longest_text_is_cut_and_says_so() -> None:
    text = page.read(("医共体建设\n\n" + "医共体建设有序推进。" * 50_000).encode())
    found = facts.extract(lexicon.load(), text, facts.Subject(True, ()))
    assert found.flags == ["text_cut_for_facts"]


@pytest.mark.parametrize("unit", ["<div>", "<table><tr><td>", "<p>医共体<b>", '<a "', "<br>", "<script>"])
def test_deep_nesting_and_unclosed_tags_are_no_burden(unit: str) -> None:
    def parse(text: str) -> None:
        notices.parse_page(f"<html><body>{text}医共体建成7家</body></html>".encode())

    assert_growth(parse, unit, 40_000)


def test_what_hangs_in_a_hostile_page_is_still_read() -> None:
    page_text = notices.drawn_text(("<html><body>" + "<div>" * 50_000 + "<p>医共体建成<b>7家</b></p>&").encode())
    assert page_text.startswith("医共体建成7家")

"""Every entry of the lexicon finds its example and leaves its counter-example alone; slips in the YAML are refused."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml

from scrapers.notices import facts, lexicon, page
from scrapers.notices.facts import Found, Subject
from scrapers.notices.lexicon import BroadSubject, FactEntry, LexiconError, StatementEntry

WORDS = lexicon.load()


def read(text: str, words: lexicon.Lexicon = WORDS) -> Found:
    """The facts of a sentence, on a page that is about our subjects."""
    body = page.read(f"示例通报:有关工作进展\n\n{text}".encode())
    assert body.body == text
    return facts.extract(words, body, Subject(True, ()))


@pytest.mark.parametrize("entry", WORDS.facts, ids=lambda entry: entry.indicator)
def test_fact_examples(entry: FactEntry) -> None:
    example = entry.example
    found = [fact for fact in read(example["text"]).facts if fact.indicator == entry.indicator]
    assert found, "the example gives no fact of this indicator"
    fact = found[0]
    assert fact.value == pytest.approx(example["value"], abs=1e-4)
    for key in ("value_max", "comparator", "unit", "numerator", "denominator", "date"):
        if key in example:
            assert getattr(fact, key) == example[key], key
    assert fact.indicator_code == entry.indicator_code
    assert fact.topic == entry.topic


@pytest.mark.parametrize("entry", WORDS.facts, ids=lambda entry: entry.indicator)
def test_fact_counter_examples(entry: FactEntry) -> None:
    assert [f.evidence for f in read(entry.counter_example).facts if f.indicator == entry.indicator] == []


# What looks like a word that sets a page or a figure aside, and is but the seam between two others.
SEAMS = (
    *(
        "全面试点",
        "调研报告",
        "科研报告",
        "全年报告",
        "当年报销",
        "医保费用",
        "参保费用",
        "医保额度",
        "专家住村",
        "患者说明",
    ),
    *("上海关于", "集中考核", "提高考核", "准确诊断", "明确诊断", "科学分配", "医学分会", "病例会诊", "普通报告"),
    *("内部分配", "全部分站", "实行医保", "采用了", "方案由", "最大使用", "建立案例", "平台北至", "集团总统筹"),
    *("以上市级", "最低保障", "我院本科室", "上报名单", "参考试点", "接受访问", "集中标准", "物流标准", "讨论文件"),
    *(
        "整合融资源",
        "我司法所",
        "再创新高",
        "今日本市",
        "近日本县",
        "今晚会诊",
        "对口支援外地",
        "旅客服务",
        "在帮扶中学习",
    ),
)


@pytest.mark.parametrize("seam", SEAMS)
def test_no_word_is_found_on_the_seam_of_two_others(seam: str) -> None:
    assert [cue.pattern for cue in (WORDS.never, WORDS.elsewhere, WORDS.broad.aside) if cue.search(seam)] == []
    assert WORDS.mentions.counts(seam)["foreign"] == 0
    attentive = ("通报", "部分", "例会", "创新", "学分", "行医", "用了", "日本", "家住", "患者说")
    found = (cue.search(seam) for rule in WORDS.broad.refuse for cue in rule.scopes.values())
    assert {match[0] for match in found if match} & {*attentive} == set()


def test_a_cue_names_the_longer_words_that_it_is_not_part_of() -> None:
    cue = lexicon._cue(["通报≠普通报告/通报表扬", "例会"], {}, "here")
    assert [bool(cue.search(text)) for text in ("普通报告", "通报表扬", "普通", "情况通报", "病例会诊")] == [
        *(False, False, False, True, True)
    ]
    with pytest.raises(LexiconError, match="here: '通报≠普通': '普通' does not hold the cue"):
        lexicon._cue(["通报≠普通"], {}, "here")
    with pytest.raises(LexiconError, match="no … beside ≠"):
        lexicon._cue(["通…报≠普通…报告"], {}, "here")
    with pytest.raises(LexiconError, match="no ≠ here"):
        lexicon._plain(["通报≠普通报告"], {}, "here")


@pytest.mark.parametrize("entry", WORDS.statements, ids=lambda entry: entry.indicator)
def test_statement_examples(entry: StatementEntry) -> None:
    found = [s for s in read(entry.example["text"]).statements if s.indicator == entry.indicator]
    assert [s.value for s in found] == [entry.example["value"]]
    assert found[0].date == entry.example.get("date")


@pytest.mark.parametrize("entry", WORDS.statements, ids=lambda entry: entry.indicator)
def test_statement_counter_examples(entry: StatementEntry) -> None:
    assert [s.evidence for s in read(entry.counter_example).statements if s.indicator == entry.indicator] == []


@pytest.mark.parametrize("subject", WORDS.broad.subjects, ids=lambda subject: subject.indicator)
def test_broad_examples(subject: BroadSubject) -> None:
    found = [f for f in read(subject.example["text"]).facts if f.indicator == subject.indicator]
    assert [(f.value, f.unit, f.indicator_code) for f in found] == [
        (subject.example["value"], subject.example["unit"], None)
    ]
    assert [f.evidence for f in read(subject.counter_example).facts] == []


def test_indicators_are_named_once() -> None:
    names = [entry.indicator for entry in (*WORDS.facts, *WORDS.statements, *WORDS.broad.subjects)]
    assert len(names) == len(set(names))


def test_a_new_indicator_needs_no_python(tmp_path: Path) -> None:
    folder = tmp_path / "lexicon"
    shutil.copytree(lexicon.FOLDER, folder)
    entry = {
        "indicator": "mobile_clinics",
        "name": "流动诊疗车数",
        "topic": "resource_sinking",
        "kind": "actual",
        "units": ["辆"],
        "after": ["流动诊疗车"],
        "needs": {"sentence": ["@posting"]},
        "example": {"text": "巡回医疗配备30辆流动诊疗车。", "value": 30},
        "counter_example": "巡回展览上停着30辆越野车。",
    }
    (folder / "mobile.yml").write_text(yaml.safe_dump({"facts": [entry]}, allow_unicode=True), encoding="utf-8")
    words = lexicon.load(folder)
    assert [(f.indicator, f.value, f.unit) for f in read("巡回医疗配备30辆流动诊疗车。", words).facts] == [
        ("mobile_clinics", 30.0, "辆")
    ]
    assert read("巡回展览上停着30辆越野车。", words).facts == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"colour": "red"}, "unknown key 'colour'"),
        ({"topic": "weather"}, "topic 'weather'"),
        ({"kind": "guess"}, "kind 'guess'"),
        ({"units": ["斤"]}, "'斤' is no unit"),
        ({"after": ["@nobody"]}, "no group @nobody"),
        ({"needs": {"chapter": ["医"]}}, "unknown scope 'chapter'"),
        ({"counter_example": ""}, "counter_example is missing"),
        ({"example": {"text": "1家医院", "value": 1, "而且": None}}, "unknown key '而且'"),
        ({"after": [5]}, "5 is no word"),
        ({"quantity": "colour"}, "quantity 'colour'"),
    ],
)
def test_slips_are_refused_with_their_place(tmp_path: Path, change: dict[str, object], message: str) -> None:
    folder = tmp_path / "lexicon"
    shutil.copytree(lexicon.FOLDER, folder)
    entry = {
        "indicator": "slip",
        "name": "示例",
        "topic": "referral",
        "kind": "actual",
        "after": ["医院"],
        "example": {"text": "1家医院", "value": 1},
        "counter_example": "无",
    } | change
    (folder / "slip.yml").write_text(yaml.safe_dump({"facts": [entry]}, allow_unicode=True), encoding="utf-8")
    with pytest.raises(LexiconError, match=f"slip.yml: slip: .*{message}"):
        lexicon.load(folder)

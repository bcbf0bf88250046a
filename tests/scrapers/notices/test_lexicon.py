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

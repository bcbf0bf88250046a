"""Faster ways to search find what the plain ones find, on random text of the signs that they look for."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest
import yaml

from scrapers.fetch import challenge
from scrapers.notices import facts
from scrapers.text import dates, doc_numbers, furniture, numbers
from scrapers.text.fold import fold
from scrapers.text.scan import AnyOf, AnyWord, Branches, Tally, alternation, begins, matches

SIGNS = (
    "0123456789 一二三四五十百半年月日今本当内底前季度上下第批条号〔〕()《》[]-—./:~至到时点分之数国卫医函发个家"
    '近超逾过千万亿%余多几,。、\nSAhttp“"'
)
WORDS = [
    "2023年",
    "今年",
    "年底前",
    "年内",
    "十四五时期",
    "二〇二三年",
    "〔2023〕",
    "5号",
    "国卫医函",
    "https://a.cn",
    "至少",
    "百分之",
]


def _texts(seed: int, count: int = 500) -> list[str]:
    chance = random.Random(seed)
    return ["".join(chance.choice([*SIGNS, *WORDS]) for _ in range(chance.randrange(1, 120))) for _ in range(count)]


@pytest.mark.parametrize(
    ("pattern", "begins"),
    [
        (dates._DATE, dates._DATE_BEGINS),
        (dates._DATE_LIKE, dates._LIKE_BEGINS),
        (facts._MASKED, facts._MASKED_BEGINS),
        (numbers._QUANTITY, numbers._BEGINS),
    ],
    ids=["dates", "date-like", "masked", "quantities"],
)
def test_a_glance_at_the_begin_misses_no_match(pattern: re.Pattern[str], begins: re.Pattern[str]) -> None:
    found = 0
    for text in _texts(7):
        plain = [m.span() for m in pattern.finditer(text)]
        assert [m.span() for m in matches(pattern, begins, text)] == plain, text
        found += len(plain)
    assert found > 150


def test_document_numbers_are_found_from_their_brackets() -> None:
    chance = random.Random(8)
    parts = ["国卫医函", "按", "〔2023〕", "(2024)", "[2022]", " ", "5号", "第6号", "12", "号", ",", "办发"]
    found = 0
    for _ in range(2000):
        text = "".join(chance.choice(parts) for _ in range(chance.randrange(2, 30)))
        plain = [m.span() for m in doc_numbers._ANY.finditer(text)]
        assert [m.span() for m in doc_numbers._matches(text)] == plain, text
        found += len(plain)
    assert found > 150


def test_any_of_finds_what_the_joined_expression_finds() -> None:
    words = yaml.safe_load(Path(challenge.__file__).with_name("challenge.yml").read_text(encoding="utf-8"))
    for part in ("challenge_phrases", "challenge_markers", "login_phrases", "error_phrases"):
        joined = re.compile("|".join(f"(?:{expression})" for expression in words[part]), re.I)
        fast = AnyOf(words[part])
        pieces = [piece for expression in words[part] for piece in re.findall(r"[\w/-]+", expression)]
        chance = random.Random(part)
        found = 0
        for _ in range(1500):
            text = "".join(chance.choice(pieces) for _ in range(chance.randrange(1, 6)))
            plain, quick = joined.search(text), fast.search(text)
            assert (plain and plain.span()) == (quick and quick.span()), (part, text)
            found += plain is not None
        assert found > 20


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ("a?b|c*", "xb"),
        (r"(?:x|y)?", ""),
        (r"\d{2}[ab]", "12A"),
        (r"请(您|先)?登", "請请您登"),
        ("(?=甲)甲乙", "甲乙"),
        ("k|ab+c", "zABBC"),
        ("甲(?:乙|丙丁|)戊", "丙丁甲丙丁戊"),
        ("甲(?:乙|丙丁)+戊", "甲乙丙丁戊"),
        ("état|ab", "zÉTAT"),
        ("k|ab+c", "\ud800zABBC"),
    ],
)
def test_any_of_takes_expressions_of_any_build(expression: str, text: str) -> None:
    plain, quick = re.search(expression, text, re.I), AnyOf([expression]).search(text)
    assert plain is not None
    assert quick is not None
    assert plain.span() == quick.span()


def test_words_that_begin_alike_are_found_as_when_each_stands_alone() -> None:
    words = ["甲乙丙", "甲乙", "乙(", "乙丙", "甲", "丙.丁", "乙"]
    plain, grouped = (re.compile(each) for each in ("|".join(map(re.escape, words)), alternation(words)))
    chance = random.Random(7)
    for _ in range(2000):
        text = "".join(chance.choice("甲乙丙丁(.") for _ in range(chance.randrange(1, 16)))
        assert plain.findall(text) == grouped.findall(text), text


def test_folding_changes_signs_in_place() -> None:
    assert fold("(2024)年,占60%!。、《》 ") == "(2024)年,占60%!。、《》 "


def test_a_tally_counts_what_an_expression_of_the_words_finds() -> None:
    lists = {"long": ["医联体", "联体", "医"], "other": ["体建设", "建设"], "both": ["建设", "医联体建设"]}
    tally = Tally(lists)
    chance = random.Random(9)
    found = 0
    for _ in range(500):
        text = "".join(
            chance.choice(["医", "联", "体", "建", "设", "医联体", "和"]) for _ in range(chance.randrange(1, 40))
        )
        for name, words in lists.items():
            longest_first = sorted(words, key=len, reverse=True)
            plain = len(re.findall("|".join(longest_first), text))
            assert tally.counts(text)[name] == plain, (name, text)
            found += plain
    assert found > 500


def test_numbers_between_masks_are_those_of_a_reader_who_tries_every_place(monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(10)
    cases = []
    for text in _texts(10):
        cuts = sorted(chance.randrange(len(text) + 1) for _ in range(6))
        masks = [(begin, end) for begin, end in zip(cuts[::2], cuts[1::2], strict=True) if begin < end]
        cases.append((text, masks, numbers.find(text, masks)))
    monkeypatch.setattr(numbers._Masks, "end_at", lambda _masks, _at: None)
    assert all(numbers.find(text, masks) == found for text, masks, found in cases)
    assert sum(len(found) for _, _, found in cases) > 150


@pytest.mark.parametrize(
    ("expression", "set_of"),
    [
        ("(?:您?(?:现在|当前)?位置)", "您现当位"),
        ("[(【]?原标题|[0-9a]{0,3}图", "(【原0a图"),
        (r"\(?(?:文|图):|(?!年)月|\d日", "(文图月7"),
        ("(?:本|该)?", "本该"),
    ],
)
def test_what_an_expression_may_begin_with(expression: str, set_of: str) -> None:
    pattern = begins(expression)
    assert all(pattern.match(sign) for sign in set_of)
    assert not any(pattern.match(sign) for sign in "书年x")


@pytest.mark.parametrize("expression", [".a", "[^a]b", "(?:本|.)", "a?.b"])
def test_what_may_begin_with_anything_has_no_such_set(expression: str) -> None:
    with pytest.raises(ValueError, match="any character"):
        begins(expression)


@pytest.mark.parametrize("expression", ["(?P<name>甲)乙", "(?i:a)b"])
def test_what_begins_is_not_guessed_where_a_group_is_not_read(expression: str) -> None:
    with pytest.raises(ValueError, match="not read"):
        begins(expression)


def test_a_line_of_the_site_is_one_by_the_branches_that_begin_like_it(monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(11)
    signs = [*SIGNS, "作者", "来源", ":", "|", "图", "关注", "公众号", "登录", "发布时间", "附件", "字号", "《", "阅读"]
    lines = ["".join(chance.choice(signs) for _ in range(chance.randrange(1, 9))) for _ in range(60_000)]
    expressions: list[str] = []
    monkeypatch.setattr(
        furniture, "Branches", lambda expression: expressions.append(expression) or Branches(expression)
    )
    branches = furniture._furniture.__wrapped__().whole
    whole = re.compile(expressions[0])
    found = [line for line in lines if branches.fullmatch(line)]
    assert found == [line for line in lines if whole.fullmatch(line)]
    assert len(found) > 100


@pytest.mark.parametrize("text", ["甲县版权所有,登录后查看", "甲\ud800版权所有,登录后查看"])
def test_words_are_told_with_the_places_where_they_end(text: str) -> None:
    words = AnyWord(["版权所有", "登录后", "后查看"])
    assert [text[end - 3 : end] for end in words.ends(text)] == ["权所有", "登录后"]  # the last one overlaps
    assert words.is_in(text)
    assert not words.is_in("甲县")

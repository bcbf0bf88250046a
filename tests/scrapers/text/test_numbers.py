"""The number grammar, as tables."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.text import dates, numbers
from scrapers.text.fold import fold
from tests.cost import assert_growth

F = Fraction


@pytest.mark.parametrize(
    ("text", "value", "value_max", "unit", "comparator"),
    [
        ("81个城市", 81, None, "个", "="),
        ("1,234家", 1234, None, "家", "="),
        ("96.6%", F("96.6"), None, "%", "="),
        ("９６．６％", F("96.6"), None, "%", "="),
        ("百分之九十", 90, None, "%", "="),
        ("5000亿元", 5000 * 10**8, None, "元", "="),
        ("11.8万人次", 118000, None, "人次", "="),
        ("2600余万次", 26000000, None, "次", ">"),
        ("1300余名", 1300, None, "名", ">"),
        ("二十一家", 21, None, "家", "="),
        ("一百零五家", 105, None, "家", "="),
        ("两所", 2, None, "所", "="),
        ("1~3个", 1, 3, "个", "between"),
        ("2到3个", 2, 3, "个", "between"),
        ("2.5-3名", F("2.5"), 3, "名", "between"),
        ("2–3名", 2, 3, "名", "between"),
        ("15-20%", 15, 20, "%", "between"),
        ("三至五家", 3, 5, "家", "between"),
        ("10万至20万人", 100000, 200000, "人", "between"),
        ("3个百分点", 3, None, "个百分点", "="),
        ("半年以上", 6, None, "个月", ">="),
        ("6部门", 6, None, "部门", "="),
        ("超过1000名", 1000, None, "名", ">"),
        ("不少于3周", 3, None, "周", ">="),
        ("至少建成5个", 5, None, "个", ">="),
        ("不超过3个", 3, None, "个", "<="),
        ("不足50张", 50, None, "张", "<"),
        ("3个多小时", 3, None, "小时", ">"),
        ("两个半月", F(5, 2), None, "个月", "="),
        ("近100家", 100, None, "家", "<"),
        ("50%以上", 50, None, "%", ">="),
        ("30张以下", 30, None, "张", "<="),
        ("约200人", 200, None, "人", "="),
        ("超过5500万,", 55000000, None, "", ">"),
        ("不低于六成五。", 65, None, "%", ">="),
        ("四成多", 40, None, "%", ">"),
        ("近8成,", 80, None, "%", "<"),
        ("压到一成以内", 10, None, "%", "<="),
        ("六成人口", 60, None, "%", "="),
        ("四成分配", 40, None, "%", "="),
        ("只有8个人,", 8, None, "人", "="),
        ("5个人民医院", 5, None, "个", "="),
        ("只有300来个", 300, None, "个", "="),
        ("拿出1.5个亿,", 150000000, None, "", "="),
    ],
)
def test_quantities(text: str, value: Fraction, value_max: Fraction | None, unit: str, comparator: str) -> None:
    (found,) = numbers.find(fold(text))
    assert (found.value, found.value_max, found.unit, found.comparator) == (value, value_max, unit, comparator)


@pytest.mark.parametrize(
    ("text", "numerator", "denominator", "comparator"),
    [
        ("至少三分之一的", 1, 3, ">="),
        ("四分之三", 3, 4, "="),
        ("1/3以上", 1, 3, ">="),
        ("超过二分之一", 1, 2, ">"),
    ],
)
def test_fractions_are_exact(text: str, numerator: int, denominator: int, comparator: str) -> None:
    (found,) = numbers.find(text)
    assert (found.numerator, found.denominator, found.comparator) == (numerator, denominator, comparator)
    assert found.unit_class == "fraction"


@pytest.mark.parametrize(
    ("text", "unit", "per"),
    [
        ("每季度不少于1次", "次", "季度"),
        ("每月会诊2000余例", "例", "月"),
        ("2000余例/月", "例", "月"),
        ("每周至少3天", "天", "周"),
    ],
)
def test_counts_by_period(text: str, unit: str, per: str) -> None:
    (found,) = numbers.find(text)
    assert (found.unit, found.per) == (unit, per)


@pytest.mark.parametrize("text", ["第三批", "第81个", "COVID-19", "H7N9", "02县域", "1.2.3", "十几家", "三分之五"])
def test_no_quantities(text: str) -> None:
    assert all(q.unit_class != "fraction" and q.value_max is None and q.unit == "" for q in numbers.find(text))


@pytest.mark.parametrize("text", ["医共体三成立", "一成不变", "三四成的医院", "明年上半年完成", "三成为老人"])
def test_no_shares_and_no_half_years(text: str) -> None:
    assert not [q for q in numbers.find(text) if q.unit]


def test_masked_digits_are_no_quantities() -> None:
    text = "2023年6月10日21:24前,81个城市,2022-2023年"
    assert [text[q.start : q.end] for q in numbers.find(text, dates.spans(text))] == ["81个"]


@pytest.mark.parametrize(
    ("text", "value"), [("二十", 20), ("十五", 15), ("三百二十", 320), ("二〇二三", 2023), ("百", None)]
)
def test_chinese_numerals(text: str, value: int | None) -> None:
    assert (numbers.han(text) if text != "百" else None) == value


@given(st.text(alphabet="0123456789.,%一二三十百千万亿个家至-~以上半分之每超过 ", max_size=60))
def test_spans_are_ordered_and_inside(text: str) -> None:
    end = 0
    for quantity in numbers.find(text):
        assert 0 <= quantity.first <= quantity.start < quantity.end <= quantity.last <= len(text)
        assert quantity.start >= end
        end = quantity.end


@given(st.integers(1, 9999), st.sampled_from(["个", "家", "人次", "%"]))
def test_what_is_written_is_read(number: int, unit: str) -> None:
    (found,) = numbers.find(f"共{number}{unit}。")
    assert (found.value, found.unit) == (number, unit)


@pytest.mark.parametrize("unit", ["1", "一", "9,", "个", "1-", "三分", "三成", "每月", "至少"])
def test_cost_is_linear(unit: str) -> None:
    assert_growth(numbers.find, unit, 100_000)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("成员单位约1 190家", [1190]),
        ("服务191 800人次", [191800]),
        ("表3 120 家", [3, 120]),
        ("合计 12 345", [12, 345]),
        ("占比≥65%", [65]),
    ],
)
def test_a_blank_between_thousands(text: str, values: list[int]) -> None:
    assert [quantity.value for quantity in numbers.find(text)] == values


def test_signs_compare() -> None:
    assert [q.comparator for q in numbers.find("占比≥65%,时间≤30分钟")] == [">=", "<="]

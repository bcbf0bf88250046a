"""Bytes to text, cleaning with a way back, dates, document numbers, segments."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.text import dates, doc_numbers, encoding, furniture, segments
from scrapers.text.clean import clean
from scrapers.text.fold import fold
from scrapers.text.lines import Line
from scrapers.text.trace import Edit, Traced

SIMPLIFIED = "国家卫生健康委关于医疗机构检查检验结果互认的通知,各地要认真执行。"
TRADITIONAL = "國家衛生健康委關於醫療機構檢查檢驗結果互認的通知,各地要認真執行。"


@pytest.mark.parametrize(
    ("text", "codec", "found"),
    [
        (SIMPLIFIED, "utf-8", "utf-8"),
        (SIMPLIFIED, "utf-8-sig", "utf-8"),
        (SIMPLIFIED, "gb18030", "gb18030"),
        (TRADITIONAL, "gb18030", "gb18030"),
        (TRADITIONAL, "big5", "big5"),
        (SIMPLIFIED, "utf-16", "utf-16-le"),
    ],
)
def test_the_bytes_say_their_encoding(text: str, codec: str, found: str) -> None:
    decoded = encoding.decode(text.encode(codec))
    assert (decoded.text, decoded.encoding, decoded.damaged) == (text, found, False)


def test_a_cut_tail_is_still_utf8() -> None:
    decoded = encoding.decode(SIMPLIFIED.encode()[:-1])
    assert decoded.text == SIMPLIFIED[:-1]
    assert decoded.encoding == "utf-8"


def test_broken_bytes_stay_visible() -> None:
    data = SIMPLIFIED.encode()
    decoded = encoding.decode(data[:30] + b"\xff" + data[30:])
    assert decoded.damaged
    assert decoded.encoding == "utf-8"
    assert decoded.text.count("\ufffd") == 1


@given(st.binary(max_size=300))
def test_any_bytes_decode(data: bytes) -> None:
    encoding.decode(data)


@given(st.text(max_size=200))
def test_cleaning_is_idempotent_and_traceable(raw: str) -> None:
    cleaned = clean(raw).traced
    assert clean(cleaned.text).traced.text == cleaned.text
    assert unicodedata.is_normalized("NFC", cleaned.text)
    for at in range(len(cleaned.text)):
        start, end = cleaned.origin(at, at + 1)
        assert 0 <= start <= end <= len(raw)
        assert cleaned.text[at] in clean(raw[start:end]).traced.text


@given(st.text(alphabet="医共体7家\u200b\u00a0\r\n, e\u0301", max_size=80), st.data())
def test_any_span_leads_back_to_its_characters(raw: str, data: st.DataObject) -> None:
    cleaned = clean(raw).traced
    start = data.draw(st.integers(0, len(cleaned.text)))
    end = data.draw(st.integers(start, len(cleaned.text)))
    begin, stop = cleaned.origin(start, end)
    if start < end and raw[begin:stop].strip("\u200b"):
        assert cleaned.text[start:end] in clean(raw[begin:stop]).traced.text  # a span may cut a composed cluster


def test_clean_keeps_what_a_reader_sees() -> None:
    raw = "①建设5000㎡,１２３(区)\u3000甲型(h)流感"
    assert clean(raw).traced.text == raw


def test_selected_spans_lead_back() -> None:
    text = Traced("abcdefghij").edit([Edit(2, 4, "X", "two for one")]).select([(5, 8), (0, 3)], glue="\n")
    assert text.text == "ghi\nabX"
    assert text.origin(0, 3) == (6, 9)
    assert text.origin(4, 7) == (0, 4)
    with pytest.raises(ValueError, match="outside"):
        text.origin(0, 99)


def test_overlapping_edits_are_refused() -> None:
    with pytest.raises(ValueError, match="overlaps"):
        Traced("abc").edit([Edit(0, 2, "", "one"), Edit(1, 3, "", "two")])


@given(st.text(max_size=100))
def test_folding_keeps_every_place(text: str) -> None:
    assert len(fold(text)) == len(text)


@pytest.mark.parametrize(
    ("text", "iso", "precision"),
    [
        ("2022年12月7日", "2022-12-07", "day"),
        ("二〇二四年六月十八日", "2024-06-18", "day"),
        ("2023-06-10 21:24:25", "2023-06-10", "day"),
        ("2018/01/16", "2018-01-16", "day"),
        ("到2023年上半年", "2023-06-30", "half-year"),
        ("2023年底", "2023-12-31", "year-end"),
        ("2025年底前", "2025-12-31", "year-end"),
        ("到2025年,", "2025-12-31", "year"),
        ("2024年6月底前", "2024-06-30", "month"),
        ("2024年2月", "2024-02-29", "month"),
        ("2024年第三季度", "2024-09-30", "quarter"),
        ("2024年1-6月", "2024-06-30", "months"),
        ("2024年1月至10月底", "2024-10-31", "months"),
        ("2024年前三季度", "2024-09-30", "months"),
        ("2024年前10个月", "2024-10-31", "months"),
        ("今年前两个月", None, "months"),
        ("4月7日", None, "day"),
        ("今年上半年", None, "half-year"),
        ("今年6月底", None, "month"),
    ],
)
def test_dates(text: str, iso: str | None, precision: str) -> None:
    (found,) = dates.find(text)
    assert (found.iso, found.precision) == (iso, precision)


@pytest.mark.parametrize(("text", "iso"), [("2023年11月-2月", []), ("2024年3月到6月30日", ["2024-03-31"])])
def test_a_period_ends_with_its_own_last_month(text: str, iso: list[str]) -> None:
    assert [m.iso for m in dates.find(text) if m.precision != "day"][:1] == iso


def test_this_year_needs_a_year() -> None:
    assert [m.iso for m in dates.find("今年上半年", 2024)] == ["2024-06-30"]
    assert [m.iso for m in dates.find("4月7日", 2024)] == ["2024-04-07"]


@pytest.mark.parametrize("text", ["2023年2月30日", "电话2023-4567", "12345678"])
def test_no_dates(text: str) -> None:
    assert [m for m in dates.find(text) if m.iso and m.precision == "day"] == []


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("2023-06-10 21:24:25 来源:示例网", ("2023-06-10", "21:24:25")),
        ("2024年5月6日 9:05", ("2024-05-06", "09:05:00")),
        ("6月10日 来源:示例网", None),
        ("2024/05/06", ("2024-05-06", None)),
        ("二〇二四年五月六日", ("2024-05-06", None)),
        ("May 6, 2024", ("2024-05-06", None)),
    ],
)
def test_publication_lines(line: str, expected: tuple[str, str | None] | None) -> None:
    assert dates.published(line) == expected


def test_a_line_of_a_date_is_one_in_either_width() -> None:
    line = "2024/05/06 (09:05)"
    wide = "".join(chr(ord(c) + 0xFEE0) if c != " " else "\u3000" for c in line)
    assert fold(wide) == line
    assert dates.is_date_line(line)
    assert dates.published(fold(wide)) == ("2024-05-06", "09:05:00")
    assert not dates.is_date_line("2024/05/06 发布")


def test_document_numbers_own_and_cited() -> None:
    lines = ["示卫办函[2023] 199 号", "根据示卫医函〔2023〕27号要求,现通知如下。"]
    assert doc_numbers.own(lines) == "示卫办函〔2023〕199号"
    assert doc_numbers.own(lines[1:]) is None
    assert next(found.number for found in doc_numbers.find("参照国卫医函(2023)27号执行")).endswith("〔2023〕27号")


def test_segments_cut_after_the_article_has_begun() -> None:
    prose = "医共体由县级医院领头,乡镇卫生院等共同参加,为当地居民提供连续服务,让群众就近看病。"
    texts = ["责任编辑:甲", "分享到:", prose, "责任编辑:乙", prose, "Copyright 2024 版权所有"]
    labels = segments.label([Line(0, len(text), text, text) for text in texts])
    assert labels[2:] == ["main", "template", "related", "template"]


def test_a_list_of_dated_headlines_is_not_the_article() -> None:
    prose = "医共体由县级医院领头,乡镇卫生院等共同参加,为当地居民提供连续服务,让群众就近看病。"
    tail = [word for number in range(4) for word in (f"某地新闻标题之{number}", f"2024-01-0{number + 1}")]
    labels = segments.label([Line(0, len(text), text, text) for text in [prose, *tail]])
    assert labels[0] == "main"
    assert "main" not in labels[1:]


@pytest.mark.parametrize(
    ("title", "bare"),
    [
        ("快播:6部门公布试点名单", "6部门公布试点名单"),
        ("环球快讯!某市建成医共体", "某市建成医共体"),
        ("医共体:大病不出县", "医共体:大病不出县"),
        ("某市建成医共体-【新闻】", "某市建成医共体"),
        ("推进“互联网+医疗”-进展与展望", "推进“互联网+医疗”-进展与展望"),
    ],
)
def test_titles_lose_what_sites_hang_on_them(title: str, bare: str) -> None:
    assert segments.trim_title(title) == bare


@pytest.mark.parametrize(
    "line",
    [
        "医院地址:示例市湖滨路1号",
        "地址(总院):示例市湖滨路1号 邮编:100000",
        "01 背景 02 核心做法 03 区域协同 04 展望",
        "歌手甲发布新专辑 明星乙回应传闻 某品牌新品上市 如有侵权请联系删除",
        "已阅读3页,还剩12页未读,继续免费阅读",
        "IMG_0305.jpg",
        "活动 方案.docx",
        "示例社记者 摄",
        "示例网移动版",
        "本版责编:甲乙",
        "图:示例报",
        "原文见 https://example.cn/a",
        "欢迎访问 example.com",
        "首页 › 新闻 › 正文",
        "当前位置:首页",
        "【大】【中】【小】 打印",
        "2024-05-06 09:05",
    ],
)
def test_notes_of_the_site_are_furniture(line: str) -> None:
    assert furniture.is_furniture(Line(0, len(line), line, fold(line)))


@pytest.mark.parametrize(
    "line",
    [
        "联系电话:010-12345678",
        "扫码就能看检查报告",
        "附件:1.试点名单",
        "2024年5月6日",
        "就诊率达96.6%,下转1/3",
        "本院未经授权不得下转患者,违者追责。如有侵权行为依法处理。",
    ],
)
def test_lines_of_an_article_are_none(line: str) -> None:
    assert not furniture.is_furniture(Line(0, len(line), line, fold(line)))


def test_an_editor_behind_a_sentence_is_a_line_of_its_own() -> None:
    def parts(text: str) -> list[str]:
        return [part.text for part in furniture.parted(Line(0, len(text), text, text))]

    assert parts("医共体建设稳步推进。 (责任编辑:甲乙)") == ["医共体建设稳步推进。", "(责任编辑:甲乙)"]
    assert parts("医共体建设稳步推进,责任编辑:甲乙") == ["医共体建设稳步推进,责任编辑:甲乙"]


def test_other_headlines_behind_the_last_sentence() -> None:
    texts = [
        "医共体建设稳步推进,县乡村三级联动更加顺畅,群众就医更加方便。",
        "示例省卫生健康委",
        "某企业年会举行",
        "01-04某明星红毯",
        "某地举办庙会",
    ]
    lines = [Line(0, len(text), text, fold(text)) for text in texts]
    assert segments.label(lines)[:2] == ["main", "main"]
    assert segments.label(lines)[3:] == ["related", "related"]

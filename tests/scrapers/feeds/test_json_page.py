"""Pages of REST answers: their one list of records becomes lines; everything else is left to the door as it came."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from scrapers import feeds
from scrapers.feeds import json_page
from tests import feed

ONE, TWO = feed.activity("ca-1", "2026-11-19"), feed.activity("ca-2", "2026-11-19")


def lines(path: Path) -> list[Any]:
    return [(part.first, json.loads(line)) for part in feeds.slices(path) for line in part.lines]


@pytest.mark.parametrize(
    "content",
    [
        [ONE, TWO],
        {"records": [ONE, TWO]},
        {"code": 0, "data": {"total": 2, "list": [ONE, TWO]}},
        {"data": {"page": {"rows": [ONE, TWO]}}},
    ],
)
@pytest.mark.parametrize("indent", [None, 2])
def test_the_records_of_a_page(tmp_path: Path, content: Any, indent: int | None) -> None:
    file = tmp_path / "0a1b"
    file.write_text("\ufeff" + json.dumps(content, ensure_ascii=False, indent=indent), encoding="utf-8")
    assert lines(file) == [(1, ONE), (1, TWO)]
    assert [part.lines for part in feeds.searched(file)] == [part.lines for part in feeds.slices(file)]


@pytest.mark.parametrize("content", [[], {"data": {"list": []}}])
def test_a_page_without_a_record_is_no_activity(tmp_path: Path, content: Any) -> None:
    file = tmp_path / "empty"
    file.write_text(json.dumps(content), encoding="utf-8")
    assert lines(file) == []


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(ONE) + "\n",
        json.dumps(ONE) + "\n" + json.dumps(TWO) + "\n",
        '{"code": 500}\n',
        '{"a": [], "b": []}\n',
        '{"a": [1]}\n',
        '{"a": [{"b": 1}\n{"c": 2}]}\n',
        '{"a": [{"b": 1}], "a": [{"c": 2}]}\n',
        '{"a": [{"b": 1, "b": 100000000000000000000000}]}\n',
        '{"a": ' + "[" * 1000 + "]" * 1000 + "}\n",
    ],
)
def test_what_is_no_page_keeps_its_lines(tmp_path: Path, text: str) -> None:
    file = tmp_path / "lines"
    file.write_text(text, encoding="utf-8")
    assert json_page.lines(file) is None
    assert [line.decode() + "\n" for part in feeds.slices(file) for line in part.lines] == text.splitlines(True)


def test_a_key_that_stands_twice_reaches_the_door(tmp_path: Path) -> None:
    file = tmp_path / "page"
    records = ['{"a":1}', '{"b":1,"b":{"c":2,"c":3},"d":[{"count":1,"count":2}]}']
    file.write_text(f'{{"records": [{", ".join(records)}]}}', encoding="utf-8")
    assert json_page.lines(file) == [record.encode() for record in records]

"""docs/send-a-feed.md, the rules and the templates say what the contracts say."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook

from scrapers import contracts
from scrapers.contracts import guide, template

GUIDE = Path(__file__).parents[3] / "docs" / "send-a-feed.md"


def test_the_guide_is_up_to_date() -> None:
    """Made anew by `yilian contracts guide -o docs/send-a-feed.md`."""
    assert GUIDE.read_text(encoding="utf-8") == guide.markdown()


def test_the_guide_names_every_field_option_and_rule() -> None:
    text = guide.markdown()
    for contract in contracts.load().values():
        for leaf in (leaf for field in contract.fields for leaf in field.leaves()):
            assert f"`{leaf.path}`" in text
            assert leaf.zh in text
            assert leaf.en in text
            assert all(name in text for name in leaf.options.values())
        assert all(rule.zh in text for rule in contract.rules)
    assert [f"Q{n:02}" for n in range(1, 25)] == list(contracts.rules()["catalogue"])


@pytest.mark.parametrize("record_type", sorted(contracts.load()))
def test_a_template_offers_every_option_in_a_drop_down_list(record_type: str) -> None:
    contract = contracts.load()[record_type]
    book = load_workbook(BytesIO(template.workbook(contract)))
    sheet, offers = book[contract.zh], book["选项"]
    headings = {str(cell.value).removeprefix("*"): cell.column_letter for cell in sheet[1]}
    lists = {str(v.sqref).split("2:")[0]: v for v in sheet.data_validations.dataValidation}
    for field in template.columns(contract):
        letter = headings[field.label]
        assert (letter in lists) == bool(field.enum or field.type == "boolean"), field.path
        if letter in lists:
            place = book.defined_names[lists[letter].formula1.removeprefix("=")].attr_text.partition("!")[2]
            offered = [cell.value for row in offers[place.replace("$", "")] for cell in row]
            assert offered == (list(field.options.values()) if field.enum else ["是", "否"])
            assert None not in offered
            # Excel takes a workbook for damaged where these are longer, or where a name reads as a cell
            assert len(lists[letter].errorTitle) <= 32
            assert len(lists[letter].error) <= 225
            assert re.fullmatch(r"options_[a-z_]+", lists[letter].formula1)
    assert len(lists) == len(book.defined_names)
    assert all(len(name) <= 31 and not set(name) & set("[]:*?/\\") for name in book.sheetnames)
    assert offers.sheet_state == "hidden"
    told = [row[1].value for row in book["填写说明"].iter_rows()]
    assert {leaf.path for field in contract.fields for leaf in field.leaves()} <= set(told)

"""A contract as an XLSX template that a hospital fills in: headings, drop-down lists, an example, and what each means.

Comes in: a contract. Goes out: a workbook of three sheets, named for the record type, 填写说明 and 选项 (hidden: what
the drop-downs offer). The reader of scrapers.feeds takes it back as it is. Never here: a heading, option or example
that the contract does not hold.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from scrapers.contracts import Contract, Field, envelope, sample

FIRST_DAY = b"2026-01-01T00:00:00Z"
ROWS = 5000  # with drop-downs and formats
HEAD = PatternFill("solid", fgColor="DCE9F3")
NEEDED = PatternFill("solid", fgColor="F6D8C2")
NOT_FILLED_IN = ("payload", "schema_version", "record_type", "op")  # known already, or the same in every row
FORMATS = {"date": "yyyy-mm-dd", "timestamp": "yyyy-mm-dd hh:mm:ss", "integer": "0", "number": "General"}
TYPES_ZH = {
    "text": "文本", "integer": "整数", "number": "数值", "boolean": "是/否", "date": "日期", "timestamp": "日期时间",
    "array": "多个值,用分号隔开",
}  # fmt: skip


def workbook(contract: Contract) -> bytes:
    """The template's bytes; equal contracts give equal bytes."""
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = contract.zh
    fields = list(columns(contract))
    _headings(sheet, fields)
    _example(sheet, contract, fields)
    _explain(book.create_sheet("填写说明"), contract, fields)
    _offer(book, sheet, fields)
    book.properties.creator = "yilian"
    file = BytesIO()
    book.save(file)
    return _undated(file)


def _undated(file: BytesIO) -> bytes:
    """The same workbook without the moment of its making, so that equal contracts give equal bytes."""
    made = BytesIO()
    with ZipFile(file) as old, ZipFile(made, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "docProps/core.xml":
                data = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", FIRST_DAY, data)
            new.writestr(ZipInfo(name, (2026, 1, 1, 0, 0, 0)), data)
    return made.getvalue()


def columns(contract: Contract) -> Iterator[Field]:
    """The fields that are filled in, what surrounds a record first."""
    for field in envelope().fields:
        if field.name not in NOT_FILLED_IN:
            yield field
    for field in contract.fields:
        yield from field.leaves()


def is_needed(field: Field) -> bool:
    """Must the cell be filled? An id and a version are made by the reader where they are left out."""
    return field.required and field.name not in ("source_record_id", "source_version") and field.path.count(".") < 2


def _headings(sheet: Worksheet, fields: list[Field]) -> None:
    for number, field in enumerate(fields, 1):
        cell = sheet.cell(1, number, f"*{field.label}" if is_needed(field) else field.label)
        cell.font = Font(bold=True)
        cell.fill = NEEDED if is_needed(field) else HEAD
        cell.alignment = Alignment(wrap_text=True, vertical="center")
        note = "\n".join(filter(None, (field.zh, _unit(field), f"{field.path}")))
        cell.comment = Comment(note, "yilian", width=260, height=90)
        letter = get_column_letter(number)
        sheet.column_dimensions[letter].width = max(12, min(28, 2 * len(field.label) + 4))
        sheet.column_dimensions[letter].number_format = FORMATS.get(field.type, "@")
    sheet.row_dimensions[1].height = 34
    sheet.freeze_panes = "A2"


def _example(sheet: Worksheet, contract: Contract, fields: list[Field]) -> None:
    """The example row; a sender overwrites it."""
    record = sample.record(contract)
    for number, field in enumerate(fields, 1):
        cell = sheet.cell(2, number, _shown(field, _at(record, field.path)))
        cell.number_format = FORMATS.get(field.type, "@")


def _shown(field: Field, value: Any) -> Any:
    if value is None:
        return None
    match field.type:
        case "date":
            return datetime.fromisoformat(value)
        case "timestamp":
            return value  # as text: with its offset
        case "boolean":
            return "是" if value else "否"
        case "array":
            return ";".join(value)
    return field.options.get(value, value) if field.enum else value


def _at(record: Any, path: str) -> Any:
    for part in path.split("."):
        record = record.get(part) if isinstance(record, dict) else None
    return record


def _offer(book: Workbook, sheet: Worksheet, fields: list[Field]) -> None:
    """Drop-down lists, from a hidden sheet: a list in the validation itself may hold 255 characters."""
    offers = book.create_sheet("选项")
    offers.sheet_state = "hidden"
    place = 0
    for number, field in enumerate(fields, 1):
        options = ["是", "否"] if field.type == "boolean" else list(field.options.values()) if field.enum else []
        if not options:
            continue
        place += 1
        letter = get_column_letter(place)
        for row, option in enumerate(options, 1):
            offers.cell(row, place, option)
        name = f"options_{field.column}"
        book.defined_names[name] = DefinedName(name, attr_text=f"'选项'!${letter}$1:${letter}${len(options)}")
        validation = DataValidation("list", formula1=name, allow_blank=not is_needed(field), showErrorMessage=True)
        validation.errorTitle, validation.error = "不在选项中", f"{field.label}:请从下拉列表中选择"
        column = get_column_letter(number)
        validation.add(f"{column}2:{column}{ROWS}")
        sheet.add_data_validation(validation)


def _explain(sheet: Worksheet, contract: Contract, fields: list[Field]) -> None:
    told = "  ".join(f"{key}:{value or '(空)'}" for key, value in contract.authority.items())
    head = [
        [f"{contract.zh} {contract.record_type}", f"版本 {contract.version}"],
        [told],
        ["带 * 的列必填;没有数据请留空,不要填 0;不得填写任何个人信息。第一行是列名,第二行是示例,请覆盖。"],
        [],
        ["列名", "字段", "类型", "单位", "必填", "含义", "选项", "示例"],
    ]
    for line in head:
        sheet.append(line)
    for field in fields:
        options = "、".join(f"{name}({value})" if name != value else name for value, name in field.options.items())
        example = "" if field.example is None else str(field.example)
        needed = "必填" if is_needed(field) else "选填"
        sheet.append(
            [field.label, field.path, TYPES_ZH[field.type], field.unit or "", needed, field.zh, options, example]
        )
    sheet.append([])
    for rule in contract.rules:
        sheet.append(
            [rule.code, {"refuse": "退回该行", "warn": "接收并警告", "flag": "接收并标记"}[rule.severity], rule.zh]
        )
    for letter, width in zip("ABCDEFGH", (22, 40, 14, 12, 8, 46, 60, 28), strict=True):
        sheet.column_dimensions[letter].width = width
    for cell in sheet[5]:
        cell.font = Font(bold=True)


def _unit(field: Field) -> str | None:
    return f"单位:{field.unit}" if field.unit else None

"""Workbooks and CSV files made for tests: cells as people write them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook

HEADINGS = [
    "记录标识", "来源系统", "报送机构编码", "业务日期", "生成时间", "共享中心编码", "申请机构编码", "业务类别",
    "申请数", "核收数", "拒收数", "审核发布报告数", "取消数",
]  # fmt: skip
LEAD, MEMBER = "12110105400500001E", "12110105400500002H"


def row(**changes: Any) -> list[Any]:
    """One good row of centre_activity under HEADINGS, with other values where a heading is named."""
    good = ["ca-1", "demo-platform", LEAD, "2026-11-20", "2026-11-20 23:30:00+08:00", "C-LAB-01", MEMBER, "clinical",
            120, 118, 2, 115, 1]  # fmt: skip
    return [changes.get(heading, value) for heading, value in zip(HEADINGS, good, strict=True)]


def csv(folder: Path, rows: Sequence[Sequence[Any]], *, separator: str = ",", encoding: str = "utf-8") -> Path:
    def quoted(value: Any) -> str:
        text = "" if value is None else str(value)
        return f'"{text}"' if any(c in text for c in (separator, "\n")) else text

    file = folder / "feed.csv"
    file.write_bytes("".join(separator.join(map(quoted, r)) + "\r\n" for r in rows).encode(encoding))
    return file


def xlsx(
    folder: Path, rows: Sequence[Sequence[Any]], *, formats: dict[str, str] | None = None, merged: Sequence[str] = ()
) -> Path:
    """A workbook of one sheet; `formats` are number formats by cell (A2)."""
    book = Workbook()
    sheet = book.active
    for cells in rows:
        sheet.append(cells)
    for place, form in (formats or {}).items():
        sheet[place].number_format = form
    for area in merged:
        sheet.merge_cells(area)
    file = folder / "feed.xlsx"
    book.save(file)
    return file

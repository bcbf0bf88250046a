"""Small files of every format that notices come with, made while a test runs."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

import docx
import openpyxl

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)  # the first sector of a doc, and nothing else


def pdf(text: str = "Five shared centres", pages: int = 1, *, stream: bytes | None = None) -> bytes:
    """A PDF with one line of Latin text a page; `stream` takes the place of the page's content, deflated."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>"]
    kids = " ".join(f"{4 + 2 * n} 0 R" for n in range(pages))
    objects.append(f"<< /Type /Pages /Count {pages} /Kids [{kids}] >>".encode())
    objects.append(b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>")
    for number in range(pages):
        content = stream or zlib.compress(f"BT /F1 12 Tf 72 720 Td ({text} {number + 1}) Tj ET".encode())
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Resources << /Font << /F1 3 0 R >> >> "
            b"/Contents %d 0 R >>" % (5 + 2 * number)
        )
        objects.append(b"<< /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream" % (len(content), content))
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)


def word(*paragraphs: str, table: list[list[str]] | None = None) -> bytes:
    document = docx.Document()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    if table:
        made = document.add_table(len(table), len(table[0]))
        for row, values in zip(made.rows, table, strict=True):
            for cell, value in zip(row.cells, values, strict=True):
                cell.text = value
    return _saved(document)


def sheet(rows: list[list[object]], name: str = "名单") -> bytes:
    book = openpyxl.Workbook()
    book.active.title = name
    for row in rows:
        book.active.append(row)
    return _saved(book)


def packed(members: dict[str, bytes], *, stated: int | None = None) -> bytes:
    """A zip; `stated` lies about the size of its last member, in the directory and in the member's head."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as container:
        for name, data in members.items():
            container.writestr(name, data)
    data = bytearray(buffer.getvalue())
    if stated is not None:
        at = data.rindex(b"PK\x01\x02") + 24
        data[at : at + 4] = struct.pack("<I", stated)
        head = data.rindex(b"PK\x03\x04") + 22
        data[head : head + 4] = struct.pack("<I", stated)
    return bytes(data)


def _saved(document: object) -> bytes:
    buffer = io.BytesIO()
    document.save(buffer)  # type: ignore[attr-defined]
    return buffer.getvalue()

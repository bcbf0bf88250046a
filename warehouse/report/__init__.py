"""The bundled report: one self-contained HTML page about a version of the warehouse.

Comes in: a connection to a build file or a published version. Goes out: one file that needs no network, no script and
no other file. Everything on it comes from the warehouse, so the same warehouse gives the same bytes: no clock, no run
ids, no fetch times. Never here: writing to the warehouse, or a number that a mart does not hold.

contents.py asks the marts (queries/*.sql) and arranges the answers; figures.py writes numbers; words.yml says what
codes are called; tiles.csv is where the 34 provincial units stand on the grid; templates/ holds the pages, the data
dictionary's too, and their style.
"""

from __future__ import annotations

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from warehouse.database import Connection
from warehouse.report import contents, figures

TEMPLATES = Path(__file__).parent / "templates"


def build(con: Connection, target: Path, *, is_sample: bool) -> None:
    """Write the report of this warehouse to `target`; `is_sample` puts the banner 「示例数据」 on it."""
    write(target, "report.html.j2", r=contents.read(con), is_sample=is_sample)


def write(target: Path, template: str, **values: object) -> None:
    """Write one page, made of a template and its values. Text is escaped; an unknown name raises."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        count=figures.count, yuan=figures.yuan, day=contents.day, month=contents.month, name=contents.name
    )
    page = environment.get_template(template).render(values)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(page + "\n", encoding="utf-8", newline="\n")

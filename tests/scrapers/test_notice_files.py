"""Whole runs with notices that come with files: fetched once, politely, archived with their notice, read, loaded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from scrapers import steps
from scrapers.archive import archive_path, read_captures
from scrapers.records import Capture
from scrapers.registry import Source
from scrapers.steps import StepResult
from tests.scrapers import files
from tests.scrapers.publisher import Page, Publisher, make_source

DAY = "2026-11-20"
HEX = "0123456789abcdef0123456789abcdef"
ARTICLE = f"/yzygj/c100068/202611/{HEX}.shtml"
ROOM = f"/yzygj/c100068/202611/{HEX}/files/"


def publish(site: Publisher, found: dict[str, bytes], text: str = "现将方案印发给你们。") -> None:
    links = "".join(f'<p><a href="{HEX}/files/{name}">附件:{name}</a></p>' for name in found)
    page = f"<html><body><h1>关于印发工作方案的通知</h1><div id='xw_box'><p>{text}</p>{links}</div></body></html>"
    entry = f'<li><a href="{ARTICLE}" title="通知">通知</a><span>2026-11-20</span></li>'
    listed = f"<ul class='zxxx_list'>{entry}</ul><p class='total_count'><span>1</span></p>"
    site.pages["/list.shtml"] = Page(f"<html><body>{listed}</body></html>".encode())
    site.pages[ARTICLE] = Page(page.encode(), conditional=True)
    site.pages |= {ROOM + name: Page(data) for name, data in found.items()}


def source(tmp_path: Path, site: Publisher, **fetch: Any) -> Source:
    return make_source(tmp_path / "sources", "news", urls=[f"{site.url}/list.shtml"], fetch=fetch)


def run(home: Path, source: Source) -> StepResult:
    return steps.fetch_source(home, source, DAY, None)


def kept(home: Path) -> dict[str, Capture]:
    found = sorted(read_captures(home, "news"), key=lambda c: c.finished_at)
    return {str(c.filename): c for c in found if c.role == "attachment"}


def test_files_are_archived_with_their_notice_and_read(tmp_path: Path, home: Path, site: Publisher) -> None:
    published = {
        "a.pdf": files.pdf(),
        "b.docx": files.word("建设五个资源共享中心。"),
        "c.xlsx": files.sheet([["甲市", 3]]),
        "d.doc": files.OLE,
        "e.zip": files.packed({"x.txt": b"abc"}),
    }
    publish(site, published)
    news = source(tmp_path, site)
    (result,) = steps.crawl(home, [news], DAY, None)
    assert result == StepResult("news", "ok", {"new": 1, "attachments": 5}, None)
    assert site.asked() == ["/list.shtml", ARTICLE, *(ROOM + name for name in published)]
    captures = kept(home)
    assert {c.parent_url for c in captures.values()} == {site.url + ARTICLE}
    for name, data in published.items():
        capture = captures[f"附件:{name}"]
        assert (capture.url, capture.outcome, capture.size) == (site.url + ROOM + name, "new", len(data))
        assert archive_path(home, capture.sha256 or "").read_bytes() == data

    rows = [pq.read_table(p).to_pylist()[0] for p in (home / "parsed").rglob("*.attachment.parquet")]
    assert {r["notice_id"] for r in rows} == {f"nhc:{HEX}"}
    assert {r["attachment_name"]: (r["file_format"], r["text_status"], r["attachment_text"]) for r in rows} == {
        "附件:a.pdf": ("pdf", "read", "Five shared centres 1"),
        "附件:b.docx": ("docx", "read", "建设五个资源共享中心。"),
        "附件:c.xlsx": ("xlsx", "read", "名单\n甲市\t3.0"),
        "附件:d.doc": ("doc", "no_reader", None),
        "附件:e.zip": ("zip", "listed", "x.txt\t3"),
    }
    assert steps.parse_pending(home, [news]) == 0

    site.requests.clear()
    assert run(home, news).outcome == "ok"
    assert ARTICLE in site.asked()
    assert not [p for p in site.asked() if p.startswith(ROOM)], "what is held is not asked for again"


def test_the_text_comes_to_the_warehouse(tmp_path: Path, home: Path, site: Publisher) -> None:
    import duckdb

    from warehouse import load

    publish(site, {"a.pdf": files.pdf()})
    news = source(tmp_path, site)
    steps.crawl(home, [news], DAY, None)
    con = duckdb.connect()
    load.prepare(con, "real")
    query = "select notice_id, attachment_name, text_status, attachment_text, load_run from raw.notice_attachment"
    for run_id in ("one", "two"):
        load.load(con, home, run_id, lambda file: None)
        assert con.execute(query).fetchall() == [
            (f"nhc:{HEX}", "附件:a.pdf", "read", "Five shared centres 1", "one")
        ], "exactly once"


def test_files_that_are_none_are_never_content(tmp_path: Path, home: Path, site: Publisher) -> None:
    publish(
        site,
        {
            "login.pdf": b"<html><head><title>x</title></head><body><form><input type=password></form></body></html>",
            "cut.pdf": files.pdf()[:-80],
            "bomb.xlsx": files.packed({"xl/workbook.xml": bytes(60_000_000)}),
            "good.pdf": files.pdf(),
        },
    )
    del site.pages[ROOM + "cut.pdf"]
    site.pages[ROOM + "cut.pdf"] = Page(files.pdf()[:-80])
    result = run(home, source(tmp_path, site))
    assert (result.outcome, result.counts) == ("suspect", {"new": 1, "suspect": 3, "attachments": 1})
    assert {name: c.outcome for name, c in kept(home).items() if c.sha256} == {"附件:good.pdf": "new"}
    assert [p for p in (home / "held").rglob("*") if p.is_file() and not p.name.startswith(".")] == []


def test_the_budget_counts_files_and_the_next_run_goes_on(tmp_path: Path, home: Path, site: Publisher) -> None:
    publish(site, {f"{n}.pdf": files.pdf(str(n)) for n in range(6)})
    news = source(tmp_path, site, budget=6)  # robots.txt, the list, the notice and three files
    assert run(home, news).counts == {"new": 1, "attachments": 3}
    assert run(home, news).counts == {"not_modified": 1, "attachments": 3}
    assert len(kept(home)) == 6


def test_a_changed_notice_has_its_files_asked_for_again(tmp_path: Path, home: Path, site: Publisher) -> None:
    publish(site, {"a.pdf": files.pdf("old")})
    news = source(tmp_path, site)
    run(home, news)
    publish(site, {"a.pdf": files.pdf("new")}, text="方案已修订。")
    assert run(home, news).counts == {"changed": 1, "attachments": 1}
    assert kept(home)["附件:a.pdf"].outcome == "changed"


def test_files_may_be_few_or_none(tmp_path: Path, home: Path, site: Publisher) -> None:
    publish(site, {f"{n}.pdf": files.pdf(str(n)) for n in range(3)})
    assert run(home, source(tmp_path / "1", site, attachments=0)).counts == {"new": 1}
    assert run(home, source(tmp_path / "2", site, attachments=2)).counts == {"not_modified": 1, "attachments": 2}


def test_a_dropped_file_is_read_like_one_of_a_notice(tmp_path: Path, home: Path, site: Publisher) -> None:
    publish(site, {})
    (home / "inbox" / "news").mkdir()
    (home / "inbox" / "news" / "方案.pdf").write_bytes(files.pdf())
    (home / "inbox" / "news" / "torn.pdf").write_bytes(files.pdf()[:-80])
    news = source(tmp_path, site)
    (result,) = steps.crawl(home, [news], DAY, None)
    assert result.counts == {"new": 1, "suspect": 1, "attachments": 1}
    (row,) = [pq.read_table(p).to_pylist()[0] for p in (home / "parsed").rglob("*.attachment.parquet")]
    assert (row["notice_id"], row["url"], row["text_status"]) == (None, "inbox:news/方案.pdf", "read")


def test_a_short_notice_whose_text_is_in_its_files_says_so() -> None:
    from scrapers.notices import parse_page

    title, link = "<h1>关于印发工作方案的通知</h1>", "<p><a href='a/files/1.pdf'>工作方案.pdf</a></p>"
    line = "<p>现将方案印发给你们,请认真组织实施。</p>"

    def flags(body: str) -> list[str]:
        return parse_page(f"<html><body>{title}<div id='xw_box'>{body}</div></body></html>".encode()).flags

    assert "body_in_attachment" in flags(line + link)
    assert "body_in_attachment" not in flags(line)
    assert "body_in_attachment" not in flags(line * 30 + link), "a form below a whole notice"
    assert "body_in_attachment" not in parse_page("关于印发方案的通知\n见附件 a.pdf".encode()).flags

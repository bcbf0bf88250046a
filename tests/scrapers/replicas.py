"""Replicas on loopback of the kinds of site that real sources come from, in our own words.

Each behaves as public crawlers describe the real one (SPEC E): addresses, markup, paging, what it answers to
conditions, its odd sides. A source's own source.yml runs against them with nothing changed but the hosts in `urls`
and the pace (`localised`).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from scrapers import registry
from scrapers.registry import PACKAGED, Source
from tests.scrapers.publisher import Publisher

TEXT = "各紧密型城市医疗集团要加快建设资源共享中心,推进检查检验结果互认,引导优质医疗资源下沉到基层医疗卫生机构。" * 2


@dataclass(frozen=True)
class Article:
    """`path` is where it stands; `number` only makes it differ from the others."""

    path: str
    title: str
    day: str
    text: str = TEXT

    @property
    def markup(self) -> bytes:
        return f"""<!DOCTYPE html><html><head><meta charset="utf-8"><meta name="ArticleTitle" content="{self.title}">
<meta name="PubDate" content="{self.day}"><title>{self.title}</title></head><body><div class="list">
<div class="tit">{self.title}</div><div class="source"><span>发布时间:{self.day}</span></div>
<div class="con" id="xw_box"><p>{self.text}</p></div><div class="fx">分享到</div></div></body></html>""".encode()


def articles(
    count: int, folder: str = "/yzygj/c100068", first: int = 0, newest: date = date(2026, 11, 20)
) -> list[Article]:
    """Numbered ones, the newest first, one a day."""
    made = []
    for number in range(first + count - 1, first - 1, -1):
        day = newest - timedelta(days=first + count - 1 - number)
        name = hashlib.md5(f"{folder}{number}".encode()).hexdigest()
        path = f"{folder}/{day:%Y%m}/{name}.shtml"
        made.append(Article(path, f"关于资源共享中心建设的第{number}号通知", day.isoformat(), f"第{number}号。{TEXT}"))
    return made


class Nhc(Publisher):
    """nhc.gov.cn: lists of 24, drawn by a script but for their entries, whose last page comes again for ever."""

    PER_PAGE = 24

    def __init__(self) -> None:
        super().__init__()
        self.lists: dict[str, list[Article]] = {}  # path of the first page, without its ending
        self.states_total = True

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        """Pages are made when they are asked for, so that a test may change what is published."""
        path = urlsplit(handler.path).path
        found = re.fullmatch(r"(.+?)(?:_(\d+))?\.shtml", path)
        if found and found[1] in self.lists:
            send(handler, self._list(self.lists[found[1]], int(found[2] or 1), found[1].rpartition("/")[2]))
            return
        name = path.rpartition("/")[2]  # old and new codes of a column serve one page
        for each in self.lists.values():
            for article in each:
                if article.path.endswith(f"/{name}"):
                    send(handler, article.markup)
                    return
        send(handler, b"", status=404)

    def _list(self, published: Sequence[Article], number: int, name: str) -> bytes:
        pages = max(1, -(-len(published) // self.PER_PAGE))
        shown = published[(min(number, pages) - 1) * self.PER_PAGE :][: self.PER_PAGE]
        items = "\n".join(
            f'<li><a href="{a.path}" target="_blank" title="{a.title}">{a.title[:12]}…</a>'
            f'<span class="ml">{a.day}</span></li>'
            for a in shown
        )
        total = f'<span class="total_count">共<span>{len(published)}</span>条</span>' if self.states_total else ""
        pager = f"createPageHTML('page_div',{pages},{number},'{name}','shtml',{len(published)});" if total else ""
        return f"""<!DOCTYPE html><html><head><meta charset="utf-8"><title>通知公告</title></head><body>
<ul class="nav"><li><a href="/">首页</a></li></ul><div class="w1024"><ul class="zxxx_list">{items}</ul>
<div id="page_div">{total}</div><script>{pager}</script>
</div></body></html>""".encode()


def send(
    handler: BaseHTTPRequestHandler, body: bytes, media_type: str = "text/html; charset=utf-8", status: int = 200
) -> None:
    """With ETag and Last-Modified, and 304 to who holds it."""
    etag = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
    is_held = status == 200 and handler.headers.get("If-None-Match") == etag
    handler.send_response(304 if is_held else status)
    handler.send_header("ETag", etag)
    handler.send_header("Last-Modified", formatdate(1_700_000_000, usegmt=True))
    if not is_held:
        handler.send_header("Content-Type", media_type)
        handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    if not is_held:
        handler.wfile.write(body)


def localised(
    folder: Path, source_id: str, site: Publisher, variables: dict[str, str] | None = None, **changes: Any
) -> Source:
    """A packaged source pointed at a replica: other hosts in `urls`, a pace for tests, switched on; nothing else."""
    content = yaml.safe_load((PACKAGED / source_id / "source.yml").read_text(encoding="utf-8"))
    content["urls"] = [_local(item, site) for item in content["urls"]]
    content["status"] = "active"
    content["fetch"].pop("window", None)
    content["fetch"] |= {"min_interval_s": 0, "allow_private": True, "plain_http": True, "timeout_s": 5}
    content["fetch"] |= changes.pop("fetch", {})
    content |= changes
    path = folder / source_id / "source.yml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return registry.load([folder], variables)[source_id]


def _local(item: str | list[str], site: Publisher) -> Any:
    if isinstance(item, list):
        return [_local(each, site) for each in item]
    return re.sub(r"^https?://[^/]+", site.url, item)

"""The sample notices as HTML: list pages and articles, in the markup of nhc.gov.cn and with its chrome around them.

Comes in: articles. Goes out: markup. Never here: what notices say.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from html import escape

from scrapers.sample_site.notices import CELLS, SOURCE, Article
from scrapers.sample_site.prints import SPAM_HEAD, SPAM_TAIL, dress

PER_PAGE = 24
SITE_NAME = "示例数据站(示例数据,非政府网站)"
ROBOTS = "# 示例数据\nUser-agent: *\nAllow: /\n"

# Beside every article, as such sites have them: headlines with figures that belong to no article.
HEADLINES = (
    "示例数据:某地医共体基层诊疗占比升至66.6%",
    "示例数据:某市三年建成共享中心88个",
    "示例数据:家庭医生签约服务周活动开始报名",
    "示例数据:一图看懂双向转诊流程",
)


def home() -> str:
    links = '<ul><li><a href="/nhc/yzygj/s7659/new_list.shtml">示例通知</a></li></ul>'
    feeds = "".join(
        f'<li><a href="/feeds/sample_feed_{p}/index.json">sample_feed_{p}</a></li>' for p in ("north", "south", "west")
    )
    return _page("示例数据站", f"<h1>示例数据站</h1><p>本站内容均为虚构。</p>{links}<ul>{feeds}</ul>")


def list_number(path: str, first: str) -> int | None:
    """Which page of the list a path is: 1 for …/new_list.shtml; None where it is none."""
    found = re.fullmatch(re.escape(first) + r"(?:_(\d{1,6}))?\.shtml", path)
    return int(found[1] or 1) if found else None


def article_list(articles: Sequence[Article], number: int, first: str) -> str:
    """One page of the list. Numbers beyond the last page bring the last page again, as the real site does."""
    pages = max(1, -(-len(articles) // PER_PAGE))
    number = min(max(number, 1), pages)
    items = "".join(
        f'<li><a href="{a.path}" target="_blank" title="{escape(a.title)}">{escape(a.title)}</a>'
        f'<span class="ml">{a.date}</span></li>\n'
        for a in articles[(number - 1) * PER_PAGE : number * PER_PAGE]
    )
    body = f"""<div class="w1024 mb50"><h3>示例通知(示例数据)</h3>
<ul class="zxxx_list">
{items}</ul>
<div id="page_div"><span class="total_count">共<span>{len(articles)}</span>条</span></div>
<script>createPageHTML('page_div', {pages}, {number}, '{first.rpartition("/")[2]}', 'shtml', {len(articles)});</script>
</div>"""
    return _page(f"示例数据:示例通知列表 第{number}页", body)


def article(a: Article) -> str:
    title = dress(a.title, a.print, a.path)
    lines = [a.doc_number, *(_dressed(text, a) for text in a.paragraphs)]
    if a.print == "cluttered":
        lines = [*lines, "相关新闻", *a.related, SPAM_TAIL]
    paragraphs = "\n".join(_drawn(lines))
    clutter = f"<p>{SPAM_HEAD}</p>\n" if a.print == "cluttered" else ""
    headlines = "".join(f'<li><a href="/">{escape(h)}</a></li>' for h in HEADLINES)
    meta = {"ArticleTitle": title, "PubDate": f"{a.date} 09:00:00", "ColumnName": a.column, "SiteName": SITE_NAME}
    head = "".join(f'<meta name="{name}" content="{escape(value)}">\n' for name, value in meta.items())
    body = f"""{clutter}<div class="index_title"><a href="/">首页</a> &gt; {escape(a.column)}(示例数据)</div>
<div class="list">
<div class="tit">{escape(title)}</div>
<div class="source"><span>发布时间:{a.date}</span><span class="mr">来源:{SOURCE}</span></div>
<div class="con" id="xw_box">
{paragraphs}
</div>
<div class="fx"><span>分享到</span><a href="#">微信</a><a href="#">微博</a></div>
</div>
<div class="side"><h4>相关新闻(示例数据)</h4><ul>{headlines}</ul></div>"""
    return _page(title, body, head)


def _dressed(text: str, a: Article) -> str:
    return CELLS.join(dress(cell, a.print, a.path) for cell in text.split(CELLS))


def _drawn(lines: Sequence[str]) -> Iterator[str]:
    """Paragraphs, and tables of the rows that stand below each other."""
    for is_table, run in itertools.groupby(lines, key=lambda line: CELLS in line):
        if is_table:
            cells = ("".join(f"<td>{escape(cell)}</td>" for cell in line.split(CELLS)) for line in run)
            yield "\n".join(["<table>", *(f"<tr>{row}</tr>" for row in cells), "</table>"])
        else:
            yield from (f"<p>{escape(line)}</p>" for line in run)


def _page(title: str, body: str, head: str = "") -> str:
    return f"""<!DOCTYPE html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
{head}<title>{escape(title)}_{SITE_NAME}</title>
</head>
<body>
<div class="header">「示例数据」本站由软件自动生成,内容均为虚构</div>
{body}
<div class="footer">示例数据站 | 仅供演示和测试 | 无备案号</div>
</body>
</html>
"""

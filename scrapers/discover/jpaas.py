"""Lists of the JPaaS publishing platform, on which many provincial and city commissions run.

Comes in: the bytes of an answer and its address. Goes out: entries and the total. Never here: fetching.

The list page itself is filled by a script; the script's address is what a source names. Two generations answer:

    /api-gateway/jpaas-publish-server/front/page/build/unit?webId=…&pageId=…&tplSetId=…&parseType=bulidstatic
        &pageType=column&tagId=…&paramJson={"pageNo":1,"pageSize":15}
      → {"success": true, "data": {"html": "<ul><li>…"}}       the markup of one page; the pager states `count`
    /module/web/jpage/dataproxy.jsp?startrecord=1&endrecord=45&perpage=15&columnid=…&unitid=…
      → <datastore><totalrecord>…</totalrecord><recordset><record><![CDATA[<li>…]]></record>…   or the same with page=

An entry is what `discover.item` selects in that markup, by default `li`.
"""

from __future__ import annotations

import json
import re

import orjson

from scrapers.addresses import parameters, with_parameters
from scrapers.discover import ListPage, ShapeChanged
from scrapers.discover.list_pages import read_markup
from scrapers.fetch import challenge
from scrapers.registry import Discover

ITEM = "li"
PAGE_SIZE = 15

_RECORD = re.compile(r"<record>\s*(?:<!\[CDATA\[)?(.*?)(?:\]\]>)?\s*</record>", re.S | re.I)
_TOTAL_RECORD = re.compile(r"<totalrecord>\s*(\d+)", re.I)
_COUNT = re.compile(r"\bcount['\"]?\s*[:=]\s*['\"]?(\d+)", re.I)


def page_address(first: str, number: int, rules: Discover) -> str | None:
    if number == 1:
        return first
    stated = parameters(first)
    if "startrecord" in stated:
        begin, end = int(stated["startrecord"]), int(stated["endrecord"])
        step = (end - begin + 1) * (number - 1)
        return with_parameters(first, {"startrecord": str(begin + step), "endrecord": str(end + step)})
    if "dataproxy.jsp" in first:
        return with_parameters(first, {"page": str(number)})
    wish = json.loads(stated.get("paramJson", "{}"))
    wish = {"pageSize": PAGE_SIZE, **wish, "pageNo": number}
    return with_parameters(first, {"paramJson": json.dumps({"pageNo": number, "pageSize": wish["pageSize"]} | wish)})


def read(data: bytes, base: str, rules: Discover, encoding: str | None = None) -> ListPage:
    """Raises ShapeChanged where the answer is of neither generation, or says that it failed."""
    text = challenge.decode(data, encoding).lstrip("\ufeff \t\r\n")
    markup, total = _of_unit(text) if text.startswith("{") else _of_data_proxy(text)
    page = read_markup(markup, base, rules.item or ITEM, rules.article_pattern)
    page.total = int(total[1]) if total else None
    return page


def _of_unit(text: str) -> tuple[str, re.Match[str] | None]:
    try:
        answer = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise ShapeChanged("the platform's answer is broken JSON") from None
    content = answer.get("data")
    markup = content.get("html") if isinstance(content, dict) else None
    if answer.get("success") is False or not isinstance(markup, str):
        raise ShapeChanged(f"the platform answered without data.html (success {answer.get('success')})")
    return markup, _COUNT.search(markup)


def _of_data_proxy(text: str) -> tuple[str, re.Match[str] | None]:
    if "<recordset" not in text and "<datastore" not in text:
        raise ShapeChanged("the platform answered neither JSON nor a datastore")
    return "\n".join(_RECORD.findall(text)), _TOTAL_RECORD.search(text)

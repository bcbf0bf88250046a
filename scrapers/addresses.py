"""Addresses of the web: their one spelling, what they name, and their query's parameters.

Comes in: addresses as pages and source.yml write them. Goes out: addresses, and the key of what they name. Never here:
asking for them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote, unquote_plus, urldefrag, urljoin, urlsplit, urlunsplit

_HEX_NAME = re.compile(r"/([0-9a-f]{32})\.s?html?(?:[?#]|$)", re.I)


def absolute(base: str, href: str) -> str | None:
    """The canonical address of a link: absolute, without fragment, host in lower case; None where it is no web page."""
    try:
        parts = urlsplit(urldefrag(urljoin(base, href.strip())).url)
        parts.port  # noqa: B018  # raises where it is no number
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.netloc:
        return None
    return urlunsplit((parts.scheme, parts.netloc.lower(), parts.path or "/", parts.query, ""))


def natural_key(url: str) -> str:
    """What names an article whatever its address: the 32 hex digits of an NHC page, else the address.

    nhc.gov.cn serves one page under http and https and under old and new codes of its column (SPEC E).
    """
    match = _HEX_NAME.search(url)
    return f"nhc:{match[1].lower()}" if match else f"url:{url}"


def is_same_host(url: str, base: str) -> bool:
    return urlsplit(url).hostname == urlsplit(base).hostname


def with_parameters(url: str, changes: Mapping[str, str]) -> str:
    """The address with these parameters replaced, or added at the end."""
    parts, left = urlsplit(url), dict(changes)
    query: list[str] = []
    for item in parts.query.split("&") if parts.query else ():
        name = unquote_plus(item.partition("=")[0])
        query.append(f"{item.partition('=')[0]}={quote(left.pop(name), safe='')}" if name in left else item)
    query += [f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in left.items()]
    return urlunsplit(parts._replace(query="&".join(query)))


def parameters(url: str) -> dict[str, str]:
    """The query's parameters, decoded; of one that comes twice, the last."""
    items = (item.partition("=") for item in urlsplit(url).query.split("&") if item)
    return {unquote_plus(name): unquote_plus(value) for name, _, value in items}

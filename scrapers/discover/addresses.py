"""Addresses with other query parameters; the order and the spelling of the rest stay as they are."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote, unquote_plus, urlsplit, urlunsplit


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

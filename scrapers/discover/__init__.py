"""How a source's addresses are found: list pages (list_pages), feed manifests (feed_manifest).

These modules read what was fetched and say what to fetch next; they fetch nothing themselves.
"""

from __future__ import annotations

from urllib.parse import urldefrag, urljoin, urlsplit, urlunsplit


def absolute(base: str, href: str) -> str | None:
    """The canonical address of a link: absolute, without fragment, host in lower case; None where it is no web page."""
    try:
        parts = urlsplit(urldefrag(urljoin(base, href.strip())).url)
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.netloc:
        return None
    return urlunsplit((parts.scheme, parts.netloc.lower(), parts.path or "/", parts.query, ""))

"""Feed platforms that publish files, each with a manifest beside it.

Comes in: a listing (the HTML index of a directory, or an index.json) or a manifest, and its address. Goes out:
addresses of manifests and further listings, and `Manifest`. Never here: fetching, or believing a manifest (the
bytes of its file are compared with its sha256 before they count).

A manifest is a JSON object:

    {"file": "2026-11-19.ndjson.gz", "sha256": "<64 hex>", "rows": 1200,
     "produced_at": "2026-11-20T01:00:00+08:00", "period_from": "2026-11-19", "period_to": "2026-11-19"}

`file` is an address relative to the manifest's and stays on its host; the rest but sha256 may be absent. An
index.json is a list, or an object with the list as `manifests`; each item is the address of a manifest, or a
manifest itself (`file` is then relative to the index.json). An HTML index links to `*manifest.json`, and may link
to directories below it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import orjson
from bs4 import BeautifulSoup

from scrapers.addresses import absolute
from scrapers.discover import Visit, assert_count
from scrapers.fetch.challenge import Verdict


class ListingError(ValueError):
    """A listing or manifest is not what the module's text says."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a publisher says of one of its files. Times and dates as the publisher writes them."""

    file_url: str
    sha256: str
    rows: int | None = None
    produced_at: str | None = None
    period_from: str | None = None
    period_to: str | None = None


@dataclass(slots=True)
class Listing:
    """What a listing leads to, in its order."""

    manifest_urls: list[str] = field(default_factory=list)
    manifests: list[Manifest] = field(default_factory=list)
    listing_urls: list[str] = field(default_factory=list)


def walk(visit: Visit) -> None:
    """Listings, then manifests, then the files whose sha256 the archive does not hold for this source."""
    source, archive = visit.source, visit.archive
    listings = list(source.urls)
    manifest_urls: dict[str, None] = {}
    manifests: list[Manifest] = []
    for url in listings:  # grows while it is walked: directories below directories
        capture, data = visit.ask(url, "discovery", "listing", check=_is_listing(url))
        if data is None:
            if capture.outcome == "missing":
                visit.fault("error", f"{url}: the listing is missing (HTTP {capture.http_status})")
            continue
        listing = read_listing(data, url)
        manifest_urls |= dict.fromkeys(listing.manifest_urls)
        manifests += listing.manifests
        room = source.discover.max_pages - len(listings)
        listings += [u for u in listing.listing_urls if u not in listings][:room]
    count = len(manifest_urls) + len(manifests)
    assert_count(visit, count)
    for number, url in enumerate(sorted(manifest_urls, key=lambda u: archive.last_attempt(source.id, u)), 1):
        _, data = visit.ask(url, "manifest", "listing", check=_is_manifest(url))
        if data is not None:
            _ask_file(visit, read_manifest(data, url))
        visit.tell(source.id, number, count)
    manifests.sort(key=lambda m: archive.last_attempt(source.id, m.file_url))
    for number, manifest in enumerate(manifests, 1 + len(manifest_urls)):
        _ask_file(visit, manifest)
        visit.tell(source.id, number, count)


def _ask_file(visit: Visit, manifest: Manifest) -> None:
    if visit.archive.holds(visit.source.id, manifest.sha256):
        return
    capture, _ = visit.ask(manifest.file_url, "document", "file", sha256=manifest.sha256)
    if capture.outcome == "missing":
        visit.fault("error", f"{capture.url}: promised by a manifest, and missing")


def read_listing(data: bytes, base: str) -> Listing:
    """Read an index.json or the HTML index of a directory. Raises ListingError."""
    if data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"["):
        return _read_json_index(data, base)
    return _read_html_index(data, base)


def read_manifest(data: bytes, base: str) -> Manifest:
    """Read the bytes of one manifest. Raises ListingError."""
    return _manifest(_json(data, "manifest"), base, "manifest")


def _read_json_index(data: bytes, base: str) -> Listing:
    content = _json(data, "listing")
    items = content.get("manifests") if isinstance(content, dict) else content
    if not isinstance(items, list):
        raise ListingError("listing: neither a list nor an object with the list `manifests`")
    listing = Listing()
    for number, item in enumerate(items):
        where = f"listing, item {number}"
        if isinstance(item, str):
            listing.manifest_urls.append(_near(base, item, where))
        else:
            listing.manifests.append(_manifest(item, base, where))
    return listing


def _read_html_index(data: bytes, base: str) -> Listing:
    listing = Listing()
    for link in BeautifulSoup(data, "lxml").select("a[href]"):
        url = absolute(base, str(link["href"]))
        if url is None or not _is_same_origin(url, base):
            continue
        path, here = urlsplit(url).path, urlsplit(base).path.rsplit("/", 1)[0] + "/"
        if path.endswith("manifest.json"):
            listing.manifest_urls.append(url)
        elif path.endswith("/") and path.startswith(here) and path != here and not urlsplit(url).query:
            listing.listing_urls.append(url)  # below this one; sort links and the parent are not
    listing.manifest_urls = list(dict.fromkeys(listing.manifest_urls))
    listing.listing_urls = list(dict.fromkeys(listing.listing_urls))
    return listing


def _manifest(content: Any, base: str, where: str) -> Manifest:
    if not isinstance(content, dict):
        raise ListingError(f"{where}: not a JSON object")
    sha256 = content.get("sha256")
    if not isinstance(sha256, str) or not re.fullmatch(r"[0-9a-fA-F]{64}", sha256):
        raise ListingError(f"{where}: sha256 is not 64 hex digits")
    rows = content.get("rows")
    if rows is not None and (not isinstance(rows, int) or isinstance(rows, bool) or rows < 0):
        raise ListingError(f"{where}: rows is not a count")
    return Manifest(
        file_url=_near(base, content.get("file"), f"{where}: file"),
        sha256=sha256.lower(),
        rows=rows,
        **{key: _text(content, key, where) for key in ("produced_at", "period_from", "period_to")},
    )


def _text(content: dict[str, Any], key: str, where: str) -> str | None:
    value = content.get(key)
    if value is not None and not isinstance(value, str):
        raise ListingError(f"{where}: {key} is not a text")
    return value


def _near(base: str, href: object, where: str) -> str:
    """The address of something on the same host."""
    url = absolute(base, href) if isinstance(href, str) and href else None
    if url is None or not _is_same_origin(url, base):
        raise ListingError(f"{where}: not an address on the same host")
    return url


def _is_same_origin(url: str, base: str) -> bool:
    return urlsplit(url)[:2] == urlsplit(absolute(base, "") or base)[:2]


def _json(data: bytes, what: str) -> Any:
    try:
        return orjson.loads(data.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError:
        raise ListingError(f"{what}: not JSON") from None


def _is_listing(url: str) -> Callable[[bytes], Verdict | None]:
    return lambda data: _fault_of(lambda: read_listing(data, url))


def _is_manifest(url: str) -> Callable[[bytes], Verdict | None]:
    return lambda data: _fault_of(lambda: read_manifest(data, url))


def _fault_of(read: Callable[[], object]) -> Verdict | None:
    try:
        read()
    except ListingError as error:
        return Verdict("suspect", str(error))
    return None

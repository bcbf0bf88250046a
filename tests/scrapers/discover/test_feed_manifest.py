"""Listings and manifests of feed platforms."""

from __future__ import annotations

import json
from typing import Any

import pytest

from scrapers.discover.feed_manifest import ListingError, Manifest, read_listing, read_manifest

BASE = "http://127.0.0.1:8/feeds/index.json"
SHA = "ab" * 32


def manifest(**changes: Any) -> dict[str, Any]:
    return {"file": "day.ndjson", "sha256": SHA, "rows": 3} | changes


def test_a_manifest() -> None:
    stated = manifest(produced_at="2026-11-20T01:00:00+08:00", period_from="2026-11-19", period_to="2026-11-19", more=1)
    assert read_manifest(b"\xef\xbb\xbf" + json.dumps(stated).encode(), BASE) == Manifest(
        "http://127.0.0.1:8/feeds/day.ndjson", SHA, 3, "2026-11-20T01:00:00+08:00", "2026-11-19", "2026-11-19"
    )


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"sha256": None}, "sha256"),
        ({"sha256": "ab"}, "sha256"),
        ({"file": None}, "file"),
        ({"file": ""}, "file"),
        ({"file": "http://elsewhere.org/day.ndjson"}, "file"),
        ({"file": "//169.254.169.254/day.ndjson"}, "file"),
        ({"file": "file:///etc/passwd"}, "file"),
        ({"rows": -1}, "rows"),
        ({"rows": True}, "rows"),
        ({"period_to": 20261119}, "period_to"),
    ],
)
def test_a_wrong_manifest_names_its_fault(change: dict[str, Any], named: str) -> None:
    with pytest.raises(ListingError, match=named):
        read_manifest(json.dumps(manifest(**change)).encode(), BASE)


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b'"x"', b"<html></html>"])
def test_what_is_no_manifest(data: bytes) -> None:
    with pytest.raises(ListingError):
        read_manifest(data, BASE)


def test_an_index_of_addresses_and_of_manifests() -> None:
    index = {"manifests": ["a/x.manifest.json", "/feeds/y.manifest.json", manifest(file="a/x.csv")]}
    for content in (index, index["manifests"]):
        listing = read_listing(json.dumps(content).encode(), BASE)
        assert listing.manifest_urls == [
            "http://127.0.0.1:8/feeds/a/x.manifest.json",
            "http://127.0.0.1:8/feeds/y.manifest.json",
        ]
        assert [m.file_url for m in listing.manifests] == ["http://127.0.0.1:8/feeds/a/x.csv"]


@pytest.mark.parametrize("content", [{}, {"manifests": {}}, [1], ["http://elsewhere.org/a.manifest.json"], [None]])
def test_a_wrong_index_is_refused(content: Any) -> None:
    with pytest.raises(ListingError):
        read_listing(json.dumps(content).encode(), BASE)


def test_an_html_index_with_directories() -> None:
    page = b"""<html><h1>Index of /feeds/</h1><a href="../">up</a><a href="?C=M;O=A">sort</a><a href="/">root</a>
    <a href="group_1/">group_1/</a><a href="day.manifest.json">m</a><a href="day.ndjson">f</a>
    <a href="day.manifest.json">again</a><a href="http://elsewhere.org/b.manifest.json">b</a></html>"""
    listing = read_listing(page, "http://127.0.0.1:8/feeds/")
    assert listing.manifest_urls == ["http://127.0.0.1:8/feeds/day.manifest.json"]
    assert listing.listing_urls == ["http://127.0.0.1:8/feeds/group_1/"]

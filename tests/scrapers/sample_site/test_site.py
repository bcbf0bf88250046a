"""The sample site over HTTP: conditional requests, faults, the request log, and the project's own fetching on it."""

from __future__ import annotations

import http.client
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from scrapers import registry, steps
from scrapers.discover import list_pages
from scrapers.sample_site import SampleSite

LIST = "/nhc/yzygj/s7659/new_list.shtml"
INDEX = "/feeds/sample_feed_north/index.json"


@pytest.fixture
def site() -> SampleSite:
    return SampleSite(pilots=30, days=3, groups_per_pilot=(1, 1))


@pytest.fixture
def address(site: SampleSite) -> Iterator[str]:
    with site.serve() as address:
        yield address


def get(url: str, **headers: str) -> requests.Response:
    return requests.get(url, headers=headers, timeout=10)


def test_the_list_leads_to_every_article_and_its_last_page_loops(site: SampleSite, address: str) -> None:
    found: list[str] = []
    sizes = []
    for number in (1, 2, 3):
        url = list_pages.page_address(address + LIST, number)
        entries = list_pages.entries(get(url).text, url)
        sizes.append(len(entries))
        found += [entry.url for entry in entries]
        assert all(entry.date and "示例数据" in entry.title for entry in entries)
    assert sizes == [24, 24, 12]
    assert found == [address + article.path for article in site.articles]
    assert list_pages.total(get(address + LIST).text) == len(set(found)) == 60
    third, ninth = (get(list_pages.page_address(address + LIST, n)).content for n in (3, 9))
    assert third == ninth


def test_an_article_is_built_like_the_real_ones(site: SampleSite, address: str) -> None:
    article = site.articles[0]
    assert re.fullmatch(r"/nhc/yzygj/s9999/\d{6}/[0-9a-f]{32}\.shtml", article.path)
    page = get(address + article.path)
    assert page.encoding == "utf-8"
    for piece in (
        f'<meta name="ArticleTitle" content="{article.title}">', '<meta name="PubDate" content="2026-',
        '<meta name="ColumnName"', '<meta name="SiteName"', '<div class="tit">', '<div class="source">',
        '<div class="con" id="xw_box">', '<div class="fx">', "示例数据",
    ):  # fmt: skip
        assert piece in page.text


def test_what_a_client_holds_is_not_sent_again(site: SampleSite, address: str) -> None:
    file = next(name for source_id, name, _ in site.feed_files() if source_id == "sample_feed_north")
    for path in (LIST, site.articles[3].path, INDEX, f"/feeds/sample_feed_north/{file}", "/robots.txt", "/"):
        first = get(address + path)
        assert first.status_code == 200, path
        for condition in ({"If-None-Match": first.headers["ETag"]},
                          {"If-Modified-Since": first.headers["Last-Modified"]}):  # fmt: skip
            again = get(address + path, **condition)
            assert (again.status_code, again.content) == (304, b""), path
        other = get(address + path, **{"If-None-Match": '"x"', "If-Modified-Since": first.headers["Last-Modified"]})
        assert other.status_code == 200, path


def test_one_connection_serves_many_requests(address: str) -> None:
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=10)
    for method in ("GET", "HEAD", "GET"):
        connection.request(method, LIST)
        socket_used = connection.sock
        answer = connection.getresponse()
        assert (answer.status, bool(answer.read())) == (200, method == "GET")
        assert connection.sock is socket_used is not None
    connection.close()


def test_what_is_not_there_is_missing(address: str) -> None:
    for path in ("/nhc/none.shtml", "/feeds/sample_feed_east/index.json", "/feeds/north/index.json", "/faults/what/"):
        assert get(address + path).status_code == 404


def test_requests_are_remembered(site: SampleSite, address: str) -> None:
    get(address + LIST)
    get(address + "/nowhere?x=1")
    assert [(r.method, r.path, r.status) for r in site.requests] == [("GET", LIST, 200), ("GET", "/nowhere?x=1", 404)]
    assert site.requests[0].at <= site.requests[1].at


def test_faults(site: SampleSite, address: str) -> None:
    assert get(f"{address}/faults/500/list.shtml").status_code == 500
    challenge = get(f"{address}/faults/412/list.shtml")
    assert challenge.status_code == 412
    assert "<script>" in challenge.text
    with pytest.raises(requests.ReadTimeout):
        requests.get(f"{address}/faults/hang/list.shtml", timeout=0.5)
    with requests.get(f"{address}/faults/drip/list.shtml", timeout=5, stream=True) as dripping:
        pieces = dripping.iter_content(1)
        assert [next(pieces), next(pieces)] == [b" ", b" "]


def test_stopping_does_not_wait_for_whoever_hangs() -> None:
    site = SampleSite(pilots=1, days=1)
    with site.serve() as address:
        parts = urlsplit(address)
        client = socket.create_connection((str(parts.hostname), parts.port or 0), timeout=10)
        client.sendall(b"GET /faults/hang/ HTTP/1.1\r\nHost: x\r\n\r\n")
        deadline = time.monotonic() + 10
        while not site.requests and time.monotonic() < deadline:
            time.sleep(0.01)
        started = time.monotonic()
    assert time.monotonic() - started < 5
    assert client.recv(100) == b""
    client.close()


@pytest.mark.parametrize(
    ("fault", "outcome"), [("500", "error"), ("412", "blocked"), ("hang", "error"), ("drip", "error")]
)
def test_a_faulty_list_ends_as_it_should(address: str, tmp_path: Path, fault: str, outcome: str) -> None:
    folder = tmp_path / "sources" / "faulty"
    folder.mkdir(parents=True)
    packaged = (registry.PACKAGED / "sample_nhc" / "source.yml").read_text(encoding="utf-8")
    told = packaged.replace("id: sample_nhc", "id: faulty").replace(LIST, f"/faults/{fault}/list.shtml")
    told = told.replace("  budget: 500", "  budget: 500\n  timeout_s: 0.5\n  deadline_s: 2\n  retries: 0")
    (folder / "source.yml").write_text(told, encoding="utf-8")
    source = registry.load([folder.parent], {"sample_site": address})["faulty"]
    result = steps.fetch_source(tmp_path / "home", source, "2026-09-15", None)
    assert result.outcome == outcome, result.error
    assert set(result.counts) <= {outcome}


def test_the_second_collection_fetches_nothing(site: SampleSite, address: str, tmp_path: Path) -> None:
    sources = registry.load(variables={"sample_site": address})
    feeds = [sources[f"sample_feed_{platform}"] for platform in ("north", "south")]
    first = steps.collect(tmp_path, feeds, "2026-09-15", None)
    assert [r.outcome for r in first] == ["ok", "ok"]
    names = [name for source_id, name, _ in site.feed_files() if not source_id.endswith("west")]
    assert sum(r.counts["new"] for r in first) == len(names)
    asked = len(site.requests)
    second = steps.collect(tmp_path, feeds, "2026-09-16", None)
    assert [r.outcome for r in second] == ["ok", "ok"]
    assert {(r.status, r.path) for r in site.requests[asked:]} == {
        *((304, source.urls[0].removeprefix(address)) for source in feeds), (200, "/robots.txt"),
    }  # fmt: skip


def run(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "scrapers.sample_site", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_the_command_serves_until_it_is_told_to_stop() -> None:
    with run("--port", "0", "--pilots", "1", "--days", "1") as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        found = re.fullmatch(r"示例数据 (http://127\.0\.0\.1:\d+)\n", line)
        assert found
        assert "Allow: /" in get(f"{found[1]}/robots.txt").text
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 0


def test_a_taken_port_is_told_in_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, run("--port", str(taken.getsockname()[1])) as process:
        assert process.wait(timeout=30) == 1
        assert process.stderr is not None
        assert re.fullmatch(r"the sample site does not start: .*\n", process.stderr.read())

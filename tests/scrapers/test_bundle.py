"""Bundles across a gap: what was fetched outside is the same inside; what is not exactly as signed stays out whole."""

from __future__ import annotations

import hashlib
import json
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from scrapers import archive, bundle, registry, steps
from scrapers.archive import Archive, EventLog, Refusal, archive_path, new_run_id, read_captures, tombstone_path
from scrapers.bundle import MAGIC, BundleRefused, Imported
from scrapers.registry import Source
from tests.scrapers.archive_worker import blank
from tests.scrapers.publisher import Publisher
from tests.scrapers.test_steps import article, notices, publish_news

KEY = Ed25519PrivateKey.generate()
DROP = registry.read(registry.PACKAGED / "drop_folder" / "source.yml", {})
FEED = registry.read(registry.PACKAGED / "drop_feed" / "source.yml", {})


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    (tmp_path / "outside" / "inbox").mkdir(parents=True)
    return tmp_path / "outside"


@pytest.fixture
def inside(tmp_path: Path) -> Path:
    (tmp_path / "inside" / "inbox").mkdir(parents=True)
    return tmp_path / "inside"


def take_in(home: Path, file: Path, *sources: Source, wall: archive.Wall | None = None, **changes: Any) -> Imported:
    known = {source.id: source for source in (*sources, DROP, FEED)}
    arguments = {"home_kind": "real", "trusted": [KEY.public_key()]} | changes
    return bundle.take_in(home, file=file, sources=known, wall=wall, **arguments)


def dropped(home: Path, source: Source, name: str, body: bytes) -> None:
    (home / "inbox" / name).write_bytes(body)
    steps.fetch_source(home, source, "2026-11-20", None)


def tree(home: Path) -> dict[str, bytes]:
    return {
        str(p.relative_to(home)): p.read_bytes() for p in sorted(home.rglob("*")) if p.is_file() and p.name[0] != "."
    }


def one_page(home: Path, target: Path) -> Path:
    dropped(home, DROP, "page.html", article("关于分级诊疗的通知").body)
    bundle.export(home, "real", target, KEY)
    return target


# -- there and back


def test_what_was_fetched_outside_is_the_same_inside(
    tmp_path: Path, site: Publisher, outside: Path, inside: Path
) -> None:
    source = notices(tmp_path, site)
    publish_news(site, ["a", "b", "c"])
    steps.crawl(outside, [source], "2026-11-20", None)
    first = bundle.export(outside, "real", tmp_path / "1.bundle", KEY)
    assert (first.runs, first.files) == (1, 4)  # three articles; the list, whose second page is the first again
    assert take_in(inside, first.path, source).files == 4

    publish_news(site, ["d", "a", "b", "c"])
    site.pages["/news/a.shtml"] = article("a", "改过")
    steps.crawl(outside, [source], "2026-11-21", None)
    second = bundle.export(outside, "real", tmp_path / "2.bundle", KEY)
    assert second.runs == 1
    assert second.files < 5, "what was exported is not carried again"
    take_in(inside, second.path, source)
    assert bundle.export(outside, "real", tmp_path / "3.bundle", KEY).runs == 0
    assert not (tmp_path / "3.bundle").exists()

    assert list(read_captures(inside)) == list(read_captures(outside))
    crawled = [p for p in tree(outside) if p.startswith("archive/") or (p.startswith("events/") and "-crawl-" in p)]
    assert {p: tree(inside)[p] for p in crawled} == {p: tree(outside)[p] for p in crawled}
    steps.parse_pending(inside, [source])
    parsed = {p: body for p, body in tree(outside).items() if p.startswith("parsed/")}
    assert len([p for p in parsed if p.endswith(".notice.parquet")]) == 5
    assert {p: body for p, body in tree(inside).items() if p.startswith("parsed/")} == parsed

    before = tree(inside)
    for file in (first.path, second.path):
        assert take_in(inside, file, source) == replace(take_in(inside, file, source), runs=0, captures=0, files=0)
    assert tree(inside) == before, "a second time brings nothing"


def test_a_bundle_since_a_day_stands_alone_and_one_without_its_forerunner_waits(
    tmp_path: Path, outside: Path, inside: Path
) -> None:
    one_page(outside, tmp_path / "1.bundle")
    dropped(outside, DROP, "again.html", article("关于分级诊疗的通知").body)  # the same bytes: only named
    bundle.export(outside, "real", tmp_path / "2.bundle", KEY)
    with pytest.raises(BundleRefused, match="earlier bundles"):
        take_in(inside, tmp_path / "2.bundle")
    assert tree(inside) == {}
    bundle.export(outside, "real", tmp_path / "all.bundle", KEY, since="2020-01-01")
    assert take_in(inside, tmp_path / "all.bundle").files == 1
    assert take_in(inside, tmp_path / "2.bundle").captures == 0


def test_a_log_that_grew_is_brought_up_and_a_torn_line_is_not_carried(
    tmp_path: Path, outside: Path, inside: Path
) -> None:
    one_page(outside, tmp_path / "1.bundle")
    take_in(inside, tmp_path / "1.bundle")
    (log,) = (outside / "events").glob("*/*-crawl-*.ndjson")
    EventLog(outside, log.stem).append("alert", source_id=DROP.id, reason="later")
    with log.open("ab") as file:
        file.write(b'{"event":"capture","at":"20')
    bundle.export(outside, "real", tmp_path / "2.bundle", KEY)
    assert take_in(inside, tmp_path / "2.bundle").runs == 1
    (mine,) = (inside / "events").glob("*/*-crawl-*.ndjson")
    assert log.read_bytes().startswith(mine.read_bytes())
    assert mine.read_bytes().endswith(b'"reason":"later"}\n')
    assert take_in(inside, tmp_path / "1.bundle").runs == 0, "an older state of the log changes nothing"


# -- tampered with


def test_a_bundle_with_any_byte_changed_is_refused_whole(tmp_path: Path, outside: Path, inside: Path) -> None:
    data = one_page(outside, tmp_path / "1.bundle").read_bytes()
    places = [*range(len(MAGIC) + 143), *random.Random(20261120).sample(range(len(data)), 400), len(data) - 1]
    for place in places:
        spoiled = bytearray(data)
        spoiled[place] ^= 1 << (place % 8)
        assert_refused(inside, tmp_path, bytes(spoiled), f"byte {place}")
    for spoiled in (b"", data[:-1], data + b"x", data[: len(MAGIC)], data[len(MAGIC) :], data + data):
        assert_refused(inside, tmp_path, spoiled, f"{len(spoiled)} bytes")
    assert take_in(inside, tmp_path / "1.bundle").files == 1


def assert_refused(home: Path, folder: Path, data: bytes, what: str, *sources: Source) -> str:
    (folder / "spoiled.bundle").write_bytes(data)
    before = tree(home)
    with pytest.raises(BundleRefused) as refusal:
        take_in(home, folder / "spoiled.bundle", *sources)
    assert tree(home) == before, what
    assert not [p for p in (home / "held").iterdir() if p.is_dir()], what
    return str(refusal.value)


def test_an_unknown_key_another_kind_of_home_and_an_unknown_source(tmp_path: Path, outside: Path, inside: Path) -> None:
    file = one_page(outside, tmp_path / "1.bundle")
    for changes, reason in (
        ({"trusted": [Ed25519PrivateKey.generate().public_key()]}, "trusted key"),
        ({"trusted": []}, "trusted key"),
        ({"home_kind": "sample"}, "real data"),
    ):
        with pytest.raises(BundleRefused, match=reason):
            take_in(inside, file, **changes)
    with pytest.raises(BundleRefused, match=r"no source.yml here for drop_folder"):
        bundle.take_in(inside, "real", file, [KEY.public_key()], {FEED.id: FEED}, None)
    assert tree(inside) == {}


def signed(content: dict[str, bytes], key: Ed25519PrivateKey = KEY, **changes: Any) -> bytes:
    """A bundle by somebody who holds the key and means ill, or errs."""
    listed = [{"path": p, "sha256": hashlib.sha256(b).hexdigest(), "size": len(b)} for p, b in content.items()]
    manifest = json.dumps({"format": "yilian-bundle 1", "home": "real", "members": listed} | changes).encode()
    head = MAGIC + key.sign(MAGIC + manifest).hex().encode() + b"\n%012d\n" % len(manifest)
    return head + manifest + b"".join(content.values())


CLOSED = ("role", "kind", "outcome", "url", "requested_at", "finished_at", "business_date")


def with_x(line: bytes, field: str) -> bytes:
    return orjson.dumps(orjson.loads(line) | {field: "x"})


def test_not_even_a_trusted_key_gets_a_path_or_a_line_through(tmp_path: Path, outside: Path, inside: Path) -> None:
    one_page(outside, tmp_path / "1.bundle")
    ((name, log),) = [(p, b) for p, b in tree(outside).items() if "-crawl-" in p]
    ((path, page),) = [(p, b) for p, b in tree(outside).items() if p.startswith("archive/")]
    capture = next(line for line in log.splitlines() if b'"event":"capture"' in line)
    assert_refused(inside, tmp_path, signed({name: log, "../outside.txt": b"x"}), "climbs out")
    other = hashlib.sha256(b"x").hexdigest()
    bad: dict[str, dict[str, bytes]] = {
        "absolute": {name: log, "/etc/passwd": b"x"},
        "climbs": {name: log, f"archive/../../{path}": page},
        "beside": {name: log, "home.json": b'{"kind":"sample"}'},
        "tombstone": {name: log, path + ".tombstone.json": page},
        "other folder": {name: log, f"archive/{'00' if other[:2] != '00' else '01'}/{other}": b"x"},
        "another month": {name.replace("events/20", "events/19"): log, path: page},
        "another verb": {name.replace("-crawl-", "-refresh-"): log, path: page},
        "bytes that no capture names": {name: log, path: page, f"archive/{other[:2]}/{other}": b"x"},
        "a capture without its bytes": {name: log},
        "a line of another run": {name: log.replace(b'"run_id":"20', b'"run_id":"19'), path: page},
        "a broken line": {name: log + b"{\n", path: page},
        "content without a sha256": {
            name: log.replace(capture, capture.replace(b'"outcome":"new"', b'"outcome":"missing"')),
            path: page,
        },
        **{f"no such {field}": {name: log.replace(capture, with_x(capture, field)), path: page} for field in CLOSED},
        "a sha256 that is a path": {name: log.replace(path[-64:].encode(), b"../" * 21 + b"x"), path: page},
    }
    for what, members in bad.items():
        assert_refused(inside, tmp_path, signed(members), what)
    twice = json.loads(json.dumps([{"path": path, "sha256": path[-64:], "size": len(page)}] * 2))
    assert_refused(inside, tmp_path, signed({path: page}, members=twice) + page, "a member twice")
    huge = [{"path": path, "sha256": path[-64:], "size": 9 * 1024**3}]
    assert_refused(inside, tmp_path, signed({}, members=huge), "a member too large")
    for changes in ({"format": "yilian-bundle 2"}, {"home": "other"}, {"members": 5}, {"members": [5]}):
        assert_refused(inside, tmp_path, signed({name: log, path: page}, **changes), str(changes))
    link = tmp_path / "link.bundle"
    link.symlink_to(tmp_path / "1.bundle")
    assert take_in(inside, link).files == 1


def test_other_lines_of_a_run_that_is_here_are_refused(tmp_path: Path, outside: Path, inside: Path) -> None:
    one_page(outside, tmp_path / "1.bundle")
    take_in(inside, tmp_path / "1.bundle")
    ((name, log),) = [(p, b) for p, b in tree(outside).items() if "-crawl-" in p]
    ((path, page),) = [(p, b) for p, b in tree(outside).items() if p.startswith("archive/")]
    forged = log.replace(b'"url":"inbox:page.html"', b'"url":"inbox:gape.html"')
    assert "other lines" in assert_refused(inside, tmp_path, signed({name: forged, path: page}), "forged")


def test_keys(tmp_path: Path) -> None:
    private, public = bundle.keygen(tmp_path / "keys" / "outside")
    assert private.stat().st_mode & 0o777 == 0o600
    key = bundle.private_key(private)
    assert bundle.fingerprint(key.public_key()) == bundle.fingerprint(bundle.public_key(public))
    with pytest.raises(BundleRefused, match="never overwritten"):
        bundle.keygen(tmp_path / "keys" / "outside")
    for read, file in ((bundle.private_key, public), (bundle.public_key, private)):
        with pytest.raises(BundleRefused, match="PEM"):
            read(file)


# -- the wall


def no_persons(path: Path, source: Source) -> Refusal | None:
    return Refusal("Q99", "name", 1) if source.kind == "feed" and b"whole person" in path.read_bytes() else None


def test_the_wall_stands_inside_too(tmp_path: Path, outside: Path, inside: Path) -> None:
    person = b'{"name": "whole person"}\n'
    dropped(outside, FEED, "a.ndjson", person)
    dropped(outside, FEED, "b.ndjson", b'{"a": 1}\n')
    first = bundle.export(outside, "real", tmp_path / "1.bundle", KEY)
    got = take_in(inside, first.path, wall=no_persons)
    assert (got.captures, got.files, got.refused) == (2, 1, 1)
    sha = hashlib.sha256(person).hexdigest()
    refused, kept = sorted(read_captures(inside), key=lambda capture: capture.url)
    assert (refused.outcome, refused.sha256, refused.error) == ("refused", None, "rule Q99 line 1 field name")
    assert kept.outcome == "new"
    assert json.loads(tombstone_path(inside, sha).read_bytes())["rule"] == "Q99"
    assert b"whole person" not in b"".join(p.read_bytes() for p in inside.rglob("*") if p.is_file())
    assert take_in(inside, first.path, wall=no_persons).captures == 0

    (log,) = [p for p in (outside / "events").glob("*/*.ndjson") if sha.encode() in p.read_bytes()]
    with Archive(outside, EventLog(outside, log.stem), None) as store:  # the same run says more
        store.record(replace(blank(store, "inbox:c.ndjson"), source_id=FEED.id, kind="feed"))
    bundle.export(outside, "real", tmp_path / "2.bundle", KEY)
    assert take_in(inside, tmp_path / "2.bundle", wall=no_persons).captures == 1
    assert not archive_path(inside, sha).exists()


def test_the_wall_sees_a_file_under_the_endings_of_its_name(tmp_path: Path, outside: Path, inside: Path) -> None:
    dropped(outside, FEED, "a.csv", b"a,b\n1,2\n")
    bundle.export(outside, "real", tmp_path / "1.bundle", KEY)
    seen: list[str] = []
    take_in(inside, tmp_path / "1.bundle", wall=lambda path, source: seen.append(path.suffix))
    assert seen == [".csv"]
    assert len(list((inside / "archive").glob("*/*"))) == 1


def test_a_wall_that_breaks_down_refuses_the_bundle(tmp_path: Path, outside: Path, inside: Path) -> None:
    file = one_page(outside, tmp_path / "1.bundle")

    def broken(path: Path, source: Source) -> Refusal | None:
        raise RuntimeError("a value that must not be told")

    with pytest.raises(BundleRefused, match="RuntimeError") as refusal:
        take_in(inside, file, wall=broken)
    assert "must not be told" not in str(refusal.value)
    assert tree(inside) == {}


# -- being killed


class Killed(BaseException):
    pass


def test_an_import_killed_anywhere_is_finished_or_forgotten(
    tmp_path: Path, outside: Path, inside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        dropped(outside, DROP, f"{number}.html", article(f"关于分级诊疗的通知{number}").body)
    bundle.export(outside, "real", tmp_path / "1.bundle", KEY)
    take_in(inside, tmp_path / "1.bundle")
    whole = {p: b for p, b in tree(inside).items() if "-import-" not in p}
    passed: list[str] = []
    point = 0
    while True:
        point += 1
        home = tmp_path / f"killed-{point}"
        (home / "inbox").mkdir(parents=True)
        passed.clear()

        def die(name: str, point: int = point) -> None:
            passed.append(name)
            if len(passed) == point:
                raise Killed

        monkeypatch.setattr(archive, "checkpoint", die)
        try:
            take_in(home, tmp_path / "1.bundle")
        except Killed:
            pass
        else:
            break
        monkeypatch.undo()
        with Archive(home, EventLog(home, new_run_id("crawl")), None) as store:
            store.recover()
        found = {p: b for p, b in tree(home).items() if "-import-" not in p}
        assert found in ({}, whole), f"killed at {passed[-1]}"
        assert not [p for p in (home / "held").iterdir() if p.is_dir()]
        take_in(home, tmp_path / "1.bundle")
        assert {p: b for p, b in tree(home).items() if "-import-" not in p} == whole
    assert point > 7

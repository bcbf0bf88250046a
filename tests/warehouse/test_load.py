"""From dropped files to raw: the same in any order and however often they come; and nothing of a person stays."""

from __future__ import annotations

import dataclasses
import gzip
import json
import os
import random
import shutil
import subprocess
import sys
import uuid
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from scrapers import contracts, registry, steps
from scrapers.archive import archive_path, new_run_id
from scrapers.registry import Source
from tests import feed
from tests.scrapers.contracts import generated
from warehouse import database, door, load, privacy, refresh
from warehouse.database import Connection
from warehouse.settings import Settings

DAY = "2026-11-21"
REPOSITORY = Path(contracts.__file__).parents[2]


@pytest.fixture(scope="module")
def source() -> Source:
    return registry.load(variables={"sample_site": "http://127.0.0.1:9"})["drop_feed"]


def drop(home: Path, name: str, data: bytes) -> None:
    place = home / "inbox" / name
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(data)


def collect(home: Path, source: Source) -> dict[str, int]:
    """Take what was dropped through the wall into the archive: the counts by outcome."""
    [result] = steps.collect(home, [source], DAY, privacy.wall)
    return result.counts


def opened(home: Path) -> Connection:
    """The build file of a home, made where it is not there."""
    file = home / "build" / database.DATABASE_NAME
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        database.create(file)
    con = database.build(file)
    load.prepare(con, "real")
    return con


def load_all(home: Path, *sources: Source) -> load.Loaded:
    """One refresh's load."""
    by_id = {source.id: source for source in sources}

    def judge(file: load.FeedFile) -> None:
        door.judge(
            home,
            archive_path(home, file.file_sha256),
            source=by_id[file.source_id],
            file_sha256=file.file_sha256,
            filename=file.filename,
            received_at=file.received_at,
        )

    with opened(home) as con:
        return load.load(con, home, new_run_id("refresh"), judge)


def checksums(home: Path) -> dict[str, tuple[int, str]]:
    """Rows of every raw feed table, and a hash of them in whatever order; when they were loaded does not count."""
    with opened(home) as con:
        return {t: one(con, f"raw.{t}") for t in contracts.load()} | {"refused": one(con, "ops.rejection")}


def one(con: Connection, table: str) -> tuple[int, str]:
    names = [name for (name,) in con.execute(f"select column_name from (describe {table})").fetchall()]
    kept = [n for n in sorted(names) if n not in ("load_run", "loaded_at", "filename")]
    texts = ", ".join(f"coalesce(cast({name} as varchar), '~')" for name in kept)
    query = (
        "select count(*), coalesce(md5(string_agg(line, chr(10) order by line)), '') "
        f"from (select concat_ws('|', {texts}) as line from {table})"
    )
    found = con.execute(query).fetchone()
    assert found is not None
    return found[0], found[1]


# ---- any order, any number of times


def files(rng: random.Random) -> list[tuple[str, bytes]]:
    """Days with corrections, voids, ties, duplicates and damage, plain and packed."""
    made = [("masters.ndjson", lines(feed.masters()))]
    for number in range(6):
        day = f"2026-11-{rng.randint(1, 20):02d}"
        records = feed.day(day, f"-{rng.randrange(3)}")
        records += [dict(r, source_version=2) for r in records if rng.random() < 0.3]
        records += [feed.void(r) for r in records if rng.random() < 0.2]
        records += [r for r in records if rng.random() < 0.2]
        data = lines(records)
        if rng.random() < 0.5:
            data += b'{"torn": \n\n' + data[: rng.randrange(400)]
        made.append(
            (f"f{number}.ndjson", data)
            if rng.random() < 0.6
            else (f"f{number}.ndjson.gz", gzip.compress(data, mtime=0))
        )
    return made


def lines(records: list[feed.Record]) -> bytes:
    return "".join(json.dumps(r, ensure_ascii=False) + "\n" for r in records).encode()


@pytest.mark.parametrize("seed", range(2))
def test_raw_is_the_same_in_any_order_and_with_any_repetition(tmp_path: Path, source: Source, seed: int) -> None:
    any_order(tmp_path, source, seed)


@pytest.mark.chaos
@pytest.mark.parametrize("seed", range(2, 30))
def test_raw_is_the_same_in_many_orders(tmp_path: Path, source: Source, seed: int) -> None:
    any_order(tmp_path, source, seed)


def any_order(tmp_path: Path, source: Source, seed: int) -> None:
    rng = random.Random(seed)
    sent = files(rng)
    once = tmp_path / "once"
    for name, data in sent:
        drop(once, name, data)
    collect(once, source)
    load_all(once, source)
    again = tmp_path / "again"
    turns = [*sent, *rng.choices(sent, k=5)]
    rng.shuffle(turns)
    for number, (name, data) in enumerate(turns):
        drop(again, rng.choice([name, f"copy-{number}-{name}"]), data)
        if rng.random() < 0.5:
            collect(again, source)
        if rng.random() < 0.4:
            load_all(again, source)
    collect(again, source)
    load_all(again, source)
    assert checksums(again) == checksums(once)
    assert checksums(once)["centre_activity"][0] > 5
    assert load_all(again, source).files == 0


# ---- after a mend in a contract

STRICT = """
import sys
from pathlib import Path
from scrapers import registry
from tests.warehouse import test_load
source = registry.load(variables={"sample_site": "http://127.0.0.1:9"})["drop_feed"]
home = Path(sys.argv[1])
test_load.collect(home, source)
test_load.load_all(home, source)
"""


def test_replay_takes_the_same_bytes_in_again_after_a_mend(tmp_path: Path, source: Source) -> None:
    """A contract without one unit and one field refuses lines; with today's contract the same bytes are taken in."""
    home, fresh = tmp_path / "home", tmp_path / "fresh"
    slides = [feed.activity(f"s-{n}", "2026-11-20", unit="slide", critical_total=n) for n in range(3)]  # type: ignore[arg-type]
    data = lines([*feed.masters(), *feed.day("2026-11-19"), *slides, {**feed.day("2026-11-18")[0], "op": "x"}])
    drop(home, "day.ndjson", data)
    strict = tmp_path / "strict"
    for package in ("scrapers", "warehouse", "tests"):
        shutil.copytree(
            REPOSITORY / package, strict / package, ignore=shutil.ignore_patterns("__pycache__", "examples")
        )
    contract = strict / "scrapers" / "contracts" / "centre_activity.yml"
    text = contract.read_text(encoding="utf-8").replace("specimen, study, slide, pack]", "specimen, study, pack]")
    before, field, after = text.partition("  - name: critical_total\n")
    contract.write_text(
        (before + after[after.index("  - name:") :])
        .replace("  - critical_total\n", "")
        .replace("critical_acknowledged > critical_total", "critical_acknowledged < 0")
        .replace(", critical_total]", "]"),
        encoding="utf-8",
    )
    assert field
    arguments = [sys.executable, "-c", STRICT, str(home)]
    subprocess.run(arguments, env={**os.environ, "PYTHONPATH": str(strict)}, cwd=strict, check=True)
    with database.build(home / "build" / database.DATABASE_NAME) as con:
        assert con.execute("select count(*) from ops.rejection").fetchall() == [(4,)]
        names = con.execute("select column_name from (describe raw.centre_activity)").fetchall()
        assert ("critical_total",) not in names
    assert load_all(home, source).files == 0  # the version is the same: only a replay brings the bytes in again
    asked = refresh.ask_again(Settings(home=home), [source], date(2026, 1, 1))
    assert asked == 1
    again = load_all(home, source)
    assert (again.files, again.rejected) == (1, 1)
    assert load_all(home, source).files == 0
    drop(fresh, "day.ndjson", data)
    collect(fresh, source)
    load_all(fresh, source)
    assert checksums(home) == checksums(fresh)
    assert load_all(home, source).touched_days == load_all(fresh, source).touched_days


def test_replay_takes_in_what_was_refused_before_its_reporter_was_registered(tmp_path: Path) -> None:
    """And refuses what was taken in, once its reporter is no longer registered."""
    home, registered = tmp_path / "home", tmp_path / "sources" / "reporters.csv"
    file = "day.ndjson"
    drop(home, file, lines([*feed.day(DAY), feed.activity("other", DAY) | {"reporter_org_code": feed.OTHER}]))
    sent = shutil.copy(home / "inbox" / file, tmp_path)
    registered.parent.mkdir()

    def read(*codes: str) -> Source:
        rows = [f"drop_feed,{code},2026-01-01,," for code in codes]
        registered.write_text("\n".join(["source_id,org_code,valid_from,valid_to,reason", *rows]), encoding="utf-8")
        return registry.load([registry.PACKAGED, registered.parent], {"sample_site": "-"})["drop_feed"]

    source = read(feed.LEAD)
    collect(home, source)
    for codes, refused in (((feed.LEAD,), 1), ((feed.LEAD, feed.OTHER), 0), ((feed.LEAD,), 1)):
        source = read(*codes)
        assert [r["rule"] for r in door.check(Path(sent), source)["rejections"]] == ["Q24"] * refused
        loaded = load_all(home, source)
        assert (loaded.files, loaded.rejected) == (1, refused)
        refresh.ask_again(Settings(home=home), [source], date(2026, 1, 1))


def test_what_a_refused_file_leaves_behind_is_touched(tmp_path: Path, source: Source) -> None:
    """Its days, the days of versions that count again without it, and those of records of an organisation that goes."""
    theirs = dataclasses.replace(source, id="their_feed")
    stranger = feed.activity("s", "2026-11-03", requester=feed.LATECOMER)
    drop(tmp_path, "a.ndjson", lines([*feed.masters(), feed.activity("moves", "2026-11-01"), stranger]))
    moved = feed.activity("moves", "2026-11-02", version=2)
    drop(tmp_path, "their_feed/b.ndjson", lines([moved, feed.organisation(feed.LATECOMER, "迟到的机构")]))
    collect(tmp_path, source)
    collect(tmp_path, theirs)
    assert load_all(tmp_path, source, theirs).rejected == 0
    refresh.ask_again(Settings(home=tmp_path), [theirs], date(2026, 1, 1))
    with opened(tmp_path) as con:  # another night: what was loaded is published
        assert con.execute("select * from ops.touched_day").fetchall() == []
    assert load_all(tmp_path, dataclasses.replace(theirs, organisations=(feed.OTHER,))).rejected == 2
    with database.build(tmp_path / "build" / database.DATABASE_NAME) as con:
        days = con.execute("select day(event_date) from ops.touched_day where record_type = 'centre_activity'")
        assert sorted(days.fetchall()) == [(1,), (2,), (3,)]
        assert ("organization",) in con.execute("select record_type from ops.touched_master").fetchall()


def test_an_older_warehouse_and_an_older_file_lose_a_column_that_is_gone(tmp_path: Path, source: Source) -> None:
    drop(tmp_path, "day.ndjson", lines(feed.day("2026-11-20", "-a")))
    collect(tmp_path, source)
    load_all(tmp_path, source)
    once = checksums(tmp_path)
    with opened(tmp_path) as con:
        con.execute("alter table raw.centre_activity add column content_hash varchar default 'x'")
    for file in tmp_path.glob("accepted/centre_activity/*/*/*.parquet"):
        rows = pq.read_table(file)
        pq.write_table(rows.append_column("content_hash", pa.repeat("x", len(rows))), file)
    receipts = [load.Receipt.read(file) for file in tmp_path.glob("accepted/receipts/*/*.json")]
    with opened(tmp_path) as con:
        assert "content_hash" not in con.sql("from raw.centre_activity").columns
        load.load_receipts(con, tmp_path, receipts, "again")
    assert checksums(tmp_path) == once


# ---- nothing of a person stays


def many(count: int) -> list[bytes]:
    """Good records of every type, with ids as platforms make them."""
    rng = random.Random(count)
    kinds = list(contracts.load().values())
    made = []
    for number in range(count):
        record = generated.record(rng, kinds[number % len(kinds)])
        bits = rng.getrandbits(128)
        record["source_record_id"] = (
            str(uuid.UUID(int=bits, version=4)),
            f"{rng.getrandbits(256):064x}",
            f"{bits:032X}",
            f"{bits % 2**64:016x}",
            f"ca-2026-11-20-{number:07d}",
            f"ward138:2026-11-20:{number}",
            f"20261120{number:09d}",
            f"7{bits % 10**18:018d}",
        )[number // len(kinds) % 8]
        made.append(json.dumps(record, ensure_ascii=False).encode() + b"\n")
    return made


def test_clean_rows_pass_and_one_number_keeps_the_file_out(tmp_path: Path, source: Source) -> None:
    keep_out(tmp_path, source, 3_200)


@pytest.mark.chaos
def test_a_million_clean_rows_pass_and_one_number_keeps_the_file_out(tmp_path: Path, source: Source) -> None:
    keep_out(tmp_path, source, 1_000_000)


@pytest.mark.parametrize(
    "name", ["报表13912345678.ndjson", "患者张三.csv", "13912345678.manifest.json", "139-1234-5678.ndjson.gz"]
)
def test_a_name_of_a_file_is_searched_and_told_nowhere(tmp_path: Path, source: Source, name: str) -> None:
    drop(tmp_path, name, lines(feed.masters()))
    assert collect(tmp_path, source) == {"refused": 1}
    assert not any(f.is_file() for f in (tmp_path / "inbox").rglob("*"))
    secret = next(s for s in ("13912345678", "139-1234-5678", "张三") if s in name)
    for file in tmp_path.rglob("*"):
        assert secret not in file.name
        if file.is_file():
            content = file.read_bytes()
            assert secret.encode() not in content
            assert json.dumps(secret).strip('"').encode() not in content
    [stone] = tmp_path.glob("archive/*/*.tombstone.json")
    assert json.loads(stone.read_text("utf-8"))["field"] == "filename"


def test_a_manifest_is_searched_too(tmp_path: Path, source: Source) -> None:
    promise = {"file": "a.ndjson", "sha256": "a" * 64, "rows": 1, "contact": "张医生 13912345678"}
    drop(tmp_path, "a.ndjson.manifest.json", json.dumps(promise, indent=2, ensure_ascii=False).encode())
    drop(tmp_path, "b.ndjson.manifest.json", json.dumps({**promise, "file": "b.ndjson", "contact": "x"}).encode())
    collect(tmp_path, source)
    assert len(list(tmp_path.glob("archive/*/*.tombstone.json"))) == 1
    assert not [f for f in tmp_path.rglob("*") if f.is_file() and b"13912345678" in f.read_bytes()]


def keep_out(home: Path, source: Source, count: int) -> None:
    """0 refused of clean rows; the same rows with a mobile number in one name: no trace of the number anywhere."""
    number = "13912345678"
    rows = many(count)
    drop(home, "clean.ndjson", b"".join(rows))
    assert collect(home, source) == {"new": 1}
    loaded = load_all(home, source)
    assert (loaded.rows, loaded.rejected) == (count, 0)
    spoilt = json.dumps(feed.organisation(feed.LEAD, f"示例医院 {number}"), ensure_ascii=False).encode() + b"\n"
    at = count * 2 // 3
    drop(home, "spoilt.ndjson", b"".join([*rows[:at], spoilt, *rows[at:]]))
    assert collect(home, source) == {"refused": 1}
    assert load_all(home, source).files == 0
    for file in (f for f in home.rglob("*") if f.is_file()):
        assert number.encode() not in file.read_bytes(), file.relative_to(home)
    [stone] = home.glob("archive/*/*.tombstone.json")
    told = json.loads(stone.read_text("utf-8"))
    assert (told["rule"], told["field"], told["line"]) == ("PII-mobile", "payload.name", at + 1)
    assert set(told) == {"sha256", "rule", "field", "line"}
    assert not [f for f in (home / "held").rglob("*") if f.is_file() and not f.name.startswith(".")]

"""Lines proven by the shape of their sender are judged as a judge does who knows no shape and reads line by line.

The files are attacked where such a proof could be fooled: pieces of lines taken out, moved, doubled and put in from
other lines, texts that look like the end of a piece, and whatever damage.py does to a line.
"""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from scrapers import contracts, registry
from scrapers.contracts import Field, shape
from scrapers.feeds import ndjson
from scrapers.registry import Source
from tests import feed
from tests.scrapers.contracts import generated
from tests.warehouse import damage
from warehouse import database, door, shaped

SHA = "e" * 64
RECEIVED = "2026-11-21T02:30:00.000+08:00"
LINES = 24  # of each type
TRAPS = (
    'a, "b',
    "a,",
    "a, ",
    'x", "op": "void',
    "患者: {",
    "}}",
    "",
    ": 1",
    "\\",
    "\\u0022",
    '\\"',
    "\x00",
    "\x1f",
    "\x7f",
    "\ufeff",
    "null",
)


@pytest.fixture(scope="module")
def source() -> Source:
    return registry.load(variables={"sample_site": "http://127.0.0.1:9"})["drop_feed"]


def test_shapes_judge_as_a_slow_judge_does(tmp_path: Path, source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    compare(tmp_path, source, monkeypatch, range(1))


@pytest.mark.parametrize("column", shape.UNREPEATED)
@pytest.mark.parametrize("char", ['"', "\\", "\x00", "\x1f", "\n"])
def test_values_of_their_own_have_no_room_for_what_json_escapes(column: str, char: str) -> None:
    good = {"source_record_id": "ca-1", "produced_at": "2026-11-20T23:30:00.5+08:00"}[column]
    pattern = shape.own_pattern(shape.columns(contracts.load()["capacity"])[column])
    texts = pa.array([good, *(good[:at] + char + good[at:] for at in range(len(good) + 1))])
    assert pc.match_substring_regex(texts, pattern).to_pylist() == [True] + [False] * (len(good) + 1)


def test_pieces_are_remembered_by_their_size(source: Source) -> None:
    """Few texts can be as large as many: a file of long ones must not stay in memory."""
    records = [feed.activity(f"ca-{n}", "2026-11-20") for n in range(40)]
    for n, record in enumerate(records):
        record["payload"]["service_category"] = f"{n:05d}" * 10_000
    lines = [written(record, shape.STYLES[0]) for record in records]
    [shapes] = shape.learn(lines[:1], source.record_types or list(contracts.load()))
    reader = shaped.Reader(contracts.load()["centre_activity"])
    with database.memory() as con:
        con.register("batch", ndjson.table(range(len(lines)), lines))
        rows = con.sql(shape.splitting(shapes)).to_arrow_table()
        made, is_good = reader.read(con, rows, shapes[0])
    assert is_good.to_pylist() == [True] * len(lines)
    assert made["service_category"].to_pylist() == [record["payload"]["service_category"] for record in records]
    assert 0 < sum(known.texts.nbytes for known in reader._known.values()) < shaped.MUCH


@pytest.mark.chaos
@pytest.mark.parametrize("start", range(100, 200, 10))
def test_shapes_judge_as_a_slow_judge_does_a_hundred_times(
    tmp_path: Path, source: Source, monkeypatch: pytest.MonkeyPatch, start: int
) -> None:
    compare(tmp_path, source, monkeypatch, range(start, start + 10))


def test_nothing_of_a_refused_line_stands_in_the_accepted_file(
    tmp_path: Path, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither as a value that is wrong, nor as one that only the refused line had."""
    monkeypatch.setattr(door, "FEW_LINES", 0)
    records = [feed.capacity(f"c-{n}", "2026-11-20") | {"source_system": "kept"} for n in range(40)]
    records[7] |= {"source_system": "refused", "event_date": "2026-11-21"}  # Q04
    records[8] |= {"source_system": "Not Good"}
    path = tmp_path / "feed.ndjson"
    path.write_bytes(b"".join(written(record, shape.STYLES[0]) + b"\n" for record in records))
    found = verdicts(tmp_path, path, source)
    assert {line: found[line] for line in (8, 9)} == {
        8: ("Q04", "event_date"),
        9: ("SCHEMA-pattern", "source_system"),
    }
    [file] = tmp_path.glob("accepted/capacity/*/*/*.parquet")
    column = pq.ParquetFile(file, read_dictionary=["source_system"]).read()["source_system"]
    assert [chunk.dictionary.to_pylist() for chunk in column.chunks] == [["kept"]]


def compare(folder: Path, source: Source, monkeypatch: pytest.MonkeyPatch, seeds: range) -> None:
    for seed in seeds:
        path = folder / f"{seed}.ndjson"
        path.write_bytes(attacked(random.Random(seed)))
        monkeypatch.setattr(door, "FEW_LINES", 0)
        proven: list[int] = []
        with monkeypatch.context() as patch:
            patch.setattr(door._Judged, "_keep_unbroken", told(door._Judged._keep_unbroken, proven))
            fast = verdicts(folder / f"fast-{seed}", path, source)
        with monkeypatch.context() as patch:
            patch.setattr(door._Judged, "_unproven", lambda _self, _con, batch, _known: (batch, []))
            patch.setattr(door._Judged, "_read_rest", lambda self, con, left: self._read_again(con, left, sorted(left)))
            slow = verdicts(folder / f"slow-{seed}", path, source)
        assert fast.keys() == slow.keys(), seed
        for line, verdict in slow.items():
            assert fast[line] == verdict, (seed, line)
        assert len(proven) > len(contracts.load()) * LINES / 3, "no shape was tried"


def told(keep: Callable[..., pa.Array], proven: list[int]) -> Callable[..., pa.Array]:
    def keep_and_tell(*arguments: Any) -> pa.Array:
        kept = keep(*arguments)
        proven.extend(kept.to_pylist())
        return kept

    return keep_and_tell


def verdicts(home: Path, path: Path, source: Source) -> Mapping[int, Any]:
    """By line: the row that stands in raw, or rule and field."""
    door.judge(home, path, source=source, file_sha256=SHA, filename="feed", received_at=RECEIVED)
    found: dict[int, Any] = {}
    for file in home.glob("accepted/*/v*/*/*.parquet"):
        for row in pq.read_table(file).to_pylist():
            assert row["line_no"] not in found
            found[row["line_no"]] = (file.parts[-4], repr(row))
    for file in home.glob("quarantine/*/*.parquet"):
        for row in pq.read_table(file).to_pylist():
            assert row["line_no"] not in found
            found[row["line_no"]] = (row["rule"], row["field"])
    return found


# ---- the lines


def attacked(rng: random.Random) -> bytes:
    """Every type in the way of one sender, a third of the lines attacked."""
    style = rng.choice(shape.STYLES)
    lines: list[bytes] = []
    for contract in contracts.load().values():
        base = generated.record(rng, contract)
        if rng.random() < 0.5:
            base["not_provided"] = ["x", "x", "x"]  # pieces that are equal
        known = [*contracts.envelope().fields, *contract.fields]
        lines += [written(varied(rng, base, known), style) for _ in range(LINES)]
    rng.shuffle(lines)
    whole = list(lines)
    for at in rng.sample(range(len(lines)), len(lines) // 3):
        lines[at] = rng.choice(ATTACKS)(rng, lines[at], rng.choice(whole)).replace(b"\n", b" ")
    end = rng.choice([b"\n", b"\r\n"])
    return b"".join(line + end for line in lines)


def written(record: Mapping[str, Any], style: tuple[str, str]) -> bytes:
    return json.dumps(record, ensure_ascii=False, separators=style).encode()


def varied(rng: random.Random, base: Mapping[str, Any], fields: Sequence[Field]) -> dict[str, Any]:
    """A record with the same fields in the same order and other values."""
    known = {field.name: field for field in fields}
    made: dict[str, Any] = {}
    for name, value in base.items():
        if isinstance(value, dict):
            made[name] = varied(rng, value, known[name].fields or fields)
        elif value is None or isinstance(value, list) or name in ("schema_version", "record_type", "op", "event_date"):
            made[name] = copy.copy(value)
        elif name == "produced_at":
            made[name] = f"2026-11-20T{rng.randrange(16, 24)}:{rng.randrange(60):02d}:{rng.randrange(60):02d}+08:00"
        else:
            fresh = generated.value(rng, known[name])
            made[name] = value if fresh is None else fresh
    generated.keep_rules(made)
    return made


def _edited(rng: random.Random, line: bytes, _other: bytes) -> bytes:
    edit = rng.choice([damage._number, damage._string, damage._key, damage._punctuation, damage._value])
    return edit(rng, line.decode()).encode("utf-8", "surrogatepass")


def _trapped(rng: random.Random, line: bytes, _other: bytes) -> bytes:
    """A text that could pass for something else, written as JSON or as it is."""
    parts = line.decode().split('"')
    trap = rng.choice(TRAPS)
    at = rng.randrange(1, len(parts), 2)
    parts[at] = rng.choice([trap, parts[at] + trap, json.dumps(trap)[1:-1], trap + parts[at]])
    return '"'.join(parts).encode()


def _recombined(rng: random.Random, line: bytes, other: bytes) -> bytes:
    """Pieces taken out, doubled, moved, or put in from another line; often as many as before."""
    separator = rng.choice([b', "', b',"', b'"', b": ", b", "])
    pieces, others = line.split(separator), other.split(separator)
    for _ in range(rng.choice([1, 1, 2])):
        at, to = rng.randrange(len(pieces)), rng.randrange(len(pieces))
        match rng.randrange(5):
            case 0:
                pieces[at] = pieces[to]
            case 1:
                pieces[at], pieces[to] = pieces[to], pieces[at]
            case 2:
                pieces[at] = rng.choice(others)
            case 3:
                pieces = pieces[:at] + others[at:]
            case _:
                pieces.insert(to, pieces.pop(at))
    return separator.join(pieces)


def _mangled(rng: random.Random, line: bytes, _other: bytes) -> bytes:
    at = rng.randrange(len(line))
    byte = rng.choice(
        [
            b"",
            b"\x00",
            b'"',
            b"\\",
            b",",
            b" ",
            b"\r",
            b"\t",
            b"\xff",
            b"\xed\xa0\x80",
            b"\xef\xbb\xbf",
            b"0",
            b"-",
            b"e",
        ]
    )
    return line[:at] + byte + line[at + rng.randrange(2) :]


ATTACKS = (_edited, _trapped, _recombined, _mangled)

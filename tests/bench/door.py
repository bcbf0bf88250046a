"""The door and the load beside plain loads of the same lines.

The unit is the plain load: a typed `read_json` of the file into a table on disk, checkpoint and all, which checks
nothing and keeps no line number. Each way runs in a process of its own, in turn; medians over the rounds. CPU time
decides, because wall time on a shared machine says little; both are told. Memory is the most that a process held
(ru_maxrss), and must not grow with the file.

Three lines in a thousand are damaged, so that reading again, and quarantine, are paid for.
"""

from __future__ import annotations

import json
import os
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.bench import Figure, Say

LINES = int(os.environ.get("YILIAN_BENCH_LINES", "1000000"))
ROUNDS = int(os.environ.get("YILIAN_BENCH_ROUNDS", "5"))
SUSPECT_EVERY = 333
MAX_RATIO = 2.0
MAX_GB = 1.0
SHA = "b" * 64
WAYS = ("plain", "door", "parquet")


@dataclass(frozen=True, slots=True)
class Cost:
    cpu_s: float
    wall_s: float
    gb: float


def run(say: Say) -> Iterator[Figure]:
    """The figures of the issue: ratio at most MAX_RATIO, memory at most MAX_GB at LINES and at five times as many."""
    with tempfile.TemporaryDirectory(prefix="yilian-bench-") as name:
        folder = Path(name)
        file = folder / "feed.ndjson"
        write(file, LINES)
        say(f"{LINES} lines of {file.stat().st_size // LINES} bytes, one in {SUSPECT_EVERY} damaged")
        costs: dict[str, list[Cost]] = {way: [] for way in WAYS}
        for number in range(1, ROUNDS + 1):
            for way in WAYS:
                costs[way].append(measure(way, file, folder / "work"))
            say(f"round {number}: " + ", ".join(f"{way} {costs[way][-1].cpu_s:.1f} CPU s" for way in WAYS))
        middle = {way: statistics.median(c.cpu_s for c in costs[way]) for way in WAYS}
        clock = {way: statistics.median(c.wall_s for c in costs[way]) for way in WAYS}
        yield Figure("door + load : plain load, CPU", middle["door"] / middle["plain"], "x", at_most=MAX_RATIO)
        yield Figure("door + load : plain load, wall clock", clock["door"] / clock["plain"], "x")
        yield Figure("door + load : plain load to Parquet, CPU", middle["door"] / middle["parquet"], "x")
        yield Figure("plain load, CPU", middle["plain"] * 1e6 / LINES, "µs/l.")
        yield Figure("the wall : plain load, CPU", measure("wall", file, folder / "work").cpu_s / middle["plain"], "x")
        most = max(cost.gb for cost in costs["door"])
        yield Figure(f"memory of door + load at {LINES} lines", most, "GB", at_most=MAX_GB)
        write(file, 5 * LINES)
        most = measure("door", file, folder / "work").gb
        yield Figure(f"memory of door + load at {5 * LINES} lines", most, "GB", at_most=MAX_GB)


def measure(way: str, file: Path, work: Path) -> Cost:
    """Run one way in a process of its own."""
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.door", way, str(file), str(work)], check=True, capture_output=True
    )
    return Cost(**json.loads(done.stdout))


# ---- the lines


def write(file: Path, lines: int) -> None:
    """A platform's month: 200 laboratories, 1,000 requesters, 300 items; ids and times of each line's own."""
    rng = random.Random(5)
    organisations = [_uscc(rng) for _ in range(1000)]
    items = [
        {"system": "urn:hr-catalogue:110000", "code": f"LAB-{n:04d}", "display": _display(rng)} for n in range(300)
    ]
    frames = [_frame(rng, organisations, items) for _ in range(5000)]
    with file.open("w", encoding="utf-8") as out:
        for number in range(lines):
            head, middle, tail = frames[rng.randrange(len(frames))]
            requested = rng.randint(5, 999)
            received, reported = requested - rng.randrange(4), max(0, requested - rng.randrange(9))
            clock = f"{rng.randrange(16, 24):02d}:{rng.randrange(60):02d}:{rng.randrange(60):02d}"
            line = (
                f'{head}{rng.getrandbits(128):032x}{middle[0]}{clock}{middle[1]}"requested": {requested}, "received": '
                f'{received}, "rejected": {requested - received}, "reported": {reported}, "reported_on_time": '
                f'{reported // 2}, "corrected": {rng.randrange(3)}, "cancelled": 1, "tat_minutes_p50": '
                f'{rng.randrange(200, 900) / 10}, "tat_minutes_p90": {rng.randrange(900, 3000) / 10}{tail}\n'
            )
            out.write(_damaged(rng, line) if number % SUSPECT_EVERY == SUSPECT_EVERY - 1 else line)


def _frame(
    rng: random.Random, organisations: list[str], items: list[dict[str, str]]
) -> tuple[str, tuple[str, str], str]:
    """What stays of a line: before its id, before its time, before its counts, and after them."""
    day = f"2026-11-{rng.randint(1, 30):02d}"
    payload = {
        "centre_code": f"C-LAB-{rng.randrange(200):03d}",
        "requester_org_code": rng.choice(organisations),
        "service_category": rng.choice(["clinical", "immuno", "micro", "molecular"]),
        "item": rng.choice(items),
        "unit": "specimen",
        "": 0,
    }
    record = {
        "schema_version": "1.0",
        "record_type": "centre_activity",
        "source_system": "demo-platform",
        "source_record_id": "ID",
        "source_version": 1,
        "op": "upsert",
        "reporter_org_code": rng.choice(organisations[:60]),
        "event_date": day,
        "produced_at": f"{day}TCLOCK+08:00",
        "payload": payload,
    }
    head, rest = json.dumps(record, ensure_ascii=False).split("ID", 1)
    before, rest = rest.split("CLOCK")
    after, tail = rest.split('"": 0')
    return head, (before, after), tail


def _uscc(rng: random.Random) -> str:
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    body = f"12{rng.choice(['110105', '410122', '500157'])}YL{rng.randrange(10**7):07d}"
    return body + alphabet[-sum(alphabet.index(c) * pow(3, i, 31) for i, c in enumerate(body)) % 31]


def _display(rng: random.Random) -> str:
    return "".join(rng.choices("血红蛋白测定尿常规肝功能电解质凝血酶原时间甲状腺激素", k=rng.randint(4, 10)))


def _damaged(rng: random.Random, line: str) -> str:
    old, new = rng.choice(
        [
            ('"cancelled": 1', '"cancelled": -1'),
            ('"cancelled": 1', '"cancelled": "1"'),
            ('"cancelled": 1', '"cancelled": 1, "remark": 1'),
            ('"unit": "specimen"', '"unit": "份"'),
            ("2026-11-20T", "2026-11-19T"),
            ("}}", "}"),
        ]
    )
    return line.replace(old, new)


# ---- the ways, each in its own process


def _plain(file: Path, work: Path) -> None:
    from warehouse import database

    database.create(work / database.DATABASE_NAME)
    con = database.build(work / database.DATABASE_NAME)
    con.execute(f"create table plain as select * from {_typed_read(file)}")
    con.execute("checkpoint")
    con.close()


def _parquet(file: Path, work: Path) -> None:
    from warehouse import database

    with database.memory() as con:
        con.execute(f"copy (select * from {_typed_read(file)}) to '{work / 'plain.parquet'}' (compression zstd)")


def _typed_read(file: Path) -> str:
    """The contract's fields with their types, objects as structs; a line that does not fit is passed over."""
    from scrapers import contracts
    from scrapers.contracts import DUCKDB_TYPES, Field

    def type_of(field: Field) -> str:
        if field.fields:
            return f"struct({', '.join(f'{member.name} {type_of(member)}' for member in field.fields)})"
        return "varchar[]" if field.type == "array" else DUCKDB_TYPES[field.type].replace("timestamp", "timestamptz")

    fields = [f for f in contracts.envelope().fields if f.name != "payload"]
    payload = ", ".join(f"{f.name} {type_of(f)}" for f in contracts.load()["centre_activity"].fields)
    columns = ", ".join([*(f"{f.name}: '{type_of(f)}'" for f in fields), f"payload: 'struct({payload})'"])
    return f"read_json('{file}', format = 'newline_delimited', ignore_errors = true, columns = {{{columns}}})"


def _door(file: Path, work: Path) -> None:
    """Judge, then load into a fresh build file: rows, quarantine, and the days they touch."""
    from scrapers import registry
    from warehouse import database, door, load

    source = registry.load(variables={"sample_site": "http://127.0.0.1:9"})["drop_feed"]
    received = "2026-11-21T02:30:00.000+08:00"
    door.judge(work, file, source=source, file_sha256=SHA, filename=file.name, received_at=received)
    database.create(work / database.DATABASE_NAME)
    con = database.build(work / database.DATABASE_NAME)
    load.prepare(con, "real")
    load.load_receipts(con, work, [load.Receipt.read(load.receipt_path(work, source.id, SHA))], "bench")
    load.touch(con)
    con.execute("checkpoint")
    con.close()


def _wall(file: Path, _work: Path) -> None:
    from warehouse import privacy

    for _hit in privacy.search(file):
        raise AssertionError("the lines of this bench hold nobody's data")


def _child(way: str, file: Path, work: Path) -> Cost:
    begin = time.monotonic()
    {"plain": _plain, "parquet": _parquet, "door": _door, "wall": _wall}[way](file, work)
    used = resource.getrusage(resource.RUSAGE_SELF)
    return Cost(used.ru_utime + used.ru_stime, time.monotonic() - begin, used.ru_maxrss * 1024 / 1e9)


if __name__ == "__main__":
    cost = _child(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
    sys.stdout.write(json.dumps({"cpu_s": cost.cpu_s, "wall_s": cost.wall_s, "gb": cost.gb}))

"""Damaged feed files, made from a seed, and a second opinion on each of their lines.

`file(seed)` gives the bytes of a file with whatever goes wrong on the way from a hospital: torn lines, other encodings,
broken compression, JSON that is nearly JSON. `opinion(line)` says whether a line is a good record, and which. It shares
no code with the door: Python's own JSON reader with strict hooks, the reference implementation of JSON Schema, and the
rules of the specification written out again. Where they differ, one of the two is wrong.
"""

from __future__ import annotations

import gzip
import json
import random
import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta, timezone
from functools import cache
from typing import Any

import jsonschema
import orjson
import zstandard

from scrapers import contracts
from tests.scrapers.contracts import generated

BOM = b"\xef\xbb\xbf"
SHANGHAI = timezone(timedelta(hours=8))
Edit = Callable[[random.Random, str], str]


# ---- what goes wrong with a line


NUMBERS = [
    *("NaN", "Infinity", "-Infinity", "1e400", "-1e400", "1E+2", "12.0", "-0", "-0.0", "007", "+5", ".5", "5.", "0x10"),
    *(
        "1_000",
        "null",
        "true",
        "false",
        "1000000000000000",
        "1000000000000001",
        "9223372036854775807",
        "9223372036854775808",
        "-9223372036854775809",
        "-1",
        "1.5",
    ),
    *("1e-7", "[]", "{}", "1e2", "1.0e2", "１２", "1,234", "0.30000000000000004", "4.9e-324", "1e308", "9" * 20 + ".0"),
]


def _number(rng: random.Random, line: str) -> str:
    """Another spelling of one number, good or bad."""
    places = list(re.finditer(r"(?<=[:\[,])\s*-?\d+(?:\.\d+)?(?=\s*[,}\]])", line))
    if not places:
        return line
    place = rng.choice(places)
    value = place[0].strip()
    spelt = rng.choice(
        [*NUMBERS, "1" * 40, f"[{value}]", f'{{"value": {value}}}', '"12"', '"1e9"', '"33%"', '"0x1F"', '""']
    )  # fmt: skip
    return line[: place.start()] + spelt + line[place.end() :]


def _string(rng: random.Random, line: str) -> str:
    """Something strange inside one text or name."""
    places = list(re.finditer(r'"[^"\\]+"', line))
    if not places:
        return line
    place = rng.choice(places)
    inner = place[0][1:-1]
    at = rng.randrange(len(inner) + 1)
    strange = rng.choice(
        ["\x00", "\x01", "\x1f", "\x7f", "\x0b", "\t", "\r", "\u2028", "\u2029", "\u0085", "\ufeff", "\u200b", "\ufffd",
         "\\u2028", "\\ud800", "\\udc00\\ud800", "\\ud83d\\ude00", "\\u0000", "\\u0041", "\\x41", "\\'", "\\/", "\\n",
         '\\"', "\\\\", "\\", '"', "'", "😀", "é", "e\u0301", "\ue000", " ", "A", "1"]
    )  # fmt: skip
    return line[: place.start()] + '"' + inner[:at] + strange + inner[at:] + '"' + line[place.end() :]


def _key(rng: random.Random, line: str) -> str:
    """One name written otherwise: escaped (the same name), in capitals, twice, or a field more."""
    places = list(re.finditer(r'"([a-z_]+)"(\s*:)', line))
    if not places:
        return line
    place = rng.choice(places)
    name, colon = place[1], place[2]
    escaped = "".join(f"\\u{ord(c):04x}" if rng.random() < 0.3 else c for c in name)
    new = rng.choice(
        [f'"{escaped}"{colon}', f'"{name.upper()}"{colon}', f'"{name} "{colon}', f"{name}{colon}", f"'{name}'{colon}",
         f'"{name}"{colon} 1, "{name}"{colon}', f'"{escaped}"{colon} null, "{name}"{colon}',
         f'"zz"{colon} 1, "{name}"{colon}',
         f'"zz"{colon} {{"a": [1, {{"b": null}}]}}, "{name}"{colon}', f'""{colon} "", "{name}"{colon}', f'"{name}"',
         f'"{name}"{colon}{colon}', f', "{name}"{colon}']
    )  # fmt: skip
    return line[: place.start()] + new + line[place.end() :]


def _punctuation(rng: random.Random, line: str) -> str:
    at = rng.randrange(len(line))
    return rng.choice(
        [
            line[:-1] + ",}",
            line[:-1] + rng.choice(["]", "", "}}", "}\x00", "} {}", "}#", "} // x", "};"]),
            line.replace("{", "[", 1),
            line.replace(",", ",,", 1),
            line.replace(", ", ",", rng.randrange(9)),
            line.replace(": ", ":\t", rng.randrange(9)),
            line.replace(": ", ":\xa0", 1),
            line.replace(", ", ",\u3000", 1),
            line.replace(", ", ",\x0c", 1),
            line.replace('"', "'"),
            line.replace('"', "“", 1),
            line.replace(", ", ", /* c */ ", 1),
            line[:at] + line[at + 1 :],
            line[:at] + line[at] + line[at:],
            line[:at],
            line[at:],
            line + line,
            line + "\r" + line,
            line + " " + line,
            "[" + line + "]",
            json.dumps(line),
            " \t" + line + " \t\r",
            "\ufeff" + line,
            "\ufeff\ufeff" + line,
            line.replace("{", "{\ufeff", 1),
            "\x1e" + line,  # a JSON text sequence
            "data: " + line,
        ]
    )


def _value(rng: random.Random, line: str) -> str:
    """A record of its type with one thing changed: dates, codes, nulls, nesting."""
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return line
    if not isinstance(record, dict):
        return line
    payload = record["payload"] if isinstance(record.get("payload"), dict) else {}
    depth = rng.choice([3, 60, 1100, 100_000])
    deep = "[" * depth + "]" * depth
    changes: dict[str, list[Any]] = {
        "event_date": ["2026-02-29", "2026-11-31", "20261120", "2026-11-20T00:00:00", "", None, "2026-11-20 ", 45000,
                       "0000-01-01", "9999-12-31", "10000-01-01"],
        "produced_at": ["2026-11-20T23:30:00", "2026-11-20 23:30:00", "2026-11-20T24:00:00Z", "2026-11-20T23:59:60Z",
                        "2026-11-20T23:30:00+15:00", "2026-11-20t23:30:00z", "2026-11-20T23:30Z", None, 0,
                        "2026-11-20T15:30:00,5Z", "2026-11-19T23:44:59+08:00", "2026-11-19T23:45:00+08:00"],
        "op": ["void", "UPSERT", "", None, "upsert "],
        "reporter_org_code": ["12110105400500001A", "1211010540050000", "local:", "local:a b", "LOCAL:1", None,
                              "12110105400500001e", "nhsa:" + "x" * 41, 12110105400500001],
        "source_version": [0, 1, 2**31, 2**63 - 1, 2**63, 1.0, "1", None, True],
        "not_provided": [[], ["a"], ["a" * 61], [None], [["a"]], "a", None, {"a": 1}, ["\t"]],
        "payload": [None, [], "", {}, 0, [payload], {"payload": payload}],
        "record_type": [*contracts.load(), "x", None, "Capacity"],
        "period_type": ["week", "month", "day", None, "", 1],
        "schema_version": ["1.0", "1", 1.0, "1.1", None],
    }  # fmt: skip
    name = rng.choice([*changes, "a field", "no field", "nothing", "deep", "counts"])
    if name in changes:
        record[name] = rng.choice(changes[name])
    elif name == "a field":
        payload[rng.choice(list(payload) or ["x"])] = rng.choice([None, [], {}, "", "x" * 500, 1, -1, 1.5, True])
    elif name == "no field":
        payload.pop(rng.choice(list(payload) or ["x"]), None)
    elif name == "nothing":
        record.pop(rng.choice(list(record)))
    elif name == "deep":
        payload["extra"] = "DEEP"
    else:
        payload.update(rng.choice([
            {"requested": 5, "rejected": 6}, {"capacity_released": 5, "capacity_total": 4},
            {"not_recognised": 2, "not_recognised_reasons": {"R6_other": 3}},
        ]))  # fmt: skip
    items = list(record.items())
    rng.shuffle(items)
    return json.dumps(dict(items), ensure_ascii=rng.random() < 0.3).replace('"DEEP"', deep)


def _none(_rng: random.Random, line: str) -> str:
    return line


EDITS: tuple[Edit, ...] = (_number, _string, _key, _punctuation, _value, _none)


def line(rng: random.Random) -> bytes:
    """One line, good or bad, without its end."""
    if rng.random() < 0.06:
        return rng.choice(
            [
                b"",
                b" ",
                b"\t",
                BOM,
                b"\x00",
                b"\xff\xfe",
                b"null",
                b"{}",
                b"[]",
                b'"x"',
                b"0",
                b"\x0b",
                b"\xa0",
                b"id,name",
            ]
        )
    record = generated.record(rng, contracts.load()[rng.choice(sorted(contracts.load()))])
    text = json.dumps(record, ensure_ascii=rng.random() < 0.2)
    for _ in range(rng.choice([0, 1, 1, 1, 2])):
        text = rng.choice(EDITS)(rng, text) or text
    data = text.replace("\n", " ").encode("utf-8", "surrogatepass")
    if rng.random() < 0.04:
        at = rng.randrange(len(data) + 1)
        data = (
            data[:at]
            + rng.choice([b"\x00", b"\xff", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe4\xb8", b"\x80"])
            + data[at:]
        )
    return data


# ---- what goes wrong with a file


def file(seed: int) -> bytes:
    """A file of up to 60 lines; some are packed, some torn, some in another encoding."""
    rng = random.Random(seed)
    lines = [line(rng) for _ in range(rng.choice([0, 1, 2, 10, 30, 60]))]
    end = rng.choice([b"\n", b"\n", b"\r\n", b"\n\n"])
    ends = [end if rng.random() < 0.9 else rng.choice([b"\n", b"\r\n", b"\r\r\n", b" \n"]) for _ in lines]
    if lines and rng.random() < 0.3:
        ends[-1] = b""
    data = b"".join(text + tail for text, tail in zip(lines, ends, strict=True))
    if rng.random() < 0.1:
        data = BOM + data
    return rng.choice([_plain] * 12 + [_packed] * 5 + [_torn, _wide, _cr_only, _blank, _other_encoding])(rng, data)


def _plain(_rng: random.Random, data: bytes) -> bytes:
    return data


def _packed(rng: random.Random, data: bytes) -> bytes:
    half = rng.randrange(len(data) + 1)
    packed = gzip.compress(data, mtime=0)
    squeezed = zstandard.compress(data)
    return rng.choice(
        [
            packed,
            gzip.compress(data[:half], mtime=0) + gzip.compress(data[half:], mtime=0),
            packed[: rng.randrange(2, len(packed))],
            packed[:-8] + rng.randbytes(8),
            packed + rng.randbytes(20),
            packed + b"\x00" * 512,
            gzip.compress(packed, mtime=0),
            squeezed,
            zstandard.compress(data[:half]) + zstandard.compress(data[half:]),
            squeezed[: rng.randrange(4, len(squeezed))],
            squeezed[:-1] + bytes([squeezed[-1] ^ 0xFF]),
            squeezed + b"junk",
        ]
    )


def _torn(rng: random.Random, data: bytes) -> bytes:
    return data[: rng.randrange(len(data) + 1)]


def _wide(rng: random.Random, data: bytes) -> bytes:
    text = data.decode("utf-8", "replace")
    return text.encode(rng.choice(["utf-16", "utf-16-le", "utf-16-be", "utf-32"]))


def _cr_only(_rng: random.Random, data: bytes) -> bytes:
    return data.replace(b"\r\n", b"\n").replace(b"\n", b"\r")


def _blank(rng: random.Random, _data: bytes) -> bytes:
    return b"".join(rng.choices([b"\n", b"\r\n", b" \n", b"\t\n", BOM + b"\n"], k=rng.randrange(30)))


def _other_encoding(rng: random.Random, data: bytes) -> bytes:
    return data.decode("utf-8", "replace").encode(rng.choice(["gb18030", "latin-1", "big5"]), "replace")


# ---- the second opinion


def content(data: bytes) -> bytes | None:
    """The unpacked bytes, None where they cannot be had whole."""
    try:
        if data.startswith(b"\x1f\x8b"):
            return gzip.decompress(data)
        if data.startswith(b"\x28\xb5\x2f\xfd"):
            return b"".join(_frames(data))
    except Exception:
        return None
    return data


def _frames(data: bytes) -> Iterator[bytes]:
    while data:
        frame = zstandard.ZstdDecompressor().decompressobj()
        yield frame.decompress(data)
        if not frame.eof:
            raise EOFError
        data = frame.unused_data


def lines(text: bytes) -> dict[int, bytes]:
    """Every line that holds anything by its number, without white space around it and a BOM before it."""
    page = _page(text)
    if page is not None:
        return {number: orjson.dumps(record) for number, record in enumerate(page, 1)}
    stripped = {
        number: line.strip(b" \t\r").removeprefix(BOM).strip(b" \t\r")
        for number, line in enumerate(text.removeprefix(BOM).split(b"\n"), 1)
    }
    return {number: line for number, line in stripped.items() if line}


def _page(text: bytes) -> list[Any] | None:
    """The records of a file that is one list of them, as a platform answers."""
    try:
        content = orjson.loads(text.removeprefix(BOM))
    except ValueError:
        return None
    return content if isinstance(content, list) and all(isinstance(item, dict) for item in content) else None


class Bad(Exception):
    """Why a line is not a good record."""


def opinion(line: bytes) -> dict[str, Any]:
    """The record that a line holds. Raises Bad."""
    record = _strict(line)
    if not isinstance(record, dict) or record.get("record_type") not in contracts.load():
        raise Bad("no record of a known type")
    naive = record.get("produced_at")
    if isinstance(naive, str) and re.fullmatch(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?", naive):
        record["produced_at"] = naive.replace(" ", "T") + "+08:00"  # Q05
    errors = list(_validator(record["record_type"]).iter_errors(record))
    if errors:
        raise Bad(errors[0].message[:80])
    _check_codes(record)
    _check_rules(record)
    return record


def _strict(line: bytes) -> Any:
    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        names = [name for name, _ in pairs]
        if len(set(names)) < len(names):
            raise Bad("duplicate name")
        return dict(pairs)

    def refuse(what: str) -> Any:
        raise Bad(what)

    def finite(digits: str) -> float:
        number = float(digits)
        return number if abs(number) < float("inf") else refuse("infinite")

    try:
        read = json.loads(line.decode(), object_pairs_hook=members, parse_constant=refuse, parse_float=finite)
        json.dumps(read, ensure_ascii=False).encode()  # no lone surrogates
    except (ValueError, RecursionError) as error:
        raise Bad(type(error).__name__) from None
    return read


@cache
def _validator(record_type: str) -> Any:
    """The reference implementation, with formats checked by the standard library."""
    checker = jsonschema.FormatChecker(formats=())

    @checker.checks("date")
    def _date(value: object) -> bool:
        return not isinstance(value, str) or (
            len(value) == 10 and value >= "1000" and _holds(date.fromisoformat, value)
        )

    @checker.checks("date-time")
    def _moment(value: object) -> bool:
        form = r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)"
        return not isinstance(value, str) or (re.fullmatch(form, value) is not None and _holds(_time, value))

    @checker.checks("uri")
    def _uri(value: object) -> bool:
        return not isinstance(value, str) or re.fullmatch(r"[!-~]+", value) is not None

    return jsonschema.Draft202012Validator(contracts.json_schema(contracts.load()[record_type]), format_checker=checker)


def _holds(read: Callable[[str], object], value: str) -> bool:
    try:
        read(value)
    except ValueError:
        return False
    return True


def _time(value: str) -> datetime:
    """RFC 3339; a leap second is read as the second before it, a fraction to the microsecond."""
    text = re.sub(r":60(?=[.Zz+-])", ":59", value).upper().replace("Z", "+00:00")
    text = re.sub(r"\.(\d+)", lambda m: "." + m[1][:6].ljust(6, "0"), text)
    return datetime.fromisoformat(text)


def _check_codes(record: dict[str, Any]) -> None:
    """GB 32100: a code without prefix has a right check digit."""
    fields = [("reporter_org_code", record["reporter_org_code"])]
    if record["op"] == "upsert":
        contract = contracts.load()[record["record_type"]]
        fields += [(c.name, record["payload"].get(c.name)) for c in contract.columns if c.field.check == "uscc"]
    for name, code in fields:
        if code and ":" not in code:
            weights = [pow(3, i, 31) for i in range(17)]
            total = sum(generated.ALPHABET.index(c) * w for c, w in zip(code, weights, strict=False))
            if generated.ALPHABET[-total % 31] != code[17]:
                raise Bad(f"check digit of {name}")


def _check_rules(record: dict[str, Any]) -> None:
    """Q04, Q08, Q09, Q10 and the range of whole numbers."""
    made = _time(record["produced_at"]).astimezone(SHANGHAI)
    if date.fromisoformat(record["event_date"]) > (made + timedelta(minutes=15)).date():
        raise Bad("Q04")
    if not record["source_version"] < 2**63:
        raise Bad("source_version beyond bigint")
    if record["op"] == "void":
        return
    payload = record["payload"]
    for leaf in (leaf for f in contracts.load()[record["record_type"]].fields for leaf in f.leaves()):
        value: Any = record
        for part in leaf.path.split("."):
            value = value.get(part) if isinstance(value, dict) else None
        if leaf.type in ("integer", "number") and value is not None and abs(value) > 10**15:
            raise Bad("larger than any sum could hold")
    match record["record_type"]:
        case "centre_activity" | "referral_activity" if (payload.get("rejected") or 0) > (
            payload.get("requested", 2**70)
        ):
            raise Bad("Q08")
        case "capacity_release" if payload["capacity_released"] > payload.get("capacity_total", 2**70):
            raise Bad("Q09")
        case "recognition_activity":
            reasons = payload.get("not_recognised_reasons")
            if reasons and sum(reasons.values()) != payload["not_recognised"]:
                raise Bad("Q10")

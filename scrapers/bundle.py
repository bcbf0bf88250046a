"""Archive and capture log across a one-way gap: a signed bundle, taken in whole or not at all.

Comes in: a home and a private key; a bundle, the trusted public keys and the wall. Goes out: one file; captures with
their bytes in another home, under their own ids and times. Never here: transport, parsing, loading.

    yilian-bundle 1\\n
    <ed25519 signature, 128 hex digits>\\n
    <length of the manifest, 12 digits>\\n
    <manifest: JSON>                          {format, home, created_at, members: [{path, sha256, size}]}
    <the members' bytes, one after the other> events/<YYYY-MM>/<run_id>.ndjson, then archive/<aa>/<sha256>

There is no container format between the lines: every byte is either signed or hashed, and none is left over. A
member's path is one of the two forms above and nothing else; it names the place, it is never joined as it comes.
A bundle carries whole logs of the crawler's runs and the bytes that their captures name. What was exported stands in
the event log (`exported`), so the next export brings what came since.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, BinaryIO, get_args
from urllib.parse import urlsplit

import orjson
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from scrapers import archive
from scrapers.addresses import absolute
from scrapers.archive import CHUNK, EventLog, Refusal, Wall, archive_path, new_run_id, tombstone_path
from scrapers.records import CONTENT_OUTCOMES, Capture, Kind, Outcome, Role, timestamp
from scrapers.registry import Source

MAGIC = b"yilian-bundle 1\n"
FORMAT = "yilian-bundle 1"
MOST_MANIFEST = 256 * 1024 * 1024
MOST_MEMBER = 8 * 1024**3  # twice the largest file that a source may send
MOST_TOTAL = 256 * 1024**3
CRAWLER = ("crawl", "collect")  # the verbs whose runs are carried

_RUN = r"\d{8}T\d{6}-(?:" + "|".join(CRAWLER) + r")-[0-9a-f]{8}"
_LOG = re.compile(rf"events/(\d{{4}}-\d{{2}})/({_RUN})\.ndjson")
_CONTENT = re.compile(r"archive/([0-9a-f]{2})/([0-9a-f]{64})")
_CAPTURE_NAMES = frozenset(f.name for f in fields(Capture))


class BundleRefused(ValueError):
    """The bundle, or the key, may not be used: one line that says why. Nothing of a refused bundle is in the home."""


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export wrote. `runs` and `files` are 0 where there was nothing new: then there is no file."""

    path: Path
    runs: int
    files: int
    size: int


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import brought in that was not there."""

    signer: str
    runs: int
    captures: int
    files: int
    refused: int


# ---------------------------------------------------------------- keys


def keygen(path: Path) -> tuple[Path, Path]:
    """A new pair: `<path>.key` (for the outside, readable by its owner only) and `<path>.pub` (trusted inside)."""
    private, public = path.with_name(path.name + ".key"), path.with_name(path.name + ".pub")
    for file in (private, public):
        if file.exists():
            raise BundleRefused(f"{file} is already there; a key is never overwritten")
    key = Ed25519PrivateKey.generate()
    path.parent.mkdir(parents=True, exist_ok=True)
    plain = serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    descriptor = os.open(private, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file_of_key:
        file_of_key.write(pem)
    public.write_bytes(
        key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    return private, public


def private_key(path: Path) -> Ed25519PrivateKey:
    """Raises BundleRefused where the file holds no ed25519 private key without a password."""
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise BundleRefused(f"{path} holds no ed25519 private key in PEM without a password") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise BundleRefused(f"{path} holds a private key that is not ed25519")
    return key


def public_key(path: Path) -> Ed25519PublicKey:
    """Raises BundleRefused where the file holds no ed25519 public key."""
    try:
        key = serialization.load_pem_public_key(path.read_bytes())
    except (ValueError, UnsupportedAlgorithm):
        raise BundleRefused(f"{path} holds no ed25519 public key in PEM") from None
    if not isinstance(key, Ed25519PublicKey):
        raise BundleRefused(f"{path} holds a public key that is not ed25519")
    return key


def fingerprint(key: Ed25519PublicKey) -> str:
    """The first 16 hex digits of the sha256 of a public key: its name in logs."""
    raw = key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return hashlib.sha256(raw).hexdigest()[:16]


# ---------------------------------------------------------------- export


def export(home: Path, home_kind: str, target: Path, key: Ed25519PrivateKey, since: str | None = None) -> Exported:
    """Write what no earlier export carried, or with `since` (ISO date) every run from that day on, to `target`.

    Raises BundleRefused where `target` exists, or bytes that the log names are not in the archive.
    """
    if target.exists():
        raise BundleRefused(f"{target} is already there")
    before = {} if since else _exported_sizes(home)
    logs = {path: size for path, size in _log_sizes(home, since).items() if size > before.get(path, 0)}
    if not logs:
        return Exported(target, 0, 0, 0)
    known = {sha for path, size in before.items() for sha in _contents(home / path, 0, size)}
    named = {sha for path, size in logs.items() for sha in _contents(home / path, before.get(path, 0), size)}
    members = [_member(home / path, path, size) for path, size in sorted(logs.items())]
    members += [_content_member(home, sha) for sha in sorted(named - known)]
    manifest = orjson.dumps({"format": FORMAT, "home": home_kind, "created_at": timestamp(), "members": members})
    _write_bundle(home, target, manifest, key.sign(MAGIC + manifest), members)
    EventLog(home, new_run_id("export")).append(
        "exported",
        durable=True,
        bundle=target.name,
        signer=fingerprint(key.public_key()),
        logs=logs,
        files=len(members),
    )
    return Exported(target, len(logs), len(members) - len(logs), target.stat().st_size)


def _exported_sizes(home: Path) -> dict[str, int]:
    """How much of each log earlier exports carried."""
    sizes: dict[str, int] = {}
    for event in archive.read_events(home, name="exported"):
        for path, size in event["logs"].items():
            sizes[path] = max(size, sizes.get(path, 0))
    return sizes


def _log_sizes(home: Path, since: str | None) -> dict[str, int]:
    """The crawler's logs and the length of their whole lines; a torn last line is not carried."""
    first = since.replace("-", "") if since else ""
    sizes = {}
    for file in sorted((home / "events").glob("*/*.ndjson")):
        path = file.relative_to(home).as_posix()
        if _LOG.fullmatch(path) and file.name >= first:
            sizes[path] = file.read_bytes().rfind(b"\n") + 1
    return {path: size for path, size in sizes.items() if size}


def _contents(log: Path, start: int, end: int) -> Iterator[str]:
    """The sha256 of every content that these bytes of a log name."""
    with log.open("rb") as file:
        file.seek(start)
        data = file.read(end - start)
    for line in data.splitlines():
        if b'"event":"capture"' in line:
            event = orjson.loads(line)
            if event["event"] == "capture" and event["sha256"] and event["outcome"] in CONTENT_OUTCOMES:
                yield event["sha256"]


def _content_member(home: Path, sha256: str) -> dict[str, Any]:
    file = archive_path(home, sha256)
    if not file.exists():
        raise BundleRefused(f"the log names the content {sha256} and the archive does not hold it")
    return {"path": file.relative_to(home).as_posix(), "sha256": sha256, "size": file.stat().st_size}


def _member(file: Path, path: str, size: int) -> dict[str, Any]:
    with file.open("rb") as stream:
        data = stream.read(size)
    return {"path": path, "sha256": hashlib.sha256(data).hexdigest(), "size": size}


def _write_bundle(home: Path, target: Path, manifest: bytes, signature: bytes, members: list[dict[str, Any]]) -> None:
    """Beside its place, to the disk, then into it; each member's bytes are held against the manifest on the way."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        with part.open("xb") as out:
            out.write(MAGIC + signature.hex().encode() + b"\n" + b"%012d\n" % len(manifest) + manifest)
            for member in members:
                with (home / member["path"]).open("rb") as file:
                    if _copy(file, out, member["size"]) != member["sha256"]:
                        raise BundleRefused(f"{member['path']}: its bytes are not those that its name promises")
            out.flush()
            os.fsync(out.fileno())
        part.rename(target)
    finally:
        part.unlink(missing_ok=True)


def _copy(source: BinaryIO, target: BinaryIO, size: int) -> str:
    """Copy exactly so many bytes, or as many as there are; the sha256 of what was copied."""
    sha, left = hashlib.sha256(), size
    while left and (chunk := source.read(min(CHUNK, left))):
        sha.update(chunk)
        target.write(chunk)
        left -= len(chunk)
    return sha.hexdigest() if not left else ""


# ---------------------------------------------------------------- import


def take_in(
    home: Path,
    home_kind: str,
    file: Path,
    trusted: Sequence[Ed25519PublicKey],
    sources: Mapping[str, Source],
    wall: Wall | None,
    tell: Callable[[str, int, int | None], None] = lambda _label, _done, _total: None,
) -> Imported:
    """Take a bundle in. Safe to repeat; a second time brings nothing.

    All is verified in held/ first: signature, every sha256, every path, every line; then the wall is asked. Raises
    BundleRefused before anything of it has entered.
    """
    with _one_at_a_time(home), file.open("rb") as stream:
        signer, manifest = _manifest(stream, file.stat().st_size, trusted)
        if manifest["home"] != home_kind:
            raise BundleRefused(f"it holds {manifest['home']} data, and this home is kept for {home_kind} data")
        run_id = new_run_id("import")
        with archive.room(home, run_id) as room:
            try:
                return _take_in(home, room, run_id, signer, stream, manifest["members"], sources, wall, tell)
            except BaseException:
                if not (room / f"{run_id}.import.json").exists():  # else it is entering, and `recover` finishes it
                    for leftover in room.iterdir():
                        if leftover.name != ".lock":
                            leftover.unlink()
                raise


@contextmanager
def _one_at_a_time(home: Path) -> Iterator[None]:
    lock = home / "held" / ".import.lock"
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _manifest(stream: BinaryIO, size: int, trusted: Sequence[Ed25519PublicKey]) -> tuple[str, dict[str, Any]]:
    """The signer and the manifest, believed: its signature holds and its members fill the file to its last byte."""
    head = stream.read(len(MAGIC) + 129 + 13)
    match = re.fullmatch(re.escape(MAGIC) + rb"([0-9a-f]{128})\n([0-9]{12})\n", head)
    if not match or int(match[2]) > MOST_MANIFEST:
        raise BundleRefused("it is no bundle of this format")
    manifest = stream.read(int(match[2]))
    signer = _signer(bytes.fromhex(match[1].decode()), MAGIC + manifest, trusted)
    try:
        content = orjson.loads(manifest)
        members = content["members"]
        sizes = [_checked(member)["size"] for member in members]
        paths = {member["path"] for member in members}
    except (orjson.JSONDecodeError, KeyError, TypeError):
        raise BundleRefused("its manifest is not one of this format") from None
    if content.get("format") != FORMAT or content.get("home") not in ("sample", "real"):
        raise BundleRefused("its manifest is not one of this format")
    if len(paths) < len(members):
        raise BundleRefused("its manifest names a member twice")
    if sum(sizes) > MOST_TOTAL or size != len(head) + len(manifest) + sum(sizes):
        raise BundleRefused("its length is not the one that its manifest promises")
    return signer, content


def _signer(signature: bytes, signed: bytes, trusted: Sequence[Ed25519PublicKey]) -> str:
    for key in trusted:
        try:
            key.verify(signature, signed)
        except InvalidSignature:
            continue
        return fingerprint(key)
    raise BundleRefused("its signature is not of a trusted key over these bytes")


def _checked(member: dict[str, Any]) -> dict[str, Any]:
    """A member of the manifest whose path is one of the two forms. Raises BundleRefused."""
    path, sha256, size = member["path"], member["sha256"], member["size"]
    content, log = _CONTENT.fullmatch(path), _LOG.fullmatch(path)
    is_right = (
        bool(content and content[2] == sha256 and content[1] == sha256[:2])
        or bool(log and log[1] == f"{log[2][:4]}-{log[2][4:6]}")
    ) and bool(re.fullmatch(r"[0-9a-f]{64}", sha256))
    if not is_right or type(size) is not int or not 0 <= size <= MOST_MEMBER:
        raise BundleRefused("its manifest names a member that no bundle may hold")
    return member


def _take_in(
    home: Path,
    room: Path,
    run_id: str,
    signer: str,
    stream: BinaryIO,
    members: list[dict[str, Any]],
    sources: Mapping[str, Source],
    wall: Wall | None,
    tell: Callable[[str, int, int | None], None],
) -> Imported:
    for number, member in enumerate(members, 1):
        with (room / Path(member["path"]).name).open("xb") as out:
            if _copy(stream, out, member["size"]) != member["sha256"]:
                raise BundleRefused(f"member {number} of {len(members)} is not the one that was signed")
            out.flush()
            os.fsync(out.fileno())
        tell("verify", number, len(members))
    brought = {m["sha256"] for m in members if m["path"].startswith("archive/")}
    logs = {m["path"]: _lines(room / Path(m["path"]).name) for m in members if m["path"].startswith("events/")}
    captures = [event for lines in logs.values() for event in lines if event["event"] == "capture"]
    _check_captures(home, captures, brought, sources)
    refusals = _ask_wall(home, room, captures, brought, sources, wall)
    return _enter(home, room, run_id, signer, logs, brought, refusals)


def _lines(log: Path) -> list[dict[str, Any]]:
    """The events of a staged log, each of the run that the log is named for."""
    events = []
    for number, line in enumerate(log.read_bytes().splitlines(), 1):
        try:
            event = orjson.loads(line)
            is_right = event["run_id"] == log.stem and isinstance(event["at"], str) and isinstance(event["event"], str)
            if event["event"] == "capture":
                _capture(event)
        except (orjson.JSONDecodeError, KeyError, TypeError, ValueError, AttributeError):
            is_right = False
        if not is_right:
            raise BundleRefused(f"{log.name}:{number}: not an event of that run")
        events.append(event)
    return events


def _capture(event: dict[str, Any]) -> Capture:
    """A capture line as the record; raises TypeError or ValueError where a field is wanting or contradicts another."""
    capture = Capture(**{name: event[name] for name in _CAPTURE_NAMES if name in event})
    if (capture.outcome in CONTENT_OUTCOMES) != bool(capture.sha256):
        raise ValueError
    for value, allowed in ((capture.kind, Kind), (capture.role, Role), (capture.outcome, Outcome)):
        if value not in get_args(allowed):
            raise ValueError
    for moment in (capture.requested_at, capture.finished_at):
        if datetime.fromisoformat(moment).tzinfo is None:
            raise ValueError
    date.fromisoformat(capture.business_date)
    if capture.sha256 and not capture.url.startswith("inbox:") and absolute(capture.url, "") is None:
        raise ValueError
    if capture.sha256:
        archive_path(Path(), capture.sha256)
    return capture


def _check_captures(
    home: Path, captures: list[dict[str, Any]], brought: set[str], sources: Mapping[str, Source]
) -> None:
    unknown = sorted({c["source_id"] for c in captures} - set(sources))
    if unknown:
        raise BundleRefused(f"no source.yml here for {', '.join(unknown)}: register them first")
    strange = sorted({c["source_id"] for c in captures if sources[c["source_id"]].kind != c["kind"]})
    if strange:
        raise BundleRefused(f"captures of another kind than source.yml says for {', '.join(strange)}")
    named = {c["sha256"] for c in captures if c["sha256"]}
    if brought - named:
        raise BundleRefused(f"{len(brought - named)} files are named by no capture")
    wanting = [
        sha
        for sha in named - brought
        if not archive_path(home, sha).exists() and not tombstone_path(home, sha).exists()
    ]
    if wanting:
        raise BundleRefused(
            f"{len(wanting)} files that its captures name are neither in it nor in the archive: "
            "take the earlier bundles in first, or export with --since"
        )


def _ask_wall(
    home: Path,
    room: Path,
    captures: list[dict[str, Any]],
    brought: set[str],
    sources: Mapping[str, Source],
    wall: Wall | None,
) -> dict[tuple[str, str], Refusal]:
    """What the wall refuses, by source and sha256, as if it were fetched here."""
    refusals: dict[tuple[str, str], Refusal] = {}
    asked: set[tuple[str, str]] = set()
    for capture in captures:
        key = capture["source_id"], capture["sha256"]
        if wall is None or capture["role"] not in archive.WALLED_ROLES or not capture["sha256"] or key in asked:
            continue
        asked.add(key)
        held = room / key[1] if key[1] in brought else archive_path(home, key[1])
        if not held.exists():  # refused by an earlier import: `_check_captures` has seen its tombstone
            told = json.loads(tombstone_path(home, key[1]).read_bytes())
            refusals[key] = Refusal(told["rule"], told["field"], told["line"])
            continue
        named = room / f"wall-{key[1]}{archive.endings(_name(capture['url']))}"  # the wall tells formats by endings
        named.symlink_to(held.resolve())
        try:
            refusal = wall(named, sources[key[0]])
        except Exception as error:
            raise BundleRefused(f"the wall could not judge a file of {key[0]}: {type(error).__name__}") from None
        finally:
            named.unlink()
        if refusal:
            refusals[key] = refusal
    return refusals


def _name(url: str) -> str:
    """The file name that the crawler held the bytes under."""
    return url if url.startswith("inbox:") else urlsplit(url).path.rpartition("/")[2]


def _enter(
    home: Path,
    room: Path,
    run_id: str,
    signer: str,
    logs: dict[str, list[dict[str, Any]]],
    brought: set[str],
    refusals: dict[tuple[str, str], Refusal],
) -> Imported:
    """Write down what is about to be done, then do it: a run that is killed here is finished by the next `recover`."""
    news: dict[str, int] = {}
    captures, kept, refused = 0, set[str](), set[str]()
    for path, events in logs.items():
        judged = [_judged(event, refusals) for event in events]
        local = home / path
        there = local.read_bytes() if local.exists() else b""
        there = there[: there.rfind(b"\n") + 1]
        fresh = judged[_agreed(path, there, judged) :]
        staged = there + b"".join(orjson.dumps(event) + b"\n" for event in fresh)
        (room / local.name).write_bytes(staged)
        archive.sync_file(room / local.name)
        for event in fresh:
            if event["event"] == "capture":
                captures += 1
                kept |= {event["sha256"]} if event["sha256"] else set()
                refused |= {event["capture_id"]} if event["outcome"] == "refused" else set()
        if fresh:
            news[path] = len(fresh)
    files = sorted(sha for sha in brought & kept if not archive_path(home, sha).exists())
    tombstones = {sha: asdict(refusal) for (_, sha), refusal in refusals.items() if sha not in kept}
    archive.carry_out_import(
        home, room, {"logs": sorted(news), "files": files, "tombstones": tombstones}, note=f"{run_id}.import.json"
    )
    if news:
        EventLog(home, run_id).append(
            "imported", durable=True, signer=signer, runs=len(news), captures=captures, files=len(files)
        )
    return Imported(signer, len(news), captures, len(files), len(refused))


def _judged(event: dict[str, Any], refusals: dict[tuple[str, str], Refusal]) -> dict[str, Any]:
    """The line as it enters: a capture whose bytes the wall refuses here becomes `refused`, with its coordinates."""
    if event["event"] != "capture":
        return event
    refusal = refusals.get((event["source_id"], event["sha256"]))
    if refusal is None or event["role"] not in archive.WALLED_ROLES:
        return event
    capture = replace(_capture(event), outcome="refused", sha256=None, error=archive.reason(refusal))
    return {**event, **asdict(capture)}


def _agreed(path: str, there: bytes, events: list[dict[str, Any]]) -> int:
    """How many lines of a log are here already. Raises BundleRefused where they are other lines."""
    known = [json.loads(line) for line in there.splitlines()]
    for mine, theirs in zip(known, events, strict=False):
        if any(mine.get(name) != theirs.get(name) for name in ("event", "at", "capture_id", "url", "run_id")):
            raise BundleRefused(f"{path}: this home holds other lines of that run")
    return len(known)

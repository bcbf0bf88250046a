"""Which sources there are: reads and checks every `<folder>/<source_id>/source.yml`.

Comes in: folders of source folders, and the variables that stand in addresses as `{name}`. Goes out: `Source`
by id, and the choice of those that may run in a home. Never here: fetching, or reading the environment.

What a source.yml may hold is said once, in source.schema.json beside this module. Everything that is wrong is
reported at once, each as `file:line: key: what`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any, Literal, cast

import jsonschema_rs
import yaml

from scrapers.records import SHANGHAI, Kind

PACKAGED = Path(__file__).parent / "sources"

Status = Literal["active", "paused", "sample"]
HomeKind = Literal["sample", "real"]
Network = IPv4Network | IPv6Network
Place = tuple[str | int, ...]  # where a value stands in the YAML: ("fetch", "budget")

PRIVATE_NETWORKS: tuple[Network, ...] = tuple(
    ip_network(n) for n in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "::1/128", "fc00::/7")
)  # link-local is not here: cloud machines hand out credentials there

_VARIABLE = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_SCHEMA = jsonschema_rs.validator_for(
    json.loads((Path(__file__).parent / "source.schema.json").read_text(encoding="utf-8"))
)


class RegistryError(ValueError):
    """A source.yml is wrong, or a source was asked for that cannot be had. One line a fault."""


@dataclass(frozen=True, slots=True)
class Publisher:
    name: str
    level: str
    adcode: str | None = None


@dataclass(frozen=True, slots=True)
class Discover:
    """How a source's addresses are found."""

    method: Literal["list_pages", "feed_manifest", "none"]
    max_pages: int = 100
    article_pattern: str | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """The hours of a day in which a publisher may be asked; one that ends before it begins goes over midnight."""

    begin: time
    end: time

    def holds(self, moment: datetime) -> bool:
        """Does this moment lie in it, by the clock of Asia/Shanghai? The end itself does not."""
        clock = moment.astimezone(SHANGHAI).time()
        if self.begin < self.end:
            return self.begin <= clock < self.end
        return clock >= self.begin or clock < self.end

    def __str__(self) -> str:
        return f"{self.begin:%H:%M}-{self.end:%H:%M}"


@dataclass(frozen=True, slots=True)
class Fetch:
    """How politely and how far. Seconds and bytes."""

    mode: Literal["http", "drop_folder"]
    min_interval_s: float = 4.0
    window: Window | None = None
    budget: int = 500
    timeout_s: float = 20.0
    deadline_s: float = 120.0
    retries: int = 3
    max_bytes: int = 256 * 1024 * 1024
    encoding: str | None = None
    must_match: tuple[str, ...] = ()
    allow_private: tuple[Network, ...] = ()
    plain_http: bool = False
    attachments: int = 20
    alert_after: int = 3
    robots: bool = True


@dataclass(frozen=True, slots=True)
class Freshness:
    warn_after: timedelta
    error_after: timedelta


@dataclass(frozen=True, slots=True)
class Assertions:
    min: int | None = None
    max: int | None = None
    fill_rate: Mapping[str, float] | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """One source.yml. `folder` is the source's own directory; empty tuples mean "not restricted"."""

    id: str
    title: str
    title_en: str | None
    publisher: Publisher
    kind: Kind
    status: Status
    urls: tuple[str, ...]
    discover: Discover
    fetch: Fetch
    cadence: str
    freshness: Freshness
    assertions: Assertions
    due: Mapping[str, int]
    record_types: tuple[str, ...]
    source_systems: tuple[str, ...]
    organisations: tuple[str, ...]
    contains_personal_data: bool
    licence: str
    owner: str
    folder: Path


def load(folders: Sequence[Path] = (PACKAGED,), variables: Mapping[str, str] | None = None) -> dict[str, Source]:
    """Every source of every folder, by id, in the order of the ids.

    Raises RegistryError with every fault found in any file.
    """
    sources: dict[str, Source] = {}
    faults: list[str] = []
    for folder in folders:
        for path in sorted(folder.glob("*/source.yml")):
            try:
                source = read(path, variables or {})
            except RegistryError as error:
                faults.append(str(error))
                continue
            if source.id in sources:
                faults.append(f"{path}:1: id: {source.id} is already defined in {sources[source.id].folder}")
            sources.setdefault(source.id, source)
    if faults:
        raise RegistryError("\n".join(faults))
    return dict(sorted(sources.items()))


def select(
    sources: Mapping[str, Source], home_kind: HomeKind, kind: Kind | None = None, ids: Sequence[str] = ()
) -> list[Source]:
    """The sources that may run in a home: status `sample` in a sample home, `active` in a real one.

    Raises RegistryError for an unknown id, and for a named source that does not fit: sample and real data never
    share a home.
    """
    wanted: Status = "sample" if home_kind == "sample" else "active"
    if not ids:
        return [s for s in sources.values() if s.status == wanted and kind in (None, s.kind)]
    return [_fitting(sources, home_kind, wanted, kind, source_id) for source_id in dict.fromkeys(ids)]


def _fitting(
    sources: Mapping[str, Source], home_kind: HomeKind, wanted: Status, kind: Kind | None, source_id: str
) -> Source:
    source = sources.get(source_id)
    if source is None:
        raise RegistryError(f"there is no source {source_id!r}; known: {', '.join(sources) or 'none'}")
    if source.status != wanted:
        raise RegistryError(f"source {source_id} is {source.status} and this home holds {home_kind} data")
    if kind not in (None, source.kind):
        raise RegistryError(f"source {source_id} is of kind {source.kind}, not {kind}")
    return source


def read(path: Path, variables: Mapping[str, str]) -> Source:
    """One source.yml, checked. Raises RegistryError with every fault of the file."""
    text = path.read_text(encoding="utf-8")
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        lines = dict(_lines(node)) if node else {}
        data = yaml.safe_load(text)
    except _DuplicateKey as error:
        raise RegistryError(f"{path}:{error.line}: {error.key}: written twice") from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise RegistryError(f"{path}:{line}: not YAML: {error.problem}") from None
    faults = list(_schema_faults(data)) or list(_more_faults(data, path.parent.name, variables))
    if faults:
        raise RegistryError(
            "\n".join(f"{path}:{_line(lines, place)}: {_name(place)}: {what}" for place, what in faults)
        )
    return _source(data, path.parent, variables)


def _schema_faults(data: object) -> Iterator[tuple[Place, str]]:
    for error in _SCHEMA.iter_errors(data):
        place = tuple(error.instance_path)
        unexpected = getattr(error.kind, "unexpected", None)
        if error.kind.name == "additionalProperties" and unexpected:
            yield from (((*place, key), "unknown key") for key in unexpected)
        else:
            yield place, error.message


def _more_faults(data: dict[str, Any], folder: str, variables: Mapping[str, str]) -> Iterator[tuple[Place, str]]:
    """What a JSON Schema cannot say."""
    if data["id"] != folder:
        yield ("id",), f"{data['id']!r} is not the name of its folder, {folder!r}"
    for i, url in enumerate(data.get("urls", ())):
        for name in _VARIABLE.findall(url):
            if name not in variables:
                yield ("urls", i), f"no variable {{{name}}} is given"
        is_plain = _fill(url, variables).lower().startswith("http://")
        if is_plain and not data["fetch"].get("plain_http"):
            yield ("urls", i), "is plain HTTP: everybody on the way may change it; fetch.plain_http allows it"
    window = data["fetch"].get("window", "")
    if window and window[:5] == window[6:]:
        yield ("fetch", "window"), "begins when it ends"
    mode, method, urls = data["fetch"]["mode"], data["discover"]["method"], data.get("urls")
    if mode == "http" and (method == "none" or not urls):
        yield ("fetch", "mode"), "http needs urls and a discover method"
    if mode == "drop_folder" and (method != "none" or urls):
        yield ("fetch", "mode"), "drop_folder has no urls and the discover method none"
    if (method, data["kind"]) in (("list_pages", "feed"), ("feed_manifest", "notices")):
        yield ("discover", "method"), f"{method} does not find sources of kind {data['kind']}"
    if _duration(data["freshness"]["warn_after"]) > _duration(data["freshness"]["error_after"]):
        yield ("freshness", "warn_after"), "is longer than error_after"
    for i, pattern in enumerate(data["fetch"].get("must_match", ())):
        if fault := _regex_fault(pattern):
            yield ("fetch", "must_match", i), fault
    if fault := _regex_fault(data["discover"].get("article_pattern", "")):
        yield ("discover", "article_pattern"), fault
    networks = data["fetch"].get("allow_private")
    for i, network in enumerate(networks if isinstance(networks, list) else ()):
        try:
            ip_network(network)
        except ValueError as error:
            yield ("fetch", "allow_private", i), str(error)


def _regex_fault(pattern: str) -> str | None:
    try:
        re.compile(pattern)
    except re.error as error:
        return f"not a regular expression: {error}"
    return None


def _source(data: dict[str, Any], folder: Path, variables: Mapping[str, str]) -> Source:
    title = data["title"] if isinstance(data["title"], dict) else {"zh": data["title"]}
    fetch = dict(data["fetch"])
    fetch["must_match"] = tuple(fetch.get("must_match", ()))
    fetch["allow_private"] = _networks(fetch.get("allow_private", False))
    if "window" in fetch:
        fetch["window"] = Window(*map(time.fromisoformat, fetch["window"].split("-")))
    return Source(
        id=data["id"],
        title=title["zh"],
        title_en=title.get("en"),
        publisher=Publisher(**data["publisher"]),
        kind=data["kind"],
        status=data["status"],
        urls=tuple(_fill(url, variables) for url in data.get("urls", ())),
        discover=Discover(**data["discover"]),
        fetch=Fetch(**fetch),
        cadence=data["cadence"],
        freshness=Freshness(**{k: _duration(v) for k, v in data["freshness"].items()}),
        assertions=Assertions(**data.get("assertions", {})),
        due=data.get("due", {}),
        record_types=tuple(data.get("record_types", ())),
        source_systems=tuple(data.get("source_systems", ())),
        organisations=tuple(data.get("organisations", ())),
        contains_personal_data=data["contains_personal_data"],
        licence=data["licence"],
        owner=data["owner"],
        folder=folder,
    )


def _fill(url: str, variables: Mapping[str, str]) -> str:
    """An address with its variables; one that is not given stays as it is written."""
    return _VARIABLE.sub(lambda m: variables.get(m[1], m[0]), url)


def _networks(allowed: bool | list[str]) -> tuple[Network, ...]:
    if isinstance(allowed, bool):
        return PRIVATE_NETWORKS if allowed else ()
    return tuple(ip_network(n) for n in allowed)


def _duration(text: str) -> timedelta:
    """`36h` → 36 hours; the schema has checked the form."""
    unit = {"m": "minutes", "h": "hours", "d": "days"}[text[-1]]
    return timedelta(**{unit: int(text[:-1])})


class _DuplicateKey(Exception):
    def __init__(self, key: str, line: int) -> None:
        self.key, self.line = key, line


def _lines(node: yaml.Node, place: Place = ()) -> Iterator[tuple[Place, int]]:
    """The line, from 1, of every key and item of the YAML."""
    yield place, node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in cast("list[tuple[yaml.ScalarNode, yaml.Node]]", node.value):
            if key.value in seen:
                raise _DuplicateKey(key.value, key.start_mark.line + 1)
            seen.add(key.value)
            yield from _lines(value, (*place, key.value))
            yield (*place, key.value), key.start_mark.line + 1
    elif isinstance(node, yaml.SequenceNode):
        for i, item in enumerate(node.value):
            yield from _lines(item, (*place, i))


def _line(lines: Mapping[Place, int], place: Place) -> int:
    """The line of a place, or of the nearest key around it that is there."""
    while place and place not in lines:
        place = place[:-1]
    return lines.get(place, 1)


def _name(place: Place) -> str:
    return ".".join(map(str, place)) or "source.yml"

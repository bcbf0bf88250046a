"""Which sources there are: reads and checks every `<folder>/<source_id>/source.yml`.

Comes in: folders of source folders, each with a `reporters.csv` where its operator keeps one, and the variables that
stand in addresses as `{name}`. Goes out: `Source` by id, and the choice of those that may run in a home. Never here:
fetching, or reading the environment.

What a source.yml may hold is said once, in source.schema.json beside this module. Everything that is wrong is
reported at once, each as `file:line: key: what`.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any, Literal, cast
from urllib.parse import urlsplit

import jsonschema_rs
import yaml

from scrapers import reporters
from scrapers.records import SHANGHAI, Kind
from scrapers.reporters import Reporter as Reporter

PACKAGED = Path(__file__).parent / "sources"

Status = Literal["active", "paused", "sample"]
HomeKind = Literal["sample", "real"]
Network = IPv4Network | IPv6Network
Place = tuple[str | int, ...]  # where a value stands in the YAML: ("fetch", "budget")

PRIVATE_NETWORKS: tuple[Network, ...] = tuple(
    ip_network(n) for n in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "::1/128", "fc00::/7")
)  # link-local is not here: cloud machines hand out credentials there

FEED_METHODS = frozenset({"feed_manifest", "feed_query"})
QUERY_NAMES = frozenset({"since", "until", "page"})  # filled in by the walk of feed_query, not by the operator
_PATTERNS = (("fetch", "must_match"), ("relevance", "title"), ("relevance", "title_not"), ("relevance", "body"))
_VARIABLE = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_RULES = json.loads((Path(__file__).parent / "source.schema.json").read_text(encoding="utf-8"))
_SCHEMA = jsonschema_rs.validator_for(_RULES)


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

    method: Literal["list_pages", "json_search", "jpaas", "syndication", "feed_manifest", "feed_query", "none"]
    max_pages: int = 100
    article_pattern: str | None = None
    item: str | None = None
    next_page: str | None = "{stem}_{page}{ext}"
    second_page: int = 2
    page_parameter: str | None = None
    days: int = 7
    first_page: int = 1


@dataclass(frozen=True, slots=True)
class Relevance:
    """Patterns that let an article in, by its title in the list and by the visible text of its page."""

    title: tuple[str, ...] = ()
    title_not: tuple[str, ...] = ()
    body: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Auth:
    """A header that the publisher's own hosts, and no others, are sent. Its value is a secret."""

    header: str
    value: str = field(repr=False)
    origins: frozenset[str]


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
    auth: Auth | None = None


@dataclass(frozen=True, slots=True)
class Freshness:
    """Limits of two clocks: since the source last answered, and (where given) since its content last changed."""

    warn_after: timedelta
    error_after: timedelta
    unchanged_warn_after: timedelta | None = None
    unchanged_error_after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Assertions:
    """What a run must show, else it is suspect. `drift`: share by which a count may fall below the last good run's."""

    min: int | None = None
    max: int | None = None
    drift: float | None = None
    fill_rate: Mapping[str, float] | None = None
    fill_rate_over: int = 20  # the latest so many notices


@dataclass(frozen=True, slots=True)
class Source:
    """One source.yml. `folder` is the source's own directory; empty tuples mean "not restricted".

    `lists`: for each list its addresses, of which the first that is there is read; `urls`: the first of each.
    `reporters`: whom the operator's reporters.csv adds to the organisations of the source.yml.
    """

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
    lists: tuple[tuple[str, ...], ...] = ()
    relevance: Relevance = Relevance()
    reporters: tuple[Reporter, ...] = ()

    @property
    def may_report(self) -> tuple[Reporter, ...]:
        """Everybody that the source may report for, with their days. Where nobody is named anywhere: whoever it is."""
        return (*map(Reporter, self.organisations), *self.reporters)


def load(
    folders: Sequence[Path] = (PACKAGED,),
    variables: Mapping[str, str] | None = None,
    activate: Sequence[str] = (),
) -> dict[str, Source]:
    """Every source of every folder, by id, in the order of the ids, with whom the folders' reporters.csv add to them.

    `activate` names paused sources that are switched on: how an operator starts a packaged source without touching
    its file. Raises RegistryError with every fault found in any file.
    """
    sources: dict[str, Source] = {}
    faults: list[str] = []
    for folder in folders:
        for path in sorted(folder.glob("*/source.yml")):
            try:
                source = read(path, variables or {}, is_activated=path.parent.name in activate)
            except RegistryError as error:
                faults.append(str(error))
                continue
            if source.id in sources:
                faults.append(f"{path}:1: id: {source.id} is already defined in {sources[source.id].folder}")
            sources.setdefault(source.id, source)
    if not faults:
        faults += [f"YILIAN_ACTIVATE: there is no source {i!r}" for i in activate if i not in sources]
        faults += [
            f"YILIAN_ACTIVATE: source {i} is {sources[i].status} and needs no switch"
            for i in activate
            if i in sources and sources[i].status == "sample"
        ]
        faults += _add_reporters(sources, folders)
    if faults:
        raise RegistryError("\n".join(faults))
    return dict(sorted(sources.items()))


def _add_reporters(sources: dict[str, Source], folders: Sequence[Path]) -> list[str]:
    """Put whom the folders' files name into the sources; the faults of the files."""
    faults: list[str] = []
    for folder in folders:
        rows, found = reporters.read(folder)
        faults += found
        for row in rows:
            source = sources.get(row.source_id)
            if source is None or source.kind != "feed":
                faults.append(f"{row.place}: source_id: there is no feed source {row.source_id!r}")
                continue
            added = (*source.reporters, row.reporter)
            sources[source.id] = replace(source, reporters=added)
    return faults


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
        way = f"; an operator switches it on: YILIAN_ACTIVATE={source_id}" if source.status == "paused" else ""
        raise RegistryError(f"source {source_id} is {source.status} and this home holds {home_kind} data{way}")
    if kind not in (None, source.kind):
        raise RegistryError(f"source {source_id} is of kind {source.kind}, not {kind}")
    return source


def read(path: Path, variables: Mapping[str, str], *, is_activated: bool = False) -> Source:
    """One source.yml, checked. Raises RegistryError with every fault of the file.

    The variables of a paused source need not be given: it asks nobody.
    """
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
    faults = list(_schema_faults(data))
    if not faults:
        if is_activated and data["status"] == "paused":
            data["status"] = "active"
        faults = list(_more_faults(data, path.parent.name, variables))
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
        elif "auth" in place:  # a message of the validator would quote what stands there
            yield place, "bearer has a token, basic a user and a password, header a header and a token; nothing else"
        else:
            yield place, _told(error)


def _told(error: Any) -> str:
    """What the validator says, in words that help: every choice, and what the schema says of the key."""
    if error.kind.name == "enum":
        return f"{json.dumps(error.instance, ensure_ascii=False)} is none of {', '.join(map(str, error.kind.options))}"
    if error.kind.name == "oneOf":  # of the alternatives, the one that this value's type means
        meant = [e for branch in error.kind.context for e in branch if e.kind.name != "type"]
        return str(meant[0].message if meant else error.message)
    rules: Any = _RULES
    for step in error.schema_path[:-1]:
        rules = rules[step]
    said = rules.get("description")
    return f"{error.message} ({said})" if said else str(error.message)


def _more_faults(data: dict[str, Any], folder: str, variables: Mapping[str, str]) -> Iterator[tuple[Place, str]]:
    """What a JSON Schema cannot say."""
    if data["id"] != folder:
        yield ("id",), f"{data['id']!r} is not the name of its folder, {folder!r}"
    for i, addresses in enumerate(data.get("urls", ())):
        for name in (n for url in _several(addresses) for n in _VARIABLE.findall(url)):
            if name.startswith("secret_"):
                yield ("urls", i), f"{{{name}}}: addresses are logged; a secret belongs into fetch.auth"
            elif name in QUERY_NAMES and data["discover"]["method"] == "feed_query":
                continue
            elif name not in variables and data["status"] != "paused":
                yield ("urls", i), f"no variable {{{name}}} is given"
        is_plain = any(_filled(url, variables).lower().startswith("http://") for url in _several(addresses))
        if is_plain and not data["fetch"].get("plain_http"):
            yield ("urls", i), "is plain HTTP: everybody on the way may change it; fetch.plain_http allows it"
    window = data["fetch"].get("window", "")
    if window and window[:5] == window[6:]:
        yield ("fetch", "window"), "begins when it ends"
    yield from _auth_faults(data["fetch"].get("auth", {}), data["status"], variables)
    mode, method, urls = data["fetch"]["mode"], data["discover"]["method"], data.get("urls")
    if mode == "http" and (method == "none" or not urls):
        yield ("fetch", "mode"), "http needs urls and a discover method"
    if mode == "drop_folder" and (method != "none" or urls):
        yield ("fetch", "mode"), "drop_folder has no urls and the discover method none"
    if method != "none" and (method in FEED_METHODS) != (data["kind"] == "feed"):
        yield ("discover", "method"), f"{method} does not find sources of kind {data['kind']}"
    for place in _PATTERNS:
        values = data.get(place[0], {}).get(place[1], ())
        for i, pattern in enumerate(values if isinstance(values, list) else ()):
            if fault := _regex_fault(pattern):
                yield (*place, i), fault
    for warn, error in (("warn_after", "error_after"), ("unchanged_warn_after", "unchanged_error_after")):
        limits = [_duration(data["freshness"][name]) for name in (warn, error) if name in data["freshness"]]
        if len(limits) == 2 and limits[0] > limits[1]:
            yield ("freshness", warn), f"is longer than {error}"
    if data["kind"] == "feed" and "fill_rate" in data.get("assertions", {}):
        yield ("assertions", "fill_rate"), "is for notices; what a feed record must have, its contract says"
    if fault := _regex_fault(data["discover"].get("article_pattern", "")):
        yield ("discover", "article_pattern"), fault
    networks = data["fetch"].get("allow_private")
    for i, network in enumerate(networks if isinstance(networks, list) else ()):
        try:
            ip_network(network)
        except ValueError as error:
            yield ("fetch", "allow_private", i), str(error)


def _auth_faults(auth: dict[str, str], status: Status, variables: Mapping[str, str]) -> Iterator[tuple[Place, str]]:
    """Never says a value: what stands here is a secret."""
    for key, text in auth.items():
        if key in ("scheme", "header"):
            continue
        if key != "user" and not re.fullmatch(r"\{secret_[a-z0-9_]+\}", text):
            yield ("fetch", "auth", key), "must be {secret_<name>}: a secret does not stand in a file"
        for name in _VARIABLE.findall(text) if status != "paused" else ():
            value = variables.get(name)
            if value is None:
                yield ("fetch", "auth", key), f"no variable {{{name}}} is given (YILIAN_{name.upper()})"
            elif not re.fullmatch(r"[!-~]([ -~]*[!-~])?", value):
                yield ("fetch", "auth", key), f"{{{name}}} is empty, or holds what a header cannot carry"


def _regex_fault(pattern: str) -> str | None:
    try:
        re.compile(pattern)
    except re.error as error:
        return f"not a regular expression: {error}"
    return None


def _source(data: dict[str, Any], folder: Path, variables: Mapping[str, str]) -> Source:
    title = data["title"] if isinstance(data["title"], dict) else {"zh": data["title"]}
    fetch = dict(data["fetch"])
    lists = tuple(tuple(_filled(url, variables) for url in _several(item)) for item in data.get("urls", ()))
    fetch["must_match"] = tuple(fetch.get("must_match", ()))
    fetch["allow_private"] = _networks(fetch.get("allow_private", False))
    if "window" in fetch:
        fetch["window"] = Window(*map(time.fromisoformat, fetch["window"].split("-")))
    fetch["auth"] = _auth(fetch.get("auth"), lists, variables)
    return Source(
        id=data["id"],
        title=title["zh"],
        title_en=title.get("en"),
        publisher=Publisher(**data["publisher"]),
        kind=data["kind"],
        status=data["status"],
        urls=tuple(addresses[0] for addresses in lists),
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
        lists=lists,
        relevance=Relevance(**{k: tuple(v) for k, v in data.get("relevance", {}).items()}),
    )


def _several(item: str | list[str]) -> list[str]:
    return [item] if isinstance(item, str) else item


def _filled(text: str, variables: Mapping[str, str]) -> str:
    """With the variables that are given; those of a paused source may be absent, and it asks nobody."""
    return _VARIABLE.sub(lambda m: variables.get(m[1], m[0]), text)


def _auth(auth: dict[str, str] | None, lists: tuple[tuple[str, ...], ...], variables: Mapping[str, str]) -> Auth | None:
    if not auth:
        return None
    filled = {key: _filled(text, variables) for key, text in auth.items()}
    origins = frozenset(f"{p.scheme}://{p.netloc.lower()}" for p in (urlsplit(u) for each in lists for u in each))
    if auth["scheme"] == "bearer":
        return Auth("Authorization", f"Bearer {filled['token']}", origins)
    if auth["scheme"] == "basic":
        pair = b64encode(f"{filled['user']}:{filled['password']}".encode()).decode("ascii")
        return Auth("Authorization", f"Basic {pair}", origins)
    return Auth(auth["header"], filled["token"], origins)


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

"""One polite session a source: asks for one address at a time and says what came of it.

Comes in: a source's `fetch` rules and addresses. Goes out: an `Answer`, its body streamed into a held file with
its sha256. It never raises for a fault of the outside world, never judges whether a body is the document
(challenge.py does), never asks faster than the interval or outside the window, never reaches a private address that
the source did not list (every address of every hop is looked at when the connection is made), never speaks plain
HTTP unless the source says so nor after TLS, never hands on more or less than the server said it would send, and
never reads the environment.

The deadline bounds one address with its retries and redirects; pauses for politeness do not count against it. A
timer closes the connection when it is over, because a server that sends a byte now and then outlives any timeout.
"""

from __future__ import annotations

import hashlib
import http.client
import random
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http.cookiejar import DefaultCookiePolicy
from importlib.metadata import PackageNotFoundError, version
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote, unquote, urljoin, urlsplit
from weakref import WeakSet

import requests
import urllib3
from protego import Protego
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.util.connection import create_connection

from scrapers.fetch import challenge, unpack
from scrapers.records import now, timestamp
from scrapers.registry import Fetch

CHUNK = 1024 * 1024
MAX_REDIRECTS = 5
BACK_OFF_S = 6 * 3600.0  # SPEC E: after a challenge page a site is left alone for six hours at least
ROBOTS_BYTES = 512 * 1024  # RFC 9309: parse at least 500 KiB
ROBOTS_TOKEN = "Yilian"
MAX_CRAWL_DELAY_S = 60.0
LONGEST_WAIT_S = 366 * 86_400.0  # that is believed of a Retry-After
_NAT64 = IPv6Network("64:ff9b::/96")
_RETRIED = frozenset({429, 500, 502, 503, 504})
_BLOCKED = frozenset({403, 412})  # SPEC E: refusals and the JS challenge of nhc.gov.cn
_GONE = frozenset({404, 410})


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of asking for one address. `held`, `sha256` and `size` are set where the outcome is `body`."""

    url: str
    outcome: Literal["body", "not_modified", "missing", "blocked", "error"]
    requested_at: str
    finished_at: str
    attempts: int
    status: int | None = None
    error: str | None = None
    held: Path | None = None
    sha256: str | None = None
    size: int | None = None
    final_url: str | None = None
    media_type: str | None = None
    filename: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    redirects: str | None = None  # `302 <address> 301 <address>`: where each answer on the way led
    stop: bool = False  # the source should not be asked again in this run
    back_off_s: float | None = None  # nor before this many seconds have passed


class Pause(Exception):
    """The rest waits for another run. Says why."""


class BudgetSpent(Pause):
    """The source has used up its requests for this run."""


class WindowClosed(Pause):
    """The hours in which the source may be asked are over, or have not begun."""


class _Fault(Exception):
    """Why an attempt failed, and whether another may help."""

    def __init__(
        self,
        reason: str,
        *,
        outcome: Literal["missing", "blocked", "error"] = "error",
        status: int | None = None,
        retry: bool = False,
        wait_s: float | None = None,
        stop: bool = False,
        back_off_s: float | None = None,
    ) -> None:
        super().__init__(reason)
        self.outcome: Literal["missing", "blocked", "error"] = outcome
        self.status, self.retry, self.wait_s, self.stop, self.back_off_s = status, retry, wait_s, stop, back_off_s


class PoliteSession:
    """Asks the hosts of one source, one request after another, within its budget."""

    def __init__(self, fetch: Fetch, contact: str, *, rest_s: float = 0.0) -> None:
        """`rest_s`: what is left of the pause after another session's last request to this source."""
        self._fetch = fetch
        self._left = fetch.budget
        self._first_at = time.monotonic() + rest_s
        self._hops: list[str] = []
        self._free_at: dict[str, float] = {}  # origin → when it may be asked again
        self._robots: dict[str, Protego | _Fault] = {}
        self._sockets: WeakSet[socket.socket] = WeakSet()
        self._session = _session(self._vet, self._sockets, contact)

    def __enter__(self) -> PoliteSession:
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()

    def get(
        self,
        url: str,
        held: Path,
        *,
        etag: str | None = None,
        last_modified: str | None = None,
        as_file: bool = False,
    ) -> Answer:
        """Ask for an address, conditionally where its last answer is known; stream a 200's body into `held`.

        `as_file` keeps the bytes as they are published (a .gz stays compressed whatever the server calls it).
        Raises BudgetSpent or WindowClosed before the first request that budget or window do not allow.
        """
        headers = {"Accept-Encoding": "identity"} if as_file else {}
        if etag:
            headers["If-None-Match"] = etag
        if last_modified:
            headers["If-Modified-Since"] = last_modified
        requested_at, deadline, attempt, left = timestamp(), _Deadline(self._fetch.deadline_s), 0, self._left
        while True:
            attempt += 1
            try:
                with self._guarded(deadline):
                    found = self._attempt(url, headers, held, deadline, as_file)
                return Answer(url, requested_at=requested_at, finished_at=timestamp(), attempts=attempt, **found)
            except Pause as pause:
                if self._left == left:
                    raise
                held.unlink(missing_ok=True)
                reason = f"on the way: {pause}"
                return Answer(url, "error", requested_at, timestamp(), attempt, error=reason, stop=True)
            except _Fault as fault:
                held.unlink(missing_ok=True)
                if not self._again(fault, attempt, deadline):
                    return Answer(
                        url,
                        fault.outcome,
                        requested_at,
                        timestamp(),
                        attempt,
                        status=fault.status,
                        error=self._too_late() if fault.outcome == "error" and deadline.is_over() else str(fault),
                        redirects=self._way(),
                        stop=fault.stop,
                        back_off_s=fault.back_off_s,
                    )

    # -- one attempt

    def _attempt(
        self, url: str, headers: dict[str, str], held: Path, deadline: _Deadline, as_file: bool
    ) -> dict[str, Any]:
        self._hops = []
        response = self._walk(self._with_tls(url), headers, deadline, self._hops, check_robots=self._fetch.robots)
        try:
            if response.status_code == 304:
                with suppress(urllib3.exceptions.HTTPError):
                    response.raw.read(challenge.HEAD_BYTES)  # an answer read to its end gives the connection back
                return {
                    "outcome": "not_modified",
                    "status": 304,
                    "final_url": response.url,
                    "redirects": self._way(),
                }
            if response.status_code != 200:
                raise _fault_of(response)
            sha256, size = self._stream(response, held, decode=not as_file)
        finally:
            response.close()
        if deadline.is_over():  # the timer closed the connection, and the end of a body looks the same
            raise _Fault(self._too_late(), status=200)
        return {
            "outcome": "body",
            "status": 200,
            "held": held,
            "sha256": sha256,
            "size": size,
            "final_url": response.url,
            "media_type": response.headers.get("Content-Type"),
            "filename": unquote(urlsplit(response.url).path).rsplit("/", 1)[-1] or None,
            "etag": response.headers.get("ETag"),
            "last_modified": response.headers.get("Last-Modified"),
            "redirects": self._way(),
        }

    def _walk(
        self, url: str, headers: dict[str, str], deadline: _Deadline, hops: list[str], check_robots: bool
    ) -> requests.Response:
        """Follow redirects by hand: each hop is checked, paused for and counted like any other request."""
        for _ in range(MAX_REDIRECTS + 1):
            self._heed_scheme(url)
            if check_robots:
                self._heed_robots(url, deadline)
            response = self._send(url, headers, deadline)
            if not response.is_redirect:
                return response
            with suppress(urllib3.exceptions.HTTPError):
                response.raw.read(challenge.HEAD_BYTES)  # a body read to its end gives the connection back
            response.close()
            target = _next_hop(url, response.headers["Location"])
            hops.append(f"{response.status_code} {_one_word(target)}")
            if _scheme(url) == "https" and _scheme(target) == "http":
                raise _Fault("a redirect from TLS to plain HTTP", status=response.status_code)
            url = target
        raise _Fault(f"more than {MAX_REDIRECTS} redirects")

    def _send(self, url: str, headers: dict[str, str], deadline: _Deadline) -> requests.Response:
        if self._left < 1:
            raise BudgetSpent(f"the budget of {self._fetch.budget} requests is used up")
        origin = _origin(url)
        free_at = self._free_at.get(origin, self._first_at)
        deadline.extend(free_at - time.monotonic())
        _sleep_until(free_at)
        self._heed_window()
        self._left -= 1
        if (auth := self._fetch.auth) and origin in auth.origins:  # never to a host that a redirect leads to
            headers = {**headers, auth.header: auth.value}
        patience = max(0.001, min(self._fetch.timeout_s, deadline.left()))
        try:
            return self._session.get(url, headers=headers, timeout=patience, stream=True, allow_redirects=False)
        except requests.exceptions.SSLError as error:
            raise _Fault(f"TLS: {_root(error)}") from None
        except (requests.ConnectionError, requests.Timeout) as error:
            raise _Fault(_root(error), retry=not deadline.is_over()) from None
        except (requests.RequestException, urllib3.exceptions.HTTPError, UnicodeError) as error:
            raise _Fault(f"no usable answer: {_root(error)}") from None
        finally:
            self._rest(origin)

    def _stream(self, response: requests.Response, held: Path, decode: bool) -> tuple[str, int]:
        limit = self._fetch.max_bytes
        too_large = _Fault(f"larger than {limit} bytes", status=200)
        stated = response.headers.get("Content-Length", "")
        if stated.isdecimal() and int(stated) > limit:
            raise too_large
        sha, size = hashlib.sha256(), 0
        encoding = response.headers.get("Content-Encoding", "") if decode else ""
        with held.open("wb") as file:
            try:
                for chunk in unpack.inflate(response.raw.stream(CHUNK, decode_content=False), encoding, limit):
                    size += len(chunk)
                    if size > limit:
                        raise too_large
                    sha.update(chunk)
                    file.write(chunk)
            except unpack.Bomb as bomb:
                raise _Fault(str(bomb), status=200) from None
            except unpack.Broken as broken:
                raise _Fault(str(broken), status=200, retry=True) from None
            except urllib3.exceptions.HTTPError as error:
                raise _Fault(f"broken off after {size} bytes: {_root(error)}", status=200, retry=True) from None
            finally:
                self._rest(_origin(response.url))
        return sha.hexdigest(), size

    def _too_late(self) -> str:
        return f"no whole answer within {self._fetch.deadline_s:g} s"

    # -- politeness

    def _heed_window(self) -> None:
        window = self._fetch.window
        if window and not window.holds(now()):
            raise WindowClosed(f"the publisher may be asked in its window only, {window}")

    def _heed_scheme(self, url: str) -> None:
        scheme = _scheme(url)
        if scheme not in ("http", "https"):
            raise _Fault(f"not an address of the web: {url[:200]}")
        if scheme == "http" and not self._fetch.plain_http:
            raise _Fault("plain HTTP, which fetch.plain_http does not allow")

    def _with_tls(self, url: str) -> str:
        """Lists still link to the http:// of sites that have long spoken TLS: without the switch that is asked for."""
        if self._fetch.plain_http or _scheme(url) != "http" or ":" in urlsplit(url).netloc:
            return url
        return "https" + url[4:]

    def _way(self) -> str | None:
        return " ".join(self._hops) or None

    def _rest(self, origin: str) -> None:
        """Start the pause of a host: from the end of an answer, up to a quarter longer than asked for."""
        interval = self._fetch.min_interval_s
        rules = self._robots.get(origin)
        if isinstance(rules, Protego):
            interval = max(interval, min(rules.crawl_delay(ROBOTS_TOKEN) or 0.0, MAX_CRAWL_DELAY_S))
        self._free_at[origin] = time.monotonic() + interval * random.uniform(1.0, 1.25)

    def _again(self, fault: _Fault, attempt: int, deadline: _Deadline) -> bool:
        """Wait before another attempt; False where none is due."""
        if not fault.retry or attempt > self._fetch.retries or self._left < 1:
            return False
        wait = fault.wait_s if fault.wait_s is not None else 0.5 * 2 ** (attempt - 1) * random.uniform(1.0, 1.5)
        if wait >= deadline.left():
            return False
        time.sleep(wait)
        return True

    def _heed_robots(self, url: str, deadline: _Deadline) -> None:
        origin = _origin(url)
        if origin not in self._robots:
            self._robots[origin] = self._read_robots(origin, deadline)
        rules = self._robots[origin]
        if isinstance(rules, _Fault):
            raise rules
        if not rules.can_fetch(url, ROBOTS_TOKEN):
            raise _Fault("robots.txt disallows this address", outcome="blocked")

    def _read_robots(self, origin: str, deadline: _Deadline) -> Protego | _Fault:
        """RFC 9309: no robots.txt (4xx) allows all; one that cannot be had (5xx) allows nothing."""
        response = self._walk(f"{origin}/robots.txt", {}, deadline, [], check_robots=False)
        try:
            body = response.raw.read(ROBOTS_BYTES, decode_content=True)
            if response.status_code >= 500:
                return _Fault(
                    f"robots.txt answers HTTP {response.status_code}: not asked", status=response.status_code, stop=True
                )
            text = body.decode("utf-8", "replace") if response.status_code == 200 else ""
        except urllib3.exceptions.HTTPError as error:
            raise _Fault(f"robots.txt: {_root(error)}", retry=True) from None
        finally:
            response.close()
            self._rest(origin)
        return Protego.parse(text)

    # -- connections

    def _vet(self, host: str, addresses: list[str]) -> None:
        """Raise where one of a host's addresses is not public and not listed by the source."""
        for text in addresses:
            address = _carried(ip_address(text.split("%")[0]))
            is_public = address.is_global and not address.is_multicast
            if not is_public and not any(address in network for network in self._fetch.allow_private):
                raise _Fault(f"{host} is at {address}, which is not public and not listed in fetch.allow_private")

    @contextmanager
    def _guarded(self, deadline: _Deadline) -> Iterator[None]:
        """Close this session's connections when the deadline is over, whatever they wait for."""
        finished = threading.Event()

        def watch() -> None:
            while not finished.wait(deadline.left()):
                if deadline.is_over():
                    for each in list(self._sockets):
                        with suppress(OSError):
                            each.shutdown(socket.SHUT_RDWR)
                    return

        watcher = threading.Thread(target=watch, name="deadline", daemon=True)
        watcher.start()
        try:
            yield
        finally:
            finished.set()
            watcher.join()


class _Deadline:
    def __init__(self, seconds: float) -> None:
        self._at = time.monotonic() + seconds

    def extend(self, seconds: float) -> None:
        self._at += max(0.0, seconds)

    def left(self) -> float:
        return max(0.0, self._at - time.monotonic())

    def is_over(self) -> bool:
        return self.left() <= 0.0


def _fault_of(response: requests.Response) -> _Fault:
    """What a status other than 200 and 304 means."""
    status = response.status_code
    try:
        head = response.raw.read(challenge.HEAD_BYTES, decode_content=True)
    except urllib3.exceptions.HTTPError:
        head = b""
    asked_to_wait = _retry_after(response.headers.get("Retry-After"))
    if status in _GONE:
        return _Fault(f"HTTP {status}", outcome="missing", status=status)
    if status in _BLOCKED or challenge.is_challenge(head):
        return _Fault(
            f"HTTP {status}: an anti-bot page or a refusal instead of the document",
            outcome="blocked",
            status=status,
            stop=True,
            back_off_s=max(BACK_OFF_S, asked_to_wait or 0.0),
        )
    return _Fault(
        f"HTTP {status}",
        status=status,
        retry=status in _RETRIED,
        wait_s=asked_to_wait,
        stop=status in (401, 429) or (status == 503 and bool(asked_to_wait)),
        back_off_s=asked_to_wait if status in (429, 503) else None,
    )


def _retry_after(value: str | None) -> float | None:
    """Seconds from `Retry-After: 120` or an HTTP date; None where it is not given or not readable."""
    if not value:
        return None
    if value.strip().isdigit():
        return min(float(value), LONGEST_WAIT_S)
    try:
        return max(0.0, (parsedate_to_datetime(value) - now()).total_seconds())
    except (ValueError, TypeError):
        return None


def _sleep_until(moment: float) -> None:
    """Sleep until a time of the monotonic clock."""
    while (left := moment - time.monotonic()) > 0:
        time.sleep(left)


def _scheme(url: str) -> str:
    try:
        return urlsplit(url).scheme
    except ValueError:
        return ""


def _one_word(url: str) -> str:
    """An address as it is written into a line: without white space or control characters, and not endless."""
    return re.sub(r"[\s\x00-\x1f\x7f]", lambda m: quote(m[0]), url)[:1000]


def _next_hop(url: str, location: str) -> str:
    try:
        return urljoin(url, location.encode("latin-1").decode("utf-8"))  # headers come as Latin-1, whatever they hold
    except ValueError:
        raise _Fault(f"a redirect to something that is no address: {location[:200]}") from None


def _carried(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address that an IPv6 address leads to (mapped, 6to4, NAT64), else the address itself."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address.sixtofour or address


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.lower()}"


def _root(error: BaseException) -> str:
    """The innermost reason of a wrapped network error, and short."""
    seen: BaseException = error
    while (inner := getattr(seen, "reason", None) or (seen.args and seen.args[-1])) and isinstance(inner, Exception):
        seen = inner
    if isinstance(seen, http.client.BadStatusLine):
        return "BadStatusLine: the answer does not begin as HTTP does"  # its own text is the answer's
    if isinstance(seen, urllib3.exceptions.PoolError | urllib3.exceptions.ConnectTimeoutError) and len(seen.args) > 1:
        seen.args = seen.args[1:]  # urllib3 says first which of its objects speaks
    text = re.sub(r"^\w+\(host=.*?\): ", "", str(seen)).strip()
    return f"{type(seen).__name__}: {text[:200]}" if text else type(seen).__name__


# ---------------------------------------------------------------- the session


def _session(vet: Callable[[str, list[str]], None], sockets: WeakSet[socket.socket], contact: str) -> requests.Session:
    session = _Session()
    session.trust_env = False  # no proxy, no .netrc, no certificate bundle from the environment
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.headers["User-Agent"] = user_agent(contact)
    session.headers["Accept-Encoding"] = "gzip, deflate"  # what unpack.inflate can bound; others are no answer
    session.headers["Accept-Language"] = "zh-CN,zh;q=0.9,en;q=0.3"
    for scheme in ("http://", "https://"):
        session.mount(scheme, _Adapter(vet, sockets))
    return session


def user_agent(contact: str) -> str:
    """Who asks and how to reach them. The token Mozilla is there because gov.cn refuses agents without it."""
    try:
        number = version("yilian")
    except PackageNotFoundError:
        number = "0"
    reach = quote(contact, safe=" @:/+.,-")
    return f"Mozilla/5.0 (compatible; {ROBOTS_TOKEN}/{number}; statistics of public notices; contact: {reach})"


class _Session(requests.Session):
    def get_redirect_target(self, resp: requests.Response) -> str | None:
        """None: redirects are followed in `_walk`; requests would read the whole body of one even when told not to."""
        return None


class _Adapter(HTTPAdapter):
    """One connection a host, made only to vetted addresses, known to the deadline's timer."""

    def __init__(self, vet: Callable[[str, list[str]], None], sockets: WeakSet[socket.socket]) -> None:
        self._pools = _pool_classes(vet, sockets)
        super().__init__(pool_connections=4, pool_maxsize=1, max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = self._pools


class _Exact(http.client.HTTPResponse):
    """An answer whose body is as long as its Content-Length says: http.client itself drops what follows in silence,
    and half a page would look like a whole one. Too short a body is urllib3's to find."""

    def _close_conn(self) -> None:
        if self.length == 0 and not self.chunked and self._follows().strip():
            super()._close_conn()  # type: ignore[misc]
            raise http.client.HTTPException("more bytes than Content-Length says")
        super()._close_conn()  # type: ignore[misc]

    def _follows(self) -> bytes:
        """What has come in behind the body; a stray line end is harmless."""
        if self.status in (204, 304):
            return b""
        plug = self.fp.raw._sock  # type: ignore[attr-defined]
        patience = plug.gettimeout()
        try:
            plug.settimeout(0)
            return bytes(self.fp.peek(1))
        except (OSError, ValueError):
            return b""  # nothing there
        finally:
            with suppress(OSError):
                plug.settimeout(patience)


def _pool_classes(vet: Callable[[str, list[str]], None], sockets: WeakSet[socket.socket]) -> dict[str, Any]:
    def connect(connection: HTTPConnection) -> socket.socket:
        host, port = connection._dns_host, connection.port
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise urllib3.exceptions.NameResolutionError(host, connection, socket.gaierror(str(error))) from None
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        vet(host, addresses)
        fault: Exception | None = None
        for address in addresses:
            try:
                made = create_connection((address, port), connection.timeout, socket_options=connection.socket_options)
            except TimeoutError as error:
                fault = urllib3.exceptions.ConnectTimeoutError(connection, f"{host} does not answer: {error}")
            except OSError as error:
                fault = urllib3.exceptions.NewConnectionError(connection, f"{host}: {error}")
            else:
                sockets.add(made)
                return made
        raise fault or urllib3.exceptions.NewConnectionError(connection, f"{host} has no address")

    class Plain(HTTPConnection):
        response_class = _Exact

        def _new_conn(self) -> socket.socket:
            return connect(self)

    class Tls(HTTPSConnection):
        response_class = _Exact

        def _new_conn(self) -> socket.socket:
            return connect(self)

        def connect(self) -> None:
            super().connect()
            if isinstance(self.sock, socket.socket):
                sockets.add(self.sock)  # the TLS socket has taken the place of the plain one

    plain = type("PlainPool", (HTTPConnectionPool,), {"ConnectionCls": Plain})
    tls = type("TlsPool", (HTTPSConnectionPool,), {"ConnectionCls": Tls})
    return {"http": plain, "https": tls}

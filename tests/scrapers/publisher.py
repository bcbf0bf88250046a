"""A small publisher on loopback whose every answer a test writes, and who remembers every request."""

from __future__ import annotations

import hashlib
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from scrapers import registry
from scrapers.registry import Source

Answerer = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Page:
    """What an address answers. Without `conditional` it is sent whole every time."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    conditional: bool = False

    def __call__(self, handler: BaseHTTPRequestHandler) -> None:
        etag = f'"{hashlib.sha256(self.body).hexdigest()[:16]}"'
        if self.conditional and handler.headers.get("If-None-Match") == etag:
            handler.send_response(304)
            handler.end_headers()
            return
        handler.send_response(self.status)
        for name, value in ({"ETag": etag} if self.conditional else {}).items() | self.headers.items():
            handler.send_header(name, value)
        if "Content-Length" not in self.headers:
            handler.send_header("Content-Length", str(len(self.body)))
        handler.end_headers()
        handler.wfile.write(self.body)


@dataclass(frozen=True)
class Request:
    path: str
    at: float  # monotonic, when it was read
    headers: dict[str, str]
    connection: tuple[str, int]


class Publisher:
    """`pages[path]` answers; what is not there is 404. robots.txt is not there unless a test puts it there."""

    def __init__(self, certificate: Path | None = None) -> None:
        self.pages: dict[str, Answerer] = {}
        self.requests: list[Request] = []
        self.closing = threading.Event()  # ends the answers that would never end
        publisher = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                publisher.requests.append(Request(self.path, time.monotonic(), dict(self.headers), self.client_address))
                (publisher.pages.get(self.path) or publisher.answer)(self)

            def log_message(self, *_: Any) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_: Any) -> None:
                pass  # a client that closes a connection early is what these tests are about

        self._server = Server(("127.0.0.1", 0), Handler)
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.url = f"http{'s' if certificate else ''}://127.0.0.1:{self._server.server_port}"

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        """What `pages` does not hold; replicas of sites answer here."""
        Page(b"nothing here", 404)(handler)

    def asked(self, path: str | None = None) -> list[str]:
        """The paths asked for, in order, without robots.txt."""
        paths = [r.path for r in self.requests if r.path != "/robots.txt"]
        return [p for p in paths if p == path] if path else paths

    def __enter__(self) -> Publisher:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()

    # -- answers that are not pages

    def hang(self, handler: BaseHTTPRequestHandler) -> None:
        """Reads the question and says nothing."""
        self.closing.wait(30)

    def drip_headers(self, handler: BaseHTTPRequestHandler) -> None:
        """A byte of a header now and then, for ever."""
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        self._drip(handler)

    def drip_body(self, handler: BaseHTTPRequestHandler) -> None:
        """A byte of the body now and then, for ever."""
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
        self._drip(handler)

    def drip_unmeasured(self, handler: BaseHTTPRequestHandler) -> None:
        """The same without a length: the end of the connection is the end of the body."""
        handler.close_connection = True
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
        self._drip(handler)

    def reset(self, handler: BaseHTTPRequestHandler) -> None:
        """Breaks off in the middle of a body."""
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nonly this much")
        handler.wfile.flush()
        handler.close_connection = True
        handler.connection.close()

    def _drip(self, handler: BaseHTTPRequestHandler) -> None:
        try:
            while not self.closing.wait(0.05):
                handler.wfile.write(b"x")
        except OSError:
            handler.close_connection = True


def in_turn(*answers: Answerer) -> Answerer:
    """The first answer to the first request, and so on; the last again and again."""
    left = list(answers)

    def answer(handler: BaseHTTPRequestHandler) -> None:
        (left.pop(0) if len(left) > 1 else left[0])(handler)

    return answer


@contextmanager
def publisher(certificate: Path | None = None) -> Iterator[Publisher]:
    with Publisher(certificate) as running:
        yield running


def own_certificate(path: Path) -> Path:
    """A certificate for 127.0.0.1 that nobody but its maker has signed, with its key, in one PEM file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    today = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    return path


def write_source(folder: Path, source_id: str, **changes: Any) -> Path:
    """A source.yml that is right, with some keys changed (None takes a key away). Returns its path."""
    content: dict[str, Any] = {
        "id": source_id,
        "title": "测试来源",
        "publisher": {"name": "测试", "level": "institution"},
        "kind": "notices",
        "status": "active",
        "urls": ["http://127.0.0.1:9/list.shtml"],
        "discover": {"method": "list_pages"},
        "fetch": {
            "mode": "http",
            "min_interval_s": 0,
            "timeout_s": 0.5,
            "deadline_s": 2,
            "retries": 0,
            "allow_private": True,
            "plain_http": True,
        },
        "cadence": "daily",
        "freshness": {"warn_after": "2d", "error_after": "7d"},
        "contains_personal_data": False,
        "licence": "test",
        "owner": "test@example.org",
    }
    fetch = content["fetch"] | changes.pop("fetch", {})
    content = {key: value for key, value in (content | {"fetch": fetch} | changes).items() if value is not None}
    path = folder / source_id / "source.yml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return path


def make_source(folder: Path, source_id: str, **changes: Any) -> Source:
    """The same, read through the registry."""
    write_source(folder, source_id, **changes)
    return registry.load([folder])[source_id]

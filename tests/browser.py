"""A headless Chromium, driven over its own protocol: opens pages, waits for text, types, clicks, takes screenshots."""

from __future__ import annotations

import base64
import itertools
import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import ProxyHandler, Request, build_opener

import websocket

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-proxy-server",
    "--lang=en",
    "--window-size=1440,1000",
    "--remote-debugging-port=0",
    "--remote-allow-origins=*",
)
LIMIT_S = 60.0


class Browser:
    """One tab. Waiting is always for something that can be seen, never for time."""

    def __init__(self, socket: websocket.WebSocket) -> None:
        self._socket = socket
        self._numbers = itertools.count(1)

    def open(self, url: str) -> None:
        self._call("Page.navigate", url=url)
        self.wait("document.readyState === 'complete'")

    def evaluate(self, expression: str) -> Any:
        """The value of a JavaScript expression in the page."""
        answer = self._call("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def text(self) -> str:
        """What the page shows."""
        return str(self.evaluate("document.body ? document.body.innerText : ''"))

    def wait(self, condition: str, limit_s: float = LIMIT_S) -> None:
        """Wait until a JavaScript expression is true."""
        deadline = time.monotonic() + limit_s
        while not self.evaluate(f"!!({condition})"):
            assert time.monotonic() < deadline, (
                f"not within {limit_s:.0f} s: {condition}; the page shows: {self.text()[:800]}"
            )
            time.sleep(0.1)

    def wait_for_text(self, *texts: str, limit_s: float = LIMIT_S) -> None:
        """Wait until the page shows all of these."""
        wanted = json.dumps(texts, ensure_ascii=False)
        self.wait(f"document.body && {wanted}.every(t => document.body.innerText.includes(t))", limit_s)

    def type(self, selector: str, text: str) -> None:
        """Put the cursor into a field and type."""
        self.wait(f"document.querySelector({json.dumps(selector)})")
        self.evaluate(f"document.querySelector({json.dumps(selector)}).focus()")
        self._call("Input.insertText", text=text)

    def click(self, selector: str) -> None:
        self.wait(f"document.querySelector({json.dumps(selector)})")
        self.evaluate(f"document.querySelector({json.dumps(selector)}).click()")

    def click_text(self, selector: str, text: str) -> None:
        """Click the first element of a kind that shows this text."""
        of_kind = f"[...document.querySelectorAll({json.dumps(selector)})]"
        found = f"{of_kind}.find(e => e.innerText.trim() === {json.dumps(text)})"
        self.wait(found)
        self.evaluate(f"({found}).click()")

    def screenshot(self, file: Path) -> None:
        file.write_bytes(base64.b64decode(self._call("Page.captureScreenshot", format="png")["data"]))

    def _call(self, method: str, **params: Any) -> dict[str, Any]:
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            message = json.loads(self._socket.recv())
            if message.get("id") == number:
                assert "error" not in message, message["error"]
                result: dict[str, Any] = message["result"]
                return result


@contextmanager
def browser(program: str, profile: Path) -> Iterator[Browser]:
    """A fresh browser with a profile of its own, gone after the block."""
    with (
        (profile.parent / "chromium.log").open("wb") as log,
        subprocess.Popen(
            [program, *FLAGS, f"--user-data-dir={profile}", "about:blank"], stdout=log, stderr=log
        ) as process,
    ):
        try:
            socket = websocket.create_connection(
                _address(profile, process), timeout=LIMIT_S, http_no_proxy=["127.0.0.1"]
            )
            try:
                yield Browser(socket)
            finally:
                socket.close()
        finally:
            process.terminate()
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()


def _address(profile: Path, process: subprocess.Popen[bytes]) -> str:
    """The address of a new tab, once the browser has written its port down."""
    file = profile / "DevToolsActivePort"
    deadline = time.monotonic() + LIMIT_S
    while not (file.exists() and file.read_text().count("\n")):
        assert process.poll() is None, f"the browser ended with exit code {process.returncode}"
        assert time.monotonic() < deadline, "the browser did not start"
        time.sleep(0.05)
    port = file.read_text().splitlines()[0]
    request = Request(f"http://127.0.0.1:{port}/json/new?about:blank", method="PUT")
    with build_opener(ProxyHandler({})).open(request, timeout=10) as answer:
        return str(json.load(answer)["webSocketDebuggerUrl"])

"""The first run: what `make run` does. Everything in a home of its own, marked as sample data.

Serves the sample site on loopback, runs one whole night through the Airflow scheduler, publishes, says where
everything is, and stops what it started. A second run finds nothing new and leaves the same checksum.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import urlopen

from warehouse import airflow_local, publish
from warehouse.refresh import Refused
from warehouse.settings import Settings, business_date, read_marker, write_marker

SAMPLE_QUERY = (
    "select pilot_name, slots_released_num, slots_total_den, is_one_third_slots from mart_resource_sinking "
    "order by pilot_seq, month_start limit 5"
)
SITE_WAIT_S = 30.0


def run(settings: Settings, say: Callable[[str], None]) -> None:
    """One sample night. Raises HomeError in a home of real data, AirflowFailed or Refused where the night failed."""
    settings.open_home("sample")
    settings = replace(settings, variables={**settings.variables, "sample_site": _site_address(settings)})
    with _sample_site(settings.variables["sample_site"], say):
        if not airflow_local.night(settings, business_date(), say):
            raise Refused("the night did not end well: see the lines above")
    _tell(settings, say)


def _site_address(settings: Settings) -> str:
    """The address of the home's sample site: the same on every run, or pages would look new."""
    address = settings.variables["sample_site"]
    if "sample_site" not in read_marker(settings.home):
        parts = urlsplit(address)
        if _is_taken(parts.port or 80):
            with socket.socket() as free:
                free.bind(("127.0.0.1", 0))
                address = f"http://127.0.0.1:{free.getsockname()[1]}"
        write_marker(settings.home, {"sample_site": address})
    return address


def _is_taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


@contextmanager
def _sample_site(address: str, say: Callable[[str], None]) -> Iterator[None]:
    port = str(urlsplit(address).port)
    with subprocess.Popen(
        [sys.executable, "-m", "scrapers.sample_site", "--port", port],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            _wait_for(address, process)
            say(f"sample site 示例数据 at {address}")
            yield
        finally:
            process.terminate()


def _wait_for(address: str, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + SITE_WAIT_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            error = process.stderr.read() if process.stderr else ""
            raise airflow_local.AirflowFailed(f"the sample site did not start: {error.strip()[-300:]}")
        try:
            with urlopen(f"{address}/robots.txt", timeout=1):
                return
        except (URLError, OSError):
            time.sleep(0.1)
    raise airflow_local.AirflowFailed(f"the sample site did not answer at {address} within {SITE_WAIT_S:.0f} seconds")


def _tell(settings: Settings, say: Callable[[str], None]) -> None:
    version = next(v for v in publish.versions(settings) if v.is_current)
    folder = settings.current
    say("")
    say(f"published   {version.name}   (sample data, 示例数据)")
    say(f"checksum    {version.checksum}")
    say(f"report      {folder / 'report' / 'index.html'}")
    say(f"dictionary  {folder / 'catalogue' / 'index.html'}")
    say(f"database    {folder / 'yilian.duckdb'}   (Parquet beside it, in parquet/)")
    say("")
    say("ask it      .venv/bin/yilian sql \\")
    say(f'              "{SAMPLE_QUERY}"')
    say("see runs    make up      Airflow on its nightly schedule, with its pages on loopback (make down stops it)")
    say("health      .venv/bin/yilian status")
    say("real data   YILIAN_HOME=/some/other/place .venv/bin/yilian crawl && … refresh   (README: Real data)")

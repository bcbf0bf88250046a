"""Serve the sample site until interrupted."""

from __future__ import annotations

import argparse
import signal
import sys
import threading

from scrapers.sample_site import SampleSite


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m scrapers.sample_site", description=__doc__)
    parser.add_argument("--port", type=int, default=18765, help="on 127.0.0.1 (default %(default)s)")
    parser.add_argument("--days", type=int, default=14, help="days of feeds (default %(default)s)")
    parser.add_argument("--pilots", type=int, default=81, help="pilots with feeds (default %(default)s)")
    parser.add_argument("--seed", type=int, default=20260901)
    arguments = parser.parse_args()
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    signal.signal(signal.SIGINT, lambda *_: stop.set())
    site = SampleSite(seed=arguments.seed, days=arguments.days, pilots=arguments.pilots)
    with site.serve(arguments.port) as address:
        sys.stdout.write(f"sample site 示例数据: {address}\n")
        sys.stdout.flush()
        stop.wait()


if __name__ == "__main__":
    main()

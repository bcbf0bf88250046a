"""A small publisher of made-up notices and feeds on loopback, for the first run and for tests.

Everything it serves is invented, seeded and labelled 「示例数据」; the same seed gives the same bytes on any machine on any
day. `python -m scrapers.sample_site --port 18765` serves it; `SampleSite(...).serve()` does so inside a test.
"""

from scrapers.sample_site.site import SampleSite

__all__ = ["SampleSite"]

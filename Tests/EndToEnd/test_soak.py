"""A short soak; `soak.py` runs the long one."""

from __future__ import annotations

import argparse

import soak
from serving import serving


def test_a_short_soak() -> None:
    options = argparse.Namespace(requests=300, concurrency=24, seed=3)
    with serving(*soak.SERVER) as server:
        result = soak.soak(server, options)
        assert result["failures"] == []
        assert result["lives"]
        # A fifth of so few requests does not fill the caches; a leak of each request's would show.
        assert result["growth"] < 0.5
        assert server.stop() == 0

"""Servers that the tests share."""

from __future__ import annotations

from collections.abc import Iterator

import openai
import pytest

from serving import KEY, Server, serving


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A server of the bundled model with room for a few requests at once."""
    with serving("--parallel", "8", "--queue", "256") as started:
        yield started
        assert started.process.poll() is None, "the server died"


@pytest.fixture(scope="session")
def roomy() -> Iterator[Server]:
    """A server whose context has room for tools and their results."""
    with serving("-c", "4096") as started:
        yield started
        assert started.process.poll() is None, "the server died"


@pytest.fixture(scope="session")
def protected() -> Iterator[Server]:
    """A server that asks for a key."""
    with serving("--api-key", KEY) as started:
        yield started


@pytest.fixture
def client(server: Server) -> openai.OpenAI:
    """OpenAI's own client, which must not need to try twice."""
    return openai.OpenAI(base_url=f"{server.url}/v1", api_key="none", max_retries=0, timeout=60)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Adds the shared servers' logs to the report of a test that failed."""
    report = yield
    if report.failed and report.when == "call":
        for name in ("server", "protected"):
            started = getattr(item, "funcargs", {}).get(name)
            if started is not None:
                report.sections.append((f"log of {name}", started.log_text()[-1500:]))
    return report

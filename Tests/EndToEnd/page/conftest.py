"""What the tests of the page share: a browser, a server, and a page that is watched."""

import os
import shutil

import pytest
from mock_server import MockServer
from playwright.sync_api import sync_playwright
from watched_page import DESKTOP, PHONE, WatchedPage


# Of a module rather than of the session: while it is open, other tests can't use asyncio.
@pytest.fixture(scope="module")
def browser():
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if path is None:
        pytest.skip("no Chromium (Debian: apt-get install chromium)")
    # As root Chromium has no sandbox; it only sees this page.
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])


@pytest.fixture
def mock():
    """A server that says what the test wants."""
    server = MockServer()
    yield server
    server.shutdown()


@pytest.fixture
def new_page(browser, mock):
    """Makes watched pages; after the test none of them may have done anything forbidden."""
    contexts, pages = [], []

    def make(context=None, address=None, **options):
        if context is None:
            context = browser.new_context(**{**DESKTOP, **options})
            context.set_default_timeout(10_000)
            contexts.append(context)
        page = WatchedPage(context.new_page(), address or mock.address)
        pages.append(page)
        return page

    yield make
    try:
        for page in pages:
            page.assert_innocent()
    finally:
        for context in contexts:
            context.close()


@pytest.fixture
def chat(new_page):
    return new_page()


@pytest.fixture
def phone(new_page):
    return new_page(**PHONE)

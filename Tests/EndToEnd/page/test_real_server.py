"""The page with `bitnet serve` and the bundled model, and what that serves it with."""

from __future__ import annotations

import json
import threading

import httpx
import pytest
from mock_server import WEB, content_security_policy

from serving import serving

KEY = "sk-page-test"


@pytest.fixture(scope="module")
def bitnet_server():
    with serving("--parallel", "4") as server:
        yield server


@pytest.fixture
def real(new_page, bitnet_server):
    page = new_page(address=bitnet_server.url + "/")
    page.page.wait_for_selector("#model-name:text('kjv-tiny')")
    return page


def set_limit(real, tokens, seed=1):
    real.page.evaluate(
        "(value) => localStorage.setItem('bitnet.sampling', value)",
        json.dumps({"max_tokens": tokens, "seed": seed}),
    )


def test_files_are_served_as_the_mock_serves_them(bitnet_server):
    for file in WEB.iterdir():
        path = "/" if file.name == "index.html" else f"/page/{file.name}"
        response = bitnet_server.get(path)
        assert response.status_code == 200, path
        assert response.content == file.read_bytes()
        assert response.headers["Content-Security-Policy"] == content_security_policy()
        again = bitnet_server.get(path, headers={"If-None-Match": response.headers["ETag"]})
        assert again.status_code == 304 and again.content == b""


@pytest.mark.parametrize(
    "path", ["/page/..%2findex.html", "/page/../../etc/passwd", "/page/x", "/index.html"]
)
def test_there_is_nothing_else(bitnet_server, path):
    assert (
        httpx.get(httpx.URL(bitnet_server.url).copy_with(raw_path=path.encode())).status_code == 404
    )


def test_ask_and_ask_again(real):
    set_limit(real, 40)
    real.ask("In the beginning")
    first = real.answer.text_content()
    assert first.strip()
    assert "tokens/s" in real.footer.inner_text()
    real.page.click("[aria-label='Answer again']")
    real.wait()
    assert real.answer.text_content() == first, "the same seed gives the same answer"
    real.page.reload()
    real.page.wait_for_selector(".message")
    assert real.answer.text_content() == first


def test_the_defaults_are_those_of_the_server(new_page):
    with serving("--temp", "0.25", "--top-k", "7") as server:
        page = new_page(address=server.url + "/")
        page.page.wait_for_selector("#model-name:text('kjv-tiny')")
        page.page.click("#settings-button")
        assert page.page.input_value("#control-temperature") == "0.25"
        assert page.page.input_value("#control-top_k") == "7"


def test_stop(real, bitnet_server):
    set_limit(real, 400)
    real.page.fill("#prompt", "And it came to pass")
    real.page.keyboard.press("Enter")
    real.page.wait_for_selector("#stop", state="visible")
    real.page.keyboard.press("Escape")
    real.wait()
    assert real.page.locator(".notice:visible").count() <= 1
    real.ask("Behold")


def test_a_prompt_that_does_not_fit_says_so(real):
    real.expected_messages = ["400"]
    real.ask("begat " * 2000)
    assert "512" in real.texts(".notice.error p")[0]


def test_two_people_at_once(real, new_page, bitnet_server):
    set_limit(real, 60)
    other = new_page(address=bitnet_server.url + "/")
    set_limit(other, 60)
    real.send("Blessed are")
    other.send("The king said")
    real.wait()
    other.wait()
    assert real.answer.text_content() and other.answer.text_content()


def test_a_protected_server_asks_the_browser(browser, new_page):
    with serving("--api-key", KEY) as server:
        assert httpx.get(server.url + "/").status_code == 401
        context = browser.new_context(http_credentials={"username": "me", "password": KEY})
        page = new_page(context=context, address=server.url + "/")
        page.page.wait_for_selector("#model-name:text('kjv-tiny')")
        set_limit(page, 20)
        page.ask("In the beginning")
        assert page.answer.text_content()
        assert page.texts(".notice.error:visible") == []
        context.close()


def test_a_server_that_drains_is_named(new_page):
    with serving("--drain-delay", "4") as server:
        page = new_page(address=server.url + "/")
        page.expected_messages = ["503", "net::", "Failed"]
        page.page.wait_for_selector("#model[data-state=ready]")
        threading.Timer(0.2, server.terminate).start()
        page.page.wait_for_timeout(600)
        page.page.reload()
        page.page.wait_for_selector("#model[data-state=draining]")
        assert "about to stop" in page.page.get_attribute("#model", "title")

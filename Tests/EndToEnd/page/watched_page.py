"""The chat page in a browser tab, with what users do to it, and with an eye on what it does."""

import time
from urllib.parse import urlsplit

DESKTOP = {"viewport": {"width": 1280, "height": 820}}
PHONE = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
}

# A violation of the policy is reported to the page; the test asks for the list.
RECORD_VIOLATIONS = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) =>
  window.violations.push(event.violatedDirective + " " + event.blockedURI));
"""


class WatchedPage:
    def __init__(self, page, address):
        self.page = page
        self.address = address
        self.errors, self.dialogs, self.foreign = [], [], []
        # Messages of the browser that a test provokes, such as an answer of 503.
        self.expected_messages = []
        page.add_init_script(RECORD_VIOLATIONS)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", self._console)
        page.on("dialog", self._dialog)
        page.on("request", self._request)
        page.goto(address)
        page.wait_for_selector("#conversations > *", state="attached")

    def _console(self, message):
        is_expected = any(text in message.text for text in self.expected_messages)
        if message.type in ("error", "warning") and not is_expected:
            self.errors.append(message.text)

    def _dialog(self, dialog):
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def _request(self, request):
        if request.url.startswith(("data:", "blob:")):
            return
        if urlsplit(request.url).netloc != urlsplit(self.address).netloc:
            self.foreign.append(request.url)

    def assert_innocent(self):
        if self.page.is_closed():
            return
        assert self.errors == []
        assert self.dialogs == []
        assert self.foreign == []
        assert self.page.evaluate("window.violations") == []

    def send(self, text):
        asked = self.page.locator(".user").count()
        self.page.fill("#prompt", text)
        self.page.press("#prompt", "Enter")
        self.until(f"document.querySelectorAll('.user').length > {asked}")

    def ask(self, text):
        """Sends and waits for the whole answer."""
        self.send(text)
        self.wait()

    def wait(self):
        self.page.wait_for_selector(".running", state="detached")
        self.page.wait_for_selector("#send", state="visible")

    def until(self, expression):
        """Waits until a JavaScript expression holds (wait_for_function needs eval: forbidden)."""
        end = time.monotonic() + 10
        while not self.page.evaluate(expression):
            assert time.monotonic() < end, f"never: {expression}"
            self.page.wait_for_timeout(20)

    def texts(self, selector):
        return self.page.locator(selector).all_inner_texts()

    @property
    def messages(self):
        # What is out of sight has no inner text.
        return self.page.locator(".message .body").all_text_contents()

    @property
    def answer(self):
        return self.page.locator(".assistant .body").last

    @property
    def footer(self):
        return self.page.locator(".message").last.locator(".message-foot")

    @property
    def titles(self):
        return self.texts("#conversations a")

    def has_focus(self, selector):
        return self.page.locator(selector).evaluate("(node) => node === document.activeElement")

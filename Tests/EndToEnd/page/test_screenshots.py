"""The pictures of the documentation: `bitnet serve` with the bundled model, nothing else.

    WRITE_SCREENSHOTS=1 Scripts/test-end-to-end.sh page/test_screenshots.py

rewrites them; otherwise they are only taken. They look best with the fonts of the Debian packages
fonts-inter and fonts-jetbrains-mono. The words are the same every time, the speed below them is
that of the moment.
"""

import json
import os
import struct
import zlib

import pytest
from mock_server import ROOT
from watched_page import DESKTOP, PHONE

from serving import serving

PICTURES = ROOT / "Sources/BitNet/BitNet.docc/Resources"
LARGEST = 200_000
# The model was trained on the King James Bible alone, and continues what it is given.
CONVERSATIONS = [
    ["Hear, O my son,"],
    ["And the king said unto the woman"],
    ["In the beginning God created", "And the LORD spake unto Moses, saying,"],
]
SAMPLING = {"max_tokens": 90, "seed": 3, "temperature": 0.5}
VIEWS = {
    "chat-light": {**DESKTOP, "color_scheme": "light"},
    "chat-dark": {**DESKTOP, "color_scheme": "dark"},
    "chat-phone": {**PHONE, "color_scheme": "light"},
}


@pytest.fixture(scope="module")
def bundled_model():
    with serving("--chat-template", "plain") as server:
        yield server.url + "/"


@pytest.mark.parametrize("name", VIEWS)
def test_picture(bundled_model, new_page, name, tmp_path):
    chat = new_page(address=bundled_model, **VIEWS[name])
    chat.page.evaluate(
        "(value) => localStorage.setItem('bitnet.sampling', value)", json.dumps(SAMPLING)
    )
    for conversation in CONVERSATIONS:
        chat.page.keyboard.press("Control+Shift+O")
        for count, message in enumerate(conversation, 1):
            chat.page.fill("#prompt", message)
            chat.page.click("#send")
            chat.until(f"document.querySelectorAll('.assistant').length >= {count}")
            chat.wait()
    assert chat.page.locator("#model-name").text_content() == "kjv-tiny"
    assert chat.answer.text_content().strip()
    chat.page.evaluate("document.getElementById('scroller').scrollTop = 0")
    chat.page.mouse.move(700, 40)
    chat.page.wait_for_timeout(300)
    folder = PICTURES if os.environ.get("WRITE_SCREENSHOTS") else tmp_path
    file = folder / f"{name}.png"
    file.write_bytes(chat.page.screenshot())
    content = file.read_bytes()
    assert len(content) < LARGEST
    assert is_whole(content)


def is_whole(png):
    """Whether every chunk's checksum holds up to the end."""
    at = 8
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        (checksum,) = struct.unpack(">I", png[at + 8 + length : at + 12 + length])
        if zlib.crc32(png[at + 4 : at + 8 + length]) != checksum:
            return False
        if png[at + 4 : at + 8] == b"IEND":
            return True
        at += 12 + length
    return False

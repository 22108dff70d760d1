"""The pictures of the documentation.

    WRITE_SCREENSHOTS=1 Scripts/test-end-to-end.sh page/test_screenshots.py

rewrites them; otherwise they are only taken. They look best with the fonts of the Debian packages
fonts-inter and fonts-jetbrains-mono.
"""

import os
import pathlib
import struct
import zlib

import pytest
from mock_server import ROOT, Reply
from watched_page import DESKTOP, PHONE

PICTURES = ROOT / "Sources/BitNet/BitNet.docc/Resources"
LARGEST = 200_000
ANSWER = (pathlib.Path(__file__).parent / "answer.md").read_text()
CONVERSATIONS = [
    ("What does 1.58 bits mean?", "log₂ 3: the information in one of three values."),
    (
        "Write a haiku about the number zero",
        "Neither plus nor less,\na quiet gap in the row:\nthe sum rests on you.",
    ),
    ("How much memory do ternary weights need, compared with float16?", ANSWER),
]
VIEWS = {
    "chat-light": {**DESKTOP, "color_scheme": "light"},
    "chat-dark": {**DESKTOP, "color_scheme": "dark"},
    "chat-phone": {**PHONE, "color_scheme": "light"},
}


@pytest.mark.parametrize("name", VIEWS)
def test_picture(mock, new_page, name, tmp_path):
    chat = new_page(**VIEWS[name])
    for question, answer in CONVERSATIONS:
        chat.page.keyboard.press("Control+Shift+O")
        mock.replies = [Reply(answer, pause=0.008)]
        chat.page.fill("#prompt", question)
        chat.page.click("#send")
        chat.wait()
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

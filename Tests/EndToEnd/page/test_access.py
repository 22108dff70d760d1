"""Keyboard, screen readers, contrast, small screens."""

import pytest
from mock_server import Reply

RICH = """# Heading

A [link](https://a.example), `code` and **more**.

| a | b |
|---|---|
| 1 | 2 |

```swift
let answer = "text" // comment
let number = 42
```

> A quotation.

- [x] done
"""

# The name that a screen reader gets, without what it computes from far away.
NAMELESS = """() => [...document.querySelectorAll("button, a[href], input, textarea, [role=region], dialog")]
    .filter((node) => node.checkVisibility?.() && node.type !== "file" && !node.closest("[aria-hidden=true]")
        && node.getAttribute("aria-hidden") !== "true")
    .filter((node) => !(node.getAttribute("aria-label") || node.textContent.trim() || node.labels?.length
        || document.getElementById(node.getAttribute("aria-labelledby"))?.textContent))
    .map((node) => node.outerHTML)"""

# Contrast by WCAG 2: every text that is visible against what is painted below it.
CONTRAST = """() => {
    const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    const paint = (colours) => {
        canvas.clearRect(0, 0, 1, 1);
        for (const colour of colours) { canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1); }
        return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
    };
    const luminance = (rgb) => rgb.map((value) => value / 255)
        .map((value) => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)
        .reduce((sum, value, place) => sum + value * [0.2126, 0.7152, 0.0722][place], 0);
    const grounds = (node) => {
        const colours = [];
        for (let at = node; at; at = at.parentElement) colours.unshift(getComputedStyle(at).backgroundColor);
        return colours;
    };
    const failures = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const node = walker.currentNode.parentElement;
        const text = walker.currentNode.data.trim();
        const style = getComputedStyle(node);
        if (!text || !node.checkVisibility({ visibilityProperty: true }) || node.closest("noscript, :disabled"))
            continue;
        const below = grounds(node);
        const [ink, ground] = [paint([...below, style.color]), paint(below)].map(luminance);
        const ratio = (Math.max(ink, ground) + 0.05) / (Math.min(ink, ground) + 0.05);
        const isLarge = parseFloat(style.fontSize) >= 24;
        if (ratio < (isLarge ? 3 : 4.5)) failures.push(`${text.slice(0, 40)}: ${ratio.toFixed(2)}`);
    }
    return failures;
}"""

EMPTY_FIELDS = """() => [...document.querySelectorAll("input, textarea")].filter((node) =>
    node.checkVisibility() && node.placeholder).map((node) =>
    [node.id, getComputedStyle(node, "::placeholder").color])"""


def fill_page(mock, chat):
    mock.replies = [Reply(RICH), Reply(status=400, error="Refused.")]
    chat.expected_messages = ["400"]
    chat.ask("Show everything")
    chat.ask("Once more")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_contrast(mock, new_page, theme):
    chat = new_page(color_scheme=theme)
    assert chat.page.evaluate(CONTRAST) == []
    fill_page(mock, chat)
    chat.page.evaluate("document.getElementById('scroller').scrollTop = 0")
    chat.page.wait_for_timeout(100)
    assert chat.page.evaluate(CONTRAST) == []
    chat.page.click("#settings-button")
    chat.page.wait_for_timeout(400)
    assert chat.page.evaluate(CONTRAST) == []
    chat.page.keyboard.press("Escape")
    chat.page.click("#shortcuts-button")
    assert chat.page.evaluate(CONTRAST) == []


@pytest.mark.parametrize("device", ["chat", "phone"])
def test_everything_has_a_name(mock, device, request):
    chat = request.getfixturevalue(device)
    fill_page_by_button(mock, chat)
    assert chat.page.evaluate(NAMELESS) == []
    chat.page.click("#settings-button")
    assert chat.page.evaluate(NAMELESS) == []


def fill_page_by_button(mock, chat):
    mock.replies = [Reply(RICH)]
    chat.page.fill("#prompt", "Show everything")
    chat.page.click("#send")
    chat.wait()


def test_structure(mock, chat):
    fill_page(mock, chat)
    page = chat.page
    assert page.locator("main").count() == 1
    assert page.get_attribute("html", "lang") == "en"
    assert page.locator("h1").all_text_contents() == ["Show everything"]
    for landmark in ["aside[aria-label]", "nav[aria-label]", "section#scroller[aria-label]"]:
        assert page.locator(landmark).count() == 1
    identifiers = page.evaluate("[...document.querySelectorAll('[id]')].map((node) => node.id)")
    assert len(identifiers) == len(set(identifiers))
    assert page.locator("article[aria-label='You']").count() == 2
    assert page.locator("article[aria-label='Answer']").count() == 2


def test_a_finished_answer_is_announced_once(mock, chat):
    mock.replies = [Reply("word " * 20, pause=0.02)]
    heard = """() => { window.heard = [];
        new MutationObserver(() => window.heard.push(announcer.textContent))
            .observe(announcer, { childList: true, characterData: true, subtree: true }) }"""
    chat.page.evaluate(heard)
    chat.ask("Go on")
    assert chat.page.evaluate("window.heard") == ["Answer: " + "word " * 20]
    assert chat.page.locator("#transcript [aria-live], #transcript[aria-live]").count() == 0
    assert chat.page.locator(".assistant").get_attribute("aria-busy") == "false"


def test_enter_and_shift_enter(mock, chat):
    chat.page.click("#prompt")
    chat.page.keyboard.type("One")
    chat.page.keyboard.press("Shift+Enter")
    chat.page.keyboard.type("Two")
    assert mock.requests == []
    chat.page.keyboard.press("Enter")
    chat.until("document.querySelectorAll('.user').length === 1")
    chat.wait()
    assert mock.requests[0]["messages"][0]["content"] == "One\nTwo"
    assert chat.has_focus("#prompt")
    chat.page.keyboard.press("Enter")
    chat.page.wait_for_timeout(100)
    assert len(mock.requests) == 1


def test_a_composed_character_does_not_send(mock, chat):
    chat.page.fill("#prompt", "に")
    chat.page.evaluate("""document.getElementById("prompt").dispatchEvent(new KeyboardEvent("keydown",
        { key: "Enter", isComposing: true, bubbles: true, cancelable: true }))""")
    chat.page.wait_for_timeout(100)
    assert mock.requests == []


def test_the_arrow_up_edits_the_last_message(mock, chat):
    mock.replies = [Reply("First."), Reply("Second.")]
    chat.ask("Hello")
    chat.page.keyboard.press("ArrowUp")
    assert chat.page.input_value(".editor textarea") == "Hello"
    chat.page.keyboard.type(" there")
    chat.page.keyboard.press("Enter")
    chat.until("document.querySelector('.user .body').textContent === 'Hello there'")
    chat.wait()
    assert chat.messages == ["Hello there", "Second."]


def test_shortcuts(mock, chat):
    chat.ask("Hello")
    press = chat.page.keyboard.press
    press("Control+Shift+O")
    assert chat.texts("#title") == ["New chat"] and chat.has_focus("#prompt")
    press("Control+k")
    assert chat.has_focus("#search")
    press("Control+b")
    chat.page.wait_for_selector("#sidebar", state="hidden")
    assert chat.has_focus("#open-sidebar")
    press("Control+b")
    chat.page.wait_for_selector("#sidebar", state="visible")
    press("Control+,")
    chat.page.wait_for_selector("#settings[open]")
    press("Escape")
    press("Control+/")
    chat.page.wait_for_selector("#shortcuts[open] >> text=New chat")
    press("Escape")
    assert chat.page.locator("dialog[open]").count() == 0


def test_everything_can_be_reached_with_tab(mock, chat):
    mock.replies = [Reply(RICH)]
    chat.ask("Hello")
    chat.page.evaluate("document.activeElement.blur()")
    reached = set()
    for _ in range(60):
        chat.page.keyboard.press("Tab")
        reached.add(
            chat.page.evaluate("""() => { const node = document.activeElement;
            const outline = getComputedStyle(node).outlineStyle;
            if (node === document.body) return "the browser's own";
            if (outline === "none" && node.id !== "prompt") return "unseen " + node.outerHTML;
            return node.id || node.getAttribute("aria-label") || node.textContent }""")
        )
    wanted = {
        "skip",
        "close-sidebar",
        "new-chat",
        "search",
        "Rename Hello",
        "Delete Hello",
        "import",
        "export",
        "shortcuts-button",
        "theme-button",
        "settings-button",
        "prompt",
        "Edit message",
        "Answer again",
        "Copy message",
        "Copy code",
        "Code, swift",
        "Table",
        "link",
    }
    assert wanted - reached == set()
    assert not [name for name in reached if name.startswith("unseen")]


def test_the_skip_link(chat):
    chat.page.keyboard.press("Tab")
    assert chat.has_focus("#skip")
    chat.page.keyboard.press("Enter")
    assert chat.has_focus("#prompt")


def test_focus_comes_back_from_a_dialog(chat):
    chat.page.focus("#settings-button")
    chat.page.keyboard.press("Enter")
    chat.page.wait_for_selector("#settings[open]")
    chat.page.keyboard.press("Escape")
    chat.page.wait_for_selector("#settings", state="hidden")
    assert chat.has_focus("#settings-button")


def test_reduced_motion(mock, new_page):
    chat = new_page(reduced_motion="reduce")
    mock.replies = [Reply("late", pause=1)]
    chat.send("Hello")
    chat.page.wait_for_selector(".waiting i")
    assert chat.page.evaluate("document.getAnimations().length") == 0
    chat.wait()


def test_a_phone_shows_everything_within_its_width(mock, phone):
    fill_page_by_button(mock, phone)
    page = phone.page
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")
    for selector in ["#open-sidebar", "#settings-button", "#prompt", "#send"]:
        box = page.locator(selector).bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= 390 and box["y"] + box["height"] <= 844
        # Large enough for a finger.
        assert min(box["width"], box["height"]) >= 36


def test_the_drawer_of_a_phone(mock, phone):
    fill_page_by_button(mock, phone)
    page = phone.page
    assert page.locator("#sidebar").is_hidden()
    page.click("#open-sidebar")
    page.wait_for_selector("#sidebar", state="visible")
    assert page.evaluate("document.querySelector('main').inert")
    page.keyboard.press("Escape")
    page.wait_for_selector("#sidebar", state="hidden")
    assert phone.has_focus("#open-sidebar")
    page.click("#open-sidebar")
    page.click("#new-chat")
    page.wait_for_selector("#sidebar", state="hidden")
    assert phone.texts("#title") == ["New chat"]


def test_enter_is_a_new_line_on_a_phone(mock, phone):
    phone.page.tap("#prompt")
    phone.page.keyboard.type("One")
    phone.page.keyboard.press("Enter")
    phone.page.keyboard.type("Two")
    assert phone.page.input_value("#prompt") == "One\nTwo"
    assert mock.requests == []


def test_a_long_conversation_stays_fast(mock, chat):
    """Two hundred messages: a token shows within a few frames."""
    messages, parent = [], None
    for number in range(200):
        role = ["user", "assistant"][number % 2]
        messages.append({"id": f"m{number}", "parent": parent, "role": role, "content": RICH})
        parent = f"m{number}"
    entry = {"title": "Long", "system": "", "messages": messages}
    text = {"format": "bitnet-chat", "version": 1, "conversations": [entry]}
    chat.page.evaluate(
        """async (text) => {
        const { importConversations } = await import("/page/transfer.js");
        const { openStore } = await import("/page/store.js");
        await importConversations(await openStore(), JSON.stringify(text));
    }""",
        text,
    )
    chat.page.click("#conversations a")
    chat.page.wait_for_selector(".message >> nth=199")
    mock.replies = [Reply("word " * 300, pause=0.002)]
    chat.page.evaluate("""() => { window.longest = 0;
        new PerformanceObserver((list) => { for (const entry of list.getEntries())
            window.longest = Math.max(window.longest, entry.duration) }).observe({ type: "longtask" }) }""")
    chat.ask("Go on")
    assert chat.page.evaluate("window.longest") < 500

"""Whatever a model writes, the page shows it and does nothing else.

Every page of these tests is watched: scripts that run set `window.hacked`, dialogs, requests to other
hosts and violations of the policy are recorded.
"""

import json

import pytest
from mock_server import Reply

EVIL = "https://evil.example/x"
HOSTILE = {
    "script": "<script>window.hacked = 1; alert(1)</script>",
    "handler": f'<img src=x onerror="window.hacked=1"> <svg onload=alert(1)> <img src={EVIL}.png>',
    "frame": f"<iframe src='javascript:alert(1)'></iframe><iframe src={EVIL}></iframe>",
    "style": f"<style>@import '{EVIL}'; body {{ display: none }}</style><link rel=stylesheet href={EVIL}>",
    "meta": f"<meta http-equiv=refresh content='0;url={EVIL}'><base href='{EVIL}'>",
    "form": f"<form action={EVIL}><input name=a><button>Send</button></form>",
    "closing": "</script></body></html><script>window.hacked = 1</script>",
    "comment": "<!-- --><script>window.hacked=1</script> <!--",
    "picture": f"![a picture]({EVIL}.png) ![x](javascript:alert(1)) ![y](data:image/svg+xml,<svg/onload=alert(1)>)",
    "javascript link": "[click](javascript:window.hacked=1) [x](JaVaScRiPt:alert(1)) "
    "[y](java\tscript:alert(1)) [z](\x01javascript:alert(1)) [e](&#106;avascript:alert(1))",
    "data link": "[click](data:text/html,<script>alert(1)</script>) [b](blob:x) [f](file:///etc/passwd)",
    "vbscript link": "[click](vbscript:msgbox(1)) <javascript:alert(1)> <data:text/html,x>",
    "relative link": "[models](/v1/models) [up](//evil.example) [self](#c=1) [page](page/app.js)",
    "link attributes": '[x](https://a.example/"onmouseover="alert(1)) [y](https://a.example "t\\" onclick=alert(1)")',
    "nested link": "[![a](javascript:alert(1))](javascript:alert(2)) [[x](https://a.example)](javascript:alert(1))",
    "link in code": "`[x](javascript:alert(1))` ```<script>window.hacked=1</script>```",
    "code language": '```"><script>window.hacked=1</script>\nx\n```\n\n```<img src=x onerror=alert(1)>\ny\n```',
    "code": "```html\n<script>window.hacked=1</script>\n</code></pre><img src=x onerror=alert(1)>\n```",
    "unclosed fence": "```html\n<script>window.hacked=1</script>",
    "table": "| <script>window.hacked=1</script> | [a](javascript:alert(1)) |\n|---|---|\n| <img src=x onerror=alert(1)> | `|` |",
    "list": "- <b onclick=alert(1)>x</b>\n  1. <script>window.hacked=1</script>\n     > [q](javascript:alert(1))",
    "emphasis": "**<script>window.hacked=1</script>** _<img src=x onerror=alert(1)>_ ~~[a](javascript:alert(1))~~",
    "heading": "# <script>window.hacked=1</script>\n## [a](javascript:alert(1))",
    "template": "{{constructor.constructor('alert(1)')()}} ${alert(1)} <%= 1 %>",
    "bidi": "abc \u202e txet desrever \u202c \u2066 \u200b\u0000\ufffd \ud83d",
    "prototype": "__proto__ constructor\n\n```__proto__\nx\n```\n\n```constructor\nx\n```\n\n```toString\nx\n```",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_text_is_inert(mock, chat, text):
    # In small pieces, so that every prefix is rendered or may be; and again from what is stored.
    mock.replies = [Reply([text[at : at + 7] for at in range(0, len(text), 7)], pause=0.003)]
    chat.ask(text)
    assert_inert(chat)
    chat.page.reload()
    chat.page.wait_for_selector(".assistant .body > *")
    assert_inert(chat)


def assert_inert(chat):
    chat.page.wait_for_timeout(30)
    assert chat.page.evaluate("window.hacked") is None
    inside = chat.page.locator("#transcript, #conversations, #title")
    for name in [
        "script",
        "img",
        "iframe",
        "style",
        "link",
        "meta",
        "base",
        "form",
        "object",
        "embed",
    ]:
        assert inside.locator(name).count() == 0, name
    attributes = inside.locator("*").evaluate_all(
        "(nodes) => nodes.flatMap((node) => node.getAttributeNames())"
    )
    assert not [name for name in attributes if name.startswith("on") or name in ("src", "style")]
    for link in inside.locator(".body a").all():
        assert link.get_attribute("href").startswith(("http://", "https://", "mailto:"))
        assert {"noopener", "noreferrer"} <= set(link.get_attribute("rel").split())
        assert link.get_attribute("target") == "_blank"
    assert chat.page.url.startswith(chat.address)


def test_markup_is_shown_as_it_is(mock, chat):
    text = "<script>alert(1)</script> & <b>bold</b> &lt; </script>"
    mock.replies = [Reply(text)]
    chat.ask("Show me")
    assert chat.answer.inner_text() == text


# Each of these is slow in a parser that looks back, or deep in one that calls itself.
SIZE = 60_000
LARGE = {
    "one line": "x" * SIZE,
    "brackets": "[" * SIZE,
    "closing brackets": "]" * SIZE,
    "pictures": "![" * (SIZE // 2),
    "links": "[a](" * (SIZE // 4),
    "stars": "*" * SIZE,
    "separate stars": "*a " * (SIZE // 3),
    "mixed emphasis": "*a _b **c __d ~~e " * (SIZE // 18),
    "closing emphasis": "a** b_ " * (SIZE // 7),
    "backticks": "".join("`" * length + " " for length in range(1, 340)),
    "fences": "```\n" * (SIZE // 4),
    "quotes": ">" * SIZE,
    "quotes on lines": "".join(">" * depth + " x\n" for depth in range(1, 300)),
    "nested list": "".join("  " * depth + "- x\n" for depth in range(300)),
    "list on one line": "- " * (SIZE // 2),
    "pipes": "|" * SIZE + "\n" + "|-" * (SIZE // 2),
    "table": "|a|b|\n|-|-|\n" + "|x|y|\n" * 3000,
    "spaces": "a" + " " * SIZE + "b",
    "blank lines": "a\n" + "\n" * SIZE + "b",
    "hashes": "#" * SIZE,
    "heading of spaces": "# " + " #" * (SIZE // 2) + "x",
    "rules": "- - " * (SIZE // 4) + "x",
    "backslashes": "\\" * SIZE,
    "addresses": "https://a.example/" * (SIZE // 18),
    "angles": "<https://" * (SIZE // 9),
    "code": "```python\n" + "print('x' * 3) # y\n" * 3000 + "```",
    "quote of lists": "> - " * 1000 + "x",
    "paragraphs": "a b c\n\n" * (SIZE // 7),
}


@pytest.mark.parametrize("name", LARGE)
def test_large_text_does_not_hang_the_page(mock, chat, name):
    mock.replies = [Reply([LARGE[name][at : at + 5000] for at in range(0, len(LARGE[name]), 5000)])]
    chat.ask("Go")
    took = chat.page.evaluate(
        """async (text) => {
            const { MarkdownView } = await import("/page/markdown.js");
            const node = document.createElement("div");
            const start = performance.now();
            new MarkdownView(node).update(text);
            return { time: performance.now() - start, length: node.textContent.length };
        }""",
        LARGE[name],
    )
    # A generous bound, for a slow machine: what is quadratic takes minutes.
    assert took["time"] < 3000, json.dumps(took)


def test_a_long_title_stays_in_its_place(mock, chat):
    chat.ask("W" * 5000)
    assert chat.page.locator("#title").bounding_box()["width"] < 900
    assert chat.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_events_of_a_hostile_server_are_inert(mock, chat):
    mock.replies = [
        Reply("x", late_error="<img src=x onerror=alert(1)><script>window.hacked=1</script>")
    ]
    chat.ask("Go")
    assert "<img" in chat.texts(".notice.error p")[0]
    assert_inert(chat)

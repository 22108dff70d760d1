"""Markdown to elements: what a text becomes, and that a growing text becomes the same."""

import pathlib
import random

import pytest

RENDER = """async (pieces) => {
    const { MarkdownView } = await import("/page/markdown.js");
    const node = document.createElement("div");
    const view = new MarkdownView(node);
    pieces.slice(0, -1).forEach((text) => view.update(text, false));
    view.update(pieces.at(-1));
    node.querySelectorAll("button").forEach((button) => button.remove());
    return node.innerHTML;
}"""

LINK = 'target="_blank" rel="noopener noreferrer nofollow"'


def link(url, text):
    return f'<a href="{url}" title="{url}" {LINK}>{text}</a>'


CASES = [
    ("Two\nlines", "<p>Two<br>lines</p>"),
    ("One\n\nTwo", "<p>One</p><p>Two</p>"),
    ("# A\n### B ##", '<h3 class="level-1">A</h3><h5 class="level-3">B</h5>'),
    ("#hash", "<p>#hash</p>"),
    ("a **b *c* d** e", "<p>a <strong>b <em>c</em> d</strong> e</p>"),
    ("***x*** ~~y~~ __z__", "<p><strong><em>x</em></strong> <del>y</del> <strong>z</strong></p>"),
    ("snake_case_name 2 * 3 * 4", "<p>snake_case_name 2 * 3 * 4</p>"),
    ("**not closed", "<p>**not closed</p>"),
    ("a `b*c*` ``d ` e``", "<p>a <code>b*c*</code> <code>d ` e</code></p>"),
    (r"\*a\* \\ \x", r"<p>*a* \ \x</p>"),
    (
        "[a *b*](https://x.example/(y) 'T')",
        "<p>" + link("https://x.example/(y)", "a <em>b</em>") + "</p>",
    ),
    (
        "<https://x.example/> see https://y.example/a_b.",
        "<p>"
        + link("https://x.example/", "https://x.example/")
        + " see "
        + link("https://y.example/a_b", "https://y.example/a_b")
        + ".</p>",
    ),
    ("[mail](mailto:a@b.example)", "<p>" + link("mailto:a@b.example", "mail") + "</p>"),
    ("[a](javascript:b) [c] [d](e)", "<p>[a](javascript:b) [c] [d](e)</p>"),
    (
        "![alt](https://x.example/p.png)",
        "<p>" + link("https://x.example/p.png", "Picture: alt") + "</p>",
    ),
    ("- a\n- b\n  - c\n- d", "<ul><li>a</li><li>b<ul><li>c</li></ul></li><li>d</li></ul>"),
    ("3. a\n4. b", '<ol start="3"><li>a</li><li>b</li></ol>'),
    ("1. a\n   - b\n2. c", '<ol start="1"><li>a<ul><li>b</li></ul></li><li>c</li></ol>'),
    ("- a\n\n- b", "<ul><li><p>a</p></li><li><p>b</p></li></ul>"),
    ("Text:\n- a\n- b\n\nAfter", "<p>Text:</p><ul><li>a</li><li>b</li></ul><p>After</p>"),
    ("In\n1969. A year", "<p>In<br>1969. A year</p>"),
    (
        "> a\n> > b\n\nc",
        "<blockquote><p>a</p><blockquote><p>b</p></blockquote></blockquote><p>c</p>",
    ),
    ("a\n\n---\n\n***", "<p>a</p><hr><hr>"),
    (
        "| a | b |\n|:-:|--:|\n| 1 \\| 2 | `x` |\n| 3 |",
        '<div class="table" tabindex="0" role="region" aria-label="Table"><table><thead><tr>'
        '<th class="align-center">a</th><th class="align-right">b</th></tr></thead><tbody><tr>'
        '<td class="align-center">1 | 2</td><td class="align-right"><code>x</code></td></tr><tr>'
        '<td class="align-center">3</td><td class="align-right"></td></tr></tbody></table></div>',
    ),
    ("a | b", "<p>a | b</p>"),
    (
        "```js\nlet x = 1; // y\n```",
        '<figure class="code"><figcaption><span>js</span></figcaption>'
        '<pre tabindex="0" role="region" aria-label="Code, js"><code>'
        '<span class="code-keyword">let</span> x = <span class="code-number">1</span>; '
        '<span class="code-comment">// y</span></code></pre></figure>',
    ),
    ("- ```\n  a\n\n  b\n  ```\n- c", None),
    ("<b>x</b> a<br>b", "<p>&lt;b&gt;x&lt;/b&gt; a<br>b</p>"),
    ("- [x] done\n- [ ] open", None),
    ("", ""),
]


@pytest.fixture(scope="module")
def render(browser):
    from mock_server import MockServer

    mock = MockServer()
    context = browser.new_context()
    page = context.new_page()
    page.goto(mock.address)
    yield lambda pieces: page.evaluate(RENDER, pieces)
    context.close()
    mock.shutdown()


@pytest.mark.parametrize("text, expected", CASES)
def test_text_becomes(render, text, expected):
    if expected is not None:
        assert render([text]) == expected


def test_code_in_a_list_item_keeps_its_blank_line(render):
    html = render(["- ```\n  a\n\n  b\n  ```\n- c"])
    assert "<code>a\n\nb</code>" in html and html.count("<li>") == 2


def test_tasks(render):
    html = render(["- [x] done\n- [ ] open"])
    assert html.count('<input type="checkbox"') == 2
    assert 'aria-label="done"' in html and 'aria-label="to do"' in html


def samples():
    root = pathlib.Path(__file__).resolve().parents[3]
    yield from (text for text, _ in CASES)
    yield (root / "README.md").read_text()[:6000]
    yield (root / "Sources/CBitNetBundledModel/README.md").read_text()
    yield "- a\n\n1\n\n1. b\n\n  c\n\n- d\n```\nx\n\n```\n| a |\n|-|\n| b |\n\n> q\nlazy\n\n\n# h\ntext"


def test_a_growing_text_becomes_the_same(render):
    generator = random.Random(7)
    for text in samples():
        whole = render([text])
        for _ in range(3):
            cuts = sorted(generator.randrange(len(text) + 1) for _ in range(30))
            assert render([*(text[:cut] for cut in cuts), text]) == whole
    short = "".join(f"{text}\n\n" for text, _ in CASES)[:900]
    assert render([short[:end] for end in range(len(short) + 1)]) == render([short])


def test_a_long_answer_costs_what_is_new(render):
    """Blocks that are final stay the very same elements."""
    page_script = """async ([text, count]) => {
        const { MarkdownView } = await import("/page/markdown.js");
        const node = document.createElement("div");
        const view = new MarkdownView(node);
        view.update(text, false);
        const before = [...node.children].slice(0, count);
        view.update(text + "more\\n\\nand more", false);
        return before.every((child, place) => child === node.children[place]);
    }"""
    page = render.__closure__[0].cell_contents
    assert page.evaluate(page_script, ["A paragraph.\n\n" * 50, 49])

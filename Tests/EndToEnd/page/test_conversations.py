"""Many conversations, several tabs, files."""

import json

from mock_server import Reply

THREE = ["About apples", "About bears", "About clouds"]


def make_three(mock, chat):
    for title in THREE:
        chat.page.click("#new-chat")
        mock.replies = [Reply(f"{title}, indeed: {len(title)} letters.")]
        chat.ask(title)


def item(chat, title):
    return chat.page.locator("#conversations li", has_text=title)


def test_the_list_and_moving_in_it(mock, chat):
    make_three(mock, chat)
    assert chat.titles == THREE[::-1]
    item(chat, "About apples").locator("a").click()
    chat.page.wait_for_selector("#title:text-is('About apples')")
    assert chat.messages == ["About apples", "About apples, indeed: 12 letters."]
    assert item(chat, "About apples").locator("a").get_attribute("aria-current") == "page"
    chat.page.go_back()
    chat.page.wait_for_selector("#title:text-is('About clouds')")


def test_search_in_titles_and_text(mock, chat):
    make_three(mock, chat)
    chat.page.keyboard.press("Control+k")
    chat.page.keyboard.type("BEARS, ind")
    chat.page.wait_for_selector("#conversations a >> nth=1", state="detached")
    assert chat.titles == ["About bears"]
    chat.page.fill("#search", "nowhere")
    chat.page.wait_for_selector("text=Nothing found.")


def test_rename(mock, chat):
    make_three(mock, chat)
    chat.page.click("[aria-label='Rename About bears']")
    chat.page.keyboard.type("Ursidae")
    chat.page.keyboard.press("Enter")
    item(chat, "Ursidae").wait_for()
    chat.page.reload()
    item(chat, "Ursidae").locator("a").click()
    chat.ask("More")
    assert chat.texts("#title") == ["Ursidae"]


def test_rename_can_be_given_up(mock, chat):
    make_three(mock, chat)
    chat.page.click("[aria-label='Rename About bears']")
    chat.page.keyboard.type("Ursidae")
    chat.page.keyboard.press("Escape")
    item(chat, "About bears").locator("a").wait_for()


def test_delete_asks_first(mock, chat):
    make_three(mock, chat)
    chat.page.click("[aria-label='Delete About clouds']")
    chat.page.click("#question-no")
    assert len(chat.titles) == 3
    chat.page.click("[aria-label='Delete About clouds']")
    chat.page.click("#question-yes")
    item(chat, "About clouds").wait_for(state="detached")
    assert chat.texts("#title") == ["New chat"]
    chat.page.reload()
    chat.page.wait_for_selector("#conversations a")
    assert chat.titles == ["About bears", "About apples"]


def test_an_answer_goes_on_while_another_conversation_is_open(mock, chat):
    mock.replies = [Reply("word " * 30, pause=0.03), Reply("Short.")]
    chat.send("Slow")
    chat.page.click("#new-chat")
    chat.ask("Fast")
    assert chat.answer.inner_text() == "Short."
    item(chat, "Slow").locator("a").click()
    chat.page.wait_for_selector("#title:text-is('Slow')")
    chat.wait()
    assert chat.answer.text_content() == "word " * 29 + "word"


def test_export_and_import(mock, chat, new_page, tmp_path):
    mock.replies = [Reply("Heads"), Reply("Tails")]
    chat.ask("Toss")
    chat.page.click("[aria-label='Answer again']")
    chat.wait()
    chat.page.click("[aria-label='Version before']")
    chat.page.wait_for_timeout(200)
    with chat.page.expect_download() as download:
        chat.page.click("#export")
    file = tmp_path / "chats.json"
    download.value.save_as(file)
    other = new_page()
    other.page.set_input_files("#import-file", file)
    other.page.wait_for_selector("#toast:text-is('1 conversation imported.')")
    other.page.click("#conversations a")
    other.page.wait_for_selector(".versions:has-text('1/2')")
    assert other.messages == ["Toss", "Heads"]
    other.page.set_input_files("#import-file", file)
    other.page.wait_for_selector("#conversations a >> nth=1")


def test_damaged_files_import_nothing(mock, chat, tmp_path):
    def entry(messages, **changes):
        return {"title": "x", "system": "", "messages": messages, **changes}

    def message(id, parent, **changes):
        return {"id": id, "parent": parent, "role": "user", "content": "x", **changes}

    def whole(entries, version=1):
        return json.dumps({"format": "bitnet-chat", "version": version, "conversations": entries})

    cases = {
        "not JSON": "{",
        "not exported": whole([], version=2),
        "“title” should": whole([entry([], title=3)]),
        "no messages": whole([entry(None)]),
        "the role": whole([entry([message("a", None, role="system")])]),
        "“content” should": whole([entry([message("a", None, content=["x"])])]),
        "not in the file": whole([entry([message("a", "z")])]),
        "in a circle": whole([entry([message("a", "b"), message("b", "a")])]),
    }
    file = tmp_path / "chats.json"
    for reason, text in cases.items():
        file.write_text(text)
        chat.page.set_input_files("#import-file", file)
        chat.page.wait_for_selector(
            f"#toast:has-text('Nothing was imported.'):has-text('{reason}')"
        )
    assert chat.titles == []


def test_two_tabs_do_not_undo_each_other(mock, new_page):
    one = new_page()
    one.ask("Shared")
    two = new_page(context=one.page.context, address=one.page.url)
    two.page.wait_for_selector(".message")
    mock.replies = [Reply("to one " * 30, pause=0.02), Reply("to two")]
    one.send("From one")
    two.page.click("#new-chat")
    two.ask("From two")
    one.wait()
    two.page.click("#conversations a:has-text('Shared')")
    two.page.wait_for_selector(".user >> nth=1")
    two.page.wait_for_timeout(300)
    assert [text.strip() for text in two.messages] == [text.strip() for text in one.messages]
    assert set(one.titles) == {"Shared", "From two"}
    two.ask("From two, here")
    one.page.wait_for_selector(".user >> nth=2")
    assert one.messages[-2] == "From two, here"


def test_a_conversation_that_another_tab_deletes(mock, new_page):
    one = new_page()
    one.ask("Shared")
    two = new_page(context=one.page.context, address=one.page.url)
    mock.replies = [Reply("word " * 100, pause=0.02)]
    two.page.wait_for_selector(".message")
    one.send("More")
    two.page.click("[aria-label='Delete Shared']")
    two.page.click("#question-yes")
    one.page.wait_for_selector("#toast:text-is('This conversation was deleted in another tab.')")
    one.page.wait_for_timeout(1500)
    one.page.reload()
    one.page.wait_for_selector("text=No conversations yet.")


def test_drafts_are_kept(mock, chat):
    chat.ask("First")
    chat.page.fill("#prompt", "a thought")
    chat.page.click("#new-chat")
    assert chat.page.input_value("#prompt") == ""
    chat.page.fill("#prompt", "another thought")
    chat.page.reload()
    assert chat.page.input_value("#prompt") == "another thought"
    chat.page.click("#conversations a")
    chat.page.wait_for_selector(".message")
    assert chat.page.input_value("#prompt") == "a thought"


def test_an_unknown_address_is_a_new_chat(mock, new_page):
    chat = new_page(address=f"{mock.address}#c=nowhere")
    assert chat.texts("#title") == ["New chat"]
    chat.ask("Hello")
    assert "#c=nowhere" not in chat.page.url


def test_a_browser_that_keeps_nothing(mock, browser, new_page):
    context = browser.new_context()
    context.add_init_script(
        "Object.defineProperty(window, 'indexedDB', { value: undefined });"
        "Storage.prototype.setItem = () => { throw new Error('full') };"
    )
    chat = new_page(context=context)
    chat.page.wait_for_selector("#toast:has-text('keeps nothing')")
    chat.ask("Hello")
    assert chat.messages == ["Hello", "Hello."]
    assert chat.titles == ["Hello"]
    context.close()

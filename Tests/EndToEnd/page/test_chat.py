"""Asking, answering, and everything between."""

import re

import pytest
from mock_server import Reply


def test_an_answer_streams(mock, chat):
    mock.replies = [Reply(["One ", "two ", "three."], pause=0.4)]
    chat.send("Count.")
    seen = set()
    while chat.page.locator(".running").count():
        seen.add(chat.answer.text_content())
    assert {"One", "One two"} <= {text.strip() for text in seen}
    assert chat.messages == ["Count.", "One two three."]


def test_the_request_is_the_conversation(mock, chat):
    mock.replies = [Reply("First answer."), Reply("Second answer.")]
    chat.ask("First question")
    chat.ask("Second question")
    request = mock.requests[-1]
    assert request["messages"] == [
        {"role": "user", "content": "First question"},
        {"role": "assistant", "content": "First answer."},
        {"role": "user", "content": "Second question"},
    ]
    assert request["model"] == "bitnet-b1.58-2B-4T"
    assert request["stream"] is True
    assert request["stream_options"] == {"include_usage": True}


def test_statistics(mock, chat):
    mock.replies = [Reply(["a "] * 11, pause=0.05)]
    chat.ask("Go")
    text = chat.footer.inner_text()
    rate = float(re.search(r"([\d.]+) tokens/s", text).group(1))
    assert 5 < rate < 20.5
    assert "11 tokens" in text and "21 read" in text
    assert re.search(r"first after \d+ m?s", text)


@pytest.mark.parametrize("how", ["button", "escape"])
def test_stop(mock, chat, how):
    mock.replies = [Reply("word " * 500, pause=0.05)]
    chat.send("Go on")
    chat.until("document.querySelector('.assistant .body').innerText.length > 12")
    if how == "button":
        chat.page.click("#stop")
    else:
        chat.page.keyboard.press("Escape")
    chat.wait()
    assert mock.disconnected.wait(5), "the server was not told"
    text = chat.answer.inner_text()
    assert text.startswith("word word") and len(text) < 1000
    assert chat.texts(".notice:visible") == ["Stopped."]
    assert chat.has_focus("#prompt")


def test_stop_before_the_first_word(mock, chat):
    mock.replies = [Reply("late", pause=3), Reply("now")]
    chat.send("Hello")
    chat.page.wait_for_selector(".waiting")
    chat.page.keyboard.press("Escape")
    chat.wait()
    assert chat.texts(".notice:visible") == ["Stopped before the first word."]
    chat.ask("Again")
    assert mock.requests[-1]["messages"] == [{"role": "user", "content": "Hello\n\nAgain"}]


def test_regenerate_keeps_the_first_answer(mock, chat):
    mock.replies = [Reply("Heads"), Reply("Tails")]
    chat.ask("Toss a coin")
    chat.page.click("[aria-label='Answer again']")
    chat.wait()
    assert chat.messages == ["Toss a coin", "Tails"]
    assert mock.requests[0]["messages"] == mock.requests[1]["messages"]
    assert chat.texts(".versions") == ["2/2"]
    chat.page.click("[aria-label='Version before']")
    assert chat.messages == ["Toss a coin", "Heads"]
    assert chat.page.is_disabled("[aria-label='Version before']")


def test_edit_asks_again_and_keeps_the_old_branch(mock, chat):
    mock.replies = [Reply("It is 2."), Reply("Yes."), Reply("It is 4.")]
    chat.ask("1 + 1?")
    chat.ask("Sure?")
    chat.page.locator(".user").first.hover()
    chat.page.locator("[aria-label='Edit message']").first.click()
    chat.page.fill(".editor textarea", "2 + 2?")
    chat.page.click("text=Ask again")
    chat.wait()
    assert chat.messages == ["2 + 2?", "It is 4."]
    assert mock.requests[-1]["messages"] == [{"role": "user", "content": "2 + 2?"}]
    chat.page.click("[aria-label='Version before']")
    assert chat.messages == ["1 + 1?", "It is 2.", "Sure?", "Yes."]


def test_an_edit_can_be_given_up(mock, chat):
    chat.ask("Keep me")
    chat.page.locator("[aria-label='Edit message']").click()
    chat.page.fill(".editor textarea", "Changed")
    chat.page.keyboard.press("Escape")
    assert chat.messages[0] == "Keep me"
    assert len(mock.requests) == 1


def test_reload_keeps_the_conversation_and_its_versions(mock, chat):
    mock.replies = [Reply("**Heads**"), Reply("*Tails*")]
    chat.ask("Toss")
    chat.page.click("[aria-label='Answer again']")
    chat.wait()
    chat.page.click("[aria-label='Version before']")
    chat.page.wait_for_timeout(200)
    chat.page.reload()
    chat.page.wait_for_selector(".message")
    assert chat.messages == ["Toss", "Heads"]
    assert chat.answer.locator("strong").count() == 1
    assert chat.texts(".versions") == ["1/2"]
    chat.ask("And then?")
    assert mock.requests[-1]["messages"][1]["content"] == "**Heads**"


def test_reload_in_the_middle_keeps_what_had_arrived(mock, chat):
    mock.replies = [Reply("word " * 400, pause=0.02)]
    chat.send("Go on")
    chat.page.wait_for_timeout(2500)
    chat.page.reload()
    chat.page.wait_for_selector(".message")
    assert chat.answer.inner_text().startswith("word word word")
    assert "cut off" in chat.texts(".notice:visible")[0]


def test_the_mark_of_a_token_limit(mock, chat):
    mock.replies = [Reply("So long", finish="length")]
    chat.ask("Go")
    assert "most tokens" in chat.texts(".notice:visible")[0]


def test_a_server_that_loads_is_waited_for(mock, chat):
    chat.expected_messages = ["503"]
    loading = Reply(status=503, error="The model is loading.", headers={"Retry-After": "1"})
    mock.replies = [loading, loading, Reply("Here I am.")]
    chat.send("Hello?")
    chat.page.wait_for_selector(".notice:has-text('The model is loading. Trying again in 1 s.')")
    chat.wait()
    assert chat.answer.inner_text() == "Here I am."
    assert chat.texts(".notice:visible") == []
    assert len(mock.requests) == 3


def test_waiting_can_be_stopped(mock, chat):
    chat.expected_messages = ["503"]
    mock.default = Reply(status=503, error="Draining.", headers={"Retry-After": "20"})
    chat.send("Hello?")
    chat.page.wait_for_selector(".notice:has-text('Draining.')")
    chat.page.keyboard.press("Escape")
    chat.wait()
    assert chat.texts(".notice:visible") == ["Stopped before the first word."]


def test_a_refusal_is_shown_and_can_be_tried_again(mock, chat):
    chat.expected_messages = ["400"]
    mock.replies = [Reply(status=400, error="The prompt is too long: 600 tokens."), Reply("Fine.")]
    chat.ask("Hello")
    assert chat.texts(".notice.error p") == ["The prompt is too long: 600 tokens."]
    chat.page.click("text=Try again")
    chat.wait()
    assert chat.answer.inner_text() == "Fine."


def test_an_error_in_the_stream_keeps_the_text(mock, chat):
    mock.replies = [Reply("Half an", late_error="The engine stopped.")]
    chat.ask("Hello")
    assert chat.answer.inner_text() == "Half an"
    assert chat.texts(".notice.error p") == ["The engine stopped."]


def test_a_connection_that_breaks_is_told(mock, chat):
    mock.replies = [Reply("Half an", finish=None)]
    chat.ask("Hello")
    assert chat.answer.inner_text() == "Half an"
    assert "broke off" in chat.texts(".notice.error p")[0]


def test_a_server_that_is_gone(mock, chat):
    chat.expected_messages = ["Failed to load resource", "net::"]
    chat.page.route("**/v1/chat/completions", lambda route: route.abort())
    chat.ask("Hello")
    assert "can't be reached" in chat.texts(".notice.error p")[0]


def test_copy(mock, chat):
    chat.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    mock.replies = [Reply("Some **text**\n\n```sh\necho 1\necho 2\n```\n")]
    chat.ask("Code, please")
    read = "navigator.clipboard.readText()"
    chat.page.click("[aria-label='Copy code']")
    assert chat.page.evaluate(read) == "echo 1\necho 2"
    chat.page.locator("[aria-label='Copy message']").last.click()
    assert chat.page.evaluate(read) == "Some **text**\n\n```sh\necho 1\necho 2\n```\n"


def test_the_reader_stays_where_they_are(mock, chat):
    mock.replies = [Reply("line\n\n" * 60), Reply("more\n\n" * 60, pause=0.02)]
    place = "document.getElementById('scroller').scrollTop"
    at_end = (
        "(() => { const s = document.getElementById('scroller');"
        " return s.scrollHeight - s.scrollTop - s.clientHeight < 50 })()"
    )
    chat.ask("First")
    assert chat.page.evaluate(at_end)
    chat.send("Second")
    chat.until("document.querySelectorAll('.assistant')[1].innerText.length > 20")
    assert chat.page.evaluate(at_end)
    chat.page.evaluate(f"{place} = 100")
    chat.wait()
    assert abs(chat.page.evaluate(place) - 100) < 2
    chat.page.click("#to-end")
    assert chat.page.evaluate(at_end)
    assert chat.page.is_hidden("#to-end")


def test_the_model_and_the_server_are_shown(mock, chat):
    chat.page.wait_for_selector("#model[data-state=ready]")
    assert chat.texts("#model-name") == ["bitnet-b1.58-2B-4T"]

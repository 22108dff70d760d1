"""Settings reach the request, and are kept."""

FIELDS = ["temperature", "top_p", "top_k", "min_p", "repetition_penalty", "max_tokens", "seed"]


def sampling(request):
    return {field: request[field] for field in FIELDS if field in request}


def open_settings(chat):
    chat.page.click("#settings-button")
    chat.page.wait_for_selector("#settings[open]")


def close_settings(chat):
    chat.page.keyboard.press("Escape")
    chat.page.wait_for_selector("#settings", state="hidden")


def test_what_is_not_set_is_left_to_the_server(mock, chat):
    chat.page.wait_for_selector("#model-name:text('bitnet')")
    open_settings(chat)
    assert chat.page.input_value("#control-temperature") == "0.6"
    close_settings(chat)
    chat.ask("Hello")
    assert sampling(mock.requests[0]) == {}


def test_every_control_reaches_the_request(mock, chat):
    values = {
        "temperature": 0.35,
        "top_p": 0.5,
        "top_k": 7,
        "min_p": 0.2,
        "repetition_penalty": 1.15,
        "max_tokens": 99,
        "seed": 42,
    }
    open_settings(chat)
    for field, value in values.items():
        chat.page.fill(f"#control-{field}", str(value))
    close_settings(chat)
    chat.page.reload()
    chat.ask("Hello")
    assert sampling(mock.requests[0]) == values
    open_settings(chat)
    chat.page.click("#reset-sampling")
    close_settings(chat)
    chat.ask("Hello again")
    assert sampling(mock.requests[1]) == {}


def test_a_slider_moves_its_number(mock, chat):
    open_settings(chat)
    chat.page.locator(".control:has(#control-temperature) input[type=range]").fill("1.2")
    assert chat.page.input_value("#control-temperature") == "1.2"
    close_settings(chat)
    chat.ask("Hello")
    assert mock.requests[0]["temperature"] == 1.2


def test_a_value_out_of_range_is_marked_and_not_sent(mock, chat):
    open_settings(chat)
    chat.page.fill("#control-temperature", "99")
    chat.page.fill("#control-top_k", "1.5")
    for field in ["temperature", "top_k"]:
        assert chat.page.get_attribute(f"#control-{field}", "aria-invalid") == "true"
    close_settings(chat)
    chat.ask("Hello")
    assert sampling(mock.requests[0]) == {}


def test_damaged_settings_do_no_harm(mock, chat):
    for text in ["{", "null", "[]", '{"temperature": "hot", "top_k": -3}']:
        chat.page.evaluate("(text) => localStorage.setItem('bitnet.sampling', text)", text)
        chat.page.reload()
        chat.ask(f"Hello {text}")
        assert sampling(mock.requests[-1]) == {}


def test_the_system_prompt_belongs_to_the_conversation(mock, chat):
    open_settings(chat)
    chat.page.fill("#system", "You are terse.")
    close_settings(chat)
    chat.ask("Hello")
    chat.page.reload()
    chat.page.wait_for_selector(".message")
    chat.ask("Still?")
    system = {"role": "system", "content": "You are terse."}
    assert [request["messages"][0] for request in mock.requests] == [system, system]
    chat.page.click("#new-chat")
    chat.ask("And now?")
    assert mock.requests[-1]["messages"][0]["role"] == "user"


def test_a_system_prompt_for_new_conversations(mock, chat):
    open_settings(chat)
    chat.page.fill("#system", "You rhyme.")
    chat.page.check("#system-default")
    close_settings(chat)
    chat.ask("Hello")
    chat.page.click("#new-chat")
    chat.ask("Hello")
    assert mock.requests[1]["messages"][0] == {"role": "system", "content": "You rhyme."}


def test_an_api_key(mock, new_page):
    mock.key = "a-key"
    chat = new_page()
    chat.expected_messages = ["401"]
    chat.page.wait_for_selector("#model-name:text('needs a key')")
    chat.errors.clear()
    chat.ask("Hello")
    assert "API key" in chat.texts(".notice.error p")[0]
    open_settings(chat)
    chat.page.fill("#key", "a-key")
    close_settings(chat)
    chat.page.wait_for_selector("#model-name:text('bitnet-b1.58-2B-4T')")
    chat.page.click("text=Try again")
    chat.wait()
    assert chat.answer.inner_text() == "Hello."


def test_themes(chat):
    ground = "getComputedStyle(document.body).backgroundColor"
    light = chat.page.evaluate(ground)
    chat.page.click("#theme-button")
    dark = chat.page.evaluate(ground)
    assert light != dark
    chat.page.reload()
    assert chat.page.evaluate(ground) == dark
    open_settings(chat)
    chat.page.check("input[name=theme][value=auto]", force=True)
    assert chat.page.evaluate(ground) == light
    chat.page.emulate_media(color_scheme="dark")
    assert chat.page.evaluate(ground) == dark

"""Anthropic's Python client."""

from __future__ import annotations

import json
import time

import anthropic
import jsonschema
import pytest

from serving import KEY, MODEL, Server
from tools_for_tests import ADD, ANTHROPIC_TOOLS

# The client knows no temperature any more; the protocol does.
COLD = {"temperature": 0}
MESSAGES = [{"role": "user", "content": [{"type": "text", "text": "What is the light?"}]}]


@pytest.fixture(scope="module")
def server(roomy: Server) -> Server:
    """Tools need more room than the bundled model has by itself."""
    return roomy


@pytest.fixture
def claude(server: Server) -> anthropic.Anthropic:
    """The client, which must not need to try twice."""
    return anthropic.Anthropic(base_url=server.url, api_key="none", max_retries=0, timeout=60)


def ask(client: anthropic.Anthropic, **fields: object):
    """A message."""
    fields = {"model": MODEL, "messages": MESSAGES, "max_tokens": 24} | fields
    return client.messages.create(**fields)


def test_message(claude: anthropic.Anthropic) -> None:
    message = ask(claude, system="Be brief.", extra_body=COLD)
    assert message.type == "message"
    assert message.role == "assistant"
    assert message.content[0].type == "text"
    assert message.content[0].text
    assert message.stop_reason == "max_tokens"
    assert message.usage.output_tokens == 24
    again = ask(claude, system=[{"type": "text", "text": "Be brief."}], extra_body=COLD)
    assert again.content[0].text == message.content[0].text


def test_stop_sequence(claude: anthropic.Anthropic) -> None:
    message = ask(claude, stop_sequences=["the", "a", "e"], max_tokens=200)
    assert message.stop_reason == "stop_sequence"
    assert message.stop_sequence in ("the", "a", "e")


def test_stream(claude: anthropic.Anthropic) -> None:
    events = list(ask(claude, stream=True, extra_body=COLD))
    types = [event.type for event in events]
    assert types[0] == "message_start"
    assert types[1:3] in (["content_block_start", "content_block_delta"], ["ping", types[2]])
    assert types[-3:] == ["content_block_stop", "message_delta", "message_stop"]
    with claude.messages.stream(
        model=MODEL, messages=MESSAGES, max_tokens=24, extra_body=COLD
    ) as stream:
        text = "".join(stream.text_stream)
        final = stream.get_final_message()
    assert text == ask(claude, extra_body=COLD).content[0].text
    assert final.stop_reason == "max_tokens"
    assert final.usage.output_tokens == 24


def test_tools_are_fed_back(claude: anthropic.Anthropic) -> None:
    messages = [{"role": "user", "content": "Add."}]
    for stream in (False, True):
        fields = {
            "model": MODEL,
            "messages": messages,
            "tools": ANTHROPIC_TOOLS,
            "tool_choice": {"type": "tool", "name": "calculate"},
            "max_tokens": 300,
        }
        if stream:
            with claude.messages.stream(**fields) as running:
                message = running.get_final_message()
        else:
            message = claude.messages.create(**fields)
        assert message.stop_reason == "tool_use"
        [use] = message.content
        assert use.type == "tool_use"
        jsonschema.validate(use.input, ADD)
        messages.append({"role": "assistant", "content": message.content})
        messages.append(
            {
                "role": "user",
                "content": [
                    {"type": "tool_result", "tool_use_id": use.id, "content": "3"},
                    {"type": "text", "text": "And then?"},
                ],
            }
        )
    answer = ask(claude, messages=messages, tools=ANTHROPIC_TOOLS, tool_choice={"type": "none"})
    assert answer.content[0].type == "text"


def test_any_tool_one_at_a_time(claude: anthropic.Anthropic) -> None:
    message = ask(
        claude,
        tools=ANTHROPIC_TOOLS,
        tool_choice={"type": "any", "disable_parallel_tool_use": True},
        max_tokens=300,
    )
    assert [block.type for block in message.content] == ["tool_use"]


def test_count_tokens(claude: anthropic.Anthropic) -> None:
    fields = {"model": MODEL, "messages": MESSAGES}
    count = claude.messages.count_tokens(**fields).input_tokens
    usage = claude.messages.create(max_tokens=1, **fields).usage
    assert count == usage.input_tokens + (usage.cache_read_input_tokens or 0)
    assert claude.messages.count_tokens(tools=ANTHROPIC_TOOLS, **fields).input_tokens > count


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"max_tokens": 0}, "max_tokens"),
        ({"messages": []}, "messages"),
        ({"messages": [{"role": "king", "content": "a"}]}, "role"),
        ({"tool_choice": {"type": "tool", "name": "none"}, "tools": ANTHROPIC_TOOLS}, "tool"),
        ({"tools": [{"type": "bash_20250124", "name": "bash"}]}, "tools"),
        ({"thinking": {"type": "enabled", "budget_tokens": 2000}}, "thinking"),
        ({"messages": [{"role": "user", "content": "a " * 9000}]}, "context"),
    ],
)
def test_errors_have_their_own_form(
    claude: anthropic.Anthropic, fields: dict, words: str
) -> None:
    with pytest.raises(anthropic.BadRequestError, match=words) as error:
        ask(claude, **fields)
    assert error.value.body["type"] == "error"
    assert error.value.body["error"]["type"] == "invalid_request_error"


def test_key(protected: Server) -> None:
    ask(anthropic.Anthropic(base_url=protected.url, api_key=KEY))
    with pytest.raises(anthropic.AuthenticationError) as error:
        ask(anthropic.Anthropic(base_url=protected.url, api_key="wrong", max_retries=0))
    assert error.value.body["error"]["type"] == "authentication_error"


def test_disconnect_ends_the_request(claude: anthropic.Anthropic, server: Server) -> None:
    stream = ask(claude, stream=True, max_tokens=100_000)
    next(iter(stream))
    stream.close()
    for _ in range(100):
        if server.is_idle():
            return
        time.sleep(0.05)
    raise AssertionError(json.dumps("the request still runs"))

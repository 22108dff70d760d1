"""An agent that calls a calculator and a look-up tool, with OpenAI's client, to its end."""

from __future__ import annotations

import json

import openai
import pytest

from serving import MODEL, Server
from tools_for_tests import FUNCTIONS, run

TURNS = 5


@pytest.fixture(scope="module")
def server(roomy: Server) -> Server:
    """Tools need more room than the bundled model has by itself."""
    return roomy


class Call:
    """A call as it is put together from deltas."""

    def __init__(self, delta) -> None:
        self.id, self.name, self.arguments = delta.id, delta.function.name, ""


def whole(client: openai.OpenAI, fields: dict):
    """The message and why it ended, asked for as a whole."""
    choice = client.chat.completions.create(**fields).choices[0]
    return choice.message.model_dump(exclude_none=True), choice.finish_reason


def streamed(client: openai.OpenAI, fields: dict):
    """The same, put together from deltas."""
    content, calls, finish = "", [], None
    for chunk in client.chat.completions.create(stream=True, **fields):
        choice = chunk.choices[0]
        content += choice.delta.content or ""
        for delta in choice.delta.tool_calls or []:
            if delta.id:
                assert delta.index == len(calls)
                calls.append(Call(delta))
            calls[delta.index].arguments += delta.function.arguments or ""
        finish = choice.finish_reason or finish
    assert "<tool_call>" not in content
    message = {"role": "assistant", "content": content or None}
    if calls:
        message["tool_calls"] = [
            {
                "id": call.id,
                "type": "function",
                "function": {"name": call.name, "arguments": call.arguments},
            }
            for call in calls
        ]
    return message, finish


@pytest.mark.parametrize("ask", [whole, streamed])
def test_agent_loop(client: openai.OpenAI, ask) -> None:
    messages = [
        {"role": "system", "content": "Use the tools."},
        {"role": "user", "content": "What is light, and how many days are six and one?"},
    ]
    used = set()
    for turn in range(TURNS):
        name = ["calculate", "look_up"][turn % 2]
        choice = {"type": "function", "function": {"name": name}} if turn < 2 else "required"
        message, finish = ask(
            client,
            {
                "model": MODEL,
                "messages": messages,
                "tools": FUNCTIONS,
                "tool_choice": choice,
                "parallel_tool_calls": turn != 3,
                "max_tokens": 400,
                "seed": turn,
            },
        )
        assert finish == "tool_calls"
        if turn == 3:
            assert len(message["tool_calls"]) == 1
        messages.append(message)
        for call in message["tool_calls"]:
            used.add(call["function"]["name"])
            result = run(call["function"]["name"], json.loads(call["function"]["arguments"]))
            messages.append({"role": "tool", "tool_call_id": call["id"], "content": result})
    message, finish = ask(
        client,
        {
            "model": MODEL,
            "messages": messages,
            "tools": FUNCTIONS,
            "tool_choice": "none",
            "max_tokens": 30,
        },
    )
    assert finish in ("stop", "length")
    assert message["content"]
    assert "tool_calls" not in message
    assert used == {"calculate", "look_up"}


def test_whole_and_streamed_are_the_same(client: openai.OpenAI) -> None:
    fields = {
        "model": MODEL,
        "messages": [{"role": "user", "content": "Add."}],
        "tools": FUNCTIONS,
        "tool_choice": "required",
        "max_tokens": 300,
        "temperature": 0,
    }
    calls = [
        [call["function"] for call in ask(client, fields)[0]["tool_calls"]]
        for ask in (whole, streamed)
    ]
    assert calls[0] == calls[1]

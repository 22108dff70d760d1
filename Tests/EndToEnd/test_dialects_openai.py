"""OpenAI's Python client: tools, formats, embeddings and responses."""

from __future__ import annotations

import base64
import json
import struct
from collections.abc import Iterator

import httpx
import jsonschema
import openai
import pydantic
import pytest

from serving import MODEL, ROOT, Server, serving
from tools_for_tests import ADD, FLAT_FUNCTIONS, FUNCTIONS, SCHEMAS

MESSAGES = [{"role": "user", "content": "What is the light?"}]
PERSON = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "maxLength": 12},
        "age": {"type": "integer", "minimum": 0, "maximum": 900},
    },
    "required": ["name", "age"],
    "additionalProperties": False,
}


@pytest.fixture(scope="module")
def server(roomy: Server) -> Server:
    """Tools need more room than the bundled model has by itself."""
    return roomy


class Person(pydantic.BaseModel):
    """What the client turns into a strict schema."""

    name: str
    kind: bool


def ask(client: openai.OpenAI, **fields: object):
    """One choice."""
    fields = {"model": MODEL, "messages": MESSAGES, "max_tokens": 120, "seed": 1} | fields
    return client.chat.completions.create(**fields).choices[0]


def test_json_schema(client: openai.OpenAI) -> None:
    for strict in (True, False):
        schema = {"name": "person", "schema": PERSON, "strict": strict}
        choice = ask(client, response_format={"type": "json_schema", "json_schema": schema})
        assert choice.finish_reason == "stop"
        jsonschema.validate(json.loads(choice.message.content), PERSON)


def test_json_object_and_the_fields_of_llama_cpp(client: openai.OpenAI) -> None:
    assert isinstance(
        json.loads(ask(client, response_format={"type": "json_object"}).message.content), dict
    )
    content = ask(client, extra_body={"json_schema": PERSON}).message.content
    jsonschema.validate(json.loads(content), PERSON)
    grammar = 'root ::= "yes" | "no"'
    assert ask(client, extra_body={"grammar": grammar}).message.content in ("yes", "no")
    completion = client.completions.create(
        model=MODEL, prompt="Is it?", max_tokens=10, extra_body={"grammar": grammar}
    )
    assert completion.choices[0].text in ("yes", "no")


def test_parse(client: openai.OpenAI) -> None:
    answer = client.chat.completions.parse(
        model=MODEL, messages=MESSAGES, response_format=Person, max_tokens=200
    )
    assert isinstance(answer.choices[0].message.parsed, Person)


def test_named_tool(client: openai.OpenAI) -> None:
    choice = ask(
        client,
        tools=FUNCTIONS,
        tool_choice={"type": "function", "function": {"name": "calculate"}},
    )
    assert choice.finish_reason == "tool_calls"
    [call] = choice.message.tool_calls
    assert call.function.name == "calculate"
    jsonschema.validate(json.loads(call.function.arguments), ADD)


def test_a_free_choice_is_text_or_calls(client: openai.OpenAI) -> None:
    for seed in range(4):
        choice = ask(client, tools=FUNCTIONS, seed=seed)
        assert "<tool_call>" not in (choice.message.content or "")
        for call in choice.message.tool_calls or []:
            jsonschema.validate(json.loads(call.function.arguments), SCHEMAS[call.function.name])


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"tools": FUNCTIONS, "tool_choice": "any"}, "tool_choice"),
        (
            {
                "tools": FUNCTIONS,
                "tool_choice": {"type": "function", "function": {"name": "nothing"}},
            },
            "tool_choice",
        ),
        ({"tools": FUNCTIONS + FUNCTIONS}, "tools"),
        ({"tools": [{"type": "custom", "custom": {"name": "a"}}]}, "tools[0].type"),
        ({"functions": [{"name": "a"}]}, "functions"),
        ({"response_format": {"type": "yaml"}}, "response_format.type"),
        (
            {
                "response_format": {
                    "type": "json_schema",
                    "json_schema": {"name": "a", "schema": {"type": "nothing"}},
                }
            },
            "response_format.json_schema.schema",
        ),
        ({"extra_body": {"grammar": "root ::= ("}}, "grammar"),
    ],
)
def test_refusals_name_the_field(client: openai.OpenAI, fields: dict, param: str) -> None:
    with pytest.raises(openai.BadRequestError) as error:
        ask(client, **fields)
    assert error.value.param == param


def test_a_schema_of_a_tool_that_cannot_be_honoured(client: openai.OpenAI) -> None:
    tool = {"type": "function", "function": {"name": "f", "parameters": {"type": "what"}}}
    with pytest.raises(openai.BadRequestError, match="tool f"):
        ask(client, tools=[tool])


# Embeddings.


@pytest.fixture(scope="module")
def embedder() -> Iterator[openai.OpenAI]:
    """A model of random weights whose projections norm their inputs, as embedders' do."""
    with serving(str(ROOT / "Tests/Fixtures/llama-rmsnorm/packed")) as server:
        yield openai.OpenAI(base_url=f"{server.url}/v1", api_key="none", max_retries=0)


def test_embeddings(embedder: openai.OpenAI) -> None:
    # The client asks for base64 unless it is told otherwise.
    one = embedder.embeddings.create(model="m", input="a stone")
    assert len(one.data[0].embedding) == 128
    assert sum(x * x for x in one.data[0].embedding) == pytest.approx(1, abs=1e-5)
    several = embedder.embeddings.create(
        model="m", input=["a river", "a stone"], encoding_format="float", dimensions=128
    )
    assert [item.index for item in several.data] == [0, 1]
    assert several.data[1].embedding == pytest.approx(one.data[0].embedding, abs=1e-7)
    assert several.data[0].embedding != several.data[1].embedding
    assert several.usage.prompt_tokens == several.usage.total_tokens > 0
    tokens = embedder.embeddings.create(model="m", input=[[1, 2, 3], [4]])
    assert len(tokens.data) == 2


def test_base64_is_float32(embedder: openai.OpenAI) -> None:
    url = str(embedder.base_url) + "embeddings"
    floats = httpx.post(url, json={"input": "a"}).json()["data"][0]["embedding"]
    body = httpx.post(url, json={"input": "a", "encoding_format": "base64"}).json()
    raw = base64.b64decode(body["data"][0]["embedding"])
    assert list(struct.unpack("<128f", raw)) == pytest.approx(floats, rel=1e-6)


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"input": "a", "dimensions": 64}, "dimensions"),
        ({"input": []}, "input"),
        ({"input": [[]]}, "input"),
        ({"input": ["a", [-1]]}, "input[1][0]"),
        ({"input": "a " * 3000}, "input"),
        ({"input": "a", "encoding_format": "int8"}, "encoding_format"),
    ],
)
def test_embedding_refusals(embedder: openai.OpenAI, fields: dict, param: str) -> None:
    with pytest.raises(openai.BadRequestError) as error:
        embedder.embeddings.create(model="m", **fields)
    assert error.value.param == param


def test_a_language_model_gives_no_embeddings(client: openai.OpenAI) -> None:
    with pytest.raises(openai.BadRequestError, match="not made for embeddings"):
        client.embeddings.create(model=MODEL, input="a")
    with serving("--embeddings") as server:
        forced = openai.OpenAI(base_url=f"{server.url}/v1", api_key="none", max_retries=0)
        assert len(forced.embeddings.create(model=MODEL, input="a").data[0].embedding) > 64


# Responses.


def respond(client: openai.OpenAI, **fields: object):
    """A response."""
    fields = {"model": MODEL, "input": "What is the light?", "max_output_tokens": 60} | fields
    return client.responses.create(**fields)


def test_response(client: openai.OpenAI) -> None:
    response = respond(client, instructions="Be brief.", max_output_tokens=20)
    assert response.object == "response"
    assert response.status in ("completed", "incomplete")
    assert response.output[0].content[0].text == response.output_text
    assert response.usage.total_tokens == response.usage.input_tokens + response.usage.output_tokens
    cut = respond(client, max_output_tokens=2)
    assert cut.status == "incomplete"
    assert cut.incomplete_details.reason == "max_output_tokens"


def test_response_stream(client: openai.OpenAI) -> None:
    events = list(respond(client, stream=True, temperature=0))
    assert [event.sequence_number for event in events] == list(range(len(events)))
    types = [event.type for event in events]
    assert types[:4] == [
        "response.created",
        "response.in_progress",
        "response.output_item.added",
        "response.content_part.added",
    ]
    assert types[-4:-1] == [
        "response.output_text.done",
        "response.content_part.done",
        "response.output_item.done",
    ]
    assert types[-1] in ("response.completed", "response.incomplete")
    text = "".join(event.delta for event in events if event.type == "response.output_text.delta")
    assert text == events[-1].response.output_text
    assert text == respond(client, temperature=0).output_text


def test_response_with_a_schema(client: openai.OpenAI) -> None:
    schema = {"type": "json_schema", "name": "person", "schema": PERSON, "strict": True}
    response = respond(client, text={"format": schema}, max_output_tokens=120)
    jsonschema.validate(json.loads(response.output_text), PERSON)


def test_response_tools_are_fed_back(client: openai.OpenAI) -> None:
    items = [{"role": "user", "content": "Add."}]
    for stream in (False, True):
        response = respond(
            client,
            input=items,
            tools=FLAT_FUNCTIONS,
            tool_choice={"type": "function", "name": "calculate"},
            max_output_tokens=300,
            stream=stream,
        )
        if stream:
            events = list(response)
            arguments = "".join(
                event.delta
                for event in events
                if event.type == "response.function_call_arguments.delta"
            )
            response = events[-1].response
            assert arguments == response.output[0].arguments
        [call] = response.output
        assert call.type == "function_call"
        jsonschema.validate(json.loads(call.arguments), ADD)
        items.append(call.model_dump(exclude_none=True))
        items.append({"type": "function_call_output", "call_id": call.call_id, "output": "3"})
    assert respond(client, input=items).output_text


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"previous_response_id": "resp_1"}, "previous_response_id"),
        ({"background": True}, "background"),
        ({"tools": [{"type": "web_search"}]}, "tools[0].type"),
        ({"input": [{"type": "item_reference", "id": "a"}]}, "input[0].type"),
        ({"input": []}, "input"),
    ],
)
def test_response_refusals(client: openai.OpenAI, fields: dict, param: str) -> None:
    with pytest.raises(openai.BadRequestError) as error:
        respond(client, **fields)
    assert error.value.param == param


def test_disconnect_ends_a_response(client: openai.OpenAI, server: Server) -> None:
    stream = respond(client, stream=True, max_output_tokens=100_000)
    next(iter(stream))
    stream.close()
    for _ in range(100):
        if server.is_idle():
            return
    raise AssertionError("the request still runs")

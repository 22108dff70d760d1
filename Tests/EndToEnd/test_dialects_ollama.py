"""Ollama's Python client."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

import httpx
import jsonschema
import ollama
import pytest

from serving import KEY, MODEL, ROOT, Server, serving
from tools_for_tests import ADD, FUNCTIONS, run

MESSAGES = [{"role": "user", "content": "What is the light?"}]
OPTIONS = {"num_predict": 24, "temperature": 0, "num_ctx": 2048, "seed": 1}


@pytest.fixture(scope="module")
def server(roomy: Server) -> Server:
    """Tools need more room than the bundled model has by itself."""
    return roomy


@pytest.fixture
def llama(server: Server) -> ollama.Client:
    """The client."""
    return ollama.Client(host=server.url, timeout=60)


def test_chat(llama: ollama.Client) -> None:
    whole = llama.chat(model=MODEL, messages=MESSAGES, options=OPTIONS)
    assert whole.done
    assert whole.done_reason == "length"
    assert whole.eval_count == 24
    assert whole.prompt_eval_count > 1
    assert whole.total_duration > 0
    parts = list(llama.chat(model=MODEL, messages=MESSAGES, options=OPTIONS, stream=True))
    assert "".join(part.message.content for part in parts) == whole.message.content
    assert [part.done for part in parts] == [False] * (len(parts) - 1) + [True]
    assert parts[-1].eval_count == 24


def test_generate(llama: ollama.Client) -> None:
    fields = {"model": MODEL, "prompt": "In the beginning", "options": OPTIONS}
    whole = llama.generate(raw=True, **fields)
    parts = list(llama.generate(raw=True, stream=True, **fields))
    assert "".join(part.response for part in parts) == whole.response
    assert llama.generate(system="Be brief.", keep_alive="5m", **fields).response
    assert llama.generate(model=MODEL).done_reason == "load"


def test_formats(llama: ollama.Client) -> None:
    options = {"num_predict": 200}
    text = llama.chat(model=MODEL, messages=MESSAGES, format="json", options=options)
    assert isinstance(json.loads(text.message.content), dict)
    text = llama.generate(model=MODEL, prompt="Add.", format=ADD, options=options)
    jsonschema.validate(json.loads(text.response), ADD)


def test_tools_are_fed_back(llama: ollama.Client) -> None:
    # Ollama has no tool_choice; the server reads it all the same.
    body = {"model": MODEL, "tools": FUNCTIONS, "tool_choice": "required", "stream": False}
    messages = [{"role": "user", "content": "Add."}]
    url = str(llama._client.base_url) + "/api/chat"
    answer = httpx.post(url, json=body | {"messages": messages}, timeout=60).json()
    assert answer["message"]["tool_calls"]
    lines = httpx.post(
        url, json=body | {"messages": messages, "stream": True}, timeout=60
    ).text.splitlines()
    streamed = [json.loads(line)["message"] for line in lines]
    assert any(message.get("tool_calls") for message in streamed)
    messages.append(answer["message"])
    for call in answer["message"]["tool_calls"]:
        name, arguments = call["function"]["name"], call["function"]["arguments"]
        messages.append(
            {"role": "tool", "tool_name": name, "content": run(name, arguments)}
        )
    reply = llama.chat(model=MODEL, messages=messages, tools=FUNCTIONS, options=OPTIONS)
    assert reply.done


def test_embeddings(llama: ollama.Client) -> None:
    with pytest.raises(ollama.ResponseError, match="not made for embeddings"):
        llama.embed(model=MODEL, input="a")
    with serving(str(ROOT / "Tests/Fixtures/llama-rmsnorm/packed")) as server:
        client = ollama.Client(host=server.url)
        several = client.embed(model="m", input=["a", "b c " * 2000])
        assert [len(vector) for vector in several.embeddings] == [128, 128]
        one = client.embeddings(model="m", prompt="a")
        assert list(one.embedding) == pytest.approx(several.embeddings[0])
        with pytest.raises(ollama.ResponseError, match="context"):
            client.embed(model="m", input="b c " * 2000, truncate=False)


def test_about(llama: ollama.Client, server: Server) -> None:
    assert llama.list().models[0].model == MODEL + ":latest"
    assert llama.ps().models[0].context_length > 0
    shown = llama.show(MODEL)
    assert "completion" in shown.capabilities
    assert shown.details.family
    assert server.get("/api/version").json()["version"]
    assert httpx.head(server.url + "/").status_code == 200


@pytest.mark.parametrize(
    ("path", "fields", "words"),
    [
        ("chat", {"messages": [{"role": "user", "content": "a", "images": ["aaaa"]}]}, "images"),
        ("chat", {"messages": MESSAGES, "think": True}, "think"),
        ("chat", {"messages": MESSAGES, "format": "xml"}, "format"),
        ("chat", {"messages": MESSAGES, "options": {"top_p": 7}}, "options.top_p"),
        ("generate", {"prompt": "a", "template": "b"}, "template"),
        ("generate", {"prompt": "a", "suffix": "b"}, "suffix"),
        ("generate", {"prompt": "a " * 9000, "raw": True}, "context"),
        ("pull", {"model": "llama3"}, "one model"),
        ("create", {"model": "llama3"}, "one model"),
    ],
)
def test_errors_have_their_own_form(
    server: Server, path: str, fields: dict, words: str
) -> None:
    answer = httpx.post(f"{server.url}/api/{path}", json={"model": MODEL} | fields, timeout=60)
    assert answer.status_code == 400
    assert list(answer.json()) == ["error"]
    assert words in answer.json()["error"]


def test_delete_is_refused(llama: ollama.Client) -> None:
    with pytest.raises(ollama.ResponseError, match="one model"):
        llama.delete(MODEL)


def test_key(protected: Server) -> None:
    client = ollama.Client(host=protected.url, headers={"Authorization": f"Bearer {KEY}"})
    assert client.list().models
    with pytest.raises(ollama.ResponseError) as error:
        ollama.Client(host=protected.url).list()
    assert error.value.status_code == 401


def closed_early(client: ollama.Client) -> Iterator[ollama.ChatResponse]:
    """A stream that is given up after its first part."""
    return client.chat(
        model=MODEL, messages=MESSAGES, stream=True, options={"num_predict": -1}
    )


def test_disconnect_ends_the_request(llama: ollama.Client, server: Server) -> None:
    stream = closed_early(llama)
    next(stream)
    stream.close()
    for _ in range(100):
        if server.is_idle():
            return
        time.sleep(0.05)
    raise AssertionError("the request still runs")

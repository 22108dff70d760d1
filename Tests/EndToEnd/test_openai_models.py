"""OpenAI's Python client: models, and errors as its exceptions."""

from __future__ import annotations

import openai
import pytest

from serving import KEY, MODEL, Server

MESSAGES = [{"role": "user", "content": "Who is the LORD?"}]


def test_lists_the_model(client: openai.OpenAI) -> None:
    models = client.models.list().data
    assert [model.id for model in models] == [MODEL]
    assert models[0].object == "model"
    assert models[0].created > 1_000_000_000
    assert models[0].owned_by


def test_retrieves_the_model(client: openai.OpenAI) -> None:
    assert client.models.retrieve(MODEL).id == MODEL


def test_an_unknown_model_is_not_found(client: openai.OpenAI) -> None:
    with pytest.raises(openai.NotFoundError) as caught:
        client.models.retrieve("gpt-4")
    assert caught.value.body["message"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("temperature", -1),
        ("temperature", "hot"),
        ("top_p", 2),
        ("max_tokens", -3),
        ("max_tokens", 1.5),
        ("n", 0),
        ("n", 1_000_000),
        ("seed", "one"),
        ("stop", {"a": 1}),
        ("logit_bias", {"1": 1000}),
        ("logit_bias", {"one": 1}),
        ("logit_bias", [1]),
        ("presence_penalty", "much"),
        ("frequency_penalty", "no"),
        ("top_logprobs", 10_000),
        ("stream", "yes"),
        ("stream_options", 1),
        ("messages", []),
        ("messages", "Who?"),
        ("messages", [{"role": "user"}]),
        ("messages", [{"role": "queen", "content": "Who?"}]),
        ("messages", [{"role": "user", "content": 1}]),
        ("messages", [{"role": "user", "content": [{"type": "image_url", "image_url": {}}]}]),
    ],
)
def test_a_wrong_chat_field_is_named(client: openai.OpenAI, field: str, value: object) -> None:
    body = {"messages": MESSAGES, "max_tokens": 4, "logprobs": True, field: value}
    with pytest.raises(openai.BadRequestError) as caught:
        client.chat.completions.create(model=MODEL, messages=MESSAGES, extra_body=body)
    assert caught.value.status_code == 400
    assert caught.value.type == "invalid_request_error"
    assert caught.value.param is not None
    # The path may go on to the part that is wrong, as in messages[0].content.
    assert caught.value.param.split("[")[0].split(".")[0] == field
    assert caught.value.body["message"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("prompt", {"text": 1}),
        ("prompt", [1, -1]),
        ("prompt", [1, 2048]),
        ("prompt", [1, "two"]),
        ("prompt", [[1], 2]),
        ("prompt", []),
        ("logprobs", -1),
        ("logprobs", 10_000),
        ("echo", "yes"),
        ("best_of", 0),
        ("n", 1.5),
        ("max_tokens", "many"),
    ],
)
def test_a_wrong_completion_field_is_named(
    client: openai.OpenAI, field: str, value: object
) -> None:
    body = {"max_tokens": 4, field: value}
    with pytest.raises(openai.BadRequestError) as caught:
        client.completions.create(model=MODEL, prompt="And", extra_body=body)
    assert caught.value.param is not None
    assert caught.value.param.split("[")[0] == field


def test_an_error_in_a_stream_is_an_exception(client: openai.OpenAI) -> None:
    with pytest.raises(openai.BadRequestError):
        client.chat.completions.create(
            model=MODEL, messages=MESSAGES, stream=True, extra_body={"top_p": 7}
        )


def test_unknown_fields_are_ignored(client: openai.OpenAI) -> None:
    answer = client.chat.completions.create(
        model=MODEL,
        messages=MESSAGES,
        max_tokens=4,
        user="someone",
        store=False,
        metadata={"a": "b"},
        service_tier="auto",
        reasoning_effort="low",
        extra_body={"colour": "green", "nested": {"deep": [1, 2, {"er": None}]}},
    )
    assert answer.choices[0].message.content


def test_a_prompt_longer_than_the_context_is_refused(client: openai.OpenAI) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        client.completions.create(model=MODEL, prompt="and the LORD said " * 400, max_tokens=4)
    assert caught.value.code == "context_length_exceeded"
    assert "512" in caught.value.body["message"]


def test_keys(protected: Server) -> None:
    base = f"{protected.url}/v1"
    right = openai.OpenAI(base_url=base, api_key=KEY, max_retries=0)
    assert right.models.list().data
    for key in ("wrong", KEY[:-1], KEY + "x", KEY.upper(), "é"):
        try:
            wrong = openai.OpenAI(base_url=base, api_key=key, max_retries=0)
            wrong.models.list()
        except openai.AuthenticationError as error:
            assert error.body["message"] and KEY not in error.body["message"]
        except UnicodeEncodeError:
            pass
        else:
            pytest.fail(f"the key {key!r} was let in")

"""OpenAI's Python client: chat completions."""

from __future__ import annotations

import math

import openai
import pytest

from serving import MODEL, serving

MESSAGES = [
    {"role": "system", "content": "Answer as a king would."},
    {"role": "user", "content": "Who is the LORD?"},
]


def ask(client: openai.OpenAI, **fields: object) -> openai.types.chat.ChatCompletion:
    """A short answer to the usual question."""
    fields = {"model": MODEL, "messages": MESSAGES, "max_tokens": 24, "temperature": 0} | fields
    return client.chat.completions.create(**fields)


def text(client: openai.OpenAI, **fields: object) -> str:
    """The text of a short answer."""
    content = ask(client, **fields).choices[0].message.content
    assert content is not None
    return content


def test_answers(client: openai.OpenAI) -> None:
    answer = ask(client)
    assert answer.object == "chat.completion"
    assert answer.id
    assert answer.model == MODEL
    assert answer.created > 1_000_000_000
    choice = answer.choices[0]
    assert choice.index == 0
    assert choice.message.role == "assistant"
    assert choice.finish_reason == "length"
    assert answer.usage.completion_tokens == 24
    assert answer.usage.prompt_tokens > 10
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + 24


def test_streams_the_same_text(client: openai.OpenAI) -> None:
    whole = ask(client)
    chunks = list(ask(client, stream=True))
    assert {chunk.object for chunk in chunks} == {"chat.completion.chunk"}
    assert len({chunk.id for chunk in chunks}) == 1
    assert chunks[0].choices[0].delta.role == "assistant"
    pieces = [chunk.choices[0].delta.content or "" for chunk in chunks]
    assert "".join(pieces) == whole.choices[0].message.content
    assert sum(1 for piece in pieces if piece) > 5, "pieces come as they are made"
    reasons = [chunk.choices[0].finish_reason for chunk in chunks]
    assert reasons[-1] == "length" and set(reasons[:-1]) == {None}
    assert all(chunk.usage is None for chunk in chunks)


def test_a_stream_ends_with_usage_if_asked(client: openai.OpenAI) -> None:
    usage = ask(client).usage
    chunks = list(ask(client, stream=True, stream_options={"include_usage": True}))
    assert chunks[-1].choices == []
    assert chunks[-1].usage.completion_tokens == usage.completion_tokens
    assert chunks[-1].usage.prompt_tokens == usage.prompt_tokens
    assert chunks[-1].usage.total_tokens == usage.total_tokens
    assert all(chunk.usage is None for chunk in chunks[:-1])


def test_the_streaming_helper_of_the_client(client: openai.OpenAI) -> None:
    # It takes a text that was cut by its length for a failure.
    stop = text(client).split()[3]
    with client.chat.completions.stream(
        model=MODEL, messages=MESSAGES, max_tokens=24, temperature=0, stop=stop
    ) as stream:
        events = [event.type for event in stream]
        final = stream.get_final_completion()
    assert "content.delta" in events and "content.done" in events
    assert final.choices[0].message.content == text(client, stop=stop)


@pytest.mark.parametrize("field", ["max_tokens", "max_completion_tokens"])
def test_the_length_is_kept(client: openai.OpenAI, field: str) -> None:
    answer = client.chat.completions.create(model=MODEL, messages=MESSAGES, **{field: 5})
    assert answer.usage.completion_tokens == 5
    assert answer.choices[0].finish_reason == "length"


def test_a_seed_repeats_a_text(client: openai.OpenAI) -> None:
    texts = [text(client, temperature=1.2, seed=seed) for seed in (7, 7, 8)]
    assert texts[0] == texts[1] != texts[2]


def test_without_a_seed_texts_differ(client: openai.OpenAI) -> None:
    assert len({text(client, temperature=1.5) for _ in range(3)}) > 1


def test_several_choices(client: openai.OpenAI) -> None:
    answer = ask(client, n=3, temperature=1.2, seed=3)
    assert [choice.index for choice in answer.choices] == [0, 1, 2]
    texts = [choice.message.content for choice in answer.choices]
    assert len(set(texts)) == 3
    assert answer.usage.completion_tokens == 3 * 24
    again = ask(client, n=3, temperature=1.2, seed=3)
    assert [choice.message.content for choice in again.choices] == texts
    streamed = {0: "", 1: "", 2: ""}
    for chunk in ask(client, n=3, temperature=1.2, seed=3, stream=True):
        for choice in chunk.choices:
            streamed[choice.index] += choice.delta.content or ""
    assert list(streamed.values()) == texts


@pytest.mark.parametrize("stream", [False, True])
def test_stops(client: openai.OpenAI, stream: bool) -> None:
    plain = text(client)
    word = plain.split()[3]
    for stop in (word, ["never said", word]):
        answer = ask(client, stop=stop, stream=stream)
        if stream:
            chunks = list(answer)
            got = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
            reason = chunks[-1].choices[0].finish_reason
        else:
            got, reason = answer.choices[0].message.content, answer.choices[0].finish_reason
        assert got == plain[: plain.index(word)]
        assert reason == "stop"


def test_bias_bans_and_forces(client: openai.OpenAI) -> None:
    first = ask(client, logprobs=True, max_tokens=1).choices[0].logprobs.content[0].token
    banned = token_of(client, first)
    assert not text(client, logit_bias={banned: -100}).startswith(first)
    forced = token_of(client, " LORD")
    assert text(client, max_tokens=3, logit_bias={forced: 100}) == " LORD LORD LORD"


def token_of(client: openai.OpenAI, piece: str) -> str:
    """The id of a text that is one token, as a key of a bias."""
    answer = client.post("/../tokenize", body={"content": piece}, cast_to=object)
    assert len(answer["tokens"]) == 1
    return str(answer["tokens"][0])


def test_sampling_fields_change_the_text(client: openai.OpenAI) -> None:
    hot = {"temperature": 1.5, "seed": 5, "max_tokens": 48}
    plain = text(client, **hot)
    assert text(client, **hot, top_p=0.01) == text(client, max_tokens=48)
    extra = {"extra_body": {"top_k": 1}}
    assert text(client, **hot, **extra) == text(client, max_tokens=48)
    for field in ("presence_penalty", "frequency_penalty"):
        assert text(client, **hot, **{field: 2}) != plain
    for field, value in (("min_p", 0.9), ("repeat_penalty", 1.8), ("typical_p", 0.2)):
        assert text(client, **hot, extra_body={field: value}) != plain, field


@pytest.mark.parametrize("stream", [False, True])
def test_log_probabilities(client: openai.OpenAI, stream: bool) -> None:
    answer = ask(client, logprobs=True, top_logprobs=4, stream=stream)
    if stream:
        entries = [
            entry
            for chunk in answer
            if chunk.choices[0].logprobs
            for entry in chunk.choices[0].logprobs.content
        ]
    else:
        entries = answer.choices[0].logprobs.content
    assert len(entries) == 24
    assert b"".join(bytes(entry.bytes) for entry in entries).decode() == text(client)
    for entry in entries:
        assert len(entry.top_logprobs) == 4
        values = [top.logprob for top in entry.top_logprobs]
        assert values == sorted(values, reverse=True)
        assert sum(math.exp(value) for value in values) <= 1.0001
        # At temperature 0 the token is the likeliest one.
        assert entry.top_logprobs[0].token == entry.token
        assert entry.top_logprobs[0].logprob == entry.logprob <= 0


def test_log_probabilities_without_alternatives(client: openai.OpenAI) -> None:
    entries = ask(client, logprobs=True).choices[0].logprobs.content
    assert len(entries) == 24 and all(entry.top_logprobs == [] for entry in entries)
    assert ask(client).choices[0].logprobs is None


def test_content_in_parts(client: openai.OpenAI) -> None:
    parts = [{"type": "text", "text": "Who is "}, {"type": "text", "text": "the LORD?"}]
    messages = [MESSAGES[0], {"role": "user", "content": parts}]
    assert text(client, messages=messages) == text(client)


def test_a_conversation_grows(client: openai.OpenAI) -> None:
    messages = list(MESSAGES)
    prompts = []
    for question in ("And who are you?", "Whence?", "Whither?"):
        answer = ask(client, messages=messages, max_tokens=8)
        prompts.append(answer.usage.prompt_tokens)
        messages.append({"role": "assistant", "content": answer.choices[0].message.content})
        messages.append({"role": "user", "content": question})
    assert prompts == sorted(prompts) and len(set(prompts)) == 3


def test_another_models_name() -> None:
    """It is taken as it is, or refused if the server is told to."""
    with serving("--strict-model") as strict:
        client = openai.OpenAI(base_url=f"{strict.url}/v1", api_key="none", max_retries=0)
        assert text(client)
        with pytest.raises(openai.NotFoundError) as caught:
            ask(client, model="gpt-4")
        assert MODEL in caught.value.body["message"]


def test_the_name_can_be_chosen(client: openai.OpenAI) -> None:
    assert ask(client, model="gpt-4").model == MODEL
    with serving("--alias", "scribe") as renamed:
        other = openai.OpenAI(base_url=f"{renamed.url}/v1", api_key="none", max_retries=0)
        assert [model.id for model in other.models.list()] == ["scribe"]
        assert ask(other, model="scribe").model == "scribe"

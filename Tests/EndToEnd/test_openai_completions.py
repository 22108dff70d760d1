"""OpenAI's Python client: completions of plain text, and of tokens."""

from __future__ import annotations

import openai
import pytest

from serving import MODEL, bitnet, run_alone

PROMPT = "And God said unto Moses,"
OTHER = "The LORD is my shepherd;"


def complete(
    client: openai.OpenAI, prompt: object = PROMPT, **fields: object
) -> openai.types.Completion:
    """A short continuation."""
    fields = {"model": MODEL, "prompt": prompt, "max_tokens": 20, "temperature": 0} | fields
    return client.completions.create(**fields)


def ids(text: str) -> list[int]:
    """The tokens of a text, as the program itself makes them, with the one of the begin."""
    return [int(word) for word in bitnet("tokenize", "-m", MODEL, "--bos", text=text).split()]


def test_answers_what_the_program_answers(client: openai.OpenAI) -> None:
    answer = complete(client)
    alone = run_alone(PROMPT, "--temp", "0", "-n", "20")
    assert answer.object == "text_completion"
    assert answer.choices[0].text == alone["text"]
    assert answer.choices[0].finish_reason == "length"
    assert answer.usage.prompt_tokens == alone["prompt_tokens"] == len(ids(PROMPT))
    assert answer.usage.completion_tokens == 20


def test_tokens_are_as_good_as_text(client: openai.OpenAI) -> None:
    assert complete(client, ids(PROMPT)).choices[0].text == complete(client).choices[0].text


@pytest.mark.parametrize("tokens", [False, True])
def test_several_prompts(client: openai.OpenAI, tokens: bool) -> None:
    prompts = [PROMPT, OTHER, PROMPT]
    alone = [complete(client, prompt).choices[0].text for prompt in prompts]
    answer = complete(client, [ids(prompt) for prompt in prompts] if tokens else prompts)
    assert [choice.index for choice in answer.choices] == [0, 1, 2]
    assert [choice.text for choice in answer.choices] == alone


def test_several_choices_of_several_prompts(client: openai.OpenAI) -> None:
    answer = complete(client, [PROMPT, OTHER], n=2, temperature=1.1, seed=9)
    assert [choice.index for choice in answer.choices] == [0, 1, 2, 3]
    assert len({choice.text for choice in answer.choices}) == 4


def test_streams(client: openai.OpenAI) -> None:
    chunks = list(complete(client, stream=True, stream_options={"include_usage": True}))
    pieces = [chunk.choices[0].text for chunk in chunks if chunk.choices]
    assert "".join(pieces) == complete(client).choices[0].text
    assert chunks[-1].usage.completion_tokens == 20
    assert [c.choices[0].finish_reason for c in chunks if c.choices][-1] == "length"


def test_streams_several_prompts(client: openai.OpenAI) -> None:
    texts = ["", ""]
    for chunk in complete(client, [PROMPT, OTHER], stream=True):
        for choice in chunk.choices:
            texts[choice.index] += choice.text
    assert texts == [complete(client, prompt).choices[0].text for prompt in (PROMPT, OTHER)]


def test_echo(client: openai.OpenAI) -> None:
    answer = complete(client, echo=True)
    assert answer.choices[0].text == PROMPT + complete(client).choices[0].text
    assert complete(client, echo=True, max_tokens=0).choices[0].text == PROMPT


def test_echo_in_a_stream(client: openai.OpenAI) -> None:
    pieces = [chunk.choices[0].text for chunk in complete(client, echo=True, stream=True)]
    assert "".join(pieces) == complete(client, echo=True).choices[0].text


def test_log_probabilities(client: openai.OpenAI) -> None:
    answer = complete(client, logprobs=3).choices[0]
    logs = answer.logprobs
    assert len(logs.tokens) == len(logs.token_logprobs) == len(logs.top_logprobs) == 20
    assert "".join(logs.tokens) == answer.text
    assert logs.text_offset == offsets(logs.tokens)
    for token, value, top in zip(logs.tokens, logs.token_logprobs, logs.top_logprobs, strict=True):
        assert len(top) >= 3
        assert top[token] == value == max(top.values()) <= 0


def test_the_chosen_token_is_always_among_the_likeliest(client: openai.OpenAI) -> None:
    logs = complete(client, logprobs=1, temperature=2, seed=1).choices[0].logprobs
    for token, value, top in zip(logs.tokens, logs.token_logprobs, logs.top_logprobs, strict=True):
        assert top[token] == value and len(top) in (1, 2)


def test_log_probabilities_of_the_prompt(client: openai.OpenAI) -> None:
    tokens = ids(PROMPT)
    answer = complete(client, tokens, logprobs=1, echo=True, max_tokens=1).choices[0]
    logs = answer.logprobs
    assert len(logs.tokens) == len(tokens) + 1
    assert logs.token_logprobs[0] is None and logs.top_logprobs[0] is None
    assert all(value <= 0 for value in logs.token_logprobs[1:])
    assert all(top for top in logs.top_logprobs[1:])


def offsets(tokens: list[str]) -> list[int]:
    """Where each token's text begins in the answer's text, in characters."""
    return [len("".join(tokens[:number])) for number in range(len(tokens))]


def test_no_prompt_is_the_begin_of_a_text(client: openai.OpenAI) -> None:
    assert complete(client, "").choices[0].text == run_alone("", "--temp", "0", "-n", "20")["text"]


def test_seeds_and_stops(client: openai.OpenAI) -> None:
    texts = [complete(client, temperature=1.3, seed=s).choices[0].text for s in (1, 1, 2)]
    assert texts[0] == texts[1] != texts[2]
    plain = complete(client).choices[0].text
    stopped = complete(client, stop=[plain[5:9]]).choices[0]
    assert stopped.text == plain[: plain.index(plain[5:9])]
    assert stopped.finish_reason == "stop"


def test_one_token_prompts(client: openai.OpenAI) -> None:
    assert complete(client, [ids(PROMPT)[1]], max_tokens=2).usage.prompt_tokens == 1
    assert complete(client, "and", max_tokens=1).usage.completion_tokens == 1


def test_the_context_ends_a_text(client: openai.OpenAI) -> None:
    answer = complete(client, max_tokens=100_000, logit_bias={"2044": -100, "2047": -100})
    assert answer.choices[0].finish_reason == "length"
    # The last token needs no position.
    assert answer.usage.total_tokens == 513


def test_fields_of_other_programs(client: openai.OpenAI) -> None:
    extra = {"suffix": None, "best_of": 1, "ignore_eos": True}
    assert complete(client, extra_body=extra).choices[0].text == complete(client).choices[0].text

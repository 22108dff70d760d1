"""lm-eval: its two models of OpenAI's protocol, on tasks of this folder.

Nothing is fetched: the tasks' texts lie beside them, and lm-eval's tokenizer is the one that
`bitnet convert` writes for Hugging Face's libraries.
"""

from __future__ import annotations

import json
import math
import os
import pathlib
import shutil
import subprocess
import sys
from collections.abc import Iterator

import pytest

from serving import MODEL, Server, bitnet, run_alone, serving

TASKS = pathlib.Path(__file__).resolve().parent / "tasks"
EXACT = ["--kv", "float32", "--head-bits", "stored"]
BEGIN = 2043


@pytest.fixture(scope="module")
def exact() -> Iterator[Server]:
    """A server that computes as `bitnet logits` does."""
    with serving(*EXACT, "--parallel", "4") as started:
        yield started


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A folder with the bundled model's tokenizer."""
    folder = tmp_path_factory.mktemp("tokenizer") / "kjv"
    bitnet("convert", MODEL, str(folder), "--type", "packed")
    return str(folder)


def evaluate(
    kind: str, task: str, url: str, arguments: str, folder: pathlib.Path, *options: str
) -> tuple[dict, list[dict]]:
    """Runs lm-eval's command; returns a task's results, and its documents with what came back."""
    shutil.copytree(TASKS, folder / "tasks")
    environment = {
        "HF_HUB_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1", "HF_HOME": str(folder / "cache"),
        "HF_HUB_DISABLE_TELEMETRY": "1", "TOKENIZERS_PARALLELISM": "false",
    }  # fmt: skip
    command = [
        sys.executable, "-m", "lm_eval", "run", "--model", kind, "--tasks", task,
        "--include_path", str(folder / "tasks"), "--log_samples",
        "--output_path", str(folder / "out"), "--model_args",
        f"model={MODEL},base_url={url},num_concurrent=4,max_retries=1,max_length=512,{arguments}",
        *options,
    ]  # fmt: skip
    result = subprocess.run(
        command, cwd=folder / "tasks", env=os.environ | environment, capture_output=True, text=True
    )
    assert result.returncode == 0, result.stderr[-6000:]
    summary = json.loads(next((folder / "out").rglob("results_*.json")).read_text())
    samples = next((folder / "out").rglob("samples_*.jsonl")).read_text().splitlines()
    return summary["results"][task], [json.loads(line) for line in samples]


def likelihoods(pairs: list[tuple[list[int], list[int]]]) -> list[tuple[float, bool]]:
    """The log-likelihood of each continuation behind its context, from `bitnet logits`, and
    whether every token of it is the likeliest."""
    prompts = [
        {"ids": context + more, "positions": list(range(len(context) - 1, len(context + more) - 1))}
        for context, more in pairs
    ]
    output = json.loads(bitnet("logits", "-m", MODEL, text=json.dumps({"prompts": prompts})))
    found = []
    for (_, more), prompt in zip(pairs, output["prompts"], strict=True):
        rows = prompt["logits"]
        values = [row[i] - log_sum(row) for row, i in zip(rows, more, strict=True)]
        greedy = all(row[i] == max(row) for row, i in zip(rows, more, strict=True))
        found.append((math.fsum(values), greedy))
    return found


def log_sum(row: list[float]) -> float:
    """The logarithm of the sum of exponentials."""
    top = max(row)
    return top + math.log(math.fsum(math.exp(value - top) for value in row))


def ids(text: str) -> list[int]:
    """The program's tokens of a text."""
    return [int(word) for word in bitnet("tokenize", "-m", MODEL, text=text).split()]


def split(context: str, more: str) -> tuple[list[int], list[int]]:
    """Tokens of a context and of what follows, as lm-eval splits them."""
    trailing = len(context) - len(context.rstrip())
    if trailing:
        context, more = context[:-trailing], context[-trailing:] + more
    head = ids(context)
    return head, ids(context + more)[len(head) :]


LOCAL = "tokenizer={tokenizer},tokenizer_backend=huggingface"
WAYS = {
    "one by one": (LOCAL, []),
    "in batches": (LOCAL, ["--batch_size", "4"]),
    "with the server's tokenizer": ("tokenizer_backend=auto", []),
}


@pytest.mark.parametrize("way", WAYS)
def test_log_likelihoods(exact: Server, tokenizer: str, tmp_path: pathlib.Path, way: str) -> None:
    arguments, options = WAYS[way]
    results, samples = evaluate(
        "local-completions", "bitnet_verse_choice", f"{exact.url}/v1/completions",
        arguments.format(tokenizer=tokenizer), tmp_path, *options,
    )  # fmt: skip
    assert len(samples) == len((TASKS / "verses.jsonl").read_text().splitlines())
    for sample in samples:
        pairs = [split(*arguments_of(sample, i)) for i in range(len(sample["doc"]["endings"]))]
        for ours, answer in zip(likelihoods(pairs), sample["filtered_resps"], strict=True):
            assert float(answer[0]) == pytest.approx(ours[0], abs=1e-4)
            assert str(answer[1]) == str(ours[1])
    assert results["acc,none"] > 0.5


def test_rolling_log_likelihoods(exact: Server, tokenizer: str, tmp_path: pathlib.Path) -> None:
    _, samples = evaluate(
        "local-completions", "bitnet_verse_perplexity", f"{exact.url}/v1/completions",
        LOCAL.format(tokenizer=tokenizer), tmp_path,
    )  # fmt: skip
    for sample in samples:
        [[ours, _]] = likelihoods([([BEGIN], ids(sample["doc"]["context"]))])
        assert float(flat(sample["filtered_resps"])) == pytest.approx(ours, abs=1e-4)


def flat(value: object) -> object:
    """The only element of nested lists."""
    while isinstance(value, list):
        [value] = value
    return value


def test_generation_by_completions(exact: Server, tokenizer: str, tmp_path: pathlib.Path) -> None:
    _, samples = evaluate(
        "local-completions", "bitnet_verse_continue", f"{exact.url}/v1/completions",
        "tokenizer_backend=None,eos_string=<|end_of_text|>", tmp_path,
    )  # fmt: skip
    for sample in samples:
        prompt = arguments_of(sample, 0)[0]
        options = ["--temp", "0", "-n", "40", "--stop", "\n", "--kv", "float32"]
        assert flat(sample["resps"]) == run_alone(prompt, *options)["text"]


def test_generation_by_chat(exact: Server, tmp_path: pathlib.Path) -> None:
    _, samples = evaluate(
        "local-chat-completions", "bitnet_verse_continue", f"{exact.url}/v1/chat/completions",
        "eos_string=<|end_of_text|>", tmp_path, "--apply_chat_template",
    )  # fmt: skip
    for sample in samples:
        messages = json.loads(arguments_of(sample, 0)[0][0])
        prompt = "".join(f"{m['role']}: {m['content']}\n" for m in messages) + "assistant:"
        options = ["--temp", "0", "-n", "40", "--stop", "\n", "--kv", "float32"]
        assert flat(sample["resps"]) == run_alone(prompt, *options)["text"]


def arguments_of(sample: dict, number: int) -> tuple[str, str]:
    """Context and continuation of a document's request."""
    given = sample["arguments"][f"gen_args_{number}"]
    return given["arg_0"], given["arg_1"]

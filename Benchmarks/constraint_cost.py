"""What constraints cost: the time to compile each schema, and the share of masks in decoding.

usage: constraint_cost.py VOCABULARY.gguf [MODEL.gguf]

VOCABULARY.gguf holds the real 128,256 tokens of Llama 3, as llama.cpp's vocabulary file
ggml-vocab-llama-bpe.gguf does. MODEL.gguf is a model of 2B4T's shape, such as `bitnet synth
--shape 2b4t` makes; the vocabulary is written into a copy of it beside it.
"""

from __future__ import annotations

import json
import os
import pathlib
import statistics
import struct
import subprocess
import sys
from typing import BinaryIO

ROOT = pathlib.Path(__file__).resolve().parent.parent
BITNET = os.environ.get("BITNET", str(ROOT / ".build" / "release" / "bitnet"))
SCHEMAS = ROOT / "Tests" / "Fixtures" / "constraints" / "schemas.jsonl"
# Of which texts are drawn with the model: tools, a list of objects, any JSON, a grammar-like union.
DRAWN = ["weather-tool", "person", "recipe", "log-line", "any", "agent-turn"]
SIZES = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}


def read_string(file: BinaryIO) -> bytes:
    """A string of a GGUF file with the length in front."""
    head = file.read(8)
    return head + file.read(struct.unpack("<Q", head)[0])


def read_value(file: BinaryIO, kind: int) -> bytes:
    """The bytes of a value of a GGUF file."""
    if kind == 8:
        return read_string(file)
    if kind == 9:
        head = file.read(12)
        item, count = struct.unpack("<IQ", head)
        if item in SIZES:
            return head + file.read(SIZES[item] * count)
        return head + b"".join(read_value(file, item) for _ in range(count))
    return file.read(SIZES[kind])


def read_header(file: BinaryIO) -> tuple[int, dict[bytes, bytes]]:
    """The number of tensors, and the bytes of each key and value by the key."""
    magic, version, tensors, count = struct.unpack("<4sIQQ", file.read(24))
    assert magic == b"GGUF" and version == 3, "expected GGUF version 3"
    values = {}
    for _ in range(count):
        key = read_string(file)
        kind = file.read(4)
        values[key[8:]] = key + kind + read_value(file, struct.unpack("<I", kind)[0])
    return tensors, values


def with_vocabulary(model: pathlib.Path, vocabulary: pathlib.Path) -> pathlib.Path:
    """A copy of `model` with the tokenizer of `vocabulary`, made once."""
    path = model.with_suffix(".vocabulary.gguf")
    if path.exists():
        return path
    with vocabulary.open("rb") as file:
        tokenizer = {
            key: value for key, value in read_header(file)[1].items() if b"tokenizer." in key
        }
    with model.open("rb") as file, path.open("wb") as copy:
        tensors, values = read_header(file)
        merged = {**values, **tokenizer}
        copy.write(struct.pack("<4sIQQ", b"GGUF", 3, tensors, len(merged)))
        copy.write(b"".join(merged.values()))
        for _ in range(tensors):
            name = read_string(file)
            shape = file.read(4)
            rest = file.read(8 * struct.unpack("<I", shape)[0] + 12)
            copy.write(name + shape + rest)
        file.seek(-file.tell() % 32, 1)
        copy.write(bytes(-copy.tell() % 32))
        while block := file.read(1 << 24):
            copy.write(block)
    return path


def run(model: str, lines: list[str], *options: str) -> list[dict]:
    """What `bitnet constraint` reports."""
    output = subprocess.run(
        [BITNET, "constraint", "-m", model, *options],
        input="".join(lines),
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return [json.loads(line) for line in output.splitlines()]


def main() -> None:
    """Prints both tables."""
    vocabulary = pathlib.Path(sys.argv[1])
    lines = SCHEMAS.read_text(encoding="utf-8").splitlines(keepends=True)
    reports = sorted(run(str(vocabulary), lines), key=lambda report: -report["compile_seconds"])
    times = [1000 * report["compile_seconds"] for report in reports]
    print(f"{len(times)} schemas: median {statistics.median(times):.2f} ms to compile")
    for report in reports[:5]:
        print(f"  {report['id']}: {1000 * report['compile_seconds']:.1f} ms")
    if len(sys.argv) < 3:
        return
    model = with_vocabulary(pathlib.Path(sys.argv[2]), vocabulary)
    drawn = [line for line in lines if json.loads(line)["id"] in DRAWN]
    options = ["--samples", "1", "-n", "96", "-s", "1", "--temp", "1", "-c", "512"]
    masks = total = 0.0
    for report in run(str(model), drawn, *options):
        sample = report["samples"][0]
        masks += sample["mask_seconds"]
        total += sample["decode_seconds"]
        tokens = sample["generated_tokens"]
        print(
            f"  {report['id']}: {tokens} tokens, {1000 * sample['decode_seconds'] / tokens:.1f} ms "
            f"a token, masks {1e6 * sample['mask_seconds'] / tokens:.0f} us a token"
        )
    print(f"masks: {100 * masks / total:.2f} % of the time of decoding")


if __name__ == "__main__":
    main()

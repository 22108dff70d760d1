#!/usr/bin/env python3
"""Extract the Llama-3 tokens from a vocabulary-only GGUF file into a compact test fixture.

Usage: make_llama3_vocabulary.py ggml-vocab-llama-bpe.gguf vocabulary.bin

The input is models/ggml-vocab-llama-bpe.gguf of https://github.com/ggml-org/llama.cpp.
The output holds the 128,256 tokens by id, each as one length byte and its raw bytes: first the
128,000 of the byte-level vocabulary in the order of their ranks, then the 256 control tokens.
The merges are left out after checking that they follow from the tokens: every way to cut a token
into two tokens, for the tokens in rank order, sorted by the ranks of the left and the right part.
"""

import struct
import sys

TEXT_TOKENS = 128000
SCALAR_FORMATS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
STRING, ARRAY = 8, 9


class Reader:
    """Reads the metadata of a GGUF file, little-endian, from the specification."""

    def __init__(self, data):
        self.data = data
        self.position = 0

    def scalar(self, letter):
        layout = struct.Struct("<" + letter)
        (value,) = layout.unpack_from(self.data, self.position)
        self.position += layout.size
        return value

    def string(self):
        length = self.scalar("Q")
        start = self.position
        self.position += length
        return self.data[start : self.position]

    def value(self, kind):
        if kind == STRING:
            return self.string()
        if kind == ARRAY:
            item = self.scalar("I")
            return [self.value(item) for _ in range(self.scalar("Q"))]
        return self.scalar(SCALAR_FORMATS[kind])

    def metadata(self):
        if self.data[:4] != b"GGUF":
            sys.exit("not a GGUF file")
        self.position = 4
        self.scalar("I")
        self.scalar("Q")
        count = self.scalar("Q")
        pairs = {}
        for _ in range(count):
            key = self.string().decode()
            pairs[key] = self.value(self.scalar("I"))
        return pairs


def byte_alphabet():
    """GPT-2's characters and the bytes that they stand for."""
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in printable]
    alphabet = {chr(byte): byte for byte in printable}
    alphabet.update({chr(256 + index): byte for index, byte in enumerate(others)})
    return alphabet


def rebuilt_merges(tokens):
    ranks = {token: rank for rank, token in enumerate(tokens)}
    merges = []
    for token in tokens:
        splits = []
        for middle in range(1, len(token)):
            left, right = ranks.get(token[:middle]), ranks.get(token[middle:])
            if left is not None and right is not None:
                splits.append((left, right))
        merges += sorted(splits)
    return merges


def main():
    source, target = sys.argv[1:]
    with open(source, "rb") as file:
        metadata = Reader(file.read()).metadata()
    alphabet = byte_alphabet()
    spelled = [token.decode() for token in metadata["tokenizer.ggml.tokens"]]
    tokens = [bytes(alphabet[character] for character in token) for token in spelled[:TEXT_TOKENS]]
    control = [token.encode() for token in spelled[TEXT_TOKENS:]]
    listed = [
        tuple(bytes(alphabet[c] for c in part) for part in merge.decode().split(" "))
        for merge in metadata["tokenizer.ggml.merges"]
    ]
    rebuilt = [(tokens[left], tokens[right]) for left, right in rebuilt_merges(tokens)]
    if listed != rebuilt:
        sys.exit("the merges do not follow from the tokens")
    with open(target, "wb") as file:
        for token in tokens + control:
            file.write(bytes([len(token)]) + token)
    print(f"{len(tokens)} tokens, {len(control)} control tokens, {len(rebuilt)} merges")


if __name__ == "__main__":
    main()

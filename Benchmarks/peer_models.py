"""Writes models in the shape of BitNet b1.58 2B4T that llama.cpp can run, with random weights.

usage: peer_models.py TQ2_0|Q4_K_M PATH
llama.cpp knows the shape under its architecture `bitnet` (SiLU instead of relu², the same
matrices). Blocks are made directly, so that each type's bytes, and so its speed, are those of a
real model. The tied output head is in Q6_K.
"""

from __future__ import annotations

import pathlib
import sys

import gguf
import numpy
from gguf import GGMLQuantizationType as Type

VOCABULARY, HIDDEN, INNER, LAYERS = 128_256, 2560, 6912, 30
HEADS, KEY_VALUE_HEADS, CONTEXT = 20, 5, 8192

KEY_VALUE_WIDTH = KEY_VALUE_HEADS * (HIDDEN // HEADS)

PROJECTIONS = {
    "attn_q": (HIDDEN, HIDDEN),
    "attn_k": (KEY_VALUE_WIDTH, HIDDEN),
    "attn_v": (KEY_VALUE_WIDTH, HIDDEN),
    "attn_output": (HIDDEN, HIDDEN),
    "ffn_gate": (INNER, HIDDEN),
    "ffn_up": (INNER, HIDDEN),
    "ffn_down": (HIDDEN, INNER),
}
"""Rows and columns of a layer's matrices."""


def blocks(kind: Type, rows: int, columns: int, random: numpy.random.Generator) -> numpy.ndarray:
    """Rows of random blocks of `kind` whose values have a deviation of about 1 / sqrt(columns)."""
    size, width = gguf.GGML_QUANT_SIZES[kind]
    count = rows * columns // size
    data = random.integers(0, 256, (count, width), dtype=numpy.uint8)
    # The steps between a type's values differ; these give all of them about the same deviation.
    step = {Type.TQ2_0: 1.2, Type.Q4_K: 0.006, Type.Q6_K: 0.0007}[kind] / numpy.sqrt(columns)
    scale = numpy.frombuffer(numpy.float16(step).tobytes(), dtype=numpy.uint8)
    if kind == Type.TQ2_0:
        codes = random.integers(0, 3, (count, 64, 4), dtype=numpy.uint8)
        data[:, :64] = codes @ numpy.array([1, 4, 16, 64], dtype=numpy.uint8)
        data[:, 64:66] = scale
    elif kind == Type.Q4_K:
        data[:, 0:2] = scale
        data[:, 2:4] = scale
    elif kind == Type.Q6_K:
        data[:, 208:210] = scale
    return data.reshape(rows, columns // size * width)


def body_type(mixture: str, name: str, layer: int) -> Type:
    """The type of a projection: Q4_K_M keeps some value and down projections in Q6_K."""
    if mixture == "TQ2_0":
        return Type.TQ2_0
    more_bits = layer < LAYERS // 8 or layer >= 7 * LAYERS // 8 or (layer - LAYERS // 8) % 3 == 2
    return Type.Q6_K if name in ("attn_v", "ffn_down") and more_bits else Type.Q4_K


def write(path: pathlib.Path, mixture: str) -> None:
    """Writes the model with projections of `mixture`: "TQ2_0" or "Q4_K_M"."""
    writer = gguf.GGUFWriter(path, "bitnet")
    add_metadata(writer)
    add_tensors(writer, mixture)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def add_metadata(writer: gguf.GGUFWriter) -> None:
    """The shape, and that there is no tokenizer."""
    writer.add_vocab_size(VOCABULARY)
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(HIDDEN)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(INNER)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(KEY_VALUE_HEADS)
    writer.add_rope_dimension_count(HIDDEN // HEADS)
    writer.add_rope_freq_base(500_000.0)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_tokenizer_model("none")


def add_tensors(writer: gguf.GGUFWriter, mixture: str) -> None:
    """Random matrices, and norms of ones."""
    random = numpy.random.default_rng(1)

    def matrix(name: str, shape: tuple[int, int], kind: Type) -> None:
        writer.add_tensor(f"{name}.weight", blocks(kind, *shape, random), raw_dtype=kind)

    def norm(name: str, width: int) -> None:
        writer.add_tensor(f"{name}.weight", numpy.ones(width, dtype=numpy.float32))

    matrix("token_embd", (VOCABULARY, HIDDEN), Type.Q6_K)
    norm("output_norm", HIDDEN)
    for layer in range(LAYERS):
        for name, shape in PROJECTIONS.items():
            matrix(f"blk.{layer}.{name}", shape, body_type(mixture, name, layer))
        for name in ("attn_norm", "attn_sub_norm", "ffn_norm"):
            norm(f"blk.{layer}.{name}", HIDDEN)
        norm(f"blk.{layer}.ffn_sub_norm", INNER)


if __name__ == "__main__":
    write(pathlib.Path(sys.argv[2]), sys.argv[1])

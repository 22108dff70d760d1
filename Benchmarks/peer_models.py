"""Writes models in the shape of ours that llama.cpp can run, with random weights.

usage: peer_models.py TQ2_0|Q4_K_M PATH [SHAPE [VOCABULARY]]
SHAPE is 2b4t, BitNet b1.58 2B4T (default), or kjv-tiny, the bundled model. VOCABULARY is a GGUF
file whose tokenizer is copied; without it there is none. llama.cpp knows the shapes under its
architecture `bitnet` (SiLU instead of relu², the same matrices). Blocks are made directly, so that
each type's bytes, and so its speed, are those of a real model. The tied output head is in Q6_K.
"""

from __future__ import annotations

import dataclasses
import pathlib
import sys

import gguf
import numpy
from gguf import GGMLQuantizationType as Type


@dataclasses.dataclass(frozen=True)
class Shape:
    """Sizes of a model."""

    vocabulary: int
    hidden: int
    inner: int
    layers: int
    heads: int
    key_value_heads: int
    context: int

    def projections(self) -> dict[str, tuple[int, int]]:
        """Rows and columns of a layer's matrices."""
        key_value_width = self.key_value_heads * (self.hidden // self.heads)
        return {
            "attn_q": (self.hidden, self.hidden),
            "attn_k": (key_value_width, self.hidden),
            "attn_v": (key_value_width, self.hidden),
            "attn_output": (self.hidden, self.hidden),
            "ffn_gate": (self.inner, self.hidden),
            "ffn_up": (self.inner, self.hidden),
            "ffn_down": (self.hidden, self.inner),
        }


SHAPES = {
    "2b4t": Shape(128_256, 2560, 6912, 30, 20, 5, 8192),
    "kjv-tiny": Shape(2048, 256, 640, 4, 4, 2, 512),
}


def blocks(kind: Type, rows: int, columns: int, random: numpy.random.Generator) -> numpy.ndarray:
    """Rows of random blocks of `kind` whose values have a deviation of about 1 / sqrt(columns)."""
    size, width = gguf.GGML_QUANT_SIZES[kind]
    count = rows * columns // size
    data = random.integers(0, 256, (count, width), dtype=numpy.uint8)
    # The steps between a type's values differ; these give all of them about the same deviation.
    steps = {Type.TQ2_0: 1.2, Type.Q4_K: 0.006, Type.Q6_K: 0.0007, Type.Q8_0: 0.0135}
    scale = numpy.frombuffer(numpy.float16(steps[kind] / columns**0.5).tobytes(), dtype=numpy.uint8)
    if kind == Type.TQ2_0:
        codes = random.integers(0, 3, (count, 64, 4), dtype=numpy.uint8)
        data[:, :64] = codes @ numpy.array([1, 4, 16, 64], dtype=numpy.uint8)
        data[:, 64:66] = scale
    elif kind == Type.Q4_K:
        data[:, 0:2] = scale
        data[:, 2:4] = scale
    elif kind == Type.Q6_K:
        data[:, 208:210] = scale
    elif kind == Type.Q8_0:
        data[:, 0:2] = scale
    return data.reshape(rows, columns // size * width)


def body_type(mixture: str, name: str, layer: int, shape: Shape) -> Type:
    """The type of a projection: Q4_K_M keeps some value and down projections in Q6_K.

    Blocks of 256 do not fit every row; 8 bits do.
    """
    if shape.projections()[name][1] % 256 != 0:
        return Type.Q8_0
    if mixture == "TQ2_0":
        return Type.TQ2_0
    ends = layer < shape.layers // 8 or layer >= 7 * shape.layers // 8
    more_bits = ends or (layer - shape.layers // 8) % 3 == 2
    return Type.Q6_K if name in ("attn_v", "ffn_down") and more_bits else Type.Q4_K


def write(path: pathlib.Path, mixture: str, shape: Shape, vocabulary: pathlib.Path | None) -> None:
    """Writes the model with projections of `mixture`: "TQ2_0" or "Q4_K_M"."""
    writer = gguf.GGUFWriter(path, "bitnet")
    add_metadata(writer, shape)
    if vocabulary is None:
        writer.add_tokenizer_model("none")
    else:
        copy_tokenizer(writer, vocabulary)
    add_tensors(writer, mixture, shape)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def add_metadata(writer: gguf.GGUFWriter, shape: Shape) -> None:
    """The shape."""
    writer.add_vocab_size(shape.vocabulary)
    writer.add_context_length(shape.context)
    writer.add_embedding_length(shape.hidden)
    writer.add_block_count(shape.layers)
    writer.add_feed_forward_length(shape.inner)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.key_value_heads)
    writer.add_rope_dimension_count(shape.hidden // shape.heads)
    writer.add_rope_freq_base(500_000.0)
    writer.add_layer_norm_rms_eps(1e-5)


class Metadata(gguf.GGUFReader):
    """A file's metadata only: the package does not know the tensor types of ours."""

    def _build_tensors(self, *_: object) -> None:
        self.tensors = []


def copy_tokenizer(writer: gguf.GGUFWriter, path: pathlib.Path) -> None:
    """The tokenizer of another file, so that both sides see the same tokens."""
    fields = Metadata(path).fields
    for key, field in fields.items():
        if key.startswith("tokenizer.ggml."):
            sub_type = field.types[-1] if len(field.types) > 1 else None
            writer.add_key_value(key, field.contents(), field.types[0], sub_type)


def add_tensors(writer: gguf.GGUFWriter, mixture: str, shape: Shape) -> None:
    """Random matrices, and norms of ones."""
    random = numpy.random.default_rng(1)

    def matrix(name: str, size: tuple[int, int], kind: Type) -> None:
        writer.add_tensor(f"{name}.weight", blocks(kind, *size, random), raw_dtype=kind)

    def norm(name: str, width: int) -> None:
        writer.add_tensor(f"{name}.weight", numpy.ones(width, dtype=numpy.float32))

    matrix("token_embd", (shape.vocabulary, shape.hidden), Type.Q6_K)
    norm("output_norm", shape.hidden)
    for layer in range(shape.layers):
        for name, size in shape.projections().items():
            matrix(f"blk.{layer}.{name}", size, body_type(mixture, name, layer, shape))
        for name in ("attn_norm", "attn_sub_norm", "ffn_norm"):
            norm(f"blk.{layer}.{name}", shape.hidden)
        norm(f"blk.{layer}.ffn_sub_norm", shape.inner)


if __name__ == "__main__":
    write(
        pathlib.Path(sys.argv[2]),
        sys.argv[1],
        SHAPES[sys.argv[3] if len(sys.argv) > 3 else "2b4t"],
        pathlib.Path(sys.argv[4]) if len(sys.argv) > 4 else None,
    )

"""Writes Tests/Fixtures/codecs/block_quants.json with the PyPI packages gguf 0.19.0 and numpy.

For each block encoding: random stored blocks with the floats that gguf.quants reads from them, and,
where gguf can also quantise, random floats with the blocks it makes of them. Floats are given as
their bit patterns, bytes in hexadecimal.

    python3 Tools/make_codec_vectors.py Tests/Fixtures/codecs/block_quants.json
"""

import json
import sys

import numpy as np
from gguf import GGMLQuantizationType as Type
from gguf.constants import GGML_QUANT_SIZES
from gguf.quants import dequantize, quantize

BLOCKS = 4
SCALE_OFFSETS = {Type.Q8_0: 0, Type.Q4_0: 0, Type.Q6_K: 208}


def bits(values):
    return [int(v) for v in np.ascontiguousarray(values, np.float32).view(np.uint32).ravel()]


def stored_blocks(random, kind):
    """Random bytes, with a finite scale in place of whatever bytes stood there."""
    blocks = random.integers(0, 256, (BLOCKS, GGML_QUANT_SIZES[kind][1]), dtype=np.uint8)
    scales = (random.standard_normal(BLOCKS) * 0.01).astype(np.float16).view(np.uint8)
    at = SCALE_OFFSETS[kind]
    blocks[:, at : at + 2] = scales.reshape(BLOCKS, 2)
    return blocks


def main(path):
    random = np.random.default_rng(20250)
    result = {}
    for kind, can_quantise in [(Type.Q8_0, True), (Type.Q4_0, True), (Type.Q6_K, False)]:
        blocks = stored_blocks(random, kind)
        case = {"blocks": blocks.tobytes().hex(), "decoded": bits(dequantize(blocks, kind))}
        if can_quantise:
            values = random.standard_normal((1, 32 * BLOCKS)).astype(np.float32)
            values[0, 32:64] = 0
            case["values"] = bits(values)
            case["encoded"] = quantize(values, kind).tobytes().hex()
        result[kind.name.lower().replace("q6_k", "q6_K")] = case
    with open(path, "w") as file:
        json.dump(result, file, indent=None, separators=(",", ":"))
        file.write("\n")


main(sys.argv[1])

"""Writes Tests/Fixtures/golden/tensors.json: the tensors of every fixture checkpoint.

Read with the PyPI packages gguf 0.19.0 and safetensors 0.8.0. gguf knows no I2_S, so its type table
is extended by it here; only names, shapes and types are taken from it.

    python3 Tools/list_fixture_tensors.py Tests/Fixtures > Tests/Fixtures/golden/tensors.json
"""

import enum
import json
import pathlib
import sys

import gguf.gguf_reader as reader
from safetensors import safe_open

kinds = {kind.name: kind.value for kind in reader.GGMLQuantizationType} | {"I2_S": 36}
Kinds = enum.IntEnum("Kinds", kinds)
reader.GGMLQuantizationType = Kinds
reader.GGML_QUANT_SIZES[Kinds.I2_S] = (128, 32)


def gguf_tensors(path):
    tensors = reader.GGUFReader(path).tensors
    return [[t.name, [int(d) for d in reversed(t.shape)], t.tensor_type.name] for t in tensors]


def safetensors_tensors(paths):
    found = []
    for path in paths:
        with safe_open(path, "np") as file:
            for name in file.keys():
                view = file.get_slice(name)
                found.append([name, view.get_shape(), view.get_dtype()])
    return sorted(found)


root = pathlib.Path(sys.argv[1])
listing = {}
for path in sorted(root.glob("*/*.gguf")):
    listing[str(path.relative_to(root))] = gguf_tensors(path)
for folder in sorted({path.parent for path in root.glob("*/*/*.safetensors")}):
    shards = sorted(folder.glob("*.safetensors"))
    listing[str(folder.relative_to(root))] = safetensors_tensors(shards)
lines = [f"{json.dumps(k)}:{json.dumps(v, separators=(',', ':'))}" for k, v in listing.items()]
print("{" + ",\n".join(lines) + "}")

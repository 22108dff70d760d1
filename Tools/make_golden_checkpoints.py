"""Writes Tests/Fixtures/golden/ with the PyPI packages gguf 0.19.0, safetensors 0.8.0 and numpy.

Two tiny checkpoints that this package's writers must reproduce byte for byte.

    python3 Tools/make_golden_checkpoints.py Tests/Fixtures/golden
"""

import sys

import numpy as np
from gguf import GGMLQuantizationType, GGUFValueType, GGUFWriter
from gguf.quants import quantize
from safetensors.numpy import save_file


def write_gguf(path):
    writer = GGUFWriter(path, "test")
    writer.add_uint8("test.uint8", 200)
    writer.add_int8("test.int8", -3)
    writer.add_uint16("test.uint16", 60000)
    writer.add_int16("test.int16", -300)
    writer.add_uint32("test.uint32", 4_000_000_000)
    writer.add_int32("test.int32", -70000)
    writer.add_float32("test.float32", 1e-5)
    writer.add_bool("test.bool", True)
    writer.add_string("test.string", "naïve 日本")
    writer.add_uint64("test.uint64", 2**63 + 5)
    writer.add_int64("test.int64", -(2**40))
    writer.add_float64("test.float64", 0.1)
    writer.add_array("test.strings", ["a", "", "bc", "é"])
    writer.add_array("test.integers", [1, -2, 3])
    writer.add_array("test.floats", [0.5, -1.25])
    writer.add_array("test.bools", [True, False])
    writer.add_key_value("test.bytes", b"\x01\xff", GGUFValueType.ARRAY, GGUFValueType.UINT8)
    writer.add_tensor("float32", np.arange(6, dtype=np.float32).reshape(2, 3) / 4)
    writer.add_tensor("float16", np.arange(5, dtype=np.float16) / 8)
    codes = (np.arange(512, dtype=np.float32).reshape(2, 256) * 7 % 3 - 1) * 0.0546875
    for kind in (GGMLQuantizationType.TQ1_0, GGMLQuantizationType.TQ2_0):
        writer.add_tensor(kind.name.lower(), quantize(codes, kind), raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def write_safetensors(path):
    tensors = {
        "a.float32": np.arange(6, dtype=np.float32).reshape(2, 3) / 4,
        "b.float16": np.arange(5, dtype=np.float16) / 8,
        "c.uint8": np.arange(7, dtype=np.uint8),
        "d.scalar": np.array(2.5, dtype=np.float32),
        "é \"quoted\"": np.zeros((0, 4), dtype=np.float32),
    }
    save_file(tensors, path, metadata={"format": "pt"})


write_gguf(sys.argv[1] + "/tiny.gguf")
write_safetensors(sys.argv[1] + "/tiny.safetensors")

"""Writes embeddings.json into fixture folders: text vectors as Hugging Face transformers gives them.

Needs the PyPI packages torch (CPU), transformers 5.23.0, accelerate and safetensors 0.8.0.

    python3 Tools/make_embedding_cases.py Tests/Fixtures
"""

import json
import sys
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM

FOLDERS = ["llama-rmsnorm"]
COUNT = 6


def vectors(hidden):
    """The pooled states behind the output norm, and the same with a length of one."""
    result = {"mean": hidden.mean(0), "last": hidden[-1]}
    unit = {f"{name}_unit": v / v.norm() for name, v in result.items()}
    return {name: [round(float(x), 7) for x in v] for name, v in (result | unit).items()}


def main():
    root = Path(sys.argv[1])
    for name in FOLDERS:
        expected = json.loads((root / name / "expected.json").read_text())
        model = AutoModelForCausalLM.from_pretrained(
            root / name / "packed", dtype=torch.float32, device_map="cpu").eval()
        robust = [p for p in expected["prompts"] if p["robust"] and len(p["ids"]) <= 64]
        cases = []
        for prompt in robust[:COUNT]:
            with torch.no_grad():
                hidden = model.model(torch.tensor([prompt["ids"]])).last_hidden_state[0].double()
            cases.append({"ids": prompt["ids"], **vectors(hidden)})
        text = json.dumps({"tolerance": 1e-3, "cases": cases}, separators=(",", ":"))
        (root / name / "embeddings.json").write_text(text + "\n")


main()

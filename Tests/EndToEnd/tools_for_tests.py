"""Tools that the tests' agents use, and their descriptions in each protocol's form."""

from __future__ import annotations

import json

ADD = {
    "type": "object",
    "properties": {
        "a": {"type": "integer", "minimum": -99, "maximum": 99},
        "b": {"type": "integer", "minimum": -99, "maximum": 99},
        "how": {"enum": ["plus", "minus", "times"]},
    },
    "required": ["a", "b", "how"],
    "additionalProperties": False,
}
LOOK_UP = {
    "type": "object",
    "properties": {"word": {"enum": ["light", "darkness", "water", "earth"]}},
    "required": ["word"],
    "additionalProperties": False,
}
SCHEMAS = {"calculate": ADD, "look_up": LOOK_UP}
DESCRIPTIONS = {"calculate": "Calculates.", "look_up": "Looks a word up."}

FUNCTIONS = [
    {
        "type": "function",
        "function": {"name": name, "description": DESCRIPTIONS[name], "parameters": schema},
    }
    for name, schema in SCHEMAS.items()
]
FLAT_FUNCTIONS = [{"type": "function", **function["function"]} for function in FUNCTIONS]
ANTHROPIC_TOOLS = [
    {"name": name, "description": DESCRIPTIONS[name], "input_schema": schema}
    for name, schema in SCHEMAS.items()
]

MEANINGS = {"light": "day", "darkness": "night", "water": "sea", "earth": "dry land"}


def run(name: str, arguments: dict) -> str:
    """The result of a call; fails for arguments that do not satisfy the schema."""
    if name == "look_up":
        return json.dumps({"meaning": MEANINGS[arguments["word"]]})
    assert name == "calculate"
    a, b = arguments["a"], arguments["b"]
    assert set(arguments) == {"a", "b", "how"}
    assert -99 <= a <= 99
    assert -99 <= b <= 99
    return json.dumps({"plus": a + b, "minus": a - b, "times": a * b}[arguments["how"]])

"""What tells whether a text is in the language of a grammar, without the grammar.

Each judge takes a text and raises an exception if the text is not what the grammar of the same name
in Tests/Fixtures/constraints/grammars promises.
"""

from __future__ import annotations

import ast
import csv
import datetime
import io
import ipaddress
import json
import re
import sqlite3
import uuid
import xml.etree.ElementTree
from collections.abc import Callable

import lark
import tomllib

C = lark.Lark(
    r"""
    start: function+
    function: TYPE NAME "(" [TYPE NAME ("," TYPE NAME)*] ")" block
    block: "{" statement* "}"
    statement: TYPE NAME "=" value ";" | NAME "=" value ";" | "return" value ";"
             | "while" "(" condition ")" block | "if" "(" condition ")" block ["else" block]
    condition: value ("==" | "!=" | "<" | ">") value
    value: operand (("+" | "-" | "*") operand)*
    operand: NAME | NUMBER | NAME "(" [value ("," value)*] ")" | "(" value ")"
    TYPE.2: "int " | "float " | "char "
    NAME: /v[a-z0-9_]*/
    NUMBER: /[0-9]+/
    %ignore /[ \n]/
    """,
    parser="earley",
)

LOGIC = lark.Lark(
    r"""
    start: f
    f: /[p-t]/ | "~" f | "(" f " " OP " " f ")" | ("forall" | "exists") " " /[x-z]/ ". " f
    OP: "&" | "|" | "->" | "<->"
    """,
    parser="earley",
)

LISP = lark.Lark(
    r"""
    start: list
    list: "(" item (" " item)* ")"
    item: /[a-z][a-z0-9-]*/ | /"[^"\\\n]*"/ | /-?[0-9]+/ | list
    """,
    parser="lalr",
)

PIECE = r"(?:[KQRBN][a-h]?[1-8]?x?[a-h][1-8]|(?:[a-h]x)?[a-h](?:[2-7]|[18]=[QRBN])|O-O(?:-O)?)[+#]?"
ROMAN = r"M{0,3}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})\."


def matches(pattern: str) -> Callable[[str], None]:
    """A judge of texts that a regular expression matches as a whole."""

    def judge(text: str) -> None:
        assert re.fullmatch(pattern, text), "no match"

    return judge


def arithmetic(text: str) -> None:
    for line in text.removesuffix("\n").split("\n"):
        left, right = line.split(" = ")
        for side in (left, right):
            # Python has words that are no names.
            ast.parse(re.sub(r"[a-z][a-z0-9_]*", "x", side), mode="eval")


def json_arr(text: str) -> None:
    for item in json.loads(text):
        assert set(item) == {"id", "name", "tags"}
        assert isinstance(item["id"], int) and isinstance(item["name"], str)
        assert all(isinstance(tag, str) for tag in item["tags"])


def addresses(text: str) -> None:
    assert text.endswith("\n")
    lines = text.splitlines()
    assert 2 <= len(lines) <= 5
    for line in lines:
        ipaddress.IPv4Interface(line)


def table(text: str) -> None:
    rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    assert 2 <= len(rows) <= 6
    assert all(len(row) == 3 for row in rows), rows


def palindrome(text: str) -> None:
    assert set(text) <= set("abc") and text == text[::-1]


def counting(text: str) -> None:
    count = len(text) // 2 - 1
    assert text == "<" + "a" * count + "b" * count + ">"


def brackets(text: str) -> None:
    before = None
    while text != before:
        before = text
        text = re.sub(r"\(\)|\[\]|\{\}", "", text)
    assert text == ""


def query(text: str) -> None:
    database = sqlite3.connect(":memory:")
    database.execute("CREATE TABLE people (name TEXT, age INTEGER, city TEXT)")
    database.execute(text)


def uuids(text: str) -> None:
    lines = text.splitlines()
    assert len(lines) == 3
    for line in lines:
        assert str(uuid.UUID(line)) == line


JUDGES: dict[str, Callable[[str], object]] = {
    "addresses": addresses,
    "arithmetic": arithmetic,
    "brackets": brackets,
    "c": C.parse,
    "chess": matches(rf"1\. {PIECE} {PIECE}\n([1-9][0-9]?\. {PIECE} {PIECE}\n)+"),
    "counting": counting,
    "csv": table,
    "date": datetime.date.fromisoformat,
    "english": matches(r"([A-Z][a-z]*( [a-z]+){1,20}[.?!])( [A-Z][a-z]*( [a-z]+){1,20}[.?!]){0,4}"),
    "japanese": matches(r"[ぁ-ゖァ-ヺー一-龯]+[、。！？]( [ぁ-ゖァ-ヺー一-龯]+[、。！？])*"),
    "json": json.loads,
    "json_arr": json_arr,
    "list": matches(r"(- [^\n]+\n)+"),
    "logic": LOGIC.parse,
    "palindrome": palindrome,
    "python": lambda text: ast.parse(text, mode="eval"),
    "roman": matches(rf"{ROMAN}(, {ROMAN}){{2,9}}"),
    "sexpr": LISP.parse,
    "sql": query,
    "toml": tomllib.loads,
    "uuids": uuids,
    "xml": xml.etree.ElementTree.fromstring,
}

"""Constrained output, judged by validators that know nothing of how it was made.

Every schema and grammar of Tests/Fixtures/constraints, five seeds each: with the bundled model,
with it at temperature 2, and at temperature 2 with a model of random weights.
"""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from pathlib import Path

import jsonschema
import pytest

from constraint_judges import JUDGES
from serving import BITNET

FIXTURES = Path(__file__).parent.parent / "Fixtures"
SEEDS = 5
HOT = ["--temp", "2", "--top-k", "0", "--top-p", "1", "--min-p", "0"]
SETTINGS = {
    "bundled": ["-m", "kjv-tiny"],
    "bundled-hot": ["-m", "kjv-tiny", *HOT],
    "random-hot": ["-m", str(FIXTURES / "bitnet-256/packed"), *HOT],
}


def draw(items: list[dict], setting: str, tokens: int) -> dict[str, list[dict]]:
    """Texts for each item, by its id; none may be refused or cut short."""
    lines = "".join(json.dumps(item) + "\n" for item in items)
    run = subprocess.run(
        [BITNET, "constraint", "--samples", str(SEEDS), "-s", "1", "-n", str(tokens)]
        + SETTINGS[setting],
        input=lines,
        capture_output=True,
        encoding="utf-8",
        timeout=600,
    )
    reports = [json.loads(line) for line in run.stdout.splitlines()]
    assert [report["id"] for report in reports] == [item["id"] for item in items], run.stderr
    for report in reports:
        assert "error" not in report, report
        assert all(sample["is_complete"] for sample in report["samples"]), report
        assert len(report["samples"]) == SEEDS
    assert run.returncode == 0, run.stderr
    return {report["id"]: report["samples"] for report in reports}


def schemas() -> list[dict]:
    lines = (FIXTURES / "constraints/schemas.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def validator(schema: dict | bool) -> jsonschema.protocols.Validator:
    """The validator of the schema's own draft, which checks formats too."""
    latest = jsonschema.Draft202012Validator
    kind = jsonschema.validators.validator_for(schema, default=latest)
    kind.check_schema(schema)
    return kind(schema, format_checker=kind.FORMAT_CHECKER)


def test_there_are_enough_schemas_and_grammars() -> None:
    ids = Counter(item["id"] for item in schemas())
    assert len(ids) >= 100 and max(ids.values()) == 1
    names = {path.stem for path in (FIXTURES / "constraints/grammars").glob("*.gbnf")}
    assert len(names) >= 20 and names == set(JUDGES)


def test_the_judge_knows_the_formats() -> None:
    """Without its extra packages it would pass over formats that it can't check."""
    names = "date time date-time duration uuid ipv4 ipv6 hostname uri email"
    for name in names.split():
        with pytest.raises(jsonschema.ValidationError):
            validator({"format": name}).validate("no, certainly not")


@pytest.mark.parametrize("setting", SETTINGS)
def test_texts_satisfy_their_schemas(setting: str) -> None:
    items = schemas()
    texts = draw(items, setting, tokens=400)
    for item in items:
        judge = validator(item["schema"])
        for sample in texts[item["id"]]:
            value = json.loads(sample["text"])
            failures = [error.message for error in judge.iter_errors(value)]
            assert not failures, (item["id"], sample["text"], failures)


@pytest.mark.parametrize("setting", SETTINGS)
def test_texts_are_in_the_languages_of_their_grammars(setting: str) -> None:
    folder = FIXTURES / "constraints/grammars"
    items = [
        {"id": name, "grammar": (folder / f"{name}.gbnf").read_text(encoding="utf-8")}
        for name in sorted(JUDGES)
    ]
    for item in items:
        item["prompt"] = "In the beginning"
    texts = draw(items, setting, tokens=200)
    for name, judge in JUDGES.items():
        for sample in texts[name]:
            try:
                judge(sample["text"])
            except Exception as error:
                pytest.fail(f"{name}: {sample['text']!r}: {error!r}")

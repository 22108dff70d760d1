"""Checks and writes fixtures for the trainer: weights, a batch, losses, gradients, final weights.

    python3 Tools/training_fixtures.py check Tests/Fixtures/training     # PyTorch gives the same?
    python3 Tools/training_fixtures.py make Tests/Fixtures               # all training-*/

Needs torch 2.15.0, numpy and safetensors 0.8.0. `make` tries 3000 seeds for each fixture (some
minutes in all) and keeps the one whose roundings stay farthest from ties over all steps, so that a
correct trainer in float32 rounds alike and stays as close as float32 lies to float64.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from training_cases import MAKERS
from training_runs import Case, Run, TooNear, difference, noisy, rounding_margin, run

LIMITS = {
    "loss": 1e-5,
    "max_relative_gradient": 1e-4,
    "max_step_loss": 1e-4,
    "max_relative_final_parameter": 1e-4,
}
NOISES = 8
FILES = {
    "ternary": "gradients.safetensors",
    "full_precision": "gradients-full-precision.safetensors",
}


def read(folder: Path) -> tuple[Case, dict[str, Any]]:
    """A fixture's case and its expectations."""
    expected = json.loads((folder / "expected.json").read_text())
    batch, initial = expected["batch"], load_file(folder / "initial.safetensors")
    case = Case(
        expected["config"], batch["tokens"], expected["optimizer"], initial,
        batch.get("weights"), expected.get("objective"),
    )  # fmt: skip
    return case, expected


def check(folder: Path) -> bool:
    """Compares this program's results with a fixture, and prints how far they are apart."""
    case, expected = read(folder)
    agrees = True
    for kind, file in FILES.items():
        found, wanted = run(case, kind == "ternary"), expected[kind]
        final = load_file(folder / "final.safetensors") if kind == "ternary" else found.final
        reference = Run(
            wanted["step_losses"], wanted["gradient_norms"], [], [],
            load_file(folder / file), final,
        )  # fmt: skip
        for name, value in difference(found, reference).items():
            agrees = agrees and value <= LIMITS[name]
            print(f"{folder.name}, {kind}: {name} {value:.1e} (limit {LIMITS[name]:.0e})")
    return agrees


def best(name: str, seeds: int) -> tuple[int, float]:
    """The seed whose steps, in float64, stay farthest from ties, and how far."""
    seed, margin = 0, 0.0
    for candidate in range(seeds):
        with contextlib.suppress(TooNear), rounding_margin(margin) as margins:
            run(MAKERS[name](candidate), True, torch.float64)
            seed, margin = candidate, min(margins)
    return seed, margin


def greatest(differences: list[dict[str, float]]) -> dict[str, float]:
    """The greatest value of each kind."""
    return {key: max(one[key] for one in differences) for key in LIMITS}


def make(name: str, folder: Path, seeds: int) -> None:
    """Writes one fixture."""
    seed, found = best(name, seeds)
    case = MAKERS[name](seed)
    runs = {kind: run(case, kind == "ternary") for kind in FILES}
    exact = {kind: run(case, kind == "ternary", torch.float64) for kind in FILES}
    distance = greatest([difference(runs[kind], exact[kind]) for kind in FILES])
    disturbed = [run(noisy(case, draw), True, torch.float64) for draw in range(NOISES)]
    noise = greatest([difference(one, exact["ternary"]) for one in disturbed])
    print(f"{name}: seed {seed}, margin {found:.1e}, {distance}, noise {noise}", flush=True)
    for key, limit in LIMITS.items():
        if max(distance[key], noise[key]) > limit / 5:
            sys.exit(f"{name}: {key} comes too near its limit; try more --seeds")
    folder.mkdir(exist_ok=True)
    save_file(case.initial, folder / "initial.safetensors")
    save_file(runs["ternary"].final, folder / "final.safetensors")
    for kind, file in FILES.items():
        save_file(runs[kind].gradients, folder / file)
    values = document(case, runs) | {
        "float32_against_float64": distance,
        "noise_against_float64": noise,
        "rounding_margin": found,
        "made_by": {"seed": seed, "torch": torch.__version__},
    }
    (folder / "expected.json").write_text(json.dumps(values, indent=1) + "\n")


def document(case: Case, runs: dict[str, Run]) -> dict[str, Any]:
    """The members of expected.json that a trainer reads."""
    shape = [len(case.tokens), len(case.tokens[0])]
    batch: dict[str, Any] = {"shape": shape, "tokens": case.tokens}
    values: dict[str, Any] = {"config": case.config, "batch": batch}
    if case.objective is not None:
        batch["weights"] = case.weights
        values["objective"] = case.objective
    values["optimizer"] = case.optimizer
    for kind, found in runs.items():
        values[kind] = {
            "loss": found.losses[0],
            "step_losses": found.losses,
            "gradient_norms": found.norms,
        }
        if found.log_probabilities:
            values[kind]["step_log_probabilities"] = found.log_probabilities
    values["ternary"]["logits_last_position"] = runs["ternary"].last_logits
    return values


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("command", choices=["check", "make"])
    parser.add_argument("folder", type=Path, nargs="+")
    parser.add_argument("--only", choices=list(MAKERS), help="make one fixture")
    parser.add_argument("--seeds", type=int, default=3000)
    options = parser.parse_args()
    torch.set_num_threads(1)
    if options.command == "check":
        sys.exit(0 if all([check(folder) for folder in options.folder]) else 1)
    for name in [options.only] if options.only else MAKERS:
        make(name, options.folder[0] / f"training-{name}", options.seeds)


if __name__ == "__main__":
    main()

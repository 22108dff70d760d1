"""Results that are kept: a folder for each processor, a file for each kind of measurement."""

from __future__ import annotations

import dataclasses
import json
import pathlib

from processor import Processor
from report import Values, group_of, groups
from tools import ROOT

FOLDER = ROOT / "Benchmarks" / "results"


@dataclasses.dataclass
class Kept:
    """All runs of one kind on one processor, oldest first."""

    title: str
    runs: list[Values]

    @property
    def folder(self) -> str:
        """The name of its folder."""
        return Processor(self.title).folder


def load(kind: str, folder: pathlib.Path = FOLDER) -> list[Kept]:
    """What is kept of a kind, such as "speed", by the folders' names."""
    files = sorted(folder.glob(f"*/{kind}.json"))
    contents = [json.loads(file.read_text(encoding="utf-8")) for file in files]
    return [Kept(content["processor"], content["runs"]) for content in contents]


def save(kind: str, kept: Kept, folder: pathlib.Path = FOLDER) -> None:
    """Writes the runs of a kind on a processor."""
    path = folder / kept.folder / f"{kind}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    content = {"processor": kept.title, "runs": kept.runs}
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def of_processor(all_kept: list[Kept], run: Values) -> Kept:
    """What is kept of a run's processor; nothing yet, if it is the first."""
    title = run["machine"]["cpu"]
    return next((kept for kept in all_kept if kept.title == title), Kept(title, []))


def add(kept: Kept, run: Values) -> Kept:
    """Puts a run in; of older ones leaves what it did not measure again."""
    measured = set(groups(run))
    older = [
        without(one, measured) if section_of(one) == section_of(run) else one for one in kept.runs
    ]
    return Kept(kept.title, [*(one for one in older if one["results"]), run])


def without(run: Values, measured: set[tuple[str, int]]) -> Values:
    """A run without the figures of some cases and numbers of threads."""
    lists = {
        key: [one for one in run[key] if group_of(one) not in measured]
        for key in ("results", "ratios", "scaling")
    }
    return run | lists


@dataclasses.dataclass(frozen=True, order=True)
class Section:
    """Figures that belong into one table: of a model, under the same conditions."""

    model: str
    instruction_set: str
    busy: int

    @property
    def is_main(self) -> bool:
        """Whether it is the usual comparison."""
        return self == MAIN


MAIN = Section("2b4t", "native", 0)


def section_of(run: Values) -> Section:
    """The table that a run belongs into."""
    return Section(run["model"], run["instruction_set"], run["busy"])


def sections(all_kept: list[Kept]) -> list[Section]:
    """All tables that something was measured for: 2B4T's shape first, the usual one before all."""
    found = {section_of(run) for kept in all_kept for run in kept.runs}
    return sorted(found, key=lambda one: (not one.is_main, one.model != MAIN.model, one))


def figures(kept: Kept, section: Section) -> Values:
    """All figures of a section on a processor, as if of one run."""
    runs = [run for run in kept.runs if section_of(run) == section]
    return {
        key: [one for run in runs for one in run[key]] for key in ("results", "ratios", "scaling")
    }

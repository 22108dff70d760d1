"""Tests of what needs no other program: names, commands, kept results, pages.

python3 -m unittest discover -s Benchmarks
"""

from __future__ import annotations

import pathlib
import resource
import tempfile
import time
import unittest

import compare
import docs_page
import ik_bench
import kept_results
import load_page
import serve_load
from busy import busy_processes
from cases import CASES, OURS
from chart import LIGHT, chart
from command_line import repeatable
from kept_results import MAIN, Kept
from processor import from_cpuinfo
from report import Values, quotient
from tables import in_full, side_by_side
from tools import Failure
from workers import Samples


def entry(case: str, threads: int, side: str, speed: float) -> Values:
    """A result as it is kept."""
    values = {"median": speed, "min": speed - 1, "max": speed + 1}
    return {
        "case": case, "threads": threads, "side": side, "speed": values,
        "peak_memory": 900_000_000, "seconds": [1.0],
    }  # fmt: skip


def run_of(
    processor: str, commit: str, cases: list[str], peer: str, **conditions: object
) -> Values:
    """A run in which ours does 40 tokens/s and the peer 20, on 2 threads."""
    ratio = {"of_medians": 2.0, "rounds": {"median": 2.0, "min": 1.9, "max": 2.1}}
    return {
        "date": "2026-01-02T03:04:05+00:00", "command": "Benchmarks/compare.py --models FOLDER",
        "commit": commit, "has_local_changes": False, "rounds": 5,
        "machine": {
            "cpu": processor, "processors": 2, "memory_bytes": 25e9, "system": "Linux x86_64",
        },
        "model": "2b4t", "instruction_set": "native", "busy": 0,
        "llama_cpp_python": "0.3.36", "ik_llama_cpp": "",
        "results": [
            one for case in cases
            for one in (entry(case, 2, "bitnet", 40), entry(case, 2, peer, 20))
        ],
        "ratios": [
            {"case": case, "threads": 2, "side": "bitnet", "peer": peer, **ratio} for case in cases
        ],
        "scaling": [],
    } | conditions  # fmt: skip


OLD = run_of("AMD EPYC, Zen 5", "aaaa", ["prefill", "decode"], "tq2_0")
NEW = run_of("AMD EPYC, Zen 4", "bbbb", ["prefill", "decode"], "iq2_bn_r4")
BOTH = [Kept("AMD EPYC, Zen 4", [NEW]), Kept("AMD EPYC, Zen 5", [OLD])]


class ProcessorNames(unittest.TestCase):
    """Results are kept by generation, also where the product's name is hidden."""

    def test_generations_that_share_a_name_have_folders_of_their_own(self) -> None:
        text = "cpu family\t: {}\nmodel\t\t: {}\nmodel name\t: AMD EPYC\n"
        folders = [from_cpuinfo(text.format(*one)).folder for one in ((25, 17), (25, 1), (26, 2))]
        self.assertEqual(folders, ["amd-epyc-zen4", "amd-epyc-zen3", "amd-epyc-zen5"])

    def test_an_unknown_one_has_its_numbers(self) -> None:
        text = "cpu family : 27\nmodel : 3\nmodel name : AMD EPYC 9999 64-Core Processor\n"
        self.assertEqual(from_cpuinfo(text).folder, "amd-epyc-9999-family-27-model-3")

    def test_marks_and_clock_are_left_out(self) -> None:
        text = "cpu family : 6\nmodel : 143\nmodel name : Intel(R) Xeon(R) 8481C CPU @ 2.70GHz\n"
        self.assertEqual(from_cpuinfo(text).title, "Intel Xeon 8481C, Sapphire Rapids")

    def test_arm_names_its_core(self) -> None:
        text = "CPU implementer : 0x41\nCPU part : 0xd49\n"
        self.assertEqual(from_cpuinfo(text).folder, "arm-neoverse-n2")


class Commands(unittest.TestCase):
    """A kept command can be repeated elsewhere, and says nothing of this machine's folders."""

    def test_paths_become_words(self) -> None:
        given = [
            "--cases",
            "decode",
            "--models",
            "/a/b",
            "--bitnet=/c/d",
            "--ik-llama",
            "e",
            "--keep",
        ]
        parser = compare.parser()
        parser.prog = "compare.py"
        self.assertEqual(
            repeatable(parser, given),
            "Benchmarks/compare.py --cases decode --models FOLDER --bitnet PROGRAM "
            "--ik-llama FOLDER --keep",
        )

    def test_every_option_with_a_path_is_known_as_one(self) -> None:
        for parser in (compare.parser(), serve_load.parser()):
            for action in parser._actions:
                if action.metavar in ("FOLDER", "FILE", "PROGRAM"):
                    self.assertIs(action.type, pathlib.Path, action.option_strings)

    def test_no_kept_command_has_a_path(self) -> None:
        for kind in ("speed", "serve-load"):
            for kept in kept_results.load(kind):
                for run in kept.runs:
                    self.assertNotIn(" /", run["command"])


class KeptResults(unittest.TestCase):
    """New figures replace what they measured again, and nothing else."""

    def test_a_part_that_is_measured_again_replaces_that_part(self) -> None:
        again = run_of("AMD EPYC, Zen 5", "cccc", ["decode"], "tq2_0")
        runs = kept_results.add(Kept("AMD EPYC, Zen 5", [OLD]), again).runs
        self.assertEqual([run["commit"] for run in runs], ["aaaa", "cccc"])
        self.assertEqual({one["case"] for one in runs[0]["results"]}, {"prefill"})
        self.assertEqual({one["case"] for one in runs[0]["ratios"]}, {"prefill"})

    def test_a_run_with_nothing_left_goes(self) -> None:
        again = OLD | {"commit": "cccc"}
        runs = kept_results.add(Kept("AMD EPYC, Zen 5", [OLD]), again).runs
        self.assertEqual([run["commit"] for run in runs], ["cccc"])

    def test_other_conditions_are_another_section(self) -> None:
        busy = OLD | {"commit": "cccc", "busy": 1}
        kept = kept_results.add(Kept("AMD EPYC, Zen 5", [OLD]), busy)
        self.assertEqual(len(kept.runs), 2)
        self.assertEqual([one.busy for one in kept_results.sections([kept])], [0, 1])

    def test_what_is_saved_is_loaded(self) -> None:
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            for kept in BOTH:
                kept_results.save("speed", kept, folder)
            self.assertEqual(kept_results.load("speed", folder), BOTH)
            self.assertTrue((folder / "amd-epyc-zen4" / "speed.json").exists())


class Pages(unittest.TestCase):
    """Every processor is shown, each with commit and command."""

    def test_processors_stand_side_by_side(self) -> None:
        head = side_by_side(BOTH, MAIN, only_ours=True).splitlines()[0]
        self.assertEqual(
            head,
            "| case | program | AMD EPYC, Zen 4: tokens/s | × ik_llama.cpp IQ2_BN_R4 "
            "| AMD EPYC, Zen 5: tokens/s | × llama.cpp TQ2_0 |",
        )

    def test_rows_of_a_table_have_all_its_cells(self) -> None:
        for table in (side_by_side(BOTH, MAIN, only_ours=False), in_full(BOTH[0], MAIN)):
            self.assertEqual(len({line.count("|") for line in table.splitlines()}), 1, table)

    def test_page_and_readme_name_commit_and_command_of_each(self) -> None:
        for text in (docs_page.page(BOTH), docs_page.readme_table(BOTH)):
            for word in (
                "aaaa",
                "bbbb",
                "AMD EPYC, Zen 4",
                "`Benchmarks/compare.py --models FOLDER`",
            ):
                self.assertIn(word, text)

    def test_the_summary_says_which_processor_and_which_program(self) -> None:
        self.assertEqual(
            docs_page.summary([BOTH[0]]),
            "on AMD EPYC, Zen 4 (2 threads), prompts run 2.0 and decoding 2.0 times as fast "
            "as in ik_llama.cpp IQ2_BN_R4",
        )

    def test_the_chart_has_a_column_for_each(self) -> None:
        picture = chart(BOTH, LIGHT)
        for kept in BOTH:
            self.assertIn(kept.title, picture)

    def test_a_part_without_marks_is_refused(self) -> None:
        with self.assertRaises(ValueError):
            docs_page.with_parts("no marks", {"speed-table": "x"})

    def test_the_load_page_has_every_run(self) -> None:
        kept = kept_results.load("serve-load")
        for run in (run for one in kept for run in one.runs):
            self.assertIn(run["commit"], load_page.page(kept))

    def test_the_documentation_is_what_the_results_give(self) -> None:
        for path, content in docs_page.texts().items():
            self.assertEqual(path.read_text(encoding="utf-8"), content, path)


class Turns(unittest.TestCase):
    """What is asked of other programs, and what is made of their answers."""

    def test_llama_bench_is_asked_for_the_same_tokens(self) -> None:
        rows = {name: ik_bench.options(case)[:6] for name, case in CASES.items()}
        self.assertEqual(rows["prefill"][:4], ["-p", "512", "-n", "0"])
        self.assertEqual(rows["decode"], ["-p", "0", "-n", "0", "-gp", "16,64"])
        self.assertEqual(rows["depth"], ["-p", "0", "-n", "0", "-gp", "4096,32"])

    def test_other_output_of_llama_bench_is_refused(self) -> None:
        for output in ("", "[]", "error"):
            with self.assertRaises(Failure):
                ik_bench.only_row(output)

    def test_a_ratio_is_of_medians_and_of_rounds(self) -> None:
        ours = Samples(CASES["decode"], OURS[0], 1, [1.0, 2.0, 4.0])
        peer = Samples(CASES["decode"], OURS[0], 1, [2.0, 6.0, 4.0])
        self.assertEqual(
            quotient(ours, peer),
            {"of_medians": 2.0, "rounds": {"median": 2.0, "min": 1.0, "max": 3.0}},
        )

    def test_busy_processes_use_a_processor_and_end(self) -> None:
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        with busy_processes(1):
            time.sleep(0.3)
        self.assertGreater(resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime, before)


if __name__ == "__main__":
    unittest.main()

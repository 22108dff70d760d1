"""Names of processors: results are kept by them, and no figure is said of another one."""

from __future__ import annotations

import dataclasses
import os
import pathlib
import platform
import re

from tools import output_of


@dataclasses.dataclass(frozen=True)
class Processor:
    """A kind of processor, as people and as folders call it."""

    title: str

    @property
    def folder(self) -> str:
        """Where its results are: "AMD EPYC, Zen 4" is amd-epyc-zen4."""
        joined = re.sub(r"zen (\d)", r"zen\1", self.title.lower())
        return re.sub(r"[^a-z0-9]+", "-", joined).strip("-")


AMD = {
    23: [(0x00, 0x2F, "Zen"), (0x30, 0xFF, "Zen 2")],
    25: [
        (0x00, 0x0F, "Zen 3"), (0x10, 0x1F, "Zen 4"), (0x20, 0x5F, "Zen 3"),
        (0x60, 0x7F, "Zen 4"), (0xA0, 0xAF, "Zen 4"),
    ],
    26: [(0x00, 0xFF, "Zen 5")],
}  # fmt: skip
"""Generations by family: first and last model number. A virtual machine hides the product's name,
but not these numbers."""

INTEL = {
    (6, 0x55): "Skylake", (6, 0x6A): "Ice Lake", (6, 0x8F): "Sapphire Rapids",
    (6, 0xCF): "Emerald Rapids", (6, 0xAD): "Granite Rapids",
}  # fmt: skip
"""Generations of servers by family and model."""

ARM = {
    (0x41, 0xD0C): "Arm Neoverse N1", (0x41, 0xD40): "Arm Neoverse V1",
    (0x41, 0xD49): "Arm Neoverse N2", (0x41, 0xD4F): "Arm Neoverse V2",
}  # fmt: skip
"""Names by implementer and part."""


def this_processor() -> Processor:
    """The processor that runs this program."""
    information = pathlib.Path("/proc/cpuinfo")
    if information.exists():
        return from_cpuinfo(information.read_text(encoding="utf-8"))
    brand = output_of("sysctl", "-n", "machdep.cpu.brand_string")
    return Processor(brand or platform.processor() or platform.machine())


def from_cpuinfo(text: str) -> Processor:
    """The processor that Linux describes.

    >>> from_cpuinfo("cpu family : 25\\nmodel : 17\\nmodel name : AMD EPYC").folder
    'amd-epyc-zen4'
    """
    lines = (line.split(":", 1) for line in text.splitlines() if ":" in line)
    fields: dict[str, str] = {}
    for key, value in lines:
        fields.setdefault(key.strip(), value.strip())
    if "CPU part" in fields:
        return Processor(arm_name(number(fields, "CPU implementer"), number(fields, "CPU part")))
    name = shortened(fields.get("model name", "unknown processor"))
    return Processor(f"{name}, {generation(number(fields, 'cpu family'), number(fields, 'model'))}")


def number(fields: dict[str, str], key: str) -> int:
    """A field of /proc/cpuinfo, decimal or hexadecimal; -1 if it is missing."""
    return int(fields.get(key, "-1"), 0)


def shortened(name: str) -> str:
    """A product's name without marks, clock rate and number of cores."""
    name = re.sub(r"\((R|TM)\)|\bCPU\b|\d+-Core\b|\bProcessor\b|@.*", " ", name)
    return " ".join(name.split())


def generation(family: int, model: int) -> str:
    """The generation, or the numbers themselves where this file does not know them."""
    for first, last, name in AMD.get(family, []):
        if first <= model <= last:
            return name
    return INTEL.get((family, model), f"family {family} model {model}")


def arm_name(implementer: int, part: int) -> str:
    """The name of an Arm core, or its numbers."""
    known = ARM.get((implementer, part))
    return known or f"Arm implementer {implementer:#x} part {part:#x}"


def machine() -> dict[str, object]:
    """What figures hold for, as it is kept with them."""
    return {
        "cpu": this_processor().title,
        "processors": os.cpu_count(),
        "memory_bytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
    }

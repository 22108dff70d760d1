"""What is measured: the cases, and the sides that take turns in each of them."""

from __future__ import annotations

import dataclasses
import pathlib


@dataclasses.dataclass(frozen=True)
class Case:
    """A prompt computed together, then tokens one by one, behind tokens that are not timed."""

    name: str
    title: str
    short: str
    prompt: int
    generation: int
    depth: int

    @property
    def tokens(self) -> int:
        """Tokens that are timed."""
        return self.prompt + self.generation

    @property
    def positions(self) -> int:
        """Positions that the caches of both sides are made for.

        Few sizes, so that cases share processes, and memory is that of a usual context.
        """
        return 640 if self.depth + self.tokens <= 640 else self.depth + 64

    @property
    def request(self) -> dict[str, int]:
        """The request that both sides' workers understand."""
        return {"prompt": self.prompt, "generation": self.generation, "depth": self.depth}


CASES = {
    case.name: case
    for case in (
        Case("prefill", "Prompt of 512 tokens", "prompt of 512", 512, 0, 0),
        Case("decode", "Decoding 64 tokens after a short prompt", "decoding", 0, 64, 16),
        Case("depth", "Decoding 32 tokens at a depth of 4,096", "decoding at 4,096", 0, 32, 4096),
    )
}


@dataclasses.dataclass(frozen=True)
class Side:
    """A program with a model and a cache type."""

    name: str
    label: str
    program: str
    model: str
    cache: str = "float16"
    only_deep: bool = False

    @property
    def is_ours(self) -> bool:
        """Whether it is our program."""
        return self.program == BITNET

    def takes_part_in(self, case: Case) -> bool:
        """Whether the case tells something about this side: a cache type matters in a long one."""
        return case.depth > 1000 or not self.only_deep


BITNET, LLAMA, IK_LLAMA = "bitnet", "llama.cpp", "ik_llama.cpp"

OURS = (
    Side("bitnet", "bitnet", BITNET, "bitnet-2b4t.gguf"),
    Side("bitnet-zeros", "bitnet, 85 % zeros", BITNET, "bitnet-2b4t-zeros85.gguf"),
    Side("bitnet-int8", "bitnet, int8 cache", BITNET, "bitnet-2b4t.gguf", "int8", only_deep=True),
)

PEERS = {
    "tq2_0": Side("tq2_0", "llama.cpp TQ2_0", LLAMA, "peer-2b4t-tq2_0.gguf"),
    "q4_k_m": Side("q4_k_m", "llama.cpp Q4_K_M", LLAMA, "peer-2b4t-q4_k_m.gguf"),
}

IK_SIDE = Side("iq2_bn_r4", "ik_llama.cpp IQ2_BN_R4", IK_LLAMA, "peer-2b4t-iq2_bn_r4.gguf")
"""Takes part where its programs are given: no package registry has them."""

WHOLE = {
    program: Side(f"{program}-whole", program, program, "") for program in (BITNET, LLAMA, IK_LLAMA)
}
"""The sides that run one given file, of a model in full precision."""

LABELS = {side.name: side.label for side in (*OURS, *PEERS.values(), IK_SIDE, *WHOLE.values())}
OUR_NAMES = {side.name for side in (*OURS, WHOLE[BITNET])}


@dataclasses.dataclass(frozen=True)
class Programs:
    """What is run, where, and with which instruction set."""

    bitnet: pathlib.Path
    peer_python: pathlib.Path | None
    ik_llama: pathlib.Path | None
    models: pathlib.Path
    avx2: bool

    def command(self, side: Side, threads: int, positions: int) -> list[str]:
        """The worker of a side: it answers requests, one JSON object a line.

        ik_llama.cpp has none; for it this is the beginning of a command that makes one run.
        """
        model = str(self.models / side.model)
        if side.is_ours:
            return [
                str(self.bitnet), "bench", "-m", model, "-t", str(threads), "--kv", side.cache,
                "--requests", str(positions),
            ]  # fmt: skip
        if side.program == IK_LLAMA:
            assert self.ik_llama is not None
            return [str(self.ik_llama / "llama-bench"), "-m", model, "-t", str(threads)]
        worker = pathlib.Path(__file__).with_name("peer_worker.py")
        return [str(self.peer_python), str(worker), model, str(threads), str(positions)]

    def environment(self, side: Side) -> dict[str, str]:
        """What holds our side to the peer's instruction set."""
        return {"BITNET_ISA": "avx2"} if side.is_ours and self.avx2 else {}

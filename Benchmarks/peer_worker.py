"""Runs one model in llama.cpp through llama-cpp-python and answers requests, one JSON line each.

usage: peer_worker.py MODEL THREADS CONTEXT
The first line says that the model is loaded. A request is {"prompt": P, "generation": G,
"depth": D}; the answer {"seconds": S, "memory": M} is the time of P tokens in batches, then G
tokens one by one, behind D tokens that are not timed and stay for the next request, and the peak of
resident bytes. As in llama-bench: random tokens, all logits of the last one, no sampling.
"""

from __future__ import annotations

import ctypes
import json
import random
import resource
import sys
import time

import llama_cpp as llama

BATCH = 512


class Runner:
    """One model and one context."""

    def __init__(self, path: str, threads: int, context: int) -> None:
        llama.llama_backend_init()
        llama.llama_log_set(silent, None)
        parameters = llama.llama_model_default_params()
        parameters.n_gpu_layers = 0
        self.model = llama.llama_model_load_from_file(path.encode(), parameters)
        if not self.model:
            raise SystemExit(f"{path}: llama.cpp can't load it")
        options = llama.llama_context_default_params()
        options.n_ctx = context
        options.n_batch = options.n_ubatch = BATCH
        options.n_threads = options.n_threads_batch = threads
        self.context = llama.llama_init_from_model(self.model, options)
        if not self.context:
            raise SystemExit(f"{path}: no context of {context} positions")
        self.memory = llama.llama_get_memory(self.context)
        self.filled = 0
        self.vocabulary = llama.llama_vocab_n_tokens(llama.llama_model_get_vocab(self.model))

    def feed(self, count: int, position: int) -> None:
        """Computes `count` random tokens from `position` on, in batches; logits of the last."""
        for start in range(0, count, BATCH):
            size = min(BATCH, count - start)
            batch = llama.llama_batch_init(size, 0, 1)
            batch.n_tokens = size
            for i in range(size):
                batch.token[i] = random.randrange(self.vocabulary)
                batch.pos[i] = position + start + i
                batch.n_seq_id[i] = 1
                batch.seq_id[i][0] = 0
                batch.logits[i] = i == size - 1
            if llama.llama_decode(self.context, batch) != 0:
                raise SystemExit("llama_decode failed")
            llama.llama_batch_free(batch)
        llama.llama_synchronize(self.context)

    def rewind(self, depth: int) -> None:
        """Leaves exactly `depth` tokens in the cache."""
        if self.filled < depth:
            llama.llama_memory_clear(self.memory, True)
            self.feed(depth, 0)
        else:
            llama.llama_memory_seq_rm(self.memory, 0, depth, -1)
        self.filled = depth

    def measure(self, prompt: int, generation: int, depth: int) -> float:
        """Seconds of one request."""
        self.rewind(depth)
        start = time.perf_counter()
        self.feed(prompt, depth)
        for token in range(generation):
            self.feed(1, depth + prompt + token)
        return time.perf_counter() - start


ERROR = 4
"""ggml's level of errors; 5 continues a line, of any level."""


@llama.llama_log_callback
def silent(level: int, text: bytes, data: ctypes.c_void_p) -> None:
    """Passes on errors only."""
    if level == ERROR:
        sys.stderr.write(text.decode(errors="replace"))


def main() -> None:
    """Answers requests until standard input ends."""
    runner = Runner(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        seconds = runner.measure(**json.loads(line))
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        print(json.dumps({"seconds": seconds, "memory": memory}), flush=True)


if __name__ == "__main__":
    main()

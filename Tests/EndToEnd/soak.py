#!/usr/bin/env python3
"""Many clients, good and bad, against one server: nothing may crash, leak, get lost or mixed up.

Starts `bitnet serve` with the bundled model, computes the answers of a set of requests one by one,
then sends requests of a random mix: well-behaved ones, whose answers must be those computed alone,
and ones that leave, stall, send too much, send garbage, or are killed. The server's resident memory
after a fifth of the requests must be that after all of them, within 5 %.
"""

from __future__ import annotations

import argparse
import asyncio
import collections
import json
import random
import sys
import time

import soak_clients
import soak_kinds
from serving import Server, eventually, serving

SERVER = ["--parallel", "16", "--queue", "4096", "--kv-memory", "16M", "--max-body", "1M"]


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    add("--requests", type=int, default=10_000, help="requests to send (default: 10000)")
    add("--concurrency", type=int, default=32, help="clients at once (default: 32)")
    add("--seed", type=int, default=1, help="seed of the mix (default: 1)")
    add("--growth", type=float, default=0.05, help="growth of memory that is allowed (0.05)")
    add("--json", action="store_true", help="print one JSON object")
    return parser.parse_args()


async def send_all(
    server: Server, jobs: list[soak_clients.Job], kinds: list[str], options: argparse.Namespace
) -> list[str]:
    """Sends one request for each kind, a number of them at once; returns what went wrong."""
    waiting = collections.deque(enumerate(kinds))
    failures: list[str] = []

    async def client() -> None:
        while waiting:
            number, kind = waiting.popleft()
            draw = random.Random(f"{options.seed} {number}")
            try:
                await asyncio.wait_for(soak_kinds.KINDS[kind].act(server, jobs, draw), 120)
            except Exception as error:  # noqa: BLE001 - whatever it is, it is counted
                failures.append(f"request {number}, {kind}: {type(error).__name__}: {error}")

    await asyncio.gather(*(client() for _ in range(options.concurrency)))
    return failures


def settle(server: Server) -> int:
    """Waits until nothing runs and no connection is open; returns the resident bytes then."""
    if not eventually(server.is_idle, 60):
        raise RuntimeError("requests still run a minute after the last client left")
    time.sleep(2)
    return server.resident_bytes()


def soak(server: Server, options: argparse.Namespace) -> dict:
    """The whole run, and what came of it."""
    jobs = soak_clients.make_jobs(64)
    asyncio.run(soak_clients.compute_alone(server, jobs))
    draw = random.Random(options.seed)
    names = list(soak_kinds.KINDS)
    weights = [kind.share for kind in soak_kinds.KINDS.values()]
    mix = draw.choices(names, weights, k=options.requests)
    start, warm = time.monotonic(), options.requests // 5
    failures = asyncio.run(send_all(server, jobs, mix[:warm], options))
    before = settle(server)
    failures += asyncio.run(send_all(server, jobs, mix[warm:], options))
    after = settle(server)
    return {
        "requests": options.requests,
        "kinds": dict(collections.Counter(mix)),
        "seconds": round(time.monotonic() - start, 1),
        "resident_bytes_warm": before,
        "resident_bytes_end": after,
        "growth": round(after / before - 1, 4),
        "lives": server.process.poll() is None,
        "failures": failures,
    }


def report(result: dict) -> None:
    """Prints the result for people."""
    for kind, count in sorted(result["kinds"].items()):
        print(f"{count:7}  {soak_kinds.KINDS[kind].what}")
    warm, end = (result[f"resident_bytes_{name}"] / 2**20 for name in ("warm", "end"))
    print(f"{result['seconds']} s; memory {warm:.1f} MiB, then {end:.1f} MiB "
          f"({result['growth']:+.1%})")  # fmt: skip
    for failure in result["failures"][:20]:
        print(f"failed: {failure}")
    print(f"{len(result['failures'])} failures")


def passes(result: dict, growth: float) -> bool:
    """Whether nothing went wrong."""
    return result["lives"] and not result["failures"] and result["growth"] <= growth


def main() -> int:
    """Runs it all."""
    options = arguments()
    with serving(*SERVER) as server:
        result = soak(server, options)
        status = server.stop()
        result["exit_status"] = status
        if not passes(result, options.growth) or status != 0:
            print(server.log_text()[-4000:], file=sys.stderr)
    print(json.dumps(result, indent=1)) if options.json else report(result)
    return 0 if passes(result, options.growth) and status == 0 else 1


if __name__ == "__main__":
    sys.exit(main())

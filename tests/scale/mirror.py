#!/usr/bin/env python3
"""Rounds of the real programs on a mirror in a process of its own, and what they cost.

    cargo build --release -p axonry-validator -p axonry-devnet-bin
    tests/scale/mirror.py [case ...]            # all cases: about 16 minutes

Each case starts `devnet` and runs `validator --rounds 1 --json` against it; the mirror's own
counters (`GET /__traffic`) are printed beside the validator's. Wall times are upper bounds on a
machine that does other work as well. Exit code 1 if a bar is missed.
"""

import json
import math
import os
import subprocess
import sys
import tempfile
import urllib.request

TARGET = os.environ.get("AXONRY_BINARIES") or os.path.join(
    os.environ.get("CARGO_TARGET_DIR", "target"), "release"
)
LIMIT, WINDOW_MS = 50, 10_000


class Case:
    def __init__(self, miners, devnet=(), validator=(), rounds=1, github_apart=False, bars=None):
        self.miners, self.devnet, self.validator = miners, devnet, validator
        self.rounds, self.github_apart, self.bars = rounds, github_apart, bars


def floor_ms(requests):
    """When a server that allows 50 in any 10 s can have answered so many."""
    return (math.ceil(requests / LIMIT) - 1) * WINDOW_MS


def within_3_percent(run):
    return run["fetching_ms"] <= 1.03 * floor_ms(run["mirror"]["requests"])


def nothing_lost(run):
    return run["unknown"] == 0


def nobody_hurried(run):
    return run["mirror"].get("early_retries", 0) == 0 and run["mirror"].get("during_pause", 0) == 0


LIMITED = ("--mirror-limit", "50/10")
QUOTA = ("--quota", "50/10")
CASES = {
    "far": Case(
        64,
        devnet=("--mirror-delay-ms", "80"),
        validator=("--in-flight", "16"),
        rounds=2,
        bars={
            "HTTP stage <= 7.4 s": lambda run: run["fetching_ms"] <= 7400,
            "<= 16 connections": lambda run: run["connections"] <= 16,
            "second round: no files": lambda run: run["second"]["files_fetched"] == 0,
        },
    ),
    "limited-12": Case(
        12,
        devnet=LIMITED,
        validator=QUOTA,
        github_apart=True,
        bars={
            "HTTP stage <= 52 s": lambda run: run["fetching_ms"] <= 52_000,
            "no violation": lambda run: run["mirror"]["violations"] == 0,
        },
    ),
    "limited-64": Case(
        64,
        devnet=LIMITED,
        validator=QUOTA,
        github_apart=True,
        bars={
            "within 3 % of the floor": within_3_percent,
            "no violation": lambda run: run["mirror"]["violations"] == 0,
        },
    ),
    "blocked": Case(
        12,
        devnet=("--mirror-limit", "50/10/60"),
        github_apart=True,
        bars={"nothing lost": nothing_lost, "nobody hurried": nobody_hurried},
    ),
    "faults": Case(
        64,
        devnet=("--mirror-faults", "10%", "--mirror-delay-ms", "20"),
        bars={"nothing lost": nothing_lost, "nobody hurried": nobody_hurried},
    ),
}


def shape(folder, miners):
    """A subnet of one validator and so many miners."""
    alice = {
        "uid": 0,
        "hotkey": "//Alice",
        "coldkey": "//Alice",
        "stake_tao": 100_000,
        "validator_permit": True,
    }
    neurons = [alice] + [
        {
            "uid": 1 + place,
            "hotkey": f"//Miner//{place}",
            "coldkey": f"//Miner//{place}",
            "github_id": str(10_000_000 + place),
        }
        for place in range(miners)
    ]
    path = os.path.join(folder, "subnet.json")
    with open(path, "w") as file:
        json.dump({"netuid": 74, "tempo": 20, "block_time_ms": 250, "neurons": neurons}, file)
    return path


def run(name, case):
    with tempfile.TemporaryDirectory() as folder:
        devnet = subprocess.Popen(
            [f"{TARGET}/devnet", "--config", shape(folder, case.miners), "--files", folder]
            + list(case.devnet),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        try:
            ready = json.loads(devnet.stdout.readline())
            return measure(case, folder, ready)
        finally:
            devnet.terminate()
            devnet.wait()


def measure(case, folder, ready):
    github = ready["mirror"]
    if case.github_apart:
        # Another host to the client: its requests are no part of the mirror's quota, as in reality.
        github = github.replace("127.0.0.1", "localhost")
    command = [f"{TARGET}/validator", "--network", ready["ws"], "--netuid", str(ready["netuid"])]
    command += ["--mirror", ready["mirror"], "--github", github, "--hotkey-uri", "//Alice"]
    command += ["--tokens", f"{folder}/miner_pats.json"]
    command += ["--repositories", f"{folder}/master_repositories.json"]
    command += ["--state", f"{folder}/state", "--new-state", "empty"]
    command += ["--rounds", str(case.rounds), "--json"] + list(case.validator)
    validator = subprocess.Popen(command, stdout=subprocess.PIPE)
    lines = validator.stdout.read().splitlines()
    _, status, usage = os.wait4(validator.pid, 0)
    validator.returncode = os.waitstatus_to_exitcode(status)
    with urllib.request.urlopen(ready["mirror"] + "/__traffic") as answer:
        mirror = json.load(answer)
    rounds = [json.loads(line) for line in lines]
    first = rounds[0]
    measured = figures(first)
    measured["second"] = figures(rounds[1]) if len(rounds) > 1 else None
    measured["mirror"] = mirror
    measured["floor_ms"] = floor_ms(mirror["requests"])
    measured["cpu_s"] = round(usage.ru_utime + usage.ru_stime, 2)
    measured["peak_rss_mib"] = usage.ru_maxrss // 1024
    measured["exit"] = validator.returncode
    return measured


def figures(report):
    counters = report["counters"]
    return {
        "lists_ms": counters["lists_ms"],
        "fetching_ms": counters["fetching_ms"],
        "evaluate_ms": report["stages_ms"]["evaluate"],
        "pull_requests": counters["pull_requests"],
        "files_fetched": counters["files_fetched"],
        "unknown": sum(1 for miner in report["miners"] if miner["unknown"]),
        "connections": report["requests"]["connections"],
        "requests": report["requests"]["traffic"],
        "warnings": report["warnings"],
    }


def main():
    names = sys.argv[1:] or list(CASES)
    missed = False
    for name in names:
        case = CASES[name]
        measured = run(name, case)
        print(json.dumps({"case": name, **measured}), flush=True)
        for bar, holds in case.bars.items():
            held = holds(measured)
            missed |= not held
            print(f"  {'held' if held else 'MISSED'}: {bar}", flush=True)
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()

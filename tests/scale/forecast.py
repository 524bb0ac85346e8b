#!/usr/bin/env python3
"""Forwards of the real validator to a farm of axons in a process of its own, and what they cost.

    cargo build --release -p axonry-validator
    tests/scale/forecast.py [case ...]          # all cases: about 3 minutes

The farm is written with nothing but Python's own library and knows nothing of this project: it
answers `POST /Simulation` after a delay that differs per miner, and notes how long it really took.
Each case runs `validator --network devnet --devnet-config … --mechanism forecast --prompts … --json`.
Processor time and peak memory are those of the validator's process, as the kernel counts them. Wall
times are upper bounds on a machine that does other work as well. Exit code 1 if a bar is missed.
"""

import asyncio
import calendar
import json
import math
import multiprocessing
import os
import random
import subprocess
import sys
import tempfile
import time

TARGET = os.environ.get("AXONRY_BINARIES") or os.path.join(
    os.environ.get("CARGO_TARGET_DIR", "target"), "release"
)
PATHS, POINTS, INCREMENT, LENGTH = 1000, 289, 300, 86400
FAULTS = ["hang", "drip", "reset", "truncated", "bad_json", "wrong_shape", "oversized"]
EXPECTED = {
    "hang": "timeout",
    "drip": "too_slow",
    "reset": "broke_off",
    "truncated": "broke_off",
    "bad_json": "unreadable",
    "wrong_shape": "incorrect",
    "oversized": "too_large",
}


class Case:
    """`behind`: seconds from the slowest answer until all is saved; `rss`: MiB at the peak."""

    latencies = 0.1

    def __init__(self, miners, slowest, behind, rss, keep="json", fastest=0.5, faults=(), timeout=60):
        self.miners, self.fastest, self.slowest, self.behind = miners, fastest, slowest, behind
        self.rss, self.keep, self.faults, self.timeout = rss, keep, faults, timeout


CASES = {
    "64": Case(64, 3, 0.5, 1229),
    "240": Case(240, 20, 2.0, 1229, fastest=2),
    "240-f32": Case(240, 20, 2.0, 400, "f32", fastest=2),
    "240-none": Case(240, 20, 2.0, 1229, "none", fastest=2),
    "faulty": Case(64, 3, 0.5, 1229, faults=FAULTS, timeout=20),
    "at-once": Case(240, 2, 30.0, 1229, fastest=2),
}
# Everybody answers in the same instant: the farm itself, in one thread, is what answers late.
CASES["at-once"].latencies = math.inf


def paths():
    """Everything of an answer that is the same whatever the prompt's start is."""
    draw = random.Random(7)
    text = []
    for _ in range(PATHS):
        price, path = 67000.0, []
        for _ in range(POINTS):
            path.append(f"{price:.3f}")
            price *= 1 + draw.gauss(0, 0.001)
        text.append("[" + ",".join(path) + "]")
    return (",".join(text) + "]}").encode()


async def answer(reader, writer, uid, manner, delay, rest, took):
    writer.transport.set_write_buffer_limits(0)
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            asked = time.monotonic()
            length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
            asked_for = json.loads(await reader.readexactly(length))["simulation_input"]
            start = time.strptime(asked_for["start_time"][:19], "%Y-%m-%dT%H:%M:%S")
            first = f'{{"simulation_input":{{}},"simulation_output":[{calendar.timegm(start)},{INCREMENT},'
            first = first.encode()
            await asyncio.sleep(delay)
            size = len(first) + len(rest)
            head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {size}\r\n\r\n"
            if manner == "hang":
                await asyncio.sleep(600)
            if manner == "reset":
                writer.transport.abort()
                return
            if manner in ("bad_json", "wrong_shape"):
                body = {"bad_json": b'{"simulation_output":[1,}', "wrong_shape": first[:-1] + b"]}"}[manner]
                writer.write(f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
                continue
            if manner == "oversized":
                writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
                while True:
                    writer.write(b" " * 65536)
                    await writer.drain()
            writer.write(head.encode() + first)
            if manner == "drip":
                while True:
                    writer.write(b" ")
                    await writer.drain()
                    await asyncio.sleep(0.05)
            if manner == "truncated":
                writer.write(rest[: len(rest) // 2])
                writer.close()
                return
            writer.write(rest)
            await writer.drain()
            took[uid] = time.monotonic() - asked
    except (asyncio.IncompleteReadError, asyncio.CancelledError, ConnectionError):
        pass
    finally:
        writer.close()


def farm(pipe, manners, delays):
    """Serves until it is told to stop; then tells how long each answer took."""
    took = {}

    async def serve():
        rest = paths()
        servers = []
        for uid, (manner, delay) in enumerate(zip(manners, delays), 1):
            def connected(reader, writer, uid=uid, manner=manner, delay=delay):
                return answer(reader, writer, uid, manner, delay, rest, took)

            servers.append(await asyncio.start_server(connected, "127.0.0.1", 0, limit=1 << 20))
        pipe.send([server.sockets[0].getsockname()[1] for server in servers])
        while not pipe.poll():
            await asyncio.sleep(0.1)

    asyncio.run(serve())
    pipe.send(took)


def run(case, folder):
    manners = ["good"] * case.miners
    for place, fault in enumerate(case.faults):
        manners[3 + 7 * place] = fault
    spread = (case.slowest - case.fastest) / max(case.miners - 1, 1)
    delays = [case.fastest + spread * place for place in range(case.miners)]
    random.Random(3).shuffle(delays)
    ours, theirs = multiprocessing.Pipe()
    serving = multiprocessing.Process(target=farm, args=(theirs, manners, delays), daemon=True)
    serving.start()
    ports = ours.recv()
    neurons = [{"uid": 0, "hotkey": "//Alice", "stake_tao": 100000, "validator_permit": True}]
    for uid, port in enumerate(ports, 1):
        neurons.append({"uid": uid, "hotkey": f"//Miner//{uid}", "axon": f"127.0.0.1:{port}"})
    devnet, prompts = os.path.join(folder, "devnet.json"), os.path.join(folder, "prompts.json")
    with open(devnet, "w") as file:
        json.dump({"netuid": 50, "neurons": neurons, "hyperparameters": {"max_allowed_uids": 256}}, file)
    with open(prompts, "w") as file:
        prompt = {"asset": "BTC", "time_increment": INCREMENT, "time_length": LENGTH}
        json.dump([{**prompt, "num_simulations": PATHS, "timeout_s": case.timeout}], file)
    command = [os.path.join(TARGET, "validator"), "--network", "devnet", "--devnet-config", devnet]
    command += ["--mechanism", "forecast", "--prompts", prompts, "--rounds", "1", "--json"]
    command += ["--keep-predictions", case.keep]
    said, wrong = os.path.join(folder, "said.json"), os.path.join(folder, "wrong.txt")
    with open(said, "w") as out, open(wrong, "w") as err:
        validator = subprocess.Popen(command, stdout=out, stderr=err)
        # What the kernel counted for this one process.
        _, status, usage = os.wait4(validator.pid, 0)
        validator.returncode = os.waitstatus_to_exitcode(status)
    ours.send("stop")
    took = ours.recv()
    serving.join()
    with open(said) as out, open(wrong) as err:
        report, errors = out.read(), err.read()
    if not report:
        raise SystemExit(errors)
    cpu = usage.ru_utime + usage.ru_stime
    return json.loads(report), took, manners, cpu, usage.ru_maxrss / 1024


def judge(name, case):
    with tempfile.TemporaryDirectory(prefix="forecast-") as folder:
        report, took, manners, cpu, rss = run(case, folder)
    prompt = report["details"]["prompts"][0]
    stages, missed = prompt["stages_ms"], []
    miners = {miner["uid"]: miner for miner in prompt["miners"] if miner["uid"] > 0}
    good = [uid for uid, manner in enumerate(manners, 1) if manner == "good"]
    for uid, manner in enumerate(manners, 1):
        expected = EXPECTED.get(manner, "correct")
        if miners[uid]["outcome"] != expected:
            missed.append(f"uid {uid} ({manner}): {miners[uid]['outcome']} {miners[uid]['reason']}")
    errors = [abs(miners[uid]["latency_s"] / took[uid] - 1) for uid in good if uid in took]
    read = max(miners[uid]["read_ms"] for uid in good)
    mean = sum(miners[uid]["read_ms"] for uid in good) / len(good)
    # With faults the last miner's end is a time-out: what was behind the answers is over long before.
    behind = stages["behind"] / 1000
    scores = {m["uid"]: m["prompt_score"] for s in report["details"]["scored"] for m in s["miners"]}
    print(
        f"{name}: outcomes {prompt['outcomes']}\n"
        f"  behind the last {behind:.3f} s (bar {case.behind}), forward {stages['forward'] / 1000:.2f} s,"
        f" read {stages['read']:.0f} ms, save {stages['save']:.0f} ms, whole {stages['whole'] / 1000:.2f} s\n"
        f"  peak memory {rss:.0f} MiB (bar {case.rss}); processor time of the process {cpu:.2f} s;"
        f" read + validate {mean:.2f} ms per answer, at most {read:.2f}\n"
        f"  latencies off by at most {100 * max(errors):.1f} % ({len(errors)} answers);"
        f" scored {len(scores)}, landing {report['landing']['outcome']}, stages {report['stages_ms']}"
    )
    if behind > case.behind:
        missed.append(f"{behind:.3f} s behind the last")
    if rss > case.rss:
        missed.append(f"{rss:.0f} MiB")
    if max(errors) > case.latencies:
        missed.append(f"latencies off by {100 * max(errors):.1f} %")
    if scores and len({scores[uid] for uid in good}) != 1:
        missed.append("the same paths have different scores")
    for line in missed:
        print(f"  MISSED: {line}")
    return not missed


def main():
    names = sys.argv[1:] or list(CASES)
    # Every case runs, also after one that missed its bar.
    well = [judge(name, CASES[name]) for name in names]
    return 0 if all(well) else 1


if __name__ == "__main__":
    sys.exit(main())

"""What a chain is known to hold, and comparing against it out loud."""

import json
import sys


def known() -> dict:
    """The chain as the test that started it describes it.

    `ws`, `netuid`, `hotkeys`, `permits` and `stake` (rao) by uid, `balance` of uid 0 (rao), `tempo`,
    and `rules`: further hyperparameters by the names the SDKs give them.
    """
    return json.loads(sys.argv[1])


def check(what: str, found, expected) -> None:
    if found != expected:
        raise AssertionError(f"{what}: found {found!r}, expected {expected!r}")
    print(f"ok: {what}", flush=True)


def close(what: str, found: float, expected: float, off: float = 1e-6) -> None:
    """Equal as far as 32-bit floats tell, or as far as is asked for."""
    if abs(found - expected) > off * max(1.0, abs(expected)):
        raise AssertionError(f"{what}: found {found!r}, expected {expected!r}")

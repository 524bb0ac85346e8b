"""Opens what was sealed by others, and seals the same messages for them to open.

Takes {"round", "signature", "messages", "sealed"} with everything in hexadecimal, prints the list of
its own sealed messages.
"""

import json
import sys

import bittensor_drand


def compact(number: int) -> bytes:
    """A length as SCALE writes it."""
    if number < 1 << 6:
        return (number << 2).to_bytes(1, "little")
    if number < 1 << 14:
        return (number << 2 | 1).to_bytes(2, "little")
    return (number << 2 | 2).to_bytes(4, "little")


def unwrapped(wrapped: bytes) -> bytes:
    """The sealed message out of the pair of itself and its round."""
    size = {0: 1, 1: 2, 2: 4}[wrapped[0] & 3]
    length = int.from_bytes(wrapped[:size], "little") >> 2
    assert len(wrapped) == size + length + 8, "a pair of bytes and a round"
    return wrapped[size : size + length]


given = json.loads(sys.argv[1])
messages = [bytes.fromhex(message) for message in given["messages"]]
for message, sealed in zip(messages, map(bytes.fromhex, given["sealed"]), strict=True):
    wrapped = compact(len(sealed)) + sealed + given["round"].to_bytes(8, "little")
    opened = bittensor_drand.decrypt_with_signature(wrapped, given["signature"])
    assert bytes(opened) == message, "it opens as another message"

theirs = []
for message in messages:
    wrapped, reveal_round = bittensor_drand.encrypt_at_round(message, given["round"])
    assert reveal_round == given["round"]
    theirs.append(unwrapped(bytes(wrapped)).hex())
print(json.dumps(theirs))

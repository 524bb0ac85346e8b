"""SDK 10 talks to ours and is talked to: its dendrite asks our axon, its axon answers our dendrite.

Its one argument is JSON: where our axon is (`port`, `hotkey`), and how often each side asks
(`calls`). It prints a line of JSON when it serves, and one when it has asked; it ends when its input
does.
"""

import asyncio
import socket
import time
from types import SimpleNamespace
from typing import ClassVar, Optional, Tuple

# First of all: it takes the standard output for itself.
from peer import GIVEN, tell, wait_for_the_end
from questions import answer, question

import aiohttp
import bittensor as bt
from bittensor.utils import networking
from bittensor_wallet import Keypair

# Asked of services on the Internet otherwise.
networking.get_external_ip = lambda: "203.0.113.7"


class Hashed(bt.Synapse):
    """All that is asked is under the signature."""

    text: str
    count: int
    ratio: float
    flag: bool
    tags: list[str]
    deep: dict
    answer: Optional[str] = None
    required_hash_fields: ClassVar[tuple[str, ...]] = (
        "text",
        "count",
        "ratio",
        "flag",
        "tags",
        "deep",
    )


class Unhashed(bt.Synapse):
    """As most synapses are: nothing of what is asked is under the signature."""

    text: str
    count: int
    answer: Optional[str] = None


class Streamed(bt.StreamingSynapse):
    """An answer in pieces: each word of the text, one after the other."""

    text: str
    answer: Optional[str] = None
    required_hash_fields: ClassVar[tuple[str, ...]] = ("text",)

    async def process_streaming_response(self, response):
        self.answer = ""
        async for chunk in response.content.iter_any():
            self.answer += chunk.decode()
            yield chunk.decode()

    def deserialize(self):
        return self

    def extract_response_json(self, response) -> dict:
        return {"text": self.text, "answer": self.answer}


class Bare(Unhashed):
    """Served strictly on our side."""


class Closed(Unhashed):
    """Nobody is let in."""


def wallet(uri: str) -> SimpleNamespace:
    pair = Keypair.create_from_uri(uri)
    return SimpleNamespace(hotkey=pair, coldkeypub=pair)


def answered(synapse):
    synapse.answer = answer(synapse.text, synapse.count)
    return synapse


def hashed(synapse: Hashed) -> Hashed:
    return answered(synapse)


def unhashed(synapse: Unhashed) -> Unhashed:
    return answered(synapse)


def streamed(synapse: Streamed) -> bt.StreamingSynapse.BTStreamingResponse:
    async def words(send):
        for word in synapse.text.split():
            body = f"{word} ".encode()
            await send({"type": "http.response.body", "body": body, "more_body": True})
            await asyncio.sleep(0)

    return synapse.create_streaming_response(words)


def closed(synapse: Closed) -> Closed:
    return synapse


def nobody(synapse: Closed) -> Tuple[bool, str]:  # The SDK compares signatures.
    return True, "nobody is let in"


def serve() -> bt.Axon:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    axon = bt.Axon(wallet=wallet("//Dave"), port=port, external_ip="127.0.0.1")
    axon.attach(forward_fn=hashed).attach(forward_fn=unhashed)
    axon.attach(forward_fn=streamed).attach(forward_fn=closed, blacklist_fn=nobody)
    axon.start()
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return axon
        time.sleep(0.05)
    raise TimeoutError("the SDK's axon does not listen")


class Asking:
    """One dendrite, whose calls follow one another: receivers take its nonces in order only."""

    def __init__(self, uri: str, receiver: str | None = None):
        self.dendrite = bt.Dendrite(wallet=Keypair.create_from_uri(uri))
        self.target = bt.AxonInfo(
            version=1,
            ip="127.0.0.1",
            port=GIVEN["port"],
            ip_type=4,
            hotkey=receiver or GIVEN["hotkey"],
            coldkey=GIVEN["hotkey"],
        )

    async def ask(self, synapse):
        return await self.dendrite.call(self.target, synapse, timeout=12, deserialize=False)

    async def many(self, synapse_class, numbers) -> list[str]:
        """What went wrong."""
        wrong = []
        fields = synapse_class.model_fields
        for number in numbers:
            asked = {name: it for name, it in question(number).items() if name in fields}
            reply = await self.ask(synapse_class(**asked))
            expected = answer(asked["text"], asked["count"])
            if reply.dendrite.status_code != 200 or reply.answer != expected:
                said = (reply.dendrite.status_code, reply.dendrite.status_message, reply.answer)
                wrong.append(f"{synapse_class.__name__} {number}: {said}")
        return wrong

    async def stream(self, synapse) -> tuple[list[str], bt.Synapse]:
        """The pieces of an answer, and what comes last: the synapse."""
        stream = self.dendrite.call_stream(self.target, synapse, timeout=12, deserialize=False)
        seen = [piece async for piece in stream]
        return seen[:-1], seen[-1]

    async def close(self):
        await self.dendrite.aclose_session()


async def refusals() -> dict:
    """How our axon refuses, as the SDK sees it."""
    alice, eve = Asking("//Alice"), Asking("//Alice", receiver=Keypair.create_from_uri("//Eve").ss58_address)
    hello = {"text": "hello", "count": 1}
    asked = {
        "unhashed at a strict route": alice.ask(Bare(**hello)),
        "nobody is let in": alice.ask(Closed(**hello)),
        "no such synapse": alice.ask(type("Nowhere", (Unhashed,), {})(**hello)),
    }
    seen = {}
    for what, call in asked.items():
        reply = await call
        seen[what] = [reply.dendrite.status_code, reply.dendrite.status_message]

    # What it signed, sent by hand: once for somebody else, and twice.
    async with aiohttp.ClientSession() as session:
        for what, asking, times in [("for another", eve, 1), ("captured", alice, 2)]:
            synapse = asking.dendrite.preprocess_synapse_for_request(
                asking.target, Hashed(**question(1)), 12
            )
            if what == "for another":
                # It signs for whom it believes to ask; the header alone may say something else.
                synapse.axon.hotkey = GIVEN["hotkey"]
            url = f"http://127.0.0.1:{GIVEN['port']}/Hashed"
            for turn in range(times):
                async with session.post(
                    url, headers=synapse.to_headers(), json=synapse.model_dump()
                ) as response:
                    seen[f"{what} {turn}"] = [response.status, (await response.json()).get("message")]
    await alice.close()
    await eve.close()
    return seen


async def ask() -> dict:
    calls, side_by_side = GIVEN["calls"], 8
    asking = [Asking("//Alice") for _ in range(side_by_side)]
    wrong = []
    for kind in (Hashed, Unhashed):
        shares = [range(place, calls, side_by_side) for place in range(side_by_side)]
        turns = [one.many(kind, share) for one, share in zip(asking, shares)]
        wrong += [it for found in await asyncio.gather(*turns) for it in found]
    pieces, last = await asking[0].stream(Streamed(text="the words of a stream"))
    if "".join(pieces) != "the words of a stream " or last.dendrite.status_code != 200:
        wrong.append(f"Streamed: {pieces} {last.dendrite}")
    for one in asking:
        await one.close()
    return {"wrong": wrong, "refusals": await refusals()}


axon = serve()
tell({"port": axon.port, "hotkey": axon.wallet.hotkey.ss58_address})
tell(asyncio.run(ask()))
wait_for_the_end()
axon.stop()

"""SDK 11 talks to ours and is talked to, by `btauth/1`: it signs for our axon, and judges our dendrite.

It has neither axon nor dendrite, so that Python's own HTTP stands around `bittensor.http_auth`. What
is given and printed is as in `wire_10.py`.
"""

import http.client
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from bittensor import http_auth
from bittensor.wallets import Keypair

from peer import GIVEN, tell, wait_for_the_end
from questions import answer, question

DAVE = Keypair.create_from_uri("//Dave")


class Server(BaseHTTPRequestHandler):
    """Answers `/Hashed`, and whatever else is asked with who has asked."""

    protocol_version = "HTTP/1.1"
    # Answers are written in two steps, of which the second would wait for the first's receipt.
    disable_nagle_algorithm = True

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        try:
            caller = http_auth.verify(
                dict(self.headers.items()),
                body,
                method=self.command,
                path=self.path,
                self_hotkey_ss58=DAVE.ss58_address,
            )
        except http_auth.WrongReceiver as error:
            return self.reply(403, {"message": str(error)})
        except http_auth.AuthError as error:
            return self.reply(401, {"message": f"{type(error).__name__}: {error}"})
        asked = json.loads(body)
        said = answer(asked["text"], asked["count"])
        self.reply(200, {"answer": said, "asked_by": caller.hotkey_ss58})

    def reply(self, status: int, json_body: dict):
        body = json.dumps(json_body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Asking:
    """One connection to our axon."""

    def __init__(self, key: Keypair):
        self.key = key
        self.connection = http.client.HTTPConnection("127.0.0.1", GIVEN["port"], timeout=12)

    def signed(self, path: str, body: bytes, receiver=GIVEN["hotkey"], **more) -> dict:
        return http_auth.sign(
            self.key, method="POST", path=path, body=body, receiver_ss58=receiver, **more
        )

    def post(self, path: str, body: bytes, headers: dict) -> tuple[int, dict]:
        headers = {"content-type": "application/json", **headers}
        self.connection.request("POST", path, body=body, headers=headers)
        response = self.connection.getresponse()
        return response.status, json.loads(response.read())

    def many(self, numbers) -> list[str]:
        """What went wrong."""
        wrong = []
        for number in numbers:
            asked = question(number)
            # Spaces and escapes as json has them: it is the bytes that are signed.
            body = json.dumps(asked, ensure_ascii=number % 3 == 0).encode()
            path = f"/Hashed?number={number}" if number % 5 == 0 else "/Hashed"
            status, reply = self.post(path, body, self.signed(path, body))
            expected = answer(asked["text"], asked["count"])
            if (status, reply.get("answer")) != (200, expected):
                wrong.append(f"{number}: {status} {reply}")
        return wrong


def refusals() -> dict:
    """How our axon answers what it should not believe, and what looks odd but is right."""
    alice, path = Asking(Keypair.create_from_uri("//Alice")), "/Hashed"
    body = json.dumps(question(1)).encode()
    eve = Keypair.create_from_uri("//Eve").ss58_address
    old = http_auth.time.time_ns() - 11 * 10**9
    ahead = http_auth.time.time_ns() + 4 * 10**9
    captured = alice.signed(path, body)
    asked = {
        "as it was signed": (path, body, captured),
        "once more": (path, body, captured),
        "another body": (path, body + b" ", alice.signed(path, body)),
        "another query": (path + "?a=1", body, alice.signed(path, body)),
        "for another": (path, body, alice.signed(path, body, receiver=eve)),
        "for nobody": (path, body, alice.signed(path, body, receiver=None)),
        "too old": (path, body, alice.signed(path, body, nonce_ns=old)),
        "from the future": (path, body, alice.signed(path, body, nonce_ns=ahead)),
        "unsigned": (path, body, {}),
        "nobody is let in": ("/Closed", body, alice.signed("/Closed", body)),
        "unhashed, but signed whole": ("/Bare", body, alice.signed("/Bare", body)),
    }
    seen = {}
    for what, (path, body, headers) in asked.items():
        status, reply = alice.post(path, body, headers)
        seen[what] = [status, reply.get("message")]
    ed25519 = Asking(Keypair.create_from_uri("//Ferdie", crypto_type=0))
    status, reply = ed25519.post("/Hashed", body, ed25519.signed("/Hashed", body))
    seen["by ed25519"] = [status, reply.get("message")]
    return seen


def ask() -> dict:
    calls, side_by_side = GIVEN["calls"], 8
    asking = [Asking(Keypair.create_from_uri("//Alice")) for _ in range(side_by_side)]
    shares = [range(place, calls, side_by_side) for place in range(side_by_side)]
    with ThreadPoolExecutor(side_by_side) as pool:
        found = pool.map(Asking.many, asking, shares)
        wrong = [it for one in found for it in one]
    return {"wrong": wrong, "refusals": refusals()}


server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
threading.Thread(target=server.serve_forever, daemon=True).start()
tell({"port": server.server_port, "hotkey": DAVE.ss58_address})
tell(ask())
wait_for_the_end()
server.shutdown()

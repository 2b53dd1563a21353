"""A server with limits, in a process of its own: `limited.py '{"limit": 100, "latency": 0.5}'`.

It prints its port. Each line that it reads on its input asks for what it counted so far, as JSON.

Attributes of the object: `limit` (requests a second, or a list of [from second, limit]), `tokens` (a
second), `kind` (`bucket` or `window`), `burst` (seconds of the limit), `latency`, `after` (the value of
Retry-After), `errors`, `cuts`, `hangs` (shares of the requests).
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import sys
import time
from collections import Counter
from typing import Any

ASKED = re.compile(rb"row (\d+)")
LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
TEXT = "The customer is happy with the product, and says so. " * 2


def framed(status: str, body: dict[str, Any], extra: str = "") -> bytes:
    content = json.dumps(body).encode()
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\n{extra}"
    return f"{head}Content-Length: {len(content)}\r\n\r\n".encode() + content


def answer(tokens: int) -> bytes:
    """Return an answer as the Responses API and Chat Completions give it, in one."""
    part = {"type": "output_text", "text": TEXT, "annotations": []}
    message = {"type": "message", "id": "m", "status": "completed", "role": "assistant"}
    choice = {
        "index": 0,
        "finish_reason": "stop",
        "message": {"role": "assistant", "content": TEXT},
    }
    usage = {"input_tokens": tokens - 30, "output_tokens": 30, "total_tokens": tokens}
    both = {"prompt_tokens": tokens - 30, "completion_tokens": 30}
    return framed(
        "200 OK",
        {
            "id": "resp_1",
            "object": "response",
            "created": 1,
            "created_at": 1,
            "model": "qwen3.7-plus",
            "status": "completed",
            "output": [message | {"content": [part]}],
            "choices": [choice],
            "usage": usage | both,
        },
    )


class Limit:
    """So many units a second, as a bucket that fills or in windows of a second."""

    def __init__(self, told: float | list[list[float]], kind: str, burst: float) -> None:
        self._steps = told if isinstance(told, list) else [[0, told]]
        self._kind, self._burst = kind, burst
        self._began = self._at = time.monotonic()
        self._left = self._now * burst

    @property
    def _now(self) -> float:
        passed = time.monotonic() - self._began
        return float([limit for since, limit in self._steps if passed >= since][-1])

    def start(self) -> None:
        """Begin to count the seconds, with the first request."""
        self._began = self._at = time.monotonic()

    def takes(self, amount: float) -> bool:
        now = time.monotonic()
        if self._kind == "window":
            if int(now - self._began) != int(self._at - self._began):
                self._left = self._now
        else:
            most = max(amount, self._now * self._burst)
            self._left = min(most, self._left + (now - self._at) * self._now)
        self._at = now
        if self._left < amount:
            return False
        self._left -= amount
        return True


class Server:
    """Answers, and counts."""

    def __init__(self, told: dict[str, Any]) -> None:
        kind, burst = told.get("kind", "bucket"), told.get("burst", 0.1)
        self.requests = Limit(told.get("limit", 1e9), kind, burst)
        self.tokens = Limit(told.get("tokens", 1e12), kind, burst)
        self.latency = told.get("latency", 0.5)
        self.after = told.get("after")
        self.errors, self.cuts, self.hangs = (
            told.get(name, 0.0) for name in ("errors", "cuts", "hangs")
        )
        self.taken: list[float] = []
        self.refused: list[float] = []
        self.costs: list[int] = []
        self.asked: Counter[int] = Counter()
        self.answered: Counter[int] = Counter()

    def told(self) -> dict[str, Any]:
        first = self.taken[0] if self.taken else 0.0
        return {
            "taken": len(self.taken),
            "refused": len(self.refused),
            "seconds": self.taken[-1] - first if self.taken else 0.0,
            "by_second": Counter(int(at - first) for at in self.taken),
            "refused_by_second": Counter(int(at - first) for at in self.refused),
            "tokens": sum(self.costs),
            "rows": len(self.answered),
            "answered_all": sum(self.answered.values()),
            "twice": sum(count - 1 for count in self.answered.values()),
        }


class Connection(asyncio.Protocol):
    """One connection; requests come one after the other."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.received += data
        while (end := self.received.find(b"\r\n\r\n")) >= 0:
            found = LENGTH.search(self.received, 0, end)
            size = int(found[1]) if found else 0
            if len(self.received) < end + 4 + size:
                return
            body = self.received[end + 4 : end + 4 + size]
            self.received = self.received[end + 4 + size :]
            self.asked(body)

    def asked(self, body: bytes) -> None:
        server = self.server
        if not server.taken:
            server.requests.start()
            server.tokens.start()
        tokens = 60 + len(body) // 4
        by_requests = server.requests.takes(1)
        if not by_requests or not server.tokens.takes(tokens):
            server.refused.append(time.monotonic())
            self.transport.write(refusal(server.after, of_tokens=by_requests))
            return
        server.taken.append(time.monotonic())
        server.costs.append(tokens)
        row = int(found[1]) if (found := ASKED.search(body)) else -1
        server.asked[row] += 1
        self.fate(row, tokens)

    def fate(self, row: int, tokens: int) -> None:
        chance, server = random.random(), self.server
        wait = asyncio.get_running_loop().call_later
        latency = server.latency * random.uniform(0.8, 1.2)
        if (chance := chance - server.errors) < 0:
            wait(0.01, self.write, framed("500 Internal Server Error", {"message": "oops"}))
        elif (chance := chance - server.cuts) < 0:
            wait(latency, self.cut, answer(tokens))
        elif chance - server.hangs >= 0:
            wait(latency, self.reply, row, tokens)

    def reply(self, row: int, tokens: int) -> None:
        if not self.transport.is_closing():
            self.server.answered[row] += 1
            self.transport.write(answer(tokens))

    def cut(self, content: bytes) -> None:
        self.transport.write(content[: len(content) // 2])
        self.transport.close()

    def write(self, content: bytes) -> None:
        if not self.transport.is_closing():
            self.transport.write(content)


def refusal(after: object, *, of_tokens: bool) -> bytes:
    wait = f"Retry-After: {after}\r\n" if after is not None else ""
    code, what = ("AllocationQuota", "Tokens") if of_tokens else ("RateQuota", "Requests")
    message = f"{what} rate limit exceeded, please try again later."
    return framed("429 Too Many Requests", {"code": f"Throttling.{code}", "message": message}, wait)


async def main() -> None:
    loop = asyncio.get_running_loop()
    server = Server(json.loads(sys.argv[1]) if len(sys.argv) > 1 else {})
    made = await loop.create_server(lambda: Connection(server), "127.0.0.1", 0, backlog=1024)
    print(made.sockets[0].getsockname()[1], flush=True)
    while await loop.run_in_executor(None, sys.stdin.readline):
        print(json.dumps(server.told()), flush=True)


if __name__ == "__main__":
    asyncio.run(main())

"""What a response costs: tokens counted from the text alone, and the session cache."""

from __future__ import annotations

import re
from collections import Counter
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from qwen_magic.demo.wire.items import BUILT_IN, Item, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["SessionCache", "count", "count_item", "pieces", "spent", "usage_of"]

CACHED_FROM = 1024
CACHED_FOR = 300.0
IMAGE_TOKENS = 256
GENERATED = ("reasoning", "message", "function_call")
FRAME_TOKENS = 4  # role and separators around each item
_CJK = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
_TOKEN = re.compile(rf"\s*(?:[{_CJK}]|[^\W_]{{1,4}}|[^\w\s]|_)|\s+\Z")


def pieces(text: str) -> list[str]:
    """Return the text cut into tokens: joined again, they are the text."""
    return _TOKEN.findall(text)


def count(text: str) -> int:
    """Return the number of tokens of a text."""
    return len(pieces(text))


def count_item(item: Item) -> int:
    """Return the number of tokens an item takes in the context."""
    content = item.get("content")
    parts = content if isinstance(content, list) else []
    kinds = [part.get("type") for part in parts if isinstance(part, dict)]
    images = kinds.count("input_image")
    return FRAME_TOKENS + count(text_of(item)) + IMAGE_TOKENS * images


def spent(item: Item) -> int:
    """Return the tokens the model wrote for an output item; what a built-in tool says is free."""
    return count(text_of(item)) if item["type"] in GENERATED else 0


class SessionCache:
    """The beginnings of contexts seen in the last five minutes."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._seen: dict[bytes, float] = {}

    def cached(self, scope: str, context: Sequence[Item]) -> int:
        """Return how many tokens of the context are cached, and cache all of it."""
        now, digest, tokens, hit = self._clock(), sha256(scope.encode()), 0, 0
        for item in context:
            digest.update(f"\0{item.get('role')}\0{text_of(item)}".encode())
            tokens += count_item(item)
            if tokens >= CACHED_FROM:
                key = digest.digest()
                hit = tokens if now - self._seen.get(key, float("-inf")) < CACHED_FOR else hit
                self._seen[key] = now
        return hit


def usage_of(context: Sequence[Item], output: Sequence[Item], cached: int) -> dict[str, Any]:
    """Return the `usage` of a response."""
    written, read = sum(map(spent, output)), sum(map(count_item, context))
    thought = sum(spent(item) for item in output if item["type"] == "reasoning")
    usage: dict[str, Any] = {
        "input_tokens": read,
        "input_tokens_details": {"cached_tokens": cached},
        "output_tokens": written,
        "output_tokens_details": {"reasoning_tokens": thought},
        "total_tokens": read + written,
    }
    details = {**usage, "x_billing_type": "response_api"}
    details["prompt_tokens_details"] = details.pop("input_tokens_details")
    if tools := _tools(output):
        usage["x_tools"] = details["plugins"] = tools
    return usage | {"x_details": [details]}


def _tools(output: Sequence[Item]) -> dict[str, dict[str, int]]:
    names = Counter(item["type"].removesuffix("_call") for item in output)
    return {name: {"count": names[name]} for name in (*BUILT_IN, "mcp") if names[name]}

"""The digest of what a row asks: two rows of one digest are one question (pure)."""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import msgspec

from qwen_magic.conversation.turn.records import digest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qwen_magic.conversation.turn.records import Prompt

__all__ = ["SIZE", "Digester"]

SIZE = 16
"""The bytes of a digest."""


class Digester:
    """Digests of one map's rows.

    Args:
        shared: What all rows share: the endpoint, and the request without its input.
    """

    def __init__(self, shared: Mapping[str, Any]) -> None:
        self._begun = blake2b(digest(shared).encode(), digest_size=SIZE)

    def of(self, prompt: Prompt) -> bytes:
        """Return the digest of a row's prompt."""
        found = self._begun.copy()
        if isinstance(prompt, str):
            found.update(b"t" + prompt.encode("utf-8", "surrogatepass"))
        else:
            found.update(b"m" + msgspec.json.encode(prompt, order="sorted"))
        return found.digest()

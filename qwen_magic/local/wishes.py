"""What is asked of this computer: which model, and what may be done for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from qwen_magic.local.machine import memory
from qwen_magic.local.weights import default, weights_of

if TYPE_CHECKING:
    from pathlib import Path

    from qwen_magic.local.weights import Weights

__all__ = ["Wish"]


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked of this computer.

    Attributes:
        home: The reader's folder.
        model: What the model is called; empty for the best there is.
        weights: What our own server is to load: a path, or a repository; empty for any server.
        idle: After how many minutes without a question our own server unloads its model.
        download: Whether weights may be fetched.
    """

    home: Path
    model: str = ""
    weights: str = ""
    idle: float = 15.0
    download: bool = False

    @property
    def folder(self) -> Path:
        """Where our own servers note themselves."""
        return self.home / "local"

    @property
    def named(self) -> Weights:
        """The weights for a server of our own."""
        return weights_of(self.weights) if self.weights else default(memory().total, self.model)

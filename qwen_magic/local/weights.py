"""A model's weights: a GGUF file on the disk, or one of a repository on the Hub (pure but for looks).

The repositories' own lists of files tell names and sizes. Those of the two small models hold no
Q4_K_M: their Q8_0 is the one there is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from qwen_magic.errors import RequestError
from qwen_magic.local.choosing import is_named
from qwen_magic.responses.nearest import suggestion

__all__ = [
    "DEFAULTS",
    "READ",
    "Hub",
    "OnDisk",
    "Weights",
    "can_be_started",
    "default",
    "size_of",
    "weights_of",
]

READ = "2026-11-28"
"""The day on which the repositories listed these files."""
_GIGA = 10**9
_HUB = re.compile(r"(?P<repo>[\w.-]+/[\w.-]+)(:(?P<file>.+))?")


@dataclass(frozen=True, slots=True)
class OnDisk:
    """A file on the disk."""

    path: Path

    @property
    def name(self) -> str:
        """What the model is called."""
        return self.path.stem

    @property
    def identity(self) -> str:
        """Tells it from others; another one if the file has changed."""
        told = self.path.stat()
        return f"{self.path.resolve()} {told.st_size} {told.st_mtime_ns}"


@dataclass(frozen=True, slots=True)
class Hub:
    """A file of a repository on the Hub.

    Attributes:
        file: Its name there, or a quantisation that its name tells; empty for the usual one.
        size: In bytes; 0 if that is not known yet.
        memory: How many bytes of memory a computer should have for it.
    """

    repo: str
    file: str = ""
    size: int = 0
    memory: int = 0

    @property
    def name(self) -> str:
        """What the model is called."""
        last = self.repo.rpartition("/")[2]
        return self.file.removesuffix(".gguf") if self.file.endswith(".gguf") else last


Weights: TypeAlias = OnDisk | Hub

DEFAULTS = (
    Hub("Qwen/Qwen3-0.6B-GGUF", "Qwen3-0.6B-Q8_0.gguf", 639_446_688, 0),
    Hub("Qwen/Qwen3-1.7B-GGUF", "Qwen3-1.7B-Q8_0.gguf", 1_834_426_016, 5 * _GIGA),
    Hub("Qwen/Qwen3-4B-GGUF", "Qwen3-4B-Q4_K_M.gguf", 2_497_280_256, 8 * _GIGA),
    Hub("Qwen/Qwen3-8B-GGUF", "Qwen3-8B-Q4_K_M.gguf", 5_027_783_488, 16 * _GIGA),
)
"""The model for a computer, by its memory; the smallest first."""


def default(memory: int, name: str = "") -> Hub:
    """Return the weights of a model for a computer with so much memory, or those of that name.

    Raises:
        RequestError: There is none of that name.
    """
    if not name:
        return next(one for one in reversed(DEFAULTS) if one.memory <= memory)
    if (found := _named(name)) is not None:
        return found
    raise RequestError(
        f"no model {name!r} is on this computer",
        hint=f"{suggestion(name, [one.name for one in DEFAULTS])}; local_model takes any GGUF",
    )


def can_be_started(name: str) -> bool:
    """Return whether a name is that of a model that we know where to fetch."""
    return _named(name) is not None


def weights_of(local_model: str) -> Weights:
    """Return the weights that `local_model` names.

    Raises:
        RequestError: There is no such file, and it names no repository.
    """
    path = Path(local_model).expanduser()
    if path.is_dir():
        return OnDisk(_only(path))
    if path.is_file():
        return OnDisk(path)
    named = _HUB.fullmatch(local_model.strip())
    if named and not named["repo"].lower().endswith(".gguf"):
        return Hub(named["repo"], named["file"] or "")
    raise RequestError(f"there is no file {local_model!r}", hint=_near(path))


def size_of(count: int) -> str:
    """Return a number of bytes as a reader says it."""
    return f"{count / _GIGA:.1f} GB" if count >= _GIGA else f"{max(1, round(count / 10**6))} MB"


def _named(name: str) -> Hub | None:
    return next((one for one in DEFAULTS if is_named(one.name, name)), None)


def _ggufs(folder: Path) -> list[Path]:
    """Return the models in a folder; a file that only lets a model see is none."""
    try:
        found = sorted(folder.glob("*.gguf"))
    except OSError:
        return []
    return [path for path in found if not path.name.lower().startswith("mmproj")]


def _only(folder: Path) -> Path:
    found = _ggufs(folder)
    if len(found) == 1:
        return found[0]
    names = ", ".join(path.name for path in found) or "no GGUF file"
    raise RequestError(f"the folder {str(folder)!r} holds {names}", hint="name one file")


def _near(path: Path) -> str:
    names = [one.name for one in _ggufs(path.parent)]
    takes = 'local_model takes a path to a GGUF file, or "org/repo:Q4_K_M" on the Hub'
    return f"{suggestion(path.name, names)}; {takes}" if names else takes

"""What a GGUF file tells of its model, before anything is loaded.

The format: ggml's `docs/gguf.md`. Only the head is read: it names the architecture, the context
and where the weights lie, so that a cut file or one of another kind is told at once.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO

from qwen_magic.errors import RequestError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Head", "head_of"]

_MAGIC = b"GGUF"
_FORMATS = {
    0: "B",
    1: "b",
    2: "H",
    3: "h",
    4: "I",
    5: "i",
    6: "f",
    7: "?",
    10: "Q",
    11: "q",
    12: "d",
}
_TEXT, _LIST = 8, 9
_MOST = 1 << 20
_LONGEST = 1 << 24
_NO_CHAT = ("bert", "clip", "encoder", "wavtokenizer")
_BYTES_OF_CACHE = 2  # of each number: llama.cpp keeps them in 16 bits
_AGAIN = "the download was cut: fetch it again, or name another file in local_model"


@dataclass(frozen=True, slots=True)
class Head:
    """What is known of a model.

    Attributes:
        context: How many tokens it was trained to read.
        token: How many bytes of memory each token of its context takes.
    """

    architecture: str
    context: int = 0
    token: int = 0


def head_of(path: Path) -> Head:
    """Return what a file tells of its model.

    Raises:
        RequestError: It is no GGUF file, it is cut, or its model answers no questions.
    """
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            if file.read(4) != _MAGIC:
                raise RequestError(
                    f"{path.name!r} is no GGUF file", hint="llama.cpp reads models as GGUF alone"
                )
            known, starts = _read(file)
    except OSError as error:
        raise RequestError(f"{path.name!r} cannot be read: {error.strerror}") from error
    except (struct.error, ValueError, MemoryError, KeyError) as error:
        raise RequestError(f"{path.name!r} ends in its head or is damaged", hint=_AGAIN) from error
    if starts >= size:
        raise RequestError(f"{path.name!r} ends before its last weights", hint=_AGAIN)
    return _head(path, known)


def _head(path: Path, known: dict[str, Any]) -> Head:
    kind = str(known.get("general.architecture", ""))
    if any(word in kind for word in _NO_CHAT) or f"{kind}.pooling_type" in known:
        raise RequestError(
            f"{path.name!r} is no chat model: its architecture is {kind}",
            hint="name an instruct model in local_model",
        )
    layers, heads = (
        _count(known, f"{kind}.block_count"),
        _count(known, f"{kind}.attention.head_count"),
    )
    shared = _count(known, f"{kind}.attention.head_count_kv") or heads
    width = _count(known, f"{kind}.attention.key_length")
    width = width or (_count(known, f"{kind}.embedding_length") // heads if heads else 0)
    token = 2 * layers * shared * width * _BYTES_OF_CACHE
    return Head(kind, _count(known, f"{kind}.context_length"), token)


def _read(file: BinaryIO) -> tuple[dict[str, Any], int]:
    """Return what the head says, and a place in the file that the weights reach beyond."""
    _, tensors, pairs = _numbers(file, "<IQQ")
    if tensors > _MOST or pairs > _MOST:
        raise ValueError(tensors, pairs)
    known = dict(_pair(file) for _ in range(pairs))
    last = max((_tensor(file) for _ in range(tensors)), default=0)
    return known, file.tell() + last


def _pair(file: BinaryIO) -> tuple[str, Any]:
    name = _text(file)
    (kind,) = _numbers(file, "<I")
    return name, _value(file, kind)


def _value(file: BinaryIO, kind: int) -> Any:  # noqa: ANN401 - whatever the file holds
    if kind == _TEXT:
        return _text(file)
    if kind != _LIST:
        return _numbers(file, f"<{_FORMATS[kind]}")[0]
    inner, count = _numbers(file, "<IQ")
    if inner in _FORMATS:
        size = struct.calcsize(_FORMATS[inner]) * count
        if inner in {4, 5} and count <= _MOST // 1024:
            return _numbers(file, f"<{count}{_FORMATS[inner]}")
        file.seek(size, 1)
        return None
    for _ in range(count):
        _value(file, inner)
    return None


def _tensor(file: BinaryIO) -> int:
    _text(file)
    (dimensions,) = _numbers(file, "<I")
    *_, offset = _numbers(file, f"<{dimensions}QIQ")
    return int(offset)


def _text(file: BinaryIO) -> str:
    (length,) = _numbers(file, "<Q")
    if length > _LONGEST:
        raise ValueError(length)
    found = file.read(length)
    if len(found) < length:
        raise ValueError(length)
    return found.decode("utf-8", "replace")


def _numbers(file: BinaryIO, form: str) -> tuple[Any, ...]:
    return struct.unpack(form, file.read(struct.calcsize(form)))


def _count(known: dict[str, Any], name: str) -> int:
    value = known.get(name)
    value = max(value, default=0) if isinstance(value, tuple) else value
    return value if isinstance(value, int) else 0

"""The servers that may run on this computer: where they listen, and what they tell (pure).

Each tells its models in its own words; read in their sources and documents in November 2026:
Ollama `/api/tags` (its `api/types.go`), LM Studio `/api/v0/models` (its REST reference), llama.cpp
`/v1/models` and `/props` (its server's README), vLLM and SGLang `/v1/models` (`owned_by`). That of
`transformers serve` names itself nowhere: each of its models is owned by whom its name begins with.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["OURS", "Door", "Found", "Model", "doors", "read", "with_props"]

OURS = "qwen_magic"
_OLLAMA, _LM_STUDIO, _LLAMA = "Ollama", "LM Studio", "llama.cpp"
_TRANSFORMERS = "transformers serve"
_OWNERS = {"llamacpp": _LLAMA, "vllm": "vLLM", "sglang": "SGLang"}
_OLLAMA_PORT = 11434
_PORTS = {"http": 80, "https": 443}
_BUSY = 503
_REFUSED = frozenset({401, 403})
_CONTINUING = frozenset({_LM_STUDIO, "vLLM", "SGLang"})
_NO_CHAT = re.compile(r"embed|rerank|reward|whisper|\bbge\b|\bbert\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Door:
    """Where a server may listen, and the path that it tells its models at."""

    port: int
    path: str = "/v1/models"


@dataclass(frozen=True, slots=True)
class Model:
    """One model of a server.

    Attributes:
        chats: Whether it answers questions; others embed or rank texts.
        is_away: Whether the server hands its questions on to another computer.
    """

    name: str
    context: int = 0
    images: bool | None = None
    chats: bool = True
    is_away: bool = False

    @property
    def is_usable(self) -> bool:
        """Whether it answers questions on this computer."""
        return self.chats and not self.is_away

    @property
    def is_qwen(self) -> bool:
        """Whether its name is that of a Qwen model."""
        return "qwen" in self.name.lower() or "qwq" in self.name.lower()


@dataclass(frozen=True, slots=True)
class Found:
    """A server that answered.

    Attributes:
        trouble: Why it cannot be asked; empty if it can.
        key: What it asks for; only our own server has one.
    """

    server: str
    base_url: str
    models: tuple[Model, ...] = ()
    slots: int = 0
    trouble: str = ""
    key: str = ""

    @property
    def continues(self) -> bool:
        """Whether it may continue a response by its id."""
        return self.server in _CONTINUING

    @property
    def forces_calls(self) -> bool:
        """Whether it heeds `tool_choice`."""
        return not self.is_llama and self.server not in {_OLLAMA, _TRANSFORMERS}

    @property
    def is_llama(self) -> bool:
        """Whether llama.cpp answers."""
        return self.server in {_LLAMA, OURS}


def doors(ollama_host: str = "") -> tuple[Door, ...]:
    """Return where servers may listen, the likeliest first.

    Args:
        ollama_host: `OLLAMA_HOST`, of which the port counts: other computers are not asked. A
            server that was started without it is where Ollama is by default.
    """
    ports = dict.fromkeys((_ollama_port(ollama_host), _OLLAMA_PORT))
    return (
        *(Door(port, "/api/tags") for port in ports),
        Door(1234, "/api/v0/models"),
        *(Door(port) for port in (8080, 8000, 30000)),
    )


def read(door: Door, status: int, told: Any) -> Found | None:  # noqa: ANN401 - any JSON
    """Return the server that told this; None if it is something else that listens there."""
    base_url = f"http://127.0.0.1:{door.port}/v1"
    if status in _REFUSED:
        return Found(_kind(door), base_url, trouble="it asks for a key: set base_url")
    if not isinstance(told, dict):
        return None
    if status == _BUSY and "loading" in str(told.get("error", "")).lower():
        return Found(_LLAMA, base_url, trouble="it still loads its model: ask again in a moment")
    if door.path == "/api/tags":
        models = tuple(map(_of_ollama, _objects(told, "models")))
        return Found(_OLLAMA, base_url, models) if isinstance(told.get("models"), list) else None
    entries = tuple(_objects(told, "data"))
    if door.path == "/api/v0/models":
        told_so = isinstance(told.get("data"), list)
        return Found(_LM_STUDIO, base_url, tuple(map(_of_lm_studio, entries))) if told_so else None
    server = next(filter(None, map(_owner, entries)), None)
    return Found(server, base_url, tuple(map(_of_openai, entries))) if server else None


def with_props(found: Found, told: Any) -> Found:  # noqa: ANN401 - any JSON
    """Return a server of llama.cpp with what its `/props` tell: slots, context, sight."""
    if not isinstance(told, dict):
        return found
    settings = _object(told.get("default_generation_settings"))
    images = _object(told.get("modalities")).get("vision")
    context = _count(settings.get("n_ctx"))
    models = tuple(
        replace(
            model, context=context or model.context, images=images if images is not None else None
        )
        for model in found.models
    )
    return replace(found, models=models, slots=_count(told.get("total_slots")))


def _ollama_port(host: str) -> int:
    """Return the port as Ollama reads it: with a scheme alone, it is the scheme's."""
    scheme, has_scheme, rest = host.strip().strip("\"'").partition("://")
    usual = _PORTS.get(scheme, _OLLAMA_PORT) if has_scheme else _OLLAMA_PORT
    try:
        return urlsplit(f"//{rest if has_scheme else scheme}").port or usual
    except ValueError:
        return usual


def _kind(door: Door) -> str:
    by_path = {"/api/tags": _OLLAMA, "/api/v0/models": _LM_STUDIO}
    by_port = {8080: _LLAMA, 8000: "vLLM", 30000: "SGLang"}
    return by_path.get(door.path) or by_port.get(door.port, "a server")


def _of_ollama(entry: Mapping[str, Any]) -> Model:
    name = str(entry.get("name") or entry.get("model") or "")
    details = _object(entry.get("details"))
    family = str(details.get("family") or "")
    able = entry.get("capabilities")
    chats = (
        "completion" in able if isinstance(able, list) else not _NO_CHAT.search(f"{name} {family}")
    )
    images = "vision" in able if isinstance(able, list) else None
    away = bool(entry.get("remote_host") or entry.get("remote_model")) or name.endswith("-cloud")
    return Model(name, images=images, chats=bool(chats), is_away=away)


def _of_lm_studio(entry: Mapping[str, Any]) -> Model:
    kind = entry.get("type")
    context = _count(entry.get("loaded_context_length")) or _count(entry.get("max_context_length"))
    return Model(_name(entry), context, images=kind == "vlm", chats=kind in {"llm", "vlm", None})


def _of_openai(entry: Mapping[str, Any]) -> Model:
    name, meta = _name(entry), _object(entry.get("meta"))
    context = _count(entry.get("max_model_len")) or _count(meta.get("n_ctx"))
    seen = _object(entry.get("architecture")).get("input_modalities")
    images = "image" in seen if isinstance(seen, list) else None
    return Model(name, context, images, chats=not _NO_CHAT.search(name))


def _owner(entry: Mapping[str, Any]) -> str | None:
    """Return the server whose model it is, as far as an entry tells."""
    owner = str(entry.get("owned_by") or "")
    is_author = owner and _name(entry).startswith(f"{owner}/")
    return _OWNERS.get(owner) or (_TRANSFORMERS if is_author else None)


def _name(entry: Mapping[str, Any]) -> str:
    return str(entry.get("id") or "")


def _objects(told: Mapping[str, Any], name: str) -> Iterator[Mapping[str, Any]]:
    entries = told.get(name)
    for entry in entries if isinstance(entries, list) else ():
        if isinstance(entry, dict) and (entry.get("id") or entry.get("name")):
            yield entry


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _count(value: object) -> int:
    return value if isinstance(value, int) and value > 0 else 0

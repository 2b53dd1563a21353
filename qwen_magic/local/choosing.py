"""Which model of the servers found answers: the one that was named, else a Qwen (pure)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qwen_magic.errors import RequestError
from qwen_magic.responses.nearest import suggestion

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from qwen_magic.local.servers import Found, Model

__all__ = ["Choice", "chosen", "is_named", "listed"]

_APART = re.compile(r"[\s:_/-]+")


@dataclass(frozen=True, slots=True)
class Choice:
    """A model, and the server that has it."""

    found: Found
    model: Model


def chosen(found: Sequence[Found], name: str = "") -> Choice | None:
    """Return the model that answers; None if no server has one that chats.

    Args:
        found: The servers, the likeliest first.
        name: What the reader calls the model; without it, the first Qwen wins, else the first.

    Raises:
        RequestError: No server has a model of that name; the hint has the nearest.
    """
    usable = [choice for choice in _all(found) if not choice.found.trouble]
    if name:
        return _named([*usable], name)
    usable = [choice for choice in usable if choice.model.is_usable]
    return next(
        (choice for choice in usable if choice.model.is_qwen), usable[0] if usable else None
    )


def is_named(model: str, name: str) -> bool:
    """Return whether a model may be called so: by the beginning of its name, without its owner."""
    return _fits(model, name) > 0


def listed(found: Sequence[Found], answering: Choice | None = None) -> str:
    """Return a line for each server, and below it one for each of its models."""
    lines: list[str] = []
    for server in found:
        trouble = f" · {server.trouble}" if server.trouble else ""
        lines.append(f"{server.server} at {server.base_url}{trouble}")
        lines += [f"  {_told(model)}{_mark(server, model, answering)}" for model in server.models]
        if not server.models and not server.trouble:
            lines.append("  no model yet")
    return "\n".join(lines)


def _all(found: Sequence[Found]) -> Iterator[Choice]:
    return (Choice(server, model) for server in found for model in server.models)


def _named(known: Sequence[Choice], name: str) -> Choice | None:
    wanted = re.sub(r"(…|\.\.\.|\*)\Z", "", name.strip())
    scores = [(_fits(choice.model.name, wanted), -place) for place, choice in enumerate(known)]
    best = max(scores, default=(0, 0))
    if best[0]:
        return known[-best[1]]
    if not known:
        return None
    names = list(dict.fromkeys(choice.model.name for choice in known))
    raise RequestError(
        f"no server on this computer has a model {name!r}", hint=suggestion(name, names)
    )


def _fits(model: str, name: str) -> int:
    """Return how well a name fits a model: 3 as it stands, 2 without its owner, 1 as a beginning."""
    if model.lower() == name.lower():
        return 3
    whole, bare, wanted = _plain(model), _plain(model.rpartition("/")[2]), _plain(name)
    if wanted in {whole, bare}:
        return 2
    begins = any(form.startswith(f"{wanted}-") for form in (whole, bare))
    return 1 if wanted and begins else 0


def _plain(name: str) -> str:
    return _APART.sub("-", name.lower().removesuffix(".gguf").removesuffix(":latest")).strip("-")


def _told(model: Model) -> str:
    facts = [
        model.name,
        f"{model.context:,} tokens" if model.context else "",
        "sees images" if model.images else "",
        "" if model.chats else "no chat model",
        "runs elsewhere, so it is asked by name only" if model.is_away else "",
    ]
    return " · ".join(filter(None, facts))


def _mark(server: Found, model: Model, answering: Choice | None) -> str:
    return " ← answers" if answering == Choice(server, model) else ""

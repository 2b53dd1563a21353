"""Requests about what the demo keeps: responses and conversations, shown, listed and deleted."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, urlsplit

from qwen_magic.demo.conversations import listed, page
from qwen_magic.demo.wire.refusals import Refusal
from qwen_magic.models import MODELS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qwen_magic.demo.responses import Responses

__all__ = ["about_kept", "route"]

_BASE = re.compile(r"(?:(?:/api/v2/apps/protocols)?/compatible-mode)?/v1/(.*?)/?\Z")


def route(path: str) -> tuple[str, ...]:
    """Return the words of a path below the base URL."""
    found = _BASE.match(urlsplit(path).path)
    return tuple(map(unquote, found[1].split("/"))) if found else ()


def about_kept(
    kept: Responses, method: str, path: str, body: Mapping[str, Any]
) -> Mapping[str, Any]:
    """Return the answer to a request about a response or a conversation that is kept.

    Raises:
        Refusal: There is no such thing, or nothing like it.
    """
    query = dict(parse_qsl(urlsplit(path).query, keep_blank_values=True))
    match method, *route(path):
        case "GET", "models":
            names = ({"id": name, "object": "model", "owned_by": "demo"} for name in MODELS)
            return {"object": "list", "data": [*names]}
        case "GET", "responses", str(name):
            return kept.shown(name)
        case "DELETE", "responses", str(name):
            return kept.delete(name)
        case "POST", "responses", str(name), "cancel":
            return kept.cancel(name)
        case "GET", "responses", str(name), "input_items":
            return page(kept.find(name).given, query)
        case _, "conversations", *words:
            return _conversation(kept, (method, *words), body, query)
        case _:
            raise Refusal(f"Not found: {method} {path}", "not_found", 404, enveloped=True)


def _conversation(
    kept: Responses, words: tuple[str, ...], body: Mapping[str, Any], query: Mapping[str, str]
) -> Mapping[str, Any]:
    known = kept.conversations
    match words:
        case ("POST",):
            return known.create(body)
        case "GET", name:
            return known.find(name)
        case "DELETE", name:
            return known.delete(name)
        case "GET", name, "items":
            known.find(name)
            return page(known.items(name), query)
        case "POST", name, "items":
            known.find(name)
            known.add(name, added := tuple(map(listed, body.get("items") or ())))
            return page(added, {"order": "asc"})
        case _:
            where = "/".join(("conversations", *words[1:]))
            raise Refusal(f"Not found: {words[0]} {where}", "not_found", 404, enveloped=True)

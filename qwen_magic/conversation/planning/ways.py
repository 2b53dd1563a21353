"""The ways to bring a model to give a value of a given shape (pure).

`text`: JSON as the answer's text, in a form that the server enforces if it can. `forced`: one
function, which the model must call. `auto`: the same, asked for in words, where a call cannot be
forced, for example while the model thinks. `plain`: JSON as text, asked for in words alone.

A server tells by what it does which way works, and that is remembered for its endpoint and model.
The form is tried first: a server that enforces it needs one request. One that ignores it costs
nothing more as long as the model follows the words beside it; what is no JSON at all shows that it
was ignored, and the correction, which is due anyway, is asked for by the function. Model Studio is
the exception: its documents list what it reads of a request, `text.format` is not there, and a
function it does force. So there the function comes first, and a first question costs one request.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from qwen_magic.errors import QwenError, ResponseError, StatusError

if TYPE_CHECKING:
    from qwen_magic.conversation.schema.shape import Shape
    from qwen_magic.responses.endpoint import Endpoint
    from qwen_magic.responses.request import Request

__all__ = [
    "Order",
    "Way",
    "after",
    "asked_of",
    "by_call",
    "dressed",
    "easier",
    "order_at",
    "way_named",
]

Way: TypeAlias = Literal["text", "forced", "auto", "plain"]
Order: TypeAlias = tuple[Way, ...]

_FORM_FIRST: Order = ("text", "forced", "auto", "plain")
_CALL_FIRST: Order = ("forced", "auto", "text", "plain")
_MISUSE = frozenset({400, 404, 409, 422, 500, 501})
_ABOUT_FORCE = re.compile(r"tool.?choice|required", re.IGNORECASE)
_SCHEMA = r"schema|grammar|recursi|\$ref|\$defs"
_ABOUT_TOOLS = re.compile(rf"tool|function|{_SCHEMA}", re.IGNORECASE)
_ABOUT_FORM = re.compile(rf"text|format|{_SCHEMA}", re.IGNORECASE)
_CALL = (
    "Give your answer by calling the function {name} once, with the whole answer as its arguments."
    " Write no other text."
)
_WRITE = (
    "Answer with one JSON value and nothing else: no other words, no fences."
    " It must fit this JSON schema:\n{schema}"
)


def order_at(endpoint: Endpoint) -> Order:
    """Return in which order the ways are tried at a server."""
    return _CALL_FIRST if endpoint.is_like_model_studio else _FORM_FIRST


def way_named(name: str, order: Order) -> Way:
    """Return the way of that name; the first one if there is none."""
    return next((way for way in order if way == name), order[0])


def by_call(way: Way) -> bool:
    """Return whether the value comes as the arguments of a function."""
    return way in {"forced", "auto"}


def after(way: Way, order: Order) -> Way:
    """Return the way to try when this one does not work: the next of another kind."""
    left = order[order.index(way) + 1 :]
    return next((one for one in left if not (by_call(one) and by_call(way))), "plain")


def asked_of(request: Request, base_url: str) -> str:
    """Return what decides whether a way works: the endpoint, the model, and how it thinks."""
    thinking = request.effort or request.enable_thinking
    return " ".join((base_url, request.model, *([] if thinking is None else [str(thinking)])))


def dressed(request: Request, shape: Shape[Any], way: Way) -> Request:
    """Return the request that asks for a value in this way, and offers nothing else."""
    if way == "forced":
        return replace(request, tools=(_tool(shape),), tool_choice="required")
    if way == "auto":
        told = _told(request, _CALL.format(name=shape.name))
        return replace(request, tools=(_tool(shape),), tool_choice=None, instructions=told)
    written = json.dumps(shape.parameters, ensure_ascii=False)
    told = _told(request, _WRITE.format(schema=written))
    form = {"type": "json_schema", "name": shape.name, "schema": shape.parameters}
    return replace(
        request,
        tools=(),
        tool_choice=None,
        instructions=told,
        text_format=form | _strict(shape) if way == "text" else None,
    )


def easier(way: Way, order: Order, error: QwenError) -> Way | None:
    """Return the way to try where this one was refused; None if the refusal is about another thing."""
    said = str(error.args[0])
    is_misuse = isinstance(error, ResponseError) or (
        isinstance(error, StatusError) and error.status in _MISUSE
    )
    if not is_misuse or error.turn is not None or way == "plain":
        return None
    if way == "forced" and _ABOUT_FORCE.search(said):
        return "auto"
    about = _ABOUT_TOOLS if by_call(way) else _ABOUT_FORM
    return after(way, order) if about.search(said) else None


def _told(request: Request, words: str) -> str:
    return "\n\n".join(filter(None, (request.instructions, words)))


def _tool(shape: Shape[Any]) -> dict[str, Any]:
    return {
        "type": "function",
        "name": shape.name,
        "description": shape.about,
        "parameters": shape.parameters,
        **_strict(shape),
    }


def _strict(shape: Shape[Any]) -> dict[str, Any]:
    """Return the mark of a schema that leaves nothing open; servers refuse it on any other."""
    return {"strict": True} if _is_closed(shape.parameters) else {}


def _is_closed(schema: Any) -> bool:  # noqa: ANN401 - any JSON
    if isinstance(schema, list):
        return all(map(_is_closed, schema))
    if not isinstance(schema, dict):
        return True
    if "properties" in schema or schema.get("type") == "object":
        names = schema.get("properties", {})
        is_named = isinstance(names, dict) and {*names} == {*schema.get("required", ())}
        if schema.get("additionalProperties") is not False or not is_named:
            return False
    return all(map(_is_closed, schema.values()))

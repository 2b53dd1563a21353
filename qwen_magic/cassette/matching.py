"""Which recorded exchange answers a request, and what to say if none does (pure).

Two requests are equal if their bodies are, except for

* ids that a server made up: `previous_response_id`, ids of items; of `call_id`s, the order counts;
* white space around a text, and how its lines end. White space inside a text counts;
* the bytes of an image.

Among equals, one that agrees in all of this comes before one that does not. Then they take turns in
recorded order, from the first again after the last, so that Run All gives the same each time. An
answer that the reader stopped while recording is used only if there is no other.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import SequenceMatcher
from heapq import nlargest
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

from qwen_magic.excerpt import cut, whole

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qwen_magic.cassette.tape import Track

__all__ = ["Form", "choose", "form", "nearest", "prompt"]

_IDS = ("call_id", "approval_request_id")
_COMPARED = 2_000  # characters of each prompt: the time to compare grows with their square
_MOST = 50  # prompts that are compared by the letter: those that have most in common
_PIECE = 4  # characters
_AROUND = 24
_SHOWN = 60

_KEPT = re.compile(r"/(?:responses/[^/]+|conversations).*\Z")

_write = msgspec.json.Encoder(order="sorted").encode


class Form(Struct, frozen=True):
    """A request's body, ready to be compared.

    Attributes:
        key: Equal for equal requests.
        body: The whole body, which tells equals apart.
    """

    key: bytes
    body: Mapping[str, Any]


def form(body: Mapping[str, Any], method: str = "POST", path: str = "") -> Form:
    """Return a body, as `secrecy.kept` gives it, ready to be compared.

    A request about what the server keeps is known by its path below the base URL as well.
    """
    about = _KEPT.search(path)
    asked = {"input": f"{method} {about[0]}", **body} if about else body
    return Form(_write(_canonical(asked)), asked)


def choose(
    asked: Form, recorded: Sequence[tuple[Form, Track]], played: Mapping[int, int]
) -> int | None:
    """Return the number of the exchange to play; None if there is none.

    Args:
        asked: What is asked.
        recorded: The exchanges.
        played: How often each was played.
    """
    equal = [number for number, (form, _) in enumerate(recorded) if form.key == asked.key]
    return min(equal, key=lambda number: _rank(asked, recorded, played, number), default=None)


def nearest(asked: Form, recorded: Sequence[Form]) -> str:
    """Return which recorded question is nearest, and the first difference from it."""
    if not recorded:
        return "it holds no exchange"
    if len(recorded) > _MOST:
        pieces = _pieces(asked)
        recorded = nlargest(_MOST, recorded, key=lambda form: len(pieces & _pieces(form)))
    found = max(recorded, key=lambda form: _likeness(asked, form))
    return f"the nearest recorded question is {_brief(prompt(found.body))}; {_first(asked, found)}"


def prompt(body: Mapping[str, Any]) -> str:
    """Return the question's text, or what a tool returned."""
    given = body.get("input", "")
    last = given[-1] if isinstance(given, list) and given else given
    if not isinstance(last, dict):
        return str(last)
    content = last.get("content", last.get("output", ""))
    parts = content if isinstance(content, list) else [{"text": content}]
    return " ".join(str(part.get("text", "")) for part in parts if isinstance(part, dict)).strip()


def _rank(
    asked: Form, recorded: Sequence[tuple[Form, Track]], played: Mapping[int, int], number: int
) -> tuple[bool, bool, int, int]:
    form, track = recorded[number]
    was_left = track.end.how == "left"
    return was_left, form.body != asked.body, played.get(number, 0), number


def _canonical(body: Mapping[str, Any]) -> dict[str, Any]:
    found = {name: value for name, value in body.items() if name != "previous_response_id"}
    known: dict[str, str] = {}
    for name in ("input", "instructions"):
        if name in found:
            found[name] = _plain(found[name], known)
    return found


def _plain(value: Any, known: dict[str, str]) -> Any:  # noqa: ANN401 - any JSON value
    match value:
        case str():
            text = "\n".join(value.replace("\r\n", "\n").replace("\r", "\n").split("\n")).strip()
            return text.partition(",sha256-")[0] if text.startswith("data:") else text
        case list():
            return [_plain(found, known) for found in value]
        case dict():
            return {
                name: _ordinal(found, known) if name in _IDS else _plain(found, known)
                for name, found in value.items()
                if name != "id"
            }
        case _:
            return value


def _ordinal(name: object, known: dict[str, str]) -> str:
    return known.setdefault(str(name), f"id {len(known) + 1}")


def _likeness(asked: Form, recorded: Form) -> tuple[float, int]:
    one, other = (prompt(form.body)[:_COMPARED] for form in (asked, recorded))
    same = sum(recorded.body.get(name) == value for name, value in asked.body.items())
    return SequenceMatcher(None, one, other).ratio(), same


def _pieces(form: Form) -> set[str]:
    text = prompt(form.body)[:_COMPARED]
    return {text[at : at + _PIECE] for at in range(max(1, len(text) - _PIECE + 1))}


def _first(asked: Form, recorded: Form) -> str:
    """Return the first difference, in words."""
    one, other = prompt(asked.body).strip(), prompt(recorded.body).strip()
    if one != other:
        here, there = _apart(one, other)
        return f"asked {here!r} instead of {there!r}"
    wanted, had = (msgspec.json.decode(form.key) for form in (asked, recorded))
    for name in [*wanted, *had]:
        if wanted.get(name) != had.get(name):
            here, there = _apart(_value(wanted.get(name)), _value(had.get(name)))
            return f"it was recorded with {name} {there}, not {here}"
    return "they differ in nothing that counts"


def _apart(one: str, other: str) -> tuple[str, str]:
    """Return both texts around the first place where they differ."""
    blocks = SequenceMatcher(None, one[:_COMPARED], other[:_COMPARED], autojunk=False)
    same = blocks.get_matching_blocks()[0]
    start = same.size if same.a == same.b == 0 else 0
    return _around(one, start), _around(other, start)


def _around(text: str, place: int) -> str:
    begin, end = (len(whole(text, max(0, at))) for at in (place - _AROUND, place + _AROUND))
    return f"{'…' if begin else ''}{text[begin:end]}{'…' if end < len(text) else ''}"


def _value(value: object) -> str:
    return "none" if value is None else msgspec.json.encode(value).decode()


def _brief(text: str) -> str:
    return repr(cut(text, _SHOWN))

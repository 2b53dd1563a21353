"""The model's arguments: from JSON text to those of a Python call (pure).

Harmless slips are forgiven: no text for no arguments, `"5"` or `5.0` for 5, JSON within a string,
null for a parameter that may be left out. Other errors name all that is wrong, in words that let
the model try again.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import msgspec

from qwen_magic.errors import ArgumentsError
from qwen_magic.excerpt import cut

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from qwen_magic.conversation.tools.parameters import Parameter
    from qwen_magic.conversation.tools.tools import Tool

__all__ = ["arguments_of"]

PROBLEMS = 10  # the model mends these first
LENGTH = 300  # of one problem: it may quote a value

_OBJECT = msgspec.json.Decoder(dict[str, msgspec.Raw])
_TEXT = msgspec.json.Decoder(str)


def arguments_of(tool: Tool, text: str) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Return the arguments for the tool's function, by position and by name.

    Raises:
        ArgumentsError: The text is no JSON object, or does not fit; written for the model.
    """
    given = _object(text, tool)
    values: dict[str, Any] = {}
    problems = list(_strangers(given, tool))
    for parameter in tool.takes:
        try:
            values |= _value(parameter, given.get(parameter.name))
        except ArgumentsError as error:
            problems.append(f"{parameter.name}{error}")
    problems.extend(_doubled(values, tool))
    if problems:
        told = "\n".join(cut(problem, LENGTH) for problem in problems[:PROBLEMS])
        more = f"\nand {len(problems) - PROBLEMS} more" if len(problems) > PROBLEMS else ""
        raise ArgumentsError(f"{told}{more}", hint=_usage(tool))
    return _call(tool, values)


def _object(text: str, tool: Tool) -> Mapping[str, msgspec.Raw]:
    raw = text.strip().encode(errors="replace") or b"{}"
    try:
        raw = _unquoted(raw) or raw
        return {} if raw in (b"null", b'""') else _OBJECT.decode(raw)
    except RecursionError as exc:
        raise ArgumentsError("the arguments are nested too deeply", hint=_usage(tool)) from exc
    except msgspec.ValidationError as exc:
        said = str(exc).partition(" - at ")[0].partition("got ")[2] or "something else"
        raise ArgumentsError(
            f"the arguments must be one JSON object, not {said}", hint=_usage(tool)
        ) from exc
    except (msgspec.DecodeError, UnicodeError) as exc:
        raise ArgumentsError(f"the arguments are no valid JSON: {exc}", hint=_usage(tool)) from exc


def _unquoted(raw: bytes) -> bytes:
    """Return the JSON inside a JSON string, or nothing: some models encode it twice."""
    if not raw.startswith(b'"'):
        return b""
    try:
        return _TEXT.decode(raw).strip().encode(errors="replace")
    except (msgspec.DecodeError, UnicodeError):
        return b""


def _value(parameter: Parameter, raw: msgspec.Raw | None) -> dict[str, Any]:
    """Return the value under the parameter's name, or nothing if the function's default holds."""
    if raw is None:
        if parameter.required:
            raise ArgumentsError(": required, but missing")
        return {}
    written = bytes(raw)
    try:
        return {parameter.name: parameter.hint.read(written)}
    except ArgumentsError:
        if written == b"null" and not parameter.required:
            return {}
        inner = _unquoted(written)
        if not inner:
            raise
        try:
            return {parameter.name: parameter.hint.read(inner)}
        except ArgumentsError:
            pass  # the error names what was written, not what was in it
        raise


def _strangers(given: Mapping[str, object], tool: Tool) -> Iterator[str]:
    """Yield each name that the tool does not know, with the nearest one that it knows."""
    known = [parameter.name for parameter in tool.takes]
    for name in given:
        if name not in known:
            near = get_close_matches(name[:LENGTH], known, n=1)
            yield f"{name[:LENGTH]!r}: no such argument" + (
                f"; did you mean {near[0]!r}?" if near else ""
            )


def _doubled(values: Mapping[str, Any], tool: Tool) -> Iterator[str]:
    """Yield the names within `**options` that are parameters of their own."""
    own = {parameter.name for parameter in tool.takes if parameter.kind in {"either", "keyword"}}
    for parameter in tool.takes:
        if parameter.kind == "options":
            for name in own.intersection(values.get(parameter.name, ())):
                yield f"{parameter.name}.{name}: give {name!r} beside {parameter.name!r}, not in it"


def _call(tool: Tool, values: Mapping[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Return the values: by position where they must be, otherwise by name."""
    positions: list[Any] = []
    names: dict[str, Any] = {}
    rest = any(parameter.kind == "rest" and values.get(parameter.name) for parameter in tool.takes)
    for parameter in tool.takes:
        match parameter.kind:
            case "rest":
                positions.extend(values.get(parameter.name, ()))
            case "options":
                names |= values.get(parameter.name, {})
            case "positional":
                positions.append(values.get(parameter.name, parameter.default))
            case "either" if rest:
                positions.append(values.get(parameter.name, parameter.default))
            case _ if parameter.name in values:
                names[parameter.name] = values[parameter.name]
    return tuple(positions), names


def _usage(tool: Tool) -> str:
    words = [_about(parameter) for parameter in tool.takes]
    return f"{tool.name} takes {', '.join(words)}" if words else f"{tool.name} takes no arguments"


def _about(parameter: Parameter) -> str:
    kind = parameter.hint.schema.get("type")
    said = [kind] if isinstance(kind, str) else []
    said += [] if parameter.required else ["optional"]
    return f"{parameter.name} ({', '.join(said)})" if said else parameter.name

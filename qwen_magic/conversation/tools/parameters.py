"""The parameters of a function as the model may fill them (pure).

`*args` is offered as a list, `**kwargs` as an object. What `functools.partial` sets by name is not
offered. A parameter without a hint takes values like its default; without a default, it takes any
JSON value, as in pydantic and the OpenAI Agents SDK.
"""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from enum import Enum
from functools import partial
from inspect import Parameter as Signed
from types import UnionType
from typing import (
    TYPE_CHECKING,
    Any,
    Literal,
    Optional,
    TypeAlias,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

import msgspec

from qwen_magic.conversation.tools.hints import Hint, Schema, distinct, hint_of
from qwen_magic.errors import ArgumentsError, ToolError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

__all__ = ["UNSET", "Parameter", "parameters_of", "schema_of", "source_of"]

Kind: TypeAlias = Literal["positional", "either", "keyword", "rest", "options"]
KINDS: dict[Any, Kind] = {
    Signed.POSITIONAL_ONLY: "positional",
    Signed.POSITIONAL_OR_KEYWORD: "either",
    Signed.KEYWORD_ONLY: "keyword",
    Signed.VAR_POSITIONAL: "rest",
    Signed.VAR_KEYWORD: "options",
}
UNSET: Any = Signed.empty
DEFAULT_LENGTH = 1_000  # a longer default tells the model little, and is paid for at each ask
WRAPPERS = 100  # around each other; with more, we assume a circle
LIKE_DEFAULT = (bool, str, list, dict, tuple, set, frozenset, Enum)


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter.

    Attributes:
        default: Its default in the function, or `UNSET`.
        note: What its hint says about it, in words.
    """

    name: str
    kind: Kind
    hint: Hint
    default: Any = UNSET
    note: str = ""

    @property
    def required(self) -> bool:
        """Whether the model must fill it."""
        return self.default is UNSET and self.kind not in {"rest", "options"}


def parameters_of(function: Callable[..., Any], name: str) -> tuple[Parameter, ...]:
    """Return what a function takes; `name` is what errors call it.

    Raises:
        ToolError: A parameter cannot be offered to a model.
    """
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError) as exc:
        raise ToolError(
            f"{name}() does not say what it takes", hint="wrap it in a function with type hints"
        ) from exc
    settled = function.keywords if isinstance(function, partial) else {}
    names = getattr(source_of(function), "__globals__", {})
    definitions: dict[str, Schema] = {}
    found: list[Parameter] = []
    for signed in signature.parameters.values():
        if signed.name not in settled:
            what = f"parameter {signed.name!r} of {name}()"
            annotation = _resolved(signed, names, what)
            try:
                found.append(_parameter(signed, annotation, definitions))
            except Exception as exc:  # the hints in a user's class may hold any expression
                raise _formless(annotation, what, exc) from exc
            definitions |= found[-1].hint.definitions
    return tuple(found)


def schema_of(parameters: Sequence[Parameter], described: Mapping[str, str]) -> dict[str, Any]:
    """Return the schema of the object that the model fills."""
    properties: dict[str, Any] = {}
    definitions: dict[str, Any] = {}
    for parameter in parameters:
        hint = parameter.hint
        definitions |= hint.definitions
        about = hint.schema.get("description") or parameter.note or described.get(parameter.name)
        told = {"description": about} if about else {}
        properties[parameter.name] = hint.schema | told | _default(parameter)
    return {
        "type": "object",
        "properties": properties,
        "required": [parameter.name for parameter in parameters if parameter.required],
        "additionalProperties": False,
        **({"$defs": definitions} if definitions else {}),
    }


def source_of(function: Any) -> Any:  # noqa: ANN401 - any callable
    """Return the plain function that a method, a partial, a wrapper or an object calls."""
    for _ in range(WRAPPERS):
        inner = getattr(function, "__func__", None) or getattr(function, "__wrapped__", None)
        if isinstance(function, partial):
            inner = function.func
        if inner is None and not inspect.isroutine(function) and not isinstance(function, type):
            inner = type(function).__call__
        if inner is None:
            break
        function = inner
    return function


def _parameter(signed: Signed, annotation: Any, taken: Mapping[str, Schema]) -> Parameter:  # noqa: ANN401
    note = _note(annotation)
    kind, default = KINDS[signed.kind], signed.default
    if kind == "rest":
        annotation = list[annotation]
    elif kind == "options":
        annotation = dict[str, annotation]
    hint = distinct(taken, lambda prefix: hint_of(annotation, prefix))
    if default is None and not _takes_null(hint):
        annotation = Optional[annotation]  # noqa: UP045 - `|` takes no strings
        hint = distinct(taken, lambda prefix: hint_of(annotation, prefix))
    return Parameter(signed.name, kind, hint, default, note)


def _formless(annotation: object, what: str, error: Exception) -> ToolError:
    shown = inspect.formatannotation(annotation)
    reason = (str(error) or type(error).__name__).splitlines()[-1]
    return ToolError(
        f"{what} is of a type that has no form in JSON: {shown} ({reason})",
        hint="take text, numbers, lists, dicts or dataclasses; "
        "or set it with functools.partial, and the model is not asked for it",
    )


def _resolved(signed: Signed, names: dict[str, Any], what: str) -> Any:  # noqa: ANN401
    """Return the hint of one parameter; look up its forward references."""
    if signed.annotation is UNSET:
        return _like(signed.default)

    def bearer() -> None: ...

    bearer.__annotations__ = {"hint": signed.annotation}
    try:
        return get_type_hints(bearer, names, include_extras=True)["hint"]
    except Exception as exc:  # a hint in quotes may hold any expression
        raise ToolError(
            f"the type of {what} cannot be looked up: {exc}",
            hint="define or import it at the top level, before the function",
        ) from exc


def _like(default: object) -> Any:  # noqa: ANN401
    if isinstance(default, int | float) and not isinstance(default, bool | Enum):
        return int | float
    return type(default) if isinstance(default, LIKE_DEFAULT) else Any


def _takes_null(hint: Hint) -> bool:
    try:
        hint.read(b"null")
    except ArgumentsError:
        return False
    return True


def _note(annotation: object) -> str:
    """Return what `Annotated[int, "days"]` or a `typing_extensions.Doc` says, also in a union."""
    union = get_origin(annotation) in {Union, UnionType}
    for one in (annotation, *(get_args(annotation) if union else ())):
        for note in getattr(one, "__metadata__", ()):
            said = getattr(note, "documentation", note)
            if isinstance(said, str):
                return said
    return ""


def _default(parameter: Parameter) -> dict[str, Any]:
    """Return the default as a schema gives it, if JSON can hold it."""
    default = parameter.default
    if default is UNSET:
        return {}
    try:
        written = msgspec.json.encode(default)
        told = msgspec.json.decode(written)
        parameter.hint.read(written)
    except Exception:  # noqa: BLE001 - a user's object may raise anything
        return {}
    return {"default": told} if len(written) <= DEFAULT_LENGTH else {}

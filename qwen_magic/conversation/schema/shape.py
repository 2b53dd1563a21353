"""The shape of an answer: what the model is asked to fill, and how its JSON becomes a value (pure)."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, TypeVar, get_args

from qwen_magic.conversation.schema.checking import Schema, problems, referred
from qwen_magic.conversation.schema.documents import checks_of
from qwen_magic.conversation.schema.fields import is_record
from qwen_magic.conversation.schema.mending import loaded, mended
from qwen_magic.conversation.schema.notes import noted
from qwen_magic.conversation.schema.refusing import TAKES, named, refusal
from qwen_magic.conversation.schema.short import type_of_short
from qwen_magic.conversation.tools.hints import Hint, hint_of
from qwen_magic.errors import ArgumentsError, MisfitError, SchemaError
from qwen_magic.excerpt import cut
from qwen_magic.responses.lenient import clean
from qwen_magic.responses.request import BUILT_IN_TOOLS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["Reading", "Shape", "shape_of"]

T = TypeVar("T")

WRAPPED = "value"
"""The field that holds what is no object by itself."""

_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_ABOUT = "Give the answer with this function, as the values that it takes."
_MOST = 10  # problems told at once; the model mends these first
_OPEN: tuple[Any, ...] = (Any, object, list, dict, tuple, set, frozenset)


@dataclass(frozen=True, slots=True)
class Reading(Generic[T]):
    """What came of a model's JSON: the value, its JSON, and whether slips had to be mended."""

    value: T
    json: Any
    repaired: bool = False


@dataclass(frozen=True, slots=True)
class Shape(Generic[T]):
    """What an answer is to look like.

    Attributes:
        name: What the model's function is called.
        about: What it is told about that.
        parameters: The JSON schema of the object that it fills.
        wrapped: Whether the answer is that object's field `value`.
        decode: Turns a JSON value that fits into the answer.
        check: Finds the problems of an object.
    """

    name: str
    about: str
    parameters: Schema
    wrapped: bool
    decode: Callable[[bytes], T]
    check: Callable[[Any], Iterable[str]]

    def read(self, text: str) -> Reading[T]:
        """Return the value of what the model wrote.

        Raises:
            MisfitError: It does not fit; each line names a place and the reason, for the model.
        """
        found, was_mended = loaded(text)
        given = self._unwrapped_too(found)
        better = mended(given, self.parameters, self.parameters)
        told = list(self.check(better))
        if told:
            more = [f"and {len(told) - _MOST} more"] if len(told) > _MOST else []
            raise MisfitError("\n".join(cut(one, 300) for one in (*told[:_MOST], *more)))
        plain = better[WRAPPED] if self.wrapped else better
        try:
            value = self.decode(clean(json.dumps(plain, ensure_ascii=False)).encode())
        except ArgumentsError as error:
            raise MisfitError(_told(str(error.args[0]))) from error
        return Reading(value, plain, was_mended or better != found or repr(better) != repr(found))

    def _unwrapped_too(self, found: Any) -> Any:  # noqa: ANN401 - any JSON
        """Return the object, also if a model left the wrapping out."""
        if not self.wrapped or (isinstance(found, dict) and found.keys() == {WRAPPED}):
            return found
        inner = {WRAPPED: found}
        better = mended(inner, self.parameters, self.parameters)
        return found if any(self.check(better)) else inner


def shape_of(schema: Any, *, taken: Iterable[str] = ()) -> Shape[Any]:  # noqa: ANN401 - types have no type
    """Return the shape that a type, a JSON schema or a short form stands for.

    Args:
        schema: What the answer is to look like.
        taken: Names of functions that the model may call, too.

    Raises:
        SchemaError: No model can be asked for it.
    """
    names = {*taken, *BUILT_IN_TOOLS}
    if isinstance(schema, str):
        schema = type_of_short(schema)
    if isinstance(schema, Mapping):
        return _by_document(schema, names)
    if any(schema is kind for kind in _OPEN):
        raise SchemaError(f"the schema {named(schema)} leaves everything open", hint=TAKES)
    hint = _hint(schema)
    if not hint.schema:
        raise SchemaError(f"the schema {named(schema)} leaves everything open", hint=TAKES)
    definitions = {name: dict(one) for name, one in hint.definitions.items()}
    told = noted(schema, hint.schema, definitions)
    name = _free(getattr(schema, "__name__", "") if not get_args(schema) else "", names)
    return _shape(name, told, definitions, hint.read)


def _shape(
    name: str, schema: Schema, definitions: dict[str, Schema], decode: Callable[[bytes], Any]
) -> Shape[Any]:
    root = {"$defs": definitions}
    top = referred(schema, root)
    is_object = top.get("type") == "object"
    inner = top if is_object else {"type": "object", "properties": {WRAPPED: schema}}
    closed = {} if is_object else {"required": [WRAPPED], "additionalProperties": False}
    needed = _needed(inner, definitions)
    parameters = {**inner, **closed, **({"$defs": needed} if needed else {})}
    about = str(top.get("description") or "")
    check = partial(_problems, parameters)
    return Shape(name, f"{about}\n\n{_ABOUT}".strip(), parameters, not is_object, decode, check)


def _needed(schema: Schema, definitions: dict[str, Schema]) -> dict[str, Schema]:
    """Return the definitions that a schema refers to, also by way of others."""
    found: dict[str, Schema] = {}
    left = [schema]
    while left:
        written = json.dumps(left.pop())
        for name in definitions.keys() - found.keys():
            if json.dumps(f"#/$defs/{name}") in written:
                found[name] = definitions[name]
                left.append(found[name])
    return {name: found[name] for name in definitions if name in found}


def _problems(parameters: Schema, value: Any) -> Iterable[str]:  # noqa: ANN401
    return (_told(said) for said in problems(value, parameters, parameters))


def _by_document(schema: Mapping[str, Any], names: set[str]) -> Shape[Any]:
    check = checks_of(schema)
    name = _free(str(schema.get("title", "")), names)
    about = f"{schema.get('description', '')}\n\n{_ABOUT}".strip()
    if schema.get("type") == "object":
        return Shape(name, about, dict(schema), False, json.loads, check)  # noqa: FBT003
    defs = {key: schema[key] for key in ("$defs", "definitions") if key in schema}
    rest = {key: value for key, value in schema.items() if key not in {*defs, "$schema", "$id"}}
    wrapping = {
        "type": "object",
        "properties": {WRAPPED: rest},
        "required": [WRAPPED],
        "additionalProperties": False,
        **defs,
    }
    return Shape(name, about, wrapping, True, json.loads, checks_of(wrapping))  # noqa: FBT003


def _hint(schema: Any) -> Hint:  # noqa: ANN401
    if callable(schema) and not isinstance(schema, type) and not get_args(schema):
        raise SchemaError(f"{named(schema)} is no type", hint=TAKES)
    try:
        return hint_of(schema)
    except Exception as exc:  # the hints in a user's class may hold any expression
        if "pydantic" in sys.modules and is_record(
            schema
        ):  # a dataclass may hold models of pydantic
            from qwen_magic.conversation.tools.hints import by_pydantic

            try:
                return by_pydantic(schema, "")
            except Exception:  # noqa: BLE001, S110 - the first reason tells more
                pass
        reason = (str(exc) or type(exc).__name__).splitlines()[-1]
        raise refusal(schema, reason, _has_form) from exc


def _has_form(schema: Any) -> bool:  # noqa: ANN401
    try:
        hint_of(schema)
    except Exception:  # noqa: BLE001 - as above
        return False
    return True


def _free(name: str, names: set[str]) -> str:
    """Return a name for the function that no other tool has."""
    known = (
        name if _NAME.fullmatch(name) and not hasattr(sys.modules["builtins"], name) else "answer"
    )
    while known in names:
        known += "_value"
    return known


def _told(said: str) -> str:
    return said.removeprefix(f"{WRAPPED}: ").removeprefix(": ").removeprefix(".")

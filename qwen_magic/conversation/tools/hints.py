"""A type hint as JSON: the schema of its values, and reading one (pure).

msgspec does both, but a hint that uses pydantic (a model, or `Field` in `Annotated`) goes to
pydantic. The user's module has imported it then; this package never does.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, time
from functools import partial
from pathlib import PurePath
from types import UnionType
from typing import Annotated, Any, Literal, TypeAlias, Union, get_args, get_origin

import msgspec

from qwen_magic.errors import ArgumentsError

__all__ = ["Hint", "Schema", "by_pydantic", "distinct", "hint_of", "union"]

Schema: TypeAlias = dict[str, Any]
Read: TypeAlias = Callable[[bytes], Any]
TIMES: dict[Any, str] = {datetime: "date-time", time: "time"}
PYDANTIC = ("pydantic", "pydantic_core", "annotated_types")


@dataclass(frozen=True, slots=True)
class Hint:
    """What a type hint means in JSON.

    Attributes:
        definitions: The schemas that `schema` refers to as `#/$defs/NAME`.
        read: Turns one JSON value into what the hint promises, or raises an ArgumentsError that
            begins with the place within the value.
    """

    schema: Schema
    definitions: dict[str, Schema]
    read: Read


def union(members: tuple[Any, ...]) -> Any:  # noqa: ANN401
    """Return the hint of what is of one of these types; that of a single type is the type."""
    return Union[members]  # noqa: UP007 - they are known only at run time


def hint_of(annotation: Any, prefix: str = "") -> Hint:  # noqa: ANN401 - types have no type
    """Return what a hint means; the prefix goes before the names of its definitions.

    Raises:
        TypeError: It has no form in JSON; other errors come from hints within a user's class.
    """
    if annotation is object:
        annotation = Any
    if _is_pydantic(annotation):
        return by_pydantic(annotation, prefix)
    try:
        return _by_msgspec(_timed(annotation), prefix)
    except TypeError:
        if get_origin(annotation) not in {Union, UnionType}:
            raise
        return _by_turns(get_args(annotation), prefix)


def _timed(annotation: Any) -> Any:  # noqa: ANN401
    """Return a hint with the format of moments; msgspec gives it only to those with a zone.

    Literals are split by type: before 0.22, msgspec cannot sort values of several types.
    """
    for kind, form in TIMES.items():
        if annotation is kind:
            return Annotated[kind, msgspec.Meta(extra_json_schema={"format": form})]
    origin = get_origin(annotation)
    if origin is Literal:
        return _parted(get_args(annotation))
    members = tuple(map(_timed, get_args(annotation)))
    if origin in {Union, UnionType}:
        return union(members)
    return origin[members] if origin in {list, set, tuple, dict} and members else annotation


def _parted(values: Sequence[Any]) -> Any:  # noqa: ANN401
    """Return a literal as a union of literals, one for each type of its values."""
    kinds = dict.fromkeys(map(type, values))
    parts = (tuple(value for value in values if type(value) is kind) for kind in kinds)
    return union(tuple(map(Literal.__getitem__, parts)))


def distinct(taken: Mapping[str, Schema], make: Callable[[str], Hint]) -> Hint:
    """Return the hint that `make` gives, with another prefix if names of definitions clash."""
    hint = make("")
    number = 2
    while any(taken.get(name, schema) != schema for name, schema in hint.definitions.items()):
        hint = make(f"{number}.")
        number += 1
    return hint


def _by_msgspec(annotation: Any, prefix: str) -> Hint:  # noqa: ANN401
    schemas, definitions = msgspec.json.schema_components(
        [annotation], schema_hook=_schema, ref_template=f"#/$defs/{prefix}{{name}}"
    )
    # msgspec finds names such as 客户 only once something has made Python keep them as UTF-8.
    msgspec.json.encode((schemas, definitions))
    strict = msgspec.json.Decoder(annotation, dec_hook=_decoded)
    lax = msgspec.json.Decoder(annotation, strict=False, dec_hook=_decoded)

    def read(raw: bytes) -> Any:  # noqa: ANN401
        try:
            return strict.decode(raw)
        except Exception as error:  # noqa: BLE001 - a user's class may raise anything
            refusal = error
        for attempt in (lax.decode, lambda raw: _converted(raw, annotation)):
            with suppress(Exception):
                return attempt(raw)
        raise _misfit(refusal)

    named = {f"{prefix}{name}": schema for name, schema in definitions.items()}
    return Hint(dict(schemas[0]), named, read)


def _converted(raw: bytes, annotation: Any) -> Any:  # noqa: ANN401
    """Read with Python's JSON, which takes integers of any size, and 3.0 as one."""
    import json

    value = json.loads(raw, parse_float=_finite, parse_constant=_finite)
    return msgspec.convert(value, annotation, strict=False, str_keys=True, dec_hook=_decoded)


def _finite(text: str) -> float:
    if abs(number := float(text)) < float("inf"):
        return number
    raise ValueError(text)


def _misfit(error: Exception) -> ArgumentsError:
    """Tell a model what msgspec tells a programmer: "Expected `int`, got `str` - at `$.x`"."""
    if not isinstance(error, msgspec.ValidationError):
        said = str(error) or type(error).__name__
        return ArgumentsError(f": {said}")
    said, _, place = str(error).partition(" - at `")
    where = place.removesuffix("`").removeprefix("$") if place.startswith("$") else ""
    return ArgumentsError(f"{where}: {said[:1].lower()}{said[1:]}")


def _schema(kind: type) -> Schema:
    """Return the schema of a class that msgspec leaves to us."""
    if issubclass(kind, PurePath):
        return {"type": "string", "format": "path"}
    raise NotImplementedError


def _decoded(kind: type, value: object) -> object:
    if issubclass(kind, PurePath) and isinstance(value, str):
        return kind(value)
    raise ValueError(f"Expected `str`, got `{type(value).__name__}`")


def _by_turns(annotations: Sequence[Any], prefix: str) -> Hint:
    """Return a union that msgspec cannot tell apart: the first member that fits reads a value."""
    definitions: dict[str, Schema] = {}
    members: list[Hint] = []
    for annotation in annotations:
        member = distinct(definitions, partial(_prefixed, annotation, prefix))
        definitions |= member.definitions
        members.append(member)

    def read(raw: bytes) -> Any:  # noqa: ANN401
        refusals = []
        for member in members:
            try:
                return member.read(raw)
            except ArgumentsError as error:
                refusals.append(str(error).removeprefix(": "))
        raise ArgumentsError(f": {', or '.join(dict.fromkeys(refusals))}")

    return Hint({"anyOf": [one.schema for one in members]}, definitions, read)


def _prefixed(annotation: Any, outer: str, inner: str) -> Hint:  # noqa: ANN401
    return hint_of(annotation, outer + inner)


def _is_pydantic(annotation: Any) -> bool:  # noqa: ANN401
    """Return whether a hint uses pydantic, which then has been imported."""
    if "pydantic" not in sys.modules or get_origin(annotation) is Literal:
        return False
    notes = getattr(annotation, "__metadata__", ())
    return (
        hasattr(annotation, "__get_pydantic_core_schema__")
        or hasattr(annotation, "__pydantic_core_schema__")  # pydantic's dataclasses
        or any(type(note).__module__.partition(".")[0] in PYDANTIC for note in notes)
        or any(map(_is_pydantic, get_args(annotation)))
    )


def by_pydantic(annotation: Any, prefix: str) -> Hint:  # noqa: ANN401
    """Return what a hint means to pydantic, which has been imported.

    Raises:
        TypeError: It has no form in JSON.
    """
    pydantic: Any = sys.modules["pydantic"]
    try:
        adapter = pydantic.TypeAdapter(annotation)
        schema = adapter.json_schema(ref_template=f"#/$defs/{prefix}{{model}}")
    except pydantic.errors.PydanticUserError as error:
        raise TypeError(str(error).partition("\n")[0]) from error

    def read(raw: bytes) -> Any:  # noqa: ANN401
        try:
            return adapter.validate_json(raw)
        except pydantic.ValidationError as error:
            said = [_told(one) for one in error.errors(include_url=False)]
            raise ArgumentsError("; ".join(said)) from None
        except Exception as error:  # noqa: BLE001 - a user's validator may raise anything
            raise _misfit(error) from None

    definitions = {f"{prefix}{name}": one for name, one in schema.pop("$defs", {}).items()}
    return Hint(schema, definitions, read)


def _told(error: Any) -> str:  # noqa: ANN401 - pydantic's ErrorDetails
    where = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in error["loc"])
    return f"{where}: {error['msg']}"

"""Why no model can be asked for a value of some type: the place within it, and what to do (pure)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

from qwen_magic.conversation.schema.fields import fields_of, is_record
from qwen_magic.conversation.schema.sources import hinted
from qwen_magic.errors import SchemaError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["TAKES", "named", "refusal"]

TAKES = "a dataclass, TypedDict, list[…], Literal[…], a JSON schema or a short form takes its place"
_DEEPEST = 8


def refusal(schema: Any, reason: str, has_form: Callable[[Any], bool]) -> SchemaError:  # noqa: ANN401 - types have no type
    """Return the error for a type that has no form in JSON.

    Args:
        schema: The type.
        reason: Why it has none.
        has_form: Tells whether a type has one.
    """
    where, culprit = _within(schema, has_form, "", 0)
    place = f"{where} of {named(schema)}" if where else f"a value of type {named(schema)}"
    return SchemaError(f"{place} has no form in JSON: {reason}", hint=_hint(culprit))


def named(schema: object) -> str:
    """Return a type as it is named in messages."""
    is_generic = bool(get_args(schema))
    return repr(schema if is_generic else getattr(schema, "__name__", None) or schema)[:80]


def _within(
    schema: Any,  # noqa: ANN401
    has_form: Callable[[Any], bool],
    where: str,
    depth: int,
) -> tuple[str, Any]:
    """Return the field, and the innermost type, that has no form."""
    fields = fields_of(schema) if is_record(schema) else {}
    inner = [(f"{where}.{name}" if where else f"field {name!r}", one.hint) for name, one in fields.items()]  # fmt: skip
    inner = inner or [(where, one) for one in get_args(schema) if isinstance(one, type)]
    for place, one in inner if depth < _DEEPEST else ():
        if one is not schema and not has_form(one):
            return _within(one, has_form, place, depth + 1)
    return where, schema


def _hint(culprit: Any) -> str:  # noqa: ANN401
    if isinstance(culprit, list | tuple) and culprit and all(isinstance(one, type) for one in culprit):  # fmt: skip
        inner = ", ".join(one.__name__ for one in culprit)
        return f"did you mean {'list' if isinstance(culprit, list) else 'tuple'}[{inner}]?"
    is_plain = isinstance(culprit, type) and not is_record(culprit)
    if is_plain and hinted(culprit):
        return f"put @dataclass above class {culprit.__name__}"
    return TAKES

"""The schema that a word on a magic line names: a variable, a type, or a short form (pure)."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any, get_origin

from qwen_magic.conversation.schema.fields import is_record
from qwen_magic.conversation.schema.short import type_of_short
from qwen_magic.conversation.schema.tokens import failure
from qwen_magic.conversation.schema.words import WORDS
from qwen_magic.errors import CellError
from qwen_magic.responses.nearest import suggestion

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["may_be_schema", "schema_named"]

_JSON = "names stand in double quotes, and braces are closed; types and short forms need none"
_NAME = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*")


def schema_named(text: str, variables: Mapping[str, object]) -> Any:  # noqa: ANN401 - types have no type
    """Return the schema that is meant: `Review`, `models.Review`, `list[Review]`, a short form.

    Raises:
        CellError: It is one word that names neither a variable nor a type.
        SchemaError: It cannot be read; a caret stands below the place.
    """
    if text.strip().startswith("{") and '"' in text:
        try:
            return json.loads(text)
        except ValueError as error:
            raise failure(
                text, getattr(error, "pos", 0), f"this is no JSON: {error}", _JSON
            ) from error
    meant = _meant(text, variables) if _NAME.fullmatch(text) else None
    if meant is not None:
        return meant
    if not _NAME.fullmatch(text) or text.lower() in WORDS:
        found = {name: _meant(name, variables) for name in _NAME.findall(text)}
        types = {name: kind for name, kind in found.items() if _is_type(kind)}
        types = {name: kind for name, kind in types.items() if name.lower() not in WORDS}
        return type_of_short(text, types) if types else text
    known = [name for name, value in variables.items() if may_be_schema(value)]
    raise CellError(
        f"--schema {text!r} is no variable",
        hint=suggestion(text, known) if known else 'a type, or "name: str, price: float"',
    )


def _meant(name: str, variables: Mapping[str, object]) -> Any:  # noqa: ANN401
    """Return what a name stands for, also within a module or a class; None if nothing."""
    first, *rest = name.split(".")
    found = variables.get(first)
    with suppress(Exception):  # a property of the reader's may raise anything
        for step in rest:
            found = getattr(found, step)
        return found
    return None


def _is_type(value: object) -> bool:
    """Return whether a word of a short form means this: a class, or what typing makes of some."""
    is_named = type(value).__name__ in {"NewType", "TypeAliasType"}  # which came with Python 3.12
    return isinstance(value, type) or get_origin(value) is not None or is_named


def may_be_schema(value: object) -> bool:
    """Return whether to offer a variable as a schema: records, enums and JSON schemas."""
    is_enum = isinstance(value, type) and hasattr(value, "__members__")
    is_document = isinstance(value, dict) and isinstance(value.get("type"), str)
    is_document = is_document and bool({"properties", "items", "enum"} & value.keys())  # type: ignore[attr-defined]
    return is_record(value) or is_enum or is_document

"""The schema that a word on a magic line names: a variable, a type, or a short form (pure)."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from qwen_magic.conversation.schema.fields import is_record
from qwen_magic.conversation.schema.short import WORDS, type_of_short
from qwen_magic.conversation.schema.tokens import failure
from qwen_magic.errors import CellError
from qwen_magic.responses.nearest import suggestion

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["may_be_schema", "schema_named"]

_JSON = "names stand in double quotes, and braces are closed; types and short forms need none"
_NAME = re.compile(r"[^\W\d]\w*")


def schema_named(text: str, variables: Mapping[str, object]) -> Any:  # noqa: ANN401 - types have no type
    """Return the schema that is meant.

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
    if not _NAME.fullmatch(text) or (text not in variables and text.lower() in WORDS):
        found = dict.fromkeys(_NAME.findall(text))
        types = {name: variables[name] for name in found if _is_type(variables.get(name))}
        types = {name: kind for name, kind in types.items() if name.lower() not in WORDS}
        return type_of_short(text, types) if types else text
    if text not in variables:
        known = [name for name, value in variables.items() if may_be_schema(value)]
        raise CellError(
            f"--schema {text!r} is no variable",
            hint=suggestion(text, known) if known else 'a type, or "name: str, price: float"',
        )
    return variables[text]


def _is_type(value: object) -> bool:
    return not isinstance(value, dict) and may_be_schema(value)


def may_be_schema(value: object) -> bool:
    """Return whether to offer a variable as a schema: records, enums and JSON schemas."""
    is_enum = isinstance(value, type) and hasattr(value, "__members__")
    is_document = isinstance(value, dict) and isinstance(value.get("type"), str)
    is_document = is_document and bool({"properties", "items", "enum"} & value.keys())  # type: ignore[attr-defined]
    return is_record(value) or is_enum or is_document

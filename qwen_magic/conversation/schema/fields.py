"""What a class says about its fields: their hints, their names in JSON, and words about them (pure)."""

from __future__ import annotations

import ast
import inspect
from dataclasses import dataclass, is_dataclass
from itertools import pairwise
from typing import Any, get_type_hints, is_typeddict

import msgspec

from qwen_magic.conversation.schema.sources import class_body
from qwen_magic.conversation.tools.docstrings import described

__all__ = ["Field", "about", "fields_of", "is_record"]


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a class: its type, and what the class says about it."""

    hint: Any
    about: str = ""


def is_record(kind: object) -> bool:
    """Return whether a type is a class with fields of its own."""
    return isinstance(kind, type) and (
        is_dataclass(kind)
        or is_typeddict(kind)
        or issubclass(kind, msgspec.Struct)
        or (issubclass(kind, tuple) and hasattr(kind, "_fields"))
        or hasattr(kind, "model_fields")  # pydantic's
    )


def about(kind: Any) -> str:  # noqa: ANN401 - any class
    """Return the text of a class's own docstring, without its sections."""
    return described(_docstring(kind)).text


def fields_of(kind: Any) -> dict[str, Field]:  # noqa: ANN401
    """Return a class's fields by their names in JSON; none if its hints cannot be looked up.

    What `Attributes:` in its docstring says counts before a docstring below a field.
    """
    try:
        hints = get_type_hints(kind, include_extras=True)
    except Exception:  # noqa: BLE001 - a hint in quotes may hold any expression
        return {}
    said = {**_docstrings_below(kind), **described(_docstring(kind)).parameters}
    names = _names(kind)
    return {
        names.get(name, name): Field(hint, said.get(name, ""))
        for name, hint in hints.items()
        if not name.startswith("__")
    }


def _docstring(kind: Any) -> str:  # noqa: ANN401
    """Return the docstring that the class's author wrote, not what a decorator put there."""
    written = vars(kind).get("__doc__") or "" if isinstance(kind, type) else ""
    name = getattr(kind, "__name__", "")
    return "" if written.startswith(f"{name}(") else inspect.cleandoc(written)


def _names(kind: Any) -> dict[str, str]:  # noqa: ANN401
    """Return how fields are called in JSON, where that differs."""
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return {field.name: field.encode_name for field in msgspec.structs.fields(kind)}
    found = getattr(kind, "model_fields", {})
    return {name: str(getattr(field, "alias", None) or name) for name, field in found.items()}


def _docstrings_below(kind: Any) -> dict[str, str]:  # noqa: ANN401
    """Return the strings that stand below fields in a class's source, by the fields' names."""
    body = class_body(kind)
    return {
        field.target.id: " ".join(words.value.value.split())
        for field, words in pairwise(body)
        if isinstance(field, ast.AnnAssign)
        and isinstance(field.target, ast.Name)
        and isinstance(words, ast.Expr)
        and isinstance(words.value, ast.Constant)
        and isinstance(words.value.value, str)
    }

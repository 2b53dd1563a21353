"""The words of a short form that stand for types, alone or with others in brackets (pure)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Literal, Optional, TypeAlias
from uuid import UUID

from qwen_magic.conversation.tools.hints import union

__all__ = ["CHINESE", "GENERICS", "WORDS"]

Make: TypeAlias = Callable[[tuple[Any, ...]], Any]

WORDS: dict[str, Any] = {
    "str": str,
    "string": str,
    "text": str,
    "int": int,
    "integer": int,
    "float": float,
    "number": float,
    "bool": bool,
    "boolean": bool,
    "date": date,
    "datetime": datetime,
    "time": time,
    "decimal": Decimal,
    "uuid": UUID,
}
"""The words that stand for types."""

CHINESE: dict[str, Any] = {
    **dict.fromkeys(("文本", "字符串", "文字"), str),
    **dict.fromkeys(("整数",), int),
    **dict.fromkeys(("小数", "数字", "浮点数"), float),
    **dict.fromkeys(("布尔", "是否"), bool),
    "日期": date,
    "时间": time,
}
"""More of them, which errors do not list."""


def _only(make: Callable[[Any], Any]) -> Make:
    """Return what takes one type in its brackets."""

    def made(members: tuple[Any, ...]) -> Any:  # noqa: ANN401 - types have no type
        if len(members) != 1 or members == (...,):
            raise ValueError("one type stands in these brackets")
        return make(members[0])

    return made


def _dict(members: tuple[Any, ...]) -> Any:  # noqa: ANN401
    if len(members) != 2 or members[0] is not str:  # noqa: PLR2004 - keys and values
        raise ValueError("a dict has texts as its keys: dict[str, float]")
    return dict.__class_getitem__(members)


def _tuple(members: tuple[Any, ...]) -> Any:  # noqa: ANN401
    if ... in members and (len(members) != 2 or members[1] is not ...):  # noqa: PLR2004 - as Python has it
        raise ValueError("… follows one type: tuple[int, ...]")
    return tuple.__class_getitem__(members)


def _union(members: tuple[Any, ...]) -> Any:  # noqa: ANN401
    if ... in members:
        raise ValueError("types stand in these brackets")
    return union(members)


def _literal(members: tuple[Any, ...]) -> Any:  # noqa: ANN401
    if not members:
        raise ValueError("values stand in these brackets")
    return Literal.__getitem__(members)


GENERICS: dict[str, Make] = {
    **dict.fromkeys(("list", "sequence", "iterable"), _only(list.__class_getitem__)),
    "set": _only(set.__class_getitem__),
    "frozenset": _only(frozenset.__class_getitem__),
    "optional": _only(lambda member: Optional[member]),  # noqa: UP045 - of any type
    **dict.fromkeys(("dict", "mapping"), _dict),
    "tuple": _tuple,
    "union": _union,
    "literal": _literal,
}
"""The words with brackets behind them: what makes a type of what stands there, or a ValueError."""

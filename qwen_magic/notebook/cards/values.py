"""A value of JSON as a small tree or table: records as rows, anything else field by field (pure)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypeGuard

from qwen_magic.conversation.chains.tree import counted
from qwen_magic.notebook.cards.wording import cut, line
from qwen_magic.notebook.markdown.escapes import escape, escape_markdown, strip_controls

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["growing_value", "value_html", "value_markdown", "value_plain"]

_ROWS = 50
_COLUMNS = 20
_DEPTH = 4
_TEXT = 2_000  # characters of one text
_SHORT = 30  # characters of a word that stands beside others in a line
_CELL = "text-align:left;vertical-align:top"
_LIST = "margin:0;padding:0 0 0 1.3em"
_WORDS = "white-space:pre-wrap;overflow-wrap:anywhere"


def growing_value(text: str) -> Any:  # noqa: ANN401 - any JSON value
    """Return as much of a JSON text as has arrived; None if nothing of it can be shown yet."""
    import jiter

    begun = text.lstrip().removeprefix("```json").removeprefix("```").lstrip()
    try:
        return jiter.from_json(begun.encode(errors="replace"), partial_mode="trailing-strings")
    except ValueError:
        return None


def value_html(value: object, depth: int = 0) -> str:
    """Return the value as HTML."""
    if _are_records(value):
        return _table_html(value)
    if isinstance(value, dict) and value and depth < _DEPTH:
        rows = (
            f'<tr><th style="{_CELL}">{escape(line(str(name)))}</th>'
            f'<td style="{_CELL}">{value_html(found, depth + 1)}</td></tr>\n'
            for name, found in list(value.items())[:_ROWS]
        )
        return f"<table>\n{''.join(rows)}{_more_rows(len(value))}</table>\n"
    if isinstance(value, list) and value and depth < _DEPTH:
        return _list_html(value, depth)
    return _scalar_html(value)


def value_markdown(value: object) -> str:
    """Return the value as Markdown; what is nested shows as JSON."""
    if _are_records(value):
        names = _names(value)
        rows = [[_cell_markdown(row.get(name, "")) for name in names] for row in value[:_ROWS]]
        more = [f"\n*{_left(len(value))}*"] if len(value) > _ROWS else []
        return "\n".join([*_grid([escape_markdown(line(n)) for n in names], rows), *more])
    if isinstance(value, dict) and value:
        shown = list(value.items())[:_ROWS]
        pairs = [[escape_markdown(line(str(n))), _cell_markdown(found)] for n, found in shown]
        return "\n".join(_grid(["field", "value"], pairs))
    if isinstance(value, list) and value:
        return "\n".join(f"- {_cell_markdown(found)}" for found in value[:_ROWS])
    return _cell_markdown(value)


def value_plain(value: object) -> str:
    """Return the value as plain text."""
    if _are_records(value):
        names = _names(value)
        rows = [[_said(row.get(name, "")) for name in names] for row in value[:_ROWS]]
        more = [_left(len(value))] if len(value) > _ROWS else []
        return "\n".join([*_grid([line(n) for n in names], rows), *more])
    if isinstance(value, dict) and value:
        return "\n".join(f"{line(str(n))}: {_said(v)}" for n, v in list(value.items())[:_ROWS])
    if isinstance(value, list) and value:
        return "\n".join(f"- {_said(found)}" for found in value[:_ROWS])
    return _said(value)


def _are_records(value: object) -> TypeGuard[list[dict[str, Any]]]:
    """Return whether it is a list of objects without anything nested in them."""
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(row, dict) and row for row in value)
        and all(not isinstance(v, dict | list) for row in value for v in row.values())
    )


def _names(rows: Iterable[dict[str, Any]]) -> list[str]:
    return list(dict.fromkeys(name for row in rows for name in row))[:_COLUMNS]


def _table_html(rows: Sequence[dict[str, Any]]) -> str:
    names = _names(rows)
    head = "".join(f'<th style="{_CELL}">{escape(line(name))}</th>' for name in names)
    body = "".join(
        f"<tr>{''.join(_td(row, name) for name in names)}</tr>\n" for row in rows[:_ROWS]
    )
    return (
        f"<table>\n<thead>\n<tr>{head}</tr>\n</thead>\n"
        f"<tbody>\n{body}{_more_rows(len(rows))}</tbody>\n</table>\n"
    )


def _td(row: dict[str, Any], name: str) -> str:
    return f'<td style="{_CELL}">{_scalar_html(row[name]) if name in row else ""}</td>'


def _more_rows(length: int) -> str:
    left = _left(length)
    return f'<tr><td style="{_CELL}">{left}</td></tr>\n' if left else ""


def _left(length: int) -> str:
    return f"… {counted(length - _ROWS, 'more row')}" if length > _ROWS else ""


def _list_html(value: Sequence[object], depth: int) -> str:
    if all(isinstance(v, str) and len(v) <= _SHORT and "\n" not in v for v in value[:_ROWS]):
        words = " ".join(f"<code>{escape(str(found))}</code>" for found in value[:_ROWS])
        return f"{words} {_left(len(value))}".rstrip()
    items = "".join(f"<li>{value_html(found, depth + 1)}</li>\n" for found in value[:_ROWS])
    return f'<ul style="{_LIST}">\n{items}</ul>\n{_left(len(value))}'


def _scalar_html(value: object) -> str:
    if isinstance(value, str):
        return f'<span style="{_WORDS}">{escape(cut(value, _TEXT))}</span>'
    return f"<code>{escape(_json(value))}</code>"


def _said(value: object) -> str:
    text = value if isinstance(value, str) else _json(value)
    return strip_controls(cut(text, _TEXT)).replace("\n", " ")


def _cell_markdown(value: object) -> str:
    return escape_markdown(_said(value))


def _json(value: object) -> str:
    return cut(json.dumps(value, ensure_ascii=False, default=str), _TEXT)


def _grid(names: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    lines = [names, ["---"] * len(names), *rows]
    return [f"| {' | '.join(cells)} |" for cells in lines]

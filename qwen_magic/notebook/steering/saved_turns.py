"""A notebook's file → the turns that its cells keep (pure).

A turn's identity is in the output's metadata, its question in the cell's source, its answer in the
output's text. The question is as it was written, before `{{name}}` was filled in. Whatever is
damaged or missing is left out, and never raises.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, cast

import msgspec

from qwen_magic.conversation.chains.recognition import Asker, digest_of_source, given_name
from qwen_magic.conversation.chains.resuming import Saved
from qwen_magic.errors import CellError, QwenError
from qwen_magic.notebook.cards.html import line_html
from qwen_magic.notebook.magics.cell import Cell, parse_cell
from qwen_magic.responses import lenient
from qwen_magic.responses.response import Usage

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from qwen_magic.conversation.turn.turn import Status

__all__ = ["answer_in", "questions_in", "saved_turns"]

_STATUSES = ("completed", "incomplete", "failed", "cancelled")
_MOST = 2**31
_MAGIC = re.compile(r"[^\S\n]*%qwen(?![\w?])[^\S\n]*(.*)")
_ASKS = re.compile(r"%qwen(?![\w?])|_magic\(")
_CELL_MAGIC = re.compile(r"%%qwen(?![\w?])(.*)")
_REASONING = re.compile(r"> \*\*Reasoning\b|│")
_TOOL = re.compile(r"\+ |• ")
_LINE = re.compile(r"\*[^\n]*\*")
_SOURCES = re.compile(r"Sources · \d[^\n]*\n(?:\[\d+\]|•) ")
_LISTED = re.compile(r"\*Sources · \d[^\n]*\*")
_NOTE = line_html("\n").partition("\n")[0]  # how a line beside the answer begins


def saved_turns(content: bytes) -> tuple[Saved, ...]:
    """Return the turns of a notebook's file, in the file's order.

    Raises:
        CellError: The file is not a notebook.
    """
    try:
        document = lenient.load(content)
    except ValueError:
        document = None
    if not isinstance(document, dict) or not isinstance(document.get("cells"), list):
        raise CellError("the file is no notebook", hint="name one: %qwen_chain --resume FILE.ipynb")
    found, names = list[Saved](), set[str]()
    for cell in lenient.objects(document, "cells"):
        asker = Asker(_word(cell.get("id")), digest_of_source(_text(cell.get("source"))))
        names.add(name := asker.id or given_name(asker, names))
        found += [
            msgspec.structs.replace(turn, cell=name, source=asker.source) for turn in _turns(cell)
        ]
    return tuple(found)


def questions_in(source: str) -> tuple[Cell, ...]:
    """Return the questions that a cell asks, as far as its source shows."""
    first, _, body = source.lstrip("\n").partition("\n")
    if found := _CELL_MAGIC.fullmatch(first):
        return (_question(found[1], body),)
    lines = () if first.startswith("%%") else map(_MAGIC.fullmatch, source.split("\n"))
    return tuple(_question(found[1], None) for found in lines if found and found[1].strip())


def answer_in(data: Mapping[str, Any], *, closing: int = 1) -> str:
    """Return the answer in an output, without the lines above and below it.

    Args:
        data: The output's texts, by their MIME types.
        closing: The number of lines below the answer.
    """
    written = _text(data.get("text/markdown")) or _text(data.get("text/plain"))
    blocks = written.strip("\n").split("\n\n")
    del blocks[: _notes(_text(data.get("text/html")))]
    while blocks and (_REASONING.match(blocks[0]) or _TOOL.match(blocks[0])):
        del blocks[0]
    if "text/markdown" not in data:
        return "\n\n".join(_without_sources(blocks[:-1]))
    while closing and blocks and _LINE.fullmatch(blocks[-1]):
        closing -= 1
        del blocks[-1]
    return "\n\n".join(_without_sources(blocks))


def _without_sources(blocks: list[str]) -> list[str]:
    """Leave out the list of sources: in Markdown a line and a list, in plain text one block."""
    if blocks and _SOURCES.match(blocks[-1]):
        return blocks[:-1]
    return blocks[:-2] if len(blocks) > 1 and _LISTED.fullmatch(blocks[-2]) else blocks


def _turns(cell: Mapping[str, Any]) -> Iterator[Saved]:
    source = _text(cell.get("source"))
    outputs = [found for found in lenient.objects(cell, "outputs") if _is_turn(found)]
    if not _ASKS.search(source):  # a `Turn` that a cell shows belongs to another chain
        return
    asked = questions_in(source)
    known = asked if len(asked) == len(outputs) else (Cell(""),) * len(outputs)
    run = lenient.integer(cell, "execution_count") or 0
    for ask, (question, output) in enumerate(zip(known, outputs, strict=True), 1):
        turn = _turn(_metadata(output), question, _object(output.get("data")))
        yield msgspec.structs.replace(turn, ask=ask, run=min(run, _MOST))


def _turn(told: Mapping[str, Any], question: Cell, data: Mapping[str, Any]) -> Saved:
    status, number = told.get("status"), lenient.integer(told, "number") or 1
    before, system = told.get("previous_response_id"), question.options.get("system")
    return Saved(
        prompt="" if "messages" in question.options else question.text,
        text=answer_in(data, closing=1 + (status == "incomplete")),
        system=system if isinstance(system, str) else None,
        status=cast("Status", status) if status in _STATUSES else "failed",
        response_id=_word(told.get("response_id")),
        previous_response_id=_word(before) or None,
        model=_word(told.get("model")),
        usage=_usage(told.get("usage")),
        chain=_word(told.get("chain")).strip() or "main",
        number=max(1, min(number, _MOST)),
    )


def _is_turn(output: Mapping[str, Any]) -> bool:
    return output.get("output_type") != "execute_result" and bool(_metadata(output))


def _metadata(output: Mapping[str, Any]) -> Mapping[str, Any]:
    return _object(_object(output.get("metadata")).get("qwen_magic"))


def _question(line: str, body: str | None) -> Cell:
    try:
        return parse_cell(line.strip(), body)
    except QwenError:  # another version may have had other options
        return Cell((body or "").removesuffix("\n"))


def _notes(html: str) -> int:
    """Return the number of lines above the answer; Markdown shows them like the model's italics."""
    count = 0
    while html.startswith(_NOTE):
        count, html = count + 1, html.partition("\n")[2]
    return count


def _usage(value: object) -> Usage | None:
    try:
        return msgspec.convert(value, Usage | None)
    except msgspec.ValidationError:
        return None


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    """Return a text; the notebook's format may keep it as a list of lines."""
    if isinstance(value, str):
        return value
    lines: Sequence[object] = value if isinstance(value, list) else ()
    return "".join(found for found in lines if isinstance(found, str))


def _word(value: object) -> str:
    return value if isinstance(value, str) else ""

"""What the items of a turn say to the reader (pure)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qwen_magic.responses.items import FunctionCall, Message, Reasoning

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qwen_magic.responses.items import Item

__all__ = ["code_of", "fences_of", "text_of", "thoughts_of"]


def text_of(items: Iterable[Item]) -> str:
    """Return the answer, in Markdown; after each call of ours, a new paragraph begins."""
    paragraphs = [""]
    for item in items:
        if isinstance(item, Message):
            paragraphs[-1] += "".join(part.text for part in item.content)
        elif isinstance(item, FunctionCall) and item.output is not None and paragraphs[-1]:
            paragraphs.append("")
    return "\n\n".join(filter(None, paragraphs))


def thoughts_of(items: Iterable[Item]) -> str:
    """Return what the model said about its reasoning."""
    return "".join(text for item in items for text in _thoughts(item))


def code_of(text: str) -> tuple[str, ...]:
    """Return an answer's fenced code blocks, in order."""
    return tuple(code for _, code in fences_of(text))


def fences_of(text: str) -> tuple[tuple[str, str], ...]:
    """Return an answer's fenced code blocks, each with what stands behind its fence."""
    from markdown_it import MarkdownIt

    tokens = MarkdownIt("commonmark").parse(text)
    return tuple((token.info, token.content) for token in tokens if token.type == "fence")


def _thoughts(item: Item) -> tuple[str, ...]:
    match item:
        case Reasoning():
            return (*item.summary, *item.content)
        case Message():
            return (item.thought,)
        case _:
            return ()

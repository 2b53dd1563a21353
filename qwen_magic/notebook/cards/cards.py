"""Cards: what a view shows of an item, as plain values (pure).

Each item type has one function here, and every view draws all cards alike. Nothing is escaped
yet. Whoever draws a card escapes it, because a terminal needs other care than a browser.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from qwen_magic.conversation.chains.tree import counted
from qwen_magic.conversation.turn.output import item_of
from qwen_magic.conversation.turn.sources import cited
from qwen_magic.notebook.cards.calls import call_state, function, mcp_approval, mcp_call
from qwen_magic.notebook.cards.citing import message_marks
from qwen_magic.notebook.cards.parts import (
    Code,
    Drawn,
    Note,
    Part,
    State,
    Words,
    as_json,
    as_links,
    as_logs,
    as_note,
    labelled,
)
from qwen_magic.notebook.cards.wording import (
    address,
    cut,
    line,
    loaded,
    pretty,
    quoted,
    scope,
    unfenced,
)
from qwen_magic.responses import items, lenient

if TYPE_CHECKING:
    from collections.abc import Callable

    from qwen_magic.conversation.turn.turn import Turn
    from qwen_magic.notebook.cards.citing import Mark

__all__ = ["Card", "card", "card_at", "cards"]

_RESULTS = 10
_PASSAGE = 600
_FAILED = frozenset({"failed", "error"})
_CUT = frozenset({"incomplete", "failed", "cancelled"})
_TRACEBACK = "Traceback (most recent call last)"
_IMAGE = re.compile(r"!\[([^\]\n]{0,200})\]\(<?([^\s()<>]{1,4000})>?\)")
_PLACEHOLDER = "web search"  # what the service says when it does not tell the query


@dataclass(frozen=True, slots=True)
class Card:
    """What the reader sees of one item.

    Attributes:
        title: What it is, in a few words.
        kind: An `answer` is always open; the others can fold behind their heading.
    """

    title: str
    state: State
    parts: tuple[Part, ...] = ()
    kind: Literal["answer", "reasoning", "tool", "sources"] = "tool"

    @property
    def is_busy(self) -> bool:
        """Whether more of it may come."""
        return self.state in {"running", "waiting for approval"}

    @property
    def heading(self) -> str:
        """The title, and the state if the title does not tell it."""
        told = self.state == "done" or (self.state == "running" and self.kind == "reasoning")
        return self.title if told else f"{self.title} · {self.state}"


def cards(turn: Turn) -> tuple[Card, ...]:
    """Return a card for each item of the turn, even if it has nothing to show yet."""
    return tuple(card_at(turn, number) for number in range(len(turn.output)))


def card_at(turn: Turn, number: int) -> Card:
    """Return the card of one item of the turn."""
    slot = turn.output[number]
    item = item_of(slot)
    done: bool | None = slot.done
    if number + 1 < len(turn.output) and isinstance(item, items.Message | items.Reasoning):
        done = True  # not every server tells when a text ends, but texts come one after another
    elif slot.done and turn.status in _CUT:
        done = None  # closed by its own end, or only by the turn's
    drawn = card(item, live=not turn.ended, done=done)
    if not isinstance(item, items.Message):
        return drawn
    is_cited = any(part.annotations for part in item.content)
    placed = message_marks(item, cited(turn.output)) if is_cited else ()
    within = (turn.chain, turn.number, turn.prompt, number)
    return replace(drawn, parts=tuple(_words(part, placed, within) for part in drawn.parts))


def card(item: items.Item, *, live: bool = False, done: bool | None = None) -> Card:
    """Return the card of an item, without citations, which are numbered in all of a turn.

    Args:
        item: What the model produced, as far as it has arrived.
        live: More of the turn may arrive.
        done: Whether the item is whole, if that is known; if not, its status tells.
    """
    title, parts = _CARDS[type(item)](item)
    drawn = Card(title, _state(item, live=live, done=done), parts)
    match item:
        case items.Message():
            return replace(drawn, kind="answer")
        case items.Reasoning():
            title = "Thinking…" if drawn.state == "running" else title
            return replace(drawn, title=title, kind="reasoning")
        case _:
            return drawn


def _state(item: items.Item, *, live: bool, done: bool | None) -> State:
    if isinstance(item, items.FunctionCall | items.McpApprovalRequest) and (
        told := call_state(item, live=live)
    ):
        return told
    erred = isinstance(item, items.McpCall | items.McpListTools) and item.error
    if erred or item.status in _FAILED:
        return "failed"
    if item.status == "completed" or (done and item.status != "incomplete"):
        return "done"
    if live and not done:
        return "running"
    return "done" if done is None and not item.status else "stopped"


def _message(item: items.Message) -> Drawn:
    said = "".join(part.text for part in item.content)
    refusal = "".join(part.refusal for part in item.content)
    words = (Words(said),) if said.strip() else ()
    refused = as_note(f"The model refused: {line(refusal, 600)}" if refusal else "")
    return "Answer", (*words, *refused)


def _words(part: Part, placed: tuple[Mark, ...], within: tuple[object, ...]) -> Part:
    """Return a part of an answer; its words with citations, and a scope for footnotes."""
    if not isinstance(part, Words):
        return part
    return replace(part, marks=placed, scope=scope(*within) if "[^" in part.text else "")


def _reasoning(item: items.Reasoning) -> Drawn:
    thoughts = "\n\n".join(dict.fromkeys((*item.summary, *item.content)))
    return "Reasoning", (Words(thoughts),) if thoughts.strip() else ()


def _web_search(item: items.WebSearchCall) -> Drawn:
    queries = [q for q in item.queries if q.strip().lower() not in {"", _PLACEHOLDER}]
    title = f"Web search: {quoted(queries)}" if queries else "Web search"
    return title, as_links((address(url), url) for url in item.sources)


def _web_extractor(item: items.WebExtractorCall) -> Drawn:
    urls = tuple(dict.fromkeys(item.urls))
    found = as_links((address(url), url) for url in urls)
    title = f"Read {counted(len(urls), 'page')}" if urls else "Read a page"
    return title, (*found, *as_note(line(item.goal, 300)), *as_logs(item.output))


def _code_interpreter(item: items.CodeInterpreterCall) -> Drawn:
    logs = "\n".join(filter(None, (unfenced(output.logs) for output in item.outputs)))
    drawn = [(label or "image", url) for label, url in _IMAGE.findall(logs)]
    drawn += [("image", output.url) for output in item.outputs if output.url]
    code = (Code(cut(item.code), "python"),) if item.code.strip() else ()
    title = "Python code: error" if _TRACEBACK in logs else "Python code"
    printed = as_logs(_IMAGE.sub("", logs).strip("\n"))
    return title, (*code, *labelled("Output", printed), *as_links(drawn))


def _image_search(item: items.ImageSearchCall) -> Drawn:
    asked = loaded(item.arguments)
    words = lenient.strings(asked, "queries") if isinstance(asked, dict) else ()
    by_image = item.type == "image_search_call"
    title = "Image search by image" if by_image else "Image search"
    arguments = () if words else as_json(item.arguments)
    return f"{title}: {quoted(words)}" if words else title, (*arguments, *_images(item.output))


def _images(output: str) -> tuple[Part, ...]:
    """Return the images that a search found; its output is a JSON text."""
    found = lenient.objects({"images": loaded(output)}, "images")
    pairs = [(lenient.text(one, "title"), lenient.text(one, "url")) for one in found]
    named = [(line(title) or address(url), url) for title, url in pairs if url]
    return as_links(named) or as_logs(output)


def _mcp_list_tools(item: items.McpListTools) -> Drawn:
    title = f"MCP server {line(item.server_label)}".rstrip()
    tools = f"{title}: {counted(len(item.tools), 'tool')}" if item.tools else f"{title}: its tools"
    return tools, (*as_note(line(item.error, 600)), *as_note(line(", ".join(item.tools), 600)))


def _file_search(item: items.FileSearchCall) -> Drawn:
    parts: list[Part] = []
    for result in item.results[:_RESULTS]:
        score = "" if result.score is None else f" · {result.score:.2f}"
        parts.append(Note(f"{line(result.filename) or 'a file'}{score}"))
        parts += as_logs(result.text, _PASSAGE)
    left = len(item.results) - _RESULTS
    more = as_note(f"… {counted(left, 'more result')}" if left > 0 else "")
    queries = quoted(tuple(dict.fromkeys(item.queries)))
    return f"File search: {queries}" if queries else "File search", (*parts, *more)


def _other(item: items.OtherItem) -> Drawn:
    known = {"type", "id", "status"}
    fields = {name: value for name, value in item.fields.items() if name not in known}
    title = line(item.type.replace("_", " ")).capitalize() or "Unknown item"
    return title, (Code(pretty(fields), "json"),) if fields else ()


_CARDS: dict[type[items.Item], Callable[[Any], Drawn]] = {
    items.Message: _message,
    items.Reasoning: _reasoning,
    items.FunctionCall: function,
    items.WebSearchCall: _web_search,
    items.WebExtractorCall: _web_extractor,
    items.CodeInterpreterCall: _code_interpreter,
    items.ImageSearchCall: _image_search,
    items.McpCall: mcp_call,
    items.McpListTools: _mcp_list_tools,
    items.McpApprovalRequest: mcp_approval,
    items.FileSearchCall: _file_search,
    items.OtherItem: _other,
}

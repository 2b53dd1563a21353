"""Cards: what a view shows of an item, as plain values (pure).

Each item type has one function here, and every view draws all cards alike. Nothing is escaped
yet. Whoever draws a card escapes it, because a terminal needs other care than a browser.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from qwen_magic.conversation.chains.tree import counted
from qwen_magic.conversation.turn.sources import cited
from qwen_magic.notebook.cards.calls import call_state, function, mcp_approval, mcp_call
from qwen_magic.notebook.cards.citing import message_marks
from qwen_magic.notebook.cards.parts import Code, Drawn, Part, State, Words, as_note
from qwen_magic.notebook.cards.served import (
    code_interpreter,
    file_search,
    image_search,
    web_extractor,
    web_search,
)
from qwen_magic.notebook.cards.shaped import is_misfit, shaped_parts
from qwen_magic.notebook.cards.wording import line, pretty, scope
from qwen_magic.responses import items

if TYPE_CHECKING:
    from collections.abc import Callable

    from qwen_magic.conversation.turn.turn import Turn
    from qwen_magic.notebook.cards.citing import Mark

__all__ = ["Card", "card", "card_at", "cards", "stacked"]

_FAILED = frozenset({"failed", "error"})
_CUT = frozenset({"incomplete", "failed", "cancelled"})
_THINKING = "Thinking…"


Kind: TypeAlias = Literal["answer", "reasoning", "tool", "sources"]


@dataclass(frozen=True, slots=True)
class Card:
    """What the reader sees of one item.

    Attributes:
        title: What it is, in a few words.
        kind: An `answer` is always open; the others can fold behind their heading.
        before: A card that stands above this one: thoughts that came in the answer's text.
    """

    title: str
    state: State
    parts: tuple[Part, ...] = ()
    kind: Kind = "tool"
    before: Card | None = None

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


def stacked(card: Card) -> tuple[Card, ...]:
    """Return a card below the one that stands before it, if there is one."""
    return (card.before, card) if card.before else (card,)


def card_at(turn: Turn, number: int) -> Card:
    """Return the card of one item of the turn."""
    slot = turn.output[number]
    item = turn.item(number)
    done: bool | None = slot.done
    if number + 1 < len(turn.output) and isinstance(item, items.Message | items.Reasoning):
        done = True  # not every server tells when a text ends, but texts come one after another
    elif slot.done and turn.status in _CUT:
        done = None  # closed by its own end, or only by the turn's
    drawn = card(item, live=not turn.ended, done=done)
    if turn.shaped and (found := shaped_parts(item, turn.shaped)):
        kind: Kind = "tool" if is_misfit(item, turn.shaped) else "answer"
        return replace(drawn, title=found[0], parts=found[1], kind=kind)
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
            before = _thought(item, is_thinking=drawn.state == "running" and not parts)
            return replace(drawn, kind="answer", before=before)
        case items.Reasoning():
            title = _THINKING if drawn.state == "running" else title
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


def _thought(item: items.Message, *, is_thinking: bool) -> Card | None:
    """Return the thoughts that came in an answer's text, if there are any."""
    if not item.thought:
        return None
    parts = (Words(item.thought),)
    if is_thinking:
        return Card(_THINKING, "running", parts, "reasoning")
    return Card("Reasoning", "done", parts, "reasoning")


def _reasoning(item: items.Reasoning) -> Drawn:
    thoughts = "\n\n".join(dict.fromkeys((*item.summary, *item.content)))
    return "Reasoning", (Words(thoughts),) if thoughts.strip() else ()


def _mcp_list_tools(item: items.McpListTools) -> Drawn:
    title = f"MCP server {line(item.server_label)}".rstrip()
    tools = f"{title}: {counted(len(item.tools), 'tool')}" if item.tools else f"{title}: its tools"
    return tools, (*as_note(line(item.error, 600)), *as_note(line(", ".join(item.tools), 600)))


def _other(item: items.OtherItem) -> Drawn:
    known = {"type", "id", "status"}
    fields = {name: value for name, value in item.fields.items() if name not in known}
    title = line(item.type.replace("_", " ")).capitalize() or "Unknown item"
    return title, (Code(pretty(fields), "json"),) if fields else ()


_CARDS: dict[type[items.Item], Callable[[Any], Drawn]] = {
    items.Message: _message,
    items.Reasoning: _reasoning,
    items.FunctionCall: function,
    items.WebSearchCall: web_search,
    items.WebExtractorCall: web_extractor,
    items.CodeInterpreterCall: code_interpreter,
    items.ImageSearchCall: image_search,
    items.McpCall: mcp_call,
    items.McpListTools: _mcp_list_tools,
    items.McpApprovalRequest: mcp_approval,
    items.FileSearchCall: file_search,
    items.OtherItem: _other,
}

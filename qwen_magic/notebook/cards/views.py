"""A turn as a MIME bundle: HTML, plain text and Markdown, with its identity beside it (pure).

The data has no ids, times or durations: the same answer gives the same data in every run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qwen_magic.notebook.cards.cards import cards, stacked
from qwen_magic.notebook.cards.footer import ending, footer, hint, place_notes
from qwen_magic.notebook.cards.html import card_html, ending_html, line_html
from qwen_magic.notebook.cards.sources import sources_card
from qwen_magic.notebook.cards.text import card_markdown, card_plain, line_markdown, stack
from qwen_magic.notebook.markdown.escapes import strip_controls

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from qwen_magic.conversation.turn.turn import Turn
    from qwen_magic.notebook.cards.cards import Card

__all__ = ["bundle", "transcript"]


def bundle(
    turn: Turn,
    *,
    notes: tuple[str, ...] = (),
    seconds: float | None = None,
    show_reasoning: bool = True,
    opened: Container[int] = (),
) -> tuple[dict[str, str], dict[str, Any]]:
    """Return the turn, growing or ended, as `(data, metadata)` for a display.

    Args:
        turn: The turn as it stands.
        notes: Lines above the answer.
        seconds: How long the turn took; metadata only.
        show_reasoning: Whether the model's reasoning is part of the view.
        opened: The numbers of the items that stay unfolded though the turn has ended.
    """
    shown = _shown(turn, show_reasoning=show_reasoning)
    drawn = [card for _, card in shown]
    notes = (*notes, *place_notes(turn))
    data = {
        "text/html": _html(turn, shown, notes, opened),
        "text/plain": _plain(turn, drawn, notes),
        "text/markdown": _markdown(turn, drawn, notes),
    }
    return data, {"qwen_magic": _metadata(turn, seconds)}


def transcript(turn: Turn, *, notes: tuple[str, ...] = (), show_reasoning: bool = True) -> str:
    """Return the turn as plain text: reasoning, tool calls, answer, footer."""
    shown = _shown(turn, show_reasoning=show_reasoning)
    return _plain(turn, [card for _, card in shown], notes)


def _shown(turn: Turn, *, show_reasoning: bool) -> list[tuple[int, Card]]:
    """Return the cards that have something to show, with their items' numbers."""
    drawn = ((n, card) for n, found in enumerate(cards(turn)) for card in stacked(found))
    shown = [
        (number, card)
        for number, card in drawn
        if (card.parts or card.kind == "tool") and (show_reasoning or card.kind != "reasoning")
    ]
    listed = sources_card(turn)
    return [*shown, (len(turn.output), listed)] if listed else shown


def _closing(turn: Turn) -> list[str]:
    """Return the lines below the answer."""
    lines = [ending(turn), footer(turn)] if turn.ended else [hint(turn)]
    return [line for line in lines if line]


def _html(
    turn: Turn, shown: Sequence[tuple[int, Card]], notes: Sequence[str], opened: Container[int]
) -> str:
    drawn = [card for _, card in shown]
    answered = any(card.kind == "answer" for card in drawn)
    waits = "" if drawn and drawn[-1].heading == hint(turn) else hint(turn)
    return "".join(
        (
            *map(line_html, notes),
            *(
                card_html(card, is_open=n in opened or _is_open(card, turn, answered=answered))
                for n, card in shown
            ),
            ending_html(ending(turn)),
            line_html(footer(turn) if turn.ended else waits),
        )
    )


def _is_open(card: Card, turn: Turn, *, answered: bool) -> bool:
    """Return whether a card is open in a growing turn; an ended turn folds all cards."""
    thinking = card.kind == "reasoning" and not answered
    return not turn.ended and (thinking or card.is_busy)


def _plain(turn: Turn, shown: Sequence[Card], notes: Sequence[str]) -> str:
    body = stack(shown, map(card_plain, shown))
    closing = "\n".join(map(strip_controls, _closing(turn)))
    return "\n\n".join(filter(None, ("\n".join(map(strip_controls, notes)), body, closing)))


def _markdown(turn: Turn, shown: Sequence[Card], notes: Sequence[str]) -> str:
    body = stack(shown, map(card_markdown, shown))
    lines = [*map(line_markdown, notes), body, *map(line_markdown, _closing(turn))]
    return "\n\n".join(filter(None, lines))


def _metadata(turn: Turn, seconds: float | None) -> dict[str, Any]:
    return {
        "response_id": turn.response_id,
        "previous_response_id": turn.previous_response_id,
        "model": turn.model,
        "usage": turn.usage.counts if turn.usage else None,
        "status": turn.status,
        "chain": turn.chain,
        "number": turn.number,
        "seconds": seconds,
    }

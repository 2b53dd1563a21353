"""Every item of the recorded streams shows, in each view."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from qwen_magic.notebook.cards.cards import cards
from qwen_magic.notebook.cards.views import bundle
from qwen_magic.notebook.live.terminal import Printed, advance_print
from qwen_magic.notebook.markdown.escapes import escape
from tests.conversation.turn.test_recorded import INDEX, stream, turn_of

pytestmark = pytest.mark.skipif(not INDEX, reason="QWEN_MAGIC_RECORDED is not set")

TEXTS = {"message", "reasoning"}


def tools(entry: dict[str, Any]) -> int:
    return sum(count for kind, count in entry["items"].items() if kind not in TEXTS)


@pytest.mark.parametrize(
    "entry",
    [entry for entry in INDEX if entry["looks_real"] and tools(entry)],
    ids=lambda entry: entry["file"],
)
def test_each_tool_of_a_recorded_stream_has_a_card(entry: dict[str, Any]) -> None:
    turn = turn_of(stream(entry["file"]))
    drawn = [card for card in cards(turn) if card.kind == "tool"]
    assert len(drawn) >= tools(entry)  # the last event may add what was never streamed
    data, _ = bundle(turn)
    _, printed = advance_print(Printed(), turn)
    for heading, count in Counter(card.heading for card in drawn).items():
        assert data["text/html"].count(escape(heading)) >= count
        assert data["text/plain"].splitlines().count(f"• {heading}") == count
        assert printed.splitlines().count(f"• {heading}") == count

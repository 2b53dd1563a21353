from __future__ import annotations

import json

from qwen_magic.notebook.cards.log import log_json, log_markdown, log_text
from qwen_magic.responses.response import Usage
from tests.notebook.turns import answer, thought, turn_of

TURNS = (
    turn_of(
        thought("Add them."), answer("It is **4**."), prompt="2 * 2?", number=1, response_id="r1"
    ),
    turn_of(
        answer("Fine."),
        prompt="Is this\n  right?",
        number=2,
        model="qwen3.7-plus",
        usage=Usage(12, 3, 15),
    ),
)


def test_the_transcript_as_text() -> None:
    assert log_text("main", TURNS) == (
        "Chain main · 2 turns\n\n"
        "1\n> 2 * 2?\n\nIt is **4**.\n\n"
        "2\n> Is this\n>   right?\n\nFine.\n\nqwen3.7-plus · 12 in / 3 out"
    )


def test_the_transcript_as_markdown() -> None:
    assert log_markdown("main", TURNS) == (
        "# Chain main · 2 turns\n\n"
        "## Turn 1\n\n> 2 \\* 2?\n\nIt is **4**.\n\n"
        "## Turn 2\n\n```\nIs this\n  right?\n```\n\nFine.\n\n*qwen3.7-plus · 12 in / 3 out*\n"
    )


def test_the_transcript_as_json() -> None:
    first, second = json.loads(log_json(TURNS))
    assert first == {
        "number": 1,
        "prompt": "2 * 2?",
        "text": "It is **4**.",
        "model": "",
        "status": "completed",
        "response_id": "r1",
        "usage": None,
    }
    assert second["usage"]["total_tokens"] == 15


def test_reasoning_is_left_out_unless_it_is_asked_for() -> None:
    for told in (log_text("main", TURNS), log_markdown("main", TURNS), log_json(TURNS)):
        assert "Add them." not in told
    assert "│ Add them." in log_text("main", TURNS, reasoning=True)
    assert "> Add them." in log_markdown("main", TURNS, reasoning=True)
    assert json.loads(log_json(TURNS, reasoning=True))[0]["reasoning"] == "Add them."


def test_a_chain_without_turns_says_so() -> None:
    assert log_text("main", ()) == "Chain main · no turns yet"
    assert log_json(()) == "[]\n"


def test_a_hostile_question_stays_text() -> None:
    turns = (turn_of(answer("x"), prompt="<img src=x>\n```\n<script>"),)
    written = log_markdown("<b>", turns)
    assert "# Chain <b>" not in written
    assert "````\n<img src=x>\n```\n<script>\n````" in written
    assert "<img" not in log_markdown("main", (turn_of(answer("x"), prompt="<img src=x>"),))

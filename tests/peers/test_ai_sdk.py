"""The AI SDK, which checks every answer and every event against its own schemas."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.peers.conftest import Report


def test_it_reads_an_answer(ai_sdk: Report) -> None:
    reason, text, thought, tokens = ai_sdk["text"]
    assert (reason, thought) == ("stop", "2 + 2 is 4.")
    assert text.startswith("$2 + 2 = 4$")
    assert tokens > 0


def test_it_reads_a_stream(ai_sdk: Report) -> None:
    reason, said, thought, errors = ai_sdk["stream"]
    assert (reason, errors) == ("stop", [])
    assert "**Artificial intelligence**" in said
    assert thought


def test_it_passes_over_the_other_reasoning(ai_sdk: Report) -> None:
    reason, said, thought, errors = ai_sdk["other reasoning"]
    assert (reason, thought, errors) == ("stop", "", [])
    assert "**Artificial intelligence**" in said


def test_it_sees_where_an_answer_was_cut(ai_sdk: Report) -> None:
    assert ai_sdk["incomplete"][0] == "length"


def test_it_follows_a_chain(ai_sdk: Report) -> None:
    assert "Your name is Alice!" in ai_sdk["chain"]
    assert "Your name is Alice!" in ai_sdk["history"]


def test_it_answers_function_calls(ai_sdk: Report) -> None:
    for name in ("functions by reference", "functions resent"):
        steps, arguments, text = ai_sdk[name]
        assert (steps, arguments) == (2, {"city": "Paris"})
        assert "Paris: 21 degrees" in text


def test_it_answers_function_calls_while_streaming(ai_sdk: Report) -> None:
    reason, said, _, errors = ai_sdk["stream with a function"]
    assert (reason, errors) == ("stop", [])
    assert "Paris: 21 degrees" in said


def test_its_errors_are_the_right_ones(ai_sdk: Report) -> None:
    assert ai_sdk["wrong key"] == ["AI_APICallError", 401, "Invalid API-key provided."]
    assert ai_sdk["unknown model"][:2] == ["AI_APICallError", 404]
    missing = ["AI_APICallError", 404, "Response with id 'none' not found."]
    assert ai_sdk["unknown id"] == missing

"""Python's `openai`, as most users of the vendor's documents run it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.peers.conftest import Report


def test_it_reads_an_answer(openai_python: Report) -> None:
    status, text, kinds, tokens = openai_python["text"]
    assert (status, kinds) == ("completed", ["reasoning", "message"])
    assert text.startswith("$2 + 2 = 4$")
    assert tokens > 0


def test_it_reads_a_stream(openai_python: Report) -> None:
    said, text, thought, summary = openai_python["stream"]
    assert said == text != ""
    assert thought == summary != ""


def test_its_stream_helper_reaches_the_end(openai_python: Report) -> None:
    for name in ("helper", "other reasoning"):
        first, last, text, kinds = openai_python[name]
        assert (first, last) == ("response.created", "response.completed")
        assert "**Artificial intelligence**" in text
        assert kinds == ["reasoning", "message"]


def test_its_stream_helper_reads_a_function_call(openai_python: Report) -> None:
    assert openai_python["helper with a function"][3] == ["reasoning", "function_call"]


def test_its_stream_helper_reads_built_in_tools(openai_python: Report) -> None:
    kinds = openai_python["helper with tools"][3]
    assert {"web_search_call", "web_extractor_call", "code_interpreter_call"} < set(kinds)


def test_it_sees_where_an_answer_was_cut(openai_python: Report) -> None:
    assert openai_python["incomplete"] == ["response.incomplete", "max_output_tokens"]


def test_it_follows_a_chain(openai_python: Report) -> None:
    assert "Your name is Alice!" in openai_python["chain"]


def test_it_answers_function_calls(openai_python: Report) -> None:
    for name in ("functions by id", "functions resent"):
        function, arguments, text = openai_python[name]
        assert (function, arguments) == ("get_weather", {"city": "Paris"})
        assert "21 degrees" in text


def test_it_finds_and_deletes_a_response(openai_python: Report) -> None:
    same, refusal = openai_python["stored"]
    assert same
    assert refusal[:2] == ["NotFoundError", 404]


def test_its_errors_are_the_right_ones(openai_python: Report) -> None:
    assert openai_python["wrong key"] == ["AuthenticationError", 401, "Invalid API-key provided."]
    assert openai_python["unknown model"][:2] == ["NotFoundError", 404]
    missing = ["NotFoundError", 404, "Response with id 'none' not found."]
    assert openai_python["unknown id"] == missing

"""npm's `openai`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.peers.conftest import Report


def test_it_reads_an_answer(openai_node: Report) -> None:
    status, text, kinds, tokens = openai_node["text"]
    assert (status, kinds) == ("completed", ["reasoning", "message"])
    assert text.startswith("$2 + 2 = 4$")
    assert tokens > 0


def test_it_reads_a_stream(openai_node: Report) -> None:
    for name in ("stream", "other reasoning", "built-in tools"):
        said, text, last = openai_node[name]
        assert said == text != ""
        assert last == "response.completed"


def test_it_sees_where_an_answer_was_cut(openai_node: Report) -> None:
    assert openai_node["incomplete"][2] == "response.incomplete"


def test_its_stream_helper_reaches_the_end(openai_node: Report) -> None:
    first, last, text, kinds = openai_node["helper"]
    assert (first, last) == ("response.created", "response.completed")
    assert "**Artificial intelligence**" in text
    assert kinds == ["message"]
    assert openai_node["helper with a function"][3] == ["function_call"]


def test_it_follows_a_chain(openai_node: Report) -> None:
    assert "Your name is Alice!" in openai_node["chain"]


def test_it_answers_function_calls(openai_node: Report) -> None:
    for name in ("functions by id", "functions resent"):
        function, arguments, text = openai_node[name]
        assert (function, arguments) == ("get_weather", {"city": "Paris"})
        assert "21 degrees" in text


def test_it_finds_and_deletes_a_response(openai_node: Report) -> None:
    same, refusal = openai_node["stored"]
    assert same
    assert refusal[:2] == ["NotFoundError", 404]


def test_its_errors_are_the_right_ones(openai_node: Report) -> None:
    assert openai_node["wrong key"][:2] == ["AuthenticationError", 401]
    assert openai_node["unknown model"][:2] == ["NotFoundError", 404]
    assert openai_node["unknown id"][:2] == ["NotFoundError", 404]

"""A conversation that is longer than what the model reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwen_magic import Session, Settings
from qwen_magic.conversation.planning.shortening import left_out, too_long
from qwen_magic.conversation.turn.records import Record
from qwen_magic.errors import ContextError, StatusError
from qwen_magic.responses.endpoint import Serving
from tests.local.standins import llama

if TYPE_CHECKING:
    from collections.abc import Callable

LONG = "word " * 400
SAID = {
    "llama.cpp": "request (5000 tokens) exceeds the available context size (4096 tokens), try it",
    "vLLM": "This model's maximum context length is 4096 tokens. However, your prompt contains at"
    " least 5000 input tokens, which exceeds this limit even without any output tokens.",
    "vLLM, with a limit": "This model's maximum context length is 4096 tokens. However, you requested"
    " 512 output tokens and your prompt contains 5000 input tokens, for a total of 5512 tokens.",
    "SGLang": "The input (5000 tokens) is longer than the model's context length (4096 tokens).",
    "LM Studio": "Trying to keep the first 5000 tokens when context the overflows. However, the"
    " model is loaded with context length of only 4096 tokens, which is not enough.",
}


def test_it_is_refused_with_both_numbers(here: Callable[..., None]) -> None:
    with llama("qwen3") as server, Session(Settings(region="local")) as session:
        here(llama=server)
        server.reads = 300
        with pytest.raises(ContextError, match=r"\d+ tokens, and qwen3 reads 300") as refused:
            session.ask(LONG)
        assert refused.value.needed > refused.value.most == 300
        assert "local_shorten" in refused.value.hint
        assert session.ask("Short?").status == "completed"


@pytest.mark.parametrize("server", SAID)
def test_each_server_says_so_in_its_own_words(server: str) -> None:
    error = too_long(StatusError(SAID[server], status=400), Serving("qwen3", server))
    assert isinstance(error, ContextError)
    assert (error.needed, error.most) == (5000, 4096)
    assert ("at least 5,000" in str(error.args[0])) == (server == "vLLM")


def test_the_oldest_turns_are_left_out_if_one_may(here: Callable[..., None]) -> None:
    settings = Settings(region="local", local_shorten=True)
    with llama("qwen3") as server, Session(settings) as session:
        here(llama=server)
        for number in range(6):
            session.ask(f"{number} {LONG}")
        server.reads = 2_500
        turn = session.ask("And the last one?")
        assert turn.text == "qwen3 says hello."
        assert any(
            note.endswith("left out: the model reads no more at once") for note in turn.notes
        )
        asked = server.questions[-1]["input"]
        kept = [item["content"][0] for item in asked if item["role"] == "user"][:-1]
        assert kept == sorted(kept)
        assert kept[-1] == "5"
        assert "0" not in kept


def test_a_question_that_is_too_long_by_itself_is_refused(here: Callable[..., None]) -> None:
    settings = Settings(region="local", local_shorten=True)
    with llama("qwen3") as server, Session(settings) as session:
        here(llama=server)
        session.ask("Short?")
        server.reads = 300
        with pytest.raises(ContextError):
            session.ask(LONG)


@given(
    lengths=st.lists(st.integers(0, 5_000), max_size=12),
    needed=st.integers(2, 100_000),
    most=st.integers(1, 100_000),
)
def test_enough_is_left_out_and_never_more_than_there_is(
    lengths: list[int], needed: int, most: int
) -> None:
    most = min(most, needed - 1)
    records = [Record(input=({"role": "user", "content": "x" * n},)) for n in lengths]
    count = left_out(records, "Hello?", ContextError("", needed=needed, most=most))
    assert 0 <= count <= len(records)
    assert count > 0 or not records

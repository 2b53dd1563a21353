"""A real server that stores responses: llama-stack, with the small model behind llama.cpp.

To start it by hand, once llama.cpp serves (see `test_llama_cpp.py`):

    pip install --target stack llama-stack aiosqlite "sqlalchemy[asyncio]" faiss-cpu mcp uvicorn \\
        fastapi opentelemetry-sdk opentelemetry-exporter-otlp-proto-http pypdf chardet
    PYTHONPATH=stack python tests/peers/stack_server.py {address of llama.cpp}/v1 {a folder}

It prints its address and serves `{address}/v1/openai/v1/responses`. Written for 0.2.12, the newest
version that Python 3.11 can have.
These tests and those of llama.cpp take 80 s on two idle cores, most of it for installing, and four
minutes on busy ones.
"""

from __future__ import annotations

import httpx
import pytest
from msgspec.structs import replace

from qwen_magic import Asking, Session, Settings
from tests.notebook.kernels import running

BRIEF = Asking(max_output_tokens=16)
SHORT = "%%qwen -m smollm2 --max-output-tokens 16"


QUESTIONS = ("My name is Alice.", "What is my name?", "And who are you?")


def texts(base: str, response: str | None) -> list[str]:
    """Return what the server kept as the input of a response.

    Call this while the client is open: the server stores a response after its last event, and not
    at all if the client has hung up.
    """
    items = httpx.get(f"{base}/responses/{response}/input_items", timeout=300).json()["data"]
    contents = [item["content"] for item in items]
    return [text if isinstance(text, str) else text[0]["text"] for text in contents]


def test_the_chain_holds_by_its_ids(llama_stack_url: str) -> None:
    with Session(Settings(base_url=llama_stack_url, model="smollm2")) as session:
        first, second = (session.ask(text, asking=BRIEF) for text in QUESTIONS[:2])
        kept = texts(llama_stack_url, second.response_id)
    assert (second.number, second.previous_response_id) == (2, first.response_id)
    assert second.notes == ()
    assert sorted(kept) == sorted([QUESTIONS[0], first.text, QUESTIONS[1]])


def test_three_cells_hold_by_their_ids(llama_stack_url: str) -> None:
    with running(DASHSCOPE_BASE_URL=llama_stack_url, DASHSCOPE_API_KEY="") as kernel:
        ran = [
            kernel.run(f"{SHORT}\n{text}", cell=cell)
            for cell, text in zip("abc", QUESTIONS, strict=True)
        ]
        assert [cell.status for cell in ran] == ["ok"] * 3
        told = [cell.shown["metadata"]["qwen_magic"] for cell in ran]
        kept = texts(llama_stack_url, told[2]["response_id"])
    ids = [turn["response_id"] for turn in told]
    assert [turn["previous_response_id"] for turn in told] == [None, *ids[:2]]
    assert [turn["number"] for turn in told] == [1, 2, 3]
    assert not any("rebuilt" in cell.html for cell in ran)
    assert set(QUESTIONS) < set(kept)
    assert len(kept) == 5


@pytest.mark.parametrize("stream", [True, False])
def test_a_response_it_does_not_know_is_rebuilt(llama_stack_url: str, stream: bool) -> None:  # noqa: FBT001 - a parameter of the test
    with Session(Settings(base_url=llama_stack_url, model="smollm2")) as session:
        first = session.ask(QUESTIONS[0], asking=BRIEF)
        (record,) = session.store.read(session.chain, [1])
        session.store.end(record, replace(first, response_id="resp-none"))
        turn = session.ask("Hi", asking=Asking(max_output_tokens=16, stream=stream))
        last = session.ask("Hi", asking=BRIEF)
        kept = texts(llama_stack_url, turn.response_id)
    assert turn.previous_response_id is None
    assert "rebuilt" in turn.notes[0]
    assert (last.previous_response_id, last.notes) == (turn.response_id, ())
    assert QUESTIONS[0] in kept

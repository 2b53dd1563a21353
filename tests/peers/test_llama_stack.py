"""A real server that stores responses: llama-stack, with the small model behind llama.cpp.

To start it by hand, once llama.cpp serves (see `test_llama_cpp.py`):

    pip install --target stack llama-stack aiosqlite "sqlalchemy[asyncio]" faiss-cpu mcp uvicorn \\
        fastapi opentelemetry-sdk opentelemetry-exporter-otlp-proto-http pypdf chardet
    PYTHONPATH=stack python tests/peers/stack_server.py {address of llama.cpp}/v1 {a folder}

It prints its address and serves `{address}/v1/openai/v1/responses`. Written for 0.2.12, the newest
version that Python 3.11 can have.
"""

from __future__ import annotations

import httpx
import pytest

from qwen_magic import Asking, Session, Settings
from tests.notebook.kernel import running

BRIEF = Asking(max_output_tokens=16)
SHORT = "%%qwen -m smollm2 --max-output-tokens 16"


def texts(base: str, response: str | None) -> list[str]:
    """Return what the server kept as the input of a response."""
    items = httpx.get(f"{base}/responses/{response}/input_items").json()["data"]
    contents = [item["content"] for item in items]
    return [text if isinstance(text, str) else text[0]["text"] for text in contents]


def test_the_chain_holds_by_its_ids(llama_stack_url: str) -> None:
    with Session(Settings(base_url=llama_stack_url, model="smollm2")) as session:
        turns = [session.ask(text, asking=BRIEF) for text in ("My name is Alice.", "And mine?")]
        kept = texts(llama_stack_url, turns[1].response_id)  # it stores nothing once we hang up
    first, second = turns
    assert (second.number, second.previous_response_id) == (2, first.response_id)
    assert second.notes == ()
    assert sorted(kept) == sorted(["My name is Alice.", first.text, "And mine?"])


def test_the_chain_holds_in_cells(llama_stack_url: str) -> None:
    with running(DASHSCOPE_BASE_URL=llama_stack_url, DASHSCOPE_API_KEY="") as kernel:
        first = kernel.run(f"{SHORT}\nMy name is Alice.", cell="a")
        second = kernel.run(f"{SHORT}\nWhat is my name?", cell="b")
    assert (first.status, second.status) == ("ok", "ok")
    told = [ran.shown["metadata"]["qwen_magic"] for ran in (first, second)]
    assert told[1]["previous_response_id"] == told[0]["response_id"]
    assert "My name is Alice." in texts(llama_stack_url, told[1]["response_id"])


@pytest.mark.parametrize("stream", [True, False])
def test_a_response_it_does_not_know_is_rebuilt(llama_stack_url: str, stream: bool) -> None:  # noqa: FBT001 - a parameter of the test
    from msgspec.structs import replace

    with Session(Settings(base_url=llama_stack_url, model="smollm2")) as session:
        first = session.ask("My name is Alice.", asking=BRIEF)
        (record,) = session.store.read(session.chain, [1])
        session.store.end(record, replace(first, response_id="resp-none"))
        turn = session.ask("Hi", asking=Asking(max_output_tokens=16, stream=stream))
        last = session.ask("Hi", asking=BRIEF)
    assert turn.previous_response_id is None
    assert "rebuilt" in turn.notes[0]
    assert (last.previous_response_id, last.notes) == (turn.response_id, ())
    assert "My name is Alice." in texts(llama_stack_url, turn.response_id)

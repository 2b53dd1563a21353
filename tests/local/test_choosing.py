from __future__ import annotations

import pytest

from qwen_magic.errors import RequestError
from qwen_magic.local.choosing import Choice, chosen, is_named, listed
from qwen_magic.local.servers import Found, Model

LLAMA = Model("llama3.2:3b")
QWEN = Model("qwen3:4b")
CODER = Model("Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF")
OLLAMA = Found("Ollama", "http://127.0.0.1:11434/v1", (LLAMA, Model("bge", chats=False)))
STUDIO = Found("LM Studio", "http://127.0.0.1:1234/v1", (CODER, QWEN))


def test_a_qwen_wins_over_an_earlier_model() -> None:
    assert chosen([OLLAMA, STUDIO]) == Choice(STUDIO, CODER)


def test_without_a_qwen_the_first_that_chats_answers() -> None:
    first = Found("Ollama", "u", (Model("bge-m3", chats=False), LLAMA))
    assert chosen([first]) == Choice(first, LLAMA)
    assert chosen([Found("Ollama", "u", (Model("bge-m3", chats=False),))]) is None
    assert chosen([]) is None


def test_a_model_that_runs_elsewhere_is_never_chosen_unasked() -> None:
    away = Found("Ollama", "u", (Model("qwen3-coder:480b-cloud", is_away=True),))
    assert chosen([away]) is None
    assert chosen([away], "qwen3-coder:480b-cloud") == Choice(away, away.models[0])


def test_a_server_in_trouble_is_not_chosen() -> None:
    assert chosen([Found("Ollama", "u", (QWEN,), trouble="old"), OLLAMA]) == Choice(OLLAMA, LLAMA)


@pytest.mark.parametrize(
    ("name", "model"),
    [
        ("qwen3:4b", QWEN),
        ("qwen3-4b", QWEN),
        ("QWEN3:4B", QWEN),
        ("qwen3", QWEN),
        ("qwen2.5-coder", CODER),
        ("qwen2.5-coder…", CODER),
        ("qwen2.5-coder...", CODER),
        ("Qwen/Qwen2.5-Coder", CODER),
        ("qwen", CODER),
        ("llama3.2", LLAMA),
    ],
)
def test_a_name_picks_among_all_servers(name: str, model: Model) -> None:
    choice = chosen([OLLAMA, STUDIO], name)
    assert choice is not None
    assert choice.model == model


@pytest.mark.parametrize("name", ["qwen3:4", "qwen3:4b-instruct", "4b", "…", "wen3:4b"])
def test_a_miss_names_the_nearest(name: str) -> None:
    with pytest.raises(RequestError, match="no server on this computer has a model") as refused:
        chosen([OLLAMA, STUDIO], name)
    assert "qwen3:4b" in refused.value.hint


def test_the_best_fit_wins_over_an_earlier_one() -> None:
    servers = [Found("Ollama", "u", (Model("qwen3:4b-instruct"), Model("qwen3:4b")))]
    choice = chosen(servers, "qwen3:4b")
    assert choice is not None
    assert choice.model.name == "qwen3:4b"


@pytest.mark.parametrize(
    ("model", "name"),
    [
        ("Qwen3-4B-Q4_K_M.gguf", "qwen3:4b"),
        ("qwen3:latest", "qwen3"),
        ("hf.co/Qwen/Qwen3-4B-GGUF:Q4_K_M", "qwen3-4b"),
    ],
)
def test_servers_write_one_name_in_several_ways(model: str, name: str) -> None:
    assert is_named(model, name)


def test_the_list_has_a_line_for_each_server_and_each_model() -> None:
    old = Found("vLLM", "http://127.0.0.1:8000/v1", trouble="it is too old")
    text = listed([OLLAMA, STUDIO, old, Found("Ollama", "u")], Choice(STUDIO, QWEN))
    assert text.splitlines() == [
        "Ollama at http://127.0.0.1:11434/v1",
        "  llama3.2:3b",
        "  bge · no chat model",
        "LM Studio at http://127.0.0.1:1234/v1",
        "  Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF",
        "  qwen3:4b ← answers",
        "vLLM at http://127.0.0.1:8000/v1 · it is too old",
        "Ollama at u",
        "  no model yet",
    ]

"""`region = "local"`, asked as a reader does, with stand-ins for the servers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from qwen_magic import Asking, Session, Settings
from qwen_magic.errors import QwenError, RequestError
from qwen_magic.local import place
from tests.local.standins import llama, lm_studio, ollama, vllm

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LOCAL = Settings(region="local")


def test_a_qwen_that_runs_here_answers_and_is_told_once(here: Callable[..., None]) -> None:
    with ollama("llama3.2:3b", "qwen3:4b") as server, Session(LOCAL) as session:
        here(Ollama=server)
        first, second = session.ask("Hello?"), session.ask("And now?")
        assert first.text == "qwen3:4b says hello."
        assert first.model == "qwen3:4b"
        (told,) = first.notes
        assert told.startswith(f"qwen3:4b answers: Ollama at http://127.0.0.1:{server.port}/v1")
        assert second.notes == ()


def test_a_server_that_forgets_gets_the_whole_conversation(here: Callable[..., None]) -> None:
    with ollama("qwen3:4b") as server, Session(LOCAL) as session:
        here(Ollama=server)
        for question in ("One?", "Two?"):
            session.ask(question)
        first, second = server.questions
        assert first["input"] == "One?"
        assert [item["role"] for item in second["input"]] == ["user", "assistant", "user"]
        assert "previous_response_id" not in second


def test_a_server_that_keeps_responses_gets_the_id(here: Callable[..., None]) -> None:
    with lm_studio("qwen3-4b") as server, Session(LOCAL) as session:
        here(LM_Studio=server)
        for question in ("One?", "Two?"):
            session.ask(question)
        assert server.questions[1]["previous_response_id"] == "r"


def test_a_server_that_keeps_nothing_is_asked_to_continue_once(here: Callable[..., None]) -> None:
    with vllm("qwen3") as server, Session(LOCAL) as session:
        here(vLLM=server)
        server.keeps = False
        turns = [session.ask(question) for question in ("One?", "Two?", "Three?", "Four?")]
        asked = [body for body in server.questions if "previous_response_id" in body]
        assert len(asked) == 1
        assert [item["role"] for item in server.questions[-1]["input"]] == [
            "user",
            "assistant",
        ] * 3 + ["user"]
        assert [any("rebuilt" in note for note in turn.notes) for turn in turns].count(True) == 1


def test_a_model_is_picked_by_name(here: Callable[..., None]) -> None:
    with ollama("qwen3:4b") as first, llama("Qwen2.5-Coder-1.5B.gguf") as second:
        here(Ollama=first, llama=second)
        with Session(Settings(region="local", model="qwen2.5-coder…")) as session:
            assert session.ask("Hello?").model == "Qwen2.5-Coder-1.5B.gguf"
        with (
            Session(Settings(region="local", model="qwen3:8")) as session,
            pytest.raises(RequestError, match="'qwen3:8'") as refused,
        ):
            session.ask("Hello?")
        assert "qwen3:4b" in refused.value.hint


def test_the_key_stays_at_home(here: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DASHSCOPE_API_KEY", "sk-0123456789")
    with ollama("qwen3:4b") as server, Session(LOCAL) as session:
        here(Ollama=server)
        session.ask("Hello?")
        assert "sk-0123456789" not in repr(server.asked)


def test_a_server_that_has_gone_is_looked_for_again(here: Callable[..., None]) -> None:
    with Session(LOCAL) as session:
        with ollama("qwen3:4b") as first:
            here(Ollama=first)
            session.ask("Hello?")
        with lm_studio("qwen3-8b") as second:
            here(LM_Studio=second)
            assert session.ask("Hello?").model == "qwen3-8b"


def test_a_server_that_goes_between_look_and_question_is_an_error_and_the_next_ask_works(
    here: Callable[..., None],
) -> None:
    with ollama("qwen3:4b") as first, Session(LOCAL) as session:
        here(Ollama=first)
        session.ask("Hello?")
        first.close()
        with pytest.raises(QwenError):
            session.ask("Hello?")
        with lm_studio("qwen3-8b") as second:
            here(LM_Studio=second)
            assert session.ask("Hello?").model == "qwen3-8b"


def test_a_server_that_dies_of_the_question_is_an_error_and_the_next_ask_works(
    here: Callable[..., None],
) -> None:
    with vllm("qwen3") as first, Session(Settings(region="local", timeout=30)) as session:
        here(vLLM=first)
        assert session.settings.endpoint().serving is not None  # found, and remembered
        first.dies = True
        with pytest.raises(QwenError) as failed:
            session.ask("Hello?")
        assert "\n" not in str(failed.value.args[0])
        assert failed.value.hint
        with lm_studio("qwen3-8b") as second:
            here(LM_Studio=second)
            assert session.ask("Hello?").model == "qwen3-8b"


def test_where_the_last_server_has_gone_the_next_step_is_told(
    here: Callable[..., None], weights: Path
) -> None:
    with Session(LOCAL) as session:
        with ollama("qwen3:4b") as yesterdays:
            here(Ollama=yesterdays)
            session.ask("Hello?")
        with pytest.raises(QwenError) as refused:
            session.ask("Hello?")
        assert "\n" not in str(refused.value.args[0])
        assert "local_model" in refused.value.hint
        session.settings = Settings(region="local", local_model=str(weights), timeout=60)
        try:
            assert session.ask("Hello?", asking=Asking(max_output_tokens=16)).text
        finally:
            place.stop(session.settings.wish)


def test_the_slots_of_a_server_are_known(here: Callable[..., None]) -> None:
    with llama("qwen3", slots=6, context=2048) as server:
        here(llama=server)
        serving = LOCAL.endpoint().serving
        assert serving is not None
        assert (serving.slots, serving.context, serving.images) == (6, 2048, False)


def test_a_workspace_has_no_meaning_here() -> None:
    with pytest.raises(RequestError, match="has no workspace 'ws-1'"):
        Settings(region="local", workspace="ws-1").endpoint()


def test_a_missing_file_is_told_with_the_next_step() -> None:
    settings = Settings(region="local", local_model="/nowhere/qwen.gguf")
    with Session(settings) as session, pytest.raises(QwenError, match="no file") as refused:
        session.ask("Hello?")
    assert "local_model takes" in refused.value.hint

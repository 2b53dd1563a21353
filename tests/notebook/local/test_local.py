"""`%qwen --local`, and the question before a download."""

from __future__ import annotations

import builtins
import os
from typing import TYPE_CHECKING

import pytest

from qwen_magic.errors import CellError, ConsentError
from qwen_magic.local import place
from qwen_magic.notebook.kernel.frontend import Frontend
from qwen_magic.notebook.local.commands import memory_in_use, said
from qwen_magic.notebook.local.consent import consented
from qwen_magic.notebook.magics.status import status
from qwen_magic.settings import Settings
from tests.local.hubs import FakeHub
from tests.local.standins import ollama

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

REPO = "Qwen/Tiny-GGUF"
SETTINGS = Settings(region="local", local_model=REPO)
PERSON, NOBODY = Frontend("live", can_ask=True), Frontend("headless")


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(place, "doors", lambda _: ())
    place.forget()
    yield
    place.forget()


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[FakeHub]:
    with FakeHub({REPO: {"tiny-Q4_K_M.gguf": os.urandom(3_000_000)}}) as served:
        monkeypatch.setenv("HF_ENDPOINT", served.url)
        monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
        yield served


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], list[str]]:
    """Let a person answer so; return what was asked."""

    def answer(word: str) -> list[str]:
        asked: list[str] = []

        def ask(question: str) -> str:
            asked.append(question)
            return word

        monkeypatch.setattr(builtins, "input", ask)
        return asked

    return answer


@pytest.mark.parametrize("word", ["y", "Yes", " yes "])
def test_a_yes_allows_the_download_once(
    word: str, hub: FakeHub, answers: Callable[[str], list[str]]
) -> None:
    asked = answers(word)
    assert consented(SETTINGS, PERSON).local_download
    host = hub.url.removeprefix("http://")
    assert asked == [f"Download tiny-Q4_K_M.gguf, 3 MB from {host}? [y]es or [n]o: "]
    assert not SETTINGS.local_download
    assert hub.sent == 0


@pytest.mark.parametrize("word", ["n", "", "what?"])
def test_anything_else_is_a_no(
    word: str, hub: FakeHub, answers: Callable[[str], list[str]]
) -> None:
    answers(word)
    with pytest.raises(ConsentError, match="nothing was downloaded"):
        consented(SETTINGS, PERSON)
    assert hub.sent == 0


def test_nobody_is_asked_where_nobody_is_or_nothing_is_needed(
    hub: FakeHub, answers: Callable[[str], list[str]]
) -> None:
    asked = answers("yes")
    for settings, frontend in (
        (SETTINGS, NOBODY),
        (Settings(), PERSON),
        (Settings(region="local", local_model=REPO, local_download=True), PERSON),
    ):
        assert consented(settings, frontend) is settings
    assert asked == []
    assert hub.asked == []


def test_the_servers_are_listed_with_their_models(monkeypatch: pytest.MonkeyPatch) -> None:
    from qwen_magic.local.servers import Door

    with ollama("llama3.2:3b", "qwen3:4b") as server:
        monkeypatch.setattr(place, "doors", lambda _: (Door(server.port, "/api/tags"),))
        assert list(said("", Settings(), NOBODY)) == [
            f"Ollama at http://127.0.0.1:{server.port}/v1\n  llama3.2:3b\n  qwen3:4b ← answers",
            'To ask them: %config QwenMagics.region = "local"',
        ]


def test_without_a_server_it_says_what_a_question_would_do() -> None:
    (line,) = said("", Settings(region="local"), NOBODY)
    assert line.startswith("No model server runs on this computer; a question starts Qwen3-")
    assert " GB, from the Hub, once you agree" in line
    assert list(said("stop", SETTINGS, NOBODY)) == ["No model of our own is running"]
    assert memory_in_use(SETTINGS) == memory_in_use(Settings()) == ""


def test_an_unknown_word_is_refused_with_the_nearest() -> None:
    with pytest.raises(CellError, match="'sotp'") as refused:
        list(said("sotp", SETTINGS, NOBODY))
    assert "stop" in refused.value.hint


def test_the_status_says_where_questions_go_and_what_it_takes() -> None:
    settings = Settings(region="local")
    shown = status(settings.endpoint(), settings, None, 0, memory="Qwen3: 1.2 GB")
    assert "endpoint  this computer; the first question starts the model" in shown
    assert "API key   not needed: a model on this computer answers" in shown
    assert "memory    Qwen3: 1.2 GB" in shown

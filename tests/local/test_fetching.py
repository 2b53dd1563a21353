"""Weights from a hub on 127.0.0.1, through the real `huggingface_hub`."""

from __future__ import annotations

import os
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING

import pytest

from qwen_magic import Asking, Session, Settings
from qwen_magic.errors import ConsentError, RequestError
from qwen_magic.local import fetching, machine, place
from qwen_magic.local.fetching import Offer, fetched, offered
from qwen_magic.local.hub import file_of
from qwen_magic.local.machine import Memory
from qwen_magic.local.weights import Hub
from tests.local.hubs import FakeHub
from tests.local.test_serving import until

if TYPE_CHECKING:
    from collections.abc import Iterator

REPO = "Qwen/Tiny-GGUF"
FILES = {
    "README.md": b"# Tiny",
    "mmproj-tiny-f16.gguf": b"sight",
    "tiny-Q4_K_M.gguf": os.urandom(3_000_000),
    "tiny-Q8_0.gguf": os.urandom(400_000),
}
USUAL = Hub(REPO)


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[FakeHub]:
    with FakeHub({REPO: FILES}) as served:
        monkeypatch.setenv("HF_ENDPOINT", served.url)
        monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
        monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
        yield served


def fetch(hub: Hub, told: list[str] | None = None, *, allowed: bool = True) -> Path:
    said: list[str] = [] if told is None else told
    return fetched(hub, Event(), said.append, allowed=allowed).path


def test_a_model_is_fetched_into_the_hubs_own_cache_and_found_there_again(hub: FakeHub) -> None:
    told: list[str] = []
    path = fetch(USUAL, told)
    assert path.name == "tiny-Q4_K_M.gguf"
    assert path.read_bytes() == FILES["tiny-Q4_K_M.gguf"]
    assert "hf/hub/models--Qwen--Tiny-GGUF" in str(path)
    asked = len(hub.asked)
    assert fetch(USUAL, allowed=False) == path
    assert offered(USUAL) is None
    assert len(hub.asked) == asked  # nobody is asked for what is here


def test_nothing_is_fetched_without_consent_and_the_size_is_told(hub: FakeHub) -> None:
    with pytest.raises(ConsentError, match=r"tiny-Q4_K_M\.gguf, 3 MB from 127\.0\.0\.1"):
        fetch(USUAL, allowed=False)
    host = hub.url.removeprefix("http://")
    assert offered(USUAL) == Offer("tiny-Q4_K_M.gguf", 3_000_000, host)
    assert hub.sent == 0


LARGE = {"large-Q4_K_M.gguf": os.urandom(24_000_000)}  # the library keeps 10 MiB at a time


def test_a_cut_download_goes_on_by_itself(hub: FakeHub) -> None:
    hub.repos, hub.cut = {REPO: LARGE}, [12_000_000]
    assert fetch(USUAL).read_bytes() == LARGE["large-Q4_K_M.gguf"]
    assert [wanted for wanted in hub.ranges if wanted] == ["bytes=10485760-"]


def test_a_download_that_failed_goes_on_where_it_ended(hub: FakeHub) -> None:
    hub.repos, hub.cut = {REPO: LARGE}, [12_000_000] + [0] * 20
    with pytest.raises(RequestError, match="the download was cut") as refused:
        fetch(USUAL)
    assert "kept" in refused.value.hint
    hub.cut, sent = [], hub.sent
    assert fetch(USUAL).read_bytes() == LARGE["large-Q4_K_M.gguf"]
    assert hub.sent - sent == 24_000_000 - 10_485_760


def test_other_bytes_than_the_hubs_are_not_kept(hub: FakeHub) -> None:
    hub.repos, hub.cut = {REPO: LARGE}, [12_000_000] + [0] * 20
    with pytest.raises(RequestError):
        fetch(USUAL)
    (arrived,) = Path(os.environ["HF_HOME"]).rglob("*.arrived")
    arrived.write_bytes(bytes(10_485_760))
    hub.cut = []
    with pytest.raises(RequestError, match="not those of the hub"):
        fetch(USUAL)
    assert fetch(USUAL).read_bytes() == LARGE["large-Q4_K_M.gguf"]


def test_a_reader_who_stops_ends_it_at_once_and_keeps_what_came(hub: FakeHub) -> None:
    hub.gate, left = Event(), Event()
    ended: list[BaseException] = []

    def work() -> None:
        try:
            fetched(USUAL, left, lambda _: None, allowed=True)
        except InterruptedError as error:
            ended.append(error)

    thread = Thread(target=work)
    thread.start()
    until(lambda: hub.sent)
    left.set()
    thread.join(60)
    assert ended
    hub.gate.set()
    hub.gate = None
    assert fetch(USUAL).read_bytes() == FILES["tiny-Q4_K_M.gguf"]


def test_the_progress_is_told(hub: FakeHub) -> None:
    told: list[str] = []
    fetch(Hub(REPO, "tiny-Q8_0.gguf"), told)
    assert told[0] == "Looking for tiny-Q8_0"
    assert any(words.startswith("Downloading tiny-Q8_0.gguf: ") for words in told)
    assert hub.sent == 400_000


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        (Hub("Qwen/None-GGUF"), "there is no repository Qwen/None-GGUF"),
        (Hub(REPO, "Q2_K"), "has no such file"),
        (Hub(REPO, "other.gguf"), "has no such file"),
    ],
)
def test_what_the_hub_does_not_have_is_told(hub: FakeHub, wanted: Hub, words: str) -> None:
    with pytest.raises(RequestError, match=words) as refused:
        fetch(wanted)
    assert refused.value.hint
    assert hub.sent == 0


def test_offline_only_the_cache_is_looked_at(hub: FakeHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(RequestError, match="not on this computer") as refused:
        fetch(USUAL)
    assert "HF_HUB_OFFLINE" in refused.value.hint
    assert hub.asked == []
    monkeypatch.delenv("HF_HUB_OFFLINE")
    path = fetch(USUAL)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    assert fetch(USUAL) == path


def test_what_does_not_fit_is_refused_before_the_first_byte(
    hub: FakeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "memory", lambda: Memory(200_000_000, 100_000_000))
    with pytest.raises(RequestError, match="3 MB, and this computer 200 MB of memory"):
        fetch(USUAL)
    with pytest.raises(RequestError, match="and the disk has 10 MB left"):
        fetching._check(Offer("big.gguf", 5_000_000_000, "hub"), 10_000_000)  # noqa: SLF001 - no disk is so full
    assert hub.sent == 0


def test_a_missing_library_is_told_with_the_line_that_brings_it(hub: FakeHub) -> None:
    error = fetching._meant("ModuleNotFoundError: No module named 'huggingface_hub'", USUAL)  # noqa: SLF001 - it is installed here
    assert "qwen_magic[local]" in error.hint
    assert hub.asked == []


def test_a_session_fetches_loads_and_answers(hub: FakeHub, weights: Path) -> None:
    hub.repos = {REPO: {"tiny-Q4_K_M.gguf": weights.read_bytes()}}
    settings = Settings(region="local", local_model=f"{REPO}:Q4_K_M")
    with Session(settings) as session:
        with pytest.raises(ConsentError):
            session.ask("Hello?")
        session.settings = Settings(
            region="local", local_model=f"{REPO}:Q4_K_M", local_download=True
        )
        try:
            turn = session.ask("Hello?", asking=Asking(max_output_tokens=16))
            assert turn.model == "tiny-Q4_K_M"
            assert turn.text
        finally:
            place.stop(settings.wish)


@pytest.mark.parametrize(
    ("names", "wanted", "file"),
    [
        (["a-Q8_0.gguf", "a-Q4_K_M.gguf"], "", "a-Q4_K_M.gguf"),
        (["a-Q8_0.gguf", "a-Q5_K_M.gguf"], "", "a-Q8_0.gguf"),
        (["a-f16.gguf"], "", "a-f16.gguf"),
        (["a-Q8_0.gguf", "a-Q4_K_M.gguf"], "q8_0", "a-Q8_0.gguf"),
        (["mmproj-a.gguf", "sub/a-Q4_K_M.gguf"], "Q4_K_M", "sub/a-Q4_K_M.gguf"),
        (["a-Q4_K_M-00002-of-00002.gguf", "a-Q4_K_M-00001-of-00002.gguf"], "",
         "a-Q4_K_M-00001-of-00002.gguf"),
    ],
)  # fmt: skip
def test_a_quantisation_names_a_file(names: list[str], wanted: str, file: str) -> None:
    assert file_of(names, wanted) == file


def test_the_room_of_a_folder_that_is_not_there_yet_is_known(tmp_path: Path) -> None:
    assert machine.free_disk(tmp_path / "a" / "b") > 0

"""A real model in a process of ours: shared, unloaded, and gone with the last kernel."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from hashlib import sha256
from http.client import HTTPConnection
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any

import pytest

from qwen_magic import Asking, Session, Settings
from qwen_magic.errors import QwenError, RequestError
from qwen_magic.local import place
from qwen_magic.local.finding import asked, listens
from qwen_magic.local.leases import Lease
from qwen_magic.local.running import noted, shared
from qwen_magic.local.weights import OnDisk
from tests.local.standins import llama

if TYPE_CHECKING:
    from collections.abc import Callable

    from qwen_magic.local.running import Running

PATIENCE = 30.0
BRIEF = Asking(max_output_tokens=16)
KERNEL = """
import sys
from qwen_magic import Asking, Session, Settings
settings = Settings(region="local", local_model=sys.argv[1])
session = Session(settings)
print(session.ask("Hello?", asking=Asking(max_output_tokens=16)).ended, flush=True)
sys.stdin.read()
"""


def until(holds: Callable[[], object]) -> None:
    """Wait until something holds."""
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end
        Event().wait(0.02)


def is_gone(running: Running) -> bool:
    try:
        os.kill(running.pid, 0)
    except OSError:
        return not listens(running.port) and not listens(running.control)
    with suppress(OSError):
        return "Z" in Path(f"/proc/{running.pid}/stat").read_text().rpartition(")")[2].split()[0]
    return False


def kernel(settings: Settings) -> subprocess.Popen[str]:
    """Start another kernel that has asked, and waits."""
    command = [sys.executable, "-c", KERNEL, settings.local_model]
    started = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    assert started.stdout is not None
    said = started.stdout.readline()
    if said != "True\n":
        end(started)
    assert said == "True\n"
    return started


def end(started: subprocess.Popen[str]) -> None:
    started.kill()
    started.communicate()


def test_a_model_is_loaded_answers_and_is_told(local: Settings) -> None:
    with Session(local) as session:
        with closing(session.stream("Say hello.", asking=BRIEF)) as turns:
            seen = list(turns)
        assert any(turn.notes[0].startswith("Loading SmolLM2") for turn in seen if turn.notes)
        turn = seen[-1]
        assert turn.status in {"completed", "incomplete"}
        assert turn.text
        assert turn.model == "SmolLM2-135M-Instruct.Q4_1"
        assert turn.notes == (f"{turn.model} answers on this computer · %qwen --local lists all",)
        serving = local.endpoint().serving
        assert serving is not None
        assert (serving.slots, serving.context, serving.is_llama) == (4, 8192, True)
        assert "MB" in place.in_use(local.wish)


def test_each_turn_of_a_chain_reads_only_its_own_new_tokens(local: Settings) -> None:
    with Session(local) as session:
        turns = [session.ask(f"Tell me of {number}.", asking=BRIEF) for number in range(1, 4)]
        for turn in turns[1:]:
            assert turn.usage is not None
            assert turn.usage.input_tokens - turn.usage.cached_tokens < 30
            assert turn.notes == ()


def test_kernels_share_one_server_and_it_ends_with_the_last(local: Settings) -> None:
    first, second = kernel(local), kernel(local)
    (running,) = noted(local.wish.folder)
    end(first)
    for _ in range(2):  # whoever welcomes the second has seen the first kernel go
        Lease(running.control, running.key).close()
    assert listens(running.port)
    end(second)
    until(lambda: is_gone(running))


def test_nothing_is_left_after_a_kernel_was_killed(local: Settings, tmp_path: Path) -> None:
    started = kernel(local)
    (running,) = noted(local.wish.folder)
    os.kill(started.pid, signal.SIGKILL)
    started.communicate()
    until(lambda: is_gone(running))
    left = [path for path in (tmp_path / "home").rglob("*") if path.is_file()]
    assert all(path.suffix == ".lock" for path in left)


def test_only_its_user_can_read_the_key(local: Settings) -> None:
    with Session(local) as session:
        session.ask("Hello?", asking=BRIEF)
        (note,) = local.wish.folder.glob("*.json")
        assert note.stat().st_mode & 0o077 == 0
        (running,) = noted(local.wish.folder)
        with pytest.raises(ConnectionError):
            Lease(running.control, "another key")
        assert listens(running.port)


def test_two_that_start_at_once_share_one(weights: Path, tmp_path: Path) -> None:
    with ThreadPoolExecutor(2) as kernels:
        both = [kernels.submit(shared, tmp_path, OnDisk(weights), 15, Event()) for _ in range(2)]
        (first, lease), (second, other) = (one.result() for one in both)
    try:
        assert first == second
        assert noted(tmp_path) == (first,)
    finally:
        other.close()
        lease.stop()
    until(lambda: is_gone(first))


def test_what_a_killed_server_left_is_no_hindrance_even_if_its_ports_have_new_owners(
    local: Settings,
) -> None:
    with llama("another", slots=2) as owner, socket.create_server(("127.0.0.1", 0)) as control:
        owner.paths["/props"] = (401, {"error": "Unauthorized"})
        place.stop(local.wish)
        told = {"pid": 1, "port": owner.port, "control": control.getsockname()[1], "key": "old"}
        weights = OnDisk(Path(local.local_model))
        note = local.wish.folder / f"{sha256(weights.identity.encode()).hexdigest()[:16]}.json"
        note.parent.mkdir(parents=True, exist_ok=True)
        note.write_text(json.dumps({**told, "name": weights.name}))
        note.with_suffix(".lock").write_bytes(b"4711")
        assert "qwen_magic at" not in place.told(local.wish)
        with Session(local) as session:
            assert session.ask("Hello?", asking=BRIEF).text
        (running,) = noted(local.wish.folder)
        assert running.port != owner.port


def test_stop_ends_it_and_the_next_question_starts_it_again(local: Settings) -> None:
    with Session(local) as session:
        session.ask("Hello?", asking=BRIEF)
        (running,) = noted(local.wish.folder)
        assert place.stop(local.wish) == ("SmolLM2-135M-Instruct.Q4_1",)
        until(lambda: is_gone(running))
        assert place.stop(local.wish) == ()
        assert session.ask("Hello?", asking=BRIEF).text


def test_a_server_killed_in_mid_answer_is_an_error_and_the_next_question_works(
    local: Settings,
) -> None:
    with Session(local) as session:
        session.ask("Hello?", asking=BRIEF)
        (running,) = noted(local.wish.folder)
        with closing(session.stream("Write a long story.")) as turns:
            while not next(turns).text:
                pass
            os.kill(running.pid, signal.SIGKILL)
            with pytest.raises(QwenError) as failed:
                list(turns)
        assert failed.value.turn is not None
        assert failed.value.turn.text
        assert session.ask("Hello?", asking=BRIEF).text


def test_a_model_that_nobody_asks_is_unloaded_and_comes_back(weights: Path, tmp_path: Path) -> None:
    folder = tmp_path / "local"
    running, lease = shared(folder, OnDisk(weights), 0.02, Event())
    try:
        until(lambda: _props(running)["is_sleeping"])
        found = running.found()
        assert found is not None
        assert found.models[0].name == "SmolLM2-135M-Instruct.Q4_1"
    finally:
        lease.stop()


def _props(running: Running) -> dict[str, Any]:
    with closing(HTTPConnection("127.0.0.1", running.port)) as connection:
        told: dict[str, Any] = asked(connection, "/props", key=running.key)[1]
        return told


def test_a_reader_who_stops_while_it_loads_leaves_nothing(weights: Path, tmp_path: Path) -> None:
    left = Event()
    left.set()
    with pytest.raises(InterruptedError):
        shared(tmp_path / "local", OnDisk(weights), 15, left)
    assert noted(tmp_path / "local") == ()


def test_a_broken_file_is_an_error_of_one_line_and_the_next_question_works(
    local: Settings, tmp_path: Path
) -> None:
    whole = Path(local.local_model).read_bytes()
    cut = tmp_path / "cut.gguf"
    cut.write_bytes(whole[:2_000_000])
    for content, words in ((whole[:2_000_000], "ends before"), (b"hello", "is no GGUF file")):
        cut.write_bytes(content)
        with Session(Settings(region="local", local_model=str(cut))) as session:
            with pytest.raises(RequestError, match=words) as refused:
                session.ask("Hello?", asking=BRIEF)
            assert refused.value.hint
            session.settings = local
            assert session.ask("Hello?", asking=BRIEF).text


def test_llama_cpp_says_why_it_cannot_load(local: Settings, tmp_path: Path) -> None:
    whole = bytearray(Path(local.local_model).read_bytes())
    odd = tmp_path / "odd.gguf"
    odd.write_bytes(bytes(whole).replace(b"llama", b"lxama"))
    with (
        Session(Settings(region="local", local_model=str(odd))) as session,
        pytest.raises(RequestError, match="cannot load the model"),
    ):
        session.ask("Hello?", asking=BRIEF)
    assert json.dumps(noted(local.wish.folder)) == "[]"

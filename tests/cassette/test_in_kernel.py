"""Lessons in a real kernel: recorded with a server, replayed when it is gone."""

from __future__ import annotations

import os
import signal
from time import monotonic
from typing import TYPE_CHECKING

import pytest

from qwen_magic.cassette.tape import FIRST_LINE, Asked, End, Head, Line, Text, written
from qwen_magic.demo.server import DemoServer
from tests.cassette.lessons import lines, taped
from tests.notebook.kernels import Kernel, running
from tests.responses.asking import COMPLETED, CREATED, delta
from tests.slowness import slowness

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KEY = "sk-0123456789abcdef0123456789abcdef"
LESSON = ("My name is Alice, please remember it.", "Do you remember my name?", "Introduce AI")
EMPTY = {"DASHSCOPE_BASE_URL": "", "DASHSCOPE_API_KEY": ""}


@pytest.fixture(scope="module")
def lesson(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Record a lesson; its server is gone before the lesson is used."""
    path = tmp_path_factory.mktemp("lesson") / "lesson.jsonl"
    with (
        DemoServer(pace=0.002, key=KEY) as server,
        running(DASHSCOPE_BASE_URL=server.base_url, DASHSCOPE_API_KEY=KEY) as kernel,
    ):
        kernel.run(f"%config QwenMagics.record = {str(path)!r}")
        assert f"recording into {path}" in kernel.run("%qwen").printed
        for cell, prompt in zip("abc", LESSON, strict=True):
            assert kernel.run(f"%%qwen\n{prompt}", cell=cell).status == "ok"
    assert KEY not in path.read_text()
    return path


@pytest.fixture
def pupil(lesson: Path, tmp_path: Path) -> Iterator[Kernel]:
    with running(**EMPTY, QWEN_MAGIC_HOME=str(tmp_path)) as kernel:
        assert kernel.run(f"%config QwenMagics.replay = {str(lesson)!r}").status == "ok"
        yield kernel


def test_the_lesson_is_replayed_and_its_log_shown(pupil: Kernel) -> None:
    ran = [
        pupil.run(f"%%qwen\n{text}", cell=cell) for cell, text in zip("abc", LESSON, strict=True)
    ]
    assert [found.status for found in ran] == ["ok"] * 3
    assert "Alice" in ran[1].html
    assert [found.shown["metadata"]["qwen_magic"]["number"] for found in ran] == [1, 2, 3]
    log = pupil.run("%qwen_log", cell="d").shown["data"]["text/plain"]
    assert log.startswith("Chain main · 3 turns")
    assert all(prompt in log for prompt in LESSON)
    again = pupil.run(f"%%qwen\n{LESSON[1]}", cell="b")
    assert again.shown["metadata"]["qwen_magic"]["number"] == 2


def test_without_a_person_it_comes_at_once(tmp_path: Path) -> None:
    path = tmp_path / "slow.jsonl"
    body = {"model": "qwen3.7-plus", "input": "2 + 2?", "stream": True}
    text = Text(500.0, (CREATED + delta("Four") + COMPLETED).decode())
    answer: list[Line] = [
        Asked("POST", "/v1/responses", body),
        Head(400.0, 200),
        text,
        End(600.0, "whole"),
    ]
    path.write_bytes(FIRST_LINE + b"".join(map(written, answer)))
    with running(**EMPTY) as kernel:
        kernel.run(f"%config QwenMagics.replay = {str(path)!r}", person=False)
        began = monotonic()
        assert "Four" in kernel.run("%%qwen\n2 + 2?", person=False).html
        assert monotonic() - began < 60


def test_the_status_says_what_answers(pupil: Kernel, lesson: Path) -> None:
    told = pupil.run("%qwen").printed
    assert f"the cassette {lesson}, replayed without network" in told
    assert "not needed: the cassette answers" in told
    assert "getpass" not in told


def test_a_question_that_was_not_recorded_is_one_short_error(pupil: Kernel) -> None:
    ran = pupil.run("%%qwen\nDo you remember her name?", cell="a")
    assert ran.status == "error"
    told = "\n".join(ran.errors[0]["traceback"])
    assert "holds no answer to 'Do you remember her name?'" in told
    assert "'Do you remember my name?'" in told
    assert "Traceback" not in told


def test_a_replay_is_stopped_by_an_interrupt(pupil: Kernel) -> None:
    seconds = []
    pupil.run("%config QwenMagics.replay_speed = 0.1")
    for cell in "abc":
        asked = pupil.start(f"%%qwen --new\n{LESSON[2]}", cell=cell)
        pupil.until(asked, "(AI")
        began = monotonic()
        pupil.interrupt()
        ran = pupil.finish(asked)
        seconds.append(ran.ended - began)
        assert (ran.status, ran.errors) == ("error", [])
    assert min(seconds) < 0.3 * slowness()


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        (["record = 'a'", "replay = 'a'"], "record and replay exclude each other"),
        (["replay = 'none.jsonl'"], "the cassette 'none.jsonl' cannot be read"),
        (["record = 'a'"], "no API key is set"),
    ],
)
def test_what_cannot_be_is_told_shortly(settings: list[str], told: str) -> None:
    with running(**EMPTY) as kernel:
        for setting in settings:
            kernel.run(f"%config QwenMagics.{setting}")
        (error,) = kernel.run("%%qwen\nHello", cell="a").errors
    assert told in error["traceback"][0]
    assert len(error["traceback"]) == 2


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL is POSIX")
def test_a_killed_kernel_leaves_what_was_whole(tmp_path: Path) -> None:
    path = tmp_path / "lesson.jsonl"
    with DemoServer(pace=0) as server:
        address = {"DASHSCOPE_BASE_URL": server.base_url, "DASHSCOPE_API_KEY": KEY}
        with running(**address) as kernel:
            kernel.run(f"%config QwenMagics.record = {str(path)!r}")
            kernel.run("%%qwen\nHello", cell="a")
            asked = kernel.start("%%qwen -m demo-stall\nIntroduce AI", cell="b")
            kernel.until(asked, "(AI")
            os.kill(kernel.manager.provisioner.pid, signal.SIGKILL)  # type: ignore[union-attr]
        assert [track.asked.body["input"] for track in taped(path)] == ["Hello"]
        assert lines(path)[-1]["line"] == "text"
        with running(**address) as kernel:
            kernel.run(f"%config QwenMagics.record = {str(path)!r}")
            ran = kernel.run("%%qwen\nAnd more", cell="a")
            assert (ran.status, ran.errors) == ("ok", [])
    assert [track.asked.body["input"] for track in taped(path)] == ["Hello", "And more"]


def test_two_kernels_record_into_one_file_in_turn(tmp_path: Path) -> None:
    path = tmp_path / "lesson.jsonl"
    with DemoServer(pace=0.01) as server:
        address = {"DASHSCOPE_BASE_URL": server.base_url, "DASHSCOPE_API_KEY": KEY}
        with running(**address) as first, running(**address) as second:
            for kernel in (first, second):
                kernel.run(f"%config QwenMagics.record = {str(path)!r}")
            held = first.start("%%qwen -m demo-stall\nIntroduce AI", cell="a")
            first.until(held, "(AI")
            refused = second.run("%%qwen\nHello", cell="a")
            assert "another question is being recorded into" in str(refused.errors)
            first.interrupt()
            first.finish(held)
            assert second.run("%%qwen\nHello", cell="a").status == "ok"
    assert [track.end.how for track in taped(path)] == ["left", "whole"]

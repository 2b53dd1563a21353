"""`--background` in a real kernel: its cell's output, `%qwen_log --refresh`, and a restart."""

from __future__ import annotations

from threading import Event
from typing import TYPE_CHECKING

import pytest

from qwen_magic.demo.server import DemoServer
from tests.notebook.kernels import Kernel, running

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def server() -> Iterator[DemoServer]:
    with DemoServer(pace=0.004) as server:
        yield server


@pytest.fixture(scope="module")
def kernel(server: DemoServer) -> Iterator[Kernel]:
    with running(DASHSCOPE_BASE_URL=server.base_url) as kernel:
        yield kernel


@pytest.mark.parametrize("person", [True, False])
def test_its_output_says_so_and_is_drawn_again_by_a_refresh(
    kernel: Kernel, *, person: bool
) -> None:
    ran = kernel.run("%%qwen --new --background\nWhat is JSON?", cell="a", person=person)
    assert (ran.status, ran.errors, len(ran.outputs)) == ("ok", [], 1)
    assert "in the background" in ran.html
    assert ran.shown["metadata"]["qwen_magic"]["status"] == "queued"
    place = ran.outputs[0]["transient"]["display_id"]
    again = kernel.run("%qwen_log --refresh", cell="b", person=person)
    while "completed" not in again.printed:
        Event().wait(0.02)
        again = kernel.run("%qwen_log --refresh", cell="b", person=person)
    (drawn,) = again.updates
    assert drawn["transient"]["display_id"] == place
    assert "JSON" in drawn["data"]["text/plain"]
    assert drawn["metadata"]["qwen_magic"]["status"] == "completed"
    assert again.outputs == []
    assert "No turn" in kernel.run("%qwen_log --refresh").printed


def test_the_next_question_draws_it_too(kernel: Kernel) -> None:
    kernel.run("%%qwen --new --background\nMy name is Alice.", cell="a")
    ran = kernel.run("%%qwen\nWhat is my name?", cell="b")
    assert (ran.status, len(ran.outputs)) == ("ok", 1)
    shown = {update["metadata"]["qwen_magic"]["number"]: update for update in ran.updates}
    assert shown[1]["metadata"]["qwen_magic"]["status"] == "completed"
    assert "Alice" in shown[2]["data"]["text/plain"]


def test_an_interrupt_of_the_waiting_leaves_the_turn_at_work(
    kernel: Kernel, server: DemoServer
) -> None:
    server.pace = 0.05
    kernel.run("%%qwen --new --background\nTell me a long story.", cell="a")
    known = len(server.requests)
    request = kernel.start("%%qwen\nAnd then?", cell="b")
    while len(server.requests) == known:
        Event().wait(0.02)
    kernel.interrupt()
    ran = kernel.finish(request)
    server.pace = 0.004
    assert (ran.status, ran.errors) == ("error", [])
    assert "is queued" in kernel.run("%qwen_log --refresh").printed


def test_a_later_kernel_shows_it(server: DemoServer, tmp_path: Path) -> None:
    where = {
        "DASHSCOPE_BASE_URL": server.base_url,
        "QWEN_MAGIC_HOME": str(tmp_path / "home"),
        "JPY_SESSION_NAME": str(tmp_path / "lesson.ipynb"),
    }
    with running(**where) as kernel:
        kernel.run("%%qwen --background\nWhat is JSON?", cell="a")
    with running(**where) as kernel:
        ran = kernel.run("%qwen_log --refresh", cell="b")
        while "completed" not in ran.printed:
            Event().wait(0.02)
            ran = kernel.run("%qwen_log --refresh", cell="b")
        assert "JSON" in ran.html
        assert "JSON" in kernel.run("%qwen_log", cell="c").shown["data"]["text/plain"]

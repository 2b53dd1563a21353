"""Turns that no file keeps: with `history = "off"`, and without a notebook."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qwen_magic.demo.server import DemoServer
from tests.notebook.kernels import running

if TYPE_CHECKING:
    from pathlib import Path

OFF = '%config QwenMagics.history = "off"'


def stored(home: Path) -> bytes:
    return b"".join(file.read_bytes() for file in home.glob("*"))


def test_history_can_be_turned_off_at_any_time(tmp_path: Path) -> None:
    file, home = tmp_path / "n.ipynb", tmp_path / "home"
    file.write_text('{"cells": [{"id": "a"}, {"id": "b"}]}')
    with (
        DemoServer(pace=0) as server,
        running(
            DASHSCOPE_BASE_URL=server.base_url,
            QWEN_MAGIC_HOME=str(home),
            JPY_SESSION_NAME=str(file),
        ) as kernel,
    ):
        kernel.run(OFF)
        kernel.run("%%qwen\nMy name is Alice.", cell="a")
        assert not home.exists()
        kernel.run(OFF.replace("off", "on"))
        kernel.run("%%qwen\nMy name is Bob.", cell="a")
        assert b"name is Bob" in stored(home)
        kernel.run(OFF)
        kernel.run("%%qwen\nMy name is Carol.", cell="a")
        ran = kernel.run("%%qwen\nWhat is my name?", cell="b")
        assert "Carol" in ran.html
        assert b"Carol" not in stored(home)
        kernel.run(OFF.replace("off", "on"))
        assert "Bob" in kernel.run("%%qwen\nWhat is my name?", cell="b").html


def test_a_run_without_a_person_leaves_the_notebook_alone_from_which_it_was_started(
    tmp_path: Path,
) -> None:
    file, home = tmp_path / "n.ipynb", tmp_path / "home"
    file.write_text('{"cells": [{"id": "a"}]}')
    with (
        DemoServer(pace=0) as server,
        running(
            DASHSCOPE_BASE_URL=server.base_url,
            QWEN_MAGIC_HOME=str(home),
            JPY_SESSION_NAME=str(file),
        ) as kernel,
    ):
        kernel.run("%%qwen\nMy name is Alice.", person=False)
        assert "Alice" in kernel.run("%%qwen\nWhat is my name?", person=False).html
        assert not home.exists()

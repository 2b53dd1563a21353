"""Maps that go on in another kernel of the same notebook."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import pytest

from qwen_magic.demo.server import DemoServer
from tests.notebook.kernels import running

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from tests.notebook.kernels import Kernel

    Starting: TypeAlias = Callable[..., AbstractContextManager[Kernel]]

ROWS = "texts = ['I love it.', 'It broke at once.', 'It is a lamp.']"
CELL = "%%qwen --map {} -o labels {}\nHow does the customer feel?\n{{{{item}}}}"
ASKED = "from qwen_magic.demo.server import shared_server\nprint(len(shared_server().requests))"
DEMO = '%config QwenMagics.region = "demo"\n%config QwenMagics.replay_speed = 0'


@pytest.fixture
def starting(tmp_path: Path) -> Starting:
    file, home = tmp_path / "n.ipynb", tmp_path / "home"
    file.write_text('{"cells": [{"id": "a"}, {"id": "b"}]}')

    def start(**environment: str) -> AbstractContextManager[Kernel]:
        return running(QWEN_MAGIC_HOME=str(home), JPY_SESSION_NAME=str(file), **environment)

    return start


@pytest.fixture(scope="module")
def server() -> Iterator[DemoServer]:
    with DemoServer(pace=0) as server:
        yield server


def test_a_map_against_the_demo_goes_on_after_a_restart(starting: Starting) -> None:
    with starting() as kernel:
        kernel.run(DEMO)
        kernel.run(ROWS)
        assert kernel.run(CELL.format("texts", "--limit 2"), cell="a").errors == []
        assert kernel.run(ASKED).printed == "2\n"
    with starting() as kernel:
        kernel.run(DEMO)
        kernel.run(ROWS)
        ran = kernel.run(CELL.format("texts", ""), cell="a")
        assert "2 from before, 1 asked" in ran.shown["data"]["text/plain"]
        assert kernel.run(ASKED).printed == "1\n"


def test_a_map_of_a_file_goes_on_though_nothing_names_the_file_any_more(
    starting: Starting, server: DemoServer, tmp_path: Path
) -> None:
    file = tmp_path / "reviews.csv"
    file.write_text("item\nI love it.\nIt broke at once.\n")
    with starting(DASHSCOPE_BASE_URL=server.base_url) as kernel:
        kernel.run(
            f"import os, pathlib\nos.chdir({str(tmp_path)!r})\npath = pathlib.Path('reviews.csv')"
        )
        kernel.run(CELL.format("path", ""), cell="a")
    before = len(server.requests)
    with file.open("a") as end:
        end.write("It is a lamp.\n")
    with starting(DASHSCOPE_BASE_URL=server.base_url) as kernel:
        assert "1  path" in kernel.run("%qwen_map", cell="b").printed
        ran = kernel.run("%qwen_map 1", cell="b")
        assert (ran.status, ran.errors) == ("ok", [])
        assert kernel.run("print(len(labels))").printed == "3\n"
        assert len(kernel.run("%qwen_map", cell="b").printed.split("\n\n")[0].splitlines()) == 1
    assert len(server.requests) == before + 1


def test_a_map_whose_table_is_gone_says_what_to_run(starting: Starting, server: DemoServer) -> None:
    with starting(DASHSCOPE_BASE_URL=server.base_url) as kernel:
        kernel.run(ROWS)
        kernel.run(CELL.format("texts", "--limit 1"), cell="a")
    with starting(DASHSCOPE_BASE_URL=server.base_url) as kernel:
        ran = kernel.run("%qwen_map 1", cell="b")
        told = "\n".join(ran.errors[0]["traceback"])
        assert "map 1 asked the rows of `texts`, which is no variable now" in told
        assert "run the cell that makes `texts`, then %qwen_map 1" in told
        kernel.run(ROWS)
        assert kernel.run("%qwen_map 1", cell="b").status == "ok"
        assert kernel.run("print(len(labels))").printed == "1\n"

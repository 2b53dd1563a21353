"""`%qwen --fetch`, `--delete-remote`, `--conversation` and `--resume ID` in a real kernel."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from qwen_magic.demo.server import DemoServer
from tests.notebook.kernels import Kernel, running

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    folder: Path = tmp_path_factory.mktemp("work")
    notebook, home = str(folder / "lesson.ipynb"), str(folder / "home")
    where = {"JPY_SESSION_NAME": notebook, "QWEN_MAGIC_HOME": home}
    with (
        DemoServer(pace=0) as server,
        running(DASHSCOPE_BASE_URL=server.base_url, **where) as kernel,
    ):
        yield kernel


def test_a_response_is_fetched_shown_and_bound(kernel: Kernel) -> None:
    kernel.run("%%qwen -o asked\nMy name is Alice.", cell="a")
    ran = kernel.run(
        "get_ipython().run_line_magic('qwen', f'--fetch {asked.response_id} -o found')", cell="b"
    )
    assert (ran.status, len(ran.outputs)) == ("ok", 1)
    assert "User: My name is Alice." in ran.html
    told = "print(found.text == asked.text, found.prompt, found.status, _qwen is found)"
    assert kernel.run(told).printed == "True My name is Alice. completed True\n"
    assert "asks nothing" in kernel.run("%qwen --fetch resp_1 Hello").errors[0]["evalue"]
    assert "has no response" in kernel.run("%qwen --fetch resp_1").errors[0]["evalue"]


def test_a_chain_is_deleted_at_the_server_and_goes_on(kernel: Kernel) -> None:
    kernel.run("%qwen_chain --new private")
    kernel.run("%%qwen\nMy name is Bob.", cell="a")
    ran = kernel.run("%qwen_chain --delete-remote")
    assert ran.printed.startswith("1 response deleted at the server · ")
    ran = kernel.run("%%qwen\nWhat is my name?", cell="b")
    assert "Bob" in ran.html
    assert "rebuilt" in ran.html


def test_cells_join_a_conversation_until_they_go_elsewhere(kernel: Kernel) -> None:
    said = kernel.run("%qwen_chain --conversation new").printed
    name = said.split()[4]
    assert said == f"Cells join the conversation {name} now: nothing said yet\n"
    kernel.run("%%qwen\nMy name is Carol.", cell="a")
    assert "Carol" in kernel.run("%%qwen\nWhat is my name?", cell="b").html
    kernel.run("%qwen_chain main")
    again = kernel.run(f"%qwen_chain --conversation {name}").printed
    assert "\nUser: My name is Carol.\n" in again
    assert "Carol" in kernel.run("%%qwen\nWhat is my name?", cell="c").html
    refused = kernel.run("%qwen_chain --conversation conv_none")
    assert "has no conversation" in refused.errors[0]["evalue"]


def test_a_chain_is_resumed_by_a_responses_id(kernel: Kernel) -> None:
    kernel.run("%qwen_chain --new first")
    kernel.run("%%qwen\nMy name is Dora.", cell="a")
    kernel.run("%%qwen -o last\nHello", cell="b")
    kernel.run("%qwen_chain --new second")
    resume = "get_ipython().run_line_magic('qwen_chain', f'--resume {last.response_id}')"
    assert kernel.run(resume).printed == "2 turns resumed from the server\n"
    assert "Dora" in kernel.run("%%qwen\nWhat is my name?", cell="c").html

"""One notebook, one conversation, also after a restart, in a real JupyterLab."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from qwen_magic.demo.server import DemoServer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.browser.lab import Jupyter
    from tests.browser.notebook import OpenNotebook


@pytest.fixture
def server() -> Iterator[DemoServer]:
    with DemoServer(pace=0) as server:
        yield server


def told(notebook: OpenNotebook, i: int) -> dict[str, object]:
    (output,) = notebook.outputs(i)
    return dict(output["metadata"]["qwen_magic"])


def test_a_turn_that_was_set_aside_is_shown_as_stale(lab: Jupyter, server: DemoServer) -> None:
    notebook = lab.open(
        [
            f'%load_ext qwen_magic\n%config QwenMagics.base_url = "{server.base_url}"',
            "%%qwen\nMy name is Alice, please remember it.",
            "%%qwen\nWhat is 2 + 2?",
            "%%qwen\nIntroduce AI",
            "%qwen_chain",
        ]
    )
    notebook.run_all()
    notebook.run(2)
    notebook.run(4)
    rows = notebook.output(4).locator("tbody tr")
    expect(rows).to_have_count(4)
    shown = [[words.strip() for words in row.split("\t")] for row in rows.all_inner_texts()]
    assert [(row[0], row[1], row[3]) for row in shown] == [
        ("1", "My name is Alice, please remember it.", ""),
        ("2", "What is 2 + 2?", "head"),
        ("2", "What is 2 + 2?", "stale"),
        ("3", "Introduce AI", "stale · --restore 3"),
    ]
    notebook.screenshot("chains-stale")


def test_a_lost_conversation_is_resumed_from_the_saved_notebook(
    lab: Jupyter, server: DemoServer
) -> None:
    notebook = lab.open(
        [
            f'%load_ext qwen_magic\n%config QwenMagics.base_url = "{server.base_url}"',
            "%%qwen\nMy name is Alice, please remember it.",
            "%%qwen\nWhat is 2 + 2?",
            "%qwen_chain --resume",
            "%%qwen\nDo you remember my name?",
        ]
    )
    for i in range(3):
        notebook.run(i)
    notebook.save()
    shutil.rmtree(lab.root.parent / "qwen_magic")
    notebook.restart()
    for i in (0, 3, 4):
        notebook.run(i)
    expect(notebook.output(3)).to_contain_text("2 turns resumed from lesson-")
    expect(notebook.output(3)).to_contain_text("the last is turn 2, “What is 2 + 2?”")
    expect(notebook.output(4)).to_contain_text("Alice")
    last = told(notebook, 4)
    assert (last["number"], last["previous_response_id"]) == (3, told(notebook, 2)["response_id"])
    notebook.screenshot("chains-resumed")

    notebook.run(2)
    again = told(notebook, 2)
    assert (again["number"], again["previous_response_id"]) == (2, told(notebook, 1)["response_id"])
    expect(notebook.output(2)).to_contain_text("1 later turn set aside")


def test_a_notebooks_conversation_outlives_its_kernel(lab: Jupyter, server: DemoServer) -> None:
    notebook = lab.open(
        [
            f'%load_ext qwen_magic\n%config QwenMagics.base_url = "{server.base_url}"',
            "%%qwen\nMy name is Alice, please remember it.",
            "%%qwen\nWhat is 2 + 2?",
            "%%qwen\nIntroduce AI",
            "%%qwen\nDo you remember my name?",
        ]
    )
    for i in range(4):
        notebook.run(i)
    first, second = told(notebook, 1), told(notebook, 2)
    notebook.restart()
    notebook.run(0)
    notebook.run(4)
    expect(notebook.output(4)).to_contain_text("Alice")
    assert told(notebook, 4)["number"] == 4

    notebook.run(2)
    again = told(notebook, 2)
    assert (again["number"], again["previous_response_id"]) == (2, first["response_id"])
    assert again["response_id"] != second["response_id"]
    expect(notebook.output(2)).to_contain_text("2 later turns set aside")

    notebook.run_all()
    numbers = [told(notebook, i)["number"] for i in (1, 2, 3, 4)]
    assert numbers == [1, 2, 3, 4]
    parents = [request.body.get("previous_response_id") for request in server.requests[-4:]]
    assert parents == [None, *(told(notebook, i)["response_id"] for i in (1, 2, 3))]

"""`%qwen_chain` and `%qwen_log` in a real kernel that has a notebook and keeps its chains."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from qwen_magic.demo.server import DemoServer
from tests.notebook.kernels import Kernel, Ran, running

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CELLS = ("a", "b", "c", "d")
QUESTIONS = ("My name is Alice, please remember it.", "What is 2 + 2?", "Introduce AI")


@pytest.fixture(scope="module")
def server() -> Iterator[DemoServer]:
    with DemoServer(pace=0) as server:
        yield server


@pytest.fixture(scope="module")
def environment(server: DemoServer, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("work")
    notebook = folder / "lesson.ipynb"
    notebook.write_text(json.dumps({"cells": [{"id": cell} for cell in CELLS]}))
    return {
        "DASHSCOPE_BASE_URL": server.base_url,
        "DASHSCOPE_API_KEY": "",
        "JPY_SESSION_NAME": str(notebook),
        "QWEN_MAGIC_HOME": str(folder / "home"),
    }


@pytest.fixture(scope="module")
def kernel(environment: dict[str, str]) -> Iterator[Kernel]:
    with running(**environment) as kernel:
        yield kernel


def chain(kernel: Kernel, line: str = "") -> Ran:
    return kernel.run(f"%qwen_chain {line}", cell="z")


def asked(kernel: Kernel, name: str, count: int = 3) -> None:
    """Begin a chain and ask in it."""
    assert chain(kernel, f"--new {name}").printed == f"New chain '{name}' begun\n"
    for cell, question in zip(CELLS, QUESTIONS[:count], strict=False):
        kernel.run(f"%%qwen\n{question}", cell=cell)


def text(ran: Ran) -> str:
    return str(ran.shown["data"]["text/plain"])


def told(ran: Ran) -> dict[str, object]:
    return dict(ran.shown["metadata"]["qwen_magic"])


def test_the_tree_is_shown_as_text_and_html(kernel: Kernel) -> None:
    asked(kernel, "shown")
    ran = chain(kernel)
    assert set(ran.shown["data"]) == {"text/html", "text/plain"}
    assert text(ran).startswith("chain shown · 3 turns\n   1  My name is Alice")
    assert ">head</td>" in ran.html


def test_rewinding_lets_the_next_cell_continue_from_an_earlier_turn(kernel: Kernel) -> None:
    asked(kernel, "rewound")
    assert chain(kernel, "--from 1").printed == (
        "The next cell continues from turn 1 · 2 turns set aside · %qwen_chain --restore 3\n"
    )
    ran = kernel.run("%%qwen\nDo you remember my name?", cell="d")
    assert (told(ran)["number"], "Alice" in ran.html) == (2, True)
    assert "stale · --restore 3" in text(chain(kernel))
    assert chain(kernel, "--restore 3").printed == (
        "The next cell continues from turn 3 · 1 turn set aside · %qwen_chain --restore 4\n"
    )
    assert chain(kernel, "--rewind").printed.startswith("The next cell continues from turn 2")
    assert chain(kernel, "--rewind 0").printed.startswith("The next cell begins a new conver")


def test_a_chain_is_switched_to_and_back(kernel: Kernel) -> None:
    asked(kernel, "left", 1)
    assert chain(kernel, "right").printed == "New chain 'right' begun\n"
    assert told(kernel.run("%%qwen\nHello", cell="b"))["chain"] == "right"
    assert chain(kernel, "left").printed == "Chain 'left': 1 turn\n"
    last = told(kernel.run("%%qwen\nHello", cell="b"))
    assert (last["chain"], last["number"]) == ("left", 2)
    listed = text(chain(kernel, "--list")).splitlines()
    assert [line[:6] for line in listed if line.startswith("*")] == ["* left"]


def test_the_setting_and_the_option_go_before_the_current_chain(kernel: Kernel) -> None:
    asked(kernel, "current", 1)
    kernel.run("%config QwenMagics.chain = 'fixed'")
    ran = chain(kernel, "current")
    assert ran.printed == (
        "Chain 'current': 1 turn\nQwenMagics.chain goes before it: cells still ask in 'fixed'\n"
    )
    assert text(chain(kernel)) == "chain fixed · no turns yet"
    kernel.run("%config QwenMagics.chain = ''")
    kernel.run("%%qwen -c aside\nHello", cell="b")
    assert text(chain(kernel, "-c aside")).startswith("chain aside · 1 turn\n")
    assert chain(kernel, "-c aside --rewind").printed == (
        "The next cell begins a new conversation in chain 'aside'"
        " · 1 turn set aside · %qwen_chain -c aside --restore 1\n"
    )
    assert text(chain(kernel)).startswith("chain current · 1 turn\n")


def test_a_note_names_the_chain_that_is_not_the_current_one(kernel: Kernel) -> None:
    asked(kernel, "beside", 2)
    chain(kernel, "--new here")
    ran = kernel.run("%%qwen -c beside\nHello", cell="a")
    assert "1 later turn set aside · %qwen_chain -c beside --restore 2" in ran.html
    restored = chain(kernel, "-c beside --restore 2").printed
    assert restored.startswith("The next cell continues from turn 2 of chain 'beside'")
    chain(kernel, "beside")
    ran = kernel.run("%%qwen -c beside\nHello", cell="a")
    assert "1 later turn set aside · %qwen_chain --restore 2" in ran.html


def test_a_chain_is_renamed_and_stays_current(kernel: Kernel) -> None:
    asked(kernel, "old", 1)
    assert chain(kernel, "--rename old 'brand new'").printed == (
        "Chain 'old' is called 'brand new' now\n"
    )
    assert text(chain(kernel)).startswith("chain brand new · 1 turn\n")


def test_deleting_asks_where_a_person_can_answer(kernel: Kernel) -> None:
    asked(kernel, "doomed", 1)
    deleted = "Chain 'doomed' deleted; 'main' is the current one now\n"
    for answer, printed in (("n", "Nothing was deleted.\n"), ("y", deleted)):
        request = kernel.start("%qwen_chain --delete doomed", cell="z")
        asks = kernel.client.get_stdin_msg(timeout=30)
        assert asks["content"]["prompt"] == "Delete chain 'doomed' and its 1 turn for good? [y/N] "
        kernel.client.input(answer)
        assert kernel.finish(request).printed == printed
    assert "doomed" not in text(chain(kernel, "--list"))
    assert text(chain(kernel)).startswith("chain main")


def test_deleting_needs_force_where_nobody_can_answer(kernel: Kernel) -> None:
    asked(kernel, "kept", 1)
    ran = kernel.run("%qwen_chain --delete kept", person=False)
    assert ran.errors[0]["traceback"][1] == "→ %qwen_chain --delete kept --force deletes it"
    ran = kernel.run("%qwen_chain --delete kept --force", person=False)
    assert ran.printed.startswith("Chain 'kept' deleted")


def test_the_main_chain_begins_anew_when_it_is_deleted(kernel: Kernel) -> None:
    chain(kernel, "main")
    kernel.run("%%qwen\nHello", cell="y")
    assert chain(kernel, "--delete main --force").printed == "Chain 'main' deleted\n"
    assert text(chain(kernel)) == "chain main · no turns yet"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("%qwen_chain --new main", "there is a chain 'main' already"),
        ("%qwen_chain --delete nonesuch", "there is no chain 'nonesuch'"),
        ("%qwen_chain --rename nonesuch other", "there is no chain 'nonesuch'"),
        ("%qwen_chain --from 99", "the path has no turn 99"),
        ("%qwen_chain --restore 99", "there is no stored turn 99"),
        ("%qwen_chain --nonesuch", "unknown option '--nonesuch'"),
        ("%qwen_log --to md /nonesuch/log.md", "cannot be written: No such file"),
    ],
)
def test_what_cannot_be_done_is_told_in_two_lines(kernel: Kernel, line: str, said: str) -> None:
    chain(kernel, "main")
    kernel.run("%%qwen\nHello", cell="a")
    (error,) = kernel.run(line, cell="z").errors
    assert len(error["traceback"]) == 2
    assert said in error["traceback"][0]


def test_chains_outlive_the_kernel(environment: dict[str, str], kernel: Kernel) -> None:
    asked(kernel, "lasting", 1)
    with running(**environment) as another:
        assert text(chain(another)).startswith("chain lasting · 1 turn\n")
        assert "chain     lasting, 1 turn\n" in another.run("%qwen", cell="z").printed


def test_the_log_is_shown(kernel: Kernel) -> None:
    asked(kernel, "logged", 2)
    ran = kernel.run("%qwen_log", cell="z")
    assert set(ran.shown["data"]) == {"text/markdown", "text/plain"}
    assert text(ran).startswith("Chain logged · 2 turns\n\n1\n> My name is Alice")
    assert "## Turn 2\n\n> What is 2 + 2?" in ran.shown["data"]["text/markdown"]


def test_the_log_is_written_and_never_over_another_file(kernel: Kernel, tmp_path: Path) -> None:
    asked(kernel, "written", 2)
    file = tmp_path / "log of it.json"
    ran = kernel.run(f"%qwen_log --to json '{file}'", cell="z")
    assert ran.printed == f"Wrote 2 turns to {file}\n"
    assert [turn["prompt"] for turn in json.loads(file.read_text())] == list(QUESTIONS[:2])
    ran = kernel.run(f"%qwen_log --to md '{file}'", cell="z")
    assert ran.errors[0]["traceback"][1] == "→ --force overwrites it"
    assert file.read_text().startswith("[")
    assert kernel.run(f"%qwen_log --to md '{file}' --force", cell="z").errors == []
    assert file.read_text().startswith("# Chain written · 2 turns\n")


def test_names_of_chains_are_completed(kernel: Kernel) -> None:
    asked(kernel, "complete-me", 1)
    for line in ("%qwen_chain compl", "%qwen_chain --delete compl", "%qwen_log -c compl"):
        reply = kernel.client.complete(line, reply=True, timeout=30)
        assert "complete-me" in reply["content"]["matches"], line


def test_the_tab_key_before_the_first_question_leaves_the_history_on(
    environment: dict[str, str], tmp_path: Path
) -> None:
    with running(**{**environment, "QWEN_MAGIC_HOME": str(tmp_path)}) as kernel:
        assert "--new" in kernel.complete("%qwen_chain ")
        kernel.run("%%qwen\nHello", cell="a")
    with running(**{**environment, "QWEN_MAGIC_HOME": str(tmp_path)}) as kernel:
        assert text(chain(kernel)).startswith("chain main · 1 turn\n")


def test_without_a_notebook_chains_live_in_memory(server: DemoServer) -> None:
    with running(DASHSCOPE_BASE_URL=server.base_url, JPY_SESSION_NAME="") as kernel:
        for line in ("%qwen_chain draft", "%%qwen\nHello", "%%qwen -c other\nHello"):
            assert kernel.run(line, person=False).status == "ok"
        ran = kernel.run("%qwen_chain", person=False)
        assert text(ran).startswith("chain draft · 1 turn\n")
        ran = kernel.run("%qwen_chain --list", person=False)
        assert [line[:7] for line in text(ran).splitlines()] == ["* draft", "  other"]


def test_the_demo_that_stands_in_has_chains_of_its_own(environment: dict[str, str]) -> None:
    with running(**{**environment, "DASHSCOPE_BASE_URL": ""}) as kernel:
        assert chain(kernel, "--new shadow").printed == "New chain 'shadow' begun\n"
        assert told(kernel.run("%%qwen\nHello", cell="a"))["chain"] == "shadow"
        assert told(kernel.run("%%qwen -c side\nHello", cell="b"))["chain"] == "side"
        assert kernel.complete("%qwen_chain si") == ["side"]
        assert chain(kernel, "--rename shadow light").errors == []
        assert text(chain(kernel)).startswith("chain light · 1 turn\n")
        assert chain(kernel, "--delete light --force").errors == []
        assert text(chain(kernel)) == "chain main · no turns yet"

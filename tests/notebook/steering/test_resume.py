"""`%qwen_chain --resume` in a real kernel; its store has lost what the notebook's file kept."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from qwen_magic import Session, Settings
from qwen_magic.demo.server import DemoServer
from qwen_magic.errors import CellError
from qwen_magic.notebook.cards.views import bundle
from qwen_magic.notebook.steering.resume import resume as resumed
from tests.notebook.kernels import Kernel, Ran, running

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

QUESTIONS = ("My name is Alice, please remember it.", "What is 2 + 2?", "Introduce AI")


@pytest.fixture(scope="module")
def server() -> Iterator[DemoServer]:
    with DemoServer(pace=0) as server:
        yield server


class Desk:
    """A notebook's file and a home that can be lost."""

    def __init__(self, folder: Path, base_url: str) -> None:
        self.folder = folder
        self.file = folder / "lesson.ipynb"
        self.cells: dict[str, dict[str, Any]] = {}
        self.base_url = base_url
        self.homes = 0

    def environment(self) -> dict[str, str]:
        """Return the environment of a kernel, with a new home."""
        self.homes += 1
        return {
            "DASHSCOPE_BASE_URL": self.base_url,
            "DASHSCOPE_API_KEY": "",
            "JPY_SESSION_NAME": str(self.file),
            "QWEN_MAGIC_HOME": str(self.folder / f"home-{self.homes}"),
        }

    def ask(self, kernel: Kernel, cell: str, source: str) -> Ran:
        """Run a cell and save the notebook."""
        self.cells.setdefault(cell, {"id": cell, "cell_type": "code", "source": source})
        ran = kernel.run(source, cell=cell)
        kept = {"data": ran.shown["data"], "metadata": ran.shown["metadata"]}
        self.cells[cell]["outputs"] = [{"output_type": "display_data", **kept}]
        self.file.write_text(json.dumps({"cells": list(self.cells.values()), "nbformat": 4}))
        return ran


@pytest.fixture
def desk(tmp_path: Path, server: DemoServer) -> Desk:
    """Ask three questions, the last in a chain of its own; then lose the home."""
    desk = Desk(tmp_path, server.base_url)
    with running(**desk.environment()) as kernel:
        desk.ask(kernel, "a", f"%%qwen\n{QUESTIONS[0]}")
        desk.ask(kernel, "b", f"%%qwen\n{QUESTIONS[1]}")
        desk.ask(kernel, "c", f"%%qwen -c draft\n{QUESTIONS[2]}")
    return desk


def told(ran: Ran) -> dict[str, Any]:
    return dict(ran.shown["metadata"]["qwen_magic"])


def kept(desk: Desk, cell: str) -> dict[str, Any]:
    return dict(desk.cells[cell]["outputs"][0]["metadata"]["qwen_magic"])


def resume(kernel: Kernel, line: str = "") -> str:
    return kernel.run(f"%qwen_chain --resume {line}", cell="z").printed


def test_a_lost_chain_goes_on_by_its_id(desk: Desk) -> None:
    with running(**desk.environment()) as kernel:
        assert resume(kernel) == (
            "2 turns resumed from lesson.ipynb; the last is turn 2, “What is 2 + 2?”"
            " · 1 turn resumed from lesson.ipynb in chain 'draft'; the last is turn 1,"
            " “Introduce AI”\n"
        )
        ran = desk.ask(kernel, "d", "%%qwen\nDo you remember my name?")
        assert "Alice" in ran.html
        assert told(ran)["previous_response_id"] == kept(desk, "b")["response_id"]
        assert told(ran)["number"] == 3
        again = desk.ask(kernel, "b", "%%qwen\nWhat is 3 + 3?")
        assert told(again)["previous_response_id"] == kept(desk, "a")["response_id"]
        assert "1 later turn set aside" in again.html
        other = kernel.run("%%qwen -c draft\nGo on", cell="e")
        assert told(other)["previous_response_id"] == kept(desk, "c")["response_id"]


def test_an_empty_chain_tells_of_what_the_file_keeps(desk: Desk) -> None:
    with running(**desk.environment()) as kernel:
        hint = "lesson.ipynb keeps 2 turns: %qwen_chain --resume\n"
        assert kernel.run("%qwen_chain", cell="z").printed == hint
        assert kernel.run("%qwen_chain -c other", cell="z").printed == ""
        resume(kernel)
        assert kernel.run("%qwen_chain", cell="z").printed == ""


def test_only_one_chain_is_resumed_where_it_is_named(desk: Desk) -> None:
    with running(**desk.environment()) as kernel:
        assert resume(kernel, "-c draft").startswith(
            "1 turn resumed from lesson.ipynb in chain 'draft'; "
        )
        shown = kernel.run("%qwen_chain", cell="z").shown["data"]["text/plain"]
        assert shown == "chain main · no turns yet"


def test_files_are_completed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(desk.folder)
    with running(**desk.environment()) as kernel:
        assert "lesson.ipynb" in kernel.complete("%qwen_chain --resume les")
        assert kernel.complete("%qwen_chain --res") == ["--restore", "--resume"]


def test_a_path_that_is_there_is_set_aside_and_nothing_is_stored_twice(desk: Desk) -> None:
    file = str(desk.file)
    before = desk.file.read_text()
    with running(**desk.environment()) as kernel:
        kernel.run("%%qwen\nHello", cell="d")
        said = resume(kernel, "-c main")
        assert said.endswith(
            "“What is 2 + 2?” · 1 turn set aside · %qwen_chain -c main --restore 1\n"
        )
        assert resume(kernel, f"'{file}' -c main") == (
            "Nothing changed: what lesson.ipynb keeps is stored already\n"
        )
        restored = kernel.run("%qwen_chain --restore 1", cell="z").printed
        assert "2 turns set aside · %qwen_chain --restore 3" in restored
    assert desk.file.read_text() == before


def test_a_file_from_elsewhere_is_resumed_by_its_name(desk: Desk, tmp_path: Path) -> None:
    copy = tmp_path / "a copy.ipynb"
    desk.file.rename(copy)
    with running(**desk.environment() | {"JPY_SESSION_NAME": ""}) as kernel:
        for line in ("%qwen_chain --resume", "%qwen_chain --resume nonesuch.ipynb"):
            (error,) = kernel.run(line, person=False).errors
            assert error["traceback"][1].startswith("→ ")
            assert "--resume FILE" in error["traceback"][1]
        ran = kernel.run(f"%qwen_chain --resume '{copy}'", person=False)
        assert ran.printed.startswith("2 turns resumed from a copy.ipynb; the last is turn 2")


def test_what_the_server_has_forgotten_is_told_again_from_the_outputs(desk: Desk) -> None:
    with DemoServer(pace=0) as another:
        desk.base_url = another.base_url
        with running(**desk.environment()) as kernel:
            resume(kernel)
            ran = kernel.run("%%qwen\nDo you remember my name?", cell="d")
        sent = another.requests[-1].body["input"]
    assert "Alice" in ran.html
    assert "rebuilt from the transcript" in ran.html
    assert [item["content"] for item in sent[:3:2]] == list(QUESTIONS[:2])
    said = sent[1]["content"][0]["text"]
    assert "Alice" in said
    assert "turn 1" not in said  # the lines below the answer are not part of it


def test_turns_of_the_demo_go_to_the_demo_alone(desk: Desk) -> None:
    desk.base_url = "https://model.example/v1"
    with running(**desk.environment()) as kernel:
        (error,) = kernel.run("%qwen_chain --resume", cell="z").errors
        assert "lesson.ipynb keeps no turns to resume" in error["traceback"][0]
        assert error["traceback"][1].startswith("→ 3 turns of the demo go to the demo alone")
        kernel.run("%config QwenMagics.region = 'demo'")
        assert resume(kernel).startswith("2 turns resumed from lesson.ipynb")
        assert "Alice" in kernel.run("%%qwen\nDo you remember my name?", cell="d").html


@pytest.mark.parametrize("question", ["Hello", "你好"])
def test_an_answer_of_the_demo_is_known_in_each_of_its_languages(
    tmp_path: Path, question: str
) -> None:
    with Session(Settings(region="demo", replay_speed=0)) as session:
        data, metadata = bundle(session.ask(question))
    output = {"output_type": "display_data", "data": data, "metadata": metadata}
    cell = {"id": "a", "cell_type": "code", "source": f"%qwen {question}", "outputs": [output]}
    file = tmp_path / "lesson.ipynb"
    file.write_text(json.dumps({"cells": [cell], "nbformat": 4}))
    real = Session(Settings(base_url="https://model.example/v1"))
    with real, pytest.raises(CellError, match="1 turn of the demo"):
        resumed(real, str(file))
    with Session(Settings(region="demo", replay_speed=0)) as session:
        assert resumed(session, str(file)).startswith("1 turn resumed from lesson.ipynb")


def test_what_the_file_does_not_tell_is_fetched_from_the_server(
    server: DemoServer, tmp_path: Path
) -> None:
    file, settings = tmp_path / "lesson.ipynb", Settings(base_url=server.base_url)
    with Session(settings) as session:
        turn = session.ask([{"role": "user", "content": "My name is Alice."}])
    _, metadata = bundle(turn)
    output = {"output_type": "display_data", "data": {}, "metadata": metadata}
    cell = {"id": "a", "source": "%%qwen --messages asked\n", "outputs": [output]}
    file.write_text(json.dumps({"cells": [cell]}))
    with Session(settings) as session:
        assert "without a readable transcript" not in resumed(session, str(file))
        (known,) = session.path()
        assert (known.prompt, known.text) == ("My name is Alice.", turn.text)
    with Session(settings) as session:
        for _ in session.client().call("DELETE", f"/responses/{turn.response_id}"):
            pass
        assert "1 turn without a readable transcript" in resumed(session, str(file))

"""Stores that earlier versions wrote, each saved as a file: three cells have asked in a notebook."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from threading import Timer

import pytest

from qwen_magic.conversation.chains.identity import Seen
from qwen_magic.conversation.chains.recognition import Asker, askers, digest_of_prompt, recognised
from qwen_magic.conversation.chains.tree import path
from qwen_magic.conversation.store import connection
from qwen_magic.conversation.store.schema import MIGRATIONS
from qwen_magic.conversation.store.store import ChainStore
from qwen_magic.conversation.turn.records import Chain
from tests.conversation.store.storing import ask, nowhere

SAVED = sorted(Path(__file__).with_name("versions").glob("chains.v*.sqlite3"))
ASKED = ("The word is one.", "The word is two.", "The word is three.")


def test_each_version_before_this_one_is_saved() -> None:
    numbers = [int(file.name.split(".")[1][1:]) for file in SAVED]
    assert numbers == list(range(1, len(MIGRATIONS)))


@pytest.mark.parametrize("saved", SAVED, ids=lambda file: file.name)
def test_its_conversation_goes_on(saved: Path, tmp_path: Path) -> None:
    shutil.copy(saved, tmp_path / "chains.sqlite3")
    store = ChainStore(tmp_path)
    notebook = store.notebook(Seen("/home/reader/lesson.ipynb", ("a", "b", "c")), nowhere)
    chain = Chain(notebook.id)
    nodes = path(store.tree(chain))
    assert [node.cell for node in nodes] == ["a", "b", "c"]
    assert [record.prompt for record in store.read(chain, [n.id for n in nodes])] == list(ASKED)
    document = [Asker("", "of a source", digest_of_prompt(prompt)) for prompt in ASKED]
    assert recognised(document, askers(nodes)) == ("a", "b", "c")
    ask(store, chain, "d")
    assert len(path(store.tree(chain))) == 4
    assert store.told() == ""
    store.close()


def test_a_kernel_waits_for_another_one_that_brings_the_file_up_to_date(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "_PATIENCE", 0.01)
    file = shutil.copy(SAVED[-1], tmp_path / "chains.sqlite3")
    with closing(sqlite3.connect(file, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        done = Timer(0.2, other.execute, ("ROLLBACK",))
        done.start()
        store = ChainStore(tmp_path)
        assert store.continues("https://any.example")
        done.join()
    assert (store.file, store.told()) == (file, "")
    store.close()

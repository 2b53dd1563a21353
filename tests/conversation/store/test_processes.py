from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from qwen_magic.conversation.store.store import ChainStore
from tests.conversation.store.storing import opened

ROOT = Path(__file__).parents[3]


def started(folder: Path, what: str, name: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.conversation.store.storing", str(folder), what, name]
    return subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def test_four_processes_store_200_turns_each(tmp_path: Path) -> None:
    processes = [started(tmp_path / "home", "200", name) for name in "abcd"]
    for process in processes:
        told, _ = process.communicate()
        assert (told.strip(), process.returncode) == ("", 0)
    store = ChainStore(tmp_path / "home")
    tree = store.tree(opened(store))
    assert {node.cell for node in tree.nodes} == {f"{n}{i}" for n in "abcd" for i in range(200)}
    assert len(tree.nodes) == 800
    assert {node.status for node in tree.nodes} == {"completed"}
    store.close()
    assert [file.name for file in (tmp_path / "home").glob("*.sqlite3")] == ["chains.sqlite3"]


def test_a_killed_kernel_loses_nothing_that_was_shown(tmp_path: Path) -> None:
    with started(tmp_path / "home", "stream", "") as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "shown\n"
        process.kill()
    store = ChainStore(tmp_path / "home")
    chain = opened(store)
    assert store.tree(chain).head == 1
    first, second = store.read(chain, [1, 2])
    assert first.status == "completed"
    assert (second.status, second.prompt) == ("failed", "A long one")
    message = second.output[0]
    text = "".join(f"word {number} " for number in range(100))
    assert message.content[0].text == text  # type: ignore[union-attr]
    store.close()

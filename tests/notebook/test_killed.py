"""What is left of a conversation whose kernel is killed in the middle of an answer."""

from __future__ import annotations

import json
import os
import signal
from typing import TYPE_CHECKING

import pytest

from qwen_magic.demo.server import DemoServer
from tests.notebook.kernels import running

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.notebook.kernels import Kernel

STORED = """
import json
from qwen_magic.conversation.chains.tree import path
session = get_ipython().magics_manager.registry["QwenMagics"].session
tree = session.store.tree(session.chain)
turn = session.store.read(session.chain, [2])[0]
text = "".join(part.text for item in turn.output for part in getattr(item, "content", ()))
print(json.dumps([[node.id for node in path(tree)], turn.status, turn.error, text]))
"""
REASON = "the kernel ended before the answer did"


@pytest.fixture
def notebook(tmp_path: Path) -> Iterator[dict[str, str]]:
    """Serve the demo, and tell a kernel of it and of a notebook with three cells."""
    file = tmp_path / "notes.ipynb"
    file.write_text(json.dumps({"cells": [{"id": cell} for cell in "abc"]}))
    with DemoServer(pace=0) as server:
        home = {"QWEN_MAGIC_HOME": str(tmp_path / "home"), "JPY_SESSION_NAME": str(file)}
        yield {"DASHSCOPE_BASE_URL": server.base_url, "DASHSCOPE_API_KEY": "k", **home}


def kill(kernel: Kernel) -> None:
    pid = kernel.manager.provisioner.pid  # type: ignore[union-attr]
    os.kill(pid, signal.SIGKILL)


@pytest.mark.parametrize(("model", "sign"), [("demo-stall", "(AI"), ("demo-slow", "Artificial")])
def test_nothing_that_was_shown_is_lost(notebook: dict[str, str], model: str, sign: str) -> None:
    with running(**notebook) as kernel:
        kernel.run("%%qwen\nMy name is Alice, please remember it.", cell="a")
        asked = kernel.start(f"%%qwen -m {model}\nIntroduce AI", cell="b")
        kernel.until(asked, sign)
        kill(kernel)
    with running(**notebook) as kernel:
        ran = kernel.run("%%qwen\nDo you remember my name?", cell="c")
        assert "Alice" in ran.html
        assert ran.shown["metadata"]["qwen_magic"]["number"] == 2
        way, status, error, text = json.loads(kernel.run(STORED).printed)
    assert (way, status, error) == ([1, 3], "failed", REASON)
    assert sign in text

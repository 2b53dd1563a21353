"""Loading, unloading and loading again, in a real kernel."""

from __future__ import annotations

import os
import subprocess
import sys
from subprocess import DEVNULL
from typing import TYPE_CHECKING

import pytest

from tests.notebook.kernels import Kernel, running

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from qwen_magic.demo.server import DemoServer

TURN = "import qwen_magic\nqwen_magic.Turn(prompt='Hello')"


@pytest.fixture
def kernel() -> Iterator[Kernel]:
    with running() as kernel:
        yield kernel


def kinds(kernel: Kernel) -> set[str]:
    """Return the MIME types in which a turn is shown."""
    return set(kernel.run(TURN).shown["data"])


def test_a_turn_is_shown_by_its_repr_alone_once_the_extension_is_unloaded(kernel: Kernel) -> None:
    assert "text/html" in kinds(kernel)
    kernel.run("%unload_ext qwen_magic")
    assert kinds(kernel) == {"text/plain"}
    kernel.run("%load_ext qwen_magic")
    assert "text/html" in kinds(kernel)


def test_what_was_loaded_before_leaves_nothing_behind(kernel: Kernel, demo: DemoServer) -> None:
    kernel.run(f"%config QwenMagics.base_url = '{demo.base_url}'")
    kernel.run("%%qwen\nHello", cell="a")
    kernel.run("%reload_ext qwen_magic\n%reload_ext qwen_magic")
    names = "[type(c).__name__ for c in get_ipython().configurables]"
    assert kernel.run(f"print({names}.count('QwenMagics'))").printed == "1\n"
    assert kernel.run("%%qwen\nHello", cell="a").status == "ok"


def test_a_question_in_the_cell_that_loads_the_extension_is_told_of(kernel: Kernel) -> None:
    cell = "%load_ext qwen_magic\n%qwen What is JSON?"
    kernel.run("%unload_ext qwen_magic")
    ran = kernel.run(cell)
    assert ran.printed.startswith("IPython took `%qwen What is JSON?` for a request for help")
    assert "IPython took" not in kernel.run("%reload_ext qwen_magic\n%qwen Is it?").printed


def scripted(code: str, folder: Path) -> str:
    """Return what IPython prints while it runs a script, and nobody watches."""
    (folder / "job.ipy").write_text(code)
    command = [sys.executable, "-m", "IPython", str(folder / "job.ipy")]
    ran = subprocess.run(command, stdin=DEVNULL, capture_output=True, text=True, check=False)
    return ran.stdout


def test_a_script_that_nobody_watches_is_refused_without_a_key(tmp_path: Path) -> None:
    told = scripted("%load_ext qwen_magic\n%qwen Hello\n%qwen Is it you?\n", tmp_path)
    assert "no API key is set" in told
    assert "IPython took `%qwen Is it you?`" in told


def test_a_panel_in_a_terminal_is_told_to_need_a_notebook(demo: DemoServer, tmp_path: Path) -> None:
    code = f"""%load_ext qwen_magic
%config QwenMagics.base_url = "{demo.base_url}"
import qwen_magic, IPython.display
panel = qwen_magic.Panel()
IPython.display.display(panel)
%qwen Hello.
%qwen_panel
"""
    told = scripted(code, tmp_path)
    assert told.count("chain main, turn 1") == 1  # the panel is not shown anew by each answer
    assert "CellError" in told
    assert "the chat needs a notebook" in told


def test_an_answer_reaches_a_pipe_that_lacks_its_characters(tmp_path: Path) -> None:
    program = (
        "from IPython.core.interactiveshell import InteractiveShell\n"
        "shell = InteractiveShell.instance()\n"
        "shell.extension_manager.load_extension('qwen_magic')\n"
        "shell.run_cell('%config QwenMagics.region = \"demo\"\\n%config QwenMagics.replay_speed = 0')\n"
        "for line in ('%qwen What can you do?', '%qwen_check', '%qwen_log'):\n"
        "    shell.run_cell(line).raise_error()\n"
    )
    as_on_windows = {"PYTHONUTF8": "0", "PYTHONIOENCODING": "cp1252"}
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        check=False,
        env=os.environ | as_on_windows | {"QWEN_MAGIC_HOME": str(tmp_path)},
    )
    assert done.returncode == 0, done.stderr.decode()
    assert b"Offline demo" in done.stdout

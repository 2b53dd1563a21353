from __future__ import annotations

from typing import TYPE_CHECKING

import nbformat
from playwright.sync_api import expect

from tests.browser.lab import environment

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from tests.browser.lab import Jupyter


def test_a_cell_shows_its_output_and_the_file_keeps_it(jupyter: Jupyter) -> None:
    heading = nbformat.v4.new_markdown_cell("# End")  # type: ignore[no-untyped-call]
    notebook = jupyter.open(["print(1 + 1)", heading])
    notebook.traffic.clear()
    notebook.run(0)
    assert notebook.outputs(0) == [{"output_type": "stream", "name": "stdout", "text": "2\n"}]
    expect(notebook.output(0)).to_have_text("2")
    assert "<pre" in notebook.output_html(0)
    assert notebook.execution_count(0) == 1
    assert notebook.traffic.messages["execute_reply"] == 1
    assert notebook.traffic.sizes["execute_reply"] > 200
    assert notebook.console == []
    notebook.save()
    code, text = notebook.saved().cells
    assert code.outputs == notebook.outputs(0)
    assert (text.cell_type, text.source) == ("markdown", "# End")
    notebook.screenshot(f"harness-{jupyter.app}")


def test_an_interrupt_ends_a_cell(jupyter: Jupyter) -> None:
    notebook = jupyter.open(["print('round')\nwhile True: pass", "1"])
    notebook.run_all(wait=False)
    notebook.wait_output(0, "round")
    notebook.interrupt()
    notebook.wait_done()
    assert [output.get("ename") for output in notebook.outputs(0)] == [None, "KeyboardInterrupt"]
    assert (notebook.outputs(1), notebook.execution_count(1)) == ([], None)


def test_a_reopened_notebook_is_trusted_or_a_strangers(lab: Jupyter) -> None:
    script = "<b onclick='x'>bold</b>"
    notebook = lab.open([f"from IPython.display import HTML\nHTML({script!r})"])
    notebook.run_all()
    notebook.reload()
    notebook.wait_output(0, "bold")
    assert "onclick" in notebook.output_html(0)
    notebook.reopen(trusted=False)
    notebook.wait_output(0, "bold")
    assert "onclick" not in notebook.output_html(0)


def test_a_server_gets_a_home_of_its_own_and_no_key(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DASHSCOPE_API_KEY", "sk-1")
    env = environment(tmp_path)
    assert not [name for name in env if "DASHSCOPE" in name]
    assert env["HOME"] == str(tmp_path / "home")
    assert env["QWEN_MAGIC_HOME"] == str(tmp_path / "qwen_magic")

"""`%qwen_usage` and the budget in a real kernel."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.notebook.kernels import Kernel, running

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from qwen_magic.demo.server import DemoServer


@pytest.fixture
def kernel(demo: DemoServer, tmp_path: Path) -> Iterator[Kernel]:
    place = str(tmp_path / "lesson.ipynb")
    with running(DASHSCOPE_BASE_URL=demo.base_url, JPY_SESSION_NAME=place) as kernel:
        yield kernel


def usage(kernel: Kernel, line: str = "") -> str:
    """Return the table as text."""
    (output,) = kernel.run(f"%qwen_usage {line}", cell="u").outputs
    return str(output["data"]["text/plain"])


def test_what_was_spent_is_told_for_this_notebook_and_for_all(kernel: Kernel) -> None:
    assert usage(kernel).splitlines()[1].split() == ["This", "notebook", *"00000"]
    kernel.run("%%qwen\nHello!", cell="a")
    kernel.run("%%qwen -c trip -m qwen3.7-max\nHello!", cell="b")
    kernel.run("%config QwenMagics.region = 'demo'\n%config QwenMagics.base_url = ''")
    kernel.run("%%qwen\nHello!", cell="a")
    told = usage(kernel)
    lines = [line.split() for line in told.splitlines()]
    assert [(line[0], line[1]) for line in lines if line[0] in {"main", "trip", "qwen3.7-max"}] == [
        ("main", "2"),
        ("trip", "1"),
        ("qwen3.7-max", "1"),
        ("qwen3.7-max", "1"),
    ]
    assert "qwen3.7-plus (demo)" in told
    assert "All notebooks" in told
    assert "For money, set prices" in told


def test_with_prices_money_is_told(kernel: Kernel) -> None:
    kernel.run("%%qwen\nHello!", cell="a")
    kernel.run('%config QwenMagics.prices = {"qwen3.7-plus": (1_000_000, 0)}')
    told = usage(kernel)
    cells = told.splitlines()[1].split()
    assert float(cells[-1].replace(",", "")) == float(cells[3].replace(",", ""))
    kernel.run("%%qwen -m qwen3.7-max\nHello!", cell="b")
    assert "No price is set for qwen3.7-max" in usage(kernel)
    refused = kernel.run('%config QwenMagics.prices = {"m": "free"}')
    assert "no two or three numbers" in refused.printed


def test_a_cell_that_would_go_over_the_budget_is_refused(kernel: Kernel) -> None:
    kernel.run("%%qwen\nHello!", cell="a")
    kernel.run("%config QwenMagics.budget = 60")
    (error,) = kernel.run("%%qwen\nAnd now?", cell="b").errors
    assert error["evalue"].startswith("the budget of 60 tokens a day does not last")
    assert "--over asks all the same" in error["evalue"]
    assert "Budget: " in usage(kernel)
    assert "Nothing was sent" in kernel.run("%%qwen --dry-run\nAnd now?", cell="b").printed
    assert kernel.run("%%qwen --over\nAnd now?", cell="b").status == "ok"
    kernel.run("import qwen_magic\npanel = qwen_magic.Panel()\npanel.ask('And now?')", cell="p")
    told = "panel._layout._told.value"
    kernel.run(f"import time\nwhile panel.busy: time.sleep(0.05)\nprint({told})")
    assert kernel.run("print(len(panel._qwen.session.path()))").printed == "2\n"


def test_another_word_is_refused(kernel: Kernel) -> None:
    (error,) = kernel.run("%qwen_usage today").errors
    assert error["evalue"].startswith("unexpected 'today'")

"""The panel at the side in a real kernel, which JupyterLab's extension asks for without a cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.notebook.kernels import Kernel, Ran, running

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qwen_magic.demo.server import DemoServer

SHOW = '__import__("qwen_magic.notebook.panel.side", fromlist=["side"]).show()'
VIEW = "application/vnd.jupyter.widget-view+json"


@pytest.fixture
def kernel(demo: DemoServer) -> Iterator[Kernel]:
    with running(DASHSCOPE_BASE_URL=demo.base_url, DASHSCOPE_API_KEY="none") as kernel:
        yield kernel


def model(ran: Ran) -> str:
    assert ran.status == "ok", ran.errors
    return str(ran.outputs[0]["data"][VIEW]["model_id"])


def test_a_kernel_has_one_and_it_comes_back_with_its_page(kernel: Kernel) -> None:
    first = model(kernel.run(SHOW))
    kernel.run("%qwen My name is Ada.", cell="a")
    again = kernel.run(SHOW)
    assert model(again) == first
    assert "Ada" in str(again.outputs[1]["data"]["text/html"])


def test_another_is_made_when_it_was_closed_or_the_extension_loaded_again(kernel: Kernel) -> None:
    first = model(kernel.run(SHOW))
    kernel.run("import qwen_magic.notebook.panel.feed as f; f.shared().side.close()", cell="a")
    second = model(kernel.run(SHOW))
    kernel.run("%reload_ext qwen_magic", cell="a")
    third = model(kernel.run(SHOW))
    assert len({first, second, third}) == 3


def test_it_leaves_the_readers_names_alone(kernel: Kernel) -> None:
    names = "sorted(name for name in globals() if name[0] != '_')"
    before = kernel.run(f"print({names})\n7", cell="a").printed
    kernel.run(SHOW)
    assert kernel.run(f"print({names})", cell="a").printed == before
    assert kernel.run("print(_)", cell="a").printed == "7\n"


def test_nobody_sees_one_where_nobody_watches(kernel: Kernel) -> None:
    (output,) = kernel.run(SHOW, person=False).outputs
    assert VIEW not in output["data"]

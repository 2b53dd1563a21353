"""The live view in a real kernel: messages, clicks and what is left at the end."""

from __future__ import annotations

import time
from contextlib import contextmanager
from importlib.metadata import version
from typing import TYPE_CHECKING

import pytest

from qwen_magic.demo.server import DemoServer
from qwen_magic.notebook.cards.html import part_html
from qwen_magic.notebook.cards.parts import Logs
from tests.notebook.comms import Page
from tests.notebook.kernels import PATIENCE, Kernel, running
from tests.slowness import slowness

if TYPE_CHECKING:
    from collections.abc import Iterator

THINKING = "%%qwen --new -e medium -m {model}\nWhich is larger, 9.9 or 9.11?"

with_subshells = pytest.mark.skipif(version("ipykernel") < "7", reason="no subshells before 7")


@pytest.fixture(scope="module")
def server() -> Iterator[DemoServer]:
    with DemoServer(pace=0.001) as server:
        yield server


@pytest.fixture(scope="module")
def kernel(server: DemoServer) -> Iterator[Kernel]:
    with running(DASHSCOPE_BASE_URL=server.base_url, DASHSCOPE_API_KEY="none") as kernel:
        yield kernel


def ran(kernel: Kernel, code: str) -> Page:
    """Run a cell as a page with widgets does."""
    page = Page(kernel)
    page.finish(kernel.start(code, cell="a"))
    return page


@contextmanager
def paced(kernel: Kernel, pace: float) -> Iterator[None]:
    """Use a server that sends its pieces at another pace."""
    with DemoServer(pace=pace) as server:
        kernel.run(f'%config QwenMagics.base_url = "{server.base_url}"')
        yield
        kernel.run('%config QwenMagics.base_url = ""')


def test_every_widget_is_closed_after_the_output_stands(kernel: Kernel) -> None:
    page = ran(kernel, THINKING.format(model="qwen3.7-plus"))
    assert sorted(page.closed) == sorted(page.widgets)
    (output,) = page.outputs
    assert set(output["data"]) == {"text/html", "text/plain", "text/markdown"}


def test_a_refused_question_makes_no_widgets(kernel: Kernel) -> None:
    page = ran(kernel, "%%qwen -t web_extractor\nHello")
    assert (page.widgets, page.outputs) == ({}, [])


def test_a_question_that_is_refused_when_it_is_its_turn_leaves_no_widgets(kernel: Kernel) -> None:
    page = Page(kernel)
    with paced(kernel, 0.02):
        kernel.run("import qwen_magic; panel = qwen_magic.Panel(); panel.ask('Introduce AI')")
        request = kernel.start("%%qwen -t web_extractor\nHello", cell="a")
        while not page.outputs:
            page.follow(request)
        view = page.outputs[0]["data"]["application/vnd.jupyter.widget-view+json"]["model_id"]
        page.finish(request)
        kernel.run("panel.close()")
    assert view in page.closed
    (output,) = page.outputs
    assert output["data"]["text/plain"].startswith("No answer came.")


def test_widgets_share_one_layout_and_one_style(kernel: Kernel) -> None:
    page = ran(kernel, "%%qwen --new\nWrite a long answer of 8 KB")
    assert len(page.models("HTMLMathModel")) > 20
    assert len(page.models("HTMLMathStyleModel")) == 1
    assert len(page.models("LayoutModel")) == 3  # the button's and the hidden style's are others


def test_bytes_grow_with_the_answer_not_with_its_square(kernel: Kernel) -> None:
    short = ran(kernel, "%%qwen --new\nWrite a long answer of 2 KB")
    long = ran(kernel, "%%qwen --new\nWrite a long answer of 8 KB")
    assert long.size < 4.5 * short.size


def test_a_burst_is_few_messages_and_arrives_whole(kernel: Kernel) -> None:
    with paced(kernel, 0):
        page = ran(kernel, "%%qwen --new\nWrite a long answer of 20 KB")
    assert page.messages < 1_000
    html = page.outputs[0]["data"]["text/html"]
    assert html.count("<h2>") == page.outputs[0]["data"]["text/markdown"].count("\n## ") > 40
    assert "Offline demo" in html


def test_without_widgets_the_first_display_tells_what_comes(kernel: Kernel) -> None:
    request = kernel.start("%%qwen --new -m demo-stall\nHello", cell="a")
    page = Page(kernel)
    page.until(request, "Hello")
    data = page.outputs[0]["data"]
    assert "interrupt the kernel to stop" in data["text/html"]
    assert "application/vnd.jupyter.widget-view+json" in data
    kernel.interrupt()
    page.finish(request)


@with_subshells
def test_stop_works_while_the_cell_runs(kernel: Kernel, server: DemoServer) -> None:
    page = Page(kernel)
    page.open_subshell()
    left = server.aborted
    request = kernel.start("%%qwen --new -m demo-stall\nHello", cell="a")
    page.until(request, "Hello")
    clicked = time.monotonic()
    page.click()
    page.finish(request)
    assert page.idle - clicked < slowness()  # a quiet machine takes 30 ms
    (output,) = page.outputs
    assert output["metadata"]["qwen_magic"]["status"] == "cancelled"
    assert "Hello" in output["data"]["text/html"]
    until = time.monotonic() + PATIENCE
    while server.aborted == left and time.monotonic() < until:
        time.sleep(0.01)
    assert server.aborted == left + 1


@with_subshells
def test_a_fold_that_the_reader_opened_stays_open(kernel: Kernel) -> None:
    page = Page(kernel)
    page.open_subshell()
    with paced(kernel, 0.02):
        request = kernel.start(THINKING.format(model="qwen3.7-plus"), cell="a")
        page.until(request, "Thought for")
        (fold,) = page.models("ToggleButtonModel")
        assert fold["value"] is False
        page.toggle(is_open=True)
        page.finish(request)
    assert "<details " in page.outputs[0]["data"]["text/html"]
    assert " open>" in page.outputs[0]["data"]["text/html"]


def test_folds_that_nobody_touched_are_folded_at_the_end(kernel: Kernel) -> None:
    page = ran(kernel, THINKING.format(model="qwen3.7-plus"))
    assert "<details " in page.outputs[0]["data"]["text/html"]
    assert " open>" not in page.outputs[0]["data"]["text/html"]


def test_a_long_result_is_folded_behind_its_beginning() -> None:
    html = part_html(Logs("\n".join(f"line {n} <b>" for n in range(1_000))))
    beginning, rest = html.split("<details")
    assert beginning.count("line") == 30
    assert "Show all: 970 more lines</summary>" in rest
    assert rest.count("line ") == 970
    assert "<b>" not in html
    assert "<details" not in part_html(Logs("a\nb"))


def test_a_long_line_is_folded_too() -> None:
    html = part_html(Logs("x" * 60_000))
    assert html.count("x" * 4_000) == 15
    assert "Show all: 56,000 more characters</summary>" in html


def test_no_time_is_in_what_is_saved(kernel: Kernel) -> None:
    code = THINKING.format(model="qwen3.7-plus").replace("--new", "-c alone")
    with paced(kernel, 0.005):
        first, second = ran(kernel, code), ran(kernel, code)
    assert "Thought for" in str(first.widgets)
    assert first.outputs[0]["data"] == second.outputs[0]["data"]


def test_without_a_subshell_the_text_tells_how_to_stop(server: DemoServer) -> None:
    with running(DASHSCOPE_BASE_URL=server.base_url, DASHSCOPE_API_KEY="none") as kernel:
        request = kernel.start("%%qwen --new -m demo-stall\nHello", cell="a")
        page = Page(kernel)
        page.until(request, "Waiting for more… 3 s · interrupt the kernel to stop")
        assert page.models("ButtonModel")
        assert "none" in [layout["display"] for layout in page.models("LayoutModel")]
        kernel.interrupt()
        page.finish(request)


def test_without_ipywidgets_the_output_is_redrawn(server: DemoServer) -> None:
    with running(DASHSCOPE_BASE_URL=server.base_url, DASHSCOPE_API_KEY="none") as kernel:
        kernel.run("import sys\nsys.modules['ipywidgets'] = None")
        ran = kernel.run("%%qwen --new\nWrite a long answer of 2 KB", cell="a")
    assert (ran.status, len(ran.outputs), ran.widgets) == ("ok", 1, [])
    assert 3 < len(ran.updates) < 200
    assert ran.shown["metadata"]["qwen_magic"]["status"] == "completed"

"""`%qwen_fix` and `{{error}}` in a real kernel."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from qwen_magic.demo.server import DemoServer
from tests.notebook.kernels import Kernel, running

if TYPE_CHECKING:
    from collections.abc import Iterator

FAILS = 'total = 3\napi_key = "abcdefgh1234"\ntotl + 1'
LEFT = "print(_qwen.prompt)"


@pytest.fixture(scope="module")
def server() -> Iterator[DemoServer]:
    with DemoServer(pace=0) as server:
        yield server


@pytest.fixture
def kernel(server: DemoServer) -> Iterator[Kernel]:
    with running(DASHSCOPE_BASE_URL=server.base_url, JPY_SESSION_NAME="") as kernel:
        yield kernel


def test_the_last_error_is_sent_and_told(kernel: Kernel) -> None:
    kernel.run(FAILS, cell="a")
    ran = kernel.run("%qwen_fix", cell="b")
    assert (ran.status, len(ran.outputs)) == ("ok", 1)
    plain = ran.shown["data"]["text/plain"]
    assert "NameError of cell [2] with its code" in plain
    assert "%qwen_fix --dry-run shows it" in plain
    sent = kernel.run(LEFT).printed
    assert sent.startswith("My cell raised an error.")
    assert "  line 3: totl + 1\nNameError: name 'totl' is not defined" in sent
    assert 'api_key = "…"' in sent
    assert "abcdefgh1234" not in sent


def test_a_dry_run_shows_what_would_be_sent_and_sends_nothing(kernel: Kernel) -> None:
    kernel.run(FAILS, cell="a")
    ran = kernel.run("%qwen_fix --dry-run it should be four", cell="b")
    assert ran.outputs == []
    assert "What I want: it should be four\n\n```python\ntotal = 3" in ran.printed
    assert ran.printed.endswith("Nothing was sent.\n")
    assert "_qwen" in kernel.run("_qwen").errors[0]["evalue"]


def test_a_hint_may_be_a_question(kernel: Kernel) -> None:
    kernel.run(FAILS, cell="a")
    assert kernel.run("%qwen_fix -e low Why is it so?", cell="b").status == "ok"
    assert "What I want: Why is it so?" in kernel.run(LEFT).printed


def test_the_error_can_be_put_into_a_question(kernel: Kernel) -> None:
    ran = kernel.run("%%qwen\nWhat is {{error}}?", cell="z")
    assert "{{error}}: no cell has failed yet; sent as written" in ran.html
    kernel.run(FAILS, cell="a")
    ran = kernel.run("%%qwen\n{{error}}\nIn one word?", cell="b")
    assert "{{error}}: NameError of cell [3] with its code" in ran.html
    sent = kernel.run(LEFT).printed
    assert sent.startswith("```python\ntotal = 3\napi_key =")
    assert "abcdefgh1234" not in sent
    kernel.run('error = "mine"')
    kernel.run("%%qwen\n{{error}}", cell="b")
    assert kernel.run(LEFT).printed == "mine\n"


def test_without_an_error_the_line_says_so(kernel: Kernel) -> None:
    (error,) = kernel.run("%qwen_fix").errors
    assert error["evalue"].startswith("no cell has failed yet")
    kernel.run("%%qwen --nope\nHi", cell="a")
    (error,) = kernel.run("%qwen_fix").errors
    assert error["evalue"].startswith("no cell has failed but our own: unknown option '--nope'")


def test_errors_of_our_own_do_not_take_the_place_of_others(kernel: Kernel) -> None:
    kernel.run(FAILS, cell="a")
    kernel.run("%%qwen --nope\nHi", cell="b")
    kernel.run("%qwen_chain --nope", cell="b")
    assert kernel.run("%qwen_fix", cell="c").status == "ok"
    assert "NameError" in kernel.run(LEFT).printed


def test_a_cell_that_runs_well_again_is_no_error(kernel: Kernel) -> None:
    kernel.run(FAILS, cell="a")
    kernel.run("x = 1", cell="b")
    assert kernel.run("%qwen_fix --dry-run", cell="c").status == "ok"
    kernel.run("total = 3", cell="a")
    assert kernel.run("%qwen_fix --dry-run", cell="c").status == "error"


@pytest.mark.parametrize("fails", ["{}['x']", "x = (1 +"])
def test_an_error_from_before_loading_is_known(kernel: Kernel, fails: str) -> None:
    kernel.run("%unload_ext qwen_magic")
    kernel.run(fails, cell="a")
    kernel.run("%load_ext qwen_magic")
    printed = kernel.run("%qwen_fix --dry-run", cell="b").printed
    assert f"```python\n{fails}\n```" in printed


def test_an_interrupted_cell_is_told_with_its_line(kernel: Kernel) -> None:
    request = kernel.start("import time\nprint('on')\nwhile True:\n    time.sleep(0.01)", cell="a")
    ran = kernel.until(request, "on")
    kernel.interrupt()
    assert kernel.finish(request, ran).status == "error"
    printed = kernel.run("%qwen_fix --dry-run", cell="b").printed
    assert "time.sleep(0.01)" in printed
    assert "\nKeyboardInterrupt\n```" in printed, printed


def test_in_a_chinese_notebook_it_asks_in_chinese(kernel: Kernel) -> None:
    kernel.run("# 计算总数\ntotl + 1", cell="a")
    kernel.run("%qwen_fix", cell="b")
    assert kernel.run(LEFT).printed.startswith("我的单元格报错了。")
    assert "离线演示" in kernel.run("print(_qwen.text)").printed
    kernel.run("%qwen_fix please in English", cell="b")
    assert kernel.run(LEFT).printed.startswith("My cell raised an error.")

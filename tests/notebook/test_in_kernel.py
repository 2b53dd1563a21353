"""`%%qwen` in a real kernel, asked the way JupyterLab and nbclient ask."""

from __future__ import annotations

import json
import time
from threading import Event
from typing import TYPE_CHECKING

import pytest

from qwen_magic.demo.server import DemoServer
from qwen_magic.responses.request import EFFORTS
from tests.notebook.kernels import Kernel, running
from tests.slowness import slowness

if TYPE_CHECKING:
    from collections.abc import Iterator

KEY = "sk-0123456789abcdef0123456789abcdef"


@pytest.fixture(scope="module")
def server() -> Iterator[DemoServer]:
    with DemoServer(pace=0.002, key=KEY) as server:
        yield server


@pytest.fixture(scope="module")
def kernel(server: DemoServer) -> Iterator[Kernel]:
    with running(DASHSCOPE_BASE_URL=server.base_url, DASHSCOPE_API_KEY=KEY) as kernel:
        yield kernel


def test_a_cell_streams_into_one_output(kernel: Kernel) -> None:
    ran = kernel.run("%%qwen --new\nWhat can you do?", cell="a")
    assert (ran.status, len(ran.outputs), ran.printed, ran.errors) == ("ok", 1, "", [])
    assert len(ran.widgets) > 2
    assert len(ran.updates) == 1
    assert set(ran.shown["data"]) == {"text/html", "text/plain", "text/markdown"}
    assert ran.shown["metadata"]["qwen_magic"]["status"] == "completed"


def test_without_a_person_there_is_one_display_at_the_end(kernel: Kernel) -> None:
    ran = kernel.run("%%qwen --new\nWhat can you do?", person=False)
    assert (ran.status, len(ran.outputs), ran.updates, ran.printed) == ("ok", 1, [], "")
    assert "demo" in ran.html


def test_without_a_cells_id_finished_blocks_are_printed(kernel: Kernel) -> None:
    ran = kernel.run("%%qwen --new\nWhat can you do?")
    assert (ran.status, ran.outputs, ran.updates) == ("ok", [], [])
    assert "demo" in ran.printed
    assert "\x1b" not in ran.printed


def test_printed_answers_tell_what_changed_in_the_chain(kernel: Kernel) -> None:
    for _ in range(2):
        assert "set aside" not in kernel.run("%qwen -c printed Hello").printed
    assert "2 earlier turns set aside" in kernel.run("%qwen -c printed --new Hello").printed


def test_printed_answers_leave_reasoning_out_where_it_is_turned_off(kernel: Kernel) -> None:
    asked = "%qwen --new -e high What is 2 + 2?"
    assert "│ " in kernel.run(asked).printed
    kernel.run("%config QwenMagics.show_reasoning = False")
    ran = kernel.run(asked)
    kernel.run("%config QwenMagics.show_reasoning = True")
    assert "│ " not in ran.printed
    assert "4" in ran.printed


def test_the_chain_follows_through_cells_and_lines(kernel: Kernel) -> None:
    kernel.run("%%qwen --new\nMy name is Alice, please remember it.", cell="a")
    ran = kernel.run("%qwen Do you remember my name?", cell="b")
    assert "Alice" in ran.html
    assert ran.shown["metadata"]["qwen_magic"]["number"] == 2


def test_the_turn_is_kept_in_variables(kernel: Kernel) -> None:
    kernel.run("%%qwen --new -o answer\nWhich is larger, 9.9 or 9.11?", cell="a")
    ran = kernel.run("print(_qwen is answer, answer.status, '9.9' in answer.text)")
    assert ran.printed == "True completed True\n"


def test_a_turn_as_a_cells_value_looks_like_its_output(kernel: Kernel) -> None:
    asked = kernel.run("%%qwen --new\nHello", cell="a")
    assert kernel.run("_qwen", cell="b").shown["data"] == asked.shown["data"]


def test_an_assignment_gets_the_turn(kernel: Kernel) -> None:
    kernel.run("turn = %qwen --new What is 2 + 2?", cell="a")
    assert kernel.run("print(turn.prompt)").printed == "What is 2 + 2?\n"


def test_braces_and_dollars_are_sent_as_written(kernel: Kernel, server: DemoServer) -> None:
    kernel.run("x = 'no'")
    text = r'a {x} $x {"k": [1]} \frac{x}{y} {{unknown}} %qwen'
    kernel.run(f"%%qwen --new\n{text}", cell="a")
    kernel.run(f"%qwen {text}", cell="b")
    assert [request.body["input"] for request in server.requests[-2:]] == [text, text]


def test_two_braces_around_a_variable_are_filled(kernel: Kernel, server: DemoServer) -> None:
    kernel.run("city = 'Hangzhou'")
    ran = kernel.run("%%qwen --new\nWhere is {{city}}?", cell="a")
    assert server.requests[-1].body["input"] == "Where is Hangzhou?"
    assert "city" in ran.html


def test_names_of_ipython_itself_are_not_filled(kernel: Kernel, server: DemoServer) -> None:
    kernel.run("%%qwen --new\nWhat is {{In}} or {{exit}}?", cell="a")
    assert server.requests[-1].body["input"] == "What is {{In}} or {{exit}}?"


def test_raw_sends_them_as_they_are(kernel: Kernel, server: DemoServer) -> None:
    kernel.run("city = 'Hangzhou'")
    kernel.run("%%qwen --new --raw\nWhere is {{city}}?", cell="a")
    assert server.requests[-1].body["input"] == "Where is {{city}}?"


@pytest.mark.parametrize("cell", ["%qwen What is JSON?", "%%qwen What is JSON?"])
def test_questions_that_ipython_would_steal_are_asked(
    kernel: Kernel, server: DemoServer, cell: str
) -> None:
    assert kernel.run(cell, cell="a").status == "ok"
    assert server.requests[-1].body["input"] == "What is JSON?"


def test_help_lists_every_option(kernel: Kernel) -> None:
    request = kernel.start("%%qwen?", cell="a")
    kernel.finish(request)
    ran = kernel.run(
        "from qwen_magic.notebook.magics.magics import QwenMagics; print(QwenMagics.qwen.__doc__)"
    )
    for flag in ("--model", "--dry-run", "--thinking", "{{name}}"):
        assert flag in ran.printed


@pytest.mark.parametrize(
    ("code", "offered"),
    [
        ("%%qwen --mo", ["--model"]),
        ("%%qwen -e ", list(EFFORTS)),
        ("%qwen -t web_search,code", ["code_interpreter"]),
        ("%qwen -m qwen3.7-p", ["qwen3.7-plus", "qwen3.7-plus-2026-05-26"]),
        ("%qwen -m qwen3.7-max-2026-06", ["qwen3.7-max-2026-06-08"]),
        ("%qwen --effort=h", ["--effort=high"]),
        ("%qwen_log --to ", ["md", "json"]),
    ],
)
def test_the_tab_key_offers_the_options_alone(
    kernel: Kernel, code: str, offered: list[str]
) -> None:
    assert kernel.complete(code) == offered


def test_dry_run_shows_the_request_and_sends_nothing(kernel: Kernel, server: DemoServer) -> None:
    before = len(server.requests)
    ran = kernel.run("%%qwen --new --dry-run -e low --cache on\nHello", cell="a")
    body = json.loads(ran.printed[ran.printed.index("{") : ran.printed.rindex("}") + 1])
    assert body == {
        "model": "qwen3.7-plus",
        "input": "Hello",
        "stream": True,
        "reasoning": {"effort": "low"},
    }
    assert "x-dashscope-session-cache: enable" in ran.printed
    assert len(server.requests) == before


def test_status_tells_the_endpoint_and_hides_the_key(kernel: Kernel, server: DemoServer) -> None:
    ran = kernel.run("%qwen", cell="a")
    assert server.base_url in ran.printed
    assert "found" in ran.printed
    assert "sk-" not in ran.printed


def test_an_error_is_two_lines_without_a_traceback(kernel: Kernel) -> None:
    ran = kernel.run("%%qwen -m nonesuch\nHello", cell="a")
    (error,) = ran.errors
    assert ran.status == "error"
    assert len(error["traceback"]) == 2
    assert "nonesuch" in error["traceback"][0]
    assert error["traceback"][1].startswith("→ check the model's name")


def test_the_partial_answer_stays_above_the_error(kernel: Kernel) -> None:
    ran = kernel.run("%%qwen --new -m demo-cut\nHello", cell="a")
    assert ran.status == "error"
    assert "Hello" in ran.html
    assert ran.shown["metadata"]["qwen_magic"]["status"] == "failed"


def test_the_same_error_keeps_its_traceback_in_the_users_code(kernel: Kernel) -> None:
    ran = kernel.run("import qwen_magic\nqwen_magic.Session().ask('')", cell="a")
    assert "Traceback" in "\n".join(ran.errors[0]["traceback"])


def test_an_interrupt_ends_the_turn_at_once_and_shows_no_error(kernel: Kernel) -> None:
    request = kernel.start("%%qwen --new -m demo-stall\nHello", cell="a")
    ran = kernel.until(request, "Hello")
    pressed = time.monotonic()
    kernel.interrupt()
    kernel.finish(request, ran)
    assert ran.ended - pressed < slowness()  # a quiet machine takes a tenth
    assert (ran.status, ran.errors, len(ran.outputs)) == ("error", [], 1)
    assert "Hello" in ran.html
    assert ran.shown["metadata"]["qwen_magic"]["status"] == "cancelled"


def test_an_interrupt_drops_the_cells_behind_it(kernel: Kernel, server: DemoServer) -> None:
    request = kernel.start("%%qwen --new -m demo-stall\nHello", cell="a")
    behind = kernel.start("%%qwen\nAnother", cell="b")
    ran = kernel.until(request, "Hello")
    kernel.interrupt()
    kernel.finish(request, ran)
    assert kernel.finish(behind).status in {"aborted", "error"}
    assert server.requests[-1].body["input"] == "Hello"


BEHIND = """
import asyncio

shell, story = get_ipython(), "--new -m demo-stall Hello"

async def ask():
    shell.run_line_magic("qwen", story)

"""


@pytest.mark.parametrize(
    "asked",
    [
        "asyncio.create_task(ask())",
        "asyncio.get_running_loop().call_later(0, lambda: shell.run_line_magic('qwen', story))",
        "await asyncio.create_task(ask())",
    ],
)
def test_an_interrupt_of_what_runs_behind_a_cell_leaves_the_kernel_alive(
    kernel: Kernel, server: DemoServer, asked: str
) -> None:
    known, left = len(server.requests), server.aborted
    request = kernel.start(f"{BEHIND}_ = {asked}")
    while len(server.requests) == known:
        Event().wait(0.02)
    while server.aborted == left:  # outside of a cell, the kernel may not hear the first one
        kernel.interrupt()
        deadline = time.monotonic() + 10
        while server.aborted == left and time.monotonic() < deadline:
            Event().wait(0.02)
    assert not kernel.finish(request).errors
    assert kernel.run("print('alive')").printed == "alive\n"


def test_an_interrupt_ends_a_loop_of_questions(kernel: Kernel) -> None:
    request = kernel.start("for _ in range(3):\n    %qwen --new -m demo-stall Hello\n", cell="a")
    ran = kernel.until(request, "Hello")
    kernel.interrupt()
    kernel.finish(request, ran)
    assert (ran.status, len(ran.outputs)) == ("error", 1)


def test_the_key_is_nowhere(kernel: Kernel) -> None:
    codes = [
        "%qwen",
        "%%qwen --new\nHello",
        "%%qwen --dry-run\nHello",
        "%%qwen -m demo-cut\nHello",
        "%%qwen -m nonesuch\nHello",
        "%config QwenMagics",
        "import qwen_magic\ns = qwen_magic.Session()\ns.ask('Hello'); vars(s), s.settings, s.last",
        "%xmode Verbose",
        "import qwen_magic\nqwen_magic.Session(qwen_magic.Settings(model='nonesuch')).ask('Hello')",
        "%xmode Context",
        "import logging; logging.basicConfig(level=0, force=True)",
        "%%qwen --new\nHello",
        "logging.basicConfig(level=30, force=True)",
    ]
    for code in codes:
        ran = kernel.run(code, cell="a")
        assert KEY not in repr(ran), code


def test_without_key_and_person_it_is_an_error() -> None:
    with running(DASHSCOPE_API_KEY="", DASHSCOPE_BASE_URL="") as kernel:
        ran = kernel.run("%%qwen\nHello", person=False)
        assert "no API key is set" in ran.errors[0]["evalue"]
        assert kernel.run("%%qwen -t web_extractor\nHello", cell="a").status == "error"
        ran = kernel.run("%%qwen\nHello", cell="a")
        assert "No API key is set, so the built-in demo answers" in ran.html
        assert "No API key" not in kernel.run("%%qwen\nHello", cell="a").html
        assert "To ask a real model, set a key:" in kernel.run("%qwen", cell="a").printed
        kernel.run('%config QwenMagics.region = "demo"')
        assert "choose another region" in kernel.run("%qwen", cell="a").printed

"""`%%qwen` as a reader sees it, in a real JupyterLab and a real Notebook 7."""

from __future__ import annotations

import json
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.browser.panel import DEMO, QUICK
from tests.notebook.attacks import ATTACKS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.browser.lab import Jupyter
    from tests.browser.notebook import OpenNotebook

RAN = "window.ran = (window.ran || 0) + 1"


def asked(jupyter: Jupyter, *cells: str, load: str = QUICK) -> OpenNotebook:
    """Open a notebook whose first cell loads the extension, and run that cell."""
    notebook = jupyter.open([load, *cells])
    notebook.run(0)
    return notebook


def test_an_answer_grows_and_settles_in_one_output(jupyter: Jupyter) -> None:
    notebook = asked(jupyter, "%%qwen -e medium\nWhich is larger, 9.9 or 9.11?", load=DEMO)
    notebook.run(1, wait=False)
    notebook.wait_output(1, "Thinking")
    notebook.screenshot(f"ask-growing-{jupyter.app}")
    notebook.wait_done()
    (output,) = notebook.outputs(1)
    assert output["metadata"]["qwen_magic"]["status"] == "completed"
    expect(notebook.output(1).locator("details")).to_have_count(1)
    expect(notebook.output(1)).to_contain_text("9.9 is larger")
    assert notebook.console == []
    notebook.screenshot(f"ask-settled-{jupyter.app}")


def test_a_saved_answer_looks_the_same_to_a_stranger(lab: Jupyter) -> None:
    notebook = asked(lab, "%%qwen -t web_search,web_extractor\nFind the Alibaba Cloud website")
    notebook.run(1)
    expect(notebook.page.locator(".jupyter-widgets")).to_have_count(0)
    before = notebook.output(1).inner_text()
    folded = notebook.output(1).locator("details").count()
    notebook.reopen(trusted=False)
    expect(notebook.output(1)).to_have_text(before, use_inner_text=True)
    assert notebook.output(1).locator("details").count() == folded > 1


def test_formulas_are_typeset_and_code_is_coloured(lab: Jupyter) -> None:
    notebook = asked(
        lab,
        "%%qwen\nSolve a quadratic equation",
        "%%qwen\nWrite a Python function for Fibonacci numbers",
    )
    notebook.run_all()
    notebook.output(1).locator("mjx-container").first.wait_for()
    keyword = notebook.output(2).locator(".highlight .k").first
    plain = notebook.output(2).locator("p").first
    color = "e => getComputedStyle(e).color"
    assert keyword.evaluate(color) != plain.evaluate(color)
    notebook.screenshot("ask-formulas")


def test_stop_keeps_the_text_and_run_all_goes_no_further(jupyter: Jupyter) -> None:
    notebook = asked(jupyter, "%%qwen -m demo-stall\nHello", "1 + 1")
    notebook.run_all(wait=False)
    notebook.wait_output(1, "Hello")
    notebook.interrupt()
    notebook.wait_done()
    (output,) = notebook.outputs(1)
    assert output["output_type"] == "display_data"
    assert output["metadata"]["qwen_magic"]["status"] == "cancelled"
    assert (notebook.outputs(2), notebook.execution_count(2)) == ([], None)
    notebook.screenshot(f"ask-stopped-{jupyter.app}")


def test_an_error_is_two_lines_below_the_answer_so_far(lab: Jupyter) -> None:
    notebook = asked(lab, "%%qwen -m demo-cut\nHello", "%%qwen -m nonesuch\nHello")
    for i in (1, 2):
        notebook.run(i)
        assert notebook.outputs(i)[-1]["output_type"] == "error"
        assert len(notebook.outputs(i)[-1]["traceback"]) == 2
    expect(notebook.output(1).first).to_contain_text("Hello")
    notebook.screenshot("ask-errors")


def test_options_are_completed_as_they_are_typed(lab: Jupyter) -> None:
    notebook = asked(lab, "%%qwen --mo")
    matches = notebook.page.evaluate(
        """async () => {
            const kernel = window.panel().sessionContext.session.kernel;
            const reply = await kernel.requestComplete({ code: '%%qwen --mo', cursor_pos: 11 });
            return reply.content.matches;
        }"""
    )
    assert matches == ["--model"]


def test_nothing_a_model_writes_runs_or_loads(lab: Jupyter) -> None:
    attacks = [attack.replace("alert(1)", RAN) for attack in ATTACKS]
    requests: list[str] = []
    with _model_that_says("\n\n".join(attacks)) as base_url:
        load = f'%load_ext qwen_magic\n%config QwenMagics.base_url = "{base_url}"'
        notebook = lab.open([load, "%%qwen\nHi"])
        notebook.page.on("request", lambda request: requests.append(request.url))
        notebook.run_all()
        notebook.wait_output(1, "onerror")
        _drawn(notebook)
    assert notebook.page.evaluate("() => window.ran === undefined")
    assert [url for url in requests if "evil" in url] == []


def _drawn(notebook: OpenNotebook) -> None:
    """Wait until the page has drawn what it has, and loaded what that names."""
    notebook.page.evaluate(
        "() => new Promise(done => requestAnimationFrame(() => setTimeout(done)))"
    )
    notebook.page.wait_for_load_state("networkidle")


@contextmanager
def _model_that_says(text: str) -> Iterator[str]:
    reasoning = {"type": "reasoning", "summary": [{"type": "summary_text", "text": text}]}
    search = {"type": "web_search_call", "status": "completed", "action": {"query": text}}
    call = {"type": "function_call", "name": text, "arguments": text, "call_id": "c"}
    message = {
        "type": "message",
        "role": "assistant",
        "content": [{"type": "output_text", "text": text}],
    }
    response = {
        "id": "r",
        "model": text,
        "status": "completed",
        "output": [reasoning, search, call, message],
    }

    class Model(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.dumps(response).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Model) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/v1"
        server.shutdown()

"""The panel in a notebook that Voilà serves."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress
from typing import TYPE_CHECKING
from urllib.request import urlopen

import pytest
from nbformat import v4, write
from playwright.sync_api import expect

from tests.browser.lab import environment, free_port
from tests.browser.panel import DEMO

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

TOOL = 'def get_weather(city: str) -> str:\n    "Look up the weather."\n    return "sunny"\n\ndef wipe() -> None:\n    ...'
DASHBOARD = (
    DEMO,
    "%%qwen\nWhat is 2 + 2?",
    "import qwen_magic\nqwen_magic.Panel(compact=True)",
)
CHAT = (
    f"{DEMO}\n%config QwenMagics.tools = ['get_weather']\n{TOOL}",
    "%qwen Write a function in Python",
    "%qwen_panel",
)
CLOSED = ("%load_ext qwen_magic", "import qwen_magic\nqwen_magic.Panel(compact=True)")
KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("voila")


@pytest.fixture(scope="module")
def served(home: Path) -> Iterator[str]:
    """Yield the address of a Voilà that serves two notebooks."""
    for name, cells in {"dashboard": DASHBOARD, "chat": CHAT, "closed": CLOSED}.items():
        nodes = [v4.new_code_cell(cell) for cell in cells]  # type: ignore[no-untyped-call]
        made = v4.new_notebook(cells=nodes, metadata={"kernelspec": KERNEL})  # type: ignore[no-untyped-call]
        write(made, home / f"{name}.ipynb")  # type: ignore[no-untyped-call]
    port = free_port()
    command = [sys.executable, "-m", "voila", "--no-browser", f"--port={port}", str(home)]
    with (home / "log").open("w") as log:
        process = subprocess.Popen(command, env=environment(home), stdout=log, stderr=log)
    try:
        url = f"http://127.0.0.1:{port}"
        wait_until_up(process, url)
        yield f"{url}/voila/render"
    finally:
        process.terminate()
        process.wait(20)


def wait_until_up(process: subprocess.Popen[bytes], url: str) -> None:
    while process.poll() is None:
        with suppress(OSError), urlopen(url, timeout=10):
            return
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.1)
    raise RuntimeError("Voilà ended at once")


@pytest.fixture
def visitor(browser: Browser) -> Iterator[Page]:
    with browser.new_context() as context:
        page = context.new_page()
        page.set_default_timeout(60_000)
        yield page


def ask(page: Page, question: str) -> None:
    page.locator(".qwen-magic-helped").wait_for()
    page.get_by_label("Question").click()
    page.keyboard.type(question)
    page.keyboard.press("Enter")


def test_a_dashboard_has_one_question_and_its_answer_for_each_visitor(
    served: str, visitor: Page, home: Path
) -> None:
    other = visitor.context.new_page()
    other.set_default_timeout(60_000)
    visitors = {"Ada": visitor, "Bob": other}  # at once
    for page in visitors.values():
        page.goto(f"{served}/dashboard.ipynb", wait_until="domcontentloaded")
    for name, page in visitors.items():
        ask(page, f"My name is {name}.")
    for name, page in visitors.items():
        page.get_by_text(f"Nice to meet you, {name}!").wait_for()
        ask(page, "What is my name?")
    for name, page in visitors.items():
        page.get_by_text(f"Your name is {name}").wait_for()
    expect(visitor.locator(".qwen-magic-exchange:visible")).to_have_count(1)
    expect(visitor.get_by_role("button", name="Fork")).to_have_count(0)
    visitor.locator("mjx-container").first.wait_for()  # the cell's own answer
    expect(visitor.get_by_text("Chat with Qwen")).not_to_be_visible()
    assert not os.path.lexists(home / "qwen_magic")  # nothing is kept of either


def test_a_visitor_is_asked_before_a_function_is_called(served: str, visitor: Page) -> None:
    visitor.goto(f"{served}/chat.ipynb")
    ask(visitor, "What is the weather in Paris?")
    visitor.get_by_role("button", name="Allow").click()
    visitor.get_by_text("returned sunny").wait_for()
    visitor.get_by_role("button", name="Fork").wait_for()
    visitor.get_by_role("button", name="Tools and options").click()
    visitor.get_by_role("button", name="get_weather()").wait_for()
    expect(visitor.get_by_role("button", name="wipe()")).to_have_count(0)


def test_without_a_key_a_visitor_reads_no_hint_and_the_log_has_the_reason(
    served: str, visitor: Page, home: Path
) -> None:
    visitor.goto(f"{served}/closed.ipynb")
    ask(visitor, "Hello")
    visitor.get_by_text("Questions cannot be answered here").wait_for()
    expect(visitor.get_by_text("key")).to_have_count(0)
    assert "no API key is set" in (home / "log").read_text()


def test_code_has_the_font_of_code(served: str, visitor: Page) -> None:
    visitor.goto(f"{served}/chat.ipynb")
    ask(visitor, "Write a function in Python")
    for block in (
        ".jp-OutputArea-output.jp-RenderedHTML .highlight pre",
        ".qwen-magic-exchange .highlight pre",
    ):
        visitor.locator(block).first.wait_for()
        font = "node => getComputedStyle(node).fontFamily"
        assert "monospace" in visitor.locator(block).first.evaluate(font)

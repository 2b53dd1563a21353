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

TOOL = 'def get_weather(city: str) -> str:\n    "Look up the weather."\n    return "sunny"'
DASHBOARD = (
    DEMO,
    "%%qwen\nWhat is 2 + 2?",
    "import qwen_magic\nqwen_magic.Panel(compact=True)",
)
CHAT = (f"{DEMO}\n%config QwenMagics.tools = ['get_weather']\n{TOOL}", "%qwen_panel")
KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("voila")


@pytest.fixture(scope="module")
def served(home: Path) -> Iterator[str]:
    """Yield the address of a Voilà that serves two notebooks."""
    for name, cells in {"dashboard": DASHBOARD, "chat": CHAT}.items():
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
    visitor.goto(f"{served}/dashboard.ipynb")
    ask(visitor, "My name is Ada.")
    visitor.get_by_text("Nice to meet you, Ada!").wait_for()
    ask(visitor, "What is my name?")
    visitor.get_by_text("Your name is Ada").wait_for()
    expect(visitor.locator(".qwen-magic-exchange:visible")).to_have_count(1)
    expect(visitor.get_by_role("button", name="Fork")).to_have_count(0)
    expect(visitor.locator("mjx-container").first).to_be_visible()  # the cell's own answer
    expect(visitor.get_by_text("Chat with Qwen")).to_be_hidden()
    other = visitor.context.new_page()
    other.goto(f"{served}/dashboard.ipynb")
    ask(other, "What is my name?")
    other.get_by_text("You have not told me your name yet.").wait_for()
    assert not os.path.lexists(home / "qwen_magic")  # nothing is kept of either


def test_a_visitor_is_asked_before_a_function_is_called(served: str, visitor: Page) -> None:
    visitor.goto(f"{served}/chat.ipynb")
    ask(visitor, "What is the weather in Paris?")
    visitor.get_by_role("button", name="Allow").click()
    visitor.get_by_text("returned sunny").wait_for()
    expect(visitor.get_by_role("button", name="Fork")).to_be_visible()

"""Functions that the model calls, in a real kernel: approved at a prompt, interrupted, refused."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from tests.notebook.kernels import PATIENCE, running

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.notebook.kernels import Kernel

DEFINED = '''
import os, time
called = []

def get_weather(city: str) -> str:
    """Get the weather forecast of a city."""
    called.append(city)
    return f"{city} is sunny"

def get_time(city: str) -> str:
    """Get the time of a city."""
    with open(os.environ["QWEN_MAGIC_HOME"] + "/began", "w"):
        time.sleep(600)

class Store:
    def get_price(self, item: str) -> float:
        """Get the price of an item."""
        return 2.5

store = Store()
get_price = store.get_price
twice = lambda number=1: 2 * number
number = 3
'''
ASK = "%%qwen -t get_weather\nWhat is the weather in Paris?"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def started(home: Path) -> Iterator[Kernel]:
    with running(QWEN_MAGIC_HOME=str(home)) as kernel:
        kernel.run('%config QwenMagics.region = "demo"')
        yield kernel


@pytest.fixture
def kernel(started: Kernel, home: Path) -> Kernel:
    """A kernel with new functions, so that nothing is allowed from the test before."""
    (home / "began").unlink(missing_ok=True)
    started.run(DEFINED)
    return started


def appears(path: Path) -> None:
    """Wait for a file."""
    until = time.monotonic() + PATIENCE
    while not path.exists():
        assert time.monotonic() < until
        time.sleep(0.01)


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ("y", "Paris is sunny"),
        ("n", "the user denied it"),
        ("it never rains there", "it never rains there"),
    ],
)
def test_where_no_button_can_be_pressed_the_prompt_asks(
    kernel: Kernel, answer: str, told: str
) -> None:
    request = kernel.start(ASK)  # no cell id, as in `jupyter console`
    assert "Call get_weather(city='Paris')?" in kernel.prompted(answer)
    assert told in kernel.finish(request).printed


def test_always_is_not_asked_again(kernel: Kernel) -> None:
    request = kernel.start(ASK)
    kernel.prompted("always")
    kernel.finish(request)
    assert "Paris is sunny" in kernel.run(ASK).printed
    kernel.run(DEFINED)  # another function of the same name
    request = kernel.start(ASK)
    assert "get_weather" in kernel.prompted("no")
    kernel.finish(request)


def test_where_nobody_sits_a_call_is_refused_with_the_setting(kernel: Kernel) -> None:
    assert "--approve always" in kernel.run(ASK, person=False).html
    allowed = ASK.replace("-t", "--approve always -t")
    assert "Paris is sunny" in kernel.run(allowed, person=False).html


def test_an_interrupt_during_a_call_ends_the_turn_and_keeps_the_chain(
    kernel: Kernel, home: Path
) -> None:
    kernel.run("%qwen --new My name is Alice.", person=False)
    asked = "%%qwen --approve always -t get_time\nWhat is the time in Rome?"
    request = kernel.start(asked, cell="c1")
    appears(home / "began")
    kernel.interrupt()
    ran = kernel.finish(request)
    assert ran.status == "error"
    assert ran.errors == []
    assert "get_time" in ran.html
    assert "stopped" in ran.html
    assert "Alice" in kernel.run("%qwen What is my name?", person=False).html


STUBBORN = """
def get_time(city: str) -> str:
    'Get the time of a city.'
    with open(os.environ["QWEN_MAGIC_HOME"] + "/stubborn", "w"):
        try:
            time.sleep(600)
        except:
            return "no"
"""


def test_an_interrupt_that_a_function_swallows_ends_the_turn_all_the_same(
    kernel: Kernel, home: Path
) -> None:
    kernel.run(STUBBORN)
    request = kernel.start("%%qwen --approve always -t get_time\nThe time in Rome?", cell="c9")
    appears(home / "stubborn")
    kernel.interrupt()
    ran = kernel.finish(request)
    assert (ran.status, ran.errors) == ("error", [])
    assert "Stopped by you" in ran.html
    kernel.run(DEFINED)


@pytest.mark.parametrize(
    ("names", "told"),
    [
        ("get_wether", "did you mean get_weather"),
        ("number", "'number' is no function"),
        ("print", "print"),
    ],
)
def test_what_is_no_tool_is_refused_in_two_lines(kernel: Kernel, names: str, told: str) -> None:
    ran = kernel.run(f"%%qwen -t {names}\nHi", person=False)
    assert ran.status == "error"
    assert told in ran.errors[0]["evalue"] + "".join(ran.errors[0]["traceback"])
    assert len("".join(ran.errors[0]["traceback"]).splitlines()) <= 2


def test_methods_and_lambdas_are_offered_under_the_variables_name(kernel: Kernel) -> None:
    shown = kernel.run("%%qwen --dry-run -t get_price,twice\nHi", person=False).printed
    assert '"name": "get_price"' in shown
    assert '"name": "twice"' in shown


def test_the_notebooks_functions_are_completed(kernel: Kernel) -> None:
    assert kernel.complete("%%qwen -t get_") == ["get_weather", "get_time", "get_price"]


SERVER = """
maps = {"mcpServers": {"maps": {"url": "https://maps.example/sse?token=secret1",
        "headers": {"Authorization": "Bearer secret2"}, "env": {"KEY": "secret3"}, "require_approval": "always"}}}
"""


def test_an_mcp_server_is_offered_asked_about_and_its_secrets_stay_secret(kernel: Kernel) -> None:
    kernel.run(SERVER)
    shown = kernel.run("%%qwen --dry-run --mcp maps\nHi", person=False).printed
    assert '"server_label": "maps"' in shown
    assert "secret" not in shown
    request = kernel.start("%%qwen --mcp maps\nAsk the mcp server maps for Paris")
    assert "on maps?" in kernel.prompted("y")
    assert "answered" in kernel.finish(request).printed


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("{'mcpServers': {'local': {'command': 'npx'}}}", "which the API cannot reach"),
        ("{'mcpServers': {'maps': {}}}", "has no url"),
        ("'{]'", "holds no JSON"),
        ("3", "describes no MCP server"),
    ],
)
def test_what_is_no_mcp_server_is_refused(kernel: Kernel, value: str, told: str) -> None:
    kernel.run(f"server = {value}")
    ran = kernel.run("%%qwen --mcp server\nHi", person=False)
    assert told in "".join(ran.errors[0]["traceback"])


def test_a_front_end_whose_clicks_are_not_heard_is_asked_at_the_prompt(kernel: Kernel) -> None:
    kernel.run(DEFINED)
    request = kernel.start(ASK, cell="c2")  # this client opens no subshell
    assert "get_weather(city='Paris')" in kernel.prompted("y")
    assert "Paris is sunny" in kernel.finish(request).html


WILD = """
import sys

def get_weather(city: str) -> str:
    'Get the weather forecast of a city.'
    while True:
        pass

def get_time(city: str) -> str:
    'Get the time of a city.'
    sys.exit(1)
"""


@pytest.mark.parametrize(
    ("name", "told"), [("get_weather", "stopped after 0.5 seconds"), ("get_time", "SystemExit")]
)
def test_the_kernel_outlives_a_function_that_runs_wild(
    kernel: Kernel, name: str, told: str
) -> None:
    kernel.run(f"%config QwenMagics.tool_timeout = 0.5\n{WILD}")
    ran = kernel.run(
        f"%%qwen --approve always -t {name}\nCall {name} for Paris", cell="c3", person=False
    )
    assert (ran.status, ran.errors) == ("ok", [])
    assert told in ran.html
    assert "4" in kernel.run("%qwen What is 2 + 2?", person=False).html

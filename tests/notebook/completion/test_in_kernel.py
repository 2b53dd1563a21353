# ruff: noqa: RUF001 - what an input method writes
"""The tab key in a real kernel, with jedi and without."""

from __future__ import annotations

from typing import TYPE_CHECKING

import IPython
import pytest

from qwen_magic.demo.server import DemoServer
from qwen_magic.models import MODELS
from qwen_magic.responses.regions import REGIONS
from tests.notebook.kernels import running

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.notebook.kernels import Kernel

DEFINED = """
def get_weather(city: str) -> str:
    "Get the weather."
    return city

maps = {"mcpServers": {"map-finder": {"url": "https://maps.example/sse"}}}
plain = {"a": 1}
talk = [{"role": "user", "content": "Hi"}]
numbers = [1, 2]
rows = [{"a": 1}, {"a": 2}]
empty = []
qwen3 = maximum = 7
"""


@pytest.fixture(scope="module", params=[True, False], ids=["jedi", "no jedi"])
def kernel(request: pytest.FixtureRequest) -> Iterator[Kernel]:
    with (
        DemoServer(pace=0) as server,
        running(DASHSCOPE_BASE_URL=server.base_url, JPY_SESSION_NAME="") as kernel,
    ):
        kernel.run(DEFINED)
        kernel.run(f"%config Completer.use_jedi = {request.param}")
        for line in ("-c trip-to-rome -o answer", "--conversation conv_1", "-m demo-slow"):
            assert kernel.run(f"%%qwen {line}\nHi").status == "ok"
        yield kernel


@pytest.mark.parametrize("magic", ["%%qwen", "%qwen", "x = %qwen"])
@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("-m ", ["demo-slow", *MODELS]),
        ("-m qwen3.7-max-", [name for name in MODELS if name.startswith("qwen3.7-max-")]),
        ("-m demo-s", ["demo-slow"]),
        ("-m max", []),
        ("-m qwen9-", []),
        ("-t get_", ["get_weather"]),
        ("--tool-choice map-", ["map-finder"]),
        ("--mcp ", ["maps"]),
        ("--mcp ma", ["maps"]),
        ("--messages ", ["talk"]),
        ("-o ", ["answer"]),
        ("--map n", ["numbers"]),
        ("--as-", ["--as-context"]),
        ("-c trip-to-", ["trip-to-rome"]),
        ("--conversation ", ["conv_1"]),
        ("--temperature ", []),
        ("-s ", []),
        ("What is max", []),
        ("What is {{num", ["numbers"]),
    ],
)
def test_values_are_completed_and_nothing_else(
    kernel: Kernel, magic: str, typed: str, offered: list[str]
) -> None:
    code = f"{magic} {typed}"
    reply = kernel.client.complete(code, reply=True, timeout=60)["content"]
    begun = code[reply["cursor_start"] : reply["cursor_end"]]
    assert reply["matches"] == offered
    assert all(word.startswith(begun) for word in offered)


def test_variables_are_offered_by_type_with_their_shapes(kernel: Kernel) -> None:
    kernel.run("import numpy as np\nmatrix, mean, most, me = np.zeros((2, 3)), len, 7, 'Ada'")
    for code in (
        "%%qwen -e low\nWhat\nis {{m",
        "％％qwen\n{{ m",
        "x = 1\n%qwen Is {{m",
        "%%qwen {{m",
    ):
        reply = kernel.client.complete(code, reply=True, timeout=60)["content"]
        assert code[reply["cursor_start"] : reply["cursor_end"]] == "m"
        kinds = {
            one["text"]: one["type"] for one in reply["metadata"]["_jupyter_types_experimental"]
        }
        assert [*kinds] == ["matrix", "me", "maps", "maximum", "most", "mean"]
        kinds = {name: kind.replace("\N{NO-BREAK SPACE}", " ") for name, kind in kinds.items()}
        if IPython.version_info >= (8, 6):  # before, it asks nobody of what kind a word is
            assert kinds["matrix"] == "ndarray 2 \N{MULTIPLICATION SIGN} 3"
            assert (kinds["me"], kinds["mean"]) == ("str of 3", "function")
    assert "{{numbers" in kernel.complete("%%qwen\n{{")
    assert "{{np" not in kernel.complete("%%qwen\n{{")
    assert "{{error" not in kernel.complete("%%qwen\n{{e")
    kernel.run("1 / 0")
    assert "{{error" in kernel.complete("%%qwen\n{{e")


def test_the_other_magics_have_their_words_too(kernel: Kernel) -> None:
    assert kernel.complete("%qwen_check --") == ["--ask"]
    assert kernel.complete("%qwen_usage ") == ["--plot"]
    assert "--dry-run" in kernel.complete("%qwen_fix --dry")


def test_elsewhere_in_a_question_and_in_other_cells_braces_are_left_to_ipython(
    kernel: Kernel,
) -> None:
    assert "{{maximum" in kernel.complete("x = {{maxim")
    assert "maximum" in kernel.complete("%%qwen\nWhat is maxim")
    assert "maximum" in kernel.complete("%%timeit\nx = maxim")


@pytest.mark.parametrize(
    ("table", "offered"),
    [("rows", ["{{a"]), ("numbers", ["{{item"]), ("plain", ["{{item"]), ("qwen3", []), ("x", [])],
)
def test_the_columns_of_a_map_come_first(kernel: Kernel, table: str, offered: list[str]) -> None:
    others = kernel.complete("%%qwen\n{{")
    for cell in (f"%%qwen --map {table} -o x\nIs {{{{", f"%qwen --map={table} {{{{"):
        assert kernel.complete(cell) == [
            *offered,
            *(name for name in others if name not in offered),
        ]


def test_a_value_is_completed_at_the_cursor_in_its_middle(kernel: Kernel) -> None:
    code = "%%qwen -m qwen3.7-max-2 --new\nHi"
    cursor = code.index(" --new")
    reply = kernel.client.complete(code, cursor, reply=True, timeout=60)["content"]
    assert len(reply["matches"]) == 3
    assert code[reply["cursor_start"] : reply["cursor_end"]] == "qwen3.7-max-2"


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ('region = "', list(REGIONS)),
        ('region = "hong', ["hongkong"]),
        ("effort = 'x", ["xhigh"]),
        ('model = "qwen3.7-pl', ["qwen3.7-plus", "qwen3.7-plus-2026-05-26"]),
        ('chain = "trip-', ["trip-to-rome"]),
        ('tools = ["web_search", "get_', ["get_weather"]),
    ],
)
def test_a_settings_value_is_completed(kernel: Kernel, typed: str, offered: list[str]) -> None:
    code = f"%config QwenMagics.{typed}"
    reply = kernel.client.complete(code, reply=True, timeout=60)["content"]
    assert reply["matches"] == offered


def test_names_of_settings_and_python_are_left_to_ipython(kernel: Kernel) -> None:
    assert any("QwenMagics.model" in word for word in kernel.complete("%config QwenMagics.mo"))
    assert "maximum" in kernel.complete("maxim")


def test_what_was_used_is_offered_before_the_first_question(
    tmp_path: Path,
) -> None:
    with DemoServer(pace=0) as server:
        environment = {
            "DASHSCOPE_BASE_URL": server.base_url,
            "QWEN_MAGIC_HOME": str(tmp_path / "home"),
            "JPY_SESSION_NAME": str(tmp_path / "lesson.ipynb"),
        }
        with running(**environment) as kernel:
            assert kernel.complete("%qwen -c ") == []
            assert not (tmp_path / "home").exists()
            kernel.run("%%qwen -m demo-slow -c trip-to-rome\nHi", cell="a")
        with running(**environment) as kernel:
            assert kernel.complete("%qwen -m demo-") == ["demo-slow"]
            assert kernel.complete("%qwen_chain trip-") == ["trip-to-rome"]
            assert kernel.complete("%qwen -c trip-") == ["trip-to-rome"]

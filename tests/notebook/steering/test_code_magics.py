"""`%qwen_code`: what a line asks for, which block that is, and what a kernel does with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from IPython.core.interactiveshell import InteractiveShell

from qwen_magic.demo.server import DemoServer
from qwen_magic.errors import CellError
from qwen_magic.notebook.steering.code_magics import CodeCommand, block, parse_code
from tests.notebook.kernels import Kernel, running

if TYPE_CHECKING:
    from collections.abc import Iterator

WRITE = "%%qwen\nWrite a function in Python"


@pytest.mark.parametrize(
    ("line", "command"),
    [
        ("", CodeCommand()),
        ("2", CodeCommand(2)),
        ("-1 --replace", CodeCommand(-1, replace=True)),
        ("--replace 3", CodeCommand(3, replace=True)),
        ("-c draft", CodeCommand(chain="draft")),
        ("\uff12\u3000\u2014\u2014replace", CodeCommand(2, replace=True)),
    ],
)
def test_a_line_names_a_block(line: str, command: CodeCommand) -> None:
    assert parse_code(line) == command


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("one", "'one' is no block's number"),
        ("1 2", "unexpected '2'"),
        ("--replcae", "--replace"),
        ("-c", "-c needs CHAIN"),
        ("sk-0123456789abcdef", "API key"),
    ],
)
def test_another_line_is_refused(line: str, said: str) -> None:
    with pytest.raises(CellError, match=said):
        parse_code(line)


@given(st.lists(st.text(), min_size=1), st.data())
def test_a_block_is_counted_from_either_end(codes: list[str], data: st.DataObject) -> None:
    place = data.draw(st.integers(1, len(codes)))
    assert block(codes, place) == block(codes, place - len(codes) - 1)
    assert block(codes, place)[0] == place


@pytest.mark.parametrize(
    ("codes", "number", "said"),
    [
        ([], 1, "has no code"),
        (["a"], 2, "no block 2\n.*it has 1 alone"),
        (["a"], 0, "no block 0"),
        (["a", "b"], -3, "no block -3\n.*it has 1 to 2"),
    ],
)
def test_a_block_that_is_not_there_is_refused(codes: list[str], number: int, said: str) -> None:
    with pytest.raises(CellError, match=said):
        block(codes, number)


def test_nothing_in_a_block_is_hidden_from_the_reader() -> None:
    assert block(["a = 1 \u202e# 2\x1b[8m\r\nb\x00\n\n"], 1) == (1, "a = 1 # 2\nb")


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    home = str(tmp_path_factory.mktemp("home"))
    with (
        DemoServer(pace=0) as server,
        running(DASHSCOPE_BASE_URL=server.base_url, QWEN_MAGIC_HOME=home) as kernel,
    ):
        yield kernel


def test_the_next_cell_gets_the_code_of_the_last_answer(kernel: Kernel) -> None:
    kernel.run(WRITE, cell="a")
    (put,) = kernel.run("%qwen_code", cell="b").payload
    assert (put["source"], put["replace"]) == ("set_next_input", False)
    assert put["text"].startswith("def primes(limit")
    assert put["text"].endswith("29]")
    (put,) = kernel.run("%qwen_code 1 --replace", cell="b").payload
    assert put["replace"] is True


def test_several_blocks_are_counted(kernel: Kernel) -> None:
    kernel.run("%qwen Hello", cell="a")
    said = "\n\n".join(f"```{block}\n```" for block in ("sh\nls", "\n>>> a\n1", "py\nc()"))
    answer = f"type('Three', (type(_qwen),), {{'text': {said!r}}})(prompt='')"
    ran = kernel.run(f"_qwen = {answer}\n%qwen_code -2", cell="b")
    assert ran.printed == "Block 2 of 3\n"
    assert ran.payload[0]["text"] == "a"
    ran = kernel.run("%qwen_code", cell="b")
    assert ran.printed == "Block 3 of 3\n"  # what the kernel can run
    assert ran.payload[0]["text"] == "c()"


def test_without_a_variable_the_chain_has_the_last_answer(kernel: Kernel) -> None:
    kernel.run(f"{WRITE}", cell="a")
    (put,) = kernel.run("_qwen = 1\n%qwen_code", cell="b").payload
    assert put["text"].startswith("def primes(limit")
    ran = kernel.run("%qwen_code -c another", cell="b")
    assert "there is no answer yet" in str(ran.errors)
    assert ran.payload == []


def test_a_terminal_gets_the_code_as_its_next_input(monkeypatch: pytest.MonkeyPatch) -> None:
    put = []
    monkeypatch.setattr(
        InteractiveShell, "set_next_input", lambda _, text, replace: put.append((text, replace))
    )
    shell = InteractiveShell()
    shell.run_line_magic("load_ext", "qwen_magic")
    with DemoServer(pace=0) as server:
        shell.run_line_magic("config", f"QwenMagics.base_url = {server.base_url!r}")
        shell.run_cell(WRITE)
        shell.run_cell("%qwen_code")
    (found,) = put
    assert found[0].startswith("def primes(limit")
    assert found[1] is False

"""`--schema` in a real kernel: the value in a variable, and in what is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from qwen_magic.demo.server import DemoServer
from tests.notebook.kernels import running

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.notebook.kernels import Kernel

DEFINED = """
from dataclasses import dataclass
from typing import Literal

@dataclass
class Review:
    sentiment: Literal["positive", "negative"]
    stars: int
    "How many stars it gives."
"""
TOLD = "I give it 2 stars: the battery is terrible."


@pytest.fixture(scope="module")
def kernel() -> Iterator[Kernel]:
    with DemoServer(pace=0) as server, running(DASHSCOPE_BASE_URL=server.base_url) as kernel:
        kernel.run(DEFINED)
        yield kernel


def test_the_value_is_kept_in_a_variable(kernel: Kernel) -> None:
    ran = kernel.run(f"%%qwen --new --schema Review --value found -o turn\n{TOLD}", cell="a")
    assert (ran.status, ran.errors) == ("ok", [])
    assert kernel.run("print(found)").printed == "Review(sentiment='negative', stars=2)\n"
    assert (
        kernel.run("print(turn.value is found, turn.value == _qwen.value)").printed == "True True\n"
    )
    assert "How many stars it gives." in kernel.run("%qwen --dry-run --schema Review Hi").printed


@pytest.mark.parametrize("person", [True, False])
def test_the_value_is_shown_field_by_field(kernel: Kernel, person: bool) -> None:  # noqa: FBT001 - of the table
    ran = kernel.run(f"%%qwen --new --schema Review\n{TOLD}", cell="b", person=person)
    shown = ran.shown["data"]
    assert "\nsentiment: negative\nstars: 2\n" in shown["text/plain"]
    assert "\n| stars | 2 |\n" in shown["text/markdown"]
    assert "<table>" in shown["text/html"]
    assert "<summary" in shown["text/html"].partition("<table>")[2]  # the JSON folds below
    assert "Review(" not in shown["text/plain"]
    assert "Review ×" not in shown["text/plain"]  # noqa: RUF001 - as the footer writes it


def test_a_terminal_prints_it(kernel: Kernel) -> None:
    printed = kernel.run(f"%%qwen --new --schema Review\n{TOLD}").printed
    assert "\nsentiment: negative\nstars: 2\n" in printed


def test_the_log_has_it(kernel: Kernel) -> None:
    kernel.run(f"%%qwen --new --schema Review\n{TOLD}", cell="c")
    ran = kernel.run("%qwen_log")
    assert "\n| stars | 2 |\n" in ran.shown["data"]["text/markdown"]


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ('"sentiment: positive|negative, stars: 1..5"', {"sentiment": "negative", "stars": 2}),
        ("positive|negative", "negative"),
        ("int", 2),
        ('"[str]"', ["battery"]),
        ("“stars：1..5”", {"stars": 2}),
        ("""'{"type": "object", "properties": {"stars": {"type": "integer"}}, "required": ["stars"]}'""", {"stars": 2}),
    ],
)  # fmt: skip
def test_a_short_form_or_a_json_schema_may_stand_on_the_line(
    kernel: Kernel, schema: str, value: object
) -> None:
    ran = kernel.run(f"%%qwen --new --schema {schema} --value found\n{TOLD}", cell="d")
    assert (ran.status, ran.errors) == ("ok", [])
    assert kernel.run("print(repr(found))").printed == f"{value!r}\n"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("--schema Reviwe", "--schema 'Reviwe' is no variable\n→ did you mean Review?"),
        ("--value found", "--value needs --schema"),
        ("--schema-retries 1", "--schema-retries needs --schema"),
        ("--schema int --value In", "--value 'In' is a name of IPython's own"),
        ("--schema int --schema-retries 11", "out of range"),
        ('--schema "a: strr"', "'strr' is no type"),
        ("--schema len", "is no variable"),
        ("--schema int --background", "--background cannot give a value"),
    ],
)
def test_what_is_not_meant_is_told(kernel: Kernel, line: str, said: str) -> None:
    ran = kernel.run(f"%%qwen {line}\nHi", cell="e")
    assert ran.status == "error"
    assert any(said in "\n".join(error["traceback"]) for error in ran.errors)


def test_the_tab_key_offers_types(kernel: Kernel) -> None:
    assert kernel.complete("%%qwen --schema Rev") == ["Review"]
    assert kernel.complete("%%qwen --sch") == ["--schema", "--schema-retries"]

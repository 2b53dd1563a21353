from __future__ import annotations

import asyncio
import inspect
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwen_magic.conversation.tools.failures import LENGTH, failure
from qwen_magic.conversation.tools.hints import hint_of


class Hostile(Exception):  # noqa: N818 - a name like any user's
    def __str__(self) -> str:
        raise LookupError("no")


def price(table: dict[str, int]) -> int:
    return table["fig"]


def parse(text: str) -> object:
    return json.loads(text)


def line_of(function: object, offset: int) -> str:
    lines = inspect.getsourcelines(function)  # type: ignore[arg-type]
    return f"line {lines[1] + offset} of {function.__name__}"  # type: ignore[attr-defined]


def test_an_exception_is_told_with_the_line_of_the_tool() -> None:
    with pytest.raises(KeyError) as raised:
        price({})
    assert failure(raised.value) == f"KeyError: 'fig' ({line_of(price, 1)})"


def test_a_librarys_frames_are_passed_over() -> None:
    with pytest.raises(ValueError, match="Expecting") as raised:
        parse("{")
    assert failure(raised.value).endswith(f"({line_of(parse, 1)})")


def test_frames_of_ours_are_never_named() -> None:
    with pytest.raises(TypeError) as raised:
        hint_of(complex)
    assert failure(raised.value.with_traceback(raised.value.__traceback__.tb_next)).endswith(  # type: ignore[union-attr]
        "is not supported"
    )


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (ValueError("few"), "ValueError: few"),
        (ValueError(), "ValueError"),
        (SystemExit(2), "SystemExit: 2"),
        (Hostile(), "Hostile: its message cannot be read (LookupError)"),
        (
            ExceptionGroup("many", [ValueError(str(number)) for number in range(7)]),
            f"ExceptionGroup: {'; '.join(f'ValueError: {number}' for number in range(5))}; and 2 more",
        ),
    ],
)
def test_an_exception_is_one_sentence(error: BaseException, told: str) -> None:
    assert failure(error) == told


def test_the_failures_of_a_task_group_are_told() -> None:
    async def fail() -> None:
        raise ValueError("deep")

    async def both() -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(fail())
            tasks.create_task(fail())

    with pytest.raises(ExceptionGroup) as raised:
        asyncio.run(both())
    assert failure(raised.value).startswith("ExceptionGroup: ValueError: deep; ValueError: deep (")


@given(st.text(max_size=50), st.integers(0, 2_000))
def test_a_failure_is_bounded(text: str, times: int) -> None:
    assert len(failure(ValueError(text * times))) <= LENGTH + 1

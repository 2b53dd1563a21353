"""What a function prints, yields or promises is what the model is told."""

from __future__ import annotations

import asyncio
import itertools
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from qwen_magic.conversation.tools.calling import Caller, Work
from qwen_magic.conversation.tools.outcome import MOST_ITEMS
from qwen_magic.conversation.tools.tools import tool_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator


def told(function: Callable[[], Any], seconds: float = 60.0) -> str:
    with closing(Caller()) as caller:
        work = Work(tool_of(function), ((), {}), seconds, images=False)
        return str(caller.start(work).result(60.0).output)


def prints() -> None:
    print("2 rows")


def prints_and_returns() -> int:
    print("2 rows")
    return 2


def prints_much() -> None:
    print("x" * 100_000)


def says_nothing() -> None:
    print()


def generates() -> Iterator[int]:
    yield from range(3)


def generates_and_prints() -> Iterator[int]:
    print("begun")
    yield 1


def maps() -> object:
    return map(str.upper, ["a", "b"])


def breaks_off() -> Iterator[int]:
    yield 1
    raise ValueError("no more")


def never_ends() -> object:
    return itertools.count()


def yields_long_texts() -> object:
    return itertools.repeat("x" * 1_000)


async def later() -> str:
    await asyncio.sleep(0)
    print("in between")
    return "done"


def promises() -> object:
    return later()


async def promises_twice() -> object:
    return later()


async def generates_later() -> AsyncIterator[int]:
    for number in range(3):
        await asyncio.sleep(0)
        yield number


def promises_items() -> object:
    return generates_later()


async def prints_later() -> None:
    print("2 rows")


@pytest.mark.parametrize(
    ("function", "output"),
    [
        (prints, "2 rows\n"),
        (prints_later, "2 rows\n"),
        (prints_and_returns, "2"),
        (says_nothing, "The function ran, and returned nothing."),
        (generates, "[0, 1, 2]"),
        (generates_and_prints, "[1]"),
        (maps, '["A", "B"]'),
        (promises, "done"),
        (promises_twice, "done"),
        (generates_later, "[0, 1, 2]"),
        (promises_items, "[0, 1, 2]"),
    ],
)
def test_what_a_function_means_is_told(function: Callable[[], Any], output: str) -> None:
    assert told(function).replace(",", ", ").replace(",  ", ", ") == output


def test_what_is_long_or_endless_is_cut() -> None:
    assert "cut at 20,000 characters" in told(prints_much)
    assert f"only the first {MOST_ITEMS:,} were taken" in told(never_ends)
    assert len(told(yields_long_texts)) < 21_000


def test_an_error_while_items_are_taken_is_told() -> None:
    assert "no more" in told(breaks_off)


def test_a_promise_that_takes_too_long_is_left() -> None:
    def promises_for_ever() -> object:
        return asyncio.sleep(60)

    assert "stopped after 0.1 seconds" in told(promises_for_ever, 0.1)

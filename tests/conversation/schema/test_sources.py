from __future__ import annotations

import linecache
import sys
from concurrent.futures import ThreadPoolExecutor
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest

from qwen_magic.conversation.schema.sources import class_source

if TYPE_CHECKING:
    from collections.abc import Callable

RUN = """from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple, TypedDict
"""
CLASSES = [
    "class Dog:\n    def bark(self):\n        return 'wuff'\n",
    "@dataclass\nclass Dog:\n    name: str\n    'In Latin.'\n",
    "@dataclass(slots=True)\nclass Dog:\n    name: str\n\n    def __secret(self): ...\n",
    "class Dog(Enum):\n    REX = 1\n",
    "class Dog(TypedDict):\n    name: str\n",
    "class Dog(NamedTuple):\n    name: str\n",
]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], dict[str, Any]]:
    """Run a cell as a kernel does: its source is in `linecache`, and the module has no file."""
    main = ModuleType("__main__")
    monkeypatch.setitem(sys.modules, "__main__", main)
    monkeypatch.setattr(linecache, "cache", dict(linecache.cache))
    numbers = iter(range(9))

    def run(cell: str) -> dict[str, Any]:
        name = f"/tmp/ipykernel_1/{next(numbers)}.py"
        linecache.cache[name] = (len(cell), None, cell.splitlines(keepends=True), name)
        exec(compile(cell, name, "exec", dont_inherit=True), vars(main))
        return vars(main)

    return run


@pytest.mark.parametrize("text", CLASSES)
def test_a_class_of_a_cell_is_found(text: str, run: Callable[[str], dict[str, Any]]) -> None:
    run(RUN)
    assert class_source(run(f"x = 1\n{text}y = 2\n")["Dog"]) == text


def test_the_definition_that_made_it_is_found(run: Callable[[str], dict[str, Any]]) -> None:
    old = run(CLASSES[0])["Dog"]
    new = run("class Dog:\n    def sit(self): ...\n")["Dog"]
    assert class_source(old) == CLASSES[0]
    assert "sit" in class_source(new)


def test_what_no_cell_holds_has_no_source(run: Callable[[str], dict[str, Any]]) -> None:
    run("class Doge: ...\n# class Cat:\n")
    assert class_source(run("Dog, Cat = type('Dog', (), {}), type('Cat', (), {})")["Cat"]) == ""
    assert class_source(int) == ""


def test_threads_may_look_at_once() -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(class_source, [ModuleType, Mark, Mark] * 10))
    assert found == [class_source(ModuleType), *[class_source(Mark)] * 2] * 10
    assert "class Mark" in found[1]


class Mark:
    """A class of a file."""

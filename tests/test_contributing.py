"""What CONTRIBUTING.md says is true: its names exist, and its drawing shows every room."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / ".github/CONTRIBUTING.md").read_text("utf-8")
DRAWING = re.findall(r"^```text\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)[1]
TOP = "responses|conversation|notebook|cassette|demo|settings|options|configuration"
NAMES = sorted(set(re.findall(rf"`((?:{TOP})(?:\.\w+)+)`", TEXT)))


def found(dotted: str) -> object:
    """Return what a name below the package stands for: a module, or something in one."""
    place, _, last = f"qwen_magic.{dotted}".rpartition(".")
    try:
        return import_module(f"{place}.{last}")
    except ModuleNotFoundError:
        pass
    home, _, outer = place.rpartition(".")
    try:
        return getattr(import_module(place), last)
    except ModuleNotFoundError:
        return getattr(getattr(import_module(home), outer), last)


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_there(name: str) -> None:
    assert found(name) is not None


def test_a_name_that_is_not_there_is_found_out() -> None:
    with pytest.raises(AttributeError):
        found("conversation.asking.session.Session.nothing")


def test_the_drawing_shows_every_room() -> None:
    drawn = set(re.findall(r"(\w+)/", DRAWING))
    rooms = {path.parent.name for path in (ROOT / "qwen_magic").rglob("__init__.py")}
    assert drawn == rooms - {"qwen_magic"}


def test_the_steps_are_numbered() -> None:
    numbers = re.findall(r"^\| (\d+) \|", TEXT, re.MULTILINE)
    assert numbers == [str(number) for number in range(1, len(numbers) + 1)]
    assert len(numbers) > 10

from __future__ import annotations

import json
import linecache
import math
from datetime import date, time, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from uuid import UUID

import numpy as np
import pandas as pd  # type: ignore[import-untyped]
import pytest

from qwen_magic.errors import CellError
from qwen_magic.notebook.magics.values import fill


class Basket:
    """Holds fruit."""

    def weigh(self) -> int:
        return 1


def double(number: int) -> int:
    """Twice as much."""
    return 2 * number


def filled(value: object) -> tuple[str, str]:
    found = fill("{{x}}", {"x": value})
    return found.text, found.notes[0].removeprefix("{{x}}: ")


def test_a_function_goes_in_as_its_source() -> None:
    text, note = filled(double)
    assert text.startswith("```python\ndef double(number: int) -> int:\n    ")
    assert text.endswith("return 2 * number\n```")
    assert note == "function, its source"


def test_a_class_and_a_method_go_in_as_their_source() -> None:
    assert filled(Basket)[0].startswith('```python\nclass Basket:\n    """Holds fruit."""')
    assert filled(Basket().weigh)[0] == "```python\ndef weigh(self) -> int:\n    return 1\n```"


def test_where_a_class_has_no_source_only_its_own_docstring_goes_in() -> None:
    made: dict[str, object] = {"__name__": "nowhere"}
    exec("class Bag(dict): pass\nclass Box(dict):\n    'Holds.'", made)
    assert filled(made["Bag"]) == ("Bag", "class, its signature")
    assert filled(made["Box"]) == ("Box\nHolds.", "class, its signature")


@pytest.mark.parametrize("text", ["", "import sys; run()\n"], ids=["no text", "another text"])
def test_where_there_is_no_source_the_signature_goes_in(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if text:  # as Python 3.13 keeps what was run with `-c`
        monkeypatch.setitem(linecache.cache, "<string>", (len(text), None, [text], "<string>"))
    made: dict[str, object] = {}
    exec("def f(a, b=1):\n    'Add.'", made)
    assert filled(made["f"]) == ("f(a, b=1)\nAdd.", "function, its signature")
    assert filled(len)[0].startswith("len(obj, /)\nReturn the number of items")


def test_a_fence_holds_what_has_fences() -> None:
    def fenced() -> str:
        return "```"

    assert filled(fenced)[0].startswith("````python\n")


@pytest.mark.parametrize("value", [{"a": [1, None, True]}, [], {"名": "值"}, [1.5, "x"]])
def test_what_json_holds_goes_in_as_json(value: object) -> None:
    text, note = filled(value)
    assert json.loads(text) == value
    assert "\\u" not in text
    assert note.endswith(", as JSON")


def test_longer_json_is_laid_out() -> None:
    value = {"names": [f"name {n}" for n in range(20)]}
    text, _ = filled(value)
    assert text == f"```json\n{json.dumps(value, indent=2)}\n```"


@pytest.mark.parametrize("value", [{1: 2}, {"a": (1,)}, [math.nan], [object], {"a": {1}}])
def test_what_json_would_change_goes_in_as_its_repr(value: object) -> None:
    assert filled(value)[0] == repr(value)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (np.float64(2.75), "2.75"),
        (np.int64(3), "3"),
        (np.bool_(True), "True"),  # noqa: FBT003 - NumPy's own
        (np.datetime64("2026-11-28"), "2026-11-28"),
        (pd.Timestamp("2026-11-28 10:00"), "2026-11-28 10:00:00"),
        (pd.NaT, "NaT"),
        (date(2026, 11, 28), "2026-11-28"),
        (time(10, 30), "10:30:00"),
        (timedelta(days=1), "1 day, 0:00:00"),
        (Decimal("2.50"), "2.50"),
        (Fraction(1, 3), "1/3"),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_number_a_date_and_their_like_go_in_as_they_are_printed(value: object, text: str) -> None:
    assert filled(value) == (text, type(value).__name__)


def test_numbers_of_numpy_in_a_dict_or_list_are_json() -> None:
    value = {"mean": np.float64(2.5), "sizes": [np.int64(3), np.int64(4)]}
    assert filled(value) == ('{"mean": 2.5, "sizes": [3, 4]}', "dict, as JSON")
    assert filled([np.datetime64("2026-11-28")])[0] == repr([np.datetime64("2026-11-28")])


def test_an_error_goes_in_with_its_traceback() -> None:
    try:
        json.loads("{")
    except ValueError as error:
        text, note = filled(error)
    assert text.startswith("```text\nTraceback (most recent call last):\n")
    assert "JSONDecodeError: Expecting property name" in text
    assert note == "JSONDecodeError, with its traceback"
    assert filled(KeyError("a"))[0] == "```text\nKeyError: 'a'\n```"


def test_a_module_goes_in_as_its_docstring() -> None:
    text, note = filled(json)
    assert text.startswith("module json: JSON (JavaScript Object Notation)")
    assert len(text) < 1_100
    assert note == "module, how its docstring begins"


def test_a_path_of_an_image_goes_in_as_the_image(tmp_path: Path) -> None:
    file = tmp_path / "map.PNG"
    file.write_bytes(b"\x89PNG\r\n\x1a\n")
    found = fill("Look at {{x}}", {"x": file})
    assert found.text == "Look at [image: x]"
    assert found.images[0].url == "data:image/png;base64,iVBORw0KGgo="
    assert found.notes == ("{{x}}: map.PNG, sent as an image of 1 kB",)
    assert filled(Path("notes.txt"))[0] == "notes.txt"


def test_a_path_that_leads_nowhere_is_told(tmp_path: Path) -> None:
    with pytest.raises(CellError, match="cannot be shown"):
        fill("{{x}}", {"x": tmp_path / "map.png"})
    with (tmp_path / "map.png").open("wb") as large:
        large.truncate(8_000_000)
    with pytest.raises(CellError, match=r"is an image of 8\.0 MB"):
        fill("{{x}}", {"x": tmp_path / "map.png"})

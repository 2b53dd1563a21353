from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from qwen_magic.notebook.failing.failure import said_by
from tests.notebook.failing.cells import HOME, new_shell, report

if TYPE_CHECKING:
    from collections.abc import Iterator

    from IPython.core.interactiveshell import InteractiveShell

PYTHON = f"Python {'.'.join(map(str, sys.version_info[:3]))}"


@pytest.fixture
def shell() -> Iterator[InteractiveShell]:
    yield from new_shell()


def test_a_failing_cell_is_told_with_its_line_its_names_and_versions(
    shell: InteractiveShell,
) -> None:
    found = report(
        shell,
        'import pandas as pd\nframe = pd.DataFrame({"price": [1, 2], "name": [3.5, 4.5]})',
        'total = 1\nframe["prise"].sum()',
    )
    cell, told, values, versions = found.text.split("\n\n", 1)[0], *found.text.rsplit("\n\n", 2)
    assert cell == '```python\ntotal = 1\nframe["prise"].sum()\n```'
    assert '  line 2: frame["prise"].sum()\n  in pandas.core.frame.DataFrame.__getitem__' in told
    assert told.endswith("KeyError: 'prise'\n```")
    assert values == "- frame: DataFrame 2 \N{MULTIPLICATION SIGN} 2 (price: int64, name: float64)"
    assert versions == f"{PYTHON}, pandas 2.2"
    assert found.note == "KeyError of cell [2] with its code, the types of frame"
    assert "site-packages" not in found.text


def test_a_function_of_an_earlier_cell_is_told_with_its_code(shell: InteractiveShell) -> None:
    mean = "def mean(values):\n    return sum(values) / len(values)"
    text = report(shell, f"x = 1\n{mean}\ny = 2", "for part in [[]]:\n    mean(part)").text
    assert f"```python\n{mean}\n```" in text
    assert "x = 1" not in text
    assert (
        "  line 2: mean(part)\n"
        "  mean, line 3 of an earlier cell: return sum(values) / len(values)\n"
        "ZeroDivisionError: division by zero"
    ) in text
    assert "- values: list of 0\n- mean: function (values)\n- part: list of 0" in text


def test_the_failing_cell_is_the_one_that_the_error_left(shell: InteractiveShell) -> None:
    load = "def load(rows):\n    try:\n        return rows[9]\n    except IndexError as e:\n        raise ValueError('short') from e"
    text = report(shell, load, "x = 1\nload([])").text
    assert "  load, line 3 of an earlier cell: return rows[9]\nIndexError: list index" in text
    assert "  line 2: load([])\n  load, line 5 of an earlier cell: raise ValueError" in text
    assert text.startswith(f"```python\nx = 1\nload([])\n```\n\n```python\n{load}\n```\n")


def test_what_cannot_be_read_is_told_with_its_place(shell: InteractiveShell) -> None:
    text = report(shell, "x = 1\nif x = 2:\n    pass").text
    assert "```text\n  line 2: if x = 2:\n             ^\nSyntaxError: invalid syntax." in text


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        (
            'try:\n    {}["x"]\nexcept KeyError as e:\n    raise ValueError("no") from e',
            (
                "  line 2: {}[\"x\"]\nKeyError: 'x'\n\nThe above exception was the direct cause of the "
                'following exception:\n\n  line 4: raise ValueError("no") from e\nValueError: no'
            ),
        ),
        (
            "try:\n    1 / 0\nexcept ZeroDivisionError:\n    unknown",
            (
                "ZeroDivisionError: division by zero\n\nDuring handling of the above exception, "
                "another exception occurred:\n\n  line 4: unknown\nNameError: name 'unknown'"
            ),
        ),
        (
            "try:\n    1 / 0\nexcept ZeroDivisionError:\n    raise ValueError from None",
            "```text\n  line 4: raise ValueError from None\nValueError\n```",
        ),
        (
            'raise ExceptionGroup("two", [ValueError("a"), ExceptionGroup("b", [OSError("c")])])',
            (
                "ExceptionGroup: two (2 sub-exceptions)\n  1 | ValueError: a\n"
                "  2 | ExceptionGroup: b (1 sub-exception)\n  2 |   1 | OSError: c\n```"
            ),
        ),
        ('import json\njson.loads("{")', "  in json.loads → json.decoder.JSONDecoder.raw_decode"),
        ("raise KeyboardInterrupt", "  line 1: raise KeyboardInterrupt\nKeyboardInterrupt\n```"),
        ("import sys; sys.exit(3)", "SystemExit: 3\n```"),
        ("%nosuch", "error.UsageError: Line magic function `%nosuch` not found."),
        ('eval("1/0")', '  line 1: eval("1/0")\n  line 1 of a text: …\nZeroDivisionError'),
        ('e = ValueError("x"); e.add_note("see p. 3"); raise e', "ValueError: x\nsee p. 3\n```"),
        ("from math import sqroot", "Similar names: sqrt"),
        ("[].apend(1)", "Similar names: append"),
        ("length = 1\nlenght", "Similar names: length"),
    ],
)
def test_all_kinds_of_errors_are_told(shell: InteractiveShell, cell: str, told: str) -> None:
    assert told in report(shell, cell).text


def test_an_error_that_cannot_say_anything_is_told_all_the_same() -> None:
    class MuteError(Exception):
        def __str__(self) -> str:
            raise OSError

    assert said_by(MuteError()) == "its __str__ raised OSError"


def test_a_recursion_is_told_once(shell: InteractiveShell) -> None:
    one = report(shell, "def f(n): return f(n + 1)", "f(1)").text
    assert "return f(n + 1) (" in one
    two = report(shell, "def a(n): return b(n)\ndef b(n): return a(n)", "a(1)").text
    assert max(map(len, (one, two))) < 700


def test_errors_that_lead_in_a_circle_are_told_once(shell: InteractiveShell) -> None:
    cell = "a, b = ValueError('a'), TypeError('b')\na.__cause__, b.__cause__ = b, a\nraise a"
    assert report(shell, cell).text.count("ValueError: a") == 1


def test_huge_texts_are_cut(shell: InteractiveShell) -> None:
    long = "\n".join(f"x{number} = {number}" for number in range(10_000))
    text = report(shell, f"{long}\n1 / 0 + len('{'y' * 50_000}') * 0\n{long}").text
    assert "1 / 0" in text
    assert "# … 9940 lines\n" in text
    assert len(text) < 20_000
    assert len(report(shell, 'raise ValueError("x" * 10**7)').text) < 5_000
    assert len(report(shell, f"raise ValueError({', '.join(map(str, range(900)))})").text) < 16_000


def test_values_are_told_by_their_types_and_shapes_alone(shell: InteractiveShell) -> None:
    text = report(
        shell,
        "import numpy as np\nclass Model:\n    rows = ()\n    def __init__(self):\n"
        "        self.name, self.parts = 'Lovelace', ['Ada', 7]\n"
        "model, words, numbers = Model(), {'first': 'Byron', 'id 2': 1}, np.zeros((2, 3))\n"
        "people = {'byron@example.com': 3}; letters = {'Noel'}; count = 4711",
        "model.name, model.parts, words, numbers, people, letters, count, np.nan / (count - count)"
        " // 0, model.rows[9]",
    ).text
    values = text[text.rindex("```") + 5 : text.index("\n\nPython")].splitlines()
    assert values == [
        "- model: Model",
        "- model.name: str of 8 characters",
        "- model.parts: list of 2 (str, int)",
        "- words: dict of 2 (keys first, id 2)",
        "- numbers: ndarray 2 \N{MULTIPLICATION SIGN} 3 (float64)",
        "- people: dict of 1 (keys of type str)",
        "- letters: set of 1 (str)",
        "- count: int",
    ]
    for word in ("Lovelace", "Ada", "Byron", "Noel", "4711", "byron"):
        assert word not in text


def test_no_code_of_the_readers_runs_for_it(shell: InteractiveShell) -> None:
    text = report(
        shell,
        "class Trap:\n    def __getattr__(self, name): print('trapped')\n"
        "    __len__ = __iter__ = __repr__ = lambda self: print('trapped')\n"
        "    @property\n    def shape(self): seen.append(1)\nseen, trap = [], Trap()",
        "trap.shape, 1 / 0",
    ).text
    assert "- trap: Trap" in text
    assert shell.user_ns["seen"] == [1]


def test_the_home_folder_is_told_as_a_tilde(shell: InteractiveShell) -> None:
    text = report(shell, f"open('{HOME}/data/rows.csv')").text
    assert "No such file or directory: '~/data/rows.csv'" in text
    assert HOME not in text

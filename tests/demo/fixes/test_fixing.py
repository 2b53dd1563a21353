"""What the demo says about errors, from real ones as `%qwen_fix` sends them."""

from __future__ import annotations

import ast
from string import Formatter
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwen_magic.demo.answers.chinese import Voice
from qwen_magic.demo.answers.script import perform
from qwen_magic.demo.fixes.facts import Facts
from qwen_magic.demo.fixes.fixing import fixed
from qwen_magic.demo.fixes.phrases import CAUSES
from qwen_magic.demo.fixes.syntax import syntax
from qwen_magic.demo.wire.scene import Scene
from qwen_magic.notebook.helping.question import question_about
from tests.demo.asking import text_of
from tests.notebook.failing.cells import new_shell, report

if TYPE_CHECKING:
    from collections.abc import Iterator

    from IPython.core.interactiveshell import InteractiveShell

START = """
import math
import pandas as pd
total, words, numbers, count, title = 3, {"first": 1}, [1, 2], 5, "Sum"
frame = pd.DataFrame({"price": [1, 2], "name": ["a", "b"]})
wide = pd.DataFrame({"unit price": [1]})
nothing = None
def mean(values):
    return sum(values) / len(values)
def deep(n):
    return deep(n)
class Person:
    def __init__(self, name, age=3):
        self.name = name
    def greet(self):
        return "hi"
person = Person("Al")
"""


@pytest.fixture
def shell() -> Iterator[InteractiveShell]:
    yield from new_shell()


def told(shell: InteractiveShell, cell: str, hint: str = "") -> str:
    """Return what the demo says about a cell's error."""
    question = question_about(report(shell, START, cell), hint)
    scene = Scene(({"role": "user", "content": question},))
    return text_of({"output": perform(scene)})


@pytest.mark.parametrize(
    ("cell", "cause", "code"),
    [
        ("print(totl)", "there is `total`", "print(total)"),
        ("np.zeros(3)", "never imported", "import numpy as np\n\nnp.zeros(3)"),
        ('frame["prise"]', "its columns are `price`, `name`", 'frame["price"]'),
        ("frame['prise'].sum()", "no column `prise`", "frame['price'].sum()"),
        ('words["frist"]', "its keys are `first`", 'words["first"]'),
        ("x = 1\nfor i in [0]:\n    x / i", "`i` is zero in line 3", "x = 1\nfor i in [0]:\n    (x / i if i else 0)"),
        ("mean([])", "`len(values)` is zero", "def mean(values):\n    return (sum(values) / len(values) if len(values) else 0)"),
        ('"a: " + 1', "not a text and a number", '"a: " + str(1)'),
        ("title + total", "not a text and a number", "title + str(total)"),
        ("if total + title: pass", "not a text", "if str(total) + title: pass"),
        ("for i in count:\n    pass", "`range` counts", "for i in range(count):\n    pass"),
        ("numbers.apend(3)", "it has `append`", "numbers.append(3)"),
        ("frame.pric", "it has `price`", "frame.price"),
        ("nothing.strip()", "`.strip` is None", ""),
        ("from math import sqroot", "it has `sqrt`", "from math import sqrt"),
        ("import sklearn_no", "`sklearn_no` is not installed", "%pip install sklearn_no\n\nimport sklearn_no"),
        ("numbers[2]", "2 members, numbered from 0", "numbers[-1]"),
        ("if total == 3\n    print(1)", "A colon is missing", "if total == 3:\n    print(1)"),
        ("if total = 3:\n    print(1)", "Python needs `==`", "if total == 3:\n    print(1)"),
        ("x = sum(numbers", "never closed", "x = sum(numbers)"),
        ('print("a', "quote never closed", 'print("a")'),
        ('print "a"', "`print` is a function", 'print("a")'),
        ("for i in numbers:\nprint(i)", "has to be indented", "for i in numbers:\n    print(i)"),
        ("  x = 1\ny = 2", "indented", "x = 1\ny = 2"),
        ("int('3 kg')", "'3 kg' is no number", ""),
        ("open('no.csv')", "no file `no.csv`", ""),
        ("deep(1)", "calls itself", ""),
        ("mean()", "called without 'values'", ""),
        ("total()", "of type `int`, no function", ""),
        ("raise KeyboardInterrupt", "interrupted", ""),
        ("frame.prise", "it has `price`", "frame.price"),
        ("frame.PRICE.sum()", "it has `price`", "frame.price.sum()"),
        ("wide.unit_price", "reached by brackets", 'wide["unit price"]'),
        ("wide.misspelt", "`DataFrame` has no `misspelt`", ""),
        ('frame[["prise", "name"]]', "no column `prise`", 'frame[["price", "name"]]'),
        ("frame.drop(columns=['prise'])", "no column `prise`", "frame.drop(columns=['price'])"),
        ('frame.set_index("prise")', "no column `prise`", 'frame.set_index("price")'),
        ('wide.merge(frame, on="prise")', "`frame` has no column", 'wide.merge(frame, on="price")'),
        ('words["FIRST"]', "its keys are `first`", 'words["first"]'),
        ("words.frist", "reached by brackets", 'words["first"]'),
        ("math.sqroot(4)", "it has `sqrt`", "math.sqrt(4)"),
        ("person.nmae", "it has `name`", "person.name"),
        ("person.great()", "it has `greet`", "person.greet()"),
        ("Person.nmae", "it has `name`", "Person.name"),
        ("numbers.lenght", "`len(…)` counts", "len(numbers)"),
        ("numbers.push(3)", "it has `append`", "numbers.append(3)"),
        ('Person(nmae="x")', "no parameter `nmae`, but it has `name`", 'Person(name="x")'),
        ("mean(valeus=[1])", "it has `values`", "mean(values=[1])"),
        ("mean(zzz=1)", "its parameters are `values`", ""),
        ("sorted(numbers, revers=True)", "it has `reverse`", "sorted(numbers, reverse=True)"),
        ("Person()", "`Person` was called without 'name'", ""),
        ("person.greet(1)", "given 2 values by their place, and takes 1", ""),
        ("numbers + count", "joins two lists", "numbers + [count]"),
        ("total[0]", "of type `int`, which has no members", ""),
        ("unheard", "No cell that has run defines `unheard`", ""),
    ],
)  # fmt: skip
def test_common_errors_are_explained_and_corrected(
    shell: InteractiveShell, cell: str, cause: str, code: str
) -> None:
    text = told(shell, cell)
    assert cause in text
    assert (f"```python\n{code}\n```" if code else "my rules end here") in text
    assert "Offline demo" in text


def test_what_is_corrected_runs(shell: InteractiveShell) -> None:
    text = told(shell, "for i in count:\n    frame['prise'] = i")
    code = text.split("```python\n")[1].split("\n```")[0]
    assert shell.run_cell(code).success


def test_of_an_error_that_no_rule_knows_the_line_is_told(shell: InteractiveShell) -> None:
    assert "Line 2 raises it: “no luck”." in told(shell, "x = 1\nraise StopIteration('no luck')")


def test_it_answers_in_chinese(shell: InteractiveShell) -> None:
    text = told(shell, "# 求和\nprint(totl)")
    assert "没有变量 `totl`，但是有 `total`" in text
    assert "print(total)" in text


def test_an_ellipsis_is_explained(shell: InteractiveShell) -> None:
    assert "put it back" in told(shell, 'api_key = "abcdefgh"\nprint(totl)')


def test_both_languages_have_the_same_places() -> None:
    for english, chinese in CAUSES.items():
        one, other = (
            {name for _, name, _, _ in Formatter().parse(text) if name}
            for text in (english, chinese)
        )
        assert one == other, english


@given(st.text(alphabet="()[]{}'\":=ifx \n\\#%"))
def test_any_code_is_read_or_given_up(code: str) -> None:
    fix = syntax(Facts(code, "SyntaxError", "no", 1))
    if fix.code and "%" not in fix.code:
        ast.parse(fix.code)


@given(
    st.text(),
    st.sampled_from(["KeyError", "TypeError", "NameError", "SyntaxError", "ImportError"]),
    st.text(),
)
def test_any_question_about_an_error_has_an_answer(code: str, kind: str, words: str) -> None:
    question = f"Why?\n\n```python\n{code}\n```\n\n```text\n  line 1: {code}\n{kind}: {words}\n```"
    fixed(question, Voice())

"""Blocks of code in answers: which ones a kernel for Python can run."""

from __future__ import annotations

import ast
import re
import warnings
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import qwen_magic
from qwen_magic import snippet
from qwen_magic.snippet import is_python, typed_in

SESSION = ">>> a = [\n...     1,\n... ]\n>>> a\n[1]\n>>> print(a)\n[1]"


@pytest.mark.parametrize(
    "info",
    [
        *("python", "Python", "py", "py3", "python3.12", "ipython", "ipython3", "pycon"),
        *("python-repl", "{python}", "{code-cell} ipython3", "{.python .numberLines}"),
        *("python title='a.py'", "python:a.py", "py,ignore", "jupyter-python", " python "),
    ],
)
def test_python_has_many_names(info: str) -> None:
    assert is_python("anything at all", info)


@pytest.mark.parametrize(
    "info",
    [
        *("bash", "sh", "shell", "console", "json", "html", "sql", "text", "txt", "plaintext"),
        *(
            "pytb",
            "python-traceback",
            "pyrex",
            "pypy-log",
            "cpp",
            "r",
            "julia",
            "output",
            "mermaid",
        ),
        *("yaml", "toml", "diff", "markdown", "qwen", "{note}", "python2to3-diff", "?"),
    ],
)
def test_other_languages_do_not_run(info: str) -> None:
    assert not is_python("print(1)", info)


@pytest.mark.parametrize(
    "code",
    [
        *("a = 1", "print('hi')", "# two\na * 2", "import math", "df.head()", "a[0]", "x == 1"),
        *(
            "%pip install pandas",
            "!ls -l",
            "files = !ls",
            "%%bash\nls | wc",
            "print?",
            "import a\na??",
        ),
        *("for i in range(3):\n    !echo {i}", "await f()", "print('\\d')", "a = 1 + \\\n  2"),
        *(
            "'it\\'s'.upper()",
            SESSION,
            "In [1]: a = 1\n   ...: b = 2\nOut[1]: 3",
            "a = 1\n" * 5_000,
        ),
    ],
)
def test_what_has_no_name_runs_if_it_is_python(code: str) -> None:
    assert is_python(code, "")


@pytest.mark.parametrize(
    "code",
    [
        *("", "42", "hello", "Hello, world!", '{"a": [1, -2, true]}', "[1, 2, 3]", "# a comment"),
        *(
            "Traceback (most recent call last):\n  File",
            "pip install pandas",
            "$ pip install pandas",
            "<b>a</b>",
        ),
        *(
            "src/\n├── a.py\n└── b.py",
            "name  age\nAda   36",
            "ValueError: no",
            "SELECT * FROM a",
            "a = ",
        ),
        *(
            "+---+\n| a |\n+---+",
            "(" * 1_000,
            "-" * 9_999,
            "a\0b",
            "\ud800",
            "你好",
            "1 2",
            "a:\n  - b",
        ),
    ],
)
def test_what_has_no_name_and_is_no_code_does_not_run(code: str) -> None:
    assert not is_python(code, "")


def test_a_session_is_what_was_typed() -> None:
    assert typed_in(SESSION) == "a = [\n    1,\n]\na\nprint(a)"
    assert typed_in("\nIn [1]: a = 1\n   ...: b\nOut[1]: 2\n\nIn [2]: b") == "a = 1\nb\nb"
    assert typed_in("a = 1  # >>> a") == "a = 1  # >>> a"
    assert typed_in("") == ""


@given(st.text() | st.lists(st.sampled_from([*SESSION, "\\", "\n", "%", "!"])).map("".join))
def test_reading_a_block_raises_nothing_and_warns_of_nothing(code: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        is_python(code, "")
        typed_in(code)


@given(st.lists(st.sampled_from(["a = 1", "b(a)", "import os", "x + y"]), min_size=1))
def test_python_without_a_name_is_known(lines: list[str]) -> None:
    code = "\n".join(lines)
    ast.parse(code)
    assert is_python(code, "")


def test_the_scripts_of_both_pages_read_a_session_as_python_does() -> None:
    package = Path(qwen_magic.__file__).parent
    scripts = [package / "notebook/panel/page.js", package / "labextension/static/buttons.js"]
    found = [
        re.search(r"^function typed.*?^}", at.read_text(), re.MULTILINE | re.DOTALL)
        for at in scripts
    ]
    one, other = (function[0] for function in found if function)
    assert one == other
    for script in scripts:
        assert f"const PROMPT = /^{snippet._PROMPT.pattern}/;" in script.read_text()  # noqa: SLF001

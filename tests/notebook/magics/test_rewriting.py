from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from IPython.core.inputtransformer2 import TransformerManager, make_tokens_by_line

from qwen_magic.notebook.magics.rewriting import rewrite


def rewritten(cell: str) -> str:
    return "".join(rewrite(cell.splitlines(keepends=True), make_tokens_by_line))


def ask(text: str) -> str:
    return f"get_ipython().run_line_magic('qwen', {text!r})\n"


@pytest.mark.parametrize(
    "text",
    [
        "What is JSON?",
        "What's {x} and $y?",
        "Is f( open?",
        'Say """',
        "a # comment?",
        "-e low Why??",
    ],
)
def test_a_line_question_becomes_a_call_with_its_text_verbatim(text: str) -> None:
    assert rewritten(f"%qwen {text}\n") == ask(text)


@pytest.mark.parametrize(
    ("line", "name", "rest"),
    [
        ("%time %qwen Is it?", "time", "%qwen Is it?"),
        ("%timeit -n1 -r1 %qwen Is it? ", "timeit", "-n1 -r1 %qwen Is it?"),
        ("%time x = %qwen_fix is it x?", "time", "x = %qwen_fix is it x?"),
    ],
)
def test_a_question_may_stand_behind_another_magic(line: str, name: str, rest: str) -> None:
    assert rewritten(f"{line}\n") == f"get_ipython().run_line_magic({name!r}, {rest!r})\n"
    assert rewritten(f"if x:\n    {line}\n") == (
        f"if x:\n    get_ipython().run_line_magic({name!r}, {rest!r})\n"
    )


@pytest.mark.parametrize(
    "line", ["%time?", "%time %qwen", "%time %qwen?", "%pinfo qwen?", "%time x?"]
)
def test_help_on_another_magic_stays_help(line: str) -> None:
    assert rewritten(f"{line}\n") == f"{line}\n"


def test_a_hint_on_an_error_may_be_a_question() -> None:
    call = "get_ipython().run_line_magic('qwen_fix', 'is it empty?')\n"
    assert rewritten("%qwen_fix is it empty?\n") == call
    assert rewritten("%qwen_fix?\n") == "%qwen_fix?\n"


@pytest.mark.parametrize(
    "cell", ["%qwen?\n", "%%qwen?\n", "%qwen ?\n", "?%qwen\n", "%qwen\n", "%qwen_chain a?\n"]
)
def test_help_and_other_magics_are_left_alone(cell: str) -> None:
    assert rewritten(cell) in {cell, ask("")}


def test_a_one_line_cell_becomes_a_call() -> None:
    assert rewritten("%%qwen -e low What is JSON?") == ask("-e low What is JSON?")


def test_a_cell_with_a_body_is_left_alone() -> None:
    cell = "%%qwen -e low\nWhat is %qwen?\n"
    assert rewritten(cell) == cell


def test_an_empty_cell_reaches_the_magic() -> None:
    assert rewritten("%%qwen\n") == "get_ipython().run_cell_magic('qwen', '', '\\n')\n"


def test_every_line_of_a_cell_is_rewritten() -> None:
    cell = "x = 1\nif x:\n    %qwen What's one?\n    %qwen And two?\nprint(x)\n"
    one, two = ask("What's one?"), ask("And two?")
    assert rewritten(cell) == f"x = 1\nif x:\n    {one}    {two}print(x)\n"


def test_an_assignment_gets_the_turn() -> None:
    assert (
        rewritten("x = %qwen What is JSON?\n")
        == "x = " + ask("What is JSON?").rstrip("\n") + " or _qwen\n"
    )


def test_a_string_is_no_magic() -> None:
    cell = 'x = """\n%qwen What?\n"""\n'
    assert rewritten(cell) == cell


def test_a_modulo_is_no_magic() -> None:
    cell = "y = x %qwen\n"
    assert rewritten(cell) == cell


def test_a_continued_line_is_one_question() -> None:
    assert rewritten("%qwen What is \\\nJSON?\nx\n") == ask("What is  JSON?") + "\nx\n"


def test_bodies_of_other_cell_magics_are_left_alone() -> None:
    cell = "%%bash\n%qwen What?\n"
    assert rewritten(cell) == cell


@given(st.text(alphabet=st.characters(exclude_categories=["Cc", "Zl", "Zp", "Cs"])))
def test_any_question_survives_all_of_ipythons_transformations(text: str) -> None:
    manager = TransformerManager()
    manager.cleanup_transforms.append(lambda lines: rewrite(lines, make_tokens_by_line))
    asked: list[str] = []

    class Shell:
        def run_line_magic(self, name: str, line: str) -> None:
            asked.append(f"{name} {line}")

    exec(manager.transform_cell(f"%qwen a{text}?"), {"get_ipython": Shell})
    assert asked == [f"qwen a{text}?"]

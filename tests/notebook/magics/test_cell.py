from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwen_magic.errors import CellError, QwenError
from qwen_magic.notebook.magics.cell import Cell, parse_cell


def test_the_body_is_the_question_exactly_as_written() -> None:
    body = 'Explain {x}, $y and {"a": 1}:\n\n  \\frac{a}{b}\n'
    assert parse_cell("", body) == Cell(body[:-1])


def test_options_stand_before_the_text_of_a_line() -> None:
    found = parse_cell("-m qwen-plus --effort low What is -m?  -e high")
    assert found == Cell("What is -m?  -e high", {"model": "qwen-plus", "effort": "low"})


def test_a_value_in_quotes_may_hold_spaces_and_quotes() -> None:
    found = parse_cell(r"""-s "You say \"ahoy\" in C:\new" --new""", "hi")
    assert found.options == {"system": r'You say "ahoy" in C:\new', "new": True}


@pytest.mark.parametrize("line", ["--model=qwen-plus", "-m=qwen-plus", '--model="qwen-plus"'])
def test_an_equals_sign_may_stand_before_the_value(line: str) -> None:
    assert parse_cell(line, "hi").options == {"model": "qwen-plus"}


def test_values_are_read_as_what_they_are() -> None:
    line = "--temperature 0.5 --top-p .9 --max-output-tokens 1_000 --thinking off -t a,b -o answer"
    assert parse_cell(line, "hi").options == {
        "temperature": 0.5,
        "top_p": 0.9,
        "max_output_tokens": 1000,
        "thinking": False,
        "tools": ("a", "b"),
        "out": "answer",
    }


def test_two_dashes_end_the_options() -> None:
    assert parse_cell("-m qwen-plus -- --new York?").text == "--new York?"


def test_a_negative_number_is_text() -> None:
    assert parse_cell("-5 + 3 = ?").text == "-5 + 3 = ?"


def test_a_one_line_cell_is_a_question() -> None:
    assert parse_cell("-e low What is JSON?", "\n") == Cell("What is JSON?", {"effort": "low"})


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("--modle x", "unknown option '--modle'\n→ did you mean --model?"),
        ("--help", "unknown option '--help'\n→ %%qwen? shows the help"),
        ("-h", "unknown option '-h'\n→ %%qwen? shows the help"),
        ("-m", "-m needs a value"),
        ("-m --new", "-m needs a value"),
        ("--new --new", "--new is given twice\n→ leave one of them out"),
        ("--new=on", "--new takes no value\n→ --new: start the chain afresh"),
        ("-e hihg", "unknown effort 'hihg'\n→ did you mean high?"),
        ("--temperature warm", "temperature 'warm' is no number\n→ --temperature T: 0 ≤ T < 2"),
        (
            "--max-output-tokens few",
            "max_output_tokens 'few' is no whole number\n→ --max-output-tokens N: stop after",
        ),
        ("--thinking maybe", "unknown thinking 'maybe'"),
        ("-o 2x", "'2x' is no name of a variable\n→ -o NAME: keep the turn in this variable"),
        ("qwen-plus", "unexpected text on the %%qwen line: 'qwen-plus'\n→ the question goes below"),
        (
            "-s Answer in French",
            "unexpected text on the %%qwen line: 'in French'\n→ the question goes below; a value with spaces needs quotes",
        ),
        ('-s "unclosed', "the quote after -s is not closed"),
        ("-o class", "'class' is no name of a variable"),
        ('--conversation ""', "--conversation is empty\n→ --conversation ID: join"),
        ("--new --append", "--new and --append exclude each other"),
        ("-c side --conversation conv_1", "-c and --conversation exclude each other"),
    ],
)
def test_a_wrong_line_is_refused_by_name(line: str, message: str) -> None:
    with pytest.raises(QwenError) as caught:
        parse_cell(line, "hi")
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    "line",
    [
        "--api-key sk-0123456789abcdef",
        "--key x",
        "-m sk-0123456789abcdef",
        "-s 'sk-0123456789abcdef'",
    ],
)
def test_a_key_on_the_line_is_refused_and_not_repeated(line: str) -> None:
    with pytest.raises(CellError, match="would be saved in the notebook") as caught:
        parse_cell(line, "hi")
    assert "0123456789" not in str(caught.value)


@given(st.text(alphabet=st.characters(exclude_characters="\r")).filter(str.strip))
def test_any_body_comes_through_unchanged(body: str) -> None:
    assert parse_cell("-e low", body).text == body.removesuffix("\n")


@given(st.text())
def test_any_line_is_read_or_refused(line: str) -> None:
    try:
        found = parse_cell(line)
    except QwenError as error:
        assert error.args[0]  # noqa: PT017 - either outcome is right
    else:
        assert found.text in line

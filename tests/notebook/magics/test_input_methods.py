"""What an input method writes in place of plain dashes, quotes, commas and spaces."""

from __future__ import annotations

from typing import Any

import pytest
from IPython.core.inputtransformer2 import make_tokens_by_line

from qwen_magic.errors import CellError
from qwen_magic.notebook.magics.cell import parse_cell
from qwen_magic.notebook.magics.rewriting import rewrite

KEY = "sk-0123456789abcdef"


@pytest.mark.parametrize(
    ("line", "options"),
    [
        ("-m\u3000qwen3-max\u3000-e low", {"model": "qwen3-max", "effort": "low"}),
        ("——effort low", {"effort": "low"}),
        ("—effort low", {"effort": "low"}),
        ("–e low", {"effort": "low"}),  # noqa: RUF001 - an en dash
        ("－e low", {"effort": "low"}),  # noqa: RUF001 - a wide one
        ("—effort=low", {"effort": "low"}),
        ("-s “Be brief.” -e low", {"system": "Be brief.", "effort": "low"}),
        ("-s ‘Be brief.’", {"system": "Be brief."}),  # noqa: RUF001 - typed so
        ("-t web_search，web_extractor", {"tools": ("web_search", "web_extractor")}),
        ("-t web_search、web_extractor", {"tools": ("web_search", "web_extractor")}),
        ("-c 草稿", {"chain": "草稿"}),
    ],
)
def test_it_is_understood(line: str, options: dict[str, Any]) -> None:
    cell = parse_cell(line, "你好\n")
    assert (cell.text, cell.options) == ("你好", options)


@pytest.mark.parametrize(
    "text", ["——你好", "— why?", "\u20135 degrees", "“你好”", "-5 + 3", "——effortless"]
)
def test_a_question_stays_as_it_is_written(text: str) -> None:
    assert parse_cell(text).text == text


def test_a_wide_space_behind_the_name_is_one() -> None:
    lines = ["%%qwen\u3000-e low\n", "你好\n"]
    assert rewrite(lines, make_tokens_by_line) == ["%%qwen -e low\n", "你好\n"]
    assert rewrite(["%%qwen\u3000你好\n"], make_tokens_by_line) == [
        "get_ipython().run_line_magic('qwen', '你好')\n"
    ]


@pytest.mark.parametrize(
    ("line", "body"),
    [(KEY, "Hi"), (f"-m {KEY}", "Hi"), (f"--x {KEY}", "Hi"), (KEY, None), ("", KEY)],
)
def test_a_key_is_refused_and_not_repeated(line: str, body: str | None) -> None:
    with pytest.raises(CellError) as caught:
        parse_cell(line, body)
    assert KEY not in f"{caught.value} {caught.value.hint}"


def test_a_question_about_a_key_may_be_asked() -> None:
    assert parse_cell("", f"Is {KEY} a key?").text == f"Is {KEY} a key?"

from __future__ import annotations

import pytest

from qwen_magic.notebook.cards.html import part_html
from qwen_magic.notebook.cards.parts import Logs, Note
from qwen_magic.notebook.markdown.direction import is_right_to_left
from qwen_magic.notebook.markdown.markdown import to_html

ARABIC, HEBREW = "مرحبا بالعالم", "שלום עולם"


@pytest.mark.parametrize("text", ["Hello", "你好", "こんにちは", "Ελλάδα", "1 + 1 = 2", "🙂", ""])
def test_what_is_read_from_left_to_right_stays_as_it_is(text: str) -> None:
    assert not is_right_to_left(text)
    assert "dir=" not in to_html(f"# {text} `x`\n\n- {text}\n\n$x$ {text}")


@pytest.mark.parametrize("text", [ARABIC, HEBREW, "فارسی", "اردو", "ދިވެހި"])
def test_each_outermost_block_finds_its_direction(text: str) -> None:
    html = to_html(f"# {text}\n\n{text}\n\n- {text}\n\n  {text}\n\n> {text}\n\nHello")
    for tag in ("h1", "ul"):
        assert html.count(f'<{tag} dir="rtl">') == 1
    assert html.count('<p style="text-align:right" dir="rtl">') == 1
    assert html.count('<p style="text-align:right">') == 3  # within the list and the quote
    assert 'border-right:5px solid rgba(128,128,128,.3)" dir="rtl">' in html  # the quote's
    assert "<p>Hello</p>" in html


def test_code_and_formulas_go_from_left_to_right_and_decide_nothing() -> None:
    html = to_html(f"`print()` {ARABIC} $x$\n\n- {HEBREW}\n\n  ```python\n  x = 1\n  ```\n")
    assert html.startswith('<p style="text-align:right" dir="rtl"><code dir="ltr">print()')
    assert '<span dir="ltr">$x$</span>' in html
    assert '<div dir="ltr"><div class="highlight"' in html


def test_a_word_of_another_script_changes_nothing() -> None:
    assert to_html(f"Hello, {ARABIC}") == f"<p>Hello, {ARABIC}</p>\n"
    assert to_html(f"{ARABIC}, hello").startswith("<p style")


def test_a_tables_columns_and_cells_follow_its_first_letter() -> None:
    html = to_html(f"| {ARABIC} | b |\n|---|:-:|\n| 1 | 2 |")
    assert html.startswith('<table style="margin-left:auto" dir="rtl">')
    assert html.count('style="text-align:right"') == 2
    assert html.count('style="text-align:center"') == 2


def test_what_tools_give_finds_its_direction() -> None:
    assert part_html(Logs(ARABIC)).startswith('<pre dir="rtl" ')
    assert part_html(Note(HEBREW)).startswith('<div dir="rtl" ')
    assert "dir=" not in part_html(Logs("Hello"))

from __future__ import annotations

import html
import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qwen_magic.notebook.markdown.highlighting import highlight, highlight_on
from tests.examples import tries
from tests.notebook.safety import assert_inert

TAG = re.compile(r"<[^>]*>")


def shown(block: str) -> str:
    return html.unescape(TAG.sub("", block))


def test_known_languages_have_classes_and_no_colours() -> None:
    block = highlight("def f(): ...\n", "Python")
    assert block.startswith('<div class="highlight"')
    assert "font-family:monospace" in block  # which some pages leave to what is around the <pre>
    assert '"><span class="k">def</span>' in block
    assert "color" not in block


@pytest.mark.parametrize(
    ("language", "code"),
    [
        ("diff", "- a\n+ b"),
        ("diff", " context"),
        ("pycon", ">>> 1 + 1\n2"),
        ("pytb", 'Traceback (most recent call last):\n  File "a.py", line 1\nValueError: b'),
        ("makefile", "all:\n\tcc a.c"),
        ("terraform", "# note"),
        ("latex", "% note"),
        ("fortran", "! note"),
    ],
)
def test_the_last_line_is_no_error(language: str, code: str) -> None:
    """Jupyter draws errors in red, and some lexers take a line without its end for one."""
    assert 'class="err"' not in highlight(code, language)
    assert 'class="err"' not in highlight_on("", code, language)[0]


@pytest.mark.parametrize("language", ["", "nosuch", "<b>", "../../x", "raw", "html+evil"])
def test_an_unknown_language_is_plain(language: str) -> None:
    assert highlight("x < 1", language).endswith('anywhere">x &lt; 1\n</pre></div>\n')


@pytest.mark.parametrize("language", ["", "python", "html", "bash", "json", "diff", "c#", "latex"])
@settings(max_examples=tries(30), deadline=None)
@given(code=st.text("ab\n\t <>&'\"#/*\\$`{}()=;0"))
def test_no_character_of_the_code_is_lost(language: str, code: str) -> None:
    block = highlight(code, language)
    assert_inert(block)
    inner = shown(block).removesuffix("\n\n")
    assert inner.removeprefix("\n").lstrip("\n") == code.strip("\n")
    assert inner.startswith("\n\n") == code.rstrip("\n").startswith("\n")


@pytest.mark.parametrize(
    ("code", "language"),
    [
        ("x = 1\n" * 20_000, "python"),
        ("\n " * 20_000 + "x", "python"),
        ("word " * 5_000, "java"),
        ("@a\n" * 15_000, "csharp"),
        ('"a\\' * 8_000, "javascript"),
    ],
)
def test_code_that_would_keep_a_lexer_busy_is_plain(code: str, language: str) -> None:
    started = time.process_time()
    assert "<span" not in highlight(code, language)
    assert time.process_time() - started < 1

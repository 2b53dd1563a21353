from __future__ import annotations

import json

import pytest

from qwen_magic.notebook.cards.wording import (
    address,
    called,
    cut,
    line,
    loaded,
    pretty,
    quoted,
    unfenced,
)


def test_a_line_is_one_line() -> None:
    assert line(" a\n\tb\u2028c \x1b[31md") == "a b c d"
    assert line("x" * 100, 10) == "x" * 9 + "…"
    assert line("x" * 8 + "🇨🇳" * 9, 10) == "x" * 8 + "…"
    assert line("🇨🇳" + " " * 36 + "e\u0301\u0302\u0303\u0304", 10) == "🇨🇳…"


def test_a_text_is_cut_with_the_number_of_characters_that_are_missing() -> None:
    assert cut("abc", 3) == "abc"
    assert cut("abcd", 3) == "abc\n… 1 more character"
    assert cut("abe\u0301", 3) == "ab\n… 2 more characters"


def test_queries_stand_in_quotes() -> None:
    assert [quoted(q) for q in ((), ("a",), tuple("abcd"))] == [
        "",
        "“a”",
        "“a”, “b”, “c” and 1 more",
    ]


@pytest.mark.parametrize(
    ("url", "label"),
    [
        ("https://www.aliyun.com/", "aliyun.com"),
        ("http://a.example/x/y.html?q=1#z", "a.example/x/y.html"),
        ("https://bank.example@evil.example/", "evil.example"),
        ("https://[::1", "[::1"),
        ("javascript:alert(1)", "javascript:alert(1)"),
        ("https://", "https://"),
        ("https://a.example/" + "x" * 99, "a.example/" + "x" * 49 + "…"),
        ("", ""),
    ],
)
def test_an_address_is_known_by_host_and_path(url: str, label: str) -> None:
    assert address(url) == label


@pytest.mark.parametrize(
    ("arguments", "call"),
    [
        ("", "f()"),
        ("{}", "f()"),
        ('{"a": 1, "b": [true, null], "c": "x"}', "f(a=1, b=[True, None], c='x')"),
        ('{"a": "\\ud800"}', "f(a='\ufffd')"),
        ('{"a": ', "f(…)"),
        ("[1]", "f(…)"),
        (json.dumps({"a": "x" * 1_000}), f"f(a='{'x' * 76}…)"),
    ],
)
def test_a_call_reads_like_python(arguments: str, call: str) -> None:
    assert called("f", arguments) == call


@pytest.mark.parametrize("text", ["", "{", "x", "[" * 100_000, " " * 200_000 + "1", "9" * 5_000])
def test_what_is_no_readable_json_has_no_value(text: str) -> None:
    assert loaded(text) is None or isinstance(loaded(text), float | int)


@pytest.mark.parametrize(
    "value", [{}, [], {"a": {"b": [1, "x\n", None, {}]}, "c": []}, "text", 1.5, [["北京"]]]
)
def test_json_is_pretty(value: object) -> None:
    assert pretty(value) == json.dumps(value, indent=2, ensure_ascii=False)


def test_of_a_huge_value_no_more_is_written_than_is_shown() -> None:
    assert pretty({"a": "x" * 1_000}, 20) == '{\n  "a": "' + "x" * 10 + "\n… cut"
    assert pretty([1] * 1_000_000, 11) == "[\n  1,\n  1," + "\n… cut"


def test_a_deep_nest_ends() -> None:
    nest: list[object] = []
    for _ in range(100_000):
        nest = [nest]
    assert pretty(nest).count("[") == 20


@pytest.mark.parametrize(
    ("logs", "printed"),
    [
        ("```\n42\n```", "42"),
        ("```text\n1\n```\n~~~\n2\n~~~", "1\n2"),
        ("no fence", "no fence"),
        ("```\n  indented\n", "  indented"),
        ("a ``` b", "a ``` b"),
        ("", ""),
    ],
)
def test_fences_around_what_code_printed_are_taken_off(logs: str, printed: str) -> None:
    assert unfenced(logs) == printed


@pytest.mark.parametrize(
    "arguments",
    [
        {"command": "ls " + " " * 100 + "; rm -rf ~"},
        {f"option{n}": " " * 60 for n in range(8)} | {"command": "rm -rf ~"},
    ],
)
def test_white_space_cannot_hide_that_a_call_is_cut(arguments: dict[str, str]) -> None:
    assert "…" in called("run", json.dumps(arguments))

# ruff: noqa: RUF001 - what an input method writes
"""What an input method writes in place of plain signs, letters and digits."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from IPython.core.inputtransformer2 import make_tokens_by_line

from qwen_magic.errors import CellError, QwenError
from qwen_magic.notebook.document.file import code_cell
from qwen_magic.notebook.magics.cell import parse_cell
from qwen_magic.notebook.magics.rewriting import rewrite
from qwen_magic.notebook.magics.values import fill
from qwen_magic.notebook.steering.chain_commands import (
    ChainCommand,
    LogCommand,
    parse_chain,
    parse_log,
)
from qwen_magic.typed import plain
from tests.notebook.kernels import running

KEY = "sk-0123456789abcdef"


@pytest.mark.parametrize(
    ("line", "options"),
    [
        ("-m\u3000qwen3-max\u3000-e low", {"model": "qwen3-max", "effort": "low"}),
        ("——effort low", {"effort": "low"}),
        ("—effort low", {"effort": "low"}),
        ("–e low", {"effort": "low"}),
        ("－e low", {"effort": "low"}),
        ("—effort=low", {"effort": "low"}),
        ("-s “Be brief.” -e low", {"system": "Be brief.", "effort": "low"}),
        ("-s ‘Be brief.’", {"system": "Be brief."}),
        ("-t web_search，web_extractor", {"tools": ("web_search", "web_extractor")}),
        ("-t web_search、web_extractor", {"tools": ("web_search", "web_extractor")}),
        ("-c 草稿", {"chain": "草稿"}),
        ("-c　“草稿　一”", {"chain": "草稿　一"}),
        ("--effort＝low", {"effort": "low"}),
        ("--effort：low", {"effort": "low"}),
        ("--effort ： low", {"effort": "low"}),
        ("-e:low", {"effort": "low"}),
        ("————effort　low", {"effort": "low"}),
        ("——max—output—tokens ６４", {"max_output_tokens": 64}),
        ("－－ｅｆｆｏｒｔ＝ｌｏｗ", {"effort": "low"}),
        ("-m ｑｗｅｎ３－ｍａｘ", {"model": "qwen3-max"}),
        ("--from ２", {"from_turn": 2}),
        ("--temperature ０．７", {"temperature": 0.7}),
        ("-o ｔｕｒｎ", {"out": "turn"}),
        ("-o 回答", {"out": "回答"}),
        ("-t “web_search，查天气”", {"tools": ("web_search", "查天气")}),
        ("-t web_search；查天气", {"tools": ("web_search", "查天气")}),
        ("--tool-choice web_search、f", {"tool_choice": "web_search,f"}),
        ("-s 「简短回答」", {"system": "简短回答"}),
        ("-s ＂简短，回答＂ —e low", {"system": "简短，回答", "effort": "low"}),
        ("-s ”简短“", {"system": "简短"}),
        ("-s “简短”-e low", {"system": "简短", "effort": "low"}),
        ("--mcp 服务器（一）.json", {"mcp": "服务器（一）.json"}),
        ("——new ——raw", {"new": True, "raw": True}),
    ],
)
def test_it_is_understood(line: str, options: dict[str, Any]) -> None:
    cell = parse_cell(line, "你好\n")
    assert (cell.text, cell.options) == ("你好", options)


@pytest.mark.parametrize(
    "text",
    [
        "——你好",
        "— why?",
        "－５＋３＝？",
        "——newest",
        "：你好",
        "％％qwen",
        "ｄｆ　｛｛ｄｆ｝｝",
        "\u20135 degrees",
        "“你好”",
        "-5 + 3",
        "——effortless",
    ],
)
def test_a_question_stays_as_it_is_written(text: str) -> None:
    assert parse_cell(text).text == text


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("-s “简短", "the quote after -s is not closed"),
        ("-e —m qwen3-max", "-e needs a value"),
        ("——effort＝", "--effort needs a value"),
        ("——new＝yes", "--new takes no value"),
        ("--from 二", "turn '二' is no whole number"),
        ("ｓｋ－0123456789abcdef", "an API key does not belong on the magic line"),
    ],
)
def test_what_is_not_understood_is_told(line: str, message: str) -> None:
    with pytest.raises(QwenError, match=message):
        parse_cell(line, "你好")


CHAINS = {
    "　草稿": ChainCommand("switch", "草稿"),
    "草稿（一）": ChainCommand("switch", "草稿（一）"),
    "“草稿　一”": ChainCommand("switch", "草稿　一"),
    "——new　草稿": ChainCommand("new", "草稿"),
    "——from ２": ChainCommand("from", number=2),
    "--from＝２": ChainCommand("from", number=2),
    "--restore：3 —c 草稿": ChainCommand("restore", number=3, chain="草稿"),
    "——ｒｅｗｉｎｄ": ChainCommand("rewind"),
    "——delete ‘甲 乙’　——force": ChainCommand("delete", "甲 乙", force=True),
    "--rename 甲　乙": ChainCommand("rename", "甲", "乙"),
    "—list": ChainCommand("list"),
    "他说“好”": ChainCommand("switch", "他说“好”"),
}


@pytest.mark.parametrize(("line", "command"), CHAINS.items())
def test_a_line_about_chains_is_understood(line: str, command: ChainCommand) -> None:
    assert parse_chain(line) == command


def test_a_line_about_the_log_is_understood() -> None:
    written = LogCommand("json", "对话，一.json", reasoning=True, force=True)
    assert parse_log("——to　ｊｓｏｎ　“对话，一.json”　—reasoning ——force") == written


REWRITTEN = {
    "％％qwen -e low\n你好\n": "%%qwen -e low\n你好\n",
    "%％qwen　-e low\n％qwen\n": "%%qwen -e low\n％qwen\n",
    "％％ｑｗｅｎ：\n你好\n": "%%qwen \n你好\n",
    "％％qwen 什么是 JSON？\n": "get_ipython().run_line_magic('qwen', '什么是 JSON？')\n",
    "%%qwen你好\n": "get_ipython().run_line_magic('qwen', '你好')\n",
    "％qwen　你好？\n": "get_ipython().run_line_magic('qwen', '你好？')\n",
    "%qwen，你好\n": "get_ipython().run_line_magic('qwen', '，你好')\n",
    "%qwen你好\n": "get_ipython().run_line_magic('qwen', '你好')\n",
    "答 ＝ ％qwen 你好\n": "答 = get_ipython().run_line_magic('qwen', '你好') or _qwen\n",
    "％qwen？\n": "%qwen?\n",
    "%%qwen？\n": "%%qwen?\n",
    "％qwen_chain？？\n": "%qwen_chain??\n",
    "x = 1\n％qwen_chain　草稿\n": "x = 1\n%qwen_chain 草稿\n",
    "％ｑｗｅｎ＿ｌｏｇ\n": "%qwen_log\n",
    "％qwen_panel\n": "%qwen_panel\n",
    "if x:\n    ％qwen 甲\n    ％qwen_log\n": (
        "if x:\n    get_ipython().run_line_magic('qwen', '甲')\n    %qwen_log\n"
    ),
    "％load_ext　qwen_magic\n": "%load_ext qwen_magic\n",
    "%config　QwenMagics.model ＝ “qwen3-max”\n": "%config QwenMagics.model = 'qwen3-max'\n",
    "％config QwenMagics．effort＝‘ｌｏｗ’\n": "%config QwenMagics.effort = 'low'\n",
    "%config QwenMagics.timeout ＝ ９００\n": "%config QwenMagics.timeout = 900\n",
    "%config QwenMagics.show_reasoning ＝ Ｆａｌｓｅ\n": "%config QwenMagics.show_reasoning = False\n",
    '%config QwenMagics.tools ＝ 【“web_search”、"f"】\n': (
        "%config QwenMagics.tools = ['web_search',\"f\"]\n"
    ),
    '%config QwenMagics.system = "请用“中文”，回答："\n': '%config QwenMagics.system = "请用“中文”，回答："\n',
    "%config QwenMagics.system ＝ “请用 ＡＢＣ，回答”\n": "%config QwenMagics.system = '请用 ＡＢＣ，回答'\n",
    "％config　QwenMagics\n": "%config QwenMagics\n",
    '"""\n％qwen 你好\n"""\n': '"""\n％qwen 你好\n"""\n',
    "%%bash\n％qwen 你好\n": "%%bash\n％qwen 你好\n",
    "％timeit 1\n": "％timeit 1\n",
    "％config InlineBackend.rc ＝ 1\n": "％config InlineBackend.rc ＝ 1\n",
    "# ％qwen 你好\n": "# ％qwen 你好\n",
    'print("％qwen")\n': 'print("％qwen")\n',
}


@pytest.mark.parametrize(("cell", "seen"), REWRITTEN.items())
def test_the_names_of_magics_are_written_plainly(cell: str, seen: str) -> None:
    lines = rewrite(cell.splitlines(keepends=True), make_tokens_by_line)
    assert "".join(lines) == seen


def test_they_work_in_a_kernel() -> None:
    with running() as kernel:
        kernel.run("%load_ext qwen_magic")
        kernel.run("％config　QwenMagics．region ＝ “demo”")
        kernel.run("数据 = [3, 5]")
        ran = kernel.run("％％qwen　——effort＝ｌｏｗ　—o　回答\n｛｛数据｝｝　怎么样？")
        assert (ran.status, ran.errors) == ("ok", [])
        assert kernel.run("print(回答.prompt)").printed == "[3, 5]　怎么样？\n"
        assert "草稿" in kernel.run("％qwen_chain　“草稿”").printed
        assert kernel.run("％％qwen？").errors == []


@pytest.mark.parametrize(
    "text",
    [
        "{{名称}}",
        "｛｛名称｝｝",
        "{｛名称｝}",
        "{{　名称　}}",
        "{{ ｎａｍｅ }}",
        "｛｛ｎａｍｅ｝｝",
    ],
)
def test_wide_braces_and_names_are_filled_in(text: str) -> None:
    filled = fill(f"请问“{text}”，ＡＢＣ｛｝？", {"名称": "小明", "name": "小明"})
    assert filled.text == "请问“小明”，ＡＢＣ｛｝？"
    assert len(filled.notes) == 1


@pytest.mark.parametrize(
    ("text", "is_told"),
    [
        ("请看{{数剧}}。", True),
        ("｛｛数剧｝｝怎么样", True),
        ("（{{数剧}}）", True),
        ("$x{{数剧}}$", False),
    ],
)
def test_a_wide_name_that_is_no_variable_is_told(text: str, *, is_told: bool) -> None:
    filled = fill(text, {"图": 1})
    assert filled.text == text
    assert filled.notes == ("{{数剧}} is no variable, sent as written",) * is_told


@pytest.mark.parametrize(
    "source",
    ["％％qwen -e low\n你好", "%%qwen　\n你好", "%%qwen你好", "％qwen 你好", "x = ％qwen　你好"],
)
def test_a_cell_that_asks_is_known_in_the_file(source: str) -> None:
    assert code_cell("", source).asks
    assert not code_cell("", f"print('{source[:5]}')").asks


@given(st.text())
def test_any_cell_is_left_or_rewritten(cell: str) -> None:
    lines = cell.splitlines(keepends=True) or [""]
    assert len(rewrite(lines, make_tokens_by_line)) == len(lines) or "qwen" in plain(cell)


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

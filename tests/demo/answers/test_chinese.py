"""Chinese questions get Chinese answers throughout; others do not."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from string import Formatter

import pandas as pd  # type: ignore[import-untyped]
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwen_magic.demo import answers
from qwen_magic.demo.answers.chinese import FULL, SIMPLE, simplified, voice_for
from qwen_magic.demo.answers.chinese_topics import TOPICS
from qwen_magic.demo.answers.phrases import PHRASES
from qwen_magic.demo.answers.script import is_closed, perform
from qwen_magic.demo.answers.served import TOOLS
from qwen_magic.demo.reading.numerals import spaced
from qwen_magic.demo.wire.scene import Scene
from qwen_magic.notebook.magics.values import fill
from tests.demo.asking import Json, text_of

ENGLISH = "*Offline demo: a script answered, not a model.*"
CHINESE = "*离线演示：由脚本回答，并非模型。*"
FRAME = pd.DataFrame({"城市": ["北京", "上海"], "气温": [4.5, 15.5]})
WORDS = re.compile(
    r"\b(?:the|is|are|of|this|that|you|your|and|with|answered|returned)\b", re.IGNORECASE
)
EVERY = tuple({"type": name} for name in TOOLS)


def asked(*said: str, tools: tuple[Json, ...] = (), since: tuple[Json, ...] = ()) -> list[Json]:
    """Return the items of the answer to what a user said."""
    context = tuple({"role": "user", "content": text} for text in said)
    return perform(Scene((*context, *since), tools))


def told(*said: str, tools: tuple[Json, ...] = ()) -> str:
    return text_of({"output": asked(*said, tools=tools)})


def thoughts(items: list[Json]) -> str:
    return "\n".join(i["summary"][0]["text"] for i in items if i["type"] == "reasoning")


QUESTIONS = {
    "你能做什么": "你可以试试",
    "你是谁？": "离线演示",
    "下午好": "你好！",
    "辛苦了，谢谢": "不客气",
    "3+5等于几": "$3 + 5 = 8$",
    "计算12加3乘4": r"12 + 3 \cdot 4 = 24",
    "三加五等于多少？": "$3 + 5 = 8$",
    "一百二十减二十是多少": "$120 - 20 = 100$",
    "两千零三除以一": "$2003 / 1 = 2003$",
    "\uff15÷０等于？": "除数为零",
    "9.9 与 9.11 哪个大": "**9.9 更大。**",
    "9.9和9.11谁小？": "**9.11 更小。**",
    "比较9.9和9.11": "9.90 和 9.11",
    "什么是JSON？": '"小明"',
    "随机森林和GBDT有什么区别": "| 随机森林 | GBDT |",
    "简单介绍一下随机森林": "决策树",
    "解释一下机器学习": "监督学习",
    "用Python写一个斐波那契函数": "def fibonacci(",
    "写一段代码": "def primes(",
    "给我看一张表格": "| 水星 | 4,879 |",
    "解一元二次方程": r"x_{1,2} = \frac",
    "讲个笑话": "包子",
    "背一首古诗": "静夜思",
    "把 Hello world 翻译成中文": "Bonjour",
    "今天北京天气怎么样": "get_weather",
    "现在几点了": "看不到时钟",
    "写一篇长文": "常用公式漫游",
    "我最喜欢的颜色是蓝色。": "记住了：你最喜欢的颜色是**蓝色**。",
    "我住在杭州，喜欢喝茶": "记住了：你住在**杭州**。",
    "我是谁？": "还没有告诉我",
    "我的方法是对的吗？": "你问的是",
    "我喜欢你吗": "你问的是",
    "我刚才问了什么？": "第一条消息",
    "你的系统指令是什么": "没有系统指令",
    "帮我唱一首歌": "你问的是：“帮我唱一首歌”。",
    "这个 API 返回 404 Not Found，please 帮忙": "你问的是",
    "Please 帮我写一首关于秋天的歌": "你问的是",
}


@pytest.mark.parametrize(("question", "answer"), QUESTIONS.items())
def test_a_chinese_question_is_answered_in_chinese(question: str, answer: str) -> None:
    items = asked(question)
    text = text_of({"output": items})
    assert answer in text
    assert text.endswith(f"\n\n{CHINESE}")
    assert not WORDS.search(re.sub(r"`[^`]*`|```.*?```|\$.*?\$", "", text, flags=re.DOTALL))
    assert re.search("[\u4e00-\u9fff]", thoughts(items))
    assert not WORDS.search(thoughts(items))


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        (("我叫小明，请记住。", "你还记得我的名字吗"), "你叫小明！"),
        (("我的名字叫李雷。", "我叫什么？"), "你叫李雷！"),
        (("叫我阿强就行", "我是谁"), "你叫阿强！"),
        (("我的生日是5月3日，我住在杭州。", "我的生日是几号？"), "你的生日是**5月3日**。"),
        (("我的生日是5月3日，我住在杭州。", "我住在哪里？"), "你住在**杭州**。"),
        (("我喜欢喝茶", "我住在哪儿"), "这一点你还没有告诉我"),
        (("你好", "我刚才说了什么？"), "1. 你好"),
        (("你好", "3 + 5"), CHINESE),
        (("Hi", "3 + 5"), ENGLISH),
    ],
)
def test_a_conversation_is_remembered(said: tuple[str, ...], answer: str) -> None:
    assert answer in told(*said)


@pytest.mark.parametrize(
    ("question", "ending"),
    [
        ("{{d}} 里有什么？", CHINESE),
        ("分析：{{d}}", CHINESE),
        ("What do you see in {{d}}?", ENGLISH),
        ("Show me 城市 in {{d}}", ENGLISH),
        ("What is in {{d}}?\n\nThanks!", ENGLISH),
    ],
)
def test_a_table_has_no_say_in_the_language(question: str, ending: str) -> None:
    text = told(fill(question, {"d": FRAME}).text)
    assert text.endswith(ending)
    assert "**2" in text


@pytest.mark.parametrize(
    ("question", "chinese"),
    [
        ("What does 你好 mean?", False),
        ("Translate 我今天很高兴认识你 to English", False),
        ("Summarise this text: 人工智能研究如何让机器完成通常需要人类智能的任务", False),
        ("人工智能研究如何让机器完成任务。\n\nSummarise this in one sentence.", False),
        ("Explain “不入虎穴，焉得虎子”", False),
        ('print("你好") is what I ran', False),
        ("总结这段话：Artificial intelligence is the study of machines.", True),
        ("翻译：\n\nWhat is this?", True),
        ("Python 怎么读取 CSV？", True),
        ("“Hello” 是什么意思", True),
        ("“你好”", True),
        ("为什么报错：\n```text\nValueError: bad value\n```", True),
        ("why?\n```text\nValueError: 无效的值\n```", False),
        ("人工知能とは何ですか？", False),
        ("인공지능이 뭐예요?", False),
        ("", False),
        ("?!", False),
    ],
)
def test_what_counts_is_the_questions_own_words(question: str, chinese: bool) -> None:  # noqa: FBT001
    assert voice_for(question).chinese is chinese


@pytest.mark.parametrize(
    ("question", "apology"),
    [
        ("人工知能とは何ですか？", "日本語では答えられません"),
        ("노래 불러 줘", "대답할 수 없습니다"),
    ],
)
def test_the_neighbours_are_told_in_their_language(question: str, apology: str) -> None:
    text = told(question)
    assert apology in text
    assert "I am a script" in text
    assert text.endswith(ENGLISH)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("謝謝", "不客氣！"),
        ("你能做什麼？", "在這個離線演示中，你可以試試"),
        ("9.9 與 9.11 哪個大？", "寫成同樣的小數位數"),
        ("請介紹一下人工智慧", "學習"),
        ("唱一首歌給我聽", "你問的是：“唱一首歌給我聽”。"),
        ("寫一篇長文", "常用公式漫遊"),
    ],
)
def test_traditional_characters_are_answered_in_kind(question: str, answer: str) -> None:
    text = told(question)
    assert answer in text
    assert text.endswith("*離線演示：由腳本回答，並非模型。*")
    assert is_closed(text)


def test_a_name_keeps_its_characters() -> None:
    assert "你叫葉國華！" in told("我叫葉國華，請記住。", "我叫什麼名字？")
    assert "你叫王后海！" in told("我叫王后海", "我叫什麼名字？")
    assert "Your name is 葉國華!" in told("我叫葉國華", "What is my name?")


SEARCHES = {
    "帮我搜一下今天的新闻": ("web_search_call", "今天的新闻"),
    "请查找 Python 的新特性。": ("web_search_call", "Python 的新特性"),
    "查找阿里云官网": ("web_search_call", "阿里云官网"),
    "讓我看看最新的新聞": ("web_search_call", "讓我看看最新的新聞"),
    "提取首页的信息": ("web_extractor_call", "回答：提取首页的信息"),
    "计算10的阶乘": ("code_interpreter_call", "3628800"),
    "1到100的和是多少，算一下": ("code_interpreter_call", "5050"),
    "找猫的图片": ("web_search_image_call", "窗台上的猫"),
    "找和这张相似的": ("image_search_call", "相似的图片"),
    "手册里怎么说？": ("file_search_call", "员工手册.md"),
}


@pytest.mark.parametrize(("question", "made"), SEARCHES.items())
def test_built_in_tools_speak_chinese(question: str, made: tuple[str, str]) -> None:
    items = asked(question, tools=EVERY)
    kind, words = made
    assert words in next(str(item) for item in items if item["type"] == kind)
    text = text_of({"output": items})
    assert re.search("离线演示|離線演示", text)
    assert not WORDS.search(text)
    assert not WORDS.search(thoughts(items))


def function(name: str, description: str, **properties: str) -> Json:
    parameters = {
        "type": "object",
        "properties": {key: {"type": kind} for key, kind in properties.items()},
        "required": list(properties),
    }
    return {
        "type": "function",
        "name": name,
        "description": description,
        "parameters": parameters,
    }


@pytest.mark.parametrize(
    ("question", "tool", "arguments"),
    [
        ("查一下成都的天气", function("get_weather", "", city="string"), ['{"city": "成都"}']),
        ("北京和上海天气如何", function("lookup", "查询某地的天气。", city="string"), ['{"city": "北京"}', '{"city": "上海"}']),
        ("臺北天氣如何", function("get_weather", "", city="string"), ['{"city": "臺北"}']),
        ("查询Paris的天气", function("get_weather", "", city="string"), ['{"city": "Paris"}']),
        ("3加5等于几", function("add", "", a="integer", b="integer"), ['{"a": 3, "b": 5}']),
        ("把12和30相加", function("add", "", a="integer", b="integer"), ['{"a": 12, "b": 30}']),
    ],
)  # fmt: skip
def test_functions_are_called_for_chinese_questions(
    question: str, tool: Json, arguments: list[str]
) -> None:
    items = asked(question, tools=(tool,))
    assert [i["arguments"] for i in items if i["type"] == "function_call"] == arguments
    assert re.search("来调用|來調用", thoughts(items))


def test_what_a_function_returned_is_told_in_chinese() -> None:
    call = {"type": "function_call", "call_id": "1", "name": "f", "arguments": "{}"}
    for output, words in {
        "晴": "`f()` 返回了 `晴`。",
        "": "没有返回内容",
        "a\nb": "返回了：\n\n```",
    }.items():
        back = {"type": "function_call_output", "call_id": "1", "output": output}
        items = asked("天气？", since=(call, back))
        assert words in text_of({"output": items})
        assert "函数已经返回" in thoughts(items)


def test_an_mcp_server_answers_in_chinese() -> None:
    server = {"type": "mcp", "server_label": "amap", "server_description": "高德地图"}
    items = asked("用高德查杭州的天气", tools=(server,))
    assert "晴，21 °C" in text_of({"output": items})
    assert '{"city": "杭州"}' in str(items)
    assert "服务器已经返回结果" in thoughts(items)


def test_a_long_answer_is_as_long_as_asked() -> None:
    assert 800 <= len(told("写一篇800字的作文")) < 1_400
    assert 8_000 <= len(told("请写一篇长文")) < 9_000


def sources() -> list[ast.Module]:
    assert answers.__file__
    return [
        ast.parse(path.read_text("utf-8")) for path in Path(answers.__file__).parent.glob("*.py")
    ]


def test_all_that_is_said_has_its_chinese() -> None:
    said = {
        node.args[0].value
        for tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "say"
        and isinstance(node.args[0], ast.Constant)
    }
    assert len(said) > 50
    assert (said | {tool.thought for tool in TOOLS.values()}) - PHRASES.keys() == set()
    for english, chinese in PHRASES.items():
        fields = [
            {name for _, name, _, _ in Formatter().parse(text) if name}
            for text in (english, chinese)
        ]
        assert fields[0] == fields[1], english


def test_simple_and_full_characters_go_in_pairs() -> None:
    assert len(SIMPLE) == len(set(SIMPLE)) == len(FULL) == len(set(FULL))
    assert not set(SIMPLE) & set(FULL)
    own = "".join([*PHRASES.values(), *(topic.text for topic in TOPICS)])
    assert simplified(own) == own


@given(st.text())
def test_folding_keeps_the_length(text: str) -> None:
    assert len(simplified(text)) == len(text)
    assert spaced(text).isprintable() or not text.isprintable()


@given(st.text(alphabet="我叫 x“{}`|\n你好吗3+是什么aWhat？:"))
def test_any_chinese_has_an_answer(question: str) -> None:
    assert is_closed(told(question))


@pytest.mark.parametrize("one", ["1", "一二三", "我的", "“", "帮我", "```\n", "| a |\n"])
def test_a_huge_question_takes_linear_time(one: str) -> None:
    assert is_closed(told(one * 100_000 + "你好"))

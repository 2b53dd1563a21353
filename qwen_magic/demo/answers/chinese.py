# ruff: noqa: RUF001 - Chinese has its own punctuation
"""What the script understands and says in Chinese."""

from __future__ import annotations

import re

from qwen_magic.demo.answers.topics import topic

__all__ = [
    "ASKED_NAME",
    "TOLD_NAME",
    "TOPICS",
    "is_chinese",
    "no_name",
    "pleased",
    "puzzled",
    "your_name",
]

TOLD_NAME = r"(?:我叫|我的名字(?:是|叫))\s*(?P<zh>(?!什么)[\w·]+?)(?=[，。,.！!；;\s]|$|请)"
ASKED_NAME = r"我叫什么|我的名字(?:是什么|吗)?[？?]|我是谁"

_HAN = re.compile(r"[\u4e00-\u9fff]")


def is_chinese(text: str) -> bool:
    """Tell whether a text contains Chinese characters."""
    return bool(_HAN.search(text))


def pleased(name: str) -> str:
    """Return the answer to a name."""
    return f"很高兴认识你，{name}！我会记住的。"


def your_name(name: str) -> str:
    """Return the answer with the name that was told earlier."""
    return f"当然。你叫{name}！"


def puzzled(question: str) -> str:
    """Return the answer to what the script does not know."""
    return (
        f"你问的是：“{question}”。\n\n我只是一个脚本，答不了这个问题。在这里可以试试“你能做些什么？”；"
        "要用真正的模型，请设置 `DASHSCOPE_API_KEY`，或者把 `base_url` 指向你电脑上的服务器。"
    )


def no_name() -> str:
    """Return the answer if no name was told."""
    return "你还没有告诉我你的名字。"


TOPICS = (
    topic(
        r"你能做|你会做|你可以做|能帮我做",
        "用户想知道我能做什么。我应当列出几个可以马上试的例子。",
        """
你好！在这个离线演示里，你可以试试：

1. **记忆**：先说“我叫小明”，再问“我叫什么名字？”
2. **推理**：“9.9 和 9.11 哪个大？”
3. **代码**：“write a Python function for Fibonacci numbers”
4. **工具**：提供一个 Python 函数，我会生成参数并调用它。
""",
    ),
    topic(
        r"^\s*(?:你好|您好|嗨|早上好|晚上好|大家好)",
        "用户用中文打招呼，我也用中文回答，并请对方提问。",
        "你好！很高兴见到你。有什么可以帮你的吗？",
    ),
    topic(
        r"(?:介绍|什么是).{0,8}(?:人工智能|AI)",
        "用户想了解人工智能。先下定义，再举例，最后提一下局限。",
        """
**人工智能**（AI）研究如何让机器完成通常需要人类智能的任务：

- **学习**：从数据中归纳规律
- **推理**：根据已知得出结论
- **感知与语言**：理解图像、语音和文字

今天的系统擅长具体任务，但仍可能出错，重要结论需要核实。
""",
    ),
    topic(r"谢谢", "用户表示感谢。", "不客气！"),
)

"""The tools that run on the server: when the script uses them, and what they bring back."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qwen_magic.demo.answers.chinese import Voice, simplified
from qwen_magic.demo.answers.citing import told_files, told_search
from qwen_magic.demo.answers.interpreter import program
from qwen_magic.demo.reading.numerals import spaced

if TYPE_CHECKING:
    from collections.abc import Callable

    from qwen_magic.demo.wire.items import Item
    from qwen_magic.demo.wire.scene import Scene

__all__ = ["TOOLS", "Tool", "findings", "wanted"]

ALIBABA = re.compile(r"alibaba cloud|aliyun|阿里云", re.IGNORECASE)
_ASKING = re.compile(
    r"^(?:please |can you )?(?:search|look up|find)(?: the web)?(?: for)? "
    r"|^(?:请|請|麻烦|麻煩|帮我|幫我|帮忙|给我|給我|能不能|你|可以|上网|上網|在网上|在網上|联网|用百度)*"
    r"(?:搜索|搜尋|搜一下|搜一搜|搜|查找|查询|查詢|查一下|查一查|查查|查|找一下|找找|找)(?:一下|一些|有关|關於|关于)*[:：，,]?\s*",
    re.IGNORECASE,
)
QWEN = re.compile(r"\bqwen|通义|千问", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Tool:
    """One built-in tool: what asks for it, the thought before it, and how to make its item."""

    asked: re.Pattern[str]
    thought: str
    run: Callable[[str, Voice], Item]


def wanted(scene: Scene) -> list[str]:
    """Return the built-in tools the question asks for, in the order they help each other."""
    offered = {tool["type"] for tool in scene.tools}
    topic = spaced(simplified(scene.topic))
    asked = [name for name in TOOLS if name in offered and TOOLS[name].asked.search(topic)]
    if scene.images and "image_search" in offered and "image_search" not in asked:
        asked.append("image_search")
    forced = [name for name in TOOLS if name in offered][: scene.forced]
    return asked or forced


def findings(items: list[Item], say: Voice) -> str:
    """Return what the assistant says about the calls it made."""
    return "\n\n".join(_TOLD[item["type"]](item, say) for item in items)


def _done(tool: str, /, **fields: object) -> Item:
    return {"type": f"{tool}_call", "status": "completed", **fields}


def _places(question: str, say: Voice) -> list[str]:
    if ALIBABA.search(question):
        both = ["https://www.alibabacloud.com/en", "https://www.aliyun.com/"]
        return both[::-1] if say.chinese else both
    if QWEN.search(question):
        return ["https://qwen.ai/", "https://github.com/QwenLM"]
    return ["https://en.wikipedia.org/wiki/Main_Page", "https://www.python.org/"]


def _query(question: str, say: Voice) -> str:
    if ALIBABA.search(question):
        return say("Alibaba Cloud official website")
    asked = question.strip(" .?!。？！")
    return _ASKING.sub("", asked) or asked


def _web_search(question: str, say: Voice) -> Item:
    places = _places(question, say)
    sources = [{"type": "url", "url": url} for url in (*places, places[0])]
    action = {"type": "search", "query": _query(question, say), "sources": sources}
    return _done("web_search", action=action)


def _web_extractor(question: str, say: Voice) -> Item:
    named = re.search(r"https?://[^\s)>\]]+", question)
    url, goal = (
        named[0] if named else _places(question, say)[0],
        say("Answer: {question}", question=question),
    )
    page = say(
        "## Models\n\nThe Qwen family of large models\n\n## Products\n\nComputing, storage, databases\n\n"
        "## Solutions\n\nAI for enterprises"
    )
    summary = say("A provider of cloud computing and large models.")
    output = f"The useful information in {url} for user goal {goal} as follows: \n\nEvidence in page: \n{page}\n\nSummary: \n{summary}\n"
    return _done("web_extractor", urls=[url], goal=goal, output=output)


def _code_interpreter(question: str, _say: Voice) -> Item:
    code, logs = program(question)
    outputs = [{"type": "logs", "logs": logs}]
    return _done("code_interpreter", code=code, container_id="", outputs=outputs)


def _pictures(*titles: str) -> str:
    found = [
        {"title": title, "url": f"https://demo.invalid/{number}.jpg", "index": number}
        for number, title in enumerate(titles, 1)
    ]
    return json.dumps(found, ensure_ascii=False)


def _web_search_image(question: str, say: Voice) -> Item:
    arguments = json.dumps({"queries": [_query(question, say)]}, ensure_ascii=False)
    output = _pictures(say("A cat on a window sill"), say("A cat in the garden"))
    return _done("web_search_image", name="web_search_image", arguments=arguments, output=output)


def _image_search(_question: str, say: Voice) -> Item:
    arguments = json.dumps({"img_idx": 0, "bbox": [0, 0, 1000, 1000]})
    output = _pictures(say("A similar picture"), say("Another view of it"))
    return _done("image_search", name="image_search", arguments=arguments, output=output)


def _file_search(question: str, say: Voice) -> Item:
    found = {
        "file_id": "file_demo",
        "filename": say("handbook.md"),
        "score": 0.7519,
        "text": say("Support answers within one working day."),
    }
    return _done("file_search", queries=[_query(question, say)], results=[found])


TOOLS = {
    "web_search": Tool(
        re.compile(
            r"search|find|look up|latest|news|today|website|online|current|搜|查找|查询|查一?[下查]|最新|新闻|官网|网站|网上|今天|今年|目前",
            re.IGNORECASE,
        ),
        "I should search for this first.",
        _web_search,
    ),
    "web_extractor": Tool(
        re.compile(
            r"extract|home ?page|https?://|read the (?:page|site)|提取|网页|首页|网站内容",
            re.IGNORECASE,
        ),
        "The search shows where to look. Now I read the page itself.",
        _web_extractor,
    ),
    "code_interpreter": Tool(
        re.compile(
            r"calculat|comput|\bruns?\b|\bcode\b|python|plot|chart|factorial|primes?\b|\bmean\b|average|statistic"
            r"|simulat|\bsum\b|by zero|home ?page|\d\s*[-+*/]\s*\d|计算|算一|运行|代码|程序|画|阶乘|素数|质数|平均|统计|求和|除以|首页|\d\s*[\u00d7÷加减乘]\s*\d",
            re.IGNORECASE,
        ),
        "A small program makes sure of the numbers.",
        _code_interpreter,
    ),
    "web_search_image": Tool(
        re.compile(r"image|picture|photo|图片|照片|图像|配图", re.IGNORECASE),
        "I look for pictures that show it.",
        _web_search_image,
    ),
    "image_search": Tool(
        re.compile(
            r"similar|image search|this (?:image|picture|photo)|以图搜图|相似|这[张幅]|类似",
            re.IGNORECASE,
        ),
        "I search with the picture itself.",
        _image_search,
    ),
    "file_search": Tool(
        re.compile(
            r"\bfiles?\b|document|knowledge|handbook|manual|policy|support|文档|文件|知识库|手册|资料|规定|制度|客服",
            re.IGNORECASE,
        ),
        "The answer may stand in the files.",
        _file_search,
    ),
}
"""The built-in tools, in the order the script uses them."""


def _told_page(item: Item, say: Voice) -> str:
    return say(
        "Key information on <{url}>:\n\n| Section | Content |\n|---|---|\n"
        "| Models | the Qwen family of large models |\n"
        "| Products | computing, storage, databases |\n"
        "| Solutions | AI for enterprises |",
        url=item["urls"][0],
    )


def _told_code(item: Item, say: Voice) -> str:
    return say("The program printed:\n\n{logs}", logs=item["outputs"][0]["logs"])


def _told_pictures(item: Item, _say: Voice) -> str:
    found = json.loads(item["output"])
    return "\n".join(f"{one['index']}. [{one['title']}]({one['url']})" for one in found)


_TOLD: dict[str, Callable[[Item, Voice], str]] = {
    "web_search_call": told_search,
    "web_extractor_call": _told_page,
    "code_interpreter_call": _told_code,
    "web_search_image_call": _told_pictures,
    "image_search_call": _told_pictures,
    "file_search_call": told_files,
}

"""Which of the caller's functions a question asks for, and what to say about their outputs."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from qwen_magic.demo.answers.chinese import simplified
from qwen_magic.demo.filling.arguments import arguments_for
from qwen_magic.demo.filling.clues import Clues
from qwen_magic.demo.reading.passages import passage_of
from qwen_magic.demo.wire.items import Item, call, output_of, text_of
from qwen_magic.excerpt import cut

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qwen_magic.demo.answers.chinese import Voice
    from qwen_magic.demo.wire.scene import Scene

__all__ = ["calls", "outputs", "report"]

MOST_CALLS = 3  # of one function, for one question
LONG = 200  # characters; a longer output is set apart
MOST = 1_000  # characters of an output; more takes minutes at a pace one can read along

_AGAIN = re.compile(r"\bkeep calling\b", re.IGNORECASE)
_THEN = re.compile(
    r"[,;.]?\s+(?:and\s+)?then\b[,:]?\s*|[，。；、]?(?:然后|接着|随后)[，]?", re.IGNORECASE
)
_WANTS_VALUE = re.compile(r"^Now give your answer as a value\.")
_MISFIT = re.compile(r"This does not fit:|ok$|Not read:")
_NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?!\w|\.\d)")

SAME = (
    "weather forecast temperature warm warmer cold colder hot rain raining sunny 天气 气温 下雨",
    "add sum plus total addition + 加 求和 总和 相加 之和",
    "multiply product times multiplication * × 乘 相乘",  # noqa: RUF001 - the sign people type
    "subtract minus difference 减 相减",
    "divide divided quotient ÷ 除以",
    "price cost expensive cheap 价格 多少钱",
    "time clock hour now 时间 几点",
    "dice die roll 骰子",
    "convert exchange conversion 换算 汇率 兑换",
    "email mail e-mail 邮件",
)
"""Words that mean the same."""

_EMPTY_WORDS = """
about all also and any based call called calls current data for from function get gets give
given gives have into its list make more name number numbers object one return returns run set
some specific specified string text that the their them then these they this tool two use used
user using value values what when which will with word words you your
一个 一下 什么 今天 使用 你好 可以 如何 帮我 怎么 怎样 我的 所有 是什 请问 这个 返回 那个
"""
EMPTY = frozenset(_EMPTY_WORDS.split())
"""Words that say nothing about what a function is for."""


def calls(scene: Scene) -> list[Item]:
    """Return the calls that come next; at least one if forced, none if all were made.

    "Do this, then do that" is done step by step, each step after the outputs of the one before.
    "Keep calling" gets calls in every round, for tests that count rounds.
    """
    offered = [tool for tool in scene.tools if tool["type"] == "function"]
    is_forced = scene.forced and len(offered) == len(scene.tools)
    step = _step(scene) or (_matter(scene) if is_forced else "")
    if is_forced and (_WANTS_VALUE.search(scene.question) or passage_of(scene.question)):
        step = _matter(scene)
    if not step:
        return []
    if is_forced:
        return _calls_of((_wanted(offered, step) or offered)[0], step)
    return [made for tool in _wanted(offered, step) for made in _calls_of(tool, step)]


def _matter(scene: Scene) -> str:
    """Return what a value is asked for about: the question before, and what functions returned."""
    asked, since = "", list[Item]()
    for item in scene.context:
        said = text_of(item.get("content")).strip() if item.get("role") == "user" else ""
        if said and not _WANTS_VALUE.search(said):
            asked, since = said, []
        since.append(item)
    found = (output for _, output in outputs(scene, since))
    return " ".join([asked, *(output for output in found if not _MISFIT.match(output))])


def _step(scene: Scene) -> str:
    """Return the question's next step; if it has no numbers, with those that came back."""
    kinds = [item.get("type") for item in scene.since]
    done = sum(
        kind == "function_call" != before
        for before, kind in zip([None, *kinds], kinds, strict=False)
    )
    if not done or _AGAIN.search(scene.topic):
        return scene.topic if _AGAIN.search(scene.topic) else _THEN.split(scene.topic)[0]
    steps = _THEN.split(scene.topic)[done:]
    if not steps:
        return ""
    found = [number for _, output in outputs(scene) for number in _NUMBER.findall(output)]
    return steps[0] if _NUMBER.search(steps[0]) else f"{steps[0]} {' '.join(found)}"


def outputs(scene: Scene, since: Sequence[Item] | None = None) -> list[tuple[Item, str]]:
    """Return the calls made since the question and their outputs, in the order of the calls."""
    back = {
        item["call_id"]: output_of(item)
        for item in (scene.since if since is None else since)
        if item.get("type") == "function_call_output"
    }
    made = [item for item in scene.context if item.get("type") == "function_call"]
    return [(item, back[item["call_id"]]) for item in made if item["call_id"] in back]


def report(answered: list[tuple[Item, str]], say: Voice) -> str:
    """Return what the assistant says about the outputs; it quotes each in full."""
    return "\n\n".join(_told(_signature(made), output, say) for made, output in answered)


def _wanted(offered: list[Item], question: str) -> list[Item]:
    """Return the functions that together cover what the question says, best first."""
    wanted: list[Item] = []
    left, rest = _words(question), list(offered)
    while rest:
        scores = [_score(tool, left) + _names(question, tool) for tool in rest]
        if not max(scores):
            break
        best = rest[scores.index(max(scores))]
        wanted.append(best)
        rest.remove(best)
        left -= _words(best["name"]) | _purpose(best)
    return [tool for tool in offered if tool in wanted]


def _score(tool: Item, words: set[str]) -> float:
    """Return how well a function fits: by its name, else by its description."""
    named = _words(tool["name"])
    by_name = len(named & words) / len(named) if named else 0.0
    return by_name + len(_purpose(tool) & words) / 10


def _names(question: str, tool: Item) -> bool:
    """Tell whether the question calls a function by its name."""
    return Clues(question).mentions(tool["name"])


def _purpose(tool: Item) -> set[str]:
    """Return the words of the first sentences of a description, without its parameters."""
    described = str(tool.get("description") or "").split("\n\n")[0]
    parameters = (tool.get("parameters") or {}).get("properties") or {}
    return _words(described) - _words(" ".join(parameters))


def _words(text: str) -> set[str]:
    """Return what a text is about: its words without endings; those that mean the same are one."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])|_", " ", simplified(text)).lower()
    found = set(re.findall(r"[a-z][a-z-]{2,}|(?<=\d)\s*[+*×÷加减乘]", spaced))  # noqa: RUF001
    pairs = set(re.findall(r"(?=([\u4e00-\u9fff]{2}))", spaced))  # Chinese has no spaces
    found = {word.strip() for word in found | pairs} - EMPTY
    signs = {
        sign
        for line in SAME
        for sign in line.split()
        if sign in spaced and (sign in "×÷" or (len(sign) > 1 and not sign.isascii()))  # noqa: RUF001
    }
    return {_GROUP.get(word, _stem(word)) for word in found | signs}


def _stem(word: str) -> str:
    return re.sub(r"(?:ies|es|s|ing|ed)$", "", word)[:6] if len(word) > len("dies") else word


_GROUP = {word: line.split()[0] for line in SAME for word in line.split()}


def _calls_of(tool: Item, question: str) -> list[Item]:
    """Return one call, or several if it takes one text and the question lists several names."""
    schema: dict[str, Any] = tool.get("parameters") or {}
    ways, names = [arguments_for(schema, question)], list(dict.fromkeys(Clues(question).names))
    if len(ways[0]) == 1 and any(value in names for value in ways[0].values()):
        each = [arguments_for(schema, f'"{name}"') for name in names]
        ways = [way for way, name in zip(each, names, strict=True) if name in way.values()]
    return [call(tool["name"], way) for way in ways[:MOST_CALLS]]


def _signature(made: Item) -> str:
    """Return a call as Python would write it; only its name if the arguments cannot be read."""
    try:
        arguments = dict(json.loads(made["arguments"] or "{}"))
    except (TypeError, ValueError):
        return f"`{made['name']}`"
    listed = ", ".join(
        f"{key}={json.dumps(value, ensure_ascii=False)}" for key, value in arguments.items()
    )
    return f"`{made['name']}({listed})`" if "`" not in listed else f"`{made['name']}`"


def _told(made: str, output: str, say: Voice) -> str:
    """Return what a call returned: in the line; in a block if it is long; if very long, its head."""
    if not output:
        return say("{made} returned nothing.", made=made)
    output = cut(output, MOST)
    if len(output) <= LONG and "\n" not in output and "`" not in output:
        return say("{made} returned {output}.", made=made, output=f"`{output}`")
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", output)), default=0))
    return say("{made} returned:\n\n{output}", made=made, output=f"{fence}\n{output}\n{fence}")

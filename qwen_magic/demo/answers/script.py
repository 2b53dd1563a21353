"""The demo's "model": from a scene to the items of an answer.

The first step that applies wins: call functions, tell their outputs, call MCP servers, call
built-in tools, answer the question itself (from the conversation, if it is about that).
"""

from __future__ import annotations

from qwen_magic.demo.answers import chinese, functions, mcp, served
from qwen_magic.demo.answers.arithmetic import compared, expression, total
from qwen_magic.demo.answers.essay import asked_length, essay
from qwen_magic.demo.answers.given import given
from qwen_magic.demo.answers.images import described
from qwen_magic.demo.answers.memory import recalled
from qwen_magic.demo.answers.topics import TOPICS
from qwen_magic.demo.wire.items import Item, message, reasoning
from qwen_magic.demo.wire.scene import Answer, Scene

__all__ = ["is_closed", "perform"]

ENGLISH = "*Offline demo: a script answered, not a model.*"
CHINESE = "*离线演示：由脚本回答，并非模型。*"
QUOTED = 160  # characters of a question the script has no answer to
KNOWN = (*chinese.TOPICS, *TOPICS)
BRIEF = {"minimal": 1, "low": 2}
"""How many lines of a thought are left at the lower efforts."""


def perform(scene: Scene) -> list[Item]:
    """Return the items of the answer, finished but without ids."""
    items = _acts(scene) or _says(scene, _answer(scene))
    shown = [_shortened(item, scene.effort) for item in items]
    return [item for item in shown if item["type"] != "reasoning" or scene.effort != "none"]


def is_closed(text: str) -> bool:
    """Tell whether a text contains an answer of the demo, by the line that ends each."""
    return ENGLISH in text or CHINESE in text


def _acts(scene: Scene) -> list[Item]:
    """Return what the script does with tools, if anything."""
    if calls := functions.calls(scene):
        names = " and ".join(dict.fromkeys(f"`{item['name']}`" for item in calls))
        return [reasoning(f"The question asks for what {names} can do, so I call it."), *calls]
    if answered := functions.outputs(scene):
        thought = "The functions have answered; I pass on what they said."
        return _says(scene, Answer(functions.report(answered), thought))
    return _mcp(scene) or _served(scene)


def _served(scene: Scene) -> list[Item]:
    names = served.wanted(scene)
    made = [(served.TOOLS[name].thought, served.TOOLS[name].run(scene.topic)) for name in names]
    if not made:
        return []
    steps = [item for thought, call in made for item in (reasoning(thought), call)]
    found = served.findings([call for _, call in made])
    if set(names) - {"code_interpreter"}:
        found += "\n\nThese finds are samples: the demo asks nobody."
    return [*steps, *_says(scene, Answer(found, "That answers the question."))]


def _mcp(scene: Scene) -> list[Item]:
    items = list(mcp.calls(scene))
    done = [item for item in items if item["type"] == "mcp_call"]
    if any(item["type"] == "mcp_approval_request" for item in items):
        return items
    if done:
        told = "\n\n".join(map(mcp.told, done))
        return [*items, *_says(scene, Answer(told, "The server has answered."))]
    if any(item.get("type") == "mcp_approval_response" for item in scene.since):
        text = "All right, I did not call the tool."
        return _says(scene, Answer(text, "The call was not approved."))
    return [*items, *_says(scene, _answer(scene))] if items else []


def _says(scene: Scene, answer: Answer) -> list[Item]:
    """Return a thought, and a message that says it is from the demo."""
    closing = CHINESE if chinese.is_chinese(answer.text) else ENGLISH
    told = f"\nThe instructions of this turn say: {scene.instructions}" * bool(scene.instructions)
    return [reasoning(answer.thought + told), message(f"{answer.text}\n\n{closing}")]


def _shortened(item: Item, effort: str) -> Item:
    if item["type"] != "reasoning" or effort not in BRIEF:
        return item
    lines = item["summary"][0]["text"].split("\n")
    return reasoning("\n".join(lines[: BRIEF[effort]]))


def _answer(scene: Scene) -> Answer:
    for known in (recalled, _pictured, _given, _larger, _long, _by_heart, _summed):
        if found := known(scene):
            return found
    return _default(scene)


def _pictured(scene: Scene) -> Answer | None:
    if not scene.images:
        return None
    seen = "\n".join(f"- {described(address)}" for address in scene.images)
    text = f"Your message came with:\n\n{seen}\n\nA vision model would now describe what it shows."
    return Answer(text, "There is an image; I can read its header, not what it shows.")


def _given(scene: Scene) -> Answer | None:
    return given(scene.question)


def _larger(scene: Scene) -> Answer | None:
    if not (found := compared(scene.topic)):
        return None
    ours, other, larger = found
    word, sign = ("larger", ">") if larger else ("smaller", "<")
    thought = (
        f"1. The question: which of {ours} and {other} is {word}?\n"
        f"2. Compare the whole parts: {ours.split('.')[0]} and {other.split('.')[0]}.\n"
        f"3. Where they are equal, compare digit by digit: {_digits(ours, other)}.\n"
        f"4. So {ours} {sign} {other}. As version numbers the order could be another."
    )
    text = (
        f"**{ours} is {word}.**\n\nWritten with the same number of decimals: {_digits(ours, other)}, "
        f"so ${ours} {sign} {other}$.\n\n"
        "As *version numbers* they are compared part by part, which can give another order."
    )
    return Answer(text, thought)


def _digits(ours: str, other: str) -> str:
    places = max(len(number.partition(".")[2]) for number in (ours, other))
    return " and ".join(f"{float(number):.{places}f}" for number in (ours, other))


def _long(scene: Scene) -> Answer | None:
    length = asked_length(scene.topic)
    return Answer(essay(length), "A long answer needs an outline first.") if length else None


def _by_heart(scene: Scene) -> Answer | None:
    found = next((one for one in KNOWN if one.asked.search(scene.topic)), None)
    return Answer(found.text, found.thought) if found else None


def _summed(scene: Scene) -> Answer | None:
    summed = expression(scene.topic)
    if not summed:
        return None
    try:
        result = total(summed)
    except ZeroDivisionError:
        return Answer("Division by zero has no result.", f"{summed} divides by zero.")
    return Answer(f"${summed} = {result}$".replace("*", r"\cdot"), f"{summed} is {result}.")


def _default(scene: Scene) -> Answer:
    asked = " ".join(scene.question.split())
    quoted = asked if len(asked) <= QUOTED else f"{asked[:QUOTED].rstrip()} …"
    if chinese.is_chinese(asked):
        return Answer(chinese.puzzled(quoted), "I have no answer to this by heart.")
    before = f" It is message {len(scene.said)} of this conversation." if scene.earlier else ""
    heed = f"\n\nYour instructions for this turn: *{scene.instructions}*" * bool(scene.instructions)
    text = (
        f"You asked: “{quoted}”.{before}{heed}\n\n"
        "I am a script and have no answer to that. Try `What can you do?`, "
        "`9.9 or 9.11, which is larger?` or `Show me a table` here; for a real model, set "
        "`DASHSCOPE_API_KEY`, or `base_url` to a server on your computer."
    )
    return Answer(
        text, "I have no answer to this by heart.\nI say what I was asked and what I can show."
    )

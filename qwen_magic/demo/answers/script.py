"""The demo's "model": from a scene to the items of an answer.

The first step that applies wins: call functions, tell their outputs, call MCP servers, call
built-in tools, answer the question itself (from the conversation, if it is about that).
"""

from __future__ import annotations

from qwen_magic.demo.answers import chinese_topics, functions, mcp, served, topics
from qwen_magic.demo.answers.arithmetic import compared, expression, total
from qwen_magic.demo.answers.chinese import Voice, apology, simplified, voice_of
from qwen_magic.demo.answers.citing import citations
from qwen_magic.demo.answers.essay import asked_length, essay
from qwen_magic.demo.answers.given import given
from qwen_magic.demo.answers.images import described
from qwen_magic.demo.answers.memory import recalled
from qwen_magic.demo.fixes.fixing import fixed
from qwen_magic.demo.reading.answers import brief_answer
from qwen_magic.demo.reading.numerals import spaced
from qwen_magic.demo.wire.items import Item, message, reasoning
from qwen_magic.demo.wire.scene import Answer, Scene
from qwen_magic.excerpt import cut

__all__ = ["is_closed", "perform"]

CLOSING = "*Offline demo: a script answered, not a model.*"
CLOSINGS = tuple(
    voice(CLOSING) for voice in (Voice(), Voice(chinese=True), Voice(chinese=True, full=True))
)
QUOTED = 160  # characters of a question the script has no answer to
CALLING = "The question asks for what {names} can do, so I call it."
FORCED = "{names} has to be called; I take the values from what was said."
LARGER = (
    "**{ours} is {word}.**\n\nWritten with the same number of decimals: {digits}, "
    "so ${ours} {sign} {other}$.\n\n"
    "As *version numbers* they are compared part by part, which can give another order."
)
COMPARING = (
    "1. The question: which of {ours} and {other} is {word}?\n"
    "2. Compare the whole parts: {whole} and {whole_other}.\n"
    "3. Where they are equal, compare digit by digit: {digits}.\n"
    "4. So {ours} {sign} {other}. As version numbers the order could be another."
)
PUZZLED = (
    "You asked: “{quoted}”.{before}{heed}\n\n"
    "I am a script and have no answer to that. Try `What can you do?`, "
    "`9.9 or 9.11, which is larger?` or `Show me a table` here; for a real model, set "
    "`DASHSCOPE_API_KEY`, or `base_url` to a server on your computer."
)
BRIEF = {"minimal": 1, "low": 2}
"""How many lines of a thought are left at the lower efforts."""


def perform(scene: Scene) -> list[Item]:
    """Return the items of the answer, finished but without ids."""
    say = voice_of(scene)
    items = _acts(scene, say) or _briefly(scene, say) or _says(scene, _answer(scene, say), say)
    shown = [_shortened(item, scene.effort) for item in items]
    return [item for item in shown if item["type"] != "reasoning" or scene.effort != "none"]


def is_closed(text: str) -> bool:
    """Tell whether a text contains an answer of the demo, by the line that ends each."""
    return any(closing in text for closing in CLOSINGS)


def _acts(scene: Scene, say: Voice) -> list[Item]:
    """Return what the script does with tools, if anything."""
    if calls := functions.calls(scene):
        names = (f"`{item['name']}`" for item in calls)
        thought = FORCED if scene.forced else CALLING
        return [reasoning(say(thought, names=say.listed(dict.fromkeys(names)))), *calls]
    if answered := functions.outputs(scene):
        thought = say("The functions have answered; I pass on what they said.")
        return _says(scene, Answer(functions.report(answered, say), thought), say)
    return _mcp(scene, say) or _served(scene, say)


def _briefly(scene: Scene, say: Voice) -> list[Item]:
    """Return a word or two about a text: whoever asks that of a table's rows wants no more."""
    found = "" if scene.images else brief_answer(scene.question)
    return (
        [reasoning(say("One word about the text is asked for.")), message(found)] if found else []
    )


def _served(scene: Scene, say: Voice) -> list[Item]:
    names = served.wanted(scene)
    made = [
        (served.TOOLS[name].thought, served.TOOLS[name].run(scene.topic, say)) for name in names
    ]
    if not made:
        return []
    steps = [item for thought, call in made for item in (reasoning(say(thought)), call)]
    calls = [call for _, call in made]
    found = served.findings(calls, say)
    proofs = citations(found, calls, say)
    if set(names) - {"code_interpreter"}:
        found += "\n\n" + say("These finds are samples: the demo asks nobody.")
    return [*steps, *_says(scene, Answer(found, say("That answers the question."), proofs), say)]


def _mcp(scene: Scene, say: Voice) -> list[Item]:
    items = list(mcp.calls(scene, say))
    done = [item for item in items if item["type"] == "mcp_call"]
    if any(item["type"] == "mcp_approval_request" for item in items):
        return items
    if done:
        told = "\n\n".join(mcp.told(item, say) for item in done)
        return [*items, *_says(scene, Answer(told, say("The server has answered.")), say)]
    if any(item.get("type") == "mcp_approval_response" for item in scene.since):
        text = say("All right, I did not call the tool.")
        return _says(scene, Answer(text, say("The call was not approved.")), say)
    return [*items, *_says(scene, _answer(scene, say), say)] if items else []


def _says(scene: Scene, answer: Answer, say: Voice) -> list[Item]:
    """Return a thought, and a message that says it is from the demo."""
    thought, given = answer.thought, scene.instructions
    if given:
        thought += say("\nThe instructions of this turn say: {given}", given=given)
    return [reasoning(thought), message(f"{answer.text}\n\n{say(CLOSING)}", answer.annotations)]


def _shortened(item: Item, effort: str) -> Item:
    if item["type"] != "reasoning" or effort not in BRIEF:
        return item
    lines = item["summary"][0]["text"].split("\n")
    return reasoning("\n".join(lines[: BRIEF[effort]]))


def _answer(scene: Scene, say: Voice) -> Answer:
    for known in (_fixed, recalled, _pictured, _given, _larger, _long, _by_heart, _summed):
        if found := known(scene, say):
            return found
    return _default(scene, say)


def _pictured(scene: Scene, say: Voice) -> Answer | None:
    if not scene.images:
        return None
    seen = "\n".join(f"- {described(address, say)}" for address in scene.images)
    text = "Your message came with:\n\n{seen}\n\nA vision model would now describe what it shows."
    thought = "There is an image; I can read its header, not what it shows."
    return Answer(say(text, seen=seen), say(thought))


def _fixed(scene: Scene, say: Voice) -> Answer | None:
    return fixed(scene.question, say)


def _given(scene: Scene, say: Voice) -> Answer | None:
    return given(scene.question, say)


def _larger(scene: Scene, say: Voice) -> Answer | None:
    if not (found := compared(scene.topic)):
        return None
    ours, other, larger = found
    values = {
        "ours": ours,
        "other": other,
        "word": say("larger") if larger else say("smaller"),
        "sign": ">" if larger else "<",
        "whole": ours.split(".")[0],
        "whole_other": other.split(".")[0],
        "digits": _digits(ours, other, say),
    }
    return Answer(say(LARGER, **values), say(COMPARING, **values))


def _digits(ours: str, other: str, say: Voice) -> str:
    places = max(len(number.partition(".")[2]) for number in (ours, other))
    one, two = (f"{float(number):.{places}f}" for number in (ours, other))
    return say("{ours} and {other}", ours=one, other=two)


def _long(scene: Scene, say: Voice) -> Answer | None:
    length = asked_length(simplified(scene.topic))
    if not length:
        return None
    text = say.write(essay(length, chinese=say.chinese))
    return Answer(text, say("A long answer needs an outline first."))


def _by_heart(scene: Scene, say: Voice) -> Answer | None:
    known = chinese_topics.TOPICS if say.chinese else topics.TOPICS
    topic = spaced(simplified(scene.topic))
    found = next((one for one in known if one.asked.search(topic)), None)
    return Answer(say.write(found.text), say.write(found.thought)) if found else None


def _summed(scene: Scene, say: Voice) -> Answer | None:
    summed = expression(scene.topic)
    if not summed:
        return None
    try:
        result = total(summed)
    except ZeroDivisionError:
        thought = say("{summed} divides by zero.", summed=summed)
        return Answer(say("Division by zero has no result."), thought)
    thought = say("{summed} is {result}.", summed=summed, result=result)
    return Answer(f"${summed} = {result}$".replace("*", r"\cdot"), thought)


def _default(scene: Scene, say: Voice) -> Answer:
    asked = " ".join(scene.question.split())
    quoted, given = cut(asked, QUOTED), scene.instructions
    count = say(" It is message {count} of this conversation.", count=len(scene.said))
    heed = say("\n\nYour instructions for this turn: *{given}*", given=given)
    text = say(
        PUZZLED, quoted=quoted, before=count if scene.earlier else "", heed=heed if given else ""
    )
    sorry = apology(scene.topic)
    return Answer(
        f"{sorry}\n\n{text}" if sorry else text,
        say("I have no answer to this by heart.\nI say what I was asked and what I can show."),
    )

"""What the user said earlier in the conversation, found again when asked for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qwen_magic.demo.answers import chinese
from qwen_magic.demo.wire.scene import Answer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from qwen_magic.demo.answers.chinese import Voice
    from qwen_magic.demo.wire.scene import Scene

__all__ = ["recalled"]

_NAME = r"(?P<value>[^\W_][\w'\u2019.-]*(?:(?<!\w{3}\.) [^\W\da-z_][\w'\u2019-]*)*)"
_TOLD_NAME = re.compile(
    rf"\b(?i:my name(?: is|['\u2019]s)|i am called|call me|i['\u2019]m)\s+{_NAME}|{chinese.TOLD_NAME}"
)
_ASKED_NAME = re.compile(
    rf"\bmy name\b(?!\s*(?:is|['\u2019]s)\s+\w)|who am i\b|{chinese.ASKED_NAME}", re.IGNORECASE
)
_TOLD = re.compile(
    r"\bmy (?P<thing>\w[\w' ]{0,40}?) (?:is|are) (?P<value>[^.,;!?\n]+?)(?= and | but | so |[.,;!?\n]|\Z)",
    re.IGNORECASE,
)
_ASKED = re.compile(
    r"\b(?:what|who|where|which|when|do you (?:remember|know)|tell me|remind me)\b"
    r".{0,20}?\bmy (?P<thing>\w[\w' ]{0,40}?)\s*[?.!]*\Z",
    re.IGNORECASE,
)
_ZH_TOLD = re.compile(
    r"我(?P<thing>(?:的|最[^\s，。！？；是]{1,3}的)[^\s，。！？；是叫]{1,10})(?:是|叫)(?!什么|啥|谁|哪|多少|几|不是)(?P<value>[^，。！？；\n]+)(?<![吗呢吧])(?=[，。！；\n]|$)"
    r"|我(?P<does>住在|来自|喜欢)(?!什么|啥|谁|哪|多少|几)(?P<what>[^，。！？；的\n]+)(?<![吗呢吧])(?=[，。！；\n]|$)"
)
_ZH_ASKED = re.compile(
    r"我(?P<thing>(?:的|最[^\s，。！？；是]{1,3}的)[^\s，。！？；是叫]{1,10})(?:是|叫)(?:什么|啥|谁|哪|多少|几)"
    r"|我(?P<does>住在|来自|喜欢)(?:什么|啥|谁|哪)"
)
_ASKED_EARLIER = re.compile(
    r"\b(?:did i (?:just )?(?:ask|say|tell)|have i (?:asked|said|told)"
    rf"|(?:my|our) (?:\w+ )?(?:questions?|messages?|conversation|chat)\b)|{chinese.ASKED_EARLIER}",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Told:
    """What the user told: "my thing is value", or "I do (the thing) value"."""

    form: str
    thing: str
    value: str


def recalled(scene: Scene, say: Voice) -> Answer | None:
    """Return the answer to a question about the conversation itself, or to news about the user."""
    question = chinese.simplified(scene.topic)
    if "your instructions" in question.lower() or re.search("你的(?:系统)?(?:指令|提示)", question):
        return _instructions(scene, say)
    if _ASKED_NAME.search(question):
        return _name(scene, say)
    if asked := _ASKED.search(question):
        thing = asked["thing"].removesuffix(" is").lower()
        return _thing(thing, scene, say)
    if in_chinese := _ZH_ASKED.search(question):
        return _thing(in_chinese["thing"] or in_chinese["does"], scene, say)
    if _ASKED_EARLIER.search(question):
        return _earlier(scene, say)
    return _greeted(scene.topic, say)


def _greeted(question: str, say: Voice) -> Answer | None:
    """Return the answer to what users say about themselves."""
    if name := _name_in(question):
        text = say("Nice to meet you, {name}! I will remember your name.", name=name)
        return Answer(text, say("The user is called {name}. I keep that in mind.", name=name))
    thought = say("The user tells something about themselves.")
    if told := _told_in(question):
        text = say(f"Noted: {told.form}", thing=told.thing, value=told.value)
        return Answer(text, thought)
    return None


def _name_in(text: str) -> str:
    found = _TOLD_NAME.search(chinese.simplified(text))
    start, end = found.span("value" if found and found["value"] else "zh") if found else (0, 0)
    return text[start:end].rstrip(".'")


def _told_in(text: str) -> _Told | None:
    """Return what a text tells about its author, in the characters it was told in."""
    if told := _TOLD.search(text):
        return _Told("your {thing} is **{value}**.", told["thing"], told["value"])
    if not (found := _ZH_TOLD.search(chinese.simplified(text))):
        return None
    form = "your {thing} is **{value}**." if found["thing"] else "you {thing} **{value}**."
    first, second = ("thing", "value") if found["thing"] else ("does", "what")
    return _Told(form, *(text[slice(*found.span(name))] for name in (first, second)))


def _name(scene: Scene, say: Voice) -> Answer:
    names = [name for name in map(_name_in, scene.earlier) if name]
    if not names:
        thought = say("I look through the conversation: no name so far.")
        return Answer(say("You have not told me your name yet."), thought)
    text = say("Of course. Your name is {name}!", name=names[-1])
    thought = say("Earlier in this conversation the user said: {name}.", name=names[-1])
    return Answer(text, thought)


def _thing(thing: str, scene: Scene, say: Voice) -> Answer:
    told = [
        found
        for found in map(_told_in, _clauses(scene.earlier))
        if found and chinese.simplified(found.thing.lower()) == thing
    ]
    if not told:
        does = _ZH_TOLD.match(f"我{thing}X")
        known = (
            "You have not told me that yet." if does else "You have not told me your {thing} yet."
        )
        text = say(known, thing=thing)
        return Answer(text, say("I look through the conversation: it is not there."))
    form = f"{told[-1].form[0].upper()}{told[-1].form[1:]}"
    text = say(form, thing=thing, value=told[-1].value)
    return Answer(text, say("I look through the conversation and find it."))


def _clauses(texts: list[str]) -> Iterator[str]:
    """Yield what may each tell one thing."""
    for text in texts:
        yield from re.split(r"(?<=[.,;!?，。！？；\n])|(?= and | but | so )", text)


def _earlier(scene: Scene, say: Voice) -> Answer:
    if not scene.earlier:
        return Answer(
            say("This is your first message."), say("Nothing stands before this question.")
        )
    listed = "\n".join(f"{n}. {' '.join(said.split())}" for n, said in enumerate(scene.earlier, 1))
    text = say("So far you said:\n\n{listed}", listed=listed)
    return Answer(text, say("I look back through the conversation."))


def _instructions(scene: Scene, say: Voice) -> Answer:
    given = scene.instructions
    told = say("My instructions are: *{given}*", given=given)
    text = told if given else say("This turn came without instructions.")
    return Answer(text, say("Instructions hold for one turn only, so I look at this turn's."))

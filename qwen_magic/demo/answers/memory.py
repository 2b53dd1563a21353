"""What the user said earlier in the conversation, found again when asked for."""

from __future__ import annotations

import re

from qwen_magic.demo.answers import chinese
from qwen_magic.demo.wire.scene import Answer, Scene

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
_ASKED_EARLIER = re.compile(
    r"\b(?:did i (?:just )?(?:ask|say|tell)|have i (?:asked|said|told)"
    r"|(?:my|our) (?:\w+ )?(?:questions?|messages?|conversation|chat)\b)|我(?:刚才|之前)(?:问|说)",
    re.IGNORECASE,
)


def recalled(scene: Scene) -> Answer | None:
    """Return the answer to a question about the conversation itself, or to news about the user."""
    question = scene.topic
    if "your instructions" in question.lower():
        return _instructions(scene)
    if _ASKED_NAME.search(question):
        return _name(scene)
    if asked := _ASKED.search(question):
        thing = asked["thing"].removesuffix(" is").lower()
        return _thing(thing, scene)
    if _ASKED_EARLIER.search(question):
        return _earlier(scene)
    return _greeted(question)


def _greeted(question: str) -> Answer | None:
    """Return the answer to what users say about themselves."""
    if name := _name_in(question):
        friendly = f"Nice to meet you, {name}! I will remember your name."
        text = chinese.pleased(name) if chinese.is_chinese(question) else friendly
        return Answer(text, f"The user is called {name}. I keep that in mind.")
    if told := _TOLD.search(question):
        thought = "The user tells something about themselves."
        return Answer(f"Noted: your {told['thing']} is **{told['value']}**.", thought)
    return None


def _name_in(text: str) -> str:
    found = _TOLD_NAME.search(text)
    return (found["value"] or found["zh"]).rstrip(".'") if found else ""


def _name(scene: Scene) -> Answer:
    names = [name for name in map(_name_in, scene.earlier) if name]
    in_chinese = chinese.is_chinese(scene.topic)
    if not names:
        text = chinese.no_name() if in_chinese else "You have not told me your name yet."
        return Answer(text, "I look through the conversation: no name so far.")
    name = names[-1]
    text = chinese.your_name(name) if in_chinese else f"Of course. Your name is {name}!"
    return Answer(text, f"Earlier in this conversation the user said: {name}.")


def _thing(thing: str, scene: Scene) -> Answer:
    told = [
        found["value"]
        for said in scene.earlier
        for found in _TOLD.finditer(said)
        if found["thing"].lower() == thing
    ]
    if not told:
        thought = "I look through the conversation: it is not there."
        return Answer(f"You have not told me your {thing} yet.", thought)
    return Answer(
        f"Your {thing} is **{told[-1]}**.", "I look through the conversation and find it."
    )


def _earlier(scene: Scene) -> Answer:
    if not scene.earlier:
        return Answer("This is your first message.", "Nothing stands before this question.")
    listed = "\n".join(f"{n}. {' '.join(said.split())}" for n, said in enumerate(scene.earlier, 1))
    return Answer(f"So far you said:\n\n{listed}", "I look back through the conversation.")


def _instructions(scene: Scene) -> Answer:
    given = scene.instructions
    text = f"My instructions are: *{given}*" if given else "This turn came without instructions."
    return Answer(text, "Instructions hold for one turn only, so I look at this turn's.")

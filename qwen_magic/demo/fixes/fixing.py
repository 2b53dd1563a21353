"""A question about an error → its cause and the corrected code, where a small rule knows them."""

from __future__ import annotations

import re
from typing import Protocol

from qwen_magic.demo.fixes.facts import Facts, Fix, facts_of
from qwen_magic.demo.fixes.repairs import REPAIRS
from qwen_magic.demo.fixes.syntax import KINDS, syntax
from qwen_magic.demo.wire.scene import Answer

__all__ = ["Say", "fixed"]

_MASK = "…"


class Say(Protocol):
    """Says a sentence in the language of the question."""

    def __call__(self, english: str, /, **values: object) -> str:
        """Return the sentence with its values filled in."""


def fixed(question: str, say: Say) -> Answer | None:
    """Return what is wrong in a question's code; None if there is none."""
    facts = facts_of(question)
    fix = _fix(facts) if facts else None
    if facts is None or fix is None:
        return None
    text = say("**{kind}.** {cause}", kind=facts.kind, cause=say(fix.cause, **fix.values))
    if fix.code:
        text += f"\n\n{_fenced(fix.code)}"
        if _MASK in fix.code and _MASK in question:
            text += "\n\n" + say("The ellipsis stands for what was not sent: put it back.")
    else:
        text += "\n\n" + say("What the code should be, a model could tell you; my rules end here.")
    return Answer(text, say("There is an error with its code; a small rule knows this kind."))


def _fix(facts: Facts) -> Fix:
    if facts.kind in KINDS:
        return syntax(facts)
    repair = REPAIRS.get(facts.kind)
    fix = repair(facts) if repair else None
    said = {"line": facts.number, "words": facts.words or facts.kind}
    return fix or Fix("Line {line} raises it: “{words}”.", said)


def _fenced(code: str) -> str:
    bar = "`" * max(3, 1 + max(map(len, re.findall("`+", code)), default=0))
    return f"{bar}python\n{code}\n{bar}"

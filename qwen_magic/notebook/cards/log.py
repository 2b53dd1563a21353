"""A path's turns → a transcript: plain text, Markdown or JSON (pure).

The JSON is a list with one object for each turn, in order:

    number        its number on the path, from 1
    prompt        the question as it was sent
    text          the answer, in Markdown
    model         what answered
    status        `completed` or `incomplete`
    response_id   the server's name for the answer, or null
    usage         its tokens, or null
    value         the answer as a value; only if a schema was given
    reasoning     what the model told of its reasoning; only if asked for
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from qwen_magic.conversation.chains.tree import counted
from qwen_magic.notebook.cards.views import bundle, transcript
from qwen_magic.notebook.cards.wording import line
from qwen_magic.notebook.markdown.escapes import escape_markdown, fence, indented, strip_controls

if TYPE_CHECKING:
    from collections.abc import Sequence

    from qwen_magic.conversation.turn.turn import Turn

__all__ = ["log_json", "log_markdown", "log_text"]

_FIELDS = ("number", "prompt", "text", "model", "status", "response_id")


def log_text(chain: str, turns: Sequence[Turn], *, reasoning: bool = False) -> str:
    """Return the turns as plain text."""
    drawn = (
        f"{turn.number:,}\n{_quoted(turn.prompt)}\n\n{transcript(turn, show_reasoning=reasoning)}"
        for turn in turns
    )
    return "\n\n".join([_title(chain, turns), *drawn])


def log_markdown(chain: str, turns: Sequence[Turn], *, reasoning: bool = False) -> str:
    """Return the turns as Markdown that contains no HTML."""
    drawn = (_markdown(turn, reasoning=reasoning) for turn in turns)
    return "\n\n".join([f"# {escape_markdown(_title(chain, turns))}", *drawn]) + "\n"


def log_json(turns: Sequence[Turn], *, reasoning: bool = False) -> str:
    """Return the turns as a JSON list."""
    found = [_fields(turn, reasoning=reasoning) for turn in turns]
    return json.dumps(found, ensure_ascii=False, indent=2) + "\n"


def _title(chain: str, turns: Sequence[Turn]) -> str:
    told = counted(len(turns), "turn") if turns else "no turns yet"
    return f"Chain {line(chain)} · {told}"


def _markdown(turn: Turn, *, reasoning: bool) -> str:
    data, _ = bundle(turn, show_reasoning=reasoning)
    return f"## Turn {turn.number:,}\n\n{_question(turn.prompt)}\n\n{data['text/markdown']}"


def _question(prompt: str) -> str:
    """Return a question as it was written: one line quoted, several as a block."""
    said = strip_controls(prompt).strip("\n")
    return fence(said) if "\n" in said else indented(escape_markdown(said), "> ", "> ")


def _quoted(prompt: str) -> str:
    said = strip_controls(prompt).strip("\n")
    return "\n".join(f"> {words}".rstrip() for words in said.split("\n"))


def _fields(turn: Turn, *, reasoning: bool) -> dict[str, Any]:
    told = {"value": turn.shaped.json} if turn.shaped and turn.shaped.found else {}
    told |= {"reasoning": turn.reasoning} if reasoning else {}
    found = {name: getattr(turn, name) for name in _FIELDS}
    return {**found, "usage": turn.usage.counts if turn.usage else None, **told}

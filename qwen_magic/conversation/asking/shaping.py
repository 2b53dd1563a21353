"""A turn's way to a value: what the model gave is read, and goes back to it until it fits.

With other tools, the model first uses those; then it is asked for the value alone.
"""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from msgspec.structs import replace

from qwen_magic.conversation.planning.ways import after, asked_of, by_call
from qwen_magic.conversation.planning.wishes import Wish, eased
from qwen_magic.conversation.turn.folding import advance
from qwen_magic.conversation.turn.steps import Answered, Valued
from qwen_magic.errors import MisfitError, QwenError
from qwen_magic.excerpt import cut
from qwen_magic.responses.items import FunctionCall, Message

if TYPE_CHECKING:
    from collections.abc import Generator

    from qwen_magic.conversation.planning.plans import Plan
    from qwen_magic.conversation.schema.shape import Reading, Shape
    from qwen_magic.conversation.store.ways import Ways
    from qwen_magic.conversation.turn.records import Prompt
    from qwen_magic.conversation.turn.turn import Turn
    from qwen_magic.responses.request import Request

__all__ = ["Shaping", "valued"]

_NOW = "Now give your answer as a value."

_LONGEST = 600  # characters of a reason that the reader is shown
_ONCE = "Not read: one call was enough."


class Next(Protocol):
    """Send what the calls returned, and more words; return the turn as the response leaves it."""

    def __call__(
        self, planned: Plan, request: Request, turn: Turn, said: Prompt = ()
    ) -> Generator[Turn, None, Turn]: ...


@dataclass(slots=True)
class Shaping:
    """How one turn comes to its value.

    Attributes:
        planned: What was planned.
        wish: What the value is to look like, and how it is asked for now.
        ask: Sends the next request.
        ways: Remembers the way that worked.
        slipped: Whether the model wrote words once where it had to call the function.
    """

    planned: Plan
    wish: Wish
    ask: Next
    ways: Ways
    slipped: bool = False

    @property
    def shape(self) -> Shape[Any]:
        """What the value is to look like."""
        return self.wish.shape

    def turns(self, turn: Turn) -> Generator[Turn, None, Turn]:
        """Yield the turn while its value is read and corrected; return it with the value.

        Raises:
            MisfitError: No value came that fits.
            QwenError: The model could not be asked again.
        """
        if not self.wish.asks:
            self.wish = replace(self.wish, asks=True)
            turn = yield from self._asked(turn, f"{_NOW} {self._wish()}")
        for left in range(self.wish.retries, -1, -1):
            if turn.ended:  # it was cut
                return turn
            turn, problem = self._judged(turn)
            yield turn
            if not problem:
                self._learn()
                return turn
            if not left:
                break
            turn = yield from self._asked(turn, self._complaint(turn, problem))
        raise MisfitError(
            f"the answer does not fit the schema: {cut(problem, _LONGEST)}",
            hint="turn.text holds what the model gave; ask for less, or say more in the question",
        )

    def _judged(self, turn: Turn) -> tuple[Turn, str]:
        """Return the turn with its last value read, and what is wrong with that."""
        calls = self._calls(turn)
        text = next((call.arguments for call in calls.values()), None)
        owed = tuple(call.call_id or call.id for call in calls.values())
        shaped = turn.shaped
        assert shaped is not None  # noqa: S101 - for the type checker
        try:
            found = self._read(turn, text)
        except MisfitError as error:
            problem = str(error.args[0])
            is_last = shaped.corrections >= self.wish.retries
            known = replace(shaped, corrections=shaped.corrections + (not is_last))
            known = replace(known, owed=owed if is_last else ())
            return advance(self._answered(turn, calls, problem), Valued(known)), problem
        known = replace(shaped, found=True, json=found.json, repaired=found.repaired, owed=owed)
        return advance(self._answered(turn, calls), Valued(known, found.value)), ""

    def _calls(self, turn: Turn) -> dict[int, FunctionCall]:
        """Return the last response's calls by their places; those of the right name come first."""
        found = {
            number: item
            for number, item in enumerate(turn.items[turn.answered :], turn.answered)
            if isinstance(item, FunctionCall)
        }
        named = sorted(found, key=lambda number: found[number].name != self.shape.name)
        return {number: found[number] for number in named}

    def _read(self, turn: Turn, text: str | None) -> Reading[Any]:
        if text is not None:
            return self.shape.read(text)
        said = _said(turn)
        try:
            return self.shape.read(said)
        except MisfitError as error:
            inner = _within(said)
            if inner and inner != said:
                return dataclasses.replace(self.shape.read(inner), repaired=True)
            if not by_call(self.wish.way):
                raise
            raise MisfitError(f"the model wrote words, no value: {cut(said, 80)!r}") from error

    def _answered(self, turn: Turn, calls: dict[int, FunctionCall], problem: str = "") -> Turn:
        """Return the turn with its calls answered: the first one was read, others were not."""
        told = f"This does not fit:\n{problem}\n{self._wish()}" if problem else "ok"
        for place, (number, call) in enumerate(calls.items()):
            status = "failed" if problem else "completed"
            item = replace(
                call, output=_ONCE if place else told, status=status, round=turn.answered
            )
            turn = advance(turn, Answered(number, replace(item, error="" if place else problem)))
        return turn

    def _asked(self, turn: Turn, said: str) -> Generator[Turn, None, Turn]:
        """Ask for the value; if the server refuses the way, take an easier one."""
        while True:
            planned = replace(self.planned, wish=self.wish)
            try:
                return (yield from self.ask(planned, self.wish.request, turn, said or ()))
            except QwenError as error:
                other = eased(self.wish, error)
                if other is None:
                    raise
                self.wish = other

    def _complaint(self, turn: Turn, problem: str) -> str:
        """Return what to say; nothing if the calls' outputs say it. Words show that a way fails."""
        if self._calls(turn):
            return ""
        self.slipped = by_call(self.wish.way)
        if self.slipped or not _is_json(_said(turn)):
            self.wish = replace(self.wish, way=after(self.wish.way, self.wish.order))
        return f"This does not fit: {problem}\n{self._wish()}"

    def _wish(self) -> str:
        if by_call(self.wish.way):
            return f"Call {self.shape.name} once, with the whole answer."
        return "Write the whole value again, as JSON."

    def _learn(self) -> None:
        """Remember the way that worked; one slip of Model Studio, which forces calls, tells nothing."""
        way, first = self.wish.way, self.wish.order[0]
        asked = asked_of(self.wish.bare, self.planned.record.base_url)
        if not (self.slipped and by_call(first)) and way != (self.ways.known(asked) or first):
            self.ways.learn(asked, way)


def valued(turn: Turn, shape: Shape[Any] | None) -> Turn:
    """Return a stored turn with its value read again."""
    shaped = turn.shaped
    if shape is None or shaped is None or not shaped.found:
        return turn
    given = {"value": shaped.json} if shaped.wrapped else shaped.json
    return replace(turn, value=shape.read(json.dumps(given)).value)


def _said(turn: Turn) -> str:
    """Return the text of the last response."""
    messages = (item for item in turn.items[turn.answered :] if isinstance(item, Message))
    return "".join(part.text for message in messages for part in message.content)


def _is_json(text: str) -> bool:
    """Return whether a text is JSON by itself, as where its form is enforced."""
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _within(text: str) -> str:
    """Return the fenced block, or the braces or brackets, within a text."""
    found = text.partition("```")[2]
    if found:
        return found.partition("\n")[2].partition("```")[0]
    starts = [place for place in (text.find("{"), text.find("[")) if place >= 0]
    end = max(text.rfind("}"), text.rfind("]"))
    return text[min(starts) : end + 1] if starts and end > min(starts) else ""

"""Turns that a notebook's file kept → where they stand in a chain's tree (pure).

The file holds less than the store did: for each cell only the turn of its last run, and no times.
A turn's parent is the turn whose response it continued. If the conversation was rebuilt there, the
parent is the turn with the number before; if the parent's cell was deleted, the nearest turn above.
If another turn took the parent's place (its cell was run again), the turn begins a branch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from qwen_magic.conversation.chains.tree import moves_head
from qwen_magic.conversation.turn.records import Record, input_of
from qwen_magic.conversation.turn.turn import Status
from qwen_magic.responses.items import Message, Part
from qwen_magic.responses.response import Usage

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["Resumption", "Saved", "resumed"]


class Saved(Struct, frozen=True, kw_only=True):
    """A turn as a notebook's file keeps it.

    Attributes:
        cell: The name of its cell: the id, or one that was given.
        source: The digest of the cell's source.
        ask: Which of the cell's questions it was, from 1.
        run: The number in the cell's brackets; 0 for none.
        prompt: What was asked; empty if the file does not tell.
        text: The answer; empty if the file does not tell.
        system: The system message that its cell gave.
    """

    cell: str = ""
    source: str = ""
    ask: int = 1
    run: int = 0
    prompt: str = ""
    text: str = ""
    system: str | None = None
    status: Status = "completed"
    response_id: str = ""
    previous_response_id: str | None = None
    model: str = ""
    usage: Usage | None = None
    chain: str = "main"
    number: int = 1


class Resumption(Struct, frozen=True):
    """What a file adds to a chain.

    Attributes:
        records: The turns that the chain lacks, each after its parent.
        head: The turn that the next one continues; None if there is nothing to add.
    """

    records: tuple[Record, ...] = ()
    head: int | None = None


def resumed(
    saved: Iterable[Saved], length: int, known: Mapping[str, int], like: Record
) -> Resumption:
    """Return what the turns of a file add to a chain.

    Args:
        saved: The turns, in the file's order; failed turns and copies are left out.
        length: How many turns the chain has.
        known: The numbers of the chain's turns, by their response ids.
        like: A record with all that the turns share.
    """
    good: dict[str, Saved] = {}
    for turn in saved:
        if turn.response_id and moves_head(turn.status):
            good.setdefault(turn.response_id, turn)
    parents = _parents(good, known)
    order = _parents_first(parents, good)
    new = [name for name in order if name not in known]
    if not new:
        return Resumption()
    ids = {**known, **{name: length + n for n, name in enumerate(new, 1)}}
    records: dict[str, Record] = {}
    for name in new:
        parent = parents[name]
        system = records[parent].system if parent in records else None
        above = ids.get(parent, 0) if parent else 0
        records[name] = _record(good[name], ids[name], above, replace(like, system=system))
    return Resumption(tuple(records.values()), ids[_last(good, parents)])


def _parents(good: Mapping[str, Saved], known: Mapping[str, int]) -> dict[str, str | None]:
    """Return for each turn the one it continues, by the ids of their responses."""
    before: dict[int, str] = {}
    anywhere = {turn.number: name for name, turn in good.items()}
    found: dict[str, str | None] = {}
    for name, turn in good.items():
        parent, above = turn.previous_response_id, turn.number - 1
        is_stale = parent is not None and above in anywhere
        if parent not in good and parent not in known:
            nearest = _nearest(above, anywhere)
            parent = None if is_stale else before.get(nearest, anywhere.get(nearest))
        found[name] = parent
        before[turn.number] = name
    return found


def _nearest(number: int, known: Mapping[int, str]) -> int:
    return number if number in known else max((n for n in known if n < number), default=0)


def _parents_first(parents: Mapping[str, str | None], good: Mapping[str, Saved]) -> dict[str, None]:
    """Return the turns, each after its parent; a circle is cut somewhere."""
    placed: dict[str, None] = {}
    for name in good:
        line: dict[str, None] = {}
        at: str | None = name
        while at is not None and at in good and at not in placed and at not in line:
            line[at] = None
            at = parents[at]
        placed.update(dict.fromkeys(reversed(line)))
    return placed


def _last(good: Mapping[str, Saved], parents: Mapping[str, str | None]) -> str:
    """Return the turn that was asked last: of the branches' ends, the one of the latest run.

    An end whose branch begins in the middle is stale if another turn took the place above it.
    """
    continued = set(parents.values())
    ends = [name for name in good if name not in continued] or list(good)
    numbers = {turn.number for turn in good.values()}

    def rank(name: str) -> tuple[bool, int]:
        root = _root(name, parents, good)
        is_whole = parents[root] is not None or good[root].number - 1 not in numbers
        return is_whole, good[name].run

    return max(reversed(ends), key=rank)


def _root(name: str, parents: Mapping[str, str | None], good: Mapping[str, Saved]) -> str:
    seen = {name}
    while (parent := parents[name]) is not None and parent in good and parent not in seen:
        name = parent
        seen.add(name)
    return name


def _record(turn: Saved, number: int, parent: int, like: Record) -> Record:
    said = Message(status="completed", content=(Part(turn.text),))
    return replace(
        like,
        id=number,
        parent=parent if 0 < parent < number else None,
        cell=turn.cell,
        ask=turn.ask,
        source=turn.source,
        prompt=turn.prompt,
        input=input_of(turn.prompt) if turn.prompt else (),
        output=(said,) if turn.text else (),
        status=turn.status,
        response_id=turn.response_id,
        previous_response_id=turn.previous_response_id,
        model=turn.model,
        usage=turn.usage,
        system=like.system if turn.system is None else turn.system,
    )
